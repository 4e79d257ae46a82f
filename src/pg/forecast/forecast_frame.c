/*
 * forecast_frame.c: from the rows of a series to the frame of a forecast.
 */
#include "forecast/forecast_frame.h"

#include "series/deseasonalize.h"
#include "server/error.h"
#include "forecast/known_ahead.h"
#include "forecast/latest_window.h"
#include "forecast/scenario.h"
#include "rows/align.h"

bool
forecast_frame_is_needed(const lf_model *model)
{
	if (model->series_column[0] != '\0')
		return true;
	for (int i = 0; i < model->task.inputs; i++)
		if (lf_task_is_given(&model->task, i) || text_column_value(model, model->task.input[i]) != NULL)
			return true;
	return false;
}

int
forecast_frame_reach(const lf_task *task, int steps)
{
	return task->lead + Max(steps, task->horizon) - 1;
}

/* Leaves out the rows that are not known yet. */
static void
cut_future(Rows *rows, const PanelSpec *plan, const Timeline *timeline, const TimestampTz *as_of)
{
	const lf_task *task = plan->task;
	bool		tells = task->lead > 0;	/* whether a target says that its row is known */

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
}

/* The rows that were left out, of so many that were read, if anything of them is used. */
static Future
left_out(const Rows *rows, const PanelSpec *plan, uint64 read)
{
	Future		future = {0};
	Size		each = sizeof(int64) + rows->columns * sizeof(double);

	if (!known_ahead_is_needed(plan))
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

/*
 * Takes the frame's values: the window, which begins at this place of the grid, 'before' rows in front of it, and behind it
 * 'reach' rows. 'held' bytes are held beside them. Returns where the window is.
 */
static double *
take_values(ForecastFrame *start, const lf_task *task, int columns, uint64 before, int reach, int64 number, Size held)
{
	Size		rows = (Size) task->lookback + reach;
	Size		size = (before + rows) * columns * sizeof(double);
	double	   *values;

	/* with the marks of what is filled */
	check_memory_beside(held, size + lf_mask_size(rows * columns),
						psprintf("a window of this model with the %d rows after it", reach), "ask for fewer steps");
	values = (double *) palloc_extended(size, MCXT_ALLOC_HUGE) + before * columns;
	start->frame = (lf_frame) {.values = values, .rows = rows, .columns = columns, .number = number, .before = before};
	start->held = held + size;
	return values;
}

int
forecast_frame_known(const ForecastFrame *start, const lf_task *task)
{
	return start->unknown == NULL ? start->steps : Min(start->steps, start->known - task->lead + 1);
}

void
forecast_frame_show(const ForecastFrame *start, LoadedModel *loaded)
{
	loaded->frame = start->frame;
	loaded->held = start->held;
	model_show_series(loaded, &start->scaling);
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
	uint64		rows_read;
	lf_frame	frame;
	double	   *values;
	uint64		before = 0;
	uint64		absent = 0;

	if (reason != NULL)
		return reason;
	rows_read = rows->count;
	cut_future(rows, plan, &series.timeline, as_of);
	future = ahead->scenario != NULL ? scenario_of(ahead->scenario, read->label) : left_out(rows, plan, rows_read);
	/* what is measured has not begun where its targets have not */
	if (lf_task_targets_are_inputs(task))
		(void) regularize_cut_past(rows, task->target, task->targets);
	/* what is wrong before the window does not matter, where nothing is taken from there */
	if (is_known)
		regularize_cut_before_window(rows, &series, task->lookback, lf_model_history(plan->model));
	series.judged = regularize_judged(task->lookback);
	reason = panel_regularize(plan, read->label, rows, &series, &record);
	if (reason == NULL && rows->count < task->lookback && !(rows->count > 0 && model_takes_short(plan->model)))
		reason = psprintf("it has " UINT64_FORMAT " known rows%s, but the lookback of the model is %d", rows->count,
						  as_of != NULL ? " up to as_of" : "", task->lookback);
	if (reason == NULL)
		reason = panel_constants(panel, plan, read, constants);
	if (reason != NULL)
		return reason;
	align_future(&future, &series, rows->columns);
	frame = rows_frame(rows);
	start->scaling = series_scaling(panel, plan->model, read->label, &frame, frame.rows);
	start->timeline = series.timeline;
	start->origin = rows_time(rows, rows->count - 1);
	reason = forecast_frame_steps(plan->model, &start->timeline, start->origin, ahead, &start->steps);
	if (reason != NULL || start->steps == 0)
		return reason;
	reach = known_ahead_is_needed(plan) ? forecast_frame_reach(task, start->steps) : 0;
	if (rows->count < task->lookback)
		absent = task->lookback - rows->count;
	else if (plan->model->combination.parts > 0)
		before = Min(rows->count - task->lookback, lf_model_history(plan->model));
	values = take_values(start, task, columns->count, before, reach, rows->number + (int64) (rows->count - task->lookback),
						 rows_memory(rows) + future.count * (sizeof(int64) + rows->columns * sizeof(double)));
	start->frame.absent = absent;
	memset(values, 0, absent * columns->count * sizeof(double));
	for (int64 t = (int64) absent - (int64) before; t < task->lookback; t++)
	{
		uint64		row = rows->count + t - task->lookback;

		CHECK_FOR_INTERRUPTS();
		memcpy(values + t * columns->count, rows->values + row * rows->columns, columns->read * sizeof(double));
		panel_complete_row(columns, &series.timeline, rows_time(rows, row), constants,
						   values + t * columns->count + columns->read);
	}
	return known_ahead_fill(plan, &series, start->origin, &future, constants, reach, values, &start->known,
							&start->unknown);
}

/* The place on the grid of the first of the rows that a model carries; without times rows were counted from 0 on. */
static int64
tail_number(const lf_model *model, const Timeline *timeline)
{
	int64		last = timeline_has_step(timeline) ? timeline_number(timeline, model->last_time) : (int64) model->rows - 1;

	return last - (model->task.lookback - 1);
}

void
forecast_frame_of_tail(const lf_model *model, const Ahead *ahead, ForecastFrame *start)
{
	Columns		columns = columns_of_model(model);
	PanelSpec	plan = {.task = (lf_task *) &model->task, .columns = &columns, .model = model};
	Future		none = {0};
	int			lookback = model->task.lookback;
	int			reach;
	Size		before = (Size) model->tail_before * columns.count;
	Size		tail = before + (Size) lookback * columns.count;
	Series		series = {.timeline = timeline_of_model(model)};
	double		no_constants = 0;
	double	   *values;
	char	   *reason;

	*start = (ForecastFrame) {.timeline = series.timeline, .origin = model->last_time,
		.scaling = model_scaling(model, 0)};
	reason = forecast_frame_steps(model, &start->timeline, start->origin, ahead, &start->steps);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model cannot forecast: %s", reason)));
	reach = columns.calendar != 0 ? forecast_frame_reach(&model->task, start->steps) : 0;
	values = take_values(start, &model->task, columns.count, model->tail_before, reach, tail_number(model, &start->timeline), 0);
	memcpy(values - before, model->tail, tail * sizeof(double));
	(void) known_ahead_fill(&plan, &series, start->origin, &none, &no_constants, reach, values, &start->known,
							&start->unknown);
}
