/*
 * warm_start.c: the option init, and the scale of that name.
 */
#include "train/warm_start.h"

#include "server/error.h"

#include <math.h>

/* Whether the columns of a training are those of a model, and seen alike. */
static bool
same_columns(const lf_model *model, const lf_task *task, const Columns *columns)
{
	if (model->columns != columns->count || model->task.log != task->log || model->task.log_from != task->log_from)
		return false;
	for (int i = 0; i < columns->count; i++)
		if (strcmp(model->names[i], columns->names[i]) != 0 || model->task.kind[i] != task->kind[i])
			return false;
	return true;
}

/* The scaling of the model that training begins with, for the series of the panel; NULL: that of the rows. */
static const lf_scaler *
given_scaling(const Options *options, const lf_task *task, const Columns *columns, const Panel *panel)
{
	const lf_model *init;
	Dictionary *known = NULL;
	lf_scaler  *given;

	if (options->scale != SCALE_INIT)
		return NULL;
	init = &options->init->model;
	if (!same_columns(init, task, columns))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("option \"scale\" cannot be init here"),
				 errdetail("The model in option \"init\" has other columns, or takes logarithms of other columns."),
				 errhint("Give the columns and options of the model, or leave scale out.")));
	if (panel->names != NULL && init->labels != NULL)
		known = dictionary_of(init->labels, init->series);
	check_memory(panel->series * init->columns * sizeof(lf_scaler), "the scaling of so many series", "leave scale out");
	given = MemoryContextAllocHuge(CurrentMemoryContext, panel->series * init->columns * sizeof(lf_scaler));
	for (Size s = 0; s < panel->series; s++)
	{
		int64		number = known == NULL ? 0 : dictionary_find(known, panel->names[s]);

		for (int i = 0; i < init->columns; i++)
			given[s * init->columns + i] = number >= 0 ? init->scaler[number * init->columns + i] :
				lf_kind_is_scaled_over_all(init->task.kind[i]) ? init->scaler[i] : (lf_scaler) {0};
	}
	return given;
}

/* The shapes of its seasons, the same way: NaN for a series that it does not know. */
static const double *
given_shapes(const Options *options, const lf_task *task, const Panel *panel)
{
	const lf_model *init = &options->init->model;
	Size		size = lf_task_shape_size(task);
	Dictionary *known = NULL;
	double	   *given;

	if (options->scale != SCALE_INIT || init->shape == NULL || init->task.deseasonalize != task->deseasonalize ||
		!lf_seasons_equal(&init->task.seasons, &task->seasons))
		return NULL;
	if (panel->names != NULL && init->labels != NULL)
		known = dictionary_of(init->labels, init->series);
	check_memory(panel->series * size * sizeof(double), "the seasons of so many series", "leave scale out");
	given = MemoryContextAllocHuge(CurrentMemoryContext, panel->series * size * sizeof(double));
	for (Size s = 0; s < panel->series; s++)
	{
		int64		number = known == NULL ? 0 : dictionary_find(known, panel->names[s]);

		CHECK_FOR_INTERRUPTS();
		if (number >= 0)
			memcpy(given + s * size, init->shape + number * size, size * sizeof(double));
		else
			given[s * size] = NAN;
	}
	return given;
}

void
warm_start(lf_fit *fit, const lf_spec *spec, const Options *options, const lf_task *task, const Columns *columns,
		   const Panel *panel)
{
	const lf_model *init = &options->init->model;
	bool		same = lf_spec_equal(spec, &init->spec) && task->inputs == init->task.inputs &&
		task->targets == init->task.targets && task->horizon == init->task.horizon;

	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model in option \"init\" has a different network"),
				 errdetail("The model has %zu weights for %d inputs, %d targets, lookback %d and horizon %d; this "
						   "training has %zu for %d inputs, %d targets, lookback %d and horizon %d.",
						   init->parameters, init->task.inputs,
						   init->task.targets, init->task.lookback, init->task.horizon, fit->network.parameters,
						   task->inputs, task->targets, task->lookback, task->horizon),
				 errhint("Give the columns and the horizon of the model, and leave architecture, units and lookback out.")));
	for (int i = 0; i < lf_task_categories(task); i++)
	{
		int			column = task->input[i];
		lf_labels	before = lf_model_labels(init, init->task.input[i]);
		lf_labels	now = dictionary_list(task->kind[column] == LF_COLUMN_SERIES ? panel->labels : panel->categories[column]);

		if (!lf_labels_equal(&before, &now))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the model in option \"init\" was trained on other values of column \"%s\"",
							columns->names[column]),
					 errhint("Train on the same series and categories, or use lstm_update().")));
	}
	fit->from = init->weights;
	fit->from_members = init->members;
	fit->given = given_scaling(options, task, columns, panel);
	fit->given_shape = given_shapes(options, task, panel);
}
