/*
 * peer_blas.c: LSTM by OpenBLAS alone, in the speed benchmark: a product per time step, loops for the gates.
 *
 * As one would write it by hand: the input's part of the gates is one product over all steps, so are the gradients of
 * the weights; only the recurrent products, forward and backward, go step by step. Equations as in layer_lstm.c.
 */
#include "peer.h"

#include <cblas.h>

/* One direction. */
typedef struct way
{
	const float *kernel;		/* (F, 4H) */
	const float *recurrent;		/* (H, 4H) */
	const float *bias;			/* (4H) */
	float	   *dkernel;
	float	   *drecurrent;
	float	   *dbias;
	float	   *gates;			/* (T, B, 4H): activated; backward turns them into dz */
	float	   *cell;			/* (T, B, H) */
	float	   *squashed;		/* (T, B, H): tanh of the cell */
	float	   *hidden;			/* (T, B, H) */
} way;

struct peer_lstm
{
	size_t		steps;			/* T */
	size_t		batch;			/* B */
	size_t		inputs;			/* F */
	size_t		hidden;			/* H */
	bool		sequence;		/* all hidden states leave, not the last only */
	bool		vector;			/* the recurrent product of a batch of one is a matrix times a vector */
	int			ways;			/* the second goes backwards */
	way			way[2];
	float	   *dhidden;		/* (B, H) */
	float	   *dcell;			/* (B, H) */
	float	   *zeros;			/* (B, H): the cell before the first step */
};

static void
bench_kernels(const bench_network *network)
{
	(void) network;
	printf("%s, %s\n", openblas_get_corename(), openblas_get_config());
}

static inline void
multiply(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
		 const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
	cblas_sgemm(CblasRowMajor, ta, tb, (int) m, (int) n, (int) k,
				1.0f, a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
}

/* gates (B, 4H) += hidden (B, H) U */
static inline void
add_recurrent(const peer_lstm *lstm, const way *w, const float *hidden, float *gates)
{
	size_t		h = lstm->hidden;

	if (lstm->vector)
		cblas_sgemv(CblasRowMajor, CblasTrans, (int) h, (int) (4 * h), 1.0f, w->recurrent, (int) (4 * h),
					hidden, 1, 1.0f, gates, 1);
	else
		multiply(CblasNoTrans, CblasNoTrans, lstm->batch, 4 * h, h, hidden, h, w->recurrent, 4 * h, 1, gates, 4 * h);
}

/* For a batch of one, which of the two is faster differs between processors and sizes: the better of 50 tries each. */
static void
choose_product(peer_lstm *lstm)
{
	double		best[2] = {1e9, 1e9};

	for (int i = 0; i < 100; i++)
	{
		double		start;
		double		took;

		lstm->vector = i % 2 == 1;
		start = bench_now();
		add_recurrent(lstm, &lstm->way[0], lstm->way[0].hidden, lstm->way[0].gates);
		took = bench_now() - start;
		if (took < best[i % 2])
			best[i % 2] = took;
	}
	lstm->vector = best[1] < best[0];
}

static peer_lstm *
peer_lstm_open(const bench_layer *layer, int batch, bool training, const float *weights, float *gradients)
{
	peer_lstm  *lstm = bench_take(sizeof(peer_lstm));
	size_t		h = (size_t) layer->units;
	size_t		f = (size_t) layer->inputs;
	size_t		rows = (size_t) layer->steps * (size_t) batch;

	lstm->steps = (size_t) layer->steps;
	lstm->batch = (size_t) batch;
	lstm->inputs = f;
	lstm->hidden = h;
	lstm->sequence = layer->kind == BENCH_LSTM_SEQUENCE;
	lstm->ways = layer->kind == BENCH_BIDIRECTIONAL ? 2 : 1;
	for (int i = 0; i < lstm->ways; i++)
	{
		way		   *w = &lstm->way[i];
		size_t		offset = (size_t) i * 4 * h * (f + h + 1);

		w->kernel = weights + offset;
		w->recurrent = w->kernel + f * 4 * h;
		w->bias = w->recurrent + h * 4 * h;
		w->gates = bench_floats(rows * 4 * h);
		w->cell = bench_floats(rows * h);
		w->squashed = bench_floats(rows * h);
		w->hidden = bench_floats(rows * h);
		if (!training)
			continue;
		w->dkernel = gradients + offset;
		w->drecurrent = w->dkernel + f * 4 * h;
		w->dbias = w->drecurrent + h * 4 * h;
	}
	lstm->dhidden = bench_floats((size_t) batch * h);
	lstm->dcell = bench_floats((size_t) batch * h);
	lstm->zeros = bench_floats((size_t) batch * h);
	if (batch == 1)
		choose_product(lstm);
	return lstm;
}

static void
peer_lstm_weights(peer_lstm *lstm)
{
	(void) lstm;				/* they are used where they lie */
}

static inline float
sigmoid(float x)
{
	return 1.0f / (1.0f + expf(-x));
}

/* tanh by the same function of the vector library as the sigmoid, which is faster than its tanhf */
static inline float
squash(float x)
{
	return 2.0f / (1.0f + expf(-2.0f * x)) - 1.0f;
}

/* One step of one sample, a vector loop: zi, zf, zg and zo become the gates. */
static inline void
cell_forward(size_t h, float *restrict zi, float *restrict zf, float *restrict zg, float *restrict zo,
			 const float *restrict before, float *restrict cell, float *restrict squashed, float *restrict hidden)
{
	for (size_t j = 0; j < h; j++)
	{
		float		i = sigmoid(zi[j]);
		float		f = sigmoid(zf[j]);
		float		g = squash(zg[j]);
		float		o = sigmoid(zo[j]);
		float		c = i * g + f * before[j];
		float		s = squash(c);

		zi[j] = i;
		zf[j] = f;
		zg[j] = g;
		zo[j] = o;
		cell[j] = c;
		squashed[j] = s;
		hidden[j] = o * s;
	}
}

/* The same backward: the gates become dz. */
static inline void
cell_backward(size_t h, float *restrict zi, float *restrict zf, float *restrict zg, float *restrict zo,
			  const float *restrict before, const float *restrict squashed, const float *restrict dhidden,
			  float *restrict dcell)
{
	for (size_t j = 0; j < h; j++)
	{
		float		i = zi[j];
		float		f = zf[j];
		float		g = zg[j];
		float		o = zo[j];
		float		s = squashed[j];
		float		dc = dcell[j] + dhidden[j] * o * (1 - s * s);

		zi[j] = dc * g * i * (1 - i);
		zf[j] = dc * before[j] * f * (1 - f);
		zg[j] = dc * i * (1 - g * g);
		zo[j] = dhidden[j] * s * o * (1 - o);
		dcell[j] = dc * f;
	}
}

/* One step of a batch; 'before' is the cell of the step before. */
static void
gates_forward(size_t batch, size_t h, float *gates, const float *before, float *cell, float *squashed, float *hidden)
{
	for (size_t b = 0; b < batch; b++)
	{
		float	   *z = gates + b * 4 * h;

		cell_forward(h, z, z + h, z + 2 * h, z + 3 * h, before + b * h, cell + b * h, squashed + b * h,
					 hidden + b * h);
	}
}

static void
gates_backward(size_t batch, size_t h, float *gates, const float *before, const float *squashed, const float *dhidden,
			   float *dcell)
{
	for (size_t b = 0; b < batch; b++)
	{
		float	   *z = gates + b * 4 * h;

		cell_backward(h, z, z + h, z + 2 * h, z + 3 * h, before + b * h, squashed + b * h, dhidden + b * h,
					  dcell + b * h);
	}
}

static void
way_forward(const peer_lstm *lstm, const way *w, bool back, const float *x)
{
	size_t		h = lstm->hidden;
	size_t		rows = lstm->steps * lstm->batch;
	size_t		states = lstm->batch * h;

	for (size_t i = 0; i < rows; i++)
		memcpy(w->gates + i * 4 * h, w->bias, 4 * h * sizeof(float));
	multiply(CblasNoTrans, CblasNoTrans, rows, 4 * h, lstm->inputs, x, lstm->inputs, w->kernel, 4 * h,
			 1, w->gates, 4 * h);
	for (size_t step = 0; step < lstm->steps; step++)
	{
		size_t		t = back ? lstm->steps - 1 - step : step;
		size_t		last = back ? t + 1 : t - 1;

		if (step > 0)
			add_recurrent(lstm, w, w->hidden + last * states, w->gates + t * 4 * states);
		gates_forward(lstm->batch, h, w->gates + t * 4 * states, step > 0 ? w->cell + last * states : lstm->zeros,
					  w->cell + t * states, w->squashed + t * states, w->hidden + t * states);
	}
}

static void
peer_lstm_forward(peer_lstm *lstm, const float *x, float *y)
{
	size_t		h = lstm->hidden;
	size_t		wide = (size_t) lstm->ways * h;

	for (int i = 0; i < lstm->ways; i++)
	{
		const way  *w = &lstm->way[i];
		const float *end = w->hidden + (i == 0 ? (lstm->steps - 1) * lstm->batch * h : 0);

		way_forward(lstm, w, i == 1, x);
		if (lstm->sequence)
			memcpy(y, w->hidden, lstm->steps * lstm->batch * h * sizeof(float));
		else
			for (size_t b = 0; b < lstm->batch; b++)
				memcpy(y + b * wide + (size_t) i * h, end + b * h, h * sizeof(float));
	}
}

/* 'dy' is that of this direction's last state, (B, H) with rows 'wide' apart, or (T, B, H) for sequences. */
static void
way_backward(const peer_lstm *lstm, const way *w, bool back, const float *x, const float *dy, size_t wide, float *dx)
{
	size_t		h = lstm->hidden;
	size_t		rows = lstm->steps * lstm->batch;
	size_t		states = lstm->batch * h;
	size_t		ahead = back ? 0 : states;	/* recurrent gradient: dz of a step meets h of the one before it */

	memset(lstm->dcell, 0, states * sizeof(float));
	for (size_t step = lstm->steps; step-- > 0;)
	{
		size_t		t = back ? lstm->steps - 1 - step : step;
		size_t		last = back ? t + 1 : t - 1;
		size_t		next = back ? t - 1 : t + 1;
		bool		end = step + 1 == lstm->steps;

		if (lstm->sequence)
			memcpy(lstm->dhidden, dy + t * states, states * sizeof(float));
		else if (end)
			for (size_t b = 0; b < lstm->batch; b++)
				memcpy(lstm->dhidden + b * h, dy + b * wide, h * sizeof(float));
		if (!end)
			multiply(CblasNoTrans, CblasTrans, lstm->batch, h, 4 * h, w->gates + next * 4 * states, 4 * h,
					 w->recurrent, 4 * h, lstm->sequence ? 1 : 0, lstm->dhidden, h);
		gates_backward(lstm->batch, h, w->gates + t * 4 * states, step > 0 ? w->cell + last * states : lstm->zeros,
					   w->squashed + t * states, lstm->dhidden, lstm->dcell);
	}

	multiply(CblasTrans, CblasNoTrans, lstm->inputs, 4 * h, rows, x, lstm->inputs, w->gates, 4 * h,
			 0, w->dkernel, 4 * h);
	multiply(CblasTrans, CblasNoTrans, h, 4 * h, rows - lstm->batch, w->hidden + (states - ahead), h,
			 w->gates + 4 * ahead, 4 * h, 0, w->drecurrent, 4 * h);
	memset(w->dbias, 0, 4 * h * sizeof(float));
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < 4 * h; j++)
			w->dbias[j] += w->gates[i * 4 * h + j];
	if (dx != NULL)
		multiply(CblasNoTrans, CblasTrans, rows, lstm->inputs, 4 * h, w->gates, 4 * h, w->kernel, 4 * h,
				 back ? 1 : 0, dx, lstm->inputs);
}

static void
peer_lstm_backward(peer_lstm *lstm, const float *x, const float *dy, float *dx)
{
	for (int i = 0; i < lstm->ways; i++)
		way_backward(lstm, &lstm->way[i], i == 1, x, dy + (size_t) i * lstm->hidden,
					 (size_t) lstm->ways * lstm->hidden, dx);
}

static void
peer_lstm_close(peer_lstm *lstm)
{
	for (int i = 0; i < lstm->ways; i++)
	{
		free(lstm->way[i].gates);
		free(lstm->way[i].cell);
		free(lstm->way[i].squashed);
		free(lstm->way[i].hidden);
	}
	free(lstm->dhidden);
	free(lstm->dcell);
	free(lstm->zeros);
	free(lstm);
}
