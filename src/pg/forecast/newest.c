/*
 * newest.c: from a relation to windows of its newest rows.
 */
#include "forecast/newest.h"

#include "forecast/latest_window.h"
#include "forecast/scenario.h"
#include "server/error.h"
#include "utils/timestamp.h"
#include "utils/memutils.h"

/* Counts a forecast from a window that lay outside what the model has learned. */
static void
note_outside(Newest *newest, const char *label)
{
	bool		outside = false;

	for (int j = 0; j < newest->loaded->model.task.targets; j++)
		outside |= model_moved(newest->loaded, 0, j) > 0;
	if (outside && newest->outside++ == 0 && label != NULL)
		newest->outside_label = MemoryContextStrdup(newest->caller, label);
}

static void
report_outside(const Newest *newest)
{
	if (newest->outside == 0)
		return;
	ereport(NOTICE,
			(errmsg("the newest values%s lie outside what the model was trained on",
					newest->outside_label == NULL ? "" :
					newest->outside == 1 ? psprintf(" of series \"%s\"", newest->outside_label) :
					psprintf(" of " UINT64_FORMAT " series, the first of which is \"%s\",", newest->outside,
							 newest->outside_label)),
			 errdetail("The forecast starts from these values, and its bounds are wider by as much as they lie outside."),
			 errhint("Train again, or go on training with lstm_update().")));
}

/*
 * Looks for known inputs of the horizon beyond what training has shown. That may be meant, but no network knows what it leads to,
 * and nothing in the rows can tell.
 */
static void
note_scenario(Newest *newest, const char *label, const ForecastFrame *start)
{
	const lf_model *model = &newest->loaded->model;
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
			MemoryContext caller;

			CHECK_FOR_INTERRUPTS();
			if (!(value < low - rounding || value > high + rounding))
				continue;
			if (newest->scenarios++ > 0)
				return;
			caller = MemoryContextSwitchTo(newest->caller);
			newest->scenario = psprintf("known input \"%s\"%s is %.6g at step %d, but training saw %.6g to %.6g",
										model->names[column], label == NULL ? "" : psprintf(" of series \"%s\"", label), value,
										k + 1, low, high);
			MemoryContextSwitchTo(caller);
			return;
		}
	}
}

static void
report_scenarios(const Newest *newest)
{
	if (newest->scenarios == 0)
		return;
	ereport(NOTICE,
			(errmsg("%s", newest->scenario),
			 errdetail("%sWhat a forecast says of values that training has not seen is a guess.", newest->scenarios == 1 ? "" :
					   psprintf("The same holds of " UINT64_FORMAT " series. ", newest->scenarios)),
			 errhint("lstm_explain() tells what inputs are worth, and which hardly moved.")));
}

/* What the model has been shown, for the caller. */
static void
put(Newest *newest, NewestSeries series)
{
	model_show_step(newest->loaded, series.timeline);
	newest->put(newest->state, &series);
	note_outside(newest, series.label);
}

static void
put_series(void *state, SeriesRows *read)
{
	Newest	   *newest = state;
	MemoryContext caller = MemoryContextSwitchTo(newest->each);
	ForecastFrame start;
	char	   *reason = forecast_frame_make(&newest->plan, newest->panel, read, newest->as_of, &newest->ahead,
										   &start);

	asked_answer(&newest->asked, read->label);
	if (reason != NULL && !newest->plan.skip)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be forecast: %s", newest->plan.series.source, reason)));
	if (reason != NULL)
		newest->left_out(newest->state, read->label, reason);
	else if (start.steps > 0)
	{
		forecast_frame_show(&start, newest->loaded);
		newest->loaded->held += newest->asked.held;
		note_scenario(newest, read->label, &start);
		put(newest, (NewestSeries) {read->label, &start.timeline, start.origin, start.steps,
									forecast_frame_known(&start, newest->plan.task), start.unknown});
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(newest->each);
}

static void
read_series(void *state)
{
	Newest	   *newest = state;

	table_read_series(newest->table, &newest->filter, put_series, newest);
}

/* Models that see more than one series' own columns: the relation is read series by series. */
static void
put_all(Newest *newest, Oid relation)
{
	const lf_model *model = &newest->loaded->model;

	newest->table = latest_open(model, relation, newest->holidays, &newest->plan);
	newest->panel = panel_create(&newest->plan, newest->table->series_column != NULL);
	if (OidIsValid(newest->future))
		newest->ahead.scenario = scenario_read(&newest->plan, newest->future, &newest->filter);
	newest->each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast of a series", ALLOCSET_DEFAULT_SIZES);
	progress_around_forecast(newest->command, newest->table->relid, read_series, newest);
	asked_report_missing(&newest->asked, newest->left_out, newest->state);
	if (newest->plan.columns->event_count > 0)
		events_report_end(newest->plan.columns->events);
	MemoryContextDelete(newest->each);
}

/* From the rows that a model of an aggregate carries. */
static void
put_tail(Newest *newest)
{
	ForecastFrame start;

	if (newest->as_of != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of needs a relation to read"),
				 errdetail("The model was trained by an aggregate and keeps only its newest rows."),
				 errhint("Specify a relation: relation => 'name'.")));
	forecast_frame_of_tail(&newest->loaded->model, &newest->ahead, &start);
	if (start.steps == 0)
		return;
	forecast_frame_show(&start, newest->loaded);
	put(newest, (NewestSeries) {NULL, &start.timeline, start.origin, start.steps, start.steps, NULL});
}

/* From the newest rows of the inputs, where nothing else is needed. */
static void
put_latest(Newest *newest, Oid relation)
{
	const lf_model *model = &newest->loaded->model;
	int			columns;
	char	  **names = latest_columns(model, &columns);
	Table	   *table = table_of_model(model, relation, names, NULL, columns);
	Timeline	timeline;
	int64		origin;
	int64		number;
	lf_frame	known;
	SeriesScaling scaling = model_scaling(model, 0);
	const double *window = latest_window(model, table, newest->as_of, &timeline, &origin, &number, &known);
	int			steps;
	char	   *reason;

	if (window == NULL)
	{
		put_all(newest, relation);
		return;
	}
	reason = forecast_frame_steps(model, &timeline, origin, &newest->ahead, &steps);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be forecast: %s", table->label, reason)));
	if (steps == 0)
		return;
	model_show_nothing(newest->loaded);
	if (model_inputs_are_columns(model))
		model_renew_shape(model, &known, &scaling);
	model_show_series(newest->loaded, &scaling);
	if (model->time_kind == LF_TIME_NONE)
		number = model_align(newest->loaded, window, model->task.lookback);
	model_show_inputs(newest->loaded, window, known.rows - model->task.lookback, number);
	put(newest, (NewestSeries) {NULL, &timeline, origin, steps, steps, NULL});
}

/* The relation of the days of holidays; InvalidOid: that of the model. */
static Oid
read_holidays(FunctionCallInfo fcinfo, int number, const lf_model *model)
{
	if (PG_NARGS() <= number || PG_ARGISNULL(number))
		return InvalidOid;
	if (model->holidays[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was trained without holidays, but \"holidays\" was given"),
				 errhint("Train with option \"holidays\", or leave \"holidays\" out.")));
	return PG_GETARG_OID(number);
}

/* How far it goes: so many steps, or up to a time. */
static Ahead
read_ahead(FunctionCallInfo fcinfo, const lf_model *model, const NewestArguments *arguments, TimestampTz *end)
{
	bool		has_steps = !PG_ARGISNULL(arguments->steps);
	bool		has_end = arguments->until > 0 && PG_NARGS() > arguments->until && !PG_ARGISNULL(arguments->until);

	*end = has_end ? PG_GETARG_TIMESTAMPTZ(arguments->until) : 0;
	if (has_end && has_steps)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("steps and until cannot both be given"),
				 errhint("Leave one of them out: until takes as many steps as reach that time.")));
	if (has_end && TIMESTAMP_NOT_FINITE(*end))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("until must be a finite time")));
	return (Ahead) {model_steps(model, has_steps, has_steps ? PG_GETARG_INT32(arguments->steps) : 0), has_end ? end : NULL, NULL};
}

void
newest_read(Newest *newest, FunctionCallInfo fcinfo, const NewestArguments *arguments)
{
	const lf_model *model = &newest->loaded->model;

	if (!PG_ARGISNULL(arguments->as_of))
	{
		newest->stated = PG_GETARG_TIMESTAMPTZ(arguments->as_of);
		newest->as_of = &newest->stated;
	}
	newest->ahead = read_ahead(fcinfo, model, arguments, &newest->end);
	newest->asked = asked_read(fcinfo, arguments->series, model, &newest->filter);
	newest->holidays = read_holidays(fcinfo, arguments->holidays, model);
	newest->future = scenario_relation(fcinfo, arguments->future, model);
}

void
newest_run(Newest *newest, Oid relation)
{
	const lf_model *model = &newest->loaded->model;

	newest->caller = CurrentMemoryContext;
	if (!OidIsValid(relation) && model->relation[0] == '\0' && model->tail != NULL)
		put_tail(newest);
	else if (newest->framed || forecast_frame_is_needed(model))
		put_all(newest, relation);
	else
		put_latest(newest, relation);
	report_scenarios(newest);
	report_outside(newest);
}
