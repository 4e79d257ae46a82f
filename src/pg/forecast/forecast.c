/*
 * forecast.c: lstm_forecast: forecasts from the newest rows of a relation.
 */
#include "sql/arguments.h"
#include "model/bounds.h"
#include "forecast/asked.h"
#include "server/error.h"
#include "model/model_cache.h"
#include "forecast/latest_window.h"
#include "forecast/forecast_frame.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_STEP,
	OUT_FORECAST_AT,
	OUT_TARGET,
	OUT_FORECAST,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_STATUS,
	OUT_COLUMNS
};

/* One call of lstm_forecast. */
typedef struct Forecast
{
	LoadedModel *loaded;
	Ahead		ahead;
	double		level;
	const TimestampTz *as_of;	/* NULL: the newest rows */
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */
	Datum		ok;				/* the same of the status */

	/* of several series */
	PanelSpec	plan;
	Panel	   *panel;
	Asked		asked;
	ReadFilter	filter;
	MemoryContext each;			/* of one series */

	uint64		scenarios;		/* series with a known input beyond what the model has learned, */
	char	   *scenario;		/* and what is said of the first of them */

	uint64		outside;		/* forecasts from windows beyond what the model has learned */
	char	   *outside_label;	/* the first of their series; NULL: it has no name */
} Forecast;

/* Counts a forecast from a window that lay outside what the model has learned. */
static void
note_outside(Forecast *forecast, const char *label)
{
	bool		outside = false;

	for (int j = 0; j < forecast->loaded->model.task.targets; j++)
		outside |= model_moved(forecast->loaded, 0, j) > 0;
	if (outside && forecast->outside++ == 0 && label != NULL)
		forecast->outside_label = MemoryContextStrdup(forecast->result->econtext->ecxt_per_query_memory, label);
}

/*
 * Looks for known inputs of the horizon beyond what training has shown. That may be meant, but no network knows what it leads to,
 * and nothing in the rows can tell.
 */
static void
note_scenario(Forecast *forecast, const char *label, const ForecastFrame *start)
{
	const lf_model *model = &forecast->loaded->model;
	const lf_task *task = &model->task;
	int			ahead = Min(start->steps, (int) start->frame.rows - task->lookback);

	for (int i = 0; i < task->inputs && model->ranges != NULL; i++)
	{
		int			column = task->input[i];
		const lf_scaler *scaler = &start->scaling.scaler[column];
		double		low = scaler->offset + scaler->scale * model->ranges[i].low;
		double		high = scaler->offset + scaler->scale * model->ranges[i].high;
		double		rounding = 1e-6 * Max(fabs(low), fabs(high));

		if (task->kind[column] != LF_COLUMN_KNOWN || !(model->ranges[i].low < model->ranges[i].high))
			continue;
		for (int k = 0; k < ahead; k++)
		{
			double		value = start->frame.values[(Size) (task->lookback + k) * start->frame.columns + column];

			CHECK_FOR_INTERRUPTS();
			if (!(value < low - rounding || value > high + rounding))
				continue;
			if (forecast->scenarios++ == 0)
			{
				MemoryContext caller = MemoryContextSwitchTo(forecast->result->econtext->ecxt_per_query_memory);

				forecast->scenario = psprintf("known input \"%s\"%s is %.6g at step %d, but training saw %.6g to %.6g",
											  model->names[column], label == NULL ? "" : psprintf(" of series \"%s\"", label), value, k + 1,
											  low, high);
				MemoryContextSwitchTo(caller);
			}
			return;
		}
	}
}

static void
report_scenarios(const Forecast *forecast)
{
	if (forecast->scenarios == 0)
		return;
	ereport(NOTICE,
			(errmsg("%s", forecast->scenario),
			 errdetail(forecast->scenarios == 1 ? "What a forecast says of values that training has not seen is a guess." :
					   "The same holds of %llu series. What a forecast says of values that training has not seen is a guess.",
					   (unsigned long long) forecast->scenarios),
			 errhint("lstm_explain() tells what inputs are worth, and which hardly moved.")));
}

static void
report_outside(const Forecast *forecast)
{
	if (forecast->outside == 0)
		return;
	ereport(NOTICE,
			(errmsg("the newest values%s lie outside what the model was trained on",
					forecast->outside_label == NULL ? "" :
					forecast->outside == 1 ? psprintf(" of series \"%s\"", forecast->outside_label) :
					psprintf(" of " UINT64_FORMAT " series, the first of which is \"%s\",", forecast->outside,
							 forecast->outside_label)),
			 errdetail("The forecast starts from these values, and its bounds are wider by as much as they lie outside."),
			 errhint("Train again, or go on training with lstm_update().")));
}

/* What the status of a forecast without training says. */
static const char *
zero_shot_status(const LoadedModel *loaded)
{
	double		low;
	double		high;

	return model_interval(loaded, 0, 0, 0, 0, 0.5, &low, &high) ? "zero-shot: no training saw these rows" :
		"it has too few rows to know its errors";
}

/*
 * Forecasts from the window at the start of the frame, as result rows: so many steps, and of those behind the first
 * 'known' the reason why there is none.
 */
static void
put_forecast(Forecast *forecast, const char *label, const Timeline *timeline, int64 origin, int steps, int known,
			 const char *unknown)
{
	const lf_task *task = &forecast->loaded->model.task;
	double	   *out = model_forecast(forecast->loaded, 0, 1, 1, known);
	/* texts are made once, not for each of a million rows */
	Datum		series = label == NULL ? 0 : CStringGetTextDatum(label);
	Datum		reason = known == steps ? 0 : CStringGetTextDatum(unknown);
	uint64		absent = forecast->loaded->frame.absent;
	Datum		ok = lf_bounds_are_zero_shot(&forecast->loaded->model) ? CStringGetTextDatum(zero_shot_status(forecast->loaded)) :
		absent == 0 ? forecast->ok :
		CStringGetTextDatum(psprintf("short: it has " UINT64_FORMAT " rows, the networks take %d; forecast without them",
									 task->lookback - absent, task->lookback));

	note_outside(forecast, label);
	for (int k = 0; k < steps; k++)
		for (int j = 0; j < task->targets; j++)
		{
			Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = series};
			bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = label == NULL};
			double		value = k < known ? out[(Size) k * task->targets + j] : 0;

			CHECK_FOR_INTERRUPTS();
			values[OUT_STEP] = Int32GetDatum(k + 1);
			asked_put_stamp(&values[OUT_FORECAST_AT], &nulls[OUT_FORECAST_AT], timeline, origin, task->lead + k);
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

static void
forecast_series(void *state, SeriesRows *read)
{
	Forecast   *forecast = state;
	MemoryContext caller = MemoryContextSwitchTo(forecast->each);
	ForecastFrame start;
	char	   *reason = forecast_frame_make(&forecast->plan, forecast->panel, read, forecast->as_of, &forecast->ahead,
										   &start);

	asked_answer(&forecast->asked, read->label);
	if (reason != NULL && !forecast->plan.skip)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be forecast: %s", forecast->plan.series.source, reason)));
	if (reason != NULL)
		put_status(forecast, read->label, reason);
	else if (start.steps > 0)
	{
		forecast_frame_show(&start, forecast->loaded);
		forecast->loaded->held += forecast->asked.held;
		note_scenario(forecast, read->label, &start);
		put_forecast(forecast, read->label, &start.timeline, start.origin, start.steps,
					 forecast_frame_known(&start, forecast->plan.task), start.unknown);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(forecast->each);
}

/* Models that see more than one series' own columns: the relation is read series by series. */
static void
forecast_all(Forecast *forecast, Oid relation)
{
	const lf_model *model = &forecast->loaded->model;
	Table	   *table = latest_open(model, relation, &forecast->plan);

	forecast->panel = panel_create(&forecast->plan, table->series_column != NULL);
	forecast->each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast of a series", ALLOCSET_DEFAULT_SIZES);
	table_read_series(table, &forecast->filter, forecast_series, forecast);
	asked_report_missing(&forecast->asked, put_status, forecast);
	MemoryContextDelete(forecast->each);
}

/* From the rows that a model of an aggregate carries. */
static void
forecast_tail(FunctionCallInfo fcinfo, Forecast *forecast)
{
	ForecastFrame start;

	if (forecast->as_of != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of needs a relation to read"),
				 errdetail("The model was trained by an aggregate and keeps only its newest rows."),
				 errhint("Specify a relation: relation => 'name'.")));
	forecast_frame_of_tail(&forecast->loaded->model, &forecast->ahead, &start);
	if (start.steps == 0)
		return;
	forecast_frame_show(&start, forecast->loaded);
	put_forecast(forecast, NULL, &start.timeline, start.origin, start.steps, start.steps, NULL);
}

/* From the newest rows of the inputs, where nothing else is needed. */
static void
forecast_latest(Forecast *forecast, Oid relation)
{
	const lf_model *model = &forecast->loaded->model;
	int			columns;
	char	  **names = latest_columns(model, &columns);
	Table	   *table = table_of_model(model, relation, names, NULL, columns);
	Timeline	timeline;
	int64		origin;
	int64		number;
	lf_frame	known;
	SeriesScaling scaling = model_scaling(model, 0);
	const double *window = latest_window(model, table, forecast->as_of, &timeline, &origin, &number, &known);
	int			steps;
	char	   *reason;

	if (window == NULL)
	{
		forecast_all(forecast, relation);
		return;
	}
	reason = forecast_frame_steps(model, &timeline, origin, &forecast->ahead, &steps);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be forecast: %s", table->label, reason)));
	if (steps == 0)
		return;
	model_show_nothing(forecast->loaded);
	if (model_inputs_are_columns(model))
		model_renew_shape(model, &known, &scaling);
	model_show_series(forecast->loaded, &scaling);
	if (model->time_kind == LF_TIME_NONE)
		number = model_align(forecast->loaded, window, model->task.lookback);
	model_show_inputs(forecast->loaded, window, known.rows - model->task.lookback, number);
	put_forecast(forecast, NULL, &timeline, origin, steps, steps, NULL);
}

/* How far it goes: so many steps, or up to a time. */
static Ahead
read_ahead(FunctionCallInfo fcinfo, const lf_model *model, const TimestampTz *until)
{
	if (until != NULL && !PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("steps and until cannot both be given"),
				 errhint("Leave one of them out: until takes as many steps as reach that time.")));
	if (until != NULL && TIMESTAMP_NOT_FINITE(*until))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("until must be a finite time")));
	return (Ahead) {model_steps(model, !PG_ARGISNULL(1), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1)), until};
}

SQL_FUNCTION(lstm_forecast);
Datum
lstm_forecast(PG_FUNCTION_ARGS)
{
	Forecast	forecast = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	TimestampTz as_of = PG_ARGISNULL(4) ? 0 : PG_GETARG_TIMESTAMPTZ(4);
	/* that of 1.0.0 has no 'until', until the extension is updated */
	bool		has_until = PG_NARGS() > 6 && !PG_ARGISNULL(6);
	TimestampTz until = has_until ? PG_GETARG_TIMESTAMPTZ(6) : 0;
	Oid			relation = PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3);
	const lf_model *model;

	forecast.loaded = model_start_rows(fcinfo, 2, &forecast.level);
	if (forecast.loaded == NULL)
		return (Datum) 0;
	forecast.as_of = PG_ARGISNULL(4) ? NULL : &as_of;
	model = &forecast.loaded->model;
	forecast.targets = model_targets(model);
	forecast.ok = CStringGetTextDatum("ok");
	forecast.ahead = read_ahead(fcinfo, model, has_until ? &until : NULL);
	forecast.asked = asked_read(fcinfo, 5, model, &forecast.filter);

	if (!OidIsValid(relation) && model->relation[0] == '\0' && model->tail != NULL)
		forecast_tail(fcinfo, &forecast);
	else if (forecast_frame_is_needed(model))
		forecast_all(&forecast, relation);
	else
		forecast_latest(&forecast, relation);
	report_scenarios(&forecast);
	report_outside(&forecast);
	return (Datum) 0;
}
