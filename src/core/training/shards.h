/*
 * shards.h: one mini-batch, cut into shards of fixed size that threads may compute side by side.
 *
 * How many shards there are follows from the network and the size of the batch alone, and their gradients are added up
 * in a fixed order: the same weights come out bit for bit, whatever the number of threads.
 */
#ifndef LF_SHARDS_H
#define LF_SHARDS_H

#include "network/loss.h"
#include "network/network.h"
#include "base/thread_pool.h"

#define LF_MAX_SHARDS 4

typedef struct lf_shards
{
	lf_head		head;			/* of the network: set by the caller; all zero where it puts out values */
	lf_thread_pool    *pool;			/* the caller's; NULL: this thread computes alone */
	bool		crowded;		/* set by the caller: other networks may walk at the same time */
	int			count;
	int			batch;			/* largest mini-batch */
	lf_network *network[LF_MAX_SHARDS];	/* each for its share of a batch; the first is the caller's */
	lf_real    *gradients[LF_MAX_SHARDS];	/* (parameters); the first are the caller's */

	/* of the walk under way */
	lf_pass		pass;
	lf_loss		loss;
	const lf_real *x;
	const lf_real *target;
	lf_real    *dy;
	double		sum[LF_MAX_SHARDS];
	size_t		known[LF_MAX_SHARDS];	/* targets that the sum is over */
	lf_status	status[LF_MAX_SHARDS];
} lf_shards;

/* Shards of a mini-batch: 1 where two threads would take longer than one. */
int			lf_shard_count(const lf_network *network, int batch);

/* Samples of the largest shard. */
int			lf_shard_batch(const lf_network *network, int batch);

/* Plans 'network', which was created, and those beside it, for training with mini-batches of up to 'batch' samples. */
void		lf_shards_layout(lf_shards *shards, lf_arena *arena, lf_network *network, int batch);

/* As lf_network_bind. */
void		lf_shards_bind(lf_shards *shards, const lf_real *weights, lf_real *gradients);

/*
 * The sum of the losses of pass->batch samples x (B, input) against target (B, output / parts of the head), and the
 * gradient of their mean loss in place of what was in 'gradients'. dy (B, output) is scratch. The head goes before the
 * loss.
 */
lf_status	lf_shards_train(lf_shards *shards, const lf_pass *pass, lf_loss loss, const lf_real *x,
							const lf_real *target, lf_real *dy, double *sum);

/* Targets that the last sum was over: those that are known, see loss.h. */
size_t		lf_shards_known(const lf_shards *shards);

/* The sum of the losses alone. */
lf_status	lf_shards_validate(lf_shards *shards, const lf_pass *pass, lf_loss loss, const lf_real *x,
							   const lf_real *target, double *sum);

#endif
