/*
 * cv_score.c: means over targets, then over folds.
 */
#include "judging/cv_score.h"

#include <math.h>

/* The mean over the targets that have values to compare with, 'counted' of them. */
static double
error_of_fold(const lf_metrics *metrics, const double *error_scale, int targets, lf_forecaster forecaster, int *counted)
{
	double		sum = 0;

	*counted = 0;
	for (int j = 0; j < targets; j++)
	{
		const lf_score *score = &metrics[j * LF_FORECASTERS + forecaster].score;
		double		wanted = metrics[j * LF_FORECASTERS + LF_NETWORK].score.count;

		if (wanted == 0)
			continue;
		/* a baseline that said nothing of some rows is not comparable */
		if (score->count < wanted)
			return (double) NAN;
		sum += lf_score_mae(score) / (isfinite(error_scale[j]) && error_scale[j] > 0 ? error_scale[j] : 1);
		(*counted)++;
	}
	return sum / *counted;
}

void
lf_cv_add(lf_cv_score *cv, const lf_metrics *metrics, const double *error_scale, int targets)
{
	const lf_score *first = &metrics[LF_NETWORK].score;
	int			counted;
	double		network = error_of_fold(metrics, error_scale, targets, LF_NETWORK, &counted);

	if (counted == 0)
		return;
	cv->folds++;
	cv->sum[LF_NETWORK] += network;
	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
		cv->sum[f] += error_of_fold(metrics, error_scale, targets, f, &counted);
	cv->first.count += first->count;
	cv->first.absolute += first->absolute;
	cv->first.squares += first->squares;
}

double
lf_cv_error(const lf_cv_score *cv, lf_forecaster forecaster)
{
	return cv->folds > 0 ? cv->sum[forecaster] / cv->folds : (double) NAN;
}

lf_forecaster
lf_cv_best_baseline(const lf_cv_score *cv)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
	{
		double		error = lf_cv_error(cv, f);

		if (!isnan(error) && (best == LF_NETWORK || error < lf_cv_error(cv, best)))
			best = f;
	}
	return best;
}
