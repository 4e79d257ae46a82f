/*
 * zero_tuning.h: the network that is shipped (partners/zero_shot.h), trained on with the rows of several series.
 *
 * It sees them as it does when it forecasts: rows before a random one of them, without their seasons, and those that follow as
 * targets. None of these rows is held out. Then both networks, as shipped and trained on, forecast windows that are held out,
 * and it is kept only where it is clearly better there. The rate is low and the steps are few, so that it does not forget what
 * it has learned from series of all kinds.
 */
#ifndef LF_ZERO_TUNING_H
#define LF_ZERO_TUNING_H

#include "model/combined.h"
#include "series/split.h"
#include "training/optimizer.h"
#include "training/shards.h"
#include "training/weight_average.h"

/* Fewest series: one says too little. */
#define LF_ZERO_TUNING_SERIES 2

typedef struct lf_zero_tuning
{
	const lf_frame *frame;
	const lf_task *task;
	const lf_split *split;
	const lf_partner_facts *facts;
	const double *error_scale;	/* (series, targets) */
	uint64_t	seed;
	uint64_t	steps;			/* of the optimizer, and those that are done */
	uint64_t	done;
	size_t		windows;		/* that judge, and those that have */
	size_t		judged;
	double		error[2];		/* there, in units of their series: as it is shipped, and trained on */
	double	   *gain;			/* (series): of errors, by training on */

	size_t		count;			/* weights */
	lf_real    *weights;
	lf_real    *gradients;
	float	   *tuned;			/* what comes out */
	lf_optimizer optimizer;
	lf_weight_average average;
	lf_head		head;
	lf_thread_pool *pool;		/* NULL: this thread alone */

	/* the batch at hand */
	int			most_patches;	/* that the longest series has before it ends */
	int			patches;
	lf_arena	memory;			/* for the network of that length */
	lf_real    *x;				/* (batch, patches, features) */
	lf_real    *target;			/* (batch, LF_ZERO_STEPS): of the last patch */
	lf_real    *dy;
	lf_partner_rows rows;		/* a series at a time */
	double	   *adjusted;		/* (LF_MOST_PARTNER_ROWS + LF_ZERO_FARTHEST) */
	lf_zero_room room;			/* to judge */
	lf_zero_quantiles *said;	/* (horizon) */
} lf_zero_tuning;

void		lf_zero_tuning_layout(lf_zero_tuning *tuning, lf_arena *arena, const lf_frame *frame, const lf_task *task,
								  const lf_partner_facts *facts);

/* All of it outlives the tuning. Nothing is done where series are fewer than two, too short, or nothing is held out. */
void		lf_zero_tuning_start(lf_zero_tuning *tuning, const lf_frame *frame, const lf_task *task, const lf_split *split,
								 const lf_partner_facts *facts, const double *error_scale, uint64_t seed, lf_thread_pool *pool);

/* A step of the optimizer, or a window that judges. LF_FINISHED: there is no more. */
lf_status	lf_zero_tuning_step(lf_zero_tuning *tuning, const volatile sig_atomic_t *interrupt);

/*
 * After LF_FINISHED: the weights (lf_zero_weights()); NULL unless they are better than those that are shipped, by more than the
 * series differ among each other: a one-sided t test of 2.5 percent.
 */
const float *lf_zero_tuning_result(const lf_zero_tuning *tuning);

#endif
