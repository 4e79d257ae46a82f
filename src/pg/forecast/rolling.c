/*
 * rolling.c: lstm_rolling: forecasts beside what came, from origins along known rows.
 */
#include "forecast/rolling_origin.h"
#include "forecast/scenario.h"
#include "sql/arguments.h"
#include "model/model_cache.h"

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_ORIGIN,
	OUT_STEP,
	OUT_AT,
	OUT_TARGET,
	OUT_ACTUAL,
	OUT_FORECAST,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_COLUMNS
};

/* Puts those forecasts of a batch that have a row to stand beside. */
static void
put_rows(const RollingOrigin *rolling, const RollingBatch *batch, double level, const Datum *targets, ReturnSetInfo *result)
{
	const lf_task *task = &rolling->model->task;
	const double *out = batch->out;

	for (int i = 0; i < batch->count; i++)
		for (int k = 0; k < batch->steps; k++)
			for (int j = 0; j < task->targets; j++)
			{
				uint64		row = rolling_origin_row(rolling, batch, i, k);
				double		forecast = *out++;
				double		actual;
				Datum		values[OUT_COLUMNS] = {0};
				bool		nulls[OUT_COLUMNS] = {false};

				CHECK_FOR_INTERRUPTS();
				if (row >= rolling->rows->count)
					continue;
				rolling_origin_name(rolling, &values[OUT_SERIES], &nulls[OUT_SERIES]);
				values[OUT_ORIGIN] = Int64GetDatum((int64) (batch->window + (uint64) i * rolling->stride + task->lookback));
				values[OUT_STEP] = Int32GetDatum(k + 1);
				rolling_origin_stamp(rolling, row, &values[OUT_AT], &nulls[OUT_AT]);
				values[OUT_TARGET] = targets[j];
				actual = rolling_origin_actual(rolling, row, j);
				nulls[OUT_ACTUAL] = isnan(actual);
				values[OUT_ACTUAL] = Float8GetDatum(actual);
				values[OUT_FORECAST] = Float8GetDatum(forecast);
				model_bounds(rolling->loaded, i, k, j, forecast, level, &values[OUT_LOWER_BOUND], &nulls[OUT_LOWER_BOUND]);
				tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			}
}

/* Says, where nobody asked for it, that forecasts are about rows of the training. */
static void
note_trained(const RollingOrigin *rolling)
{
	const lf_task *task = &rolling->model->task;
	uint64		trained = rolling_origin_trained(rolling);

	if (trained <= (uint64) task->lookback)
		return;
	ereport(NOTICE,
			(errmsg("forecasts of the first " UINT64_FORMAT " rows%s are about rows on which the model was trained", trained,
					rolling->label == NULL ? "" : psprintf(" of series \"%s\"", rolling->label)),
			 errdetail("Their errors are smaller than those of rows that it has not seen."),
			 errhint("first_origin => " INT64_FORMAT " begins behind these rows; lstm_evaluate() does so by itself.",
					 rolling_origin_first_origin(task, trained))));
}

SQL_FUNCTION(lstm_rolling);
Datum
lstm_rolling(PG_FUNCTION_ARGS)
{
	double		level;
	LoadedModel *shared = model_start_rows(fcinfo, 4, &level);
	const lf_task *task;
	RollingOrigin *rolling;
	RollingBatch	batch;
	Datum	   *targets;
	int			steps;
	int			stride;

	if (shared == NULL)
		return (Datum) 0;
	task = &shared->model.task;
	rolling = rolling_origin_open(&shared->model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), NULL, 0);
	rolling_origin_know(rolling, &rolling->plan, scenario_relation(fcinfo, 6, &shared->model), &(ReadFilter) {0});
	steps = argument_int(fcinfo, 2, "steps", 1, PG_INT32_MAX, task->horizon);
	stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, (int) Min((uint64) steps, Max(rolling->rows->count, 1)));
	targets = model_targets(rolling->model);
	if (PG_ARGISNULL(5))
		note_trained(rolling);
	do
	{
		rolling_origin_start(rolling, shared, steps, stride, argument_first_origin(fcinfo, 5, task));
		while (rolling_origin_next(rolling, &batch))
			put_rows(rolling, &batch, level, targets, (ReturnSetInfo *) fcinfo->resultinfo);
	} while (rolling_origin_next_series(rolling));
	rolling_origin_report_barren(rolling);
	return (Datum) 0;
}
