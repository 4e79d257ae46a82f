/*
 * pooled_test.c: intervals from few forecasts: how much they hold, how they grow, and what is made of odd errors.
 */
#include "base/random.h"
#include "judging/pooled.h"
#include "tap.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 6
#define MOST_N 40

typedef struct pool
{
	lf_errors	errors;
	int			count[STEPS * 2];
	float		error[STEPS * 2 * LF_MAX_ERRORS];
} pool;

static void
start(pool *p, int steps)
{
	memset(p, 0xa5, sizeof(*p));
	p->errors = (lf_errors) {.steps = steps, .most = LF_MAX_ERRORS, .count = p->count, .error = p->error};
}

#define LEVELS 3

static const double levels[LEVELS] = {0.5, 0.8, 0.95};

/*
 * How much of later forecasts the intervals of each level hold that 'n' forecasts without an overlap make, each of which errs
 * alike over all of its steps, or anew in each of them.
 */
static void
cover(lf_random *random, int n, bool alike, double freedom, double *share)
{
	int			rounds = alike ? 3000 : 1000;
	pool		p;

	start(&p, STEPS);
	for (int l = 0; l < LEVELS; l++)
		share[l] = 0;
	for (int round = 0; round < rounds; round++)
	{
		float		measured[STEPS * MOST_N];
		double		own = lf_random_normal(random);

		for (int i = 0; i < n; i++)
		{
			double		one = lf_random_normal(random);

			for (int k = 0; k < STEPS; k++)
				measured[k * n + i] = (float) (fabs(alike ? one : lf_random_normal(random)) * sqrt(k + 1));
		}
		lf_errors_pool(&p.errors, 1, measured, (size_t) n, freedom);
		for (int k = 0; k < STEPS; k++)
		{
			double		error = fabs(alike ? own : lf_random_normal(random)) * sqrt(k + 1);

			for (int l = 0; l < LEVELS; l++)
				share[l] += (error <= lf_errors_half_width(&p.errors, 1, k, 0, levels[l])) / (double) rounds / STEPS;
		}
	}
}

/* From very few forecasts they hold what they say but for some hundredths: more where steps err by themselves. */
static void
test_coverage(void)
{
	static const int sizes[] = {3, 6, 12, MOST_N};
	lf_random	random = lf_random_seed(2);
	double		plain[LEVELS];

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		int			n = sizes[s];
		double		slack = n < 12 ? 0.08 : 0.04;
		double		anew[LEVELS];
		double		alike[LEVELS];
		bool		good = true;

		cover(&random, n, false, n, anew);
		cover(&random, n, true, n, alike);
		for (int l = 0; l < LEVELS; l++)
		{
			good = good && anew[l] > levels[l] - 0.02 && anew[l] < levels[l] + slack && fabs(alike[l] - levels[l]) < slack;
			diag("%g: %.3f and %.3f", levels[l], anew[l], alike[l]);
		}
		ok(good, "intervals from %d forecasts hold about as much as they say", n);
	}
	cover(&random, 3, true, 1e9, plain);
	ok(plain[2] < 0.8, "they would not, were few forecasts taken for many");
	diag("%.3f and %.3f", plain[1], plain[2]);
}

/* Errors that are the same in all forecasts, and grow as the distance to this power. */
static void
measure_power(float *measured, int n, double scale, double power)
{
	for (int k = 0; k < STEPS; k++)
		for (int i = 0; i < n; i++)
			measured[k * n + i] = (float) (scale * pow(k + 1, power));
}

static void
test_growth(void)
{
	static const struct
	{
		double		power;
		double		found;
	}			tests[] = {{0, 0}, {0.5, 0.5}, {0.7, 0.7}, {1, 1}, {1.6, 1}, {-0.8, 0}};
	float		measured[STEPS * 5];
	pool		p;

	start(&p, STEPS);
	for (size_t t = 0; t < sizeof(tests) / sizeof(tests[0]); t++)
	{
		double		worst = 0;

		measure_power(measured, 5, 3, tests[t].power);
		lf_errors_pool(&p.errors, 1, measured, 5, 1e9);
		for (int k = 0; k < STEPS; k++)
			worst = fmax(worst, fabs(lf_errors_half_width(&p.errors, 1, k, 0, 0.8) / lf_errors_half_width(&p.errors, 1, 0, 0, 0.8) -
									 pow(k + 1, tests[t].found)));
		ok(worst < 1e-5, "errors that grow as the distance to the power of %g are taken to grow by %g", tests[t].power, tests[t].found);
		if (tests[t].power >= 0 && tests[t].power <= 1)
			ok(fabs(lf_errors_half_width(&p.errors, 1, 0, 0, 0.3) - 3) < 1e-5, "and are told as they are where there are many");
	}
	/* of the first step alone */
	measure_power(measured, 5, 3, 0.1);
	for (int i = 5; i < STEPS * 5; i++)
		measured[i] = (float) NAN;
	lf_errors_pool(&p.errors, 1, measured, 5, 1e9);
	ok(fabs(lf_errors_half_width(&p.errors, 1, 3, 0, 0.8) - 6) < 1e-5, "where one step is known the others grow as those of a random walk");
	/* each target by itself */
	{
		float		both[STEPS * 2 * 5];

		for (int k = 0; k < STEPS; k++)
			for (int i = 0; i < 5; i++)
			{
				both[(k * 2) * 5 + i] = (float) (2 * (k + 1));
				both[(k * 2 + 1) * 5 + i] = 7;
			}
		lf_errors_pool(&p.errors, 2, both, 5, 1e9);
		ok(fabs(lf_errors_half_width(&p.errors, 2, 4, 0, 0.5) - 10) < 1e-4 && fabs(lf_errors_half_width(&p.errors, 2, 4, 1, 0.5) - 7) < 1e-4,
		   "each target has a growth of its own");
	}
}

static int
compare(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return x < y ? -1 : x > y;
}

/* One step: the list is that of the ranks, wider by Student's distribution; quantiles by tables. */
static void
test_ranks(void)
{
	enum {N = 37};
	lf_random	random = lf_random_seed(8);
	float		measured[N];
	float		sorted[N];
	bool		right = true;
	bool		ascends = true;
	pool		p;
	pool		few;

	start(&p, 1);
	start(&few, 1);
	for (int i = 0; i < N; i++)
		measured[i] = sorted[i] = (float) fabs(lf_random_normal(&random));
	lf_errors_pool(&p.errors, 1, measured, N, 1e12);
	lf_errors_pool(&few.errors, 1, measured, N, 5);
	qsort(sorted, N, sizeof(float), compare);
	for (int k = 1; k <= LF_MAX_ERRORS; k++)
	{
		/* the least rank that is no less than k two hundredths of all, in whole numbers */
		int			rank = (k * N + 199) / 200;

		right = right && fabs((double) (p.error[k - 1] / sorted[rank - 1] - 1)) < 1e-5;
		ascends = ascends && (k == 1 || few.error[k - 1] >= few.error[k - 2]) && few.error[k - 1] > p.error[k - 1];
	}
	ok(right && p.count[0] == LF_MAX_ERRORS, "of one step the list has the error of each rank");
	ok(ascends, "a list of few ascends, and is wider");
	/* half-widths of 80 and 95 per cent: 1.4758840 and 2.5705818 with 5 degrees of freedom, 1.2815516 and 1.9599640 with many */
	ok(fabs((double) (few.error[159] / p.error[159]) - 1.4758840 / 1.2815516) < 1e-5 &&
	   fabs((double) (few.error[189] / p.error[189]) - 2.5705818 / 1.9599640) < 1e-5, "by as much as Student's distribution is");
}

static void
test_odd(void)
{
	float		measured[STEPS * 2 * 5] = {0};
	bool		zeros = true;
	bool		nothing = true;
	bool		finite = true;
	double		spread[STEPS];
	pool		p;

	start(&p, STEPS);
	lf_errors_pool(&p.errors, 1, measured, 5, 2);
	for (int k = 0; k < STEPS; k++)
		zeros = zeros && p.count[k] == LF_MAX_ERRORS && p.error[k * LF_MAX_ERRORS] == 0 && p.error[(k + 1) * LF_MAX_ERRORS - 1] == 0;
	ok(zeros, "where nothing was ever wrong intervals are 0");
	for (int i = 0; i < STEPS * 5; i++)
		measured[i] = i % 2 == 0 ? (float) NAN : (float) INFINITY;
	lf_errors_pool(&p.errors, 1, measured, 5, 2);
	for (int k = 0; k < STEPS; k++)
		nothing = nothing && p.count[k] == 0 && lf_error_list_is_sound(&p.errors, (size_t) k);
	ok(nothing, "where nothing is known there are none");
	/* a step of zeros tells nothing of the growth, but counts */
	measure_power(measured, 5, 1, 0.5);
	memset(measured + 2 * 5, 0, 5 * sizeof(float));
	lf_errors_pool(&p.errors, 1, measured, 5, 1e9);
	ok(p.error[0] == 0 && fabs(lf_errors_half_width(&p.errors, 1, 3, 0, 0.8) - 2) < 1e-5, "a step without errors is no step of the growth");
	for (int i = 0; i < STEPS * 5; i++)
		measured[i] = 3e38f;
	lf_errors_pool(&p.errors, 1, measured, 5, 1);
	for (size_t i = 0; i < STEPS * LF_MAX_ERRORS; i++)
		finite = finite && isfinite(p.error[i]);
	for (int k = 0; k < STEPS; k++)
		finite = finite && lf_error_list_is_sound(&p.errors, (size_t) k);
	ok(finite && p.count[0] == 0, "of errors that no float holds once they are wider nothing is told");

	for (int k = 0; k < STEPS; k++)
		spread[k] = k == 4 ? (double) INFINITY : k == 5 ? 1e200 : 2 * (k + 1);
	lf_errors_suppose(&p.errors, 1, spread, 5);
	ok(fabs(lf_errors_half_width(&p.errors, 1, 2, 0, 0.95) - 6 * 2.5705818) < 1e-4 &&
	   fabs(lf_errors_half_width(&p.errors, 1, 0, 0, 0.8) - 2 * 1.4758840) < 1e-4 &&
	   fabs(lf_errors_half_width(&p.errors, 1, 0, 0, 0.995) - 2 * 4.7733406) < 1e-4, "what is supposed follows Student's distribution");
	ok(p.count[4] == 0 && p.count[5] == 0 && p.error[5 * LF_MAX_ERRORS] == 0, "of a spread that no float holds nothing is told");
}

int
main(void)
{
	test_coverage();
	test_growth();
	test_ranks();
	test_odd();
	return done_testing();
}
