/*
 * predict.h: forecasts from windows.
 */
#ifndef LF_PREDICT_H
#define LF_PREDICT_H

#include "judging/blend.h"
#include "network/network.h"
#include "series/learned_range.h"

/* Most networks that forecast together. */
#define LF_MAX_MEMBERS 32

typedef struct lf_predictor
{
	lf_network *network;		/* (members), or one that is bound to the weights of each in turn */
	int			members;		/* whose outputs are averaged */
	const lf_real *weights;		/* (members, parameters); NULL: each network is bound to its own */
	const lf_blend *blend;		/* (targets); NULL: forecasts are those of the networks alone */
	lf_windows	windows;		/* frame and scaler, those of one series, may be changed between calls */
	int			batch;
	lf_real    *x;				/* (B, lookback, inputs), sample after sample */
	double	   *level;			/* (B, targets) */
	const lf_range *ranges;		/* (inputs): what the networks have seen; NULL: not known */
	double	   *moved;			/* (B, targets): how far the last windows had to be moved into these */
	double	   *rows;			/* (M, lookback + reach, columns): the moving windows of a recursion */
	double	   *out;			/* (M, horizon, targets): one round of it */
	lf_real    *y;				/* (B, horizon, targets, parts of the head), sample after sample */
	double	   *distribution;	/* the same, window after window: what the last call found for the steps up to the
								 * horizon, on the scale of the columns; NULL where the head says values */
} lf_predictor;

/*
 * Takes its memory for up to 'batch' windows at once, and for 'moving' <= batch of them in lf_predict_steps, for a
 * network that is planned and bound to weights (and for others beside it, see above); it walks through them in as many
 * parts as its own batch makes necessary. 'columns' is that of the frames it will see.
 */
void		lf_predictor_layout(lf_predictor *predictor, lf_arena *arena, lf_network *network, const lf_task *task,
							  int columns, int batch, int moving);

/*
 * Forecasts from 'count' <= batch windows of the frame, first, first + stride, ...: out (count, horizon, targets).
 */
lf_status	lf_predict(lf_predictor *predictor, const volatile sig_atomic_t *interrupt,
					   size_t first, size_t stride, int count, double *out);

/*
 * 'steps' steps from each of 'count' <= moving windows, first, first + stride, ..., however many: beyond the horizon,
 * forecasts take the place of rows, beside what is given of those in the frame. out (count, steps, targets). More steps
 * than the horizon need lf_task_is_autoregressive. Where the frame ends, what is given stays as it was last.
 */
lf_status	lf_predict_steps(lf_predictor *predictor, const volatile sig_atomic_t *interrupt,
							 size_t first, size_t stride, int count, int steps, double *out);

#endif
