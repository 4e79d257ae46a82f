/*
 * layer_bidirectional.c: two recurrent layers over the same input, one of them backwards, merged (Schuster and
 * Paliwal 1997).
 *
 * The backward layer puts its h_t at time t, so that both halves of a row speak of the same time. Where the merge is
 * concat, each layer writes its half of the rows of y; otherwise both have an output of their own.
 * Its tensors follow those of the forward layer, with the same names behind a prefix, as in Keras.
 */
#include "network/layer.h"

#include <string.h>

typedef struct bidirectional_cache
{
	lf_layer	ahead;
	lf_layer	back;
	bool		training;
	lf_real    *y_ahead;		/* (T, B, H), or (B, H) without return_sequences; NULL with concat */
	lf_real    *y_back;			/* the same */
	lf_real    *dy_ahead;		/* the gradients of these; NULL unless the merge is mul, when they differ */
	lf_real    *dy_back;
} bidirectional_cache;

static bool
bidirectional_wraps(const lf_layer_class *inner)
{
	return inner->forward_at != NULL;
}

static lf_layer_spec
inner_spec(const lf_layer_spec *spec, bool backwards)
{
	lf_layer_spec inner = lf_layer_wrapped(spec);

	inner.go_backwards = spec->go_backwards != backwards;
	return inner;
}

static lf_status
bidirectional_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	lf_layer_spec inner = inner_spec(spec, false);
	lf_status	status;

	if (!lf_layer_may_wrap(&lf_bidirectional_class, inner.kind))
		return LF_BAD_SHAPE;
	status = lf_layer_class_of(inner.kind)->output_shape(&inner, input, output);
	if (status == LF_OK && spec->merge == LF_MERGE_CONCAT)
		output->dim[output->rank - 1] *= 2;
	return status;
}

static void
put_prefix(const char *prefix, lf_tensor *tensor)
{
	char		name[LF_MAX_TENSOR_NAME] = {0};
	size_t		length = strlen(prefix);

	memcpy(name, prefix, length);
	memcpy(name + length, tensor->name, LF_MAX_TENSOR_NAME - 1 - length);
	memcpy(tensor->name, name, LF_MAX_TENSOR_NAME);
}

static int
bidirectional_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	static const char *const prefixes[2] = {"forward_", "backward_"};
	lf_layer_spec inner = inner_spec(spec, false);
	int			count = 0;

	for (int way = 0; way < 2; way++)
	{
		int			each = lf_layer_class_of(inner.kind)->tensors(&inner, input, tensors + count);

		for (int i = 0; i < each; i++)
			put_prefix(prefixes[way], &tensors[count + i]);
		count += each;
	}
	return count;
}

static void
bidirectional_layout(lf_layer *layer, lf_arena *arena, int batch, bool training)
{
	bidirectional_cache *cache = lf_arena_take(arena, 1, sizeof(bidirectional_cache));
	bidirectional_cache measured;
	lf_layer_spec ahead = inner_spec(&layer->spec, false);
	lf_layer_spec back = inner_spec(&layer->spec, true);

	layer->cache = cache;
	if (cache == NULL)
		cache = &measured;
	*cache = (bidirectional_cache) {.training = training};
	/* both fit, or this layer would not have been created */
	(void) lf_layer_create(&cache->ahead, &ahead, &layer->input, layer->index);
	(void) lf_layer_create(&cache->back, &back, &layer->input, layer->index);
	cache->ahead.kernels = cache->back.kernels = layer->kernels;
	cache->ahead.same_input = cache->back.same_input = layer->same_input;
	cache->ahead.class->layout(&cache->ahead, arena, batch, training);
	cache->back.class->layout(&cache->back, arena, batch, training);
	if (layer->spec.merge == LF_MERGE_CONCAT)
		return;
	cache->y_ahead = lf_arena_reals(arena, (size_t) batch * cache->ahead.output_size);
	cache->y_back = lf_arena_reals(arena, (size_t) batch * cache->back.output_size);
	if (!training || layer->spec.merge != LF_MERGE_MUL)
		return;
	cache->dy_ahead = lf_arena_reals(arena, (size_t) batch * cache->ahead.output_size);
	cache->dy_back = lf_arena_reals(arena, (size_t) batch * cache->back.output_size);
}

static size_t
bidirectional_packed_size(const lf_layer *layer, bool training)
{
	lf_layer	inner = *layer;

	inner.spec = inner_spec(&layer->spec, false);
	inner.class = lf_layer_class_of(inner.spec.kind);
	return 2 * inner.class->packed_size(&inner, training);
}

/* Points the two layers at their halves of the weights. */
static void
share_weights(lf_layer *layer)
{
	bidirectional_cache *cache = layer->cache;

	cache->ahead.weights = layer->weights;
	cache->back.weights = layer->weights + cache->ahead.parameters;
	cache->ahead.packed = layer->packed;
	cache->back.packed = layer->packed + cache->ahead.class->packed_size(&cache->ahead, cache->training);
	cache->ahead.gradients = layer->gradients;
	cache->back.gradients = layer->gradients == NULL ? NULL : layer->gradients + cache->ahead.parameters;
}

static void
bidirectional_pack(lf_layer *layer, const lf_pass *pass, bool training)
{
	bidirectional_cache *cache = layer->cache;

	share_weights(layer);
	cache->ahead.class->pack(&cache->ahead, pass, training);
	cache->back.class->pack(&cache->back, pass, training);
}

/* Where both layers read and write: their own outputs, or the halves of that of this layer. */
typedef struct two_outputs
{
	lf_real    *ahead;
	lf_real    *back;
	lf_place	place;
} two_outputs;

static two_outputs
outputs_of(const lf_layer *layer, lf_real *y)
{
	bidirectional_cache *cache = layer->cache;
	size_t		h = (size_t) layer->spec.units;

	if (layer->spec.merge == LF_MERGE_CONCAT)
		return (two_outputs) {.ahead = y, .back = y + h, .place = {.row = 2 * h, .in_order = true}};
	return (two_outputs) {.ahead = cache->y_ahead, .back = cache->y_back, .place = {.row = h, .in_order = true}};
}

/* Elements of one inner output over the whole batch. */
static size_t
merged_size(const lf_layer *layer, const lf_pass *pass)
{
	return (size_t) pass->batch * (layer->spec.return_sequences ? (size_t) layer->input.dim[0] : 1) *
		(size_t) layer->spec.units;
}

static void
bidirectional_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	bidirectional_cache *cache = layer->cache;
	size_t		size = merged_size(layer, pass);
	two_outputs out = outputs_of(layer, y);
	const lf_real *a = out.ahead;
	const lf_real *b = out.back;

	share_weights(layer);
	cache->ahead.class->forward_at(&cache->ahead, pass, x, out.ahead, out.place);
	cache->back.class->forward_at(&cache->back, pass, x, out.back, out.place);
	switch (layer->spec.merge)
	{
		case LF_MERGE_CONCAT:
			break;
		case LF_MERGE_SUM:
			for (size_t i = 0; i < size; i++)
				y[i] = a[i] + b[i];
			break;
		case LF_MERGE_AVE:
			for (size_t i = 0; i < size; i++)
				y[i] = (a[i] + b[i]) / 2;
			break;
		case LF_MERGE_MUL:
			for (size_t i = 0; i < size; i++)
				y[i] = a[i] * b[i];
			break;
	}
}

static void
bidirectional_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
					   lf_real *dy, lf_real *dx)
{
	bidirectional_cache *cache = layer->cache;
	size_t		size = merged_size(layer, pass);
	two_outputs out = outputs_of(layer, (lf_real *) y);
	two_outputs slope = outputs_of(layer, dy);

	if (layer->spec.merge == LF_MERGE_MUL)
	{
		slope.ahead = cache->dy_ahead;
		slope.back = cache->dy_back;
		for (size_t i = 0; i < size; i++)
		{
			slope.ahead[i] = dy[i] * out.back[i];
			slope.back[i] = dy[i] * out.ahead[i];
		}
	}
	else if (layer->spec.merge != LF_MERGE_CONCAT)
	{
		/* the same for both */
		slope.ahead = slope.back = dy;
		for (size_t i = 0; i < size && layer->spec.merge == LF_MERGE_AVE; i++)
			dy[i] /= 2;
	}
	share_weights(layer);
	cache->ahead.class->backward_at(&cache->ahead, pass, x, out.ahead, slope.ahead, dx, out.place);
	out.place.add_dx = true;
	cache->back.class->backward_at(&cache->back, pass, x, out.back, slope.back, dx, out.place);
}

const lf_layer_class lf_bidirectional_class = {
	.name = "bidirectional",
	.keras_name = "Bidirectional",
	.arguments = LF_ARG_LAYER | LF_ARG_MERGE_MODE,
	.order = LF_TIME_MAJOR,
	.takes_repeated = true,
	.wraps = bidirectional_wraps,
	.output_shape = bidirectional_output_shape,
	.tensors = bidirectional_tensors,
	.layout = bidirectional_layout,
	.packed_size = bidirectional_packed_size,
	.pack = bidirectional_pack,
	.uses = lf_uses_at_each_step,
	.forward = bidirectional_forward,
	.backward = bidirectional_backward,
};
