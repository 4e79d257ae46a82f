/*
 * table_read.c: a relation becomes rows.
 *
 * Everything is read through SPI by an ordinary query, so that column rights, row-level security, views, partitions and
 * foreign tables behave as they do for the caller anywhere else. The executor hands each row over as it comes: no row
 * is kept as a tuple on the way. It is also what looks for interrupts, at each row.
 */
#include "table.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "lib/stringinfo.h"
#include "number.h"
#include "portability/instr_time.h"
#include "tcop/dest.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/* What the executor sends rows to. */
typedef struct RowReceiver
{
	DestReceiver receiver;
	Rows	   *rows;
	int			columns;
	Oid		   *types;			/* (1 + columns), without domains: of the time and the values */
	double	   *values;			/* (columns): the row at hand */
	bool	   *nulls;
} RowReceiver;

/* The query. Values come in their types and are converted on arrival, for less than a call of a cast. */
static char *
read_query(const Table *table, const TimestampTz *as_of, uint64 newest)
{
	StringInfoData query;
	const char *time = quote_identifier(table->time_column);

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s", time);
	for (int i = 0; i < table->columns; i++)
		appendStringInfo(&query, ", %s", quote_identifier(table->names[i]));
	appendStringInfo(&query, " FROM %s", table->name);
	if (as_of != NULL && table->time_kind == LF_TIME_INTEGER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of is a time, and time column \"%s\" is an integer", table->time_column)));
	/* the comparison of a date or timestamp with timestamptz is in the session's time zone, as in any query */
	if (as_of != NULL)
		appendStringInfo(&query, " WHERE %s OPERATOR(pg_catalog.<=) $1", time);
	appendStringInfo(&query, " ORDER BY 1%s", newest > 0 ? " DESC NULLS LAST" : "");
	if (newest > 0)
		appendStringInfo(&query, " LIMIT " UINT64_FORMAT, newest);
	return query.data;
}

static void
start_rows(DestReceiver *self, int operation, TupleDesc descriptor)
{
	RowReceiver *to = (RowReceiver *) self;

	for (int i = 0; i <= to->columns; i++)
		to->types[i] = getBaseType(TupleDescAttr(descriptor, i)->atttypid);
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

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *to = (RowReceiver *) self;
	int64		at;

	slot_getallattrs(slot);
	if (slot->tts_isnull[0] || !stamp_of(to->types[0], slot->tts_values[0], &at))
	{
		rows_skip(to->rows, slot->tts_isnull[0]);
		return true;
	}
	for (int i = 0; i < to->columns; i++)
	{
		to->nulls[i] = slot->tts_isnull[i + 1];
		to->values[i] = to->nulls[i] ? 0 : number_from_datum(to->types[i + 1], slot->tts_values[i + 1]);
	}
	rows_add(to->rows, at, to->values, to->nulls);
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
		.types = palloc((table->columns + 1) * sizeof(Oid)),
		.values = palloc(table->columns * sizeof(double)),
		.nulls = palloc(table->columns * sizeof(bool)),
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
	INSTR_TIME_SET_CURRENT(started);
	SPI_connect();
	if (SPI_execute_extended(read_query(table, as_of, newest), &options) != SPI_OK_SELECT)
		elog(ERROR, "could not read %s", table->label);
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
	return to.rows;
}
