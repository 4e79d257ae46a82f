/*
 * evaluate.c: lstm_evaluate: how good a model's forecasts were on known rows, beside the best that costs nothing.
 */
#include "arguments.h"
#include "error.h"
#include "model_cache.h"
#include "scoring.h"

#include <math.h>

/*
 * Number of the last row that training knew: from there on rows are new. Where there are none, evaluation goes over the
 * newest part, and says so.
 */
static int64
first_unknown(const Along *along)
{
	const lf_model *model = along->model;
	const lf_task *task = &model->task;
	uint64		rows = along->rows->count;
	uint64		known = rows;
	uint64		share;

	if (model->time_kind == along->table->time_kind && model->time_kind != LF_TIME_NONE && model->rows > 0)
		while (known > 0 && rows_time(along->rows, known - 1) > model->last_time)
			known--;
	else
		known = 0;				/* trained elsewhere: every row is new */
	if (known < rows)
		return (int64) Max(known, (uint64) task->lookback);
	share = Max((uint64) ceil(model->training.validation * (double) rows), (uint64) task->horizon);
	ereport(WARNING,
			(errmsg("%s has no rows after those that the model was trained on", along->table->label),
			 errdetail("These figures are of the newest " UINT64_FORMAT " rows, which the network knows: they are too good.",
					   share),
			 errhint("Train on a view that ends earlier, use lstm_backtest, or give first_origin.")));
	return (int64) Max(rows > share ? rows - share : 0, (uint64) task->lookback);
}

SQL_FUNCTION(lstm_evaluate);
Datum
lstm_evaluate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *shared;
	const lf_model *model;
	const lf_task *task;
	Along	   *along;
	AlongBatch	batch;
	lf_metrics *metrics;
	double	   *means;
	double		level;
	int64		origin;
	int			steps;
	int			stride;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(4);
	level = PG_GETARG_FLOAT8(4);
	check_level(level);
	shared = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	model = &shared->model;
	task = &model->task;
	along = along_open(model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), 0);
	steps = argument_int(fcinfo, 2, "steps", 1, PG_INT32_MAX, task->horizon);
	stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, 1);
	origin = PG_ARGISNULL(5) ? first_unknown(along) : argument_first_origin(fcinfo, 5, task);
	along_start(along, shared, steps, stride, origin);
	metrics = scoring_create(task);
	means = scoring_means(along, origin);
	while (along_next(along, &batch))
		scoring_add(metrics, along, &batch, level, means);
	if (metrics[LF_NETWORK].score.count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, and none after row " INT64_FORMAT " to compare a forecast with",
						along->table->label, along->rows->count, origin),
				 errhint("Give a smaller first_origin, or a relation with newer rows.")));

	for (int j = 0; j < task->targets; j++)
		for (int metric = 0; metric < LF_METRICS; metric++)
		{
			Datum		values[7] = {0};
			bool		nulls[7];

			scoring_row(metrics, along, origin, j, metric, values, nulls);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
