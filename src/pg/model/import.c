/*
 * import.c: lstm_import: a model from layers and weights that were trained elsewhere, or one that was exported.
 */
#include "model/architecture.h"
#include "model/exported.h"
#include "sql/arguments.h"
#include "catalog/pg_type.h"
#include "server/error.h"
#include "model/model_value.h"

#include <math.h>

typedef struct SpecReader
{
	lf_spec    *spec;
	bool		input_given;
	bool		layers_given;
} SpecReader;

static void
visit_spec(void *state, const char *key, const JsonbValue *value)
{
	SpecReader *reader = state;
	JsonbValue	elements[2];

	if (strcmp(key, "input") == 0)
	{
		if (json_elements(value, "\"input\"", elements, 2) != 2)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("\"input\" must be [steps, features], not %s", json_display(value)),
					 errhint("For images or subsequences start with a reshape layer.")));
		reader->spec->input = lf_shape_2((int) json_int(&elements[0], "\"input\"", 1, LF_MAX_DIM),
										 (int) json_int(&elements[1], "\"input\"", 1, LF_MAX_COLUMNS));
		reader->input_given = true;
	}
	else if (strcmp(key, "layers") == 0)
	{
		architecture_from_json(value, reader->spec);
		reader->layers_given = true;
	}
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized key \"%s\" in spec", key),
				 errdetail("The keys of a spec are \"input\" and \"layers\".")));
}

static void
read_spec(Jsonb *json, lf_spec *spec)
{
	SpecReader	reader = {.spec = spec};
	JsonbValue	format;

	if (JB_ROOT_IS_OBJECT(json) && getKeyJsonValueFromContainer(&json->root, EXPORT_FORMAT_KEY, strlen(EXPORT_FORMAT_KEY), &format) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spec is an exported model, which has weights of its own"),
				 errhint("Call lstm_import(spec), without weights.")));
	json_each_key(&json->root, "spec", visit_spec, &reader);
	if (!reader.input_given || !reader.layers_given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spec has no \"%s\"", reader.input_given ? "layers" : "input"),
				 errhint("For example: {\"input\": [3, 1], \"layers\": [{\"type\": \"lstm\", \"units\": 50}, "
						 "{\"type\": \"dense\", \"units\": 1}]}.")));
}

/* How many elements each layer wants, for the error of a wrong number. */
static char *
wanted_weights(const lf_network *network)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < network->count; i++)
		appendStringInfo(&out, "%s%s %zu", i > 0 ? ", " : "", layer_label(&network->layer[i].spec),
						 network->layer[i].parameters);
	return out.data;
}

/* The weights, where they lie in the array. */
static const lf_real *
read_weights(ArrayType *array, const lf_network *network)
{
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const uint8 *known = ARR_NULLBITMAP(array);
	const float4 *weights = (const float4 *) ARR_DATA_PTR(array);

	if ((size_t) count != network->parameters)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the layers have %zu weights, but %d were given", network->parameters, count),
				 errdetail("By layer: %s.", wanted_weights(network)),
				 errhint("Give the arrays of Keras' get_weights() in order, each flattened row by row.")));
	/* NULLs have no place among the elements, but the first one is an error */
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (known != NULL && (known[i / BITS_PER_BYTE] & 1 << i % BITS_PER_BYTE) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weight %d is NULL", i + 1)));
		if (!isfinite(weights[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("weight %d is NaN or infinite", i + 1)));
	}
	return weights;
}

SQL_FUNCTION(lstm_import);
Datum
lstm_import(PG_FUNCTION_ARGS)
{
	lf_model   *model = palloc0(sizeof(lf_model));
	lf_network *network = palloc(sizeof(lf_network));
	lf_task    *task = &model->task;
	const lf_shape *output;
	lf_status	status;
	int			layer;

	/* no weights beside it: they are in it, with all else */
	if (PG_NARGS() == 1)
		PG_RETURN_BYTEA_P(exported_to_bytea(PG_GETARG_JSONB_P(0)));
	read_spec(PG_GETARG_JSONB_P(0), &model->spec);
	status = lf_network_create(network, &model->spec, &layer);
	if (status != LF_OK)
		report_network(status, network, &model->spec, layer, task);
	output = lf_network_output(network);
	if (output->rank > 2 || output->dim[output->rank - 1] > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the network's output has shape %s", shape_text(output, true)),
				 errdetail("The shape must be (None, units), for one step of as many targets, or (None, steps, "
						   "units)."),
				 errhint("End with a flatten, reshape or dense layer.")));

	task->lookback = model->spec.input.dim[0];
	task->inputs = model->spec.input.dim[1];
	task->lead = 1;
	task->horizon = output->rank == 2 ? output->dim[0] : 1;
	task->targets = output->dim[output->rank - 1];
	model->columns = task->inputs + task->targets;
	if (model->columns > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("inputs and outputs together exceed %d columns", LF_MAX_COLUMNS)));
	model->names = palloc(model->columns * sizeof(char *));
	model->scaler = palloc(model->columns * sizeof(lf_scaler));
	for (int i = 0; i < model->columns; i++)
	{
		bool		is_input = i < task->inputs;

		model->names[i] = psprintf("%s%d", is_input ? "x" : "y", is_input ? i + 1 : i - task->inputs + 1);
		model->scaler[i] = (lf_scaler) {.offset = 0, .scale = 1};
		if (is_input)
			task->input[i] = (int16) i;
		else
			task->target[i - task->inputs] = (int16) i;
	}
	model->training.batch_size = 1;
	model->relation = model->holidays = model->time_column = model->time_zone = model->series_column = "";
	model->series = 1;
	model->members = 1;
	model->error_scale = palloc(task->targets * sizeof(double));
	for (int j = 0; j < task->targets; j++)
		model->error_scale[j] = 1;
	model->version = LF_VERSION;
	model->imported = true;
	model->season = 1;
	model->scores = palloc0(task->targets * LF_FORECASTERS * sizeof(lf_score));
	model->parameters = network->parameters;
	model->weights = read_weights(argument_array(fcinfo, 1, "the array of weights"), network);
	PG_RETURN_BYTEA_P(model_to_bytea(model));
}
