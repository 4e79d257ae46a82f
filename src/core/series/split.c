/*
 * split.c: windows counted and listed, series by series.
 */
#include "series/split.h"

/* Windows of one series. */
typedef struct part
{
	size_t		windows;
	size_t		train;
	size_t		held;
} part;

static part
part_of(const lf_frame *frame, const lf_task *task, const lf_task *held_by, double share, size_t series)
{
	size_t		rows = lf_frame_of(frame, series).rows;
	size_t		windows = lf_window_count(task, rows);
	size_t		deciding = lf_window_count(held_by, rows);
	size_t		held = (size_t) (share * (double) deciding);	/* of the windows that decide */
	size_t		held_rows = held + (size_t) held_by->horizon - 1;	/* that are their outputs */

	if (held == 0 || held_rows >= deciding)
		return (part) {windows, windows, 0};
	return (part) {windows, windows - held_rows, held_rows - (size_t) task->horizon + 1};
}

static size_t
count_windows(const lf_frame *frame, const lf_task *task)
{
	size_t		windows = 0;

	for (size_t s = 0; s < lf_frame_series(frame); s++)
		windows += lf_window_count(task, lf_frame_of(frame, s).rows);
	return windows;
}

/* Of few windows nothing is held out. */
static double
share_of(const lf_frame *frame, const lf_task *task, double share)
{
	return count_windows(frame, task) < LF_MIN_WINDOWS_TO_VALIDATE ? 0 : share;
}

lf_split
lf_split_count(const lf_frame *frame, const lf_task *task, const lf_task *held_by, double share)
{
	lf_split	split = {0};

	share = share_of(frame, held_by, share);
	for (size_t s = 0; s < lf_frame_series(frame); s++)
	{
		part		here = part_of(frame, task, held_by, share, s);

		split.windows += here.windows;
		split.train_windows += here.train;
		split.validation_windows += here.held;
	}
	return split;
}

void
lf_spans_layout(lf_spans *spans, lf_arena *arena, size_t series)
{
	spans->series = series;
	spans->before = lf_arena_take(arena, series + 1, sizeof(size_t));
	spans->first = lf_arena_take(arena, series, sizeof(size_t));
}

void
lf_split_layout(lf_split *split, lf_arena *arena, const lf_frame *frame)
{
	size_t		series = lf_frame_series(frame);

	lf_spans_layout(&split->all, arena, series);
	lf_spans_layout(&split->train, arena, series);
	lf_spans_layout(&split->validation, arena, series);
}

void
lf_spans_add(lf_spans *spans, size_t series, size_t first, size_t windows)
{
	spans->first[series] = first;
	spans->before[series + 1] = spans->before[series] + windows;
}

void
lf_split_make(lf_split *split, const lf_frame *frame, const lf_task *task, const lf_task *held_by, double share)
{
	size_t		series = lf_frame_series(frame);

	share = share_of(frame, held_by, share);
	split->all.before[0] = split->train.before[0] = split->validation.before[0] = 0;
	for (size_t s = 0; s < series; s++)
	{
		part		here = part_of(frame, task, held_by, share, s);
		size_t		first = lf_frame_start(frame, s);

		lf_spans_add(&split->all, s, first, here.windows);
		lf_spans_add(&split->train, s, first, here.train);
		lf_spans_add(&split->validation, s, first + here.windows - here.held, here.held);
	}
	split->windows = split->all.before[series];
	split->train_windows = split->train.before[series];
	split->validation_windows = split->validation.before[series];
	LF_ASSERT(lf_split_is_sound(split, frame, task));
}

bool
lf_spans_are_sound(const lf_spans *spans, const lf_frame *frame)
{
	if (spans->series != lf_frame_series(frame) || spans->before[0] != 0)
		return false;
	for (size_t s = 0; s < spans->series; s++)
	{
		size_t		start = lf_frame_start(frame, s);
		size_t		end = start + lf_frame_of(frame, s).rows;

		if (spans->before[s] > spans->before[s + 1] || spans->first[s] < start || spans->first[s] > end ||
			lf_spans_in(spans, s) > end - spans->first[s])
			return false;
	}
	return true;
}

bool
lf_split_is_sound(const lf_split *split, const lf_frame *frame, const lf_task *task)
{
	const lf_spans *all = &split->all;
	const lf_spans *train = &split->train;
	const lf_spans *held = &split->validation;

	if (!lf_spans_are_sound(all, frame) || !lf_spans_are_sound(train, frame) || !lf_spans_are_sound(held, frame) ||
		split->windows != all->before[all->series] || split->train_windows != train->before[train->series] ||
		split->validation_windows != held->before[held->series])
		return false;
	for (size_t s = 0; s < all->series; s++)
	{
		size_t		windows = lf_spans_in(all, s);
		size_t		end = train->first[s] + lf_spans_in(train, s);	/* of the windows that train */

		if (windows != lf_window_count(task, lf_frame_of(frame, s).rows) || train->first[s] != all->first[s] ||
			end > all->first[s] + windows || held->first[s] + lf_spans_in(held, s) != all->first[s] + windows)
			return false;
		if (lf_spans_in(held, s) > 0 && lf_spans_in(train, s) > 0 && held->first[s] < end + (size_t) task->horizon - 1)
			return false;
	}
	return true;
}

lf_window_start
lf_spans_at(const lf_spans *spans, size_t window)
{
	size_t		low = 0;
	size_t		high = spans->series;	/* the window is in series low .. high - 1 */

	LF_ASSERT(window < spans->before[spans->series]);
	while (high - low > 1)
	{
		size_t		middle = low + (high - low) / 2;

		if (spans->before[middle] <= window)
			low = middle;
		else
			high = middle;
	}
	return (lf_window_start) {spans->first[low] + window - spans->before[low], low};
}

lf_window_start
lf_spans_sample(const lf_spans *spans, size_t n, size_t i)
{
	size_t		all = spans->before[spans->series];

	return lf_spans_at(spans, all - 1 - (n - 1 - i) * (all / n));
}
