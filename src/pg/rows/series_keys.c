/*
 * series_keys.c: keys are compared and written by their own types, and read by the input functions of these.
 */
#include "rows/series_keys.h"

#include "access/htup_details.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* ---- series at hand ---- */

static void
prepare_output(Oid type, FmgrInfo *output)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	fmgr_info(function, output);
}

SeriesKeys *
series_keys_create(const Table *table, TupleDesc descriptor)
{
	SeriesKeys *keys = palloc0(sizeof(SeriesKeys));

	keys->count = table->keys;
	keys->first = descriptor->natts - table->keys;
	keys->type = palloc(keys->count * sizeof(TypeCacheEntry *));
	keys->collation = palloc(keys->count * sizeof(Oid));
	keys->value = palloc0(keys->count * sizeof(Datum));
	keys->null = palloc0(keys->count * sizeof(bool));
	if (keys->count > 1)
		keys->row = CreateTemplateTupleDesc(keys->count);
	for (int i = 0; i < keys->count; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, keys->first + i);

		keys->type[i] = lookup_type_cache(column->atttypid, TYPECACHE_EQ_OPR_FINFO);
		keys->collation[i] = column->attcollation;
		if (keys->row != NULL)
			TupleDescInitEntry(keys->row, (AttrNumber) (i + 1), NULL, column->atttypid, column->atttypmod, 0);
	}
	if (keys->row != NULL)
		keys->row = BlessTupleDesc(keys->row);
	prepare_output(keys->row != NULL ? RECORDOID : keys->type[0]->type_id, &keys->output);
	return keys;
}

/* Whether a key has the value that it has in the series at hand. */
static bool
same_key(const SeriesKeys *keys, int i, Datum value, bool null)
{
	TypeCacheEntry *type = keys->type[i];

	if (null || keys->null[i])
		return null == keys->null[i];
	if (datum_image_eq(value, keys->value[i], type->typbyval, type->typlen))
		return true;
	/* 1.0 and 1.00 are the same number */
	return DatumGetBool(FunctionCall2Coll(&type->eq_opr_finfo, keys->collation[i], value, keys->value[i]));
}

bool
series_keys_same(const SeriesKeys *keys, const TupleTableSlot *slot)
{
	/* the last one changes most often */
	for (int i = keys->count - 1; i >= 0; i--)
		if (!same_key(keys, i, slot->tts_values[keys->first + i], slot->tts_isnull[keys->first + i]))
			return false;
	return true;
}

void
series_keys_take(SeriesKeys *keys, const TupleTableSlot *slot)
{
	for (int i = 0; i < keys->count; i++)
	{
		keys->null[i] = slot->tts_isnull[keys->first + i];
		keys->value[i] = keys->null[i] ? 0 :
			datumCopy(slot->tts_values[keys->first + i], keys->type[i]->typbyval, keys->type[i]->typlen);
	}
}

int
series_keys_null(const SeriesKeys *keys)
{
	for (int i = 0; i < keys->count; i++)
		if (keys->null[i])
			return i;
	return -1;
}

char *
series_keys_label(SeriesKeys *keys)
{
	if (keys->row != NULL)
		return OutputFunctionCall(&keys->output, HeapTupleGetDatum(heap_form_tuple(keys->row, keys->value, keys->null)));
	return keys->null[0] ? NULL : OutputFunctionCall(&keys->output, keys->value[0]);
}

/* ---- series by name ---- */

/*
 * Whether reading and comparing values of a type runs nothing that its owner could have made: what PostgreSQL itself
 * brings, and enums. Composite types, ranges and arrays may hold domains, whose constraints call functions as a value
 * is read; and a type of somebody else can have casts, by which an operator of pg_catalog would be found for it.
 */
static bool
compares_safely(Oid type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	bool		safe;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_type) GETSTRUCT(tuple);
	safe = OidIsValid(form->typarray) &&
		(form->typtype == TYPTYPE_ENUM ||
		 (form->typtype == TYPTYPE_BASE && form->typnamespace == PG_CATALOG_NAMESPACE &&
		  !(OidIsValid(form->typelem) && form->typlen == -1)));
	ReleaseSysCache(tuple);
	return safe;
}

pg_noreturn static void report_bad_name(const Table *table, const char *name);

static void
report_bad_name(const Table *table, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no name of a series of %s", name, table->label),
			 errdetail("Series are told apart by %d columns; a name is the row of their values.", table->keys),
			 errhint("Write it as PostgreSQL does: ROW(1, 'apple')::text is (1,apple).")));
}

/* Reads one value of a row as text, up to the comma or bracket behind it; NULL where nothing stands there. */
static char *
read_field(const Table *table, const char *name, const char **at)
{
	StringInfoData field;
	bool		quoted = false;
	bool		found = false;

	initStringInfo(&field);
	for (; quoted || (**at != ',' && **at != ')'); (*at)++)
	{
		if (**at == '\0')
			report_bad_name(table, name);
		found = true;
		if (**at == '"' && quoted && (*at)[1] == '"')
			appendStringInfoChar(&field, *++*at);
		else if (**at == '"')
			quoted = !quoted;
		else if (**at == '\\' && (*at)[1] != '\0')
			appendStringInfoChar(&field, *++*at);
		else
			appendStringInfoChar(&field, **at);
	}
	return found ? field.data : NULL;
}

void
series_keys_split(const Table *table, char *name, char **fields)
{
	const char *at = name;

	if (table->keys == 1)
	{
		fields[0] = name;
		return;
	}
	if (*at++ != '(')
		report_bad_name(table, name);
	for (int i = 0; i < table->keys; i++)
	{
		fields[i] = read_field(table, name, &at);
		if (*at++ != (i + 1 < table->keys ? ',' : ')'))
			report_bad_name(table, name);
	}
	if (*at != '\0')
		report_bad_name(table, name);
}

/* A text and a varchar are what they are, and an array of them is one of text. */
static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID;
}

/*
 * Values of a key as an array of its type. Each is read by the input function of the type and not by a cast from text:
 * that could be one that the owner of the type has made, with a function that runs as the caller.
 */
static Datum
array_of_fields(Oid type, char **fields, int stride, int count)
{
	Datum	   *elements = palloc(count * sizeof(Datum) + 1);
	Oid			element_type = is_text(type) ? TEXTOID : type;
	int			elements_count = 0;
	Oid			function;
	Oid			parameter;
	FmgrInfo	input;
	int16		length;
	bool		by_value;
	char		alignment;

	getTypeInputInfo(type, &function, &parameter);
	fmgr_info(function, &input);
	get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
	for (int i = 0; i < count; i++)
	{
		char	   *field = fields[(Size) i * stride];

		CHECK_FOR_INTERRUPTS();
		if (field != NULL)
			elements[elements_count++] = is_text(type) ? CStringGetTextDatum(field) :
				InputFunctionCall(&input, field, parameter, -1);
	}
	return PointerGetDatum(construct_array(elements, elements_count, element_type, length, by_value, alignment));
}

ParamListInfo
series_keys_filter(const Table *table, Datum names, StringInfo query, bool *exact)
{
	ParamListInfo params = makeParamList(table->keys);
	int			used = 0;
	int			count;
	Datum	   *elements;
	bool	   *nulls;
	char	  **fields;

	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	fields = palloc_extended((Size) count * table->keys * sizeof(char *) + 1, MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		series_keys_split(table, TextDatumGetCString(elements[i]), fields + (Size) i * table->keys);
	}
	for (int i = 0; i < table->keys; i++)
	{
		Oid			type = table->key_type[i];

		if (!compares_safely(type))
			continue;
		appendStringInfo(query, " %s %s OPERATOR(pg_catalog.=) ANY ($%d)", used == 0 ? "WHERE" : "AND",
						 quote_identifier(table->key[i]), used + 1);
		params->params[used++] = (ParamExternData) {
			.value = array_of_fields(type, fields + i, table->keys, count),
			.pflags = PARAM_FLAG_CONST,
			.ptype = get_array_type(is_text(type) ? TEXTOID : type),
		};
	}
	params->numParams = used;
	/* of several keys, a value of one series may stand beside that of another */
	*exact = used == 1 && table->keys == 1;
	return used == 0 ? NULL : params;
}
