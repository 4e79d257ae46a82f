/*
 * task_bytes.c: the fields of what a model was asked for, each in its range; what they must have in common stands in
 * sound.c.
 */
#include "model/task_bytes.h"

/* Words for the kinds of layers: those of their classes. */
static void
layer_words(const char *words[LF_LAYER_KINDS])
{
	for (int i = 0; i < LF_LAYER_KINDS; i++)
		words[i] = lf_layer_class_of((lf_layer_kind) i)->name;
}

/* A shape, whose list is open, and closed then. */
static void
serialize_shape(lf_stream *s, lf_shape *shape, int lowest)
{
	lf_serialize_int(lf_length_of(s, NULL), &shape->rank, 1, LF_MAX_RANK);
	for (int i = 0; i < shape->rank; i++)
		lf_serialize_int(s, &shape->dim[i], lowest, LF_MAX_DIM);
	lf_close(s);
}

/* The arguments that a layer takes, those of what it wraps too. A kind that is none takes nothing. */
static unsigned
arguments_of(const lf_layer_spec *layer)
{
	const lf_layer_class *class = lf_layer_class_of(layer->kind);
	const lf_layer_class *inner = lf_layer_class_of(layer->inner);

	return class->arguments & LF_ARG_LAYER ? class->arguments | inner->arguments : class->arguments;
}

/* The shape that a reshape wants; other layers have one without a size. */
static void
serialize_target(lf_stream *s, lf_shape *target)
{
	static const unsigned char none[] = {1, 0, 0, 0, 0, 0, 0, 0};

	lf_open_optional_list(s, "target_shape", none, sizeof(none));
	serialize_shape(s, target, -1);
}

static void
serialize_layer(lf_stream *s, lf_layer_spec *layer)
{
	const char *kinds[LF_LAYER_KINDS];
	unsigned	takes;

	layer_words(kinds);
	layer->kind = lf_serialize_choice(lf_worded(s, "type", kinds, LF_LAYER_KINDS), layer->kind, LF_LAYER_KINDS);
	s->optional = !(lf_layer_class_of(layer->kind)->arguments & LF_ARG_LAYER);
	layer->inner = lf_serialize_choice(lf_worded(s, "wrapped", kinds, LF_LAYER_KINDS), layer->inner, LF_LAYER_KINDS);
	takes = arguments_of(layer);
	lf_serialize_int(lf_named_if(s, takes & LF_ARG_FILTERS ? "filters" : takes & LF_ARG_N ? "n" : "units",
								 takes & (LF_ARG_UNITS | LF_ARG_FILTERS | LF_ARG_N)), &layer->units, 0, LF_MAX_DIM);
	s->optional = !(takes & LF_ARG_ACTIVATION);
	layer->activation = lf_serialize_choice(lf_worded(s, "activation", lf_activation_names, LF_ACTIVATIONS),
											layer->activation, LF_ACTIVATIONS);
	s->optional = !(takes & LF_ARG_RECURRENT_ACTIVATION);
	layer->recurrent_activation = lf_serialize_choice(lf_worded(s, "recurrent_activation", lf_activation_names,
																LF_ACTIVATIONS),
													  layer->recurrent_activation, LF_ACTIVATIONS);
	lf_serialize_bool(lf_named_if(s, "use_bias", takes & LF_ARG_USE_BIAS), &layer->use_bias);
	lf_serialize_bool(lf_named_if(s, "unit_forget_bias", takes & LF_ARG_UNIT_FORGET_BIAS), &layer->unit_forget_bias);
	lf_serialize_bool(lf_named_if(s, "return_sequences", takes & LF_ARG_RETURN_SEQUENCES), &layer->return_sequences);
	lf_serialize_bool(lf_named_if(s, "go_backwards", takes & LF_ARG_GO_BACKWARDS), &layer->go_backwards);
	s->optional = !(takes & LF_ARG_MERGE_MODE);
	layer->merge = lf_serialize_choice(lf_worded(s, "merge_mode", lf_merge_names, LF_MERGES), layer->merge, LF_MERGES);
	s->optional = !(takes & LF_ARG_PADDING);
	layer->padding = lf_serialize_choice(lf_worded(s, "padding", lf_padding_names, LF_PADDINGS), layer->padding,
										 LF_PADDINGS);
	for (int i = 0; i < 2; i++)
	{
		unsigned	kernel = i == 0 ? LF_ARG_KERNEL_SIZE | LF_ARG_KERNEL_SIZE_2D | LF_ARG_POOL_SIZE : LF_ARG_KERNEL_SIZE_2D;
		unsigned	strides = i == 0 ? LF_ARG_STRIDES | LF_ARG_STRIDES_2D : LF_ARG_STRIDES_2D;
		bool		pools = takes & LF_ARG_POOL_SIZE;

		lf_serialize_int(lf_named_if(s, i > 0 ? "kernel_size_2" : pools ? "pool_size" : "kernel_size", takes & kernel),
						 &layer->kernel[i], 0, LF_MAX_DIM);
		lf_serialize_int(lf_named_if(s, i > 0 ? "strides_2" : "strides", takes & strides), &layer->strides[i], 0,
						 LF_MAX_DIM);
	}
	serialize_target(s, &layer->target);
	lf_serialize_finite(lf_named_if(s, "rate", takes & LF_ARG_RATE), &layer->rate);
	lf_serialize_int(lf_named_if(s, "segments", takes & LF_ARG_SEGMENTS), &layer->segments, 0, LF_MAX_DIM);
	lf_serialize_int(lf_named_if(s, "categories", takes & LF_ARG_CATEGORIES), &layer->categories, 0, LF_MAX_DIM);

	/* ---- from format 2 on: none of the layers of format 1 takes it ---- */
	if (s->format >= 2)
		lf_serialize_bool(lf_named_if(s, "reset_after", takes & LF_ARG_RESET_AFTER), &layer->reset_after);
	else
		layer->reset_after = false;
}

void
lf_serialize_spec(lf_stream *s, lf_spec *spec)
{
	lf_open_list(s, "input");
	serialize_shape(s, &spec->input, 1);
	lf_open_list(s, "layers");
	lf_serialize_int(lf_length_of(s, NULL), &spec->count, 1, LF_MAX_LAYERS);
	for (int i = 0; i < spec->count && !s->failed; i++)
	{
		lf_open_object(s, NULL);
		serialize_layer(s, &spec->layer[i]);
		lf_close(s);
	}
	lf_close(s);
}

static void
serialize_indexes(lf_stream *s, const char *name, int16_t *index, int count, int columns)
{
	lf_open_list(s, name);
	for (int i = 0; i < count; i++)
	{
		int			column = index[i];

		lf_serialize_int(s, &column, 0, columns - 1);
		index[i] = (int16_t) column;
	}
	lf_close(s);
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
	lf_open_list(s, "levels");
	lf_serialize_int(lf_length_of(s, NULL), &levels, 0, LF_MAX_LEVELS);
	for (int i = 0; i < levels; i++)
	{
		level[i] = head->level[i];
		lf_serialize_double(s, &level[i]);
	}
	lf_close(s);
	if (s->direction == LF_READING && (s->failed || !lf_head_set_levels(head, level, levels)))
		s->failed = true;
}

void
lf_serialize_seasons(lf_stream *s, lf_seasons *seasons)
{
	lf_open_list(s, "seasons");
	lf_serialize_int(lf_length_of(s, NULL), &seasons->count, 0, LF_MAX_SEASONS);
	for (int i = 0; i < seasons->count && !s->failed; i++)
	{
		lf_open_object(s, NULL);
		lf_serialize_finite(lf_named(s, "length"), &seasons->season[i].length);
		lf_serialize_int(lf_named(s, "knots"), &seasons->season[i].knots, 2, LF_MAX_KNOTS);
		lf_close(s);
	}
	lf_close(s);
}

static const char *const kind_words[LF_COLUMN_KINDS] = {
	[LF_COLUMN_MEASURED] = "measured",
	[LF_COLUMN_KNOWN] = "known",
	[LF_COLUMN_CALENDAR] = "calendar",
	[LF_COLUMN_STATIC] = "static",
	[LF_COLUMN_CATEGORY] = "category",
	[LF_COLUMN_SERIES] = "series",
	[LF_COLUMN_EVENT] = "holiday",
};

void
lf_serialize_task(lf_stream *s, lf_task *task, int columns, lf_loss loss)
{
	lf_open_object(s, "task");
	lf_serialize_int(lf_named(s, "lookback"), &task->lookback, 1, LF_MAX_DIM);
	lf_serialize_int(lf_named(s, "horizon"), &task->horizon, 1, LF_MAX_DIM);
	lf_serialize_int(lf_named(s, "lead"), &task->lead, 0, LF_MAX_DIM);
	lf_serialize_int(lf_length_of(s, "inputs"), &task->inputs, 1, LF_MAX_COLUMNS);
	lf_serialize_int(lf_length_of(s, "targets"), &task->targets, 1, LF_MAX_COLUMNS);
	serialize_indexes(s, "inputs", task->input, task->inputs, columns);
	serialize_indexes(s, "targets", task->target, task->targets, columns);
	lf_open_list(s, "rows_ahead");
	for (int i = 0; i < task->inputs && !s->failed; i++)
		lf_serialize_int(s, &task->ahead[i], 0, LF_MAX_DIM);
	lf_close(s);
	lf_open_list(s, "column_kinds");
	for (int i = 0; i < columns && !s->failed; i++)
		task->kind[i] = (uint8_t) lf_serialize_choice(lf_worded(s, NULL, kind_words, LF_COLUMN_KINDS), task->kind[i],
													  LF_COLUMN_KINDS);
	lf_close(s);
	lf_serialize_int(lf_named(s, "season"), &task->season, 0, LF_MAX_DIM);
	lf_serialize_int(lf_named(s, "difference"), &task->difference, 0, task->lookback);
	lf_serialize_bool(lf_named(s, "log"), &task->log);
	lf_serialize_finite(lf_named(s, "log_from"), &task->log_from);
	lf_serialize_bool(lf_named(s, "limited"), &task->limited);
	lf_serialize_double(lf_named(s, "lower_limit"), &task->lower_limit);
	lf_serialize_double(lf_named(s, "upper_limit"), &task->upper_limit);
	lf_serialize_bool(lf_named(s, "independent"), &task->independent);
	serialize_head(s, &task->head, loss);

	/* ---- from format 2 on: in format 1 every limit was asked for ---- */
	if (s->format < 2)
		task->limit_found = false;
	else
		lf_serialize_bool(lf_named(s, "limit_found"), &task->limit_found);
	if (s->format >= 2)
	{
		lf_serialize_bool(lf_named(s, "log_found"), &task->log_found);
		task->deseasonalize = lf_serialize_choice(lf_worded(s, "deseasonalize", lf_deseasonalize_names,
															LF_DESEASONALIZES),
												  task->deseasonalize, LF_DESEASONALIZES);
		lf_serialize_seasons(s, &task->seasons);
	}
	else
	{
		task->log_found = false;
		task->deseasonalize = LF_DESEASONALIZE_NONE;
		task->seasons = (lf_seasons) {0};
	}
	lf_close(s);
}

void
lf_serialize_training(lf_stream *s, lf_training *training)
{
	lf_open_object(s, "training");
	training->loss = lf_serialize_choice(lf_worded(s, "loss", lf_loss_names, LF_LOSSES), training->loss, LF_LOSSES);
	training->optimizer = lf_serialize_choice(lf_worded(s, "optimizer", lf_optimizer_names, LF_OPTIMIZERS),
											  training->optimizer, LF_OPTIMIZERS);
	training->schedule = lf_serialize_choice(lf_worded(s, "schedule", lf_schedule_names, LF_SCHEDULES),
											 training->schedule, LF_SCHEDULES);
	training->scale = lf_serialize_choice(lf_worded(s, "scale", lf_scale_names, LF_SCALES), training->scale, LF_SCALES);
	training->normalize = lf_serialize_choice(lf_worded(s, "normalize", lf_normalize_names, LF_NORMALIZES),
											  training->normalize, LF_NORMALIZES);
	lf_serialize_finite(lf_named(s, "learning_rate"), &training->learning_rate);
	lf_serialize_finite(lf_named(s, "momentum"), &training->momentum);
	lf_serialize_finite(lf_named(s, "weight_decay"), &training->weight_decay);
	lf_serialize_finite(lf_named(s, "clip_norm"), &training->clip_norm);
	lf_serialize_finite(lf_named(s, "validation"), &training->validation);
	lf_serialize_int(lf_named(s, "epochs"), &training->epochs, 0, INT32_MAX);
	lf_serialize_int(lf_named(s, "batch_size"), &training->batch_size, 0, LF_MAX_BATCH);
	lf_serialize_int(lf_named(s, "patience"), &training->patience, 0, INT32_MAX);
	lf_serialize_bool(lf_named(s, "shuffle"), &training->shuffle);
	lf_serialize_bool(lf_named(s, "refit"), &training->refit);
	lf_serialize_bool(lf_named(s, "calibrate"), &training->calibrate);
	lf_serialize_bool(lf_named(s, "blend"), &training->blend);
	lf_serialize_u64(lf_named(s, "seed"), &training->seed);
	lf_close(s);
}
