/*
 * partner_rows.h: the newest rows of a column made ready for a partner, and the way back to the column's scale.
 *
 * There are two lists: the rows as they came, for forms that have a season of their own, and the same without seasons,
 * which lf_decompose() takes out. Both are divided by a size, so that squares of huge values do not overflow and limits
 * against rounding can be plain numbers.
 */
#ifndef LF_PARTNER_ROWS_H
#define LF_PARTNER_ROWS_H

#include "series/decompose.h"

/* Rows that are looked at, at most: the newest. Seasons may be taken from more of them. */
#define LF_MOST_PARTNER_ROWS ((size_t) 1000)

typedef struct lf_partner_rows
{
	size_t		count;
	double	   *raw;			/* (count): as they came, over 'scale'; logarithms count from 'from' */
	double	   *adjusted;		/* (count): without seasons, over 'adjusted_scale' */
	const lf_seasons *seasons;
	int64_t		first;			/* place of the first of them on the grid */
	int64_t		next;			/* and of the row behind the last */
	bool		multiplied;		/* the seasons that were taken out multiply */
	bool		positive;		/* all rows are clearly above 0, with seasons and without */
	double		from;			/* the value that 0 in the rows stands for */
	double		scale;
	double		adjusted_scale;	/* its logarithm where seasons multiply */
	double		last;			/* the newest value */
	double		shift;			/* of the level among the newest rows: those before it are moved by it; a logarithm where seasons
								 * multiply; 0: there is none */
	double	   *scratch;		/* to look for it */
	lf_parts	parts;			/* scratch, and the shapes of the seasons */
} lf_partner_rows;

void		lf_partner_rows_layout(lf_partner_rows *rows, lf_arena *arena, size_t count, const lf_seasons *seasons);

/* Makes the newest rows of a column ready. Worthless where the interrupt came meanwhile. */
void		lf_partner_rows_prepare(lf_partner_rows *rows, const lf_seasons *seasons, const lf_column *column,
									const volatile sig_atomic_t *interrupt);

/* What all seasons add at a place of the grid, or the logarithm of what they multiply. */
double		lf_partner_season(const lf_partner_rows *rows, int64_t number);

/* A value of the column in the row of this number, as it is among the rows without seasons. */
double		lf_partner_adjusted(const lf_partner_rows *rows, double value, int64_t number);

/* And back. */
double		lf_partner_restored(const lf_partner_rows *rows, double adjusted, int64_t number);

/* By how much the level had shifted among the rows, which go on from the new one; on the scale of the column, 0 or more. */
double		lf_partner_rows_shift(const lf_partner_rows *rows);

/* The length of a season that can have states of its own in these rows; 1: there is none. */
int			lf_partner_own_season(const lf_partner_rows *rows);

/*
 * Twice the logarithm of the density of the rows without seasons over that of the rows as they came: what has to be
 * added to the deviance of a form of the former before it is compared with one of the latter.
 */
double		lf_partner_density(const lf_partner_rows *rows);

/*
 * Turns forecasts of the rows, and their variances, into those of the column, and makes of variances standard
 * deviations: both finite. 'adjusted': of rows without seasons.
 */
void		lf_partner_put_back(const lf_partner_rows *rows, bool adjusted, int steps, const double *variance,
								double *mean, double *spread);

#endif
