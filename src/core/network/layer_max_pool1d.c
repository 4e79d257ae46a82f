/*
 * layer_max_pool1d.c: the largest of every pool of neighbouring steps, each channel by itself.
 *
 * Input (T, C), output (T', C). With padding 'same' a pool may hang over the edges; what lies outside never wins, as if
 * it were -infinity. No pool lies outside altogether, since the padding on either side is shorter than a pool.
 */
#include "network/layer.h"

#include <string.h>

typedef struct pool_size
{
	size_t		steps;			/* T */
	size_t		channels;		/* C */
	size_t		pool;
	size_t		stride;
	size_t		before;			/* padding before the first step */
	size_t		pools;			/* T' */
} pool_size;

static pool_size
size_of(const lf_layer *layer)
{
	int			before;
	pool_size	n;

	n.pools = (size_t) lf_convolution_length(layer->input.dim[0], layer->spec.kernel[0], layer->spec.strides[0],
											 layer->spec.padding, &before);
	n.before = (size_t) before;
	n.steps = (size_t) layer->input.dim[0];
	n.channels = (size_t) layer->input.dim[1];
	n.pool = (size_t) layer->spec.kernel[0];
	n.stride = (size_t) layer->spec.strides[0];
	return n;
}

static lf_status
max_pool1d_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	int			before;
	int			pools;

	if (input->rank != 2)
		return LF_BAD_RANK;
	if (spec->padding != LF_VALID && spec->padding != LF_SAME)
		return LF_BAD_SHAPE;
	pools = lf_convolution_length(input->dim[0], spec->kernel[0], spec->strides[0], spec->padding, &before);
	if (pools == 0)
		return LF_BAD_SHAPE;
	*output = lf_shape_2(pools, input->dim[1]);
	return LF_OK;
}

/* The cache is the step that won in each pool, int32 (B, T', C): the gradient goes there and nowhere else. */
static void
max_pool1d_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	(void) training;
	layer->cache = lf_arena_take(arena, (size_t) batch * layer->output_size, sizeof(int32_t));
}

static void
max_pool1d_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	pool_size	n = size_of(layer);

	for (size_t b = 0; b < (size_t) pass->batch; b++)
	{
		const lf_real *sample = x + b * layer->input_size;	/* (T, C) */

		if (lf_interrupted(pass))
			return;
		for (size_t t = 0; t < n.pools; t++)
		{
			size_t		start = t * n.stride;
			size_t		from = start < n.before ? 0 : start - n.before;
			size_t		to = start + n.pool - n.before;
			lf_real    *best = y + b * layer->output_size + t * n.channels;
			int32_t    *winner = (int32_t *) layer->cache + b * layer->output_size + t * n.channels;

			if (to > n.steps)
				to = n.steps;
			for (size_t c = 0; c < n.channels; c++)
			{
				best[c] = sample[from * n.channels + c];
				winner[c] = (int32_t) from;
			}
			for (size_t i = from + 1; i < to; i++)
				for (size_t c = 0; c < n.channels; c++)
					if (sample[i * n.channels + c] > best[c])
					{
						best[c] = sample[i * n.channels + c];
						winner[c] = (int32_t) i;
					}
		}
	}
}

static void
max_pool1d_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	pool_size	n = size_of(layer);
	const int32_t *winner = layer->cache;

	(void) x;
	(void) y;
	if (dx == NULL)
		return;
	memset(dx, 0, (size_t) pass->batch * layer->input_size * sizeof(lf_real));
	for (size_t b = 0; b < (size_t) pass->batch; b++)
	{
		/* an interrupted forward leaves no winners */
		if (lf_interrupted(pass))
			return;
		for (size_t t = 0; t < n.pools; t++)
			for (size_t c = 0; c < n.channels; c++)
			{
				size_t		at = b * layer->output_size + t * n.channels + c;

				dx[b * layer->input_size + (size_t) winner[at] * n.channels + c] += dy[at];
			}
	}
}

const lf_layer_class lf_max_pool1d_class = {
	.name = "max_pool1d",
	.keras_name = "MaxPooling1D",
	.arguments = LF_ARG_POOL_SIZE | LF_ARG_STRIDES | LF_ARG_PADDING,
	.by_step = true,
	.output_shape = max_pool1d_output_shape,
	.layout = max_pool1d_layout,
	.forward = max_pool1d_forward,
	.backward = max_pool1d_backward,
};
