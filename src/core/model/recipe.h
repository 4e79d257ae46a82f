/*
 * recipe.h: how a model was trained: what a user may set about it, and what came of each epoch. Stored in the model.
 */
#ifndef LF_RECIPE_H
#define LF_RECIPE_H

#include "network/loss.h"
#include "series/scaler.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_optimizer_kind
{
	LF_ADAM,					/* Kingma and Ba 2014 */
	LF_ADAMW,					/* Loshchilov and Hutter 2017: decay apart from the gradient */
	LF_RMSPROP,					/* Hinton 2012 */
	LF_SGD,						/* with momentum if wanted */
	LF_LEAST_SQUARES			/* no steps at all: see training/least_squares.h */
} lf_optimizer_kind;

#define LF_OPTIMIZERS 5
#define LF_STEPPING_OPTIMIZERS 4	/* those that take steps come first */
extern const char *const lf_optimizer_names[LF_OPTIMIZERS];

typedef enum lf_schedule
{
	LF_SCHEDULE_CONSTANT,
	LF_SCHEDULE_COSINE,			/* from the learning rate to 0 over all epochs (Loshchilov and Hutter 2016) */
	LF_SCHEDULE_AVERAGE			/* constant, and the average of the weights is kept, see weight_average.h */
} lf_schedule;

#define LF_SCHEDULES 3
extern const char *const lf_schedule_names[LF_SCHEDULES];

/* What a user may set about training. Stored in the model as it was used. */
typedef struct lf_training
{
	lf_loss		loss;
	lf_optimizer_kind optimizer;
	double		learning_rate;
	lf_schedule schedule;
	double		momentum;
	double		weight_decay;
	double		clip_norm;		/* 0: no clipping */
	int			epochs;
	int			batch_size;
	int			patience;		/* epochs without a better validation loss before the end; 0: never */
	bool		shuffle;
	double		validation;		/* newest part of the windows held out, 0 to below 1 */
	bool		refit;			/* train once more on all windows, the held-out ones too */
	lf_scale	scale;
	lf_normalize normalize;
	int			members;		/* networks that are trained alike from other random numbers, and forecast together */
	bool		blend;			/* mix the forecast with the best naive baseline, see blend.h */
	bool		calibrate;		/* correct what the network says of its spread by held-out values, see bounds.h */
	double		max_seconds;	/* of a training by the caller's clock, which then ends with what it has; 0: no limit */
	uint64_t	seed;
} lf_training;

typedef struct lf_epoch
{
	double		loss;			/* mean over the epoch, as the weights were when each batch came */
	double		validation_loss;	/* NaN without a validation part */
	double		learning_rate;	/* of the last batch */
	double		seconds;		/* that it took by the caller's clock; NaN where there is none */
} lf_epoch;

#endif
