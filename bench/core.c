/*
 * core.c: the core of this extension in the speed benchmark, through its public interface of networks only.
 *
 * A training step is what lf_trainer does with one mini-batch once the windows are cut. Built as the module is.
 */
#include "bench.h"

#include "kernels/matrix.h"
#include "training/optimizer.h"
#include "training/shards.h"

struct bench_state
{
	lf_network	network;
	lf_shards	shards;
	lf_thread_pool		pool;
	lf_optimizer optimizer;
	lf_pass		pass;
	void	   *block;			/* under the network and the optimizer */
	size_t		outputs;		/* of the batch */
	float	   *weights;
	float	   *gradients;
	float	   *dy;
};

static void
bench_kernels(const bench_network *network)
{
	printf("%s, OpenBLAS %s, %d thread%s\n", lf_kernels_in_use()->name, lf_blas().kernel, network->threads,
		   network->threads == 1 ? "" : "s");
}

static lf_layer_spec
spec_of(const bench_layer *layer)
{
	static const lf_layer_kind kinds[BENCH_KINDS] = {LF_LSTM, LF_LSTM, LF_LSTM, LF_REPEAT_VECTOR, LF_DENSE, LF_GRU, LF_GRU};
	lf_layer_spec spec = lf_layer_defaults(kinds[layer->kind]);

	/* it takes the arguments of what it wraps */
	if (layer->kind == BENCH_BIDIRECTIONAL)
	{
		spec.inner = spec.kind;
		spec.kind = LF_BIDIRECTIONAL;
	}
	spec.units = layer->units;
	spec.return_sequences = layer->kind == BENCH_LSTM_SEQUENCE || layer->kind == BENCH_GRU_SEQUENCE;
	return spec;
}

static void
plan(bench_state *state, lf_arena *arena, int batch, bool training)
{
	if (!training)
	{
		lf_network_layout(&state->network, arena, batch, false);
		return;
	}
	lf_shards_layout(&state->shards, arena, &state->network, batch);
	lf_optimizer_layout(&state->optimizer, arena, state->network.parameters);
	state->gradients = lf_arena_reals(arena, state->network.parameters);
	state->dy = lf_arena_reals(arena, state->outputs);
}

static bench_state *
bench_open(const bench_network *network, int batch, bool training, float *weights)
{
	bench_state *state = bench_take(sizeof(bench_state));
	lf_spec		spec = {.input = lf_shape_2(network->steps, network->inputs), .count = network->layers};
	lf_arena	arena = lf_arena_measure();
	int			layer;

	for (int l = 0; l < network->layers; l++)
		spec.layer[l] = spec_of(&network->layer[l]);
	if (lf_network_create(&state->network, &spec, &layer) != LF_OK)
		bench_fail("the core refuses the network");
	if (state->network.parameters != network->parameters)
		bench_fail("the core counts other weights");
	state->pass = (lf_pass) {.batch = batch, .training = training};
	state->outputs = (size_t) batch * network->outputs;
	state->weights = weights;
	plan(state, &arena, batch, training);
	state->block = bench_take(arena.used);
	arena = lf_arena_over(state->block, arena.used);
	plan(state, &arena, batch, training);
	lf_network_bind(&state->network, weights, NULL);
	if (training)
	{
		lf_shards_bind(&state->shards, weights, state->gradients);
		/* as the extension does: a network that is too small for two threads gets one */
		if (network->threads > 1 && state->shards.count > 1)
		{
			lf_thread_pool_start(&state->pool, network->threads);
			state->shards.pool = &state->pool;
		}
		state->optimizer.kind = LF_ADAM;
		lf_optimizer_reset(&state->optimizer);
	}
	return state;
}

static const float *
bench_predict(bench_state *state, const float *x)
{
	const float *y;

	if (lf_network_forward(&state->network, &state->pass, x, &y) != LF_OK)
		bench_fail("no forward walk");
	return y;
}

static double
bench_train(bench_state *state, const float *x, const float *target)
{
	double		sum;

	if (lf_shards_train(&state->shards, &state->pass, LF_MSE, x, target, state->dy, &sum) != LF_OK)
		bench_fail("no training step");
	(void) lf_clip_norm(state->gradients, state->network.parameters, 0);
	lf_optimizer_step(&state->optimizer, BENCH_RATE, state->weights, state->gradients);
	return sum / (double) state->outputs;
}

static void
bench_close(bench_state *state)
{
	lf_thread_pool_stop(&state->pool);
	free(state->block);
	free(state);
}
