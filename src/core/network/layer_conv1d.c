/*
 * layer_conv1d.c: convolution along time.
 *
 *	   y_t = activation(sum over l and c of x_{t * stride + l - before, c} W_{l, c} + b)
 *
 * Input (T, C), W (k, C, filters), b (filters), output (T', filters). 'valid' takes only whole patches, 'same' pads so
 * that T' = ceil(T / stride), 'causal' does so in front only: y_t then knows nothing of what comes after x_t.
 */
#include "network/layer.h"
#include "kernels/matrix.h"
#include "network/patches.h"

#include <string.h>

static lf_patches
patches_of(const lf_layer_spec *spec, const lf_shape *input)
{
	const int	image[2] = {1, input->dim[0]};
	const int	kernel[2] = {1, spec->kernel[0]};
	const int	strides[2] = {1, spec->strides[0]};

	return lf_patches_of(image, input->dim[1], kernel, strides, spec->padding);
}

static lf_status
conv1d_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_patches	n;

	if (input->rank != 2)
		return LF_BAD_RANK;
	n = patches_of(spec, input);
	if (n.count == 0 || spec->units < 1)
		return LF_BAD_SHAPE;
	*output = lf_shape_2((int) n.count, spec->units);
	return LF_OK;
}

static int
conv1d_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	tensors[0] = (lf_tensor) {"kernel", lf_shape_3(spec->kernel[0], input->dim[1], spec->units),
	LF_INIT_GLOROT_UNIFORM};
	tensors[1] = (lf_tensor) {"bias", lf_shape_1(spec->units), LF_INIT_ZEROS};
	return spec->use_bias ? 2 : 1;
}

/* The cache is the patches, (B, T', k * C); backward turns them into their gradients. */
static void
conv1d_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	lf_patches	n = patches_of(&layer->spec, &layer->input);

	(void) training;
	/* up to 2^16 * 2^20 patches of 2^28 elements: their product is left to the arena, which checks it */
	layer->cache = lf_arena_take(arena, (size_t) batch * n.count, n.width * sizeof(lf_real));
}

static void
conv1d_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	lf_patches	n = patches_of(&layer->spec, &layer->input);
	size_t		filters = (size_t) layer->spec.units;
	size_t		rows = (size_t) pass->batch * n.count;
	lf_real    *patches = layer->cache;
	const lf_real *kernel = layer->weights;
	const lf_real *bias = kernel + n.width * filters;

	for (size_t b = 0; b < (size_t) pass->batch; b++)
		lf_patches_gather(pass, &n, x + b * layer->input_size, patches + b * n.count * n.width);
	if (layer->spec.use_bias)
		lf_repeat_row(pass, rows, filters, bias, y);
	lf_multiply(pass, LF_PLAIN, LF_PLAIN, rows, filters, n.width,
				patches, n.width, kernel, filters, layer->spec.use_bias, y, filters);
	lf_activate(layer->spec.activation, y, rows * filters);
}

static void
conv1d_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	lf_patches	n = patches_of(&layer->spec, &layer->input);
	size_t		filters = (size_t) layer->spec.units;
	size_t		rows = (size_t) pass->batch * n.count;
	lf_real    *patches = layer->cache;
	const lf_real *kernel = layer->weights;
	lf_real    *dkernel = layer->gradients;

	(void) x;					/* in the cache, as patches */
	lf_activation_slope(layer->spec.activation, y, dy, dy, rows * filters);
	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, n.width, filters, rows,
				patches, n.width, dy, filters, 1, dkernel, filters);
	if (layer->spec.use_bias)
		lf_add_rows(pass, rows, filters, dy, filters, dkernel + n.width * filters);
	if (dx == NULL)
		return;
	lf_multiply(pass, LF_PLAIN, LF_TRANSPOSED, rows, n.width, filters,
				dy, filters, kernel, filters, 0, patches, n.width);
	memset(dx, 0, (size_t) pass->batch * layer->input_size * sizeof(lf_real));
	for (size_t b = 0; b < (size_t) pass->batch; b++)
		lf_patches_scatter(pass, &n, patches + b * n.count * n.width, dx + b * layer->input_size);
}

const lf_layer_class lf_conv1d_class = {
	.name = "conv1d",
	.keras_name = "Conv1D",
	.arguments = LF_ARG_FILTERS | LF_ARG_KERNEL_SIZE | LF_ARG_STRIDES | LF_ARG_PADDING | LF_ARG_CAUSAL |
	LF_ARG_ACTIVATION | LF_ARG_USE_BIAS,
	.by_step = true,
	.output_shape = conv1d_output_shape,
	.tensors = conv1d_tensors,
	.layout = conv1d_layout,
	.forward = conv1d_forward,
	.backward = conv1d_backward,
};
