/*
 * imputation.h: values that are not there, and what to put in their place.
 *
 * A missing value is NaN in the frame and a bit in the marks: (rows, columns), row-major, one bit each. The marks stay
 * when the NaN is gone, so that a value can be filled again by another method, and be left out of losses and scores.
 */
#ifndef LF_IMPUTATION_H
#define LF_IMPUTATION_H

#include "base/base.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_missing
{
	LF_MISSING_ERROR,			/* nothing may be missing */
	LF_MISSING_LINEAR,			/* on the line between the known values on both sides */
	LF_MISSING_PREVIOUS,		/* the last known value */
	LF_MISSING_SEASONAL,		/* the mean of the same place in the nearest seasons where it is known, on both sides */
	LF_MISSING_MASK,			/* as linear for inputs; as a target it counts for nothing */
	LF_MISSING_AUTO				/* few values as seasonal, which count for nothing as targets; many are an error */
} lf_missing;

#define LF_MISSINGS 6
extern const char *const lf_missing_names[LF_MISSINGS];

/* Bytes of the marks of so many values. */
static inline size_t
lf_mask_size(size_t count)
{
	return count / 8 + 1;
}

static inline bool
lf_mask_at(const unsigned char *marks, size_t i)
{
	return (marks[i / 8] >> (i % 8) & 1) != 0;
}

static inline void
lf_mask_set(unsigned char *marks, size_t i)
{
	marks[i / 8] |= (unsigned char) (1u << (i % 8));
}

/* Whether filled values are no targets. */
static inline bool
lf_missing_is_masked(lf_missing method)
{
	return method == LF_MISSING_MASK || method == LF_MISSING_AUTO;
}

/* What is missing of a column. */
typedef struct lf_gaps
{
	size_t		missing;		/* values */
	size_t		longest;		/* values of the longest gap */
	size_t		first;			/* row in which that begins */
} lf_gaps;

/* Counts the marks of one column, from row 'from' on. */
lf_gaps		lf_gaps_of(const unsigned char *marks, size_t from, size_t rows, int columns, int column);

/*
 * The values that may be missing of so many rows, and the longest gap, for the method auto to fill them: a tenth of the
 * rows, and of a series too short for that three, but no more than a quarter, and one in any case; a gap is no longer
 * than a season (rows; 0 or 1: none), a twentieth of the rows or three rows, whichever is the longest.
 */
size_t		lf_missing_most(size_t rows);
size_t		lf_missing_longest(size_t rows, int season);

/* Sets the marks of 'count' values from scratch: those that are NaN. Returns how many. */
size_t		lf_mask_missing(const double *values, size_t count, unsigned char *marks);

/*
 * Fills the marked values of one column from those that are not marked, whatever stands in their places. A gap at an
 * edge takes the nearest known value; a place that no season knows is filled linearly, as is everything where 'season'
 * (rows) is below 2. Without any known value nothing is changed, and false comes back.
 */
bool		lf_impute(lf_missing method, double *values, const unsigned char *marks, size_t rows, int columns,
						 int column, int season);

#endif
