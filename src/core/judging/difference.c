/*
 * difference.c: the mean of differences, and its error.
 */
#include "judging/difference.h"

#include <math.h>

/* The covariance of differences that lie so many origins apart. */
static double
covariance(const double *differences, size_t count, size_t apart, double mean)
{
	double		sum = 0;

	for (size_t i = apart; i < count; i++)
		sum += (differences[i] - mean) * (differences[i - apart] - mean);
	return sum / (double) count;
}

lf_difference
lf_difference_of(const double *differences, size_t count, size_t overlap)
{
	lf_difference result = {.error = (double) NAN, .probability = (double) NAN};
	double		n = (double) count;
	size_t		lags = overlap < count / 2 ? overlap : count / 2;
	double		h = (double) lags + 1;
	double		variance;
	double		correction;

	for (size_t i = 0; i < count; i++)
		result.mean += (differences[i] - result.mean) / (double) (i + 1);
	if (count < 3)
		return result;
	variance = covariance(differences, count, 0, result.mean);
	for (size_t k = 1; k <= lags; k++)
		variance += 2 * (1 - (double) k / h) * covariance(differences, count, k, result.mean);
	/* n + 1 - 2 h + h (h - 1) / n, over n: of the square of the statistic */
	correction = (n + 1 - 2 * h + h * (h - 1) / n) / n;
	if (!(variance > 0) || !(correction > 0) || !isfinite(variance))
		return result;
	result.error = sqrt(variance / n / correction);
	result.probability = erfc(fabs(result.mean) / result.error / sqrt(2));
	return result;
}
