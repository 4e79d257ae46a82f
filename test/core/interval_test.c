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

static void
test_sizes(void)
{
	lf_task		task = {.lookback = 6, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1};
	lf_task		huge = {.lookback = 6, .horizon = 48, .lead = 1, .inputs = 1, .targets = LF_MAX_COLUMNS};

	ok(lf_errors_steps(&task, 1000) == 100 && lf_errors_steps(&task, 50) == 32 && lf_errors_steps(&task, 5) == 1 &&
	   lf_errors_steps(&task, 0) == 0, "one step ahead: 100 steps are measured, or as many as have 19 errors");
	task.horizon = 24;
	ok(lf_errors_steps(&task, 1000) == 240 && lf_errors_steps(&task, 40) == 45, "ten times the horizon is measured where that is more than 100 steps");
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
	test_sizes();
	return done_testing();
}
