/*
 * windows.c: lstm_windows and lstm_split_sequence: what training sees, as rows and unscaled.
 */
#include "arguments.h"
#include "error.h"
#include "table.h"
#include "timeline.h"

/* The x and y of one window, copied out of the frame. */
static ArrayType *
window_array(const lf_frame *frame, uint64 first, int rows, const int16_t *columns, int count)
{
	double	   *values = palloc((Size) rows * count * sizeof(double));
	ArrayType  *array;

	for (int t = 0; t < rows; t++)
		for (int i = 0; i < count; i++)
			values[t * count + i] = frame->values[(first + t) * frame->columns + columns[i]];
	array = doubles_array(values, rows, count);
	pfree(values);
	return array;
}

/* Puts all windows of the frame, with a series column in front if the result has one. */
static void
put_windows(ReturnSetInfo *result, const lf_frame *frame, const lf_task *task, bool with_series)
{
	uint64		count = lf_window_count(task, frame->rows);
	int			at = with_series ? 1 : 0;
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast window", ALLOCSET_DEFAULT_SIZES);

	for (uint64 w = 0; w < count; w++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		Datum		values[4] = {0};
		bool		nulls[4] = {with_series, false, false, false};

		CHECK_FOR_INTERRUPTS();
		values[at] = Int32GetDatum((int32) (w + 1));
		values[at + 1] = PointerGetDatum(window_array(frame, w, task->lookback, task->input, task->inputs));
		values[at + 2] = PointerGetDatum(window_array(frame, lf_window_first_output(task, w), task->horizon,
													  task->target, task->targets));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
}

/* A window is an array of the executor: it must fit into one. */
static void
check_window(const lf_task *task)
{
	if ((int64) task->lookback * task->inputs > (int64) (MaxAllocSize / sizeof(Datum)) ||
		(int64) task->horizon * task->targets > (int64) (MaxAllocSize / sizeof(Datum)))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a window is larger than an array can be")));
}

static Datum
windows(FunctionCallInfo fcinfo, char **targets, int target_count)
{
	lf_task    *task = palloc0(sizeof(lf_task));
	Table	   *table;
	Rows	   *rows;
	lf_frame	frame;
	char	  **inputs;
	char	  **names;
	int			input_count;
	int			columns;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(1);
	argument_unsupported(fcinfo, 3, "series_column");
	argument_unsupported(fcinfo, 7, "known_inputs");
	argument_unsupported(fcinfo, 8, "static_inputs");
	task->horizon = argument_int(fcinfo, 4, "horizon", 1, LF_MAX_DIM, 1);
	task->lookback = argument_int(fcinfo, 5, "lookback", 1, LF_MAX_DIM, 1);
	task->lead = argument_int(fcinfo, 9, "lead", 0, LF_MAX_DIM, 1);
	inputs = argument_names(fcinfo, 6, "inputs", &input_count);
	names = task_columns(targets, target_count, inputs, input_count, task, &columns);
	check_window(task);
	table = table_open(PG_GETARG_OID(0), argument_text(fcinfo, 2), names, columns);
	rows = table_read(table, CurrentMemoryContext, NULL, 0);
	rows_check(rows, table->label, table->time_column, (const char *const *) names);
	(void) timeline_find_step(rows, table->time_kind, table->label);
	frame = rows_frame(rows);
	put_windows((ReturnSetInfo *) fcinfo->resultinfo, &frame, task, true);
	return (Datum) 0;
}

SQL_FUNCTION(lstm_windows);
Datum
lstm_windows(PG_FUNCTION_ARGS)
{
	char	   *target = argument_text(fcinfo, 1);

	return windows(fcinfo, &target, 1);
}

SQL_FUNCTION(lstm_windows_columns);
Datum
lstm_windows_columns(PG_FUNCTION_ARGS)
{
	int			count;
	char	  **targets = argument_names(fcinfo, 1, "target", &count);

	return windows(fcinfo, targets, count);
}

SQL_FUNCTION(lstm_split_sequence);
Datum
lstm_split_sequence(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	lf_task    *task = palloc0(sizeof(lf_task));
	lf_frame	frame;
	int			count;
	int			columns = ARR_NDIM(array) == 2 ? ARR_DIMS(array)[1] : 1;

	InitMaterializedSRF(fcinfo, 0);
	task->lookback = argument_int(fcinfo, 1, "lookback", 1, LF_MAX_DIM, 1);
	task->horizon = argument_int(fcinfo, 2, "horizon", 1, LF_MAX_DIM, 1);
	task->lead = argument_int(fcinfo, 3, "lead", 0, LF_MAX_DIM, 1);
	if (ARR_NDIM(array) > 2 || columns > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"values\" must have one dimension, or two with at most %d columns", LF_MAX_COLUMNS)));
	task->inputs = task->targets = columns;
	for (int i = 0; i < columns; i++)
		task->input[i] = task->target[i] = (int16) i;
	check_window(task);
	frame.values = argument_doubles(array, "\"values\"", &count);
	frame.rows = count / columns;
	frame.columns = columns;
	put_windows((ReturnSetInfo *) fcinfo->resultinfo, &frame, task, false);
	return (Datum) 0;
}
