/*
 * trainer.h: one run of mini-batch training over a range of windows.
 *
 * The caller drives: each step trains, or validates, one mini-batch and returns. Between two steps the caller may do
 * anything: look for interrupts, report progress, stop for good.
 */
#ifndef LF_TRAINER_H
#define LF_TRAINER_H

#include "model/recipe.h"
#include "network/network.h"
#include "series/split.h"
#include "training/least_squares.h"
#include "training/optimizer.h"
#include "training/shards.h"
#include "training/weight_average.h"

typedef struct lf_trainer
{
	/* set by the caller before lf_trainer_start */
	const lf_training *training;
	lf_windows	windows;		/* with the scalers of all series, (series, columns) */
	lf_spans	train;
	lf_spans	validation;
	size_t		train_windows;	/* of these spans; no validation windows: there is no validation part */
	size_t		validation_windows;
	int			epochs;
	uint64_t	seed;			/* of this run */
	double		now;			/* seconds by a clock of the caller's, set before each step; NaN: nobody asks */
	double		until;			/* by the same clock: the epoch at hand is closed then, and is the last */
	const lf_real *from;		/* (parameters): weights to begin with; NULL: fresh ones from the seed */
	lf_spans	again;			/* windows of which each epoch takes others, 'sampled' of them, beside those of 'train' */
	size_t		again_windows;
	size_t		sampled;		/* of train_windows; 0: none */
	bool		choose_best;	/* end on the weights of the best epoch, and stop early; else on those of the last */

	/* readable at any time */
	int			epoch;			/* closed epochs */
	size_t		batch;			/* batches done in this epoch */
	int			best_epoch;		/* 1-based, of the weights in the end; the last one unless best are chosen */
	double		best_loss;
	bool		cut_short;		/* there was no time for all epochs */
	lf_epoch   *history;		/* (epochs) */
	lf_real    *weights;		/* (parameters): the best ones once LF_FINISHED is returned */

	/* its own */
	lf_network *network;
	lf_shards	shards;
	lf_optimizer optimizer;
	lf_least_squares squares;	/* in place of the optimizer and its gradients where weights are found at once */
	lf_weight_average average;	/* what is validated and kept, where the schedule wants it */
	lf_random	random;
	lf_real    *gradients;		/* (parameters) */
	lf_real    *best;			/* (parameters) */
	bool		listed;			/* the order of the windows stands in 'order'; else order_key makes it up */
	uint64_t	order_key;
	uint64_t	sample_key;		/* chooses those of the epoch */
	uint32_t   *order;			/* (train_windows): in which they are visited */
	size_t		unshuffled;		/* of the order, what the next epoch still has to shuffle: its first so many */
	lf_real    *x;				/* (B, lookback, inputs), sample after sample */
	lf_real    *y;				/* (B, horizon, targets) */
	lf_real    *dy;				/* (B, horizon, targets, parts of the head) */
	double	   *level;			/* (targets) */
	size_t		position;		/* windows done in this phase of the epoch */
	bool		validating;
	double		sum;			/* of the losses of this phase */
	size_t		known;			/* targets that it is over */
	double		train_loss;
	double		last_rate;		/* learning rate of the last step */
	double		opened;			/* 'now' when the epoch began */
} lf_trainer;

/*
 * Plans the network, which was created, for training, and takes the trainer's own memory. The network then holds
 * lf_shard_batch samples. A pool is put into 'shards' afterwards.
 */
void		lf_trainer_layout(lf_trainer *trainer, lf_arena *arena, lf_network *network, const lf_training *training,
							const lf_task *task, size_t windows);

/* Mini-batches of training in an epoch. */
size_t		lf_trainer_batches(const lf_trainer *trainer);

/* The weights to begin with, then ready for steps. LF_INTERRUPTED: call again. */
lf_status	lf_trainer_start(lf_trainer *trainer, const volatile sig_atomic_t *interrupt);

/*
 * One mini-batch. LF_OK: more to come; LF_EPOCH_DONE: the same, and an epoch was closed; LF_FINISHED: 'weights' are
 * final; LF_INTERRUPTED: nothing has changed, call again; LF_DIVERGED: the run is lost, see 'epoch' and 'batch'.
 */
lf_status	lf_trainer_step(lf_trainer *trainer, const volatile sig_atomic_t *interrupt);

#endif
