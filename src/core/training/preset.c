/*
 * preset.c: the layers behind each preset's name.
 */
#include "training/preset.h"

#define FILTERS 64				/* of cnn_lstm and conv_lstm, as in the usual tutorials */

const lf_preset_info lf_presets[LF_PRESETS] = {
	[LF_VANILLA] = {
		.name = "vanilla",
		.purpose = "One LSTM layer and a dense output: the first thing to try on any series.",
		.recurrent = 1,
		.units = 50,
	},
	[LF_STACKED] = {
		.name = "stacked",
		.purpose = "Two LSTM layers, for longer series with structure on several time scales.",
		.recurrent = 2,
		.units = 50,
	},
	[LF_PRESET_BIDIRECTIONAL] = {
		.name = "bidirectional",
		.purpose = "One LSTM layer that reads the window in both directions.",
		.recurrent = 1,
		.units = 50,
	},
	[LF_CNN_LSTM] = {
		.name = "cnn_lstm",
		.purpose = "Convolutions over subsequences, then an LSTM over their summaries.",
		.recurrent = 1,
		.units = 50,
	},
	[LF_CONV_LSTM] = {
		.name = "conv_lstm",
		.purpose = "One convolutional LSTM over subsequences.",
		.own_cell = true,
	},
	[LF_ENCODER_DECODER] = {
		.name = "encoder_decoder",
		.purpose = "An LSTM that reads the window and an LSTM that writes the forecast, for several steps.",
		.recurrent = 2,
		.units = 100,
	},
	/* how these were chosen stands in doc/defaults.md and doc/measured.md, as do the results; the paper's dropout is 0.5 */
	[LF_SEGMENT] = {
		.name = "segment",
		.purpose = "An LSTM over segments of the window that writes all segments of the forecast at once, "
		"for long horizons.",
		.recurrent = 1,
		.units = 128,
		.dropout = 0.2,
		.loss = LF_MAE,
		.own_cell = true,
	},
	[LF_PRESET_LINEAR] = {
		.name = "linear",
		.purpose = "No recurrence: a weighted sum of all values in the window, by least squares; quick, and hard to beat "
		"where inputs are known ahead.",
		.own_cell = true,
		.least_squares = true,
	},
};

static lf_layer_spec *
add(lf_spec *spec, lf_layer_kind kind)
{
	lf_layer_spec *layer = &spec->layer[spec->count++];

	*layer = lf_layer_defaults(kind);
	return layer;
}

/* A wrapper takes the arguments of what it wraps. */
static lf_layer_spec *
add_wrapped(lf_spec *spec, lf_layer_kind wrapper, lf_layer_kind inner)
{
	lf_layer_spec *layer = add(spec, inner);

	layer->kind = wrapper;
	layer->inner = inner;
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

static int
units_of(const lf_preset_info *info, const lf_preset_arguments *arguments, int i)
{
	if (arguments->units_count == 0)
		return info->units;
	return arguments->units[i < arguments->units_count ? i : arguments->units_count - 1];
}

static void
add_dropout(lf_spec *spec, const lf_preset_info *info, const lf_preset_arguments *arguments)
{
	double		rate = arguments->dropout == LF_UNSET ? info->dropout : arguments->dropout;

	if (rate > 0)
		add(spec, LF_DROPOUT)->rate = rate;
}

/* The i-th recurrent layer of a preset, with its dropout. */
static void
add_recurrent(lf_spec *spec, const lf_preset_info *info, const lf_preset_arguments *arguments, int i,
			  bool return_sequences, bool bidirectional)
{
	lf_layer_spec *layer = bidirectional ? add_wrapped(spec, LF_BIDIRECTIONAL, arguments->cell) :
		add(spec, arguments->cell);

	layer->units = units_of(info, arguments, i);
	layer->activation = arguments->activation;
	layer->recurrent_activation = arguments->recurrent_activation;
	layer->return_sequences = return_sequences;
	add_dropout(spec, info, arguments);
}

/* Units for so many rows of a forecast; where that overflows more than a layer can have, which is then found out. */
static int
units_for(int rows, int each)
{
	int64_t		units = (int64_t) rows * each;

	return units > LF_MAX_DIM ? LF_MAX_DIM + 1 : (int) units;
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

int
lf_segment_length(const lf_task *task, int season)
{
	int			length = LF_LONGEST_SEGMENT;

	if (season > 1 && task->lookback % season == 0 && task->horizon % season == 0)
		return season;
	while (task->lookback % length != 0 || task->horizon % length != 0)
		length--;
	return length;
}

/*
 * Segments of the window, each with all its columns, embedded by a dense layer; the recurrence over them; and a dense
 * layer that turns each state into a segment of the forecast. Rows of a segment lie behind each other, so that plain
 * reshapes cut the window and put the forecast together.
 */
static void
add_segments(lf_spec *spec, const lf_preset_info *info, const lf_preset_arguments *arguments, const lf_task *task,
			 int inputs, int targets)
{
	int			length = arguments->segment_length > 0 ? arguments->segment_length :
		lf_segment_length(task, arguments->season);
	int			units = units_of(info, arguments, 0);
	lf_layer_spec *layer;

	add_reshape(spec, lf_shape_2(task->lookback / length, length * inputs));
	layer = add(spec, LF_DENSE);
	layer->units = units;
	layer->activation = LF_RELU;
	layer = add(spec, LF_SEGMENT_LSTM);
	layer->units = units;
	layer->segments = task->horizon / length;
	layer->activation = arguments->activation;
	layer->recurrent_activation = arguments->recurrent_activation;
	add_dropout(spec, info, arguments);
	add_dense(spec, units_for(length, targets));
	add_reshape(spec, lf_shape_2(task->horizon, targets));
}

void
lf_preset_spec(lf_preset preset, const lf_preset_arguments *arguments, const lf_task *task, lf_spec *spec)
{
	const lf_preset_info *info = &lf_presets[preset];
	int			parts = subsequences(task->lookback);
	int			steps = task->lookback / parts;
	bool		both = arguments->bidirectional || preset == LF_PRESET_BIDIRECTIONAL;
	int			inputs = task->inputs / lf_task_samples(task);
	int			targets = task->targets / lf_task_samples(task) * lf_head_parts(&task->head);	/* outputs of a row */
	lf_layer_spec *layer;

	*spec = (lf_spec) {.input = lf_shape_2(task->lookback, inputs)};
	switch (preset)
	{
		case LF_VANILLA:
		case LF_PRESET_BIDIRECTIONAL:
			add_recurrent(spec, info, arguments, 0, false, both);
			break;
		case LF_STACKED:
			add_recurrent(spec, info, arguments, 0, true, both);
			add_recurrent(spec, info, arguments, 1, false, both);
			break;
		case LF_CNN_LSTM:
			add_reshape(spec, lf_shape_3(parts, steps, inputs));
			layer = add_wrapped(spec, LF_TIME_DISTRIBUTED, LF_CONV1D);
			layer->units = FILTERS;
			layer->kernel[0] = 1;
			layer->activation = LF_RELU;
			add_wrapped(spec, LF_TIME_DISTRIBUTED, LF_MAX_POOL1D)->padding = LF_SAME;
			(void) add_wrapped(spec, LF_TIME_DISTRIBUTED, LF_FLATTEN);
			add_recurrent(spec, info, arguments, 0, false, both);
			break;
		case LF_CONV_LSTM:
			add_reshape(spec, lf_shape_4(parts, 1, steps, inputs));
			layer = add(spec, LF_CONV_LSTM2D);
			layer->units = arguments->units_count > 0 ? arguments->units[0] : FILTERS;
			layer->kernel[0] = 1;
			layer->kernel[1] = steps < 2 ? steps : 2;
			layer->activation = arguments->activation;
			layer->recurrent_activation = arguments->recurrent_activation;
			add_dropout(spec, info, arguments);
			add(spec, LF_FLATTEN);
			break;
		case LF_ENCODER_DECODER:
			add_recurrent(spec, info, arguments, 0, false, both);
			add(spec, LF_REPEAT_VECTOR)->units = task->horizon;
			add_recurrent(spec, info, arguments, 1, true, both);
			add_dense(spec, targets);
			return;
		case LF_SEGMENT:
			add_segments(spec, info, arguments, task, inputs, targets);
			return;
		case LF_PRESET_LINEAR:
			add(spec, LF_FLATTEN);
			break;
	}
	add_dense(spec, units_for(task->horizon, targets));
	if (task->horizon > 1 && targets > 1)
		add_reshape(spec, lf_shape_2(task->horizon, targets));
}
