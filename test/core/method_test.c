/*
 * method_test.c: naive forecasts and their spreads by hand, the mean of theta and ets, and the choice where seasons are
 * long.
 */
#include "base/quantile.h"
#include "base/random.h"
#include "judging/method.h"
#include "rig.h"
#include "tap.h"

#include <float.h>
#include <math.h>

#define MOST_STEPS 48
#define LEVEL 0.8
#define TWO_PI 6.28318530717958647692

typedef struct told
{
	lf_method	used;
	lf_outlook	outlook[MOST_STEPS];
	double		mean[MOST_STEPS];
	double		spread[MOST_STEPS];
} told;

static told
tell(lf_method method, const lf_method_seasons *seasons, const double *values, size_t rows, int steps)
{
	const lf_column column = {.values = values, .rows = rows, .stride = 1};
	lf_arena	arena = lf_arena_measure();
	lf_method_room room;
	guarded		block;
	told		t;

	lf_method_layout(&room, &arena, method, rows, seasons, steps);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_method_layout(&room, &arena, method, rows, seasons, steps);
	t.used = lf_method_forecast(&room, method, seasons, &column, steps, LEVEL, t.outlook, NULL);
	for (int h = 0; h < steps; h++)
	{
		t.mean[h] = t.outlook[h].middle;
		t.spread[h] = (t.outlook[h].upper - t.mean[h]) / lf_normal_quantile((1 - LEVEL) / 2);
	}
	if (!guarded_intact(&block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	free(block.raw);
	return t;
}

static bool
are(const double *values, double a, double b, double c)
{
	return fabs(values[0] - a) < 1e-12 && fabs(values[1] - b) < 1e-12 && fabs(values[2] - c) < 1e-12;
}

/* Six values, whose errors can be counted. */
static void
test_naive(void)
{
	static const double values[] = {4, 7, 5, 9, 8, 12};
	const lf_method_seasons three = {.all = {.count = 1, .season = {{3, 3}}}, .repeated = 3};
	told		t = tell(LF_METHOD_REPEAT_LAST, &three, values, 6, 4);
	double		one = sqrt((9 + 4 + 16 + 1 + 16) / 5.0);

	ok(are(t.mean, 12, 12, 12) && are(t.spread, one, one * sqrt(2), one * sqrt(3)), "the last value");
	t = tell(LF_METHOD_SEASONAL_NAIVE, &three, values, 6, 4);
	ok(are(t.mean, 9, 8, 12) && are(t.spread, 5, 5, 5) && t.mean[3] == 9 && fabs(t.spread[3] - 5 * sqrt(2)) < 1e-12,
	   "the season before");
	t = tell(LF_METHOD_DRIFT, &three, values, 6, 3);
	one = sqrt((1.96 + 12.96 + 5.76 + 6.76 + 5.76) / 4);
	ok(are(t.mean, 13.6, 15.2, 16.8) && are(t.spread, one * sqrt(1.2), one * sqrt(2 * 1.4), one * sqrt(3 * 1.6)),
	   "drift");
	t = tell(LF_METHOD_MEAN, &three, values, 6, 3);
	one = sqrt((12.25 + 0.25 + 6.25 + 2.25 + 0.25 + 20.25) / 5 * (1 + 1 / 6.0));
	ok(are(t.mean, 7.5, 7.5, 7.5) && are(t.spread, one, one, one), "the mean");
	t = tell(LF_METHOD_SEASONAL_MEAN, &three, values, 6, 3);
	ok(are(t.mean, 6.5, 7.5, 8.5) && are(t.spread, 5, 5, 5), "the mean of the season's places");
}

/* Too few rows for a method, or for its spread. */
static void
test_few(void)
{
	static const double values[] = {4, 7, 5, 9};
	const lf_method_seasons four = {.all = {.count = 1, .season = {{4, 4}}}, .repeated = 4};
	const lf_method_seasons none = {.repeated = 1};

	for (int method = 0; method < LF_METHODS; method++)
		for (size_t rows = 1; rows <= 4; rows++)
		{
			told		t = tell((lf_method) method, &four, values, rows, 3);
			bool		sane = true;

			for (int h = 0; h < 3; h++)
				sane = sane && t.mean[h] > -10 && t.mean[h] < 25 && !(t.spread[h] < 0) && !isinf(t.spread[h]);
			ok(sane && (rows > 1 || (t.mean[2] == 4 && isnan(t.spread[0]))), "%s: %zu rows have a forecast",
			   lf_method_names[method], rows);
		}
	ok(tell(LF_METHOD_SEASONAL_NAIVE, &four, values, 3, 1).used == LF_METHOD_REPEAT_LAST &&
	   tell(LF_METHOD_SEASONAL_NAIVE, &four, values, 4, 1).used == LF_METHOD_SEASONAL_NAIVE &&
	   tell(LF_METHOD_SEASONAL_MEAN, &none, values, 4, 1).used == LF_METHOD_REPEAT_LAST &&
	   tell(LF_METHOD_DRIFT, &none, values, 1, 1).used == LF_METHOD_REPEAT_LAST, "it is said which method was used");
}

static void
test_huge(void)
{
	const lf_method_seasons two = {.all = {.count = 1, .season = {{2, 2}}}, .repeated = 2};
	double		values[30];

	for (int i = 0; i < 30; i++)
		values[i] = i % 3 == 0 ? DBL_MAX : -DBL_MAX;
	for (int method = 0; method < LF_METHODS; method++)
	{
		told		t = tell((lf_method) method, &two, values, 30, 10);
		bool		finite = true;

		for (int h = 0; h < 10; h++)
			finite = finite && isfinite(t.mean[h]) && isfinite(t.outlook[h].lower) && isfinite(t.outlook[h].upper) &&
				t.outlook[h].lower <= t.mean[h] && t.mean[h] <= t.outlook[h].upper;
		ok(finite, "%s: huge values have finite forecasts", lf_method_names[method]);
	}
	for (int i = 0; i < 30; i++)
		values[i] = 1e200 * (i % 4);
	ok(fabs(tell(LF_METHOD_REPEAT_LAST, &two, values, 30, 1).spread[0] / 1e200 - sqrt((22 + 7 * 9) / 29.0)) < 1e-12,
	   "squares of huge values do not overflow");
}

static void
test_auto(void)
{
	const lf_method_seasons twelve = {.all = {.count = 1, .season = {{12, 12}}}, .repeated = 12};
	const lf_method_seasons days = {.all = {.count = 2, .season = {{24, 24}, {168, 168}}}, .repeated = 168};
	lf_random	random = lf_random_seed(3);
	double		values[24 * 7 * 8];
	bool		mean = true;
	told		t;
	told		a;
	told		b;

	for (int i = 0; i < 120; i++)
		values[i] = 50 + i + 10 * sin(TWO_PI * i / 12) + lf_random_normal(&random);
	t = tell(LF_METHOD_AUTO, &twelve, values, 120, 12);
	a = tell(LF_METHOD_THETA, &twelve, values, 120, 12);
	b = tell(LF_METHOD_ETS, &twelve, values, 120, 12);
	for (int h = 0; h < 12; h++)
		mean = mean && fabs(t.mean[h] - (a.mean[h] + b.mean[h]) / 2) < 1e-9 &&
			fabs(t.spread[h] - (a.spread[h] + b.spread[h]) / 2) < 1e-9;
	ok(mean && t.used == LF_METHOD_AUTO && fabs(a.mean[0] - b.mean[0]) > 1e-6,
	   "with a short season, the mean of theta and ets");

	/* each hour of a week has its own height, under noise: no level to follow */
	for (int i = 0; i < 24 * 7 * 8; i++)
	{
		lf_random	of_hour = lf_random_seed((uint64_t) (i % 168));

		values[i] = 100 + 20 * lf_random_normal(&of_hour) + 3 * lf_random_normal(&random);
	}
	t = tell(LF_METHOD_AUTO, &days, values, 24 * 7 * 8, 48);
	if (!ok(t.used == LF_METHOD_SEASONAL_MEAN, "a long season that never changes is the mean of its cycles"))
		diag("%s", lf_method_names[t.used]);
	/* days are alike for six days, and then the next six are: a week ago they were others */
	for (int i = 0; i < 24 * 7 * 8; i++)
	{
		lf_random	of_hour = lf_random_seed((uint64_t) (i % 24 + 24 * ((24 * 7 * 8 - 1 - i) / (24 * 6))));

		values[i] = 100 + 20 * lf_random_normal(&of_hour);
	}
	t = tell(LF_METHOD_AUTO, &days, values, 24 * 7 * 8, 48);
	if (!ok(t.used == LF_METHOD_SEASONAL_NAIVE && fabs(t.mean[0] - values[24 * 7 * 8 - 24]) < 1e-12,
			"of two seasons the one that did best is repeated") ||
		values[24 * 7 * 8 - 24] == values[24 * 7 * 8 - 168])
		diag("%s %g %g", lf_method_names[t.used], t.mean[0], values[24 * 7 * 8 - 24]);
	t = tell(LF_METHOD_AUTO, &days, values, 300, 48);
	ok(t.used == LF_METHOD_AUTO, "without two cycles before an origin nothing is compared");
}

int
main(void)
{
	test_naive();
	test_few();
	test_huge();
	test_auto();
	return done_testing();
}
