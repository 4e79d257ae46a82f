/*
 * tally.h: one number for how good a training was over several folds and targets, by which trainings can be ranked.
 *
 * It is the mean of the mase of each target in each fold: errors of columns of different size, and of rows of different
 * unrest, count alike. Where the unit of mase is 0 or not known, because the column did not move before, the mae itself
 * counts. The unit is one of the rows, so that whatever is trained on the same rows is measured by the same.
 */
#ifndef LF_TALLY_H
#define LF_TALLY_H

#include "metrics.h"

typedef struct lf_tally
{
	int			folds;			/* with anything to compare */
	double		sum[LF_FORECASTERS];	/* of the folds' errors; NaN where one has none */
	lf_score	first;			/* all errors of the network for the first target */
} lf_tally;

/*
 * Adds a fold: metrics (targets, LF_FORECASTERS), and the unit of mase of each target. A target without any value to
 * compare with is left out, and a fold without any such target as well.
 */
void		lf_tally_add(lf_tally *tally, const lf_metrics *metrics, const double *unit, int targets);

/* NaN where a forecaster has none in some fold. */
double		lf_tally_error(const lf_tally *tally, lf_forecaster forecaster);

/* The forecast that costs nothing and has the least error; LF_NETWORK where there is none. */
lf_forecaster lf_tally_best_baseline(const lf_tally *tally);

#endif
