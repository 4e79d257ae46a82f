/*
 * irregular.h: what is wrong with rows on a timeline, and how it is said.
 */
#ifndef LFPG_IRREGULAR_H
#define LFPG_IRREGULAR_H

#include "rows/series.h"

/* Rows that may be made up for each that there is: more would be a series of inventions, mostly by a mistyped year. */
#define IRREGULAR_MOST_FILLED 10

/* The same of steps in which nothing happened. */
#define IRREGULAR_MOST_ZEROS 1000

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

/*
 * Raise 22000 with what was found: rows beside the grid, gaps that may not be filled, more of them than are filled
 * unasked, or more than so many for a row.
 */
void		irregular_report_strays(const Rows *rows, const Series *series, const Irregular *found);
void		irregular_report_missing(const Rows *rows, const Series *series, const Irregular *found);
void		irregular_report_most(const Rows *rows, const Series *series, uint64 missing, uint64 most);
void		irregular_report_too_many(const Rows *rows, const Series *series, const Irregular *found, uint64 most);

/* Raises 22000 where rows lie on days that are none of the step's weekdays. */
void		irregular_report_weekdays(const Rows *rows, const Series *series);

/* Raises 22000 where rows are days of another zone than the series'; 'surely': only where that zone is known. */
void		irregular_report_zone(const Rows *rows, const Series *series, bool surely);

#endif
