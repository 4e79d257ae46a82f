/*
 * smoother.h: what rows between known ones are expected to be, and how far off they may be.
 *
 * Rows are a state and noise: x = s + e, s = persistence * s of the row before + u. With a persistence of 1 the state is a
 * level that wanders (the local level model of Harvey 1989), with less it comes back to 0. The Kalman filter and the
 * smoother of Rauch, Tung and Striebel (1965) tell the state in each row from the rows on both sides; in a gap its variance
 * grows towards the middle, as that of a Brownian bridge does.
 */
#ifndef LF_SMOOTHER_H
#define LF_SMOOTHER_H

#include "base/base.h"

typedef struct lf_smoother
{
	double		persistence;	/* 0 to 1 */
	double		share;			/* of the state in the variance of u and e together; 0 to 1 */
	double		variance;		/* of both together */
} lf_smoother;

/*
 * The most likely one, of those whose state wanders or of those whose state comes back; from the newest rows, where there
 * are many. 'marks' are those of imputation.h: a marked row is not known. At least one is. Worthless where the interrupt
 * (NULL: none) came meanwhile.
 */
lf_smoother lf_smoother_fit(const double *x, const unsigned char *marks, size_t rows, bool wanders,
							const volatile sig_atomic_t *interrupt);

/* The state in each row, and its variance: (rows). That of a value that is not known has the noise besides. */
void		lf_smooth(const lf_smoother *smoother, const double *x, const unsigned char *marks, size_t rows, double *state,
					  double *variance);

/* The variance of the noise. */
double		lf_smoother_noise(const lf_smoother *smoother);

#endif
