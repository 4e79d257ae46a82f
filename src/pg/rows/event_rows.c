/*
 * event_rows.c: a relation of holidays is read, by a cursor and with the caller's rights.
 */
#include "rows/event_rows.h"

#include "rows/series_keys.h"
#include "rows/visit.h"
#include "server/error.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include <math.h>

/* ---- reading ---- */

#define OUT_DAY 1
#define OUT_NAME 2
#define OUT_BEFORE 3
#define OUT_AFTER 4
#define OUT_FILTERS 5

static void
need_day_type(const Table *table, Oid type)
{
	if (type == DATEOID || type == TIMESTAMPOID)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"day\" of %s is of type %s, not a date", table->label, format_type_be(type)),
			 type == TIMESTAMPTZOID ? errdetail("Which day a timestamp with time zone is in depends on the zone.") : 0,
			 errhint("Use a view that casts the column to date.")));
}

static void
need_name_type(const Table *table, Oid type)
{
	if (table_is_category(type))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"name\" of %s is of type %s, not text", table->label, format_type_be(type)),
			 errhint("Use a view that casts the column to text.")));
}

/* Whether the relation of the days has a column. */
static bool
has_column(const Table *table, const char *name)
{
	AttrNumber	number = get_attnum(table->relid, name);

	return number > 0;
}

/* Adds a column of the relation to the query, if it is there, by which rows are told to be of a series. */
static void
add_filter(EventRows *events, StringInfo query, const char *name, int source)
{
	if (!has_column(events->table, name))
		return;
	appendStringInfo(query, ", %s", quote_identifier(name));
	events->source[events->filters++] = source;
}

static char *
make_query(EventRows *events)
{
	const Table *of = events->of;
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT day, name, %s, %s", has_column(events->table, "days_before") ? "days_before" : "0",
					 has_column(events->table, "days_after") ? "days_after" : "0");
	events->source = palloc((of->keys + of->static_count + 1) * sizeof(int));
	for (int i = 0; i < of->keys; i++)
		add_filter(events, &query, of->key[i], i);
	for (int i = 0; i < of->static_count; i++)
		if (of->is_category[i])
			add_filter(events, &query, of->statics[i], -1 - i);
	appendStringInfo(&query, " FROM %s", events->table->name);
	return query.data;
}

pg_noreturn static void report_value(const EventRows *events, const char *column, int code, const char *what);

static void
report_value(const EventRows *events, const char *column, int code, const char *what)
{
	ereport(ERROR,
			(errcode(code),
			 errmsg("column \"%s\" of %s %s", column, events->table->label, what),
			 errhint("Leave such rows out, for example with a view.")));
}

static int32
read_day(const EventRows *events, HeapTuple row, TupleDesc descriptor)
{
	bool		null;
	Datum		value = SPI_getbinval(row, descriptor, OUT_DAY, &null);
	int64		day;

	if (null)
		report_value(events, "day", ERRCODE_NULL_VALUE_NOT_ALLOWED, "is NULL in a row");
	if (getBaseType(SPI_gettypeid(descriptor, OUT_DAY)) == DATEOID)
	{
		if (DATE_NOT_FINITE(DatumGetDateADT(value)))
			report_value(events, "day", ERRCODE_DATA_EXCEPTION, "is infinite in a row");
		return DatumGetDateADT(value);
	}
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
		report_value(events, "day", ERRCODE_DATA_EXCEPTION, "is infinite in a row");
	day = DatumGetTimestamp(value) / USECS_PER_DAY;
	return (int32) (day - (day * USECS_PER_DAY > DatumGetTimestamp(value) ? 1 : 0));
}

/* How many neighbouring days a row takes in; NULL is none. */
static uint8
read_neighbours(const EventRows *events, HeapTuple row, TupleDesc descriptor, int column, const char *name)
{
	double		days = visit_number(row, descriptor, column);

	if (isnan(days))
		return 0;
	if (!(days >= 0 && days <= LF_MAX_EVENT_DAYS) || days != floor(days))
		report_value(events, name, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("is %g in a row: it must be a whole number from 0 to %d", days, LF_MAX_EVENT_DAYS));
	return (uint8) days;
}

/* The number of a text, which is kept. */
static int32
number_of(EventRows *events, Dictionary *dictionary, const char *value)
{
	MemoryContext caller = MemoryContextSwitchTo(events->context);
	Size		before = dictionary_count(dictionary);
	int32		number = (int32) dictionary_number(dictionary, value);

	if (dictionary_count(dictionary) > before)
		events->text += visit_text_memory(value);
	MemoryContextSwitchTo(caller);
	return number;
}

static void
make_room(EventRows *events)
{
	Size		each = sizeof(EventRow) + events->filters * sizeof(int32);
	Size		capacity = Max(events->capacity * 2, 64);

	/* numbers of rows and names are 32 bits */
	if (capacity > PG_INT32_MAX)
		capacity = SIZE_MAX / each;
	check_memory_beside(events->text, capacity * each, psprintf("the days of %s", events->table->label),
						"give fewer rows, in a view");
	events->rows = events->rows == NULL ? MemoryContextAllocHuge(events->context, capacity * sizeof(EventRow)) :
		repalloc_huge(events->rows, capacity * sizeof(EventRow));
	if (events->filters > 0)
		events->filter = events->filter == NULL ?
			MemoryContextAllocHuge(events->context, capacity * events->filters * sizeof(int32)) :
			repalloc_huge(events->filter, capacity * events->filters * sizeof(int32));
	events->capacity = capacity;
}

static void
read_row(void *state, HeapTuple row, TupleDesc descriptor)
{
	EventRows  *events = state;
	EventRow   *event;
	char	   *name;

	if (events->count == events->capacity)
		make_room(events);
	event = &events->rows[events->count];
	event->day = read_day(events, row, descriptor);
	name = visit_text(row, descriptor, OUT_NAME);
	if (name == NULL || name[0] == '\0')
		report_value(events, "name", ERRCODE_NULL_VALUE_NOT_ALLOWED, "is NULL or empty in a row");
	/* the days from the holiday on are written behind it */
	if (strlen(name) + 4 > LF_MAX_NAME)
		report_value(events, "name", ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("has more than %d bytes in a row", LF_MAX_NAME - 4));
	event->name = number_of(events, events->names, name);
	event->before = read_neighbours(events, row, descriptor, OUT_BEFORE, "days_before");
	event->after = read_neighbours(events, row, descriptor, OUT_AFTER, "days_after");
	event->place = (uint32) events->count;
	for (int i = 0; i < events->filters; i++)
	{
		char	   *value = visit_text(row, descriptor, OUT_FILTERS + i);

		events->filter[events->count * events->filters + i] = value == NULL ? -1 : number_of(events, events->values, value);
	}
	events->last = events->count == 0 ? event->day : Max(events->last, event->day);
	events->count++;
}

static int
compare_rows(const void *a, const void *b)
{
	const EventRow *x = a;
	const EventRow *y = b;

	CHECK_FOR_INTERRUPTS();
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	return x->day < y->day ? -1 : x->day > y->day;
}

void
event_rows_open(EventRows *events, Oid relation, const Table *of)
{
	static const char *const names[] = {"day", "name", "?days_before", "?days_after"};
	Oid			types[lengthof(names)];

	*events = (EventRows) {.context = CurrentMemoryContext, .of = of};
	events->table = table_open_named(relation, names, lengthof(names), types);
	need_day_type(events->table, types[0]);
	need_name_type(events->table, types[1]);
	for (int i = 2; i < lengthof(names); i++)
		if (OidIsValid(types[i]))
			table_need_type(events->table, names[i] + 1, types[i], true);
	events->names = dictionary_create();
	events->values = dictionary_create();
}

Size
event_rows_memory(const EventRows *events)
{
	return events->text + events->capacity * (sizeof(EventRow) + events->filters * sizeof(int32)) +
		(events->order == NULL ? 0 : events->count * sizeof(uint32));
}

/* ---- of which series they are ---- */

/*
 * Shops by the ten thousand have holidays of their own, and no series may cost a look at all of them. So rows stand in the
 * order of their filters: first by which of them they have, then by the values. What a series is told of is then one run of
 * rows for each choice of filters that occurs, and there are few of these.
 */
static int
compare_choice(const EventRows *events, const int32 *a, const int32 *b)
{
	for (int i = 0; i < events->filters; i++)
		if ((a[i] < 0) != (b[i] < 0))
			return a[i] < 0 ? -1 : 1;
	return 0;
}

static int
compare_filters(const EventRows *events, const int32 *a, const int32 *b)
{
	int			order = compare_choice(events, a, b);

	for (int i = 0; i < events->filters && order == 0; i++)
		order = a[i] < b[i] ? -1 : a[i] > b[i];
	return order;
}

static const int32 *
filters_of(const EventRows *events, Size row)
{
	return events->filter + (Size) events->rows[row].place * events->filters;
}

static int
compare_order(const void *a, const void *b, void *state)
{
	CHECK_FOR_INTERRUPTS();
	return compare_filters(state, filters_of(state, *(const uint32 *) a), filters_of(state, *(const uint32 *) b));
}

static void
order_by_filters(EventRows *events)
{
	Size		size = events->count * sizeof(uint32);

	if (events->filters == 0 || events->count == 0)
		return;
	check_memory_beside(event_rows_memory(events), size, psprintf("the days of %s", events->table->label),
						"give fewer rows, in a view");
	events->order = MemoryContextAllocHuge(events->context, size);
	for (Size i = 0; i < events->count; i++)
		events->order[i] = (uint32) i;
	qsort_arg(events->order, events->count, sizeof(uint32), compare_order, events);
}

void
event_rows_read(EventRows *events)
{
	visit_rows(make_query(events), read_row, events);
	qsort(events->rows, events->count, sizeof(EventRow), compare_rows);
	order_by_filters(events);
}

/* The first place from 'low' on whose row comes behind the filters; or, if 'values', does not come in front of them. */
static Size
find_place(const EventRows *events, Size low, const int32 *filters, bool values)
{
	Size		high = events->count;

	while (low < high)
	{
		Size		middle = low + (high - low) / 2;
		const int32 *given = filters_of(events, events->order[middle]);

		if (values ? compare_filters(events, given, filters) < 0 : compare_choice(events, given, filters) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What rows must have to be of a series; -1: no row has that. */
static void
wanted_filters(const EventRows *events, const SeriesRows *series, int32 *wanted)
{
	char	   *key[LF_MAX_KEYS] = {NULL};

	if (series != NULL && series->label != NULL && events->of->keys > 0)
		series_keys_split(events->of, series->label, key);
	for (int i = 0; i < events->filters; i++)
	{
		int			source = events->source[i];
		const char *name = source >= 0 ? key[source] : series == NULL ? NULL : series->categories[-1 - source];

		wanted[i] = name == NULL ? -1 : (int32) dictionary_find(events->values, name);
	}
}

void
event_rows_visit(const EventRows *events, const SeriesRows *series, event_visitor visit, void *state)
{
	int32		wanted[LF_MAX_KEYS + LF_MAX_COLUMNS];
	int32		filters[LF_MAX_KEYS + LF_MAX_COLUMNS];
	Size		end;

	for (Size i = 0; i < events->count && events->filters == 0; i++)
	{
		CHECK_FOR_INTERRUPTS();
		visit(state, &events->rows[i]);
	}
	if (events->filters == 0)
		return;
	wanted_filters(events, series, wanted);
	for (Size begin = 0; begin < events->count; begin = end)
	{
		const int32 *choice = filters_of(events, events->order[begin]);
		bool		exists = true;

		end = find_place(events, begin, choice, false);
		for (int i = 0; i < events->filters; i++)
		{
			filters[i] = choice[i] < 0 ? -1 : wanted[i];
			exists &= choice[i] < 0 || wanted[i] >= 0;
		}
		if (!exists)
			continue;
		for (Size i = find_place(events, begin, filters, true);
			 i < end && compare_filters(events, filters_of(events, events->order[i]), filters) == 0; i++)
		{
			CHECK_FOR_INTERRUPTS();
			visit(state, &events->rows[events->order[i]]);
		}
	}
}
