/*
 * rolling_origin.c: from the rows of a relation to forecasts beside them.
 */
#include "forecast/rolling_origin.h"

#include "server/error.h"
#include "forecast/forecast_frame.h"
#include "forecast/latest_window.h"
#include "forecast/series_scaling.h"
#include "forecast/vintage.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* All rows, or the newest, without those of the future: how many that are is known when they are read. */
static Rows *
read_known(const lf_model *model, const Table *table, uint64 newest, bool *partial)
{
	/* how many rows the newest steps have, nobody knows */
	uint64		wanted = model->aggregate != LF_AGGREGATE_NONE ? 0 : newest;

	for (;;)
	{
		Rows	   *rows = table_read(table, CurrentMemoryContext, NULL, wanted);
		bool		all = wanted == 0 || rows->count + rows->bad_times < wanted;

		(void) regularize_cut_future(rows, model->task.target, model->task.targets);	/* to see how many are left */
		if (all || rows->count >= newest)
		{
			*partial = wanted > 0 && (!all || rows->count > newest);
			if (wanted > 0 && rows->count > newest)
				rows_keep_newest(rows, newest);
			return rows;
		}
		rows_free(rows);
		wanted *= 2;
	}
}

/* Takes a series of the panel to hand. */
static void
take_series(RollingOrigin *rolling, Size series)
{
	uint64		newest = rolling->newest;

	rolling->series = series;
	rolling->any = false;
	*rolling->rows = panel_rows(rolling->panel, series);
	if (newest > 0 && rolling->rows->count > newest)
	{
		uint64		first = rolling->rows->count - newest;

		rolling->rows->first_time = rows_time(rolling->rows, first);
		rolling->rows->values += first * rolling->rows->columns;
		rolling->rows->mark += first;
		rolling->rows->at += rolling->rows->at != NULL ? first : 0;
		rolling->rows->count = newest;
	}
	rolling->frame = rows_frame(rolling->rows);
	rolling->label = rolling->panel->names == NULL ? NULL : rolling->panel->names[series];
	MemoryContextReset(rolling->each);
	rolling->name = 0;
	if (rolling->label != NULL)
	{
		/* once, not for each row of a result */
		MemoryContext caller = MemoryContextSwitchTo(rolling->each);

		rolling->name = CStringGetTextDatum(rolling->label);
		MemoryContextSwitchTo(caller);
	}
}

static RollingOrigin *
create(const lf_model *model)
{
	RollingOrigin *rolling = palloc0(sizeof(RollingOrigin));

	rolling->model = model;
	rolling->rows = palloc(sizeof(Rows));
	rolling->each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast series at hand", ALLOCSET_SMALL_SIZES);
	return rolling;
}

RollingOrigin *
rolling_origin_open_filtered(const lf_model *model, Oid relation, const ReadFilter *filter, uint64 newest, series_left_out left_out,
					void *state)
{
	RollingOrigin *rolling = create(model);
	PanelSpec  *plan = &rolling->plan;

	rolling->newest = newest;
	rolling->table = latest_open(model, relation, InvalidOid, plan);
	plan->keep_times = true;
	plan->left_out = left_out;
	plan->left_out_state = state;
	if (table_has_series(rolling->table))
		rolling->panel = panel_read(plan, rolling->table, filter);
	else
		rolling->panel = panel_of_rows(plan, read_known(model, rolling->table, newest, &plan->series.partial));
	if (rolling->panel->series == 0)
		return NULL;
	take_series(rolling, 0);
	return rolling;
}

RollingOrigin *
rolling_origin_open(const lf_model *model, Oid relation, const char *label, uint64 newest)
{
	ReadFilter	filter = table_filter(label);
	RollingOrigin *rolling = rolling_origin_open_filtered(model, relation, &filter, newest, NULL, NULL);

	if (table_has_series(rolling->table) && newest == 0)
		panel_report_skipped(rolling->panel, rolling->table->label, "looked at");
	return rolling;
}

/* The series at hand is done with. */
static void
note_barren(RollingOrigin *rolling)
{
	MemoryContext caller;

	if (rolling->any || rolling->barren++ > 0)
		return;
	caller = MemoryContextSwitchTo(MemoryContextGetParent(rolling->each));
	rolling->barren_reason = psprintf("%s has " UINT64_FORMAT " rows, and the first forecast would stand behind row " UINT64_FORMAT,
									  rolling->label == NULL ? rolling->table->label : psprintf("series \"%s\"", rolling->label),
									  rolling->rows->count, lf_window_first_output(&rolling->model->task, rolling->next));
	MemoryContextSwitchTo(caller);
}

void
rolling_origin_report_barren(const RollingOrigin *rolling)
{
	if (rolling->barren == 0)
		return;
	ereport(NOTICE,
			(errmsg_plural(UINT64_FORMAT " series of %s has too few rows for a forecast with a row beside it, and is left out",
						   UINT64_FORMAT " series of %s have too few rows for a forecast with a row beside it, and are left out",
						   rolling->barren, rolling->barren, rolling->table->label),
			 errdetail(rolling->barren == 1 ? "Namely %s." : "For example %s.", rolling->barren_reason)));
}

bool
rolling_origin_next_series(RollingOrigin *rolling)
{
	note_barren(rolling);
	if (rolling->series + 1 >= rolling->panel->series)
		return false;
	take_series(rolling, rolling->series + 1);
	return true;
}

void
rolling_origin_name(const RollingOrigin *rolling, Datum *value, bool *null)
{
	*null = rolling->label == NULL;
	*value = rolling->name;
}

RollingOrigin *
rolling_origin_over(const lf_model *model, Table *table, Panel *panel)
{
	RollingOrigin *rolling = create(model);

	rolling->table = table;
	rolling->panel = panel;
	take_series(rolling, 0);
	return rolling;
}

void
rolling_origin_know(RollingOrigin *rolling, const PanelSpec *plan, Oid future, const ReadFilter *filter)
{
	if (OidIsValid(future))
		rolling->vintage = vintage_read(plan, future, filter);
}

void
rolling_origin_end(RollingOrigin *rolling, uint64 count)
{
	rolling->rows->count = Min(rolling->rows->count, count);
	rolling->frame = rows_frame(rolling->rows);
}

void
rolling_origin_start(RollingOrigin *rolling, const LoadedModel *shared, int steps, int stride, int64 first_origin)
{
	const lf_task *task = &rolling->model->task;
	uint64		longest = rolling->panel->rows->count;
	MemoryContext caller;
	SeriesScaling scaling;

	rolling->steps = model_steps(rolling->model, true, (int) Min((uint64) steps, Max(longest, (uint64) task->horizon)));
	rolling->stride = stride;
	if (rolling->loaded == NULL)
	{
		/* these stay from series to series */
		caller = MemoryContextSwitchTo(MemoryContextGetParent(rolling->each));
		rolling->loaded = model_for_many(shared, rolling->steps, rows_memory(rolling->panel->rows), &rolling->batch);
		rolling->context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast batch", ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(caller);
	}
	rolling->loaded->frame = rolling->frame;
	caller = MemoryContextSwitchTo(rolling->each);
	scaling = series_scaling(rolling->panel, rolling->model, rolling->label, &rolling->frame,
							 Min((uint64) first_origin, rolling->rows->count));
	rolling->scaling = scaling_with_own_shapes(rolling->model, &scaling);
	MemoryContextSwitchTo(caller);
	rolling->shape_of = first_origin;
	rolling->error_scale = scaling.error_scale;
	rolling->loaded->frame.number = model_align_frame(rolling->model, &scaling, &rolling->frame,
													  Min((uint64) first_origin, rolling->rows->count));
	if (rolling->vintage != NULL)
	{
		caller = MemoryContextSwitchTo(rolling->each);
		rolling->loaded->frame.values = vintage_start(rolling->vintage, rolling->rows, &rolling->panel->timeline, rolling->label);
		MemoryContextSwitchTo(caller);
	}
	model_show_series(rolling->loaded, &rolling->scaling);
	model_show_step(rolling->loaded, &rolling->panel->timeline);
	rolling->next = first_origin - task->lookback;
}

/* The last row that may be the first output: what is known ahead must be there for the whole horizon. */
static uint64
last_first(const RollingOrigin *rolling)
{
	const lf_task *task = &rolling->model->task;
	uint64		needed = lf_task_reach(task) > 0 ? task->horizon : 1;

	return rolling->rows->count < needed ? 0 : rolling->rows->count - needed + 1;
}

/* Whether some network takes seasons out. */
static bool
has_shape(const RollingOrigin *rolling)
{
	bool		has = rolling->scaling.shape != NULL;

	for (int i = 0; i < rolling->model->others; i++)
		has |= rolling->scaling.other[i].shape != NULL;
	return has;
}

/* Windows from one renewal of the seasons to the next: an eighth of the longest, but some at once. */
static uint64
rows_to_renewal(const lf_task *task)
{
	return Max(lf_seasons_longest(&task->seasons, LF_LONGEST_SEASON) / 8, 16);
}

/* The seasons as a forecast would see them that knows so many rows. */
static void
renew_shape(RollingOrigin *rolling, uint64 known)
{
	const lf_task *task = &rolling->model->task;
	lf_frame	before = rolling->frame;
	SeriesScaling scaling = rolling->scaling;

	if (!has_shape(rolling) || known < rolling->shape_of + rows_to_renewal(task))
		return;
	before.rows = Min(known, before.rows);
	scaling.other = memcpy(palloc((rolling->model->others + 1) * sizeof(SeriesScaling)), scaling.other,
						   rolling->model->others * sizeof(SeriesScaling));
	model_renew_shape(rolling->model, &before, &scaling);
	scaling_copy_shapes(rolling->model, &rolling->scaling, &scaling);
	rolling->shape_of = known;
}

/*
 * Goes to the next origin at which the known inputs of some steps were known, and makes the batch of its window alone: each sees
 * other rows. False where there is none.
 */
static bool
take_vintage(RollingOrigin *rolling, RollingBatch *batch)
{
	const lf_task *task = &rolling->model->task;

	for (;; rolling->next += rolling->stride)
	{
		uint64		first = lf_window_first_output(task, rolling->next);
		int			steps;
		int			known;

		CHECK_FOR_INTERRUPTS();
		if (first >= last_first(rolling))
			return false;
		steps = (int) Min((uint64) rolling->steps, rolling->rows->count - first);
		known = vintage_put(rolling->vintage, rolling->next, forecast_frame_reach(task, steps)) - task->lead + 1;
		if (known < 1)
			continue;
		batch->count = 1;
		batch->steps = Min(steps, known);
		return true;
	}
}

bool
rolling_origin_next(RollingOrigin *rolling, RollingBatch *batch)
{
	const lf_task *task = &rolling->model->task;
	uint64		first;
	MemoryContext caller;

	MemoryContextReset(rolling->context);
	batch->steps = rolling->steps;
	batch->count = rolling->batch;
	if (rolling->vintage != NULL && !take_vintage(rolling, batch))
		return false;
	first = lf_window_first_output(task, rolling->next);
	if (first >= last_first(rolling))
		return false;
	batch->window = rolling->next;
	batch->count = (int) Min((uint64) batch->count, (last_first(rolling) - first - 1) / rolling->stride + 1);
	batch->steps = (int) Min((uint64) batch->steps, rolling->rows->count - first);
	caller = MemoryContextSwitchTo(rolling->context);
	if (has_shape(rolling))
		batch->count = (int) Min((uint64) batch->count, Max(rows_to_renewal(task) / rolling->stride, 1));
	renew_shape(rolling, first);
	batch->out = model_forecast(rolling->loaded, batch->window, rolling->stride, batch->count, batch->steps);
	MemoryContextSwitchTo(caller);
	rolling->next += (uint64) rolling->stride * batch->count;
	rolling->any = true;
	return true;
}

void
rolling_origin_stamp(const RollingOrigin *rolling, uint64 row, Datum *value, bool *null)
{
	TimestampTz at;

	*null = !timeline_as_timestamptz(rolling->table->time_kind, rows_time(rolling->rows, row), &at);
	*value = *null ? 0 : TimestampTzGetDatum(at);
}

uint64
rolling_origin_trained(const RollingOrigin *rolling)
{
	const lf_model *model = rolling->model;
	uint64		known = rolling->rows->count;

	if (model->time_kind != rolling->table->time_kind || model->time_kind == LF_TIME_NONE || model->rows == 0)
		return 0;
	for (; known > 0 && rows_time(rolling->rows, known - 1) > model->last_time; known--)
		CHECK_FOR_INTERRUPTS();
	return known;
}

int64
rolling_origin_first_origin(const lf_task *task, uint64 known)
{
	return (int64) Max(known + (task->lead == 0), (uint64) task->lookback);
}

int64
argument_first_origin(FunctionCallInfo fcinfo, int number, const lf_task *task)
{
	int64		origin = PG_ARGISNULL(number) ? task->lookback : PG_GETARG_INT64(number);

	if (origin < task->lookback)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("first_origin must be at least the lookback of %d, not " INT64_FORMAT,
						task->lookback, origin)));
	return origin;
}
