/*
 * decompose.h: a series taken apart: value = level + seasons + remainder.
 *
 * The references are STL (Cleveland et al. 1990) and MSTL (Bandara et al. 2021). As there, level and seasons are found
 * in turn, each from what the others leave, and values far from what is expected count no more than it. Unlike there,
 * the level is a straight line over a cycle on either side, which sums of squares kept along the rows make linear in
 * these; the shape of a season is a mean over its cycles in which the newest may weigh more; and it is shrunk by as much
 * of it as the noise of so few cycles explains (James and Stein 1961), so that a series without a season keeps its
 * values.
 */
#ifndef LF_DECOMPOSE_H
#define LF_DECOMPOSE_H

#include "series/window.h"

/* Rows that are looked at, at most: the newest. Memory is bounded by them, and a week of minutes is in them 13 times. */
#define LF_MOST_DECOMPOSED ((size_t) 1 << 17)

/* What is found. Rows are those looked at; 'first' is the one of the series that row 0 is. */
typedef struct lf_parts
{
	size_t		first;
	size_t		rows;
	double	   *value;			/* (rows): as they came */
	double	   *level;			/* (rows) */
	double	   *season;			/* (rows): of all seasons together */
	double	   *clean;			/* (rows): the values, in place of those far off what was expected */
	double	   *shape;			/* (knots of all seasons), see season.h */
	double		strength[LF_MAX_SEASONS];	/* 0 to 1: the share of what other parts leave that the season explains */
	double		spread;			/* robust standard deviation of the remainder */

	double	   *rest;			/* (rows), scratch as the following */
	double	   *sums;			/* (rows + 1) */
	double	   *moments;		/* (rows + 1) */
	double	   *weights;		/* (the most knots of a season) */
} lf_parts;

/* Takes its memory for a series of so many rows. */
void		lf_parts_layout(lf_parts *parts, lf_arena *arena, size_t rows, const lf_seasons *seasons);

/* One column of one series: every 'stride'-th of 'values'. No value may be missing. */
typedef struct lf_column
{
	const double *values;
	size_t		rows;
	size_t		stride;
	int64_t		number;			/* of its first row on the grid */
	bool		logged;			/* what is taken apart are logarithms of values above 'log_from' */
	double		log_from;
} lf_column;

/* Takes a column apart. Worthless where the interrupt (NULL: none) came meanwhile. */
void		lf_decompose(lf_parts *parts, const lf_seasons *seasons, const lf_column *column,
						 const volatile sig_atomic_t *interrupt);

/* The share of the level in the variance of what the seasons leave: near 1 where it moves. 1 where nothing varies. */
double		lf_parts_level_share(const lf_parts *parts);

/* Whether the value of a row is one that neither its neighbours nor the seasons explain. */
bool		lf_parts_is_outlier(const lf_parts *parts, size_t row);

/*
 * Rows whose values are far beyond all others: not the high ones of many, but few that stand apart, as a slip of the
 * decimal point does. The list has room for LF_MAX_GROSS; returns how many there are, the farthest first. 'expected' is
 * what level and seasons suggest in their place.
 */
#define LF_MAX_GROSS 16

typedef struct lf_gross
{
	size_t		row;			/* of those looked at */
	double		error;			/* by which the value is above what is expected */
} lf_gross;

int			lf_parts_gross(const lf_parts *parts, lf_gross list[LF_MAX_GROSS]);

/* The mean over a cycle of 'length' rows around each row; NAN where it does not fit. 'sums' (rows + 1) is scratch. */
void		lf_cycle_mean(const double *values, size_t rows, double length, double *mean, double *sums);

/* Extends it to the rows at both ends that it does not reach, along the slope of the cycle beside them. */
void		lf_extend_mean(double *mean, size_t rows, double length);

#endif
