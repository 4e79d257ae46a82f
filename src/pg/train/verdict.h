/*
 * verdict.h: how good a model is, in one honest line: beside the naive baselines.
 */
#ifndef LFPG_VERDICT_H
#define LFPG_VERDICT_H

#include "server/common.h"
#include "model/model.h"

/* A NOTICE where the network is significantly better than all baselines on the held-out rows, else a WARNING. */
void		verdict_report(const lf_model *model);

#endif
