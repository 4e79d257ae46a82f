/*
 * level_test.c: the levels of targets that are no inputs, and how far a level moves.
 */
#include "tap.h"

#include "series/level.h"
#include "series/scaler.h"

#include <math.h>
#include <stdlib.h>

#define ROWS 200

/* Columns: two inputs without a common direction, and a target 3 + 2 a - b, all scaled by hand to a unit or so. */
static void
fill(double *values)
{
	for (int i = 0; i < ROWS; i++)
	{
		double		a = sin(0.7 * i);
		double		b = cos(1.9 * i);

		values[3 * i] = a;
		values[3 * i + 1] = b;
		values[3 * i + 2] = 3 + 2 * a - b;
	}
}

static void
test_link(void)
{
	static double values[3 * ROWS];
	static lf_task task = {
		.lookback = 4, .horizon = 2, .lead = 0, .inputs = 2, .targets = 1, .input = {0, 1}, .target = {2},
	};
	lf_scaler	scaler[3] = {{0, 1}, {0, 1}, {0, 1}};
	lf_frame	frame = {.values = values, .rows = ROWS, .columns = 3};
	lf_windows	windows = {.task = &task, .frame = &frame, .scaler = scaler, .normalize = LF_NORMALIZE_LAST};
	double	   *regression = malloc(lf_level_regression_size(&task) * sizeof(double));
	double	   *scratch = malloc(lf_level_regression_scratch(&task) * sizeof(double));
	lf_real		x[8];
	lf_real		y[2];
	double		level;
	size_t		before[2] = {0, lf_window_count(&task, ROWS)};
	size_t		first = 0;
	lf_spans	spans = {.series = 1, .before = before, .first = &first};

	fill(values);
	lf_level_regression_fit(&windows, &spans, regression, scratch);
	/* the ridge of 0.001 beside variances of 0.5 takes a fifth of a per cent off a coefficient */
	ok(fabs(regression[0] - 2) < 0.01 && fabs(regression[1] + 1) < 0.01 && fabs(regression[2] - 3) < 0.01,
	   "a target that is linear in its inputs is found: %g %g %g", regression[0], regression[1], regression[2]);
	windows.level_regression = regression;
	lf_window_input(&windows, 10, x, &level);
	ok(fabs(level - values[3 * 13 + 2]) < 0.02, "the level of a target is the estimate from the last input row");
	ok(fabs((double) x[0] - values[30]) < 1e-6 && fabs((double) x[7] - values[3 * 13 + 1]) < 1e-6,
	   "the inputs stay as they are");
	lf_window_target(&windows, 10, &level, y);
	ok(fabs((double) y[0]) < 0.02, "the network is left with what the estimate misses");

	/* the second input a copy of the first: singular without the ridge */
	for (int i = 0; i < ROWS; i++)
	{
		values[3 * i + 1] = values[3 * i];
		values[3 * i + 2] = 4 * values[3 * i];
	}
	lf_level_regression_fit(&windows, &spans, regression, scratch);
	ok(fabs(regression[0] - regression[1]) < 1e-6 && fabs(regression[0] + regression[1] - 4) < 0.02, "two equal inputs share the weight");

	/* one window, or a constant input, must not divide by zero */
	before[1] = 1;
	lf_level_regression_fit(&windows, &spans, regression, scratch);
	ok(isfinite(regression[0]) && isfinite(regression[1]) && isfinite(regression[2]), "one window gives finite coefficients");
	before[1] = lf_window_count(&task, ROWS);
	for (int i = 0; i < 3 * ROWS; i++)
		values[i] = 0;
	lf_level_regression_fit(&windows, &spans, regression, scratch);
	ok(regression[0] == 0 && regression[1] == 0 && regression[2] == 0, "constant columns give coefficients of zero");
	free(regression);
	free(scratch);
}

static void
test_conditions(void)
{
	static lf_task task = {.lookback = 1, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1};

	ok(!lf_task_needs_level_regression(&task) && lf_task_can_normalize(&task), "a target that is an input needs no link");
	task.target[0] = 1;
	ok(lf_task_needs_level_regression(&task) && lf_task_can_normalize(&task), "a target that is no input needs a link");
	task.inputs = LF_MAX_REGRESSION_INPUTS + 1;
	for (int i = 0; i < task.inputs; i++)
		task.input[i] = (int16_t) (i + 2);
	ok(!lf_task_can_normalize(&task), "no level can be had from too many inputs");
}

/* Two series on scales of their own, of which the second is ten times as large: one regression serves both. */
static void
test_two_series(void)
{
	static double values[2 * 3 * ROWS];
	static lf_task task = {
		.lookback = 4, .horizon = 1, .lead = 0, .inputs = 2, .targets = 1, .input = {0, 1}, .target = {2},
	};
	const lf_scaler scaler[6] = {{0, 1}, {0, 1}, {0, 1}, {0, 10}, {0, 10}, {0, 10}};
	const size_t start[3] = {0, ROWS, 2 * ROWS};
	lf_frame	frame = {.values = values, .rows = 2 * ROWS, .columns = 3, .series = 2, .start = start};
	lf_windows	windows = {.task = &task, .frame = &frame, .scaler = scaler, .normalize = LF_NORMALIZE_LAST};
	double		regression[3];
	double		scratch[12];
	size_t		before[3] = {0, ROWS - 3, 2 * (ROWS - 3)};
	size_t		first[2] = {0, ROWS};
	lf_spans	spans = {.series = 2, .before = before, .first = first};

	fill(values);
	for (int i = 0; i < 3 * ROWS; i++)
		values[3 * ROWS + i] = 10 * values[i];
	lf_level_regression_fit(&windows, &spans, regression, scratch);
	ok(fabs(regression[0] - 2) < 0.01 && fabs(regression[1] + 1) < 0.01 && fabs(regression[2] - 3) < 0.01,
	   "the levels of each series are those on its own scale: %g %g %g", regression[0], regression[1], regression[2]);
}

static void
test_share(void)
{
	static double values[ROWS];
	lf_frame	frame = {.values = values, .rows = ROWS, .columns = 1};

	for (int i = 0; i < ROWS; i++)
		values[i] = i % 2;
	ok(lf_level_share(&frame, 0, 2) < 1e-12, "a swing about one level has no share between blocks");
	for (int i = 0; i < ROWS; i++)
		values[i] = i / 10;
	ok(fabs(lf_level_share(&frame, 0, 10) - 1) < 1e-12, "steps from block to block have nothing else");
	for (int i = 0; i < ROWS; i++)
		values[i] = 7;
	ok(lf_level_share(&frame, 0, 10) == 1, "a constant counts as moving: its last value is its forecast");
	ok(lf_level_share(&frame, 0, ROWS) == 1, "a series of one block counts as moving");
	for (int i = 0; i < ROWS; i++)
		values[i] = i < ROWS % 30 ? 1000 : i % 2;
	ok(lf_level_share(&frame, 0, 30) < 1e-9, "blocks are counted from the newest row: the rest, which is older, is left out");
}

int
main(void)
{
	test_link();
	test_conditions();
	test_two_series();
	test_share();
	return done_testing();
}
