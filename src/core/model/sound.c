/*
 * sound.c: the invariants of a model, one function for each.
 *
 * Each follows from what writes models: the options and their ranges (pg/train/options.c), what is chosen (plan.c,
 * defaults.c), how columns are added (pg/rows/columns.c), what a fit leaves (fit.c), lstm_update, averages, and
 * lstm_import. Sums and largest values of sound models must be sound again: averages are made of models that were read.
 */
#include "model/sound.h"

#include "model/sound_names.h"
#include "model/sound_time.h"
#include "series/level.h"

#include <math.h>
#include <string.h>

/* Where the values of options end. */
#define MOST_EPOCHS 1000000
#define LEAST_RATE 1e-10
#define MOST_RATE 100
#define MOST_MOMENTUM 0.999999
#define MOST_NORM 1e6
#define MOST_VALIDATION 0.9
#define MOST_LIMIT 1e300

static bool
within(double value, double low, double high)
{
	return value >= low && value <= high;
}

/* Rows that one window takes. */
static uint64_t
rows_of_window(const lf_task *task)
{
	return (uint64_t) task->lookback - 1 + (uint64_t) task->lead + (uint64_t) task->horizon;
}

/* ---- the task ---- */

static bool
targets_are_sound(const lf_model *model)
{
	const lf_task *task = &model->task;
	bool		seen[LF_MAX_COLUMNS] = {false};

	for (int j = 0; j < task->targets; j++)
	{
		if (task->kind[task->target[j]] != LF_COLUMN_MEASURED || seen[task->target[j]])
			return false;
		seen[task->target[j]] = true;
	}
	return true;
}

/* The part of a frame that columns of a kind lie in. */
static int
part_of(uint8_t kind)
{
	switch ((lf_column_kind) kind)
	{
		case LF_COLUMN_MEASURED:
			return 0;
		case LF_COLUMN_KNOWN:
			return 1;
		case LF_COLUMN_STATIC:
		case LF_COLUMN_CATEGORY:
			return 2;
		case LF_COLUMN_SERIES:
			return 3;
		case LF_COLUMN_EVENT:
			return 4;
		case LF_COLUMN_CALENDAR:
			return 5;
	}
	return 0;
}

static bool
kinds_are_sound(const lf_model *model)
{
	const uint8_t *kind = model->task.kind;

	for (int i = 0; i < model->columns; i++)
	{
		if (i > 0 && (part_of(kind[i]) < part_of(kind[i - 1]) ||
					  (kind[i] == LF_COLUMN_SERIES && kind[i - 1] == LF_COLUMN_SERIES)))
			return false;
		if ((kind[i] == LF_COLUMN_CALENDAR || kind[i] == LF_COLUMN_EVENT) && model->time_kind < LF_TIME_DATE)
			return false;
		/* aggregates have values and times, and nothing else */
		if (kind[i] != LF_COLUMN_CALENDAR && kind[i] != LF_COLUMN_MEASURED && !lf_is_given(model->time_column))
			return false;
		if (kind[i] == LF_COLUMN_SERIES && !lf_is_given(model->series_column))
			return false;
	}
	return true;
}

/* Takes the next input of a task if it is this column, so many rows ahead. */
static bool
next_is(const lf_task *task, int *place, int column, int ahead)
{
	if (*place >= task->inputs || task->input[*place] != column || task->ahead[*place] != ahead)
		return false;
	(*place)++;
	return true;
}

/*
 * Inputs stand as columns were added: categories in front, see lf_task_categories(), then the others; and behind them
 * what is known of later rows, up to the last output, as lf_task_look_ahead() has it. Measured columns that are no
 * input are targets and stand behind those that are.
 */
static bool
inputs_are_sound(const lf_model *model)
{
	const lf_task *task = &model->task;
	int			reach = task->lead + task->horizon - 1;
	bool		is_target[LF_MAX_COLUMNS] = {false};
	bool		only_targets = false;
	int			place = 0;
	int			present;		/* inputs of the window's own rows */

	for (int j = 0; j < task->targets; j++)
		is_target[task->target[j]] = true;
	for (int i = 0; i < model->columns; i++)
		if (lf_kind_is_category(task->kind[i]) && !next_is(task, &place, i, 0))
			return false;
	for (int i = 0; i < model->columns; i++)
	{
		bool		measured = task->kind[i] == LF_COLUMN_MEASURED;

		if (lf_kind_is_category(task->kind[i]))
			continue;
		if (!(measured && only_targets) && next_is(task, &place, i, 0))
			continue;
		only_targets = true;
		if (!measured || !is_target[i])
			return false;
	}
	present = place;
	for (int i = 0; i < present; i++)
		for (int ahead = 0; lf_kind_looks_ahead(task->kind[task->input[i]]) && ahead < reach;)
		{
			ahead = reach - ahead > task->lookback ? ahead + task->lookback : reach;
			if (!next_is(task, &place, task->input[i], ahead))
				return false;
		}
	return place == task->inputs && task->kind[0] == LF_COLUMN_MEASURED && lf_task_input_of(task, 0) >= 0;
}

/*
 * 0 is no season, and 1 is none found: only what was never looked at has 0. Those that are taken out are in order; of
 * logarithms only what is a sum there can be.
 */
static bool
seasons_are_sound(const lf_model *model)
{
	const lf_task *task = &model->task;

	if (!lf_seasons_are_sound(&task->seasons) ||
		(task->seasons.count > 0) != (task->deseasonalize != LF_DESEASONALIZE_NONE) ||
		(task->log && task->deseasonalize == LF_DESEASONALIZE_ADDITIVE) || (task->log_found && !task->log) ||
		(model->imported && (task->seasons.count > 0 || model->found.count > 0)))
		return false;
	for (int i = 0; i < model->found.count; i++)
		if (!within(model->found.fact[i].length, 2, LF_LONGEST_SEASON) || !(model->found.fact[i].cycles >= 0))
			return false;
	return model->season >= 1 && (model->imported ? task->season == 0 : task->season >= 1);
}

static bool
limits_are_sound(const lf_task *task)
{
	double		low = task->lower_limit;
	double		high = task->upper_limit;

	return low < high && (low == -(double) INFINITY || within(low, -MOST_LIMIT, MOST_LIMIT)) &&
		(high == (double) INFINITY || within(high, -MOST_LIMIT, MOST_LIMIT)) &&
		task->limited == (isfinite(low) || isfinite(high)) && task->log_from == (isfinite(low) ? low : 0) &&
		(!task->limit_found || (low == 0 && !task->log));
}

static bool
transform_is_sound(const lf_model *model)
{
	const lf_task *task = &model->task;

	/* counts are scaled, and nothing else */
	if (lf_head_counts(&task->head) &&
		(model->training.normalize != LF_NORMALIZE_NONE || task->deseasonalize != LF_DESEASONALIZE_NONE))
		return false;
	/* a mean and a spread have no logarithm */
	if (task->log && !lf_head_class_of(&task->head)->of_values)
		return false;
	/*
	 * differences are added up from the last value in the window on: a spread of them cannot be, and has no level
	 * besides
	 */
	if (task->difference < 0 || task->difference > task->lookback)
		return false;
	if (task->difference > 0 &&
		(task->lead != 1 || lf_head_is_distribution(&task->head) || model->training.normalize != LF_NORMALIZE_NONE ||
		 !lf_task_targets_are_inputs(task)))
		return false;
	if (task->independent && (task->targets < 2 || !lf_task_same_columns(task)))
		return false;
	return model->imported || limits_are_sound(task);
}

static bool
head_is_sound(const lf_model *model)
{
	const lf_head *head = &model->task.head;

	if (head->kind != lf_loss_head(model->training.loss))
		return false;
	/* intervals of a value are made of held-out errors and of nothing else */
	if (!lf_head_is_distribution(head) && !model->training.calibrate && !model->imported)
		return false;
	return lf_head_levels_are_sound(head);
}

static bool
normalize_is_sound(const lf_model *model)
{
	lf_normalize normalize = model->training.normalize;

	return normalize == LF_NORMALIZE_NONE ||
		(lf_task_can_normalize(&model->task) &&
		 (normalize < LF_NORMALIZE_SEASON_MEAN || lf_task_has_season(&model->task)));
}

/* ---- how it was trained ---- */

static bool
training_is_sound(const lf_model *model)
{
	const lf_training *training = &model->training;

	/* a training that began with an imported model could take over its learning rate of 0 in 1.0.0 */
	return (training->optimizer != LF_LEAST_SQUARES ||
			(lf_spec_is_linear(&model->spec) && !lf_head_is_distribution(&model->task.head))) &&
		(training->learning_rate == 0 || within(training->learning_rate, LEAST_RATE, MOST_RATE)) &&
		within(training->momentum, 0, MOST_MOMENTUM) && within(training->weight_decay, 0, 1) &&
		within(training->clip_norm, 0, MOST_NORM) && within(training->validation, 0, MOST_VALIDATION) &&
		training->epochs <= MOST_EPOCHS && training->patience <= MOST_EPOCHS && training->batch_size >= 1 &&
		training->batch_size <= LF_MAX_BATCH / lf_task_samples(&model->task);
}

static bool
missing_is_sound(const lf_model *model)
{
	const lf_missing_record *missing = &model->missing;

	if (missing->rows > missing->values || missing->values > LF_MOST_ROWS || (!model->imported && missing->season < 1))
		return false;
	if (missing->values == 0)
		return missing->first == 0 && missing->last == 0;
	return missing->method != LF_MISSING_ERROR && missing->first <= missing->last &&
		(model->time_kind != LF_TIME_NONE || missing->first >= 1);
}

/* Whether the network has learned nothing, for lack of rows, and others forecast in its place. */
static bool
is_idle(const lf_model *model)
{
	return model->windows == 0 && model->rows >= 1 && model->epochs == 0 && model->combination.parts > 1 && model->others == 0;
}

static bool
record_is_sound(const lf_model *model)
{
	if (model->epochs > MOST_EPOCHS || model->best_epoch > model->epochs)
		return false;
	return model->imported ||
		((is_idle(model) ||
		  (model->windows >= 1 && model->windows <= model->rows && model->rows >= rows_of_window(&model->task))) &&
		 model->rows <= LF_MOST_ROWS && model->validation_windows <= model->rows);
}

/* Held out windows without end: as many steps as are ever measured. */
#define MOST_HELD (SIZE_MAX / 2)

static bool
errors_are_sound(const lf_model *model)
{
	const lf_errors *errors = &model->errors;

	if (errors->steps == 0)
		return errors->most == 0;
	return errors->most > 0 && (model->validation_windows > 0 || model->combination.parts > 0) && errors->steps >= model->task.horizon &&
		errors->steps <= lf_errors_steps(&model->task, MOST_HELD);
}

/* What is known of how errors hang together was measured with them. */
static bool
dependence_is_sound(const lf_model *model)
{
	return lf_dependence_is_sound(&model->dependence) && (!model->dependence.known || model->errors.steps > 0);
}

/* Nothing is known, and inputs and targets are values as they are. */
static bool
import_is_sound(const lf_model *model)
{
	const lf_task *task = &model->task;
	const lf_training *training = &model->training;

	if (!model->imported)
		return true;
	return task->lead == 1 && task->difference == 0 && !task->log && task->log_from == 0 && !task->limited &&
		!task->limit_found && task->lower_limit == 0 && task->upper_limit == 0 && !task->independent &&
		model->columns == task->inputs + task->targets && training->loss == LF_MSE && training->scale == LF_SCALE_NONE &&
		training->normalize == LF_NORMALIZE_NONE && training->epochs == 0 && training->learning_rate == 0 &&
		!training->blend && !lf_is_given(model->relation) && model->time_kind == LF_TIME_NONE &&
		model->missing.method == LF_MISSING_ERROR && model->missing.season == 0 && model->season == 1 &&
		model->rows == 0 && model->windows == 0 && model->validation_windows == 0 && model->epochs == 0 &&
		model->final_epochs == 0;
}

/* ---- what stands in arrays ---- */

bool
lf_spec_serves(const lf_spec *spec, const lf_task *task, size_t *parameters)
{
	lf_network	network;
	int			layer;

	if (lf_network_create(&network, spec, &layer) != LF_OK)
		return false;
	*parameters = network.parameters;
	return spec->input.rank == 2 && spec->input.dim[0] == task->lookback &&
		spec->input.dim[1] == task->inputs / lf_task_samples(task) && lf_task_fits_output(task, lf_network_output(&network));
}

/* A layer for each category stands in front, and has a vector for each of its values. */
static bool
network_is_sound(const lf_model *model)
{
	size_t		parameters = 0;

	if (!lf_spec_serves(&model->spec, &model->task, &parameters) || parameters != model->parameters)
		return false;
	for (int i = 0; i < lf_task_categories(&model->task); i++)
	{
		int			known = lf_model_labels(model, model->task.input[i]).count;

		if (i >= model->spec.count || !lf_layer_class_of(model->spec.layer[i].kind)->embeds_category ||
			model->spec.layer[i].categories != (known > 0 ? known : 1))
			return false;
	}
	return true;
}

/*
 * Static columns and holidays have one scaling for all series; numbers of categories and sines of the calendar have none.
 */
static bool
scaling_is_sound(const lf_model *model)
{
	const lf_task *task = &model->task;
	size_t		columns = (size_t) model->columns;

	for (size_t s = 0; s < model->series; s++)
		for (size_t i = 0; i < columns; i++)
		{
			const lf_scaler *scaler = &model->scaler[s * columns + i];
			lf_column_kind kind = (lf_column_kind) task->kind[i];
			bool		as_it_is = model->training.scale == LF_SCALE_NONE || lf_kind_is_category(task->kind[i]) ||
				kind == LF_COLUMN_CALENDAR;

			if (!(scaler->scale > 0) ||	/* quantiles keep their order */
				(as_it_is && (scaler->offset != 0 || scaler->scale != 1)) ||
				(lf_head_counts(&task->head) && lf_task_is_target(task, (int) i) && scaler->offset != 0) ||
				(lf_kind_is_scaled_over_all(kind) &&
				 (scaler->offset != model->scaler[i].offset || scaler->scale != model->scaler[i].scale)))
				return false;
		}
	for (size_t i = 0; i < model->series * (size_t) task->targets; i++)
		if (!(model->error_scale[i] > 0) || (model->labels == NULL && model->error_scale[i] != 1))
			return false;
	return true;
}

static bool
error_lists_are_sound(const lf_model *model)
{
	const lf_errors *errors = &model->errors;

	for (size_t i = 0; i < (size_t) errors->steps * (size_t) model->task.targets; i++)
		if (!lf_error_list_is_sound(errors, i))
			return false;
	return true;
}

/* Sums overflow where values are huge, and are then infinite or no number; they are negative for no values. */
static bool
scores_are_sound(const lf_model *model)
{
	for (int i = 0; i < model->task.targets * LF_FORECASTERS; i++)
	{
		const lf_score *score = &model->scores[i];

		if (!(score->count >= 0) || score->absolute < 0 || score->squares < 0 || score->behind_squares < 0)
			return false;
		if (score->count == 0 &&
			!(score->absolute == 0 && score->squares == 0 && score->behind == 0 && score->behind_squares == 0))
			return false;
		if (model->imported && score->count > 0)
			return false;
	}
	return true;
}

static bool
history_is_sound(const lf_model *model)
{
	for (int i = 0; i < model->epochs; i++)
		if (!(model->history[i].learning_rate >= 0))
			return false;
	return true;
}

static bool
link_is_sound(const lf_model *model)
{
	bool		needed = model->training.normalize != LF_NORMALIZE_NONE && lf_task_needs_level_regression(&model->task);

	for (int i = 0; model->ranges != NULL && i < model->task.inputs; i++)
		if (!(model->ranges[i].low <= model->ranges[i].high))
			return false;
	return (model->level_regression != NULL) == needed && !(model->imported && model->ranges != NULL);
}

/* Whether a window tells what a baseline says of some output: the others are those of the network alone. */
static bool
window_tells(lf_forecaster forecaster, const lf_task *task)
{
	int			last = task->lead + task->horizon - 1;
	int			back;			/* rows from the end of the window to where the last output has its season */

	if (lf_forecaster_is_partner(forecaster))
		return false;
	if (forecaster == LF_DRIFT)
		return task->lookback > 1;
	if (forecaster != LF_SEASONAL_NAIVE && forecaster != LF_SEASONAL_MEAN)
		return true;
	if (task->season < 2)
		return false;
	back = (task->season - last % task->season) % task->season;
	return back < task->lookback || task->horizon > last % task->season;
}

static bool
blend_is_sound(const lf_model *model)
{
	const lf_task *task = &model->task;

	if (model->blend == NULL)
		return !(model->training.blend && lf_task_can_blend(task));
	if (!lf_task_can_blend(task) || model->imported)
		return false;
	for (int j = 0; j < task->targets; j++)
		if (!within(model->blend[j].weight, 0, 1) || !window_tells(model->blend[j].with, task))
			return false;
	return true;
}

/*
 * Networks that forecast with the first one see rows of the same columns, and what they say is of the same targets: so far
 * ahead, or one step after the other. Their windows are no longer than its own. Only values can be combined, of the row after
 * the window.
 */
static bool
other_is_sound(const lf_model *model, const lf_model *other)
{
	const lf_task *task = &model->task;

	return other->task.lookback <= task->lookback && other->task.lead == 1 && other->task.targets == task->targets &&
		memcmp(other->task.target, task->target, (size_t) task->targets * sizeof(task->target[0])) == 0 &&
		memcmp(other->task.kind, task->kind, (size_t) model->columns) == 0 &&
		(other->task.horizon == task->horizon || lf_task_is_autoregressive(&other->task)) &&
		other->task.horizon <= task->horizon && !lf_head_is_distribution(&other->task.head) &&
		lf_task_is_autoregressive(&other->task) == lf_task_is_autoregressive(task);
}

static bool
combination_is_sound(const lf_model *model)
{
	const lf_combination *combination = &model->combination;
	bool		partners = false;

	if (combination->parts == 0)
		return model->others == 0 && model->learned == NULL && model->tail_before == 0;
	if (model->imported || model->blend != NULL || model->task.lead != 1 || lf_head_is_distribution(&model->task.head) ||
		!lf_combination_is_sound(combination, model->task.targets) ||
		model->others != lf_combination_networks(combination) - 1 || !lf_seasons_are_sound(&model->partner_facts.seasons))
		return false;
	for (int i = 0; i < combination->parts; i++)
	{
		/* without a network a target must be in the window to be known */
		if (combination->part[i] != LF_NETWORK && !lf_task_targets_are_inputs(&model->task))
			return false;
		partners |= lf_forecaster_is_partner(combination->part[i]);
	}
	if (partners && model->learned == NULL)
		return false;
	/* a network that was not trained says nothing */
	for (int j = 0; j < model->task.targets && is_idle(model); j++)
		if (combination->weight[j * combination->parts] != 0)
			return false;
	for (int i = 0; i < model->others; i++)
		if (!other_is_sound(model, &model->other[i]) || lf_model_flaw(&model->other[i], true) != LF_SOUND)
			return false;
	return true;
}

/* Rows are kept where there is no table to read them from. */
static bool
tail_is_sound(const lf_model *model)
{
	return model->tail == NULL || (!model->imported && !lf_is_given(model->relation) && !lf_is_given(model->time_column));
}

/* ---- all of them ---- */

typedef struct invariant
{
	lf_flaw		flaw;
	bool		of_arrays;
	bool		(*holds) (const lf_model *model);
} invariant;

static const invariant invariants[] = {
	{LF_FLAW_TARGETS, false, targets_are_sound},
	{LF_FLAW_KINDS, true, kinds_are_sound},
	{LF_FLAW_INPUTS, false, inputs_are_sound},
	{LF_FLAW_SEASON, false, seasons_are_sound},
	{LF_FLAW_HEAD, false, head_is_sound},
	{LF_FLAW_TRANSFORM, false, transform_is_sound},
	{LF_FLAW_NORMALIZE, false, normalize_is_sound},
	{LF_FLAW_TRAINING, false, training_is_sound},
	{LF_FLAW_TIME, true, lf_time_is_sound},
	{LF_FLAW_MISSING, false, missing_is_sound},
	{LF_FLAW_RECORD, false, record_is_sound},
	{LF_FLAW_ERRORS, false, errors_are_sound},
	{LF_FLAW_DEPENDENCE, false, dependence_is_sound},
	{LF_FLAW_IMPORT, true, import_is_sound},
	{LF_FLAW_LABELS, true, lf_labels_are_sound},
	{LF_FLAW_NETWORK, true, network_is_sound},
	{LF_FLAW_NAMES, true, lf_names_are_sound},
	{LF_FLAW_KEYS, true, lf_keys_are_sound},
	{LF_FLAW_SCALING, true, scaling_is_sound},
	{LF_FLAW_ERRORS, true, error_lists_are_sound},
	{LF_FLAW_SCORES, true, scores_are_sound},
	{LF_FLAW_HISTORY, true, history_is_sound},
	{LF_FLAW_LINK, true, link_is_sound},
	{LF_FLAW_BLEND, true, blend_is_sound},
	{LF_FLAW_COMBINATION, true, combination_is_sound},
	{LF_FLAW_TAIL, true, tail_is_sound},
};

lf_flaw
lf_model_flaw(const lf_model *model, bool filled)
{
	for (size_t i = 0; i < sizeof(invariants) / sizeof(invariants[0]); i++)
		if ((filled || !invariants[i].of_arrays) && !invariants[i].holds(model))
			return invariants[i].flaw;
	return LF_SOUND;
}
