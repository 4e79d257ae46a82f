/*
 * evaluate.c: lstm_evaluate: how good a model's forecasts were on known rows, beside the best naive baseline.
 */
#include "sql/arguments.h"
#include "server/error.h"
#include "model/model_cache.h"
#include "judge/scoring.h"
#include "forecast/scenario.h"

#include <math.h>

/* The measures of the series at hand. False where no row could be compared with a forecast. */
static bool
evaluate_series(RollingOrigin *rolling, int64 origin, double level, ReturnSetInfo *result)
{
	const lf_task *task = &rolling->model->task;
	/* rows before the first one that is forecast */
	uint64		known = Min((uint64) origin, lf_window_first_output(task, origin - task->lookback));
	lf_metrics *metrics = scoring_create(task);
	double	   *means = scoring_means(rolling, known);
	RollingBatch	batch;

	while (rolling_origin_next(rolling, &batch))
		scoring_add(metrics, rolling, &batch, level, means);
	for (int j = 0; j < task->targets && metrics[LF_NETWORK].score.count > 0; j++)
		for (int metric = 0; metric < LF_METRICS; metric++)
		{
			Datum		values[SCORING_COLUMNS] = {0};
			bool		nulls[SCORING_COLUMNS];

			scoring_row(metrics, rolling, known, j, metric, values, nulls);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return metrics[LF_NETWORK].score.count > 0;
}

SQL_FUNCTION(lstm_evaluate);
Datum
lstm_evaluate(PG_FUNCTION_ARGS)
{
	double		level;
	LoadedModel *shared = model_start_rows(fcinfo, 4, &level);
	const lf_task *task;
	RollingOrigin *rolling;
	int64		origin;
	int			steps;
	int			stride;
	bool		any = false;
	bool		warned = false;

	if (shared == NULL)
		return (Datum) 0;
	task = &shared->model.task;
	rolling = rolling_origin_open(&shared->model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), NULL, 0);
	rolling_origin_know(rolling, &rolling->plan, scenario_relation(fcinfo, 6, &shared->model), &(ReadFilter) {0});
	steps = argument_int(fcinfo, 2, "steps", 1, PG_INT32_MAX, task->horizon);
	stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, 1);
	do
	{
		MemoryContext caller;

		origin = PG_ARGISNULL(5) ? scoring_first_unknown(rolling, &warned) : argument_first_origin(fcinfo, 5, task);
		rolling_origin_start(rolling, shared, steps, stride, origin);
		caller = MemoryContextSwitchTo(rolling->each);
		any |= evaluate_series(rolling, origin, level, (ReturnSetInfo *) fcinfo->resultinfo);
		MemoryContextSwitchTo(caller);
	} while (rolling_origin_next_series(rolling));
	if (!any)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, and none after row " INT64_FORMAT " to compare a forecast with",
						rolling->table->label, rolling->rows->count, origin),
				 errhint("Give a smaller first_origin, or a relation with newer rows.")));
	rolling_origin_report_barren(rolling);
	return (Datum) 0;
}
