/*
 * backtest.c: lstm_backtest: how good a training would have been in the past: origins that move towards the newest row,
 * with a model trained on what was known at each of them (rolling origin: Tashman 2000).
 *
 *	   rows			 ---------------------------------------->
 *	   fold 1		 train............| gap |test|
 *	   fold 2		 train.................| gap |test|
 *	   fold 3		 train......................| gap |test|
 */
#include "sql/arguments.h"
#include "server/error.h"
#include "judge/cutoff.h"
#include "server/progress.h"

enum
{
	ARG_FOLDS = ARGS_OF_REQUEST,
	ARG_TEST_ROWS,
	ARG_GAP,
	ARG_RETRAIN,
	ARG_LEVEL,
	ARG_FUTURE
};

/* The columns of a result row. */
enum
{
	OUT_FOLD,
	OUT_KNOWN_ROWS,
	OUT_SCORING,				/* from here on, see scoring.h */
	OUT_COLUMNS = OUT_SCORING + SCORING_COLUMNS
};

typedef struct Backtest
{
	Request    *request;
	Table	   *table;
	const Cutoff *cutoff;
	int			folds;
	int			test_rows;		/* of each fold */
	int			gap;			/* rows before the test part that training does not see */
	double		level;
	Oid			future;			/* known inputs as they were known; InvalidOid: as they came */
	bool		retrain;		/* in each fold; else the first model is kept */
	ReturnSetInfo *result;
} Backtest;

/* Rows of each series behind the test part of a fold, from 1 on. */
static uint64
later_rows(const Backtest *backtest, int fold)
{
	return (uint64) (backtest->folds - fold) * backtest->test_rows;
}

static LoadedModel *
train_fold(const Backtest *backtest, int fold)
{
	return cutoff_train(backtest->cutoff, backtest->request,
					  later_rows(backtest, fold) + backtest->test_rows + backtest->gap, psprintf("fold %d", fold));
}

/* The measures of the series at hand. */
static void
put_measures(const Backtest *backtest, int fold, const CutoffScore *score)
{
	const lf_task *task = &score->rolling->model->task;
	MemoryContext caller = MemoryContextSwitchTo(score->rolling->each);

	for (int j = 0; j < task->targets; j++)
		for (int metric = 0; metric < LF_METRICS; metric++)
		{
			Datum		values[OUT_COLUMNS] = {0};
			bool		nulls[OUT_COLUMNS] = {false};

			values[OUT_FOLD] = Int32GetDatum(fold);
			values[OUT_KNOWN_ROWS] = Int64GetDatum((int64) score->origin - backtest->gap);
			scoring_row(score->metrics, score->rolling, score->origin, j, metric, values + OUT_SCORING, nulls + OUT_SCORING);
			tuplestore_putvalues(backtest->result->setResult, backtest->result->setDesc, values, nulls);
		}
	MemoryContextSwitchTo(caller);
}

static void
test_fold(const Backtest *backtest, int fold, const LoadedModel *loaded)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "lstm_backtest test", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	CutoffScore *score;

	progress_phase(PROGRESS_TESTING);
	score = cutoff_score(backtest->cutoff, loaded, later_rows(backtest, fold), backtest->test_rows, backtest->level);
	rolling_origin_know(score->rolling, &score->plan, backtest->future, &(ReadFilter) {0});
	do
	{
		cutoff_measure(score);
		put_measures(backtest, fold, score);
	} while (cutoff_next(score));
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
}

/* Rows that a series must have: the folds, and one to know before them. */
static uint64
least_rows(const Backtest *backtest)
{
	return (uint64) backtest->folds * backtest->test_rows + backtest->gap + 1;
}

static void
run(void *state)
{
	Backtest   *backtest = state;
	Request    *request = backtest->request;
	LoadedModel *loaded = NULL;
	MemoryContext each;

	progress_expect(backtest->retrain ? backtest->folds : 1);
	backtest->cutoff = cutoff_read(request, backtest->table, least_rows(backtest));
	panel_report_skipped(backtest->cutoff->panel, request->source, "tested");
	if (cutoff_rows(backtest->cutoff, 0) < least_rows(backtest))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, too few for %d folds of %d rows",
						request->source, cutoff_rows(backtest->cutoff, 0), backtest->folds, backtest->test_rows),
				 errhint("Reduce folds, test_rows or gap, or give more rows.")));

	each = AllocSetContextCreate(CurrentMemoryContext, "lstm_backtest fold", ALLOCSET_DEFAULT_SIZES);
	for (int fold = 1; fold <= backtest->folds; fold++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);

		if (backtest->retrain || loaded == NULL)
			loaded = train_fold(backtest, fold);
		test_fold(backtest, fold, loaded);
		MemoryContextSwitchTo(caller);
		if (backtest->retrain)
			MemoryContextReset(each);
	}
	MemoryContextDelete(each);
}

static Datum
backtest(FunctionCallInfo fcinfo, RequestForm form)
{
	Request    *request = palloc0(sizeof(Request));
	Backtest	backtest = {.request = request, .result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_LEVEL);
	backtest.level = PG_GETARG_FLOAT8(ARG_LEVEL);
	check_level(backtest.level);
	backtest.folds = argument_int(fcinfo, ARG_FOLDS, "folds", 1, 1000, 5);
	backtest.gap = argument_int(fcinfo, ARG_GAP, "gap", 0, PG_INT32_MAX, 0);
	backtest.retrain = PG_ARGISNULL(ARG_RETRAIN) || PG_GETARG_BOOL(ARG_RETRAIN);
	backtest.table = request_read(fcinfo, form, request);
	backtest.future = PG_NARGS() > ARG_FUTURE && !PG_ARGISNULL(ARG_FUTURE) ? PG_GETARG_OID(ARG_FUTURE) : InvalidOid;
	if (OidIsValid(backtest.future) && PG_ARGISNULL(ARG_KNOWN_INPUTS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no known inputs, but \"future\" was given"),
				 errhint("Give \"known_inputs\", or leave \"future\" out.")));
	backtest.test_rows = argument_int(fcinfo, ARG_TEST_ROWS, "test_rows", request->wishes.task.horizon, PG_INT32_MAX,
									  request->wishes.task.horizon);
	progress_around(PROGRESS_BACKTEST, backtest.table->relid, run, &backtest);
	return (Datum) 0;
}

FORMS_OF(lstm_backtest, backtest);
