/*
 * layer_conv_lstm2d.c: a long short-term memory whose states are images and whose products are convolutions (Shi et al.
 * 2015, without their peepholes, as in Keras).
 *
 *	   z_t = x_t (*) W + h_{t-1} (*) U + b	   z_t (B, R', C', 4F): the four gates i, f, g, o along the last axis
 *
 * and from there on as in kernels.h, at each position of the output grid. Input (T, R, C, channels); W (kh, kw,
 * channels, 4F) with the padding and strides of the spec; U (kh, kw, F, 4F) with stride 1 and padding 'same' on the
 * output grid, or the state would shrink from step to step; b (4F).
 *
 * As in lstm what is kept is time-major, with P = R' * C' rows per image where lstm has one per sample. The
 * patches of the inputs and of the states are kept, which takes memory but makes each weight gradient one product.
 * Gates and c lie in strips, see lf_strips.
 */
#include "network/layer.h"
#include "kernels/matrix.h"
#include "network/patches.h"

#include <string.h>

typedef struct conv_lstm2d_cache
{
	lf_real    *x_patches;		/* (T, B, P, kh * kw * channels), as processed; backward turns them into gradients */
	lf_real    *h_patches;		/* (T - 1, B, P, kh * kw * F): those of h_{t-1}, from the second step on;
								 * without training (B, P, kh * kw * F), each step in the place of the last */
	lf_real    *cell;			/* (T, B, P, F): c_t; without training (B, P, F) */
	lf_real    *gates;			/* (T, B, P, 4F): activated gates; backward turns them into dz; NULL without training */
	lf_real    *hidden;			/* (B, P, F): h_t of the newest step; older ones live on in h_patches alone */
	lf_real    *dh_patches;		/* (B, P, kh * kw * F) */
	lf_real    *dhidden;		/* (B, P, F): gradient of h_t */
	lf_real    *dcell;			/* (B, P, F): gradient that reaches c_t from step t + 1 */
	lf_real    *scratch;		/* of add_gradient */
} conv_lstm2d_cache;

typedef struct conv_lstm2d_size
{
	size_t		steps;			/* T */
	size_t		batch;			/* B */
	size_t		filters;		/* F */
	size_t		image;			/* elements of an input image: R * C * channels */
	size_t		rows;			/* of one step: B * P */
	size_t		padded;			/* F, and what fills up the last strip */
	lf_patches	x;
	lf_patches	h;
} conv_lstm2d_size;

static lf_patches
x_patches_of(const lf_layer_spec *spec, const lf_shape *input)
{
	return lf_patches_of(&input->dim[1], input->dim[3], spec->kernel, spec->strides, spec->padding);
}

static conv_lstm2d_size
size_of(const lf_layer *layer, int batch)
{
	const int	one[2] = {1, 1};
	conv_lstm2d_size n;
	int			grid[2];

	n.steps = (size_t) layer->input.dim[0];
	n.batch = (size_t) batch;
	n.filters = (size_t) layer->spec.units;
	n.image = layer->input_size / n.steps;
	n.x = x_patches_of(&layer->spec, &layer->input);
	n.rows = n.batch * n.x.count;
	n.padded = lf_padded(layer->kernels, n.filters);
	grid[0] = (int) n.x.grid[0];
	grid[1] = (int) n.x.grid[1];
	n.h = lf_patches_of(grid, layer->spec.units, layer->spec.kernel, one, LF_SAME);
	return n;
}

static lf_status
conv_lstm2d_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_patches	x;

	if (input->rank != 4)
		return LF_BAD_RANK;
	if (spec->units < 1 || spec->units > LF_MAX_DIM / 4)
		return LF_BAD_SHAPE;
	if (spec->padding != LF_VALID && spec->padding != LF_SAME)
		return LF_BAD_SHAPE;
	x = x_patches_of(spec, input);
	if (x.count == 0)
		return LF_BAD_SHAPE;
	if (spec->return_sequences)
		*output = lf_shape_4(input->dim[0], (int) x.grid[0], (int) x.grid[1], spec->units);
	else
		*output = lf_shape_3((int) x.grid[0], (int) x.grid[1], spec->units);
	return LF_OK;
}

static int
conv_lstm2d_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	int			rows = spec->kernel[0];
	int			columns = spec->kernel[1];
	int			gates = 4 * spec->units;

	tensors[0] = (lf_tensor) {"kernel", lf_shape_4(rows, columns, input->dim[3], gates), LF_INIT_GLOROT_UNIFORM};
	tensors[1] = (lf_tensor) {"recurrent_kernel", lf_shape_4(rows, columns, spec->units, gates), LF_INIT_ORTHOGONAL};
	tensors[2] = (lf_tensor) {"bias", lf_shape_1(gates), spec->unit_forget_bias ? LF_INIT_FORGET_ONES : LF_INIT_ZEROS};
	return spec->use_bias ? 3 : 2;
}

static void
conv_lstm2d_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	conv_lstm2d_size n = size_of(layer, batch);
	size_t		all = n.steps * n.rows;	/* <= 2^28 positions of a sample * 2^16 */
	conv_lstm2d_cache *cache = lf_arena_take(arena, 1, sizeof(conv_lstm2d_cache));
	conv_lstm2d_cache measured;

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	*cache = (conv_lstm2d_cache) {0};
	/* all rows of all patches may pass 2^64 elements: their product is left to the arena, which checks it */
	cache->x_patches = lf_arena_take(arena, all, n.x.width * sizeof(lf_real));
	cache->h_patches = lf_arena_take(arena, training ? all - n.rows : n.rows, n.h.width * sizeof(lf_real));
	cache->cell = lf_arena_reals(arena, (training ? all : n.rows) * n.padded);
	cache->hidden = lf_arena_reals(arena, n.rows * n.filters);
	if (!training)
		return;
	cache->gates = lf_arena_reals(arena, all * 4 * n.padded);
	cache->dh_patches = lf_arena_take(arena, n.rows, n.h.width * sizeof(lf_real));
	cache->dhidden = lf_arena_reals(arena, n.rows * n.filters);
	cache->dcell = lf_arena_reals(arena, n.rows * n.padded);
	cache->scratch = lf_arena_reals(arena, lf_gradient_scratch(all, n.x.width > n.h.width ? n.x.width : n.h.width));
}

static size_t
conv_lstm2d_packed_size(const lf_layer *layer, bool training)
{
	conv_lstm2d_size n = size_of(layer, 1);

	return lf_packed_cell(layer->kernels, n.filters, n.x.width, n.h.width) +
		(training ? lf_packed_gates(layer->kernels, n.filters, n.h.width) +
		 lf_packed_gates(layer->kernels, n.filters, n.x.width) : 0);
}

/* For the way back, behind what the way there needs: U^T and then W^T. */
static lf_real *
recurrent_transposed(const lf_layer *layer)
{
	return layer->packed + conv_lstm2d_packed_size(layer, false);
}

static lf_real *
kernel_transposed(const lf_layer *layer)
{
	conv_lstm2d_size n = size_of(layer, 1);

	return recurrent_transposed(layer) + lf_packed_gates(layer->kernels, n.filters, n.h.width);
}

static void
conv_lstm2d_pack(lf_layer *layer, const lf_pass *pass, bool training)
{
	conv_lstm2d_size n = size_of(layer, 1);
	size_t		f = n.filters;
	const lf_real *recurrent = layer->weights + n.x.width * 4 * f;
	const lf_real *bias = layer->spec.use_bias ? recurrent + n.h.width * 4 * f : NULL;

	layer->kernels->pack_cell(pass, f, n.x.width, n.h.width, layer->weights, recurrent, bias, layer->packed);
	if (!training)
		return;
	layer->kernels->pack_gates(pass, f, n.h.width, recurrent, 4 * f, recurrent_transposed(layer));
	layer->kernels->pack_gates(pass, f, n.x.width, layer->weights, 4 * f, kernel_transposed(layer));
}

/*
 * Strips of one number for each filter, or of four: the rows of step t, of all steps or of the only one that is kept.
 */
static lf_strips
in_strips(const lf_layer *layer, const conv_lstm2d_size *n, lf_real *at, size_t numbers, size_t steps, size_t t)
{
	return lf_in_strips(layer, at, numbers, steps * n->rows, t * n->rows);
}

/* Where the image that is processed at step t lies among the B * T images of the input. */
static size_t
image_at(const lf_layer *layer, const conv_lstm2d_size *n, size_t b, size_t t)
{
	return (b * n->steps + (layer->spec.go_backwards ? n->steps - 1 - t : t)) * n->image;
}

static void
conv_lstm2d_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	conv_lstm2d_cache *cache = layer->cache;
	conv_lstm2d_size n = size_of(layer, pass->batch);
	size_t		f = n.filters;
	size_t		state = n.x.count * f;	/* elements of one sample's h_t */
	bool		training = cache->gates != NULL;
	lf_strips	last_cell = {0};

	for (size_t t = 0; t < n.steps; t++)
		for (size_t b = 0; b < n.batch; b++)
			lf_patches_gather(pass, &n.x, x + image_at(layer, &n, b, t),
							  cache->x_patches + (t * n.batch + b) * n.x.count * n.x.width);

	for (size_t t = 0; t < n.steps && !lf_interrupted(pass); t++)
	{
		lf_real    *patches = cache->h_patches + (training && t > 0 ? t - 1 : 0) * n.rows * n.h.width;
		lf_cell_step step = {
			.rows = n.rows,
			.units = f,
			.inputs = n.x.width,
			.states = n.h.width,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.packed = layer->packed,
			.x = cache->x_patches + t * n.rows * n.x.width,
			.x_row = n.x.width,
			.before = t > 0 ? patches : NULL,
			.before_row = n.h.width,
			.cell_before = last_cell,
			.cell = in_strips(layer, &n, cache->cell, 1, training ? n.steps : 1, training ? t : 0),
			.hidden = cache->hidden,
			.hidden_row = f,
			.gates = in_strips(layer, &n, cache->gates, 4, n.steps, t),
		};

		for (size_t b = 0; b < n.batch && t > 0; b++)
			lf_patches_gather(pass, &n.h, cache->hidden + b * state, patches + b * n.h.count * n.h.width);
		layer->kernels->cell_forward(pass, &step);
		last_cell = step.cell;
		if (layer->spec.return_sequences)
			for (size_t b = 0; b < n.batch; b++)
				memcpy(y + (b * n.steps + t) * state, cache->hidden + b * state, state * sizeof(lf_real));
	}
	if (!layer->spec.return_sequences)
		memcpy(y, cache->hidden, n.batch * state * sizeof(lf_real));
}

static void
conv_lstm2d_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
					 lf_real *dy, lf_real *dx)
{
	conv_lstm2d_cache *cache = layer->cache;
	conv_lstm2d_size n = size_of(layer, pass->batch);
	size_t		f = n.filters;
	size_t		state = n.x.count * f;
	size_t		all = n.steps * n.rows;
	const lf_kernels *kernels = layer->kernels;
	lf_real    *dkernel = layer->gradients;
	lf_real    *drecurrent = dkernel + n.x.width * 4 * f;
	lf_real    *dbias = drecurrent + n.h.width * 4 * f;

	(void) x;					/* in the cache, as patches */
	(void) y;
	memset(cache->dcell, 0, n.rows * n.padded * sizeof(lf_real));
	for (size_t t = n.steps; t-- > 0;)
	{
		/* what reaches h_t from the step behind it comes through patches, not through the product of the kernel */
		lf_cell_slope slope = {
			.rows = n.rows,
			.units = f,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.dhidden = cache->dhidden,
			.dhidden_row = f,
			.gates = in_strips(layer, &n, cache->gates, 4, n.steps, t),
			.cell_before = t > 0 ? in_strips(layer, &n, cache->cell, 1, n.steps, t - 1) : (lf_strips) {0},
			.cell = in_strips(layer, &n, cache->cell, 1, n.steps, t),
			.dcell = in_strips(layer, &n, cache->dcell, 1, 1, 0),
			.dbias = layer->spec.use_bias ? dbias : NULL,
		};

		if (lf_interrupted(pass))
			return;
		memset(cache->dhidden, 0, n.rows * f * sizeof(lf_real));
		if (t + 1 < n.steps)
		{
			kernels->multiply_gates(pass, n.rows, n.h.width, f, in_strips(layer, &n, cache->gates, 4, n.steps, t + 1),
									recurrent_transposed(layer), 0, cache->dh_patches, n.h.width);
			for (size_t b = 0; b < n.batch; b++)
				lf_patches_scatter(pass, &n.h, cache->dh_patches + b * n.h.count * n.h.width,
								   cache->dhidden + b * state);
		}
		if (layer->spec.return_sequences)
		{
			for (size_t b = 0; b < n.batch; b++)
				for (size_t j = 0; j < state; j++)
					cache->dhidden[b * state + j] += dy[(b * n.steps + t) * state + j];
		}
		else if (t + 1 == n.steps)
			memcpy(cache->dhidden, dy, n.batch * state * sizeof(lf_real));
		layer->kernels->cell_backward(pass, &slope);
	}

	kernels->add_gradient(pass, n.x.width, f, all, cache->x_patches, n.x.width,
						  in_strips(layer, &n, cache->gates, 4, n.steps, 0), cache->scratch, dkernel);
	if (n.steps > 1)
		kernels->add_gradient(pass, n.h.width, f, all - n.rows, cache->h_patches, n.h.width,
							  in_strips(layer, &n, cache->gates, 4, n.steps, 1), cache->scratch, drecurrent);
	if (dx == NULL)
		return;
	kernels->multiply_gates(pass, all, n.x.width, f, in_strips(layer, &n, cache->gates, 4, n.steps, 0),
							kernel_transposed(layer), 0, cache->x_patches, n.x.width);
	memset(dx, 0, n.batch * layer->input_size * sizeof(lf_real));
	for (size_t t = 0; t < n.steps; t++)
		for (size_t b = 0; b < n.batch; b++)
			lf_patches_scatter(pass, &n.x, cache->x_patches + (t * n.batch + b) * n.x.count * n.x.width,
							   dx + image_at(layer, &n, b, t));
}

const lf_layer_class lf_conv_lstm2d_class = {
	.name = "conv_lstm2d",
	.keras_name = "ConvLSTM2D",
	.arguments = LF_ARG_FILTERS | LF_ARG_KERNEL_SIZE_2D | LF_ARG_STRIDES_2D | LF_ARG_PADDING | LF_ARG_ACTIVATION |
	LF_ARG_RECURRENT_ACTIVATION | LF_ARG_USE_BIAS | LF_ARG_UNIT_FORGET_BIAS | LF_ARG_RETURN_SEQUENCES |
	LF_ARG_GO_BACKWARDS,
	.output_shape = conv_lstm2d_output_shape,
	.tensors = conv_lstm2d_tensors,
	.layout = conv_lstm2d_layout,
	.packed_size = conv_lstm2d_packed_size,
	.pack = conv_lstm2d_pack,
	.uses = lf_uses_at_each_step,
	.forward = conv_lstm2d_forward,
	.backward = conv_lstm2d_backward,
};
