/*
 * simulate.c: lstm_simulate: random paths from the newest rows of a relation.
 *
 * Each value of a path is a bound of its step: path.h draws how likely it is that less comes, and the interval that ends there
 * tells the value. So over many paths each step is distributed as its bounds say, at all levels; that paths hang together
 * is the business of path.h alone.
 */
#include "forecast/newest.h"
#include "judging/path.h"
#include "model/bounds.h"
#include "model/model_cache.h"
#include "server/error.h"
#include "sql/arguments.h"
#include "utils/memutils.h"

#include <math.h>

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_PATH,
	OUT_STEP,
	OUT_FORECAST_AT,
	OUT_TARGET,
	OUT_VALUE,
	OUT_COLUMNS
};

#define USUAL_PATHS 500
#define MOST_PATHS 1000000

/* One call of lstm_simulate. */
typedef struct Simulation
{
	LoadedModel *loaded;
	lf_dependence dependence;
	int			paths;
	uint64		seed;
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */

	/* what totals over paths would lack without a word */
	MemoryContext context;		/* of these texts */
	uint64		absent;			/* series without paths, */
	char	   *absent_label;	/* the first of them (NULL: it has no name), */
	char	   *absent_reason;	/* and why */
	uint64		shorter;		/* series whose paths end early, and the same of them */
	char	   *shorter_label;
	char	   *shorter_reason;
} Simulation;

/* One step and target of a series. */
typedef struct Place
{
	double		forecast;
	double		outermost;		/* the highest level that has bounds; NaN: it was not looked for */
} Place;

/* Notes a series of which something is lacking. */
static void
note_lack(const Simulation *simulation, uint64 *count, char **first_label, char **first_reason, const char *label,
		  const char *reason)
{
	if ((*count)++ > 0)
		return;
	*first_label = label == NULL ? NULL : MemoryContextStrdup(simulation->context, label);
	*first_reason = MemoryContextStrdup(simulation->context, reason);
}

static void
leave_out(void *state, const char *label, const char *reason)
{
	Simulation *simulation = state;

	note_lack(simulation, &simulation->absent, &simulation->absent_label, &simulation->absent_reason, label, reason);
}

/* The highest level below one without bounds that has some: quantiles that a network has learned end somewhere. */
static double
find_outermost(const LoadedModel *loaded, int step, int target, double forecast)
{
	double		known = 0;
	double		unknown = 1;

	for (int i = 0; i < 40; i++)
	{
		double		level = (known + unknown) / 2;
		double		low;
		double		high;

		if (model_interval(loaded, 0, step, target, forecast, level, &low, &high))
			known = level;
		else
			unknown = level;
	}
	return known;
}

/* The value at which a path is that has drawn this normal number; NaN where nothing is known. */
static double
value_of(const LoadedModel *loaded, int step, int target, Place *place, double normal)
{
	bool		above;
	double		level = lf_path_level(normal, &above);
	double		low;
	double		high;

	if (!isnan(place->outermost))
		level = Min(level, place->outermost);
	if (model_interval(loaded, 0, step, target, place->forecast, level, &low, &high))
		return above ? high : low;
	if (!isnan(place->outermost))
		return NAN;
	place->outermost = find_outermost(loaded, step, target, place->forecast);
	return place->outermost > 0 ? value_of(loaded, step, target, place, normal) : (double) NAN;
}

/* Whether all steps have bounds of some level. */
static bool
has_bounds(const LoadedModel *loaded, int steps, const Place *places)
{
	double		low;
	double		high;

	for (int k = 0; k < steps; k++)
		for (int j = 0; j < loaded->model.task.targets; j++)
		{
			CHECK_FOR_INTERRUPTS();
			if (!model_interval(loaded, 0, k, j, places[(Size) k * loaded->model.task.targets + j].forecast, 0.01, &low, &high))
				return false;
		}
	return true;
}

/* All paths of a series as result rows. */
static void
put_paths(void *state, const NewestSeries *series)
{
	Simulation *simulation = state;
	LoadedModel *loaded = simulation->loaded;
	const lf_task *task = &loaded->model.task;
	int			targets = task->targets;
	int			steps = series->known;
	Size		size = (Size) steps * (targets * sizeof(Place) + sizeof(Datum) + sizeof(bool)) + targets * sizeof(lf_path);
	double	   *out = model_forecast(loaded, 0, 1, 1, steps);
	uint64		number = lf_path_series(series->label);
	Datum		label = series->label == NULL ? 0 : CStringGetTextDatum(series->label);
	Place	   *places;
	lf_path    *path;
	Datum	   *at;
	bool	   *at_null;

	check_memory_beside(loaded->held + loaded->buffers + (Size) steps * targets * sizeof(double), size,
						psprintf("paths of %d steps", steps), "ask for fewer steps");
	places = palloc_extended((Size) steps * targets * sizeof(Place), MCXT_ALLOC_HUGE);
	at = palloc_extended(steps * sizeof(Datum), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	at_null = palloc_extended(steps * sizeof(bool), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	path = palloc(targets * sizeof(lf_path));
	for (int k = 0; k < steps; k++)
	{
		CHECK_FOR_INTERRUPTS();
		asked_put_stamp(&at[k], &at_null[k], series->timeline, series->origin, task->lead + k);
		for (int j = 0; j < targets; j++)
			places[(Size) k * targets + j] = (Place) {out[(Size) k * targets + j], NAN};
	}
	if (!has_bounds(loaded, steps, places))
	{
		leave_out(simulation, series->label, "nothing is known of the errors of its forecasts");
		return;
	}
	if (steps < series->steps)
		note_lack(simulation, &simulation->shorter, &simulation->shorter_label, &simulation->shorter_reason, series->label,
				  series->unknown);
	for (int p = 1; p <= simulation->paths; p++)
	{
		for (int j = 0; j < targets; j++)
			path[j] = lf_path_start(&simulation->dependence, simulation->seed, number, p, j);
		for (int k = 0; k < steps; k++)
			for (int j = 0; j < targets; j++)
			{
				Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = label};
				bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = series->label == NULL, [OUT_FORECAST_AT] = at_null[k]};
				double		value = value_of(loaded, k, j, &places[(Size) k * targets + j], lf_path_next(&path[j]));

				CHECK_FOR_INTERRUPTS();
				values[OUT_PATH] = Int32GetDatum(p);
				values[OUT_STEP] = Int32GetDatum(k + 1);
				values[OUT_FORECAST_AT] = at[k];
				values[OUT_TARGET] = simulation->targets[j];
				values[OUT_VALUE] = Float8GetDatum(value);
				tuplestore_putvalues(simulation->result->setResult, simulation->result->setDesc, values, nulls);
			}
	}
}

/* series "a", or how many there are and which is the first. */
static char *
name_of(uint64 count, const char *label)
{
	const char *first = label == NULL ? "the series without a name" : psprintf("series \"%s\"", label);

	return count == 1 ? pstrdup(first) : psprintf(UINT64_FORMAT " series, the first of which is %s", count, first);
}

static void
report_lack(const Simulation *simulation)
{
	if (simulation->absent > 0)
		ereport(WARNING,
				(errmsg("no paths for %s: totals over series lack what is missing",
						name_of(simulation->absent, simulation->absent_label)),
				 errdetail("Reason: %s.", simulation->absent_reason)));
	if (simulation->shorter > 0)
		ereport(WARNING,
				(errmsg("paths end before the last step for %s: totals lack what is missing",
						name_of(simulation->shorter, simulation->shorter_label)),
				 errdetail("Reason: %s.", simulation->shorter_reason)));
}

/* A model that has no bounds at all has no paths either. */
static void
check_bounds(const lf_model *model)
{
	if (model->errors.steps == 0 && !lf_head_is_distribution(&model->task.head) && !lf_bounds_are_zero_shot(model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model cannot be simulated: nothing is known of the errors of its forecasts"),
				 errdetail("Paths are made of the bounds of forecasts, and these have none."),
				 model->imported ? 0 : errhint("Train with rows that are held out: see the option validation.")));
}

static const NewestArguments arguments = {.steps = 2, .as_of = 4, .series = 5, .holidays = 7, .future = 8};

SQL_FUNCTION(lstm_simulate);
Datum
lstm_simulate(PG_FUNCTION_ARGS)
{
	Simulation	simulation = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .context = CurrentMemoryContext};
	Newest		newest = {.command = PROGRESS_SIMULATE, .put = put_paths, .left_out = leave_out, .state = &simulation};
	const lf_model *model;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	simulation.paths = argument_int(fcinfo, 1, "paths", 1, MOST_PATHS, USUAL_PATHS);
	simulation.seed = (uint64) (int64) argument_int(fcinfo, 6, "seed", PG_INT32_MIN, PG_INT32_MAX, 1);
	simulation.loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	model = &simulation.loaded->model;
	check_bounds(model);
	simulation.dependence = lf_dependence_or_usual(&model->dependence);
	simulation.targets = model_targets(model);
	newest.loaded = simulation.loaded;
	newest_read(&newest, fcinfo, &arguments);
	newest_run(&newest, PG_ARGISNULL(3) ? InvalidOid : PG_GETARG_OID(3));
	report_lack(&simulation);
	return (Datum) 0;
}
