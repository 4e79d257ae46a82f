/*
 * combination_bytes.c: a combination on its way through a stream.
 */
#include "model/combination_bytes.h"

#include "model/network_bytes.h"
#include "model/sound.h"
#include "model/task_bytes.h"
#include "series/level.h"


static void
serialize_weights(lf_stream *s, lf_combination *combination, int targets)
{
	size_t		count = (size_t) targets * (size_t) combination->parts;

	combination->weight = lf_serialize_array(s, combination->weight, count, sizeof(double), 8);
	lf_open_list(s, "part_weights");
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		weight = s->direction == LF_READING ? 0 : combination->weight[i];

		if (i % (size_t) combination->parts == 0)
			lf_open_list(s, NULL);

		lf_serialize_finite(s, &weight);
		if (s->direction == LF_READING && combination->weight != NULL)
			combination->weight[i] = weight;
		if ((i + 1) % (size_t) combination->parts == 0)
			lf_close(s);
	}
	lf_close(s);
}

/* A flag, then how many weights the network that is shipped has, and these, where it was trained on. */
static void
serialize_tuned(lf_stream *s, lf_partner_facts *facts)
{
	bool		present = s->direction != LF_READING && facts->tuned != NULL;
	uint64_t	count = lf_zero_weights();
	float	   *tuned;

	lf_serialize_bool(lf_presence_of(s, "tuned"), &present);
	if (!present)
	{
		facts->tuned = NULL;
		return;
	}
	lf_open_list(s, "tuned");
	lf_serialize_u64(lf_length_of(s, NULL), &count);
	/* another release may ship another network: its weights would say nothing here */
	if (count != lf_zero_weights())
		s->failed = true;
	if (s->failed)
		return;
	tuned = lf_serialize_array(s, facts->tuned, (size_t) count, sizeof(float), 4);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		float		weight = s->direction == LF_READING ? 0 : facts->tuned[i];

		lf_serialize_single(s, &weight);
		/* no training comes near such weights, and sums of them stay finite in floats */
		if (!(fabsf(weight) <= LF_ZERO_LARGEST_WEIGHT))
			s->failed = true;
		if (s->direction == LF_READING && tuned != NULL)
			tuned[i] = weight;
	}
	lf_close(s);
	facts->tuned = tuned;
}

/* What partners have learned of each series; each number in the range that it can have. */
static void
serialize_learned(lf_stream *s, lf_model *model)
{
	size_t		count = model->series * (size_t) model->task.targets * LF_PARTNERS;
	bool		present = s->direction != LF_READING && model->learned != NULL;

	lf_serialize_bool(lf_presence_of(s, "partners"), &present);
	if (!present)
	{
		model->learned = NULL;
		return;
	}
	lf_open_object(s, "partners");
	lf_serialize_seasons(s, &model->partner_facts.seasons);
	lf_serialize_bool(lf_named(s, "logged"), &model->partner_facts.logged);
	lf_serialize_bool(lf_named(s, "sought"), &model->partner_facts.sought);
	serialize_tuned(s, &model->partner_facts);
	lf_open_list(s, "learned");
	model->learned = lf_serialize_array(s, model->learned, count, sizeof(lf_learned), 41);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		lf_learned	learned = {0};

		if (s->direction != LF_READING)
			learned = model->learned[i];
		if (i % LF_PARTNERS == 0)
			lf_open_object(s, NULL);
		lf_open_object(s, lf_partner_names[i % LF_PARTNERS]);
		lf_serialize_byte(lf_named(s, "form"), &learned.form, UINT8_MAX);
		lf_serialize_finite(lf_named(s, "alpha"), &learned.alpha);
		lf_serialize_finite(lf_named(s, "beta"), &learned.beta);
		lf_serialize_finite(lf_named(s, "gamma"), &learned.gamma);
		lf_serialize_finite(lf_named(s, "phi"), &learned.phi);
		lf_serialize_finite(lf_named(s, "line"), &learned.line);
		lf_close(s);
		if ((i + 1) % LF_PARTNERS == 0)
			lf_close(s);
		if (!s->failed && !lf_learned_is_sound((lf_partner) (i % LF_PARTNERS), &learned))
			s->failed = true;
		if (s->direction == LF_READING && model->learned != NULL)
			model->learned[i] = learned;
	}
	lf_close(s);
	lf_close(s);
}

/* A network beside the first one: what it has of its own. */
static void
serialize_other(lf_stream *s, const lf_model *model, lf_model *other)
{
	lf_serialize_spec(s, &other->spec);
	lf_serialize_training(s, &other->training);
	lf_serialize_task(s, &other->task, model->columns, other->training.loss);
	if (s->direction == LF_READING && (s->failed || !lf_spec_serves(&other->spec, &other->task, &other->parameters)))
		lf_blame(s, "layers");
	if (s->failed)
		return;
	if (s->direction == LF_READING)
	{
		other->series = model->series;
		other->columns = model->columns;
	}
	lf_serialize_scalers(s, other);
	lf_serialize_shapes(s, other);
	lf_serialize_u64(lf_named(s, "windows"), &other->windows);
	lf_serialize_u64(lf_named(s, "validation_windows"), &other->validation_windows);
	lf_serialize_history(s, other);
	lf_serialize_optional(s, "level_regression", &other->level_regression, lf_level_regression_size(&other->task));
	lf_serialize_ranges(s, other);
	lf_serialize_weights(s, other);
}

void
lf_serialize_combination(lf_stream *s, lf_model *model)
{
	lf_combination *combination = &model->combination;

	lf_open_list(s, "candidates");
	lf_serialize_int(lf_length_of(s, NULL), &model->tried, 0, LF_MAX_COMBINED);
	for (int i = 0; i < model->tried && !s->failed; i++)
	{
		lf_tried   *tried = &model->candidate[i];

		lf_open_object(s, NULL);
		tried->candidate = (lf_candidate) lf_serialize_choice(lf_worded(s, "name", lf_candidate_names, LF_CANDIDATES),
															  (int) tried->candidate, LF_CANDIDATES);
		lf_serialize_double(lf_named(s, "error"), &tried->error);
		lf_serialize_finite(lf_named(s, "weight"), &tried->weight);
		lf_close(s);
	}
	lf_close(s);
	lf_open_list(s, "parts");
	lf_serialize_int(lf_length_of(s, NULL), &combination->parts, 0, LF_MAX_COMBINED);
	for (int i = 0; i < combination->parts && !s->failed; i++)
		combination->part[i] = (lf_forecaster) lf_serialize_choice(lf_worded(s, NULL, lf_forecaster_keys, LF_FORECASTERS),
																   (int) combination->part[i], LF_FORECASTERS);
	lf_close(s);
	if (combination->parts == 0 || s->failed)
		return;
	serialize_weights(s, combination, model->task.targets);
	serialize_learned(s, model);
	model->others = lf_combination_networks(combination) - 1;
	if (model->others < 0 || model->others >= LF_MAX_NETWORKS)
		s->failed = true;
	if (s->failed)
		return;
	model->other = lf_serialize_array(s, model->other, (size_t) model->others, sizeof(lf_model), 100);
	lf_open_list(s, "other_networks");
	for (int i = 0; i < model->others && !s->failed; i++)
	{
		lf_model	other = {0};

		if (s->direction != LF_READING)
			other = model->other[i];
		lf_open_object(s, NULL);
		serialize_other(s, model, &other);
		lf_close(s);
		if (s->direction == LF_READING && model->other != NULL)
			model->other[i] = other;
	}
	lf_close(s);
}
