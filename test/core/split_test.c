/*
 * split_test.c: windows of several series: none reaches from one into another, and none is lost.
 */
#include "series/split.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SERIES 5

typedef struct split_rig
{
	size_t		start[MOST_SERIES + 1];
	lf_frame	frame;
	lf_split	split;
	void	   *block;
} split_rig;

static void
set_up(split_rig *r, const size_t *rows, size_t series, const lf_task *task, double share)
{
	lf_arena	arena = lf_arena_measure();

	memset(r, 0, sizeof(*r));
	for (size_t s = 0; s < series; s++)
		r->start[s + 1] = r->start[s] + rows[s];
	r->frame = (lf_frame) {.rows = r->start[series], .columns = 1, .series = series, .start = r->start};
	lf_split_layout(&r->split, &arena, &r->frame);
	r->block = malloc(arena.used + LF_ALIGNMENT);
	arena = lf_arena_over(r->block, arena.used + LF_ALIGNMENT);
	lf_split_layout(&r->split, &arena, &r->frame);
	lf_split_make(&r->split, &r->frame, task, task, share);
}

/*
 * Tasks with other windows are judged on the same rows: by counting, row by row. A row is held out where it is an output of a
 * held-out window of the longest one.
 */
static void
test_held_by(void)
{
	static lf_task longest = {.lookback = 9, .horizon = 5, .lead = 1, .inputs = 1, .targets = 1};
	static lf_task task = {.lead = 1, .inputs = 1, .targets = 1};
	const size_t rows[MOST_SERIES] = {60, 13, 14, 0, 47};
	bool		held[60 + 13 + 14 + 47] = {false};
	bool		right = true;
	bool		alike = true;
	split_rig	r;

	set_up(&r, rows, MOST_SERIES, &longest, 0.3);
	for (size_t w = 0; w < r.split.validation_windows; w++)
		for (size_t k = 0; k < 5; k++)
			held[lf_window_first_output(&longest, lf_spans_at(&r.split.validation, w).row) + k] = true;
	for (task.lookback = 1; task.lookback <= 9; task.lookback += 2)
		for (task.horizon = 1; task.horizon <= 5; task.horizon++)
		{
			lf_split	counted = lf_split_count(&r.frame, &task, &longest, 0.3);
			size_t		windows = 0;
			size_t		validation = 0;
			size_t		train = 0;

			lf_split_make(&r.split, &r.frame, &task, &longest, 0.3);
			for (size_t s = 0; s < MOST_SERIES; s++)
			{
				bool		any = false;

				for (size_t row = r.start[s]; row < r.start[s + 1]; row++)
					any = any || held[row];
				for (size_t row = r.start[s]; lf_window_first_output(&task, row) + (size_t) task.horizon <= r.start[s + 1]; row++)
				{
					size_t		outputs_held = 0;

					for (size_t k = 0; k < (size_t) task.horizon; k++)
						outputs_held += held[lf_window_first_output(&task, row) + k];
					windows++;
					if (outputs_held == (size_t) task.horizon)
					{
						right = right && lf_spans_at(&r.split.validation, validation).row == row;
						validation++;
					}
					if (outputs_held == 0)
					{
						right = right && lf_spans_at(&r.split.train, train).row == row;
						train++;
					}
				}
				if (any)
					alike = alike && lf_window_first_output(&task, r.split.validation.first[s]) ==
						r.start[s + 1] - (size_t) (0.3 * (double) (rows[s] - 13)) - 4;
			}
			right = right && r.split.windows == windows && r.split.validation_windows == validation &&
				r.split.train_windows == train && counted.windows == windows && counted.validation_windows == validation &&
				counted.train_windows == train && validation > 0;
		}
	ok(right, "windows of any length are held out where all their outputs are held out by the longest, and train where none is");
	ok(alike, "their held-out rows begin in the same row");
	free(r.block);

	/* 32 rows are 19 windows of the longest, but 29 of the others */
	set_up(&r, (size_t[1]) {32}, 1, &longest, 0.3);
	task.lookback = 3;
	task.horizon = 1;
	ok(r.split.windows == 19 && lf_split_count(&r.frame, &task, &longest, 0.3).validation_windows == 0 &&
	   lf_split_count(&r.frame, &task, &task, 0.3).validation_windows > 0, "where the longest holds out nothing, nothing is");
	free(r.block);
}

/* Every window of the spans lies in its series, between two rows of it, and they are numbered without a gap. */
static bool
lie_within(const split_rig *r, const lf_spans *spans, const lf_task *task, size_t expected)
{
	size_t		seen = 0;

	for (size_t s = 0; s < r->frame.series; s++)
		for (size_t i = 0; i < lf_spans_in(spans, s); i++, seen++)
		{
			lf_window_start	place = lf_spans_at(spans, seen);

			if (place.series != s || place.row != spans->first[s] + i || place.row < r->start[s] ||
				lf_window_first_output(task, place.row) + (size_t) task->horizon > r->start[s + 1])
				return false;
		}
	return seen == expected;
}

int
main(void)
{
	static lf_task task = {.lookback = 4, .horizon = 3, .lead = 1, .inputs = 1, .targets = 1};
	const size_t rows[MOST_SERIES] = {40, 3, 6, 9, 26};	/* 34, 0, 0, 3 and 20 windows */
	const size_t few[2] = {15, 15};
	split_rig	r;
	lf_split	counted;
	bool		apart = true;

	set_up(&r, rows, MOST_SERIES, &task, 0.25);
	counted = lf_split_count(&r.frame, &task, &task, 0.25);
	ok(counted.windows == 57 && counted.validation_windows == 8 + 5 && counted.train_windows == 24 + 3 + 13,
	   "a part of each series is held out, where it has windows for it");
	ok(r.split.windows == counted.windows && r.split.train_windows == counted.train_windows &&
	   r.split.validation_windows == counted.validation_windows, "as many windows are listed as were counted");
	ok(lie_within(&r, &r.split.all, &task, 57), "all windows lie each in one series");
	ok(lie_within(&r, &r.split.train, &task, 40), "windows that train lie each in one series");
	ok(lie_within(&r, &r.split.validation, &task, 13), "windows that are held out lie each in one series");
	for (size_t s = 0; s < MOST_SERIES; s++)
		if (lf_spans_in(&r.split.validation, s) > 0)
			apart = apart && lf_window_first_output(&task, r.split.train.first[s] + lf_spans_in(&r.split.train, s) - 1) + 3 ==
				lf_window_first_output(&task, r.split.validation.first[s]);
	ok(apart, "no output of a training window is one of a held-out window, and none in between is wasted");
	free(r.block);

	set_up(&r, few, 2, &task, 0.5);
	ok(r.split.windows == 18 && r.split.validation_windows == 0 && r.split.train_windows == 18,
	   "of few windows in all nothing is held out");
	free(r.block);
	/* 33 rows are 20 windows: half of them held out would leave none to train beside the gap */
	task.horizon = 11;
	task.lookback = 3;
	set_up(&r, (size_t[1]) {33}, 1, &task, 0.5);
	ok(r.split.windows == 20 && r.split.validation_windows == 0 && r.split.train_windows == 20,
	   "nothing is held out of a series that would have no window left to train with");
	free(r.block);
	test_held_by();
	return done_testing();
}
