/*
 * preset_test.c: every preset gives a network that fits its task, whatever the sizes.
 */
#include "network_rig.h"
#include "training/preset.h"
#include "tap.h"

#include <math.h>

#define MOST_LOOKBACK 12
#define MOST_INPUTS 3
#define MOST_HORIZON 3
#define MOST_TARGETS 2

static lf_task
task_of(int lookback, int inputs, int horizon, int targets)
{
	lf_task		task = {.lookback = lookback, .horizon = horizon, .lead = 1, .inputs = inputs, .targets = targets};

	for (int i = 0; i < inputs; i++)
		task.input[i] = (int16_t) i;
	for (int i = 0; i < targets; i++)
		task.target[i] = (int16_t) i;
	return task;
}

/* Creates, fits, initializes and runs the network; what is wrong, or NULL. */
static const char *
check(const lf_spec *spec, const lf_task *task)
{
	const char *why = NULL;
	lf_random	random = lf_random_seed(11);
	network_rig r;
	lf_shape	input = lf_shape_2(task->lookback, task->inputs);

	if (!lf_shape_equal(&spec->input, &input))
		return "the input is not that of the task";
	if (network_rig_open(&r, spec, 2, false) != LF_OK)
		return "the network cannot be created";
	if (!lf_task_fits_output(task, lf_network_output(&r.network)))
		why = "the output does not serve the task";
	else if (lf_network_initialize(&r.network, 1, &r.pass, r.weights.block) != LF_OK)
		why = "the weights cannot be initialized";
	else
	{
		fill_normal(&random, r.x.block, r.x_count);
		if (lf_network_forward(&r.network, &r.pass, r.x.block, &r.y) != LF_OK)
			why = "the network does not run";
		for (size_t i = 0; i < r.y_count && why == NULL; i++)
			if (!isfinite((double) r.y[i]))
				why = "an output is not finite";
		if (!network_rig_intact(&r))
			why = "a red zone was written to";
	}
	network_rig_close(&r);
	return why;
}

static void
test_preset(lf_preset preset, const lf_preset_arguments *arguments, const char *with)
{
	const char *why = NULL;
	int			lookback;
	int			inputs;
	int			horizon;
	int			targets;

	for (int i = 0; i < MOST_LOOKBACK * MOST_INPUTS * MOST_HORIZON * MOST_TARGETS && why == NULL; i++)
	{
		lf_task		task;
		lf_spec		spec;

		lookback = 1 + i % MOST_LOOKBACK;
		inputs = 1 + i / MOST_LOOKBACK % MOST_INPUTS;
		horizon = 1 + i / MOST_LOOKBACK / MOST_INPUTS % MOST_HORIZON;
		targets = 1 + i / MOST_LOOKBACK / MOST_INPUTS / MOST_HORIZON;
		task = task_of(lookback, inputs, horizon, targets);
		lf_preset_spec(preset, arguments, &task, &spec);
		why = check(&spec, &task);
	}
	ok(why == NULL, "%s%s fits all small tasks", lf_presets[preset].name, with);
	if (why != NULL)
		diag("lookback %d, inputs %d, horizon %d, targets %d: %s", lookback, inputs, horizon, targets, why);
}

/* The recurrent layers of a preset are all of the kind that is asked for, and nothing else changes. */
static void
test_cell(lf_preset preset, const lf_preset_arguments *arguments)
{
	lf_preset_arguments usual = *arguments;
	lf_task		task = task_of(4, 1, 2, 2);
	lf_spec		spec;
	lf_spec		other;
	bool		same = true;
	int			found = 0;

	usual.cell = LF_USUAL_CELL;
	test_preset(preset, arguments, " of another cell");
	for (int both = 0; both < 2; both++)
	{
		lf_preset_arguments wanted = *arguments;

		wanted.bidirectional = usual.bidirectional = both == 1;
		lf_preset_spec(preset, &wanted, &task, &spec);
		lf_preset_spec(preset, &usual, &task, &other);
		for (int i = 0; i < spec.count; i++)
		{
			found += lf_layer_wrapped(&spec.layer[i]).kind == arguments->cell;
			same = same && (lf_layer_wrapped(&other.layer[i]).kind == LF_USUAL_CELL) ==
				(lf_layer_wrapped(&spec.layer[i]).kind == arguments->cell) &&
				spec.layer[i].units == other.layer[i].units &&
				spec.layer[i].return_sequences == other.layer[i].return_sequences;
		}
	}
	ok(same && found == 2 * lf_presets[preset].recurrent, "all recurrent layers of %s are of the cell that is asked for",
	   lf_presets[preset].name);
}

static lf_spec
spec_of(lf_preset preset, lf_preset_arguments arguments)
{
	lf_task		task = task_of(4, 1, 2, 2);
	lf_spec		spec;

	lf_preset_spec(preset, &arguments, &task, &spec);
	return spec;
}

static void
test_arguments(void)
{
	lf_preset_arguments arguments = {.activation = LF_TANH, .recurrent_activation = LF_SIGMOID};
	lf_spec		spec = spec_of(LF_STACKED, arguments);

	ok(spec.layer[0].units == 50 && spec.layer[1].units == 50, "without units a preset takes its own");
	arguments.units[0] = 7;
	arguments.units_count = 1;
	spec = spec_of(LF_STACKED, arguments);
	ok(spec.layer[0].units == 7 && spec.layer[1].units == 7, "one number of units goes for all layers");
	arguments.units[1] = 3;
	arguments.units_count = 2;
	spec = spec_of(LF_ENCODER_DECODER, arguments);
	ok(spec.layer[0].units == 7 && spec.layer[2].units == 3, "several numbers go to one layer each");
	arguments.activation = LF_RELU;
	arguments.recurrent_activation = LF_SOFTPLUS;
	arguments.dropout = 0.25;
	spec = spec_of(LF_STACKED, arguments);
	ok(spec.layer[0].activation == LF_RELU && spec.layer[0].recurrent_activation == LF_SOFTPLUS,
	   "activations reach the recurrent layers");
	ok(spec.layer[1].kind == LF_DROPOUT && spec.layer[1].rate == 0.25 && spec.layer[3].kind == LF_DROPOUT,
	   "dropout follows each recurrent layer");
	arguments.bidirectional = true;
	spec = spec_of(LF_ENCODER_DECODER, arguments);
	ok(spec.layer[0].kind == LF_BIDIRECTIONAL && spec.layer[3].kind == LF_BIDIRECTIONAL,
	   "an encoder and a decoder can read both ways");
	ok(spec.layer[0].unit_forget_bias && spec.layer[0].use_bias, "presets have biases, one for the forget gate");
}

static void
test_segments(void)
{
	lf_preset_arguments arguments = {.activation = LF_TANH, .recurrent_activation = LF_SIGMOID, .dropout = LF_UNSET};
	lf_task		task = task_of(96, 7, 192, 7);
	lf_spec		spec;

	ok(lf_segment_length(&task, 24) == 24, "a season that divides lookback and horizon is a segment");
	ok(lf_segment_length(&task, 36) == 48 && lf_segment_length(&task, 1) == 48,
	   "without one it is their largest common divisor up to 48");
	task.horizon = 7;
	ok(lf_segment_length(&task, 24) == 1, "segments of rows without a common divisor are one row");
	task.horizon = 192;
	arguments.season = 24;
	lf_preset_spec(LF_SEGMENT, &arguments, &task, &spec);
	ok(spec.layer[0].target.dim[0] == 4 && spec.layer[0].target.dim[1] == 7 * 24 && spec.layer[2].segments == 8,
	   "window and forecast are cut into segments of all columns");
	ok(spec.layer[3].kind == LF_DROPOUT && spec.layer[3].rate == 0.2, "a fifth of the outputs is dropped");
	ok(spec.layer[4].units == 7 * 24, "a segment of the forecast has all columns too");
	task.independent = true;
	arguments.segment_length = 12;
	arguments.dropout = 0;
	lf_preset_spec(LF_SEGMENT, &arguments, &task, &spec);
	ok(spec.input.dim[1] == 1 && spec.layer[0].target.dim[1] == 12 && spec.layer[2].segments == 16 &&
	   spec.layer[3].kind == LF_DENSE && spec.layer[3].units == 12,
	   "independent columns make a network for one, and arguments change lengths and dropout");
}

int
main(void)
{
	const lf_preset_arguments plain = {.units = {3}, .units_count = 1, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};
	lf_preset_arguments everything = plain;
	lf_preset_arguments gru = everything;

	everything.bidirectional = true;
	everything.dropout = 0.5;
	everything.activation = LF_RELU;
	gru.cell = LF_GRU;
	for (int i = 0; i < LF_PRESETS; i++)
	{
		test_preset((lf_preset) i, &plain, "");
		test_preset((lf_preset) i, &everything, " with dropout, in both directions,");
		if (!lf_presets[i].own_cell)
			test_cell((lf_preset) i, &gru);
	}
	test_arguments();
	test_segments();
	return done_testing();
}
