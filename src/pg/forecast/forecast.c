/*
 * forecast.c: lstm_forecast: forecasts from the newest rows of a relation.
 */
#include "sql/arguments.h"
#include "model/bounds.h"
#include "forecast/newest.h"
#include "forecast/forecast_columns.h"
#include "model/model_cache.h"

/* One call of lstm_forecast. */
typedef struct Forecast
{
	LoadedModel *loaded;
	double		level;
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */
	Datum		ok;				/* the same of the status */
} Forecast;

/* What the status of a forecast without training says. */
static const char *
zero_shot_status(const LoadedModel *loaded)
{
	double		low;
	double		high;

	return model_interval(loaded, 0, 0, 0, 0, 0.5, &low, &high) ? "zero-shot: no training saw these rows" :
		"it has too few rows to know its errors";
}

/* Forecasts of a series as result rows; of steps that cannot be forecast the reason why. */
static void
put_forecast(void *state, const NewestSeries *series)
{
	Forecast   *forecast = state;
	const lf_task *task = &forecast->loaded->model.task;
	int			known = series->known;
	double	   *out = model_forecast(forecast->loaded, 0, 1, 1, known);
	/* texts are made once, not for each of a million rows */
	Datum		label = series->label == NULL ? 0 : CStringGetTextDatum(series->label);
	Datum		reason = known == series->steps ? 0 : CStringGetTextDatum(series->unknown);
	uint64		absent = forecast->loaded->frame.absent;
	Datum		ok = lf_bounds_are_zero_shot(&forecast->loaded->model) ? CStringGetTextDatum(zero_shot_status(forecast->loaded)) :
		absent == 0 ? forecast->ok :
		CStringGetTextDatum(psprintf("short: it has " UINT64_FORMAT " rows, the networks take %d; forecast without them",
									 task->lookback - absent, task->lookback));

	for (int k = 0; k < series->steps; k++)
		for (int j = 0; j < task->targets; j++)
		{
			Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = label};
			bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = series->label == NULL};
			double		value = k < known ? out[(Size) k * task->targets + j] : 0;

			CHECK_FOR_INTERRUPTS();
			values[OUT_STEP] = Int32GetDatum(k + 1);
			asked_put_stamp(&values[OUT_FORECAST_AT], &nulls[OUT_FORECAST_AT], series->timeline, series->origin, task->lead + k);
			values[OUT_TARGET] = forecast->targets[j];
			values[OUT_FORECAST] = Float8GetDatum(value);
			if (k < known)
				model_bounds(forecast->loaded, 0, k, j, value, forecast->level, &values[OUT_LOWER_BOUND],
							 &nulls[OUT_LOWER_BOUND]);
			else
				nulls[OUT_FORECAST] = nulls[OUT_LOWER_BOUND] = nulls[OUT_UPPER_BOUND] = true;
			values[OUT_STATUS] = k < known ? ok : reason;
			tuplestore_putvalues(forecast->result->setResult, forecast->result->setDesc, values, nulls);
		}
}

/* A row that says why a series has no forecast. */
static void
put_status(void *state, const char *label, const char *status)
{
	const Forecast *forecast = state;

	asked_put_status(forecast->result, OUT_SERIES, label, OUT_STATUS, status);
}

static const NewestArguments arguments = {.steps = 1, .as_of = 4, .series = 5, .until = 6, .holidays = 7, .future = 8};

SQL_FUNCTION(lstm_forecast);
Datum
lstm_forecast(PG_FUNCTION_ARGS)
{
	Forecast	forecast = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	Newest		newest = {.command = PROGRESS_FORECAST, .put = put_forecast, .left_out = put_status, .state = &forecast};

	forecast.loaded = model_start_rows(fcinfo, 2, &forecast.level);
	if (forecast.loaded == NULL)
		return (Datum) 0;
	forecast.targets = model_targets(&forecast.loaded->model);
	forecast.ok = CStringGetTextDatum("ok");
	newest.loaded = forecast.loaded;
	newest_read(&newest, fcinfo, &arguments);
	newest_run(&newest, PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3));
	return (Datum) 0;
}
