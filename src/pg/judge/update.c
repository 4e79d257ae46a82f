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
 *
 * Of a model that combines several networks each goes on training; what the candidates weigh, and what partners have learned
 * of a series, stays.
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
#include "train/counts.h"

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
	int			networks;
	lf_training training[LF_MAX_NETWORKS];
	double		rehearsal;
	ProgressPhase phase;		/* of the training under way */
	int			network;		/* the same: its number */
	lf_fine_tune tuning[LF_MAX_NETWORKS];
	Oid			relation;		/* InvalidOid: that of the model */
	Outcome		outcome;
} Update;

/* The model of a network: the first, or one beside it. */
static const lf_model *
model_of_network(const Update *update, int network)
{
	return network == 0 ? update->model : &update->model->other[network - 1];
}

/* All members of the network at hand to the end, one after the other. */
static void
train_members(void *state, lf_thread_pool *pool)
{
	Update	   *update = state;
	const lf_model *model = model_of_network(update, update->network);
	lf_fine_tune   *tuning = &update->tuning[update->network];
	lf_trainer *trainer = &tuning->trainer;

	trainer->shards.pool = pool;
	for (int m = 0; m < model->members; m++)
	{
		lf_status	status;

		do
			status = lf_fine_tune_member(tuning, model, m, serve_interrupts());
		while (status == LF_INTERRUPTED);
		while (status != LF_FINISHED)
		{
			status = lf_trainer_step(trainer, serve_interrupts());
			progress_trainer(trainer, status, update->phase, update->network * model->members + m + 1,
							 update->networks * model->members);
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
	update->phase = until == update->rows.end ? PROGRESS_TRAINING_ON_ALL : PROGRESS_TRAINING;
	for (update->network = 0; update->network < update->networks; update->network++)
	{
		lf_fine_tune   *tuning = &update->tuning[update->network];

		(void) lf_fine_tune_start(tuning, model_of_network(update, update->network), &update->rows.frame, update->rows.known,
								  until, update->rehearsal);
		in_threads(Min(settings_threads(0), tuning->trainer.shards.count), train_members, update);
	}
}

static lf_status
lay_out(Update *update, lf_arena *arena)
{
	lf_status	status = LF_OK;

	for (int i = 0; i < update->networks && status == LF_OK; i++)
		status = lf_fine_tune_layout(&update->tuning[i], arena, model_of_network(update, i), &update->training[i],
									 &update->rows.frame);
	return status;
}

/* Takes over what is known of a series. */
static void
keep_scaling(Update *update, Size series, const SeriesScaling *scaling)
{
	for (int i = 0; i < update->networks; i++)
	{
		const lf_model *model = model_of_network(update, i);
		const SeriesScaling *own = i == 0 ? scaling : &scaling->other[i - 1];
		Size		shape_size = lf_task_shape_size(&model->task);

		memcpy(update->tuning[i].scaler + series * model->columns, own->scaler, model->columns * sizeof(lf_scaler));
		if (update->tuning[i].shape != NULL)
			memcpy(update->tuning[i].shape + series * shape_size, own->shape, shape_size * sizeof(double));
	}
}

/* Takes what training needs, and the scaling of all series: that of the model, or of new series their own. */
static void
plan(Update *update)
{
	const lf_model *model = update->model;
	const Panel *panel = update->rows.rolling->panel;
	lf_arena	arena = lf_arena_measure();
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_update series", ALLOCSET_SMALL_SIZES);
	Size		held = rows_memory(panel->rows) + update->training[0].epochs * sizeof(lf_epoch);
	Size		needed;

	if (lay_out(update, &arena) != LF_OK || arena.overflow)
		needed = SIZE_MAX - held;
	else
		needed = arena.used + LF_ALIGNMENT;
	check_memory(needed + held, psprintf("training this model on " UINT64_FORMAT " rows", panel->rows->count),
				 "give fewer rows");
	progress_memory(needed + held);
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	(void) lay_out(update, &arena);
	for (Size s = 0; s < panel->series; s++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		Rows		rows = panel_rows(panel, s);
		lf_frame	frame = rows_frame(&rows);
		SeriesScaling scaling;

		CHECK_FOR_INTERRUPTS();
		scaling = series_scaling(panel, model, panel->names == NULL ? NULL : panel->names[s], &frame,
								 update->rows.middle[s]);
		keep_scaling(update, s, &scaling);
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

	candidate->model.weights = update->tuning[0].weights;
	candidate->other = memcpy(palloc((candidate->model.others + 1) * sizeof(LoadedModel)), candidate->other,
							  candidate->model.others * sizeof(LoadedModel));
	for (int i = 1; i < update->networks; i++)
		candidate->other[i - 1].model.weights = update->tuning[i].weights;
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
	lf_epoch   *history = MemoryContextAllocHuge(CurrentMemoryContext, update->training[0].epochs * sizeof(lf_epoch));

	/* before the weights of the candidate go */
	result.errors = new_rows_measure(&update->rows, with_weights(update));
	result.epochs = update->tuning[0].trainer.epoch;
	memcpy(history, update->tuning[0].trainer.history, result.epochs * sizeof(lf_epoch));
	train(update, update->rows.end);
	result.weights = update->tuning[0].weights;
	if (result.others > 0)
		result.other = memcpy(palloc(result.others * sizeof(lf_model)), result.other, result.others * sizeof(lf_model));
	for (int i = 1; i < update->networks; i++)
	{
		lf_model   *other = &result.other[i - 1];

		other->weights = update->tuning[i].weights;
		other->windows = update->tuning[i].fresh_windows + update->tuning[i].old_windows;
		other->validation_windows = update->rows.forecasts;
	}
	result.history = history;
	result.best_epoch = result.epochs;
	result.final_epochs = Min(update->model->final_epochs, PG_INT32_MAX - result.epochs) + result.epochs;
	result.scores = judgement->scores;
	result.last_time = Max(panel->last_time, update->model->last_time);
	result.rows = panel->rows->count;
	result.windows = update->tuning[0].fresh_windows + update->tuning[0].old_windows;
	result.validation_windows = update->rows.forecasts;
	result.version = LF_VERSION;
	if (has_negative_target(&update->rows.frame, task))
		lf_task_lift_limit(&result.task);
	if (result.tail != NULL)
	{
		result.tail_before = (int) Min((uint64) result.tail_before, panel->rows->count - task->lookback);
		result.tail = panel->rows->values + (panel->rows->count - task->lookback - result.tail_before) * panel->rows->columns;
	}
	lf_model_share(&result);
	return model_to_bytea(&result);
}

static lf_training
training_of(FunctionCallInfo fcinfo, const lf_model *model)
{
	lf_training training = model->training;

	training.validation = 0;
	/* where weights are found at once there is nothing to be said of steps, but which ridge was best */
	if (training.optimizer == LF_LEAST_SQUARES)
	{
		training.epochs = Max(model->best_epoch, 1);
		return training;
	}
	training.epochs = argument_int(fcinfo, ARG_EPOCHS, "epochs", 1, 1000000, 5);
	training.learning_rate = PG_ARGISNULL(ARG_LEARNING_RATE) ? model->training.learning_rate / 5 :
		PG_GETARG_FLOAT8(ARG_LEARNING_RATE);
	if (!(training.learning_rate > 0 && training.learning_rate <= 100))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("learning_rate must be above 0 and at most 100, not %g", training.learning_rate)));
	training.batch_size = Max(1, Min(training.batch_size, LF_MAX_BATCH / lf_task_samples(&model->task)));
	/* the same rows again are the same model again */
	training.seed = lf_random_mix(training.seed, (uint64) model->last_time);
	return training;
}

static const char *
reason_text(const Update *update, double before, double after)
{
	if (update->rows.forecasts == 0 && update->rows.rolling->panel->series > 1)
		return psprintf("too few new rows to judge: a series needs %d, twice the horizon, but " UINT64_FORMAT " rows of "
						UINT64_FORMAT " series are new", 2 * update->model->task.horizon, update->rows.count,
						(uint64) update->rows.rolling->panel->series);
	if (!new_rows_are_enough(&update->rows))
		return psprintf("too few new rows to judge: " UINT64_FORMAT " rows allow " UINT64_FORMAT " forecasts, but "
						"%d are needed", update->rows.count, update->rows.forecasts, NEW_ROWS_LEAST_FORECASTS);
	if (isnan(before) || isnan(after))
		return "no error could be measured on the new rows";
	return psprintf("%s on the newest " UINT64_FORMAT " forecasts",
					after < before ? "better" : after == before ? "as good" : "worse", update->rows.forecasts);
}

/* Rows that a network cannot learn from, known ones included: it sees some of these again. */
static void
check_rows(const Update *update)
{
	for (int i = 0; i < update->networks; i++)
	{
		const lf_model *model = model_of_network(update, i);

		counts_check(&update->rows.frame, &model->task, model->training.loss, model->names,
					 "Correct the rows, or give a view without them as relation; if they are right, train a model with another loss.");
	}
}

/* Reads the rows, and trains if there are enough. */
static void
run(void *state)
{
	Update	   *update = state;
	Outcome    *outcome = &update->outcome;
	Judgement	judgement;

	new_rows_read(&update->rows, update->model, update->relation);
	check_rows(update);
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
	update.networks = update.model->others + 1;
	for (int i = 0; i < update.networks; i++)
		update.training[i] = training_of(fcinfo, model_of_network(&update, i));
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
