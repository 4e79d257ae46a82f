/*
 * windows.c: lstm_windows and lstm_split_sequence: what training sees, as rows and unscaled.
 */
#include "sql/arguments.h"
#include "server/error.h"
#include "sql/names.h"
#include "rows/panel.h"
#include "rows/step.h"
#include "train/request.h"

#include <math.h>

/* The x of window w: of what is known ahead, the rows that are shifted. */
static ArrayType *
input_array(const lf_frame *frame, const lf_task *task, uint64 w)
{
	double	   *values;
	ArrayType  *array = doubles_start(task->lookback, task->inputs, &values);

	for (int t = 0; t < task->lookback; t++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < task->inputs; i++)
			*values++ = frame->values[(w + task->ahead[i] + t) * frame->columns + task->input[i]];
	}
	return doubles_finish(array);
}

/* The y of window w; what is masked is NULL. */
static ArrayType *
target_array(const lf_frame *frame, const lf_task *task, uint64 w)
{
	uint64		first = lf_window_first_output(task, w);
	double	   *values;
	ArrayType  *array = doubles_start(task->horizon, task->targets, &values);

	for (int k = 0; k < task->horizon; k++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < task->targets; j++)
			*values++ = lf_frame_is_masked(frame, first + k, task->target[j]) ? (double) NAN :
				frame->values[(first + k) * frame->columns + task->target[j]];
	}
	return doubles_finish(array);
}

/* The columns of a result row; that of lstm_split_sequence has no series. */
enum
{
	OUT_SERIES,
	OUT_WINDOW_NO,
	OUT_X,
	OUT_Y,
	OUT_COLUMNS
};

/* Puts all windows of the frame, with a series column in front if the result has one. */
static void
put_windows(ReturnSetInfo *result, const lf_frame *frame, const lf_task *task, bool with_series, const char *series)
{
	uint64		count = lf_window_count(task, frame->rows);
	int			first = with_series ? OUT_SERIES : OUT_WINDOW_NO;
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast window", ALLOCSET_DEFAULT_SIZES);
	Datum		name = series == NULL ? 0 : CStringGetTextDatum(series);

	for (uint64 w = 0; w < count; w++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = name};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = series == NULL};

		CHECK_FOR_INTERRUPTS();
		values[OUT_WINDOW_NO] = Int32GetDatum((int32) (w + 1));
		values[OUT_X] = PointerGetDatum(input_array(frame, task, w));
		values[OUT_Y] = PointerGetDatum(target_array(frame, task, w));
		tuplestore_putvalues(result->setResult, result->setDesc, values + first, nulls + first);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
	if (series != NULL)
		pfree(DatumGetPointer(name));
}

/*
 * A window is two arrays, and a row of a result that has both: all of them must fit, and the row into what one can be.
 */
static void
check_window(const lf_task *task)
{
	Size		values = (Size) task->lookback * task->inputs + (Size) task->horizon * task->targets;

	if (values > (MaxAllocSize - 1024) / (sizeof(double) + 1))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a window exceeds the maximum size of a row")));
	check_memory(2 * values * sizeof(double), "a window", "give a smaller lookback, horizon or number of columns");
}

/* One of these names by its number; where none is given, the one with the number 'absent'. */
static int
argument_choice(FunctionCallInfo fcinfo, int number, const char *what, const char *const *names, int count, int absent)
{
	char	   *name = argument_text(fcinfo, number);
	int			choice = name == NULL ? absent : name_index(name, names, count);

	if (choice < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be one of %s, not \"%s\"", what, join_names(names, count), name),
				 nearest_hint(name, names, count, NULL)));
	return choice;
}

/* Arguments behind those that lstm_train has as well, up to its static inputs. */
enum
{
	ARG_LEAD = ARG_STATIC_INPUTS + 1,
	ARG_MISSING,
	ARG_STEP,
	ARG_CALENDAR,
	ARG_AGGREGATE
};

/* The cycles of the calendar that are asked for; "auto", alone, means those that suit the rows. */
static void
read_calendar(FunctionCallInfo fcinfo, const Table *table, PanelSpec *plan)
{
	int			count;
	char	  **names = argument_names(fcinfo, ARG_CALENDAR, "calendar", PG_INT32_MAX, &count);

	if (names == NULL)
		return;
	plan->choose_calendar = count == 1 && strcmp(names[0], "auto") == 0;
	for (int i = 0; i < count && !plan->choose_calendar; i++)
	{
		int			cycle = name_index(names[i], calendar_names, CALENDAR_CYCLES);

		if (cycle >= 0 && plan->calendar >> cycle & 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("calendar names %s twice", names[i])));
		if (cycle >= 0)
		{
			plan->calendar |= 1u << cycle;
			continue;
		}
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("calendar must be a list of %s, or auto, not \"%s\"",
						join_names(calendar_names, CALENDAR_CYCLES), names[i]),
				 nearest_hint(names[i], calendar_names, CALENDAR_CYCLES, NULL)));
	}
	if (plan->calendar != 0)
		calendar_check("calendar", table->time_kind, table->time_column);
}

static Datum
windows(FunctionCallInfo fcinfo, RequestForm form)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	lf_task    *task = palloc0(sizeof(lf_task));
	Columns		columns;
	PanelSpec	plan = {.task = task, .columns = &columns};
	ReadFilter	all = {0};
	Table	   *table;
	Panel	   *panel;
	char	   *step;

	InitMaterializedSRF(fcinfo, 0);
	RETURN_NO_ROWS_IF_NULL(ARG_RELATION);
	RETURN_NO_ROWS_IF_NULL(ARG_TARGET);
	task->horizon = argument_int(fcinfo, ARG_HORIZON, "horizon", 1, LF_MAX_DIM, 1);
	task->lookback = argument_int(fcinfo, ARG_LOOKBACK, "lookback", 1, LF_MAX_DIM, 1);
	task->lead = argument_int(fcinfo, ARG_LEAD, "lead", 0, LF_MAX_DIM, 1);
	table = request_columns(fcinfo, form, task, NULL, &columns);
	check_window(task);
	read_calendar(fcinfo, table, &plan);
	plan.skip = table->series_column != NULL;
	plan.series.source = table->label;
	plan.series.time_column = table->time_column;
	plan.series.keys = table_further_keys(table);
	plan.series.names = (const char *const *) columns.names;
	plan.series.values = columns.values;
	plan.series.timeline = timeline_of_kind(table->time_kind);
	plan.series.method = (lf_missing) argument_choice(fcinfo, ARG_MISSING, "missing", lf_missing_names, LF_MISSINGS,
													   LF_MISSING_AUTO);
	/* that of 1.0.0 has no such argument, until the extension is updated */
	if (PG_NARGS() > ARG_AGGREGATE)
		plan.series.aggregate = (lf_aggregate) argument_choice(fcinfo, ARG_AGGREGATE, "aggregate", lf_aggregate_names,
															   LF_AGGREGATES, LF_AGGREGATE_NONE);
	plan.series.is_target = series_targets(task, columns.count);
	plan.series.season_column = task->target[0];
	step = argument_text(fcinfo, ARG_STEP);
	if (step != NULL)
	{
		plan.series.timeline.step = step_from_text(table->time_kind, step);
		plan.series.may_align = true;
	}
	if (table_has_series(table))
		panel = panel_read(&plan, table, &all);
	else
		panel = panel_of_rows(&plan, table_read(table, CurrentMemoryContext, NULL, 0));
	if (!lf_task_look_ahead(task))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many columns: at most %d are possible", LF_MAX_COLUMNS)));
	check_window(task);
	panel_report_skipped(panel, table->label, "shown");
	for (Size i = 0; i < panel->series; i++)
	{
		Rows		rows = panel_rows(panel, i);
		lf_frame	frame = rows_frame(&rows);

		put_windows(result, &frame, task, true, panel->names == NULL ? NULL : panel->names[i]);
	}
	return (Datum) 0;
}

FORMS_OF(lstm_windows, windows);

SQL_FUNCTION(lstm_split_sequence);
Datum
lstm_split_sequence(PG_FUNCTION_ARGS)
{
	ArrayType  *array = argument_array(fcinfo, 0, "the array of values");
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
	put_windows((ReturnSetInfo *) fcinfo->resultinfo, &frame, task, false, NULL);
	return (Datum) 0;
}
