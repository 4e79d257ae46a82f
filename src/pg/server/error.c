/*
 * error.c: messages, details and hints for what the core only numbers.
 */
#include "server/error.h"

#include "lib/stringinfo.h"

char *
shape_text(const lf_shape *shape, bool with_batch)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, with_batch ? "(None" : "(");
	for (int i = 0; i < shape->rank; i++)
		appendStringInfo(&out, "%s%d", i > 0 || with_batch ? ", " : "", shape->dim[i]);
	appendStringInfoChar(&out, ')');
	return out.data;
}

/* One vector of all outputs is enough; a row per step makes sense where there are several of both. */
static void
report_output(const lf_shape *output, const lf_task *task)
{
	int			targets = task->targets / lf_task_samples(task);
	int			parts = lf_head_parts(&task->head);
	int64		all = (int64) task->horizon * targets * parts;
	char	   *each = parts == 1 ? "" : psprintf(" The loss takes %d outputs for each target.", parts);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the network's output has shape %s, but must have shape (None, " INT64_FORMAT ")%s",
					shape_text(output, true), all,
					task->horizon == 1 ? "" : psprintf(" or (None, %d, %d)", task->horizon, targets * parts)),
			 task->independent ?
			 errdetail("The horizon is %d, and the network sees one column at a time.%s", task->horizon, each) :
			 errdetail("The horizon is %d and the number of targets %d.%s", task->horizon, targets, each),
			 errhint("End with {\"type\": \"dense\", \"units\": " INT64_FORMAT "}.", all)));
}

void
report_network(lf_status status, const lf_network *network, const lf_spec *spec, int layer, const lf_task *task)
{
	const char *name = "";
	const lf_shape *input = NULL;

	if (status != LF_NO_LAYERS && status != LF_BAD_OUTPUT)
	{
		name = lf_layer_class_of(spec->layer[layer].kind)->name;
		input = &network->layer[layer].input;
	}
	switch (status)
	{
		case LF_NO_LAYERS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("an architecture must have 1 to %d layers, not %d", LF_MAX_LAYERS, spec->count)));
			break;
		case LF_BAD_RANK:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("layer %d (%s) cannot take an input of shape %s", layer + 1, name, shape_text(input, true)),
					 errhint("A recurrent layer before another one needs \"return_sequences\": true; "
							 "flatten, reshape and repeat_vector change the number of dimensions.")));
			break;
		case LF_BAD_OUTPUT:
			report_output(lf_network_output(network), task);
			break;
		case LF_TOO_LARGE:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("layer %d (%s) is too large", layer + 1, name),
					 errdetail("One tensor and all weights together are limited to %zu elements, one dimension to %d.",
							   LF_MAX_ELEMENTS, LF_MAX_DIM)));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the arguments of layer %d (%s) do not fit its input of shape %s",
							layer + 1, name, shape_text(input, true)),
					 errhint("Sizes must be positive, kernels and pools must fit into the steps they run over, "
							 "and a reshape must keep the number of elements.")));
	}
	pg_unreachable();
}

void
report_model(lf_status status)
{
	if (status == LF_NEWER_FORMAT)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the model was written by a newer version of lstm_forecast"),
				 errhint("Install that version, then run ALTER EXTENSION lstm_forecast UPDATE.")));
	if (status == LF_TOO_LARGE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the model is too large")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("the value is not a model, or is damaged"),
			 errhint("A model is the bytea value that lstm_train, lstm_train_agg or lstm_import returned; "
					 "lstm_load(name) returns a saved model.")));
}

void
report_divergence(int epoch, uint64 batch, const lf_training *training)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("training diverged in epoch %d, batch " UINT64_FORMAT, epoch, batch),
			 errdetail("The loss or a gradient became infinite at learning_rate %g, clip_norm %g.",
					   training->learning_rate, training->clip_norm),
			 errhint("Lower learning_rate, set clip_norm to 1, or scale the columns with \"scale\": \"standard\".")));
}

bool
memory_allows(Size needed)
{
	return needed <= (Size) maintenance_work_mem * 1024;
}

void
check_memory(Size needed, const char *what, const char *remedy)
{
	Size		allowed = (Size) maintenance_work_mem * 1024;

	if (!memory_allows(needed))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s needs %zu kB, but maintenance_work_mem allows only %zu kB",
						what, needed / 1024 + 1, allowed / 1024),
				 errhint("Raise maintenance_work_mem, or %s.", remedy)));
}

void
check_memory_beside(Size held, Size needed, const char *what, const char *remedy)
{
	Size		allowed = (Size) maintenance_work_mem * 1024;

	check_memory(needed, what, remedy);
	if (held > UNCOUNTED && held - UNCOUNTED > allowed - needed)
		check_memory(needed + held, what, remedy);
}
