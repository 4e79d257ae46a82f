/*
 * limits.c: see limits.h.
 */
#include "series/limits.h"

#include <math.h>

bool
lf_targets_are_nonnegative(const lf_frame *frame, const lf_task *task)
{
	size_t		columns = (size_t) frame->columns;

	for (size_t row = 0; row < frame->rows; row++)
		for (int j = 0; j < task->targets; j++)
			if (!(frame->values[row * columns + (size_t) task->target[j]] >= 0))
				return false;
	return true;
}

void
lf_task_lift_limit(lf_task *task)
{
	if (!task->limit_found)
		return;
	task->limit_found = false;
	task->lower_limit = -(double) INFINITY;
	task->limited = isfinite(task->upper_limit);
}

static bool
has_none(const lf_task *task)
{
	return task->lower_limit == -(double) INFINITY;
}

bool
lf_tasks_agree_on_limit(const lf_task *a, const lf_task *b)
{
	return a->lower_limit == b->lower_limit || (a->limit_found && has_none(b)) || (b->limit_found && has_none(a));
}

void
lf_task_join_limits(lf_task *task, const lf_task *other)
{
	if (has_none(other))
		lf_task_lift_limit(task);
	else
		task->limit_found = task->limit_found && other->limit_found;
}
