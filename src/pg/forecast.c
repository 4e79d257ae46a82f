/*
 * forecast.c: lstm_forecast and lstm_rolling: forecasts from the rows of a relation.
 */
#include "arguments.h"
#include "error.h"
#include "model_cache.h"
#include "table.h"
#include "timeline.h"
#include "utils/timestamp.h"

/*
 * The relation to read: the given one, or the one that the model was trained on. Its columns go by the model's names:
 * all of them, or the inputs only, which is what a forecast needs.
 */
static Table *
model_table(const lf_model *model, FunctionCallInfo fcinfo, int argument, bool inputs_only)
{
	int			columns = inputs_only ? model->task.inputs : model->columns;
	char	  **names = palloc(columns * sizeof(char *));
	Oid			relid;
	const char *time_column = model->time_column[0] == '\0' ? NULL : model->time_column;

	if (!PG_ARGISNULL(argument))
		relid = PG_GETARG_OID(argument);
	else if (model->relation[0] != '\0')
		relid = table_resolve(model->relation);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model does not know a relation to read"),
				 errdetail("It was %s.", model->imported ? "imported" : "trained by an aggregate"),
				 errhint("Give one: relation => 'name'.")));
	for (int i = 0; i < columns; i++)
		names[i] = (char *) model->names[inputs_only ? model->task.input[i] : i];
	return table_open(relid, time_column, names, columns);
}

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
		Table	   *table = model_table(model, fcinfo, 3, true);
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

/*
 * lstm_rolling: origins along known rows, each with 'steps' steps that are cut off at the last row.
 */
typedef struct Rolling
{
	LoadedModel *loaded;
	Rows	   *rows;
	lf_time_kind kind;
	Datum	   *names;			/* of the targets, as text */
	double		level;
	ReturnSetInfo *result;
} Rolling;

/* Forecasts 'steps' steps from each of 'count' windows, and puts those that have a row to stand beside. */
static void
put_rolling_rows(Rolling *rolling, uint64 w, int stride, int count, int steps)
{
	const lf_model *model = &rolling->loaded->model;
	const lf_task *task = &model->task;
	const double *out = model_forecast(rolling->loaded, w, stride, count, steps);

	for (int i = 0; i < count; i++, w += stride)
		for (int k = 0; k < steps; k++)
			for (int j = 0; j < task->targets; j++)
			{
				uint64		row = lf_window_first_output(task, w) + k;
				double		forecast = *out++;
				TimestampTz at;
				Datum		values[8] = {0};
				bool		nulls[8] = {false, false, true, false, false, false, true, true};

				if (row >= rolling->rows->count)
					continue;
				CHECK_FOR_INTERRUPTS();
				values[0] = Int64GetDatum((int64) (w + task->lookback));
				values[1] = Int32GetDatum(k + 1);
				if (timeline_as_timestamptz(rolling->kind, rows_time(rolling->rows, row), &at))
				{
					values[2] = TimestampTzGetDatum(at);
					nulls[2] = false;
				}
				values[3] = rolling->names[j];
				values[4] = Float8GetDatum(rolling->rows->values[row * model->columns + task->target[j]]);
				values[5] = Float8GetDatum(forecast);
				model_bounds(model, k, j, forecast, rolling->level, &values[6], &nulls[6]);
				tuplestore_putvalues(rolling->result->setResult, rolling->result->setDesc, values, nulls);
			}
}

SQL_FUNCTION(lstm_rolling);
Datum
lstm_rolling(PG_FUNCTION_ARGS)
{
	Rolling		rolling = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	LoadedModel *shared;
	const lf_model *model;
	const lf_task *task;
	Table	   *table;
	int64		first_origin;
	int			steps;
	int			stride;
	int			batch;
	MemoryContext each;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(4);
	check_level(PG_GETARG_FLOAT8(4));
	shared = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	model = &shared->model;
	task = &model->task;
	table = model_table(model, fcinfo, 1, false);
	rolling.rows = table_read(table, CurrentMemoryContext, NULL, 0);
	rolling.kind = table->time_kind;
	rows_check(rolling.rows, table->label, table->time_column, (const char *const *) table->names);

	/* more steps than there are rows mean: to the last row */
	steps = argument_int(fcinfo, 2, "steps", 1, PG_INT32_MAX, task->horizon);
	steps = model_steps(model, true, (int) Min(steps, Max(rolling.rows->count, (uint64) task->horizon)));
	stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, steps);
	first_origin = PG_ARGISNULL(5) ? task->lookback : PG_GETARG_INT64(5);
	if (first_origin < task->lookback)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("first_origin must be at least the lookback of %d, not " INT64_FORMAT,
						task->lookback, first_origin)));

	rolling.loaded = model_for_many(shared, steps, &batch);
	rolling.loaded->frame = rows_frame(rolling.rows);
	rolling.level = PG_GETARG_FLOAT8(4);
	rolling.names = palloc(task->targets * sizeof(Datum));
	for (int j = 0; j < task->targets; j++)
		rolling.names[j] = CStringGetTextDatum(model->names[task->target[j]]);
	each = AllocSetContextCreate(CurrentMemoryContext, "lstm_rolling batch", ALLOCSET_DEFAULT_SIZES);
	for (uint64 w = first_origin - task->lookback; lf_window_first_output(task, w) < rolling.rows->count;
		 w += (uint64) stride * batch)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		uint64		left = rolling.rows->count - lf_window_first_output(task, w);	/* rows, from the first output on */
		int			count = (int) Min((uint64) batch, (left - 1) / stride + 1);

		put_rolling_rows(&rolling, w, stride, count, (int) Min((uint64) steps, left));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
	return (Datum) 0;
}
