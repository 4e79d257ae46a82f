/*
 * layer_segment_lstm.c: an lstm that reads the segments of a window and then says all segments of the forecast at once
 * (SegRNN: Lin et al. 2023, arXiv 2308.11200, with an lstm cell in place of the gru).
 *
 * x (S, D) is read as by lstm, with W (D, 4H), U (H, 4H), b (4H). From its last state (h, c) each of the M segments of
 * the output is one more step of the same cell, whose input is the learned row m of P (M, D):
 *
 *	   z_m = P_m W + b + h U		y_m = h of that step, from (z_m, c)
 *
 * No step waits for another one, and no output is fed back. Since h is the same for all segments and P for all samples,
 * the M steps take one product with U over the samples and one with W over the segments; the rest is element by
 * element. On the way back the same sums are gathered: dz over the segments goes into U and into the last step of the
 * encoder, dz over the samples into W and P.
 */
#include "network/lstm.h"

#include <string.h>

typedef struct segment_cache
{
	lf_layer	encoder;
	lf_real    *last;			/* (B, H): h of the encoder */
	lf_real    *of_positions;	/* (M, 4H): P W + b; on the way back dz, summed over the samples */
	lf_real    *of_samples;		/* (B, 4H): h U; on the way back dz, summed over the segments */
	lf_real    *sums;			/* (B, 4H): z of a segment */
	lf_real    *cell;			/* (M, B, H), or (B, H) without training */
	lf_real    *gates;			/* (M, B, 4H); NULL without training */
	lf_real    *dcell;			/* (B, H): what one segment sends to c */
	lf_real    *scratch;		/* of add_gradient */
} segment_cache;

typedef struct segment_size
{
	size_t		batch;			/* B */
	size_t		segments;		/* M */
	size_t		inputs;			/* D */
	size_t		hidden;			/* H */
	size_t		padded;			/* H, and what fills up the last strip */
} segment_size;

static segment_size
size_of(const lf_layer *layer, int batch)
{
	return (segment_size) {
		.batch = (size_t) batch,
		.segments = (size_t) layer->spec.segments,
		.inputs = (size_t) layer->input.dim[1],
		.hidden = (size_t) layer->spec.units,
		.padded = lf_padded(layer->kernels, (size_t) layer->spec.units),
	};
}

static lf_layer_spec
encoder_spec(const lf_layer_spec *spec)
{
	lf_layer_spec encoder = *spec;

	encoder.kind = LF_LSTM;
	encoder.return_sequences = encoder.go_backwards = false;
	return encoder;
}

static lf_status
segment_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_layer_spec encoder = encoder_spec(spec);
	lf_status	status = lf_lstm_class.output_shape(&encoder, input, output);

	if (status != LF_OK)
		return status;
	if (spec->segments < 1)
		return LF_BAD_SHAPE;
	*output = lf_shape_2(spec->segments, spec->units);
	return LF_OK;
}

static int
segment_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	lf_layer_spec encoder = encoder_spec(spec);
	int			count = lf_lstm_class.tensors(&encoder, input, tensors);

	tensors[count] = (lf_tensor) {"position_embedding", lf_shape_2(spec->segments, input->dim[1]),
	LF_INIT_GLOROT_UNIFORM};
	return count + 1;
}

static void
segment_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	segment_size n = size_of(layer, batch);
	size_t		kept = training ? n.segments * n.batch : n.batch;	/* <= 2^20 * 2^16 */
	size_t		widest = n.hidden > n.inputs ? n.hidden : n.inputs;
	segment_cache *cache = lf_arena_take(arena, 1, sizeof(segment_cache));
	segment_cache measured;
	lf_layer_spec encoder = encoder_spec(&layer->spec);

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	*cache = (segment_cache) {0};
	/* it fits, or this layer would not have been created */
	(void) lf_layer_create(&cache->encoder, &encoder, &layer->input, layer->index);
	cache->encoder.kernels = layer->kernels;
	lf_lstm_class.layout(&cache->encoder, arena, batch, training);
	cache->last = lf_arena_reals(arena, n.batch * n.hidden);
	cache->of_positions = lf_arena_reals(arena, n.segments * 4 * n.padded);
	cache->of_samples = lf_arena_reals(arena, n.batch * 4 * n.padded);
	cache->sums = lf_arena_reals(arena, n.batch * 4 * n.padded);
	cache->cell = lf_arena_reals(arena, kept * n.padded);
	if (!training)
		return;
	cache->gates = lf_arena_reals(arena, kept * 4 * n.padded);
	cache->dcell = lf_arena_reals(arena, n.batch * n.padded);
	cache->scratch = lf_arena_reals(arena, lf_gradient_scratch(n.batch > n.segments ? n.batch : n.segments, widest));
}

static size_t
segment_packed_size(const lf_layer *layer, bool training)
{
	return lf_lstm_class.packed_size(layer, training);
}

/* Points the encoder at what it shares with this layer: all tensors but the last. */
static lf_layer *
encoder_of(lf_layer *layer)
{
	segment_cache *cache = layer->cache;

	cache->encoder.weights = layer->weights;
	cache->encoder.gradients = layer->gradients;
	cache->encoder.packed = layer->packed;
	return &cache->encoder;
}

static void
segment_pack(lf_layer *layer, const lf_pass *pass, bool training)
{
	lf_lstm_class.pack(encoder_of(layer), pass, training);
}

/* P W + b and h U, of which each sum of a segment is made. */
static void
find_parts(lf_layer *layer, const lf_pass *pass, const segment_size *n)
{
	segment_cache *cache = layer->cache;
	lf_cell_step step = {
		.rows = n->segments,
		.units = n->hidden,
		.inputs = n->inputs,
		.states = n->hidden,
		.packed = layer->packed,
		.x = layer->weights + cache->encoder.parameters,
		.x_row = n->inputs,
		.sums = lf_in_strips(layer, cache->of_positions, 4, n->segments, 0),
	};

	layer->kernels->cell_forward(pass, &step);
	step.rows = n->batch;
	step.start = step.sums = lf_in_strips(layer, cache->of_samples, 4, n->batch, 0);
	step.before = cache->last;
	step.before_row = n->hidden;
	memset(cache->of_samples, 0, n->batch * 4 * n->padded * sizeof(lf_real));
	layer->kernels->cell_forward(pass, &step);
}

/* z of segment m for all samples. */
static void
add_parts(const lf_layer *layer, const lf_pass *pass, const segment_size *n, size_t m)
{
	const segment_cache *cache = layer->cache;
	size_t		width = 4 * layer->kernels->lanes;

	for (size_t strip = 0; strip < n->padded / layer->kernels->lanes && !lf_interrupted(pass); strip++)
	{
		const lf_real *position = cache->of_positions + (strip * n->segments + m) * width;
		const lf_real *sample = cache->of_samples + strip * n->batch * width;
		lf_real    *sum = cache->sums + strip * n->batch * width;

		for (size_t b = 0; b < n->batch; b++)
			for (size_t i = 0; i < width; i++)
				sum[b * width + i] = position[i] + sample[b * width + i];
	}
}

/* c and the gates of a segment. */
static lf_strips
cell_of(const lf_layer *layer, const segment_size *n, size_t m)
{
	const segment_cache *cache = layer->cache;
	bool		training = cache->gates != NULL;

	return lf_in_strips(layer, cache->cell, 1, training ? n->segments * n->batch : n->batch,
						training ? m * n->batch : 0);
}

static lf_strips
gates_of(const lf_layer *layer, const segment_size *n, size_t m)
{
	const segment_cache *cache = layer->cache;

	return lf_in_strips(layer, cache->gates, 4, n->segments * n->batch, m * n->batch);
}

static void
segment_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	segment_cache *cache = layer->cache;
	lf_layer   *encoder = encoder_of(layer);
	segment_size n = size_of(layer, pass->batch);

	lf_lstm_class.forward(encoder, pass, x, cache->last);
	if (lf_interrupted(pass))
		return;
	find_parts(layer, pass, &n);
	for (size_t m = 0; m < n.segments && !lf_interrupted(pass); m++)
	{
		lf_cell_step step = {
			.rows = n.batch,
			.units = n.hidden,
			.inputs = n.inputs,
			.states = n.hidden,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.packed = layer->packed,
			.start = lf_in_strips(layer, cache->sums, 4, n.batch, 0),
			.cell_before = lf_lstm_last_cell(encoder, pass),
			.cell = cell_of(layer, &n, m),
			.hidden = y + m * n.batch * n.hidden,
			.hidden_row = n.hidden,
			.gates = gates_of(layer, &n, m),
		};

		add_parts(layer, pass, &n, m);
		layer->kernels->cell_forward(pass, &step);
	}
}

/* dz of segment m, summed over the samples. */
static void
gather_position(const lf_layer *layer, const lf_pass *pass, const segment_size *n, size_t m)
{
	const segment_cache *cache = layer->cache;
	size_t		width = 4 * layer->kernels->lanes;
	lf_strips	dz = gates_of(layer, n, m);

	for (size_t strip = 0; strip < n->padded / layer->kernels->lanes && !lf_interrupted(pass); strip++)
	{
		lf_real    *position = cache->of_positions + (strip * n->segments + m) * width;
		const lf_real *row = dz.at + strip * dz.strip;

		memset(position, 0, width * sizeof(lf_real));
		for (size_t b = 0; b < n->batch; b++)
			for (size_t i = 0; i < width; i++)
				position[i] += row[b * width + i];
	}
}

/* The steps of the segments on the way back: dz of each, and their sums over samples and over segments. */
static void
find_slopes(lf_layer *layer, const lf_pass *pass, const segment_size *n, const lf_real *dy)
{
	segment_cache *cache = layer->cache;
	lf_layer   *encoder = &cache->encoder;
	lf_real    *to_encoder = lf_lstm_last_dcell(encoder, pass).at;
	size_t		units = n->batch * n->padded;

	memset(cache->of_samples, 0, 4 * units * sizeof(lf_real));
	memset(to_encoder, 0, units * sizeof(lf_real));
	for (size_t m = 0; m < n->segments && !lf_interrupted(pass); m++)
	{
		lf_cell_slope slope = {
			.rows = n->batch,
			.units = n->hidden,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.packed = lf_lstm_recurrent_transposed(encoder),
			.dhidden = dy + m * n->batch * n->hidden,
			.dhidden_row = n->hidden,
			.gates = gates_of(layer, n, m),
			.cell_before = lf_lstm_last_cell(encoder, pass),
			.cell = cell_of(layer, n, m),
			.dcell = lf_in_strips(layer, cache->dcell, 1, n->batch, 0),
			.dstart = lf_in_strips(layer, cache->of_samples, 4, n->batch, 0),
			.dbias = layer->spec.use_bias ? layer->gradients + (n->inputs + n->hidden) * 4 * n->hidden : NULL,
		};

		memset(cache->dcell, 0, units * sizeof(lf_real));
		layer->kernels->cell_backward(pass, &slope);
		for (size_t i = 0; i < units; i++)
			to_encoder[i] += cache->dcell[i];
		gather_position(layer, pass, n, m);
	}
}

static void
segment_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy, lf_real *dx)
{
	segment_cache *cache = layer->cache;
	lf_layer   *encoder = encoder_of(layer);
	segment_size n = size_of(layer, pass->batch);
	lf_strips	by_position = lf_in_strips(layer, cache->of_positions, 4, n.segments, 0);
	lf_strips	by_sample = lf_in_strips(layer, cache->of_samples, 4, n.batch, 0);
	size_t		h = n.hidden;

	(void) y;
	find_slopes(layer, pass, &n, dy);
	layer->kernels->add_gradient(pass, n.inputs, h, n.segments, layer->weights + encoder->parameters, n.inputs,
								 by_position, cache->scratch, layer->gradients);
	layer->kernels->multiply_gates(pass, n.segments, n.inputs, h, by_position, lf_lstm_kernel_transposed(encoder), 1,
								   layer->gradients + encoder->parameters, n.inputs);
	layer->kernels->add_gradient(pass, h, h, n.batch, cache->last, h, by_sample, cache->scratch,
								 layer->gradients + n.inputs * 4 * h);
	lf_lstm_backward_from(encoder, pass, x, dx, by_sample);
}

/* Its output takes next to none, see above. */
static double
segment_uses(const lf_layer *layer)
{
	return layer->input.dim[0];
}

const lf_layer_class lf_segment_lstm_class = {
	.name = "segment_lstm",
	.keras_name = "SegmentLSTM",
	.arguments = LF_ARG_UNITS | LF_ARG_SEGMENTS | LF_ARG_ACTIVATION | LF_ARG_RECURRENT_ACTIVATION | LF_ARG_USE_BIAS |
	LF_ARG_UNIT_FORGET_BIAS,
	.order = LF_TIME_MAJOR,
	.output_shape = segment_output_shape,
	.tensors = segment_tensors,
	.layout = segment_layout,
	.packed_size = segment_packed_size,
	.pack = segment_pack,
	.uses = segment_uses,
	.forward = segment_forward,
	.backward = segment_backward,
};
