/*
 * average.h: the weighted mean of models of the same network: federated averaging (McMahan et al. 2017).
 *
 *	   w = sum over models m of weight[m] * w[m] / sum over m of weight[m]
 *
 * member by member, and with the weights what is linear beside them: the level regression of targets that are no
 * inputs, and the share of the network in a blend. Sums are in double. Means of weights are worth something only where
 * the models went out from the same weights: two networks of one function may have their units in another order.
 */
#ifndef LF_AVERAGE_H
#define LF_AVERAGE_H

#include "model/model.h"

/* In what two models differ that have no mean. */
typedef enum lf_difference
{
	LF_ALIKE,
	LF_OTHER_COLUMNS,			/* names, inputs, targets, what is known of them, the columns of time and series */
	LF_OTHER_WINDOWS,			/* lookback, horizon, lead */
	LF_OTHER_NETWORK,
	LF_OTHER_MEMBERS,
	LF_OTHER_LOSS,				/* what the network says of a target */
	LF_OTHER_TRANSFORM,			/* difference, logarithms, limits, independent columns */
	LF_OTHER_NORMALIZE,			/* or season of it */
	LF_OTHER_SCALE,				/* the way of scaling, or the scaling of a series */
	LF_OTHER_CATEGORIES,
	LF_OTHER_TIME,				/* kind, step, zone */
	LF_OTHER_MISSING,
	LF_OTHER_BLEND				/* what the forecast is mixed with */
} lf_difference;

lf_difference lf_models_differ(const lf_model *a, const lf_model *b);

/*
 * The first column that two series are scaled differently in, or -1. 'shared' looks only at those that one scaling
 * serves for all series.
 */
int			lf_scalings_differ(const lf_task *task, int columns, const lf_scaler *a, const lf_scaler *b, bool shared);

/* Weights of models, so that sums neither overflow nor vanish. */
#define LF_LEAST_WEIGHT 1e-100
#define LF_MOST_WEIGHT 1e100

typedef struct lf_average
{
	size_t		numbers;		/* of a model: weights of all members, regression, share of the network for each target */
	double		weight;			/* of the models so far */
	double	   *sum;			/* (numbers) */
} lf_average;

/* Takes the memory for models that do not differ from this one. */
void		lf_average_layout(lf_average *average, lf_arena *arena, const lf_model *model);

void		lf_average_start(lf_average *average);

/*
 * Adds a part of a model's numbers, or of another average's, from one on, and returns where the next part begins: at
 * average->numbers all is done, and the weight counted.
 */
size_t		lf_average_add(lf_average *average, const lf_model *model, double weight, size_t from);
size_t		lf_average_merge(lf_average *average, const lf_average *other, size_t from);

/*
 * The means: weights (members, parameters), level_regression (NULL where models have none) and blend (targets), whose
 * 'with' stays.
 */
void		lf_average_result(const lf_average *average, const lf_model *model, lf_real *weights, double *regression,
							  lf_blend *blend);

/* Adds what is counted and summed up of the training of a model: rows, windows, scores of the held-out ones. */
void		lf_average_record(lf_model *sum, const lf_model *model);

#endif
