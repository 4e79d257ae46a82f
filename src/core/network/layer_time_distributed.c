/*
 * layer_time_distributed.c: one layer applied to each of the T steps of a sample, with the same weights.
 *
 * Input (T, ...), output (T, inner output ...). B samples of T steps, in whichever order they lie, are B * T samples of
 * the inner layer without a copy: all there is to do is to call it with that batch.
 */
#include "network/layer.h"

#include <limits.h>

typedef struct time_distributed_cache
{
	lf_layer	inner;
} time_distributed_cache;

/* The input of the inner layer: all axes but the first. */
static lf_shape
inner_input(const lf_shape *input)
{
	lf_shape	inner = {.rank = input->rank - 1};

	for (int i = 0; i < inner.rank; i++)
		inner.dim[i] = input->dim[i + 1];
	return inner;
}

static bool
time_distributed_wraps(const lf_layer_class *inner)
{
	return inner->by_step;
}

static lf_status
time_distributed_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_layer_spec inner = lf_layer_wrapped(spec);
	lf_shape	each;
	lf_shape	each_input;
	lf_status	status;

	if (!lf_layer_may_wrap(&lf_time_distributed_class, inner.kind))
		return LF_BAD_SHAPE;
	if (input->rank < 2)
		return LF_BAD_RANK;
	each_input = inner_input(input);
	status = lf_layer_class_of(inner.kind)->output_shape(&inner, &each_input, &each);
	if (status != LF_OK)
		return status;
	if (each.rank >= LF_MAX_RANK)
		return LF_BAD_RANK;
	*output = (lf_shape) {.rank = each.rank + 1, .dim = {input->dim[0]}};
	for (int i = 0; i < each.rank; i++)
		output->dim[i + 1] = each.dim[i];
	return LF_OK;
}

static int
time_distributed_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	lf_layer_spec inner = lf_layer_wrapped(spec);
	lf_shape	each_input = inner_input(input);
	const lf_layer_class *class = lf_layer_class_of(inner.kind);

	return class->tensors == NULL ? 0 : class->tensors(&inner, &each_input, tensors);
}

static void
time_distributed_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	time_distributed_cache *cache = lf_arena_take(arena, 1, sizeof(time_distributed_cache));
	time_distributed_cache measured;
	lf_layer_spec inner = lf_layer_wrapped(&layer->spec);
	lf_shape	each_input = inner_input(&layer->input);
	size_t		inner_batch = (size_t) batch * (size_t) layer->input.dim[0];

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	/* 2^16 samples of 2^20 steps are more than the int of a pass can count */
	if (inner_batch > INT_MAX)
	{
		arena->overflow = true;
		return;
	}
	/* fits, or this layer would not have been created */
	(void) lf_layer_create(&cache->inner, &inner, &each_input, layer->index);
	if (cache->inner.class->layout != NULL)
		cache->inner.class->layout(&cache->inner, arena, (int) inner_batch, training);
}

static lf_pass
inner_pass(const lf_layer *layer, const lf_pass *pass)
{
	lf_pass		inner = *pass;

	inner.batch = pass->batch * layer->input.dim[0];
	return inner;
}

static void
time_distributed_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	time_distributed_cache *cache = layer->cache;
	lf_pass		each = inner_pass(layer, pass);

	cache->inner.weights = layer->weights;
	cache->inner.class->forward(&cache->inner, &each, x, y);
}

static void
time_distributed_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
						  lf_real *dy, lf_real *dx)
{
	time_distributed_cache *cache = layer->cache;
	lf_pass		each = inner_pass(layer, pass);

	cache->inner.weights = layer->weights;
	cache->inner.gradients = layer->gradients;
	cache->inner.class->backward(&cache->inner, &each, x, y, dy, dx);
}

const lf_layer_class lf_time_distributed_class = {
	.name = "time_distributed",
	.keras_name = "TimeDistributed",
	.arguments = LF_ARG_LAYER,
	.order = LF_ANY_ORDER,
	.wraps = time_distributed_wraps,
	.output_shape = time_distributed_output_shape,
	.tensors = time_distributed_tensors,
	.layout = time_distributed_layout,
	.forward = time_distributed_forward,
	.backward = time_distributed_backward,
};
