/*
 * layer_dropout.c: inverted dropout: in training each element is 0 with probability 'rate', else divided by 1 - rate.
 *
 * The mask is not stored but drawn again in backward from the same seed: it depends on the pass and the layer alone.
 */
#include "network/layer.h"

#include <string.h>

static lf_status
dropout_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	if (!(spec->rate >= 0 && spec->rate < 1))
		return LF_BAD_SHAPE;
	*output = *input;
	return LF_OK;
}

static void
apply_mask(const lf_layer *layer, const lf_pass *pass, const lf_real *from, lf_real *to)
{
	size_t		size = (size_t) pass->batch * layer->input_size;
	lf_random	random;
	lf_real		scale;

	if (!pass->training || layer->spec.rate == 0)
	{
		memcpy(to, from, size * sizeof(lf_real));
		return;
	}
	random = lf_random_seed(lf_random_mix(pass->dropout_seed, (uint64_t) layer->index));
	scale = (lf_real) (1 / (1 - layer->spec.rate));
	for (size_t i = 0; i < size; i++)
		to[i] = lf_random_uniform(&random) < layer->spec.rate ? 0 : from[i] * scale;
}

static void
dropout_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	apply_mask(layer, pass, x, y);
}

static void
dropout_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	(void) x;
	(void) y;
	if (dx != NULL)
		apply_mask(layer, pass, dy, dx);
}

const lf_layer_class lf_dropout_class = {
	.name = "dropout",
	.keras_name = "Dropout",
	.arguments = LF_ARG_RATE,
	.order = LF_ANY_ORDER,
	.output_shape = dropout_output_shape,
	.forward = dropout_forward,
	.backward = dropout_backward,
};
