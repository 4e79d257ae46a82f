/*
 * gap_filling.h: what stood in the gaps of a series, as level and seasons on both sides suggest, and how sure that is.
 *
 * Seasons are taken out (decompose.h), what they leave is carried over a gap from both sides (smoother.h), and seasons are
 * put back. Gaps like those that there are, made among known rows and filled in the same way, tell two things: which of two
 * ways is the better one for this series; and by how much the errors pass what the smoother expects. Bounds follow from these
 * errors, as those of split conformal prediction do: no distribution is assumed.
 */
#ifndef LF_GAP_FILLING_H
#define LF_GAP_FILLING_H

#include "series/decompose.h"
#include "series/imputation.h"
#include "series/smoother.h"

typedef enum lf_filling_way
{
	LF_FILLING_SEASONS,			/* what seasons leave is a level that wanders */
	LF_FILLING_LEVEL			/* what level and seasons leave comes back to 0; the level is the mean where there is no season */
} lf_filling_way;

#define LF_FILLING_WAYS 2

/* Lengths of gaps that are remembered, evenly spread over all. */
#define LF_MOST_GAPS 256

/* Rows that are filled at once, at most. */
#define LF_MOST_FILLED LF_MOST_DECOMPOSED

typedef struct lf_filling
{
	size_t		rows;
	unsigned char *marks;		/* what is to be filled: missing, or an outlier */
	double	   *filled;			/* (rows): the values, and what was filled in; both as they came, not as logarithms */
	double	   *spread;			/* (rows): how far off what was filled in is expected to be; 0 in other rows */
	double	   *middle;			/* (rows): what was filled in, as a logarithm where 'logged' */
	bool		logged;
	lf_smoother smoother[LF_FILLING_WAYS];
	int			way;			/* the better one */
	size_t		errors;			/* of the gaps that were made */
	double	   *ratio;			/* (errors): the errors in spreads, sorted; of each way, one behind the other */

	size_t		gaps;			/* how many lengths are remembered */
	size_t		length[LF_MOST_GAPS];

	lf_parts	parts;			/* scratch, as the following */
	double	   *value;			/* (rows): logarithms where 'logged' */
	unsigned char *hidden;		/* those and what is hidden of the known rows */
	double	   *guess;			/* (rows) */
	double	   *rest;			/* (rows) */
	double	   *state;			/* (rows) */
	double	   *variance;		/* (rows) */
} lf_filling;

/* Takes its memory for so many rows, at most LF_MOST_FILLED. */
void		lf_filling_layout(lf_filling *filling, lf_arena *arena, size_t rows, const lf_seasons *seasons);

/*
 * Fills the marked rows of a column, of which at least one is not marked; in their places stands a first guess. Rows are as
 * many as were laid out. 'cleans': values that are far beyond all others are filled as well. Worthless where the interrupt
 * (NULL: none) came meanwhile.
 */
void		lf_fill_gaps(lf_filling *filling, const lf_seasons *seasons, const lf_column *column, const unsigned char *marks,
						 bool cleans, const volatile sig_atomic_t *interrupt);

/* The spreads on either side within which so large a share of errors lies; NAN where too few errors are known. */
double		lf_filling_reach(const lf_filling *filling, double level);

/* The bounds of a row that was filled; NAN likewise. 'reach' is of the function above. */
double		lf_filling_lower(const lf_filling *filling, size_t row, double reach);
double		lf_filling_upper(const lf_filling *filling, size_t row, double reach);

#endif
