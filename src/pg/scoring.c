/*
 * scoring.c: from forecasts to measures.
 */
#include "scoring.h"

#include <math.h>

lf_metrics *
scoring_create(const lf_task *task)
{
	return palloc0(task->targets * LF_FORECASTERS * sizeof(lf_metrics));
}

double *
scoring_means(const Along *along, uint64 known)
{
	const lf_task *task = &along->model->task;
	double	   *means = palloc(task->targets * sizeof(double));

	for (int j = 0; j < task->targets; j++)
	{
		CHECK_FOR_INTERRUPTS();
		means[j] = lf_column_mean(&along->frame, task->target[j], Min(known, along->rows->count));
	}
	return means;
}

void
scoring_add(lf_metrics *metrics, const Along *along, const AlongBatch *batch, double level, const double *means)
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
				double		low;
				double		high;

				CHECK_FOR_INTERRUPTS();
				if (row >= along->rows->count)
					continue;
				actual = along_actual(along, row, j);
				if (isnan(actual))
					continue;
				lf_metrics_add(&metrics[j * LF_FORECASTERS + LF_NETWORK], forecast, actual);
				if (model_interval(along->loaded, i, k, j, forecast, level, &low, &high))
					lf_metrics_add_interval(&metrics[j * LF_FORECASTERS + LF_NETWORK], actual, low, high, level);
				for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && origin > 0; f++)
				{
					double		naive = lf_baseline(f, &along->frame, column, origin - 1, k + 1, model->season,
													means[j]);

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

double
scoring_unit(const Along *along, uint64 known, int target)
{
	return lf_naive_error(&along->frame, along->model->task.target[target], Min(known, along->rows->count),
						  along->model->season);
}

void
scoring_row(const lf_metrics *metrics, const Along *along, uint64 known, int target, lf_metric metric,
			Datum *values, bool *nulls)
{
	const lf_model *model = along->model;
	int			column = model->task.target[target];
	const lf_metrics *mine = metrics + target * LF_FORECASTERS;
	double		unit = metric == LF_METRIC_MASE ? scoring_unit(along, known, target) : (double) NAN;
	lf_forecaster best = best_baseline(mine, metric, unit);
	double		value = lf_metrics_value(&mine[LF_NETWORK], metric, unit);
	double		naive = lf_metrics_value(&mine[best], metric, unit);

	along_name(along, &values[0], &nulls[0]);
	nulls[1] = nulls[2] = false;
	values[1] = CStringGetTextDatum(model->names[column]);
	values[2] = CStringGetTextDatum(lf_metric_names[metric]);
	put_number(value, &values[3], &nulls[3]);
	nulls[4] = nulls[5] = nulls[6] = best == LF_NETWORK;
	if (best == LF_NETWORK)
		return;
	values[4] = CStringGetTextDatum(lf_forecaster_keys[best]);
	put_number(naive, &values[5], &nulls[5]);
	/* the share of the baseline's error that is gone */
	put_number(lf_metric_is_loss(metric) && naive > 0 ? 1 - value / naive : (double) NAN, &values[6], &nulls[6]);
}
