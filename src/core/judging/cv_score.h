/*
 * cv_score.h: one number for how good a training was over several folds and targets, by which trainings can be ranked.
 *
 * It is the mean of the mase of each target in each fold: errors of columns of different size, and of rows of different
 * unrest, count alike. Where the error scale of mase is 0 or not known, because the column did not move before, the mae
 * itself counts. The unit is one of the rows, so that whatever is trained on the same rows is measured by the same.
 */
#ifndef LF_CV_SCORE_H
#define LF_CV_SCORE_H

#include "judging/metrics.h"

typedef struct lf_cv_score
{
	int			folds;			/* with anything to compare */
	double		sum[LF_FORECASTERS];	/* of the folds' errors; NaN where one has none */
	lf_score	first;			/* all errors of the network for the first target */
} lf_cv_score;

/*
 * Adds a fold: metrics (targets, LF_FORECASTERS), and the error scale of mase of each target. A target without any
 * value to compare with is left out, and a fold without any such target as well.
 */
void		lf_cv_add(lf_cv_score *cv, const lf_metrics *metrics, const double *error_scale, int targets);

/* NaN where a forecaster has none in some fold. */
double		lf_cv_error(const lf_cv_score *cv, lf_forecaster forecaster);

/* The naive baseline that has the least error; LF_NETWORK where there is none. */
lf_forecaster lf_cv_best_baseline(const lf_cv_score *cv);

#endif
