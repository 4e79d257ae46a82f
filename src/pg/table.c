/*
 * table.c: a relation becomes rows.
 *
 * Everything is read through SPI by an ordinary query, so that column rights, row-level security, views, partitions and
 * foreign tables behave as they do for the caller anywhere else.
 */
#include "table.h"

#include "error.h"
#include "json.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#define ROWS_PER_FETCH 1000

static lf_time_kind
time_kind_of(Oid type)
{
	switch (getBaseType(type))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return LF_TIME_INTEGER;
		case DATEOID:
			return LF_TIME_DATE;
		case TIMESTAMPOID:
			return LF_TIME_TIMESTAMP;
		case TIMESTAMPTZOID:
			return LF_TIME_TIMESTAMPTZ;
		default:
			return LF_TIME_NONE;
	}
}

static bool
is_numeric(Oid type)
{
	switch (getBaseType(type))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return true;
		default:
			return false;
	}
}

/* The type of a column; raises 42703 with the nearest name where there is none. */
static Oid
column_type(Relation relation, const Table *table, const char *name)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	const char **valid = palloc(descriptor->natts * sizeof(char *));
	const char *nearest;
	int			count = 0;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (column->attisdropped)
			continue;
		if (strcmp(NameStr(column->attname), name) == 0)
			return column->atttypid;
		valid[count++] = NameStr(column->attname);
	}
	nearest = nearest_name(name, valid, count);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of %s does not exist", name, table->label),
			 nearest != NULL ? errhint("Perhaps you meant \"%s\".", nearest) :
			 name[0] == '{' ? errhint("Give several columns as an array: ARRAY['a', 'b'].") : 0));
	return InvalidOid;
}

/* The one column of the primary key, or 0 where it has several or there is none. */
static AttrNumber
primary_key_column(Relation relation)
{
	Oid			index = RelationGetPrimaryKeyIndex(relation);
	AttrNumber	column = 0;
	HeapTuple	tuple;

	if (!OidIsValid(index))
		return 0;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);

		if (form->indnkeyatts == 1)
			column = form->indkey.values[0];
		ReleaseSysCache(tuple);
	}
	return column;
}

static int
index_of(char **names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static void
find_time_column(Relation relation, Table *table)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	const char **found = palloc(descriptor->natts * sizeof(char *));
	int			count = 0;
	AttrNumber	key;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (!column->attisdropped && time_kind_of(column->atttypid) > LF_TIME_INTEGER)
			found[count++] = NameStr(column->attname);
	}
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has several columns of a date or time type", table->label),
				 errhint("Give one of them as time_column: %s.", join_names(found, count))));
	key = primary_key_column(relation);
	if (count == 0 && key > 0 && time_kind_of(TupleDescAttr(descriptor, key - 1)->atttypid) == LF_TIME_INTEGER)
		found[count++] = NameStr(TupleDescAttr(descriptor, key - 1)->attname);
	if (count == 0)
	{
		for (int i = 0; i < descriptor->natts; i++)
		{
			Form_pg_attribute column = TupleDescAttr(descriptor, i);

			if (!column->attisdropped && time_kind_of(column->atttypid) == LF_TIME_INTEGER &&
				index_of(table->names, table->columns, NameStr(column->attname)) < 0)
				found[count++] = NameStr(column->attname);
		}
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no column that tells the order of its rows", table->label),
				 errdetail("It has neither a column of a date or time type nor an integer primary key."),
				 count > 0 ? errhint("Give time_column, for example one of its integer columns: %s.",
									 join_names(found, count)) :
				 errhint("Add a date, timestamp or integer column, or use lstm_train_agg(value, options ORDER BY ...).")));
	}
	table->time_column = pstrdup(found[0]);
}

Table *
table_open(Oid relid, const char *time_column, char **names, int columns)
{
	Table	   *table = palloc0(sizeof(Table));
	Relation	relation = relation_open(relid, AccessShareLock);

	table->relid = relid;
	table->name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
											 RelationGetRelationName(relation));
	table->label = psprintf("relation \"%s\"", RelationGetRelationName(relation));
	if (strlen(table->name) > LF_MAX_NAME)
		elog(ERROR, "name of %s is too long", table->label);
	table->columns = columns;
	table->names = names;
	for (int i = 0; i < columns; i++)
	{
		Oid			type = column_type(relation, table, names[i]);

		if (!is_numeric(type))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of %s is of type %s, which is not numeric",
							names[i], table->label, format_type_be(type)),
					 errhint("Use a view that casts or encodes it as a number.")));
	}
	if (time_column != NULL)
		table->time_column = pstrdup(time_column);
	else
		find_time_column(relation, table);
	table->time_type = column_type(relation, table, table->time_column);
	table->time_kind = time_kind_of(table->time_type);
	if (table->time_kind == LF_TIME_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("time column \"%s\" of %s is of type %s",
						table->time_column, table->label, format_type_be(table->time_type)),
				 errhint("A time column is a date, timestamp, timestamp with time zone or integer.")));
	relation_close(relation, NoLock);	/* the lock stays until the end of the transaction, as for any reader */
	return table;
}

Oid
table_resolve(const char *name)
{
	List	   *parts = textToQualifiedNameList(cstring_to_text(name));

	return RangeVarGetRelid(makeRangeVarFromNameList(parts), AccessShareLock, false);
}

static char *
read_query(const Table *table, const TimestampTz *as_of, uint64 newest)
{
	StringInfoData query;
	const char *time = quote_identifier(table->time_column);

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s", time);
	for (int i = 0; i < table->columns; i++)
		appendStringInfo(&query, ", (%s)::pg_catalog.float8", quote_identifier(table->names[i]));
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

/* The stamp of a row, or false where it is infinite. */
static bool
stamp_of(const Table *table, Datum value, int64 *at)
{
	switch (getBaseType(table->time_type))
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

static void
add_fetched(const Table *table, Rows *rows, double *values, bool *nulls)
{
	TupleDesc	descriptor = SPI_tuptable->tupdesc;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		bool		null;
		Datum		time = SPI_getbinval(tuple, descriptor, 1, &null);
		int64		at;

		if (null || !stamp_of(table, time, &at))
		{
			rows_skip(rows, null);
			continue;
		}
		for (int j = 0; j < table->columns; j++)
		{
			Datum		value = SPI_getbinval(tuple, descriptor, j + 2, &nulls[j]);

			values[j] = nulls[j] ? 0 : DatumGetFloat8(value);
		}
		rows_add(rows, at, values, nulls);
	}
}

static void
reverse_rows(Rows *rows)
{
	for (uint64 i = 0; i < rows->count / 2; i++)
	{
		uint64		j = rows->count - 1 - i;
		int64		at = rows->at[i];

		rows->at[i] = rows->at[j];
		rows->at[j] = at;
		for (int column = 0; column < rows->columns; column++)
		{
			double		value = rows->values[i * rows->columns + column];

			rows->values[i * rows->columns + column] = rows->values[j * rows->columns + column];
			rows->values[j * rows->columns + column] = value;
		}
	}
	if (rows->bad_rows > 0)
		rows->bad_row = rows->count - 1 - rows->bad_row;
}

Rows *
table_read(const Table *table, MemoryContext context, const TimestampTz *as_of, uint64 newest)
{
	Rows	   *rows = rows_create(context, table->columns, true);
	double	   *values = palloc(table->columns * sizeof(double));
	bool	   *nulls = palloc(table->columns * sizeof(bool));
	Oid			type = TIMESTAMPTZOID;
	Datum		argument = as_of != NULL ? TimestampTzGetDatum(*as_of) : (Datum) 0;
	Portal		cursor;

	SPI_connect();
	cursor = SPI_cursor_open_with_args(NULL, read_query(table, as_of, newest), as_of != NULL ? 1 : 0,
									   &type, &argument, NULL, true, 0);
	do
	{
		SPI_cursor_fetch(cursor, true, ROWS_PER_FETCH);
		add_fetched(table, rows, values, nulls);
		SPI_freetuptable(SPI_tuptable);
		CHECK_FOR_INTERRUPTS();
	} while (SPI_processed > 0);
	SPI_cursor_close(cursor);
	SPI_finish();
	if (newest > 0)
		reverse_rows(rows);
	return rows;
}

static void
check_names(char **names, int count, const char *what)
{
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s names no column", what)));
	for (int i = 0; i < count; i++)
		if (index_of(names, i, names[i]) >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s names column \"%s\" twice", what, names[i])));
}

char **
task_columns(char **targets, int target_count, char **inputs, int input_count, lf_task *task, int *columns)
{
	char	  **names = palloc((target_count + input_count + 1) * sizeof(char *));

	check_names(targets, target_count, "target");
	if (inputs == NULL)
	{
		inputs = targets;
		input_count = target_count;
	}
	check_names(inputs, input_count, "inputs");
	if (target_count + input_count > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d columns", LF_MAX_COLUMNS)));
	*columns = 0;
	task->inputs = input_count;
	for (int i = 0; i < input_count; i++)
	{
		task->input[i] = (int16) *columns;
		names[(*columns)++] = inputs[i];
	}
	task->targets = target_count;
	for (int i = 0; i < target_count; i++)
	{
		int			column = index_of(names, *columns, targets[i]);

		if (column < 0)
		{
			column = *columns;
			names[(*columns)++] = targets[i];
		}
		task->target[i] = (int16) column;
	}
	return names;
}
