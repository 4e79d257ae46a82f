/*
 * forecast.c: lstm_forecast: forecasts from the newest rows of a relation.
 */
#include "arguments.h"
#include "error.h"
#include "model_cache.h"
#include "newest.h"
#include "utils/timestamp.h"

static void
put_stamp(Datum *value, bool *null, const Timeline *timeline, int64 origin, int64 k)
{
	TimestampTz at;

	*null = true;
	if (!timeline_has_calendar(timeline->kind) || !timeline_has_step(timeline))
		return;
	*null = !timeline_as_timestamptz(timeline->kind, timeline_at(timeline, origin, k), &at);
	*value = TimestampTzGetDatum(at);
}

SQL_FUNCTION(lstm_forecast);
Datum
lstm_forecast(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	lf_model   *model;
	Timeline	timeline;
	int64		origin;
	double	   *out;
	int			steps;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(2);
	check_level(PG_GETARG_FLOAT8(2));
	argument_unsupported(fcinfo, 5, "series");
	loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	model = &loaded->model;
	steps = model_steps(model, !PG_ARGISNULL(1), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1));

	if (PG_ARGISNULL(3) && model->relation[0] == '\0' && model->tail != NULL)
	{
		if (!PG_ARGISNULL(4))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("as_of needs a relation to read"),
					 errdetail("The model was trained by an aggregate and keeps its newest rows only."),
					 errhint("Give one: relation => 'name'.")));
		loaded->frame = (lf_frame) {.values = model->tail, .rows = model->task.lookback, .columns = model->columns};
		timeline = timeline_of_model(model);
		origin = model->last_time;
	}
	else
	{
		TimestampTz as_of = PG_ARGISNULL(4) ? 0 : PG_GETARG_TIMESTAMPTZ(4);
		int			columns;
		char	  **names = newest_columns(model, &columns);
		Table	   *table = table_of_model(model, PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3), names, columns);

		model_show_inputs(loaded, newest_window(model, table, PG_ARGISNULL(4) ? NULL : &as_of, &timeline, &origin));
	}
	out = model_forecast(loaded, 0, 1, 1, steps);
	for (int k = 0; k < steps; k++)
		for (int j = 0; j < model->task.targets; j++)
		{
			Datum		values[8] = {0};
			bool		nulls[8] = {true, false, true, false, false, true, true, false};
			double		forecast = out[(Size) k * model->task.targets + j];

			CHECK_FOR_INTERRUPTS();
			values[1] = Int32GetDatum(k + 1);
			put_stamp(&values[2], &nulls[2], &timeline, origin, model->task.lead + k);
			values[3] = CStringGetTextDatum(model->names[model->task.target[j]]);
			values[4] = Float8GetDatum(forecast);
			model_bounds(model, k, j, forecast, PG_GETARG_FLOAT8(2), &values[5], &nulls[5]);
			values[7] = CStringGetTextDatum("ok");
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
