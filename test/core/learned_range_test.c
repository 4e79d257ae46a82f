/*
 * learned_range_test.c: windows outside what a network has seen are brought into it, and it is said how far they were.
 */
#include "series/learned_range.h"
#include "series/scaler.h"
#include "tap.h"

#include <math.h>

#define ROWS 12
#define LOOKBACK 4

static double values[2 * ROWS];
static lf_task task;
static lf_scaler scaler[2];
static lf_frame frame;
static lf_windows windows;

/* Two columns, of which the first alone is a target: 1 to 12, and ten times that. */
static void
reset(lf_normalize normalize)
{
	for (int i = 0; i < ROWS; i++)
	{
		values[2 * i] = i + 1;
		values[2 * i + 1] = 10 * (i + 1);
	}
	task = (lf_task) {.lookback = LOOKBACK, .horizon = 1, .lead = 1, .inputs = 2, .targets = 1, .input = {0, 1}, .target = {0}};
	scaler[0] = scaler[1] = (lf_scaler) {.offset = 0, .scale = 1};
	frame = (lf_frame) {.values = values, .rows = ROWS, .columns = 2};
	windows = (lf_windows) {.task = &task, .frame = &frame, .scaler = scaler, .normalize = normalize};
}

static void
learn(lf_range ranges[2], size_t count)
{
	lf_ranges_start(ranges, 2);
	for (size_t w = 0; w < count; w++)
		lf_ranges_add(ranges, &windows, w);
}

static void
test_ranges(void)
{
	lf_range	ranges[2];
	lf_range	others[2] = {{.low = -5, .high = 2}, {.low = 20, .high = 90}};

	reset(LF_NORMALIZE_NONE);
	learn(ranges, 3);
	ok(ranges[0].low == 1 && ranges[0].high == 6 && ranges[1].low == 10 && ranges[1].high == 60,
	   "a range goes from the least to the largest value of the windows");
	lf_ranges_join(ranges, others, 2);
	ok(ranges[0].low == -5 && ranges[0].high == 6 && ranges[1].low == 10 && ranges[1].high == 90, "two ranges join to one of both");
	task.kind[1] = LF_COLUMN_KNOWN;
	task.ahead[1] = 1;
	learn(ranges, 3);
	ok(ranges[1].low == 10 && ranges[1].high == 70, "what is known ahead is seen up to the last output");
	task.kind[1] = LF_COLUMN_STATIC;
	learn(ranges, 3);
	ok(!(ranges[1].low <= ranges[1].high), "of what never changes there is no range");
	reset(LF_NORMALIZE_LAST);
	learn(ranges, 3);
	ok(ranges[0].low == -3 && ranges[0].high == 0 && ranges[1].low == 10 && ranges[1].high == 60,
	   "targets are measured from the level of their window, others are not");
}

/* Brings the window at row 'w' into the ranges. */
static void
bring(const lf_range *ranges, size_t w, lf_real *x, double *level, double *moved)
{
	lf_window_input(&windows, w, x, level);
	lf_ranges_keep_inside(ranges, &windows, x, level, moved);
}

static void
test_inside(void)
{
	lf_range	ranges[2];
	lf_real		x[2 * LOOKBACK];
	lf_real		before[2 * LOOKBACK];
	double		level;
	double		moved;
	bool		same = true;

	reset(LF_NORMALIZE_NONE);
	learn(ranges, 3);
	lf_window_input(&windows, 1, before, &level);
	bring(ranges, 1, x, &level, &moved);
	for (int i = 0; i < 2 * LOOKBACK; i++)
		same &= x[i] == before[i];
	ok(same && level == 0 && moved == 0, "a window inside stays as it is");
}

/* The level rises by 50 at row 6: three rows of the window that ends with row 8 lie on it. */
static void
test_shift(void)
{
	lf_range	ranges[2];
	lf_real		x[2 * LOOKBACK];
	double		level;
	double		moved;

	reset(LF_NORMALIZE_NONE);
	learn(ranges, 3);
	for (int i = 6; i < ROWS; i++)
		values[2 * i] += 50;
	bring(ranges, 5, x, &level, &moved);
	/* 6, 57, 58, 59: the middle one of the last three is 52 above 6 */
	ok(level == 52 && moved == 52, "a level that has shifted is moved by what its newest values lie outside");
	ok(x[0] == 1 && x[2] == 5 && x[4] == 6 && x[6] == 6, "what still lies outside is brought to the end of the range");
	ok(x[1] == 60 && x[3] == 60 && x[5] == 60 && x[7] == 60, "an input that is no target is only brought to the end");
	{
		double		restored;
		lf_real		y = (lf_real) 5;

		lf_window_restore(&windows, 5, &level, &y, &restored);
		ok(restored == 57, "and the forecast lies on the new level");
	}
}

/* One value that the others do not follow. */
static void
test_single(void)
{
	lf_range	ranges[2];
	lf_real		x[2 * LOOKBACK];
	double		level;
	double		moved;

	reset(LF_NORMALIZE_NONE);
	learn(ranges, 3);
	values[2 * 3] = 1000;
	bring(ranges, 1, x, &level, &moved);
	ok(level == 0 && moved == 0 && x[4] == 6, "one value far off moves no level, and widens nothing");
	values[2 * 4] = -1000;
	bring(ranges, 1, x, &level, &moved);
	ok(level == 0 && moved == 0 && x[6] == 1, "nor do two on both sides");
	reset(LF_NORMALIZE_LAST);
	learn(ranges, 3);
	for (int i = 6; i < ROWS; i++)
		values[2 * i] += 50;
	bring(ranges, 3, x, &level, &moved);
	/* 4, 5, 6, 57 from the last one on: three values lie about 50 below what was learned */
	ok(level == 57 && moved == 48, "where levels are subtracted anyway, it is said how far the third value lies outside");
	ok(x[0] == -3 && x[6] == 0, "and the window lies inside");
}

int
main(void)
{
	test_ranges();
	test_inside();
	test_shift();
	test_single();
	return done_testing();
}
