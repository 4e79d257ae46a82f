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

SQL_FUNCTION(lstm_summary);
Datum
lstm_summary(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;

	InitMaterializedSRF(fcinfo, 0);
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	for (int i = 0; i < loaded->network[0].count; i++)
	{
		const lf_layer *layer = &loaded->network[0].layer[i];
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(layer_label(&layer->spec));
		values[2] = CStringGetTextDatum(shape_text(&layer->output, true));
		values[3] = Int64GetDatum((int64) layer->parameters);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

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
		Datum		values[5] = {0};
		bool		nulls[5] = {false, false, isnan(epoch->validation_loss), false, isnan(epoch->seconds)};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(i + 1);
		values[1] = Float8GetDatum(epoch->loss);
		values[2] = Float8GetDatum(epoch->validation_loss);
		values[3] = Float8GetDatum(epoch->learning_rate);
		values[4] = Float8GetDatum(epoch->seconds);
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

SQL_FUNCTION(lstm_weights);
Datum
lstm_weights(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	LoadedModel *loaded;
	const lf_real *weights;

	InitMaterializedSRF(fcinfo, 0);
	loaded = model_load(PG_GETARG_BYTEA_PP(0));
	weights = loaded->model.weights;
	for (int i = 0; i < loaded->network[0].count; i++)
	{
		const lf_layer *layer = &loaded->network[0].layer[i];
		lf_tensor	tensors[LF_MAX_TENSORS];
		int			count = lf_layer_tensors(layer, tensors);

		for (int j = 0; j < count; j++)
		{
			size_t		size = lf_shape_size(&tensors[j].shape);
			ArrayType  *elements;
			Datum		shape[LF_MAX_RANK];
			Datum		values[5];
			bool		nulls[5] = {false};

			CHECK_FOR_INTERRUPTS();
			elements = weights_array(weights, size, i + 1, tensors[j].name);
			weights += size;
			for (int k = 0; k < tensors[j].shape.rank; k++)
				shape[k] = Int32GetDatum(tensors[j].shape.dim[k]);
			values[0] = Int32GetDatum(i + 1);
			values[1] = CStringGetTextDatum(layer_label(&layer->spec));
			values[2] = CStringGetTextDatum(tensors[j].name);
			values[3] = PointerGetDatum(construct_array(shape, tensors[j].shape.rank, INT4OID, 4, true, TYPALIGN_INT));
			values[4] = PointerGetDatum(elements);
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
			pfree(elements);
		}
	}
	return (Datum) 0;
}

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
		Datum		values[3];
		bool		nulls[3] = {false};

		lf_preset_spec(i, &arguments, task, spec);
		initStringInfo(&layers);
		architecture_to_json(&layers, spec);
		values[0] = CStringGetTextDatum(lf_presets[i].name);
		values[1] = CStringGetTextDatum(lf_presets[i].purpose);
		values[2] = jsonb_from_text(layers.data);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
