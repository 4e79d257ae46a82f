/*
 * spec.c: the layers of a training: the user's own, or a preset's for its task, behind those that embed categories.
 */
#include "train/spec.h"

#include <math.h>

/* Raises a kind of recurrent layer that a preset does not take. */
static void
check_cell(const lf_plan *plan)
{
	const lf_preset_info *preset = &lf_presets[plan->preset];

	if (!preset->own_cell || plan->arguments.cell == LF_USUAL_CELL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"cell\" must be %s for the preset %s", lf_layer_class_of(LF_USUAL_CELL)->name, preset->name),
			 errdetail("The preset has a recurrent layer of its own, which is made of that cell.")));
}

/* Raises what the preset for segments cannot do. */
static void
check_segments(const lf_preset_arguments *arguments, const lf_task *task)
{
	int			length = arguments->segment_length;

	if (arguments->bidirectional)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"bidirectional\" must be false for the preset segment"),
				 errdetail("The forecast of this preset continues from the last state of the network, so the "
						   "network must read forwards.")));
	if (length > 0 && (task->lookback % length != 0 || task->horizon % length != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"segment_length\" of %d does not divide the lookback of %d and the horizon of %d",
						length, task->lookback, task->horizon),
				 errhint("Take a common divisor of both, or leave the option out.")));
}

/* Width of the vector that stands for one of so many categories (a rule of thumb of fastai's), at most 16. */
static int
embedding_width(int categories)
{
	return Min((int) ceil(1.6 * pow(categories, 0.56)), 16);
}

/* Puts a layer for each category in front, and tells what then reaches the others. */
static void
embed_categories(const lf_task *task, const lf_facts *facts, lf_spec *spec)
{
	int			count = lf_task_categories(task);
	int			room = LF_MAX_LAYERS - count;

	if (spec->count > room)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the network has %d layers and %d more for its categories, but at most %d are possible",
						spec->count, count, LF_MAX_LAYERS)));
	memmove(spec->layer + count, spec->layer, spec->count * sizeof(lf_layer_spec));
	for (int i = 0; i < count; i++)
	{
		spec->layer[i] = lf_layer_defaults(LF_CATEGORY_EMBEDDING);
		spec->layer[i].categories = Max(facts->categories[i], 1);
		spec->layer[i].units = embedding_width(Max(facts->categories[i], 1));
	}
	spec->count += count;
	spec->input = lf_shape_2(task->lookback, task->inputs / lf_task_samples(task));
}

/* Raises what least squares cannot do. */
static void
check_linear(const lf_spec *spec, const lf_task *task)
{
	Size		inputs = lf_shape_size(&spec->input);

	if (lf_task_categories(task) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the preset linear takes numbers, and no categories"),
				 errhint("Leave static inputs that are text and \"series_embedding\" out, or take another preset.")));
	if (inputs > LF_MOST_LINEAR)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the preset linear takes windows of at most %d values, but these have %zu", LF_MOST_LINEAR, inputs),
				 errdetail("The lookback of %d rows has %d values in each.", task->lookback, task->inputs),
				 errhint("Reduce lookback or inputs, or take another preset.")));
}

/* The task as the layers behind the embeddings see it. */
static void
see_embedded(const lf_facts *facts, lf_task *task)
{
	int			count = lf_task_categories(task);

	task->inputs -= count;
	for (int i = 0; i < count; i++)
		task->inputs += embedding_width(Max(facts->categories[i], 1));
}

void
spec_build(const lf_plan *plan, const lf_facts *facts, lf_spec *spec)
{
	lf_task    *seen = memcpy(palloc(sizeof(lf_task)), &plan->task, sizeof(lf_task));

	see_embedded(facts, seen);
	if (lf_plan_has_segments(plan))
		check_segments(&plan->arguments, seen);
	if (plan->layers == NULL)
	{
		check_cell(plan);
		lf_preset_spec(plan->preset, &plan->arguments, seen, spec);
	}
	else
		*spec = *plan->layers;
	if (plan->training.optimizer == LF_LEAST_SQUARES)
		check_linear(spec, &plan->task);
	embed_categories(&plan->task, facts, spec);
	pfree(seen);
}
