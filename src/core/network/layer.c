/*
 * layer.c: the list of layer kinds, and what holds for all of them.
 */
#include "network/layer.h"

const char *const lf_merge_names[LF_MERGES] = {
	[LF_MERGE_CONCAT] = "concat",
	[LF_MERGE_SUM] = "sum",
	[LF_MERGE_AVE] = "ave",
	[LF_MERGE_MUL] = "mul",
};

const char *const lf_padding_names[LF_PADDINGS] = {
	[LF_VALID] = "valid",
	[LF_SAME] = "same",
	[LF_CAUSAL] = "causal",
};

static const lf_layer_class *const classes[LF_LAYER_KINDS] = {
	[LF_LSTM] = &lf_lstm_class,
	[LF_BIDIRECTIONAL] = &lf_bidirectional_class,
	[LF_DENSE] = &lf_dense_class,
	[LF_TIME_DISTRIBUTED] = &lf_time_distributed_class,
	[LF_CONV1D] = &lf_conv1d_class,
	[LF_MAX_POOL1D] = &lf_max_pool1d_class,
	[LF_FLATTEN] = &lf_flatten_class,
	[LF_RESHAPE] = &lf_reshape_class,
	[LF_REPEAT_VECTOR] = &lf_repeat_vector_class,
	[LF_CONV_LSTM2D] = &lf_conv_lstm2d_class,
	[LF_DROPOUT] = &lf_dropout_class,
	[LF_SEGMENT_LSTM] = &lf_segment_lstm_class,
	[LF_CATEGORY_EMBEDDING] = &lf_category_embedding_class,
	[LF_GRU] = &lf_gru_class,
};

const lf_layer_class *
lf_layer_class_of(lf_layer_kind kind)
{
	return (unsigned) kind < LF_LAYER_KINDS ? classes[kind] : NULL;
}

lf_layer_spec
lf_layer_defaults(lf_layer_kind kind)
{
	const lf_layer_class *class = lf_layer_class_of(kind);
	lf_layer_spec spec = {.kind = kind, .target = {.rank = 1}};

	spec.use_bias = (class->arguments & LF_ARG_USE_BIAS) != 0;
	spec.unit_forget_bias = (class->arguments & LF_ARG_UNIT_FORGET_BIAS) != 0;
	spec.reset_after = (class->arguments & LF_ARG_RESET_AFTER) != 0;
	if (class->arguments & LF_ARG_RECURRENT_ACTIVATION)
	{
		spec.activation = LF_TANH;
		spec.recurrent_activation = LF_SIGMOID;
	}
	if (class->arguments & LF_ARG_STRIDES)
		spec.strides[0] = 1;
	if (class->arguments & LF_ARG_STRIDES_2D)
		spec.strides[0] = spec.strides[1] = 1;
	if (class->arguments & LF_ARG_POOL_SIZE)
		spec.kernel[0] = spec.strides[0] = 2;
	return spec;
}

bool
lf_layer_may_wrap(const lf_layer_class *wrapper, lf_layer_kind inner)
{
	const lf_layer_class *class = lf_layer_class_of(inner);

	return wrapper != NULL && wrapper->wraps != NULL && class != NULL && wrapper->wraps(class);
}

lf_layer_spec
lf_layer_wrapped(const lf_layer_spec *spec)
{
	lf_layer_spec inner = *spec;

	if (lf_layer_class_of(spec->kind)->wraps != NULL)
		inner.kind = spec->inner;
	return inner;
}

bool
lf_layer_takes_repeated(const lf_layer_spec *spec)
{
	return lf_layer_class_of(spec->kind)->takes_repeated &&
		lf_layer_class_of(lf_layer_wrapped(spec).kind)->takes_repeated;
}

lf_status
lf_recurrent_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	if (input->rank != 2)
		return LF_BAD_RANK;
	if (spec->units < 1)
		return LF_BAD_SHAPE;
	if (spec->units > LF_MAX_DIM / 4)
		return LF_TOO_LARGE;
	*output = spec->return_sequences ? lf_shape_2(input->dim[0], spec->units) : lf_shape_1(spec->units);
	return LF_OK;
}

void
lf_recurrent_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	layer->class->forward_at(layer, pass, x, y, (lf_place) {.row = (size_t) layer->spec.units});
}

void
lf_recurrent_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy,
					  lf_real *dx)
{
	layer->class->backward_at(layer, pass, x, y, dy, dx, (lf_place) {.row = (size_t) layer->spec.units});
}

static double
rows_of_output(const lf_layer *layer)
{
	return (double) layer->output_size / layer->output.dim[layer->output.rank - 1];
}

double
lf_layer_uses(const lf_layer *layer)
{
	return layer->class->uses != NULL ? layer->class->uses(layer) : rows_of_output(layer);
}

double
lf_uses_at_each_step(const lf_layer *layer)
{
	return rows_of_output(layer) * (layer->spec.return_sequences ? 1 : layer->input.dim[0]);
}

bool
lf_layer_spec_equal(const lf_layer_spec *a, const lf_layer_spec *b)
{
	return a->kind == b->kind && a->inner == b->inner && a->units == b->units && a->activation == b->activation &&
		a->recurrent_activation == b->recurrent_activation && a->use_bias == b->use_bias &&
		a->unit_forget_bias == b->unit_forget_bias && a->return_sequences == b->return_sequences &&
		a->go_backwards == b->go_backwards && a->merge == b->merge && a->padding == b->padding &&
		a->kernel[0] == b->kernel[0] && a->kernel[1] == b->kernel[1] && a->strides[0] == b->strides[0] &&
		a->strides[1] == b->strides[1] && lf_shape_equal(&a->target, &b->target) && a->segments == b->segments &&
		a->categories == b->categories && a->reset_after == b->reset_after;
}

lf_status
lf_layer_create(lf_layer *layer, const lf_layer_spec *spec, const lf_shape *input, int index)
{
	lf_tensor	tensors[LF_MAX_TENSORS];
	lf_status	status;
	int			count;

	*layer = (lf_layer) {.class = lf_layer_class_of(spec->kind), .spec = *spec, .input = *input, .index = index,
		.kernels = lf_kernels_in_use()};
	if (layer->class == NULL)
		return LF_BAD_SHAPE;
	layer->input_size = lf_shape_size(input);
	if (layer->input_size == 0)
		return LF_TOO_LARGE;
	status = layer->class->output_shape(spec, input, &layer->output);
	if (status != LF_OK)
		return status;
	layer->output_size = lf_shape_size(&layer->output);
	if (layer->output_size == 0)
		return LF_TOO_LARGE;

	count = lf_layer_tensors(layer, tensors);
	for (int i = 0; i < count; i++)
	{
		size_t		size = lf_shape_size(&tensors[i].shape);

		if (size == 0 || size > LF_MAX_ELEMENTS - layer->parameters)
			return LF_TOO_LARGE;
		layer->parameters += size;
	}
	return LF_OK;
}

int
lf_layer_tensors(const lf_layer *layer, lf_tensor *tensors)
{
	return layer->class->tensors == NULL ? 0 : layer->class->tensors(&layer->spec, &layer->input, tensors);
}

int
lf_convolution_length(int length, int kernel, int stride, lf_padding padding, int *before)
{
	*before = 0;
	if (kernel < 1 || stride < 1 || kernel > LF_MAX_DIM || stride > LF_MAX_DIM)
		return 0;
	if (padding == LF_VALID)
		return kernel > length ? 0 : (length - kernel) / stride + 1;
	if (padding == LF_CAUSAL)
		*before = kernel - 1;
	else
	{
		/* as many zeros as the last window needs, the odd one behind */
		int			steps = (length - 1) / stride;
		int64_t		missing = (int64_t) steps * stride + kernel - length;

		*before = missing > 0 ? (int) (missing / 2) : 0;
	}
	return (length - 1) / stride + 1;
}
