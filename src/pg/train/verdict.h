/*
 * verdict.h: how good a model is, in one honest line: beside the naive baselines.
 */
#ifndef LFPG_VERDICT_H
#define LFPG_VERDICT_H

#include "server/common.h"
#include "model/model.h"

/* What is said of a model; 'level' is NOTICE or WARNING, 'detail' and 'hint' may be NULL. */
typedef struct Verdict
{
	int			level;
	const char *message;
	const char *detail;
	const char *hint;
} Verdict;

/*
 * A NOTICE where the forecast is significantly better than all naive ones on the held-out rows, else a WARNING. 'by_step'
 * (horizon, LF_FORECASTERS) has sums of errors of each step; NULL: they are not known. Of a model that was trained here.
 */
Verdict		verdict_of(const lf_model *model, const double *by_step);

/* Says it to the client. */
void		verdict_report(const lf_model *model, const double *by_step);

#endif
