/*
 * difference.h: whether two forecasts of the same rows differ by more than chance.
 *
 * The test of Diebold and Mariano (1995): the mean of the differences of their errors from origin to origin, beside its standard
 * error. Forecasts of several steps overlap, and so do their errors: covariances of origins that share rows are added with the
 * weights of Bartlett (Newey and West 1987), and the error is made larger where origins are few (Harvey, Leybourne and Newbold
 * 1997).
 */
#ifndef LF_DIFFERENCE_H
#define LF_DIFFERENCE_H

#include "base/base.h"

typedef struct lf_difference
{
	double		mean;
	double		error;			/* its standard error; NaN: too few origins tell */
	double		probability;	/* of a difference as large or larger by chance; NaN likewise */
} lf_difference;

/*
 * Of 'count' differences, one for each origin in the order of time, of which each shares rows with the 'overlap' next ones. None
 * is NaN or infinite.
 */
lf_difference lf_difference_of(const double *differences, size_t count, size_t overlap);

#endif
