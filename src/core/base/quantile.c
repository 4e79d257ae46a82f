/*
 * quantile.c: quantiles by iteration from a guess, so that few constants have to be believed.
 */
#include "base/quantile.h"

#include <math.h>

#define PI 3.14159265358979323846

/* ---- normal ---- */

/* Abramowitz and Stegun 26.2.23: within 4.5e-4, which two steps of Halley's method make exact. */
static double
guess_normal(double tail)
{
	double		t = sqrt(-2 * log(tail));

	return t - (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

double
lf_normal_quantile(double tail)
{
	double		z;

	if (tail > 0.5)
		return -lf_normal_quantile(1 - tail);
	if (tail == 0.5)
		return 0;
	z = guess_normal(tail);
	for (int i = 0; i < 2; i++)
	{
		double		density = exp(-z * z / 2) / sqrt(2 * PI);
		double		step = (erfc(z / sqrt(2.0)) / 2 - tail) / density;

		z += step / (1 - z * step / 2);
	}
	return z;
}

/* ---- Student ---- */

/* From here on the terms that are left out of the series below are smaller than rounding. */
#define LARGE 16.0

double
lf_log_gamma_ratio(double x, double *slope)
{
	double		ratio = 1;
	double		below = 0;		/* of the slope: what the steps up to LARGE make */
	double		r;
	double		rr;

	/* Gamma(x + 1) = x Gamma(x) */
	while (x < LARGE)
	{
		ratio *= x / (x + 0.5);
		below += 1 / x - 1 / (x + 0.5);
		x += 1;
	}
	r = 1 / x;
	rr = r * r;
	/* from Stirling's series with Bernoulli polynomials at 0 and 1/2 (DLMF 5.11.8) */
	if (slope != NULL)
		*slope = below + r / 2 +
			rr * (1.0 / 8 - rr * (1.0 / 64 - rr * (1.0 / 128 - rr * (17.0 / 2048 - rr * 31.0 / 2048))));
	return log(ratio) + log(x) / 2 -
		r * (1.0 / 8 - rr * (1.0 / 192 - rr * (1.0 / 640 - rr * (17.0 / 14336 - rr * 31.0 / 18432))));
}

/* Terms of the fraction below: it takes some sqrt(max(a, b)). */
#define MOST_TERMS 5000

/* The continued fraction of the incomplete beta function (DLMF 8.17.22), from the front (Lentz 1976). */
double
lf_beta_fraction(double a, double b, double x)
{
	double		c = 1;
	double		d = 1 / (1 - (a + b) * x / (a + 1));
	double		fraction = d;

	for (int m = 1; m < MOST_TERMS; m++)
	{
		double		even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double		odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double		change;

		d = 1 / (1 + even * d);
		c = 1 + even / c;
		fraction *= c * d;
		d = 1 / (1 + odd * d);
		c = 1 + odd / c;
		change = c * d;
		fraction *= change;
		if (fabs(change - 1) < 1e-16)
			break;
	}
	return fraction;
}

/* Probability that Student's t passes t > 0: half the incomplete beta function of nu / (nu + t^2) (DLMF 8.17). */
static double
t_tail(double t, double freedom)
{
	double		a = freedom / 2;
	double		b = 0.5;
	double		square = t * t / freedom;
	double		x = 1 / (1 + square);
	double		rest = square / (1 + square);
	double		front = exp(-a * log1p(square) + b * log(rest) - log(PI) / 2 + lf_log_gamma_ratio(a, NULL));

	/* where the fraction converges fast */
	if (x < (a + 1) / (a + b + 2))
		return front / a * lf_beta_fraction(a, b, x) / 2;
	return 0.5 - front / b * lf_beta_fraction(b, a, rest) / 2;
}

/* More degrees of freedom: the expansion around the normal quantile is as exact as the sum. */
#define MANY 1000.0

/* Abramowitz and Stegun 26.7.5 */
static double
expand_around(double z, double freedom)
{
	double		r = 1 / freedom;
	double		zz = z * z;

	return z + z * r * ((zz + 1) / 4 +
						r * (((5 * zz + 16) * zz + 3) / 96 +
							 r * ((((3 * zz + 19) * zz + 17) * zz - 15) / 384 +
								  r * ((((79 * zz + 776) * zz + 1482) * zz - 1920) * zz - 945) / 92160)));
}

double
lf_t_quantile(double tail, double freedom)
{
	double		t;

	if (tail > 0.5)
		return -lf_t_quantile(1 - tail, freedom);
	t = lf_normal_quantile(tail);
	if (!(t > 0))
		return 0;
	if (!(freedom <= MANY))
		return expand_around(t, freedom);
	/*
	 * Newton's method on ln(tail) over ln(t), which bends downwards and ends as a line: from anywhere it goes past the
	 * root at most once, and then comes back to it.
	 */
	for (int i = 0; i < 100; i++)
	{
		double		here = t_tail(t, freedom);
		double		density = exp(lf_log_gamma_ratio(freedom / 2, NULL) - log(freedom * PI) / 2 -
								  (freedom + 1) / 2 * log1p(t * t / freedom));
		double		step = log(here / tail) * here / (t * density);

		t *= exp(step);
		if (fabs(step) < 1e-12)
			break;
	}
	return t;
}
