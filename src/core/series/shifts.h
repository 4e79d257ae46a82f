/*
 * shifts.h: rows from which on a series lies on another level.
 *
 * At a shift the mean of the rows behind is further from that of the rows before than it usually is in this series: many
 * times the median of that distance over all rows. A trend and a wandering level keep the median up, a season is longer
 * than the rows of a mean, and a single value that is far off moves a mean by little.
 */
#ifndef LF_SHIFTS_H
#define LF_SHIFTS_H

#include "base/base.h"

typedef struct lf_shift
{
	size_t		row;			/* the first on the new level */
	double		size;			/* by which that is higher */
} lf_shift;

/* Looked for in one series, at most. */
#define LF_MAX_SHIFTS 8

/*
 * Finds the shifts in a list, the largest first, and takes them out of it: what follows each is moved back. 'scratch'
 * holds lf_shifts_scratch() doubles. Returns how many there are.
 */
int			lf_shifts_take_out(double *values, size_t rows, lf_shift shifts[LF_MAX_SHIFTS], double *scratch);
size_t		lf_shifts_scratch(size_t rows);

#endif
