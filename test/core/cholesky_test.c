/*
 * cholesky_test.c: factors beside the plain product, and solutions beside what they solve.
 */
#include "base/cholesky.h"
#include "base/random.h"
#include "tap.h"

#include <math.h>

#define MOST 12

/* A symmetric, positive matrix: m m' and something on the diagonal. */
static void
fill(lf_random *random, double *a, int n)
{
	double		m[MOST * MOST];

	for (int i = 0; i < n * n; i++)
		m[i] = lf_random_normal(random);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			a[i * n + j] = i == j ? 0.5 : 0;
			for (int k = 0; k < n; k++)
				a[i * n + j] += m[i * n + k] * m[j * n + k];
		}
}

static void
test_sizes(void)
{
	lf_random	random = lf_random_seed(4);
	double		product_off = 0;
	double		solution_off = 0;
	bool		apart = true;

	for (int n = 1; n <= MOST; n++)
	{
		double		a[MOST * MOST];
		double		factor[MOST * MOST];
		double		b[MOST];
		double		x[MOST];

		fill(&random, a, n);
		for (int i = 0; i < n; i++)
			for (int j = 0; j < n; j++)
				factor[i * n + j] = j <= i ? a[i * n + j] : (double) NAN;
		apart = apart && lf_factorize(factor, (size_t) n, NULL);
		for (int i = 0; i < n; i++)
			for (int j = 0; j <= i; j++)
			{
				double		sum = 0;

				for (int k = 0; k <= j; k++)
					sum += factor[i * n + k] * factor[j * n + k];
				product_off = fmax(product_off, fabs(sum - a[i * n + j]));
			}
		for (int i = 0; i < n; i++)
			x[i] = b[i] = lf_random_normal(&random);
		lf_solve(factor, (size_t) n, x);
		for (int i = 0; i < n; i++)
		{
			double		sum = 0;

			for (int j = 0; j < n; j++)
				sum += a[i * n + j] * x[j];
			solution_off = fmax(solution_off, fabs(sum - b[i]));
		}
	}
	ok(apart && product_off < 1e-12, "a factor times itself is the matrix, of which the lower half alone was read");
	ok(solution_off < 1e-10, "the matrix times the solution is the right side");
	diag("off by %g and %g", product_off, solution_off);
}

/* Pivots that are not positive, and the interrupt. */
static void
test_odd(void)
{
	volatile sig_atomic_t interrupt = 1;
	double		zero[4] = {0};
	double		same[4] = {4, 0, 4, 4};	/* both rows are the same */
	double		b[2] = {3, -5};

	ok(lf_factorize(zero, 2, NULL) && zero[0] == 1 && zero[2] == 0 && zero[3] == 1, "a pivot of 0 counts as 1");
	lf_solve(zero, 2, b);
	ok(b[0] == 3 && b[1] == -5, "what has no equation is left as it is");
	ok(lf_factorize(same, 2, NULL) && same[0] == 2 && same[2] == 2 && same[3] == 1, "so does what is left of a row that stands twice");
	ok(!lf_factorize(same, 2, &interrupt), "an interrupt ends it");
	interrupt = 0;
	ok(lf_factorize(same, 2, &interrupt), "a flag that is not set does not");
}

int
main(void)
{
	test_sizes();
	test_odd();
	return done_testing();
}
