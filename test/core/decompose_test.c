/*
 * decompose_test.c: levels, seasons and outliers that were put into a series come out of it again.
 *
 * What is exact is compared with numbers that were worked out by hand; what is hidden under noise must be found within
 * tolerances that follow from the noise and from how many cycles there are.
 */
#include "rig.h"
#include "series/decompose.h"
#include "tap.h"

#include <math.h>

#define TWO_PI 6.28318530717958647692

typedef struct parts_rig
{
	lf_parts	parts;
	guarded		block;
} parts_rig;

static parts_rig
taken_apart(const lf_column *column, const lf_seasons *seasons)
{
	parts_rig	r;
	lf_arena	arena = lf_arena_measure();

	lf_parts_layout(&r.parts, &arena, column->rows, seasons);
	r.block = guarded_new(arena.used);
	arena = lf_arena_over(r.block.block, r.block.bytes);
	lf_parts_layout(&r.parts, &arena, column->rows, seasons);
	lf_decompose(&r.parts, seasons, column, NULL);
	if (!guarded_intact(&r.block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	return r;
}

static parts_rig
apart(const double *values, size_t rows, const lf_seasons *seasons)
{
	const lf_column column = {.values = values, .rows = rows, .stride = 1};

	return taken_apart(&column, seasons);
}

static void
close_parts(parts_rig *r)
{
	free(r->block.raw);
}

static lf_seasons
one_season(double length)
{
	return (lf_seasons) {.count = 1, .season = {lf_season_of(length)}};
}

/* The root of the mean square of the differences of two lists; NULL: of the first from 0. */
static double
distance(const double *a, const double *b, size_t count)
{
	double		squares = 0;

	for (size_t i = 0; i < count; i++)
	{
		double		difference = a[i] - (b == NULL ? 0 : b[i]);

		squares += difference * difference / (double) count;
	}
	return sqrt(squares);
}

/* The mean over a cycle, by hand. */
static void
test_cycle_mean(void)
{
	static const double values[] = {1, 2, 4, 8, 16, 32};
	double		mean[6];
	double		sums[7];

	lf_cycle_mean(values, 6, 3, mean, sums);
	ok(isnan(mean[0]) && fabs(mean[2] - 14.0 / 3) < 1e-12 && fabs(mean[3] - 28.0 / 3) < 1e-12 && isnan(mean[5]),
	   "the mean over three rows is that of a row and those beside it");
	lf_cycle_mean(values, 6, 4, mean, sums);
	ok(fabs(mean[2] - 22.5 / 4) < 1e-12, "of four rows those at both ends count by half");
	lf_cycle_mean(values, 6, 3.5, mean, sums);
	ok(fabs(mean[2] - 18.25 / 3.5) < 1e-12, "of three and a half by a quarter");
	mean[0] = mean[4] = mean[5] = (double) NAN;
	mean[1] = 10;
	mean[2] = 13;
	mean[3] = 16;
	lf_extend_mean(mean, 6, 2);
	ok(fabs(mean[0] - 7) < 1e-12 && fabs(mean[5] - 22) < 1e-12, "at both ends it goes on along its slope");
	for (int i = 0; i < 6; i++)
		mean[i] = (double) NAN;
	lf_extend_mean(mean, 6, 2);
	ok(mean[0] == 0 && mean[5] == 0, "without any row there is no level");
}

/* Without noise a line and a season are taken apart to the last digits. */
static void
test_exact(void)
{
	static const double shape[12] = {5, -3, 1, 0.5, 7, -6, 2, 4, -9, 3, -8, 3.5};

	for (int length = 3; length <= 12; length += 3)
	{
		const lf_seasons seasons = one_season(length);
		double		values[72];
		double		level[72];
		double		season[72];
		double		mean = 0;
		parts_rig	r;

		for (int k = 0; k < length; k++)
			mean += shape[k] / length;
		for (int i = 0; i < 72; i++)
		{
			level[i] = 40 - 0.25 * i + mean;
			season[i] = shape[i % length] - mean;
			values[i] = level[i] + season[i];
		}
		r = apart(values, 72, &seasons);
		ok(distance(r.parts.level, level, 72) < 1e-9 && distance(r.parts.season, season, 72) < 1e-9 &&
		   r.parts.strength[0] > 1 - 1e-9, "a line and a season of %d rows are taken apart", length);
		close_parts(&r);
	}
}

/* A level, a season and noise of half its height. */
static void
test_noise(void)
{
	const lf_seasons seasons = one_season(7);
	double		values[350];
	double		level[350];
	double		season[350];
	lf_random	random = lf_random_seed(1);
	double		sum = 0;
	parts_rig	r;

	for (int i = 0; i < 350; i++)
	{
		level[i] = 100 + 0.1 * i;
		season[i] = 2 * sqrt(2) * sin(TWO_PI * i / 7);
		values[i] = level[i] + season[i] + lf_random_normal(&random);
	}
	r = apart(values, 350, &seasons);
	/* nine cycles of equal weight say as much as these: a third of the noise stays in a shape. The line is over 13 rows. */
	ok(distance(r.parts.season, season, 350) < 0.5, "a season under noise is found");
	ok(distance(r.parts.level, level, 350) < 0.5, "so is the level");
	ok(fabs(r.parts.spread - 1) < 0.15, "the spread is that of the noise");
	ok(fabs(r.parts.strength[0] - 0.8) < 0.06, "the strength is the share of the season in both");
	ok(lf_parts_level_share(&r.parts) > 0.95, "a level that moves is most of what the season leaves");
	for (int k = 0; k < 7; k++)
		sum += r.parts.shape[k];
	ok(fabs(sum) < 1e-9, "a shape has a mean of 0");
	close_parts(&r);
}

/* Of noise alone a shape is made next to nothing; a mean over its cycles would keep a height of .38. */
static void
test_shrinkage(void)
{
	enum {SERIES = 100, ROWS = 120};
	const lf_seasons seasons = one_season(12);
	lf_random	random = lf_random_seed(2);
	double		squares = 0;
	int			nothing = 0;
	parts_rig	r;

	for (int s = 0; s < SERIES; s++)
	{
		double		values[ROWS];
		double		height;

		for (int i = 0; i < ROWS; i++)
			values[i] = lf_random_normal(&random);
		r = apart(values, ROWS, &seasons);
		height = distance(r.parts.shape, NULL, 12);
		squares += height * height / SERIES;
		nothing += height == 0;
		close_parts(&r);
	}
	if (!ok(sqrt(squares) < 0.15, "white noise has next to no season"))
		diag("a height of %g", sqrt(squares));
	if (!ok(nothing > SERIES / 4, "and often none at all"))
		diag("in %d of %d series", nothing, SERIES);
}

/* Seasons change: the newest cycles count most. */
static void
test_memory(void)
{
	static const double shape[] = {3, -1, -4, 2};
	const lf_seasons seasons = one_season(4);
	double		values[80];
	double		expected = (1 - pow(0.8, 10)) / (1 - pow(0.8, 20));
	parts_rig	r;

	for (int i = 0; i < 80; i++)
		values[i] = shape[i % 4] * (i < 40 ? 1 : 2);
	r = apart(values, 80, &seasons);
	/* the cycles of each half weigh as the geometric sums; noise there is none but the change, which makes it smaller */
	if (!ok(r.parts.shape[0] / 3 > expected + 1 - 0.06 && r.parts.shape[0] / 3 < expected + 1 + 1e-9,
			"a season that has doubled is nearly twice as high"))
		diag("%g times, not %g", r.parts.shape[0] / 3, expected + 1);
	close_parts(&r);
}

/* One value that is far off, two hundred times the noise, moves nothing but itself. */
static void
test_outlier(void)
{
	const lf_seasons seasons = one_season(7);
	double		values[140];
	lf_random	random = lf_random_seed(3);
	parts_rig	without;
	parts_rig	with;
	int			others = 0;

	for (int i = 0; i < 140; i++)
		values[i] = 20 + 4 * sin(TWO_PI * i / 7) + 0.5 * lf_random_normal(&random);
	without = apart(values, 140, &seasons);
	values[70] += 100;
	with = apart(values, 140, &seasons);
	ok(lf_parts_is_outlier(&with.parts, 70) && !lf_parts_is_outlier(&without.parts, 70), "a slip is an outlier");
	for (size_t i = 0; i < 140; i++)
		others += i != 70 && lf_parts_is_outlier(&with.parts, i);
	ok(others == 0, "its neighbours are not");
	ok(with.parts.value[70] == values[70] && fabs(with.parts.clean[70] - values[70] + 100) < 3 * with.parts.spread,
	   "it is moved to what is expected there");
	if (!ok(distance(with.parts.shape, without.parts.shape, 7) < 0.1, "the season is the same without it"))
		diag("off by %g", distance(with.parts.shape, without.parts.shape, 7));
	close_parts(&with);
	close_parts(&without);
}

/* A column among others, logarithms, and the place on the grid. */
static void
test_column(void)
{
	const lf_seasons seasons = one_season(5);
	double		table[100 * 2];
	double		logarithms[100];
	lf_column	column = {.values = table + 1, .rows = 100, .stride = 2, .logged = true, .log_from = 2};
	lf_random	random = lf_random_seed(4);
	bool		turned = true;
	parts_rig	a;
	parts_rig	b;

	for (int i = 0; i < 100; i++)
	{
		table[2 * i] = -7;
		logarithms[i] = 1 + sin(TWO_PI * i / 5) + 0.1 * lf_random_normal(&random);
		table[2 * i + 1] = 2 + exp(logarithms[i]);
	}
	a = apart(logarithms, 100, &seasons);
	b = taken_apart(&column, &seasons);
	ok(distance(a.parts.shape, b.parts.shape, 5) < 1e-12, "a column may be one of logarithms above a limit");
	close_parts(&b);
	column.number = 12;
	b = taken_apart(&column, &seasons);
	for (int k = 0; k < 5; k++)
		turned = turned && fabs(b.parts.shape[(k + 12) % 5] - a.parts.shape[k]) < 1e-12;
	ok(turned, "the knots of a shape are those of the grid");
	close_parts(&a);
	close_parts(&b);
}

/* Two seasons in one another, and one that is no whole number of rows. */
static void
test_several(void)
{
	const lf_seasons both = {.count = 2, .season = {{24, 24}, {168, 168}}};
	const lf_seasons year = one_season(52.1786);
	double		values[1344];
	double		season[1344];
	lf_random	random = lf_random_seed(5);
	parts_rig	r;

	for (int i = 0; i < 1344; i++)
	{
		season[i] = 5 * sin(TWO_PI * i / 24) + (i / 24 % 7 >= 5 ? -5 : 2);
		values[i] = 50 + season[i] + 0.5 * lf_random_normal(&random);
	}
	r = apart(values, 1344, &both);
	if (!ok(distance(r.parts.season, season, 1344) < 0.4, "a day and a week are told apart from the noise together"))
		diag("off by %g", distance(r.parts.season, season, 1344));
	close_parts(&r);
	for (int i = 0; i < 520; i++)
	{
		season[i] = 5 * sin(TWO_PI * i / 52.1786);
		values[i] = 50 + season[i] + 0.5 * lf_random_normal(&random);
	}
	r = apart(values, 520, &year);
	if (!ok(distance(r.parts.season, season, 520) < 0.4, "a year of weeks has fractions of a row"))
		diag("off by %g", distance(r.parts.season, season, 520));
	close_parts(&r);
}

/* Whatever comes in, numbers come out. */
static void
test_few(void)
{
	const lf_seasons seasons = one_season(12);
	double		values[40];
	bool		finite = true;
	parts_rig	r;

	for (size_t rows = 0; rows <= 40; rows++)
	{
		for (size_t i = 0; i < rows; i++)
			values[i] = (double) (i % 12);
		r = apart(values, rows, &seasons);
		for (int k = 0; k < 12; k++)
			finite = finite && isfinite(r.parts.shape[k]);
		close_parts(&r);
	}
	ok(finite, "few rows have a shape of numbers");
	for (int i = 0; i < 40; i++)
		values[i] = i % 3 == 0 ? 1.7e308 : -1.7e308;
	r = apart(values, 40, &seasons);
	ok(distance(r.parts.shape, NULL, 12) == 0, "of values whose sums overflow there is none");
	close_parts(&r);
	for (int i = 0; i < 40; i++)
		values[i] = 3;
	r = apart(values, 40, &seasons);
	ok(distance(r.parts.shape, NULL, 12) < 1e-12 && lf_parts_level_share(&r.parts) == 1, "nor of values that are all the same");
	close_parts(&r);
}

int
main(void)
{
	test_cycle_mean();
	test_exact();
	test_noise();
	test_shrinkage();
	test_memory();
	test_outlier();
	test_column();
	test_several();
	test_few();
	return done_testing();
}
