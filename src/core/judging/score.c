/*
 * score.c: baselines and error sums.
 */
#include "judging/score.h"

#include <math.h>

const char *const lf_forecaster_names[LF_FORECASTERS] = {
	[LF_NETWORK] = "network",
	[LF_REPEAT_LAST] = "repeat-last",
	[LF_SEASONAL_NAIVE] = "seasonal naive",
	[LF_DRIFT] = "drift",
	[LF_SEASONAL_MEAN] = "seasonal mean",
	[LF_MEAN] = "mean",
	[LF_THETA] = "theta",
	[LF_ETS] = "ets",
	[LF_ZERO_SHOT] = "zero-shot",
};

const char *const lf_forecaster_keys[LF_FORECASTERS] = {
	[LF_NETWORK] = "network",
	[LF_REPEAT_LAST] = "repeat_last",
	[LF_SEASONAL_NAIVE] = "seasonal_naive",
	[LF_DRIFT] = "drift",
	[LF_SEASONAL_MEAN] = "seasonal_mean",
	[LF_MEAN] = "mean",
	[LF_THETA] = "theta",
	[LF_ETS] = "ets",
	[LF_ZERO_SHOT] = "zero_shot",
};

void
lf_score_add(lf_score *score, double forecast, double actual)
{
	double		error = forecast - actual;

	score->count += 1;
	score->absolute += fabs(error);
	score->squares += error * error;
}

void
lf_score_add_beside(lf_score *score, double forecast, double actual, double network)
{
	double		behind = fabs(forecast - actual) - fabs(network - actual);

	lf_score_add(score, forecast, actual);
	score->behind += behind;
	score->behind_squares += behind * behind;
}

double
lf_score_variance(const lf_score *score)
{
	double		mean = score->behind / score->count;

	return score->count < 2 ? (double) NAN :
		(score->behind_squares - score->count * mean * mean) / (score->count - 1);
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
lf_column_mean(const lf_frame *frame, int column, size_t rows)
{
	double		mean = 0;

	/* as Welford has it: the sum may overflow */
	for (size_t i = 0; i < rows; i++)
		mean += (frame->values[i * (size_t) frame->columns + (size_t) column] - mean) / (double) (i + 1);
	return rows > 0 ? mean : (double) NAN;
}

/* Rows from the origin back to the newest one of the same place in the season, of 2 rows or more, as step k. */
static size_t
rows_back(int k, size_t season)
{
	return ((size_t) (k - 1) / season + 1) * season - (size_t) k;
}

double
lf_baseline(lf_forecaster forecaster, const lf_frame *frame, int column, size_t origin, int k, int season, double mean)
{
	const double *values = frame->values + column;
	size_t		stride = (size_t) frame->columns;
	double		last = values[origin * stride];
	double		sum = 0;
	size_t		back;
	int			count = 0;

	switch (forecaster)
	{
		case LF_REPEAT_LAST:
			return last;
		case LF_SEASONAL_NAIVE:
			if (season < 2)
				return (double) NAN;
			back = rows_back(k, (size_t) season);
			return back <= origin ? values[(origin - back) * stride] : (double) NAN;
		case LF_DRIFT:
			return origin > 0 ? last + k * (last - values[0]) / (double) origin : (double) NAN;
		case LF_SEASONAL_MEAN:
			if (season < 2)
				return (double) NAN;
			back = rows_back(k, (size_t) season);
			for (; count < LF_SEASONS && back <= origin; back += (size_t) season, count++)
				sum += values[(origin - back) * stride];
			return count > 0 ? sum / count : (double) NAN;
		case LF_MEAN:
			return mean;
		case LF_NETWORK:
		case LF_THETA:
		case LF_ETS:
		case LF_ZERO_SHOT:
			break;
	}
	return (double) NAN;
}
