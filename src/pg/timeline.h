/*
 * timeline.h: the distance between rows, found from their time stamps, and the stamps of rows to come.
 *
 * Stamps are int64 in the units of their type: integers as they are, dates in days, timestamps in microseconds, both
 * since 2000-01-01. Steps are calendar steps: k steps after the origin is computed from the origin, never by adding up,
 * and a step of months keeps the day of the month (31 January, 28 February, 31 March).
 */
#ifndef LFPG_TIMELINE_H
#define LFPG_TIMELINE_H

#include "rows.h"

/*
 * Finds the step of sorted rows; raises 22000 where stamps repeat or no step fits all of them. 'source' is for the
 * message. One row has no step: all fields 0.
 */
lf_time_step timeline_find_step(const Rows *rows, lf_time_kind kind, const char *source);

/* Raises 22000 where rows do not follow each other by this step. */
void		timeline_check(const Rows *rows, lf_time_kind kind, const lf_time_step *step, const char *source);

/* The stamp k steps after the origin; raises 22008 where it leaves the type's range. */
int64		timeline_at(lf_time_kind kind, const lf_time_step *step, int64 origin, int64 k);

/* Whether a number is a finite stamp of the type at all. */
bool		timeline_is_valid(lf_time_kind kind, int64 at);

/* A stamp as timestamptz for a result row; integers and rows without a time have none. */
bool		timeline_as_timestamptz(lf_time_kind kind, int64 at, TimestampTz *result);

/* A stamp in ISO 8601, and a step in PostgreSQL's own style, whatever the session's settings. */
char	   *timeline_iso_text(lf_time_kind kind, int64 at);
char	   *timeline_step_text(lf_time_kind kind, const lf_time_step *step);

/* A stamp for people, in the session's style. */
char	   *timeline_text(lf_time_kind kind, int64 at);

#endif
