/*
 * season.c: autocorrelation and its peaks.
 */
#include "series/season.h"

#include <math.h>

#define NEWEST ((size_t) 8192)	/* rows looked at: 10 of the longest seasons */

/*
 * A peak must stand above this. Noise of n rows stays below 2 / sqrt(n) at 19 of 20 lags, but slow wanderings of a
 * random walk that survive detrending reach far higher; real seasons of the series this was tried on show .4 to .95.
 */
#define CLEAR_PEAK 0.3

size_t
lf_season_scratch(size_t rows)
{
	return (rows < NEWEST ? rows : NEWEST) + LF_MAX_SEASON + 2;
}

/* Takes the least-squares line out of x. */
static void
detrend(double *x, size_t n)
{
	double		mid = ((double) n - 1) / 2;
	double		mean = 0;
	double		along = 0;
	double		square = 0;

	for (size_t i = 0; i < n; i++)
		mean += x[i] / (double) n;
	for (size_t i = 0; i < n; i++)
	{
		along += ((double) i - mid) * (x[i] - mean);
		square += ((double) i - mid) * ((double) i - mid);
	}
	for (size_t i = 0; i < n; i++)
		x[i] -= mean + (square > 0 ? along / square : 0) * ((double) i - mid);
}

static double
product(const double *x, size_t n, size_t lag)
{
	double		sum = 0;

	for (size_t i = lag; i < n; i++)
		sum += x[i] * x[i - lag];
	return sum;
}

int
lf_season_find(const lf_frame *frame, int column, size_t rows, int longest, double *scratch)
{
	size_t		n = rows < NEWEST ? rows : NEWEST;
	size_t		last = n / 3 < (size_t) longest ? n / 3 : (size_t) longest;	/* three seasons at least */
	double	   *x = scratch;
	double	   *correlation = scratch + n;
	double		variance;
	bool		fell = false;	/* the ridge around lag 0 has been left */
	size_t		best = 1;

	if (n < 8)
		return 1;
	for (size_t i = 0; i < n; i++)
		x[i] = frame->values[(rows - n + i) * (size_t) frame->columns + (size_t) column];
	detrend(x, n);
	variance = product(x, n, 0) / (double) n;
	if (!(variance > 0) || !isfinite(variance))
		return 1;
	/* the mean of the products, not their sum: long seasons are not to pay for having fewer of them */
	for (size_t lag = 0; lag <= last + 1; lag++)
		correlation[lag] = product(x, n, lag) / ((double) (n - lag) * variance);
	for (size_t lag = 2; lag <= last; lag++)
	{
		bool		peak = correlation[lag] > correlation[lag - 1] && correlation[lag] >= correlation[lag + 1];

		if (correlation[lag - 1] < CLEAR_PEAK)
			fell = true;
		/* a multiple of the season must be clearly better than the season itself */
		if (peak && (fell || correlation[lag] > correlation[1]) && correlation[lag] > CLEAR_PEAK &&
			(best == 1 || correlation[lag] > correlation[best] + 0.05))
			best = lag;
	}
	return (int) best;
}
