/*
 * scenario.c: rows of another relation, kept until the series that they belong to is forecast.
 *
 * A row is kept as wide as the rows that are read of the relation itself, so that what reads known inputs need not know where they
 * are from. Of one time there may be several rows, if these tell since when they have been known: then an origin sees the newest of
 * those that were known there, and nothing of what came later.
 */
#include "forecast/scenario.h"

#include "forecast/latest_window.h"
#include "server/error.h"
#include "sql/dictionary.h"

#include <math.h>

/* The rows of one series, by time and then by when they were known. */
typedef struct Kept
{
	Future		rows;
	double	   *known_at;		/* (rows); NULL: always */
} Kept;

struct Scenario
{
	const PanelSpec *plan;
	const Table *table;
	int		   *place;			/* (columns of the table): among those that are read */
	Dictionary *labels;			/* of its series; NULL where there is no column of them */
	Kept	   *series;			/* (count) */
	Size		count;
	Size		capacity;
	Size		held;			/* bytes of all */
	MemoryContext context;
};

static Size
row_size(const Scenario *scenario)
{
	return sizeof(int64) + (scenario->plan->columns->read + scenario->table->has_known_at) * sizeof(double);
}

/* Room for one series more, whose label is new. */
static Kept *
add_series(Scenario *scenario)
{
	if (scenario->count == scenario->capacity)
	{
		Size		capacity = Max(2 * scenario->capacity, 16);

		check_memory_beside(scenario->held, capacity * sizeof(Kept) + dictionary_memory(capacity), "keeping the series of a scenario",
							"give fewer series");
		scenario->series = scenario->series == NULL ? palloc_extended(capacity * sizeof(Kept), MCXT_ALLOC_HUGE) :
			repalloc_huge(scenario->series, capacity * sizeof(Kept));
		scenario->capacity = capacity;
	}
	return &scenario->series[scenario->count++];
}

/* Of events several may come at one time; else that is a mistake, and which row was meant nobody knows. */
static void
check_doubled(const Scenario *scenario, const SeriesRows *read)
{
	const Rows *rows = read->rows;

	if (scenario->plan->series.aggregate != LF_AGGREGATE_NONE || scenario->table->has_known_at)
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
	Kept	   *kept = add_series(scenario);
	Future	   *future = &kept->rows;
	int			inputs = rows->columns - scenario->table->has_known_at;
	Size		needed = rows->count * row_size(scenario) + (read->label == NULL ? 0 : strlen(read->label) + 1);

	if (read->trouble != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be read: %s", scenario->table->label, read->trouble)));
	rows_check_times(rows, scenario->table->label, scenario->table->time_column);
	check_doubled(scenario, read);
	check_memory_beside(scenario->held, needed, "keeping the rows of a scenario", "give fewer rows: only those behind the newest rows count");
	scenario->held += needed;
	*kept = (Kept) {.rows = {.count = rows->count}};
	if (scenario->table->has_known_at)
		kept->known_at = palloc_extended(rows->count * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	future->at = palloc_extended(rows->count * sizeof(int64) + 1, MCXT_ALLOC_HUGE);
	future->values = palloc_extended(rows->count * width * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		future->at[row] = rows_time(rows, row);
		for (int i = 0; i < width; i++)
			future->values[row * width + i] = NAN;
		for (int i = 0; i < inputs; i++)
			future->values[row * width + scenario->place[i]] = rows->values[row * rows->columns + i];
		if (kept->known_at != NULL)
			kept->known_at[row] = rows->values[row * rows->columns + inputs];
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
	/* with room for one more */
	char	  **names = palloc0((columns->read + 1) * sizeof(char *));
	char	  **values = columns->values == NULL ? NULL : palloc0((columns->read + 1) * sizeof(char *));
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
	table_open_known_at(table);
	if (table->has_known_at && plan->series.aggregate != LF_AGGREGATE_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has a column \"known_at\", but the model aggregates the rows of one step", table->label),
				 errhint("Aggregate them in a view, or train with one row for each step.")));
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

/* The first row that is not earlier than a time. */
static uint64
first_from(const Future *rows, int64 time)
{
	uint64		low = 0;
	uint64		high = rows->count;

	while (low < high)
	{
		uint64		middle = (low + high) / 2;

		if (rows->at[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

Future
scenario_of(const Scenario *scenario, const char *label, const Known *known, Size held)
{
	int			width = scenario->plan->columns->read;
	int64		number = scenario->labels == NULL ? 0 : dictionary_find(scenario->labels, label == NULL ? "" : label);
	Future		future = {0};
	const Kept *kept;
	uint64		first;
	uint64		most;

	if (number < 0 || (Size) number >= scenario->count)
		return future;
	kept = &scenario->series[number];
	first = first_from(&kept->rows, known->from);
	most = known->until < PG_INT64_MAX ? first_from(&kept->rows, known->until + 1) : kept->rows.count;
	most = most > first ? most - first : 0;
	check_memory_beside(scenario->held + held, most * (sizeof(int64) + width * sizeof(double)), "taking the rows of a scenario",
						"give fewer rows: only those behind the newest rows count");
	future.at = palloc_extended(most * sizeof(int64) + 1, MCXT_ALLOC_HUGE);
	future.values = palloc_extended(most * width * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	for (uint64 row = first; row < first + most; row++)
	{
		int64		at = kept->rows.at[row];

		CHECK_FOR_INTERRUPTS();
		if (kept->known_at != NULL && !(kept->known_at[row] <= (double) known->at))
			continue;
		/* of those with this time the one before was known earlier */
		if (kept->known_at != NULL && future.count > 0 && future.at[future.count - 1] == at)
			future.count--;
		future.at[future.count] = at;
		memcpy(future.values + future.count * width, kept->rows.values + row * width, width * sizeof(double));
		future.count++;
	}
	return future;
}

Size
scenario_memory(const Scenario *scenario)
{
	return scenario->held + scenario->capacity * sizeof(Kept) +
		(scenario->labels == NULL ? 0 : dictionary_memory(scenario->capacity));
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
