/*
 * layer_lstm.c: the long short-term memory layer (Hochreiter and Schmidhuber 1997, forget gate after Gers et al. 2000).
 *
 *	   z_t = x_t W + h_{t-1} U + b			z_t (B, 4H): the four gates i, f, g, o side by side
 *	   i = s(z_i)	f = s(z_f)	 g = a(z_g)	  o = s(z_o)
 *	   c_t = f * c_{t-1} + i * g
 *	   h_t = o * a(c_t)
 *
 * with s the recurrent activation and a the activation; W (F, 4H), U (H, 4H), b (4H).
 *
 * Samples come batch-major (B, T, F). Inside, everything is time-major, (T, B, .): the rows that one step needs lie
 * together, and the weight gradients become one product each over all T * B rows instead of one per step. The copy
 * into that order is also the place where go_backwards turns time around, so nothing behind it knows of directions.
 */
#include "gates.h"
#include "layer.h"
#include "matrix.h"

#include <string.h>

typedef struct lstm_cache
{
	lf_real    *x;				/* (T, B, F): the input, in the order in which it is processed */
	lf_real    *gates;			/* (T, B, 4H): activated gates; backward turns them into dz */
	lf_real    *cell;			/* (T, B, H): c_t */
	lf_real    *squashed;		/* (T, B, H): a(c_t) */
	lf_real    *hidden;			/* (T, B, H): h_t */
	lf_real    *dhidden;		/* (B, H): gradient that reaches h_t from step t + 1 */
	lf_real    *dcell;			/* (B, H): the same for c_t */
	lf_real    *scratch;		/* (B, 4H) */
	lf_real    *dx;				/* (T, B, F) */
} lstm_cache;

typedef struct lstm_size
{
	size_t		steps;			/* T */
	size_t		inputs;			/* F */
	size_t		hidden;			/* H */
	size_t		batch;			/* B */
} lstm_size;

static lstm_size
size_of(const lf_layer *layer, int batch)
{
	return (lstm_size) {
		.steps = (size_t) layer->input.dim[0],
		.inputs = (size_t) layer->input.dim[1],
		.hidden = (size_t) layer->spec.units,
		.batch = (size_t) batch,
	};
}

static lf_status
lstm_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	if (input->rank != 2)
		return LF_BAD_RANK;
	if (spec->units < 1)
		return LF_BAD_SHAPE;
	if (spec->units > LF_MAX_DIM / 4)
		return LF_TOO_LARGE;
	*output = spec->return_sequences ? lf_shape_2(input->dim[0], spec->units) : lf_shape_1(spec->units);
	return LF_OK;
}

static int
lstm_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	tensors[0] = (lf_tensor) {"kernel", lf_shape_2(input->dim[1], 4 * spec->units), LF_INIT_GLOROT_UNIFORM};
	tensors[1] = (lf_tensor) {"recurrent_kernel", lf_shape_2(spec->units, 4 * spec->units), LF_INIT_ORTHOGONAL};
	tensors[2] = (lf_tensor) {"bias", lf_shape_1(4 * spec->units),
	spec->unit_forget_bias ? LF_INIT_FORGET_ONES : LF_INIT_ZEROS};
	return spec->use_bias ? 3 : 2;
}

static void
lstm_plan(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	lstm_size	n = size_of(layer, batch);
	size_t		rows = n.steps * n.batch;	/* <= 2^20 * 2^16 */
	lstm_cache *cache = lf_arena_take(arena, 1, sizeof(lstm_cache));
	lstm_cache	measured;

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	cache->x = lf_arena_reals(arena, rows * n.inputs);
	cache->gates = lf_arena_reals(arena, rows * 4 * n.hidden);
	cache->cell = lf_arena_reals(arena, rows * n.hidden);
	cache->squashed = lf_arena_reals(arena, rows * n.hidden);
	cache->hidden = lf_arena_reals(arena, rows * n.hidden);
	if (!training)
		return;
	cache->dhidden = lf_arena_reals(arena, n.batch * n.hidden);
	cache->dcell = lf_arena_reals(arena, n.batch * n.hidden);
	cache->scratch = lf_arena_reals(arena, n.batch * 4 * n.hidden);
	cache->dx = lf_arena_reals(arena, rows * n.inputs);
}

/* (B, T, F) into (T, B, F), time turned around if the layer goes backwards; 'back' copies the other way. */
static void
reorder(const lf_layer *layer, const lstm_size *n, lf_real *batch_major, lf_real *time_major, bool back)
{
	for (size_t t = 0; t < n->steps; t++)
	{
		size_t		from = layer->spec.go_backwards ? n->steps - 1 - t : t;

		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *sample = batch_major + (b * n->steps + from) * n->inputs;
			lf_real    *row = time_major + (t * n->batch + b) * n->inputs;

			if (back)
				memcpy(sample, row, n->inputs * sizeof(lf_real));
			else
				memcpy(row, sample, n->inputs * sizeof(lf_real));
		}
	}
}

static void
lstm_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	lstm_cache *cache = layer->cache;
	lstm_size	n = size_of(layer, pass->batch);
	size_t		h = n.hidden;
	size_t		rows = n.steps * n.batch;
	const lf_real *kernel = layer->weights;
	const lf_real *recurrent = kernel + n.inputs * 4 * h;
	const lf_real *bias = recurrent + h * 4 * h;

	reorder(layer, &n, (lf_real *) x, cache->x, false);

	/* the part of z that does not depend on h, for all steps at once */
	if (layer->spec.use_bias)
		lf_repeat_row(pass, rows, 4 * h, bias, cache->gates);
	lf_multiply(pass, LF_PLAIN, LF_PLAIN, rows, 4 * h, n.inputs,
				cache->x, n.inputs, kernel, 4 * h, layer->spec.use_bias, cache->gates, 4 * h);

	for (size_t t = 0; t < n.steps; t++)
	{
		lf_real    *gates = cache->gates + t * n.batch * 4 * h;
		lf_real    *cell = cache->cell + t * n.batch * h;
		lf_real    *hidden = cache->hidden + t * n.batch * h;

		if (lf_interrupted(pass))
			return;
		if (t > 0)
			lf_multiply(pass, LF_PLAIN, LF_PLAIN, n.batch, 4 * h, h,
						hidden - n.batch * h, h, recurrent, 4 * h, 1, gates, 4 * h);
		lf_gates_forward(n.batch, h, layer->spec.activation, layer->spec.recurrent_activation,
						 gates, t > 0 ? cell - n.batch * h : NULL,
						 cell, cache->squashed + t * n.batch * h, hidden);
	}

	if (!layer->spec.return_sequences)
	{
		memcpy(y, cache->hidden + (n.steps - 1) * n.batch * h, n.batch * h * sizeof(lf_real));
		return;
	}
	for (size_t t = 0; t < n.steps; t++)
		for (size_t b = 0; b < n.batch; b++)
			memcpy(y + (b * n.steps + t) * h, cache->hidden + (t * n.batch + b) * h, h * sizeof(lf_real));
}

static void
lstm_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	lstm_cache *cache = layer->cache;
	lstm_size	n = size_of(layer, pass->batch);
	size_t		h = n.hidden;
	size_t		rows = n.steps * n.batch;
	const lf_real *kernel = layer->weights;
	const lf_real *recurrent = kernel + n.inputs * 4 * h;
	lf_real    *dkernel = layer->gradients;
	lf_real    *drecurrent = dkernel + n.inputs * 4 * h;
	lf_real    *dbias = drecurrent + h * 4 * h;

	(void) x;					/* in the cache, reordered */
	(void) y;
	memset(cache->dhidden, 0, n.batch * h * sizeof(lf_real));
	memset(cache->dcell, 0, n.batch * h * sizeof(lf_real));
	for (size_t t = n.steps; t-- > 0;)
	{
		lf_real    *gates = cache->gates + t * n.batch * 4 * h;
		const lf_real *cell_before = t > 0 ? cache->cell + (t - 1) * n.batch * h : NULL;

		if (lf_interrupted(pass))
			return;
		if (t + 1 < n.steps)
			lf_multiply(pass, LF_PLAIN, LF_TRANSPOSED, n.batch, h, 4 * h,
						gates + n.batch * 4 * h, 4 * h, recurrent, 4 * h, 0, cache->dhidden, h);
		if (layer->spec.return_sequences)
		{
			for (size_t b = 0; b < n.batch; b++)
				for (size_t j = 0; j < h; j++)
					cache->dhidden[b * h + j] += dy[(b * n.steps + t) * h + j];
		}
		else if (t + 1 == n.steps)
			memcpy(cache->dhidden, dy, n.batch * h * sizeof(lf_real));
		lf_gates_backward(n.batch, h, layer->spec.activation, layer->spec.recurrent_activation,
						  gates, cell_before, cache->squashed + t * n.batch * h,
						  cache->dhidden, cache->dcell, cache->scratch);
	}

	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, n.inputs, 4 * h, rows,
				cache->x, n.inputs, cache->gates, 4 * h, 1, dkernel, 4 * h);
	/* h_{t-1} of step 1 and on stands one block before the gates of that step */
	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, h, 4 * h, rows - n.batch,
				cache->hidden, h, cache->gates + n.batch * 4 * h, 4 * h, 1, drecurrent, 4 * h);
	if (layer->spec.use_bias)
		lf_add_rows(pass, rows, 4 * h, cache->gates, 4 * h, dbias);
	if (dx != NULL)
	{
		lf_multiply(pass, LF_PLAIN, LF_TRANSPOSED, rows, n.inputs, 4 * h,
					cache->gates, 4 * h, kernel, 4 * h, 0, cache->dx, n.inputs);
		reorder(layer, &n, dx, cache->dx, true);
	}
}

const lf_layer_class lf_lstm_class = {
	.name = "lstm",
	.keras_name = "LSTM",
	.arguments = LF_ARG_UNITS | LF_ARG_ACTIVATION | LF_ARG_RECURRENT_ACTIVATION | LF_ARG_USE_BIAS |
	LF_ARG_UNIT_FORGET_BIAS | LF_ARG_RETURN_SEQUENCES | LF_ARG_GO_BACKWARDS,
	.output_shape = lstm_output_shape,
	.tensors = lstm_tensors,
	.plan = lstm_plan,
	.forward = lstm_forward,
	.backward = lstm_backward,
};
