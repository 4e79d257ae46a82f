/*
 * model_bytes.c: reading and writing models.
 *
 * There is one description of the body, transfer_model(), which runs in three directions: it counts, it writes, it
 * reads. A field cannot be written and forgotten when read, and the order stands once.
 */
#include "model_bytes.h"

#include "crc32c.h"
#include "level.h"

#include <math.h>
#include <string.h>

static const unsigned char magic[4] = {'L', 'S', 'T', 0x9a};	/* the last byte is no text in any encoding */

#define HEADER_SIZE 16
#define CHECKSUM_SIZE 4
#define LARGEST ((size_t) 1 << 30)

/* Weights, or bytes of a checksum, between two looks at the interrupt: a millisecond at most. */
#define UNASKED ((size_t) 1 << 18)

typedef enum direction
{
	COUNTING,
	WRITING,
	READING
} direction;

typedef struct stream
{
	direction	direction;
	unsigned char *out;			/* WRITING */
	const unsigned char *in;	/* READING */
	size_t		at;
	size_t		length;			/* READING: where the body ends */
	lf_arena   *arena;			/* READING: where arrays go */
	const volatile sig_atomic_t *interrupt;
	bool		interrupted;
	bool		failed;
} stream;

/* Whether the caller is to be asked before there is more work. */
static bool
is_interrupted(stream *s)
{
	s->interrupted = s->interrupt != NULL && *s->interrupt != 0;
	return s->interrupted;
}

/* ---- single values ---- */

static void
transfer_bytes(stream *s, void *value, size_t size)
{
	if (s->failed)
		return;
	if (s->direction == READING)
	{
		if (size > s->length - s->at)
		{
			s->failed = true;
			return;
		}
		if (value != NULL)
			memcpy(value, s->in + s->at, size);
	}
	else if (s->direction == WRITING)
		memcpy(s->out + s->at, value, size);
	s->at += size;
}

/* 'size' bytes of an integer, lowest first. */
static uint64_t
transfer_integer(stream *s, uint64_t value, size_t size)
{
	unsigned char bytes[8] = {0};

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
	transfer_bytes(s, bytes, size);
	value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t) bytes[i] << (8 * i);
	return value;
}

static void
transfer_u64(stream *s, uint64_t *value)
{
	*value = transfer_integer(s, *value, 8);
}

static void
transfer_i64(stream *s, int64_t *value)
{
	*value = (int64_t) transfer_integer(s, (uint64_t) *value, 8);
}

/* An integer that must lie in low .. high. */
static void
transfer_int(stream *s, int *value, int low, int high)
{
	*value = (int) (int32_t) (uint32_t) transfer_integer(s, (uint32_t) *value, 4);
	if (*value < low || *value > high)
	{
		s->failed = true;
		*value = low;
	}
}

static void
transfer_bool(stream *s, bool *value)
{
	uint64_t	byte = transfer_integer(s, *value ? 1 : 0, 1);

	if (byte > 1)
		s->failed = true;
	*value = byte == 1;
}

static void
transfer_double(stream *s, double *value)
{
	uint64_t	bits;

	memcpy(&bits, value, 8);
	bits = transfer_integer(s, bits, 8);
	memcpy(value, &bits, 8);
}

static void
transfer_finite(stream *s, double *value)
{
	transfer_double(s, value);
	if (!isfinite(*value))
		s->failed = true;
}

/* One of 'count' named numbers. An enum has no type of its own to point at, hence the copy at each call. */
static int
transfer_choice(stream *s, int value, int count)
{
	transfer_int(s, &value, 0, count - 1);
	return value;
}

/*
 * Room for an array that is about to be read, or the array as it is. The bytes that it takes in the stream are checked
 * first, so that a forged count can ask for no more than a small multiple of what was sent.
 */
static void *
array(stream *s, const void *existing, size_t count, size_t size, size_t bytes_each)
{
	if (s->direction != READING)
		return (void *) existing;
	if (s->failed || count > (s->length - s->at) / bytes_each)
	{
		s->failed = true;
		return NULL;
	}
	return lf_arena_take(s->arena, count, size);
}

static void
transfer_text(stream *s, const char **text)
{
	int			length = s->direction == READING ? 0 : (int) strlen(*text);
	char	   *place;

	transfer_int(s, &length, 0, LF_MAX_NAME);
	if (s->direction == READING)
	{
		if (s->failed || (size_t) length > s->length - s->at)
		{
			s->failed = true;
			*text = "";
			return;
		}
		if (memchr(s->in + s->at, 0, (size_t) length) != NULL)
			s->failed = true;
		place = lf_arena_take(s->arena, (size_t) length + 1, 1);
		if (place != NULL)
			place[length] = '\0';
		*text = place;
	}
	else
		place = (char *) *text;
	transfer_bytes(s, place, (size_t) length);
}

/* ---- the parts of a model ---- */

static void
transfer_shape(stream *s, lf_shape *shape, int lowest)
{
	transfer_int(s, &shape->rank, 1, LF_MAX_RANK);
	for (int i = 0; i < shape->rank; i++)
		transfer_int(s, &shape->dim[i], lowest, LF_MAX_DIM);
}

static void
transfer_layer(stream *s, lf_layer_spec *layer)
{
	layer->kind = transfer_choice(s, layer->kind, LF_LAYER_KINDS);
	layer->inner = transfer_choice(s, layer->inner, LF_LAYER_KINDS);
	transfer_int(s, &layer->units, 0, LF_MAX_DIM);
	layer->activation = transfer_choice(s, layer->activation, LF_ACTIVATIONS);
	layer->recurrent_activation = transfer_choice(s, layer->recurrent_activation, LF_ACTIVATIONS);
	transfer_bool(s, &layer->use_bias);
	transfer_bool(s, &layer->unit_forget_bias);
	transfer_bool(s, &layer->return_sequences);
	transfer_bool(s, &layer->go_backwards);
	layer->merge = transfer_choice(s, layer->merge, LF_MERGES);
	layer->padding = transfer_choice(s, layer->padding, LF_PADDINGS);
	for (int i = 0; i < 2; i++)
	{
		transfer_int(s, &layer->kernel[i], 0, LF_MAX_DIM);
		transfer_int(s, &layer->strides[i], 0, LF_MAX_DIM);
	}
	transfer_shape(s, &layer->target, -1);
	transfer_finite(s, &layer->rate);
	transfer_int(s, &layer->segments, 0, LF_MAX_DIM);
	transfer_int(s, &layer->categories, 0, LF_MAX_DIM);
}

static void
transfer_spec(stream *s, lf_spec *spec)
{
	transfer_shape(s, &spec->input, 1);
	transfer_int(s, &spec->count, 1, LF_MAX_LAYERS);
	for (int i = 0; i < spec->count && !s->failed; i++)
		transfer_layer(s, &spec->layer[i]);
}

static void
transfer_indexes(stream *s, int16_t *index, int count, int columns)
{
	for (int i = 0; i < count; i++)
	{
		int			column = index[i];

		transfer_int(s, &column, 0, columns - 1);
		index[i] = (int16_t) column;
	}
}

/* Targets are measured, categories come first, and what lies ahead is known and within the horizon. */
static void
check_kinds(stream *s, const lf_task *task)
{
	int			categories = lf_task_categories(task);

	for (int j = 0; j < task->targets && !s->failed; j++)
		if (task->kind[task->target[j]] != LF_COLUMN_MEASURED)
			s->failed = true;
	for (int i = 0; i < task->inputs && !s->failed; i++)
		if ((task->kind[task->input[i]] >= LF_COLUMN_CATEGORY) != (i < categories) ||
			(task->ahead[i] > 0 && (!lf_task_is_given(task, i) || task->ahead[i] > task->lead + task->horizon - 1)))
			s->failed = true;
}

/* The kind of the head follows from the loss. */
static void
transfer_head(stream *s, lf_head *head, lf_loss loss)
{
	double		level[LF_MAX_LEVELS];
	int			levels = head->levels;

	if (s->direction == READING)
		*head = (lf_head) {.kind = lf_loss_head(loss)};
	if (head->kind != LF_HEAD_QUANTILES)
		return;
	transfer_int(s, &levels, 0, LF_MAX_LEVELS);
	for (int i = 0; i < levels; i++)
	{
		level[i] = head->level[i];
		transfer_double(s, &level[i]);
	}
	if (s->direction == READING && (s->failed || !lf_head_set_levels(head, level, levels)))
		s->failed = true;
}

static void
transfer_task(stream *s, lf_task *task, int columns, lf_loss loss)
{
	transfer_int(s, &task->lookback, 1, LF_MAX_DIM);
	transfer_int(s, &task->horizon, 1, LF_MAX_DIM);
	transfer_int(s, &task->lead, 0, LF_MAX_DIM);
	transfer_int(s, &task->inputs, 1, LF_MAX_COLUMNS);
	transfer_int(s, &task->targets, 1, LF_MAX_COLUMNS);
	transfer_indexes(s, task->input, task->inputs, columns);
	transfer_indexes(s, task->target, task->targets, columns);
	for (int i = 0; i < task->inputs && !s->failed; i++)
		transfer_int(s, &task->ahead[i], 0, LF_MAX_DIM);
	for (int i = 0; i < columns && !s->failed; i++)
		task->kind[i] = (uint8_t) transfer_choice(s, task->kind[i], LF_COLUMN_KINDS);
	transfer_int(s, &task->season, 0, LF_MAX_DIM);
	transfer_int(s, &task->difference, 0, task->lookback);
	transfer_bool(s, &task->log);
	transfer_finite(s, &task->log_from);
	transfer_bool(s, &task->limited);
	transfer_double(s, &task->lower_limit);
	transfer_double(s, &task->upper_limit);
	if (isnan(task->lower_limit) || isnan(task->upper_limit) || task->lower_limit > task->upper_limit ||
		(task->difference > 0 && (task->lead != 1 || !lf_task_targets_are_inputs(task))))
		s->failed = true;
	transfer_bool(s, &task->independent);
	transfer_head(s, &task->head, loss);
	/* a spread of differences cannot be added up, and there are no rows from which each output could be measured */
	if (task->difference > 0 && task->head.kind != LF_HEAD_POINT)
		s->failed = true;
	if (task->independent && !lf_task_same_columns(task))
		s->failed = true;
	check_kinds(s, task);
}

static void
transfer_training(stream *s, lf_training *training)
{
	training->loss = transfer_choice(s, training->loss, LF_LOSSES);
	training->optimizer = transfer_choice(s, training->optimizer, LF_OPTIMIZERS);
	training->schedule = transfer_choice(s, training->schedule, LF_SCHEDULES);
	training->scale = transfer_choice(s, training->scale, LF_SCALES);
	training->normalize = transfer_choice(s, training->normalize, LF_NORMALIZES);
	transfer_finite(s, &training->learning_rate);
	transfer_finite(s, &training->momentum);
	transfer_finite(s, &training->weight_decay);
	transfer_finite(s, &training->clip_norm);
	transfer_finite(s, &training->validation);
	transfer_int(s, &training->epochs, 0, INT32_MAX);
	transfer_int(s, &training->batch_size, 0, LF_MAX_BATCH);
	transfer_int(s, &training->patience, 0, INT32_MAX);
	transfer_bool(s, &training->shuffle);
	transfer_bool(s, &training->refit);
	transfer_bool(s, &training->calibrate);
	transfer_bool(s, &training->blend);
	transfer_u64(s, &training->seed);
}

/* A list of 'count' texts. */
static void
transfer_texts(stream *s, const char ***texts, size_t count)
{
	*texts = array(s, *texts, count, sizeof(char *), 4);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		const char *text = s->direction == READING ? NULL : (*texts)[i];

		transfer_text(s, &text);
		/* the measuring arena gives no room to put them */
		if (s->direction == READING && *texts != NULL)
			(*texts)[i] = text;
	}
}

static void
transfer_categories(stream *s, lf_model *model)
{
	size_t		columns = (size_t) model->columns;

	/* most models have none, and then no list of them */
	model->categories = array(s, model->categories, columns, sizeof(lf_labels), 1);
	for (size_t i = 0; i < columns && !s->failed; i++)
	{
		lf_labels	labels = {0};

		if (s->direction != READING && model->categories != NULL)
			labels = model->categories[i];
		transfer_int(s, &labels.count, 0, LF_MAX_CATEGORIES);
		transfer_texts(s, &labels.label, (size_t) labels.count);
		/* a column of NULLs alone has none */
		if (labels.count > 0 && model->task.kind[i] != LF_COLUMN_CATEGORY)
			s->failed = true;
		if (s->direction == READING && model->categories != NULL)
			model->categories[i] = labels;
	}
}

/* What is known of each series: its name, and the scaling of each column. */
static void
transfer_series(stream *s, lf_model *model)
{
	uint64_t	series = model->series;
	bool		named = s->direction != READING && model->labels != NULL;
	size_t		scalers;
	size_t		units;

	transfer_text(s, &model->series_column);
	transfer_bool(s, &named);
	transfer_u64(s, &series);
	if (series < 1 || series > LF_MAX_SERIES)
		s->failed = true;
	if (s->failed)
		return;
	model->series = (size_t) series;
	if (!named && series > 1)
		s->failed = true;
	if (named)
		transfer_texts(s, &model->labels, model->series);
	scalers = model->series * (size_t) model->columns;
	units = model->series * (size_t) model->task.targets;
	model->scaler = array(s, model->scaler, scalers, sizeof(lf_scaler), 16);
	for (size_t i = 0; i < scalers && !s->failed; i++)
	{
		lf_scaler	scaler = {0};

		if (s->direction != READING)
			scaler = model->scaler[i];
		transfer_finite(s, &scaler.offset);
		transfer_finite(s, &scaler.scale);
		if (!(scaler.scale > 0))	/* quantiles keep their order */
			s->failed = true;
		if (s->direction == READING && model->scaler != NULL)
			model->scaler[i] = scaler;
	}
	model->unit = array(s, model->unit, units, sizeof(double), 8);
	for (size_t i = 0; i < units && !s->failed; i++)
	{
		double		unit = s->direction == READING ? 0 : model->unit[i];

		transfer_finite(s, &unit);
		if (!(unit > 0))
			s->failed = true;
		if (s->direction == READING && model->unit != NULL)
			model->unit[i] = unit;
	}
}

static void
transfer_time(stream *s, lf_model *model)
{
	transfer_text(s, &model->relation);
	transfer_text(s, &model->time_column);
	model->time_kind = transfer_choice(s, model->time_kind, LF_TIME_KINDS);
	transfer_int(s, &model->step.months, INT32_MIN, INT32_MAX);
	transfer_int(s, &model->step.days, INT32_MIN, INT32_MAX);
	transfer_i64(s, &model->step.units);
	transfer_i64(s, &model->last_time);
	transfer_text(s, &model->time_zone);
	model->missing.method = transfer_choice(s, model->missing.method, LF_MISSINGS);
	transfer_int(s, &model->missing.season, 0, LF_MAX_DIM);
	transfer_u64(s, &model->missing.rows);
	transfer_u64(s, &model->missing.values);
	transfer_i64(s, &model->missing.first);
	transfer_i64(s, &model->missing.last);
}

static void
transfer_record(stream *s, lf_model *model)
{
	size_t		scores = (size_t) model->task.targets * LF_FORECASTERS;

	transfer_bool(s, &model->imported);
	transfer_u64(s, &model->rows);
	transfer_u64(s, &model->windows);
	transfer_u64(s, &model->validation_windows);
	transfer_int(s, &model->season, 0, LF_MAX_DIM);
	transfer_int(s, &model->best_epoch, 0, INT32_MAX);
	transfer_int(s, &model->final_epochs, 0, INT32_MAX);
	transfer_int(s, &model->epochs, 0, INT32_MAX);
	model->history = array(s, model->history, (size_t) model->epochs, sizeof(lf_epoch), 32);
	for (size_t i = 0; i < (size_t) model->epochs && !s->failed; i++)
	{
		lf_epoch	epoch = {0};

		if (s->direction != READING)
			epoch = model->history[i];
		transfer_finite(s, &epoch.loss);
		transfer_double(s, &epoch.validation_loss);
		transfer_finite(s, &epoch.learning_rate);
		transfer_double(s, &epoch.seconds);
		if (s->direction == READING && model->history != NULL)
			model->history[i] = epoch;
	}
	model->scores = array(s, model->scores, scores, sizeof(lf_score), 40);
	for (size_t i = 0; i < scores && !s->failed; i++)
	{
		lf_score	score = {0};

		if (s->direction != READING)
			score = model->scores[i];
		transfer_finite(s, &score.count);
		transfer_double(s, &score.absolute);	/* sums overflow where values are huge */
		transfer_double(s, &score.squares);
		transfer_double(s, &score.behind);
		transfer_double(s, &score.behind_squares);
		if (s->direction == READING && model->scores != NULL)
			model->scores[i] = score;
	}
}

static void
transfer_errors(stream *s, lf_errors *errors, int targets)
{
	size_t		lists;
	size_t		most;

	transfer_int(s, &errors->steps, 0, LF_MAX_DIM);
	transfer_int(s, &errors->most, 0, LF_MAX_ERRORS);
	lists = (size_t) errors->steps * (size_t) targets;
	most = (size_t) errors->most;
	errors->count = array(s, errors->count, lists, sizeof(int), 4);
	errors->error = array(s, errors->error, lists * most, sizeof(float), 4);
	for (size_t i = 0; i < lists && !s->failed; i++)
	{
		int			count = s->direction == READING ? 0 : errors->count[i];

		transfer_int(s, &count, 0, errors->most);
		if (s->direction == READING && errors->count != NULL)
			errors->count[i] = count;
		for (size_t k = 0; k < most && !s->failed; k++)
		{
			float		error = s->direction == READING ? 0 : errors->error[i * most + k];
			uint32_t	bits;

			memcpy(&bits, &error, 4);
			bits = (uint32_t) transfer_integer(s, bits, 4);
			memcpy(&error, &bits, 4);
			if (!isfinite(error) || error < 0)
				s->failed = true;
			if (s->direction == READING && errors->error != NULL)
				errors->error[i * most + k] = error;
		}
	}
}

/* An array of finite doubles that may be absent: a flag, then the values. */
static void
transfer_optional(stream *s, double **values, size_t count)
{
	bool		present = s->direction != READING && *values != NULL;

	transfer_bool(s, &present);
	if (!present)
	{
		*values = NULL;
		return;
	}
	*values = array(s, *values, count, sizeof(double), 8);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		value = s->direction == READING ? 0 : (*values)[i];

		transfer_finite(s, &value);
		if (s->direction == READING && *values != NULL)
			(*values)[i] = value;
	}
}

/* A flag, then what each target is mixed with. */
static void
transfer_blend(stream *s, lf_model *model)
{
	bool		present = s->direction != READING && model->blend != NULL;

	transfer_bool(s, &present);
	if (!present)
	{
		model->blend = NULL;
		return;
	}
	if (!lf_task_can_blend(&model->task))
		s->failed = true;
	model->blend = array(s, model->blend, (size_t) model->task.targets, sizeof(lf_blend), 12);
	for (int j = 0; j < model->task.targets && !s->failed; j++)
	{
		lf_blend	blend = {0};

		if (s->direction != READING)
			blend = model->blend[j];
		blend.with = transfer_choice(s, blend.with, LF_FORECASTERS);
		transfer_finite(s, &blend.weight);
		if (!(blend.weight >= 0 && blend.weight <= 1))
			s->failed = true;
		if (s->direction == READING && model->blend != NULL)
			model->blend[j] = blend;
	}
}

static void
transfer_weights(stream *s, lf_model *model)
{
	uint64_t	count;
	size_t		all;
	lf_real    *place;
	bool		finite = true;

	transfer_int(s, &model->members, 1, LF_MAX_MEMBERS);
	all = (size_t) model->members * model->parameters;	/* a tensor is limited, so there is no overflow */
	count = all;
	transfer_u64(s, &count);
	if (s->direction == READING && count != all)	/* as the spec has it */
		s->failed = true;
	if (s->failed)
		return;
	place = array(s, model->weights, all, sizeof(lf_real), 4);
	model->weights = place;
	if (s->failed)
		return;
	if (s->direction == COUNTING)
	{
		s->at += 4 * all;
		return;
	}
	for (size_t i = 0; i < all; i++)
	{
		uint32_t	bits;
		float		weight;

		if (i % UNASKED == 0 && is_interrupted(s))
			return;
		if (s->direction == WRITING)
		{
			unsigned char *out = s->out + s->at + 4 * i;

			weight = (float) place[i];
			memcpy(&bits, &weight, 4);
			for (int j = 0; j < 4; j++)
				out[j] = (unsigned char) (bits >> (8 * j));
		}
		else
		{
			const unsigned char *in = s->in + s->at + 4 * i;	/* array() has seen that they are there */

			bits = in[0] | (uint32_t) in[1] << 8 | (uint32_t) in[2] << 16 | (uint32_t) in[3] << 24;
			memcpy(&weight, &bits, 4);
			if (place != NULL)
				place[i] = (lf_real) weight;
		}
		finite &= isfinite(weight) != 0;
	}
	s->at += 4 * all;
	if (!finite)
		s->failed = true;
}

/* Whether spec and task, each in range by itself, go together; sets the number of weights. */
static void
check_spec(stream *s, lf_model *model)
{
	lf_network	network;
	int			layer;

	if (s->failed || lf_network_create(&network, &model->spec, &layer) != LF_OK)
	{
		s->failed = true;
		return;
	}
	model->parameters = network.parameters;
	if (model->spec.input.rank != 2 ||
		model->spec.input.dim[0] != model->task.lookback ||
		model->spec.input.dim[1] != model->task.inputs / lf_task_samples(&model->task) ||
		!lf_task_fits_output(&model->task, lf_network_output(&network)))
		s->failed = true;
}

static void
transfer_model(stream *s, lf_model *model)
{
	transfer_spec(s, &model->spec);
	transfer_int(s, &model->columns, 1, LF_MAX_COLUMNS);
	transfer_training(s, &model->training);
	transfer_task(s, &model->task, model->columns, model->training.loss);
	if (model->task.difference > 0 && model->training.normalize != LF_NORMALIZE_NONE)
		s->failed = true;
	if (s->direction == READING)
		check_spec(s, model);
	transfer_text(s, &model->version);
	transfer_texts(s, &model->names, (size_t) model->columns);
	transfer_categories(s, model);
	transfer_series(s, model);
	transfer_time(s, model);
	transfer_record(s, model);
	transfer_errors(s, &model->errors, model->task.targets);
	transfer_optional(s, &model->link, lf_link_size(&model->task));
	transfer_blend(s, model);
	transfer_optional(s, &model->tail, (size_t) model->task.lookback * (size_t) model->columns);
	transfer_weights(s, model);
}

/* ---- the envelope ---- */

size_t
lf_model_size(const lf_model *model)
{
	lf_model	copy = *model;
	stream		s = {.direction = COUNTING};

	transfer_model(&s, &copy);
	return s.at > LARGEST - HEADER_SIZE - CHECKSUM_SIZE ? 0 : HEADER_SIZE + s.at + CHECKSUM_SIZE;
}

/* The checksum of the first bytes of a model. */
static uint32_t
checksum(stream *s, const unsigned char *bytes, size_t length)
{
	uint32_t	crc = 0;

	for (size_t at = 0; at < length && !is_interrupted(s); at += UNASKED)
		crc = lf_crc32c_more(crc, bytes + at, length - at < UNASKED ? length - at : UNASKED);
	return crc;
}

lf_status
lf_model_write(const lf_model *model, const volatile sig_atomic_t *interrupt, unsigned char *bytes)
{
	lf_model	copy = *model;
	stream		s = {.direction = WRITING, .out = bytes, .interrupt = interrupt};

	transfer_bytes(&s, (void *) magic, sizeof(magic));
	(void) transfer_integer(&s, LF_FORMAT, 2);
	(void) transfer_integer(&s, 0, 2);
	(void) transfer_integer(&s, lf_model_size(model), 8);
	transfer_model(&s, &copy);
	if (!s.interrupted)
		(void) transfer_integer(&s, checksum(&s, bytes, s.at), 4);
	return s.interrupted ? LF_INTERRUPTED : LF_OK;
}

lf_status
lf_model_read(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt, lf_arena *arena,
			  lf_model *model)
{
	stream		s = {.direction = READING, .in = bytes, .length = length, .arena = arena, .interrupt = interrupt};
	stream		end = s;
	uint64_t	format;
	uint64_t	flags;
	uint64_t	size;
	uint32_t	crc;

	*model = (lf_model) {.relation = ""};
	if (length < HEADER_SIZE + CHECKSUM_SIZE || memcmp(bytes, magic, sizeof(magic)) != 0)
		return LF_CORRUPT;
	s.at = sizeof(magic);
	format = transfer_integer(&s, 0, 2);
	flags = transfer_integer(&s, 0, 2);
	size = transfer_integer(&s, 0, 8);
	if (format > LF_FORMAT)
		return LF_NEWER_FORMAT;
	if (format != LF_FORMAT || flags != 0 || size != length)
		return LF_CORRUPT;
	end.at = length - CHECKSUM_SIZE;
	crc = checksum(&s, bytes, length - CHECKSUM_SIZE);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (transfer_integer(&end, 0, 4) != crc)
		return LF_CORRUPT;

	s.length = length - CHECKSUM_SIZE;
	transfer_model(&s, model);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (s.failed || s.at != s.length)
		return LF_CORRUPT;
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}
