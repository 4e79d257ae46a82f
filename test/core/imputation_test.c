/*
 * gaps_test.c: filling by hand, then against a definition of each method that looks at one value at a time.
 */
#include "base/heavy_hitters.h"
#include "series/imputation.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#define MOST_ROWS 64
#define COLUMNS 2

/* Fills a column of its own by one method, in memory with red zones; NaN stands for a missing value. */
static bool
fill(lf_missing method, double *values, size_t rows, int season)
{
	guarded		marks = guarded_new(lf_mask_size(rows));
	guarded		block = guarded_new(rows * sizeof(double));
	bool		filled;

	memcpy(block.block, values, rows * sizeof(double));
	(void) lf_mask_missing(block.block, rows, marks.block);
	filled = lf_impute(method, block.block, marks.block, rows, 1, 0, season);
	if (!guarded_intact(&marks) || !guarded_intact(&block))
		filled = false;
	memcpy(values, block.block, rows * sizeof(double));
	free(marks.raw);
	free(block.raw);
	return filled;
}

static bool
gives(lf_missing method, const double *before, const double *after, size_t rows, int season)
{
	double		values[MOST_ROWS];
	bool		same = true;

	memcpy(values, before, rows * sizeof(double));
	if (!fill(method, values, rows, season))
		return false;
	for (size_t i = 0; i < rows; i++)
		same &= fabs(values[i] - after[i]) < 1e-12;
	return same;
}

static void
test_by_hand(void)
{
	const double x = (double) NAN;
	const double row[] = {x, 10, x, x, 40, x};
	const double linear[] = {10, 10, 20, 30, 40, 40};
	const double previous[] = {10, 10, 10, 10, 40, 40};
	const double seasons[] = {1, 2, 3, x, 5, 6, 7, x, 9};	/* season 3 */
	const double seasonal[] = {1, 2, 3, 4, 5, 6, 7, 5, 9};
	const double empty[] = {x, 2, x, 4, x, 6};	/* season 2: nobody knows the first place */
	const double fallback[] = {2, 2, 3, 4, 5, 6};
	const double huge[] = {-1.7e308, x, 1.7e308};
	const double middle[] = {-1.7e308, 0, 1.7e308};
	const double one[] = {x, 7, x};
	const double sevens[] = {7, 7, 7};
	double		nothing[] = {x, x, x};

	ok(gives(LF_MISSING_LINEAR, row, linear, 6, 1), "linear: on the line between the neighbours, level at the edges");
	ok(gives(LF_MISSING_MASK, row, linear, 6, 1), "mask fills the same way");
	ok(gives(LF_MISSING_PREVIOUS, row, previous, 6, 1), "previous: the last known value, at the start the first");
	ok(gives(LF_MISSING_SEASONAL, seasons, seasonal, 9, 3), "seasonal: the mean of both sides, at the end the one before");
	ok(gives(LF_MISSING_AUTO, seasons, seasonal, 9, 3), "auto fills as seasonal does");
	ok(gives(LF_MISSING_SEASONAL, empty, fallback, 6, 2), "seasonal: linear where no season knows the place");
	ok(gives(LF_MISSING_SEASONAL, row, linear, 6, 1), "seasonal without a season is linear");
	ok(gives(LF_MISSING_SEASONAL, row, linear, 6, 100), "seasonal is linear where there is only one season");
	ok(gives(LF_MISSING_LINEAR, huge, middle, 3, 1), "the line between huge values does not overflow");
	ok(gives(LF_MISSING_SEASONAL, huge, middle, 3, 1), "the mean of huge values does not overflow");
	ok(gives(LF_MISSING_LINEAR, one, sevens, 3, 1) && gives(LF_MISSING_PREVIOUS, one, sevens, 3, 1) &&
	   gives(LF_MISSING_SEASONAL, one, sevens, 3, 2), "one known value is enough");
	ok(!fill(LF_MISSING_LINEAR, nothing, 3, 1) && isnan(nothing[0]) && isnan(nothing[2]),
	   "without any known value nothing is changed, and that is told");
}

/* ---- the definitions ---- */

/* The known value that is 'step' places away, or twice that, or ...; NaN where there is none. */
static double
nearest(const double *values, size_t rows, size_t i, long step)
{
	for (long at = (long) i + step; at >= 0 && at < (long) rows; at += step)
		if (!isnan(values[at]))
			return values[at];
	return (double) NAN;
}

static double
defined_linear(const double *values, size_t rows, size_t i)
{
	double		left = nearest(values, rows, i, -1);
	double		right = nearest(values, rows, i, 1);
	double		before = 1;
	double		after = 1;

	if (isnan(left) || isnan(right))
		return isnan(left) ? right : left;
	while (isnan(values[i - (size_t) before]))
		before++;
	while (isnan(values[i + (size_t) after]))
		after++;
	return (left * after + right * before) / (before + after);
}

static double
defined(lf_missing method, const double *values, size_t rows, size_t i, int season)
{
	double		left = nearest(values, rows, i, -season);
	double		right = nearest(values, rows, i, season);

	if (!isnan(values[i]))
		return values[i];
	if (method == LF_MISSING_PREVIOUS)
	{
		double		previous = nearest(values, rows, i, -1);

		return isnan(previous) ? nearest(values, rows, i, 1) : previous;
	}
	if ((method != LF_MISSING_SEASONAL && method != LF_MISSING_AUTO) || season < 2 || (isnan(left) && isnan(right)))
		return defined_linear(values, rows, i);
	return isnan(left) ? right : isnan(right) ? left : (left + right) / 2;
}

/* Two columns side by side, filled one after the other: each must come out as its definition has it. */
static void
test_definitions(lf_missing method)
{
	double		worst = 0;
	bool		again = true;

	for (int s = 0; s < 200; s++)
	{
		lf_random	random = lf_random_seed(900 + (uint64_t) s);
		size_t		rows = 2 + (size_t) lf_random_below(&random, MOST_ROWS - 1);
		int			season = 1 + (int) lf_random_below(&random, 12);
		double		share = lf_random_uniform(&random);
		double		column[COLUMNS][MOST_ROWS];
		double		values[MOST_ROWS * COLUMNS];
		double		twice[MOST_ROWS * COLUMNS];
		unsigned char marks[MOST_ROWS * COLUMNS / 8 + 1];
		size_t		missing = 0;

		for (size_t i = 0; i < rows; i++)
			for (int c = 0; c < COLUMNS; c++)
			{
				column[c][i] = i > 0 && lf_random_uniform(&random) < share ? (double) NAN : lf_random_normal(&random);
				missing += isnan(column[c][i]) != 0;
				values[i * COLUMNS + (size_t) c] = column[c][i];
			}
		if (lf_mask_missing(values, rows * COLUMNS, marks) != missing)
			worst = INFINITY;
		for (int c = 0; c < COLUMNS; c++)
			(void) lf_impute(method, values, marks, rows, COLUMNS, c, season);
		memcpy(twice, values, sizeof(values));
		for (int c = 0; c < COLUMNS; c++)
			(void) lf_impute(method, twice, marks, rows, COLUMNS, c, season);
		again &= memcmp(twice, values, rows * COLUMNS * sizeof(double)) == 0;
		for (size_t i = 0; i < rows; i++)
			for (int c = 0; c < COLUMNS; c++)
			{
				double		error = fabs(values[i * COLUMNS + (size_t) c] - defined(method, column[c], rows, i, season));

				worst = isnan(error) ? INFINITY : fmax(worst, error);
			}
	}
	ok(worst < 1e-12, "%s fills 200 random tables as it is defined", lf_missing_names[method]);
	diag("largest difference %.2g", worst);
	ok(again, "filling what is filled changes nothing");
}

/* ---- the most frequent number ---- */

/* Every number more frequent than 1 in LF_HEAVY_HITTERS + 1, however the others come, must be found with its count. */
static void
test_frequent(void)
{
	int			found = 0;
	lf_heavy_hitters few = {0};
	int64_t		best;

	for (int s = 0; s < 100; s++)
	{
		lf_random	random = lf_random_seed((uint64_t) s);
		lf_heavy_hitters hitters = {0};
		int64_t		numbers[2000];
		uint64_t	count = 0;
		uint64_t	told;

		for (int i = 0; i < 2000; i++)
		{
			bool		usual = lf_random_uniform(&random) < 0.06;

			numbers[i] = usual ? -7 : (int64_t) lf_random_below(&random, 100000);
			count += usual;
		}
		for (int i = 0; i < 2000; i++)
			lf_heavy_hitters_add(&hitters, numbers[i]);
		lf_heavy_hitters_recount(&hitters);
		for (int i = 0; i < 2000; i++)
			lf_heavy_hitters_count(&hitters, numbers[i]);
		told = lf_heavy_hitters_best(&hitters, &best);
		found += best == -7 && told == count;
	}
	ok(found == 100, "a number that is one of seventeen among all others is found, with its count");
	ok(lf_heavy_hitters_best(&few, &best) == 0, "of no numbers none is frequent");
	lf_heavy_hitters_add(&few, 9);
	lf_heavy_hitters_add(&few, 4);
	lf_heavy_hitters_add(&few, 5);
	ok(lf_heavy_hitters_best(&few, &best) == 1 && best == 4, "of equally frequent numbers the smallest is taken");
}

/* Sums of huge values overflow, their means do not. */
static void
test_huge(void)
{
	for (int method = LF_MISSING_LINEAR; method < LF_MISSINGS; method++)
	{
		double		values[9] = {1.5e308, 1, 2, 0, 1, 2, 1.7e308, 1, 2};
		unsigned char marks[2] = {0};

		lf_mask_set(marks, 3);
		ok(lf_impute((lf_missing) method, values, marks, 9, 1, 0, 3) && isfinite(values[3]) &&
		   (method != LF_MISSING_SEASONAL || fabs(values[3] / 1.6e308 - 1) < 1e-12), "%s: huge neighbours leave a gap finite",
		   lf_missing_names[method]);
	}
}

/* What is missing of a column among others, and how much of it is filled unasked. */
static void
test_gaps(void)
{
	const size_t few[][2] = {{1, 1}, {4, 1}, {8, 2}, {12, 3}, {30, 3}, {39, 3}, {40, 4}, {1000, 100}};
	unsigned char marks[8] = {0};
	lf_gaps		all;
	lf_gaps		newest;

	/* three columns of ten rows: of the middle one rows 1, 4, 5, 6 and 9 are missing, of the others everything */
	for (size_t i = 0; i < 30; i++)
		if (i % 3 != 1 || i / 3 == 1 || (i / 3 >= 4 && i / 3 <= 6) || i / 3 == 9)
			lf_mask_set(marks, i);
	all = lf_gaps_of(marks, 0, 10, 3, 1);
	newest = lf_gaps_of(marks, 6, 10, 3, 1);
	ok(all.missing == 5 && all.longest == 3 && all.first == 4,
	   "gaps of a column are counted, and the longest is found");
	ok(newest.missing == 2 && newest.longest == 1 && newest.first == 6,
	   "rows before those that are asked about do not count");
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++)
		ok(lf_missing_most(few[i][0]) == few[i][1], "of %zu rows %zu may be missing", few[i][0], few[i][1]);
	ok(lf_missing_longest(20, 1) == 3 && lf_missing_longest(200, 0) == 10 && lf_missing_longest(200, 24) == 24 &&
	   lf_missing_longest(2000, 24) == 100, "a gap is as long as three rows, a twentieth of them or a season");
}

int
main(void)
{
	test_huge();
	test_gaps();
	test_by_hand();
	for (int method = LF_MISSING_LINEAR; method < LF_MISSINGS; method++)
		test_definitions((lf_missing) method);
	test_frequent();
	return done_testing();
}
