/*
 * scoring.h: the measures of forecasts along known rows, as result rows: what lstm_evaluate, lstm_backtest and
 * lstm_tune have in common.
 */
#ifndef LFPG_SCORING_H
#define LFPG_SCORING_H

#include "forecast/rolling_origin.h"
#include "judging/metrics.h"

/* The columns of a result row about one target and measure; those of lstm_backtest stand behind two of its own. */
enum
{
	SCORING_SERIES,
	SCORING_TARGET,
	SCORING_METRIC,
	SCORING_VALUE,
	SCORING_BASELINE,
	SCORING_BASELINE_VALUE,
	SCORING_SKILL,
	SCORING_COLUMNS
};

/* Sums for the network and each baseline: (targets, LF_FORECASTERS). */
lf_metrics *scoring_create(const lf_task *task);

/* The means of the targets over the rows before the first forecast, 'known' of them, for scoring_add. */
double	   *scoring_means(const RollingOrigin *rolling, uint64 known);

/* Adds the forecasts of a batch, and what the baselines say. */
void		scoring_add(lf_metrics *metrics, const RollingOrigin *rolling, const RollingBatch *batch, double level,
						const double *means);

/* The error scale of mase for a target (see lf_naive_error), found over the 'known' rows before the first forecast. */
double		scoring_error_scale(const RollingOrigin *rolling, uint64 known, int target);

/*
 * Fills the seven values from 'series' to 'skill' for one target and measure. 'known' as in scoring_error_scale.
 */
void		scoring_row(const lf_metrics *metrics, const RollingOrigin *rolling, uint64 known, int target, lf_metric metric,
						Datum *values, bool *nulls);

/*
 * The first origin whose forecasts are about rows that training did not know. Where there are none, evaluation goes over the
 * newest part, and says so: once, as 'warned' tells.
 */
int64		scoring_first_unknown(const RollingOrigin *rolling, bool *warned);

#endif
