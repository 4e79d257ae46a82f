/*
 * pooled.h: intervals where few forecasts were held out: all steps are told by all of them.
 *
 * Of each step alone there are too few errors to bound later ones. So errors are taken to grow along the steps as a power of
 * the distance, fitted over all steps, and divided by that they are one list. It says less than it seems to, as forecasts
 * from neighbouring origins err alike: half-widths are those of Student's distribution, with as many degrees of freedom as
 * there are forecasts that do not overlap, in place of the normal one.
 */
#ifndef LF_POOLED_H
#define LF_POOLED_H

#include "judging/interval.h"

/* Fewer held-out windows than this are pooled. */
#define LF_FEW_WINDOWS 200

/*
 * Fills the lists of 'errors' from measured ones: 'measured' (steps, targets, n), NaN where rows did not reach.
 * 'freedom' is the number of forecasts that tell something of their own, at least 1.
 */
void		lf_errors_pool(lf_errors *errors, int targets, const float *measured, size_t n, double freedom);

/*
 * Fills the lists from standard deviations that were computed, spread (steps, targets), for lack of any measured error.
 */
void		lf_errors_suppose(lf_errors *errors, int targets, const double *spread, double freedom);

#endif
