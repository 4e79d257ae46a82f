/*
 * table_read.c: a relation becomes rows.
 *
 * Everything is read through SPI by an ordinary query, so that column rights, row-level security, views, partitions and
 * foreign tables behave as they do for the caller anywhere else. The executor hands each row over as it comes: no row
 * is kept as a tuple on the way. It is also what looks for interrupts, at each row.
 */
#include "rows/table.h"
#include "rows/text_column.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "sql/dictionary.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "rows/series_keys.h"
#include "sql/number.h"
#include "portability/instr_time.h"
#include "server/progress.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include <math.h>

/* What the executor sends rows to. */
typedef struct RowReceiver
{
	DestReceiver receiver;
	Rows	   *rows;
	int			columns;
	Oid		   *types;			/* (1 + columns + statics), without domains: of the time and the values */
	double	   *values;			/* (columns): the row at hand */
	bool	   *nulls;
	FmgrInfo   *output;			/* (columns): to text, where a column stands for a value of it */
	bool	   *repeats;		/* (columns): it does for another value of the same text as the column before */

	/* of a read series by series */
	const Table *table;
	series_receiver receive;
	void	   *state;
	MemoryContext each;			/* of the series at hand */
	SeriesRows	series;
	bool		open;			/* a series has begun */
	bool		is_passed_over;	/* nobody asked for it */
	Size		beside;			/* bytes that the receiver holds, as it left them in the rows */
	SeriesKeys *keys;			/* NULL: all rows are one series */
	Dictionary *asked;			/* names of the series that are received, where the query cannot tell; NULL: all */
	FmgrInfo   *static_output;	/* (statics) */
} RowReceiver;

/* Whether a column is the one that tells since when a row has been known. */
static bool
is_known_at(const Table *table, int column)
{
	return table->has_known_at && column == table->columns - 1;
}

/* The columns of the query: the time, the values, and of series what each has once and its own name. */
static void
append_columns(StringInfo query, const Table *table)
{
	appendStringInfo(query, "SELECT %s", quote_identifier(table->time_column));
	for (int i = 0; i < table->columns; i++)
	{
		appendStringInfo(query, ", %s", quote_identifier(text_column_source(table->names[i], table_value(table, i))));
		/* a forecast of noon is known at the end of that day, which is what the row of a day tells of */
		if (is_known_at(table, i) && table->time_kind != LF_TIME_INTEGER)
			appendStringInfo(query, "::%s", format_type_be_qualified(getBaseType(table->time_type)));
	}
	for (int i = 0; i < table->static_count; i++)
		appendStringInfo(query, ", %s", quote_identifier(table->statics[i]));
	for (int i = 0; i < table->keys; i++)
		appendStringInfo(query, ", %s", quote_identifier(table->key[i]));
	appendStringInfo(query, " FROM %s", table->name);
}

/* The query. Values come in their types and are converted on arrival, for less than a call of a cast. */
static char *
read_query(const Table *table, const TimestampTz *as_of, uint64 newest)
{
	StringInfoData query;
	const char *time = quote_identifier(table->time_column);

	initStringInfo(&query);
	append_columns(&query, table);
	if (as_of != NULL && table->time_kind == LF_TIME_INTEGER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of is a time, but time column \"%s\" is an integer", table->time_column)));
	/* the comparison of a date or timestamp with timestamptz is in the session's time zone, as in any query */
	if (as_of != NULL)
		appendStringInfo(&query, " WHERE %s OPERATOR(pg_catalog.<=) $1", time);
	appendStringInfo(&query, " ORDER BY 1%s", newest > 0 ? " DESC NULLS LAST" : "");
	if (newest > 0)
		appendStringInfo(&query, " LIMIT " UINT64_FORMAT, newest);
	return query.data;
}

/* Of the series with these names (0: all), as far as a query can tell: else 'exact' is false. */
static char *
series_query(const Table *table, Datum names, ParamListInfo *params, bool *exact)
{
	StringInfoData query;

	initStringInfo(&query);
	append_columns(&query, table);
	*exact = true;
	*params = names == 0 ? NULL : series_keys_filter(table, names, &query, exact);
	appendStringInfoString(&query, " ORDER BY ");
	for (int i = 0; i < table->keys; i++)
		appendStringInfo(&query, "%d, ", 1 + table->columns + table->static_count + 1 + i);
	appendStringInfoString(&query, "1");
	if (table->has_known_at)
		appendStringInfo(&query, ", %d NULLS FIRST", 1 + table->columns);
	return query.data;
}

/* Elements of a text[] that was checked to have no NULLs. */
static Datum *
names_of(Datum names, int *count)
{
	Datum	   *elements;
	bool	   *nulls;

	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, count);
	pfree(nulls);
	return elements;
}

static Dictionary *
dictionary_of_names(Datum names)
{
	int			count;
	Datum	   *elements = names_of(names, &count);
	Dictionary *dictionary = dictionary_create();

	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) dictionary_note(dictionary, TextDatumGetCString(elements[i]));
	}
	return dictionary;
}

static void
prepare_output(Oid type, FmgrInfo *output)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	fmgr_info(function, output);
}

static void
prepare_series(RowReceiver *to, TupleDesc descriptor)
{
	const Table *table = to->table;

	for (int i = 0; i < table->static_count; i++)
		prepare_output(TupleDescAttr(descriptor, 1 + to->columns + i)->atttypid, &to->static_output[i]);
	if (table->keys > 0)
		to->keys = series_keys_create(table, descriptor);
}

/* Whether a column is made of the same text as the one before it. */
static bool
repeats_text(const Table *table, int column)
{
	const char *value = table_value(table, column);
	const char *before = column == 0 ? NULL : table_value(table, column - 1);

	return value != NULL && before != NULL &&
		strcmp(text_column_source(table->names[column], value),
			   text_column_source(table->names[column - 1], before)) == 0;
}

static void
start_rows(DestReceiver *self, int operation, TupleDesc descriptor)
{
	RowReceiver *to = (RowReceiver *) self;

	for (int i = 0; i <= to->columns + to->table->static_count; i++)
		to->types[i] = getBaseType(TupleDescAttr(descriptor, i)->atttypid);
	for (int i = 0; i < to->columns; i++)
	{
		to->repeats[i] = repeats_text(to->table, i);
		if (table_value(to->table, i) != NULL)
			prepare_output(TupleDescAttr(descriptor, i + 1)->atttypid, &to->output[i]);
	}
	if (to->receive != NULL)
		prepare_series(to, descriptor);
}

/* The stamp of a row, or false where it is infinite. */
static bool
stamp_of(Oid type, Datum value, int64 *at)
{
	switch (type)
	{
		case INT2OID:
			*at = DatumGetInt16(value);
			return true;
		case INT4OID:
			*at = DatumGetInt32(value);
			return true;
		case INT8OID:
			*at = DatumGetInt64(value);
			return true;
		case DATEOID:
			*at = DatumGetDateADT(value);
			return !DATE_NOT_FINITE((DateADT) *at);
		default:
			*at = DatumGetTimestamp(value);
			return !TIMESTAMP_NOT_FINITE(*at);
	}
}

/* Whole numbers up to this one are doubles. */
#define LARGEST_EXACT 9007199254740992.0

/* The same as a number; what is always known, or never, is infinite. What is rounded becomes later: nothing is known too early. */
static double
known_at_of(Oid type, Datum value, bool null)
{
	int64		at;

	if (null || !stamp_of(type, value, &at))
		return null || at < 0 ? -INFINITY : INFINITY;
	return fabs((double) at) <= LARGEST_EXACT ? (double) at : nextafter((double) at, INFINITY);
}

/*
 * Sets the values of columns from 'first' on that stand for values of the text at hand; returns the last of them.
 */
static int
put_text(RowReceiver *to, int first, Datum value)
{
	char	   *label = OutputFunctionCall(&to->output[first], value);
	int			last = first;

	while (last + 1 < to->columns && to->repeats[last + 1])
		last++;
	for (int i = first; i <= last; i++)
	{
		to->nulls[i] = false;
		to->values[i] = strcmp(label, table_value(to->table, i)) == 0;
	}
	pfree(label);
	return last;
}

/* The time and values of a row, into the rows at hand. */
static void
add_row(RowReceiver *to, TupleTableSlot *slot)
{
	int64		at;

	if (slot->tts_isnull[0] || !stamp_of(to->types[0], slot->tts_values[0], &at))
	{
		rows_skip(to->rows, slot->tts_isnull[0]);
		return;
	}
	for (int i = 0; i < to->columns; i++)
	{
		to->nulls[i] = slot->tts_isnull[i + 1] && !is_known_at(to->table, i);
		if (to->nulls[i])
			to->values[i] = 0;
		else if (is_known_at(to->table, i))
			to->values[i] = known_at_of(to->types[i + 1], slot->tts_values[i + 1], slot->tts_isnull[i + 1]);
		else if (table_value(to->table, i) == NULL)
			to->values[i] = number_from_datum(to->types[i + 1], slot->tts_values[i + 1]);
		else
			i = put_text(to, i, slot->tts_values[i + 1]);
	}
	rows_add(to->rows, at, to->values, to->nulls);
}

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *to = (RowReceiver *) self;

	slot_getallattrs(slot);
	add_row(to, slot);
	progress_row(to->table->relid, rows_memory(to->rows));
	return true;
}

/* The series at hand is complete. */
static void
end_series(RowReceiver *to)
{
	if (!to->open)
		return;
	to->open = false;
	if (!to->is_passed_over)
	{
		to->receive(to->state, &to->series);
		to->beside = to->series.rows->beside;
		progress_series(to->table->relid);
	}
	MemoryContextReset(to->each);
}

static void
begin_series(RowReceiver *to, TupleTableSlot *slot)
{
	const Table *table = to->table;
	MemoryContext caller = MemoryContextSwitchTo(to->each);

	to->series = (SeriesRows) {
		.rows = rows_create(to->each, to->columns, true),
		.numbers = palloc(table->static_count * sizeof(double) + 1),
		.categories = palloc0(table->static_count * sizeof(char *) + 1),
	};
	to->rows = to->series.rows;
	to->rows->beside = to->beside;
	if (to->keys != NULL)
	{
		int			null;

		series_keys_take(to->keys, slot);
		null = series_keys_null(to->keys);
		if (null >= 0)
			to->series.trouble = psprintf("column \"%s\" is NULL", table->key[null]);
		to->series.label = series_keys_label(to->keys);
		to->is_passed_over = to->asked != NULL &&
			(to->series.label == NULL || dictionary_find(to->asked, to->series.label) < 0);
	}
	for (int i = 0; i < table->static_count; i++)
	{
		int			at = 1 + to->columns + i;
		bool		null = slot->tts_isnull[at];

		to->series.numbers[i] = null || table->is_category[i] ? (double) NAN :
			number_from_datum(to->types[at], slot->tts_values[at]);
		if (!null && table->is_category[i])
			to->series.categories[i] = OutputFunctionCall(&to->static_output[i], slot->tts_values[at]);
	}
	MemoryContextSwitchTo(caller);
	to->open = true;
}

/* What a series has one value of must not change within it. */
static void
check_statics(RowReceiver *to, TupleTableSlot *slot)
{
	const Table *table = to->table;

	for (int i = 0; i < table->static_count && to->series.trouble == NULL; i++)
	{
		int			at = 1 + to->columns + i;
		bool		null = slot->tts_isnull[at];
		bool		same;
		char	   *category = NULL;

		if (table->is_category[i])
		{
			category = null ? NULL : OutputFunctionCall(&to->static_output[i], slot->tts_values[at]);
			same = null == (to->series.categories[i] == NULL) &&
				(null || strcmp(category, to->series.categories[i]) == 0);
		}
		else
			same = null ? isnan(to->series.numbers[i]) :
				number_from_datum(to->types[at], slot->tts_values[at]) == to->series.numbers[i];
		if (!same)
			to->series.trouble = MemoryContextStrdup(to->each,
													 psprintf("static input \"%s\" has more than one value", table->statics[i]));
		if (category != NULL)
			pfree(category);
	}
}

static bool
receive_series_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *to = (RowReceiver *) self;

	slot_getallattrs(slot);
	if (to->open && to->keys != NULL && !series_keys_same(to->keys, slot))
		end_series(to);
	if (!to->open)
		begin_series(to, slot);
	else if (!to->is_passed_over)
		check_statics(to, slot);
	if (!to->is_passed_over && (to->keys == NULL || series_keys_null(to->keys) < 0))
		add_row(to, slot);
	progress_row(to->table->relid, 0);
	return true;
}

static void
end_rows(DestReceiver *self)
{
}

static void
reverse_rows(Rows *rows)
{
	if (rows->at == NULL && rows->count > 0)
	{
		rows->first_time = rows_time(rows, rows->count - 1);
		rows->spacing = (int64) -(uint64) rows->spacing;	/* as unsigned as in rows_time() */
	}
	for (uint64 i = 0; i < rows->count / 2; i++)
	{
		uint64		j = rows->count - 1 - i;

		CHECK_FOR_INTERRUPTS();
		if (rows->at != NULL)
		{
			int64		at = rows->at[i];

			rows->at[i] = rows->at[j];
			rows->at[j] = at;
		}
		for (int column = 0; column < rows->columns; column++)
		{
			double		value = rows->values[i * rows->columns + column];

			rows->values[i * rows->columns + column] = rows->values[j * rows->columns + column];
			rows->values[j * rows->columns + column] = value;
		}
	}
}

ReadFilter
table_filter(const char *label)
{
	Datum		name;

	if (label == NULL)
		return (ReadFilter) {0};
	name = CStringGetTextDatum(label);
	return (ReadFilter) {PointerGetDatum(construct_array(&name, 1, TEXTOID, -1, false, TYPALIGN_INT)), label};
}

void
table_read_series(const Table *table, const ReadFilter *filter, series_receiver receive, void *state)
{
	MemoryContext caller = CurrentMemoryContext;
	RowReceiver to = {
		.receiver = {
			.receiveSlot = receive_series_row,
			.rStartup = start_rows,
			.rShutdown = end_rows,
			.rDestroy = end_rows,
			.mydest = DestTuplestore,
		},
		.columns = table->columns,
		.types = palloc((1 + table->columns + table->static_count) * sizeof(Oid)),
		.values = palloc(table->columns * sizeof(double)),
		.nulls = palloc(table->columns * sizeof(bool)),
		.output = palloc(table->columns * sizeof(FmgrInfo)),
		.repeats = palloc(table->columns * sizeof(bool)),
		.table = table,
		.receive = receive,
		.state = state,
		.each = AllocSetContextCreate(caller, "lstm_forecast series", ALLOCSET_DEFAULT_SIZES),
		.static_output = palloc(table->static_count * sizeof(FmgrInfo) + 1),
	};
	SPIExecuteOptions options = {.read_only = true, .must_return_tuples = true, .dest = &to.receiver};
	bool		exact;
	char	   *query = series_query(table, filter->series, &options.params, &exact);

	if (!exact)
		to.asked = dictionary_of_names(filter->series);
	SPI_connect();
	progress_query(query, &options, table->label);
	end_series(&to);
	SPI_finish();
	MemoryContextDelete(to.each);
}

Rows *
table_read(const Table *table, MemoryContext context, const TimestampTz *as_of, uint64 newest)
{
	RowReceiver to = {
		.receiver = {
			.receiveSlot = receive_row,
			.rStartup = start_rows,
			.rShutdown = end_rows,
			.rDestroy = end_rows,
			.mydest = DestTuplestore,	/* anything but DestNone and DestSPI, which mean something to SPI */
		},
		.rows = rows_create(context, table->columns, true),
		.columns = table->columns,
		.types = palloc((1 + table->columns + table->static_count) * sizeof(Oid)),
		.values = palloc(table->columns * sizeof(double)),
		.nulls = palloc(table->columns * sizeof(bool)),
		.output = palloc(table->columns * sizeof(FmgrInfo)),
		.repeats = palloc(table->columns * sizeof(bool)),
		.table = table,
	};
	SPIExecuteOptions options = {.read_only = true, .must_return_tuples = true, .dest = &to.receiver};
	instr_time	started;
	instr_time	taken;

	if (as_of != NULL)
	{
		options.params = makeParamList(1);
		options.params->params[0] = (ParamExternData) {
			.value = TimestampTzGetDatum(*as_of),
			.pflags = PARAM_FLAG_CONST,
			.ptype = TIMESTAMPTZOID,
		};
	}
	to.rows->expected = newest == 0 && as_of == NULL ? table->rows : 0;
	INSTR_TIME_SET_CURRENT(started);
	SPI_connect();
	progress_query(read_query(table, as_of, newest), &options, table->label);
	SPI_finish();
	rows_trim(to.rows);
	INSTR_TIME_SET_CURRENT(taken);
	INSTR_TIME_SUBTRACT(taken, started);
	ereport(DEBUG1,
			(errmsg_internal("read " UINT64_FORMAT " rows of %s in %.3f ms",
							 to.rows->count, table->label, INSTR_TIME_GET_MILLISEC(taken))));
	if (newest > 0)
		reverse_rows(to.rows);
	pfree(to.types);
	pfree(to.values);
	pfree(to.nulls);
	pfree(to.output);
	pfree(to.repeats);
	return to.rows;
}
