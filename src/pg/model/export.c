/*
 * export.c: lstm_export: everything that is in a model, as jsonb, by name.
 *
 * What there is, and in which order, the core tells as an outline of the bytes (see model/fields.h): values go from there
 * into jsonb as they lie. So no field of a model can be forgotten here. Numbers are written with the fewest digits that read
 * back the same; those that JSON cannot write are texts: "NaN", "Infinity", "-0".
 */
#include "model/exported.h"

#include "server/error.h"
#include "model/fields.h"
#include "model/model_bytes.h"
#include "model/model_value.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/*
 * What a value takes while the jsonb is made: a JsonbValue, in an array that doubles as it grows, its number with the
 * header of its chunk, and its place in the result. Measured with 1,000,000 weights: 148 bytes each.
 */
#define VALUE_MEMORY 160

typedef struct Writer
{
	const unsigned char *bytes;
	JsonbInState state;
} Writer;

/* A value where the next one belongs: behind its key in an object. */
static void
push(Writer *writer, bool is_element, JsonbValue *value)
{
	pushJsonbValue(&writer->state, is_element ? WJB_ELEM : WJB_VALUE, value);
}

static void
push_key(Writer *writer, const char *name)
{
	JsonbValue	key = {.type = jbvString};

	key.val.string.val = (char *) name;
	key.val.string.len = (int) strlen(name);
	pushJsonbValue(&writer->state, WJB_KEY, &key);
}

static void
push_text(Writer *writer, bool is_element, const char *words, int length)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.val = (char *) words;
	value.val.string.len = length;
	push(writer, is_element, &value);
}

static void
push_number(Writer *writer, bool is_element, const char *digits)
{
	JsonbValue	value = {.type = jbvNumeric};

	value.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
															ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	push(writer, is_element, &value);
}

/* The number that a double is, in so few digits that it is the same when it is read. A float has still fewer. */
static void
push_real(Writer *writer, bool is_element, double number, bool is_single)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];
	const char *words = lf_number_text(number);

	if (words != NULL)
	{
		push_text(writer, is_element, words, (int) strlen(words));
		return;
	}
	if (is_single)
	{
		float_to_shortest_decimal_buf((float) number, digits);
		/* who reads it as a double first, and rounds that, is to come to the same float */
		if ((float) strtod(digits, NULL) != (float) number)
			snprintf(digits, sizeof(digits), "%.9g", number);
	}
	else
		double_to_shortest_decimal_buf(number, digits);
	push_number(writer, is_element, digits);
}

/* One value of a mark, which begins at 'at'; returns where the next one does. */
static Size
push_value(Writer *writer, const lf_mark *mark, Size at)
{
	bool		is_element = mark->name == NULL;
	JsonbValue	truth = {.type = jbvBool};
	uint64		bits;
	double		real;
	float		single;

	switch (mark->type)
	{
		case LF_FIELD_INT:
			push_number(writer, is_element, psprintf("%d", (int32) (uint32) lf_field_integer(writer->bytes + at, 4)));
			return at + 4;
		case LF_FIELD_BYTE:
			push_number(writer, is_element, psprintf("%u", writer->bytes[at]));
			return at + 1;
		case LF_FIELD_BOOL:
			truth.val.boolean = writer->bytes[at] != 0;
			push(writer, is_element, &truth);
			return at + 1;
		case LF_FIELD_U64:
			push_number(writer, is_element, psprintf(UINT64_FORMAT, lf_field_integer(writer->bytes + at, 8)));
			return at + 8;
		case LF_FIELD_I64:
			push_number(writer, is_element, psprintf(INT64_FORMAT, (int64) lf_field_integer(writer->bytes + at, 8)));
			return at + 8;
		case LF_FIELD_DOUBLE:
			bits = lf_field_integer(writer->bytes + at, 8);
			memcpy(&real, &bits, 8);
			push_real(writer, is_element, real, false);
			return at + 8;
		case LF_FIELD_SINGLE:
			{
				uint32		half = (uint32) lf_field_integer(writer->bytes + at, 4);

				memcpy(&single, &half, 4);
				push_real(writer, is_element, (double) single, true);
				return at + 4;
			}
		default:
			elog(ERROR, "a mark of type %d has no value", (int) mark->type);
	}
}

/* 'opener': of the list or object that is open; NULL: it is the model itself. */
static void
push_mark(Writer *writer, const lf_mark *mark, const lf_mark *opener)
{
	bool		is_element = mark->name == NULL;
	JsonbValue	none = {.type = jbvNull};
	Size		at = mark->at;

	if (mark->type == LF_FIELD_END)
	{
		pushJsonbValue(&writer->state, opener->type == LF_FIELD_LIST ? WJB_END_ARRAY : WJB_END_OBJECT, NULL);
		return;
	}
	/* a field that was added without a name would be no valid jsonb */
	if (is_element != (opener != NULL && opener->type == LF_FIELD_LIST))
		elog(ERROR, "a field of the model at byte %zu has %s name", mark->at, is_element ? "no" : "a");
	if (!is_element)
		push_key(writer, mark->name);
	if (mark->type == LF_FIELD_LIST)
		pushJsonbValue(&writer->state, WJB_BEGIN_ARRAY, NULL);
	else if (mark->type == LF_FIELD_OBJECT)
		pushJsonbValue(&writer->state, WJB_BEGIN_OBJECT, NULL);
	else if (mark->type == LF_FIELD_NULL)
		push(writer, is_element, &none);
	else if (mark->word != NULL)
		push_text(writer, is_element, mark->word, (int) strlen(mark->word));
	else if (mark->type == LF_FIELD_TEXT)
	{
		/* names come from whoever made the model */
		pg_verifymbstr((const char *) writer->bytes + at, (int) mark->count, false);
		push_text(writer, is_element, (const char *) writer->bytes + at, (int) mark->count);
	}
	else
		for (Size i = 0; i < mark->count; i++)
		{
			if (i % 1024 == 0)
				CHECK_FOR_INTERRUPTS();
			at = push_value(writer, mark, at);
		}
}

/* The outline of a model that was read already. */
static lf_mark *
outline_of(const unsigned char *bytes, Size length, Size *count, int *format)
{
	lf_fields	fields = {.mark = NULL};
	Size		values = 0;

	while (lf_model_outline(bytes, length, serve_interrupts(), &fields, format) == LF_INTERRUPTED)
		continue;
	check_memory(fields.marks * (sizeof(lf_mark) + VALUE_MEMORY), "the model as jsonb", "export a smaller model");
	fields.mark = MemoryContextAllocHuge(CurrentMemoryContext, (fields.marks + 1) * sizeof(lf_mark));
	fields.room = fields.marks;
	while (lf_model_outline(bytes, length, serve_interrupts(), &fields, format) == LF_INTERRUPTED)
		continue;
	for (Size i = 0; i < fields.marks; i++)
		values += fields.mark[i].type == LF_FIELD_TEXT ? 1 : fields.mark[i].count;
	check_memory(fields.marks * sizeof(lf_mark) + (fields.marks + values) * VALUE_MEMORY, "the model as jsonb",
				 "export a smaller model");
	*count = fields.marks;
	return fields.mark;
}

SQL_FUNCTION(lstm_export);
Datum
lstm_export(PG_FUNCTION_ARGS)
{
	const bytea *value = PG_GETARG_BYTEA_PP(0);
	Writer		writer = {.bytes = (const unsigned char *) VARDATA_ANY(value)};
	MemoryContext checking = AllocSetContextCreate(CurrentMemoryContext, "model to export", ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(checking);
	const lf_mark *open[LF_FIELD_DEPTH];
	lf_mark    *mark;
	Size		count;
	int			depth = 0;
	int			format;

	(void) model_load(value);
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(checking);
	mark = outline_of(writer.bytes, VARSIZE_ANY_EXHDR(value), &count, &format);

	pushJsonbValue(&writer.state, WJB_BEGIN_OBJECT, NULL);
	push_key(&writer, EXPORT_FORMAT_KEY);
	push_text(&writer, false, EXPORT_FORMAT, (int) strlen(EXPORT_FORMAT));
	push_key(&writer, EXPORT_VERSION_KEY);
	push_number(&writer, false, psprintf("%d", format));
	for (Size i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_mark(&writer, &mark[i], depth == 0 ? NULL : open[depth - 1]);
		if (mark[i].type == LF_FIELD_END)
			depth--;
		if (mark[i].type == LF_FIELD_LIST || mark[i].type == LF_FIELD_OBJECT)
		{
			LFPG_ASSERT(depth < LF_FIELD_DEPTH);
			open[depth++] = &mark[i];
		}
	}
	pushJsonbValue(&writer.state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(writer.state.result));
}
