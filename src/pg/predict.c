/*
 * predict.c: lstm_predict and lstm_predict_agg: forecasts from values that the caller brings.
 */
#include "arguments.h"
#include "error.h"
#include "model_value.h"

#include <math.h>

SQL_FUNCTION(lstm_predict);
Datum
lstm_predict(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	const lf_task *task;
	ArrayType  *array;
	double	   *inputs;
	double	   *out;
	int			count;
	int			rows;
	int			steps;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(1);
	RETURN_NO_ROWS_IF_NULL(3);
	check_level(PG_GETARG_FLOAT8(3));
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	task = &loaded->model.task;
	steps = model_steps(&loaded->model, !PG_ARGISNULL(2), PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2));

	array = PG_GETARG_ARRAYTYPE_P(1);
	inputs = argument_doubles(array, "input", &count);
	rows = array_rows(array, count, task->inputs, "input");
	if (rows < task->lookback)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("input has %d rows, and the model looks back over %d", rows, task->lookback),
				 task->inputs > 1 ? errdetail("A row has %d values.", task->inputs) : 0));
	inputs += (Size) (rows - task->lookback) * task->inputs;

	model_prepare(loaded, 1);
	model_show_inputs(loaded, inputs);
	out = model_forecast(loaded, 0, steps);
	for (int k = 0; k < steps; k++)
		for (int j = 0; j < task->targets; j++)
		{
			Datum		values[5] = {0};
			bool		nulls[5] = {false, false, false, true, true};

			CHECK_FOR_INTERRUPTS();
			values[0] = Int32GetDatum(k + 1);
			values[1] = CStringGetTextDatum(loaded->model.names[task->target[j]]);
			values[2] = Float8GetDatum(out[(Size) k * task->targets + j]);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}

/* The newest 'lookback' values of a group, in a ring. */
typedef struct PredictState
{
	LoadedModel *loaded;
	uint64		seen;
	double	   *ring;			/* (lookback) */
} PredictState;

static PredictState *
new_predict_state(MemoryContext context, bytea *model)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	PredictState *state = palloc0(sizeof(PredictState));

	state->loaded = model_load(model);
	if (state->loaded->model.task.inputs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lstm_predict_agg takes models of one input column, and this one has %d",
						state->loaded->model.task.inputs),
				 errhint("Use lstm_predict or lstm_forecast.")));
	model_prepare(state->loaded, 1);
	check_memory(state->loaded->model.task.lookback * sizeof(double), "the window of this model", "use a smaller one");
	state->ring = palloc(state->loaded->model.task.lookback * sizeof(double));
	MemoryContextSwitchTo(caller);
	return state;
}

SQL_FUNCTION(lstm_predict_agg_transition);
Datum
lstm_predict_agg_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	PredictState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "lstm_predict_agg_transition was called outside an aggregate");
	if (PG_ARGISNULL(0))
	{
		if (PG_ARGISNULL(1))
			PG_RETURN_NULL();	/* no model, no forecast */
		state = new_predict_state(context, PG_GETARG_BYTEA_PP(1));
	}
	else
		state = (PredictState *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(2) || !isfinite(PG_GETARG_FLOAT8(2)))
		ereport(ERROR,
				(errcode(PG_ARGISNULL(2) ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_DATA_EXCEPTION),
				 errmsg("value " UINT64_FORMAT " of the group is %s", state->seen + 1,
						PG_ARGISNULL(2) ? "NULL" : "NaN or infinite"),
				 errhint("Leave such rows out with FILTER, or fill them.")));
	state->ring[state->seen++ % state->loaded->model.task.lookback] = PG_GETARG_FLOAT8(2);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_predict_agg_final);
Datum
lstm_predict_agg_final(PG_FUNCTION_ARGS)
{
	PredictState *state;
	const lf_task *task;
	double	   *window;
	double	   *out;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "lstm_predict_agg_final was called outside an aggregate");
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (PredictState *) PG_GETARG_POINTER(0);
	task = &state->loaded->model.task;
	if (state->seen < task->lookback)
		PG_RETURN_NULL();		/* a window that is not full yet */
	/* the state is left as it is: as a window function this runs after every row */
	window = palloc(task->lookback * sizeof(double));
	for (int t = 0; t < task->lookback; t++)
		window[t] = state->ring[(state->seen + t) % task->lookback];
	model_show_inputs(state->loaded, window);
	out = model_forecast(state->loaded, 0, task->horizon);
	PG_RETURN_ARRAYTYPE_P(doubles_array(out, task->horizon, task->targets));
}
