/*
 * latest_window.c: the newest window.
 *
 * How many rows must be read for it is not known before: the newest may be the future, without a target, and values
 * are filled from the ones before the window, and several may be rows of one step. So some are read, and twice as many
 * where these do not do.
 */
#include "forecast/latest_window.h"

#include "series/deseasonalize.h"

#include "model/model_value.h"
#include "rows/align.h"

#include <math.h>

char **
latest_columns(const lf_model *model, int *columns)
{
	const lf_task *task = &model->task;
	char	  **names = palloc((task->inputs + task->targets) * sizeof(char *));
	bool		any_is_input = false;

	*columns = task->inputs;
	for (int i = 0; i < task->inputs; i++)
		names[i] = (char *) model->names[task->input[i]];
	for (int j = 0; j < task->targets; j++)
		any_is_input |= lf_task_input_of(task, task->target[j]) >= 0;
	for (int j = 0; j < task->targets && (task->lead > 0 || any_is_input); j++)
		if (lf_task_input_of(task, task->target[j]) < 0)
			names[(*columns)++] = (char *) model->names[task->target[j]];
	return names;
}

/* Which columns of the table are targets of the model. */
static const bool *
table_targets(const lf_model *model, const Table *table)
{
	bool	   *is_target = palloc0(table->columns * sizeof(bool));

	for (int i = 0; i < table->columns; i++)
		for (int j = 0; j < model->task.targets; j++)
			is_target[i] |= strcmp(table->names[i], model->names[model->task.target[j]]) == 0;
	return is_target;
}

Series
latest_series(const lf_model *model, const Table *table)
{
	bool		same_time = model->time_kind == table->time_kind && model->rows > 1;

	return (Series) {
		.source = table->label,
		.time_column = table->time_column,
		.keys = table_further_keys(table),
		.names = (const char *const *) table->names,
		.values = table->values,
		.timeline = same_time ? timeline_of_model(model) : timeline_of_kind(table->time_kind),
		.method = model->missing.method,
		.season = Max(model->missing.season, 1),
		.aggregate = model->aggregate,
		.is_target = table_targets(model, table),
		.may_align = same_time && model->alignment != LF_ALIGN_NONE,
		.alignment = same_time ? model->alignment : LF_ALIGN_NONE,
	};
}

void
latest_open_keys(const lf_model *model, Table *table)
{
	char	  **keys;

	if (model->series_column[0] == '\0')
		return;
	keys = palloc((1 + model->further_keys) * sizeof(char *));
	keys[0] = (char *) model->series_column;
	for (int i = 0; i < model->further_keys; i++)
		keys[1 + i] = (char *) model->further_key[i];
	table_open_series(table, keys, 1 + model->further_keys);
}

PanelSpec
latest_plan(const lf_model *model, Table *table, Columns *columns)
{
	latest_open_keys(model, table);
	if (columns->statics > 0)
		table_open_statics(table, columns->names + columns->read, columns->statics);
	for (int i = 0; i < columns->statics; i++)
		if (table->is_category[i] != (model->task.kind[columns->read + i] == LF_COLUMN_CATEGORY))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("static input \"%s\" of %s is %s, but the model was trained on %s", table->statics[i],
							table->label, table->is_category[i] ? "text" : "a number",
							table->is_category[i] ? "numbers" : "text")));
	return (PanelSpec) {
		.task = (lf_task *) &model->task,	/* nothing is added to a model's */
		.columns = columns,
		.series = latest_series(model, table),
		.model = model,
		.skip = model->series_column[0] != '\0',
		.least_rows = model->series_column[0] == '\0' ? 0 : model_takes_short(model) ? 1 :
			lf_window_first_output(&model->task, 0) + 1,
	};
}

/* Rows that are read first where several make a step. */
#define FIRST_EVENTS 1000

/* Places of the targets among latest_columns(); none where these do not tell. */
static int
target_places(const lf_task *task, int columns, int16 *places)
{
	int			extra = task->inputs;

	for (int j = 0; j < task->targets; j++)
	{
		int			input = lf_task_input_of(task, task->target[j]);

		places[j] = (int16) (input >= 0 ? input : extra++);
	}
	return extra > columns ? 0 : task->targets;
}

/* Whether filling finds a known value of each input at or before the first row of the newest window. */
static bool
can_be_filled(const Rows *rows, const lf_task *task)
{
	for (int i = 0; i < task->inputs; i++)
	{
		uint64		row = rows->count - task->lookback + 1;

		for (; row > 0 && isnan(rows->values[(row - 1) * rows->columns + i]); row--)
			CHECK_FOR_INTERRUPTS();
		if (row == 0)
			return false;
	}
	return true;
}

/*
 * Whether these rows, the newest of 'wanted', are enough for a window. Values are filled from those before it, which
 * the method auto looks at only where there is something to fill.
 */
static bool
are_enough(const Rows *rows, const lf_model *model, const Series *series, uint64 wanted, uint64 for_filling)
{
	lf_missing	method = model->missing.method;

	if (rows->count < model->task.lookback)
		return false;
	if (method == LF_MISSING_ERROR ||
		(method == LF_MISSING_AUTO && regularize_whole(rows, series, model->task.lookback) > 0))
		return true;
	return wanted >= for_filling && can_be_filled(rows, &model->task);
}

/*
 * How many rows to read next where so many, of so many steps, were not enough: some more than would do if all steps had
 * as many rows as those that were seen.
 */
static uint64
more_events(uint64 wanted, uint64 steps, int lookback)
{
	return Max(wanted * 2, steps == 0 ? 0 : wanted / steps * ((uint64) lookback + 2) / 4 * 5);
}

/* 'all': there are no others before them. */
static Rows *
read_newest(const lf_model *model, const Table *table, const Series *series, const TimestampTz *as_of, bool *all)
{
	const lf_task *task = &model->task;
	lf_missing	method = model->missing.method;
	bool		aggregates = model->aggregate != LF_AGGREGATE_NONE;
	int16	   *places = palloc(task->targets * sizeof(int16));
	int			place_count = target_places(task, table->columns, places);
	uint64		season = Max(model->missing.season, 1);
	uint64		for_filling = Max(task->lookback + 2 * season, regularize_judged(task->lookback));
	bool		fills_unseen = method != LF_MISSING_ERROR && method != LF_MISSING_AUTO;
	uint64		wanted = Max(fills_unseen ? for_filling : (uint64) task->lookback, lf_model_history(model));

	/* how many rows of a step come before one with a value, nobody knows */
	if (aggregates)
		wanted = fills_unseen ? 0 : Max(wanted, FIRST_EVENTS);
	for (;;)
	{
		Rows	   *rows = table_read(table, CurrentMemoryContext, as_of, wanted);
		uint64		read = rows->count;
		uint64		steps = 0;
		bool		none_known = place_count > 0 && read > 0 && regularize_cut_future(rows, places, place_count) == read;

		*all = wanted == 0 || read + rows->bad_times < wanted;
		if (*all)
			return rows;
		if (aggregates && !none_known)
			steps = align_count(rows, series);
		if (steps > (uint64) task->lookback)
		{
			align_drop_oldest(rows, series);
			if (method == LF_MISSING_ERROR || regularize_whole(rows, series, task->lookback) > 0)
				return rows;
		}
		if (!aggregates && !none_known && are_enough(rows, model, series, wanted, for_filling))
			return rows;
		rows_free(rows);
		if (!aggregates)
			wanted = method == LF_MISSING_ERROR ? wanted * 2 : Max(wanted * 2, for_filling);
		else
			wanted = steps > (uint64) task->lookback ? 0 : more_events(wanted, steps, task->lookback);
	}
}

static void
check_count(const Rows *rows, const lf_model *model, const Table *table, bool as_of)
{
	if (rows->count < model->task.lookback)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows%s, but the lookback of the model is %d",
						table->label, rows->count, as_of ? " up to as_of" : "", model->task.lookback)));
}

Table *
latest_open(const lf_model *model, Oid relation, Oid holidays, PanelSpec *plan)
{
	Columns    *columns = palloc(sizeof(Columns));
	Table	   *table;

	*columns = columns_of_model(model);
	table = table_of_model(model, relation, columns->names, columns->values, columns->read);
	*plan = latest_plan(model, table, columns);
	if (columns->event_count > 0)
		columns->events = events_of_model(model, holidays, table);
	return table;
}

const double *
latest_window(const lf_model *model, const Table *table, const TimestampTz *as_of, Timeline *timeline, int64 *origin,
			  int64 *number, lf_frame *known)
{
	const lf_task *task = &model->task;
	Series		series = latest_series(model, table);
	bool		all;
	Rows	   *rows = read_newest(model, table, &series, as_of, &all);
	int		   *inputs = palloc(task->inputs * sizeof(int));
	int16	   *targets = palloc(task->targets * sizeof(int16));
	int			target_count = 0;

	for (int i = 0; i < task->inputs; i++)
		inputs[i] = i;
	rows_select(rows, inputs, task->inputs);
	/* what is measured has not begun where its targets have not */
	for (int j = 0; j < task->targets; j++)
		if (lf_task_input_of(task, task->target[j]) >= 0)
			targets[target_count++] = (int16) lf_task_input_of(task, task->target[j]);
	if (all && target_count == task->targets)
		(void) regularize_cut_past(rows, targets, target_count);
	/* what is wrong before the window does not matter, where nothing is taken from there */
	if (rows->count > 0 && rows->count < task->lookback && model_takes_short(model))
		return NULL;
	if (series.method == LF_MISSING_ERROR && series.aggregate == LF_AGGREGATE_NONE)
		check_count(rows, model, table, as_of != NULL);
	regularize_cut_before_window(rows, &series, task->lookback, lf_model_history(model));
	series.judged = regularize_judged(task->lookback);
	series.partial = !all;
	(void) regularize(rows, &series);
	if (rows->count > 0 && rows->count < task->lookback && model_takes_short(model))
		return NULL;
	check_count(rows, model, table, as_of != NULL);
	*timeline = series.timeline;
	*origin = rows_time(rows, rows->count - 1);
	*number = rows->number + (int64) (rows->count - task->lookback);
	*known = rows_frame(rows);
	return rows->values + (rows->count - task->lookback) * rows->columns;
}
