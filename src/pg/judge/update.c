/*
 * update.c: lstm_update: goes on training a model with the rows that came since, and keeps what comes out only if it is
 * not worse.
 *
 *	   rows			 ------------------------------------------->
 *	   model		 trained on . . . . . . . . . |
 *	   candidate	 some of them again . . . . . | new . . |judge|
 *	   result		 some of them again . . . . . | new . . . . . |
 *
 * The newest half of the new rows judges: neither the model nor the candidate has seen them. A candidate that is worse
 * is thrown away, and the new rows wait for the next time; so they do where they are too few to tell.
 */
#include "sql/arguments.h"
#include "forecast/series_scaling.h"
#include "server/error.h"
#include "server/progress.h"
#include "training/fine_tune.h"
#include "judge/new_rows.h"
#include "series/limits.h"
#include "server/settings.h"
#include "server/threads.h"

#include <math.h>

enum
{
	ARG_MODEL,
	ARG_RELATION,
	ARG_EPOCHS,
	ARG_LEARNING_RATE,
	ARG_REHEARSAL
};

/* The columns of its result row. */
enum
{
	OUT_NEW_MODEL,
	OUT_ACCEPTED,
	OUT_ERROR,
	OUT_PREVIOUS_ERROR,
	OUT_NEW_ROWS,
	OUT_REASON,
	OUT_COLUMNS
};

typedef struct Outcome
{
	bytea	   *model;			/* NULL: it was not accepted */
	double		before;
	double		after;			/* NaN: nothing was tried */
} Outcome;

typedef struct Update
{
	LoadedModel *loaded;
	const lf_model *model;
	NewRows		rows;
	lf_training training;
	double		rehearsal;
	ProgressPhase phase;		/* of the training under way */
	lf_fine_tune tuning;
	Oid			relation;		/* InvalidOid: that of the model */
	Outcome		outcome;
} Update;

/* All members to the end, one after the other. */
static void
train_members(void *state, lf_thread_pool *pool)
{
	Update	   *update = state;
	lf_fine_tune   *tuning = &update->tuning;
	lf_trainer *trainer = &tuning->trainer;

	trainer->shards.pool = pool;
	for (int m = 0; m < update->model->members; m++)
	{
		lf_status	status;

		do
			status = lf_fine_tune_member(tuning, update->model, m, serve_interrupts());
		while (status == LF_INTERRUPTED);
		while (status != LF_FINISHED)
		{
			status = lf_trainer_step(trainer, serve_interrupts());
			progress_trainer(trainer, status, update->phase, m + 1, update->model->members);
			if (status == LF_DIVERGED)
				report_divergence(trainer->epoch + 1, trainer->batch + 1, &tuning->training);
		}
		lf_fine_tune_keep(tuning, m);
	}
}

/* Goes on to train up to the given row of each series. */
static void
train(Update *update, const size_t *until)
{
	lf_fine_tune   *tuning = &update->tuning;

	update->phase = until == update->rows.end ? PROGRESS_TRAINING_ON_ALL : PROGRESS_TRAINING;
	(void) lf_fine_tune_start(tuning, update->model, &update->rows.frame, update->rows.known, until, update->rehearsal);
	in_threads(Min(settings_threads(0), tuning->trainer.shards.count), train_members, update);
}

/* Takes what training needs, and the scaling of all series: that of the model, or of new series their own. */
static void
plan(Update *update)
{
	const lf_model *model = update->model;
	const Panel *panel = update->rows.rolling->panel;
	lf_fine_tune   *tuning = &update->tuning;
	lf_arena	arena = lf_arena_measure();
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_update series", ALLOCSET_SMALL_SIZES);
	Size		shape_size = lf_task_shape_size(&model->task);
	Size		held = rows_memory(panel->rows) + update->training.epochs * sizeof(lf_epoch);
	Size		needed;

	if (lf_fine_tune_layout(tuning, &arena, model, &update->training, &update->rows.frame) != LF_OK || arena.overflow)
		needed = SIZE_MAX - held;
	else
		needed = arena.used + LF_ALIGNMENT;
	check_memory(needed + held, psprintf("training this model on " UINT64_FORMAT " rows", panel->rows->count),
				 "give fewer rows");
	progress_memory(needed + held);
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	(void) lf_fine_tune_layout(tuning, &arena, model, &update->training, &update->rows.frame);
	for (Size s = 0; s < panel->series; s++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		Rows		rows = panel_rows(panel, s);
		lf_frame	frame = rows_frame(&rows);
		SeriesScaling scaling;

		CHECK_FOR_INTERRUPTS();
		scaling = series_scaling(panel, model, panel->names == NULL ? NULL : panel->names[s], &frame,
								 update->rows.middle[s]);
		memcpy(tuning->scaler + s * model->columns, scaling.scaler, model->columns * sizeof(lf_scaler));
		if (tuning->shape != NULL)
			memcpy(tuning->shape + s * shape_size, scaling.shape, shape_size * sizeof(double));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
}

/* The model with other weights, which stay the fine-tuning's. */
static LoadedModel *
with_weights(const Update *update)
{
	LoadedModel *candidate = memcpy(palloc(sizeof(LoadedModel)), update->loaded, sizeof(LoadedModel));

	candidate->model.weights = update->tuning.weights;
	return candidate;
}

static bool
has_negative_target(const lf_frame *frame, const lf_task *task)
{
	for (Size s = 0; s < lf_frame_series(frame); s++)
	{
		lf_frame	one = lf_frame_of(frame, s);

		CHECK_FOR_INTERRUPTS();
		if (!lf_targets_are_nonnegative(&one, task))
			return true;
	}
	return false;
}

/* The model that was accepted: new weights, errors and record, and all else as it was. */
static bytea *
finish(Update *update, const Judgement *judgement)
{
	const Panel *panel = update->rows.rolling->panel;
	const lf_task *task = &update->model->task;
	lf_model	result = *update->model;
	lf_epoch   *history = MemoryContextAllocHuge(CurrentMemoryContext, update->training.epochs * sizeof(lf_epoch));

	/* before the weights of the candidate go */
	result.errors = new_rows_measure(&update->rows, with_weights(update));
	result.epochs = update->tuning.trainer.epoch;
	memcpy(history, update->tuning.trainer.history, result.epochs * sizeof(lf_epoch));
	train(update, update->rows.end);
	result.weights = update->tuning.weights;
	result.history = history;
	result.best_epoch = result.epochs;
	result.final_epochs = Min(update->model->final_epochs, PG_INT32_MAX - result.epochs) + result.epochs;
	result.scores = judgement->scores;
	result.last_time = Max(panel->last_time, update->model->last_time);
	result.rows = panel->rows->count;
	result.windows = update->tuning.fresh_windows + update->tuning.old_windows;
	result.validation_windows = update->rows.forecasts;
	result.version = LF_VERSION;
	if (has_negative_target(&update->rows.frame, task))
		lf_task_lift_limit(&result.task);
	if (result.tail != NULL)
		result.tail = panel->rows->values + (panel->rows->count - task->lookback) * panel->rows->columns;
	return model_to_bytea(&result);
}

static lf_training
training_of(FunctionCallInfo fcinfo, const lf_model *model)
{
	lf_training training = model->training;

	training.epochs = argument_int(fcinfo, ARG_EPOCHS, "epochs", 1, 1000000, 5);
	training.learning_rate = PG_ARGISNULL(ARG_LEARNING_RATE) ? model->training.learning_rate / 5 :
		PG_GETARG_FLOAT8(ARG_LEARNING_RATE);
	if (!(training.learning_rate > 0 && training.learning_rate <= 100))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("learning_rate must be above 0 and at most 100, not %g", training.learning_rate)));
	training.batch_size = Max(1, Min(training.batch_size, LF_MAX_BATCH / lf_task_samples(&model->task)));
	training.validation = 0;
	/* the same rows again are the same model again */
	training.seed = lf_random_mix(training.seed, (uint64) model->last_time);
	return training;
}

static const char *
reason_text(const Update *update, double before, double after)
{
	if (!new_rows_are_enough(&update->rows))
		return psprintf("too few new rows to judge: " UINT64_FORMAT " rows allow " UINT64_FORMAT " forecasts, but "
						"%d are needed", update->rows.count, update->rows.forecasts, NEW_ROWS_LEAST_FORECASTS);
	if (isnan(before) || isnan(after))
		return "no error could be measured on the new rows";
	return psprintf("%s on the newest " UINT64_FORMAT " forecasts",
					after < before ? "better" : after == before ? "as good" : "worse", update->rows.forecasts);
}

/* Reads the rows, and trains if there are enough. */
static void
run(void *state)
{
	Update	   *update = state;
	Outcome    *outcome = &update->outcome;
	Judgement	judgement;

	new_rows_read(&update->rows, update->model, update->relation);
	if (!new_rows_are_enough(&update->rows))
		return;
	progress_next_training();
	plan(update);
	judgement = new_rows_judge(&update->rows, update->loaded);
	outcome->before = lf_cv_error(&judgement.cv, LF_NETWORK);
	train(update, update->rows.middle);
	judgement = new_rows_judge(&update->rows, with_weights(update));
	outcome->after = lf_cv_error(&judgement.cv, LF_NETWORK);
	if (outcome->after <= outcome->before)
		outcome->model = finish(update, &judgement);
}

SQL_FUNCTION(lstm_update);
Datum
lstm_update(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Update		update = {.outcome = {.before = NAN, .after = NAN}};
	const Outcome *outcome = &update.outcome;
	Datum		values[OUT_COLUMNS] = {0};
	bool		nulls[OUT_COLUMNS] = {false};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_MODEL);
	values[OUT_NEW_MODEL] = PG_GETARG_DATUM(ARG_MODEL);
	update.loaded = model_load(PG_GETARG_BYTEA_PP(ARG_MODEL));
	update.model = &update.loaded->model;
	update.training = training_of(fcinfo, update.model);
	update.rehearsal = PG_ARGISNULL(ARG_REHEARSAL) ? 4 : PG_GETARG_FLOAT8(ARG_REHEARSAL);
	if (!(update.rehearsal >= 0 && update.rehearsal <= 1e6))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rehearsal must be from 0 to 1000000, not %g", update.rehearsal)));
	update.relation = PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION);
	progress_around(PROGRESS_UPDATE, update.relation, run, &update);
	if (outcome->model != NULL)
		values[OUT_NEW_MODEL] = PointerGetDatum(outcome->model);
	values[OUT_ACCEPTED] = BoolGetDatum(outcome->model != NULL);
	values[OUT_ERROR] = Float8GetDatum(outcome->after);
	nulls[OUT_ERROR] = isnan(outcome->after);
	values[OUT_PREVIOUS_ERROR] = Float8GetDatum(outcome->before);
	nulls[OUT_PREVIOUS_ERROR] = isnan(outcome->before);
	values[OUT_NEW_ROWS] = Int64GetDatum((int64) update.rows.count);
	values[OUT_REASON] = CStringGetTextDatum(reason_text(&update, outcome->before, outcome->after));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}
