/*
 * table.c: relations and their columns, looked up and checked before any row is read.
 */
#include "rows/table.h"

#include "server/error.h"
#include "sql/names.h"
#include "rows/text_column.h"
#include "rows/trust.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

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
		case BOOLOID:
			return true;
		default:
			return false;
	}
}

bool
table_is_category(Oid type)
{
	type = getBaseType(type);
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID || type == NAMEOID || type == CHAROID ||
		type_is_enum(type);
}

/* Whether the caller may read a column; InvalidAttrNumber: any. */
static bool
may_read(Relation relation, AttrNumber column)
{
	Oid			table = RelationGetRelid(relation);
	Oid			role = GetUserId();

	if (pg_class_aclcheck(table, role, ACL_SELECT) == ACLCHECK_OK)
		return true;
	return column == InvalidAttrNumber ?
		pg_attribute_aclcheck_all(table, role, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK :
		pg_attribute_aclcheck(table, column, role, ACL_SELECT) == ACLCHECK_OK;
}

/* The type of a column; raises 42703 with the nearest name where there is none. */
static Oid
column_type(Relation relation, const Table *table, const char *name)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	const char **valid = palloc(descriptor->natts * sizeof(char *));
	int			count = 0;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (column->attisdropped)
			continue;
		if (strcmp(NameStr(column->attname), name) == 0)
			return column->atttypid;
		if (may_read(relation, column->attnum))
			valid[count++] = NameStr(column->attname);
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of %s does not exist", name, table->label),
			 nearest_hint(name, valid, count,
						  name[0] == '{' ? "Give several columns as an array: ARRAY['a', 'b']." : NULL)));
	return InvalidOid;
}

/* The columns of the primary key, of which there are none where there is no such key. */
static int
primary_key_columns(Relation relation, AttrNumber *columns)
{
	Oid			index = RelationGetPrimaryKeyIndex(relation, true);
	int			count = 0;
	HeapTuple	tuple;

	if (!OidIsValid(index))
		return 0;
	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	if (HeapTupleIsValid(tuple))
	{
		Form_pg_index form = (Form_pg_index) GETSTRUCT(tuple);

		for (count = 0; count < form->indnkeyatts; count++)
			columns[count] = form->indkey.values[count];
		ReleaseSysCache(tuple);
	}
	return count;
}

/* The one column of the primary key, or 0 where it has several or there is none. */
static AttrNumber
primary_key_column(Relation relation)
{
	AttrNumber	columns[INDEX_MAX_KEYS];

	return primary_key_columns(relation, columns) == 1 ? columns[0] : 0;
}

/* What the primary key has beside the time, as an argument in SQL: 'store', or ARRAY['store', 'item']. */
static char *
other_primary_keys(Relation relation, const char *time_column, int *found)
{
	AttrNumber	columns[INDEX_MAX_KEYS];
	int			count = primary_key_columns(relation, columns);
	int			others = 0;
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < count; i++)
	{
		const char *name = NameStr(TupleDescAttr(RelationGetDescr(relation), columns[i] - 1)->attname);

		if (strcmp(name, time_column) == 0 || !may_read(relation, columns[i]))
			continue;
		appendStringInfo(&out, "%s%s", others++ > 0 ? ", " : "", quote_literal_cstr(name));
	}
	if (others == 0 || others == count)
		return NULL;
	*found = others;
	return others == 1 ? out.data : psprintf("ARRAY[%s]", out.data);
}

/* How values of a type that is no time can be read as one, in SQL. */
static char *
time_cure(const char *column, Oid type)
{
	const char *name = quote_identifier(column);

	switch (getBaseType(type))
	{
		case TIMEOID:
		case TIMETZOID:
			return psprintf("A time of the day needs a day: read the rows through a view that adds the column of the day, as in "
							"(day + %s).", name);
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return psprintf("Read the rows through a view: with to_timestamp(%s) where these are seconds since 1970, or %s::bigint "
							"where they are numbers of rows.", name, name);
		default:
			if (table_is_category(type))
				return psprintf("Read the rows through a view with %s::timestamptz, or to_timestamp(%s, '...') and its format.",
								name, name);
			return "Read the rows through a view that makes one of them.";
	}
}

/* Whether a column is called by one of the names, in any case: files have "Date". */
static bool
is_called(const char *column, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
		if (pg_strcasecmp(column, names[i]) == 0)
			return true;
	return false;
}

/* What to do where a file has the year and the month in columns of their own; NULL: it has not. */
static char *
join_date_parts(Relation relation)
{
	static const char *const names[] = {"year", "month", "day"};
	TupleDesc	descriptor = RelationGetDescr(relation);
	const char *part[lengthof(names)] = {NULL, NULL, "1"};

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		for (int k = 0; k < lengthof(names); k++)
			if (!column->attisdropped && may_read(relation, column->attnum) &&
				time_kind_of(column->atttypid) == LF_TIME_INTEGER && is_called(NameStr(column->attname), &names[k], 1))
				part[k] = quote_identifier(NameStr(column->attname));
	}
	if (part[0] == NULL || part[1] == NULL)
		return NULL;
	return psprintf("Read the rows through a view that makes one date of several columns: make_date(%s, %s, %s).", part[0],
					part[1], part[2]);
}

/*
 * What to do with the first column that may hold times of another type, by its name, or by being the only text where
 * no integer could be meant; NULL: there is none.
 */
static char *
find_other_time(Relation relation, const Table *table, int integers)
{
	static const char *const names[] = {"at", "ts", "time", "timestamp", "date", "datetime", "day", "ds", "month", "hour"};
	TupleDesc	descriptor = RelationGetDescr(relation);
	Form_pg_attribute found = NULL;
	Form_pg_attribute only = NULL;
	int			texts = 0;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);

		if (column->attisdropped || !may_read(relation, column->attnum) || time_kind_of(column->atttypid) != LF_TIME_NONE ||
			name_index(NameStr(column->attname), (const char *const *) table->names, table->columns) >= 0)
			continue;
		if (column->atttypid == TIMEOID || column->atttypid == TIMETZOID ||
			is_called(NameStr(column->attname), names, lengthof(names)))
		{
			found = column;
			break;
		}
		if (table_is_category(column->atttypid))
		{
			only = column;
			texts++;
		}
	}
	if (found == NULL && integers == 0 && texts == 1)
		found = only;
	if (found == NULL)
		return NULL;
	return psprintf("Column \"%s\" is of type %s. %s", NameStr(found->attname), format_type_be(found->atttypid),
					time_cure(NameStr(found->attname), found->atttypid));
}

/* 'of_model': what reads for a model that names no time column, an imported one, has no parameter to give it by. */
static void
find_time_column(Relation relation, Table *table, bool of_model)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	const char **found = palloc(descriptor->natts * sizeof(char *));
	int			count = 0;
	AttrNumber	key;
	char	   *cure;

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
				 of_model ? errhint("This model names none of them: give a view that has one: %s.", join_names(found, count)) :
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
				name_index(NameStr(column->attname), (const char *const *) table->names, table->columns) < 0)
				found[count++] = NameStr(column->attname);
		}
		cure = join_date_parts(relation);
		if (cure == NULL)
			cure = find_other_time(relation, table, count);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no column that gives the order of its rows", table->label),
				 errdetail("The relation has neither a column of a date or time type nor an integer primary key."),
				 cure != NULL ? errhint("%s", cure) :
				 of_model ? errhint("This model names no time column: give a table with such a primary key, or a relation with one "
									"column of a date or time type.") :
				 count > 0 ? errhint("Give time_column, for example one of its integer columns: %s.",
									 join_names(found, count)) :
				 errhint("Add a date, timestamp or integer column, or use lstm_train_agg(value, options ORDER BY ...).")));
	}
	table->time_column = pstrdup(found[0]);
}

static void
report_not_numeric(const Table *table, const char *name, Oid type)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of %s is of type %s, which is not numeric", name, table->label, format_type_be(type)),
			 errhint("Use a view that casts or encodes the column as a number.")));
}

static void
report_not_text(const Table *table, const char *name, Oid type)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of %s is of type %s, but the model was trained on text", name, table->label,
					format_type_be(type)),
			 errhint("Use a view that casts the column to text.")));
}

/* Opens a relation that the caller may read, without any columns yet. */
static Relation
open_relation(Oid relid, Table *table)
{
	Relation	relation = try_relation_open(relid, AccessShareLock);

	if (relation == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid),
				 errhint("The relation may have been dropped; give the name of an existing one.")));
	/* the query that reads will see to the rights; before that, errors on columns are not for everybody */
	if (!may_read(relation, InvalidAttrNumber))
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(relation->rd_rel->relkind), RelationGetRelationName(relation));
	table->relid = relid;
	table->name = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
											 RelationGetRelationName(relation));
	table->label = psprintf("relation \"%s\"", RelationGetRelationName(relation));
	table->rows = Max((double) relation->rd_rel->reltuples, 0);
	if (strlen(table->name) > LF_MAX_NAME)
		elog(ERROR, "name of %s is too long", table->label);
	return relation;
}

Table *
table_open_named(Oid relid, const char *const *names, int columns, Oid *types)
{
	Table	   *table = palloc0(sizeof(Table));
	Relation	relation = open_relation(relid, table);

	for (int i = 0; i < columns; i++)
	{
		bool		may_lack = names[i][0] == '?';
		AttrNumber	number = may_lack ? get_attnum(relid, names[i] + 1) : 1;

		types[i] = number <= 0 ? InvalidOid : getBaseType(column_type(relation, table, names[i] + may_lack));
	}
	relation_close(relation, NoLock);
	return table;
}

Table *
table_open_typed(Oid relid, const char *const *names, int columns, const Oid *wanted, const char *create)
{
	Oid		   *types = palloc(columns * sizeof(Oid));
	Table	   *table = table_open_named(relid, names, columns, types);

	for (int i = 0; i < columns; i++)
		if (types[i] != wanted[i])
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of %s is of type %s, not %s", names[i], table->label, format_type_be(types[i]),
							format_type_be(wanted[i])),
					 errhint("Create it as: %s.", create)));
	pfree(types);
	return table;
}

void
table_need_type(const Table *table, const char *name, Oid type, bool numeric)
{
	if (numeric && !is_numeric(type))
		report_not_numeric(table, name, type);
	if (!numeric && time_kind_of(type) == LF_TIME_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of %s is of type %s", name, table->label, format_type_be(type)),
				 errhint("Use a view that casts the column to an integer, or to a date or timestamp where it is a time.")));
}

static Table *
open_columns(Oid relid, const char *time_column, char **names, char **values, int columns, bool of_model)
{
	Table	   *table = palloc0(sizeof(Table));
	Relation	relation = open_relation(relid, table);

	table->columns = columns;
	table->names = names;
	table->values = values;
	for (int i = 0; i < columns; i++)
	{
		char	   *value = table_value(table, i);
		char	   *source = text_column_source(names[i], value);
		Oid			type = column_type(relation, table, source);

		if (value != NULL && !table_is_category(type))
			report_not_text(table, source, type);
		if (value == NULL && !is_numeric(type))
			report_not_numeric(table, source, type);
	}
	if (time_column != NULL)
		table->time_column = pstrdup(time_column);
	else
		find_time_column(relation, table, of_model);
	table->time_type = column_type(relation, table, table->time_column);
	table->time_kind = time_kind_of(table->time_type);
	if (table->time_kind == LF_TIME_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("time column \"%s\" of %s is of type %s",
						table->time_column, table->label, format_type_be(table->time_type)),
				 errdetail("A time column is a date, timestamp, timestamp with time zone or integer."),
				 errhint("%s", time_cure(table->time_column, table->time_type))));
	table->primary_keys = other_primary_keys(relation, table->time_column, &table->primary_key_count);
	relation_close(relation, NoLock);	/* the lock stays until the end of the transaction, as for any reader */
	return table;
}

Table *
table_open(Oid relid, const char *time_column, char **names, char **values, int columns)
{
	return open_columns(relid, time_column, names, values, columns, false);
}

void
table_open_series(Table *table, char **columns, int count)
{
	Relation	relation = relation_open(table->relid, NoLock);

	table->keys = count;
	table->key = columns;
	table->key_type = palloc(count * sizeof(Oid));
	table->series_column = columns[0];
	for (int i = 0; i < count; i++)
	{
		if (name_index(columns[i], (const char *const *) columns, i) >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("series_column names column \"%s\" twice", columns[i])));
		table->key_type[i] = getBaseType(column_type(relation, table, columns[i]));
	}
	relation_close(relation, NoLock);
}

void
table_open_statics(Table *table, char **names, int count)
{
	Relation	relation = relation_open(table->relid, NoLock);

	table->statics = names;
	table->static_count = count;
	table->is_category = palloc(count * sizeof(bool) + 1);
	for (int i = 0; i < count; i++)
	{
		Oid			type = column_type(relation, table, names[i]);

		table->is_category[i] = table_is_category(type);
		if (!table_is_category(type) && !is_numeric(type))
			report_not_numeric(table, names[i], type);
	}
	relation_close(relation, NoLock);
}

void
table_open_known_at(Table *table)
{
	static const char *const name = "known_at";
	AttrNumber	number = get_attnum(table->relid, name);
	lf_time_kind kind;

	if (number <= 0 || strcmp(table->time_column, name) == 0 ||
		name_index(name, (const char *const *) table->names, table->columns) >= 0)
		return;
	kind = time_kind_of(get_atttype(table->relid, number));
	if (kind == LF_TIME_NONE || (kind == LF_TIME_INTEGER) != (table->time_kind == LF_TIME_INTEGER))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"known_at\" of %s is of type %s, and time column \"%s\" of type %s", table->label,
						format_type_be(get_atttype(table->relid, number)), table->time_column, format_type_be(table->time_type)),
				 errdetail("It tells since when each row has been known."),
				 errhint("Give it the type of the time column, for example in a view, or another name if it is something else.")));
	table->names[table->columns++] = pstrdup(name);
	table->has_known_at = true;
}

Oid
table_resolve(const char *name, bool may_be_gone)
{
	List	   *parts = textToQualifiedNameList(cstring_to_text(name));
	Oid			relid;

	/* what is looked for in search_path, or in the schema of temporary tables, is another one for another user */
	if (list_length(parts) != 2)
		report_model(LF_CORRUPT);
	relid = RangeVarGetRelid(makeRangeVarFromNameList(parts), AccessShareLock, may_be_gone);
	if (OidIsValid(relid) && strcmp(strVal(linitial(parts)), get_namespace_name(get_rel_namespace(relid))) != 0)
		report_model(LF_CORRUPT);
	return relid;
}

Table *
table_of_model(const lf_model *model, Oid relation, char **names, char **values, int columns)
{
	bool		asked = OidIsValid(relation);
	Table	   *table;

	if (!asked && model->relation[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model names no relation to read"),
				 errdetail("The model was %s.", model->imported ? "imported" : "trained by an aggregate"),
				 errhint("Specify a relation: relation => 'name'.")));
	if (!asked)
		relation = table_resolve(model->relation, false);
	table = open_columns(relation, model->time_column[0] == '\0' ? NULL : model->time_column, names, values, columns, true);
	if (!asked)
		trust_check_relation(table, "relation");
	return table;
}
