/*
 * evaluate.c: lstm_evaluate: how good a model's forecasts were on known rows, beside the best that costs nothing.
 */
#include "along.h"
#include "arguments.h"
#include "error.h"
#include "metrics.h"
#include "model_cache.h"
#include "timeline.h"

#include <math.h>

/*
 * Number of the last row that training knew: from there on rows are new. Where there are none, evaluation goes over the
 * newest part, and says so.
 */
static int64
first_unknown(const Along *along)
{
	const lf_model *model = along->model;
	const lf_task *task = &model->task;
	uint64		rows = along->rows->count;
	uint64		known = rows;
	uint64		share;

	if (model->time_kind == along->table->time_kind && model->time_kind != LF_TIME_NONE && model->rows > 0)
		while (known > 0 && rows_time(along->rows, known - 1) > model->last_time)
			known--;
	else
		known = 0;				/* trained elsewhere: every row is new */
	if (known < rows)
		return (int64) Max(known, (uint64) task->lookback);
	share = Max((uint64) ceil(model->training.validation * (double) rows), (uint64) task->horizon);
	ereport(WARNING,
			(errmsg("%s has no rows after those that the model was trained on", along->table->label),
			 errdetail("These figures are of the newest " UINT64_FORMAT " rows, which the network knows: they are too good.",
					   share),
			 errhint("Train on a view that ends earlier, or give first_origin.")));
	return (int64) Max(rows > share ? rows - share : 0, (uint64) task->lookback);
}

/* Adds the forecasts of a batch, and what the baselines say, to (targets, LF_FORECASTERS) sums. */
static void
add_batch(const Along *along, const AlongBatch *batch, double level, lf_metrics *metrics)
{
	const lf_model *model = along->model;
	const lf_task *task = &model->task;
	const double *out = batch->out;

	for (int i = 0; i < batch->count; i++)
		for (int k = 0; k < batch->steps; k++)
			for (int j = 0; j < task->targets; j++)
			{
				uint64		origin = along_row(along, batch, i, 0);
				uint64		row = origin + k;
				int			column = task->target[j];
				double		forecast = *out++;
				double		actual;
				double		width;

				if (row >= along->rows->count)
					continue;
				CHECK_FOR_INTERRUPTS();
				actual = along->rows->values[row * model->columns + column];
				lf_metrics_add(&metrics[j * LF_FORECASTERS + LF_NETWORK], forecast, actual);
				width = lf_errors_width(&model->errors, task->targets, k, j, level);
				if (!isnan(width))
					lf_metrics_add_interval(&metrics[j * LF_FORECASTERS + LF_NETWORK], actual,
											forecast - width, forecast + width, level);
				for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && origin > 0; f++)
				{
					double		naive = lf_baseline(f, &along->frame, column, origin - 1, k + 1, model->season);

					if (!isnan(naive))
						lf_metrics_add(&metrics[j * LF_FORECASTERS + f], naive, actual);
				}
			}
}

/* The best baseline by a measure, of those that had something to say about every row; LF_NETWORK where there is none. */
static lf_forecaster
best_baseline(const lf_metrics *metrics, lf_metric metric, double unit)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && lf_metric_is_of_errors(metric); f++)
	{
		double		value = lf_metrics_value(&metrics[f], metric, unit);
		double		so_far = lf_metrics_value(&metrics[best], metric, unit);

		if (metrics[f].score.count < metrics[LF_NETWORK].score.count || isnan(value))
			continue;
		if (best == LF_NETWORK || (lf_metric_is_loss(metric) ? value < so_far : value > so_far))
			best = f;
	}
	return best;
}

static void
put_number(double number, Datum *value, bool *null)
{
	*null = !isfinite(number);
	*value = Float8GetDatum(number);
}

static void
put_metric(const lf_metrics *metrics, lf_metric metric, double unit, Datum target, ReturnSetInfo *result)
{
	lf_forecaster best = best_baseline(metrics, metric, unit);
	double		value = lf_metrics_value(&metrics[LF_NETWORK], metric, unit);
	double		naive = lf_metrics_value(&metrics[best], metric, unit);
	Datum		values[7] = {0};
	bool		nulls[7] = {true, false, false, false, true, true, true};

	values[1] = target;
	values[2] = CStringGetTextDatum(lf_metric_names[metric]);
	put_number(value, &values[3], &nulls[3]);
	if (best != LF_NETWORK)
	{
		nulls[4] = false;
		values[4] = CStringGetTextDatum(lf_forecaster_keys[best]);
		put_number(naive, &values[5], &nulls[5]);
		/* the share of the baseline's error that is gone */
		put_number(lf_metric_is_loss(metric) && naive > 0 ? 1 - value / naive : (double) NAN, &values[6], &nulls[6]);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

SQL_FUNCTION(lstm_evaluate);
Datum
lstm_evaluate(PG_FUNCTION_ARGS)
{
	LoadedModel *shared;
	const lf_model *model;
	const lf_task *task;
	Along	   *along;
	AlongBatch	batch;
	lf_metrics *metrics;
	Datum	   *targets;
	double		level;
	int64		origin;
	int			steps;
	int			stride;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	RETURN_NO_ROWS_IF_NULL(0);
	RETURN_NO_ROWS_IF_NULL(4);
	level = PG_GETARG_FLOAT8(4);
	check_level(level);
	shared = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	model = &shared->model;
	task = &model->task;
	along = along_open(model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), 0);
	steps = argument_int(fcinfo, 2, "steps", 1, PG_INT32_MAX, task->horizon);
	stride = argument_int(fcinfo, 3, "stride", 1, PG_INT32_MAX, 1);
	origin = PG_ARGISNULL(5) ? first_unknown(along) : argument_first_origin(fcinfo, 5, task);
	along_start(along, shared, steps, stride, origin);
	metrics = palloc0(task->targets * LF_FORECASTERS * sizeof(lf_metrics));
	while (along_next(along, &batch))
		add_batch(along, &batch, level, metrics);
	if (metrics[LF_NETWORK].score.count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, and none after row " INT64_FORMAT " to compare a forecast with",
						along->table->label, along->rows->count, origin),
				 errhint("Give a smaller first_origin, or a relation with newer rows.")));

	targets = along_targets(along);
	for (int j = 0; j < task->targets; j++)
	{
		double		unit = lf_naive_error(&along->frame, task->target[j], Min((uint64) origin, along->rows->count),
										  model->season);

		for (int metric = 0; metric < LF_METRICS; metric++)
			put_metric(metrics + j * LF_FORECASTERS, metric, unit, targets[j], (ReturnSetInfo *) fcinfo->resultinfo);
	}
	return (Datum) 0;
}
