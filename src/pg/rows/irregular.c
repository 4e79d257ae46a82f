/*
 * irregular.c: rows held against a timeline, and the messages about those that do not keep to it.
 */
#include "rows/irregular.h"

#include "rows/weekdays.h"

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

/* Rows on days that are none of the step's. */
static void
report_weekdays(const Rows *rows, const Timeline *timeline, const char *source)
{
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
					timeline_text(timeline->kind, rows_time(rows, first)), source, weekday_names[first_day]),
			 errdetail_plural("The step is %s (%s); " UINT64_FORMAT " of " UINT64_FORMAT " rows lies on another weekday.",
							  "The step is %s (%s); " UINT64_FORMAT " of " UINT64_FORMAT " rows lie on other weekdays.",
							  strays, timeline_step_text(timeline->kind, &timeline->step), weekdays_text(weekdays),
							  strays, rows->count),
			 errhint("Leave such rows out in a view, or count all days with {\"step\": \"1 day\", \"missing\": "
					 "\"linear\"}.")));
}

void
irregular_report_strays(const Rows *rows, const Timeline *timeline, const Irregular *found, const char *source)
{
	if (timeline->step.weekdays != 0)
		report_weekdays(rows, timeline, source);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 irregular_message(rows, timeline->kind, found->first_break, source),
			 errdetail_plural("The step is %s; " UINT64_FORMAT " row is not a whole number of steps from the others.",
							  "The step is %s; " UINT64_FORMAT " rows are not a whole number of steps from the others.",
							  found->strays, timeline_step_text(timeline->kind, &timeline->step), found->strays),
			 errhint("Move such rows onto the grid in a view, for example with GROUP BY date_trunc(...), or give "
					 "the step in option \"step\".")));
}

/* Where days are missing that never occur: the step that leaves them out; else NULL. */
static char *
weekdays_hint(const Rows *rows, const Timeline *timeline)
{
	uint8		met = timeline->step.days == 1 && timeline->step.weekdays == 0 ? weekdays_met(rows, timeline) : 0;

	if (lf_weekday_count(met) < 2 || met == LF_ALL_WEEKDAYS)
		return NULL;
	return met == LF_BUSINESS_DAYS ? "business day" : weekdays_text(met);
}

void
irregular_report_missing(const Rows *rows, const Timeline *timeline, const Irregular *found, const char *source)
{
	char	   *weekdays = weekdays_hint(rows, timeline);

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 irregular_message(rows, timeline->kind, found->first_gap, source),
			 errdetail_plural("The step is %s; " UINT64_FORMAT " row is missing.",
							  "The step is %s; " UINT64_FORMAT " rows are missing.",
							  found->missing, timeline_step_text(timeline->kind, &timeline->step), found->missing),
			 weekdays != NULL ?
			 errhint("If there are rows on these weekdays only, give {\"step\": \"%s\"}; else train with option "
					 "\"missing\", which fills gaps, for example {\"missing\": \"linear\"}.", weekdays) :
			 errhint("Train with option \"missing\", which fills gaps, for example {\"missing\": \"linear\"}; or "
					 "give the step in option \"step\".")));
}

void
irregular_report_too_many(const Rows *rows, const Timeline *timeline, const Irregular *found, const char *source)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("too many rows of %s are missing: %s follows %s", source,
					timeline_text(timeline->kind, rows_time(rows, found->widest_gap)),
					timeline_text(timeline->kind, rows_time(rows, found->widest_gap - 1))),
			 errdetail("The step is %s; " UINT64_FORMAT " rows are missing, but at most %d are filled for each of "
					   "the " UINT64_FORMAT " existing rows.",
					   timeline_step_text(timeline->kind, &timeline->step), found->missing, IRREGULAR_MOST_FILLED, rows->count),
			 errhint("Correct the timestamp, or give a longer step in option \"step\".")));
}
