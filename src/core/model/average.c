/*
 * average.c: what models must have in common, and their mean.
 */
#include "model/average.h"

#include "series/level.h"
#include "series/limits.h"

#include <math.h>
#include <string.h>

/* ---- what must be the same ---- */

static bool
same_columns(const lf_model *a, const lf_model *b)
{
	const lf_task *x = &a->task;
	const lf_task *y = &b->task;

	if (a->columns != b->columns || x->inputs != y->inputs || x->targets != y->targets ||
		(a->labels == NULL) != (b->labels == NULL) || a->imported != b->imported ||
		!lf_same_keys(a, b) || strcmp(a->time_column, b->time_column) != 0 || strcmp(a->holidays, b->holidays) != 0)
		return false;
	for (int i = 0; i < a->columns; i++)
		if (strcmp(a->names[i], b->names[i]) != 0 || x->kind[i] != y->kind[i])
			return false;
	for (int i = 0; i < x->inputs; i++)
		if (x->input[i] != y->input[i] || x->ahead[i] != y->ahead[i])
			return false;
	for (int j = 0; j < x->targets; j++)
		if (x->target[j] != y->target[j])
			return false;
	return true;
}

static bool
same_head(const lf_model *a, const lf_model *b)
{
	const lf_head *x = &a->task.head;
	const lf_head *y = &b->task.head;

	if (a->training.loss != b->training.loss || a->training.calibrate != b->training.calibrate || x->kind != y->kind ||
		x->levels != y->levels)
		return false;
	for (int i = 0; i < x->levels; i++)
		if (x->level[i] != y->level[i])
			return false;
	return true;
}

static bool
same_transform(const lf_task *x, const lf_task *y)
{
	return x->difference == y->difference && x->log == y->log && x->log_found == y->log_found && x->log_from == y->log_from &&
		lf_tasks_agree_on_limit(x, y) && x->upper_limit == y->upper_limit &&
		x->independent == y->independent && x->deseasonalize == y->deseasonalize &&
		lf_seasons_equal(&x->seasons, &y->seasons);
}

/* What seasons do to the one series that has no name; of others each is looked at as it is added. */
static bool
same_shape(const lf_model *a, const lf_model *b)
{
	return a->shape == NULL || a->labels != NULL ||
		memcmp(a->shape, b->shape, lf_task_shape_size(&a->task) * sizeof(double)) == 0;
}

/* A season that nothing is measured from may be another one. */
static bool
same_normalize(const lf_model *a, const lf_model *b)
{
	bool		seasonal = a->training.normalize >= LF_NORMALIZE_SEASON_MEAN || a->blend != NULL || b->blend != NULL;

	return a->training.normalize == b->training.normalize && (a->level_regression == NULL) == (b->level_regression == NULL) &&
		(!seasonal || a->task.season == b->task.season);
}

/* Whether the numbers of categories mean the same; those of series too, where the network is told which one it is. */
static bool
same_categories(const lf_model *a, const lf_model *b)
{
	for (int i = 0; i < a->columns; i++)
	{
		lf_labels	x = lf_model_labels(a, i);
		lf_labels	y = lf_model_labels(b, i);

		if (!lf_labels_equal(&x, &y))
			return false;
	}
	return true;
}

/* What a target is mixed with, in both; nothing goes with anything. */
static bool
same_blend(const lf_model *a, const lf_model *b)
{
	for (int j = 0; j < a->task.targets && a->blend != NULL && b->blend != NULL; j++)
		if (a->blend[j].with != b->blend[j].with && a->blend[j].with != LF_NETWORK && b->blend[j].with != LF_NETWORK)
			return false;
	return true;
}

int
lf_scalings_differ(const lf_task *task, int columns, const lf_scaler *a, const lf_scaler *b, bool shared)
{
	for (int i = 0; i < columns; i++)
		if ((!shared || lf_kind_is_scaled_over_all(task->kind[i])) &&
			(a[i].offset != b[i].offset || a[i].scale != b[i].scale))
			return i;
	return -1;
}

lf_difference
lf_models_differ(const lf_model *a, const lf_model *b)
{
	const lf_task *x = &a->task;
	const lf_task *y = &b->task;

	if (!same_columns(a, b))
		return LF_OTHER_COLUMNS;
	if (x->lookback != y->lookback || x->horizon != y->horizon || x->lead != y->lead)
		return LF_OTHER_WINDOWS;
	if (!same_head(a, b))
		return LF_OTHER_LOSS;
	if (!same_transform(x, y))
		return LF_OTHER_TRANSFORM;
	if (!same_categories(a, b))
		return LF_OTHER_CATEGORIES;
	if (!lf_spec_equal(&a->spec, &b->spec))
		return LF_OTHER_NETWORK;
	if (a->members != b->members)
		return LF_OTHER_MEMBERS;
	if (!same_normalize(a, b))
		return LF_OTHER_NORMALIZE;
	if (a->training.scale != b->training.scale || !same_shape(a, b) ||
		lf_scalings_differ(x, a->columns, a->scaler, b->scaler, a->labels != NULL) >= 0)
		return LF_OTHER_SCALE;
	if (a->time_kind != b->time_kind || !lf_steps_equal(&a->step, &b->step) || strcmp(a->time_zone, b->time_zone) != 0 ||
		a->aggregate != b->aggregate || a->alignment != b->alignment || a->phase != b->phase)
		return LF_OTHER_TIME;
	if (a->missing.method != b->missing.method)
		return LF_OTHER_MISSING;
	return same_blend(a, b) ? LF_ALIKE : LF_OTHER_BLEND;
}

/* ---- the mean ---- */

/* Numbers between two looks at the interrupts: some milliseconds. */
#define SLICE ((size_t) 1 << 20)

static size_t
weights_of(const lf_model *model)
{
	return (size_t) model->members * model->parameters;
}

static size_t
link_of(const lf_model *model)
{
	return model->level_regression == NULL ? 0 : lf_level_regression_size(&model->task);
}

void
lf_average_layout(lf_average *average, lf_arena *arena, const lf_model *model)
{
	*average = (lf_average) {.numbers = weights_of(model) + link_of(model) + (size_t) model->task.targets};
	average->sum = lf_arena_take(arena, average->numbers, sizeof(double));
}

void
lf_average_start(lf_average *average)
{
	average->weight = 0;
	memset(average->sum, 0, average->numbers * sizeof(double));
}

static size_t
end_of_slice(const lf_average *average, size_t from)
{
	return average->numbers - from > SLICE ? from + SLICE : average->numbers;
}

size_t
lf_average_add(lf_average *average, const lf_model *model, double weight, size_t from)
{
	size_t		weights = weights_of(model);
	size_t		links = weights + link_of(model);
	size_t		end = end_of_slice(average, from);

	for (size_t i = from; i < end && i < weights; i++)
		average->sum[i] += weight * (double) model->weights[i];
	for (size_t i = from < weights ? weights : from; i < end && i < links; i++)
		average->sum[i] += weight * model->level_regression[i - weights];
	for (size_t i = from < links ? links : from; i < end; i++)
		average->sum[i] += weight * (model->blend == NULL ? 1 : model->blend[i - links].weight);
	if (end == average->numbers)
		average->weight += weight;
	return end;
}

size_t
lf_average_merge(lf_average *average, const lf_average *other, size_t from)
{
	size_t		end = end_of_slice(average, from);

	for (size_t i = from; i < end; i++)
		average->sum[i] += other->sum[i];
	if (end == average->numbers)
		average->weight += other->weight;
	return end;
}

void
lf_average_result(const lf_average *average, const lf_model *model, lf_real *weights, double *regression, lf_blend *blend)
{
	size_t		count = weights_of(model);
	size_t		links = link_of(model);
	const double *sum = average->sum;

	for (size_t i = 0; i < count; i++)
		weights[i] = (lf_real) (sum[i] / average->weight);
	for (size_t i = 0; i < links; i++)
		regression[i] = sum[count + i] / average->weight;
	for (int j = 0; j < model->task.targets; j++)
	{
		double		share = sum[count + links + (size_t) j] / average->weight;

		blend[j].weight = share < 1 ? share : 1;	/* a sum of ones is rounded */
	}
}

/* Of counts that are at most LF_MOST_ROWS, and so is their sum. */
static uint64_t
sum_of(uint64_t a, uint64_t b)
{
	return a + b < LF_MOST_ROWS ? a + b : LF_MOST_ROWS;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Forecasts that are counted: a stored count is finite, whoever wrote it, and so must the sum be. */
#define MOST_COUNTED 1e300

/* The span of times in which values were missing, of both. */
static void
record_missing(lf_missing_record *sum, const lf_missing_record *more)
{
	bool		first = sum->values == 0;

	sum->season = (int) larger((uint64_t) sum->season, (uint64_t) more->season);
	sum->rows = sum_of(sum->rows, more->rows);
	if (more->values == 0)
		return;
	sum->first = first || more->first < sum->first ? more->first : sum->first;
	sum->last = first || more->last > sum->last ? more->last : sum->last;
	sum->values = sum_of(sum->values, more->values);
}

void
lf_average_record(lf_model *sum, const lf_model *model)
{
	record_missing(&sum->missing, &model->missing);
	lf_task_join_limits(&sum->task, &model->task);
	sum->last_time = model->last_time > sum->last_time ? model->last_time : sum->last_time;
	sum->season = (int) larger((uint64_t) sum->season, (uint64_t) model->season);
	sum->final_epochs = (int) larger((uint64_t) sum->final_epochs, (uint64_t) model->final_epochs);
	sum->rows = sum_of(sum->rows, model->rows);
	sum->windows = sum_of(sum->windows, model->windows);
	sum->validation_windows = sum_of(sum->validation_windows, model->validation_windows);
	for (int i = 0; i < model->task.targets * LF_FORECASTERS; i++)
	{
		lf_score   *score = &sum->scores[i];
		const lf_score *more = &model->scores[i];

		score->count = fmin(score->count + more->count, MOST_COUNTED);
		score->absolute += more->absolute;
		score->squares += more->squares;
		score->behind += more->behind;
		score->behind_squares += more->behind_squares;
	}
}
