/*
 * timeline.c: calendar arithmetic.
 *
 * A step is one of three: months (with the day of the month that rows want, so that month ends stay month ends), days
 * in local time (a day at a daylight saving change is one day, not 23 hours), or a fixed number of units. Months are
 * tried first, then days, then units: the most human reading that fits every row is the one that continues rightly.
 */
#include "timeline.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

/* Months from year 0 to the end of what timestamps reach, the year 294276, and some; the same back is too far. */
#define MOST_MONTHS (INT64CONST(12) * 300000)

/* The day of the month is kept in the step's days: months and days are never both part of one step. */
#define MONTH_DAY(step) ((step)->days)

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

/* A stamp as local time in microseconds: the clock on the wall, in which calendar steps are even. */
static int64
to_local(lf_time_kind kind, int64 at)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return at * USECS_PER_DAY;
		case LF_TIME_TIMESTAMPTZ:
			return DatumGetTimestamp(DirectFunctionCall1(timestamptz_timestamp, TimestampTzGetDatum(at)));
		default:
			return at;
	}
}

static int64
from_local(lf_time_kind kind, int64 local)
{
	switch (kind)
	{
		case LF_TIME_DATE:
			return local / USECS_PER_DAY;
		case LF_TIME_TIMESTAMPTZ:
			return DatumGetTimestampTz(DirectFunctionCall1(timestamp_timestamptz, TimestampGetDatum(local)));
		default:
			return local;
	}
}

static void
report_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("the time of a forecast row is out of range")));
}

typedef struct Calendar
{
	int64		month;			/* months since year 0 */
	int			day;			/* of the month */
	int64		time;			/* microseconds since midnight */
} Calendar;

static Calendar
to_calendar(int64 local)
{
	Calendar	calendar;
	int64		day_number = local / USECS_PER_DAY;
	int			year;
	int			month;

	calendar.time = local % USECS_PER_DAY;
	if (calendar.time < 0)
	{
		calendar.time += USECS_PER_DAY;
		day_number--;
	}
	j2date((int) (day_number + POSTGRES_EPOCH_JDATE), &year, &month, &calendar.day);
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

/* 'count' months after the calendar's, on day 'day' or the last one of a shorter month. */
static int64
month_later(Calendar calendar, int64 count, int day)
{
	int64		month = calendar.month + count;
	int			month_of_year;
	int64		day_number;

	/* before the year is narrowed: a forged step can be anything */
	if (month < -MOST_MONTHS || month > MOST_MONTHS)
		report_range();
	month_of_year = (int) (month - (int64) year_of(month) * 12) + 1;
	if (!IS_VALID_JULIAN(year_of(month), month_of_year, 1))
		report_range();
	day_number = date2j(year_of(month), month_of_year, Max(1, Min(day, days_in_month(month)))) - POSTGRES_EPOCH_JDATE;
	return day_number * USECS_PER_DAY + calendar.time;
}

static bool
has_calendar(lf_time_kind kind)
{
	return kind == LF_TIME_DATE || kind == LF_TIME_TIMESTAMP || kind == LF_TIME_TIMESTAMPTZ;
}

int64
timeline_at(lf_time_kind kind, const lf_time_step *step, int64 origin, int64 k)
{
	int64		distance;
	int64		result;

	if (has_calendar(kind) && (step->months != 0 || step->days != 0))
	{
		int64		local = to_local(kind, origin);

		/* steps come from stored models too: nothing may overflow */
		if (Abs(k) > PG_INT32_MAX / 2)
			report_range();
		if (step->months != 0)
			result = month_later(to_calendar(local), k * step->months, MONTH_DAY(step));
		else if (pg_mul_s64_overflow(k * step->days, USECS_PER_DAY, &distance) ||
				 pg_add_s64_overflow(local, distance, &result))
			report_range();
		if (!IS_VALID_TIMESTAMP(result))
			report_range();
		return from_local(kind, result);
	}
	if (pg_mul_s64_overflow(k, step->units, &distance) || pg_add_s64_overflow(origin, distance, &result))
		report_range();
	if (!timeline_is_valid(kind, result))
		report_range();
	return result;
}

/*
 * The first row, from 'row' on, that does not follow the one before by the step; the number of rows where all do. From
 * row to row, so that one gap is one offender; months keep their day by MONTH_DAY.
 */
static uint64
next_offender(const Rows *rows, lf_time_kind kind, const lf_time_step *step, uint64 row)
{
	/* evenly spaced rows, which are the many, need no look at each */
	if (rows->at == NULL && step->months == 0 && step->days == 0 && step->units == rows->spacing)
		return rows->count;
	while (row < rows->count && timeline_at(kind, step, rows_time(rows, row - 1), 1) == rows_time(rows, row))
	{
		CHECK_FOR_INTERRUPTS();
		row++;
	}
	return row;
}

static uint64
count_offenders(const Rows *rows, lf_time_kind kind, const lf_time_step *step)
{
	uint64		offenders = 0;

	for (uint64 row = next_offender(rows, kind, step, 1); row < rows->count;
		 row = next_offender(rows, kind, step, row + 1))
	{
		CHECK_FOR_INTERRUPTS();
		offenders++;
	}
	return offenders;
}

static bool
fits(const Rows *rows, lf_time_kind kind, const lf_time_step *step)
{
	return next_offender(rows, kind, step, 1) == rows->count;
}

/* A step of months from the first two rows, with the latest day of the month that any row has. */
static bool
month_step(const Rows *rows, lf_time_kind kind, lf_time_step *step)
{
	Calendar	first = to_calendar(to_local(kind, rows_time(rows, 0)));
	Calendar	second = to_calendar(to_local(kind, rows_time(rows, 1)));
	int64		count = second.month - first.month;
	int			day = 0;

	if (count < 1 || count > 12 * 1000 || first.time != second.time)
		return false;
	for (uint64 i = 0; i < rows->count && day < 31; i++)
	{
		CHECK_FOR_INTERRUPTS();
		day = Max(day, to_calendar(to_local(kind, rows_time(rows, i))).day);
	}
	*step = (lf_time_step) {.months = (int32) count, .days = day};
	return fits(rows, kind, step);
}

static bool
day_step(const Rows *rows, lf_time_kind kind, lf_time_step *step)
{
	int64		distance = to_local(kind, rows_time(rows, 1)) - to_local(kind, rows_time(rows, 0));

	if (distance <= 0 || distance % USECS_PER_DAY != 0 || distance / USECS_PER_DAY > PG_INT32_MAX / 2)
		return false;
	*step = (lf_time_step) {.days = (int32) (distance / USECS_PER_DAY)};
	return fits(rows, kind, step);
}

static void
check_duplicates(const Rows *rows, lf_time_kind kind, const char *source)
{
	uint64		duplicates = 0;
	uint64		first = 0;

	if (rows->at == NULL && rows->spacing != 0)
		return;
	for (uint64 i = 1; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rows_time(rows, i) == rows_time(rows, i - 1) && duplicates++ == 0)
			first = i;
	}
	if (duplicates > 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("time stamp %s of %s stands in more than one row",
						timeline_text(kind, rows_time(rows, first)), source),
				 errdetail_plural(UINT64_FORMAT " row repeats the time of the one before.",
								  UINT64_FORMAT " rows repeat the time of the one before.",
								  duplicates, duplicates),
				 errhint("Give one row per time, for example by a view with GROUP BY; "
						 "for several series in one table, a view with one of them.")));
}

static void
report_irregular(const Rows *rows, lf_time_kind kind, const lf_time_step *step, const char *source)
{
	uint64		first = next_offender(rows, kind, step, 1);
	uint64		offenders = count_offenders(rows, kind, step);

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("time stamps of %s are not regular: %s follows %s",
					source, timeline_text(kind, rows_time(rows, first)),
					timeline_text(kind, rows_time(rows, first - 1))),
			 errdetail_plural("The step of the first rows is %s; " UINT64_FORMAT " row does not keep to it.",
							  "The step of the first rows is %s; " UINT64_FORMAT " rows do not keep to it.",
							  offenders, timeline_step_text(kind, step), offenders),
			 errhint("Fill the gaps, for example by a view that joins generate_series() with the table.")));
}

lf_time_step
timeline_find_step(const Rows *rows, lf_time_kind kind, const char *source)
{
	enum {BY_MONTH, BY_DAY, BY_UNIT, READINGS};
	lf_time_step steps[READINGS] = {0};
	uint64		fewest = PG_UINT64_MAX;
	int			best = BY_UNIT;

	if (kind == LF_TIME_NONE || rows->count < 2)
		return steps[BY_UNIT];
	check_duplicates(rows, kind, source);
	if (has_calendar(kind) && month_step(rows, kind, &steps[BY_MONTH]))
		return steps[BY_MONTH];
	if (has_calendar(kind) && day_step(rows, kind, &steps[BY_DAY]))
		return steps[BY_DAY];
	if (!pg_sub_s64_overflow(rows_time(rows, 1), rows_time(rows, 0), &steps[BY_UNIT].units) &&
		fits(rows, kind, &steps[BY_UNIT]))
		return steps[BY_UNIT];

	/* no reading fits every row: tell of the one that most rows keep to */
	for (int i = BY_MONTH; i < READINGS; i++)
	{
		uint64		offenders;

		if (steps[i].months == 0 && steps[i].days == 0 && steps[i].units == 0)
			continue;
		offenders = count_offenders(rows, kind, &steps[i]);
		if (offenders < fewest)
		{
			fewest = offenders;
			best = i;
		}
	}
	report_irregular(rows, kind, &steps[best], source);
	return steps[best];
}

void
timeline_check(const Rows *rows, lf_time_kind kind, const lf_time_step *step, const char *source)
{
	if (kind == LF_TIME_NONE || rows->count < 2)
		return;
	check_duplicates(rows, kind, source);
	if (!fits(rows, kind, step))
		report_irregular(rows, kind, step, source);
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
	struct pg_itm parts;
	char	   *out = palloc(MAXDATELEN + 1);

	if (!has_calendar(kind))
		return psprintf(INT64_FORMAT, step->units);
	if (kind == LF_TIME_DATE && step->units != 0)
	{
		interval.day = (int32) step->units;
		interval.time = 0;
	}
	interval2itm(interval, &parts);
	EncodeInterval(&parts, INTSTYLE_POSTGRES, out);
	return out;
}
