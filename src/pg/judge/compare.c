/*
 * compare.c: lstm_compare: several models on the same rows, and whether they differ by more than chance.
 *
 * Each model forecasts along the rows by itself, and its mean errors are kept, one for each origin. Then those origins are
 * compared that all models have forecast from: models may have been trained on other rows, or look back farther.
 */
#include "sql/arguments.h"

#include "catalog/pg_type.h"
#include "judge/scoring.h"
#include "judging/difference.h"
#include "model/model_cache.h"
#include "server/error.h"
#include "utils/array.h"

#include <math.h>

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_TARGET,
	OUT_MODEL,
	OUT_ORIGINS,
	OUT_MAE,
	OUT_DIFFERENCE,
	OUT_DIFFERENCE_ERROR,
	OUT_PROBABILITY,
	OUT_COLUMNS
};

/* More at once than anybody reads the rows of. */
#define MOST_MODELS 100

/* The errors of one model on one series, as far as origins can be told from each other: by their times, or their numbers. */
typedef struct SeriesErrors
{
	char	   *label;			/* NULL: it has no name */
	uint64		count;
	uint64		room;
	int64	   *origin;			/* (room), ascending */
	double	   *mean;			/* (room, targets): over the steps; NaN where nothing came of any */
} SeriesErrors;

typedef struct Contender
{
	LoadedModel *loaded;
	int		   *target;			/* (targets): of this model, for each of the first one */
	List	   *series;			/* of SeriesErrors */
} Contender;

typedef struct Comparison
{
	int			models;
	Contender  *contender;
	int			targets;
	int			steps;
	int			stride;
	MemoryContext context;		/* of errors: what is read for a model is let go after it */
	Size		held;			/* bytes of them */
	bool		any;
	bool		warned;
	ReturnSetInfo *result;
} Comparison;

/* ---- the errors of one model ---- */

static void
grow(Comparison *comparison, SeriesErrors *errors)
{
	uint64		room = errors->room == 0 ? 256 : 2 * errors->room;
	Size		each = sizeof(int64) + comparison->targets * sizeof(double);

	check_memory_beside(comparison->held, room * each, "comparing models", "give a longer stride, or a later first_origin");
	comparison->held += (room - errors->room) * each;
	if (errors->room == 0)
	{
		errors->origin = MemoryContextAllocHuge(comparison->context, room * sizeof(int64));
		errors->mean = MemoryContextAllocHuge(comparison->context, room * comparison->targets * sizeof(double));
	}
	else
	{
		errors->origin = repalloc_huge(errors->origin, room * sizeof(int64));
		errors->mean = repalloc_huge(errors->mean, room * comparison->targets * sizeof(double));
	}
	errors->room = room;
}

/* The mean absolute error of each target from one origin. */
static void
add_origin(Comparison *comparison, const Contender *contender, const RollingOrigin *rolling, const RollingBatch *batch, int i,
		   SeriesErrors *errors)
{
	const lf_task *task = &rolling->model->task;
	uint64		row = rolling_origin_row(rolling, batch, i, 0);

	if (errors->count == errors->room)
		grow(comparison, errors);
	errors->origin[errors->count] = rolling->rows->timed ? rows_time(rolling->rows, row) : (int64) row;
	for (int j = 0; j < comparison->targets; j++)
	{
		int			target = contender->target[j];
		double		sum = 0;
		int			known = 0;

		for (int k = 0; k < batch->steps && row + k < rolling->rows->count; k++)
		{
			double		actual = rolling_origin_actual(rolling, row + k, target);

			if (isnan(actual))
				continue;
			sum += fabs(batch->out[((Size) i * batch->steps + k) * task->targets + target] - actual);
			known++;
		}
		errors->mean[errors->count * comparison->targets + j] = known > 0 ? sum / known : (double) NAN;
	}
	errors->count++;
}

/* All series of one model. */
static void
measure(Comparison *comparison, Contender *contender, FunctionCallInfo fcinfo, Oid relation)
{
	const lf_task *task = &contender->loaded->model.task;
	MemoryContext reading = AllocSetContextCreate(comparison->context, "lstm_compare of a model", ALLOCSET_DEFAULT_SIZES);
	RollingOrigin *rolling;

	MemoryContextSwitchTo(reading);
	rolling = rolling_origin_open(&contender->loaded->model, relation, NULL, 0);
	do
	{
		SeriesErrors *errors = MemoryContextAllocZero(comparison->context, sizeof(SeriesErrors));
		int64		origin = PG_ARGISNULL(4) ? scoring_first_unknown(rolling, &comparison->warned) :
			argument_first_origin(fcinfo, 4, task);
		RollingBatch batch;

		errors->label = rolling->label == NULL ? NULL : MemoryContextStrdup(comparison->context, rolling->label);
		rolling_origin_start(rolling, contender->loaded, comparison->steps, comparison->stride, origin);
		while (rolling_origin_next(rolling, &batch))
			for (int i = 0; i < batch.count; i++)
				add_origin(comparison, contender, rolling, &batch, i, errors);
		MemoryContextSwitchTo(comparison->context);
		contender->series = lappend(contender->series, errors);
		MemoryContextSwitchTo(reading);
	} while (rolling_origin_next_series(rolling));
	MemoryContextSwitchTo(comparison->context);
	MemoryContextDelete(reading);
}

/* ---- the comparison ---- */

/* The series of that name; NULL: this model has not forecast it. Series come in the same order, so that the next is tried first. */
static const SeriesErrors *
find_series(const Contender *contender, const char *label, int expected)
{
	int			count = list_length(contender->series);

	for (int i = 0; i < count; i++)
	{
		const SeriesErrors *errors = list_nth(contender->series, (expected + i) % count);

		CHECK_FOR_INTERRUPTS();
		if (label == NULL || errors->label == NULL ? label == errors->label : strcmp(label, errors->label) == 0)
			return errors;
	}
	return NULL;
}

/*
 * Fills the errors (models, most) of one target from the origins that all models have; returns how many these are. 'place' (models)
 * is scratch.
 */
static uint64
join(const Comparison *comparison, const SeriesErrors *const *errors, int target, uint64 most, uint64 *place, double *joined)
{
	uint64		count = 0;

	memset(place, 0, comparison->models * sizeof(uint64));
	for (uint64 i = 0; i < errors[0]->count; i++)
	{
		bool		all = true;

		CHECK_FOR_INTERRUPTS();
		for (int m = 0; m < comparison->models; m++)
		{
			const SeriesErrors *of_model = errors[m];
			double		value = NAN;

			while (place[m] < of_model->count && of_model->origin[place[m]] < errors[0]->origin[i])
				place[m]++;
			if (place[m] < of_model->count && of_model->origin[place[m]] == errors[0]->origin[i])
				value = of_model->mean[place[m] * comparison->targets + target];
			joined[m * most + count] = value;
			all = all && isfinite(value);
		}
		count += all;
	}
	return count;
}

static double
mean_of(const double *values, uint64 count)
{
	double		mean = 0;

	for (uint64 i = 0; i < count; i++)
		mean += (values[i] - mean) / (i + 1);
	return mean;
}

static void
put_target(Comparison *comparison, const char *label, int target, const double *joined, uint64 most, uint64 count)
{
	const lf_model *first = &comparison->contender[0].loaded->model;
	double	   *differences = MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(double));
	Size		overlap = (comparison->steps - 1) / comparison->stride;
	double		mean[MOST_MODELS];
	int			best = 0;

	for (int m = 0; m < comparison->models; m++)
	{
		mean[m] = mean_of(joined + m * most, count);
		best = mean[m] < mean[best] ? m : best;
	}
	for (int m = 0; m < comparison->models; m++)
	{
		Datum		values[OUT_COLUMNS] = {0};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = label == NULL};
		lf_difference difference;

		for (uint64 i = 0; i < count; i++)
			differences[i] = joined[m * most + i] - joined[best * most + i];
		difference = lf_difference_of(differences, count, overlap);
		values[OUT_SERIES] = label == NULL ? 0 : CStringGetTextDatum(label);
		values[OUT_TARGET] = CStringGetTextDatum(first->names[first->task.target[target]]);
		values[OUT_MODEL] = Int32GetDatum(m + 1);
		values[OUT_ORIGINS] = Int64GetDatum((int64) count);
		values[OUT_MAE] = Float8GetDatum(mean[m]);
		values[OUT_DIFFERENCE] = Float8GetDatum(difference.mean);
		nulls[OUT_DIFFERENCE_ERROR] = isnan(difference.error);
		values[OUT_DIFFERENCE_ERROR] = Float8GetDatum(difference.error);
		nulls[OUT_PROBABILITY] = isnan(difference.probability);
		values[OUT_PROBABILITY] = Float8GetDatum(difference.probability);
		tuplestore_putvalues(comparison->result->setResult, comparison->result->setDesc, values, nulls);
	}
	comparison->any = true;
	pfree(differences);
}

/* One series, if all models have forecast it. */
static void
compare_series(Comparison *comparison, int number)
{
	const SeriesErrors **errors = palloc(comparison->models * sizeof(SeriesErrors *));
	uint64	   *place = palloc(comparison->models * sizeof(uint64));
	double	   *joined;
	uint64		most;

	errors[0] = list_nth(comparison->contender[0].series, number);
	for (int m = 1; m < comparison->models; m++)
	{
		errors[m] = find_series(&comparison->contender[m], errors[0]->label, number);
		if (errors[m] == NULL)
			return;
	}
	most = errors[0]->count;
	check_memory_beside(comparison->held, (comparison->models + 1) * most * sizeof(double), "comparing models",
						"give a longer stride, or a later first_origin");
	joined = MemoryContextAllocHuge(CurrentMemoryContext, Max(comparison->models * most, 1) * sizeof(double));
	for (int j = 0; j < comparison->targets; j++)
	{
		uint64		count = join(comparison, errors, j, most, place, joined);

		if (count > 0)
			put_target(comparison, errors[0]->label, j, joined, most, count);
	}
	pfree(joined);
	pfree(place);
	pfree(errors);
}

/* ---- the call ---- */

/* The place of each target of the first model among those of another. */
static int *
match_targets(const lf_model *first, const lf_model *other, int number)
{
	int		   *place = palloc(first->task.targets * sizeof(int));

	for (int j = 0; j < first->task.targets; j++)
	{
		const char *name = first->names[first->task.target[j]];

		place[j] = -1;
		for (int k = 0; k < other->task.targets; k++)
			if (strcmp(name, other->names[other->task.target[k]]) == 0)
				place[j] = k;
		if (place[j] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("model %d does not forecast \"%s\", as model 1 does", number, name),
					 errhint("Compare models of the same targets.")));
	}
	return place;
}

static void
take_models(FunctionCallInfo fcinfo, Comparison *comparison)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *elements;
	bool	   *nulls;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the models must be an array of one dimension")));
	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT, &elements, &nulls, &comparison->models);
	if (comparison->models < 2 || comparison->models > MOST_MODELS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("2 to %d models can be compared, not %d", MOST_MODELS, comparison->models)));
	comparison->contender = palloc0(comparison->models * sizeof(Contender));
	for (int m = 0; m < comparison->models; m++)
	{
		Contender  *contender = &comparison->contender[m];
		ModelUse   *use = palloc0(sizeof(ModelUse));

		if (nulls[m])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("model %d is NULL", m + 1)));
		contender->loaded = model_use(use, CurrentMemoryContext, elements[m]);
		contender->target = match_targets(&comparison->contender[0].loaded->model, &contender->loaded->model, m + 1);
	}
	comparison->targets = comparison->contender[0].loaded->model.task.targets;
}

SQL_FUNCTION(lstm_compare);
Datum
lstm_compare(PG_FUNCTION_ARGS)
{
	Comparison	comparison = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .context = CurrentMemoryContext};
	int			shortest = LF_MAX_DIM;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	take_models(fcinfo, &comparison);
	for (int m = 0; m < comparison.models; m++)
		shortest = Min(shortest, comparison.contender[m].loaded->model.task.horizon);
	comparison.steps = argument_int(fcinfo, 2, "steps", 1, LF_MAX_DIM, shortest);
	comparison.stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, 1);
	for (int m = 0; m < comparison.models; m++)
		(void) model_steps(&comparison.contender[m].loaded->model, true, comparison.steps);
	for (int m = 0; m < comparison.models; m++)
		measure(&comparison, &comparison.contender[m], fcinfo, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1));
	for (int i = 0; i < list_length(comparison.contender[0].series); i++)
		compare_series(&comparison, i);
	if (!comparison.any)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("there is no row that all %d models forecast", comparison.models),
				 errdetail("Without first_origin each forecasts the rows after those on which it was trained."),
				 errhint("Give a smaller first_origin, or a relation with newer rows.")));
	return (Datum) 0;
}
