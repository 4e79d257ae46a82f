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

		(void) regular_cut_future(rows, model->task.target, model->task.targets);
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

Along *
along_open(const lf_model *model, Oid relation, uint64 newest)
{
	Along	   *along = palloc0(sizeof(Along));
	Series		series;

	along->model = model;
	along->table = table_of_model(model, relation, (char **) model->names, model->columns);
	along->rows = read_known(model, along->table, newest);
	series = newest_series(model, along->table);
	(void) regular_make(along->rows, &series);
	along->frame = rows_frame(along->rows);
	return along;
}

Along *
along_over(const lf_model *model, Table *table, const Rows *rows, uint64 count)
{
	Along	   *along = palloc0(sizeof(Along));

	along->model = model;
	along->table = table;
	along->rows = memcpy(palloc(sizeof(Rows)), rows, sizeof(Rows));
	along->rows->count = count;
	along->frame = rows_frame(along->rows);
	return along;
}

void
along_start(Along *along, const LoadedModel *shared, int steps, int stride, int64 first_origin)
{
	const lf_task *task = &along->model->task;

	along->steps = model_steps(along->model, true,
							   (int) Min((uint64) steps, Max(along->rows->count, (uint64) task->horizon)));
	along->stride = stride;
	along->loaded = model_for_many(shared, along->steps, &along->batch);
	along->loaded->frame = along->frame;
	along->next = first_origin - task->lookback;
	along->context = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast batch", ALLOCSET_DEFAULT_SIZES);
}

bool
along_next(Along *along, AlongBatch *batch)
{
	uint64		first = lf_window_first_output(&along->model->task, along->next);
	MemoryContext caller;
	uint64		left;			/* rows, from the first output on */

	MemoryContextReset(along->context);
	if (first >= along->rows->count)
		return false;
	left = along->rows->count - first;
	batch->window = along->next;
	batch->count = (int) Min((uint64) along->batch, (left - 1) / along->stride + 1);
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

Datum *
along_targets(const Along *along)
{
	const lf_task *task = &along->model->task;
	Datum	   *names = palloc(task->targets * sizeof(Datum));

	for (int j = 0; j < task->targets; j++)
		names[j] = CStringGetTextDatum(along->model->names[task->target[j]]);
	return names;
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
