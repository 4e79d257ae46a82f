/*
 * bench.h: what the programs of the speed benchmark share: the network's description, the numbers, the clock, main().
 *
 * A program is called as
 *
 *	   program [--seconds S] [--threads N] batch steps inputs layer ...
 *
 * with layers lstm:units (last hidden state), lstm_sequence:units (all of them), bidirectional:units (last states of
 * both ways, side by side), repeat:steps and, at the end, dense:1; the core also gru:units and gru_sequence:units, to compare
 * with its own lstm. It defines bench_open() and so on, below. It prints
 *
 *	   kernels ...			what it computes with
 *	   check losses a b c	of three training steps from the same weights and data
 *	   check one a ...		outputs for one window with the weights after these steps
 *	   check batch a ...	outputs for some of BENCH_WINDOWS windows, the same
 *	   time what seconds	the median of one call, for train, one and batch
 *
 * All weights lie in one array, layer after layer, in Keras' order: kernel (F, 4H), recurrent kernel (H, 4H), bias (4H)
 * with gates i, f, g, o, for bidirectional first ahead, then back; dense: kernel (F), bias (1). Windows are (B, T, F).
 *
 * peer_torch.py makes the same numbers by itself: change both or none. Read as C and as C++.
 */
#ifndef BENCH_H
#define BENCH_H

#include "clock.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_MAX_LAYERS 8
#define BENCH_WINDOWS 256		/* of "batch" */
#define BENCH_CHECKED 8			/* outputs that are printed */
#define BENCH_RATE 1e-3			/* learning rate, and Adam's constants as in Keras */
#define BENCH_BETA_1 0.9
#define BENCH_BETA_2 0.999
#define BENCH_EPSILON 1e-7

typedef enum bench_kind
{
	BENCH_LSTM,
	BENCH_LSTM_SEQUENCE,
	BENCH_BIDIRECTIONAL,
	BENCH_REPEAT,
	BENCH_DENSE,
	BENCH_GRU,					/* these two by the core alone */
	BENCH_GRU_SEQUENCE,
	BENCH_KINDS
} bench_kind;

typedef struct bench_layer
{
	bench_kind	kind;
	int			units;
	int			steps;			/* of what reaches it; 1 for a vector */
	int			inputs;
	int			output_steps;
	int			outputs;
	size_t		offset;			/* of its first weight */
	size_t		parameters;
} bench_layer;

typedef struct bench_network
{
	int			batch;			/* of a training step */
	int			steps;
	int			inputs;
	int			threads;
	int			layers;
	bench_layer layer[BENCH_MAX_LAYERS];
	size_t		parameters;
	size_t		outputs;		/* of one window */
} bench_network;

/* What a program defines: a network in memory, for training steps or for predictions. */
typedef struct bench_state bench_state;

/* Prints what computes, on one line. */
static void bench_kernels(const bench_network *network);

/* 'weights' is kept and changed by training; otherwise it is constant until bench_close(). */
static bench_state *bench_open(const bench_network *network, int batch, bool training, float *weights);

/* One training step; returns the loss before it. */
static double bench_train(bench_state *state, const float *x, const float *target);

/* The outputs (B, outputs), valid until the next call. */
static const float *bench_predict(bench_state *state, const float *x);

static void bench_close(bench_state *state);

static inline void
bench_fail(const char *message)
{
	fprintf(stderr, "%s\n", message);
	exit(1);
}

static inline void *
bench_take(size_t bytes)
{
	void	   *block = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);

	if (block == NULL)
		bench_fail("out of memory");
	memset(block, 0, (bytes + 63) / 64 * 64 + 64);
	return block;
}

static inline float *
bench_floats(size_t count)
{
	return (float *) bench_take(count * sizeof(float));
}

/* The number at a place of a stream: in [-1, 1), a multiple of 2^-23, by the mixer lowbias32 (Wellons 2018). */
static inline float
bench_number(uint32_t stream, uint32_t place)
{
	uint32_t	h = place * 0x9E3779B9u + stream * 0x85EBCA6Bu + 1;

	h = (h ^ h >> 16) * 0x7FEB352Du;
	h = (h ^ h >> 15) * 0x846CA68Bu;
	h ^= h >> 16;
	return (float) (h >> 8) / 8388608.0f - 1.0f;
}

enum
{
	BENCH_STREAM_WEIGHTS,
	BENCH_STREAM_X,
	BENCH_STREAM_TARGETS
};

/*
 * Weights of a layer lie within 1 / sqrt(units), or inputs for dense, as PyTorch begins; but the forget gates' biases
 * lie around 1, as Keras begins, and here those of a gru's update gates too. Without that a gradient halves with every step, so that in a long window it sinks to
 * denormal numbers, on which a processor takes a hundred times as long: that would be measured then.
 */
static inline void
bench_weights(const bench_network *network, float *weights)
{
	for (int l = 0; l < network->layers; l++)
	{
		const bench_layer *layer = &network->layer[l];
		float		range = (float) (1 / sqrt((double) (layer->kind == BENCH_DENSE ? layer->inputs : layer->units)));
		size_t		end = layer->offset + layer->parameters;
		size_t		h = (size_t) layer->units;
		size_t		ways = layer->kind == BENCH_BIDIRECTIONAL ? 2 : layer->kind < BENCH_BIDIRECTIONAL ? 1 : 0;

		for (size_t i = layer->offset; i < end; i++)
			weights[i] = range * bench_number(BENCH_STREAM_WEIGHTS, (uint32_t) i);
		for (size_t way = 0; way < ways; way++)
			for (size_t i = 0; i < h; i++)
				weights[end - way * (layer->parameters / ways) - 3 * h + i] += 1.0f;
		for (size_t i = 0; i < h && layer->kind >= BENCH_GRU; i++)
			weights[end - 6 * h + i] += 1.0f;
	}
}

/* Median seconds of a call over as many as fit into 'seconds', at least three, after a tenth of that to warm up. */
static inline double
bench_median(bench_state *state, const float *x, const float *target, double seconds)
{
	size_t		count = 0;
	size_t		room = 0;
	double	   *sample = NULL;
	double		start = bench_now();
	double		before;
	double		after = start;
	double		median;
	bool		warm = false;

	while (after - start < seconds || count < 3)
	{
		before = bench_now();
		if (target != NULL)
			bench_train(state, x, target);
		else
			bench_predict(state, x);
		after = bench_now();
		if (!warm)
		{
			warm = after - start >= seconds / 10;
			if (warm)
				start = after;
			continue;
		}
		if (count == room)
		{
			room = room == 0 ? 1024 : 2 * room;
			sample = (double *) realloc(sample, room * sizeof(double));
			if (sample == NULL)
				bench_fail("out of memory");
		}
		sample[count++] = after - before;
	}
	median = bench_median_of(sample, count);
	free(sample);
	return median;
}

/* Some of the outputs of 'windows' windows, as far apart as can be. */
static inline void
bench_print_check(const char *name, const float *y, size_t outputs)
{
	size_t		stride = outputs > BENCH_CHECKED ? outputs / BENCH_CHECKED : 1;

	printf("check %s", name);
	for (size_t i = 0; i < outputs && i / stride < BENCH_CHECKED; i += stride)
		printf(" %.9g", (double) y[i]);
	printf("\n");
}

static inline void
bench_add_layer(bench_network *network, const char *text)
{
	static const char *const names[BENCH_KINDS] = {"lstm", "lstm_sequence", "bidirectional", "repeat", "dense",
		"gru", "gru_sequence"};
	bench_layer *layer = &network->layer[network->layers];
	const char *colon = strchr(text, ':');
	int			kind = 0;
	size_t		way;

	if (colon == NULL || network->layers == BENCH_MAX_LAYERS)
		bench_fail("bad layers");
	while (kind < BENCH_KINDS && (strncmp(names[kind], text, (size_t) (colon - text)) != 0 ||
								  names[kind][colon - text] != '\0'))
		kind++;
	if (kind == BENCH_KINDS)
		bench_fail("no such layer");
	layer->kind = (bench_kind) kind;
	layer->units = atoi(colon + 1);
	layer->steps = network->layers == 0 ? network->steps : layer[-1].output_steps;
	layer->inputs = network->layers == 0 ? network->inputs : layer[-1].outputs;
	layer->output_steps = 1;
	layer->outputs = layer->units;
	layer->offset = network->parameters;
	way = (size_t) 4 * (size_t) layer->units * ((size_t) layer->inputs + (size_t) layer->units + 1);
	switch (layer->kind)
	{
		case BENCH_LSTM:
			layer->parameters = way;
			break;
		case BENCH_LSTM_SEQUENCE:
			layer->output_steps = layer->steps;
			layer->parameters = way;
			break;
		case BENCH_BIDIRECTIONAL:
			layer->outputs = 2 * layer->units;
			layer->parameters = 2 * way;
			break;
		case BENCH_REPEAT:
			layer->output_steps = layer->units;
			layer->outputs = layer->inputs;
			break;
		case BENCH_DENSE:
			if (layer->units != 1)
				bench_fail("dense has one unit here");
			layer->output_steps = layer->steps;
			layer->parameters = (size_t) layer->inputs + 1;
			break;
		case BENCH_GRU_SEQUENCE:
			layer->output_steps = layer->steps;
			/* FALLTHROUGH */
		case BENCH_GRU:
			layer->parameters = (size_t) 3 * (size_t) layer->units * ((size_t) layer->inputs + (size_t) layer->units + 2);
			break;
		case BENCH_KINDS:
			break;
	}
	network->layers++;
	network->parameters += layer->parameters;
	network->outputs = (size_t) layer->output_steps * (size_t) layer->outputs;
}

int
main(int argc, char **argv)
{
	bench_network network;
	double		seconds = 0.5;
	int			first = 1;
	float	   *weights;
	float	   *x;
	float	   *target;
	size_t		window;
	bench_state *state;

	memset(&network, 0, sizeof(network));
	network.threads = 1;
	for (; first + 1 < argc && strncmp(argv[first], "--", 2) == 0; first += 2)
	{
		if (strcmp(argv[first], "--seconds") == 0)
			seconds = atof(argv[first + 1]);
		else if (strcmp(argv[first], "--threads") == 0)
			network.threads = atoi(argv[first + 1]);
		else
			bench_fail("no such option");
	}
	if (argc - first < 4)
		bench_fail("usage: program [--seconds S] [--threads N] batch steps inputs layer ...");
	network.batch = atoi(argv[first]);
	network.steps = atoi(argv[first + 1]);
	network.inputs = atoi(argv[first + 2]);
	if (network.batch < 1 || network.batch > BENCH_WINDOWS)
		bench_fail("bad batch");
	for (int i = first + 3; i < argc; i++)
		bench_add_layer(&network, argv[i]);

	window = (size_t) network.steps * (size_t) network.inputs;
	weights = bench_floats(network.parameters);
	x = bench_floats(BENCH_WINDOWS * window);
	target = bench_floats((size_t) network.batch * network.outputs);
	bench_weights(&network, weights);
	for (size_t i = 0; i < BENCH_WINDOWS * window; i++)
		x[i] = bench_number(BENCH_STREAM_X, (uint32_t) i);
	for (size_t i = 0; i < (size_t) network.batch * network.outputs; i++)
		target[i] = bench_number(BENCH_STREAM_TARGETS, (uint32_t) i);

	printf("kernels ");
	bench_kernels(&network);

	state = bench_open(&network, network.batch, true, weights);
	printf("check losses");
	for (int step = 0; step < 3; step++)
		printf(" %.9g", bench_train(state, x, target));
	printf("\n");

	for (int windows = 1; windows <= BENCH_WINDOWS; windows += BENCH_WINDOWS - 1)
	{
		const char *what = windows == 1 ? "one" : "batch";
		bench_state *predictor = bench_open(&network, windows, false, weights);

		bench_print_check(what, bench_predict(predictor, x), (size_t) windows * network.outputs);
		printf("time %s %.9g\n", what, bench_median(predictor, x, NULL, seconds));
		bench_close(predictor);
	}
	printf("time train %.9g\n", bench_median(state, x, target, seconds));
	bench_close(state);
	free(weights);
	free(x);
	free(target);
	return 0;
}

#endif
