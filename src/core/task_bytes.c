/*
 * task_bytes.c: the fields of what a model was asked for, each in its range; what they must have in common stands in sound.c.
 */
#include "task_bytes.h"

static void
transfer_shape(lf_stream *s, lf_shape *shape, int lowest)
{
	lf_transfer_int(s, &shape->rank, 1, LF_MAX_RANK);
	for (int i = 0; i < shape->rank; i++)
		lf_transfer_int(s, &shape->dim[i], lowest, LF_MAX_DIM);
}

static void
transfer_layer(lf_stream *s, lf_layer_spec *layer)
{
	layer->kind = lf_transfer_choice(s, layer->kind, LF_LAYER_KINDS);
	layer->inner = lf_transfer_choice(s, layer->inner, LF_LAYER_KINDS);
	lf_transfer_int(s, &layer->units, 0, LF_MAX_DIM);
	layer->activation = lf_transfer_choice(s, layer->activation, LF_ACTIVATIONS);
	layer->recurrent_activation = lf_transfer_choice(s, layer->recurrent_activation, LF_ACTIVATIONS);
	lf_transfer_bool(s, &layer->use_bias);
	lf_transfer_bool(s, &layer->unit_forget_bias);
	lf_transfer_bool(s, &layer->return_sequences);
	lf_transfer_bool(s, &layer->go_backwards);
	layer->merge = lf_transfer_choice(s, layer->merge, LF_MERGES);
	layer->padding = lf_transfer_choice(s, layer->padding, LF_PADDINGS);
	for (int i = 0; i < 2; i++)
	{
		lf_transfer_int(s, &layer->kernel[i], 0, LF_MAX_DIM);
		lf_transfer_int(s, &layer->strides[i], 0, LF_MAX_DIM);
	}
	transfer_shape(s, &layer->target, -1);
	lf_transfer_finite(s, &layer->rate);
	lf_transfer_int(s, &layer->segments, 0, LF_MAX_DIM);
	lf_transfer_int(s, &layer->categories, 0, LF_MAX_DIM);
}

void
lf_transfer_spec(lf_stream *s, lf_spec *spec)
{
	transfer_shape(s, &spec->input, 1);
	lf_transfer_int(s, &spec->count, 1, LF_MAX_LAYERS);
	for (int i = 0; i < spec->count && !s->failed; i++)
		transfer_layer(s, &spec->layer[i]);
}

static void
transfer_indexes(lf_stream *s, int16_t *index, int count, int columns)
{
	for (int i = 0; i < count; i++)
	{
		int			column = index[i];

		lf_transfer_int(s, &column, 0, columns - 1);
		index[i] = (int16_t) column;
	}
}

static void
transfer_head(lf_stream *s, lf_head *head, lf_loss loss)
{
	double		level[LF_MAX_LEVELS];
	int			levels = head->levels;

	if (s->direction == LF_READING)
		*head = (lf_head) {.kind = lf_loss_head(loss)};
	if (head->kind != LF_HEAD_QUANTILES)
		return;
	lf_transfer_int(s, &levels, 0, LF_MAX_LEVELS);
	for (int i = 0; i < levels; i++)
	{
		level[i] = head->level[i];
		lf_transfer_double(s, &level[i]);
	}
	if (s->direction == LF_READING && (s->failed || !lf_head_set_levels(head, level, levels)))
		s->failed = true;
}

void
lf_transfer_task(lf_stream *s, lf_task *task, int columns, lf_loss loss)
{
	lf_transfer_int(s, &task->lookback, 1, LF_MAX_DIM);
	lf_transfer_int(s, &task->horizon, 1, LF_MAX_DIM);
	lf_transfer_int(s, &task->lead, 0, LF_MAX_DIM);
	lf_transfer_int(s, &task->inputs, 1, LF_MAX_COLUMNS);
	lf_transfer_int(s, &task->targets, 1, LF_MAX_COLUMNS);
	transfer_indexes(s, task->input, task->inputs, columns);
	transfer_indexes(s, task->target, task->targets, columns);
	for (int i = 0; i < task->inputs && !s->failed; i++)
		lf_transfer_int(s, &task->ahead[i], 0, LF_MAX_DIM);
	for (int i = 0; i < columns && !s->failed; i++)
		task->kind[i] = (uint8_t) lf_transfer_choice(s, task->kind[i], LF_COLUMN_KINDS);
	lf_transfer_int(s, &task->season, 0, LF_MAX_DIM);
	lf_transfer_int(s, &task->difference, 0, task->lookback);
	lf_transfer_bool(s, &task->log);
	lf_transfer_finite(s, &task->log_from);
	lf_transfer_bool(s, &task->limited);
	lf_transfer_double(s, &task->lower_limit);
	lf_transfer_double(s, &task->upper_limit);
	lf_transfer_bool(s, &task->independent);
	transfer_head(s, &task->head, loss);
}

void
lf_transfer_training(lf_stream *s, lf_training *training)
{
	training->loss = lf_transfer_choice(s, training->loss, LF_LOSSES);
	training->optimizer = lf_transfer_choice(s, training->optimizer, LF_OPTIMIZERS);
	training->schedule = lf_transfer_choice(s, training->schedule, LF_SCHEDULES);
	training->scale = lf_transfer_choice(s, training->scale, LF_SCALES);
	training->normalize = lf_transfer_choice(s, training->normalize, LF_NORMALIZES);
	lf_transfer_finite(s, &training->learning_rate);
	lf_transfer_finite(s, &training->momentum);
	lf_transfer_finite(s, &training->weight_decay);
	lf_transfer_finite(s, &training->clip_norm);
	lf_transfer_finite(s, &training->validation);
	lf_transfer_int(s, &training->epochs, 0, INT32_MAX);
	lf_transfer_int(s, &training->batch_size, 0, LF_MAX_BATCH);
	lf_transfer_int(s, &training->patience, 0, INT32_MAX);
	lf_transfer_bool(s, &training->shuffle);
	lf_transfer_bool(s, &training->refit);
	lf_transfer_bool(s, &training->calibrate);
	lf_transfer_bool(s, &training->blend);
	lf_transfer_u64(s, &training->seed);
}
