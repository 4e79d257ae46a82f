/*
 * round_models.h: what rounds over nodes do with the models that come back.
 */
#ifndef LFPG_ROUND_MODELS_H
#define LFPG_ROUND_MODELS_H

#include "server/common.h"

/*
 * How large the errors of a model on held-out rows are: its mean absolute error as a share of that of the last value repeated, in the
 * mean over the targets. Models of other seasons, and so of other units of errors, can be compared by it: the last value needs no
 * season. NaN where nothing was held out, or that forecast has no error.
 */
double		round_model_error(const bytea *model);

/* The model without what only forecasts need: it travels to each node. */
bytea	   *round_model_to_start(const bytea *model);

/*
 * The weights of a model that was trained on all rows, with the errors of one that was measured on held-out rows, as a training with
 * "refit" has it. Raises 22023 where the two are not of one network.
 */
bytea	   *round_model_refitted(const bytea *measured, const bytea *trained);

#endif
