/*
 * align.h: rows that do not lie on the grid of the step are moved onto it, and several of one step become one.
 *
 *	   nearest	 samples of each minute, some early, some late:  11:59:59.8 -> 12:00, 12:01:00.3 -> 12:01
 *	   begin	 events, aggregated by hour:                     12:00:10, 12:31:45 -> 12:00, 13:02:00 -> 13:00
 *
 * The grid is the one that most rows lie on, where there is one; else the natural one of the step: whole minutes and
 * hours, local midnights, Mondays, firsts of months.
 */
#ifndef LFPG_ALIGN_H
#define LFPG_ALIGN_H

#include "rows/series.h"

/* Raises 22000 where several of the sorted rows stand at one time. */
void		align_check_repeated(const Rows *rows, const Series *series);

/* Whether most rows lie near a grid: a series may have another than the series before it. */
bool		align_is_near(const Rows *rows, const Timeline *timeline);

/* Chooses how rows of a series with a step are aligned, and the phase of the grid. */
void		align_choose(const Rows *rows, Series *series);

/*
 * Takes each row for a point of the series' grid, or as it is where nothing is aligned; notes in the series what was
 * moved. Rows of one point are aggregated: this can be done once. Raises 22000 where two rows meet and may not.
 */
void		align_rows(Rows *rows, Series *series);

/* The stamp that a row is taken for, on a timeline with a phase. */
int64		align_stamp(const Timeline *timeline, lf_alignment alignment, int64 at);

/* How many steps rows fall on. */
uint64		align_count(const Rows *rows, const Series *series);

/* Leaves out the rows of the oldest step, which may have others that were not read. */
void		align_drop_oldest(Rows *rows, const Series *series);

/* Says in a NOTICE how many rows were moved, and how far. */
void		align_report(const Aligned *aligned, const Series *series);

#endif
