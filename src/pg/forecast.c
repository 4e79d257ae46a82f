/*
 * forecast.c: lstm_forecast: forecasts from the newest rows of a relation.
 */
#include "arguments.h"
#include "error.h"
#include "model_cache.h"
#include "table.h"
#include "timeline.h"
#include "utils/timestamp.h"

/* The newest rows of the relation, one window of its inputs, checked. */
static Rows *
newest_window(const lf_model *model, const Table *table, const TimestampTz *as_of, lf_time_step *step)
{
	Rows	   *rows = table_read(table, CurrentMemoryContext, as_of, model->task.lookback);

	if (rows->count < model->task.lookback)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows%s, and the model looks back over %d",
						table->label, rows->count, as_of != NULL ? " up to as_of" : "", model->task.lookback)));
	rows_check(rows, table->label, table->time_column, (const char *const *) table->names);
	if (model->time_kind == table->time_kind && model->rows > 1)
	{
		*step = model->step;
		timeline_check(rows, table->time_kind, step, table->label);
	}
	else
		*step = timeline_find_step(rows, table->time_kind, table->label);
	return rows;
}

static void
put_stamp(Datum *value, bool *null, lf_time_kind kind, const lf_time_step *step, int64 origin, int64 k)
{
	TimestampTz at;

	*null = true;
	if (kind == LF_TIME_NONE || kind == LF_TIME_INTEGER || (step->months == 0 && step->days == 0 && step->units == 0))
		return;
	*null = !timeline_as_timestamptz(kind, timeline_at(kind, step, origin, k), &at);
	*value = TimestampTzGetDatum(at);
}

SQL_FUNCTION(lstm_forecast);
Datum
lstm_forecast(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	lf_model   *model;
	lf_time_step step;
	lf_time_kind kind;
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
		kind = model->time_kind;
		step = model->step;
		origin = model->last_time;
	}
	else
	{
		TimestampTz as_of = PG_ARGISNULL(4) ? 0 : PG_GETARG_TIMESTAMPTZ(4);
		Table	   *table = table_of_model(model, PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3), true);
		Rows	   *rows = newest_window(model, table, PG_ARGISNULL(4) ? NULL : &as_of, &step);

		model_show_inputs(loaded, rows->values);
		kind = table->time_kind;
		origin = rows_time(rows, rows->count - 1);
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
			put_stamp(&values[2], &nulls[2], kind, &step, origin, model->task.lead + k);
			values[3] = CStringGetTextDatum(model->names[model->task.target[j]]);
			values[4] = Float8GetDatum(forecast);
			model_bounds(model, k, j, forecast, PG_GETARG_FLOAT8(2), &values[5], &nulls[5]);
			values[7] = CStringGetTextDatum("ok");
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}
