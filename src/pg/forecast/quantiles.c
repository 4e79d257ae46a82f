/*
 * quantiles.c: lstm_quantiles: several bounds of each forecast in one call, by how likely it is that less comes.
 *
 * An interval of a level leaves half of the rest on each side: its lower bound is the quantile (1 - level) / 2. So each quantile is an
 * end of some interval, and those of lstm_forecast are among them.
 */
#include "forecast/newest.h"
#include "model/model_cache.h"
#include "sql/arguments.h"

#include <math.h>

enum
{
	ARG_MODEL,
	ARG_PROBABILITIES,
	ARG_STEPS,
	ARG_RELATION,
	ARG_AS_OF,
	ARG_SERIES,
	ARG_UNTIL,
	ARG_HOLIDAYS,
	ARG_FUTURE
};

static const NewestArguments arguments = {
	.steps = ARG_STEPS, .as_of = ARG_AS_OF, .series = ARG_SERIES, .until = ARG_UNTIL, .holidays = ARG_HOLIDAYS, .future = ARG_FUTURE
};

/* The columns of a result row. */
enum
{
	OUT_SERIES,
	OUT_STEP,
	OUT_FORECAST_AT,
	OUT_TARGET,
	OUT_PROBABILITY,
	OUT_VALUE,
	OUT_STATUS,
	OUT_COLUMNS
};

#define MOST_PROBABILITIES 1000

/* The level of an interval that is as good as none: both of its ends are the median. */
#define LEAST_LEVEL 1e-9

/* One call. */
typedef struct Quantiles
{
	LoadedModel *loaded;
	const double *probability;	/* (count) */
	int			count;
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */
	Datum		ok;				/* the same of the status */
} Quantiles;

/* The value that less comes than with this probability; NaN where nothing is known. */
static double
quantile_of(const LoadedModel *loaded, int step, int target, double forecast, double probability)
{
	double		level = fmax(fabs(2 * probability - 1), LEAST_LEVEL);
	double		low;
	double		high;

	if (!model_interval(loaded, 0, step, target, forecast, level, &low, &high))
		return NAN;
	return level == LEAST_LEVEL ? low / 2 + high / 2 : probability < 0.5 ? low : high;
}

/* All quantiles of a series as result rows; of steps that cannot be forecast the reason why. */
static void
put_quantiles(void *state, const NewestSeries *series)
{
	Quantiles  *quantiles = state;
	const lf_task *task = &quantiles->loaded->model.task;
	int			known = series->known;
	double	   *out = model_forecast(quantiles->loaded, 0, 1, 1, known);
	Datum		label = series->label == NULL ? 0 : CStringGetTextDatum(series->label);
	Datum		reason = known == series->steps ? 0 : CStringGetTextDatum(series->unknown);

	for (int k = 0; k < series->steps; k++)
	{
		Datum		values[OUT_COLUMNS] = {[OUT_SERIES] = label, [OUT_STEP] = Int32GetDatum(k + 1), [OUT_STATUS] = k < known ? quantiles->ok : reason};
		bool		nulls[OUT_COLUMNS] = {[OUT_SERIES] = series->label == NULL};

		asked_put_stamp(&values[OUT_FORECAST_AT], &nulls[OUT_FORECAST_AT], series->timeline, series->origin, task->lead + k);
		for (int j = 0; j < task->targets; j++)
			for (int i = 0; i < quantiles->count; i++)
			{
				double		value = k >= known ? (double) NAN :
					quantile_of(quantiles->loaded, k, j, out[(Size) k * task->targets + j], quantiles->probability[i]);

				CHECK_FOR_INTERRUPTS();
				values[OUT_TARGET] = quantiles->targets[j];
				values[OUT_PROBABILITY] = Float8GetDatum(quantiles->probability[i]);
				nulls[OUT_VALUE] = isnan(value);
				values[OUT_VALUE] = Float8GetDatum(value);
				tuplestore_putvalues(quantiles->result->setResult, quantiles->result->setDesc, values, nulls);
			}
	}
}

static void
put_status(void *state, const char *label, const char *status)
{
	const Quantiles *quantiles = state;

	asked_put_status(quantiles->result, OUT_SERIES, label, OUT_STATUS, status);
}

/* The probabilities, each between 0 and 1. */
static void
read_probabilities(FunctionCallInfo fcinfo, Quantiles *quantiles)
{
	quantiles->probability = argument_doubles(argument_array(fcinfo, ARG_PROBABILITIES, "probabilities"), "probabilities",
											  &quantiles->count);
	if (quantiles->count < 1 || quantiles->count > MOST_PROBABILITIES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("probabilities must be 1 to %d numbers, not %d", MOST_PROBABILITIES, quantiles->count)));
	for (int i = 0; i < quantiles->count; i++)
		if (!(quantiles->probability[i] > 0 && quantiles->probability[i] < 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("probabilities must be between 0 and 1, not %g", quantiles->probability[i]),
					 errhint("The interval of level 0.95 lies between 0.025 and 0.975.")));
}

SQL_FUNCTION(lstm_quantiles);
Datum
lstm_quantiles(PG_FUNCTION_ARGS)
{
	Quantiles	quantiles = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	Newest		newest = {.command = PROGRESS_QUANTILES, .put = put_quantiles, .left_out = put_status, .state = &quantiles};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(ARG_MODEL);
	RETURN_NO_ROWS_IF_NULL(ARG_PROBABILITIES);
	read_probabilities(fcinfo, &quantiles);
	quantiles.loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(ARG_MODEL));
	quantiles.targets = model_targets(&quantiles.loaded->model);
	quantiles.ok = CStringGetTextDatum("ok");
	newest.loaded = quantiles.loaded;
	newest_read(&newest, fcinfo, &arguments);
	newest_run(&newest, PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION));
	return (Datum) 0;
}
