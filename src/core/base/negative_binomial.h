/*
 * negative_binomial.h: counts with a mean m > 0 and a dispersion a > 0: their variance is m + a m^2. In R it is that with mu = m
 * and size = 1 / a. Counts are whole numbers from 0 on, as doubles.
 */
#ifndef LF_NEGATIVE_BINOMIAL_H
#define LF_NEGATIVE_BINOMIAL_H

#include "base/base.h"

/* ln of the probability of a count, and its derivative by the dispersion in '*slope' unless that is NULL. */
double		lf_negative_binomial_log(double count, double mean, double dispersion, double *slope);

/* The probability of at most so many, and that of more: each right in its own digits. */
void		lf_negative_binomial_tails(double count, double mean, double dispersion, double *below, double *above);

/* The smallest count of which at most that many have the probability 'tail' or more; above which there is 'tail' or less. */
double		lf_negative_binomial_low(double tail, double mean, double dispersion);
double		lf_negative_binomial_high(double tail, double mean, double dispersion);

/* ln(Gamma(x)) for x > 0, and its derivative in '*slope' unless that is NULL. lgamma() of the C library writes to a global. */
double		lf_log_gamma(double x, double *slope);

#endif
