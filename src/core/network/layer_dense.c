/*
 * layer_dense.c: y = activation(x W + b) along the last axis, whatever stands before it.
 *
 * W (F, U), b (U). An input (T, F) is so many rows more: what Keras calls time distributed.
 */
#include "network/layer.h"
#include "kernels/matrix.h"

#include <string.h>

typedef struct dense_size
{
	size_t		rows;			/* B times all axes but the last */
	size_t		inputs;
	size_t		units;
} dense_size;

static dense_size
size_of(const lf_layer *layer, const lf_pass *pass)
{
	dense_size	size;

	size.inputs = (size_t) layer->input.dim[layer->input.rank - 1];
	size.units = (size_t) layer->spec.units;
	size.rows = (size_t) pass->batch * (layer->input_size / size.inputs);
	return size;
}

static lf_status
dense_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	if (spec->units < 1)
		return LF_BAD_SHAPE;
	*output = *input;
	output->dim[input->rank - 1] = spec->units;
	return LF_OK;
}

static int
dense_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	tensors[0] = (lf_tensor) {"kernel", lf_shape_2(input->dim[input->rank - 1], spec->units), LF_INIT_GLOROT_UNIFORM};
	tensors[1] = (lf_tensor) {"bias", lf_shape_1(spec->units), LF_INIT_ZEROS};
	return spec->use_bias ? 2 : 1;
}

static void
dense_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	dense_size	n = size_of(layer, pass);
	const lf_real *kernel = layer->weights;
	const lf_real *bias = kernel + n.inputs * n.units;

	if (layer->spec.use_bias)
		lf_repeat_row(pass, n.rows, n.units, bias, y);
	lf_multiply(pass, LF_PLAIN, LF_PLAIN, n.rows, n.units, n.inputs,
				x, n.inputs, kernel, n.units, layer->spec.use_bias, y, n.units);
	lf_activate(layer->spec.activation, y, n.rows * n.units);
}

static void
dense_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	dense_size	n = size_of(layer, pass);
	const lf_real *kernel = layer->weights;
	lf_real    *dkernel = layer->gradients;

	lf_activation_slope(layer->spec.activation, y, dy, dy, n.rows * n.units);
	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, n.inputs, n.units, n.rows,
				x, n.inputs, dy, n.units, 1, dkernel, n.units);
	if (layer->spec.use_bias)
		lf_add_rows(pass, n.rows, n.units, dy, n.units, dkernel + n.inputs * n.units);
	if (dx != NULL)
		lf_multiply(pass, LF_PLAIN, LF_TRANSPOSED, n.rows, n.inputs, n.units,
					dy, n.units, kernel, n.units, 0, dx, n.inputs);
}

const lf_layer_class lf_dense_class = {
	.name = "dense",
	.keras_name = "Dense",
	.arguments = LF_ARG_UNITS | LF_ARG_ACTIVATION | LF_ARG_USE_BIAS,
	.order = LF_ANY_ORDER,
	.by_step = true,
	.output_shape = dense_output_shape,
	.tensors = dense_tensors,
	.forward = dense_forward,
	.backward = dense_backward,
};
