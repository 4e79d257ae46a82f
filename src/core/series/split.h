/*
 * split.h: which windows a frame has, which of them train, and which are held out.
 *
 *	   series 0		[train . . . . . . . . . .] gap [held out . .]
 *	   series 1		[train . . . . .] gap [held out]
 *
 * Each series holds out its newest part. The gap keeps the outputs of training windows out of the held-out rows.
 *
 * Networks that are judged on the same rows may have windows of other lengths and horizons. Which rows are held out then
 * follows from one task for all of them: the one whose windows are the longest.
 */
#ifndef LF_SPLIT_H
#define LF_SPLIT_H

#include "series/window.h"

/* Fewest windows from which some are held out: below, nothing is. */
#define LF_MIN_WINDOWS_TO_VALIDATE 20

/* Windows of all series, numbered through. In each series they are consecutive. */
typedef struct lf_spans
{
	size_t		series;
	size_t	   *before;			/* (series + 1): windows in the series before; the last: in all of them */
	size_t	   *first;			/* (series): row of the frame in which the first window begins */
} lf_spans;

/* Where a window begins, and in which series. */
typedef struct lf_window_start
{
	size_t		row;
	size_t		series;
} lf_window_start;

typedef struct lf_split
{
	size_t		windows;
	size_t		train_windows;
	size_t		validation_windows;
	lf_spans	all;
	lf_spans	train;
	lf_spans	validation;
} lf_split;

/*
 * Counts the windows. The rows that 'held_by' has as outputs in the newest 'share' of its own windows of each series are held
 * out; that is 'task' itself, or one with the same lead whose lookback and horizon are no shorter.
 */
lf_split	lf_split_count(const lf_frame *frame, const lf_task *task, const lf_task *held_by, double share);

/* Takes the memory for it, then finds where they are. */
void		lf_split_layout(lf_split *split, lf_arena *arena, const lf_frame *frame);
void		lf_split_make(lf_split *split, const lf_frame *frame, const lf_task *task, const lf_task *held_by, double share);

/* Takes the memory for spans of so many series; then they are added in order, the first with before[0] = 0. */
void		lf_spans_layout(lf_spans *spans, lf_arena *arena, size_t series);
void		lf_spans_add(lf_spans *spans, size_t series, size_t first, size_t windows);

/*
 * What holds of spans of a frame's windows: they are numbered through from 0 on, and those of a series begin in its
 * rows. For LF_ASSERT.
 */
bool		lf_spans_are_sound(const lf_spans *spans, const lf_frame *frame);

/*
 * What holds of a split: its counts are those of its spans; in each series the oldest windows train, the newest are
 * held out, and no output of the former is one of the latter. For LF_ASSERT.
 */
bool		lf_split_is_sound(const lf_split *split, const lf_frame *frame, const lf_task *task);

lf_window_start	lf_spans_at(const lf_spans *spans, size_t window);

/* The i-th of n windows that are evenly spread over all; the newest is one of them. */
lf_window_start	lf_spans_sample(const lf_spans *spans, size_t n, size_t i);

/* Those of one series. */
static inline size_t
lf_spans_in(const lf_spans *spans, size_t series)
{
	return spans->before[series + 1] - spans->before[series];
}

/* Whether a window is in the older half of its series' ones, 0, or the newer, 1. */
static inline int
lf_spans_half(const lf_spans *spans, size_t series, size_t window)
{
	return window - spans->before[series] >= lf_spans_in(spans, series) / 2;
}

#endif
