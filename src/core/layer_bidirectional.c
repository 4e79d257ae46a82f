/*
 * layer_bidirectional.c: two lstm layers over the same input, one of them backwards, merged (Schuster and
 * Paliwal 1997).
 *
 * The backward layer's sequence is turned around before the merge, so that both halves of a row speak of the same time.
 * Its tensors follow those of the forward layer, with the same names behind a prefix, as in Keras.
 */
#include "layer.h"

#include <string.h>

typedef struct bidirectional_cache
{
	lf_layer	ahead;
	lf_layer	back;
	lf_real    *y_ahead;		/* (B, T, H), or (B, H) without return_sequences */
	lf_real    *y_back;			/* the same, already turned around */
	lf_real    *dx_back;		/* (B, T, F) */
} bidirectional_cache;

static lf_layer_spec
inner_spec(const lf_layer_spec *spec, bool backwards)
{
	lf_layer_spec inner = *spec;

	inner.kind = LF_LSTM;
	inner.go_backwards = spec->go_backwards != backwards;
	return inner;
}

static lf_status
bidirectional_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_layer_spec inner = inner_spec(spec, false);
	lf_status	status = lf_lstm_class.output_shape(&inner, input, output);

	if (status == LF_OK && spec->merge == LF_MERGE_CONCAT)
		output->dim[output->rank - 1] *= 2;
	return status;
}

static int
bidirectional_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	static const char *const names[2][3] = {
		{"forward_kernel", "forward_recurrent_kernel", "forward_bias"},
		{"backward_kernel", "backward_recurrent_kernel", "backward_bias"},
	};
	lf_layer_spec inner = inner_spec(spec, false);
	int			count = 0;

	for (int way = 0; way < 2; way++)
	{
		int			each = lf_lstm_class.tensors(&inner, input, tensors + count);

		for (int i = 0; i < each; i++)
			tensors[count + i].name = names[way][i];
		count += each;
	}
	return count;
}

static void
bidirectional_plan(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	bidirectional_cache *cache = lf_arena_take(arena, 1, sizeof(bidirectional_cache));
	bidirectional_cache measured;
	lf_layer_spec ahead = inner_spec(&layer->spec, false);
	lf_layer_spec back = inner_spec(&layer->spec, true);

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	/* both fit, or this layer would not have been created */
	(void) lf_layer_create(&cache->ahead, &ahead, &layer->input, layer->index);
	(void) lf_layer_create(&cache->back, &back, &layer->input, layer->index);
	lf_lstm_class.plan(&cache->ahead, arena, batch, training);
	lf_lstm_class.plan(&cache->back, arena, batch, training);
	cache->y_ahead = lf_arena_reals(arena, (size_t) batch * cache->ahead.output_size);
	cache->y_back = lf_arena_reals(arena, (size_t) batch * cache->back.output_size);
	cache->dx_back = training ? lf_arena_reals(arena, (size_t) batch * layer->input_size) : NULL;
}

static void
share_weights(lf_layer *layer, bidirectional_cache *cache)
{
	cache->ahead.weights = layer->weights;
	cache->back.weights = layer->weights + cache->ahead.parameters;
	cache->ahead.gradients = layer->gradients;
	cache->back.gradients = layer->gradients == NULL ? NULL : layer->gradients + cache->ahead.parameters;
}

/* Steps of the inner outputs: T, or 1 without return_sequences. */
static size_t
steps_of(const lf_layer *layer)
{
	return layer->spec.return_sequences ? (size_t) layer->input.dim[0] : 1;
}

/* Turns the T rows of each sample around, in place. */
static void
turn_around(lf_real *y, size_t batch, size_t steps, size_t hidden)
{
	for (size_t b = 0; b < batch; b++)
		for (size_t t = 0; t < steps / 2; t++)
		{
			lf_real    *early = y + (b * steps + t) * hidden;
			lf_real    *late = y + (b * steps + steps - 1 - t) * hidden;

			for (size_t j = 0; j < hidden; j++)
			{
				lf_real		swap = early[j];

				early[j] = late[j];
				late[j] = swap;
			}
		}
}

static void
bidirectional_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	bidirectional_cache *cache = layer->cache;
	size_t		h = (size_t) layer->spec.units;
	size_t		rows = (size_t) pass->batch * steps_of(layer);
	const lf_real *a = cache->y_ahead;
	const lf_real *b = cache->y_back;

	share_weights(layer, cache);
	lf_lstm_class.forward(&cache->ahead, pass, x, cache->y_ahead);
	lf_lstm_class.forward(&cache->back, pass, x, cache->y_back);
	if (lf_interrupted(pass))
		return;
	turn_around(cache->y_back, (size_t) pass->batch, steps_of(layer), h);
	switch (layer->spec.merge)
	{
		case LF_MERGE_CONCAT:
			for (size_t i = 0; i < rows; i++)
			{
				memcpy(y + i * 2 * h, a + i * h, h * sizeof(lf_real));
				memcpy(y + i * 2 * h + h, b + i * h, h * sizeof(lf_real));
			}
			break;
		case LF_MERGE_SUM:
			for (size_t i = 0; i < rows * h; i++)
				y[i] = a[i] + b[i];
			break;
		case LF_MERGE_AVE:
			for (size_t i = 0; i < rows * h; i++)
				y[i] = (a[i] + b[i]) / 2;
			break;
		case LF_MERGE_MUL:
			for (size_t i = 0; i < rows * h; i++)
				y[i] = a[i] * b[i];
			break;
	}
}

static void
bidirectional_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
					   lf_real *dy, lf_real *dx)
{
	bidirectional_cache *cache = layer->cache;
	size_t		h = (size_t) layer->spec.units;
	size_t		rows = (size_t) pass->batch * steps_of(layer);
	lf_real    *a = cache->y_ahead;
	lf_real    *b = cache->y_back;

	(void) y;
	/* the merged halves are not needed again: their places take the gradients */
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < h; j++)
		{
			size_t		at = i * h + j;
			lf_real		d;

			switch (layer->spec.merge)
			{
				case LF_MERGE_CONCAT:
					a[at] = dy[i * 2 * h + j];
					b[at] = dy[i * 2 * h + h + j];
					break;
				case LF_MERGE_SUM:
					a[at] = b[at] = dy[at];
					break;
				case LF_MERGE_AVE:
					a[at] = b[at] = dy[at] / 2;
					break;
				case LF_MERGE_MUL:
					d = a[at];
					a[at] = dy[at] * b[at];
					b[at] = dy[at] * d;
					break;
			}
		}
	turn_around(b, (size_t) pass->batch, steps_of(layer), h);
	share_weights(layer, cache);
	lf_lstm_class.backward(&cache->ahead, pass, x, NULL, a, dx);
	lf_lstm_class.backward(&cache->back, pass, x, NULL, b, dx == NULL ? NULL : cache->dx_back);
	if (dx != NULL)
		for (size_t i = 0; i < (size_t) pass->batch * layer->input_size; i++)
			dx[i] += cache->dx_back[i];
}

const lf_layer_class lf_bidirectional_class = {
	.name = "bidirectional",
	.keras_name = "Bidirectional",
	.arguments = LF_ARG_LAYER | LF_ARG_MERGE_MODE,
	.output_shape = bidirectional_output_shape,
	.tensors = bidirectional_tensors,
	.plan = bidirectional_plan,
	.forward = bidirectional_forward,
	.backward = bidirectional_backward,
};
