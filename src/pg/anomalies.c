/*
 * anomalies.c: lstm_anomalies: rows that are further from their forecast than rows used to be (conformal anomaly
 * detection: Laxhammar and Falkman 2011).
 */
#include "along.h"
#include "arguments.h"
#include "error.h"
#include "model_cache.h"

#include <math.h>

static void
put_rows(const Along *along, const AlongBatch *batch, double level, const Datum *targets, ReturnSetInfo *result)
{
	const lf_model *model = along->model;
	const lf_task *task = &model->task;
	const double *out = batch->out;

	for (int i = 0; i < batch->count; i++)
		for (int j = 0; j < task->targets; j++)
		{
			uint64		row = along_row(along, batch, i, 0);
			double		expected = *out++;
			double		actual = along_actual(along, row, j);
			double		error = model_surprise(along->loaded, i, 0, j, expected, actual);
			double		usual = lf_errors_width(&model->errors, task->targets, 0, j, 0.5);
			double		rarity = lf_errors_rarity(&model->errors, task->targets, 0, j, error);
			Datum		values[10] = {0};
			bool		nulls[10] = {false};

			CHECK_FOR_INTERRUPTS();
			if (isnan(actual))
				continue;		/* there is nothing to judge */
			along_name(along, &values[0], &nulls[0]);
			along_stamp(along, row, &values[1], &nulls[1]);
			values[2] = targets[j];
			values[3] = Float8GetDatum(actual);
			values[4] = Float8GetDatum(expected);
			model_bounds(along->loaded, i, 0, j, expected, level, &values[5], &nulls[5]);
			nulls[7] = isnan(usual) || !(usual > 0);
			values[7] = Float8GetDatum(error / usual);
			nulls[8] = isnan(rarity);
			values[8] = Float8GetDatum(rarity);
			nulls[9] = nulls[5];
			values[9] = BoolGetDatum(!nulls[5] && error > model_reach(along->loaded, i, 0, j, level));
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
}

SQL_FUNCTION(lstm_anomalies);
Datum
lstm_anomalies(PG_FUNCTION_ARGS)
{
	LoadedModel *shared;
	const lf_task *task;
	Along	   *along;
	AlongBatch	batch;
	Datum	   *targets;
	double		level;
	uint64		span;			/* rows that a forecast of the row behind them needs */
	int			newest;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(2);
	level = PG_GETARG_FLOAT8(2);
	check_level(level);
	newest = argument_int(fcinfo, 3, "newest", 1, PG_INT32_MAX, 0);
	shared = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	task = &shared->model.task;
	span = lf_window_first_output(task, 0);
	along = along_open(&shared->model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), NULL,
					   newest == 0 ? 0 : span + newest);
	if (along->panel->rows->count <= span)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, and the model needs " UINT64_FORMAT " before the one to judge",
						along->table->label, (uint64) along->panel->rows->count, span)));
	targets = model_targets(along->model);
	do
	{
		/* only the first step counts: the row as it was expected from the one before it */
		along_start(along, shared, 1, 1, task->lookback);
		while (along_next(along, &batch))
			put_rows(along, &batch, level, targets, (ReturnSetInfo *) fcinfo->resultinfo);
	} while (along_next_series(along));
	return (Datum) 0;
}
