/*
 * blend_test.c: which baseline a forecast is mixed with, how much of it, and of which rows it speaks.
 */
#include "judging/blend.h"
#include "tap.h"

#include <math.h>

/* The sums of n values of 0, where the network says 'network' and a baseline +- 'swing' around 'baseline'. */
static lf_blend_sums
sums_of(double network, double baseline, double swing)
{
	lf_blend_sums sums = {.missing = {false}};

	for (int f = 0; f < LF_FORECASTERS; f++)
		sums.missing[f] = f != LF_DRIFT;
	for (int i = 0; i < 100; i++)
		lf_blend_add(&sums, LF_DRIFT, baseline + (i % 2 == 0 ? swing : -swing), network, 0);
	return sums;
}

static void
test_fit(void)
{
	/* with a weight of b^2 / (1 + b^2) the mix takes 1 / (1 + b^2) off the squared error */
	lf_blend_sums little = sums_of(1, 0, sqrt(199));
	lf_blend_sums more = sums_of(1, 0, sqrt(32));
	lf_blend_sums below = sums_of(3, 1, 0);	/* 1 + 2 w */
	lf_blend_sums above = sums_of(1, 3, 0);	/* 3 - 2 w */
	lf_blend_sums silent = sums_of(1, 0, 0);
	lf_blend	blend = lf_blend_fit(&little);

	ok(blend.with == LF_NETWORK && blend.weight == 1, "a baseline that takes half a per cent off the squared error is left out");
	blend = lf_blend_fit(&more);
	ok(blend.with == LF_DRIFT && fabs(blend.weight - 32.0 / 33) < 1e-9, "a baseline that takes three per cent off it is mixed in");
	blend = lf_blend_fit(&below);
	ok(blend.with == LF_DRIFT && blend.weight == 0, "the weight of the network is not below 0");
	blend = lf_blend_fit(&above);
	ok(blend.with == LF_NETWORK && blend.weight == 1, "the weight of the network is not above 1");
	blend = lf_blend_fit(&silent);
	ok(blend.with == LF_DRIFT && blend.weight == 0, "a baseline that is always right is all there is");
	lf_blend_add(&silent, LF_DRIFT, (double) NAN, 1, 0);
	ok(lf_blend_fit(&silent).with == LF_NETWORK, "a baseline that is silent about one value is left out");
}

static void
test_conditions(void)
{
	static lf_task task = {.lookback = 3, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1};

	ok(lf_task_can_blend(&task), "forecasts of a column from itself can be blended");
	task.lead = 0;
	ok(!lf_task_can_blend(&task), "outputs beside their inputs cannot be blended");
	task.lead = 1;
	task.head.kind = LF_HEAD_GAUSSIAN;
	ok(!lf_task_can_blend(&task), "distributions cannot be blended");
	task.head.kind = LF_HEAD_POINT;
	task.target[0] = 1;
	ok(!lf_task_can_blend(&task), "forecasts of a column that is not in the window cannot be blended");
}

/* The window is rows 1 to 6 of 0, 10, 20, ... and with lead 2 the first output is row 8. */
static void
test_baselines(void)
{
	static const lf_task task = {.lookback = 6, .horizon = 2, .lead = 2, .inputs = 1, .targets = 1, .season = 3};
	double		values[10];
	const lf_frame frame = {.values = values, .rows = 10, .columns = 1};
	const lf_blend blend = {.with = LF_DRIFT, .weight = 0.25};
	double		forecast[2] = {100, 100};

	for (int i = 0; i < 10; i++)
		values[i] = 10 * i;
	ok(lf_window_baseline(LF_SEASONAL_NAIVE, &frame, &task, 1, 0, 0) == 50 &&
	   lf_window_baseline(LF_SEASONAL_NAIVE, &frame, &task, 1, 0, 1) == 60, "the baseline of a window speaks of the rows of the outputs");
	ok(lf_window_baseline(LF_DRIFT, &frame, &task, 1, 0, 0) == 80, "drift goes on to the first output, two rows behind the window");
	ok(lf_window_baseline(LF_MEAN, &frame, &task, 1, 0, 1) == 35, "the mean of a window is that of its rows alone");
	lf_blend_apply(&blend, &frame, &task, 1, forecast);
	ok(forecast[0] == 0.25 * 100 + 0.75 * 80 && forecast[1] == 0.25 * 100 + 0.75 * 90, "the weights of a blend add up to 1");
}

int
main(void)
{
	test_fit();
	test_conditions();
	test_baselines();
	return done_testing();
}
