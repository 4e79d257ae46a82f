/*
 * timeline.c: calendar arithmetic.
 *
 * A step is one of four: months (with the day of the month that rows want, so that month ends stay month ends), days
 * in local time (a day at a daylight saving change is one day, not 23 hours), the weekdays that occur, or a fixed number
 * of units.
 *
 * Local time is a day and the time of day, not one number: dates reach further than microseconds do.
 */
#include "rows/timeline.h"

#include "rows/weekdays.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

/* Months from year 0 to the end of what dates reach, the year 5874897, and some; the same back is too far. */
#define MOST_MONTHS (INT64CONST(12) * 6000000)

/* The day of the month is kept in the step's days: months and days are never both part of one step. */
#define MONTH_DAY(step) ((step)->days)

#define LONGEST_MONTH 32		/* days, and one to spare: months are told apart by it in a rest */

typedef struct Local
{
	int64		day;			/* since 2000-01-01 */
	int64		time;			/* microseconds since midnight */
} Local;

typedef struct Calendar
{
	int64		month;			/* months since year 0 */
	int			day;			/* of the month */
	int64		time;			/* microseconds since midnight */
} Calendar;

static void
report_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("the time of a forecast row is out of range")));
}

/* Quotient and remainder with the remainder in 0 .. divisor - 1. */
static GridPosition
divide(int64 value, int64 divisor)
{
	GridPosition place = {.index = value / divisor, .rest = value % divisor};

	if (place.rest < 0)
	{
		place.rest += divisor;
		place.index--;
	}
	return place;
}

bool
timeline_is_valid(lf_time_kind kind, int64 at)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return IS_VALID_DATE(at);
		case LF_TIME_TIMESTAMP:
		case LF_TIME_TIMESTAMPTZ:
			return IS_VALID_TIMESTAMP(at);
		default:
			return true;
	}
}

bool
timeline_has_calendar(lf_time_kind kind)
{
	return kind == LF_TIME_DATE || kind == LF_TIME_TIMESTAMP || kind == LF_TIME_TIMESTAMPTZ;
}

bool
timeline_is_sound(const Timeline *timeline)
{
	const lf_time_step *step = &timeline->step;

	if (timeline->kind == LF_TIME_TIMESTAMPTZ && timeline->zone == NULL)
		return false;
	if (!timeline_has_calendar(timeline->kind))
		return step->months == 0 && step->days == 0 && step->units >= 0 &&
			(!timeline->has_phase || (step->units > 0 && timeline->phase >= 0 && timeline->phase < step->units));
	if (step->months != 0)
		return step->months > 0 && step->days >= 0 && step->days < LONGEST_MONTH && step->units == 0 &&
			(!timeline->has_phase || timeline->phase >= 0);
	if (step->weekdays != 0)
		return step->days == 1 && step->units == 0 && step->weekdays < LF_ALL_WEEKDAYS &&
			(!timeline->has_phase || (timeline->phase >= 0 && timeline->phase < USECS_PER_DAY));
	return step->days >= 0 && step->units >= 0 && (step->days == 0 || step->units == 0) &&
		(!timeline->has_phase || (timeline->phase >= 0 && step->days + step->units > 0));
}

Timeline
timeline_of_kind(lf_time_kind kind)
{
	return (Timeline) {.kind = kind, .zone = session_timezone};
}

Timeline
timeline_of_model(const lf_model *model)
{
	Timeline	timeline = timeline_of_kind(model->time_kind);

	timeline.step = model->step;
	timeline.has_phase = model->alignment != LF_ALIGN_NONE;
	timeline.phase = model->phase;
	if (model->time_zone[0] != '\0')
		timeline.zone = pg_tzset(model->time_zone);
	if (timeline.zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" of the model is not known to this server", model->time_zone)));
	return timeline;
}

bool
timeline_has_step(const Timeline *timeline)
{
	const lf_time_step *step = &timeline->step;

	if (timeline->kind == LF_TIME_NONE)
		return false;
	if (timeline_has_calendar(timeline->kind) && step->months != 0)
		return step->months > 0 && step->months <= LF_LONGEST_STEP_MONTHS;
	if (timeline_has_calendar(timeline->kind) && step->days != 0)
		return step->days > 0 && step->days <= LF_LONGEST_STEP_DAYS;
	return step->units > 0;
}

/* Weeks begin on Monday: the one before 2000-01-01, a Saturday, was so many days earlier. */
#define DAYS_SINCE_MONDAY 5

/* The week of a local day, and in the rest its weekday, 0: Monday. */
static GridPosition
week_of(int64 day)
{
	return divide(day + DAYS_SINCE_MONDAY, 7);
}

/*
 * The place of a time among the weekdays that occur. One on another weekday belongs to the last that occurred, and has
 * the days since then in its rest: so it lies on no grid.
 */
static GridPosition
weekday_position(uint8 weekdays, Local local)
{
	GridPosition week = week_of(local.day);
	int			weekday = (int) week.rest;
	int			since = 0;

	for (; (weekdays >> weekday & 1) == 0; since++)
	{
		week.index -= weekday == 0;
		weekday = (weekday + 6) % 7;
	}
	return (GridPosition) {
		.index = week.index * lf_weekday_count(weekdays) + lf_weekday_count(weekdays & ((1 << weekday) - 1)),
		.rest = since * USECS_PER_DAY + local.time,
	};
}

static int64
weekday_at(uint8 weekdays, int64 index)
{
	GridPosition week = divide(index, lf_weekday_count(weekdays));
	int64		day;
	int			weekday = 0;

	while ((weekdays >> weekday & 1) == 0 || lf_weekday_count(weekdays & ((1 << weekday) - 1)) != week.rest)
		weekday++;
	if (pg_mul_s64_overflow(week.index, 7, &day) || pg_add_s64_overflow(day, weekday - DAYS_SINCE_MONDAY, &day))
		report_range();
	return day;
}

/* The clock on the wall, in which calendar steps are even. */
static Local
to_local(const Timeline *timeline, int64 at)
{
	GridPosition day;

	if (timeline->kind == LF_TIME_DATE)
		return (Local) {.day = at};
	if (timeline->kind == LF_TIME_TIMESTAMPTZ)
	{
		struct pg_tm tm;
		fsec_t		fraction;
		int			offset;

		if (timestamp2tm(at, &offset, &tm, &fraction, NULL, timeline->zone) != 0)
			report_range();
		at -= (int64) offset * USECS_PER_SEC;
	}
	day = divide(at, USECS_PER_DAY);
	return (Local) {.day = day.index, .time = day.rest};
}

/* A time that the clock skips becomes the one as long after the change, as everywhere in PostgreSQL. */
static int64
from_local(const Timeline *timeline, Local local)
{
	int64		at;

	if (timeline->kind == LF_TIME_DATE)
	{
		if (!IS_VALID_DATE(local.day))
			report_range();
		return local.day;
	}
	if (pg_mul_s64_overflow(local.day, USECS_PER_DAY, &at) || pg_add_s64_overflow(at, local.time, &at) ||
		!IS_VALID_TIMESTAMP(at))
		report_range();
	if (timeline->kind == LF_TIME_TIMESTAMPTZ)
	{
		struct pg_tm tm;
		fsec_t		fraction;

		if (timestamp2tm(at, NULL, &tm, &fraction, NULL, NULL) != 0)
			report_range();
		at += (int64) DetermineTimeZoneOffset(&tm, timeline->zone) * USECS_PER_SEC;
		if (!IS_VALID_TIMESTAMP(at))
			report_range();
	}
	return at;
}

static Calendar
to_calendar(Local local)
{
	Calendar	calendar = {.time = local.time};
	int			year;
	int			month;

	j2date((int) (local.day + POSTGRES_EPOCH_JDATE), &year, &month, &calendar.day);
	calendar.month = (int64) year * 12 + month - 1;
	return calendar;
}

/* Year of a month that is counted since year 0, which is 1 BC; before it divisions would round the wrong way. */
static int
year_of(int64 month)
{
	return (int) ((month + MOST_MONTHS) / 12 - MOST_MONTHS / 12);
}

static int
days_in_month(int64 month)
{
	int			year = year_of(month);

	return day_tab[isleap(year)][month - (int64) year * 12];
}

/* On the last day of a month that does not have the calendar's. */
static Local
from_calendar(Calendar calendar)
{
	int64		month = calendar.month;
	int			month_of_year;

	/* before the year is narrowed: a forged step can be anything */
	if (month < -MOST_MONTHS || month > MOST_MONTHS)
		report_range();
	month_of_year = (int) (month - (int64) year_of(month) * 12) + 1;
	if (!IS_VALID_JULIAN(year_of(month), month_of_year, 1))
		report_range();
	return (Local) {
		.day = (int64) date2j(year_of(month), month_of_year, Max(1, Min(calendar.day, days_in_month(month)))) -
			POSTGRES_EPOCH_JDATE,
		.time = calendar.time,
	};
}

GridPosition
timeline_position(const Timeline *timeline, int64 at)
{
	const lf_time_step *step = &timeline->step;
	bool		calendar_step = timeline_has_calendar(timeline->kind);
	GridPosition place;

	if (calendar_step && step->months != 0)
	{
		Calendar	calendar = to_calendar(to_local(timeline, at));
		bool		is_last = calendar.day == days_in_month(calendar.month);

		place = divide(calendar.month, step->months);
		/* the last day of a short month stands for the day that rows want */
		if (is_last && MONTH_DAY(step) > calendar.day && MONTH_DAY(step) < LONGEST_MONTH)
			calendar.day = MONTH_DAY(step);
		place.rest = (place.rest * LONGEST_MONTH + calendar.day) * USECS_PER_DAY + calendar.time;
	}
	else if (calendar_step && step->weekdays != 0)
		place = weekday_position(step->weekdays, to_local(timeline, at));
	else if (calendar_step && step->days != 0)
	{
		Local		local = to_local(timeline, at);

		place = divide(local.day, step->days);
		place.rest = place.rest * USECS_PER_DAY + local.time;
	}
	else
		place = divide(at, step->units);
	return place;
}

int64
timeline_stamp(const Timeline *timeline, GridPosition place)
{
	const lf_time_step *step = &timeline->step;
	bool		calendar_step = timeline_has_calendar(timeline->kind);
	int64		rest_days = place.rest / USECS_PER_DAY;
	int64		time = place.rest % USECS_PER_DAY;
	int64		at;

	if (calendar_step && step->months != 0)
	{
		Calendar	calendar = {.day = (int) (rest_days % LONGEST_MONTH), .time = time};

		if (pg_mul_s64_overflow(place.index, step->months, &calendar.month) ||
			pg_add_s64_overflow(calendar.month, rest_days / LONGEST_MONTH, &calendar.month))
			report_range();
		return from_local(timeline, from_calendar(calendar));
	}
	if (calendar_step && step->weekdays != 0)
		return from_local(timeline, (Local) {.day = weekday_at(step->weekdays, place.index) + rest_days, .time = time});
	if (calendar_step && step->days != 0)
	{
		Local		local = {.time = time};

		if (pg_mul_s64_overflow(place.index, step->days, &local.day) ||
			pg_add_s64_overflow(local.day, rest_days, &local.day))
			report_range();
		return from_local(timeline, local);
	}
	/* the lowest integers lie in a step whose beginning is out of range, hence unsigned */
	at = (int64) ((uint64) place.index * (uint64) step->units + (uint64) place.rest);
	if (divide(at, step->units).index != place.index || !timeline_is_valid(timeline->kind, at))
		report_range();
	return at;
}

int64
timeline_number(const Timeline *timeline, int64 at)
{
	return timeline_has_step(timeline) ? timeline_position(timeline, at).index : 0;
}

int64
timeline_at(const Timeline *timeline, int64 origin, int64 k)
{
	GridPosition place;

	if (!timeline_has_step(timeline))
		report_range();
	place = timeline_position(timeline, origin);
	if (timeline->has_phase)
		place.rest = timeline->phase;
	if (pg_add_s64_overflow(place.index, k, &place.index))
		report_range();
	return timeline_stamp(timeline, place);
}

/* A time as a stamp of the kind, in the session's zone as everywhere; the rest of a day is lost. */
static int64
stamp_of_timestamptz(lf_time_kind kind, TimestampTz at)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(at)));
		case LF_TIME_TIMESTAMP:
			return DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(at)));
		default:
			return at;
	}
}

int64
timeline_steps_until(const Timeline *timeline, int64 origin, int64 first, TimestampTz until, int64 most)
{
	int64		last = timeline_position(timeline, stamp_of_timestamptz(timeline->kind, until)).index;
	int64		steps;
	TimestampTz at;

	/* indexes of times are far from the ends of their type */
	steps = last - timeline_position(timeline, origin).index + 1;
	if (steps > first + most)
		return most;
	/* whether a step that has begun by then lies before it, its stamp tells */
	while (steps >= first && timeline_as_timestamptz(timeline->kind, timeline_at(timeline, origin, steps), &at) && at > until)
		steps--;
	return Max(0, steps - first + 1);
}

int64
timeline_spacing(const Timeline *timeline)
{
	if (!timeline_has_calendar(timeline->kind) || (timeline->step.months == 0 && timeline->step.days == 0))
		return timeline->step.units;
	if (timeline->step.months != 0 || timeline->step.weekdays != 0 || timeline->kind == LF_TIME_TIMESTAMPTZ)
		return 0;
	return timeline->kind == LF_TIME_DATE ? timeline->step.days : timeline->step.days * USECS_PER_DAY;
}

int
timeline_steps_of_week(const Timeline *timeline)
{
	const lf_time_step *step = &timeline->step;

	if (!timeline_has_calendar(timeline->kind) || !timeline_has_step(timeline) || step->months != 0)
		return 0;
	if (step->weekdays != 0)
		return lf_weekday_count(step->weekdays);
	if (step->days != 0)
		return 7 % step->days == 0 ? 7 / step->days : 0;
	if (timeline->kind == LF_TIME_DATE)
		return 7 % step->units == 0 ? (int) (7 / step->units) : 0;
	/* a microsecond has more than an int */
	return 7 * USECS_PER_DAY % step->units == 0 && 7 * USECS_PER_DAY / step->units <= PG_INT32_MAX ?
		(int) (7 * USECS_PER_DAY / step->units) : 0;
}

int
timeline_weekday(const Timeline *timeline, int64 at, int64 *day)
{
	*day = to_local(timeline, at).day;
	return (int) week_of(*day).rest;
}

int
timeline_month_day(const Timeline *timeline, int64 at)
{
	return to_calendar(to_local(timeline, at)).day;
}

CalendarDay
timeline_day(const Timeline *timeline, int64 at)
{
	Local		local = to_local(timeline, at);
	Calendar	calendar = to_calendar(local);
	int			year = year_of(calendar.month);
	Calendar	new_year = {.month = (int64) year * 12, .day = 1};

	return (CalendarDay) {
		.time = local.time,
		.weekday = (int) week_of(local.day).rest,
		.month = (int) (calendar.month - (int64) year * 12),
		.month_day = calendar.day,
		.month_days = days_in_month(calendar.month),
		.year_day = (int) (local.day - from_calendar(new_year).day),
		.year_days = isleap(year) ? 366 : 365,
	};
}

bool
timeline_as_timestamptz(lf_time_kind kind, int64 at, TimestampTz *result)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			*result = DatumGetTimestampTz(DirectFunctionCall1(date_timestamptz, DateADTGetDatum((DateADT) at)));
			return true;
		case LF_TIME_TIMESTAMP:
			*result = DatumGetTimestampTz(DirectFunctionCall1(timestamp_timestamptz, TimestampGetDatum(at)));
			return true;
		case LF_TIME_TIMESTAMPTZ:
			*result = at;
			return true;
		default:
			return false;
	}
}

int64
timeline_stamp_of(lf_time_kind kind, TimestampTz at)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(at)));
		case LF_TIME_TIMESTAMP:
			return DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(at)));
		case LF_TIME_TIMESTAMPTZ:
			return at;
		default:
			return PG_INT64_MAX;
	}
}

char *
timeline_text(lf_time_kind kind, int64 at)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum((DateADT) at)));
		case LF_TIME_TIMESTAMP:
			return DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(at)));
		case LF_TIME_TIMESTAMPTZ:
			return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at)));
		default:
			return psprintf(INT64_FORMAT, at);
	}
}

char *
timeline_iso_text(lf_time_kind kind, int64 at)
{
	char	   *out = palloc(MAXDATELEN + 1);

	switch (kind)
	{
		case LF_TIME_DATE:
			return JsonEncodeDateTime(out, DateADTGetDatum((DateADT) at), DATEOID, NULL);
		case LF_TIME_TIMESTAMP:
			return JsonEncodeDateTime(out, TimestampGetDatum(at), TIMESTAMPOID, NULL);
		case LF_TIME_TIMESTAMPTZ:
			return JsonEncodeDateTime(out, TimestampTzGetDatum(at), TIMESTAMPTZOID, NULL);
		default:
			return psprintf(INT64_FORMAT, at);
	}
}

char *
timeline_step_text(lf_time_kind kind, const lf_time_step *step)
{
	Interval	interval = {.month = step->months, .day = step->months != 0 ? 0 : step->days, .time = step->units};
	char	   *out = palloc(MAXDATELEN + 1);

	if (!timeline_has_calendar(kind))
		return psprintf(INT64_FORMAT, step->units);
	if (step->weekdays != 0)
		return step->weekdays == LF_BUSINESS_DAYS ? pstrdup("business day") : weekdays_text(step->weekdays);
	if (kind == LF_TIME_DATE && step->units != 0)
	{
		interval.day = (int32) step->units;
		interval.time = 0;
	}
	ENCODE_INTERVAL(interval, INTSTYLE_POSTGRES, out);
	return out;
}
