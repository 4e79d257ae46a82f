/*
 * series.h: how the rows of one series become regular, and what was done to them on the way.
 */
#ifndef LFPG_SERIES_H
#define LFPG_SERIES_H

#include "model/model.h"
#include "rows/rows.h"
#include "rows/timeline.h"

/* What was done so that each row lies on the grid. */
typedef struct Aligned
{
	uint64		moved;			/* rows that were taken for another time */
	uint64		farthest;		/* by how much at most, in the units of the time */
} Aligned;

typedef struct Series
{
	const char *source;			/* what rows come from, for messages */
	const char *time_column;	/* the same */
	const char *const *names;	/* the same: of the rows' columns */
	char	   *const *values;	/* of text that columns stand for, which are filled with the last; NULL: none does */
	const char *keys;			/* the same: other columns of the primary key, as series_column takes them; NULL: none */
	Timeline	timeline;		/* without a step: found from the rows */
	lf_missing	method;
	int			season;			/* rows, for filling; 0: found in the column below */
	int			season_column;
	uint64		judged;			/* newest rows that the method auto looks at before it fills; 0: all */
	bool		partial;		/* older rows were not read: what is NULL in the oldest is a gap */
	bool		lenient;		/* it looks at none: these rows are a part of others that it has looked at */

	/* rows that do not lie on the grid, or several in one step */
	lf_aggregate aggregate;
	const bool *is_target;		/* (columns); NULL where nothing is aggregated */
	bool		may_align;		/* the step was given: rows beside the grid are moved onto it */
	lf_alignment alignment;		/* how; none until rows or a model have settled it, and then the timeline has a phase */
	Aligned		aligned;		/* what was done */

	/* what regularize() leaves out besides, where the method is auto */
	uint64		late;			/* oldest rows, before the first value of a column */
	int			late_column;
} Series;

/* Which of so many columns are targets, of a frame that has them where the task says. */
const bool *series_targets(const lf_task *task, int columns);

/* Whether a column has a value, which is 0, in steps without any row. */
static inline bool
series_is_total(const Series *series, int column)
{
	return lf_aggregate_is_total(series->aggregate) && series->is_target[column];
}

/* Whether all columns have one, so many of them: then a step without any row lacks nothing. */
static inline bool
series_is_all_total(const Series *series, int columns)
{
	for (int column = 0; column < columns; column++)
		if (!series_is_total(series, column))
			return false;
	return true;
}

#endif
