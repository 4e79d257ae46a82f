/*
 * irregular.c: rows held against a timeline, and the messages about those that do not keep to it.
 */
#include "rows/irregular.h"

#include "rows/weekdays.h"
#include "rows/zones.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include <math.h>

/* Whether a stamp is on the grid. One that the clock skipped has another rest, but is where its place has it. */
static bool
is_on_grid(const Timeline *timeline, GridPosition place, int64 at)
{
	if (place.rest == timeline->phase)
		return true;
	if (timeline->kind != LF_TIME_TIMESTAMPTZ)
		return false;
	place.rest = timeline->phase;
	return timeline_stamp(timeline, place) == at;
}

Irregular
irregular_find(const Rows *rows, const Timeline *timeline)
{
	Irregular	found = {0};
	GridPosition before = {0};

	for (uint64 row = 0; row < rows->count; row++)
	{
		int64		at = rows_time(rows, row);
		GridPosition place = timeline_position(timeline, at);
		uint64		skipped = row == 0 ? 0 : (uint64) place.index - (uint64) before.index - 1;

		CHECK_FOR_INTERRUPTS();
		if (row > 0 && found.first_break == 0 && (place.rest != before.rest || place.index <= before.index))
			found.first_break = row;
		if (!is_on_grid(timeline, place, at) || (row > 0 && place.index <= before.index))
		{
			if (found.strays++ == 0)
				found.first_stray = row;
			skipped = 0;
		}
		before = place;
		if (skipped == 0)
			continue;
		if (found.missing == 0)
			found.first_gap = row;
		found.missing = skipped > PG_UINT64_MAX - found.missing ? PG_UINT64_MAX : found.missing + skipped;
		if (skipped > found.widest)
		{
			found.widest = skipped;
			found.widest_gap = row;
		}
	}
	return found;
}

/* ---- in words ---- */

static int
irregular_message(const Rows *rows, lf_time_kind kind, uint64 row, const char *source)
{
	return errmsg("timestamps of %s are not regular: %s follows %s", source,
				  timeline_text(kind, rows_time(rows, Max(row, 1))),
				  timeline_text(kind, rows_time(rows, Max(row, 1) - 1)));
}

void
irregular_report_weekdays(const Rows *rows, const Series *series)
{
	const Timeline *timeline = &series->timeline;
	uint8		weekdays = timeline->step.weekdays;
	uint64		strays = 0;
	uint64		first = 0;
	int			first_day = 0;
	int64		day;

	for (uint64 row = 0; row < rows->count; row++)
	{
		int			weekday = timeline_weekday(timeline, rows_time(rows, row), &day);

		CHECK_FOR_INTERRUPTS();
		if ((weekdays >> weekday & 1) != 0 || strays++ > 0)
			continue;
		first = row;
		first_day = weekday;
	}
	if (strays == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("timestamp %s of %s is a %s, which is none of the weekdays of the step",
					timeline_text(timeline->kind, rows_time(rows, first)), series->source, weekday_names[first_day]),
			 errdetail_plural("The step is %s (%s); " UINT64_FORMAT " of " UINT64_FORMAT " rows lies on another weekday.",
							  "The step is %s (%s); " UINT64_FORMAT " of " UINT64_FORMAT " rows lie on other weekdays.",
							  strays, timeline_step_text(timeline->kind, &timeline->step), weekdays_text(weekdays),
							  strays, rows->count),
			 errhint("Leave such rows out in a view, or count all days with {\"step\": \"1 day\", \"missing\": "
					 "\"linear\"}.")));
}

/* ---- rows beside the grid ---- */

/* Differences that are looked at for their median. */
#define MOST_LOOKED_AT 1000

static int
compare_differences(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

/* The median distance of two neighbours, of some that are spread over the rows. */
static uint64
median_difference(const Rows *rows)
{
	uint64		differences[MOST_LOOKED_AT];
	uint64		all = rows->count - 1;
	uint64		count = Min(all, MOST_LOOKED_AT);

	for (uint64 i = 0; i < count; i++)
	{
		uint64		row = 1 + i * all / count;

		differences[i] = (uint64) rows_time(rows, row) - (uint64) rows_time(rows, row - 1);
	}
	qsort(differences, count, sizeof(uint64), compare_differences);
	return differences[count / 2];
}

static char *
median_text(const Rows *rows, const Timeline *timeline)
{
	lf_time_step median = {.units = (int64) Min(median_difference(rows), (uint64) PG_INT64_MAX)};

	return timeline_step_text(timeline->kind, &median);
}

/* The step that people would say for a distance of about so many units; NULL: there is none so close. */
static const char *
natural_step_of(double units, lf_time_kind kind)
{
	static const struct
	{
		double		seconds;
		const char *name;
	}			steps[] = {
		{0.001, "1 millisecond"}, {0.01, "10 milliseconds"}, {0.1, "100 milliseconds"}, {1, "1 second"}, {5, "5 seconds"},
		{10, "10 seconds"}, {15, "15 seconds"}, {30, "30 seconds"}, {60, "1 minute"}, {120, "2 minutes"}, {300, "5 minutes"},
		{600, "10 minutes"}, {900, "15 minutes"}, {1800, "30 minutes"}, {3600, "1 hour"}, {7200, "2 hours"}, {10800, "3 hours"},
		{21600, "6 hours"}, {43200, "12 hours"}, {SECS_PER_DAY, "1 day"}, {7 * SECS_PER_DAY, "7 days"},
		{SECS_PER_YEAR / 12.0, "1 month"}, {SECS_PER_YEAR / 4.0, "3 months"}, {SECS_PER_YEAR, "1 year"},
	};
	double		seconds = kind == LF_TIME_DATE ? units * SECS_PER_DAY : units / USECS_PER_SEC;
	const char *nearest = NULL;
	double		least = log(1.3);

	for (int i = 0; i < lengthof(steps); i++)
	{
		double		off = fabs(log(seconds / steps[i].seconds));

		if (off >= least || (kind == LF_TIME_DATE && steps[i].seconds < SECS_PER_DAY))
			continue;
		least = off;
		nearest = steps[i].name;
	}
	return nearest;
}

/* The step to be given for rows of which some are beside the grid; NULL: nobody knows. */
static const char *
natural_step(const Rows *rows, const Timeline *timeline, const Irregular *found)
{
	uint64		median = median_difference(rows);

	if (2 * found->strays <= rows->count)
		return timeline_step_text(timeline->kind, &timeline->step);
	if (!timeline_has_calendar(timeline->kind))
		return psprintf(UINT64_FORMAT, median);
	return natural_step_of((double) median, timeline->kind);
}

void
irregular_report_zone(const Rows *rows, const Series *series, bool surely)
{
	uint64		change = series->timeline.kind == LF_TIME_TIMESTAMPTZ ? zones_change_clocks(rows) : 0;
	const char *zone = change == 0 ? NULL : zones_of_midnights(rows, &series->timeline);

	if (change == 0 || (zone == NULL && surely))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 irregular_message(rows, series->timeline.kind, change, series->source),
			 zone != NULL ?
			 errdetail("The rows are midnights of time zone %s, where a day can have 23 or 25 hours; the session's zone is %s.",
					   zone, pg_get_timezone_name(series->timeline.zone)) :
			 errdetail("Some rows are 23 or 25 hours apart, like days in a zone whose clocks change; the session's zone is %s.",
					   pg_get_timezone_name(series->timeline.zone)),
			 zone != NULL ?
			 errhint("SET timezone = '%s', or read the rows as dates in a view: (%s AT TIME ZONE '%s')::date.", zone,
					 series->time_column == NULL || series->time_column[0] == '\0' ? "at" :
					 quote_identifier(series->time_column), zone) :
			 errhint("SET timezone to the zone that the rows are days of, or read them as dates in a view: "
					 "(... AT TIME ZONE '...')::date.")));
}

void
irregular_report_strays(const Rows *rows, const Series *series, const Irregular *found)
{
	const Timeline *timeline = &series->timeline;
	const char *step = natural_step(rows, timeline, found);
	bool		most = 2 * found->strays > rows->count;
	const char *detail = most ? psprintf("No step is shared by most rows; the median step is %s.", median_text(rows, timeline)) :
		psprintf(ngettext("The step is %s; " UINT64_FORMAT " row is not a whole number of steps from the others.",
						  "The step is %s; " UINT64_FORMAT " rows are not a whole number of steps from the others.",
						  found->strays), timeline_step_text(timeline->kind, &timeline->step), found->strays);

	if (timeline->step.weekdays != 0)
		irregular_report_weekdays(rows, series);
	irregular_report_zone(rows, series, false);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 irregular_message(rows, timeline->kind, found->first_break, series->source),
			 errdetail("%s", detail),
			 step == NULL ? errhint("Give the step in option \"step\": rows are then taken for the nearest time.") :
			 errhint("Give the step, and rows are taken for the nearest time: {\"step\": \"%s\"}; or make one row of several, "
					 "for example {\"step\": \"%s\", \"aggregate\": \"sum\"}.", step, step)));
}

/* Where days are missing that never occur: the step that leaves them out; else NULL. */
static char *
weekdays_hint(const Rows *rows, const Timeline *timeline)
{
	bool		by_day = timeline->step.days == 1 && timeline->step.weekdays == 0;
	uint8		guess = by_day ? weekdays_find(rows, timeline, WEEKDAYS_GUESSED) : 0;

	if (guess == 0)
		return NULL;
	return guess == LF_BUSINESS_DAYS ? "business day" : weekdays_text(guess);
}

/* What can be done about gaps; 'which' of them the option fills. */
static int
gaps_hint(const Rows *rows, const Timeline *timeline, const char *which)
{
	char	   *weekdays = weekdays_hint(rows, timeline);

	if (weekdays != NULL)
		return errhint("If there are rows on these weekdays only, give {\"step\": \"%s\"}; else train with option "
					   "\"missing\", which fills %s, for example {\"missing\": \"linear\"}.", weekdays, which);
	return errhint("Train with option \"missing\", which fills %s, for example {\"missing\": \"linear\"}; or give the "
				   "step in option \"step\".", which);
}

void
irregular_report_missing(const Rows *rows, const Series *series, const Irregular *found)
{
	const Timeline *timeline = &series->timeline;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 irregular_message(rows, timeline->kind, found->first_gap, series->source),
			 errdetail_plural("The step is %s; " UINT64_FORMAT " row is missing.",
							  "The step is %s; " UINT64_FORMAT " rows are missing.",
							  found->missing, timeline_step_text(timeline->kind, &timeline->step), found->missing),
			 gaps_hint(rows, timeline, "gaps")));
}

void
irregular_report_most(const Rows *rows, const Series *series, uint64 missing, uint64 most)
{
	const Timeline *timeline = &series->timeline;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg(UINT64_FORMAT " of " UINT64_FORMAT " rows of %s are missing", missing, rows->count + missing,
					series->source),
			 errdetail("The step is %s; at most " UINT64_FORMAT " missing rows are filled unasked.",
					   timeline_step_text(timeline->kind, &timeline->step), most),
			 gaps_hint(rows, timeline, "whatever is missing")));
}

/*
 * Whether months were read as days, as happens to a file of 01/02/2024 where the session expects the month first: twelve
 * rows in January, and the next ones a year later. PostgreSQL itself says nothing, because each such date exists.
 */
static bool
months_were_read_as_days(const Timeline *timeline, int64 before, int64 after)
{
	return timeline->kind != LF_TIME_INTEGER && timeline->step.months == 0 && timeline->step.days == 1 &&
		timeline_day(timeline, before).year_day == 11 && timeline_day(timeline, after).year_day == 0;
}

void
irregular_report_too_many(const Rows *rows, const Series *series, const Irregular *found, uint64 most)
{
	const Timeline *timeline = &series->timeline;
	int64		after = rows_time(rows, found->widest_gap);
	int64		before = rows_time(rows, found->widest_gap - 1);

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("too many rows of %s are missing: %s follows %s", series->source, timeline_text(timeline->kind, after),
					timeline_text(timeline->kind, before)),
			 errdetail("The step is %s; " UINT64_FORMAT " rows are missing, but at most " UINT64_FORMAT " are filled for "
					   "each of the " UINT64_FORMAT " existing rows.",
					   timeline_step_text(timeline->kind, &timeline->step), found->missing, most, rows->count),
			 months_were_read_as_days(timeline, before, after) ?
			 errhint("Perhaps day and month were swapped when the rows were read: set datestyle to DMY, or to MDY, and "
					 "read them again.") :
			 errhint("Correct the timestamp, or give a longer step in option \"step\".")));
}
