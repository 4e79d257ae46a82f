/*
 * along.c: from the rows of a relation to forecasts beside them.
 */
#include "along.h"

#include "error.h"
#include "newest.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* All rows, or the newest, without those of the future: how many that are is known when they are read. */
static Rows *
read_known(const lf_model *model, const Table *table, uint64 newest)
{
	uint64		wanted = newest;

	for (;;)
	{
		Rows	   *rows = table_read(table, CurrentMemoryContext, NULL, wanted);
		bool		all = wanted == 0 || rows->count + rows->bad_times < wanted;

		(void) regular_cut_future(rows, model->task.target, model->task.targets);	/* to see how many are left */
		if (all || rows->count >= newest)
		{
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
take_series(Along *along, Size series)
{
	uint64		newest = along->newest;

	along->series = series;
	*along->rows = panel_rows(along->panel, series);
	if (newest > 0 && along->rows->count > newest)
	{
		uint64		first = along->rows->count - newest;

		along->rows->first_time = rows_time(along->rows, first);
		along->rows->values += first * along->rows->columns;
		along->rows->mark += first;
		along->rows->at += along->rows->at != NULL ? first : 0;
		along->rows->count = newest;
	}
	along->frame = rows_frame(along->rows);
	along->label = along->panel->names == NULL ? NULL : along->panel->names[series];
	MemoryContextReset(along->each);
	along->name = 0;
	if (along->label != NULL)
	{
		/* once, not for each row of a result */
		MemoryContext caller = MemoryContextSwitchTo(along->each);

		along->name = CStringGetTextDatum(along->label);
		MemoryContextSwitchTo(caller);
	}
}

static Along *
create(const lf_model *model)
{
	Along	   *along = palloc0(sizeof(Along));

	along->model = model;
	along->rows = palloc(sizeof(Rows));
	along->each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast series at hand", ALLOCSET_SMALL_SIZES);
	return along;
}

Along *
along_open_filtered(const lf_model *model, Oid relation, const ReadFilter *filter, uint64 newest, series_left_out left_out,
					void *state)
{
	Along	   *along = create(model);
	PanelPlan	plan;

	along->newest = newest;
	along->table = newest_open(model, relation, &plan);
	plan.keep_times = true;
	plan.left_out = left_out;
	plan.left_out_state = state;
	if (table_has_series(along->table))
		along->panel = panel_read(&plan, along->table, filter);
	else
		along->panel = panel_of_rows(&plan, read_known(model, along->table, newest));
	if (along->panel->series == 0)
		return NULL;
	take_series(along, 0);
	return along;
}

Along *
along_open(const lf_model *model, Oid relation, const char *label, uint64 newest)
{
	ReadFilter	filter = table_filter(label);
	Along	   *along = along_open_filtered(model, relation, &filter, newest, NULL, NULL);

	if (table_has_series(along->table) && newest == 0)
		panel_report_skipped(along->panel, along->table->label, "looked at");
	return along;
}

bool
along_next_series(Along *along)
{
	if (along->series + 1 >= along->panel->series)
		return false;
	take_series(along, along->series + 1);
	return true;
}

void
along_name(const Along *along, Datum *value, bool *null)
{
	*null = along->label == NULL;
	*value = along->name;
}

Along *
along_over(const lf_model *model, Table *table, Panel *panel)
{
	Along	   *along = create(model);

	along->table = table;
	along->panel = panel;
	take_series(along, 0);
	return along;
}

void
along_end(Along *along, uint64 count)
{
	along->rows->count = Min(along->rows->count, count);
	along->frame = rows_frame(along->rows);
}

void
along_start(Along *along, const LoadedModel *shared, int steps, int stride, int64 first_origin)
{
	const lf_task *task = &along->model->task;
	uint64		longest = along->panel->rows->count;
	MemoryContext caller;
	const lf_scaler *scaler;

	along->steps = model_steps(along->model, true, (int) Min((uint64) steps, Max(longest, (uint64) task->horizon)));
	along->stride = stride;
	if (along->loaded == NULL)
	{
		/* these stay from series to series */
		caller = MemoryContextSwitchTo(MemoryContextGetParent(along->each));
		along->loaded = model_for_many(shared, along->steps, rows_memory(along->panel->rows), &along->batch);
		along->context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast batch", ALLOCSET_DEFAULT_SIZES);
		MemoryContextSwitchTo(caller);
	}
	along->loaded->frame = along->frame;
	caller = MemoryContextSwitchTo(along->each);
	panel_scaling(along->panel, along->model, along->label, &along->frame, Min((uint64) first_origin, along->rows->count),
				  &scaler, &along->unit);
	MemoryContextSwitchTo(caller);
	model_show_series(along->loaded, scaler, along->unit);
	along->next = first_origin - task->lookback;
}

/* The last row that may be the first output: what is known ahead must be there for the whole horizon. */
static uint64
last_first(const Along *along)
{
	const lf_task *task = &along->model->task;
	uint64		needed = lf_task_reach(task) > 0 ? task->horizon : 1;

	return along->rows->count < needed ? 0 : along->rows->count - needed + 1;
}

bool
along_next(Along *along, AlongBatch *batch)
{
	uint64		first = lf_window_first_output(&along->model->task, along->next);
	MemoryContext caller;
	uint64		left;			/* rows, from the first output on */

	MemoryContextReset(along->context);
	if (first >= last_first(along))
		return false;
	left = along->rows->count - first;
	batch->window = along->next;
	batch->count = (int) Min((uint64) along->batch, (last_first(along) - first - 1) / along->stride + 1);
	batch->steps = (int) Min((uint64) along->steps, left);
	caller = MemoryContextSwitchTo(along->context);
	batch->out = model_forecast(along->loaded, batch->window, along->stride, batch->count, batch->steps);
	MemoryContextSwitchTo(caller);
	along->next += (uint64) along->stride * along->batch;
	return true;
}

void
along_stamp(const Along *along, uint64 row, Datum *value, bool *null)
{
	TimestampTz at;

	*null = !timeline_as_timestamptz(along->table->time_kind, rows_time(along->rows, row), &at);
	*value = *null ? 0 : TimestampTzGetDatum(at);
}

int64
along_first_origin(const lf_task *task, uint64 known)
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
