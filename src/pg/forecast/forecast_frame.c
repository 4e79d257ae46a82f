/*
 * forecast_frame.c: from the rows of a series to the frame of a forecast.
 */
#include "forecast/forecast_frame.h"

#include "server/error.h"
#include "forecast/latest_window.h"
#include "rows/align.h"

#include <math.h>

bool
forecast_frame_is_needed(const lf_model *model)
{
	if (model->series_column[0] != '\0')
		return true;
	for (int i = 0; i < model->task.inputs; i++)
		if (lf_task_is_given(&model->task, i))
			return true;
	return false;
}

int
forecast_frame_reach(const lf_task *task, int steps)
{
	return task->lead + Max(steps, task->horizon) - 1;
}

/* Rows that come after the known ones, with what is given in them. */
typedef struct Future
{
	uint64		count;
	int64	   *at;
	double	   *values;			/* (count, columns that were read) */
} Future;

/* Whether the network sees anything of the rows behind the window. */
static bool
looks_ahead(const PanelSpec *plan)
{
	for (int i = 0; i < plan->columns->read; i++)
		if (plan->task->kind[i] == LF_COLUMN_KNOWN)
			return true;
	return plan->columns->calendar != 0;
}

/* Leaves out the rows that are not known yet, and returns them, if anything of them is used. */
static Future
split_future(Rows *rows, const PanelSpec *plan, const Timeline *timeline, const TimestampTz *as_of)
{
	const lf_task *task = plan->task;
	uint64		read = rows->count;
	bool		tells = task->lead > 0;	/* whether a target says that its row is known */
	Future		future = {0};
	Size		each = sizeof(int64) + rows->columns * sizeof(double);

	if (as_of != NULL)
		for (; rows->count > 0; rows->count--)
		{
			TimestampTz at;

			CHECK_FOR_INTERRUPTS();
			if (!timeline_as_timestamptz(timeline->kind, rows_time(rows, rows->count - 1), &at) || at <= *as_of)
				break;
		}
	for (int j = 0; j < task->targets; j++)
		tells |= lf_task_input_of(task, task->target[j]) >= 0;
	if (tells && regularize_cut_future(rows, task->target, task->targets) == rows->count)
		rows->count = 0;
	if (!looks_ahead(plan))
		return future;
	future.count = read - rows->count;
	check_memory_beside(rows_memory(rows), future.count * each, "reading known inputs beyond the origin",
						"give fewer rows beyond the origin");
	future.at = palloc_extended(future.count * sizeof(int64) + 1, MCXT_ALLOC_HUGE);
	future.values = palloc_extended(future.count * rows->columns * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < future.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		future.at[i] = rows_time(rows, rows->count + i);
		memcpy(future.values + i * rows->columns, rows->values + (rows->count + i) * rows->columns,
			   rows->columns * sizeof(double));
	}
	return future;
}

/* Brings the future onto the grid of the known rows, and its rows of one step together. */
static void
align_future(Future *future, const Series *known, int columns)
{
	Series		series = *known;
	Rows		rows = {.context = CurrentMemoryContext, .columns = columns, .count = future->count,
		.capacity = future->count, .values = future->values, .timed = true, .at = future->at};

	if (future->count == 0 || (series.alignment == LF_ALIGN_NONE && series.aggregate == LF_AGGREGATE_NONE))
		return;
	align_rows(&rows, &series);
	future->count = rows.count;
}

/* How far a known input must reach, and how far it does. */
static char *
short_of(const PanelSpec *plan, int column, const Timeline *timeline, int64 origin, int found, int reach)
{
	char	   *needed = timeline_text(timeline->kind, timeline_at(timeline, origin, reach));

	if (found == 0)
		return psprintf("known input \"%s\" is needed from %s to %s, but has no values there",
						plan->columns->names[column], timeline_text(timeline->kind, timeline_at(timeline, origin, 1)),
						needed);
	return psprintf("known input \"%s\" is needed up to %s, but known only up to %s",
					plan->columns->names[column], needed,
					timeline_text(timeline->kind, timeline_at(timeline, origin, found)));
}

/* Fills 'reach' rows behind the window: NaN where nothing is given. Returns what is missing. */
static char *
fill_ahead(const PanelSpec *plan, const Timeline *timeline, int64 origin, const Future *future, const double *constants,
		   int reach, double *rows)
{
	const Columns *columns = plan->columns;
	const lf_task *task = plan->task;
	uint64		next = 0;

	for (int k = 1; k <= reach; k++, rows += columns->count)
	{
		int64		at = timeline_has_step(timeline) ? timeline_at(timeline, origin, k) : origin;

		CHECK_FOR_INTERRUPTS();
		while (next < future->count && future->at[next] < at)
		{
			CHECK_FOR_INTERRUPTS();
			next++;
		}
		for (int column = 0; column < columns->read; column++)
		{
			rows[column] = NAN;
			if (task->kind[column] != LF_COLUMN_KNOWN)
				continue;
			if (next < future->count && future->at[next] == at)
				rows[column] = future->values[next * columns->read + column];
			if (!isfinite(rows[column]))
				return short_of(plan, column, timeline, origin, k - 1, reach);
		}
		panel_complete_row(columns, timeline, at, constants, rows + columns->read);
	}
	return NULL;
}

/* Takes the frame's values: the window, and behind it 'reach' rows. 'held' bytes are held beside them. */
static double *
take_values(ForecastFrame *start, const lf_task *task, int columns, int reach, Size held)
{
	Size		rows = (Size) task->lookback + reach;
	Size		size = rows * columns * sizeof(double);
	double	   *values;

	check_memory_beside(held, size, psprintf("a window of this model with the %d rows after it", reach),
						"ask for fewer steps");
	values = palloc_extended(size, MCXT_ALLOC_HUGE);
	start->frame = (lf_frame) {.values = values, .rows = rows, .columns = columns};
	start->held = held + size;
	return values;
}

void
forecast_frame_show(const ForecastFrame *start, LoadedModel *loaded)
{
	loaded->frame = start->frame;
	loaded->held = start->held;
	model_show_series(loaded, start->scaler, start->error_scale);
}

char *
forecast_frame_steps(const lf_model *model, const Timeline *timeline, int64 origin, const Ahead *ahead, int *steps)
{
	const lf_task *task = &model->task;
	int64		reached;

	*steps = ahead->steps;
	if (ahead->until == NULL)
		return NULL;
	if (!timeline_has_calendar(timeline->kind) || !timeline_has_step(timeline))
		return "until is a time, but the rows have none that it could be compared with";
	reached = timeline_steps_until(timeline, origin, task->lead, *ahead->until, LF_MAX_DIM + 1);
	if (reached > LF_MAX_DIM)
		return psprintf("until is more than %d steps after the newest row", LF_MAX_DIM);
	if (reached > task->horizon && !lf_task_is_autoregressive(task))
		return psprintf(INT64_FORMAT " steps reach until, but the model's horizon is %d, and its forecasts cannot be fed back",
						reached, task->horizon);
	*steps = (int) reached;
	return NULL;
}

char *
forecast_frame_make(const PanelSpec *plan, const Panel *panel, SeriesRows *read, const TimestampTz *as_of,
					const Ahead *ahead, ForecastFrame *start)
{
	const lf_task *task = plan->task;
	const Columns *columns = plan->columns;
	Rows	   *rows = read->rows;
	Series		series = plan->series;
	bool		is_known = series_number(panel, plan->model, read->label) >= 0;
	int			reach;
	double	   *constants = palloc((columns->statics + 1) * sizeof(double));
	char	   *reason = read->trouble;
	lf_missing_record record;
	Future		future;
	lf_frame	frame;
	double	   *values;

	if (reason != NULL)
		return reason;
	future = split_future(rows, plan, &series.timeline, as_of);
	/* what is wrong before the window does not matter, where nothing is taken from there */
	if (series.method == LF_MISSING_ERROR && series.aggregate == LF_AGGREGATE_NONE && is_known &&
		rows->count > task->lookback)
		rows_keep_newest(rows, task->lookback);
	reason = panel_regularize(plan, read->label, rows, &series, &record);
	if (reason == NULL && rows->count < task->lookback)
		reason = psprintf("it has " UINT64_FORMAT " known rows%s, but the lookback of the model is %d", rows->count,
						  as_of != NULL ? " up to as_of" : "", task->lookback);
	if (reason == NULL)
		reason = panel_constants(panel, plan, read, constants);
	if (reason != NULL)
		return reason;
	align_future(&future, &series, rows->columns);
	frame = rows_frame(rows);
	series_scaling(panel, plan->model, read->label, &frame, frame.rows, &start->scaler, &start->error_scale);
	start->timeline = series.timeline;
	start->origin = rows_time(rows, rows->count - 1);
	reason = forecast_frame_steps(plan->model, &start->timeline, start->origin, ahead, &start->steps);
	if (reason != NULL || start->steps == 0)
		return reason;
	reach = looks_ahead(plan) ? forecast_frame_reach(task, start->steps) : 0;
	values = take_values(start, task, columns->count, reach,
						 rows_memory(rows) + future.count * (sizeof(int64) + rows->columns * sizeof(double)));
	for (int t = 0; t < task->lookback; t++)
	{
		uint64		row = rows->count - task->lookback + t;

		CHECK_FOR_INTERRUPTS();
		memcpy(values + (Size) t * columns->count, rows->values + row * rows->columns, columns->read * sizeof(double));
		panel_complete_row(columns, &series.timeline, rows_time(rows, row), constants,
						   values + (Size) t * columns->count + columns->read);
	}
	return fill_ahead(plan, &series.timeline, start->origin, &future, constants, reach,
					  values + (Size) task->lookback * columns->count);
}

typedef struct OneSeries
{
	PanelSpec	plan;
	Panel	   *panel;
	MemoryContext context;
	Ahead		ahead;
	ForecastFrame    *start;
	bool		found;
	char	   *reason;			/* why there is no forecast frame */
} OneSeries;

static void
receive_one(void *state, SeriesRows *read)
{
	OneSeries  *one = state;
	MemoryContext caller = MemoryContextSwitchTo(one->context);

	one->found = true;
	one->reason = forecast_frame_make(&one->plan, one->panel, read, NULL, &one->ahead, one->start);
	MemoryContextSwitchTo(caller);
}

void
forecast_frame_read(const lf_model *model, Oid relation, const char *label, int steps, ForecastFrame *start)
{
	OneSeries	one = {.context = CurrentMemoryContext, .ahead = {.steps = steps}, .start = start};
	ReadFilter	filter = table_filter(label);
	Table	   *table = latest_open(model, relation, &one.plan);

	one.panel = panel_create(&one.plan, table->series_column != NULL);
	table_read_series(table, &filter, receive_one, &one);
	if (!one.found)
		one.reason = "it has no rows";
	if (one.reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be forecast: %s",
						label == NULL ? table->label : psprintf("series \"%s\" of %s", label, table->label),
						one.reason)));
}

void
forecast_frame_of_tail(const lf_model *model, const Ahead *ahead, ForecastFrame *start)
{
	Columns		columns = columns_of_model(model);
	PanelSpec	plan = {.task = (lf_task *) &model->task, .columns = &columns, .model = model};
	Future		none = {0};
	int			lookback = model->task.lookback;
	int			reach;
	Size		tail = (Size) lookback * columns.count;
	double		no_constants = 0;
	double	   *values;
	char	   *reason;

	*start = (ForecastFrame) {.timeline = timeline_of_model(model), .origin = model->last_time,
		.scaler = model->scaler, .error_scale = model->error_scale};
	reason = forecast_frame_steps(model, &start->timeline, start->origin, ahead, &start->steps);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model cannot forecast: %s", reason)));
	reach = columns.calendar != 0 ? forecast_frame_reach(&model->task, start->steps) : 0;
	values = take_values(start, &model->task, columns.count, reach, 0);
	memcpy(values, model->tail, tail * sizeof(double));
	(void) fill_ahead(&plan, &start->timeline, start->origin, &none, &no_constants, reach, values + tail);
}
