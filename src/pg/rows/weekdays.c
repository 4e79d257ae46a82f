/*
 * weekdays.c: whether rows keep to a pattern of weekdays, and its name.
 */
#include "rows/weekdays.h"

#include "lib/stringinfo.h"

/* A weekday is left out by a pattern where it has a row in at most this part of the weeks. */
#define MOST_STRAYS (1.0 / 10)

/* And is part of one where it has a row in at least this part of the weeks: holidays are few. */
#define LEAST_PRESENCE (1.0 / 2)

const char *const weekday_names[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/* ---- in words ---- */

/* The first day of the only run of days, over the end of the week if need be; -1: there are several. */
static int
run_start(uint8 weekdays)
{
	int			start = -1;

	for (int i = 0; i < 7; i++)
		if ((weekdays >> i & 1) != 0 && (weekdays >> (i + 6) % 7 & 1) == 0)
		{
			if (start >= 0)
				return -1;
			start = i;
		}
	return start;
}

char *
weekdays_text(uint8 weekdays)
{
	int			count = lf_weekday_count(weekdays);
	int			start = run_start(weekdays);
	StringInfoData out;

	if (start >= 0 && count > 2)
		return psprintf("%s to %s", weekday_names[start], weekday_names[(start + count - 1) % 7]);
	initStringInfo(&out);
	for (int i = 0; i < 7; i++)
		if ((weekdays >> i & 1) != 0)
			appendStringInfo(&out, "%s%s", out.len == 0 ? "" : ", ", weekday_names[i]);
	return out.data;
}

static const char *
skip_blanks(const char *from)
{
	while (*from == ' ')
		from++;
	return from;
}

/* Reads the name of a day, or the first letters of it, at least three; -1: there is none. */
static int
read_day(const char **given)
{
	const char *from = skip_blanks(*given);
	size_t		length = strspn(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	for (int i = 0; i < 7 && length >= 3; i++)
		if (length <= strlen(weekday_names[i]) && pg_strncasecmp(from, weekday_names[i], length) == 0)
		{
			*given = skip_blanks(from + length);
			return i;
		}
	return -1;
}

/* Reads the word or sign between the first and the last day of a run. */
static bool
read_to(const char **given)
{
	int			length = **given == '-' ? 1 : pg_strncasecmp(*given, "to ", 3) == 0 ? 3 : 0;

	*given += length;
	return length > 0;
}

uint8
weekdays_from_text(const char *given)
{
	uint8		weekdays = 0;

	given = skip_blanks(given);
	if (pg_strcasecmp(given, "business day") == 0 || pg_strcasecmp(given, "business days") == 0)
		return LF_BUSINESS_DAYS;
	for (;;)
	{
		int			first = read_day(&given);
		int			last = first >= 0 && read_to(&given) ? read_day(&given) : first;

		if (first < 0 || last < 0)
			return 0;
		for (int day = first;; day = (day + 1) % 7)
		{
			weekdays |= 1 << day;
			if (day == last)
				break;
		}
		if (*given == '\0')
			return weekdays;
		if (*given++ != ',')
			return 0;
	}
}

/* ---- found ---- */

/* How many days of each weekday have a row, and how many there are from the first to the last row. */
typedef struct Week
{
	uint64		rows[7];
	uint64		days[7];
} Week;

static Week
look_at_week(const Rows *rows, const Timeline *timeline)
{
	Week		week = {0};
	int64		first = 0;
	int64		before = 0;
	int			weekday = 0;
	uint64		span;

	for (uint64 row = 0; row < rows->count; row++)
	{
		int64		day;

		CHECK_FOR_INTERRUPTS();
		weekday = timeline_weekday(timeline, rows_time(rows, row), &day);
		if (row == 0)
			first = day;
		else if (day == before)
			continue;
		before = day;
		week.rows[weekday]++;
	}
	span = rows->count == 0 ? 0 : (uint64) (before - first) + 1;
	/* counted back from the last row */
	for (int i = 0; i < 7; i++)
		week.days[(weekday + 7 - i) % 7] = span / 7 + (i < (int) (span % 7) ? 1 : 0);
	return week;
}

uint8
weekdays_find(const Rows *rows, const Timeline *timeline, uint64 least_absences)
{
	Week		week = look_at_week(rows, timeline);
	uint8		weekdays = 0;

	for (int i = 0; i < 7; i++)
		if (week.rows[i] > 0 && (double) week.rows[i] >= LEAST_PRESENCE * (double) week.days[i])
			weekdays |= 1 << i;
		else if (week.days[i] < least_absences || (double) week.rows[i] > MOST_STRAYS * (double) week.days[i])
			return 0;
	return lf_weekday_count(weekdays) >= 2 && weekdays != LF_ALL_WEEKDAYS ? weekdays : 0;
}
