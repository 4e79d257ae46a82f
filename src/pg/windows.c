/*
 * windows.c: lstm_windows and lstm_split_sequence: what training sees, as rows and unscaled.
 */
#include "arguments.h"
#include "error.h"
#include "json.h"
#include "columns.h"
#include "regular.h"
#include "step.h"
#include "table.h"

#include <math.h>

/* The x and y of one window, copied out of the frame; what is masked is NULL. */
static ArrayType *
window_array(const lf_frame *frame, uint64 first, int rows, const int16_t *columns, int count, bool masked)
{
	double	   *values = palloc((Size) rows * count * sizeof(double));
	ArrayType  *array;

	for (int t = 0; t < rows; t++)
		for (int i = 0; i < count; i++)
			values[t * count + i] = masked && lf_frame_is_masked(frame, first + t, columns[i]) ? (double) NAN :
				frame->values[(first + t) * frame->columns + columns[i]];
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
		values[at + 1] = PointerGetDatum(window_array(frame, w, task->lookback, task->input, task->inputs,
													false));
		values[at + 2] = PointerGetDatum(window_array(frame, lf_window_first_output(task, w), task->horizon,
													  task->target, task->targets, true));
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

static lf_missing
missing_method(const char *name)
{
	const char *nearest;

	if (name == NULL)
		return LF_MISSING_ERROR;
	for (int i = 0; i < LF_MISSINGS; i++)
		if (strcmp(name, lf_missing_names[i]) == 0)
			return (lf_missing) i;
	nearest = nearest_name(name, lf_missing_names, LF_MISSINGS);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("missing must be one of %s, not \"%s\"", join_names(lf_missing_names, LF_MISSINGS), name),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) : 0));
}

static Datum
windows(FunctionCallInfo fcinfo, char **targets, int target_count)
{
	lf_task    *task = palloc0(sizeof(lf_task));
	Table	   *table;
	Rows	   *rows;
	Series		series = {0};
	lf_frame	frame;
	char	   *step;
	char	  **inputs;
	int			input_count;
	Columns		columns;

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
	columns = columns_of_task(targets, target_count, inputs, input_count, task);
	check_window(task);
	table = table_open(PG_GETARG_OID(0), argument_text(fcinfo, 2), columns.names, columns.read);
	series.source = table->label;
	series.time_column = table->time_column;
	series.names = (const char *const *) columns.names;
	series.timeline = timeline_of_kind(table->time_kind);
	series.method = missing_method(argument_text(fcinfo, 10));
	series.season_column = task->target[0];
	step = argument_text(fcinfo, 11);
	if (step != NULL)
		series.timeline.step = step_from_text(table->time_kind, step);
	rows = table_read(table, CurrentMemoryContext, NULL, 0);
	(void) regular_cut_future(rows, task->target, task->targets);
	(void) regular_make(rows, &series);
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
	frame = (lf_frame) {.values = argument_doubles(array, "\"values\"", &count), .columns = columns};
	frame.rows = count / columns;
	put_windows((ReturnSetInfo *) fcinfo->resultinfo, &frame, task, false);
	return (Datum) 0;
}
