/*
 * limits.h: the lower limit of forecasts that nobody has asked for: where no value of a target is below 0, as of
 * counts, prices and volumes, no forecast is. It is 0, and one for all targets; lf_task.limit_found tells it from one
 * that was asked for.
 */
#ifndef LF_LIMITS_H
#define LF_LIMITS_H

#include "series/window.h"

/* Whether no target has a value below 0 in a frame. */
bool		lf_targets_are_nonnegative(const lf_frame *frame, const lf_task *task);

/* Lifts the lower limit again, if it was found. */
void		lf_task_lift_limit(lf_task *task);

/*
 * Whether two tasks agree on their lower limits: these are the same, or one was found and the other task has none. Of
 * such two lf_task_join_limits() leaves in 'task' what holds for both.
 */
bool		lf_tasks_agree_on_limit(const lf_task *a, const lf_task *b);
void		lf_task_join_limits(lf_task *task, const lf_task *other);

#endif
