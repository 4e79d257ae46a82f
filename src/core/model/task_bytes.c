/*
 * task_bytes.c: the fields of what a model was asked for, each in its range; what they must have in common stands in
 * sound.c.
 */
#include "model/task_bytes.h"

static void
serialize_shape(lf_stream *s, lf_shape *shape, int lowest)
{
	lf_serialize_int(s, &shape->rank, 1, LF_MAX_RANK);
	for (int i = 0; i < shape->rank; i++)
		lf_serialize_int(s, &shape->dim[i], lowest, LF_MAX_DIM);
}

static void
serialize_layer(lf_stream *s, lf_layer_spec *layer)
{
	layer->kind = lf_serialize_choice(s, layer->kind, LF_LAYER_KINDS);
	layer->inner = lf_serialize_choice(s, layer->inner, LF_LAYER_KINDS);
	lf_serialize_int(s, &layer->units, 0, LF_MAX_DIM);
	layer->activation = lf_serialize_choice(s, layer->activation, LF_ACTIVATIONS);
	layer->recurrent_activation = lf_serialize_choice(s, layer->recurrent_activation, LF_ACTIVATIONS);
	lf_serialize_bool(s, &layer->use_bias);
	lf_serialize_bool(s, &layer->unit_forget_bias);
	lf_serialize_bool(s, &layer->return_sequences);
	lf_serialize_bool(s, &layer->go_backwards);
	layer->merge = lf_serialize_choice(s, layer->merge, LF_MERGES);
	layer->padding = lf_serialize_choice(s, layer->padding, LF_PADDINGS);
	for (int i = 0; i < 2; i++)
	{
		lf_serialize_int(s, &layer->kernel[i], 0, LF_MAX_DIM);
		lf_serialize_int(s, &layer->strides[i], 0, LF_MAX_DIM);
	}
	serialize_shape(s, &layer->target, -1);
	lf_serialize_finite(s, &layer->rate);
	lf_serialize_int(s, &layer->segments, 0, LF_MAX_DIM);
	lf_serialize_int(s, &layer->categories, 0, LF_MAX_DIM);

	/* ---- from format 2 on: none of the layers of format 1 takes it ---- */
	if (s->format >= 2)
		lf_serialize_bool(s, &layer->reset_after);
	else
		layer->reset_after = false;
}

void
lf_serialize_spec(lf_stream *s, lf_spec *spec)
{
	serialize_shape(s, &spec->input, 1);
	lf_serialize_int(s, &spec->count, 1, LF_MAX_LAYERS);
	for (int i = 0; i < spec->count && !s->failed; i++)
		serialize_layer(s, &spec->layer[i]);
}

static void
serialize_indexes(lf_stream *s, int16_t *index, int count, int columns)
{
	for (int i = 0; i < count; i++)
	{
		int			column = index[i];

		lf_serialize_int(s, &column, 0, columns - 1);
		index[i] = (int16_t) column;
	}
}

static void
serialize_head(lf_stream *s, lf_head *head, lf_loss loss)
{
	double		level[LF_MAX_LEVELS];
	int			levels = head->levels;

	if (s->direction == LF_READING)
		*head = (lf_head) {.kind = lf_loss_head(loss)};
	if (!lf_head_class_of(head)->has_levels)
		return;
	lf_serialize_int(s, &levels, 0, LF_MAX_LEVELS);
	for (int i = 0; i < levels; i++)
	{
		level[i] = head->level[i];
		lf_serialize_double(s, &level[i]);
	}
	if (s->direction == LF_READING && (s->failed || !lf_head_set_levels(head, level, levels)))
		s->failed = true;
}

void
lf_serialize_seasons(lf_stream *s, lf_seasons *seasons)
{
	lf_serialize_int(s, &seasons->count, 0, LF_MAX_SEASONS);
	for (int i = 0; i < seasons->count && !s->failed; i++)
	{
		lf_serialize_finite(s, &seasons->season[i].length);
		lf_serialize_int(s, &seasons->season[i].knots, 2, LF_MAX_KNOTS);
	}
}

void
lf_serialize_task(lf_stream *s, lf_task *task, int columns, lf_loss loss)
{
	lf_serialize_int(s, &task->lookback, 1, LF_MAX_DIM);
	lf_serialize_int(s, &task->horizon, 1, LF_MAX_DIM);
	lf_serialize_int(s, &task->lead, 0, LF_MAX_DIM);
	lf_serialize_int(s, &task->inputs, 1, LF_MAX_COLUMNS);
	lf_serialize_int(s, &task->targets, 1, LF_MAX_COLUMNS);
	serialize_indexes(s, task->input, task->inputs, columns);
	serialize_indexes(s, task->target, task->targets, columns);
	for (int i = 0; i < task->inputs && !s->failed; i++)
		lf_serialize_int(s, &task->ahead[i], 0, LF_MAX_DIM);
	for (int i = 0; i < columns && !s->failed; i++)
		task->kind[i] = (uint8_t) lf_serialize_choice(s, task->kind[i], LF_COLUMN_KINDS);
	lf_serialize_int(s, &task->season, 0, LF_MAX_DIM);
	lf_serialize_int(s, &task->difference, 0, task->lookback);
	lf_serialize_bool(s, &task->log);
	lf_serialize_finite(s, &task->log_from);
	lf_serialize_bool(s, &task->limited);
	lf_serialize_double(s, &task->lower_limit);
	lf_serialize_double(s, &task->upper_limit);
	lf_serialize_bool(s, &task->independent);
	serialize_head(s, &task->head, loss);

	/* ---- from format 2 on: in format 1 every limit was asked for ---- */
	if (s->format < 2)
		task->limit_found = false;
	else
		lf_serialize_bool(s, &task->limit_found);
	if (s->format >= 2)
	{
		lf_serialize_bool(s, &task->log_found);
		task->deseasonalize = lf_serialize_choice(s, task->deseasonalize, LF_DESEASONALIZES);
		lf_serialize_seasons(s, &task->seasons);
	}
	else
	{
		task->log_found = false;
		task->deseasonalize = LF_DESEASONALIZE_NONE;
		task->seasons = (lf_seasons) {0};
	}
}

void
lf_serialize_training(lf_stream *s, lf_training *training)
{
	training->loss = lf_serialize_choice(s, training->loss, LF_LOSSES);
	training->optimizer = lf_serialize_choice(s, training->optimizer, LF_OPTIMIZERS);
	training->schedule = lf_serialize_choice(s, training->schedule, LF_SCHEDULES);
	training->scale = lf_serialize_choice(s, training->scale, LF_SCALES);
	training->normalize = lf_serialize_choice(s, training->normalize, LF_NORMALIZES);
	lf_serialize_finite(s, &training->learning_rate);
	lf_serialize_finite(s, &training->momentum);
	lf_serialize_finite(s, &training->weight_decay);
	lf_serialize_finite(s, &training->clip_norm);
	lf_serialize_finite(s, &training->validation);
	lf_serialize_int(s, &training->epochs, 0, INT32_MAX);
	lf_serialize_int(s, &training->batch_size, 0, LF_MAX_BATCH);
	lf_serialize_int(s, &training->patience, 0, INT32_MAX);
	lf_serialize_bool(s, &training->shuffle);
	lf_serialize_bool(s, &training->refit);
	lf_serialize_bool(s, &training->calibrate);
	lf_serialize_bool(s, &training->blend);
	lf_serialize_u64(s, &training->seed);
}
