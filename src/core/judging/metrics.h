/*
 * metrics.h: how good forecasts were, in the usual measures.
 *
 *	   mae, rmse		in units of the column
 *	   smape, mape		percent; mape leaves actual values of 0 out (Makridakis 1993)
 *	   mase				the mae in units of that of the seasonal naive forecast over the rows before (Hyndman and
 *						Koehler 2006)
 *	   r2				1 - squares of the errors / squares around the mean of the actual values
 *	   coverage			percent of the actual values within their intervals
 *	   interval_width	mean, in units of the column
 *	   winkler			mean width plus 2 / (1 - level) times what lies outside (Winkler 1972)
 *
 * Sums only: any number of forecasts takes the same memory.
 */
#ifndef LF_METRICS_H
#define LF_METRICS_H

#include "judging/score.h"

typedef enum lf_metric
{
	LF_METRIC_MAE,
	LF_METRIC_RMSE,
	LF_METRIC_SMAPE,
	LF_METRIC_MAPE,
	LF_METRIC_MASE,
	LF_METRIC_R2,
	LF_METRIC_COVERAGE,
	LF_METRIC_INTERVAL_WIDTH,
	LF_METRIC_WINKLER
} lf_metric;

#define LF_METRICS 9
extern const char *const lf_metric_names[LF_METRICS];

typedef struct lf_metrics
{
	lf_score	score;
	double		smape;
	double		mape;
	double		not_zero;		/* forecasts that mape counts */
	double		mean;			/* of the actual values */
	double		around_mean;	/* squares */
	double		intervals;
	double		inside;
	double		width;
	double		winkler;
} lf_metrics;

void		lf_metrics_add(lf_metrics *metrics, double forecast, double actual);
void		lf_metrics_add_interval(lf_metrics *metrics, double actual, double lower, double upper, double level);

/* NaN where it is not defined, or nothing was added. 'error_scale': see lf_naive_error. */
double		lf_metrics_value(const lf_metrics *metrics, lf_metric metric, double error_scale);

/* Whether a baseline has the measure too, and whether less of it is better. */
bool		lf_metric_is_of_errors(lf_metric metric);
bool		lf_metric_is_loss(lf_metric metric);

/*
 * The error scale of mase: the mean absolute difference of a column's rows from those one season before, or one row
 * where there is no season, over rows 0 .. rows - 1. NaN where there are too few.
 */
double		lf_naive_error(const lf_frame *frame, int column, size_t rows, int season);

#endif
