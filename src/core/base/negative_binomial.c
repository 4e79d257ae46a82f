/*
 * negative_binomial.c: probabilities and quantiles of counts.
 */
#include "base/negative_binomial.h"

#include "base/quantile.h"

#include <math.h>

#define PI 3.14159265358979323846

/* From here on the terms that are left out of Stirling's series are smaller than rounding (DLMF 5.11.1 and 2). */
#define LARGE 16.0

double
lf_log_gamma(double x, double *slope)
{
	double		product = 1;
	double		below = 0;
	double		r;
	double		rr;

	/* Gamma(x + 1) = x Gamma(x) */
	while (x < LARGE)
	{
		product *= x;
		below += 1 / x;
		x += 1;
	}
	r = 1 / x;
	rr = r * r;
	if (slope != NULL)
		*slope = log(x) - r / 2 - rr * (1.0 / 12 - rr * (1.0 / 120 - rr * (1.0 / 252 - rr * (1.0 / 240 - rr / 132)))) - below;
	return (x - 0.5) * log(x) - x + log(2 * PI) / 2 +
		r * (1.0 / 12 - rr * (1.0 / 360 - rr * (1.0 / 1260 - rr * (1.0 / 1680 - rr / 1188)))) - log(product);
}

/*
 * With r = 1 / a: ln(Gamma(k + r) / Gamma(r) / k!) - (r + k) ln(1 + a m) + k ln(a m)
 */
double
lf_negative_binomial_log(double count, double mean, double dispersion, double *slope)
{
	double		r = 1 / dispersion;
	double		odds = dispersion * mean;
	double		with;
	double		without;
	double		result = lf_log_gamma(count + r, &with) - lf_log_gamma(r, &without) - lf_log_gamma(count + 1, NULL) -
		(r + count) * log1p(odds);

	if (count > 0)
		result += count * log(odds);
	if (slope != NULL)
		*slope = r * r * (log1p(odds) - (with - without)) - (r + count) * mean / (1 + odds) + count * r;
	return result;
}

/*
 * Counts of a larger mean are as many times those of this one: that they are whole makes no difference there, and the fraction
 * below would need more terms than it has.
 */
#define LARGEST_MEAN 0x1p20

/* The incomplete beta function of 1 / (1 + a m), with r and k + 1 (DLMF 8.17). */
void
lf_negative_binomial_tails(double count, double mean, double dispersion, double *below, double *above)
{
	double		a = 1 / dispersion;
	double		b;
	double		odds;
	double		x;
	double		rest;
	double		front;

	if (mean > LARGEST_MEAN)
	{
		count = floor(count / mean * LARGEST_MEAN);
		mean = LARGEST_MEAN;
	}
	b = count + 1;
	odds = dispersion * mean;
	x = 1 / (1 + odds);
	rest = odds / (1 + odds);
	front = count < 0 ? 0 : exp(lf_negative_binomial_log(count, mean, dispersion, NULL)) * (a + count) * rest;

	if (count < 0)
	{
		*below = 0;
		*above = 1;
	}
	/* where the fraction converges fast */
	else if (x < (a + 1) / (a + b + 2))
	{
		*below = fmin(front / a * lf_beta_fraction(a, b, x), 1);
		*above = 1 - *below;
	}
	else
	{
		*above = fmin(front / b * lf_beta_fraction(b, a, rest), 1);
		*below = 1 - *above;
	}
}

/* Whether a count is where the quantile is, or beyond. */
static bool
is_reached(double count, double tail, bool upper, double mean, double dispersion)
{
	double		below;
	double		above;

	lf_negative_binomial_tails(count, mean, dispersion, &below, &above);
	return upper ? above <= tail : below >= tail;
}

/* Counts beyond this are not looked at: doubles have all whole numbers up to there. */
#define MOST_COUNT 0x1p52

static double
search(double tail, bool upper, double mean, double dispersion)
{
	double		low = -1;
	double		high;

	if (mean > LARGEST_MEAN)
		return ceil(search(tail, upper, LARGEST_MEAN, dispersion) / LARGEST_MEAN * mean);
	high = ceil(mean);
	while (high < MOST_COUNT && !is_reached(high, tail, upper, mean, dispersion))
	{
		low = high;
		high = 2 * high + 1;
	}
	while (high - low > 1)
	{
		double		middle = floor((low + high) / 2);

		if (is_reached(middle, tail, upper, mean, dispersion))
			high = middle;
		else
			low = middle;
	}
	return high;
}

double
lf_negative_binomial_low(double tail, double mean, double dispersion)
{
	return search(tail, false, mean, dispersion);
}

double
lf_negative_binomial_high(double tail, double mean, double dispersion)
{
	return search(tail, true, mean, dispersion);
}
