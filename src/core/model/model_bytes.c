/*
 * model_bytes.c: reading and writing models.
 *
 * There is one description of the body, serialize_model(), which runs in three directions: it counts, it writes, it
 * reads. A field cannot be written and forgotten when read, and the order stands once.
 */
#include "model/model_bytes.h"

#include "base/crc32c.h"
#include "series/level.h"
#include "model/combination_bytes.h"
#include "model/network_bytes.h"
#include "model/sound.h"
#include "model/task_bytes.h"

#include <math.h>
#include <string.h>

static const unsigned char magic[4] = {'L', 'S', 'T', 0x9a};	/* the last byte is no text in any encoding */

#define HEADER_SIZE 16
#define CHECKSUM_SIZE 4
#define LARGEST ((size_t) 1 << 30)

/* Bytes of a checksum between two looks at the interrupt: a millisecond at most. */
#define UNASKED ((size_t) 1 << 18)

/* ---- the parts of a model ---- */

static void
serialize_categories(lf_stream *s, lf_model *model)
{
	size_t		columns = (size_t) model->columns;

	/* most models have none, and then no list of them */
	model->categories = lf_serialize_array(s, model->categories, columns, sizeof(lf_labels), 1);
	for (size_t i = 0; i < columns && !s->failed; i++)
	{
		lf_labels	labels = {0};

		if (s->direction != LF_READING && model->categories != NULL)
			labels = model->categories[i];
		lf_serialize_int(s, &labels.count, 0, LF_MAX_CATEGORIES);
		lf_serialize_texts(s, &labels.label, (size_t) labels.count);
		if (s->direction == LF_READING && model->categories != NULL)
			model->categories[i] = labels;
	}
}

/* The columns that tell series apart together with the first one. */
static void
serialize_keys(lf_stream *s, lf_model *model)
{
	uint8_t		count = (uint8_t) model->further_keys;

	lf_serialize_byte(s, &count, LF_MAX_KEYS - 1);
	model->further_keys = count;
	lf_serialize_texts(s, &model->further_key, (size_t) model->further_keys);
}

/* What is known of each series: its name, and the scaling of each column. */
static void
serialize_series(lf_stream *s, lf_model *model)
{
	uint64_t	series = model->series;
	bool		named = s->direction != LF_READING && model->labels != NULL;
	size_t		units;

	lf_serialize_text(s, &model->series_column);
	lf_serialize_bool(s, &named);
	lf_serialize_u64(s, &series);
	if (series < 1 || series > LF_MAX_SERIES)
		s->failed = true;
	if (s->failed)
		return;
	model->series = (size_t) series;
	if (named)
		lf_serialize_texts(s, &model->labels, model->series);
	units = model->series * (size_t) model->task.targets;
	lf_serialize_scalers(s, model);
	model->error_scale = lf_serialize_array(s, model->error_scale, units, sizeof(double), 8);
	for (size_t i = 0; i < units && !s->failed; i++)
	{
		double		error_scale = s->direction == LF_READING ? 0 : model->error_scale[i];

		lf_serialize_finite(s, &error_scale);
		if (s->direction == LF_READING && model->error_scale != NULL)
			model->error_scale[i] = error_scale;
	}

	/* ---- from format 2 on ---- */
	if (s->format >= 2)
		serialize_keys(s, model);
	else
		model->further_keys = 0;
}

/* How rows come to lie on the grid of the step. */
static void
serialize_grid(lf_stream *s, lf_model *model)
{
	uint8_t		aggregate = (uint8_t) model->aggregate;
	uint8_t		alignment = (uint8_t) model->alignment;

	lf_serialize_byte(s, &model->step.weekdays, LF_ALL_WEEKDAYS);
	lf_serialize_byte(s, &aggregate, LF_AGGREGATES - 1);
	lf_serialize_byte(s, &alignment, LF_ALIGNMENTS - 1);
	model->aggregate = (lf_aggregate) aggregate;
	model->alignment = (lf_alignment) alignment;
	lf_serialize_i64(s, &model->phase);
}

/* What was found about seasons. */
static void
serialize_season_facts(lf_stream *s, lf_season_facts *found)
{
	if (s->format < 2)
	{
		*found = (lf_season_facts) {0};
		return;
	}
	lf_serialize_bool(s, &found->logged);
	lf_serialize_int(s, &found->count, 0, LF_MAX_SEASON_FACTS);
	for (int i = 0; i < found->count && !s->failed; i++)
	{
		lf_season_fact *fact = &found->fact[i];

		lf_serialize_finite(s, &fact->length);
		lf_serialize_finite(s, &fact->cycles);
		lf_serialize_finite(s, &fact->gain);
		lf_serialize_finite(s, &fact->certainty);
		lf_serialize_bool(s, &fact->natural);
		lf_serialize_bool(s, &fact->shown);
	}
}

static void
serialize_time(lf_stream *s, lf_model *model)
{
	lf_serialize_text(s, &model->relation);
	lf_serialize_text(s, &model->time_column);
	model->time_kind = lf_serialize_choice(s, model->time_kind, LF_TIME_KINDS);
	lf_serialize_int(s, &model->step.months, INT32_MIN, INT32_MAX);
	lf_serialize_int(s, &model->step.days, INT32_MIN, INT32_MAX);
	lf_serialize_i64(s, &model->step.units);
	lf_serialize_i64(s, &model->last_time);
	lf_serialize_text(s, &model->time_zone);
	model->missing.method = lf_serialize_choice(s, model->missing.method, LF_MISSINGS);
	lf_serialize_int(s, &model->missing.season, 0, LF_MAX_DIM);
	lf_serialize_u64(s, &model->missing.rows);
	lf_serialize_u64(s, &model->missing.values);
	lf_serialize_i64(s, &model->missing.first);
	lf_serialize_i64(s, &model->missing.last);

	/* ---- from format 2 on ---- */
	if (s->format >= 2)
		serialize_grid(s, model);
	else
	{
		model->step.weekdays = 0;
		model->aggregate = LF_AGGREGATE_NONE;
		model->alignment = LF_ALIGN_NONE;
		model->phase = 0;
	}
}

static void
serialize_record(lf_stream *s, lf_model *model)
{
	int			forecasters = s->format >= 2 ? LF_FORECASTERS : LF_NAIVE_FORECASTERS;
	size_t		scores = (size_t) model->task.targets * LF_FORECASTERS;

	lf_serialize_bool(s, &model->imported);
	lf_serialize_u64(s, &model->rows);
	lf_serialize_u64(s, &model->windows);
	lf_serialize_u64(s, &model->validation_windows);
	lf_serialize_int(s, &model->season, 0, LF_MAX_DIM);
	serialize_season_facts(s, &model->found);
	lf_serialize_history(s, model);
	model->scores = lf_serialize_array(s, model->scores, scores, sizeof(lf_score), 30);
	for (size_t i = 0; i < scores && !s->failed; i++)
	{
		lf_score	score = {0};

		if (s->direction != LF_READING)
			score = model->scores[i];
		if ((int) (i % LF_FORECASTERS) < forecasters)
		{
			lf_serialize_finite(s, &score.count);
			lf_serialize_double(s, &score.absolute);	/* sums overflow where values are huge */
			lf_serialize_double(s, &score.squares);
			lf_serialize_double(s, &score.behind);
			lf_serialize_double(s, &score.behind_squares);
		}
		if (s->direction == LF_READING && model->scores != NULL)
			model->scores[i] = score;
	}
}

static void
serialize_errors(lf_stream *s, lf_errors *errors, int targets)
{
	size_t		lists;
	size_t		most;

	lf_serialize_int(s, &errors->steps, 0, LF_MAX_DIM);
	lf_serialize_int(s, &errors->most, 0, LF_MAX_ERRORS);
	lists = (size_t) errors->steps * (size_t) targets;
	most = (size_t) errors->most;
	errors->count = lf_serialize_array(s, errors->count, lists, sizeof(int), 4);
	errors->error = lf_serialize_array(s, errors->error, lists * most, sizeof(float), 4);
	for (size_t i = 0; i < lists && !s->failed; i++)
	{
		int			count = s->direction == LF_READING ? 0 : errors->count[i];

		lf_serialize_int(s, &count, 0, errors->most);
		if (s->direction == LF_READING && errors->count != NULL)
			errors->count[i] = count;
		for (size_t k = 0; k < most && !s->failed; k++)
		{
			float		error = s->direction == LF_READING ? 0 : errors->error[i * most + k];
			uint32_t	bits;

			memcpy(&bits, &error, 4);
			bits = (uint32_t) lf_serialize_integer(s, bits, 4);
			memcpy(&error, &bits, 4);
			if (!isfinite(error))
				s->failed = true;
			if (s->direction == LF_READING && errors->error != NULL)
				errors->error[i * most + k] = error;
		}
	}
}

/* A flag, then what each target is mixed with. */
static void
serialize_blend(lf_stream *s, lf_model *model)
{
	bool		present = s->direction != LF_READING && model->blend != NULL;

	lf_serialize_bool(s, &present);
	if (!present)
	{
		model->blend = NULL;
		return;
	}
	model->blend = lf_serialize_array(s, model->blend, (size_t) model->task.targets, sizeof(lf_blend), 12);
	for (int j = 0; j < model->task.targets && !s->failed; j++)
	{
		lf_blend	blend = {0};

		if (s->direction != LF_READING)
			blend = model->blend[j];
		blend.with = lf_serialize_choice(s, blend.with, LF_FORECASTERS);
		lf_serialize_finite(s, &blend.weight);
		if (s->direction == LF_READING && model->blend != NULL)
			model->blend[j] = blend;
	}
}

/* A flag, then how errors hang together. */
static void
serialize_dependence(lf_stream *s, lf_dependence *dependence)
{
	lf_serialize_bool(s, &dependence->known);
	if (!dependence->known)
		return;
	lf_serialize_finite(s, &dependence->level);
	lf_serialize_finite(s, &dependence->walk);
	lf_serialize_finite(s, &dependence->series);
}

/* The newest rows, where no relation has them. */
static void
serialize_tail(lf_stream *s, lf_model *model)
{
	if (s->format >= 2)
		lf_serialize_int(s, &model->tail_before, 0, LF_MOST_PARTNER_ROWS);
	else
		model->tail_before = 0;
	lf_serialize_optional(s, &model->tail, (size_t) (model->tail_before + model->task.lookback) * (size_t) model->columns);
}

static void
serialize_model(lf_stream *s, lf_model *model)
{
	lf_serialize_spec(s, &model->spec);
	lf_serialize_int(s, &model->columns, 1, LF_MAX_COLUMNS);
	lf_serialize_training(s, &model->training);
	lf_serialize_task(s, &model->task, model->columns, model->training.loss);
	/* the sizes of what follows come from both */
	if (s->direction == LF_READING && (s->failed || !lf_spec_serves(&model->spec, &model->task, &model->parameters)))
		s->failed = true;
	lf_serialize_text(s, &model->version);
	lf_serialize_texts(s, &model->names, (size_t) model->columns);
	serialize_categories(s, model);
	serialize_series(s, model);
	lf_serialize_shapes(s, model);
	serialize_time(s, model);
	serialize_record(s, model);
	serialize_errors(s, &model->errors, model->task.targets);
	lf_serialize_optional(s, &model->level_regression, lf_level_regression_size(&model->task));
	lf_serialize_ranges(s, model);
	serialize_blend(s, model);
	if (s->format >= 2)
	{
		lf_serialize_combination(s, model);
		serialize_dependence(s, &model->dependence);
	}
	else
		model->dependence = (lf_dependence) {0};
	serialize_tail(s, model);
	lf_serialize_weights(s, model);
}

/* ---- the envelope ---- */

size_t
lf_model_size(const lf_model *model)
{
	lf_model	copy = *model;
	lf_stream	s = {.direction = LF_COUNTING, .format = LF_FORMAT};

	serialize_model(&s, &copy);
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
	lf_stream	s = {.direction = LF_WRITING, .format = LF_FORMAT, .out = bytes, .interrupt = interrupt};

	lf_serialize_bytes(&s, (void *) magic, sizeof(magic));
	(void) lf_serialize_integer(&s, LF_FORMAT, 2);
	(void) lf_serialize_integer(&s, 0, 2);
	(void) lf_serialize_integer(&s, lf_model_size(model), 8);
	serialize_model(&s, &copy);
	if (!s.interrupted)
		(void) lf_serialize_integer(&s, checksum(&s, bytes, s.at), 4);
	return s.interrupted ? LF_INTERRUPTED : LF_OK;
}

lf_status
lf_model_read(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt, lf_arena *arena,
			  lf_model *model)
{
	lf_stream	s = {.direction = LF_READING, .in = bytes, .length = length, .arena = arena, .interrupt = interrupt};
	lf_stream	end = s;
	uint64_t	format;
	uint64_t	flags;
	uint64_t	size;
	uint32_t	crc;

	*model = (lf_model) {.relation = ""};
	if (length < HEADER_SIZE + CHECKSUM_SIZE || memcmp(bytes, magic, sizeof(magic)) != 0)
		return LF_CORRUPT;
	s.at = sizeof(magic);
	format = lf_serialize_integer(&s, 0, 2);
	flags = lf_serialize_integer(&s, 0, 2);
	size = lf_serialize_integer(&s, 0, 8);
	if (format > LF_FORMAT)
		return LF_NEWER_FORMAT;
	if (format < 1 || flags != 0 || size != length)
		return LF_CORRUPT;
	end.at = length - CHECKSUM_SIZE;
	crc = checksum(&s, bytes, length - CHECKSUM_SIZE);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (lf_serialize_integer(&end, 0, 4) != crc)
		return LF_CORRUPT;

	s.format = (int) format;
	s.length = length - CHECKSUM_SIZE;
	serialize_model(&s, model);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (s.failed || s.at != s.length)
		return LF_CORRUPT;
	if (arena->overflow)
		return LF_TOO_LARGE;
	lf_model_share(model);
	return lf_model_flaw(model, arena->base != NULL) == LF_SOUND ? LF_OK : LF_CORRUPT;
}
