/*
 * calendar.c: phases of the calendar's cycles, in the time zone of the timeline.
 */
#include "rows/calendar.h"

#include "utils/timestamp.h"

#include <math.h>

const char *const calendar_names[CALENDAR_CYCLES] = {
	[CALENDAR_MINUTE_OF_HOUR] = "minute_of_hour",
	[CALENDAR_HOUR_OF_DAY] = "hour_of_day",
	[CALENDAR_DAY_OF_WEEK] = "day_of_week",
	[CALENDAR_DAY_OF_MONTH] = "day_of_month",
	[CALENDAR_DAY_OF_YEAR] = "day_of_year",
	[CALENDAR_MONTH_OF_YEAR] = "month_of_year",
};

#define HOUR 3600.0
#define DAY (24 * HOUR)
#define MONTH (30.44 * DAY)
#define YEAR (365.25 * DAY)

/* Seconds of a whole turn. */
static const double periods[CALENDAR_CYCLES] = {
	[CALENDAR_MINUTE_OF_HOUR] = HOUR,
	[CALENDAR_HOUR_OF_DAY] = DAY,
	[CALENDAR_DAY_OF_WEEK] = 7 * DAY,
	[CALENDAR_DAY_OF_MONTH] = MONTH,
	[CALENDAR_DAY_OF_YEAR] = YEAR,
	[CALENDAR_MONTH_OF_YEAR] = YEAR,
};

/* Seconds from row to row, about. */
static double
seconds_of_step(const Timeline *timeline)
{
	const lf_time_step *step = &timeline->step;

	if (step->months != 0)
		return step->months * MONTH;
	if (step->days != 0)
		return step->days * DAY;
	return timeline->kind == LF_TIME_DATE ? (double) step->units * DAY : (double) step->units / USECS_PER_SEC;
}

CalendarSet
calendar_choose(const Timeline *timeline, uint64 rows)
{
	CalendarSet set = 0;
	double		step;

	if (!timeline_has_calendar(timeline->kind) || !timeline_has_step(timeline))
		return 0;
	step = seconds_of_step(timeline);
	for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
	{
		/* of the two that tell the time of the year one is enough; steps that go evenly into the cycle stand still */
		bool		of_year = cycle == CALENDAR_DAY_OF_YEAR || cycle == CALENDAR_MONTH_OF_YEAR;

		if (of_year && (cycle == CALENDAR_MONTH_OF_YEAR) != (timeline->step.months != 0))
			continue;
		if (2 * step <= periods[cycle] * 1.01 && 2 * periods[cycle] <= step * (double) rows)
			set |= 1u << cycle;
	}
	return set;
}

void
calendar_check(const char *what, lf_time_kind kind, const char *time_column)
{
	if (!timeline_has_calendar(kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s needs a date or time, but %s", what, time_column[0] == '\0' ? "these rows have none" :
						psprintf("time column \"%s\" is an integer", time_column)),
				 errhint("Leave the calendar out, or %s.", time_column[0] == '\0' ? "use lstm_train_agg(at, value, options)" :
						 "convert the number to a time in a view")));
}

int
calendar_columns(CalendarSet set)
{
	int			count = 0;

	for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
		count += set >> cycle & 1 ? 2 : 0;
	return count;
}

char **
calendar_column_names(CalendarSet set)
{
	char	  **names = palloc(calendar_columns(set) * sizeof(char *) + 1);
	int			count = 0;

	for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
		if (set >> cycle & 1)
		{
			names[count++] = psprintf("%s_sin", calendar_names[cycle]);
			names[count++] = psprintf("%s_cos", calendar_names[cycle]);
		}
	return names;
}

CalendarSet
calendar_of_names(const char *const *names, int count)
{
	CalendarSet set = 0;

	for (int i = 0; i < count; i++)
		for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
			if (strncmp(names[i], calendar_names[cycle], strlen(calendar_names[cycle])) == 0 &&
				strcmp(names[i] + strlen(calendar_names[cycle]), "_sin") == 0)
				set |= 1u << cycle;
	return set;
}

/* How much of a turn is done, 0 to 1. */
static double
phase_of(CalendarCycle cycle, const CalendarDay *day)
{
	double		of_day = (double) day->time / USECS_PER_DAY;

	switch (cycle)
	{
		case CALENDAR_MINUTE_OF_HOUR:
			return fmod((double) day->time / USECS_PER_HOUR, 1);
		case CALENDAR_HOUR_OF_DAY:
			return of_day;
		case CALENDAR_DAY_OF_WEEK:
			return (day->weekday + of_day) / 7;
		case CALENDAR_DAY_OF_MONTH:
			return (day->month_day - 1 + of_day) / day->month_days;
		case CALENDAR_DAY_OF_YEAR:
			return (day->year_day + of_day) / day->year_days;
		case CALENDAR_MONTH_OF_YEAR:
			return day->month / 12.0;
	}
	return 0;
}

void
calendar_write(CalendarSet set, const Timeline *timeline, int64 at, double *columns)
{
	CalendarDay day = timeline_day(timeline, at);

	for (int cycle = 0; cycle < CALENDAR_CYCLES; cycle++)
		if (set >> cycle & 1)
		{
			double		angle = 2 * M_PI * phase_of(cycle, &day);

			*columns++ = sin(angle);
			*columns++ = cos(angle);
		}
}
