/*
 * model_samples.h: small models of every kind, filled to the last field, for the tests of their bytes.
 */
#ifndef MODEL_SAMPLES_H
#define MODEL_SAMPLES_H

#include "model.h"
#include "preset.h"

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

typedef struct sample
{
	lf_model	model;
	const char *names[SAMPLE_COLUMNS];
	const char *labels[SAMPLE_SERIES];
	const char *category[2];
	lf_labels	categories[SAMPLE_COLUMNS];
	lf_scaler	scaler[SAMPLE_SERIES * SAMPLE_COLUMNS];
	double		unit[SAMPLE_SERIES * 2];
	lf_epoch	history[3];
	lf_score	scores[2 * LF_FORECASTERS];
	int			counts[SAMPLE_STEPS * 2];
	float		errors[SAMPLE_STEPS * 2 * SAMPLE_ERRORS];
	lf_blend	blend[2];
	double		link[2 * 3];		/* (targets, inputs + 1) */
	double		tail[SAMPLE_LOOKBACK * SAMPLE_COLUMNS];
	lf_real    *weights;
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
		default:
			return LF_HUBER;
	}
}

/* Three columns, of which two are inputs and targets; two steps. */
static inline void
sample_trained(lf_model *model, int number)
{
	static const double levels[] = {0.05, 0.25, 0.5, 0.975};
	const lf_preset_arguments arguments = {
		.units = {3, 2},
		.units_count = 2,
		.activation = number % 2 == 0 ? LF_TANH : LF_RELU,
		.recurrent_activation = LF_SIGMOID,
		.bidirectional = number == LF_ENCODER_DECODER,
		.dropout = number == LF_STACKED ? 0.25 : 0,
	};

	model->task = (lf_task) {
		.lookback = SAMPLE_LOOKBACK,
		.horizon = 2,
		.lead = 1,
		.inputs = 2,
		.targets = 2,
		.input = {0, 2},
		.target = {2, 0},
	};
	/* one at a time, for which they must stand in one order */
	if (number == LF_SEGMENT)
	{
		model->task.independent = true;
		model->task.input[0] = 2;
		model->task.input[1] = 0;
	}
	/* one for each head */
	model->task.head.kind = lf_loss_head(sample_loss(number));
	if (sample_loss(number) == LF_QUANTILE)
		(void) lf_head_set_levels(&model->task.head, levels, 4);
	lf_preset_spec((lf_preset) number, &arguments, &model->task, &model->spec);
	model->training = (lf_training) {
		.loss = sample_loss(number),
		.calibrate = number % 3 != 0,
		.optimizer = LF_SGD,
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
		.seed = UINT64_C(0xfedcba9876543210),
	};
	/* every other one knows several series, and a column of categories */
	model->series_column = number % 2 == 0 ? "station" : "";
	model->series = number % 2 == 0 ? SAMPLE_SERIES : 1;
	model->members = number % 3 == 0 ? 2 : 1;
	if (number % 2 == 0)
		model->task.kind[1] = LF_COLUMN_CATEGORY;
	model->relation = "public.\"Daily Temperatures\"";
	model->time_column = "at";
	model->time_kind = LF_TIME_TIMESTAMPTZ;
	model->step = (lf_time_step) {.months = 1, .days = -2, .units = INT64_C(3600000000)};
	model->last_time = INT64_C(-123456789012345);
	model->time_zone = "Europe/Berlin";
	model->missing = (lf_missing_record) {.method = LF_MISSING_SEASONAL, .season = 24, .rows = 3, .values = 10,
		.first = INT64_C(-987654321098765), .last = INT64_C(-98765432109876)};
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
	model->imported = true;
	model->relation = "";
	model->series_column = "";
	model->series = 1;
	model->members = 1;
	model->time_column = "";
	model->time_zone = "";
}

/* Everything but the block of weights lies in 's', which must stay where it is. */
static inline void
sample_open(sample *s, int number)
{
	static const char *const names[SAMPLE_COLUMNS] = {"value", "", "tempe\xc3\xa4ture \"x\""};
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
	model->columns = SAMPLE_COLUMNS;
	for (int i = 0; i < SAMPLE_COLUMNS; i++)
		s->names[i] = names[i];
	for (int i = 0; i < SAMPLE_SERIES * SAMPLE_COLUMNS; i++)
		s->scaler[i] = (lf_scaler) {.offset = 10.5 * i - 7, .scale = i + 0.1};
	for (int i = 0; i < SAMPLE_SERIES * 2; i++)
		s->unit[i] = 1 + 0.25 * i;
	for (int i = 0; i < 3; i++)
	{
		s->history[i] = (lf_epoch) {.loss = 1.0 / (i + 1), .validation_loss = 2, .learning_rate = 0.01};
		if (i == 1)
			s->history[i].validation_loss = (double) NAN;
	}
	for (int i = 0; i < 2 * LF_FORECASTERS; i++)
		s->scores[i] = (lf_score) {.count = 398, .absolute = 12.5 * i, .squares = i == 7 ? (double) INFINITY : i};
	for (int i = 0; i < SAMPLE_LOOKBACK * SAMPLE_COLUMNS; i++)
		s->tail[i] = i * 1e-300 - 3;
	for (int i = 0; i < 2 * 3; i++)
		s->link[i] = 0.3 * i - 1;
	s->weights = calloc((size_t) model->members * network.parameters + 1, sizeof(lf_real));
	if (s->weights == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	for (size_t i = 0; i < (size_t) model->members * network.parameters; i++)
		s->weights[i] = (lf_real) (float) (2 * lf_random_uniform(&random) - 1);
	model->names = s->names;
	for (int i = 0; i < SAMPLE_SERIES; i++)
		s->labels[i] = i == 1 ? "" : "Z\xc3\xbcrich";
	s->category[0] = "coast";
	s->category[1] = "hills";
	s->categories[1] = (lf_labels) {.count = 2, .label = s->category};
	model->labels = model->series > 1 ? s->labels : NULL;
	model->categories = model->series > 1 ? s->categories : NULL;
	model->unit = s->unit;
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
			.steps = SAMPLE_STEPS, .most = SAMPLE_ERRORS, .count = s->counts, .error = s->errors
		};
	/* both may be absent */
	model->tail = number % 2 == 0 ? s->tail : NULL;
	model->link = number % 3 == 0 ? s->link : NULL;
	s->blend[0] = (lf_blend) {.with = LF_NETWORK, .weight = 1};
	s->blend[1] = (lf_blend) {.with = LF_SEASONAL_MEAN, .weight = 0.25};
	model->blend = number % 2 == 0 && lf_task_can_blend(&model->task) ? s->blend : NULL;
	model->parameters = network.parameters;
	model->weights = s->weights;
}

static inline void
sample_close(sample *s)
{
	free(s->weights);
	s->weights = NULL;
}

/* Numbers in the envelope, as model_bytes.h draws it. */
#define LENGTH_AT 8
#define ENVELOPE 20				/* header and checksum */

static inline void
put_number(unsigned char *bytes, uint64_t value, int size)
{
	for (int i = 0; i < size; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
}

#endif
