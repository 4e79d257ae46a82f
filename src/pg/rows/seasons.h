/*
 * seasons.h: the seasons of rows: those that the step of a timeline suggests, and those that the rows have.
 */
#ifndef LFPG_SEASONS_H
#define LFPG_SEASONS_H

#include "rows/rows.h"
#include "rows/timeline.h"
#include "series/decompose.h"

/* Lengths in rows of what the calendar may give to rows so far apart, at most LF_MAX_NATURAL; returns how many. */
int			seasons_natural(const Timeline *timeline, double *lengths);

/* The seasons of a column of rows without a hole, which take 'held' bytes. A cancel is answered. */
void		seasons_find(const lf_frame *frame, int column, const Timeline *timeline, Size held, lf_season_facts *found);

/* Takes a column of rows apart, into parts laid out for them; with 'logged', its logarithms. A cancel is answered. */
void		seasons_take_apart(lf_parts *parts, const lf_seasons *seasons, const Rows *rows, int column, bool logged);

#endif
