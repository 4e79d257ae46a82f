/*
 * timeline.h: the grid that rows lie on in time: its arithmetic.
 *
 * Stamps are int64 in the units of their type: integers as they are, dates in days, timestamps in microseconds, both
 * since 2000-01-01. Steps are calendar steps: k steps after the origin is computed from the origin, never by adding up,
 * and a step of months keeps the day of the month (31 January, 28 February, 31 March).
 */
#ifndef LFPG_TIMELINE_H
#define LFPG_TIMELINE_H

#include "server/common.h"
#include "model/model.h"
#include "pgtime.h"

typedef struct Timeline
{
	lf_time_kind kind;
	lf_time_step step;			/* all 0: not known */
	pg_tz	   *zone;			/* of timestamptz: in which days and months are those of the calendar */
	bool		has_phase;		/* what all stamps have for a rest is known */
	int64		phase;
} Timeline;

/*
 * A stamp as so many whole steps, and what is left: two stamps lie on one grid where the rests are equal, and their
 * indexes tell how many steps lie between them.
 */
typedef struct GridPosition
{
	int64		index;
	int64		rest;
} GridPosition;

/*
 * What holds of every timeline: its step has one part, but that a step of months knows the day of the month that rows
 * want; what has a time zone has days; a phase is the rest of some stamp. For LFPG_ASSERT: what a stored model says of
 * its step may be anything, and timeline_has_step() is asked first.
 */
bool		timeline_is_sound(const Timeline *timeline);

/* A timeline of stamps of this kind, without a step, in the session's time zone. */
Timeline	timeline_of_kind(lf_time_kind kind);

/* That of a model, in its own time zone; raises 22023 where this server does not know that. */
Timeline	timeline_of_model(const lf_model *model);

/* Whether there is a usable step: what a stored model says of it may be anything. */
bool		timeline_has_step(const Timeline *timeline);

bool		timeline_has_calendar(lf_time_kind kind);

/* The place of a valid stamp on a timeline that has a step, and the stamp of a place; raises 22008 out of range. */
GridPosition timeline_position(const Timeline *timeline, int64 at);
int64		timeline_stamp(const Timeline *timeline, GridPosition place);

/* The index of a valid stamp's place on a timeline; 0 where that has no step. */
int64		timeline_number(const Timeline *timeline, int64 at);

/* The stamp k steps after the origin; raises 22008 where it leaves the type's range. */
int64		timeline_at(const Timeline *timeline, int64 origin, int64 k);

/*
 * How many of the stamps first, first + 1, ... steps after the origin are not later than a finite time, but at most
 * 'most'. Of a timeline with a calendar and a step.
 */
int64		timeline_steps_until(const Timeline *timeline, int64 origin, int64 first, TimestampTz until, int64 most);

/* The distance of all neighbours on the grid in the kind's units, or 0 where the calendar makes it vary. */
int64		timeline_spacing(const Timeline *timeline);

/* How many steps make a week: 5 for Monday to Friday, 168 hours; 0 where a week is no whole number of steps. */
int			timeline_steps_of_week(const Timeline *timeline);

/* The weekday of a stamp that has one, 0: Monday; sets its local day, since 2000-01-01. */
int			timeline_weekday(const Timeline *timeline, int64 at, int64 *day);

/* Day of the month of a stamp that has one. */
int			timeline_month_day(const Timeline *timeline, int64 at);

/* What the calendar says of a stamp that has one, in local time. */
typedef struct CalendarDay
{
	int64		time;			/* microseconds since midnight */
	int			weekday;		/* 0: Monday */
	int			month;			/* of the year, 0: January */
	int			month_day;		/* 1: the first */
	int			month_days;
	int			year_day;		/* 0: 1 January */
	int			year_days;
} CalendarDay;

CalendarDay timeline_day(const Timeline *timeline, int64 at);

/* Whether a number is a finite stamp of the type at all. */
bool		timeline_is_valid(lf_time_kind kind, int64 at);

/* A stamp as timestamptz for a result row; integers and rows without a time have none. */
bool		timeline_as_timestamptz(lf_time_kind kind, int64 at, TimestampTz *result);

/* The stamp in which a time lies, that of its day among days; what compares with no time is the largest number. */
int64		timeline_stamp_of(lf_time_kind kind, TimestampTz at);

/*
 * A stamp in ISO 8601, and a step in PostgreSQL's own style, whatever the session's settings; weekdays by their names.
 */
char	   *timeline_iso_text(lf_time_kind kind, int64 at);
char	   *timeline_step_text(lf_time_kind kind, const lf_time_step *step);

/* A stamp for people, in the session's style. */
char	   *timeline_text(lf_time_kind kind, int64 at);

#endif
