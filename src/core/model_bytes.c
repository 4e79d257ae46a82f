/*
 * model_bytes.c: reading and writing models.
 *
 * There is one description of the body, transfer_model(), which runs in three directions: it counts, it writes, it
 * reads. A field cannot be written and forgotten when read, and the order stands once.
 */
#include "model_bytes.h"

#include "crc32c.h"
#include "level.h"
#include "sound.h"
#include "task_bytes.h"

#include <math.h>
#include <string.h>

static const unsigned char magic[4] = {'L', 'S', 'T', 0x9a};	/* the last byte is no text in any encoding */

#define HEADER_SIZE 16
#define CHECKSUM_SIZE 4
#define LARGEST ((size_t) 1 << 30)

/* Weights, or bytes of a checksum, between two looks at the interrupt: a millisecond at most. */
#define UNASKED ((size_t) 1 << 18)

/* ---- the parts of a model ---- */

static void
transfer_categories(lf_stream *s, lf_model *model)
{
	size_t		columns = (size_t) model->columns;

	/* most models have none, and then no list of them */
	model->categories = lf_transfer_array(s, model->categories, columns, sizeof(lf_labels), 1);
	for (size_t i = 0; i < columns && !s->failed; i++)
	{
		lf_labels	labels = {0};

		if (s->direction != LF_READING && model->categories != NULL)
			labels = model->categories[i];
		lf_transfer_int(s, &labels.count, 0, LF_MAX_CATEGORIES);
		lf_transfer_texts(s, &labels.label, (size_t) labels.count);
		if (s->direction == LF_READING && model->categories != NULL)
			model->categories[i] = labels;
	}
}

/* What is known of each series: its name, and the scaling of each column. */
static void
transfer_series(lf_stream *s, lf_model *model)
{
	uint64_t	series = model->series;
	bool		named = s->direction != LF_READING && model->labels != NULL;
	size_t		scalers;
	size_t		units;

	lf_transfer_text(s, &model->series_column);
	lf_transfer_bool(s, &named);
	lf_transfer_u64(s, &series);
	if (series < 1 || series > LF_MAX_SERIES)
		s->failed = true;
	if (s->failed)
		return;
	model->series = (size_t) series;
	if (named)
		lf_transfer_texts(s, &model->labels, model->series);
	scalers = model->series * (size_t) model->columns;
	units = model->series * (size_t) model->task.targets;
	model->scaler = lf_transfer_array(s, model->scaler, scalers, sizeof(lf_scaler), 16);
	for (size_t i = 0; i < scalers && !s->failed; i++)
	{
		lf_scaler	scaler = {0};

		if (s->direction != LF_READING)
			scaler = model->scaler[i];
		lf_transfer_finite(s, &scaler.offset);
		lf_transfer_finite(s, &scaler.scale);
		if (s->direction == LF_READING && model->scaler != NULL)
			model->scaler[i] = scaler;
	}
	model->unit = lf_transfer_array(s, model->unit, units, sizeof(double), 8);
	for (size_t i = 0; i < units && !s->failed; i++)
	{
		double		unit = s->direction == LF_READING ? 0 : model->unit[i];

		lf_transfer_finite(s, &unit);
		if (s->direction == LF_READING && model->unit != NULL)
			model->unit[i] = unit;
	}
}

static void
transfer_time(lf_stream *s, lf_model *model)
{
	lf_transfer_text(s, &model->relation);
	lf_transfer_text(s, &model->time_column);
	model->time_kind = lf_transfer_choice(s, model->time_kind, LF_TIME_KINDS);
	lf_transfer_int(s, &model->step.months, INT32_MIN, INT32_MAX);
	lf_transfer_int(s, &model->step.days, INT32_MIN, INT32_MAX);
	lf_transfer_i64(s, &model->step.units);
	lf_transfer_i64(s, &model->last_time);
	lf_transfer_text(s, &model->time_zone);
	model->missing.method = lf_transfer_choice(s, model->missing.method, LF_MISSINGS);
	lf_transfer_int(s, &model->missing.season, 0, LF_MAX_DIM);
	lf_transfer_u64(s, &model->missing.rows);
	lf_transfer_u64(s, &model->missing.values);
	lf_transfer_i64(s, &model->missing.first);
	lf_transfer_i64(s, &model->missing.last);
}

static void
transfer_record(lf_stream *s, lf_model *model)
{
	size_t		scores = (size_t) model->task.targets * LF_FORECASTERS;

	lf_transfer_bool(s, &model->imported);
	lf_transfer_u64(s, &model->rows);
	lf_transfer_u64(s, &model->windows);
	lf_transfer_u64(s, &model->validation_windows);
	lf_transfer_int(s, &model->season, 0, LF_MAX_DIM);
	lf_transfer_int(s, &model->best_epoch, 0, INT32_MAX);
	lf_transfer_int(s, &model->final_epochs, 0, INT32_MAX);
	lf_transfer_int(s, &model->epochs, 0, INT32_MAX);
	model->history = lf_transfer_array(s, model->history, (size_t) model->epochs, sizeof(lf_epoch), 32);
	for (size_t i = 0; i < (size_t) model->epochs && !s->failed; i++)
	{
		lf_epoch	epoch = {0};

		if (s->direction != LF_READING)
			epoch = model->history[i];
		lf_transfer_finite(s, &epoch.loss);
		lf_transfer_double(s, &epoch.validation_loss);
		lf_transfer_finite(s, &epoch.learning_rate);
		lf_transfer_double(s, &epoch.seconds);
		if (s->direction == LF_READING && model->history != NULL)
			model->history[i] = epoch;
	}
	model->scores = lf_transfer_array(s, model->scores, scores, sizeof(lf_score), 40);
	for (size_t i = 0; i < scores && !s->failed; i++)
	{
		lf_score	score = {0};

		if (s->direction != LF_READING)
			score = model->scores[i];
		lf_transfer_finite(s, &score.count);
		lf_transfer_double(s, &score.absolute);	/* sums overflow where values are huge */
		lf_transfer_double(s, &score.squares);
		lf_transfer_double(s, &score.behind);
		lf_transfer_double(s, &score.behind_squares);
		if (s->direction == LF_READING && model->scores != NULL)
			model->scores[i] = score;
	}
}

static void
transfer_errors(lf_stream *s, lf_errors *errors, int targets)
{
	size_t		lists;
	size_t		most;

	lf_transfer_int(s, &errors->steps, 0, LF_MAX_DIM);
	lf_transfer_int(s, &errors->most, 0, LF_MAX_ERRORS);
	lists = (size_t) errors->steps * (size_t) targets;
	most = (size_t) errors->most;
	errors->count = lf_transfer_array(s, errors->count, lists, sizeof(int), 4);
	errors->error = lf_transfer_array(s, errors->error, lists * most, sizeof(float), 4);
	for (size_t i = 0; i < lists && !s->failed; i++)
	{
		int			count = s->direction == LF_READING ? 0 : errors->count[i];

		lf_transfer_int(s, &count, 0, errors->most);
		if (s->direction == LF_READING && errors->count != NULL)
			errors->count[i] = count;
		for (size_t k = 0; k < most && !s->failed; k++)
		{
			float		error = s->direction == LF_READING ? 0 : errors->error[i * most + k];
			uint32_t	bits;

			memcpy(&bits, &error, 4);
			bits = (uint32_t) lf_transfer_integer(s, bits, 4);
			memcpy(&error, &bits, 4);
			if (!isfinite(error))
				s->failed = true;
			if (s->direction == LF_READING && errors->error != NULL)
				errors->error[i * most + k] = error;
		}
	}
}

/* An array of finite doubles that may be absent: a flag, then the values. */
static void
transfer_optional(lf_stream *s, double **values, size_t count)
{
	bool		present = s->direction != LF_READING && *values != NULL;

	lf_transfer_bool(s, &present);
	if (!present)
	{
		*values = NULL;
		return;
	}
	*values = lf_transfer_array(s, *values, count, sizeof(double), 8);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		value = s->direction == LF_READING ? 0 : (*values)[i];

		lf_transfer_finite(s, &value);
		if (s->direction == LF_READING && *values != NULL)
			(*values)[i] = value;
	}
}

/* A flag, then what each target is mixed with. */
static void
transfer_blend(lf_stream *s, lf_model *model)
{
	bool		present = s->direction != LF_READING && model->blend != NULL;

	lf_transfer_bool(s, &present);
	if (!present)
	{
		model->blend = NULL;
		return;
	}
	model->blend = lf_transfer_array(s, model->blend, (size_t) model->task.targets, sizeof(lf_blend), 12);
	for (int j = 0; j < model->task.targets && !s->failed; j++)
	{
		lf_blend	blend = {0};

		if (s->direction != LF_READING)
			blend = model->blend[j];
		blend.with = lf_transfer_choice(s, blend.with, LF_FORECASTERS);
		lf_transfer_finite(s, &blend.weight);
		if (s->direction == LF_READING && model->blend != NULL)
			model->blend[j] = blend;
	}
}

static void
transfer_weights(lf_stream *s, lf_model *model)
{
	uint64_t	count;
	size_t		all;
	lf_real    *place;
	bool		finite = true;

	lf_transfer_int(s, &model->members, 1, LF_MAX_MEMBERS);
	all = (size_t) model->members * model->parameters;	/* a tensor is limited, so there is no overflow */
	count = all;
	lf_transfer_u64(s, &count);
	if (s->direction == LF_READING && count != all)	/* as the spec has it */
		s->failed = true;
	if (s->failed)
		return;
	place = lf_transfer_array(s, model->weights, all, sizeof(lf_real), 4);
	model->weights = place;
	if (s->failed)
		return;
	if (s->direction == LF_COUNTING)
	{
		s->at += 4 * all;
		return;
	}
	for (size_t i = 0; i < all; i++)
	{
		uint32_t	bits;
		float		weight;

		if (i % UNASKED == 0 && lf_stream_interrupted(s))
			return;
		if (s->direction == LF_WRITING)
		{
			unsigned char *out = s->out + s->at + 4 * i;

			weight = (float) place[i];
			memcpy(&bits, &weight, 4);
			for (int j = 0; j < 4; j++)
				out[j] = (unsigned char) (bits >> (8 * j));
		}
		else
		{
			const unsigned char *in = s->in + s->at + 4 * i;	/* lf_transfer_array() has seen that they are there */

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

static void
transfer_model(lf_stream *s, lf_model *model)
{
	lf_transfer_spec(s, &model->spec);
	lf_transfer_int(s, &model->columns, 1, LF_MAX_COLUMNS);
	lf_transfer_training(s, &model->training);
	lf_transfer_task(s, &model->task, model->columns, model->training.loss);
	/* the sizes of what follows come from both */
	if (s->direction == LF_READING && (s->failed || !lf_spec_serves(&model->spec, &model->task, &model->parameters)))
		s->failed = true;
	lf_transfer_text(s, &model->version);
	lf_transfer_texts(s, &model->names, (size_t) model->columns);
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
	lf_stream		s = {.direction = LF_COUNTING};

	transfer_model(&s, &copy);
	return s.at > LARGEST - HEADER_SIZE - CHECKSUM_SIZE ? 0 : HEADER_SIZE + s.at + CHECKSUM_SIZE;
}

/* The checksum of the first bytes of a model. */
static uint32_t
checksum(lf_stream *s, const unsigned char *bytes, size_t length)
{
	uint32_t	crc = 0;

	for (size_t at = 0; at < length && !lf_stream_interrupted(s); at += UNASKED)
		crc = lf_crc32c_more(crc, bytes + at, length - at < UNASKED ? length - at : UNASKED);
	return crc;
}

lf_status
lf_model_write(const lf_model *model, const volatile sig_atomic_t *interrupt, unsigned char *bytes)
{
	LF_ASSERT(lf_model_is_sound(model));
	return lf_model_write_unchecked(model, interrupt, bytes);
}

lf_status
lf_model_write_unchecked(const lf_model *model, const volatile sig_atomic_t *interrupt, unsigned char *bytes)
{
	lf_model	copy = *model;
	lf_stream		s = {.direction = LF_WRITING, .out = bytes, .interrupt = interrupt};

	lf_transfer_bytes(&s, (void *) magic, sizeof(magic));
	(void) lf_transfer_integer(&s, LF_FORMAT, 2);
	(void) lf_transfer_integer(&s, 0, 2);
	(void) lf_transfer_integer(&s, lf_model_size(model), 8);
	transfer_model(&s, &copy);
	if (!s.interrupted)
		(void) lf_transfer_integer(&s, checksum(&s, bytes, s.at), 4);
	return s.interrupted ? LF_INTERRUPTED : LF_OK;
}

lf_status
lf_model_read(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt, lf_arena *arena,
			  lf_model *model)
{
	lf_stream		s = {.direction = LF_READING, .in = bytes, .length = length, .arena = arena, .interrupt = interrupt};
	lf_stream		end = s;
	uint64_t	format;
	uint64_t	flags;
	uint64_t	size;
	uint32_t	crc;

	*model = (lf_model) {.relation = ""};
	if (length < HEADER_SIZE + CHECKSUM_SIZE || memcmp(bytes, magic, sizeof(magic)) != 0)
		return LF_CORRUPT;
	s.at = sizeof(magic);
	format = lf_transfer_integer(&s, 0, 2);
	flags = lf_transfer_integer(&s, 0, 2);
	size = lf_transfer_integer(&s, 0, 8);
	if (format > LF_FORMAT)
		return LF_NEWER_FORMAT;
	if (format != LF_FORMAT || flags != 0 || size != length)
		return LF_CORRUPT;
	end.at = length - CHECKSUM_SIZE;
	crc = checksum(&s, bytes, length - CHECKSUM_SIZE);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (lf_transfer_integer(&end, 0, 4) != crc)
		return LF_CORRUPT;

	s.length = length - CHECKSUM_SIZE;
	transfer_model(&s, model);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (s.failed || s.at != s.length)
		return LF_CORRUPT;
	if (arena->overflow)
		return LF_TOO_LARGE;
	return lf_model_flaw(model, arena->base != NULL) == LF_SOUND ? LF_OK : LF_CORRUPT;
}
