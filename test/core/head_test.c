/*
 * head_test.c: distributions from outputs, their intervals, and how surprising values are.
 */
#include "network/head.h"
#include "base/quantile.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

static const double levels[] = {0.05, 0.2, 0.5, 0.75, 0.9, 0.99};
#define LEVELS 6

static lf_head
quantiles(void)
{
	lf_head		head = {0};

	(void) lf_head_set_levels(&head, levels, LEVELS);
	return head;
}

static bool
takes(double a, double b, double c, double d, int count)
{
	const double four[] = {a, b, c, d};
	lf_head		head = {.levels = 77};
	bool		taken = lf_head_set_levels(&head, four, count);

	return taken ? head.kind == LF_HEAD_QUANTILES && head.levels == count : false;
}

static void
test_levels(void)
{
	double		many[LF_MAX_LEVELS + 1];

	ok(takes(0.1, 0.5, 0.9, 0, 3) && takes(0.001, 0.5, 0.998, 0.999, 4), "levels ascend, .5 among them");
	ok(!takes(0.5, 0.1, 0.9, 0, 3) && !takes(0.1, 0.1, 0.5, 0.9, 4) && !takes(0.1, 0.4, 0.9, 0, 3),
	   "levels that do not ascend, or without .5, are refused");
	ok(!takes(0.1, 0.5, 0, 0, 2) && !takes(0.1, 0.2, 0.5, 0, 3) && !takes(0.5, 0.6, 0.7, 0, 3),
	   "levels without any on one side of .5 are refused");
	ok(!takes(0, 0.5, 0.9, 0, 3) && !takes(0.1, 0.5, 1, 0, 3) && !takes(-1, 0.5, 0.9, 0, 3) &&
	   !takes(NAN, 0.5, 0.9, 0, 3) && !takes(0.1, 0.5, NAN, 0.9, 4) && !takes(0.1, 0.5, INFINITY, 0, 3),
	   "levels outside 0 to 1 are refused");
	ok(!takes(0.1, 0.4999, 0.5, 0.9, 4), "levels next to each other are refused");
	for (int i = 0; i <= LF_MAX_LEVELS; i++)
		many[i] = 0.5 + 0.01 * (i - LF_MAX_LEVELS / 2);
	many[LF_MAX_LEVELS / 2] = 0.5;
	ok(lf_head_set_levels(&(lf_head) {0}, many, LF_MAX_LEVELS) &&
	   !lf_head_set_levels(&(lf_head) {0}, many, LF_MAX_LEVELS + 1), "more levels than there is room for are refused");
}

static void
test_distributions(void)
{
	lf_head		head = quantiles();
	lf_random	random = lf_random_seed(5);
	lf_real		output[LEVELS] = {0};
	double		q[LEVELS];
	bool		ascend = true;
	double		largest = 0;

	lf_head_distribution(&head, output, q);
	for (int i = 0; i < LEVELS; i++)
		largest = fmax(largest, fabs(q[i] + lf_normal_quantile(levels[i]) * lf_head_scale(0)));
	ok(largest < 1e-14, "outputs of 0 are the quantiles of a normal distribution");
	for (int round = 0; round < 1000; round++)
	{
		fill_uniform(&random, output, LEVELS, round % 2 == 0 ? 3 : 300);
		lf_head_distribution(&head, output, q);
		for (int i = 1; i < LEVELS; i++)
			ascend = ascend && q[i] > q[i - 1];
		ascend = ascend && lf_head_point(&head, q) == (double) output[2];
	}
	ok(ascend, "quantiles never cross, and the median is its output");
	lf_head_rescale(&head, q, 100, 5);
	ok(lf_head_point(&head, q) == 100 + 5 * (double) output[2], "quantiles go to the scale of the column");

	head = (lf_head) {.kind = LF_HEAD_STUDENT_T};
	output[0] = (lf_real) -7;
	output[1] = output[2] = (lf_real) -300;
	lf_head_distribution(&head, output, q);
	ok(q[0] == -7 && q[1] > 0 && q[2] > 2,
	   "scales are positive and degrees of freedom more than 2, whatever the output");
	lf_head_rescale(&head, q, 100, 5);
	ok(q[0] == 65 && fabs(q[1] - 5 * lf_head_scale(-300)) < 1e-15 && q[2] == 2 + lf_head_scale(-300),
	   "location and scale go to the scale of the column, degrees of freedom have none");
}

static void
test_intervals(void)
{
	lf_head		head = quantiles();
	const double q[] = {-4, -1, 1, 2, 5, 6};
	const double normal[] = {10, 2};
	const double student[] = {10, 2, 5};
	double		low;
	double		high;

	ok(fabs(lf_head_half_width(&head, q, 0.9) - 1.6448536269514722) < 1e-14,
	   "levels of the head are found in spite of rounding");
	ok(isnan(lf_head_half_width(&head, q, 0.91)), "beyond the outermost of one side there is nothing");
	lf_head_interval(&head, q, lf_head_half_width(&head, q, 0.9), &low, &high);
	ok(fabs(low + 4) < 1e-12 && high > 5 && high < 6, "an interval takes quantiles, or lies between two of them");
	lf_head_interval(&head, q, lf_normal_quantile(0.1), &low, &high);
	ok(low > -4 && low < -1 && fabs(high - 5) < 1e-12, "each side of an interval of quantiles is as wide as its own quantiles");
	lf_head_interval(&head, q, 0, &low, &high);
	ok(low == 1 && high == 1, "one of no half_width is the median");
	lf_head_interval(&head, q, 2 * lf_normal_quantile(0.01), &low, &high);
	ok(fabs(high - 11) < 1e-12, "an interval that must go twice as far as the last quantile does so from the median");
	head = (lf_head) {.kind = LF_HEAD_GAUSSIAN};
	lf_head_interval(&head, normal, lf_head_half_width(&head, normal, 0.95), &low, &high);
	ok(fabs(low - (10 - 2 * 1.959963984540054)) < 1e-12 && fabs(low + high - 20) < 1e-12,
	   "a normal one has its quantiles");
	head = (lf_head) {.kind = LF_HEAD_STUDENT_T};
	lf_head_interval(&head, student, lf_head_half_width(&head, student, 0.9), &low, &high);
	ok(fabs(high - (10 + 2 * 2.015048373333022)) < 1e-9, "Student's has those of its degrees of freedom");
	ok(isnan(lf_head_half_width(&head, student, 1)), "certainty has no half_width");
}

/* A value lies within exactly those intervals whose half-width is at least its nonconformity score. */
static void
test_surprise(lf_head_kind kind)
{
	static const char *const names[] = {"", "quantiles", "a normal distribution", "Student's distribution"};
	lf_head		head = {.kind = kind};
	lf_random	random = lf_random_seed(9);
	bool		on_the_edge = true;

	if (kind == LF_HEAD_QUANTILES)
		head = quantiles();
	for (int round = 0; round < 1000; round++)
	{
		lf_real		output[LEVELS];
		double		distribution[LEVELS];
		double		value = 20 * lf_random_normal(&random);
		double		nonconformity;
		double		low;
		double		high;

		fill_uniform(&random, output, LEVELS, 4);
		lf_head_distribution(&head, output, distribution);
		nonconformity = lf_head_nonconformity(&head, distribution, value);
		lf_head_interval(&head, distribution, nonconformity, &low, &high);
		on_the_edge = on_the_edge && nonconformity >= 0 &&
			fmin(fabs(low - value), fabs(high - value)) < 1e-9 * (1 + fabs(value));
	}
	ok(on_the_edge, "with %s the interval that reaches as far as a value is surprising ends there", names[kind]);
}

static void
test_no_room(void)
{
	lf_head		head = quantiles();
	const double same[] = {3, 3, 3, 3, 3, 3};
	double		low;
	double		high;

	ok(lf_head_nonconformity(&head, same, 3) == 0 && lf_head_nonconformity(&head, same, 4) == LF_MOST_NONCONFORMITY &&
	   lf_head_nonconformity(&head, same, -1e9) == LF_MOST_NONCONFORMITY,
	   "where quantiles are one, another value is a great nonconformity");
	lf_head_interval(&head, same, LF_MOST_NONCONFORMITY, &low, &high);
	ok(low == 3 && high == 3, "no half-width holds another value where all quantiles are one");
}

int
main(void)
{
	test_levels();
	test_distributions();
	test_intervals();
	for (int kind = LF_HEAD_QUANTILES; kind <= LF_HEAD_STUDENT_T; kind++)
		test_surprise((lf_head_kind) kind);
	test_no_room();
	return done_testing();
}
