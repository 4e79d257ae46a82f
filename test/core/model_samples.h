/*
 * model_samples.h: small models of every kind, filled to the last field, for the tests of their bytes.
 */
#ifndef MODEL_SAMPLES_H
#define MODEL_SAMPLES_H

#include "model/model.h"
#include "training/preset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES (LF_PRESETS + 1)	/* one of each preset, and an imported one */
#define SAMPLE_IMPORTED LF_PRESETS
#define SAMPLE_LOOKBACK 4
#define SAMPLE_STEPS 4
#define SAMPLE_ERRORS 5
#define SAMPLE_COLUMNS 3
#define SAMPLE_SERIES 3
#define SAMPLE_CATEGORIES 2
#define SAMPLE_BEFORE 3			/* rows in front of the window in a tail */
#define SAMPLE_COMBINED LF_PRESET_LINEAR	/* the sample that is a combination */
#define SAMPLE_PARTS 6			/* of it */

typedef struct sample
{
	lf_model	model;
	const char *names[SAMPLE_COLUMNS];
	const char *labels[SAMPLE_SERIES];
	const char *category[SAMPLE_CATEGORIES];
	lf_labels	categories[SAMPLE_COLUMNS];
	lf_scaler	scaler[SAMPLE_SERIES * SAMPLE_COLUMNS];
	double		error_scale[SAMPLE_SERIES * 2];
	lf_epoch	history[3];
	lf_score	scores[2 * LF_FORECASTERS];
	int			counts[SAMPLE_STEPS * 2];
	float		errors[SAMPLE_STEPS * 2 * SAMPLE_ERRORS];
	lf_blend	blend[2];
	lf_range	ranges[2 * SAMPLE_COLUMNS];
	double		level_regression[2 * 3];		/* (targets, inputs + 1) */
	double		shape[SAMPLE_SERIES * 2 * (4 + 8)];	/* (series, targets, knots), and room for more */
	double		tail[(SAMPLE_BEFORE + SAMPLE_LOOKBACK) * SAMPLE_COLUMNS];
	lf_real    *weights;

	/* of the combination */
	double		weight[2 * SAMPLE_PARTS];
	lf_learned	learned[2 * LF_PARTNERS];
	lf_model	other;
	lf_scaler	other_scaler[2];
	lf_epoch	other_history[2];
	lf_range	other_ranges[2];
	double		other_shape[2 * 5];
	lf_real    *other_weights;
} sample;

static inline const char *
sample_name(int number)
{
	return number == SAMPLE_IMPORTED ? "imported" : lf_presets[number].name;
}

static inline lf_loss
sample_loss(int number)
{
	switch (number)
	{
		case LF_STACKED:
		case LF_SEGMENT:
			return LF_QUANTILE;
		case LF_CNN_LSTM:
			return LF_GAUSSIAN;
		case LF_ENCODER_DECODER:
			return LF_STUDENT_T;
		case LF_PRESET_LINEAR:
			return LF_MSE;
		default:
			return LF_HUBER;
	}
}

/*
 * What the columns of a sample are: two that are measured, and one more kind in most of them. All are inputs, and the
 * measured ones targets, in another order; but one is a target alone where there is a link.
 */
static inline void
sample_columns(lf_model *model, int number)
{
	static const struct
	{
		int			columns;
		lf_column_kind third;
		bool		named;		/* several series */
		bool		aggregate;	/* trained without a table, and so without names of its columns */
		lf_time_kind time_kind;
	}			samples[LF_PRESETS] = {
		[LF_VANILLA] = {3, LF_COLUMN_CATEGORY, true, false, LF_TIME_TIMESTAMPTZ},
		[LF_STACKED] = {3, LF_COLUMN_KNOWN, false, false, LF_TIME_DATE},
		[LF_PRESET_BIDIRECTIONAL] = {3, LF_COLUMN_CALENDAR, false, true, LF_TIME_TIMESTAMPTZ},
		[LF_CNN_LSTM] = {3, LF_COLUMN_STATIC, false, false, LF_TIME_INTEGER},
		[LF_CONV_LSTM] = {3, LF_COLUMN_SERIES, true, false, LF_TIME_TIMESTAMP},
		[LF_ENCODER_DECODER] = {2, LF_COLUMN_MEASURED, false, false, LF_TIME_TIMESTAMPTZ},
		[LF_SEGMENT] = {2, LF_COLUMN_MEASURED, false, true, LF_TIME_NONE},
		[LF_PRESET_LINEAR] = {2, LF_COLUMN_MEASURED, false, true, LF_TIME_TIMESTAMPTZ},
	};
	static const char *further_keys[] = {"sensor"};
	lf_task    *task = &model->task;

	model->columns = samples[number].columns;
	model->further_keys = number == LF_CONV_LSTM ? 1 : 0;
	model->further_key = further_keys;
	model->series_column = samples[number].named ? "station" : "";
	model->series = samples[number].named ? SAMPLE_SERIES : 1;
	model->relation = samples[number].aggregate ? "" : "public.\"Daily Temperatures\"";
	model->holidays = "";
	model->time_column = samples[number].aggregate ? "" : "at";
	model->time_kind = samples[number].time_kind;
	model->time_zone = model->time_kind == LF_TIME_TIMESTAMPTZ ? "Europe/Berlin" : "";
	task->kind[2] = (uint8_t) samples[number].third;
	switch (samples[number].third)
	{
		case LF_COLUMN_CATEGORY:
		case LF_COLUMN_SERIES:
			task->input[task->inputs++] = 2;
			task->input[task->inputs++] = 0;
			task->input[task->inputs++] = 1;
			break;
		case LF_COLUMN_CALENDAR:
			task->input[task->inputs++] = 0;
			task->input[task->inputs++] = 2;
			break;
		default:
			for (int i = 0; i < model->columns; i++)
				task->input[task->inputs++] = (int16_t) i;
	}
	if (samples[number].third == LF_COLUMN_KNOWN)
	{
		task->input[task->inputs] = 2;
		task->ahead[task->inputs++] = task->lead + task->horizon - 1;
	}
}

/* The layers of a preset, behind one that embeds the categories. */
static inline void
sample_spec(lf_model *model, int number)
{
	const lf_preset_arguments arguments = {
		.units = {3, 2},
		.units_count = 2,
		.activation = number % 2 == 0 ? LF_TANH : LF_RELU,
		.recurrent_activation = LF_SIGMOID,
		.bidirectional = number == LF_ENCODER_DECODER,
		.dropout = number == LF_STACKED ? 0.25 : 0,
	};
	int			categories = lf_task_categories(&model->task);
	lf_task		seen = model->task;
	lf_spec    *spec = &model->spec;

	seen.inputs += categories;	/* by two units in place of each */
	lf_preset_spec((lf_preset) number, &arguments, &seen, spec);
	if (categories == 0)
		return;
	memmove(spec->layer + 1, spec->layer, (size_t) spec->count++ * sizeof(lf_layer_spec));
	spec->layer[0] = lf_layer_defaults(LF_CATEGORY_EMBEDDING);
	spec->layer[0].units = 2;
	spec->layer[0].categories = model->task.kind[2] == LF_COLUMN_SERIES ? SAMPLE_SERIES : SAMPLE_CATEGORIES;
	spec->input = lf_shape_2(model->task.lookback, model->task.inputs);
}

/* Two steps of two targets. */
static inline void
sample_trained(lf_model *model, int number)
{
	static const double levels[] = {0.05, 0.25, 0.5, 0.975};
	bool		timed;

	model->task = (lf_task) {
		.lookback = SAMPLE_LOOKBACK,
		.horizon = 2,
		.lead = 1,
		.targets = 2,
		.target = {1, 0},
		.season = 4,
		.lower_limit = -(double) INFINITY,
		.upper_limit = (double) INFINITY,
	};
	sample_columns(model, number);
	timed = model->time_kind != LF_TIME_NONE;
	/* one at a time, for which they must stand in one order */
	if (number == LF_SEGMENT)
	{
		model->task.independent = true;
		model->task.target[0] = 0;
		model->task.target[1] = 1;
	}
	/* one for each head */
	model->task.head.kind = lf_loss_head(sample_loss(number));
	if (sample_loss(number) == LF_QUANTILE)
		(void) lf_head_set_levels(&model->task.head, levels, 4);
	sample_spec(model, number);
	model->training = (lf_training) {
		.loss = sample_loss(number),
		.calibrate = number % 3 != 0 || sample_loss(number) == LF_HUBER,
		.optimizer = number == LF_PRESET_LINEAR ? LF_LEAST_SQUARES : LF_SGD,
		.learning_rate = 0.0125,
		.schedule = LF_SCHEDULE_COSINE,
		.momentum = 0.875,
		.weight_decay = 0.004,
		.clip_norm = 1.5,
		.epochs = 17,
		.batch_size = 32,
		.patience = 5,
		.shuffle = true,
		.validation = 0.2,
		.refit = number % 2 == 0,
		.scale = LF_SCALE_MINMAX,
		.normalize = LF_NORMALIZE_LAST,
		.blend = number != SAMPLE_COMBINED && lf_task_can_blend(&model->task),
		.seed = UINT64_C(0xfedcba9876543210),
	};
	if (number == LF_VANILLA || number == LF_ENCODER_DECODER)
	{
		model->task.deseasonalize = number == LF_VANILLA ? LF_DESEASONALIZE_ADDITIVE : LF_DESEASONALIZE_MULTIPLICATIVE;
		model->task.seasons = (lf_seasons) {.count = 2, .season = {{.length = 4, .knots = 4}, {.length = 7.25, .knots = 5}}};
		model->found = (lf_season_facts) {.logged = number != LF_VANILLA, .count = 2, .fact = {
			{.length = 4, .cycles = 31, .gain = 0.5, .certainty = 12, .natural = true, .shown = true},
			{.length = 7.25, .cycles = 9, .gain = -0.25, .certainty = -1}}};
	}
	model->members = number % 3 == 0 ? 2 : 1;
	if (model->time_kind == LF_TIME_INTEGER)
		model->step.units = 7;
	else if (timed)
		model->step = (lf_time_step) {.months = 1, .days = 31};
	model->last_time = timed ? INT64_C(-1234567) : 0;
	model->missing = (lf_missing_record) {.method = LF_MISSING_SEASONAL, .season = 24, .rows = 3, .values = 10,
		.first = timed ? INT64_C(-2345678) : 17, .last = timed ? INT64_C(-2345670) : 18};
	model->rows = 1000;
	model->windows = 995;
	model->validation_windows = 199;
	model->season = 12;
	model->best_epoch = 2;
	model->final_epochs = 11;
	model->epochs = 3;
}

static inline void
sample_from_elsewhere(lf_model *model)
{
	lf_layer_spec *layer = model->spec.layer;

	model->task = (lf_task) {
		.lookback = SAMPLE_LOOKBACK,
		.horizon = 1,
		.lead = 1,
		.inputs = 2,
		.targets = 1,
		.input = {0, 1},
		.target = {2},
	};
	model->spec = (lf_spec) {.input = lf_shape_2(SAMPLE_LOOKBACK, 2), .count = 4};
	layer[0] = lf_layer_defaults(LF_CONV1D);
	layer[0].units = 3;
	layer[0].kernel[0] = 3;
	layer[0].padding = LF_CAUSAL;
	layer[0].activation = LF_ELU;
	layer[1] = lf_layer_defaults(LF_LSTM);
	layer[1].kind = LF_BIDIRECTIONAL;
	layer[1].units = 2;
	layer[1].use_bias = false;
	layer[1].merge = LF_MERGE_AVE;
	layer[2] = lf_layer_defaults(LF_DENSE);
	layer[2].units = 4;
	layer[2].activation = LF_SOFTPLUS;
	layer[3] = lf_layer_defaults(LF_DENSE);
	layer[3].units = 1;
	model->columns = 3;
	model->training.batch_size = 1;
	model->season = 1;
	model->imported = true;
	model->relation = "";
	model->holidays = "";
	model->series_column = "";
	model->series = 1;
	model->members = 1;
	model->time_column = "";
	model->time_zone = "";
}

/* Weights from a hat; more than none, where there are none. */
static inline lf_real *
sample_weights(lf_random *random, size_t count)
{
	lf_real    *weights = calloc(count + 1, sizeof(lf_real));

	if (weights == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	for (size_t i = 0; i < count; i++)
		weights[i] = (lf_real) (float) (2 * lf_random_uniform(random) - 1);
	return weights;
}

/* Beside the linear map a network one step ahead, with a shorter window and seasons of its own; and what has no network. */
static inline void
sample_combination(sample *s, lf_random *random)
{
	static const lf_forecaster part[SAMPLE_PARTS] = {LF_NETWORK, LF_NETWORK, LF_SEASONAL_NAIVE, LF_THETA, LF_ETS, LF_ZERO_SHOT};
	static const double weight[2 * SAMPLE_PARTS] = {0.5, 0.125, 0.125, 0.25, 0, 0, 0, 0.25, 0.0625, 0.4375, 0.125, 0.125};
	lf_model   *model = &s->model;
	lf_model   *other = &s->other;
	lf_network	network;
	int			layer;

	model->tried = 3;
	model->candidate[0] = (lf_tried) {.candidate = LF_CANDIDATE_LINEAR, .error = 1, .weight = 0.25};
	model->candidate[1] = (lf_tried) {.candidate = LF_CANDIDATE_RECURSIVE, .error = 1.5, .weight = 0.1875};
	model->candidate[2] = (lf_tried) {.candidate = LF_CANDIDATE_DRIFT, .error = (double) NAN, .weight = 0};
	memcpy(s->weight, weight, sizeof(weight));
	model->combination = (lf_combination) {.parts = SAMPLE_PARTS, .weight = s->weight};
	memcpy(model->combination.part, part, sizeof(part));
	model->partner_facts = (lf_partner_facts) {.logged = true, .sought = true,
		.seasons = {.count = 2, .season = {{.length = 3, .knots = 3}, {.length = 7.5, .knots = 4}}}};
	for (int j = 0; j < 2; j++)
	{
		s->learned[j * LF_PARTNERS + LF_PARTNER_THETA] = (lf_learned) {.alpha = 0.25 + j / 4.0, .line = 0.5 - j / 8.0};
		s->learned[j * LF_PARTNERS + LF_PARTNER_ETS] = (lf_learned) {.form = (uint8_t) j, .alpha = 0.5, .beta = 0.25, .gamma = 0.125,
			.phi = 0.75};
	}
	model->learned = s->learned;
	*other = (lf_model) {.task = model->task, .training = model->training, .members = 2};
	other->task.lookback = SAMPLE_LOOKBACK - 1;
	other->task.horizon = 1;
	other->task.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
	other->task.seasons = (lf_seasons) {.count = 1, .season = {{.length = 5, .knots = 5}}};
	other->training.optimizer = LF_ADAM;
	other->training.learning_rate = 0.5;
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {2}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID}, &other->task, &other->spec);
	if (lf_network_create(&network, &other->spec, &layer) != LF_OK)
	{
		printf("Bail out! the other network of the sample is none\n");
		exit(1);
	}
	other->windows = 996;
	other->validation_windows = 198;
	other->best_epoch = 1;
	other->final_epochs = 5;
	other->epochs = 2;
	for (int i = 0; i < 2; i++)
	{
		s->other_history[i] = (lf_epoch) {.loss = 3 - i, .validation_loss = 4 + i, .learning_rate = 0.25, .seconds = 1.5 * i};
		s->other_scaler[i] = (lf_scaler) {.offset = 5 - i, .scale = 2 + i};
		s->other_ranges[i] = (lf_range) {.low = -3 + i, .high = 4 + i};
	}
	for (int i = 0; i < 2 * 5; i++)
		s->other_shape[i] = 1 - 0.25 * i;
	s->other_weights = sample_weights(random, 2 * network.parameters);
	other->history = s->other_history;
	other->scaler = s->other_scaler;
	other->ranges = s->other_ranges;
	other->shape = s->other_shape;
	other->parameters = network.parameters;
	other->weights = s->other_weights;
	model->others = 1;
	model->other = other;
	model->tail_before = SAMPLE_BEFORE;
	model->blend = NULL;
	lf_model_share(model);
}

/* Everything but the blocks of weights lies in 's', which must stay where it is. */
static inline void
sample_open(sample *s, int number)
{
	static const char *const names[SAMPLE_COLUMNS] = {"value", "tempe\xc3\xa4ture \"x\"", "third"};
	lf_model   *model = &s->model;
	lf_random	random = lf_random_seed(77 + (uint64_t) number);
	lf_network	network;
	int			layer;

	memset(s, 0, sizeof(*s));
	if (number == SAMPLE_IMPORTED)
		sample_from_elsewhere(model);
	else
		sample_trained(model, number);
	if (lf_network_create(&network, &model->spec, &layer) != LF_OK)
	{
		printf("Bail out! sample %d has no network\n", number);
		exit(1);
	}
	model->version = "1.0.0-sample";
	for (int i = 0; i < SAMPLE_COLUMNS; i++)
		s->names[i] = names[i];
	if (model->task.kind[2] == LF_COLUMN_SERIES)
		s->names[2] = model->series_column;
	if (number == LF_PRESET_BIDIRECTIONAL)
		s->names[1] = "";		/* as the option "columns" may have it */
	/* of numbers of categories and of what is not scaled at all there is none */
	for (int i = 0; i < SAMPLE_SERIES * SAMPLE_COLUMNS; i++)
		s->scaler[i] = model->imported || i % SAMPLE_COLUMNS >= 2 ? (lf_scaler) {.offset = 0, .scale = 1} :
			(lf_scaler) {.offset = 10.5 * i - 7, .scale = i + 0.1};
	for (int i = 0; i < SAMPLE_SERIES * 2; i++)
		s->error_scale[i] = model->series > 1 ? 1 + 0.25 * i : 1;
	for (int i = 0; i < 3; i++)
	{
		s->history[i] = (lf_epoch) {.loss = 1.0 / (i + 1), .validation_loss = 2, .learning_rate = 0.01};
		if (i == 1)
			s->history[i].validation_loss = (double) NAN;
	}
	for (int i = 0; i < 2 * LF_FORECASTERS && !model->imported; i++)
		s->scores[i] = (lf_score) {.count = 398, .absolute = 12.5 * i, .squares = i == 7 ? (double) INFINITY : i};
	for (int i = 0; i < (SAMPLE_BEFORE + SAMPLE_LOOKBACK) * SAMPLE_COLUMNS; i++)
		s->tail[i] = i * 1e-300 - 3;
	for (int i = 0; i < SAMPLE_SERIES * 2 * (4 + 8); i++)
		s->shape[i] = 0.125 * i - 2;
	for (int i = 0; i < 2 * SAMPLE_COLUMNS; i++)
		s->ranges[i] = (lf_range) {.low = -1.5 - i, .high = 2.25 * i};
	model->ranges = number == LF_VANILLA || number == LF_CNN_LSTM ? s->ranges : NULL;
	model->shape = model->task.seasons.count > 0 ? s->shape : NULL;
	for (int i = 0; i < 2 * 3; i++)
		s->level_regression[i] = 0.3 * i - 1;
	s->weights = sample_weights(&random, (size_t) model->members * network.parameters);
	model->names = s->names;
	s->labels[0] = "Z\xc3\xbcrich";
	s->labels[1] = "";
	s->labels[2] = "Bern";
	s->category[0] = "coast";
	s->category[1] = "hills";
	s->categories[2] = (lf_labels) {.count = SAMPLE_CATEGORIES, .label = s->category};
	model->labels = model->series > 1 ? s->labels : NULL;
	model->categories = model->task.kind[2] == LF_COLUMN_CATEGORY ? s->categories : NULL;
	model->error_scale = s->error_scale;
	model->scaler = s->scaler;
	model->history = s->history;
	model->scores = s->scores;
	for (int i = 0; i < SAMPLE_STEPS * 2; i++)
	{
		s->counts[i] = i % (SAMPLE_ERRORS + 1);
		for (int k = 0; k < s->counts[i]; k++)
			s->errors[i * SAMPLE_ERRORS + k] = (float) (0.5 * k + i);
	}
	if (!model->imported)
		model->errors = (lf_errors) {
			.steps = lf_task_is_autoregressive(&model->task) ? SAMPLE_STEPS : model->task.horizon,
			.most = SAMPLE_ERRORS, .count = s->counts, .error = s->errors
		};
	if (number == LF_VANILLA || number == SAMPLE_COMBINED)
		model->dependence = (lf_dependence) {.known = true, .level = 0.25, .walk = 0.125, .series = 0.0625};
	/* both may be absent */
	model->tail = number == LF_PRESET_BIDIRECTIONAL || number == LF_SEGMENT || number == SAMPLE_COMBINED ? s->tail : NULL;
	model->level_regression = number == LF_PRESET_BIDIRECTIONAL ? s->level_regression : NULL;
	s->blend[0] = (lf_blend) {.with = LF_NETWORK, .weight = 1};
	s->blend[1] = (lf_blend) {.with = LF_SEASONAL_MEAN, .weight = 0.25};
	model->blend = !model->imported && lf_task_can_blend(&model->task) ? s->blend : NULL;
	model->parameters = network.parameters;
	model->weights = s->weights;
	if (number == SAMPLE_COMBINED)
		sample_combination(s, &random);
}

static inline void
sample_close(sample *s)
{
	free(s->weights);
	free(s->other_weights);
	s->weights = s->other_weights = NULL;
}

/* Numbers in the envelope, as model_bytes.h draws it. */
#define FORMAT_AT 4
#define LENGTH_AT 8
#define ENVELOPE 20				/* header and checksum */

static inline void
put_number(unsigned char *bytes, uint64_t value, int size)
{
	for (int i = 0; i < size; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

#endif
