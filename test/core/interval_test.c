/*
 * interval_test.c: which error bounds the next one.
 */
#include "judging/interval.h"
#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 700

static int
compare(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return x < y ? -1 : x > y;
}

typedef struct kept
{
	lf_errors	errors;
	int			count[1];
	float		error[LF_MAX_ERRORS];
} kept;

/* One step and target with n errors. */
static void
keep(kept *k, const float *list, size_t n)
{
	float		scratch[MOST];

	for (size_t i = 0; i < n; i++)
		scratch[i] = list[i];
	k->errors = (lf_errors) {
		.steps = 1, .most = n < LF_MAX_ERRORS ? (int) n : LF_MAX_ERRORS, .count = k->count, .error = k->error
	};
	lf_errors_keep(&k->errors, 1, scratch, n);
}

static void
fill(lf_random *random, float *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		list[i] = (float) fabs(lf_random_normal(random));
}

/* Up to LF_MAX_ERRORS errors the width is the error of rank ceil((n + 1) level), by counting. */
static void
test_ranks(void)
{
	lf_random	random = lf_random_seed(1);
	float		list[MOST];
	bool		good = true;
	kept		k;

	for (size_t n = 1; n <= LF_MAX_ERRORS; n++)
	{
		fill(&random, list, n);
		keep(&k, list, n);
		qsort(list, n, sizeof(float), compare);
		for (int percent = 1; percent < 100; percent++)
		{
			/* in whole numbers: ceil((n + 1) percent / 100) */
			size_t		rank = ((n + 1) * (size_t) percent + 99) / 100;
			double		width = lf_errors_half_width(&k.errors, 1, 0, 0, percent / 100.0);

			good = good && (rank > n ? isnan(width) != 0 : width == (double) list[rank - 1]);
		}
	}
	ok(good, "the width is the error of rank ceil((n + 1) level), and none where n is smaller than that");
	ok(isnan(lf_errors_half_width(&k.errors, 1, 1, 0, 0.5)), "a step that was not measured has no width");
}

/* More of them are thinned out: never to less than the exact rank, nor to much more. */
static void
test_thinning(void)
{
	lf_random	random = lf_random_seed(2);
	float		list[MOST];
	bool		good = true;
	kept		k;

	for (size_t n = LF_MAX_ERRORS + 1; n <= MOST; n += 7)
	{
		fill(&random, list, n);
		keep(&k, list, n);
		qsort(list, n, sizeof(float), compare);
		for (int permille = 5; permille <= 995; permille += 5)
		{
			size_t		rank = ((n + 1) * (size_t) permille + 999) / 1000;
			size_t		slack = n / (LF_MAX_ERRORS + 1) + 1;
			double		width = lf_errors_half_width(&k.errors, 1, 0, 0, permille / 1000.0);

			good = good && width >= (double) list[rank - 1] &&
				width <= (double) list[rank - 1 + slack < n ? rank - 1 + slack : n - 1];
		}
	}
	ok(good, "of more errors the width is that of the rank, or of one half a per cent above");
}

static void
test_unknown(void)
{
	const float list[] = {3, NAN, 1, INFINITY, 2, NAN};
	const float nothing[] = {NAN, NAN};
	kept		k;

	keep(&k, list, 6);
	ok(k.count[0] == 3 && lf_errors_half_width(&k.errors, 1, 0, 0, 0.25) == 1 &&
	   lf_errors_half_width(&k.errors, 1, 0, 0, 0.75) == 3 && isnan(lf_errors_half_width(&k.errors, 1, 0, 0, 0.76)),
	   "what was not measured does not count");
	keep(&k, nothing, 2);
	ok(k.count[0] == 0 && isnan(lf_errors_half_width(&k.errors, 1, 0, 0, 0.01)), "of nothing there is no width");
}

/* The promise itself: of new errors at least 'level' lie within, of a rank more at most. */
static void
test_coverage(void)
{
	enum {ROUNDS = 20000};
	static const int sizes[] = {19, 60, 199, 500};
	lf_random	random = lf_random_seed(3);

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		size_t		n = (size_t) sizes[s];
		double		share = 0;
		double		least = 0.9;
		double		most = 0.9 + 1.0 / ((double) (n < LF_MAX_ERRORS ? n : LF_MAX_ERRORS) + 1);
		double		deviation = sqrt(least * (1 - least) / ROUNDS);

		for (int round = 0; round < ROUNDS; round++)
		{
			float		list[MOST];
			kept		k;

			fill(&random, list, n + 1);
			keep(&k, list, n);
			share += (double) list[n] <= lf_errors_half_width(&k.errors, 1, 0, 0, 0.9) ? 1.0 / ROUNDS : 0;
		}
		ok(share > least - 4 * deviation && share < most + 4 * deviation,
		   "%zu errors bound the next one with a probability of 90 per cent", n);
		diag("%.4f, due %.4f to %.4f", share, least, most);
	}
}

static void
test_rarity(void)
{
	const float list[] = {5, 1, 4, 2, 3};
	kept		k;

	keep(&k, list, 5);
	ok(lf_errors_rarity(&k.errors, 1, 0, 0, 0) == 1 && lf_errors_rarity(&k.errors, 1, 0, 0, 1) == 1 &&
	   lf_errors_rarity(&k.errors, 1, 0, 0, 3) == 4.0 / 6 && lf_errors_rarity(&k.errors, 1, 0, 0, 3.5) == 3.0 / 6 &&
	   lf_errors_rarity(&k.errors, 1, 0, 0, 5) == 2.0 / 6 && lf_errors_rarity(&k.errors, 1, 0, 0, 9) == 1.0 / 6,
	   "an error is as rare as its rank among the known ones, itself counted");
	ok(isnan(lf_errors_rarity(&k.errors, 1, 1, 0, 1)), "of a step that was not measured nothing is said");
}

/* Levels and steps that no error tells are told by the others: quantiles of the normal distribution by tables. */
static void
test_any(void)
{
	const float list[] = {5, 1, 4, 2};
	int			count[] = {4, 0};
	float		error[] = {1, 2, 4, 5, 0, 0, 0, 0};
	lf_errors	two = {.steps = 1, .most = 4, .count = count, .error = error};
	lf_errors	none = {0};
	kept		k;
	double		before = 0;
	bool		grows = true;

	keep(&k, list, 4);
	ok(lf_errors_any_half_width(&k.errors, 1, 0, 0, 0.2) == 1 && lf_errors_any_half_width(&k.errors, 1, 0, 0, 0.8) == 5,
	   "levels that errors tell are told by these");
	/* the largest of four stands for 80 per cent */
	ok(fabs(lf_errors_any_half_width(&k.errors, 1, 0, 0, 0.95) - 5 * 1.9599639845 / 1.6448536270) > 0.1 &&
	   fabs(lf_errors_any_half_width(&k.errors, 1, 0, 0, 0.95) - 5 * 1.9599639845 / 1.2815515655) < 1e-6,
	   "higher ones by the largest error, as of a normal distribution");
	ok(fabs(lf_errors_any_half_width(&k.errors, 1, 8, 0, 0.8) - 5 * 3) < 1e-9, "steps past those that were measured grow as those of a random walk");
	for (int i = 1; i < 1000; i++)
	{
		double		width = lf_errors_any_half_width(&k.errors, 1, 3, 0, i / 1000.0);

		grows = grows && width >= before && isfinite(width);
		before = width;
	}
	ok(grows, "a higher level is never narrower, and each has a width");
	ok(isnan(lf_errors_any_half_width(&none, 1, 0, 0, 0.5)) && isnan(lf_errors_any_half_width(&two, 2, 0, 1, 0.5)) &&
	   isnan(lf_errors_any_half_width(&two, 2, 5, 1, 0.5)) && lf_errors_any_half_width(&two, 2, 0, 0, 0.6) == 4,
	   "where no error of a target is known there is none");
}

static void
test_sizes(void)
{
	lf_task		task = {.lookback = 6, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1};
	lf_task		spread = {.lookback = 6, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1, .head = {.kind = LF_HEAD_GAUSSIAN}};
	lf_task		huge = {.lookback = 6, .horizon = 48, .lead = 1, .inputs = 1, .targets = LF_MAX_COLUMNS};

	ok(lf_errors_steps(&task, 1000) == 100 && lf_errors_steps(&task, 199) == 100 && lf_errors_steps(&task, 1) == 100 &&
	   lf_errors_steps(&task, 0) == 0, "one step ahead: 100 steps are measured, if any window is held out");
	ok(lf_errors_steps(&spread, 1000) == 100 && lf_errors_steps(&spread, 50) == 32 && lf_errors_steps(&spread, 5) == 1 &&
	   lf_errors_steps(&spread, 0) == 0, "of spreads, which are not pooled, as many as have 19 errors");
	ok(lf_errors_are_few(&task, 1) && lf_errors_are_few(&task, 199) && !lf_errors_are_few(&task, 200) && !lf_errors_are_few(&task, 0) &&
	   !lf_errors_are_few(&spread, 50), "errors of fewer than 200 windows are few, but not those of spreads");
	ok(lf_errors_most(&task, 1) == LF_MAX_ERRORS && lf_errors_most(&task, 199) == LF_MAX_ERRORS && lf_errors_most(&spread, 50) == 50 &&
	   lf_errors_windows(&task, 50) == 50, "where errors are pooled all lists are as long as lists get");
	task.horizon = 24;
	spread.horizon = 24;
	ok(lf_errors_steps(&task, 1000) == 240 && lf_errors_steps(&task, 40) == 240 && lf_errors_steps(&spread, 40) == 45,
	   "ten times the horizon is measured where that is more than 100 steps");
	task.lead = 0;
	ok(lf_errors_steps(&task, 1000) == 24, "where outputs cannot be fed back it is the horizon");
	ok(lf_errors_steps(&huge, 1000) == 0 && lf_errors_windows(&huge, 1000) == 0 && lf_errors_most(&huge, 1000) == 0,
	   "a task of which a model could keep too few errors has none");
	for (int targets = 1; targets <= LF_MAX_COLUMNS; targets *= 3)
		for (int horizon = 1; horizon < 5000; horizon *= 5)
		{
			lf_task		any = {.lookback = 6, .horizon = horizon, .lead = 0, .inputs = 1, .targets = targets};
			size_t		each = (size_t) lf_errors_steps(&any, 100000) * (size_t) targets;

			if (each * (size_t) lf_errors_most(&any, 100000) > (size_t) 1 << 18 ||
				each * lf_errors_windows(&any, 100000) > (size_t) 1 << 19)
				ok(false, "%d targets over %d steps take more than a megabyte", targets, horizon);
		}
}

int
main(void)
{
	test_ranks();
	test_thinning();
	test_unknown();
	test_coverage();
	test_rarity();
	test_any();
	test_sizes();
	return done_testing();
}
