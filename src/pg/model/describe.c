/*
 * describe.c: what is inside a model, as rows: summary, history, weights; and the presets.
 */
#include "model/architecture.h"
#include "sql/arguments.h"
#include "catalog/pg_type.h"
#include "server/error.h"
#include "model/model_value.h"
#include "training/preset.h"

#include <math.h>

/* Columns of a row of lstm_summary. */
enum
{
	SUMMARY_LAYER_NO,
	SUMMARY_LAYER,
	SUMMARY_OUTPUT_SHAPE,
	SUMMARY_PARAMETERS,
	SUMMARY_COLUMNS
};

/* The name of a layer; in front of it that of its network, where this is one beside the first. */
static const char *
label_of(const LoadedModel *loaded, int network, const lf_layer_spec *layer)
{
	int			candidate = -1;

	if (network == 0)
		return layer_label(layer);
	/* those that were kept follow each other as they were tried */
	for (int kept = 0; kept <= network && candidate + 1 < loaded->model.tried; kept += candidate == 0 ||
		 loaded->model.candidate[candidate].weight > 0)
		candidate++;
	return psprintf("%s: %s", candidate < 0 ? "" : lf_candidate_names[loaded->model.candidate[candidate].candidate],
					layer_label(layer));
}

/* One of the networks of a model: the first, or one beside it. */
static const LoadedModel *
network_of(const LoadedModel *loaded, int network)
{
	return network == 0 ? loaded : &loaded->other[network - 1];
}

static void
put_summary(ReturnSetInfo *result, const LoadedModel *loaded, int number, int before)
{
	const lf_network *network = &network_of(loaded, number)->network[0];

	for (int i = 0; i < network->count; i++)
	{
		const lf_layer *layer = &network->layer[i];
		Datum		values[SUMMARY_COLUMNS];
		bool		nulls[SUMMARY_COLUMNS] = {false};

		values[SUMMARY_LAYER_NO] = Int32GetDatum(before + i + 1);
		values[SUMMARY_LAYER] = CStringGetTextDatum(label_of(loaded, number, &layer->spec));
		values[SUMMARY_OUTPUT_SHAPE] = CStringGetTextDatum(shape_text(&layer->output, true));
		values[SUMMARY_PARAMETERS] = Int64GetDatum((int64) layer->parameters);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

SQL_FUNCTION(lstm_summary);
Datum
lstm_summary(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	int			layers = 0;

	InitMaterializedSRF(fcinfo, 0);
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	for (int n = 0; n <= loaded->model.others; n++)
	{
		put_summary(result, loaded, n, layers);
		layers += network_of(loaded, n)->network[0].count;
	}
	return (Datum) 0;
}

/* Columns of a row of lstm_history. */
enum
{
	HISTORY_EPOCH,
	HISTORY_LOSS,
	HISTORY_VALIDATION_LOSS,
	HISTORY_LEARNING_RATE,
	HISTORY_SECONDS,
	HISTORY_COLUMNS
};

SQL_FUNCTION(lstm_history);
Datum
lstm_history(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;

	InitMaterializedSRF(fcinfo, 0);
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	for (int i = 0; i < loaded->model.epochs; i++)
	{
		const lf_epoch *epoch = &loaded->model.history[i];
		Datum		values[HISTORY_COLUMNS] = {0};
		bool		nulls[HISTORY_COLUMNS] = {
			[HISTORY_VALIDATION_LOSS] = isnan(epoch->validation_loss),
			[HISTORY_SECONDS] = isnan(epoch->seconds),
		};

		CHECK_FOR_INTERRUPTS();
		values[HISTORY_EPOCH] = Int32GetDatum(i + 1);
		values[HISTORY_LOSS] = Float8GetDatum(epoch->loss);
		values[HISTORY_VALIDATION_LOSS] = Float8GetDatum(epoch->validation_loss);
		values[HISTORY_LEARNING_RATE] = Float8GetDatum(epoch->learning_rate);
		values[HISTORY_SECONDS] = Float8GetDatum(epoch->seconds);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

#define UNASKED ((size_t) 1 << 20)	/* weights between two looks at the interrupts: a millisecond */

/* As construct_array() does, which would want all elements as Datums. The row of the result is a second copy. */
static ArrayType *
weights_array(const lf_real *weights, size_t size, int layer, const char *name)
{
	Size		bytes = ARR_OVERHEAD_NONULLS(1) + size * sizeof(float4);
	ArrayType  *elements;

	if (bytes > MaxAllocSize - 1024)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("tensor \"%s\" of layer %d exceeds the maximum size of an array", name, layer)));
	check_memory(2 * bytes, psprintf("tensor \"%s\" of layer %d", name, layer), "look at a smaller model");
	elements = palloc(bytes);
	SET_VARSIZE(elements, bytes);
	elements->ndim = 1;
	elements->dataoffset = 0;
	elements->elemtype = FLOAT4OID;
	ARR_DIMS(elements)[0] = (int) size;
	ARR_LBOUND(elements)[0] = 1;
	for (size_t i = 0; i < size; i++)
	{
		if (i % UNASKED == 0)
			CHECK_FOR_INTERRUPTS();
		((float4 *) ARR_DATA_PTR(elements))[i] = (float4) weights[i];
	}
	return elements;
}

/* Columns of a row of lstm_weights. */
enum
{
	WEIGHTS_LAYER_NO,
	WEIGHTS_LAYER,
	WEIGHTS_NAME,
	WEIGHTS_SHAPE,
	WEIGHTS_VALUES,
	WEIGHTS_COLUMNS
};

static void
put_weights(ReturnSetInfo *result, const LoadedModel *loaded, int number, int before)
{
	const lf_network *network = &network_of(loaded, number)->network[0];
	const lf_real *weights = network_of(loaded, number)->model.weights;

	for (int i = 0; i < network->count; i++)
	{
		const lf_layer *layer = &network->layer[i];
		lf_tensor	tensors[LF_MAX_TENSORS];
		int			count = lf_layer_tensors(layer, tensors);

		for (int j = 0; j < count; j++)
		{
			size_t		size = lf_shape_size(&tensors[j].shape);
			ArrayType  *elements;
			Datum		shape[LF_MAX_RANK];
			Datum		values[WEIGHTS_COLUMNS];
			bool		nulls[WEIGHTS_COLUMNS] = {false};

			CHECK_FOR_INTERRUPTS();
			elements = weights_array(weights, size, before + i + 1, tensors[j].name);
			weights += size;
			for (int k = 0; k < tensors[j].shape.rank; k++)
				shape[k] = Int32GetDatum(tensors[j].shape.dim[k]);
			values[WEIGHTS_LAYER_NO] = Int32GetDatum(before + i + 1);
			values[WEIGHTS_LAYER] = CStringGetTextDatum(label_of(loaded, number, &layer->spec));
			values[WEIGHTS_NAME] = CStringGetTextDatum(tensors[j].name);
			values[WEIGHTS_SHAPE] = PointerGetDatum(construct_array(shape, tensors[j].shape.rank, INT4OID, 4, true, TYPALIGN_INT));
			values[WEIGHTS_VALUES] = PointerGetDatum(elements);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			pfree(elements);
		}
	}
}

SQL_FUNCTION(lstm_weights);
Datum
lstm_weights(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	int			layers = 0;

	InitMaterializedSRF(fcinfo, 0);
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	for (int n = 0; n <= loaded->model.others; n++)
	{
		put_weights(result, loaded, n, layers);
		layers += network_of(loaded, n)->network[0].count;
	}
	return (Datum) 0;
}

/* Columns of a row of lstm_presets. */
enum
{
	PRESETS_NAME,
	PRESETS_PURPOSE,
	PRESETS_LAYERS,
	PRESETS_COLUMNS
};

SQL_FUNCTION(lstm_presets);
Datum
lstm_presets(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	lf_preset_arguments arguments = {.activation = LF_TANH, .recurrent_activation = LF_SIGMOID, .dropout = LF_UNSET};
	lf_task    *task = palloc0(sizeof(lf_task));
	lf_spec    *spec = palloc0(sizeof(lf_spec));

	InitMaterializedSRF(fcinfo, 0);
	task->lookback = argument_int(fcinfo, 0, "lookback", 1, LF_MAX_DIM, 1);
	task->horizon = argument_int(fcinfo, 1, "horizon", 1, LF_MAX_COLUMNS, 1);
	task->inputs = argument_int(fcinfo, 2, "inputs", 1, LF_MAX_COLUMNS, 1);
	task->targets = argument_int(fcinfo, 3, "targets", 1, LF_MAX_DIM / LF_MAX_COLUMNS, 1);
	for (int i = 0; i < LF_PRESETS; i++)
	{
		StringInfoData layers;
		Datum		values[PRESETS_COLUMNS];
		bool		nulls[PRESETS_COLUMNS] = {false};

		lf_preset_spec(i, &arguments, task, spec);
		initStringInfo(&layers);
		architecture_to_json(&layers, spec);
		values[PRESETS_NAME] = CStringGetTextDatum(lf_presets[i].name);
		values[PRESETS_PURPOSE] = CStringGetTextDatum(lf_presets[i].purpose);
		values[PRESETS_LAYERS] = jsonb_from_text(layers.data);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
