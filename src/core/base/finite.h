/*
 * finite.h: what becomes of numbers that overflowed.
 */
#ifndef LF_FINITE_H
#define LF_FINITE_H

#include <float.h>
#include <math.h>

/* The nearest finite number; 'otherwise' in place of none. */
static inline double
lf_nearest_finite(double value, double otherwise)
{
	if (isnan(value))
		return otherwise;
	return value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

#endif
