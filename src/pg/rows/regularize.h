/*
 * regularize.h: rows as they were read become a series: one step apart, without a hole.
 */
#ifndef LFPG_REGULARIZE_H
#define LFPG_REGULARIZE_H

#include "rows/series.h"

/* The newest rows that a forecast from so many is judged by: a short window is seen with those before it. */
static inline uint64
regularize_judged(int lookback)
{
	return Max(lookback, 30);
}

/*
 * Leaves out the newest rows in which all of these columns are NULL: they are not missing, but the future. Returns how
 * many: all, where no row has a value, but then they stay.
 */
uint64		regularize_cut_future(Rows *rows, const int16 *columns, int count);

/* The same of the oldest rows, which are no gap either: what is measured there had not begun. */
uint64		regularize_cut_past(Rows *rows, const int16 *columns, int count);

/*
 * How many of the newest rows make up so many steps that have all their values, so that nothing is taken from the rows
 * before; 0: these steps are not all there, or lack a value. Several rows of a step are taken for all of its rows.
 */
uint64		regularize_whole(const Rows *rows, const Series *series, uint64 newest);

/*
 * Leaves out the rows before a window of so many steps, where nothing is taken from them. Of the newest 'history' rows, which
 * partners and seasons see, those stay behind which nothing is wrong but what filling mends; 0: none need to.
 */
void		regularize_cut_before_window(Rows *rows, const Series *series, uint64 lookback, uint64 history);

/*
 * Checks sorted rows and their times, puts in the rows that are missing and fills the values that are. Raises 22004 or
 * 22000 where something is missing and may not be, or where something is wrong that no filling mends. Tells what was
 * filled.
 */
lf_missing_record regularize(Rows *rows, Series *series);

/*
 * Says in a NOTICE what was filled, if anything was. 'worst' is the series of which the most was, of several, with so
 * many values; NULL: there is one.
 */
void		regularize_report(const lf_missing_record *record, const Series *series, const char *worst,
							  uint64 worst_values);

#endif
