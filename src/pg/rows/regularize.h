/*
 * regularize.h: rows as they were read become a series: one step apart, without a hole.
 */
#ifndef LFPG_REGULARIZE_H
#define LFPG_REGULARIZE_H

#include "rows/rows.h"
#include "rows/timeline.h"

typedef struct Series
{
	const char *source;			/* what rows come from, for messages */
	const char *time_column;	/* the same */
	const char *const *names;	/* the same: of the rows' columns */
	char	   *const *values;	/* of text that columns stand for, which are filled with the last; NULL: none does */
	Timeline	timeline;		/* without a step: found from the rows */
	lf_missing	method;
	int			season;			/* rows, for filling; 0: found in the column below */
	int			season_column;
	uint64		judged;			/* newest rows that the method auto looks at before it fills; 0: all */
	bool		partial;		/* older rows were not read: what is NULL in the oldest is a gap */
	bool		lenient;		/* it looks at none: these rows are a part of others that it has looked at */

	/* what regularize() leaves out besides, where the method is auto */
	uint64		late;			/* oldest rows, before the first value of a column */
	int			late_column;
} Series;

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

/* Whether the newest rows, so many, are there and have all their values: then nothing is taken from those before. */
bool		regularize_is_whole(const Rows *rows, const Timeline *timeline, uint64 newest);

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
