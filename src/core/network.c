/*
 * network.c: walks through the list of layers.
 */
#include "network.h"

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
	return LF_OK;
}

void
lf_network_plan(lf_network *network, lf_arena *arena, int batch, bool training)
{
	size_t		largest = 0;

	network->batch = batch;
	for (int i = 0; i < network->count; i++)
	{
		lf_layer   *layer = &network->layer[i];

		if (layer->class->plan != NULL)
			layer->class->plan(layer, arena, batch, training);
		network->output[i] = lf_arena_reals(arena, (size_t) batch * layer->output_size);
		if (layer->output_size > largest)
			largest = layer->output_size;
	}
	for (int i = 0; i < 2; i++)
		network->gradient[i] = training ? lf_arena_reals(arena, (size_t) batch * largest) : NULL;
}

void
lf_network_bind(lf_network *network, const lf_real *weights, lf_real *gradients)
{
	for (int i = 0; i < network->count; i++)
	{
		network->layer[i].weights = weights + network->offset[i];
		network->layer[i].gradients = gradients == NULL ? NULL : gradients + network->offset[i];
	}
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
			lf_random	random = lf_random_seed(lf_random_mix(seed, (uint64_t) (i * LF_MAX_TENSORS + j)));

			lf_initialize(&tensors[j], &random, pass, weights);
			if (lf_interrupted(pass))
				return LF_INTERRUPTED;
			weights += lf_shape_size(&tensors[j].shape);
		}
	}
	return LF_OK;
}

lf_status
lf_network_forward(lf_network *network, const lf_pass *pass, const lf_real *x, const lf_real **y)
{
	for (int i = 0; i < network->count; i++)
	{
		lf_layer   *layer = &network->layer[i];

		layer->class->forward(layer, pass, x, network->output[i]);
		if (lf_interrupted(pass))
			return LF_INTERRUPTED;
		x = network->output[i];
	}
	*y = x;
	return LF_OK;
}

lf_status
lf_network_backward(lf_network *network, const lf_pass *pass, const lf_real *x, lf_real *dy, lf_real *dx)
{
	for (int i = network->count - 1; i >= 0; i--)
	{
		lf_layer   *layer = &network->layer[i];
		lf_real    *down = i == 0 ? dx : network->gradient[i % 2];

		layer->class->backward(layer, pass, i == 0 ? x : network->output[i - 1], network->output[i], dy, down);
		if (lf_interrupted(pass))
			return LF_INTERRUPTED;
		dy = down;
	}
	return LF_OK;
}

const lf_shape *
lf_network_output(const lf_network *network)
{
	return &network->layer[network->count - 1].output;
}
