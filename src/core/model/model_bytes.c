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
#include "model/fields.h"
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
	lf_open_list(s, "categories");
	for (size_t i = 0; i < columns && !s->failed; i++)
	{
		lf_labels	labels = {0};

		if (s->direction != LF_READING && model->categories != NULL)
			labels = model->categories[i];
		lf_open_list(s, NULL);
		lf_serialize_int(lf_length_of(s, NULL), &labels.count, 0, LF_MAX_CATEGORIES);
		lf_serialize_texts(s, &labels.label, (size_t) labels.count);
		lf_close(s);
		if (s->direction == LF_READING && model->categories != NULL)
			model->categories[i] = labels;
	}
	lf_close(s);
}

/* The columns that tell series apart together with the first one. */
static void
serialize_keys(lf_stream *s, lf_model *model)
{
	uint8_t		count = (uint8_t) model->further_keys;

	lf_open_list(s, "further_series_columns");
	lf_serialize_byte(lf_length_of(s, NULL), &count, LF_MAX_KEYS - 1);
	model->further_keys = count;
	lf_serialize_texts(s, &model->further_key, (size_t) model->further_keys);
	lf_close(s);
}

/* What is known of each series: its name, and the scaling of each column. */
static void
serialize_series(lf_stream *s, lf_model *model)
{
	uint64_t	series = model->series;
	bool		named = s->direction != LF_READING && model->labels != NULL;
	size_t		units;

	lf_serialize_text(lf_named(s, "series_column"), &model->series_column);
	lf_serialize_bool(lf_presence_of(s, "series"), &named);
	lf_serialize_u64(lf_length_of(s, "scaling"), &series);
	if (series < 1 || series > LF_MAX_SERIES)
		s->failed = true;
	if (s->failed)
		return;
	model->series = (size_t) series;
	if (named)
	{
		lf_open_list(s, "series");
		lf_serialize_texts(s, &model->labels, model->series);
		lf_close(s);
	}
	units = model->series * (size_t) model->task.targets;
	lf_serialize_scalers(s, model);
	model->error_scale = lf_serialize_doubles(s, "error_scales", model->error_scale, units);

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

	static const char *const alignment_words[LF_ALIGNMENTS] = {
		[LF_ALIGN_NONE] = "none",
		[LF_ALIGN_NEAREST] = "nearest",
		[LF_ALIGN_BEGIN] = "begin",
	};

	lf_serialize_byte(lf_named(s, "step_weekdays"), &model->step.weekdays, LF_ALL_WEEKDAYS);
	lf_serialize_byte(lf_worded(s, "aggregate", lf_aggregate_names, LF_AGGREGATES), &aggregate, LF_AGGREGATES - 1);
	lf_serialize_byte(lf_worded(s, "align", alignment_words, LF_ALIGNMENTS), &alignment, LF_ALIGNMENTS - 1);
	model->aggregate = (lf_aggregate) aggregate;
	model->alignment = (lf_alignment) alignment;
	lf_serialize_i64(lf_named(s, "phase"), &model->phase);
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
	lf_open_object(s, "seasons_found");
	lf_serialize_bool(lf_named(s, "logged"), &found->logged);
	lf_open_list(s, "seasons");
	lf_serialize_int(lf_length_of(s, NULL), &found->count, 0, LF_MAX_SEASON_FACTS);
	for (int i = 0; i < found->count && !s->failed; i++)
	{
		lf_season_fact *fact = &found->fact[i];

		lf_open_object(s, NULL);
		lf_serialize_finite(lf_named(s, "length"), &fact->length);
		lf_serialize_finite(lf_named(s, "cycles"), &fact->cycles);
		lf_serialize_finite(lf_named(s, "gain"), &fact->gain);
		lf_serialize_finite(lf_named(s, "certainty"), &fact->certainty);
		lf_serialize_bool(lf_named(s, "natural"), &fact->natural);
		lf_serialize_bool(lf_named(s, "shown"), &fact->shown);
		lf_close(s);
	}
	lf_close(s);
	lf_close(s);
}

static void
serialize_time(lf_stream *s, lf_model *model)
{
	static const char *const kind_words[LF_TIME_KINDS] = {
		[LF_TIME_NONE] = "none",
		[LF_TIME_INTEGER] = "integer",
		[LF_TIME_DATE] = "date",
		[LF_TIME_TIMESTAMP] = "timestamp",
		[LF_TIME_TIMESTAMPTZ] = "timestamptz",
	};

	lf_serialize_text(lf_named(s, "relation"), &model->relation);
	lf_open_object(s, "time");
	lf_serialize_text(lf_named(s, "column"), &model->time_column);
	model->time_kind = lf_serialize_choice(lf_worded(s, "kind", kind_words, LF_TIME_KINDS), model->time_kind,
										   LF_TIME_KINDS);
	lf_serialize_int(lf_named(s, "step_months"), &model->step.months, INT32_MIN, INT32_MAX);
	lf_serialize_int(lf_named(s, "step_days"), &model->step.days, INT32_MIN, INT32_MAX);
	lf_serialize_i64(lf_named(s, "step_units"), &model->step.units);
	lf_serialize_i64(lf_named(s, "last"), &model->last_time);
	lf_serialize_text(lf_named(s, "zone"), &model->time_zone);
	model->missing.method = lf_serialize_choice(lf_worded(s, "missing", lf_missing_names, LF_MISSINGS),
												model->missing.method, LF_MISSINGS);
	lf_serialize_int(lf_named(s, "missing_season"), &model->missing.season, 0, LF_MAX_DIM);
	lf_serialize_u64(lf_named(s, "missing_rows"), &model->missing.rows);
	lf_serialize_u64(lf_named(s, "missing_values"), &model->missing.values);
	lf_serialize_i64(lf_named(s, "missing_first"), &model->missing.first);
	lf_serialize_i64(lf_named(s, "missing_last"), &model->missing.last);

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
	lf_close(s);

	/* ---- from format 3 on ---- */
	if (s->format >= 3)
		lf_serialize_text(lf_named(s, "holidays"), &model->holidays);
	else
		model->holidays = "";
}

static void
serialize_record(lf_stream *s, lf_model *model)
{
	int			forecasters = s->format >= 2 ? LF_FORECASTERS : LF_NAIVE_FORECASTERS;
	size_t		scores = (size_t) model->task.targets * LF_FORECASTERS;

	lf_serialize_bool(lf_named(s, "imported"), &model->imported);
	lf_serialize_u64(lf_named(s, "rows"), &model->rows);
	lf_serialize_u64(lf_named(s, "windows"), &model->windows);
	lf_serialize_u64(lf_named(s, "validation_windows"), &model->validation_windows);
	lf_serialize_int(lf_named(s, "season"), &model->season, 0, LF_MAX_DIM);
	serialize_season_facts(s, &model->found);
	lf_serialize_history(s, model);
	model->scores = lf_serialize_array(s, model->scores, scores, sizeof(lf_score), 30);
	lf_open_list(s, "scores");
	for (size_t i = 0; i < scores && !s->failed; i++)
	{
		lf_score	score = {0};

		if (s->direction != LF_READING)
			score = model->scores[i];
		if (i % LF_FORECASTERS == 0)
			lf_open_object(s, NULL);
		if ((int) (i % LF_FORECASTERS) < forecasters)
		{
			lf_open_object(s, lf_forecaster_keys[i % LF_FORECASTERS]);
			lf_serialize_finite(lf_named(s, "count"), &score.count);
			lf_serialize_double(lf_named(s, "absolute"), &score.absolute);	/* sums overflow where values are huge */
			lf_serialize_double(lf_named(s, "squares"), &score.squares);
			lf_serialize_double(lf_named(s, "behind"), &score.behind);
			lf_serialize_double(lf_named(s, "behind_squares"), &score.behind_squares);
			lf_close(s);
		}
		if ((i + 1) % LF_FORECASTERS == 0)
			lf_close(s);
		if (s->direction == LF_READING && model->scores != NULL)
			model->scores[i] = score;
	}
	lf_close(s);
}

static void
serialize_errors(lf_stream *s, lf_errors *errors, int targets)
{
	size_t		lists;
	size_t		most;

	lf_open_object(s, "errors");
	lf_serialize_int(lf_named(s, "steps"), &errors->steps, 0, LF_MAX_DIM);
	lf_serialize_int(lf_named(s, "most"), &errors->most, 0, LF_MAX_ERRORS);
	lists = (size_t) errors->steps * (size_t) targets;
	most = (size_t) errors->most;
	errors->count = lf_serialize_array(s, errors->count, lists, sizeof(int), 4);
	errors->error = lf_serialize_array(s, errors->error, lists * most, sizeof(float), 4);
	lf_open_list(s, "of_steps_and_targets");
	for (size_t i = 0; i < lists && !s->failed; i++)
	{
		int			count = s->direction == LF_READING ? 0 : errors->count[i];

		lf_open_object(s, NULL);
		lf_serialize_int(lf_named(s, "count"), &count, 0, errors->most);
		lf_open_list(s, "errors");
		if (s->direction == LF_READING && errors->count != NULL)
			errors->count[i] = count;
		for (size_t k = 0; k < most && !s->failed; k++)
		{
			float		error = s->direction == LF_READING ? 0 : errors->error[i * most + k];

			lf_serialize_single(s, &error);
			if (s->direction == LF_READING && errors->error != NULL)
				errors->error[i * most + k] = error;
		}
		lf_close(s);
		lf_close(s);
	}
	lf_close(s);
	lf_close(s);
}

/* A flag, then what each target is mixed with. */
static void
serialize_blend(lf_stream *s, lf_model *model)
{
	bool		present = s->direction != LF_READING && model->blend != NULL;

	lf_serialize_bool(lf_presence_of(s, "blend"), &present);
	if (!present)
	{
		model->blend = NULL;
		return;
	}
	lf_open_list(s, "blend");
	model->blend = lf_serialize_array(s, model->blend, (size_t) model->task.targets, sizeof(lf_blend), 12);
	for (int j = 0; j < model->task.targets && !s->failed; j++)
	{
		lf_blend	blend = {0};

		if (s->direction != LF_READING)
			blend = model->blend[j];
		lf_open_object(s, NULL);
		blend.with = lf_serialize_choice(lf_worded(s, "with", lf_forecaster_keys, LF_FORECASTERS), blend.with,
										 LF_FORECASTERS);
		lf_serialize_finite(lf_named(s, "weight"), &blend.weight);
		lf_close(s);
		if (s->direction == LF_READING && model->blend != NULL)
			model->blend[j] = blend;
	}
	lf_close(s);
}

/* A flag, then how errors hang together. */
static void
serialize_dependence(lf_stream *s, lf_dependence *dependence)
{
	lf_serialize_bool(lf_presence_of(s, "dependence"), &dependence->known);
	if (!dependence->known)
		return;
	lf_open_object(s, "dependence");
	lf_serialize_finite(lf_named(s, "level"), &dependence->level);
	lf_serialize_finite(lf_named(s, "walk"), &dependence->walk);
	lf_serialize_finite(lf_named(s, "series"), &dependence->series);
	lf_close(s);
}

/* The newest rows, where no relation has them. */
static void
serialize_tail(lf_stream *s, lf_model *model)
{
	if (s->format >= 2)
		lf_serialize_int(lf_named(s, "tail_before"), &model->tail_before, 0, LF_MOST_PARTNER_ROWS);
	else
		model->tail_before = 0;
	lf_serialize_optional(s, "tail", &model->tail, (size_t) (model->tail_before + model->task.lookback) * (size_t) model->columns);
}

static void
serialize_model(lf_stream *s, lf_model *model)
{
	lf_serialize_spec(s, &model->spec);
	lf_serialize_int(lf_length_of(s, "columns"), &model->columns, 1, LF_MAX_COLUMNS);
	lf_serialize_training(s, &model->training);
	lf_serialize_task(s, &model->task, model->columns, model->training.loss);
	/* the sizes of what follows come from both */
	if (s->direction == LF_READING && (s->failed || !lf_spec_serves(&model->spec, &model->task, &model->parameters)))
		lf_blame(s, "layers");
	lf_serialize_text(lf_named(s, "version"), &model->version);
	lf_open_list(s, "columns");
	lf_serialize_texts(s, &model->names, (size_t) model->columns);
	lf_close(s);
	serialize_categories(s, model);
	serialize_series(s, model);
	lf_serialize_shapes(s, model);
	serialize_time(s, model);
	serialize_record(s, model);
	serialize_errors(s, &model->errors, model->task.targets);
	lf_serialize_optional(s, "level_regression", &model->level_regression, lf_level_regression_size(&model->task));
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

static void
put_header(lf_stream *s, int format, size_t length)
{
	lf_serialize_bytes(s, (void *) magic, sizeof(magic));
	(void) lf_serialize_integer(s, (uint64_t) format, 2);
	(void) lf_serialize_integer(s, 0, 2);
	(void) lf_serialize_integer(s, length, 8);
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

	put_header(&s, LF_FORMAT, lf_model_size(model));
	serialize_model(&s, &copy);
	if (!s.interrupted)
		(void) lf_serialize_integer(&s, checksum(&s, bytes, s.at), 4);
	return s.interrupted ? LF_INTERRUPTED : LF_OK;
}

/* Reads what is around the body, of a stream over all bytes, and leaves it at the beginning of that. */
static lf_status
open_envelope(lf_stream *stream)
{
	lf_stream	s = *stream;
	lf_stream	end = s;
	size_t		length = s.length;
	uint64_t	format;
	uint64_t	flags;
	uint64_t	size;
	uint32_t	crc;

	if (length < HEADER_SIZE + CHECKSUM_SIZE || memcmp(s.in, magic, sizeof(magic)) != 0)
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
	crc = checksum(&s, s.in, length - CHECKSUM_SIZE);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (lf_serialize_integer(&end, 0, 4) != crc)
		return LF_CORRUPT;

	s.format = (int) format;
	s.length = length - CHECKSUM_SIZE;
	*stream = s;
	return LF_OK;
}

lf_status
lf_model_read(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt, lf_arena *arena,
			  lf_model *model)
{
	lf_stream	s = {.direction = LF_READING, .in = bytes, .length = length, .arena = arena, .interrupt = interrupt};
	lf_status	status = open_envelope(&s);

	*model = (lf_model) {.relation = "", .holidays = ""};
	if (status != LF_OK)
		return status;
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

/* ---- as named fields ---- */

lf_status
lf_model_outline(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt, lf_fields *fields,
				 int *format)
{
	lf_arena	arena = lf_arena_measure();
	lf_stream	s = {.direction = LF_READING, .in = bytes, .length = length, .arena = &arena, .interrupt = interrupt};
	lf_status	status = open_envelope(&s);
	lf_model	model = {.relation = "", .holidays = ""};

	fields->building = false;
	fields->marks = 0;
	fields->depth = fields->silent = 0;
	if (status != LF_OK)
		return status;
	*format = s.format;
	s.fields = fields;
	serialize_model(&s, &model);
	if (s.interrupted)
		return LF_INTERRUPTED;
	return s.failed || s.at != s.length ? LF_CORRUPT : LF_OK;
}

lf_status
lf_model_from_tree(lf_node *root, int format, const volatile sig_atomic_t *interrupt, lf_fields *fields, size_t *length)
{
	lf_arena	arena = lf_arena_measure();
	lf_stream	s = {.direction = LF_READING, .format = format, .in = fields->out, .at = HEADER_SIZE,
		.length = HEADER_SIZE, .arena = &arena, .interrupt = interrupt, .fields = fields};
	lf_stream	around = {.direction = LF_WRITING, .out = fields->out, .interrupt = interrupt};
	lf_model	model = {.relation = "", .holidays = ""};

	LF_ASSERT(root->kind == LF_NODE_OBJECT && fields->size >= HEADER_SIZE + CHECKSUM_SIZE);
	fields->building = true;
	fields->fault = LF_FAULT_VALUE;
	fields->name = NULL;
	fields->silent = 0;
	fields->depth = 1;
	fields->frame[0] = (lf_field_frame) {.node = root};
	fields->end = fields->size - CHECKSUM_SIZE;
	serialize_model(&s, &model);
	lf_close(&s);
	if (s.interrupted)
		return LF_INTERRUPTED;
	if (s.failed || s.at != s.length)
		return LF_CORRUPT;
	*length = s.length + CHECKSUM_SIZE;
	put_header(&around, format, *length);
	around.at = s.length;
	(void) lf_serialize_integer(&around, checksum(&around, fields->out, s.length), 4);
	return around.interrupted ? LF_INTERRUPTED : LF_OK;
}
