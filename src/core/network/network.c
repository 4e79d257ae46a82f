/*
 * network.c: walks through the list of layers.
 *
 * What goes in and comes out lies sample after sample, (B, T, ...). Between layers it lies as they want it, see
 * lf_order, so that a stack of recurrent layers hands on its sequences step after step without a copy. A layer that
 * only repeats, in front of one that knows how to take that, is not walked through at all: the other then takes its
 * input once for all steps, which saves both the copies and, since the product with W is the same at each step, most of
 * the work.
 */
#include "network/network.h"

#include "base/denormals.h"

#include <string.h>

bool
lf_spec_is_linear(const lf_spec *spec)
{
	const lf_layer_spec *dense = &spec->layer[1];
	size_t		inputs = lf_shape_size(&spec->input);

	return (spec->count == 2 || (spec->count == 3 && spec->layer[2].kind == LF_RESHAPE)) &&
		spec->layer[0].kind == LF_FLATTEN && dense->kind == LF_DENSE && dense->activation == LF_LINEAR && dense->use_bias &&
		inputs > 0 && inputs <= LF_MOST_LINEAR;
}

/* Finds where sequences have to be turned from one order to the other. */
static void
find_turns(lf_network *network)
{
	bool		time_major = false;	/* how the output of the layer before lies, where it has a time axis */

	for (int i = 0; i < network->count; i++)
	{
		const lf_layer *layer = &network->layer[i];

		if (layer->class->order == LF_ANY_ORDER)
			continue;
		network->turns[i] = layer->input.rank > 1 && time_major != (layer->class->order == LF_TIME_MAJOR);
		time_major = layer->class->order == LF_TIME_MAJOR;
	}
	network->turns[network->count] = time_major && lf_network_output(network)->rank > 1;
}

/* Whether layer i only repeats for a layer that knows how to take the same input at each step. */
static bool
is_skipped(const lf_network *network, int i)
{
	return i + 1 < network->count && network->layer[i + 1].same_input;
}

/* The shape of what stands before layer i, and behind the last one. */
static const lf_shape *
edge_shape(const lf_network *network, int i)
{
	return i < network->count ? &network->layer[i].input : lf_network_output(network);
}

/* Whether what stands before layer i is to be step after step once it was turned. */
static bool
wants_time_major(const lf_network *network, int i)
{
	return i < network->count && network->layer[i].class->order == LF_TIME_MAJOR;
}

/* (B, T, ...) into (T, B, ...), or the other way. */
static void
turn(const lf_pass *pass, const lf_shape *shape, bool to_time_major, const lf_real *from, lf_real *to)
{
	size_t		batch = (size_t) pass->batch;
	size_t		steps = (size_t) shape->dim[0];
	size_t		size = lf_shape_size(shape) / steps;
	size_t		rows = to_time_major ? steps : batch;	/* of what is written, and runs in each */
	size_t		runs = to_time_major ? batch : steps;

	for (size_t i = 0; i < rows && !lf_interrupted(pass); i++)
		for (size_t j = 0; j < runs; j++, to += size)
		{
			const lf_real *run = from + (j * rows + i) * size;

			/* mostly one to a few columns, for which a call would take longer than the copy */
			if (size <= 8)
				for (size_t k = 0; k < size; k++)
					to[k] = run[k];
			else
				memcpy(to, run, size * sizeof(lf_real));
		}
}

bool
lf_spec_equal(const lf_spec *a, const lf_spec *b)
{
	if (a->count != b->count || !lf_shape_equal(&a->input, &b->input))
		return false;
	for (int i = 0; i < a->count; i++)
		if (!lf_layer_spec_equal(&a->layer[i], &b->layer[i]))
			return false;
	return true;
}

lf_status
lf_network_create(lf_network *network, const lf_spec *spec, int *layer)
{
	const lf_shape *input = &spec->input;

	*network = (lf_network) {.count = spec->count};
	*layer = 0;
	if (spec->count < 1 || spec->count > LF_MAX_LAYERS)
		return LF_NO_LAYERS;
	for (int i = 0; i < spec->count; i++)
	{
		lf_status	status;

		*layer = i;
		status = lf_layer_create(&network->layer[i], &spec->layer[i], input, i);
		if (status != LF_OK)
			return status;
		if (network->layer[i].parameters > LF_MAX_ELEMENTS - network->parameters)
			return LF_TOO_LARGE;
		network->offset[i] = network->parameters;
		network->parameters += network->layer[i].parameters;
		input = &network->layer[i].output;
	}
	find_turns(network);
	for (int i = 1; i < network->count; i++)
		network->layer[i].same_input = network->layer[i - 1].class->repeats &&
			lf_layer_takes_repeated(&network->layer[i].spec);
	return LF_OK;
}

static void
plan(lf_network *network, lf_arena *arena, int batch, bool training)
{
	size_t		largest = 0;
	bool		any_turn = false;

	network->batch = batch;
	network->training = training;
	network->packed = false;
	for (int i = 0; i < network->count; i++)
	{
		lf_layer   *layer = &network->layer[i];

		if (layer->class->packed_size != NULL && !network->beside)
			layer->packed = lf_arena_reals(arena, layer->class->packed_size(layer, training));
		if (layer->class->layout != NULL)
			layer->class->layout(layer, arena, batch, training);
		if (is_skipped(network, i))
			continue;
		network->output[i] = lf_arena_reals(arena, (size_t) batch * layer->output_size);
		if (layer->output_size > largest)
			largest = layer->output_size;
	}
	for (int i = 0; i <= network->count; i++)
		if (network->turns[i])
		{
			size_t		size = lf_shape_size(edge_shape(network, i));

			network->turned[i] = lf_arena_reals(arena, (size_t) batch * size);
			if (size > largest)
				largest = size;
			any_turn = true;
		}
	for (int i = 0; i < 3; i++)
		network->gradient[i] = training && (i < 2 || any_turn) ? lf_arena_reals(arena, (size_t) batch * largest) : NULL;
}

void
lf_network_layout(lf_network *network, lf_arena *arena, int batch, bool training)
{
	plan(network, arena, batch, training);
}

void
lf_network_layout_beside(lf_network *network, const lf_network *first, lf_arena *arena, int batch)
{
	*network = *first;
	network->beside = true;
	plan(network, arena, batch, true);
}

void
lf_network_layout_alike(lf_network *network, const lf_network *first, lf_arena *arena, int batch)
{
	LF_ASSERT(network->count == first->count && network->parameters == first->parameters);
	network->beside = true;
	plan(network, arena, batch, false);
	for (int i = 0; i < network->count; i++)
	{
		network->layer[i].packed = first->layer[i].packed;
		network->layer[i].weights = first->layer[i].weights;
	}
}

void
lf_network_bind(lf_network *network, const lf_real *weights, lf_real *gradients)
{
	for (int i = 0; i < network->count; i++)
	{
		network->layer[i].weights = weights + network->offset[i];
		network->layer[i].gradients = gradients == NULL ? NULL : gradients + network->offset[i];
	}
	network->packed = false;
}

lf_status
lf_network_initialize(const lf_network *network, uint64_t seed, const lf_pass *pass, lf_real *weights)
{
	for (int i = 0; i < network->count; i++)
	{
		lf_tensor	tensors[LF_MAX_TENSORS];
		int			count = lf_layer_tensors(&network->layer[i], tensors);

		for (int j = 0; j < count; j++)
		{
			/* a stream per tensor: adding a layer behind does not change the weights before it */
			lf_random	random = lf_random_seed(lf_random_mix(seed, (uint64_t) i * LF_MAX_TENSORS + (uint64_t) j));

			lf_initialize(&tensors[j], &random, pass, weights);
			if (lf_interrupted(pass))
				return LF_INTERRUPTED;
			weights += lf_shape_size(&tensors[j].shape);
		}
	}
	return LF_OK;
}

lf_status
lf_network_pack(lf_network *network, const lf_pass *pass)
{
	for (int i = 0; i < network->count && !lf_interrupted(pass); i++)
	{
		lf_layer   *layer = &network->layer[i];

		if (layer->class->pack != NULL)
			layer->class->pack(layer, pass, network->training);
	}
	network->packed = !lf_interrupted(pass);
	return network->packed ? LF_OK : LF_INTERRUPTED;
}

static lf_status
forward(lf_network *network, const lf_pass *pass, const lf_real *x, const lf_real **y)
{
	if (!network->packed && !network->beside && lf_network_pack(network, pass) != LF_OK)
		return LF_INTERRUPTED;
	/* the next walk of a training comes after a step of the optimizer */
	network->packed = !network->training;
	for (int i = 0; i <= network->count; i++)
	{
		if (network->turns[i])
		{
			turn(pass, edge_shape(network, i), wants_time_major(network, i), x, network->turned[i]);
			x = network->turned[i];
		}
		if (lf_interrupted(pass))
			return LF_INTERRUPTED;
		if (i == network->count)
			break;
		if (is_skipped(network, i))
			continue;
		network->layer[i].class->forward(&network->layer[i], pass, x, network->output[i]);
		x = network->output[i];
	}
	*y = x;
	return LF_OK;
}

/* One of the buffers that pass gradients down which is neither of these two. */
static lf_real *
free_gradient(const lf_network *network, const lf_real *a, const lf_real *b)
{
	int			i = 0;

	while (network->gradient[i] == a || network->gradient[i] == b)
		i++;
	return network->gradient[i];
}

static lf_status
backward(lf_network *network, const lf_pass *pass, const lf_real *x, lf_real *dy, lf_real *dx)
{
	if (network->turns[network->count])
	{
		lf_real    *turned = free_gradient(network, dy, NULL);

		turn(pass, lf_network_output(network), true, dy, turned);
		dy = turned;
	}
	for (int i = network->count - 1; i >= 0; i--)
	{
		lf_layer   *layer = &network->layer[i];
		int			from = i - 1;	/* the layer whose output is this one's input */
		const lf_real *in;
		lf_real    *down;
		lf_real    *written;

		if (is_skipped(network, i))
			continue;
		if (layer->same_input)
			from--;
		in = network->turns[i] ? network->turned[i] : from < 0 ? x : network->output[from];
		down = from < 0 ? dx : free_gradient(network, dy, NULL);
		written = network->turns[i] && down != NULL ? free_gradient(network, dy, down) : down;

		layer->class->backward(layer, pass, in, network->output[i], dy, written);
		if (written != down)
			turn(pass, &layer->input, !wants_time_major(network, i), written, down);
		if (lf_interrupted(pass))
			return LF_INTERRUPTED;
		dy = down;
	}
	return LF_OK;
}

lf_status
lf_network_forward(lf_network *network, const lf_pass *pass, const lf_real *x, const lf_real **y)
{
	unsigned	mode = lf_flush_denormals();
	lf_status	status = forward(network, pass, x, y);

	lf_restore_denormals(mode);
	return status;
}

lf_status
lf_network_backward(lf_network *network, const lf_pass *pass, const lf_real *x, lf_real *dy, lf_real *dx)
{
	unsigned	mode = lf_flush_denormals();
	lf_status	status = backward(network, pass, x, dy, dx);

	lf_restore_denormals(mode);
	return status;
}

const lf_shape *
lf_network_output(const lf_network *network)
{
	return &network->layer[network->count - 1].output;
}
