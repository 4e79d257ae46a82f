/*
 * step.h: the step of a timeline: found from rows or given, and rows held against it.
 */
#ifndef LFPG_STEP_H
#define LFPG_STEP_H

#include "rows/series.h"

/* The step that option "step" gives as text: an interval, or a number of integer times; raises 22023. */
lf_time_step step_from_text(lf_time_kind kind, const char *given);

/* The most frequent of something, and how often it is met. */
typedef struct Frequent
{
	int64		value;
	uint64		count;
} Frequent;

/* The rest that most rows have on a timeline with a step. */
Frequent	step_frequent_rest(const Rows *rows, const Timeline *timeline);

/*
 * Holds sorted rows against the step of the series, and sets its phase. Without a step, finds it: the most frequent
 * difference, in months if all rows agree with that, else in days, or weekdays, else in units; one row has none. Rows are
 * aligned where the series says so, see align.h. Raises 22000 where a time stands in two rows or is not a whole number
 * of steps from the others, and, unless they may be filled, where rows are missing. Returns the number of rows that are
 * missing; raises 22000 where these are too many to be made up.
 */
uint64		step_check(Rows *rows, Series *series, bool may_fill);

#endif
