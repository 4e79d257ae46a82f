/*
 * metrics.c: sums of errors, and what is made of them.
 */
#include "judging/metrics.h"

#include <math.h>

const char *const lf_metric_names[LF_METRICS] = {
	[LF_METRIC_MAE] = "mae",
	[LF_METRIC_RMSE] = "rmse",
	[LF_METRIC_SMAPE] = "smape",
	[LF_METRIC_MAPE] = "mape",
	[LF_METRIC_MASE] = "mase",
	[LF_METRIC_R2] = "r2",
	[LF_METRIC_COVERAGE] = "coverage",
	[LF_METRIC_INTERVAL_WIDTH] = "interval_width",
	[LF_METRIC_WINKLER] = "winkler",
};

void
lf_metrics_add(lf_metrics *metrics, double forecast, double actual)
{
	double		error = fabs(forecast - actual);
	double		size = fabs(forecast) + fabs(actual);
	double		delta = actual - metrics->mean;

	lf_score_add(&metrics->score, forecast, actual);
	if (size > 0)
		metrics->smape += 200 * error / size;
	if (actual != 0)
	{
		metrics->mape += 100 * error / fabs(actual);
		metrics->not_zero += 1;
	}
	/* Welford's update, as in scaler.c */
	metrics->mean += delta / metrics->score.count;
	metrics->around_mean += delta * (actual - metrics->mean);
}

void
lf_metrics_add_interval(lf_metrics *metrics, double actual, double lower, double upper, double level)
{
	double		outside = actual < lower ? lower - actual : actual > upper ? actual - upper : 0;

	metrics->intervals += 1;
	metrics->inside += outside == 0;
	metrics->width += upper - lower;
	metrics->winkler += upper - lower + 2 / (1 - level) * outside;
}

static double
ratio(double sum, double count)
{
	return count > 0 ? sum / count : (double) NAN;
}

double
lf_metrics_value(const lf_metrics *metrics, lf_metric metric, double error_scale)
{
	switch (metric)
	{
		case LF_METRIC_MAE:
			return lf_score_mae(&metrics->score);
		case LF_METRIC_RMSE:
			return lf_score_rmse(&metrics->score);
		case LF_METRIC_SMAPE:
			return ratio(metrics->smape, metrics->score.count);
		case LF_METRIC_MAPE:
			return ratio(metrics->mape, metrics->not_zero);
		case LF_METRIC_MASE:
			return ratio(lf_score_mae(&metrics->score), error_scale);
		case LF_METRIC_R2:
			return 1 - ratio(metrics->score.squares, metrics->around_mean);
		case LF_METRIC_COVERAGE:
			return ratio(100 * metrics->inside, metrics->intervals);
		case LF_METRIC_INTERVAL_WIDTH:
			return ratio(metrics->width, metrics->intervals);
		case LF_METRIC_WINKLER:
			return ratio(metrics->winkler, metrics->intervals);
	}
	return (double) NAN;
}

bool
lf_metric_is_of_errors(lf_metric metric)
{
	return metric < LF_METRIC_COVERAGE;
}

bool
lf_metric_is_loss(lf_metric metric)
{
	return metric < LF_METRIC_R2;
}

double
lf_naive_error(const lf_frame *frame, int column, size_t rows, int season)
{
	const double *values = frame->values + column;
	size_t		stride = (size_t) frame->columns;
	size_t		back = season > 1 ? (size_t) season : 1;
	double		sum = 0;

	for (size_t i = back; i < rows; i++)
		sum += fabs(values[i * stride] - values[(i - back) * stride]);
	return rows > back ? sum / (double) (rows - back) : (double) NAN;
}
