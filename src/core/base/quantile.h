/*
 * quantile.h: quantiles of the normal and of Student's distribution, and what the density of the latter needs.
 */
#ifndef LF_QUANTILE_FUNCTIONS_H
#define LF_QUANTILE_FUNCTIONS_H

#include "base/base.h"

/* The z that a standard normal number passes with the probability 'tail', for 0 < tail < 1. Right to 1e-14. */
double		lf_normal_quantile(double tail);

/*
 * The same for Student's distribution with 'freedom' > 0 degrees of freedom. Right to a relative 1e-10 where 'freedom'
 * is 2 or more.
 */
double		lf_t_quantile(double tail, double freedom);

/*
 * ln(Gamma(x + 1/2) / Gamma(x)) for x > 0, and its derivative in '*slope' unless that is NULL. The difference of two
 * logarithms of Gamma would lose its digits for large x, and lgamma() of the C library writes to a global.
 */
double		lf_log_gamma_ratio(double x, double *slope);

/* The continued fraction of the incomplete beta function, which converges fast for x < (a + 1) / (a + b + 2). */
double		lf_beta_fraction(double a, double b, double x);

#endif
