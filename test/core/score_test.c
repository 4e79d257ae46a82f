/*
 * score_test.c: baselines where there is no season, or one that rows do not reach; and measures by hand.
 */
#include "judging/metrics.h"
#include "tap.h"

#include <math.h>

static bool
is_close(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* Three forecasts, by hand: 8 for 10, -6 for -4, 1 for 0. */
static void
test_metrics(void)
{
	lf_metrics	m = {0};

	lf_metrics_add(&m, 8, 10);
	lf_metrics_add(&m, -6, -4);
	lf_metrics_add(&m, 1, 0);
	ok(is_close(lf_metrics_value(&m, LF_METRIC_MAE, 2), 5.0 / 3) && is_close(lf_metrics_value(&m, LF_METRIC_RMSE, 2), sqrt(3)) &&
	   is_close(lf_metrics_value(&m, LF_METRIC_MASE, 2), 5.0 / 6), "mae, rmse and mase are those of the formula");
	ok(is_close(lf_metrics_value(&m, LF_METRIC_SMAPE, 2), (200 * 2 / 18.0 + 200 * 2 / 10.0 + 200) / 3),
	   "smape counts an error of all there is as 200 per cent");
	ok(is_close(lf_metrics_value(&m, LF_METRIC_MAPE, 2), (20 + 50) / 2.0),
	   "mape counts negative values, and leaves those of 0 out");
	/* around the mean of 2: 64 + 36 + 4 */
	ok(is_close(lf_metrics_value(&m, LF_METRIC_R2, 2), 1 - 9 / 104.0), "r2 is 1 - the squares of the errors by those around the mean");
	lf_metrics_add_interval(&m, 10, 5, 9, 0.9);
	lf_metrics_add_interval(&m, 3, 2, 4, 0.9);
	lf_metrics_add_interval(&m, -1, 0, 6, 0.9);
	lf_metrics_add_interval(&m, 4, 2, 4, 0.9);
	ok(lf_metrics_value(&m, LF_METRIC_COVERAGE, 2) == 50, "a value on a bound lies within its interval");
	ok(is_close(lf_metrics_value(&m, LF_METRIC_INTERVAL_WIDTH, 2), (4 + 2 + 6 + 2) / 4.0) &&
	   is_close(lf_metrics_value(&m, LF_METRIC_WINKLER, 2), (4 + 2 + 6 + 2 + 20 * 1 + 20 * 1) / 4.0),
	   "what lies outside costs 2 / (1 - level) times its distance");
	ok(lf_metric_is_loss(LF_METRIC_MASE) && !lf_metric_is_loss(LF_METRIC_R2), "of r2 more is better, of errors less");
	ok(lf_metric_is_of_errors(LF_METRIC_R2) && !lf_metric_is_of_errors(LF_METRIC_COVERAGE), "baselines have errors, and no intervals");
}

int
main(void)
{
	const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
	const lf_frame frame = {.values = values, .rows = 8, .columns = 1};
	static const lf_forecaster seasonal[] = {LF_SEASONAL_NAIVE, LF_SEASONAL_MEAN};

	for (int i = 0; i < 2; i++)
	{
		const char *name = lf_forecaster_names[seasonal[i]];

		for (int season = 0; season < 2; season++)
		{
			bool		unknown = true;

			for (int k = 1; k <= 10; k++)
				unknown = unknown && isnan(lf_baseline(seasonal[i], &frame, 0, 7, k, season, 0));
			ok(unknown, "the %s of a season of %d is not a number, and no division by it", name, season);
		}
		ok(isnan(lf_baseline(seasonal[i], &frame, 0, 7, 1, 9, 0)), "the %s of more rows than there are is not a number", name);
	}
	ok(lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 1, 4, 0) == 5 && lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 4, 4, 0) == 8 &&
	   lf_baseline(LF_SEASONAL_NAIVE, &frame, 0, 7, 5, 4, 0) == 5, "the seasonal naive forecast repeats the newest season");
	ok(lf_baseline(LF_SEASONAL_MEAN, &frame, 0, 7, 1, 4, 0) == 3, "the seasonal mean is over all seasons that there are");
	/* differences of a season: 4 each, of rows that have one before them */
	ok(lf_naive_error(&frame, 0, 8, 4) == 4 && lf_naive_error(&frame, 0, 8, 1) == 1 && isnan(lf_naive_error(&frame, 0, 4, 4)),
	   "the unit of mase is the mean difference from the row a season before");
	test_metrics();
	return done_testing();
}
