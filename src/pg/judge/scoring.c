/*
 * scoring.c: from forecasts to measures.
 */
#include "judge/scoring.h"

#include "server/error.h"

#include <math.h>

lf_metrics *
scoring_create(const lf_task *task)
{
	return palloc0(task->targets * LF_FORECASTERS * sizeof(lf_metrics));
}

double *
scoring_means(const RollingOrigin *rolling, uint64 known)
{
	const lf_task *task = &rolling->model->task;
	double	   *means = palloc(task->targets * sizeof(double));

	for (int j = 0; j < task->targets; j++)
	{
		CHECK_FOR_INTERRUPTS();
		means[j] = lf_column_mean(&rolling->frame, task->target[j], Min(known, rolling->rows->count));
	}
	return means;
}

void
scoring_add(lf_metrics *metrics, const RollingOrigin *rolling, const RollingBatch *batch, double level, const double *means)
{
	const lf_model *model = rolling->model;
	const lf_task *task = &model->task;
	const double *out = batch->out;

	for (int i = 0; i < batch->count; i++)
		for (int k = 0; k < batch->steps; k++)
			for (int j = 0; j < task->targets; j++)
			{
				uint64		origin = rolling_origin_row(rolling, batch, i, 0);
				uint64		row = origin + k;
				int			column = task->target[j];
				double		forecast = *out++;
				double		actual;
				double		low;
				double		high;

				CHECK_FOR_INTERRUPTS();
				if (row >= rolling->rows->count)
					continue;
				actual = rolling_origin_actual(rolling, row, j);
				if (isnan(actual))
					continue;
				lf_metrics_add(&metrics[j * LF_FORECASTERS + LF_NETWORK], forecast, actual);
				if (model_interval(rolling->loaded, i, k, j, forecast, level, &low, &high))
					lf_metrics_add_interval(&metrics[j * LF_FORECASTERS + LF_NETWORK], actual, low, high, level);
				for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && origin > 0; f++)
				{
					double		naive = lf_baseline(f, &rolling->frame, column, origin - 1, k + 1, model->season,
													means[j]);

					if (!isnan(naive))
						lf_metrics_add(&metrics[j * LF_FORECASTERS + f], naive, actual);
				}
			}
}

/*
 * The best baseline by a measure, of those that had something to say about every row; LF_NETWORK where there is none.
 */
static lf_forecaster
best_baseline(const lf_metrics *metrics, lf_metric metric, double error_scale)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && lf_metric_is_of_errors(metric); f++)
	{
		double		value = lf_metrics_value(&metrics[f], metric, error_scale);
		double		so_far = lf_metrics_value(&metrics[best], metric, error_scale);

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
scoring_error_scale(const RollingOrigin *rolling, uint64 known, int target)
{
	return lf_naive_error(&rolling->frame, rolling->model->task.target[target], Min(known, rolling->rows->count),
						  rolling->model->season);
}

void
scoring_row(const lf_metrics *metrics, const RollingOrigin *rolling, uint64 known, int target, lf_metric metric,
			Datum *values, bool *nulls)
{
	const lf_model *model = rolling->model;
	int			column = model->task.target[target];
	const lf_metrics *mine = metrics + target * LF_FORECASTERS;
	double		error_scale = metric == LF_METRIC_MASE ? scoring_error_scale(rolling, known, target) : (double) NAN;
	lf_forecaster best = best_baseline(mine, metric, error_scale);
	double		value = lf_metrics_value(&mine[LF_NETWORK], metric, error_scale);
	double		naive = lf_metrics_value(&mine[best], metric, error_scale);

	rolling_origin_name(rolling, &values[SCORING_SERIES], &nulls[SCORING_SERIES]);
	nulls[SCORING_TARGET] = nulls[SCORING_METRIC] = false;
	values[SCORING_TARGET] = CStringGetTextDatum(model->names[column]);
	values[SCORING_METRIC] = CStringGetTextDatum(lf_metric_names[metric]);
	put_number(value, &values[SCORING_VALUE], &nulls[SCORING_VALUE]);
	nulls[SCORING_BASELINE] = nulls[SCORING_BASELINE_VALUE] = nulls[SCORING_SKILL] = best == LF_NETWORK;
	if (best == LF_NETWORK)
		return;
	values[SCORING_BASELINE] = CStringGetTextDatum(lf_forecaster_keys[best]);
	put_number(naive, &values[SCORING_BASELINE_VALUE], &nulls[SCORING_BASELINE_VALUE]);
	/* the share of the baseline's error that is gone */
	put_number(lf_metric_is_loss(metric) && naive > 0 ? 1 - value / naive : (double) NAN, &values[SCORING_SKILL], &nulls[SCORING_SKILL]);
}

int64
scoring_first_unknown(const RollingOrigin *rolling, bool *warned)
{
	const lf_model *model = rolling->model;
	const lf_task *task = &model->task;
	uint64		rows = rolling->rows->count;
	uint64		known = rolling_origin_trained(rolling);
	uint64		share;

	if (known < rows)
		return rolling_origin_first_origin(task, known);
	share = Max((uint64) ceil(model->training.validation * (double) rows), (uint64) task->horizon);
	if (!*warned && rolling->label != NULL)
		ereport(WARNING,
				(errmsg("series \"%s\" of %s has no rows after those on which the model was trained", rolling->label,
						rolling->table->label),
				 errdetail("The figures of this series, and of others like it, are for its newest " UINT64_FORMAT " rows, on which "
						   "the network was trained, so they are too good.", share),
				 errhint("Leave such series out, train on a view that ends earlier, use lstm_backtest, or give first_origin.")));
	else if (!*warned)
		ereport(WARNING,
				(errmsg("%s has no rows after those on which the model was trained", rolling->table->label),
				 errdetail("These figures are for the newest " UINT64_FORMAT " rows, on which the network was "
						   "trained, so they are too good.", share),
				 errhint("Train on a view that ends earlier, use lstm_backtest, or give first_origin.")));
	*warned = true;
	return rolling_origin_first_origin(task, rows > share ? rows - share : 0);
}
