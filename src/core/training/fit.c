/*
 * fit.c: the phases of a training.
 */
#include "training/fit.h"

#include "judging/metrics.h"

#include <math.h>
#include <string.h>

/*
 * Whether the held-out part can choose the number of epochs for the final training. A small one chooses by chance: on
 * short tables all epochs were better than the best one (AirPassengers, MASE .63 against 1.00). And of many short
 * series, most windows may lie in the gaps: what was trained on the few others says nothing about all.
 */
static bool
chooses_epoch(const lf_fit *fit)
{
	return fit->split.windows >= 200 && fit->split.validation_windows >= 2 * (size_t) fit->task->horizon &&
		2 * fit->split.train_windows >= fit->split.windows;
}

/* Lays out the trainer of one more slot, with a network of its own. */
static lf_trainer *
plan_beside(const lf_fit *fit, lf_arena *arena, const lf_network *created, size_t windows)
{
	lf_network *network = lf_arena_take(arena, 1, sizeof(lf_network));
	lf_trainer *trainer = lf_arena_take(arena, 1, sizeof(lf_trainer));
	lf_network	measured = *created;
	lf_trainer	planned;

	if (network != NULL)
		*network = measured;
	lf_trainer_layout(&planned, arena, network == NULL ? &measured : network, &fit->training, fit->task, windows);
	if (trainer != NULL)
		*trainer = planned;
	return trainer;
}

lf_status
lf_fit_layout(lf_fit *fit, lf_arena *arena, const lf_spec *spec, const lf_task *task, const lf_task *held_by,
			  const lf_frame *frame, const lf_training *training, int slots, int *layer)
{
	lf_network	created;
	size_t		series = lf_frame_series(frame);
	size_t		columns = (size_t) frame->columns;
	size_t		windows;
	size_t		held;
	int			samples = lf_task_samples(task);
	lf_status	status;
	int			at_once;		/* windows that the network holds, or one that it takes in parts */

	*fit = (lf_fit) {.task = task, .training = *training, .slots = 1, .members = training->members > 1 ? training->members : 1,
		.contends = held_by != NULL, .judges = held_by == NULL || held_by == task,
		.held_by = held_by == NULL ? task : held_by, .turns = 1};
	fit->split = lf_split_count(frame, task, fit->held_by, training->validation);
	windows = fit->split.windows;
	held = fit->split.validation_windows;
	if ((size_t) fit->training.batch_size > windows && windows > 0)
		fit->training.batch_size = (int) windows;
	if (fit->training.batch_size > LF_MAX_BATCH / samples)
		fit->training.batch_size = LF_MAX_BATCH / samples;
	status = lf_network_create(&fit->network, spec, layer);
	if (status != LF_OK)
		return status;
	if (!lf_task_fits_output(task, lf_network_output(&fit->network)))
		return LF_BAD_OUTPUT;
	lf_split_layout(&fit->split, arena, frame);
	created = fit->network;
	lf_trainer_layout(&fit->trainer, arena, &fit->network, &fit->training, task, windows);
	while (fit->slots < slots && fit->slots < training->members && fit->slots < LF_MAX_THREADS)
		fit->slot[fit->slots++].trainer = plan_beside(fit, arena, &created, windows);
	at_once = lf_shard_batch(&fit->network, fit->training.batch_size * samples) / samples;
	if (at_once < 1)
		at_once = 1;
	if (fit->judges)
		lf_judge_layout(&fit->judge, arena, &fit->network, task, &fit->training, frame, held, at_once);
	else
		lf_sight_layout(&fit->judge.sight, arena, &fit->network, task, frame, at_once);
	fit->scaler = lf_arena_take(arena, series * columns, sizeof(lf_scaler));
	fit->error_scale = lf_arena_take(arena, series * (size_t) task->targets, sizeof(double));
	fit->ranges = lf_arena_take(arena, (size_t) task->inputs, sizeof(lf_range));
	if (task->deseasonalize != LF_DESEASONALIZE_NONE)
	{
		fit->shape = lf_arena_take(arena, series * lf_task_shape_size(task), sizeof(double));
		lf_parts_layout(&fit->parts, arena, lf_frame_longest(frame), &task->seasons);
	}
	if (training->normalize != LF_NORMALIZE_NONE && lf_task_needs_level_regression(task) && lf_task_can_normalize(task))
	{
		fit->level_regression = lf_arena_take(arena, lf_level_regression_size(task), sizeof(double));
		fit->regression_scratch = lf_arena_take(arena, lf_level_regression_scratch(task), sizeof(double));
	}
	if (training->members > 1)
		fit->weights = lf_arena_take(arena, (size_t) training->members * fit->network.parameters, sizeof(lf_real));
	fit->history = lf_arena_take(arena, (size_t) training->epochs, sizeof(lf_epoch));
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}

int
lf_fit_threads(const lf_fit *fit)
{
	return fit->slots > 1 ? fit->slots : fit->trainer.shards.count;
}

void
lf_fit_use_pool(lf_fit *fit, lf_thread_pool *pool)
{
	if (fit->slots > 1)
		fit->pool = pool;
	else
		fit->trainer.shards.pool = pool;
}

void
lf_fit_tell_time(lf_fit *fit, double now)
{
	for (int i = 0; i < fit->slots; i++)
		fit->slot[i].trainer->now = now;
}

bool
lf_fit_is_finite(const lf_fit *fit)
{
	const lf_real *weights = fit->weights == NULL ? fit->trainer.weights : fit->weights;

	for (size_t i = 0; i < (size_t) fit->members * fit->network.parameters; i++)
		if (!isfinite(weights[i]))
			return false;
	return true;
}

void
lf_fit_start(lf_fit *fit, const lf_frame *frame, const lf_task *task, int season)
{
	LF_ASSERT(lf_frame_is_sound(frame) && lf_task_is_sound(task, frame->columns));
	fit->frame = frame;
	fit->task = task;
	fit->season = season;
	fit->trainer.training = &fit->training;
	fit->trainer.network = &fit->network;
	if (fit->judges)
		fit->held_by = task;
	lf_split_make(&fit->split, frame, task, fit->held_by, fit->training.validation);
	if (fit->judges)
		lf_judge_start(&fit->judge, frame, task, &fit->split, fit->scaler, fit->error_scale, fit->shape, season);
	else
		lf_sight_start(&fit->judge.sight, frame, task, fit->scaler, fit->shape);
	fit->judge.sight.predictor.network = &fit->network;
	fit->judge.sight.predictor.members = fit->members;
	fit->judge.sight.predictor.weights = fit->weights;
	fit->phase = fit->split.validation_windows > 0 ? LF_FIT_SELECT : LF_FIT_FINAL;
	fit->started = false;
	fit->slot[0].trainer = &fit->trainer;
}

/* A series that repeats itself: errors below this share of its spread are those of its digits. */
#define ROUNDING 1e-9

double
lf_error_scale(const lf_frame *series, int column, size_t rows, int season, lf_scaler scaler)
{
	double		error_scale = lf_naive_error(series, column, rows, season);

	return isfinite(error_scale) && error_scale > ROUNDING * scaler.scale ? error_scale : scaler.scale;
}

/* What is known of each series before the phase begins: its seasons, scaling, and the error scale of the series. */
static void
know_series(lf_fit *fit, size_t series, bool select, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = fit->task;
	lf_frame	one = lf_frame_of(fit->frame, series);
	size_t		known = select ? lf_rows_before_held(fit->frame, task, &fit->split, series) : one.rows;
	lf_scaler  *scaler = fit->scaler + series * (size_t) one.columns;
	double	   *shape = NULL;

	one.rows = known;
	if (fit->shape != NULL)
	{
		shape = fit->shape + series * lf_task_shape_size(task);
		if (fit->given_shape == NULL || isnan(fit->given_shape[series * lf_task_shape_size(task)]))
			lf_shapes_of_series(&fit->parts, task, &one, shape, interrupt);
		else
			memcpy(shape, fit->given_shape + series * lf_task_shape_size(task), lf_task_shape_size(task) * sizeof(double));
	}
	for (int i = 0; i < one.columns; i++)
	{
		const lf_scaler *given = fit->given == NULL ? NULL : &fit->given[series * (size_t) one.columns + (size_t) i];

		/* once, for it is that of all series */
		scaler[i] = given != NULL && given->scale > 0 ? *given : task->kind[i] == LF_COLUMN_EVENT && series > 0 ? fit->scaler[i] :
			lf_scaler_of_column(fit->training.scale, fit->frame, task, shape, i, series, known, interrupt);
	}
	/* errors are measured in one unit all along: that of the rows before them */
	for (int j = 0; j < task->targets && (select || fit->split.validation_windows == 0); j++)
		fit->error_scale[series * (size_t) task->targets + (size_t) j] = fit->frame->start == NULL ? 1 :
			lf_error_scale(&one, task->target[j], known, fit->season, scaler[task->target[j]]);
}

/* Share of the time of a training that may pass before the final one, if there is one. */
#define SELECT_SHARE 0.45

/* When a member has to be done: the time of a phase is shared out among the members that follow each other. */
static double
until(const lf_fit *fit, int member)
{
	bool		select = fit->phase == LF_FIT_SELECT;
	double		first = select && fit->training.refit ? SELECT_SHARE : 1;
	double		begin = !select && fit->split.validation_windows > 0 ? SELECT_SHARE : 0;
	int			rounds = (fit->members + fit->slots - 1) / fit->slots;
	int			round = fit->turn * rounds + member / fit->slots + 1;
	double		share = begin + (first - begin) * round / rounds / fit->turns;

	return fit->training.max_seconds > 0 ? fit->training.max_seconds * share : (double) INFINITY;
}

/* Gives a slot the next member, if one is left. */
static void
take_member(lf_fit *fit, lf_slot *slot)
{
	lf_trainer *trainer = slot->trainer;
	bool		select = fit->phase == LF_FIT_SELECT;
	int			member = fit->taken;

	slot->member = -1;
	slot->started = false;
	slot->status = LF_OK;
	if (member == fit->members)
		return;
	slot->member = member;
	fit->taken++;
	trainer->training = &fit->training;
	trainer->windows = fit->windows;
	trainer->train = select ? fit->split.train : fit->split.all;
	trainer->train_windows = select ? fit->split.train_windows : fit->split.windows;
	trainer->validation = fit->split.validation;
	trainer->validation_windows = select ? fit->split.validation_windows : 0;
	trainer->seed = member == 0 ? fit->training.seed :
		lf_random_mix(fit->training.seed, UINT64_C(0x6d656d626572) + (uint64_t) member);	/* "member" */
	trainer->epochs = !select && fit->split.validation_windows > 0 && (chooses_epoch(fit) || fit->cut_short) ?
		fit->member_epoch[member] : fit->training.epochs;
	trainer->until = until(fit, member);
	if (fit->from != NULL)
		trainer->from = fit->from + (size_t) (member % fit->from_members) * fit->network.parameters;
	/* what is scored must be trained like what is kept */
	trainer->choose_best = chooses_epoch(fit) || !fit->training.refit;
	/* also where one follows the other: results are to be the same */
	trainer->shards.crowded = fit->members > 1 || fit->contends;
}

/* Scaling from the rows that the phase may know; then the slots have their first members. */
static lf_status
start_phase(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	bool		select = fit->phase == LF_FIT_SELECT;

	for (size_t s = 0; s < lf_frame_series(fit->frame); s++)
	{
		know_series(fit, s, select, interrupt);
		if (interrupt != NULL && *interrupt != 0)
			return LF_INTERRUPTED;
	}
	fit->windows = (lf_windows) {
		.task = fit->task,
		.frame = fit->frame,
		.scaler = fit->scaler,
		.shape = fit->shape,
		.normalize = fit->training.normalize,
		.level_regression = fit->level_regression,
	};
	fit->judge.sight.predictor.windows = fit->windows;
	if (fit->level_regression != NULL)
		lf_level_regression_fit(&fit->windows, select ? &fit->split.train : &fit->split.all, fit->level_regression, fit->regression_scratch);
	fit->taken = 0;
	fit->trained = 0;
	for (int i = 0; i < fit->slots; i++)
		take_member(fit, &fit->slot[i]);
	fit->started = true;
	return LF_OK;
}

/* Windows that are looked at for the ranges, at most: those beside them have the same rows but for a few. */
#define MOST_RANGED ((size_t) 20000)

/* What training has shown the networks. Inputs that are not measured have no range, and stand as 0. */
static void
take_ranges(lf_fit *fit, const lf_spans *spans, size_t windows)
{
	size_t		apart = windows / MOST_RANGED + 1;

	lf_ranges_start(fit->ranges, fit->task->inputs);
	for (size_t w = 0; w < windows; w += apart)
	{
		lf_window_start place = lf_spans_at(spans, w);
		lf_frame	view;
		lf_windows	here = lf_windows_of_series(&fit->windows, place.series, &view);

		lf_ranges_add(fit->ranges, &here, place.row);
	}
	for (int i = 0; i < fit->task->inputs; i++)
		if (!isfinite(fit->ranges[i].low) || !isfinite(fit->ranges[i].high))
			fit->ranges[i] = (lf_range) {0};
	fit->judge.sight.predictor.ranges = fit->ranges;
}

/* Mini-batches between two meetings of the slots: more would keep the caller waiting, fewer the slots. */
#define SLOT_BATCHES 16

static void
step_slot(void *argument, int which)
{
	lf_fit	   *fit = argument;
	lf_slot    *slot = &fit->slot[which];
	int			batches = fit->slots > 1 ? SLOT_BATCHES : 1;

	if (slot->member < 0)
		return;
	slot->status = slot->started ? LF_OK : lf_trainer_start(slot->trainer, fit->interrupt);
	slot->started = slot->status == LF_OK;
	if (slot->started && slot->trainer->epochs == 0)
		slot->status = LF_FINISHED;	/* what it begins with is only measured */
	for (int i = 0; i < batches && slot->status == LF_OK; i++)
		slot->status = lf_trainer_step(slot->trainer, fit->interrupt);
}

/* Keeps what a slot has trained. */
static void
end_member(lf_fit *fit, lf_slot *slot)
{
	const lf_trainer *trainer = slot->trainer;
	int			member = slot->member;

	if (member == 0 && (fit->phase == LF_FIT_SELECT || fit->split.validation_windows == 0))
	{
		fit->epochs = trainer->epoch;
		fit->best_epoch = trainer->best_epoch;
		memcpy(fit->history, trainer->history, (size_t) fit->epochs * sizeof(lf_epoch));
	}
	if (member == 0)
		fit->first_epochs = trainer->epoch;
	if (fit->phase == LF_FIT_SELECT)
		fit->member_epoch[member] = trainer->best_epoch;
	fit->cut_short |= trainer->cut_short;
	if (fit->weights != NULL)
		memcpy(fit->weights + (size_t) member * fit->network.parameters, trainer->weights,
			   fit->network.parameters * sizeof(lf_real));
	fit->trained++;
	take_member(fit, slot);
}

/* Some mini-batches of each slot. LF_FINISHED: all members are through with the phase. */
static lf_status
train_members(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	lf_status	status = LF_OK;
	bool		interrupted = false;

	fit->interrupt = interrupt;
	lf_thread_pool_run(fit->pool, fit->slots, step_slot, fit);
	for (int i = 0; i < fit->slots; i++)
	{
		lf_slot    *slot = &fit->slot[i];

		if (slot->member < 0)
			continue;
		if (status == LF_OK || slot->status == LF_DIVERGED)
		{
			fit->latest = slot->trainer;
			fit->latest_member = slot->member;
			fit->latest_final = fit->phase == LF_FIT_FINAL && fit->split.validation_windows > 0;
		}
		if (slot->status == LF_DIVERGED)
			return LF_DIVERGED;
		interrupted |= slot->status == LF_INTERRUPTED;
		if (slot->status == LF_EPOCH_DONE || slot->status == LF_FINISHED)
			status = LF_EPOCH_DONE;
		if (slot->status == LF_FINISHED)
			end_member(fit, slot);
	}
	if (fit->trained == fit->members)
		return LF_FINISHED;
	return interrupted ? LF_INTERRUPTED : status;
}

/* A batch of what is held out; after the last one the next phase begins, or there is none. */
static lf_status
judge(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	lf_status	status = lf_judge_step(&fit->judge, interrupt);

	if (status != LF_FINISHED || !fit->training.refit)
		return status;
	fit->phase = LF_FIT_FINAL;
	fit->started = false;
	return LF_OK;
}

lf_status
lf_fit_step(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	lf_status	status;

	fit->latest = NULL;
	if (fit->phase == LF_FIT_JUDGE)
		return judge(fit, interrupt);
	if (!fit->started)
	{
		status = start_phase(fit, interrupt);
		if (status != LF_OK)
			return status;
	}
	status = train_members(fit, interrupt);
	if (status != LF_FINISHED)
		return status;
	take_ranges(fit, fit->phase == LF_FIT_SELECT ? &fit->split.train : &fit->split.all,
				fit->phase == LF_FIT_SELECT ? fit->split.train_windows : fit->split.windows);
	if (fit->phase == LF_FIT_FINAL)
		return status;
	fit->phase = LF_FIT_JUDGE;
	/* those that contend are judged together, by others */
	return fit->contends ? LF_FINISHED : LF_EPOCH_DONE;
}

void
lf_fit_go_on(lf_fit *fit)
{
	fit->phase = LF_FIT_FINAL;
	fit->started = false;
}

void
lf_fit_result(const lf_fit *fit, const lf_spec *spec, lf_model *model)
{
	model->spec = *spec;
	model->task = *fit->task;
	model->training = fit->training;
	model->columns = fit->frame->columns;
	model->series = lf_frame_series(fit->frame);
	model->scaler = fit->scaler;
	model->error_scale = fit->error_scale;
	model->shape = fit->shape;
	model->ranges = fit->ranges;
	model->level_regression = fit->level_regression;
	model->rows = fit->frame->rows;
	model->windows = fit->split.windows;
	model->validation_windows = fit->split.validation_windows;
	model->season = fit->season;
	model->best_epoch = fit->best_epoch;
	model->final_epochs = fit->phase == LF_FIT_FINAL ? fit->first_epochs : fit->best_epoch;
	model->epochs = fit->epochs;
	model->history = fit->history;
	model->scores = fit->judge.scores;
	model->errors = fit->judge.errors;
	model->dependence = fit->judge.dependence;
	model->parameters = fit->network.parameters;
	model->members = fit->members;
	model->weights = fit->weights == NULL ? fit->trainer.weights : fit->weights;
	model->blend = fit->judge.blend;
}
