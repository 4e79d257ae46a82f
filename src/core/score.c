/*
 * score.c: baselines and error sums.
 */
#include "score.h"

#include <math.h>

const char *const lf_forecaster_names[LF_FORECASTERS] = {
	[LF_NETWORK] = "network",
	[LF_REPEAT_LAST] = "repeat-last",
	[LF_SEASONAL_NAIVE] = "seasonal naive",
	[LF_DRIFT] = "drift",
};

const char *const lf_forecaster_keys[LF_FORECASTERS] = {
	[LF_NETWORK] = "network",
	[LF_REPEAT_LAST] = "repeat_last",
	[LF_SEASONAL_NAIVE] = "seasonal_naive",
	[LF_DRIFT] = "drift",
};

void
lf_score_add(lf_score *score, double forecast, double actual)
{
	double		error = forecast - actual;

	score->count += 1;
	score->absolute += fabs(error);
	score->squares += error * error;
}

double
lf_score_mae(const lf_score *score)
{
	return score->count > 0 ? score->absolute / score->count : (double) NAN;
}

double
lf_score_rmse(const lf_score *score)
{
	return score->count > 0 ? sqrt(score->squares / score->count) : (double) NAN;
}

double
lf_baseline(lf_forecaster forecaster, const lf_frame *frame, int column, size_t origin, int k, int season)
{
	const double *values = frame->values + column;
	size_t		stride = (size_t) frame->columns;
	double		last = values[origin * stride];

	switch (forecaster)
	{
		case LF_REPEAT_LAST:
			return last;
		case LF_SEASONAL_NAIVE:
			{
				/* whole seasons back from origin + k, as many as it takes to reach a known row */
				size_t		back = (size_t) ((k - 1) / season + 1) * (size_t) season - (size_t) k;

				return season > 1 && back <= origin ? values[(origin - back) * stride] : (double) NAN;
			}
		case LF_DRIFT:
			return origin > 0 ? last + k * (last - values[0]) / (double) origin : (double) NAN;
		case LF_NETWORK:
			break;
	}
	return (double) NAN;
}
