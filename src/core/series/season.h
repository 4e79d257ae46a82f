/*
 * season.h: the length of the season in a series, found from its values alone.
 */
#ifndef LF_SEASON_H
#define LF_SEASON_H

#include "series/window.h"

#define LF_MAX_SEASON 768		/* a month of hours; half-hourly weeks are 336 */

/*
 * Rows per season of one column, at most 'longest' <= LF_MAX_SEASON, or 1 where none stands out.
 *
 * The season is the lag of the highest peak of the autocorrelation of the detrended rows, if it is above what a series
 * without season would show. Only the newest rows count, so that the cost is bounded however long the series is.
 * 'scratch' holds lf_season_scratch() doubles.
 */
int			lf_season_find(const lf_frame *frame, int column, size_t rows, int longest, double *scratch);
size_t		lf_season_scratch(size_t rows);

#endif
