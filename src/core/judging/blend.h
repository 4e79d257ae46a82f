/*
 * blend.h: a forecast mixed with a naive baseline: w * network + (1 - w) * baseline.
 *
 * The baseline is that of the window alone, so that whoever has a window has the blend. Which one, and the weight, is
 * fitted by least squares on held-out forecasts (combination of forecasts: Bates and Granger 1969; the weight is held
 * between 0 and 1).
 */
#ifndef LF_BLEND_H
#define LF_BLEND_H

#include "judging/score.h"

typedef struct lf_blend
{
	lf_forecaster with;			/* LF_NETWORK: nothing is mixed in */
	double		weight;			/* of the network */
} lf_blend;

/* Sums over held-out values y, network n and baseline b, for one target: all that the weights need. */
typedef struct lf_blend_sums
{
	double		baseline[LF_FORECASTERS];	/* (b - y)^2 */
	double		cross[LF_FORECASTERS];	/* (b - y) (n - b) */
	double		apart[LF_FORECASTERS];	/* (n - b)^2 */
	bool		missing[LF_FORECASTERS];	/* a baseline had nothing to say about some value */
} lf_blend_sums;

/* Whether forecasts of this task can be blended: values, of columns that are in the window, behind it. */
bool		lf_task_can_blend(const lf_task *task);

/* What a baseline says from the window at 'row' of a frame, output k from 0 on; NaN where the window does not tell. */
double		lf_window_baseline(lf_forecaster forecaster, const lf_frame *frame, const lf_task *task, size_t row,
							   int column, int k);

void		lf_blend_add(lf_blend_sums *sums, lf_forecaster forecaster, double baseline, double network, double actual);

/* The best blend of the sums; nothing is mixed in where that leaves hardly more error. */
lf_blend	lf_blend_fit(const lf_blend_sums *sums);

/* Mixes forecasts (horizon, targets) of the window at 'row' in place. 'blend' (targets). */
void		lf_blend_apply(const lf_blend *blend, const lf_frame *frame, const lf_task *task, size_t row, double *forecast);

#endif
