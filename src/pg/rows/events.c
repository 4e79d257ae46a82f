/*
 * events.c: holidays become columns, and are looked up by the days of a row.
 */
#include "rows/events.h"

#include "rows/event_rows.h"
#include "rows/trust.h"
#include "rows/visit.h"
#include "server/error.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

/* Below, a holiday tells nothing of the next one: what was special on the only day is anybody's guess. */
#define LEAST_DAYS 2
#define MOST_LISTED 5			/* names in a message */

typedef struct EventColumn
{
	const char *name;			/* in the frame */
	const char *holiday;		/* "": any without a column of its own */
	int			offset;			/* days */
	int			next;			/* another one of the same holiday; -1: none */
} EventColumn;

/* A day of the series shown on which a column is not 0. */
typedef struct EventDay
{
	int32		day;
	int32		column;
} EventDay;

struct Events
{
	EventRows	read;

	int			columns;
	EventColumn column[LF_MAX_EVENTS];
	int32	   *first;			/* (names): one of their columns; -1: they have none */
	int			others;			/* the column of all other names; -1: none */

	EventDay   *days;			/* of the series shown, in order */
	Size		day_count;
	Size		day_capacity;
	bool		shown;
	int64		written;		/* the last day that was asked for */
};

/* ---- the relation ---- */

Oid
events_relation(const char *name)
{
	List	   *parts;

	if (!SplitIdentifierString(pstrdup(name), '.', &parts) || parts == NIL || list_length(parts) > 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"holidays\" is \"%s\", which is no name of a relation", name),
				 errhint("Write it as in a query: with quotes where it has some there, and with its schema where search_path does not "
						 "lead to it.")));
	return RangeVarGetRelid(makeRangeVar(list_length(parts) == 1 ? NULL : linitial(parts), llast(parts), -1), AccessShareLock,
							false);
}

static Events *
open_events(Oid relation, const Table *of)
{
	Events	   *events = palloc0(sizeof(Events));

	event_rows_open(&events->read, relation, of);
	events->others = -1;
	events->written = PG_INT64_MIN;
	return events;
}

/* Checks what lists of all names take, of which a relation may have as many as rows. */
static void
check_names(const Events *events, Size size)
{
	check_memory_beside(event_rows_memory(&events->read), size, psprintf("the names of %s", events->read.table->label),
						"give fewer rows, in a view");
}

static void
read_events(Events *events)
{
	Size		names;

	event_rows_read(&events->read);
	names = dictionary_count(events->read.names);
	check_names(events, names * sizeof(int32));
	events->first = palloc_extended(names * sizeof(int32) + 1, MCXT_ALLOC_HUGE);
	memset(events->first, 0xff, names * sizeof(int32));
}

Events *
events_read(Oid relation, const Table *of)
{
	Events	   *events = open_events(relation, of);

	read_events(events);
	return events;
}

/* ---- which columns there are ---- */

/* "": the column of all that have none of their own. */
static void
add_column(Events *events, const char *holiday, int offset)
{
	int64		name = holiday[0] == '\0' ? -1 : dictionary_find(events->read.names, holiday);
	EventColumn *column = &events->column[events->columns];

	if (events->columns == LF_MAX_EVENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the holidays of %s make more than %d inputs", events->read.table->label, LF_MAX_EVENTS),
				 errdetail("Each name is one, and each of the days around it that days_before and days_after take in."),
				 errhint("Give holidays that are alike the same name, or take in fewer days, in a view.")));
	*column = (EventColumn) {.holiday = holiday, .offset = offset, .next = -1};
	column->name = holiday[0] == '\0' ? LF_OTHER_EVENTS : offset == 0 ? holiday : psprintf("%s %+d", holiday, offset);
	if (holiday[0] == '\0')
		events->others = events->columns;
	/* one of a model that the relation no longer has never comes */
	if (name >= 0)
	{
		column->next = events->first[name];
		events->first[name] = events->columns;
	}
	events->columns++;
}

/* The days of the rows that have a target; without any, all days there are. */
typedef struct Span
{
	int64		first;
	int64		last;
} Span;

static void
read_span(void *state, HeapTuple row, TupleDesc descriptor)
{
	Span	   *span = state;
	bool		null;
	Datum		first = SPI_getbinval(row, descriptor, 1, &null);
	Datum		last = null ? 0 : SPI_getbinval(row, descriptor, 2, &null);

	/* of rows whose time is infinite the training will tell */
	if (null)
		*span = (Span) {0, -1};
	else
		*span = (Span) {DatumGetDateADT(first), DatumGetDateADT(last)};
}

/* The cast is in the session's time zone, which is that of the training. */
static Span
span_of(const Table *of, char *const *targets, int target_count)
{
	Span		span = {0, -1};
	const char *time = quote_identifier(of->time_column);
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT pg_catalog.min(%s)::pg_catalog.date, pg_catalog.max(%s)::pg_catalog.date FROM %s WHERE ",
					 time, time, of->name);
	for (int i = 0; i < target_count; i++)
		appendStringInfo(&query, "%s%s IS NOT NULL", i == 0 ? "" : " OR ", quote_identifier(targets[i]));
	visit_rows(query.data, read_span, &span);
	return span;
}

static int
compare_names(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* Tells which names have no input of their own. */
static void
report_rare(const Events *events, const char **rare, Size count)
{
	StringInfoData list;

	initStringInfo(&list);
	for (Size i = 0; i < Min(count, MOST_LISTED); i++)
		appendStringInfo(&list, "%s\"%s\"", i == 0 ? "" : ", ", rare[i]);
	if (count > MOST_LISTED)
		appendStringInfo(&list, " and %zu more", count - MOST_LISTED);
	ereport(NOTICE,
			(errmsg(events->others >= 0 ? "holidays of %s that occur less than twice in the rows have one input together: %s" :
					"holidays of %s that occur less than twice in the rows are left out: %s", events->read.table->label, list.data),
			 errhint("Give holidays that are alike the same name, or more of the past.")));
}

void
events_choose(Events *events, char *const *targets, int target_count)
{
	Span		span = span_of(events->read.of, targets, target_count);
	Size		names = dictionary_count(events->read.names);
	const char **own;
	const char **rare;
	uint8	   *before;
	uint8	   *after;
	Size		own_count = 0;
	Size		rare_count = 0;
	int			rare_days = 0;
	int32		rare_day = 0;

	check_names(events, names * (sizeof(int32) + 2 * sizeof(char *) + 2));
	own = palloc_extended(names * sizeof(char *) + 1, MCXT_ALLOC_HUGE);
	rare = palloc_extended(names * sizeof(char *) + 1, MCXT_ALLOC_HUGE);
	before = palloc_extended(names + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	after = palloc_extended(names + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (Size i = 0; i < events->read.count;)
	{
		int32		name = events->read.rows[i].name;
		uint64		days = 0;
		int32		last = 0;

		for (; i < events->read.count && events->read.rows[i].name == name; i++)
		{
			const EventRow *row = &events->read.rows[i];

			CHECK_FOR_INTERRUPTS();
			before[name] = Max(before[name], row->before);
			after[name] = Max(after[name], row->after);
			if (row->day < span.first || row->day > span.last || (days > 0 && row->day == last))
				continue;
			last = row->day;
			days++;
		}
		if (days >= LEAST_DAYS)
			own[own_count++] = dictionary_labels(events->read.names)[name];
		else
			rare[rare_count++] = dictionary_labels(events->read.names)[name];
		if (days == 1 && (rare_days == 0 || last != rare_day))
		{
			rare_day = last;
			rare_days++;
		}
	}
	qsort(own, own_count, sizeof(char *), compare_names);
	qsort(rare, rare_count, sizeof(char *), compare_names);
	for (Size i = 0; i < own_count; i++)
	{
		int64		name = dictionary_find(events->read.names, own[i]);

		for (int offset = -(int) before[name]; offset <= after[name]; offset++)
			add_column(events, own[i], offset);
	}
	if (rare_days >= LEAST_DAYS)
		add_column(events, "", 0);
	if (rare_count > 0)
		report_rare(events, rare, rare_count);
	if (events->columns == 0)
		ereport(NOTICE,
				(errmsg("no holiday of %s occurs twice in the rows: none is an input", events->read.table->label)));
	pfree(own);
	pfree(rare);
	pfree(before);
	pfree(after);
}

void
events_choose_as(Events *events, const lf_model *model)
{
	for (int i = 0; i < model->columns; i++)
		if (model->task.kind[i] == LF_COLUMN_EVENT)
		{
			const char *holiday = model->categories[i].label[0];
			bool		sound;

			add_column(events, holiday, lf_event_offset(model->names[i], holiday, &sound));
		}
}

Events *
events_of_model(const lf_model *model, Oid relation, const Table *of)
{
	bool		asked = OidIsValid(relation);
	Events	   *events;

	if (!asked)
		relation = table_resolve(model->holidays, false);
	events = open_events(relation, of);
	if (!asked)
		trust_check_relation(events->read.table, "holidays");
	read_events(events);
	events_choose_as(events, model);
	return events;
}

int
events_count(const Events *events)
{
	return events->columns;
}

const char *
events_column(const Events *events, int column)
{
	return events->column[column].name;
}

const char *
events_holiday(const Events *events, int column)
{
	return events->column[column].holiday;
}

const char *
events_name(const Events *events)
{
	return events->read.table->name;
}

/* ---- the series shown ---- */

static int
compare_days(const void *a, const void *b)
{
	const EventDay *x = a;
	const EventDay *y = b;

	CHECK_FOR_INTERRUPTS();
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static void
add_day(Events *events, int64 day, int column)
{
	if (events->day_count == events->day_capacity)
	{
		Size		capacity = Max(events->day_capacity * 2, 64);

		check_memory_beside(event_rows_memory(&events->read),
							capacity * sizeof(EventDay), psprintf("the days of %s", events->read.table->label),
							"give fewer rows, in a view");
		events->days = events->days == NULL ? MemoryContextAllocHuge(events->read.context, capacity * sizeof(EventDay)) :
			repalloc_huge(events->days, capacity * sizeof(EventDay));
		events->day_capacity = capacity;
	}
	/* dates are far from the ends of 32 bits */
	events->days[events->day_count++] = (EventDay) {(int32) day, column};
}

/* Adds the days of a row, for each of its columns that it takes in. */
static void
add_days(void *state, const EventRow *row)
{
	Events	   *events = state;
	int			column = events->first[row->name];

	if (column < 0 && events->others >= 0)
		add_day(events, row->day, events->others);
	for (; column >= 0; column = events->column[column].next)
	{
		int			offset = events->column[column].offset;

		if (offset >= -row->before && offset <= row->after)
			add_day(events, (int64) row->day + offset, column);
	}
}

void
events_show_series(Events *events, const SeriesRows *series)
{
	Size		kept = 0;

	/* days that are all series' are found once */
	if (events->shown && events->read.filters == 0)
		return;
	events->shown = true;
	events->day_count = 0;
	event_rows_visit(&events->read, series, add_days, events);
	qsort(events->days, events->day_count, sizeof(EventDay), compare_days);
	for (Size i = 0; i < events->day_count; i++)
		if (i == 0 || compare_days(&events->days[kept - 1], &events->days[i]) != 0)
			events->days[kept++] = events->days[i];
	events->day_count = kept;
}

/* ---- a row ---- */

/* The days in the step of a row: the first, and the one behind the last. */
static void
days_of_row(const Timeline *timeline, int64 at, int64 *first, int64 *end)
{
	const lf_time_step *step = &timeline->step;

	(void) timeline_weekday(timeline, at, first);
	*end = *first + 1;
	/* of steps of some weekdays each is its own day: what is on a Sunday is none of Friday's */
	if (step->weekdays != 0 || !timeline_has_step(timeline) ||
		!(step->months != 0 || step->days > 1 || (timeline->kind == LF_TIME_DATE ? step->units > 1 : step->units > USECS_PER_DAY)))
		return;
	(void) timeline_weekday(timeline, timeline_at(timeline, at, 1), end);
	*end = Max(*end, *first + 1);
}

void
events_write(Events *events, const Timeline *timeline, int64 at, double *columns)
{
	int64		first;
	int64		end;
	Size		low = 0;
	Size		high = events->day_count;

	days_of_row(timeline, at, &first, &end);
	events->written = Max(events->written, end - 1);
	memset(columns, 0, events->columns * sizeof(double));
	while (low < high)
	{
		Size		middle = low + (high - low) / 2;

		if (events->days[middle].day < first)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < events->day_count && events->days[low].day < end; low++)
		columns[events->days[low].column]++;
}

void
events_report_end(const Events *events)
{
	if (events->read.count > 0 && events->written <= events->read.last)
		return;
	if (events->read.count == 0)
		ereport(NOTICE,
				(errmsg("%s has no holidays: the forecast is one of days without any", events->read.table->label)));
	else
		ereport(NOTICE,
				(errmsg("holidays of %s end on %s: what lies behind is forecast as if it had none", events->read.table->label,
						timeline_text(LF_TIME_DATE, events->read.last)),
				 errhint("Add those of the coming year to it.")));
}
