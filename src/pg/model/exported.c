/*
 * exported.c: from the jsonb that lstm_export made, or anybody else, to the bytes of a model.
 *
 * The jsonb becomes a tree of named values, from which the core makes bytes (see model/fields.h), and these are looked at as
 * those of any model. Nothing is taken before its size is known: a tree is as large as the jsonb has elements, and the
 * bytes as large as the tree.
 */
#include "model/exported.h"

#include "server/error.h"
#include "model/fields.h"
#include "model/model_bytes.h"
#include "model/model_value.h"
#include "server/settings.h"
#include "sql/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

#include <math.h>

typedef struct TreeReader
{
	Size		taken;			/* memory of the tree */
	Size		bytes;			/* that the model can take */
} TreeReader;

static void *
take(TreeReader *reader, Size count, Size size)
{
	Size		needed = Max(count, 1) * size;	/* both come from a jsonb: no overflow */

	reader->taken += needed;
	check_memory(reader->taken + reader->bytes, "the fields of this model", "import a smaller model");
	return MemoryContextAllocExtended(CurrentMemoryContext, needed, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static double
real_of(const JsonbValue *value)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
}

/* A number with the whole number that it is, of which a double has not all digits. */
static void
read_number(const JsonbValue *value, lf_node *node)
{
	char	   *digits = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	char	   *end;

	node->kind = LF_NODE_NUMBER;
	node->real = real_of(value);
	node->negative = digits[0] == '-';
	errno = 0;
	node->magnitude = strtoull(digits + (node->negative ? 1 : 0), &end, 10);
	node->whole = *end == '\0' && errno == 0;
	pfree(digits);
}

/* Whether a list has nothing but numbers; most have. */
static bool
has_numbers_alone(JsonbContainer *list)
{
	JsonbIterator *iterator = JsonbIteratorInit(list);
	JsonbValue	value;

	(void) JsonbIteratorNext(&iterator, &value, true);
	while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
	{
		CHECK_FOR_INTERRUPTS();
		if (value.type != jbvNumeric)
			return false;
	}
	return JsonContainerSize(list) > 0;
}

static void read_container(TreeReader *reader, JsonbContainer *container, lf_node *node, int depth);

static void
read_value(TreeReader *reader, const JsonbValue *value, lf_node *node, int depth)
{
	reader->bytes += LF_NODE_BYTES;
	switch (value->type)
	{
		case jbvNull:
			node->kind = LF_NODE_NULL;
			break;
		case jbvBool:
			node->kind = LF_NODE_BOOL;
			node->real = value->val.boolean;
			break;
		case jbvNumeric:
			read_number(value, node);
			break;
		case jbvString:
			node->kind = LF_NODE_TEXT;
			node->count = value->val.string.len;
			node->text = memcpy(take(reader, node->count + 1, 1), value->val.string.val, node->count);
			reader->bytes += node->count;
			break;
		default:
			read_container(reader, value->val.binary.data, node, depth + 1);
	}
}

static void
read_container(TreeReader *reader, JsonbContainer *container, lf_node *node, int depth)
{
	bool		is_object = JsonContainerIsObject(container);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	Size		next = 0;

	if (depth > LF_FIELD_DEPTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spec has lists or objects more than %d deep", LF_FIELD_DEPTH),
				 errhint("Give what lstm_export returned.")));
	node->count = JsonContainerSize(container);
	iterator = JsonbIteratorInit(container);
	(void) JsonbIteratorNext(&iterator, &value, true);
	if (!is_object && has_numbers_alone(container))
	{
		double	   *numbers = take(reader, node->count, sizeof(double));

		node->kind = LF_NODE_NUMBERS;
		node->numbers = numbers;
		reader->bytes += node->count * sizeof(double);
		while (JsonbIteratorNext(&iterator, &value, true) == WJB_ELEM)
		{
			CHECK_FOR_INTERRUPTS();
			numbers[next++] = real_of(&value);
		}
		return;
	}
	node->kind = is_object ? LF_NODE_OBJECT : LF_NODE_LIST;
	node->child = take(reader, node->count, sizeof(lf_node));
	if (is_object)
		reader->bytes += LF_OBJECT_BYTES;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) == WJB_ELEM || token == WJB_KEY)
	{
		lf_node    *child = &node->child[next++];

		CHECK_FOR_INTERRUPTS();
		if (token == WJB_KEY)
		{
			child->name = memcpy(take(reader, value.val.string.len + 1, 1), value.val.string.val, value.val.string.len);
			(void) JsonbIteratorNext(&iterator, &value, true);
		}
		read_value(reader, &value, child, depth);
	}
}

/* The version of the format, of an object that says that it is an exported model. */
static int
read_format(const lf_node *root)
{
	const lf_node *format = lf_node_take(root, EXPORT_FORMAT_KEY);
	const lf_node *version = lf_node_take(root, EXPORT_VERSION_KEY);

	if (format == NULL || format->kind != LF_NODE_TEXT || strcmp(format->text, EXPORT_FORMAT) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spec has no \"%s\": \"%s\"", EXPORT_FORMAT_KEY, EXPORT_FORMAT),
				 errdetail("Without weights beside it, spec is a model that lstm_export wrote."),
				 errhint("For layers that were trained elsewhere call lstm_import(spec, weights).")));
	if (version == NULL || version->kind != LF_NODE_NUMBER || !version->whole || version->negative || version->magnitude < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" of spec must be a positive integer", EXPORT_VERSION_KEY),
				 errhint("Give what lstm_export returned.")));
	if (version->magnitude > LF_FORMAT)
		report_model(LF_NEWER_FORMAT);
	return (int) version->magnitude;
}

/* Where a tree is no model: "task.lookback", or "layers[0].units". */
static char *
path_of(const lf_fields *fields)
{
	StringInfoData path;

	initStringInfo(&path);
	for (int i = 0; i < fields->depth; i++)
	{
		const lf_field_frame *frame = &fields->frame[i];

		if (i > 0 && frame->node->name != NULL)
			appendStringInfo(&path, "%s%s", path.len > 0 ? "." : "", frame->node->name);
		if (frame->node->kind != LF_NODE_OBJECT && frame->next > 0)
			appendStringInfo(&path, "[%zu]", frame->next - 1);
	}
	if (fields->name != NULL)
		appendStringInfo(&path, "%s%s", path.len > 0 ? "." : "", fields->name);
	return path.data;
}

pg_noreturn static void report_fault(const lf_fields *fields);

static void
report_fault(const lf_fields *fields)
{
	static const char *const reasons[] = {
		[LF_FAULT_VALUE] = "\"%s\" of spec is out of its range, or does not fit the other fields",
		[LF_FAULT_MISSING] = "spec has no \"%s\"",
		[LF_FAULT_UNRECOGNIZED] = "\"%s\" of spec is no field of a model",
		[LF_FAULT_KIND] = "\"%s\" of spec is a value of another kind than lstm_export writes there",
		[LF_FAULT_WORD] = "\"%s\" of spec is none of the words that may stand there",
		[LF_FAULT_TOO_MANY] = "\"%s\" of spec has more elements than the other fields say",
	};

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg(reasons[fields->fault], path_of(fields)),
			 errhint("Give what lstm_export returned; numbers in it may be changed, such as weights.")));
}

bytea *
exported_to_bytea(const Jsonb *json)
{
	MemoryContext reading = AllocSetContextCreate(CurrentMemoryContext, "fields of a model", ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(reading);
	TreeReader	reader = {.bytes = LF_OBJECT_BYTES};
	lf_node		root = {.name = NULL};
	lf_fields  *fields = palloc0(sizeof(lf_fields));
	size_t		length;
	lf_status	status;
	int			format;
	bytea	   *value;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spec must be a JSON object"),
				 errhint("Give what lstm_export returned.")));
	read_container(&reader, (JsonbContainer *) &json->root, &root, 1);
	format = read_format(&root);
	fields->out = take(&reader, reader.bytes, 1);
	fields->size = reader.bytes;
	do
		status = lf_model_from_tree(&root, format, serve_interrupts(), fields, &length);
	while (status == LF_INTERRUPTED);
	if (status != LF_OK)
		report_fault(fields);
	settings_check_model(length, "the model has");
	MemoryContextSwitchTo(outer);
	check_memory(reader.taken + length, "the model as a value", "make a smaller model");
	value = palloc(length + VARHDRSZ);
	SET_VARSIZE(value, length + VARHDRSZ);
	memcpy(VARDATA(value), fields->out, length);
	MemoryContextReset(reading);
	MemoryContextSwitchTo(reading);
	if (!model_is_sound(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the fields of spec contradict each other"),
				 errdetail("No model has these sizes, columns, seasons or ranges together."),
				 errhint("Give what lstm_export returned; numbers in it may be changed, such as weights.")));
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(reading);
	return value;
}
