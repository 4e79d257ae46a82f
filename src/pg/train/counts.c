/*
 * counts.c: no loss for counts sees what is none.
 */
#include "train/counts.h"

#include "server/common.h"

#include <math.h>

void
counts_check(const lf_frame *frame, const lf_task *task, lf_loss loss, const char *const *names, const char *way_out)
{
	if (!lf_head_counts(&task->head))
		return;
	for (Size row = 0; row < frame->rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < task->targets; j++)
		{
			int			column = task->target[j];
			double		value = frame->values[row * (Size) frame->columns + column];

			if (lf_frame_is_masked(frame, row, column) || (value >= 0 && value == floor(value)))
				continue;
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("column \"%s\" has the value %.10g, but loss %s is for counts: whole numbers from 0 on",
							names[column], value, lf_loss_names[loss]),
					 errhint("%s", way_out)));
		}
	}
}
