/*
 * irregular.h: what is wrong with rows on a timeline, and how it is said.
 */
#ifndef LFPG_IRREGULAR_H
#define LFPG_IRREGULAR_H

#include "rows/rows.h"
#include "rows/timeline.h"

/* Rows that may be made up for each that there is: more would be a series of inventions, mostly by a mistyped year. */
#define IRREGULAR_MOST_FILLED 10

/* What is wrong with rows, in one walk over them. */
typedef struct Irregular
{
	uint64		strays;			/* rows that are not on the grid */
	uint64		first_stray;
	uint64		first_break;	/* the first row that is no whole number of steps behind the one before it; 0: none is */
	uint64		missing;		/* rows; stays at its largest once it is there */
	uint64		first_gap;		/* rows that follow a gap */
	uint64		widest_gap;
	uint64		widest;
} Irregular;

/* Holds sorted rows against a timeline that has a step and a phase. */
Irregular	irregular_find(const Rows *rows, const Timeline *timeline);

/* Raise 22000 with what was found: rows beside the grid, gaps that may not be filled, or too many of them. */
void		irregular_report_strays(const Rows *rows, const Timeline *timeline, const Irregular *found, const char *source);
void		irregular_report_missing(const Rows *rows, const Timeline *timeline, const Irregular *found, const char *source);
void		irregular_report_too_many(const Rows *rows, const Timeline *timeline, const Irregular *found,
									  const char *source);

#endif
