/*
 * step.h: the step of a timeline: found from rows or given, and rows held against it.
 */
#ifndef LFPG_STEP_H
#define LFPG_STEP_H

#include "rows/rows.h"
#include "rows/timeline.h"

/* The step that option "step" gives as text: an interval, or a number of integer times; raises 22023. */
lf_time_step step_from_text(lf_time_kind kind, const char *given);

/*
 * Holds sorted rows against the timeline's step, and sets its phase. Without a step, finds it: the most frequent
 * difference, in months if all rows agree with that, else in days, else in units; one row has none. Raises
 * 22000 where a time stands in two rows or is not a whole number of steps from the others, and, unless they may be
 * filled, where rows are missing. Returns the number of rows that are missing; raises 22000 where these are too many to
 * be made up.
 */
uint64		step_check(const Rows *rows, Timeline *timeline, bool may_fill, const char *source);

#endif
