/*
 * predict.c: lstm_predict and lstm_predict_agg: forecasts from values that the caller brings.
 */
#include "sql/aggregate.h"
#include "sql/arguments.h"
#include "server/error.h"
#include "server/node.h"
#include "model/model_cache.h"

#include <math.h>

/*
 * An array holds what was measured; what is known of the future, of the series or of the calendar has no place in it.
 */
static void
check_input(const lf_model *model)
{
	for (int i = 0; i < model->task.inputs; i++)
		if (lf_task_is_given(&model->task, i))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("an array of values is not enough for this model, which also needs \"%s\"",
							model->names[model->task.input[i]]),
					 errdetail("The model was trained with known, static, calendar or holiday inputs."),
					 errhint("Use lstm_forecast, which reads these inputs from a relation.")));
}

/* Rows of the inputs as a frame of the model: a copy only where these are not its columns in their order. */
static lf_frame
frame_of(LoadedModel *loaded, const double *inputs, int rows)
{
	const lf_model *model = &loaded->model;
	const lf_task *task = &model->task;
	lf_frame	frame = {.values = inputs, .rows = rows, .columns = model->columns};
	Size		size = (Size) rows * model->columns * sizeof(double);
	double	   *values;

	if (model_inputs_are_columns(model))
		return frame;
	check_memory(size, psprintf("reading %d rows of input", rows), "give fewer");
	values = palloc_extended(size, MCXT_ALLOC_HUGE);
	loaded->held += size;
	frame.values = values;
	for (int t = 0; t < rows; t++, inputs += task->inputs, values += model->columns)
	{
		CHECK_FOR_INTERRUPTS();
		memset(values, 0, model->columns * sizeof(double));
		for (int i = 0; i < task->inputs; i++)
			values[task->input[i]] = inputs[i];
	}
	return frame;
}

/* A model of several series does not know which one an array is from, so that its own rows give the scale. */
static void
show_own_scaling(LoadedModel *loaded, const double *inputs, int rows)
{
	const lf_model *model = &loaded->model;
	lf_frame	frame;
	SeriesScaling scaling;

	model_show_nothing(loaded);
	if (model->labels == NULL)
		return;
	if (!lf_task_targets_are_inputs(&model->task))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was trained on several series, and its targets are not among its inputs"),
				 errhint("Use lstm_forecast, which knows which series it reads.")));
	frame = frame_of(loaded, inputs, rows);
	scaling = model_scale_unknown(model, &frame, rows);
	model_show_series(loaded, &scaling);
}

/* The columns of a result row of lstm_predict. */
enum
{
	OUT_STEP,
	OUT_TARGET,
	OUT_FORECAST,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_COLUMNS
};

SQL_FUNCTION(lstm_predict);
Datum
lstm_predict(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	double		level;
	LoadedModel *loaded = model_start_rows(fcinfo, 3, &level);
	const lf_task *task;
	ArrayType  *array;
	Datum	   *targets;
	const double *inputs;
	double	   *out;
	int			count;
	int			rows;
	int			steps;
	int64		number;

	if (loaded == NULL || PG_ARGISNULL(1))
		return (Datum) 0;
	task = &loaded->model.task;
	check_input(&loaded->model);
	steps = model_steps(&loaded->model, !PG_ARGISNULL(2), PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2));

	array = argument_array(fcinfo, 1, "the array of values");
	inputs = argument_doubles(array, "input", &count);
	rows = array_rows(array, count, task->inputs, "input");
	if (rows < task->lookback && !(rows > 0 && model_takes_short(&loaded->model) && model_inputs_are_columns(&loaded->model)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("input has %d rows, but the lookback of the model is %d", rows, task->lookback),
				 task->inputs > 1 ? errdetail("Each row has %d values.", task->inputs) : 0));
	show_own_scaling(loaded, inputs, rows);
	number = model_align(loaded, inputs, rows) + rows - task->lookback;
	if (rows < task->lookback)
		model_show_few(loaded, inputs, rows, number);
	else
		model_show_inputs(loaded, inputs + (Size) (rows - task->lookback) * task->inputs, rows - task->lookback, number);
	out = model_forecast(loaded, 0, 1, 1, steps);
	targets = model_targets(&loaded->model);
	for (int k = 0; k < steps; k++)
		for (int j = 0; j < task->targets; j++)
		{
			Datum		values[OUT_COLUMNS] = {0};
			bool		nulls[OUT_COLUMNS] = {false};
			double		forecast = out[(Size) k * task->targets + j];

			CHECK_FOR_INTERRUPTS();
			values[OUT_STEP] = Int32GetDatum(k + 1);
			values[OUT_TARGET] = targets[j];
			values[OUT_FORECAST] = Float8GetDatum(forecast);
			model_bounds(loaded, 0, k, j, forecast, level, &values[OUT_LOWER_BOUND], &nulls[OUT_LOWER_BOUND]);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
	return (Datum) 0;
}

/* The newest values of a group: those of a window, and those before it that forecasts look at. */
typedef struct PredictState
{
	ModelUse	use;
	const lf_task *task;		/* of the model */
	LoadedModel *loaded;
	uint64		seen;
	int			most;			/* values that are kept */
	int			room;			/* for so many; it grows up to that, and is a ring from then on */
	double	   *ring;			/* (room) */
} PredictState;

/* Most groups are short, and there may be a million of them. */
#define FIRST_ROOM 64

static PredictState *
new_predict_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	/* what the groups of a query have in common is found by way of the call site */
	ModelUse   *site = call_site_use(fcinfo);
	LoadedModel *loaded = model_use(site, fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(1));
	const lf_task *task = &loaded->model.task;
	int			most = task->lookback + (loaded->model.combination.parts > 0 ? LF_MOST_PARTNER_ROWS : 0);
	PredictState *state;

	if (task->inputs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lstm_predict_agg takes models with one input column, but this model has %d", task->inputs),
				 errhint("Use lstm_predict or lstm_forecast.")));
	check_input(&loaded->model);
	check_memory(most * sizeof(double), "the window of this model", "use a smaller model");
	state = MemoryContextAllocZero(context, sizeof(PredictState));
	state->task = task;
	state->most = most;
	state->room = Min(most, FIRST_ROOM);
	state->ring = MemoryContextAlloc(context, state->room * sizeof(double));
	state->loaded = model_share(&state->use, context, site);
	return state;
}

static Datum
collect(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	PredictState *state;

	if (PG_ARGISNULL(0))
	{
		if (PG_ARGISNULL(1))
			PG_RETURN_NULL();	/* no model, no forecast */
		state = new_predict_state(fcinfo, context);
	}
	else
		state = (PredictState *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(2) || !isfinite(PG_GETARG_FLOAT8(2)))
		ereport(ERROR,
				(errcode(PG_ARGISNULL(2) ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_DATA_EXCEPTION),
				 errmsg("value " UINT64_FORMAT " of the group is %s", state->seen + 1,
						PG_ARGISNULL(2) ? "NULL" : "NaN or infinite"),
				 errhint("Leave such rows out with FILTER, or fill them.")));
	if (state->seen == (uint64) state->room && state->room < state->most)
	{
		state->room = Min(2 * state->room, state->most);
		state->ring = repalloc(state->ring, state->room * sizeof(double));
	}
	state->ring[state->seen++ % state->room] = PG_GETARG_FLOAT8(2);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_predict_agg_transition);
Datum
lstm_predict_agg_transition(PG_FUNCTION_ARGS)
{
	return node_call(collect, fcinfo);
}

static Datum
finish(PG_FUNCTION_ARGS)
{
	PredictState *state;
	const lf_task *task;
	double	   *window;
	double	   *out;
	int			rows;
	int64		number;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (PredictState *) PG_GETARG_POINTER(0);
	task = state->task;
	if (state->seen < task->lookback)
		PG_RETURN_NULL();		/* a window that is not full yet */
	/* the state is left as it is: as a window function this runs after every row */
	check_memory(state->room * sizeof(double) * 2, "the window of this model", "use a smaller model");
	rows = (int) Min(state->seen, state->room);
	window = palloc(rows * sizeof(double));
	for (int t = 0; t < rows; t++)
		window[t] = state->ring[(state->seen - rows + t) % state->room];
	show_own_scaling(state->loaded, window, rows);
	number = model_align(state->loaded, window, rows) + rows - task->lookback;
	model_show_inputs(state->loaded, window + rows - task->lookback, rows - task->lookback, number);
	/* the forecast, and the array of it */
	state->loaded->held += (Size) task->horizon * task->targets * sizeof(double);
	out = model_forecast(state->loaded, 0, 1, 1, task->horizon);
	PG_RETURN_ARRAYTYPE_P(doubles_array(out, task->horizon, task->targets));
}

SQL_FUNCTION(lstm_predict_agg_final);
Datum
lstm_predict_agg_final(PG_FUNCTION_ARGS)
{
	return node_call(finish, fcinfo);
}
