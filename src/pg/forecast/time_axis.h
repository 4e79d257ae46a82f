/*
 * time_axis.h: an axis of steps with the dates of the calendar under it.
 */
#ifndef LFPG_TIME_AXIS_H
#define LFPG_TIME_AXIS_H

#include "rows/timeline.h"
#include "sql/svg.h"

/* Steps are counted from the stamp of step 0. Without a step of time they have their numbers. */
typedef struct TimeAxis
{
	Timeline	timeline;
	int64		origin;
} TimeAxis;

/*
 * At most so many places between two steps where the calendar turns over: a year, some months, a week, some hours. An
 * axis_ticks of a TimeAxis.
 */
List	   *time_ticks(const void *axis, double low, double high, int most);

#endif
