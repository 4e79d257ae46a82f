/*
 * scenario.c: rows of another relation, kept until the series that they belong to is forecast.
 *
 * A row is kept as wide as the rows that are read of the relation itself, so that what reads known inputs need not know where they
 * are from.
 */
#include "forecast/scenario.h"

#include "forecast/latest_window.h"
#include "server/error.h"
#include "sql/dictionary.h"

#include <math.h>

struct Scenario
{
	const PanelSpec *plan;
	const Table *table;
	int		   *place;			/* (columns of the table): among those that are read */
	Dictionary *labels;			/* of its series; NULL where there is no column of them */
	Future	   *series;			/* (count) */
	Size		count;
	Size		capacity;
	Size		held;			/* bytes of all */
	MemoryContext context;
};

static Size
row_size(const Scenario *scenario)
{
	return sizeof(int64) + scenario->plan->columns->read * sizeof(double);
}

/* Room for one series more, whose label is new. */
static Future *
add_series(Scenario *scenario)
{
	if (scenario->count == scenario->capacity)
	{
		Size		capacity = Max(2 * scenario->capacity, 16);

		check_memory_beside(scenario->held, capacity * sizeof(Future) + dictionary_memory(capacity), "keeping the series of a scenario",
							"give fewer series");
		scenario->series = scenario->series == NULL ? palloc_extended(capacity * sizeof(Future), MCXT_ALLOC_HUGE) :
			repalloc_huge(scenario->series, capacity * sizeof(Future));
		scenario->capacity = capacity;
	}
	return &scenario->series[scenario->count++];
}

/* Of events several may come at one time; else that is a mistake, and which row was meant nobody knows. */
static void
check_doubled(const Scenario *scenario, const SeriesRows *read)
{
	const Rows *rows = read->rows;

	if (scenario->plan->series.aggregate != LF_AGGREGATE_NONE)
		return;
	for (uint64 row = 1; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rows_time(rows, row) == rows_time(rows, row - 1))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("two rows of %s%s have the time %s", scenario->table->label,
							read->label == NULL ? "" : psprintf(", series \"%s\",", read->label),
							timeline_text(scenario->table->time_kind, rows_time(rows, row))),
					 errhint("Leave one of them out, for example in a view.")));
	}
}

/* Keeps a series as it was read. */
static void
keep_series(void *state, SeriesRows *read)
{
	Scenario   *scenario = state;
	const Rows *rows = read->rows;
	int			width = scenario->plan->columns->read;
	MemoryContext caller = MemoryContextSwitchTo(scenario->context);
	Future	   *future = add_series(scenario);
	Size		needed = rows->count * row_size(scenario) + (read->label == NULL ? 0 : strlen(read->label) + 1);

	if (read->trouble != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be read: %s", scenario->table->label, read->trouble)));
	rows_check_times(rows, scenario->table->label, scenario->table->time_column);
	check_doubled(scenario, read);
	check_memory_beside(scenario->held, needed, "keeping the rows of a scenario", "give fewer rows: only those behind the newest rows count");
	scenario->held += needed;
	future->count = rows->count;
	future->at = palloc_extended(rows->count * sizeof(int64) + 1, MCXT_ALLOC_HUGE);
	future->values = palloc_extended(rows->count * width * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		future->at[row] = rows_time(rows, row);
		for (int i = 0; i < width; i++)
			future->values[row * width + i] = NAN;
		for (int i = 0; i < rows->columns; i++)
			future->values[row * width + scenario->place[i]] = rows->values[row * rows->columns + i];
	}
	if (scenario->labels != NULL)
		(void) dictionary_number(scenario->labels, read->label == NULL ? "" : read->label);
	MemoryContextSwitchTo(caller);
}

/* A relation with the known inputs of the plan, read as that of its rows is. */
static const Table *
open_table(const Scenario *scenario, Oid relation)
{
	const PanelSpec *plan = scenario->plan;
	const lf_model *model = plan->model;
	const Columns *columns = plan->columns;
	char	  **names = palloc(columns->read * sizeof(char *));
	char	  **values = columns->values == NULL ? NULL : palloc(columns->read * sizeof(char *));
	int			count = 0;
	Table	   *table;

	for (int i = 0; i < columns->read; i++)
	{
		if (plan->task->kind[i] != LF_COLUMN_KNOWN)
			continue;
		names[count] = columns->names[i];
		if (values != NULL)
			values[count] = columns->values[i];
		scenario->place[count++] = i;
	}
	table = table_open(relation, model->time_column[0] == '\0' ? NULL : model->time_column, names, values, count);
	if (table->time_kind != plan->series.timeline.kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of %s and column \"%s\" of %s are not of one kind of time", table->time_column, table->label,
						plan->series.time_column, plan->series.source),
				 errhint("Give the relation \"future\" times of the same type, for example in a view.")));
	latest_open_keys(model, table);
	return table;
}

Scenario *
scenario_read(const PanelSpec *plan, Oid relation, const ReadFilter *filter)
{
	Scenario   *scenario = palloc0(sizeof(Scenario));

	*scenario = (Scenario) {.plan = plan, .place = palloc(plan->columns->read * sizeof(int)), .context = CurrentMemoryContext};
	scenario->table = open_table(scenario, relation);
	if (scenario->table->series_column != NULL)
		scenario->labels = dictionary_create();
	table_read_series(scenario->table, filter, keep_series, scenario);
	return scenario;
}

Future
scenario_of(Scenario *scenario, const char *label)
{
	int64		number = scenario->labels == NULL ? 0 : dictionary_find(scenario->labels, label == NULL ? "" : label);

	return number < 0 || (Size) number >= scenario->count ? (Future) {0} : scenario->series[number];
}

Oid
scenario_relation(FunctionCallInfo fcinfo, int number, const lf_model *model)
{
	if (PG_NARGS() <= number || PG_ARGISNULL(number))
		return InvalidOid;
	for (int i = 0; i < model->columns; i++)
		if (model->task.kind[i] == LF_COLUMN_KNOWN)
			return PG_GETARG_OID(number);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model has no known inputs, but \"future\" was given"),
			 errhint("Train with \"known_inputs\", or leave \"future\" out.")));
}
