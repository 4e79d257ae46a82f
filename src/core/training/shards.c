/*
 * shards.c: one mini-batch, cut into shards.
 */
#include "training/shards.h"

#include <string.h>

/*
 * Multiply-adds of a forward walk from which two threads are faster than one. Below, waking up and waiting for the
 * slower of the two takes what sharing saves.
 */
#define WORTH_SHARING 4e6

/* Fewest samples of a shard: fewer rows use the weights too little for what it takes to read them. */
#define FEWEST_SAMPLES 8

/* Multiply-adds of a forward walk, roughly: each weight once at each place where its layer computes. */
static double
work_of(const lf_network *network)
{
	double		work = 0;

	for (int i = 0; i < network->count; i++)
		work += lf_layer_uses(&network->layer[i]) * (double) network->layer[i].parameters;
	return work;
}

int
lf_shard_count(const lf_network *network, int batch)
{
	if (batch < 2 * FEWEST_SAMPLES || work_of(network) * batch < WORTH_SHARING)
		return 1;
	return batch < 256 ? 2 : LF_MAX_SHARDS;
}

int
lf_shard_batch(const lf_network *network, int batch)
{
	int			count = lf_shard_count(network, batch);

	return (batch + count - 1) / count;
}

void
lf_shards_layout(lf_shards *shards, lf_arena *arena, lf_network *network, int batch)
{
	int			each = lf_shard_batch(network, batch);

	*shards = (lf_shards) {.count = lf_shard_count(network, batch), .batch = batch, .network[0] = network};
	lf_network_layout(network, arena, each, true);
	for (int i = 1; i < shards->count; i++)
	{
		lf_network	measured;
		lf_network *beside = lf_arena_take(arena, 1, sizeof(lf_network));

		lf_network_layout_beside(beside == NULL ? &measured : beside, network, arena, each);
		shards->network[i] = beside;
		shards->gradients[i] = lf_arena_reals(arena, network->parameters);
	}
}

void
lf_shards_bind(lf_shards *shards, const lf_real *weights, lf_real *gradients)
{
	shards->gradients[0] = gradients;
	for (int i = 0; i < shards->count; i++)
		lf_network_bind(shards->network[i], weights, shards->gradients[i]);
}

/* First sample of a shard; that of the shard after the last is the batch. */
static size_t
first_sample(const lf_shards *shards, int shard)
{
	return (size_t) shards->pass.batch * (size_t) shard / (size_t) shards->count;
}

static void
walk(void *argument, int shard)
{
	lf_shards  *shards = argument;
	lf_network *network = shards->network[shard];
	size_t		first = first_sample(shards, shard);
	size_t		samples = first_sample(shards, shard + 1) - first;
	size_t		outputs = lf_shape_size(lf_network_output(network));
	const lf_real *x = shards->x + first * network->layer[0].input_size;
	lf_real    *dy = shards->dy == NULL ? NULL : shards->dy + first * outputs;
	size_t		targets = outputs / (size_t) lf_head_parts(&shards->head);
	const lf_real *target = shards->target + first * targets * lf_head_target_parts(&shards->head);
	lf_pass		pass = shards->pass;
	const lf_real *y;
	lf_status	status;

	shards->sum[shard] = 0;
	shards->known[shard] = 0;
	shards->status[shard] = LF_OK;
	if (dy != NULL)
		memset(shards->gradients[shard], 0, network->parameters * sizeof(lf_real));
	if (samples == 0)
		return;
	pass.batch = (int) samples;
	pass.dropout_seed = lf_random_mix(pass.dropout_seed, (uint64_t) shard);
	status = lf_network_forward(network, &pass, x, &y);
	if (status == LF_OK)
	{
		shards->known[shard] = lf_head_known(&shards->head, target, samples * targets);
		shards->sum[shard] = lf_any_loss_sum(&shards->head, shards->loss, y, target, samples * targets, dy);
		if (dy != NULL)
			status = lf_network_backward(network, &pass, x, dy, NULL);
	}
	shards->status[shard] = status;
}

/* Without dy: there and not back. */
static lf_status
walk_all(lf_shards *shards, const lf_pass *pass, lf_loss loss, const lf_real *x, const lf_real *target, lf_real *dy,
		 double *sum)
{
	lf_status	status;

	shards->pass = *pass;
	/* also with one thread: results are to be the same */
	shards->pass.sharded = shards->count > 1 || shards->crowded;
	status = lf_network_pack(shards->network[0], &shards->pass);
	shards->loss = loss;
	shards->x = x;
	shards->target = target;
	shards->dy = dy;
	if (status != LF_OK)
		return status;
	lf_thread_pool_run(shards->pool, shards->count, walk, shards);
	*sum = 0;
	for (int i = 0; i < shards->count; i++)
	{
		if (shards->status[i] != LF_OK)
			return shards->status[i];
		*sum += shards->sum[i];
	}
	return LF_OK;
}

size_t
lf_shards_known(const lf_shards *shards)
{
	size_t		known = 0;

	for (int shard = 0; shard < shards->count; shard++)
		known += shards->known[shard];
	return known;
}

static lf_real
share_of(const lf_shards *shards, int shard)
{
	size_t		known = lf_shards_known(shards);

	return known > 0 ? (lf_real) ((double) shards->known[shard] / (double) known) : 0;
}

/* Each shard found the gradient of the mean over its own known targets. */
static void
add_gradients(lf_shards *shards)
{
	size_t		count = shards->network[0]->parameters;
	lf_real    *total = shards->gradients[0];
	lf_real		before = share_of(shards, 0);	/* the factor of what 'total' holds already */

	for (int shard = 1; shard < shards->count; shard++, before = 1)
	{
		const lf_real *g = shards->gradients[shard];
		lf_real		share = share_of(shards, shard);

		for (size_t i = 0; i < count; i++)
			total[i] = before * total[i] + share * g[i];
	}
}

lf_status
lf_shards_train(lf_shards *shards, const lf_pass *pass, lf_loss loss, const lf_real *x,
				const lf_real *target, lf_real *dy, double *sum)
{
	lf_status	status = walk_all(shards, pass, loss, x, target, dy, sum);

	if (status == LF_OK)
		add_gradients(shards);
	return status;
}

lf_status
lf_shards_validate(lf_shards *shards, const lf_pass *pass, lf_loss loss, const lf_real *x,
				   const lf_real *target, double *sum)
{
	return walk_all(shards, pass, loss, x, target, NULL, sum);
}
