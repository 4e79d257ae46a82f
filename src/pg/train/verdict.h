/*
 * verdict.h: how good a model is, in one honest line: beside the naive baselines.
 */
#ifndef LFPG_VERDICT_H
#define LFPG_VERDICT_H

#include "server/common.h"
#include "model/model.h"

/*
 * A NOTICE where the forecast is significantly better than all naive ones on the held-out rows, else a WARNING. 'by_step'
 * (horizon, LF_FORECASTERS) has sums of errors of each step.
 */
void		verdict_report(const lf_model *model, const double *by_step);

#endif
