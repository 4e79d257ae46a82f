/*
 * smoother_test.c: the smoother beside the same numbers from the covariance matrix of all rows.
 */
#include "base/cholesky.h"
#include "base/random.h"
#include "rig.h"
#include "series/imputation.h"
#include "series/smoother.h"
#include "tap.h"

#include <math.h>

#define ROWS 40

/* Rows 0, 10 to 16, 30 and the last are not known. */
static void
mark(unsigned char *marks)
{
	memset(marks, 0, lf_mask_size(ROWS));
	lf_mask_set(marks, 0);
	for (size_t i = 10; i < 17; i++)
		lf_mask_set(marks, i);
	lf_mask_set(marks, 30);
	lf_mask_set(marks, ROWS - 1);
}

/* The covariance of the states of two rows. One that wanders starts somewhere: with a variance that is huge beside all else. */
static double
covariance(const lf_smoother *s, size_t a, size_t b)
{
	if (s->persistence < 1)
		return s->variance * s->share * pow(s->persistence, fabs((double) a - (double) b)) / (1 - s->persistence * s->persistence);
	return s->variance * (1e5 + s->share * (double) (a < b ? a : b));
}

/* Mean and variance of the state of a row, given the rows that are known. */
static void
given(const lf_smoother *s, const double *x, const unsigned char *marks, size_t row, double *mean, double *variance)
{
	double		a[ROWS * ROWS];
	double		cross[ROWS];
	double		solved[ROWS];
	size_t		place[ROWS];
	size_t		n = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (!lf_mask_at(marks, i))
			place[n++] = i;
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < n; j++)
			a[i * n + j] = covariance(s, place[i], place[j]) + (i == j ? lf_smoother_noise(s) : 0);
		cross[i] = solved[i] = covariance(s, row, place[i]);
	}
	(void) lf_factorize(a, n, NULL);
	lf_solve(a, n, solved);
	*mean = 0;
	*variance = covariance(s, row, row);
	for (size_t i = 0; i < n; i++)
	{
		*mean += solved[i] * x[place[i]];
		*variance -= solved[i] * cross[i];
	}
}

static void
test_oracle(void)
{
	static const lf_smoother smoothers[] = {{1, 0.1, 2}, {1, 0.9, 3}, {0.9, 0.3, 2}, {0.5, 0.8, 1}, {0, 0.5, 4}, {0.99, 1, 1}};
	unsigned char marks[ROWS / 8 + 1];
	double		x[ROWS];
	double		state[ROWS];
	double		variance[ROWS];
	lf_random	random = lf_random_seed(3);

	mark(marks);
	for (size_t i = 0; i < ROWS; i++)
		x[i] = lf_mask_at(marks, i) ? (double) NAN : lf_random_normal(&random);
	for (size_t k = 0; k < sizeof(smoothers) / sizeof(smoothers[0]); k++)
	{
		const lf_smoother *s = &smoothers[k];
		double		worst = 0;

		lf_smooth(s, x, marks, ROWS, state, variance);
		for (size_t i = 0; i < ROWS; i++)
		{
			double		mean;
			double		expected;

			given(s, x, marks, i, &mean, &expected);
			worst = fmax(worst, fmax(fabs(state[i] - mean), fabs(variance[i] - expected)));
		}
		if (!ok(worst < 1e-4, "persistence %g, share %g: states and variances are those of the covariance matrix", s->persistence, s->share))
			diag("farthest %g", worst);
	}
}

/* Without noise a level that wanders is a Brownian bridge: a line, and variances of a parabola. */
static void
test_bridge(void)
{
	const lf_smoother s = {.persistence = 1, .share = 1, .variance = 4};
	const double x[] = {10, 0, 0, 0, 18};
	unsigned char marks[1] = {0x0E};
	double		state[5];
	double		variance[5];

	lf_smooth(&s, x, marks, 5, state, variance);
	ok(fabs(state[1] - 12) < 1e-12 && fabs(state[2] - 14) < 1e-12, "a bridge is a line");
	ok(fabs(variance[1] - 3) < 1e-12 && fabs(variance[2] - 4) < 1e-12 && fabs(variance[3] - 3) < 1e-12 && variance[4] == 0,
	   "that is least certain in the middle");
}

static void
test_fit(void)
{
	double	   *x = malloc(4000 * sizeof(double));
	unsigned char *marks = calloc(lf_mask_size(4000), 1);
	lf_random	random = lf_random_seed(5);
	double		level = 0;
	lf_smoother s;

	for (int i = 0; i < 4000; i++)
	{
		level += 0.5 * lf_random_normal(&random);
		x[i] = level + lf_random_normal(&random);
	}
	s = lf_smoother_fit(x, marks, 4000, true, NULL);
	/* .25 of 1.25 is .2 */
	ok(s.persistence == 1 && s.share == 0.2 && fabs(s.variance - 1.25) < 0.15, "how much a level wanders is found");
	level = 0;
	for (int i = 0; i < 4000; i++)
	{
		level = 0.9 * level + 2 * lf_random_normal(&random);
		x[i] = level;
	}
	s = lf_smoother_fit(x, marks, 4000, false, NULL);
	ok(s.persistence == 0.9 && s.share >= 0.95 && fabs(s.variance - 4) < 0.5, "and how long a state lasts");
	for (int i = 0; i < 4000; i++)
		x[i] = 7;
	s = lf_smoother_fit(x, marks, 4000, true, NULL);
	ok(s.variance == 0, "rows that are all alike have no variance");
	free(x);
	free(marks);
}

int
main(void)
{
	test_oracle();
	test_bridge();
	test_fit();
	return done_testing();
}
