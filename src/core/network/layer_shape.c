/*
 * layer_shape.c: the layers that compute nothing: flatten, reshape and repeat_vector.
 *
 * Samples are stored row-major, so the first two only rename the axes and copy. repeat_vector writes (T, B, F).
 */
#include "network/layer.h"

#include <string.h>

static void
copy_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	memcpy(y, x, (size_t) pass->batch * layer->input_size * sizeof(lf_real));
}

static void
copy_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	(void) x;
	(void) y;
	if (dx != NULL)
		memcpy(dx, dy, (size_t) pass->batch * layer->input_size * sizeof(lf_real));
}

static lf_status
flatten_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	size_t		size = lf_shape_size(input);

	(void) spec;
	if (size == 0 || size > LF_MAX_DIM)
		return LF_TOO_LARGE;
	*output = lf_shape_1((int) size);
	return LF_OK;
}

/* One dimension of the target may be -1: what the others leave. */
static lf_status
reshape_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	size_t		size = lf_shape_size(input);
	size_t		known = 1;
	int			open = -1;

	if (spec->target.rank < 1 || spec->target.rank > LF_MAX_RANK)
		return LF_BAD_SHAPE;
	*output = spec->target;
	for (int i = 0; i < output->rank; i++)
	{
		if (output->dim[i] == -1 && open == -1)
			open = i;
		else if (output->dim[i] < 1 || (size_t) output->dim[i] > size / known)
			return LF_BAD_SHAPE;
		else
			known *= (size_t) output->dim[i];
	}
	if (open != -1)
	{
		if (size % known != 0 || size / known > LF_MAX_DIM)
			return LF_BAD_SHAPE;
		output->dim[open] = (int) (size / known);
		known = size;
	}
	return known == size ? LF_OK : LF_BAD_SHAPE;
}

static lf_status
repeat_vector_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	if (input->rank != 1)
		return LF_BAD_RANK;
	if (spec->units < 1)
		return LF_BAD_SHAPE;
	*output = lf_shape_2(spec->units, input->dim[0]);
	return LF_OK;
}

static void
repeat_vector_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	size_t		size = (size_t) pass->batch * layer->input_size;

	for (size_t t = 0; t < (size_t) layer->spec.units && !lf_interrupted(pass); t++)
		memcpy(y + t * size, x, size * sizeof(lf_real));
}

static void
repeat_vector_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
					   lf_real *dy, lf_real *dx)
{
	size_t		size = (size_t) pass->batch * layer->input_size;

	(void) x;
	(void) y;
	if (dx == NULL)
		return;
	memcpy(dx, dy, size * sizeof(lf_real));
	for (size_t t = 1; t < (size_t) layer->spec.units && !lf_interrupted(pass); t++)
		for (size_t i = 0; i < size; i++)
			dx[i] += dy[t * size + i];
}

const lf_layer_class lf_flatten_class = {
	.name = "flatten",
	.keras_name = "Flatten",
	.by_step = true,
	.output_shape = flatten_output_shape,
	.forward = copy_forward,
	.backward = copy_backward,
};

const lf_layer_class lf_reshape_class = {
	.name = "reshape",
	.keras_name = "Reshape",
	.arguments = LF_ARG_TARGET_SHAPE,
	.output_shape = reshape_output_shape,
	.forward = copy_forward,
	.backward = copy_backward,
};

const lf_layer_class lf_repeat_vector_class = {
	.name = "repeat_vector",
	.keras_name = "RepeatVector",
	.arguments = LF_ARG_N,
	.order = LF_TIME_MAJOR,
	.repeats = true,
	.output_shape = repeat_vector_output_shape,
	.forward = repeat_vector_forward,
	.backward = repeat_vector_backward,
};
