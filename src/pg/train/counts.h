/*
 * counts.h: rows for a loss that wants counts.
 */
#ifndef LFPG_COUNTS_H
#define LFPG_COUNTS_H

#include "model/model.h"

/*
 * Raises 22000 with the first target that is no count: a whole number from 0 on. What was imputed is left out of the loss where it
 * is masked, and need not be any. Does nothing for other losses. 'names' are those of the frame's columns; 'way_out' is the hint.
 */
void		counts_check(const lf_frame *frame, const lf_task *task, lf_loss loss, const char *const *names, const char *way_out);

#endif
