/*
 * backtest.c: lstm_backtest: how good a training would have been in the past: origins that move towards the newest row,
 * with a model trained on what was known at each of them (rolling origin: Tashman 2000).
 *
 *	   rows			 ---------------------------------------->
 *	   fold 1		 train............| gap |test|
 *	   fold 2		 train.................| gap |test|
 *	   fold 3		 train......................| gap |test|
 */
#include "arguments.h"
#include "error.h"
#include "request.h"
#include "scoring.h"

enum
{
	ARG_FOLDS = ARGS_OF_REQUEST,
	ARG_TEST_ROWS,
	ARG_GAP,
	ARG_RETRAIN,
	ARG_LEVEL
};

typedef struct Backtest
{
	const Request *request;
	Table	   *table;
	Rows	   *read;			/* as they were read: what trainings fill by themselves */
	Rows	   *rows;			/* the same as a series */
	int			folds;
	int			test_rows;		/* of each fold */
	int			gap;			/* rows before the test part that training does not see */
	double		level;
	ReturnSetInfo *result;
} Backtest;

/* Number of the last row that the forecasts of a fold may know, fold from 1 on. */
static int64
origin_of(const Backtest *backtest, int fold)
{
	return (int64) backtest->rows->count - (int64) (backtest->folds - fold + 1) * backtest->test_rows;
}

/*
 * The rows that a fold may train on, as they were read: filled values may not know what came later. 'last': the newest
 * of them in the series.
 */
static Rows *
known_rows(const Backtest *backtest, uint64 last)
{
	uint64		count = backtest->read->count;

	while (count > 0 && rows_time(backtest->read, count - 1) > rows_time(backtest->rows, last))
		count--;
	return rows_head(backtest->read, count);
}

/* A model of the rows that were known at a fold, ready to forecast. */
static LoadedModel *
train_fold(const Backtest *backtest, int fold)
{
	Request    *request = memcpy(palloc(sizeof(Request)), backtest->request, sizeof(Request));

	request->quiet = true;
	request->source = psprintf("fold %d of %s", fold, backtest->table->label);
	return model_load(training_run(request, known_rows(backtest, origin_of(backtest, fold) - backtest->gap - 1)));
}

static void
test_fold(const Backtest *backtest, int fold, const LoadedModel *loaded)
{
	const lf_task *task = &loaded->model.task;
	int64		origin = origin_of(backtest, fold);
	Along	   *along = along_over(&loaded->model, backtest->table, backtest->rows, origin + backtest->test_rows);
	lf_metrics *metrics = scoring_create(task);
	double	   *means = scoring_means(along, origin);
	AlongBatch	batch;

	along_start(along, loaded, task->horizon, task->horizon, Max(origin, task->lookback));
	while (along_next(along, &batch))
		scoring_add(metrics, along, &batch, backtest->level, means);
	for (int j = 0; j < task->targets; j++)
		for (int metric = 0; metric < LF_METRICS; metric++)
		{
			Datum		values[9] = {Int32GetDatum(fold), Int64GetDatum(origin - backtest->gap)};
			bool		nulls[9] = {false, false};

			scoring_row(metrics, along, origin, j, metric, values + 2, nulls + 2);
			tuplestore_putvalues(backtest->result->setResult, backtest->result->setDesc, values, nulls);
		}
}

static Datum
backtest(FunctionCallInfo fcinfo, bool several)
{
	Request    *request = palloc0(sizeof(Request));
	Backtest	backtest = {.request = request, .result = (ReturnSetInfo *) fcinfo->resultinfo};
	Series		series;
	bool		retrain = PG_ARGISNULL(ARG_RETRAIN) || PG_GETARG_BOOL(ARG_RETRAIN);
	LoadedModel *loaded = NULL;
	MemoryContext each;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_LEVEL);
	backtest.level = PG_GETARG_FLOAT8(ARG_LEVEL);
	check_level(backtest.level);
	backtest.folds = argument_int(fcinfo, ARG_FOLDS, "folds", 1, 1000, 5);
	backtest.gap = argument_int(fcinfo, ARG_GAP, "gap", 0, PG_INT32_MAX, 0);
	backtest.table = request_read(fcinfo, several, request);
	backtest.test_rows = argument_int(fcinfo, ARG_TEST_ROWS, "test_rows", request->task.horizon, PG_INT32_MAX,
									  request->task.horizon);
	backtest.read = table_read(backtest.table, CurrentMemoryContext, NULL, 0);
	(void) regular_cut_future(backtest.read, request->task.target, request->task.targets);
	backtest.rows = rows_head(backtest.read, backtest.read->count);
	series = training_series(request);
	(void) regular_make(backtest.rows, &series);
	if (origin_of(&backtest, 1) <= backtest.gap)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, too few for %d folds of %d rows",
						request->source, backtest.rows->count, backtest.folds, backtest.test_rows),
				 errhint("Reduce folds, test_rows or gap, or give more rows.")));

	each = AllocSetContextCreate(CurrentMemoryContext, "lstm_backtest fold", ALLOCSET_DEFAULT_SIZES);
	for (int fold = 1; fold <= backtest.folds; fold++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);

		if (retrain || loaded == NULL)
			loaded = train_fold(&backtest, fold);
		test_fold(&backtest, fold, loaded);
		MemoryContextSwitchTo(caller);
		if (retrain)
			MemoryContextReset(each);
	}
	MemoryContextDelete(each);
	return (Datum) 0;
}

SQL_FUNCTION(lstm_backtest);
Datum
lstm_backtest(PG_FUNCTION_ARGS)
{
	return backtest(fcinfo, false);
}

SQL_FUNCTION(lstm_backtest_columns);
Datum
lstm_backtest_columns(PG_FUNCTION_ARGS)
{
	return backtest(fcinfo, true);
}
