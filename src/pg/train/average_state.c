/*
 * average_state.c: models joined one after the other: what they say of themselves, their series, their sums.
 */
#include "train/average_state.h"

#include "server/error.h"
#include "series/level.h"
#include "model/model_value.h"
#include "utils/memutils.h"

/* ---- series ---- */

/* Bytes that the state keeps of a series: scaling, units, and its name, of which few are longer. */
static Size
series_memory(const lf_model *model)
{
	return model->columns * sizeof(lf_scaler) +
		(model->task.targets + lf_task_shape_size(&model->task)) * sizeof(double) +
		(model->labels == NULL ? 0 : 64);
}

/* Makes room for the scaling of more series. */
static void
expect_series(AverageState *state, Size series)
{
	lf_model   *record = &state->record;
	Size		each = series_memory(record);

	if (series > LF_MAX_SERIES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the models have more than %d series together", LF_MAX_SERIES)));
	if (series <= state->capacity)
		return;
	while (state->capacity < series)
		state->capacity *= 2;
	check_memory(state->memory + state->capacity * each, "averaging models with so many series",
						"average fewer models");
	record->scaler = repalloc_huge(record->scaler, state->capacity * record->columns * sizeof(lf_scaler));
	record->error_scale = repalloc_huge(record->error_scale, state->capacity * record->task.targets * sizeof(double));
	if (record->shape != NULL)
		record->shape = repalloc_huge(record->shape, state->capacity * lf_task_shape_size(&record->task) * sizeof(double));
}

/* Adds the series that are new, and holds those that are known against what is known of them. */
static void
add_series(AverageState *state, const lf_model *model)
{
	lf_model   *record = &state->record;
	int			columns = record->columns;
	int			targets = record->task.targets;
	Size		shape_size = lf_task_shape_size(&record->task);

	for (Size s = 0; s < model->series && model->labels != NULL; s++)
	{
		const lf_scaler *scaler = model->scaler + s * columns;
		int64		number = dictionary_find(state->labels, model->labels[s]);
		const lf_scaler *known;
		int			differs;

		CHECK_FOR_INTERRUPTS();
		if (number < 0)
		{
			number = dictionary_number(state->labels, model->labels[s]);
			expect_series(state, number + 1);
			memcpy(record->scaler + number * columns, scaler, columns * sizeof(lf_scaler));
			memcpy(record->error_scale + number * targets, model->error_scale + s * targets, targets * sizeof(double));
			if (record->shape != NULL)
				memcpy(record->shape + number * shape_size, model->shape + s * shape_size, shape_size * sizeof(double));
			continue;
		}
		known = record->scaler + number * columns;
		differs = lf_scalings_differ(&record->task, columns, known, scaler, false);
		if (differs >= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("two models scale column \"%s\" of series \"%s\" differently", record->names[differs],
							model->labels[s]),
					 errdetail("One model subtracts %g and divides by %g, the other subtracts %g and divides by %g.",
							   known[differs].offset, known[differs].scale, scaler[differs].offset, scaler[differs].scale),
					 errhint("Train on all rows of a series in one place, or set \"scale\" to \"init\" together "
							 "with option \"init\".")));
		if (record->shape != NULL &&
			memcmp(record->shape + number * shape_size, model->shape + s * shape_size, shape_size * sizeof(double)) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("two models take other seasons out of series \"%s\"", model->labels[s]),
					 errhint("Train on all rows of a series in one place, set \"scale\" to \"init\" together "
							 "with option \"init\", or \"deseasonalize\" to \"none\".")));
	}
	if (state->labels != NULL)
	{
		record->series = dictionary_count(state->labels);
		record->labels = dictionary_labels(state->labels);
	}
}

/* ---- the state ---- */

static void *
copy_array(MemoryContext context, const void *array, Size count, Size size)
{
	void	   *copy = MemoryContextAllocHuge(context, Max(count, 1) * size);

	return array == NULL ? memset(copy, 0, count * size) : memcpy(copy, array, count * size);
}

/* The mean of two functions' weights is worth something where these went out from the same; of several by chance at best. */
static void
refuse_combination(const lf_model *model)
{
	if (model->combination.parts > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("models that combine several candidates cannot be averaged"),
				 errhint("Train one network: give option \"architecture\", for example {\"architecture\": \"vanilla\"}.")));
}

AverageState *
average_create(MemoryContext context, const lf_model *model)
{
	MemoryContext caller = MemoryContextSwitchTo(context);
	AverageState *state = palloc0(sizeof(AverageState));
	lf_arena	arena = lf_arena_measure();
	Size		columns = model->columns;
	Size		targets = model->task.targets;

	refuse_combination(model);
	lf_average_layout(&state->average, &arena, model);
	state->memory = arena.used + LF_ALIGNMENT;
	check_memory(arena.overflow ? SIZE_MAX : state->memory + Max(model->series, 1) * series_memory(model),
				 "an average of such models", "use smaller networks");
	arena = lf_arena_over(MemoryContextAllocHuge(context, state->memory), state->memory);
	lf_average_layout(&state->average, &arena, model);
	lf_average_start(&state->average);

	state->context = context;
	state->record = *model;
	state->capacity = Max(model->series, 1);
	state->record.scaler = copy_array(context, model->scaler, state->capacity * columns, sizeof(lf_scaler));
	state->record.error_scale = copy_array(context, model->error_scale, state->capacity * targets, sizeof(double));
	if (model->ranges != NULL)
		state->record.ranges = copy_array(context, model->ranges, model->task.inputs, sizeof(lf_range));
	if (model->shape != NULL)
		state->record.shape = copy_array(context, model->shape, state->capacity * lf_task_shape_size(&model->task),
										 sizeof(double));
	state->record.scores = copy_array(context, model->scores, targets * LF_FORECASTERS, sizeof(lf_score));
	if (model->blend != NULL)
		state->record.blend = copy_array(context, model->blend, targets, sizeof(lf_blend));
	/* the copy is detached from what the models differ in */
	state->record.errors = (lf_errors) {0};
	/* that of one of the models is not that of their mean, and would depend on which came first */
	state->record.dependence = (lf_dependence) {0};
	state->record.history = NULL;
	state->record.epochs = 0;
	state->record.best_epoch = 0;
	state->record.tail = NULL;
	state->record.version = LF_VERSION;
	if (model->labels != NULL)
	{
		state->labels = dictionary_for(model->series);
		for (Size s = 0; s < model->series; s++)
		{
			CHECK_FOR_INTERRUPTS();
			(void) dictionary_number(state->labels, model->labels[s]);
		}
		if (dictionary_count(state->labels) != model->series)
			report_model(LF_CORRUPT);	/* a name that stands twice */
	}
	MemoryContextSwitchTo(caller);
	return state;
}

void
average_join(AverageState *state, const lf_model *model)
{
	MemoryContext caller = MemoryContextSwitchTo(state->context);
	lf_model   *record = &state->record;
	lf_difference difference = lf_models_differ(record, model);

	refuse_combination(model);
	if (difference != LF_ALIKE)
		report_difference(difference, record, model);
	add_series(state, model);
	lf_average_record(record, model);
	if (model->ranges == NULL)
		record->ranges = NULL;
	else if (record->ranges != NULL)
		lf_ranges_join(record->ranges, model->ranges, record->task.inputs);
	if (strcmp(record->relation, model->relation) != 0)
		record->relation = "";	/* each was trained on another one */
	if (record->blend == NULL && model->blend != NULL)
		record->blend = copy_array(state->context, model->blend, record->task.targets, sizeof(lf_blend));
	for (int j = 0; j < record->task.targets && model->blend != NULL; j++)
		if (record->blend[j].with == LF_NETWORK)
			record->blend[j].with = model->blend[j].with;
	MemoryContextSwitchTo(caller);
}

bool
average_expect_errors(AverageState *state, const lf_errors *errors)
{
	lf_arena	arena = lf_arena_measure();
	int			targets = state->record.task.targets;
	Size		needed;

	if (errors->steps == 0)
		return false;
	if (state->mixture.steps > 0)
		return true;
	lf_error_mixture_layout(&state->mixture, &arena, errors, targets);
	needed = arena.used + LF_ALIGNMENT;
	check_memory(arena.overflow ? SIZE_MAX : state->memory + needed, "an average of such models",
				 "use a shorter horizon");
	arena = lf_arena_over(MemoryContextAllocHuge(state->context, needed), needed);
	lf_error_mixture_layout(&state->mixture, &arena, errors, targets);
	lf_error_mixture_start(&state->mixture);
	state->memory += needed;
	return true;
}

void
average_add(AverageState *state, const lf_model *model, double weight)
{
	Size		lists;

	for (Size i = 0; i < state->average.numbers;)
	{
		CHECK_FOR_INTERRUPTS();
		i = lf_average_add(&state->average, model, weight, i);
	}
	if (!average_expect_errors(state, &model->errors))
		return;
	lists = lf_error_mixture_limit(&state->mixture, model->errors.steps);
	for (Size i = 0; i < lists; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lf_error_mixture_add(&state->mixture, i, &model->errors, weight);
	}
}

void
average_merge(AverageState *state, const AverageState *other)
{
	const lf_error_mixture *mixture = &other->mixture;
	lf_errors	errors = {.steps = mixture->steps, .most = mixture->most};
	Size		lists;

	for (Size i = 0; i < state->average.numbers;)
	{
		CHECK_FOR_INTERRUPTS();
		i = lf_average_merge(&state->average, &other->average, i);
	}
	if (!average_expect_errors(state, &errors))
		return;
	lists = lf_error_mixture_limit(&state->mixture, mixture->steps);
	for (Size i = 0; i < lists; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lf_error_mixture_merge(&state->mixture, i, mixture);
	}
}

static lf_errors
errors_of(AverageState *state)
{
	lf_error_mixture *mixture = &state->mixture;
	lf_arena	arena = lf_arena_measure();
	lf_errors	errors = {0};
	Size		needed;

	if (mixture->steps == 0)
		return errors;
	lf_error_mixture_result_layout(mixture, &arena, &errors);
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(state->memory, needed, "the errors of an average", "use a shorter horizon");
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	lf_error_mixture_result_layout(mixture, &arena, &errors);
	for (Size i = 0; i < (Size) mixture->steps * mixture->targets; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lf_error_mixture_result(mixture, i, &errors);
	}
	return errors;
}

bytea *
average_result(AverageState *state)
{
	lf_model	result = state->record;
	Size		weights = (Size) result.members * result.parameters;
	lf_blend   *blend = palloc0(result.task.targets * sizeof(lf_blend));
	lf_real    *mean;

	/* the weights, and the value that they become a part of */
	check_memory_beside(state->memory, 2 * weights * sizeof(lf_real), "the average of such models", "use smaller networks");
	mean = MemoryContextAllocHuge(CurrentMemoryContext, weights * sizeof(lf_real));
	for (int j = 0; j < result.task.targets && result.blend != NULL; j++)
		blend[j].with = result.blend[j].with;
	if (result.level_regression != NULL)
		result.level_regression = palloc(lf_level_regression_size(&result.task) * sizeof(double));
	lf_average_result(&state->average, &state->record, mean, result.level_regression, blend);
	result.weights = mean;
	result.blend = result.blend == NULL ? NULL : blend;
	result.errors = errors_of(state);
	return model_to_bytea(&result);
}
