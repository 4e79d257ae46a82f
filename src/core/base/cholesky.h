/*
 * cholesky.h: equations with a symmetric, positive matrix, as least squares lead to.
 */
#ifndef LF_CHOLESKY_H
#define LF_CHOLESKY_H

#include "base/base.h"

/*
 * Turns a (n, n), of which the lower half is read, into its lower factor, in place. False where the interrupt (NULL: none)
 * came meanwhile: 'a' is worthless then. A pivot that rounding has made 0 or less counts as 1.
 */
bool		lf_factorize(double *a, size_t n, const volatile sig_atomic_t *interrupt);

/* Solves a x = b for the factor of a, in place. */
void		lf_solve(const double *factor, size_t n, double *b);

#endif
