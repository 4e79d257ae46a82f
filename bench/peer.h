/*
 * peer.h: a network around the LSTM of a library: all that the peers in C and C++ share besides bench.h.
 *
 * A peer defines the functions peer_lstm_*. Inside everything is time-major, (T, B, .); windows come and outputs go
 * batch-major, as in the other programs. Built with -ffast-math, so that the loops below become vector code.
 */
#ifndef PEER_H
#define PEER_H

#include "bench.h"

#ifdef __cplusplus
#define restrict __restrict__
#endif

/* An LSTM layer of either kind or a pair of them, for a batch; defined by the peer. */
typedef struct peer_lstm peer_lstm;

static peer_lstm *peer_lstm_open(const bench_layer *layer, int batch, bool training, const float *weights,
								 float *gradients);

/* The weights are new: once for predictions, before every step of a training. */
static void peer_lstm_weights(peer_lstm *lstm);

/* x (T, B, F) to y (T, B, H) or, for what returns the last state only, (B, H) or (B, 2H). */
static void peer_lstm_forward(peer_lstm *lstm, const float *x, float *y);

/* Overwrites the layer's gradients, and dx (T, B, F) unless it is NULL. */
static void peer_lstm_backward(peer_lstm *lstm, const float *x, const float *dy, float *dx);

static void peer_lstm_close(peer_lstm *lstm);

struct bench_state
{
	const bench_network *network;
	size_t		batch;
	bool		training;
	float	   *weights;
	float	   *gradients;
	float	   *first;			/* Adam's running means */
	float	   *second;
	int			steps;			/* that Adam has taken */
	float	   *x;				/* (T, B, F) */
	float	   *y;				/* (B, T, 1): the network's output, batch-major */
	float	   *dy;				/* (T, B, 1) */
	peer_lstm  *lstm[BENCH_MAX_LAYERS];
	float	   *output[BENCH_MAX_LAYERS];	/* (T, B, .) */
	float	   *gradient[BENCH_MAX_LAYERS]; /* with respect to the layer's input */
};

/* (A, B, C) to (B, A, C) */
static inline void
peer_swap(size_t a, size_t b, size_t c, const float *restrict from, float *restrict to)
{
	for (size_t i = 0; i < a; i++)
		for (size_t j = 0; j < b; j++)
			for (size_t k = 0; k < c; k++)
				to[(j * a + i) * c + k] = from[(i * b + j) * c + k];
}

static inline void
peer_dense_forward(size_t rows, size_t inputs, const float *restrict w, const float *restrict x, float *restrict y)
{
	for (size_t i = 0; i < rows; i++)
	{
		float		sum = 0;

		for (size_t j = 0; j < inputs; j++)
			sum += x[i * inputs + j] * w[j];
		y[i] = sum + w[inputs];
	}
}

static inline void
peer_dense_backward(size_t rows, size_t inputs, const float *restrict w, const float *restrict x,
					const float *restrict dy, float *restrict dw, float *restrict dx)
{
	memset(dw, 0, (inputs + 1) * sizeof(float));
	for (size_t i = 0; i < rows; i++)
	{
		for (size_t j = 0; j < inputs; j++)
		{
			dw[j] += x[i * inputs + j] * dy[i];
			dx[i * inputs + j] = dy[i] * w[j];
		}
		dw[inputs] += dy[i];
	}
}

/* Keras' formula, as in the core. */
static inline void
peer_adam(size_t count, int step, float *restrict w, const float *restrict g, float *restrict m, float *restrict v)
{
	float		b1 = (float) BENCH_BETA_1;
	float		b2 = (float) BENCH_BETA_2;
	float		c1 = (float) (1 - BENCH_BETA_1);
	float		c2 = (float) (1 - BENCH_BETA_2);
	float		alpha = (float) (BENCH_RATE * sqrt(1 - pow(BENCH_BETA_2, step)) / (1 - pow(BENCH_BETA_1, step)));

	for (size_t i = 0; i < count; i++)
	{
		m[i] = b1 * m[i] + c1 * g[i];
		v[i] = b2 * v[i] + c2 * g[i] * g[i];
		w[i] -= alpha * m[i] / (sqrtf(v[i]) + (float) BENCH_EPSILON);
	}
}

static bench_state *
bench_open(const bench_network *network, int batch, bool training, float *weights)
{
	bench_state *state = (bench_state *) bench_take(sizeof(bench_state));

	if (network->threads != 1)
		bench_fail("the peers compute in one thread");
	state->network = network;
	state->batch = (size_t) batch;
	state->training = training;
	state->weights = weights;
	state->x = bench_floats(state->batch * (size_t) network->steps * (size_t) network->inputs);
	state->y = bench_floats(state->batch * network->outputs);
	if (training)
	{
		state->gradients = bench_floats(network->parameters);
		state->first = bench_floats(network->parameters);
		state->second = bench_floats(network->parameters);
		state->dy = bench_floats(state->batch * network->outputs);
	}
	for (int l = 0; l < network->layers; l++)
	{
		const bench_layer *layer = &network->layer[l];

		state->output[l] = bench_floats(state->batch * (size_t) layer->output_steps * (size_t) layer->outputs);
		if (training)
			state->gradient[l] = bench_floats(state->batch * (size_t) layer->steps * (size_t) layer->inputs);
		if (layer->kind >= BENCH_GRU)
			bench_fail("a gru is for the core alone");
		if (layer->kind == BENCH_REPEAT || layer->kind == BENCH_DENSE)
			continue;
		state->lstm[l] = peer_lstm_open(layer, batch, training, weights + layer->offset,
										training ? state->gradients + layer->offset : NULL);
		if (!training)
			peer_lstm_weights(state->lstm[l]);
	}
	return state;
}

static const float *
bench_predict(bench_state *state, const float *x)
{
	const bench_network *network = state->network;
	const float *from = state->x;

	peer_swap(state->batch, (size_t) network->steps, (size_t) network->inputs, x, state->x);
	for (int l = 0; l < network->layers; l++)
	{
		const bench_layer *layer = &network->layer[l];
		size_t		rows = (size_t) layer->steps * state->batch;
		size_t		inputs = (size_t) layer->inputs;

		if (layer->kind == BENCH_REPEAT)
			for (size_t t = 0; t < (size_t) layer->output_steps; t++)
				memcpy(state->output[l] + t * rows * inputs, from, rows * inputs * sizeof(float));
		else if (layer->kind == BENCH_DENSE)
			peer_dense_forward(rows, inputs, state->weights + layer->offset, from, state->output[l]);
		else
		{
			if (state->training)
				peer_lstm_weights(state->lstm[l]);
			peer_lstm_forward(state->lstm[l], from, state->output[l]);
		}
		from = state->output[l];
	}
	peer_swap(network->outputs, state->batch, 1, from, state->y);
	return state->y;
}

/* Squared errors summed up; dy (T, B) is the gradient of their mean. */
static inline double
peer_loss(const bench_state *state, const float *restrict y, const float *restrict target, float *restrict dy)
{
	size_t		outputs = state->network->outputs;
	float		sum = 0;

	for (size_t i = 0; i < state->batch; i++)
		for (size_t t = 0; t < outputs; t++)
		{
			float		error = y[i * outputs + t] - target[i * outputs + t];

			sum += error * error;
			dy[t * state->batch + i] = 2 * error / (float) (state->batch * outputs);
		}
	return (double) sum;
}

static double
bench_train(bench_state *state, const float *x, const float *target)
{
	const bench_network *network = state->network;
	double		sum = peer_loss(state, bench_predict(state, x), target, state->dy);
	const float *dy = state->dy;

	for (int l = network->layers; l-- > 0;)
	{
		const bench_layer *layer = &network->layer[l];
		const float *from = l == 0 ? state->x : state->output[l - 1];
		float	   *dx = state->gradient[l];
		size_t		rows = (size_t) layer->steps * state->batch;
		size_t		inputs = (size_t) layer->inputs;

		if (layer->kind == BENCH_REPEAT)
		{
			memcpy(dx, dy, rows * inputs * sizeof(float));
			for (size_t t = 1; t < (size_t) layer->output_steps; t++)
				for (size_t i = 0; i < rows * inputs; i++)
					dx[i] += dy[t * rows * inputs + i];
		}
		else if (layer->kind == BENCH_DENSE)
			peer_dense_backward(rows, inputs, state->weights + layer->offset, from, dy,
								state->gradients + layer->offset, dx);
		else
			peer_lstm_backward(state->lstm[l], from, dy, l == 0 ? NULL : dx);
		dy = dx;
	}
	peer_adam(network->parameters, ++state->steps, state->weights, state->gradients, state->first, state->second);
	return sum / (double) (state->batch * network->outputs);
}

static void
bench_close(bench_state *state)
{
	for (int l = 0; l < state->network->layers; l++)
	{
		if (state->lstm[l] != NULL)
			peer_lstm_close(state->lstm[l]);
		free(state->output[l]);
		free(state->gradient[l]);
	}
	free(state->gradients);
	free(state->first);
	free(state->second);
	free(state->x);
	free(state->y);
	free(state->dy);
	free(state);
}

#endif
