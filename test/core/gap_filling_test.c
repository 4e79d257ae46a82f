/*
 * gap_filling_test.c: what was made of a level, a season and noise comes back in its gaps, within bounds that hold.
 */
#include "base/random.h"
#include "rig.h"
#include "series/gap_filling.h"
#include "tap.h"

#include <math.h>

#define TWO_PI 6.28318530717958647692

typedef struct filling_rig
{
	lf_filling	f;
	guarded		block;
} filling_rig;

static filling_rig
filled(const double *values, const unsigned char *marks, size_t rows, const lf_seasons *seasons, bool logged, bool cleans)
{
	const lf_column column = {.values = values, .rows = rows, .stride = 1, .logged = logged};
	lf_arena	arena = lf_arena_measure();
	filling_rig r;

	lf_filling_layout(&r.f, &arena, rows, seasons);
	r.block = guarded_new(arena.used);
	arena = lf_arena_over(r.block.block, r.block.bytes);
	lf_filling_layout(&r.f, &arena, rows, seasons);
	lf_fill_gaps(&r.f, seasons, &column, marks, cleans, NULL);
	if (!guarded_intact(&r.block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	return r;
}

static const lf_seasons no_season = {0};

static lf_seasons
one_season(double length)
{
	return (lf_seasons) {.count = 1, .season = {lf_season_of(length)}};
}

static unsigned char *
marks_of(size_t rows)
{
	return calloc(lf_mask_size(rows), 1);
}

/* A line with a season of 12 and no noise: a gap of two cycles. */
static void
test_exact(void)
{
	lf_seasons	seasons = one_season(12);
	unsigned char *marks = marks_of(240);
	double		truth[240];
	double		values[240];
	double		worst = 0;
	filling_rig r;

	for (size_t i = 0; i < 240; i++)
	{
		truth[i] = values[i] = 100 + (double) i + 30 * sin(TWO_PI * (double) i / 12);
		if (i < 100 || i >= 124)
			continue;
		lf_mask_set(marks, i);
		values[i] = 0;
	}
	(void) lf_impute(LF_MISSING_SEASONAL, values, marks, 240, 1, 0, 12);
	r = filled(values, marks, 240, &seasons, false, false);
	for (size_t i = 0; i < 240; i++)
		worst = fmax(worst, fabs(r.f.filled[i] - truth[i]));
	if (!ok(worst < 1.5, "a line and a season go on through a gap of two seasons"))
		diag("farthest %g", worst);
	ok(r.f.filled[99] == values[99] && r.f.spread[99] == 0, "what is known stays");
	free(r.block.raw);
	free(marks);
}

/* Coverage of what is drawn from the model itself, single rows and gaps of 10. */
static void
test_coverage(bool wanders)
{
	const size_t rows = 3000;
	lf_seasons	seasons = one_season(24);
	unsigned char *marks = marks_of(rows);
	double	   *truth = malloc(rows * sizeof(double));
	double	   *values = malloc(rows * sizeof(double));
	lf_random	random = lf_random_seed(11);
	double		level = 0;
	double		inside[2] = {0};
	double		missing = 0;
	double		middle = 0;
	double		ends = 0;
	double		alone = 0;
	double		singles = 0;
	filling_rig r;

	for (size_t i = 0; i < rows; i++)
	{
		level += (wanders ? 1 : 0) * lf_random_normal(&random);
		truth[i] = values[i] = 500 + level + 20 * sin(TWO_PI * (double) i / 24) + lf_random_normal(&random);
		if (i > 0 && i + 1 < rows && (i % 17 == 5 || i % 100 < 10))
			lf_mask_set(marks, i);
	}
	(void) lf_impute(LF_MISSING_SEASONAL, values, marks, rows, 1, 0, 24);
	r = filled(values, marks, rows, &seasons, false, false);
	for (size_t i = 0; i < rows; i++)
	{
		if (!lf_mask_at(marks, i))
			continue;
		missing++;
		for (int k = 0; k < 2; k++)
		{
			double		reach = lf_filling_reach(&r.f, k == 0 ? 0.8 : 0.95);

			inside[k] += truth[i] >= lf_filling_lower(&r.f, i, reach) && truth[i] <= lf_filling_upper(&r.f, i, reach);
		}
		middle += i % 100 == 5 ? r.f.spread[i] : 0;
		ends += i % 100 == 9 ? r.f.spread[i] : 0;
		if (lf_mask_at(marks, i - 1) || lf_mask_at(marks, i + 1))
			continue;
		singles++;
		alone += r.f.spread[i];
	}
	if (!ok(fabs(inside[0] / missing - 0.8) < 0.04 && fabs(inside[1] / missing - 0.95) < 0.03, "%s: bounds hold",
			wanders ? "a level that wanders" : "a level that stays"))
		diag("%g %g", inside[0] / missing, inside[1] / missing);
	if (wanders)
	{
		ok(middle > 1.15 * ends, "they are wider in the middle of a gap");
		/* from either side the level is known but for (sqrt(5) - 1) / 2 and a step, from both for half of that; noise is beside it */
		ok(fabs(alone / singles - sqrt((0.618 + 1) / 2 + 1)) < 0.1, "a row alone is as uncertain as the level on both sides and its noise make it");
	}
	else
		ok(middle < 1.05 * ends, "they are as wide in the middle of a gap as at its ends");
	free(r.block.raw);
	free(marks);
	free(truth);
	free(values);
}

static void
test_logged(void)
{
	lf_seasons	seasons = one_season(12);
	unsigned char *marks = marks_of(120);
	lf_random	random = lf_random_seed(2);
	double		values[120];
	double		reach;
	double		truth;
	filling_rig r;

	for (size_t i = 0; i < 120; i++)
		values[i] = exp(2 + 0.03 * (double) i + 0.5 * sin(TWO_PI * (double) i / 12) + 0.02 * lf_random_normal(&random));
	truth = values[63];
	values[63] = 1;
	lf_mask_set(marks, 63);
	r = filled(values, marks, 120, &seasons, true, false);
	reach = lf_filling_reach(&r.f, 0.9);
	ok(fabs(log(r.f.filled[63] / truth)) < 0.1, "what multiplies is filled as a factor");
	ok(fabs(lf_filling_lower(&r.f, 63, reach) * lf_filling_upper(&r.f, 63, reach) / (r.f.filled[63] * r.f.filled[63]) - 1) < 1e-9,
	   "with bounds that are as many times more and less");
	free(r.block.raw);
	free(marks);
}

static void
test_outlier(void)
{
	unsigned char *marks = marks_of(100);
	lf_random	random = lf_random_seed(4);
	double		values[100];
	filling_rig r;

	for (size_t i = 0; i < 100; i++)
		values[i] = 50 + lf_random_normal(&random);
	values[40] = 5000;
	r = filled(values, marks, 100, &no_season, false, false);
	ok(r.f.filled[40] == 5000 && r.f.gaps == 0, "a slip stays where nobody asks");
	free(r.block.raw);
	r = filled(values, marks, 100, &no_season, false, true);
	ok(lf_mask_at(r.f.marks, 40) && fabs(r.f.filled[40] - 50) < 4 && r.f.errors > 0, "and is filled where it is to be cleaned");
	free(r.block.raw);
	free(marks);
}

/* Where little or nothing is known. */
static void
test_few(void)
{
	unsigned char *marks = marks_of(300);
	double		values[300];
	filling_rig r;

	for (size_t i = 0; i < 300; i++)
	{
		values[i] = i < 150 ? 1 : 3;
		if (i > 0 && i < 299)
			lf_mask_set(marks, i);
	}
	r = filled(values, marks, 300, &no_season, false, false);
	ok(isnan(lf_filling_reach(&r.f, 0.5)) && isfinite(r.f.filled[150]), "of two rows no errors are known");
	ok(r.f.filled[10] < r.f.filled[290], "between them is between them");
	free(r.block.raw);

	memset(marks, 0, lf_mask_size(300));
	for (size_t i = 0; i < 300; i++)
		values[i] = 7;
	for (size_t i = 20; i < 280; i += 13)
		lf_mask_set(marks, i);
	r = filled(values, marks, 300, &no_season, false, false);
	ok(r.f.filled[20] == 7 && lf_filling_lower(&r.f, 20, lf_filling_reach(&r.f, 0.95)) == 7, "values that are all alike are certain");
	free(r.block.raw);

	for (size_t i = 0; i < 300; i++)
		values[i] = i % 2 == 0 ? 1e308 : -1e308;
	r = filled(values, marks, 300, &no_season, false, false);
	ok(!isfinite(lf_filling_upper(&r.f, 20, lf_filling_reach(&r.f, 0.95))) && isfinite(r.f.filled[20]),
	   "of values whose squares overflow no bound is known");
	free(r.block.raw);
	free(marks);
}

/* Farther than the errors reach: as of normal ones. */
static void
test_reach(void)
{
	double		ratios[] = {0.1, 0.2, 0.5, 1, 1.5, 2, 2.5, 3, 4};
	lf_filling	f = {.ratio = ratios, .errors = 9};

	ok(lf_filling_reach(&f, 0.9) == 4 && lf_filling_reach(&f, 0.5) == 1.5, "of nine errors the largest is passed by one in ten");
	ok(fabs(lf_filling_reach(&f, 0.99) - 4 * 2.575829303548901 / 1.6448536269514729) < 1e-9, "rarer ones are as far as normal ones");
	f.errors = 4;
	ok(isnan(lf_filling_reach(&f, 0.5)), "four tell nothing");
}

int
main(void)
{
	test_exact();
	test_coverage(true);
	test_coverage(false);
	test_logged();
	test_outlier();
	test_few();
	test_reach();
	return done_testing();
}
