/*
 * layer_lstm.c: the long short-term memory layer (Hochreiter and Schmidhuber 1997, forget gate after Gers et al. 2000).
 *
 * The equations of a step are in kernels.h, which does the arithmetic; here is the walk along time. W (F, 4H),
 * U (H, 4H), b (4H).
 *
 * Everything is time-major, (T, B, .): the rows that one step needs lie together, and the weight gradients become
 * products over the rows of many steps. What is kept for the way back lies by time, whichever way the layer goes, so
 * that the rows of x, dz and h of several steps are runs of memory in the same order. Gates and c lie in strips, see
 * lf_strips; their sizes below are those of (rows, 4H) and (rows, H), but for what fills up the last strip.
 */
#include "network/lstm.h"

#include <string.h>

typedef struct lstm_cache
{
	lf_real    *hidden;			/* h_t where y does not take them: (T, B, H), or (2, B, H) in turn without training */
	lf_real    *cell;			/* c_t: (T, B, H) by time, or (B, H) without training */
	lf_real    *gates;			/* (T, B, 4H) by time: activated gates; backward turns them into dz; NULL without training */
	lf_real    *dcell;			/* (B, H): gradient that reaches c_t from step t + 1 */
	lf_real    *start;			/* (T, B, 4H), or (B, 4H) of an x that stays the same: x W + b, where it is found before
								 * the walk, see starts_early(); NULL elsewhere */
	lf_real    *scratch;		/* of add_gradient */
	lf_real    *dstart;			/* (B, 4H): the sum of dz over all steps, for an x that stays the same */
} lstm_cache;

typedef struct lstm_size
{
	size_t		steps;			/* T */
	size_t		inputs;			/* F */
	size_t		hidden;			/* H */
	size_t		batch;			/* B */
	size_t		padded;			/* H, and what fills up the last strip */
	size_t		kept;			/* rows of a strip that is kept for the way back, see kept_rows() */
} lstm_size;

/*
 * Rows from one strip of T steps to the next. An odd number of steps, so that where B is a power of two the rows of one
 * step do not all fall into the same few sets of a cache: its sizes are powers of two as well.
 */
static size_t
kept_rows(size_t steps, size_t batch)
{
	return (steps | 1) * batch;
}

static lstm_size
size_of(const lf_layer *layer, int batch)
{
	return (lstm_size) {
		.steps = (size_t) layer->input.dim[0],
		.inputs = (size_t) layer->input.dim[1],
		.hidden = (size_t) layer->spec.units,
		.batch = (size_t) batch,
		.padded = lf_padded(layer->kernels, (size_t) layer->spec.units),
		.kept = kept_rows((size_t) layer->input.dim[0], (size_t) batch),
	};
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

/*
 * Whether x W + b is found before the walk and not in its steps: once if x is the same at each of them, and for all of
 * them in one product if the batch is so small that a step would read W from memory for next to no work.
 */
static bool
starts_early(const lf_layer *layer, int batch, bool training)
{
	return layer->same_input || (!training && batch < 4 && layer->input.dim[1] > 1);
}

static void
lstm_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	lstm_size	n = size_of(layer, batch);
	size_t		rows = training ? n.kept : n.batch;	/* <= 2^20 * 2^16 */
	lstm_cache *cache = lf_arena_take(arena, 1, sizeof(lstm_cache));
	lstm_cache	measured;

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	*cache = (lstm_cache) {0};
	if (!layer->spec.return_sequences)
		cache->hidden = lf_arena_reals(arena, (training ? n.steps : 2) * n.batch * n.hidden);
	cache->cell = lf_arena_reals(arena, rows * n.padded);
	if (starts_early(layer, batch, training))
		cache->start = lf_arena_reals(arena, (layer->same_input ? 1 : n.steps) * n.batch * 4 * n.padded);
	if (!training)
		return;
	if (layer->same_input)
		cache->dstart = lf_arena_reals(arena, n.batch * 4 * n.padded);
	cache->gates = lf_arena_reals(arena, rows * 4 * n.padded);
	cache->dcell = lf_arena_reals(arena, n.batch * n.padded);
	cache->scratch = lf_arena_reals(arena, lf_gradient_scratch(n.steps * n.batch, n.hidden > n.inputs ? n.hidden : n.inputs));
}

static size_t
lstm_packed_size(const lf_layer *layer, bool training)
{
	lstm_size	n = size_of(layer, 1);

	return lf_packed_cell(layer->kernels, n.hidden, n.inputs, n.hidden) +
		(training ? lf_packed_gates(layer->kernels, n.hidden, n.hidden) +
		 lf_packed_gates(layer->kernels, n.hidden, n.inputs) : 0);
}

/* For the way back, behind what the way there needs: U^T and then W^T. */
lf_real *
lf_lstm_recurrent_transposed(const lf_layer *layer)
{
	return layer->packed + lstm_packed_size(layer, false);
}

lf_real *
lf_lstm_kernel_transposed(const lf_layer *layer)
{
	size_t		h = (size_t) layer->spec.units;

	return lf_lstm_recurrent_transposed(layer) + lf_packed_gates(layer->kernels, h, h);
}

static void
lstm_pack(lf_layer *layer, const lf_pass *pass, bool training)
{
	lstm_size	n = size_of(layer, 1);
	const lf_real *recurrent = layer->weights + n.inputs * 4 * n.hidden;
	const lf_real *bias = layer->spec.use_bias ? recurrent + n.hidden * 4 * n.hidden : NULL;

	layer->kernels->pack_cell(pass, n.hidden, n.inputs, n.hidden, layer->weights, recurrent, bias, layer->packed);
	if (!training)
		return;
	layer->kernels->pack_gates(pass, n.hidden, n.hidden, recurrent, 4 * n.hidden, lf_lstm_recurrent_transposed(layer));
	layer->kernels->pack_gates(pass, n.hidden, n.inputs, layer->weights, 4 * n.hidden, lf_lstm_kernel_transposed(layer));
}

/* The time at which the layer is at a step. */
static size_t
time_of(const lf_layer *layer, size_t steps, size_t step)
{
	return layer->spec.go_backwards ? steps - 1 - step : step;
}

/* Where h of a step lies: the block of B rows, and the distance between two rows. */
typedef struct lstm_hidden
{
	lf_real    *blocks;
	size_t		row;
	bool		by_time;		/* else by step */
	size_t		modulus;		/* blocks there are */
} lstm_hidden;

static lstm_hidden
hidden_of(const lf_layer *layer, const lstm_size *n, lf_real *y, lf_place place)
{
	lstm_cache *cache = layer->cache;
	bool		training = cache->gates != NULL;

	if (layer->spec.return_sequences)
		return (lstm_hidden) {.blocks = y, .row = place.row, .by_time = place.in_order, .modulus = n->steps};
	return (lstm_hidden) {
		.blocks = cache->hidden, .row = n->hidden, .by_time = training, .modulus = training ? n->steps : 2
	};
}

static size_t
hidden_block(const lf_layer *layer, const lstm_size *n, const lstm_hidden *hidden, size_t step)
{
	return (hidden->by_time ? time_of(layer, n->steps, step) : step) % hidden->modulus * n->batch * hidden->row;
}

/* x W + b, where it is found before the walk: of all steps at once, or of what is the same at each. */
static void
find_start(lf_layer *layer, const lf_pass *pass, const lstm_size *n, const lf_real *x)
{
	lstm_cache *cache = layer->cache;
	size_t		rows = layer->same_input ? n->batch : n->steps * n->batch;
	lf_cell_step step = {
		.rows = rows,
		.units = n->hidden,
		.inputs = n->inputs,
		.states = n->hidden,
		.packed = layer->packed,
		.x = x,
		.x_row = n->inputs,
		.sums = lf_in_strips(layer, cache->start, 4, rows, 0),
	};

	if (cache->start != NULL)
		layer->kernels->cell_forward(pass, &step);
}

static lf_strips
start_of(const lf_layer *layer, const lstm_size *n, size_t t)
{
	const lstm_cache *cache = layer->cache;

	return lf_in_strips(layer, cache->start, 4, layer->same_input ? n->batch : n->steps * n->batch,
					 layer->same_input ? 0 : t * n->batch);
}

/* c and the gates of a time. */
static lf_strips
cell_of(const lf_layer *layer, const lstm_size *n, size_t t)
{
	const lstm_cache *cache = layer->cache;
	bool		training = cache->gates != NULL;

	return lf_in_strips(layer, cache->cell, 1, training ? n->kept : n->batch, training ? t * n->batch : 0);
}

static lf_strips
gates_of(const lf_layer *layer, const lstm_size *n, size_t t)
{
	const lstm_cache *cache = layer->cache;

	return lf_in_strips(layer, cache->gates, 4, n->kept, t * n->batch);
}

lf_strips
lf_lstm_last_cell(const lf_layer *layer, const lf_pass *pass)
{
	lstm_size	n = size_of(layer, pass->batch);

	return cell_of(layer, &n, time_of(layer, n.steps, n.steps - 1));
}

lf_strips
lf_lstm_last_dcell(const lf_layer *layer, const lf_pass *pass)
{
	const lstm_cache *cache = layer->cache;

	return lf_in_strips(layer, cache->dcell, 1, (size_t) pass->batch, 0);
}

static void
lstm_forward_at(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y, lf_place place)
{
	lstm_size	n = size_of(layer, pass->batch);
	lstm_hidden hidden = hidden_of(layer, &n, y, place);
	const lf_real *last = NULL;
	lf_strips	last_cell = {0};

	find_start(layer, pass, &n, x);
	for (size_t s = 0; s < n.steps && !lf_interrupted(pass); s++)
	{
		size_t		t = time_of(layer, n.steps, s);
		lf_cell_step step = {
			.rows = n.batch,
			.units = n.hidden,
			.inputs = n.inputs,
			.states = n.hidden,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.packed = layer->packed,
			.start = start_of(layer, &n, t),
			.x = x + t * n.batch * n.inputs,
			.x_row = n.inputs,
			.before = last,
			.before_row = hidden.row,
			.cell_before = last_cell,
			.cell = cell_of(layer, &n, t),
			.hidden = hidden.blocks + hidden_block(layer, &n, &hidden, s),
			.hidden_row = hidden.row,
			.gates = gates_of(layer, &n, t),
			.last_strip_first = s % 2 == 1,
		};

		layer->kernels->cell_forward(pass, &step);
		last = step.hidden;
		last_cell = step.cell;
	}
	if (!layer->spec.return_sequences && !lf_interrupted(pass))
		for (size_t b = 0; b < n.batch; b++)
			memcpy(y + b * place.row, last + b * hidden.row, n.hidden * sizeof(lf_real));
}

/* From 'rows' rows of x and of dz: adds to the gradient of W, and finds dx. */
static void
add_input_gradients(lf_layer *layer, const lf_pass *pass, const lstm_size *n, size_t rows, const lf_real *x,
					lf_strips dz, lf_real *dx, bool add_dx)
{
	lstm_cache *cache = layer->cache;

	layer->kernels->add_gradient(pass, n->inputs, n->hidden, rows, x, n->inputs, dz, cache->scratch,
								layer->gradients);
	if (dx != NULL)
		layer->kernels->multiply_gates(pass, rows, n->inputs, n->hidden, dz, lf_lstm_kernel_transposed(layer),
									   add_dx, dx, n->inputs);
}

/* Steps first .. last, whose dz are known: adds to the gradients of W and U, and finds dx. */
static void
add_gradients(lf_layer *layer, const lf_pass *pass, const lstm_size *n, const lstm_hidden *hidden, const lf_real *x,
			  lf_real *dx, bool add_dx, size_t first, size_t last)
{
	lstm_cache *cache = layer->cache;
	size_t		h = n->hidden;
	size_t		rows = (last - first + 1) * n->batch;
	size_t		t = time_of(layer, n->steps, layer->spec.go_backwards ? last : first);

	if (!layer->same_input)
		add_input_gradients(layer, pass, n, rows, x + t * n->batch * n->inputs, gates_of(layer, n, t),
							dx == NULL ? NULL : dx + t * n->batch * n->inputs, add_dx);

	/* h_{t-1}: there is none before the first step */
	if (first == 0)
		first = 1;
	if (first > last)
		return;
	rows = (last - first + 1) * n->batch;
	t = time_of(layer, n->steps, layer->spec.go_backwards ? last : first);
	layer->kernels->add_gradient(pass, h, h, rows, hidden->blocks +
								 hidden_block(layer, n, hidden, layer->spec.go_backwards ? last - 1 : first - 1),
								 hidden->row, gates_of(layer, n, t), cache->scratch,
								 layer->gradients + n->inputs * 4 * h);
}

/* dy may be NULL for zeros where 'dz_after' is given, see lf_lstm_backward_from(). */
static void
walk_back(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, const lf_real *dy, lf_real *dx,
		  lf_place place, lf_strips dz_after)
{
	lstm_cache *cache = layer->cache;
	lstm_size	n = size_of(layer, pass->batch);
	lstm_hidden hidden = hidden_of(layer, &n, (lf_real *) y, place);
	size_t		h = n.hidden;
	size_t		at_once = n.batch < LF_GRADIENT_ROWS ? LF_GRADIENT_ROWS / n.batch : 1;
	size_t		last = n.steps - 1;	/* of the steps whose dz wait for the products with x and h */

	/* without order in y, h and dz of several steps are not runs of memory in the same order */
	if (layer->spec.go_backwards && !hidden.by_time)
		at_once = 1;
	if (dz_after.at == NULL)
		memset(cache->dcell, 0, n.batch * n.padded * sizeof(lf_real));
	if (layer->same_input)
		memset(cache->dstart, 0, n.batch * 4 * n.padded * sizeof(lf_real));
	for (size_t s = n.steps; s-- > 0 && !lf_interrupted(pass);)
	{
		size_t		t = time_of(layer, n.steps, s);
		const lf_real *dhidden = NULL;
		lf_cell_slope slope = {
			.rows = n.batch,
			.units = h,
			.activation = layer->spec.activation,
			.recurrent_activation = layer->spec.recurrent_activation,
			.packed = lf_lstm_recurrent_transposed(layer),
			.dz_after = dz_after,
			.dhidden_row = place.row,
			.gates = gates_of(layer, &n, t),
			.cell_before = s == 0 ? (lf_strips) {0} : cell_of(layer, &n, time_of(layer, n.steps, s - 1)),
			.cell = cell_of(layer, &n, t),
			.dcell = lf_in_strips(layer, cache->dcell, 1, n.batch, 0),
			.dstart = lf_in_strips(layer, cache->dstart, 4, n.batch, 0),
			.dbias = layer->spec.use_bias ? layer->gradients + (n.inputs + h) * 4 * h : NULL,
		};

		if (layer->spec.return_sequences)
			dhidden = dy + hidden_block(layer, &n, &hidden, s);
		else if (s + 1 == n.steps)
			dhidden = dy;
		slope.dhidden = dhidden;
		layer->kernels->cell_backward(pass, &slope);
		dz_after = slope.gates;
		if (last - s + 1 == at_once || s == 0)
		{
			add_gradients(layer, pass, &n, &hidden, x, dx, place.add_dx, s, last);
			last = s - 1;
		}
	}
	if (layer->same_input)
		add_input_gradients(layer, pass, &n, n.batch, x, lf_in_strips(layer, cache->dstart, 4, n.batch, 0), dx,
							place.add_dx);
}

void
lf_lstm_backward_from(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *dx, lf_strips dz_after)
{
	walk_back(layer, pass, x, NULL, NULL, dx, (lf_place) {.row = (size_t) layer->spec.units}, dz_after);
}

static void
lstm_backward_at(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, const lf_real *dy,
				 lf_real *dx, lf_place place)
{
	walk_back(layer, pass, x, y, dy, dx, place, (lf_strips) {0});
}

const lf_layer_class lf_lstm_class = {
	.name = "lstm",
	.keras_name = "LSTM",
	.arguments = LF_ARG_UNITS | LF_ARG_ACTIVATION | LF_ARG_RECURRENT_ACTIVATION | LF_ARG_USE_BIAS |
	LF_ARG_UNIT_FORGET_BIAS | LF_ARG_RETURN_SEQUENCES | LF_ARG_GO_BACKWARDS,
	.order = LF_TIME_MAJOR,
	.takes_repeated = true,
	.output_shape = lf_recurrent_output_shape,
	.tensors = lstm_tensors,
	.layout = lstm_layout,
	.packed_size = lstm_packed_size,
	.pack = lstm_pack,
	.uses = lf_uses_at_each_step,
	.forward = lf_recurrent_forward,
	.backward = lf_recurrent_backward,
	.forward_at = lstm_forward_at,
	.backward_at = lstm_backward_at,
};
