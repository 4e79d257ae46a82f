/*
 * calendar.h: what the time of a row says by itself: the hour, the weekday, the month, as inputs of a network.
 *
 * A cycle is two columns, the sine and the cosine of its phase, so that its end lies beside its beginning.
 */
#ifndef LFPG_CALENDAR_H
#define LFPG_CALENDAR_H

#include "rows/timeline.h"

typedef enum CalendarCycle
{
	CALENDAR_MINUTE_OF_HOUR,
	CALENDAR_HOUR_OF_DAY,
	CALENDAR_DAY_OF_WEEK,
	CALENDAR_DAY_OF_MONTH,
	CALENDAR_DAY_OF_YEAR,
	CALENDAR_MONTH_OF_YEAR
} CalendarCycle;

#define CALENDAR_CYCLES 6
extern const char *const calendar_names[CALENDAR_CYCLES];

/* A set of cycles, a bit for each. */
typedef unsigned CalendarSet;

/*
 * The cycles that rows one step apart show, and that come round at least twice in 'rows' of them. None for integer
 * times.
 */
CalendarSet calendar_choose(const Timeline *timeline, uint64 rows);

/* Raises 22023 where rows with this time column ("": none) have no calendar; 'what' asks for one. */
void		calendar_check(const char *what, lf_time_kind kind, const char *time_column);

/* Columns that a set makes, their names in their order, and the set of the columns of such names. */
int			calendar_columns(CalendarSet set);
char	  **calendar_column_names(CalendarSet set);
CalendarSet calendar_of_names(const char *const *names, int count);

/* Writes the columns of a set at a time. */
void		calendar_write(CalendarSet set, const Timeline *timeline, int64 at, double *columns);

#endif
