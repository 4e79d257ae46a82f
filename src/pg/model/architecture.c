/*
 * architecture.c: the layers of a network as JSON.
 *
 * One table says which key is which argument; what keys a layer kind takes follows from its class. So a new layer kind
 * needs nothing here, and a new argument one row.
 */
#include "model/architecture.h"

#include "sql/names.h"

typedef enum value_type
{
	VALUE_SIZE,					/* a positive integer */
	VALUE_PAIR,					/* one or two of them */
	VALUE_BOOL,
	VALUE_ACTIVATION,
	VALUE_MERGE,
	VALUE_PADDING,
	VALUE_SHAPE,
	VALUE_RATE
} value_type;

typedef struct argument_key
{
	const char *key;
	unsigned	argument;		/* lf_argument bits that go by this key */
	value_type	type;
	size_t		offset;			/* in lf_layer_spec */
} argument_key;

static const argument_key keys[] = {
	{"units", LF_ARG_UNITS, VALUE_SIZE, offsetof(lf_layer_spec, units)},
	{"filters", LF_ARG_FILTERS, VALUE_SIZE, offsetof(lf_layer_spec, units)},
	{"n", LF_ARG_N, VALUE_SIZE, offsetof(lf_layer_spec, units)},
	{"segments", LF_ARG_SEGMENTS, VALUE_SIZE, offsetof(lf_layer_spec, segments)},
	{"categories", LF_ARG_CATEGORIES, VALUE_SIZE, offsetof(lf_layer_spec, categories)},
	{"kernel_size", LF_ARG_KERNEL_SIZE, VALUE_SIZE, offsetof(lf_layer_spec, kernel)},
	{"kernel_size", LF_ARG_KERNEL_SIZE_2D, VALUE_PAIR, offsetof(lf_layer_spec, kernel)},
	{"pool_size", LF_ARG_POOL_SIZE, VALUE_SIZE, offsetof(lf_layer_spec, kernel)},
	{"strides", LF_ARG_STRIDES, VALUE_SIZE, offsetof(lf_layer_spec, strides)},
	{"strides", LF_ARG_STRIDES_2D, VALUE_PAIR, offsetof(lf_layer_spec, strides)},
	{"padding", LF_ARG_PADDING, VALUE_PADDING, offsetof(lf_layer_spec, padding)},
	{"activation", LF_ARG_ACTIVATION, VALUE_ACTIVATION, offsetof(lf_layer_spec, activation)},
	{"recurrent_activation", LF_ARG_RECURRENT_ACTIVATION, VALUE_ACTIVATION,
	offsetof(lf_layer_spec, recurrent_activation)},
	{"use_bias", LF_ARG_USE_BIAS, VALUE_BOOL, offsetof(lf_layer_spec, use_bias)},
	{"unit_forget_bias", LF_ARG_UNIT_FORGET_BIAS, VALUE_BOOL, offsetof(lf_layer_spec, unit_forget_bias)},
	{"return_sequences", LF_ARG_RETURN_SEQUENCES, VALUE_BOOL, offsetof(lf_layer_spec, return_sequences)},
	{"go_backwards", LF_ARG_GO_BACKWARDS, VALUE_BOOL, offsetof(lf_layer_spec, go_backwards)},
	{"merge_mode", LF_ARG_MERGE_MODE, VALUE_MERGE, offsetof(lf_layer_spec, merge)},
	{"target_shape", LF_ARG_TARGET_SHAPE, VALUE_SHAPE, offsetof(lf_layer_spec, target)},
	{"rate", LF_ARG_RATE, VALUE_RATE, offsetof(lf_layer_spec, rate)},
};

typedef struct layer_reader
{
	lf_layer_spec spec;
	const lf_layer_class *class;
	int			number;			/* from 1, for errors */
	bool		strides_given;
	bool		size_given;
	const JsonbValue *wrapped;
} layer_reader;

static char *
argument_name(const layer_reader *reader, const char *key)
{
	return psprintf("argument \"%s\" of layer %d (%s)", key, reader->number, reader->class->name);
}

static void
read_argument(layer_reader *reader, const argument_key *key, const JsonbValue *value)
{
	char	   *what = argument_name(reader, key->key);
	void	   *place = (char *) &reader->spec + key->offset;
	JsonbValue	elements[LF_MAX_RANK];
	int			count;

	switch (key->type)
	{
		case VALUE_SIZE:
			/* Keras writes (2,) as well as 2 */
			if (json_elements(value, what, elements, 1) == 1)
				*(int *) place = (int) json_int(&elements[0], what, 1, LF_MAX_DIM);
			break;
		case VALUE_PAIR:
			count = json_elements(value, what, elements, 2);
			((int *) place)[0] = (int) json_int(&elements[0], what, 1, LF_MAX_DIM);
			((int *) place)[1] = (int) json_int(&elements[count - 1], what, 1, LF_MAX_DIM);
			break;
		case VALUE_BOOL:
			*(bool *) place = json_bool(value, what);
			break;
		case VALUE_ACTIVATION:
			*(lf_activation *) place = json_choice(value, what, lf_activation_names, LF_ACTIVATIONS);
			break;
		case VALUE_MERGE:
			*(lf_merge *) place = json_choice(value, what, lf_merge_names, LF_MERGES);
			break;
		case VALUE_PADDING:
			*(lf_padding *) place = json_choice(value, what, lf_padding_names,
												reader->class->arguments & LF_ARG_CAUSAL ? 3 : 2);
			break;
		case VALUE_SHAPE:
			reader->spec.target.rank = json_elements(value, what, elements, LF_MAX_RANK);
			for (int i = 0; i < reader->spec.target.rank; i++)
				reader->spec.target.dim[i] = (int) json_int(&elements[i], what, -1, LF_MAX_DIM);
			break;
		case VALUE_RATE:
			*(double *) place = json_real(value, what, 0, 0.999999);
			break;
	}
	if (key->argument & (LF_ARG_STRIDES | LF_ARG_STRIDES_2D))
		reader->strides_given = true;
	if (key->argument & (LF_ARG_UNITS | LF_ARG_FILTERS | LF_ARG_N))
		reader->size_given = true;
}

static void
visit_argument(void *state, const char *name, const JsonbValue *value)
{
	layer_reader *reader = state;
	const char *valid[lengthof(keys)];
	int			count = 0;

	if (strcmp(name, "type") == 0)
		return;
	if (strcmp(name, "layer") == 0 && (reader->class->arguments & LF_ARG_LAYER))
	{
		reader->wrapped = memcpy(palloc(sizeof(JsonbValue)), value, sizeof(JsonbValue));
		return;
	}
	for (int i = 0; i < lengthof(keys); i++)
	{
		if (!(reader->class->arguments & keys[i].argument))
			continue;
		if (strcmp(name, keys[i].key) == 0)
		{
			read_argument(reader, &keys[i], value);
			return;
		}
		valid[count++] = keys[i].key;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("layer %d (%s) has no argument \"%s\"", reader->number, reader->class->name, name),
			 count > 0 ? errdetail("This layer takes %s.", join_names(valid, count)) : 0,
			 nearest_hint(name, valid, count, NULL)));
}

static lf_layer_kind
kind_by_name(const JsonbValue *value, int number)
{
	const char *names[LF_LAYER_KINDS];

	for (int i = 0; i < LF_LAYER_KINDS; i++)
		names[i] = lf_layer_class_of(i)->name;
	return json_choice(value, psprintf("\"type\" of layer %d", number), names, LF_LAYER_KINDS);
}

static lf_layer_spec
read_layer(const JsonbValue *value, int number, bool inside)
{
	layer_reader reader = {.number = number};
	JsonbValue	type;

	if (!json_is_object(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layer %d must be a JSON object, not %s", number, json_display(value)),
				 errhint("For example: {\"type\": \"lstm\", \"units\": 50}.")));
	if (getKeyJsonValueFromContainer(value->val.binary.data, "type", 4, &type) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layer %d has no \"type\"", number)));
	reader.spec = lf_layer_defaults(kind_by_name(&type, number));
	reader.class = lf_layer_class_of(reader.spec.kind);
	json_each_key(value->val.binary.data, psprintf("layer %d", number), visit_argument, &reader);

	if (reader.class->arguments & LF_ARG_LAYER)
	{
		lf_layer_spec inner;
		lf_merge	merge = reader.spec.merge;
		lf_layer_kind kind = reader.spec.kind;

		if (reader.wrapped == NULL || inside)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 inside ? errmsg("layer %d cannot nest wrappers", number) :
					 errmsg("layer %d (%s) needs \"layer\", the one layer that it wraps", number, reader.class->name),
					 errhint("For example: {\"type\": \"%s\", \"layer\": {\"type\": \"%s\", \"units\": 50}}.",
							 reader.class->name, kind == LF_BIDIRECTIONAL ? "lstm" : "dense")));
		inner = read_layer(reader.wrapped, number, true);
		if (kind == LF_BIDIRECTIONAL ? inner.kind != LF_LSTM :
			inner.kind != LF_CONV1D && inner.kind != LF_MAX_POOL1D && inner.kind != LF_FLATTEN && inner.kind != LF_DENSE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("layer %d (%s) cannot wrap a layer of type %s", number, reader.class->name,
							lf_layer_class_of(inner.kind)->name),
					 errdetail("bidirectional wraps lstm; time_distributed wraps conv1d, max_pool1d, flatten and dense.")));
		reader.spec = inner;
		reader.spec.inner = inner.kind;
		reader.spec.kind = kind;
		reader.spec.merge = merge;
		return reader.spec;
	}
	if ((reader.class->arguments & (LF_ARG_UNITS | LF_ARG_FILTERS | LF_ARG_N)) && !reader.size_given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layer %d (%s) needs \"%s\"", number, reader.class->name,
						reader.class->arguments & LF_ARG_UNITS ? "units" :
						reader.class->arguments & LF_ARG_N ? "n" : "filters")));
	/* Keras: strides of a pooling default to its size */
	if ((reader.class->arguments & LF_ARG_POOL_SIZE) && !reader.strides_given)
		reader.spec.strides[0] = reader.spec.kernel[0];
	return reader.spec;
}

void
architecture_from_json(const JsonbValue *layers, lf_spec *spec)
{
	JsonbValue	elements[LF_MAX_LAYERS];

	if (!json_is_array(layers))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("layers must be an array, not %s", json_display(layers)),
				 errhint("For example: [{\"type\": \"lstm\", \"units\": 50}, {\"type\": \"dense\", \"units\": 1}].")));
	spec->count = json_elements(layers, "the array of layers", elements, LF_MAX_LAYERS);
	for (int i = 0; i < spec->count; i++)
		spec->layer[i] = read_layer(&elements[i], i + 1, false);
}

static void
append_pair(StringInfo out, const int *pair)
{
	appendStringInfo(out, "[%d, %d]", pair[0], pair[1]);
}

/* Appends one key where the value is not the default. */
static void
append_argument(StringInfo out, const argument_key *key, const lf_layer_spec *layer, const lf_layer_spec *defaults)
{
	const void *value = (const char *) layer + key->offset;
	const void *standard = (const char *) defaults + key->offset;
	size_t		size = key->type == VALUE_PAIR ? 2 * sizeof(int) : key->type == VALUE_BOOL ? sizeof(bool) :
	key->type == VALUE_RATE ? sizeof(double) : key->type == VALUE_SHAPE ? sizeof(lf_shape) : sizeof(int);

	if (memcmp(value, standard, size) == 0)
		return;
	appendStringInfo(out, ", \"%s\": ", key->key);
	switch (key->type)
	{
		case VALUE_SIZE:
			appendStringInfo(out, "%d", *(const int *) value);
			break;
		case VALUE_PAIR:
			append_pair(out, value);
			break;
		case VALUE_BOOL:
			appendStringInfoString(out, *(const bool *) value ? "true" : "false");
			break;
		case VALUE_ACTIVATION:
			appendStringInfo(out, "\"%s\"", lf_activation_names[*(const lf_activation *) value]);
			break;
		case VALUE_MERGE:
			appendStringInfo(out, "\"%s\"", lf_merge_names[*(const lf_merge *) value]);
			break;
		case VALUE_PADDING:
			appendStringInfo(out, "\"%s\"", lf_padding_names[*(const lf_padding *) value]);
			break;
		case VALUE_SHAPE:
			appendStringInfoChar(out, '[');
			for (int i = 0; i < layer->target.rank; i++)
				appendStringInfo(out, "%s%d", i > 0 ? ", " : "", layer->target.dim[i]);
			appendStringInfoChar(out, ']');
			break;
		case VALUE_RATE:
			append_number(out, layer->rate);
			break;
	}
}

static void
append_layer(StringInfo out, const lf_layer_spec *layer)
{
	const lf_layer_class *class = lf_layer_class_of(layer->kind);
	lf_layer_spec defaults = lf_layer_defaults(layer->kind);

	appendStringInfo(out, "{\"type\": \"%s\"", class->name);
	if (class->arguments & LF_ARG_POOL_SIZE)
		defaults.strides[0] = layer->kernel[0];
	for (int i = 0; i < lengthof(keys); i++)
		if (class->arguments & keys[i].argument)
			append_argument(out, &keys[i], layer, &defaults);
	if (class->arguments & LF_ARG_LAYER)
	{
		lf_layer_spec inner = *layer;

		inner.kind = layer->kind == LF_BIDIRECTIONAL ? LF_LSTM : layer->inner;
		appendStringInfoString(out, ", \"layer\": ");
		append_layer(out, &inner);
	}
	appendStringInfoChar(out, '}');
}

void
architecture_to_json(StringInfo out, const lf_spec *spec)
{
	appendStringInfoChar(out, '[');
	for (int i = 0; i < spec->count; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		append_layer(out, &spec->layer[i]);
	}
	appendStringInfoChar(out, ']');
}

char *
layer_label(const lf_layer_spec *layer)
{
	const lf_layer_class *class = lf_layer_class_of(layer->kind);

	if (!(class->arguments & LF_ARG_LAYER))
		return pstrdup(class->name);
	return psprintf("%s (%s)", class->name,
					lf_layer_class_of(layer->kind == LF_BIDIRECTIONAL ? LF_LSTM : layer->inner)->name);
}
