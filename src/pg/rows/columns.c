/*
 * columns.c: from names to the columns of a frame.
 */
#include "rows/columns.h"

#include "sql/names.h"

static void
check_names(char **names, int count, const char *what)
{
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s names no column", what)));
	for (int i = 0; i < count; i++)
		if (name_index(names[i], (const char *const *) names, i) >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s names column \"%s\" twice", what, names[i])));
}

static void
check_room(int columns)
{
	if (columns > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many columns: at most %d are possible", LF_MAX_COLUMNS)));
}

Columns
columns_of_task(char **targets, int target_count, char **inputs, int input_count, lf_task *task)
{
	Columns		columns = {.names = palloc(LF_MAX_COLUMNS * sizeof(char *))};

	check_names(targets, target_count, "target");
	if (inputs == NULL)
	{
		inputs = targets;
		input_count = target_count;
	}
	check_names(inputs, input_count, "inputs");
	check_room(target_count + input_count);
	task->inputs = input_count;
	for (int i = 0; i < input_count; i++)
	{
		task->input[i] = (int16) columns.count;
		columns.names[columns.count++] = inputs[i];
	}
	task->targets = target_count;
	for (int i = 0; i < target_count; i++)
	{
		int			column = name_index(targets[i], (const char *const *) columns.names, columns.count);

		if (column < 0)
		{
			column = columns.count;
			columns.names[columns.count++] = targets[i];
		}
		task->target[i] = (int16) column;
	}
	columns.read = columns.count;
	return columns;
}

/* A new column at the end, as an input of this kind: categories before all others, see lf_task_categories(). */
static void
add_column(Columns *columns, lf_task *task, const char *name, lf_column_kind kind)
{
	int			place = lf_kind_is_category(kind) ? lf_task_categories(task) : task->inputs;

	check_room(Max(columns->count, task->inputs) + 1);
	memmove(task->input + place + 1, task->input + place, (task->inputs - place) * sizeof(task->input[0]));
	memmove(task->ahead + place + 1, task->ahead + place, (task->inputs - place) * sizeof(task->ahead[0]));
	task->input[place] = (int16) columns->count;
	task->ahead[place] = 0;
	task->inputs++;
	task->kind[columns->count] = kind;
	columns->names[columns->count++] = (char *) name;
}

static void
check_new(const Columns *columns, const char *name, const char *what)
{
	if (name_index(name, (const char *const *) columns->names, columns->count) >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s names column \"%s\", which is a target or an input already", what, name),
				 errhint("Give each column once.")));
}

void
columns_add_known(Columns *columns, lf_task *task, char **names, int count)
{
	check_names(names, count, "known_inputs");
	for (int i = 0; i < count; i++)
	{
		check_new(columns, names[i], "known_inputs");
		add_column(columns, task, names[i], LF_COLUMN_KNOWN);
	}
	columns->read = columns->count;
}

void
columns_add_statics(Columns *columns, lf_task *task, const Table *table)
{
	check_names(table->statics, table->static_count, "static_inputs");
	for (int i = 0; i < table->static_count; i++)
	{
		check_new(columns, table->statics[i], "static_inputs");
		add_column(columns, task, table->statics[i], table->is_category[i] ? LF_COLUMN_CATEGORY : LF_COLUMN_STATIC);
	}
	columns->statics = table->static_count;
}

void
columns_add_series(Columns *columns, lf_task *task, const char *series_column)
{
	add_column(columns, task, series_column, LF_COLUMN_SERIES);
	columns->series = true;
}

/* Nobody could tell two inputs of one name apart where a function lists them. */
static void
check_event_name(const Columns *columns, const Events *events, const char *name)
{
	for (int i = 0; i < columns->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (strcmp(columns->names[i], name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("a holiday of relation %s has the name of another column: \"%s\"", events_name(events), name),
					 errdetail("Columns are those of the rows, one of each holiday, and those of its days_before and days_after, "
							   "such as \"Easter -1\"."),
					 errhint("Give the holiday another name, in a view.")));
	}
}

void
columns_add_events(Columns *columns, lf_task *task, Events *events)
{
	for (int i = 0; i < events_count(events); i++)
	{
		check_event_name(columns, events, events_column(events, i));
		add_column(columns, task, events_column(events, i), LF_COLUMN_EVENT);
	}
	columns->event_count = events_count(events);
	columns->events = events;
}

void
columns_add_calendar(Columns *columns, lf_task *task, CalendarSet set)
{
	char	  **names = calendar_column_names(set);

	for (int i = 0; i < calendar_columns(set); i++)
		add_column(columns, task, names[i], LF_COLUMN_CALENDAR);
	columns->calendar = set;
}

void
columns_note_text(Columns *columns, const ColumnList *list)
{
	for (int i = 0; i < list->count; i++)
	{
		int			column = name_index(list->names[i], (const char *const *) columns->names, columns->read);

		if (list->values[i] == NULL)
			continue;
		if (columns->values == NULL)
			columns->values = palloc0(LF_MAX_COLUMNS * sizeof(char *));
		columns->values[column] = list->values[i];
	}
}

/* The same of a model. */
static char **
values_of_model(const lf_model *model)
{
	char	  **values = NULL;

	for (int i = 0; i < model->columns; i++)
	{
		char	   *value = text_column_value(model, i);

		if (value != NULL && values == NULL)
			values = palloc0(model->columns * sizeof(char *));
		if (value != NULL)
			values[i] = value;
	}
	return values;
}

Columns
columns_of_model(const lf_model *model)
{
	Columns		columns = {.names = (char **) model->names, .count = model->columns, .values = values_of_model(model)};
	int			first;			/* of the calendar */

	for (first = 0; first < model->columns && model->task.kind[first] != LF_COLUMN_CALENDAR; first++)
	{
		lf_column_kind kind = model->task.kind[first];

		columns.read += kind == LF_COLUMN_MEASURED || kind == LF_COLUMN_KNOWN;
		columns.statics += kind == LF_COLUMN_STATIC || kind == LF_COLUMN_CATEGORY;
		columns.series |= kind == LF_COLUMN_SERIES;
		columns.event_count += kind == LF_COLUMN_EVENT;
	}
	columns.calendar = calendar_of_names((const char *const *) model->names + first, model->columns - first);
	return columns;
}

bool
columns_are_sound(const lf_model *model)
{
	Columns		columns = columns_of_model(model);
	int			count = calendar_columns(columns.calendar);
	char	  **names = calendar_column_names(columns.calendar);

	if (columns.read + columns.statics + (columns.series ? 1 : 0) + columns.event_count + count != model->columns)
		return false;
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], model->names[model->columns - count + i]) != 0)
			return false;
	return true;
}
