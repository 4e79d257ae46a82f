/*
 * tally.c: means over targets, then over folds.
 */
#include "tally.h"

#include <math.h>

/* The mean over the targets that have values to compare with, 'counted' of them. */
static double
error_of_fold(const lf_metrics *metrics, const double *unit, int targets, lf_forecaster forecaster, int *counted)
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
		sum += lf_score_mae(score) / (isfinite(unit[j]) && unit[j] > 0 ? unit[j] : 1);
		(*counted)++;
	}
	return sum / *counted;
}

void
lf_tally_add(lf_tally *tally, const lf_metrics *metrics, const double *unit, int targets)
{
	const lf_score *first = &metrics[LF_NETWORK].score;
	int			counted;
	double		network = error_of_fold(metrics, unit, targets, LF_NETWORK, &counted);

	if (counted == 0)
		return;
	tally->folds++;
	tally->sum[LF_NETWORK] += network;
	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
		tally->sum[f] += error_of_fold(metrics, unit, targets, f, &counted);
	tally->first.count += first->count;
	tally->first.absolute += first->absolute;
	tally->first.squares += first->squares;
}

double
lf_tally_error(const lf_tally *tally, lf_forecaster forecaster)
{
	return tally->folds > 0 ? tally->sum[forecaster] / tally->folds : (double) NAN;
}

lf_forecaster
lf_tally_best_baseline(const lf_tally *tally)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
	{
		double		error = lf_tally_error(tally, f);

		if (!isnan(error) && (best == LF_NETWORK || error < lf_tally_error(tally, best)))
			best = f;
	}
	return best;
}
