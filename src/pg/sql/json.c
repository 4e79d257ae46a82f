/*
 * json.c: jsonb in, JSON text out.
 */
#include "sql/json.h"

#include "server/error.h"
#include "mb/pg_wchar.h"
#include "sql/names.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include <math.h>

bool
json_is_object(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
}

bool
json_is_array(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data);
}

/* Bytes of a jsonb value that may be shorter than 64 characters as text; longer ones need not be written out to see. */
#define LONGEST_SHOWN 4096

char *
json_display(const JsonbValue *value)
{
	char	   *words;

	switch (value->type)
	{
		case jbvNull:
			return "null";
		case jbvBool:
			return value->val.boolean ? "true" : "false";
		case jbvNumeric:
			words = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
			if (strlen(words) > 63)
				words = psprintf("a number of %zu characters", strlen(words));
			return words;
		case jbvString:
			words = value->val.string.val;
			words = psprintf("\"%s\"", pnstrdup(words, pg_mbcliplen(words, value->val.string.len, 63)));
			return words;
		case jbvBinary:
			words = value->val.binary.len > LONGEST_SHOWN ? NULL :
				JsonbToCString(NULL, value->val.binary.data, value->val.binary.len);
			if (words == NULL || strlen(words) > 63)
				words = json_is_array(value) ? "an array" : "an object";
			return words;
		default:
			return "a value";
	}
}

pg_noreturn static void report_type(const JsonbValue *value, const char *what, const char *wanted);

static void
report_type(const JsonbValue *value, const char *what, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be %s, not %s", what, wanted, json_display(value))));
}

void
json_each_key(JsonbContainer *object, const char *what, json_visitor visitor, void *state)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbValue	key;
	JsonbValue	value;
	JsonbIteratorToken token = JsonbIteratorNext(&iterator, &key, false);

	if (token != WJB_BEGIN_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a JSON object", what),
				 errhint("For example: '{\"epochs\": 100}'.")));
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&iterator, &value, true);
		/* no key that means something is as long as what is left of a longer one */
		visitor(state, pnstrdup(key.val.string.val, pg_mbcliplen(key.val.string.val, key.val.string.len, NAMEDATALEN)),
				&value);
	}
}

int
json_elements(const JsonbValue *value, const char *what, JsonbValue *elements, int most)
{
	JsonbIterator *iterator;
	JsonbValue	element;
	int			count = 0;

	if (!json_is_array(value))
	{
		elements[0] = *value;
		return 1;
	}
	iterator = JsonbIteratorInit(value->val.binary.data);
	(void) JsonbIteratorNext(&iterator, &element, false);
	while (JsonbIteratorNext(&iterator, &element, true) == WJB_ELEM)
	{
		if (count == most)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg_plural("%s must have at most %d element", "%s must have at most %d elements", most,
								   what, most)));
		elements[count++] = element;
	}
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be empty", what)));
	return count;
}

static double
number_of(const JsonbValue *value, const char *what, const char *wanted)
{
	if (value->type != jbvNumeric)
		report_type(value, what, wanted);
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

double
json_real(const JsonbValue *value, const char *what, double low, double high)
{
	double		number = number_of(value, what, "a number");

	if (!(number >= low && number <= high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from %g to %g, not %s", what, low, high, json_display(value))));
	return number;
}

/* Whether a double in the range of int64 is the number itself, not the nearest one. */
static bool
is_exactly(const JsonbValue *value, double number)
{
	Datum		rounded = DirectFunctionCall1(int8_numeric, Int64GetDatum((int64) number));

	return DatumGetBool(DirectFunctionCall2(numeric_eq, rounded, NumericGetDatum(value->val.numeric)));
}

int64
json_int(const JsonbValue *value, const char *what, int64 low, int64 high)
{
	double		number = number_of(value, what, "an integer");

	if (number != floor(number) || !(number >= (double) low && number <= (double) high) || !is_exactly(value, number))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be an integer from " INT64_FORMAT " to " INT64_FORMAT ", not %s",
						what, low, high, json_display(value))));
	return (int64) number;
}

bool
json_bool(const JsonbValue *value, const char *what)
{
	if (value->type != jbvBool)
		report_type(value, what, "true or false");
	return value->val.boolean;
}

char *
json_text(const JsonbValue *value, const char *what)
{
	if (value->type != jbvString)
		report_type(value, what, "a string");
	check_memory(value->val.string.len, what, "give a shorter one");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

int
json_choice(const JsonbValue *value, const char *what, const char *const *names, int count)
{
	char	   *name;
	int			index;

	if (value->type != jbvString)
		report_type(value, what, psprintf("one of %s", join_names(names, count)));
	name = json_text(value, what);
	index = name_index(name, names, count);
	if (index >= 0)
		return index;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be one of %s, not %s", what, join_names(names, count), json_display(value)),
			 nearest_hint(name, names, count, NULL)));
}

void
append_number(StringInfo out, double value)
{
	if (!isfinite(value))
		appendStringInfoString(out, "null");
	else
		appendStringInfoString(out, float8out_internal(value));
}

Datum
jsonb_from_text(const char *json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
}
