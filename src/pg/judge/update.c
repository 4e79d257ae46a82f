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
#include "judge/scoring.h"
#include "server/settings.h"
#include "judging/cv_score.h"
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

/* Forecasts of new rows, at least, that a candidate is judged by. */
#define LEAST_FORECASTS 10

/* Errors of one step and target that are measured, and of all of them. */
#define MOST_WINDOWS 512
#define MOST_MEASURED ((Size) 1 << 19)

typedef struct Update
{
	LoadedModel *loaded;
	const lf_model *model;
	RollingOrigin	   *rolling;
	lf_frame	frame;			/* of all series */
	size_t	   *known;			/* (series): rows that the model was trained on */
	size_t	   *middle;			/* (series): rows before those that judge */
	size_t	   *end;			/* (series): all rows */
	uint64		new_rows;
	uint64		forecasts;		/* that judge */
	uint64		windows;		/* that the candidate is trained on, the new ones */
	lf_training training;
	double		rehearsal;
	ProgressPhase phase;		/* of the training under way */
	lf_fine_tune	tuning;
} Update;

/* What a model is worth on the rows that judge. */
typedef struct Judgement
{
	lf_cv_score	cv;
	lf_score   *scores;			/* (targets, LF_FORECASTERS), in the units of the series */
} Judgement;

static void
read_rows(Update *update, Oid relation)
{
	const lf_model *model = update->model;
	Panel	   *panel;

	update->rolling = rolling_origin_open(model, relation, NULL, 0);
	if (model->time_kind != update->rolling->table->time_kind || model->time_kind == LF_TIME_NONE || model->rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot tell which rows of %s are new to this model", update->rolling->table->label),
				 errdetail("The model was %s.", model->rows == 0 ? "not trained by this extension" :
						   "trained on rows with times of another type, or without times"),
				 errhint("Train a model on this relation with lstm_train.")));
	panel = update->rolling->panel;
	update->frame = panel_frame(panel);
	update->known = palloc(panel->series * sizeof(size_t));
	update->middle = palloc(panel->series * sizeof(size_t));
	update->end = palloc(panel->series * sizeof(size_t));
}

/* Which rows are new, and which of them judge. */
static void
divide_rows(Update *update)
{
	const lf_model *model = update->model;
	const Panel *panel = update->rolling->panel;
	uint64		horizon = model->task.horizon;

	for (Size s = 0; s < panel->series; s++)
	{
		Rows		rows = panel_rows(panel, s);
		uint64		known = rows.count;
		uint64		judging;

		CHECK_FOR_INTERRUPTS();
		for (; known > 0 && rows_time(&rows, known - 1) > model->last_time; known--)
			CHECK_FOR_INTERRUPTS();
		judging = (rows.count - known) / 2;
		if (judging < horizon || rows.count - judging < (uint64) model->task.lookback)
			judging = 0;
		update->known[s] = known;
		update->middle[s] = rows.count - judging;
		update->end[s] = rows.count;
		update->new_rows += rows.count - known;
		update->forecasts += judging > 0 ? judging - horizon + 1 : 0;
		update->windows += lf_window_count(&model->task, update->middle[s]) - lf_window_count(&model->task, known);
	}
}

/* Starts from the row before those that judge. */
static void
start_judging(const Update *update, RollingOrigin *rolling, const LoadedModel *loaded, int steps, int stride)
{
	const lf_task *task = &update->model->task;

	rolling_origin_start(rolling, loaded, steps, stride, rolling_origin_first_origin(task, update->middle[rolling->series]));
}

static bool
is_enough(const Update *update)
{
	return update->forecasts >= LEAST_FORECASTS && update->windows > 0;
}

static bool
judges(const Update *update, Size series)
{
	return update->middle[series] < update->end[series];
}

/* Adds measures to scores, in the units of the series at hand. */
static void
add_scores(lf_score *scores, const lf_metrics *metrics, const RollingOrigin *rolling)
{
	const lf_task *task = &rolling->model->task;

	for (int i = 0; i < task->targets * LF_FORECASTERS; i++)
	{
		double		error_scale = rolling->error_scale[i / LF_FORECASTERS];

		scores[i].count += metrics[i].score.count;
		scores[i].absolute += metrics[i].score.absolute / error_scale;
		scores[i].squares += metrics[i].score.squares / error_scale / error_scale;	/* the square of a small one is 0 */
	}
}

static Judgement
judge(const Update *update, const LoadedModel *loaded)
{
	const lf_task *task = &update->model->task;
	RollingOrigin	   *rolling = rolling_origin_over(&loaded->model, update->rolling->table, update->rolling->panel);
	double	   *units = palloc(task->targets * sizeof(double));
	Judgement		verdict = {.scores = palloc0(task->targets * LF_FORECASTERS * sizeof(lf_score))};

	do
	{
		MemoryContext caller = MemoryContextSwitchTo(rolling->each);
		lf_metrics *metrics = scoring_create(task);
		uint64		known = update->middle[rolling->series];
		RollingBatch	batch;

		if (judges(update, rolling->series))
		{
			double	   *means = scoring_means(rolling, known);

			start_judging(update, rolling, loaded, task->horizon, 1);
			while (rolling_origin_next(rolling, &batch))
				scoring_add(metrics, rolling, &batch, 0.95, means);
			for (int j = 0; j < task->targets; j++)
				units[j] = scoring_error_scale(rolling, known, j);
			lf_cv_add(&verdict.cv, metrics, units, task->targets);
			add_scores(verdict.scores, metrics, rolling);
		}
		MemoryContextSwitchTo(caller);
	} while (rolling_origin_next_series(rolling));
	return verdict;
}

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

	update->phase = until == update->end ? PROGRESS_TRAINING_ON_ALL : PROGRESS_TRAINING;
	(void) lf_fine_tune_start(tuning, update->model, &update->frame, update->known, until, update->rehearsal);
	in_threads(Min(settings_threads(0), tuning->trainer.shards.count), train_members, update);
}

/* Takes what training needs, and the scaling of all series: that of the model, or of new series their own. */
static void
plan(Update *update)
{
	const lf_model *model = update->model;
	const Panel *panel = update->rolling->panel;
	lf_fine_tune   *tuning = &update->tuning;
	lf_arena	arena = lf_arena_measure();
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_update series", ALLOCSET_SMALL_SIZES);
	Size		held = rows_memory(panel->rows) + update->training.epochs * sizeof(lf_epoch);
	Size		needed;

	if (lf_fine_tune_layout(tuning, &arena, model, &update->training, &update->frame) != LF_OK || arena.overflow)
		needed = SIZE_MAX - held;
	else
		needed = arena.used + LF_ALIGNMENT;
	check_memory(needed + held, psprintf("training this model on " UINT64_FORMAT " rows", panel->rows->count),
				 "give fewer rows");
	progress_memory(needed + held);
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	(void) lf_fine_tune_layout(tuning, &arena, model, &update->training, &update->frame);
	for (Size s = 0; s < panel->series; s++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		Rows		rows = panel_rows(panel, s);
		lf_frame	frame = rows_frame(&rows);
		const lf_scaler *scaler;
		const double *error_scale;

		CHECK_FOR_INTERRUPTS();
		series_scaling(panel, model, panel->names == NULL ? NULL : panel->names[s], &frame, update->middle[s], &scaler,
					  &error_scale);
		memcpy(tuning->scaler + s * model->columns, scaler, model->columns * sizeof(lf_scaler));
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

/* How far off step k of the i-th forecast of a batch was, as lf_errors counts it; NaN where nothing came. */
static float
how_far(const RollingOrigin *rolling, const RollingBatch *batch, int i, int k, int j)
{
	const lf_task *task = &rolling->model->task;
	double		forecast = batch->out[((Size) i * batch->steps + k) * task->targets + j];
	uint64		row = rolling_origin_row(rolling, batch, i, k);
	double		actual = row < rolling->rows->count ? rolling_origin_actual(rolling, row, j) : (double) NAN;

	if (isnan(actual))
		return NAN;
	if (task->head.kind != LF_HEAD_POINT && k < task->horizon)
		return (float) model_nonconformity(rolling->loaded, i, k, j, forecast, actual);
	return (float) (fabs(forecast - actual) / rolling->error_scale[j]);
}

/*
 * The errors that intervals are made of: those that the model has, and behind them those of the candidate. So there are
 * enough of them from the first update on, and they follow where the rows go.
 */
static lf_errors
measure_errors(const Update *update, const LoadedModel *candidate)
{
	const lf_model *model = update->model;
	lf_errors	errors = model->errors;
	Size		lists = (Size) errors.steps * model->task.targets;
	RollingOrigin	   *rolling;
	float	   *measured;
	Size		stride;
	Size		most;			/* new ones of each list */
	Size		all;			/* with the old ones */
	Size		done = 0;

	/* no training keeps more errors than it measures: a model that has them was made by somebody else */
	if (lists == 0 || lists > MOST_MEASURED || lists * errors.most > MOST_MEASURED)
		return errors;
	most = Min(Min(update->forecasts, MOST_WINDOWS), MOST_MEASURED / lists);
	if (most == 0)
		return errors;
	stride = (update->forecasts + most - 1) / most;
	all = most + errors.most;
	check_memory_beside(rows_memory(update->rolling->panel->rows), lists * all * 2 * sizeof(float), "measuring errors",
						"give fewer rows");
	measured = MemoryContextAllocHuge(CurrentMemoryContext, lists * all * sizeof(float));
	for (Size i = 0; i < lists * all; i++)
		measured[i] = NAN;
	for (Size list = 0; list < lists; list++)
		for (int i = 0; i < errors.count[list]; i++)
			measured[list * all + most + i] = errors.error[list * errors.most + i];

	rolling = rolling_origin_over(&candidate->model, update->rolling->table, update->rolling->panel);
	do
	{
		RollingBatch	batch;

		if (!judges(update, rolling->series))
			continue;
		start_judging(update, rolling, candidate, errors.steps, (int) stride);
		while (done < most && rolling_origin_next(rolling, &batch))
			for (int i = 0; i < batch.count && done < most; i++, done++)
				for (int k = 0; k < batch.steps; k++)
					for (int j = 0; j < model->task.targets; j++)
						measured[((Size) k * model->task.targets + j) * all + done] = how_far(rolling, &batch, i, k, j);
	} while (rolling_origin_next_series(rolling));

	errors.most = (int) Min(Min(all, LF_MAX_ERRORS), Max((Size) model->errors.most, MOST_MEASURED / lists));
	errors.count = palloc0(lists * sizeof(int));
	errors.error = MemoryContextAllocHuge(CurrentMemoryContext, lists * errors.most * sizeof(float));
	lf_errors_keep(&errors, model->task.targets, measured, all);
	pfree(measured);
	return errors;
}

/* The model that was accepted: new weights, errors and record, and all else as it was. */
static bytea *
finish(Update *update, const Judgement *verdict)
{
	const Panel *panel = update->rolling->panel;
	const lf_task *task = &update->model->task;
	lf_model	result = *update->model;
	lf_epoch   *history = MemoryContextAllocHuge(CurrentMemoryContext, update->training.epochs * sizeof(lf_epoch));

	/* before the weights of the candidate go */
	result.errors = measure_errors(update, with_weights(update));
	result.epochs = update->tuning.trainer.epoch;
	memcpy(history, update->tuning.trainer.history, result.epochs * sizeof(lf_epoch));
	train(update, update->end);
	result.weights = update->tuning.weights;
	result.history = history;
	result.best_epoch = result.epochs;
	result.final_epochs = Min(update->model->final_epochs, PG_INT32_MAX - result.epochs) + result.epochs;
	result.scores = verdict->scores;
	result.last_time = Max(panel->last_time, update->model->last_time);
	result.rows = panel->rows->count;
	result.windows = update->tuning.fresh_windows + update->tuning.old_windows;
	result.validation_windows = update->forecasts;
	result.version = LF_VERSION;
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
verdict_text(const Update *update, double before, double after)
{
	if (!is_enough(update))
		return psprintf("too few new rows to judge: " UINT64_FORMAT " rows allow " UINT64_FORMAT " forecasts, but "
						"%d are needed", update->new_rows, update->forecasts, LEAST_FORECASTS);
	if (isnan(before) || isnan(after))
		return "no error could be measured on the new rows";
	return psprintf("%s on the newest " UINT64_FORMAT " forecasts",
					after < before ? "better" : after == before ? "as good" : "worse", update->forecasts);
}

typedef struct Outcome
{
	bytea	   *model;			/* NULL: it was not accepted */
	double		before;
	double		after;			/* NaN: nothing was tried */
} Outcome;

/* Reads the rows, and trains if there are enough. */
static Outcome
run(Update *update, Oid relation)
{
	Outcome		outcome = {.before = NAN, .after = NAN};
	Judgement		verdict;

	read_rows(update, relation);
	divide_rows(update);
	if (!is_enough(update))
		return outcome;
	progress_next_training();
	plan(update);
	verdict = judge(update, update->loaded);
	outcome.before = lf_cv_error(&verdict.cv, LF_NETWORK);
	train(update, update->middle);
	verdict = judge(update, with_weights(update));
	outcome.after = lf_cv_error(&verdict.cv, LF_NETWORK);
	if (outcome.after <= outcome.before)
		outcome.model = finish(update, &verdict);
	return outcome;
}

static Outcome
run_visibly(Update *update, Oid relation)
{
	Outcome volatile outcome;
	Progress	progress;

	progress_begin(&progress, PROGRESS_UPDATE, relation);
	PG_TRY();
	{
		outcome = run(update, relation);
	}
	PG_FINALLY();
	{
		progress_end(&progress);
	}
	PG_END_TRY();
	return outcome;
}

SQL_FUNCTION(lstm_update);
Datum
lstm_update(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Update		update = {0};
	Outcome		outcome;
	Datum		values[6] = {0};
	bool		nulls[6] = {false};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_MODEL);
	values[0] = PG_GETARG_DATUM(ARG_MODEL);
	update.loaded = model_load(PG_GETARG_BYTEA_PP(ARG_MODEL));
	update.model = &update.loaded->model;
	update.training = training_of(fcinfo, update.model);
	update.rehearsal = PG_ARGISNULL(ARG_REHEARSAL) ? 4 : PG_GETARG_FLOAT8(ARG_REHEARSAL);
	if (!(update.rehearsal >= 0 && update.rehearsal <= 1e6))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rehearsal must be from 0 to 1000000, not %g", update.rehearsal)));
	outcome = run_visibly(&update, PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION));
	if (outcome.model != NULL)
		values[0] = PointerGetDatum(outcome.model);
	values[1] = BoolGetDatum(outcome.model != NULL);
	values[2] = Float8GetDatum(outcome.after);
	nulls[2] = isnan(outcome.after);
	values[3] = Float8GetDatum(outcome.before);
	nulls[3] = isnan(outcome.before);
	values[4] = Int64GetDatum((int64) update.new_rows);
	values[5] = CStringGetTextDatum(verdict_text(&update, outcome.before, outcome.after));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}
