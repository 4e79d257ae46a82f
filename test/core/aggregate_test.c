/*
 * aggregate_test.c: several values become one, against plain loops.
 */
#include "series/aggregate.h"
#include "base/random.h"
#include "tap.h"

#include <math.h>
#include <string.h>

static lf_group
group_of(const double *values, int count)
{
	lf_group	group = {0};

	for (int i = 0; i < count; i++)
		lf_group_add(&group, values[i]);
	return group;
}

static bool
equals(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

static void
test_values(void)
{
	const double values[] = {4, -2, (double) NAN, 7, 1};
	lf_group	group = group_of(values, 5);

	ok(lf_group_value(&group, LF_AGGREGATE_SUM) == 10, "the sum leaves out what is not there");
	ok(equals(lf_group_value(&group, LF_AGGREGATE_MEAN), 2.5), "so does the mean");
	ok(lf_group_value(&group, LF_AGGREGATE_COUNT) == 4, "and the count");
	ok(lf_group_value(&group, LF_AGGREGATE_MIN) == -2 && lf_group_value(&group, LF_AGGREGATE_MAX) == 7, "lowest and highest");
	ok(lf_group_value(&group, LF_AGGREGATE_LAST) == 1, "the last value");
	group = group_of(values, 3);
	ok(lf_group_value(&group, LF_AGGREGATE_LAST) == -2, "the last value that is there");
	group = group_of(values + 2, 1);
	ok(lf_group_value(&group, LF_AGGREGATE_COUNT) == 0, "nothing is counted as 0");
	for (int i = LF_AGGREGATE_SUM; i < LF_AGGREGATES; i++)
		if (i != LF_AGGREGATE_COUNT)
			ok(isnan(lf_group_value(&group, (lf_aggregate) i)), "there is no %s of nothing", lf_aggregate_names[i]);
}

static void
test_extremes(void)
{
	const double huge[] = {1.5e308, -1.5e308, 1.5e308};
	const double infinite[] = {1, (double) INFINITY};
	lf_group	group = group_of(huge, 3);

	ok(isfinite(lf_group_value(&group, LF_AGGREGATE_MEAN)) && lf_group_value(&group, LF_AGGREGATE_MEAN) > 0,
	   "the mean of huge values is not infinite");
	group = group_of(huge, 1);
	lf_group_add(&group, 1.5e308);
	ok(isinf(lf_group_value(&group, LF_AGGREGATE_SUM)), "a sum beyond all numbers is infinite, and is not hidden");
	group = group_of(infinite, 2);
	ok(isinf(lf_group_value(&group, LF_AGGREGATE_SUM)) && isinf(lf_group_value(&group, LF_AGGREGATE_MAX)),
	   "neither is an infinite value");
}

static void
test_random(void)
{
	lf_random	random = lf_random_seed(7);
	bool		good = true;

	for (int round = 0; round < 200; round++)
	{
		double		values[50];
		int			count = 1 + (int) (lf_random_uniform(&random) * 49);
		double		sum = 0;
		double		low = INFINITY;
		double		high = -INFINITY;
		lf_group	group;

		for (int i = 0; i < count; i++)
		{
			values[i] = 100 * lf_random_normal(&random);
			sum += values[i];
			low = fmin(low, values[i]);
			high = fmax(high, values[i]);
		}
		group = group_of(values, count);
		good &= equals(lf_group_value(&group, LF_AGGREGATE_SUM), sum) &&
			equals(lf_group_value(&group, LF_AGGREGATE_MEAN), sum / count) && group.lowest == low && group.highest == high;
	}
	ok(good, "200 random groups are what plain loops make of them");
}

static void
test_columns(void)
{
	ok(lf_aggregate_of(LF_AGGREGATE_SUM, true) == LF_AGGREGATE_SUM && lf_aggregate_of(LF_AGGREGATE_SUM, false) == LF_AGGREGATE_MEAN,
	   "beside sums, other columns have their mean");
	ok(lf_aggregate_of(LF_AGGREGATE_MAX, false) == LF_AGGREGATE_MEAN, "beside the highest value too");
	ok(lf_aggregate_of(LF_AGGREGATE_LAST, false) == LF_AGGREGATE_LAST, "beside last values their last");
	ok(lf_aggregate_of(LF_AGGREGATE_NONE, false) == LF_AGGREGATE_NONE, "none is none");
	for (int i = 0; i < LF_AGGREGATES; i++)
		ok(lf_aggregate_is_total((lf_aggregate) i) ==
		   (strcmp(lf_aggregate_names[i], "sum") == 0 || strcmp(lf_aggregate_names[i], "count") == 0),
		   "a step without rows is %s0 by %s", i == LF_AGGREGATE_SUM || i == LF_AGGREGATE_COUNT ? "" : "not ", lf_aggregate_names[i]);
}

int
main(void)
{
	test_values();
	test_extremes();
	test_random();
	test_columns();
	return done_testing();
}
