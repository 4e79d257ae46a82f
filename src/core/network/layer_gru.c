/*
 * layer_gru.c: the gated recurrent unit (Cho et al. 2014), with the formulas of Keras 3:
 *
 *	   z = s(x W_z + h U_z + b_z)	  r = s(x W_r + h U_r + b_r)	 h_t = z * h + (1 - z) * g
 *
 *	   g = a(x W_g + b_g + r * (h U_g + c_g))	with reset_after, as cuDNN and PyTorch have it
 *	   g = a(x W_g + b_g + (r * h) U_g)			without, as the paper has it
 *
 * where h is h_{t-1}, s the recurrent activation and a the activation. W (F, 3H), U (H, 3H), gates in the order z, r,
 * g. The bias is (3H), or (2, 3H) with reset_after: that of x and that of h.
 *
 * The kernels are made for the four gates of an lstm. Here the four are z, r and the two parts of g, "from x" and "from
 * h"; how the weights come to that is in gru_weights.h. So one step takes one product over packed weights, as in
 * layer_lstm.c. Without reset_after, (r * h) U_g is a product of its own, which has to wait for r.
 *
 * Everything is time-major, (T, B, .), and what is kept for the way back lies by time, whichever way the layer goes:
 * the rows of x, dz and h of several steps are then runs of memory in the same order.
 */
#include "network/gru_weights.h"
#include "kernels/matrix.h"

#include <string.h>

typedef struct gru_cache
{
	lf_real    *hidden;			/* h_t: (T, B, H) by time, or (2, B, H) in turn without training */
	lf_real    *gates;			/* z, r, g, part of h: (T, B, 4H) by time, later their dz; or (B, 4H) without training */
	lf_real    *start;			/* (B, 4H): x W + b of an x that stays the same; NULL elsewhere */
	lf_real    *reset;			/* r * h_{t-1}: (T, B, H) by time, or (B, H) without training; NULL with reset_after */
	lf_real    *part;			/* (B, H): (r * h_{t-1}) U_g, and on the way back dz of g; NULL with reset_after */
	/* the rest for the way back alone */
	lf_real    *dreset;			/* (B, H): the gradient of r * h_{t-1}; NULL with reset_after */
	lf_real    *dhidden;		/* (B, H): the gradient of h_t */
	lf_real    *dstart;			/* (B, 4H): the sum of dz over all steps, for an x that stays the same */
	lf_real    *dspread;		/* (F + H + 1, 4H): gradients of the spread weights, the last row that of the bias */
	lf_real    *ones;			/* as many rows as wait for a product: with dz they make the gradient of the bias */
	lf_real    *strip;			/* (B, 4 * lanes): dz of one strip while it is found */
	lf_real    *scratch;		/* of add_gradient */
} gru_cache;

typedef struct gru_size
{
	size_t		steps;			/* T */
	size_t		inputs;			/* F */
	size_t		hidden;			/* H */
	size_t		batch;			/* B */
	size_t		lanes;			/* units of a strip */
	size_t		padded;			/* H, and what fills up the last strip */
	size_t		kept;			/* rows of a strip of gates */
} gru_size;

/* See kept_rows() in layer_lstm.c for the odd number of steps. */
static gru_size
size_of(const lf_layer *layer, int batch, bool training)
{
	size_t		steps = (size_t) layer->input.dim[0];

	return (gru_size) {
		.steps = steps,
		.inputs = (size_t) layer->input.dim[1],
		.hidden = (size_t) layer->spec.units,
		.batch = (size_t) batch,
		.lanes = layer->kernels->lanes,
		.padded = lf_padded(layer->kernels, (size_t) layer->spec.units),
		.kept = (training ? steps | 1 : 1) * (size_t) batch,
	};
}

static bool
is_training(const lf_layer *layer)
{
	return ((const gru_cache *) layer->cache)->dhidden != NULL;
}

static int
gru_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	int			gates = 3 * spec->units;

	tensors[0] = (lf_tensor) {"kernel", lf_shape_2(input->dim[1], gates), LF_INIT_GLOROT_UNIFORM};
	tensors[1] = (lf_tensor) {"recurrent_kernel", lf_shape_2(spec->units, gates), LF_INIT_ORTHOGONAL};
	tensors[2] = (lf_tensor) {"bias", spec->reset_after ? lf_shape_2(2, gates) : lf_shape_1(gates), LF_INIT_ZEROS};
	return spec->use_bias ? 3 : 2;
}

/* Steps whose dz wait for the products with x and h. */
static size_t
steps_at_once(size_t batch)
{
	return batch < LF_GRADIENT_ROWS ? LF_GRADIENT_ROWS / batch : 1;
}

static void
gru_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	gru_size	n = size_of(layer, batch, training);
	size_t		steps = training ? n.steps : 1;
	gru_cache  *cache = lf_arena_take(arena, 1, sizeof(gru_cache));
	gru_cache	measured;

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	*cache = (gru_cache) {0};
	cache->hidden = lf_arena_reals(arena, (training ? n.steps : 2) * n.batch * n.hidden);
	cache->gates = lf_arena_reals(arena, n.kept * 4 * n.padded);
	if (layer->same_input)
		cache->start = lf_arena_reals(arena, n.batch * 4 * n.padded);
	if (!layer->spec.reset_after)
	{
		cache->reset = lf_arena_reals(arena, steps * n.batch * n.hidden);
		cache->part = lf_arena_reals(arena, n.batch * n.hidden);
	}
	if (!training)
		return;
	if (!layer->spec.reset_after)
		cache->dreset = lf_arena_reals(arena, n.batch * n.hidden);
	if (layer->same_input)
		cache->dstart = lf_arena_reals(arena, n.batch * 4 * n.padded);
	cache->dhidden = lf_arena_reals(arena, n.batch * n.hidden);
	cache->dspread = lf_arena_reals(arena, (n.inputs + n.hidden + 1) * 4 * n.hidden);
	/* a smaller batch may take more steps at once */
	cache->ones = lf_arena_reals(arena, n.batch > LF_GRADIENT_ROWS ? n.batch : LF_GRADIENT_ROWS);
	cache->strip = lf_arena_reals(arena, n.batch * 4 * n.lanes);
	cache->scratch = lf_arena_reals(arena, lf_gradient_scratch(n.steps * n.batch, n.hidden > n.inputs ? n.hidden : n.inputs));
}

/* ---- places ---- */

/* The time at which the layer is at a step. */
static size_t
time_of(const lf_layer *layer, const gru_size *n, size_t step)
{
	return layer->spec.go_backwards ? n->steps - 1 - step : step;
}

static lf_real *
hidden_of(const lf_layer *layer, const gru_size *n, size_t step)
{
	const gru_cache *cache = layer->cache;

	return cache->hidden + (is_training(layer) ? time_of(layer, n, step) : step % 2) * n->batch * n->hidden;
}

static lf_strips
gates_of(const lf_layer *layer, const gru_size *n, size_t step)
{
	const gru_cache *cache = layer->cache;

	return lf_in_strips(layer, cache->gates, 4, n->kept, is_training(layer) ? time_of(layer, n, step) * n->batch : 0);
}

static lf_real *
reset_of(const lf_layer *layer, const gru_size *n, size_t step)
{
	const gru_cache *cache = layer->cache;

	return cache->reset + (is_training(layer) ? time_of(layer, n, step) : 0) * n->batch * n->hidden;
}

/* The rows of y or dy of a step; all steps but the last have none without return_sequences. */
static size_t
output_of(const lf_layer *layer, const gru_size *n, size_t step, lf_place place)
{
	return layer->spec.return_sequences ? (place.in_order ? time_of(layer, n, step) : step) * n->batch * place.row : 0;
}

static bool
has_output(const lf_layer *layer, const gru_size *n, size_t step)
{
	return layer->spec.return_sequences || step + 1 == n->steps;
}

/* Units of the strip that starts at this one: all its lanes, but in the last. */
static size_t
units_of_strip(const gru_size *n, size_t unit)
{
	return n->hidden - unit < n->lanes ? n->hidden - unit : n->lanes;
}

static lf_real *
row_of(const gru_size *n, lf_strips gates, size_t unit, size_t b)
{
	return gates.at + unit / n->lanes * gates.strip + b * 4 * n->lanes;
}

/* ---- there ---- */

/* From the sums to z and r, in place, and without reset_after to r * h_{t-1} and its product with U_g. */
static void
open_gates(lf_layer *layer, const lf_pass *pass, const gru_size *n, size_t step, lf_strips gates, const lf_real *before)
{
	gru_cache  *cache = layer->cache;
	size_t		h = n->hidden;
	lf_real    *reset;

	for (size_t unit = 0; unit < h && !lf_interrupted(pass); unit += n->lanes)
		for (size_t b = 0; b < n->batch; b++)
			layer->kernels->activate(layer->spec.recurrent_activation, row_of(n, gates, unit, b), 2 * n->lanes);
	if (layer->spec.reset_after)
		return;
	reset = reset_of(layer, n, step);
	if (before == NULL)
	{
		memset(reset, 0, n->batch * h * sizeof(lf_real));
		memset(cache->part, 0, n->batch * h * sizeof(lf_real));
		return;
	}
	for (size_t unit = 0; unit < h; unit += n->lanes)
		for (size_t b = 0; b < n->batch; b++)
		{
			const lf_real *r = row_of(n, gates, unit, b) + n->lanes;

			for (size_t i = 0; i < units_of_strip(n, unit); i++)
				reset[b * h + unit + i] = r[i] * before[b * h + unit + i];
		}
	lf_multiply(pass, LF_PLAIN, LF_PLAIN, n->batch, h, h, reset, h,
				layer->weights + n->inputs * 3 * h + 2 * h, 3 * h, 0, cache->part, h);
}

/*
 * g, in place, and h_t. Row after row in loops of their own: a vector that is read right after parts of it were written
 * would have to wait for them.
 */
static void
finish_step(lf_layer *layer, const lf_pass *pass, const gru_size *n, lf_strips gates, const lf_real *before,
			lf_real *hidden)
{
	const gru_cache *cache = layer->cache;
	size_t		lanes = n->lanes;

	for (size_t unit = 0; unit < n->hidden && !lf_interrupted(pass); unit += lanes)
	{
		size_t		units = units_of_strip(n, unit);

		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *restrict g = row_of(n, gates, unit, b) + 2 * lanes;
			const lf_real *restrict r = g - lanes;
			const lf_real *restrict from_hidden = g + lanes;

			if (layer->spec.reset_after)
				for (size_t i = 0; i < lanes; i++)
					g[i] += r[i] * from_hidden[i];
			else
				for (size_t i = 0; i < units; i++)
					g[i] += cache->part[b * n->hidden + unit + i];
		}
		for (size_t b = 0; b < n->batch; b++)
			layer->kernels->activate(layer->spec.activation, row_of(n, gates, unit, b) + 2 * lanes, lanes);
		for (size_t b = 0; b < n->batch; b++)
		{
			const lf_real *restrict z = row_of(n, gates, unit, b);
			const lf_real *restrict g = z + 2 * lanes;
			lf_real    *restrict h = hidden + b * n->hidden + unit;
			const lf_real *restrict h_before = before == NULL ? NULL : before + b * n->hidden + unit;

			for (size_t i = 0; i < units; i++)
				h[i] = (1 - z[i]) * g[i];
			for (size_t i = 0; i < units && before != NULL; i++)
				h[i] += z[i] * h_before[i];
		}
	}
}

static void
gru_forward_at(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y, lf_place place)
{
	gru_cache  *cache = layer->cache;
	gru_size	n = size_of(layer, pass->batch, is_training(layer));
	const lf_real *before = NULL;
	lf_cell_step step = {
		.rows = n.batch,
		.units = n.hidden,
		.inputs = n.inputs,
		.states = n.hidden,
		.packed = layer->packed,
		.x = x,
		.x_row = n.inputs,
		.before_row = n.hidden,
	};

	if (layer->same_input)
	{
		step.sums = lf_in_strips(layer, cache->start, 4, n.batch, 0);
		layer->kernels->cell_forward(pass, &step);
		step.start = step.sums;
	}
	for (size_t s = 0; s < n.steps && !lf_interrupted(pass); s++)
	{
		lf_real    *hidden = hidden_of(layer, &n, s);

		step.x = x + (layer->same_input ? 0 : time_of(layer, &n, s) * n.batch * n.inputs);
		step.before = before;
		step.sums = gates_of(layer, &n, s);
		step.last_strip_first = s % 2 == 1;
		layer->kernels->cell_forward(pass, &step);
		open_gates(layer, pass, &n, s, step.sums, before);
		finish_step(layer, pass, &n, step.sums, before, hidden);
		if (has_output(layer, &n, s))
			for (size_t b = 0; b < n.batch; b++)
				memcpy(y + output_of(layer, &n, s, place) + b * place.row, hidden + b * n.hidden, n.hidden * sizeof(lf_real));
		before = hidden;
	}
}

/* ---- back ---- */

/*
 * From the gradient of h_t to dz of the gates, in place, and to what of it reaches h_{t-1} without a product:
 *
 *	   dg = dh (1 - z) a'(g)	 dz_z = dh (h_{t-1} - g) s'(z)	   dh_{t-1} = dh z
 *
 * and with reset_after dz_r = dg q s'(r), and r dg for q, the part of g that comes from h. Without it dg goes into
 * cache->part, and r waits. Row after row in loops of their own, as in finish_step().
 */
static void
close_gates(lf_layer *layer, const lf_pass *pass, const gru_size *n, lf_strips gates, const lf_real *before)
{
	gru_cache  *cache = layer->cache;
	size_t		lanes = n->lanes;
	bool		after = layer->spec.reset_after;

	for (size_t unit = 0; unit < n->hidden && !lf_interrupted(pass); unit += lanes)
	{
		size_t		units = units_of_strip(n, unit);

		/* places behind the last unit must be zeros in dz */
		memset(cache->strip, 0, n->batch * 4 * lanes * sizeof(lf_real));
		for (size_t b = 0; b < n->batch; b++)
		{
			const lf_real *restrict z = row_of(n, gates, unit, b);
			const lf_real *restrict g = z + 2 * lanes;
			lf_real    *restrict d = cache->strip + b * 4 * lanes;
			lf_real    *restrict dh = cache->dhidden + b * n->hidden + unit;
			const lf_real *restrict h_before = before == NULL ? NULL : before + b * n->hidden + unit;

			for (size_t i = 0; i < units; i++)
			{
				d[i] = -dh[i] * g[i];
				d[2 * lanes + i] = dh[i] * (1 - z[i]);
			}
			for (size_t i = 0; i < units && before != NULL; i++)
				d[i] += dh[i] * h_before[i];
			for (size_t i = 0; i < units; i++)
				dh[i] *= z[i];
		}
		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *dg = cache->strip + b * 4 * lanes + 2 * lanes;

			layer->kernels->activation_slope(layer->spec.activation, row_of(n, gates, unit, b) + 2 * lanes, dg, dg, lanes);
		}
		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *restrict z = row_of(n, gates, unit, b);
			lf_real    *restrict d = cache->strip + b * 4 * lanes;

			for (size_t i = 0; i < lanes && after; i++)
			{
				d[lanes + i] = d[2 * lanes + i] * z[3 * lanes + i];
				d[3 * lanes + i] = d[2 * lanes + i] * z[lanes + i];
			}
			memcpy(z + 2 * lanes, d + 2 * lanes, 2 * lanes * sizeof(lf_real));
			if (!after)
				memcpy(cache->part + b * n->hidden + unit, d + 2 * lanes, units * sizeof(lf_real));
		}
		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *z = row_of(n, gates, unit, b);

			layer->kernels->activation_slope(layer->spec.recurrent_activation, z, cache->strip + b * 4 * lanes, z,
											 (after ? 2 : 1) * lanes);
		}
	}
}

/* Without reset_after, the rest: d(r * h) = dg U_g^T, from it dz_r, and what reaches U_g and h_{t-1} that way. */
static void
close_reset(lf_layer *layer, const lf_pass *pass, const gru_size *n, size_t step, lf_strips gates, const lf_real *before)
{
	gru_cache  *cache = layer->cache;
	size_t		lanes = n->lanes;
	size_t		h = n->hidden;
	size_t		of_reset = n->inputs * 3 * h + 2 * h;	/* U_g, among the weights */

	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, h, h, n->batch, reset_of(layer, n, step), h, cache->part, h, 1,
				layer->gradients + of_reset, 3 * h);
	lf_multiply(pass, LF_PLAIN, LF_TRANSPOSED, n->batch, h, h, cache->part, h, layer->weights + of_reset, 3 * h, 0,
				cache->dreset, h);
	for (size_t unit = 0; unit < h && !lf_interrupted(pass); unit += lanes)
	{
		size_t		units = units_of_strip(n, unit);

		memset(cache->strip, 0, n->batch * lanes * sizeof(lf_real));
		for (size_t b = 0; b < n->batch; b++)
		{
			const lf_real *restrict r = row_of(n, gates, unit, b) + lanes;
			const lf_real *restrict dreset = cache->dreset + b * h + unit;
			lf_real    *restrict d = cache->strip + b * lanes;
			lf_real    *restrict dh = cache->dhidden + b * h + unit;
			const lf_real *restrict h_before = before == NULL ? NULL : before + b * h + unit;

			for (size_t i = 0; i < units; i++)
				dh[i] += dreset[i] * r[i];
			for (size_t i = 0; i < units && before != NULL; i++)
				d[i] = dreset[i] * h_before[i];
		}
		for (size_t b = 0; b < n->batch; b++)
		{
			lf_real    *r = row_of(n, gates, unit, b) + lanes;

			layer->kernels->activation_slope(layer->spec.recurrent_activation, r, cache->strip + b * lanes, r, lanes);
		}
	}
}

/* dz of a step to its sum over the steps. */
static void
add_start(const lf_layer *layer, const gru_size *n, lf_strips gates)
{
	const gru_cache *cache = layer->cache;
	size_t		size = n->batch * 4 * n->lanes;

	for (size_t strip = 0; strip < n->padded / n->lanes; strip++)
	{
		const lf_real *restrict dz = gates.at + strip * gates.strip;
		lf_real    *restrict sum = cache->dstart + strip * size;

		for (size_t i = 0; i < size; i++)
			sum[i] += dz[i];
	}
}

/* From 'rows' rows of x and of dz: adds to the gradient of W, and finds dx. */
static void
add_input_gradients(lf_layer *layer, const lf_pass *pass, const gru_size *n, size_t rows, const lf_real *x,
					lf_strips dz, lf_real *dx, bool add_dx)
{
	gru_cache  *cache = layer->cache;

	layer->kernels->add_gradient(pass, n->inputs, n->hidden, rows, x, n->inputs, dz, cache->scratch, cache->dspread);
	if (dx != NULL)
		layer->kernels->multiply_gates(pass, rows, n->inputs, n->hidden, dz, lf_gru_kernel_transposed(layer), add_dx, dx,
									   n->inputs);
}

/* Steps first .. last, whose dz are known: adds to the gradients of W, U and the bias, and finds dx. */
static void
add_gradients(lf_layer *layer, const lf_pass *pass, const gru_size *n, const lf_real *x, lf_real *dx, bool add_dx,
			  size_t first, size_t last)
{
	gru_cache  *cache = layer->cache;
	bool		backwards = layer->spec.go_backwards;
	size_t		earliest = backwards ? last : first;	/* in time, where the runs of memory start */
	size_t		from = layer->same_input ? 0 : time_of(layer, n, earliest) * n->batch * n->inputs;

	if (!layer->same_input)
		add_input_gradients(layer, pass, n, (last - first + 1) * n->batch, x + from, gates_of(layer, n, earliest),
							dx == NULL ? NULL : dx + from, add_dx);
	if (layer->spec.use_bias)
		layer->kernels->add_gradient(pass, 1, n->hidden, (last - first + 1) * n->batch, cache->ones, 1,
									 gates_of(layer, n, earliest), cache->scratch,
									 cache->dspread + (n->inputs + n->hidden) * 4 * n->hidden);
	/* h_{t-1}: there is none before the first step */
	if (first == 0)
		first = 1;
	if (first > last)
		return;
	earliest = backwards ? last : first;
	layer->kernels->add_gradient(pass, n->hidden, n->hidden, (last - first + 1) * n->batch,
								 hidden_of(layer, n, earliest - 1), n->hidden, gates_of(layer, n, earliest), cache->scratch,
								 cache->dspread + n->inputs * 4 * n->hidden);
}

static void
gru_backward_at(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, const lf_real *dy,
				lf_real *dx, lf_place place)
{
	gru_cache  *cache = layer->cache;
	gru_size	n = size_of(layer, pass->batch, true);
	size_t		h = n.hidden;
	size_t		at_once = steps_at_once(n.batch);
	size_t		last = n.steps - 1;	/* of the steps whose dz wait for the products with x and h */

	(void) y;
	memset(cache->dhidden, 0, n.batch * h * sizeof(lf_real));
	memset(cache->dspread, 0, (n.inputs + h + 1) * 4 * h * sizeof(lf_real));
	for (size_t i = 0; i < at_once * n.batch; i++)
		cache->ones[i] = 1;
	if (cache->dstart != NULL)
		memset(cache->dstart, 0, n.batch * 4 * n.padded * sizeof(lf_real));
	for (size_t s = n.steps; s-- > 0 && !lf_interrupted(pass);)
	{
		lf_strips	gates = gates_of(layer, &n, s);
		const lf_real *before = s == 0 ? NULL : hidden_of(layer, &n, s - 1);

		for (size_t b = 0; b < n.batch && has_output(layer, &n, s); b++)
		{
			const lf_real *from = dy + output_of(layer, &n, s, place) + b * place.row;

			for (size_t j = 0; j < h; j++)
				cache->dhidden[b * h + j] += from[j];
		}
		close_gates(layer, pass, &n, gates, before);
		if (!layer->spec.reset_after)
			close_reset(layer, pass, &n, s, gates, before);
		if (cache->dstart != NULL)
			add_start(layer, &n, gates);
		if (s > 0)
			layer->kernels->multiply_gates(pass, n.batch, h, h, gates, lf_gru_recurrent_transposed(layer), 1, cache->dhidden, h);
		if (last - s + 1 == at_once || s == 0)
		{
			add_gradients(layer, pass, &n, x, dx, place.add_dx, s, last);
			last = s - 1;
		}
	}
	if (layer->same_input)
		add_input_gradients(layer, pass, &n, n.batch, x, lf_in_strips(layer, cache->dstart, 4, n.batch, 0), dx,
							place.add_dx);
	lf_gru_add_gradients(layer, cache->dspread);
}

const lf_layer_class lf_gru_class = {
	.name = "gru",
	.keras_name = "GRU",
	.arguments = LF_ARG_UNITS | LF_ARG_ACTIVATION | LF_ARG_RECURRENT_ACTIVATION | LF_ARG_USE_BIAS |
	LF_ARG_RETURN_SEQUENCES | LF_ARG_GO_BACKWARDS | LF_ARG_RESET_AFTER,
	.order = LF_TIME_MAJOR,
	.takes_repeated = true,
	.output_shape = lf_recurrent_output_shape,
	.tensors = gru_tensors,
	.layout = gru_layout,
	.packed_size = lf_gru_packed_size,
	.pack = lf_gru_pack,
	.uses = lf_uses_at_each_step,
	.forward = lf_recurrent_forward,
	.backward = lf_recurrent_backward,
	.forward_at = gru_forward_at,
	.backward_at = gru_backward_at,
};
