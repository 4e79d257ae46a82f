/*
 * regularize.h: rows as they were read become a series: one step apart, without a hole.
 */
#ifndef LFPG_REGULARIZE_H
#define LFPG_REGULARIZE_H

#include "rows/series.h"

/*
 * Leaves out the newest rows in which all of these columns are NULL: they are not missing, but the future. Returns how
 * many: all, where no row has a value, but then they stay.
 */
uint64		regularize_cut_future(Rows *rows, const int16 *columns, int count);

/*
 * Checks sorted rows and their times, puts in the rows that are missing and fills the values that are. Raises 22004 or
 * 22000 where something is missing and may not be, or where something is wrong that no filling mends. Tells what was
 * filled.
 */
lf_missing_record regularize(Rows *rows, Series *series);

/* The length of a season in one column, at most 'longest'; 1: none found. */
int			regularize_season(const Rows *rows, int column, int longest);

/* Says in a NOTICE what was filled, if anything was. */
void		regularize_report(const lf_missing_record *record, const Series *series);

#endif
