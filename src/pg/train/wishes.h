/*
 * wishes.h: what was said of a training, and a plan by it.
 */
#ifndef LFPG_WISHES_H
#define LFPG_WISHES_H

#include "train/options.h"
#include "training/plan.h"

/*
 * The wishes in options, for a task with these columns, horizon, lead and lookback (or LF_UNSET). What is left open
 * where training begins with the weights of a model is wished as that model has it.
 */
void		wishes_of(const Options *options, const lf_task *task, lf_wishes *wishes);

/*
 * The plan by facts and wishes, with 'source' for messages. Raises 22023 where the wishes do not go together or the
 * facts do not allow them, 22000 where there are too few rows. Facts that are all 0: before any row is read.
 */
void		plan_by(const lf_facts *facts, const lf_wishes *wishes, const char *source, lf_plan *plan);

#endif
