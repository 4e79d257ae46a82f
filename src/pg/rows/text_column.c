/*
 * text_column.c: the values of columns of text.
 */
#include "rows/text_column.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "rows/table.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

char *
text_column_source(const char *name, const char *value)
{
	return value == NULL ? pstrdup(name) : pnstrdup(name, strlen(name) - strlen(value) - 1);
}

char *
text_column_value(const lf_model *model, int column)
{
	lf_column_kind kind = (lf_column_kind) model->task.kind[column];

	if (model->categories == NULL || model->categories[column].count == 0 ||
		(kind != LF_COLUMN_MEASURED && kind != LF_COLUMN_KNOWN))
		return NULL;
	return (char *) model->categories[column].label[0];
}

static void
add(ColumnList *list, char *name, char *value)
{
	list->names = repalloc(list->names, (list->count + 1) * sizeof(char *));
	list->values = repalloc(list->values, (list->count + 1) * sizeof(char *));
	list->names[list->count] = name;
	list->values[list->count++] = value;
}

/* Adds the columns that a model has for one of a relation; false where it has none. */
static bool
add_of_model(ColumnList *list, const char *name, const lf_model *model)
{
	int			before = list->count;

	for (int i = 0; model != NULL && i < model->columns; i++)
	{
		char	   *value = text_column_value(model, i);

		if (value != NULL && strcmp(text_column_source(model->names[i], value), name) == 0)
			add(list, pstrdup(model->names[i]), pstrdup(value));
	}
	return list->count > before;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

static void
report_values(const char *label, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("column \"%s\" of %s has more than %d values, or a very long one", name, label, LF_MAX_TEXT_VALUES),
			 errdetail("Of a column of text or an enum each value becomes an input of 0 and 1."),
			 errhint("Group the values in a view, or encode them as a number; if each series has one value, give the "
					 "column in static_inputs, where up to %d are possible.", LF_MAX_CATEGORIES)));
}

/*
 * Adds a column for each value of a column of text, in the order of their bytes. The values come in their own type: a
 * cast to text could be one that somebody has made.
 */
static void
add_values(ColumnList *list, Oid relid, const char *label, const char *name)
{
	MemoryContext caller = CurrentMemoryContext;
	const char *column = quote_identifier(name);
	char	   *values[LF_MAX_TEXT_VALUES];
	int			count;
	StringInfoData query;

	initStringInfo(&query);
	appendStringInfo(&query, "SELECT DISTINCT %s FROM %s WHERE %s IS NOT NULL LIMIT %d", column,
					 quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid)),
					 column, LF_MAX_TEXT_VALUES + 1);
	SPI_connect();
	if (SPI_execute(query.data, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the values of column \"%s\"", name);
	if (SPI_processed > LF_MAX_TEXT_VALUES)
		report_values(label, name);
	count = (int) SPI_processed;
	for (int i = 0; i < count; i++)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (strlen(name) + 1 + strlen(value) > LF_MAX_NAME)
			report_values(label, name);
		values[i] = MemoryContextStrdup(caller, value);
	}
	SPI_finish();
	qsort(values, count, sizeof(char *), compare_texts);
	for (int i = 0; i < count; i++)
		add(list, psprintf("%s=%s", name, values[i]), values[i]);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("column \"%s\" of %s has no known value", name, label),
				 errhint("Leave the column out, or read more rows.")));
}

ColumnList
text_columns_expand(Oid relid, const char *label, char **names, int count, const lf_model *model)
{
	ColumnList	list = {.names = palloc(sizeof(char *)), .values = palloc(sizeof(char *))};

	for (int i = 0; i < count; i++)
	{
		AttrNumber	column = get_attnum(relid, names[i]);

		CHECK_FOR_INTERRUPTS();
		if (column <= 0 || !table_is_category(get_atttype(relid, column)))
			add(&list, names[i], NULL);
		else if (!add_of_model(&list, names[i], model))
			add_values(&list, relid, label, names[i]);
	}
	return list;
}
