/*
 * fit.c: the phases of a training.
 */
#include "fit.h"

#include <math.h>
#include <string.h>

/* Which windows train and which are held out. */
static void
split(lf_fit *fit, size_t rows)
{
	const lf_task *task = fit->task;
	size_t		gap = (size_t) task->horizon - 1;
	size_t		held;

	fit->windows = lf_window_count(task, rows);
	fit->validation_windows = 0;
	held = fit->windows < LF_MIN_WINDOWS_TO_VALIDATE ? 0 : (size_t) (fit->training.validation * (double) fit->windows);
	/* outputs of training windows must not reach into the held-out rows */
	if (held == 0 || held + gap >= fit->windows)
	{
		fit->train_windows = fit->windows;
		return;
	}
	fit->validation_windows = held;
	fit->validation_first = fit->windows - held;
	fit->train_windows = fit->windows - held - gap;
}

/*
 * Whether the held-out part can choose the number of epochs for the final training. A small one chooses by chance: on
 * short tables all epochs were better than the best one (AirPassengers, MASE .63 against 1.00).
 */
static bool
chooses_epoch(const lf_fit *fit)
{
	return fit->windows >= 200 && fit->validation_windows >= 2 * (size_t) fit->task->horizon;
}

lf_status
lf_fit_plan(lf_fit *fit, lf_arena *arena, const lf_spec *spec, const lf_task *task, int columns,
			const lf_training *training, size_t rows, int *layer)
{
	size_t		windows = lf_window_count(task, rows);
	int			samples = lf_task_samples(task);
	lf_status	status;
	int			at_once;		/* windows that the network holds, or one that it takes in parts */
	size_t		steps;			/* of a forecast */
	size_t		lists;			/* of errors */

	*fit = (lf_fit) {.task = task, .training = *training};
	split(fit, rows);
	if ((size_t) fit->training.batch_size > windows && windows > 0)
		fit->training.batch_size = (int) windows;
	if (fit->training.batch_size > LF_MAX_BATCH / samples)
		fit->training.batch_size = LF_MAX_BATCH / samples;
	status = lf_network_create(&fit->network, spec, layer);
	if (status != LF_OK)
		return status;
	if (!lf_task_fits_output(task, lf_network_output(&fit->network)))
		return LF_BAD_OUTPUT;
	lf_trainer_plan(&fit->trainer, arena, &fit->network, &fit->training, task, windows);
	at_once = lf_shard_batch(&fit->network, fit->training.batch_size * samples) / samples;
	if (at_once < 1)
		at_once = 1;
	fit->errors.steps = lf_errors_steps(task, fit->validation_windows);
	fit->errors.most = lf_errors_most(task, fit->validation_windows);
	fit->measured_windows = lf_errors_windows(task, fit->validation_windows);
	steps = (size_t) (fit->errors.steps > task->horizon ? fit->errors.steps : task->horizon);
	lf_predictor_plan(&fit->predictor, arena, &fit->network, task, columns, at_once, at_once);
	fit->scaler = lf_arena_take(arena, (size_t) columns, sizeof(lf_scaler));
	if (training->normalize != LF_NORMALIZE_NONE && lf_task_needs_link(task) && lf_task_can_normalize(task))
	{
		fit->link = lf_arena_take(arena, lf_link_size(task), sizeof(double));
		fit->link_scratch = lf_arena_take(arena, lf_link_scratch(task), sizeof(double));
	}
	fit->scores = lf_arena_take(arena, (size_t) task->targets * LF_FORECASTERS, sizeof(lf_score));
	fit->mean = lf_arena_take(arena, (size_t) task->targets, sizeof(double));
	fit->history = lf_arena_take(arena, (size_t) training->epochs, sizeof(lf_epoch));
	lists = (size_t) fit->errors.steps * (size_t) task->targets;
	fit->errors.count = lf_arena_take(arena, lists, sizeof(int));
	fit->errors.error = lf_arena_take(arena, lists * (size_t) fit->errors.most, sizeof(float));
	fit->measured = lf_arena_take(arena, lists * fit->measured_windows, sizeof(float));
	fit->out = lf_arena_take(arena, (size_t) at_once * steps * (size_t) task->targets, sizeof(double));
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}

void
lf_fit_start(lf_fit *fit, const lf_frame *frame, const lf_task *task, int season)
{
	fit->frame = frame;
	fit->task = task;
	fit->season = season;
	fit->trainer.training = &fit->training;
	fit->trainer.network = &fit->network;
	fit->predictor.network = &fit->network;
	split(fit, frame->rows);
	memset(fit->scores, 0, (size_t) task->targets * LF_FORECASTERS * sizeof(lf_score));
	fit->phase = fit->validation_windows > 0 ? LF_FIT_SELECT : LF_FIT_FINAL;
	fit->started = false;
}

/* Scaling from the rows that the phase may know, then fresh weights. */
static lf_status
start_phase(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	lf_trainer *trainer = &fit->trainer;
	bool		select = fit->phase == LF_FIT_SELECT;
	size_t		known = select ? lf_window_first_output(fit->task, fit->validation_first) : fit->frame->rows;
	lf_status	status;

	for (int i = 0; i < fit->frame->columns; i++)
		fit->scaler[i] = lf_scaler_fit(fit->training.scale, fit->frame, i, known, interrupt);
	if (interrupt != NULL && *interrupt != 0)
		return LF_INTERRUPTED;
	trainer->windows = (lf_windows) {
		.task = fit->task,
		.frame = fit->frame,
		.scaler = fit->scaler,
		.normalize = fit->training.normalize,
		.link = fit->link,
	};
	if (fit->link != NULL)
		lf_link_fit(&trainer->windows, select ? fit->train_windows : fit->windows, fit->link, fit->link_scratch);
	fit->predictor.windows = trainer->windows;
	trainer->train_windows = select ? fit->train_windows : fit->windows;
	trainer->validation_first = fit->validation_first;
	trainer->validation_windows = select ? fit->validation_windows : 0;
	trainer->epochs = !select && chooses_epoch(fit) ? fit->best_epoch : fit->training.epochs;
	/* what is scored must be trained like what is kept */
	trainer->choose_best = chooses_epoch(fit) || !fit->training.refit;
	status = lf_trainer_start(trainer, interrupt);
	fit->started = status == LF_OK;
	return status;
}

/* Forecasts a batch of held-out windows and adds up the errors. */
static lf_status
score_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = fit->task;
	size_t		left = fit->validation_windows - fit->done;
	int			count = left < (size_t) fit->predictor.batch ? (int) left : fit->predictor.batch;
	size_t		first = fit->validation_first + fit->done;
	lf_status	status = lf_predict(&fit->predictor, interrupt, first, 1, count, fit->out);

	if (status != LF_OK)
		return status;
	for (int i = 0; i < count; i++)
	{
		size_t		row = lf_window_first_output(task, first + (size_t) i);

		for (int k = 0; k < task->horizon; k++)
			for (int j = 0; j < task->targets; j++)
			{
				int			column = task->target[j];
				size_t		at = (row + (size_t) k) * (size_t) fit->frame->columns + (size_t) column;
				double		actual = fit->frame->values[at];
				double		network = fit->out[(i * task->horizon + k) * task->targets + j];
				lf_score   *score = fit->scores + j * LF_FORECASTERS;

				if (lf_frame_is_masked(fit->frame, row + (size_t) k, column))
					continue;
				lf_score_add(&score[LF_NETWORK], network, actual);
				if (row == 0)
					continue;	/* lead 0 and lookback 1: nothing is known before the first output */
				for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
				{
					double		naive = lf_baseline(f, fit->frame, column, row - 1, k + 1, fit->season, fit->mean[j]);

					if (!isnan(naive))
						lf_score_add_beside(&score[f], naive, actual, network);
				}
			}
	}
	fit->done += (size_t) count;
	return LF_OK;
}

/* Forecasts a batch of held-out windows as far as intervals go, and notes how far off each step is. */
static lf_status
measure_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = fit->task;
	size_t		n = fit->measured_windows;
	size_t		left = n - fit->done;
	int			count = left < (size_t) fit->predictor.batch ? (int) left : fit->predictor.batch;
	size_t		stride = fit->validation_windows / n;
	/* the newest window is one of them */
	size_t		first = fit->validation_first + fit->validation_windows - 1 - (n - 1 - fit->done) * stride;
	size_t		steps = (size_t) fit->errors.steps;
	size_t		targets = (size_t) task->targets;
	lf_status	status = lf_predict_steps(&fit->predictor, interrupt, first, stride, count, fit->errors.steps, fit->out);

	if (status != LF_OK)
		return status;
	for (size_t i = 0; i < (size_t) count; i++)
		for (size_t k = 0; k < steps; k++)
			for (size_t j = 0; j < targets; j++)
			{
				size_t		row = lf_window_first_output(task, first + i * stride) + k;
				float	   *place = fit->measured + (k * targets + j) * n + fit->done + i;

				int			column = task->target[j];

				*place = row >= fit->frame->rows || lf_frame_is_masked(fit->frame, row, column) ? NAN :
					(float) fabs(fit->out[(i * steps + k) * targets + j] -
								 fit->frame->values[row * (size_t) fit->frame->columns + (size_t) column]);
			}
	fit->done += (size_t) count;
	if (fit->done == n)
		lf_errors_keep(&fit->errors, task->targets, fit->measured, n);
	return LF_OK;
}

static void
keep_history(lf_fit *fit)
{
	fit->epochs = fit->trainer.epoch;
	fit->best_epoch = fit->trainer.best_epoch;
	memcpy(fit->history, fit->trainer.history, (size_t) fit->epochs * sizeof(lf_epoch));
}

lf_status
lf_fit_step(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	lf_status	status;

	if (fit->phase == LF_FIT_SCORE)
	{
		status = score_batch(fit, interrupt);
		if (status != LF_OK || fit->done < fit->validation_windows)
			return status;
		fit->phase = LF_FIT_MEASURE;
		fit->done = 0;
		return LF_OK;
	}
	if (fit->phase == LF_FIT_MEASURE)
	{
		if (fit->done < fit->measured_windows)
		{
			status = measure_batch(fit, interrupt);
			if (status != LF_OK || fit->done < fit->measured_windows)
				return status;
		}
		if (!fit->training.refit)
			return LF_FINISHED;
		fit->phase = LF_FIT_FINAL;
		fit->started = false;
		return LF_OK;
	}
	if (!fit->started)
	{
		status = start_phase(fit, interrupt);
		if (status != LF_OK)
			return status;
	}
	status = lf_trainer_step(&fit->trainer, interrupt);
	if (status != LF_FINISHED)
		return status;
	if (fit->phase == LF_FIT_SELECT)
	{
		keep_history(fit);
		for (int j = 0; j < fit->task->targets; j++)
			fit->mean[j] = lf_column_mean(fit->frame, fit->task->target[j],
										  lf_window_first_output(fit->task, fit->validation_first));
		fit->phase = LF_FIT_SCORE;
		fit->done = 0;
		return LF_EPOCH_DONE;
	}
	if (fit->validation_windows == 0)
		keep_history(fit);
	return LF_FINISHED;
}

void
lf_fit_result(const lf_fit *fit, const lf_spec *spec, lf_model *model)
{
	model->spec = *spec;
	model->task = *fit->task;
	model->training = fit->training;
	model->columns = fit->frame->columns;
	model->scaler = fit->scaler;
	model->link = fit->link;
	model->rows = fit->frame->rows;
	model->windows = fit->windows;
	model->validation_windows = fit->validation_windows;
	model->season = fit->season;
	model->best_epoch = fit->best_epoch;
	model->final_epochs = fit->phase == LF_FIT_FINAL ? fit->trainer.epoch : fit->best_epoch;
	model->epochs = fit->epochs;
	model->history = fit->history;
	model->scores = fit->scores;
	model->errors = fit->errors;
	model->parameters = fit->network.parameters;
	model->weights = fit->trainer.weights;
}
