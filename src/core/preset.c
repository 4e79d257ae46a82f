/*
 * preset.c: the layers behind each preset's name.
 */
#include "preset.h"

#define FILTERS 64				/* of cnn_lstm and conv_lstm, as in the usual tutorials */

const lf_preset_info lf_presets[LF_PRESETS] = {
	[LF_VANILLA] = {"vanilla", "One LSTM layer and a dense output: the first thing to try on any series.", 1, 50},
	[LF_STACKED] = {"stacked", "Two LSTM layers, for longer series with structure on several time scales.", 2, 50},
	[LF_PRESET_BIDIRECTIONAL] = {"bidirectional", "One LSTM layer that reads the window in both directions.", 1, 50},
	[LF_CNN_LSTM] = {"cnn_lstm", "Convolutions over subsequences, then an LSTM over their summaries.", 1, 50},
	[LF_CONV_LSTM] = {"conv_lstm", "One convolutional LSTM over subsequences.", 0, 0},
	[LF_ENCODER_DECODER] = {"encoder_decoder",
	"An LSTM that reads the window and an LSTM that writes the forecast, for several steps.", 2, 100},
};

static lf_layer_spec *
add(lf_spec *spec, lf_layer_kind kind)
{
	lf_layer_spec *layer = &spec->layer[spec->count++];

	*layer = lf_layer_defaults(kind);
	return layer;
}

static void
add_dense(lf_spec *spec, int units)
{
	add(spec, LF_DENSE)->units = units;
}

static void
add_reshape(lf_spec *spec, lf_shape target)
{
	add(spec, LF_RESHAPE)->target = target;
}

/* The i-th recurrent layer of a preset, with its dropout. */
static void
add_lstm(lf_spec *spec, const lf_preset_info *info, const lf_preset_arguments *arguments, int i,
		 bool return_sequences, bool bidirectional)
{
	lf_layer_spec *layer = add(spec, bidirectional ? LF_BIDIRECTIONAL : LF_LSTM);

	if (bidirectional)
	{
		*layer = lf_layer_defaults(LF_LSTM);
		layer->kind = LF_BIDIRECTIONAL;
	}
	if (arguments->units_count == 0)
		layer->units = info->units;
	else
		layer->units = arguments->units[i < arguments->units_count ? i : arguments->units_count - 1];
	layer->activation = arguments->activation;
	layer->recurrent_activation = arguments->recurrent_activation;
	layer->return_sequences = return_sequences;
	if (arguments->dropout > 0)
		add(spec, LF_DROPOUT)->rate = arguments->dropout;
}

/* Into how many subsequences a window is cut: the smallest divisor that leaves them two steps or more, else one. */
static int
subsequences(int lookback)
{
	for (int parts = 2; parts <= lookback / 2; parts++)
		if (lookback % parts == 0)
			return parts;
	return 1;
}

void
lf_preset_spec(lf_preset preset, const lf_preset_arguments *arguments, const lf_task *task, lf_spec *spec)
{
	const lf_preset_info *info = &lf_presets[preset];
	int			parts = subsequences(task->lookback);
	int			steps = task->lookback / parts;
	bool		both = arguments->bidirectional || preset == LF_PRESET_BIDIRECTIONAL;
	lf_layer_spec *layer;

	*spec = (lf_spec) {.input = lf_shape_2(task->lookback, task->inputs)};
	switch (preset)
	{
		case LF_VANILLA:
		case LF_PRESET_BIDIRECTIONAL:
			add_lstm(spec, info, arguments, 0, false, both);
			break;
		case LF_STACKED:
			add_lstm(spec, info, arguments, 0, true, both);
			add_lstm(spec, info, arguments, 1, false, both);
			break;
		case LF_CNN_LSTM:
			add_reshape(spec, lf_shape_3(parts, steps, task->inputs));
			layer = add(spec, LF_CONV1D);
			layer->units = FILTERS;
			layer->kernel[0] = 1;
			layer->activation = LF_RELU;
			layer->inner = LF_CONV1D;
			layer->kind = LF_TIME_DISTRIBUTED;
			layer = add(spec, LF_MAX_POOL1D);
			layer->padding = LF_SAME;
			layer->inner = LF_MAX_POOL1D;
			layer->kind = LF_TIME_DISTRIBUTED;
			layer = add(spec, LF_TIME_DISTRIBUTED);
			layer->inner = LF_FLATTEN;
			add_lstm(spec, info, arguments, 0, false, both);
			break;
		case LF_CONV_LSTM:
			add_reshape(spec, lf_shape_4(parts, 1, steps, task->inputs));
			layer = add(spec, LF_CONV_LSTM2D);
			layer->units = arguments->units_count > 0 ? arguments->units[0] : FILTERS;
			layer->kernel[0] = 1;
			layer->kernel[1] = steps < 2 ? steps : 2;
			layer->activation = arguments->activation;
			layer->recurrent_activation = arguments->recurrent_activation;
			if (arguments->dropout > 0)
				add(spec, LF_DROPOUT)->rate = arguments->dropout;
			add(spec, LF_FLATTEN);
			break;
		case LF_ENCODER_DECODER:
			add_lstm(spec, info, arguments, 0, false, both);
			add(spec, LF_REPEAT_VECTOR)->units = task->horizon;
			add_lstm(spec, info, arguments, 1, true, both);
			add_dense(spec, task->targets);
			return;
	}
	add_dense(spec, task->horizon * task->targets);
	if (task->horizon > 1 && task->targets > 1)
		add_reshape(spec, lf_shape_2(task->horizon, task->targets));
}
