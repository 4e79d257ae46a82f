/*
 * known_ahead.h: the rows behind the window of a forecast, with what is known in them.
 */
#ifndef LFPG_KNOWN_AHEAD_H
#define LFPG_KNOWN_AHEAD_H

#include "rows/panel.h"

/* Rows that were read behind the origin. */
typedef struct Future
{
	uint64		count;
	int64	   *at;
	double	   *values;			/* (count, columns that were read) */
} Future;

/* Whether the network sees anything of the rows behind the window. */
bool		known_ahead_is_needed(const PanelSpec *plan);

/*
 * Writes 'reach' rows behind those of the window, which are 'values' (lookback, columns): what is known, made or the
 * same in all of them; NaN in measured columns. 'known' becomes the number of rows, from the first on, in which all
 * known inputs are known, gaps among them filled as the model fills gaps. What lies behind takes the mean of what is
 * known of its column, which tells the network least; then 'unknown' says from when on that is, else it is NULL.
 * Returns NULL, or why there is no forecast: a gap that may not be filled, or not even the first step is known.
 */
char	   *known_ahead_fill(const PanelSpec *plan, const Series *series, int64 origin, const Future *future,
							 const double *constants, int reach, double *values, int *known, char **unknown);

#endif
