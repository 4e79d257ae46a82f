/*
 * difference_test.c: the error of a mean difference by hand, and how often it is right where the truth is known.
 */
#include "base/random.h"
#include "judging/difference.h"
#include "tap.h"

#include <math.h>

static void
test_by_hand(void)
{
	static const double four[] = {1, 3, -1, 5};
	lf_difference d = lf_difference_of(four, 4, 0);

	/* variance 5, over 4; the correction is (4 + 1 - 2) / 4 */
	ok(d.mean == 2 && fabs(d.error - sqrt(5 / 4.0 / 0.75)) < 1e-12, "independent differences have the error of a mean");
	ok(fabs(d.probability - erfc(2 / d.error / sqrt(2))) < 1e-12, "and the probability of a normal one");
	/* lag 1: (1)(-1) + (-3)(1) + (3)(-3), over 4; weight 1 / 2, twice: less than nothing is left, 5 - 13 / 4 */
	d = lf_difference_of(four, 4, 1);
	ok(fabs(d.error - sqrt((5 - 13 / 4.0) / 4 / ((4 + 1 - 4 + 2 / 4.0) / 4))) < 1e-12, "neighbours that share rows are no two witnesses");
}

static void
test_few(void)
{
	static const double alike[] = {2, 2, 2, 2};

	ok(lf_difference_of(alike, 2, 0).mean == 2 && isnan(lf_difference_of(alike, 2, 0).error), "two origins tell nothing of chance");
	ok(isnan(lf_difference_of(alike, 4, 0).error) && isnan(lf_difference_of(alike, 4, 0).probability), "nor do differences that are all the same");
	ok(lf_difference_of(alike, 0, 0).mean == 0 && isnan(lf_difference_of(alike, 0, 3).error), "nor does none");
}

/* Sums of 'together' neighbours of noise, as errors of forecasts of that many steps are: how often 5 percent are passed. */
static double
share_passed(int together, size_t overlap)
{
	enum {ORIGINS = 120, RUNS = 4000};
	lf_random	random = lf_random_seed(12);
	int			passed = 0;

	for (int run = 0; run < RUNS; run++)
	{
		double		noise[ORIGINS + 12];
		double		differences[ORIGINS] = {0};

		for (int i = 0; i < ORIGINS + 12; i++)
			noise[i] = lf_random_normal(&random);
		for (int i = 0; i < ORIGINS; i++)
			for (int k = 0; k < together; k++)
				differences[i] += noise[i + k];
		passed += lf_difference_of(differences, ORIGINS, overlap).probability < 0.05;
	}
	return (double) passed / RUNS;
}

static void
test_size(void)
{
	double		one = share_passed(1, 0);
	double		six = share_passed(6, 5);
	double		blind = share_passed(6, 0);

	if (!ok(one > 0.035 && one < 0.07, "5 of 100 that do not differ are said to, one step ahead"))
		diag("%.3f", one);
	if (!ok(six < 0.13, "and not many more where six steps overlap"))
		diag("%.3f", six);
	if (!ok(blind > 0.3, "which would be, if nobody knew"))
		diag("%.3f", blind);
}

int
main(void)
{
	test_by_hand();
	test_few();
	test_size();
	return done_testing();
}
