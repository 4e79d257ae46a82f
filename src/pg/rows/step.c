/*
 * step.c: from time stamps to a step, and what is said of stamps that do not keep to it.
 *
 * The step is what most neighbours have between them, so that neither a gap nor a stray row decides about it. There are
 * three readings of a difference: in months, in days of local time, in units. The first whose step fits all rows is
 * taken; if none does, the one in which most neighbours agree, so that the error names the right rows. Days that keep to
 * some weekdays are counted by these.
 */
#include "rows/step.h"

#include "base/heavy_hitters.h"
#include "rows/align.h"
#include "rows/irregular.h"
#include "rows/weekdays.h"
#include "utils/timestamp.h"

/* Shorter differences are hours, whatever the calendar says: no daylight saving makes a day so short. */
#define SURELY_HOURS (20 * USECS_PER_HOUR)

/* ---- given ---- */

static void
report_bad_step(const char *given, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"step\" cannot be \"%s\"", given),
			 errdetail("%s", detail),
			 errhint("Give months, days or a time alone: \"1 month\", \"7 days\", \"15 minutes\"; or weekdays: "
					 "\"business day\", \"Monday to Saturday\"; with an integer time column an integer.")));
}

/* The step of the weekdays that occur: one of them is a week, and all of them are days. */
static lf_time_step
step_of_weekdays(uint8 weekdays)
{
	if (lf_weekday_count(weekdays) == 1)
		return (lf_time_step) {.days = 7};
	return (lf_time_step) {.days = 1, .weekdays = weekdays == LF_ALL_WEEKDAYS ? 0 : weekdays};
}

lf_time_step
step_from_text(lf_time_kind kind, const char *given)
{
	Timeline	timeline = {.kind = kind};
	Interval   *interval;

	if (kind == LF_TIME_NONE)
		report_bad_step(given, "A step needs a time, and these rows have none.");
	if (kind == LF_TIME_INTEGER)
	{
		char	   *end;

		errno = 0;
		timeline.step.units = strtoi64(given, &end, 10);
		if (errno != 0 || *end != '\0' || !timeline_has_step(&timeline))
			report_bad_step(given, "The step of an integer time is a positive integer.");
		return timeline.step;
	}
	if (weekdays_from_text(given) != 0)
		return step_of_weekdays(weekdays_from_text(given));
	interval = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(given), ObjectIdGetDatum(InvalidOid),
													 Int32GetDatum(-1)));
	timeline.step = (lf_time_step) {.months = interval->month, .days = interval->day, .units = interval->time};
	if ((interval->month != 0) + (interval->day != 0) + (interval->time != 0) != 1)
		report_bad_step(given, "A step has a single unit and is not 0.");
	if (!timeline_has_step(&timeline))
		report_bad_step(given, "A step is positive, and at most 200000 years or 10000000 days.");
	if (kind == LF_TIME_DATE && interval->time != 0)
		report_bad_step(given, "The step of dates is a number of days or months.");
	return timeline.step;
}

/* ---- found ---- */

/* The steps from one place to a later one, or 0 where they are not on one grid or not in order. */
static uint64
steps_between(GridPosition from, GridPosition to)
{
	return from.rest == to.rest && to.index > from.index ? (uint64) to.index - (uint64) from.index : 0;
}

/* Walks over the differences of all neighbours, in steps of the timeline. */
static void
each_difference(const Rows *rows, const Timeline *timeline, void (*visit) (lf_heavy_hitters *, int64), lf_heavy_hitters *hitters)
{
	GridPosition before = timeline_position(timeline, rows_time(rows, 0));

	for (uint64 row = 1; row < rows->count; row++)
	{
		GridPosition place = timeline_position(timeline, rows_time(rows, row));
		uint64		steps = steps_between(before, place);

		CHECK_FOR_INTERRUPTS();
		if (steps > 0 && steps <= PG_INT64_MAX)
			visit(hitters, (int64) steps);
		before = place;
	}
}

static Frequent
frequent_difference(const Rows *rows, const Timeline *timeline)
{
	lf_heavy_hitters hitters = {0};
	Frequent		mode;

	if (rows->at == NULL && timeline_spacing(timeline) == 1)
		return (Frequent) {.value = rows->spacing, .count = rows->count - 1};
	each_difference(rows, timeline, lf_heavy_hitters_add, &hitters);
	lf_heavy_hitters_recount(&hitters);
	each_difference(rows, timeline, lf_heavy_hitters_count, &hitters);
	mode.count = lf_heavy_hitters_best(&hitters, &mode.value);
	return mode;
}

static void
each_rest(const Rows *rows, const Timeline *timeline, void (*visit) (lf_heavy_hitters *, int64), lf_heavy_hitters *hitters)
{
	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		visit(hitters, timeline_position(timeline, rows_time(rows, row)).rest);
	}
}

Frequent
step_frequent_rest(const Rows *rows, const Timeline *timeline)
{
	lf_heavy_hitters hitters = {0};
	Frequent		mode;

	each_rest(rows, timeline, lf_heavy_hitters_add, &hitters);
	lf_heavy_hitters_recount(&hitters);
	each_rest(rows, timeline, lf_heavy_hitters_count, &hitters);
	mode.count = lf_heavy_hitters_best(&hitters, &mode.value);
	return mode;
}

/* The latest day that any row has, if the others are ends of shorter months; else the day that most rows have. */
static int
month_day(const Rows *rows, const Timeline *timeline)
{
	Timeline	months = *timeline;
	uint64		rows_on[32] = {0};
	int			latest = 1;
	int			usual = 1;

	for (uint64 row = 0; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		rows_on[timeline_month_day(timeline, rows_time(rows, row))]++;
	}
	for (int day = 1; day <= 31; day++)
	{
		if (rows_on[day] > 0)
			latest = day;
		if (rows_on[day] >= rows_on[usual])
			usual = day;
	}
	months.step = (lf_time_step) {.months = 1, .days = latest};
	return step_frequent_rest(rows, &months).count == rows->count ? latest : usual;
}

/* Sets a reading's step to the most frequent difference; whether there is a usable one. */
static bool
set_step(Timeline *reading, const Frequent *difference)
{
	int64		steps = difference->value;

	if (reading->step.units != 0)
		reading->step.units = steps;
	else if (reading->step.months != 0)
		reading->step.months = (int32) Min(steps, PG_INT32_MAX);
	else
		reading->step.days = (int32) Min(steps, PG_INT32_MAX);
	return difference->count > 0 && timeline_has_step(reading);
}

/* Whether all rows lie on the grid of a step. */
static bool
fits(const Rows *rows, const Timeline *timeline)
{
	Timeline	grid = *timeline;

	if (rows->at == NULL && rows->spacing == timeline_spacing(timeline))
		return true;
	grid.has_phase = true;
	grid.phase = step_frequent_rest(rows, timeline).value;
	return irregular_find(rows, &grid).strays == 0;
}

static lf_time_step
find_step(const Rows *rows, const Timeline *timeline, const char *source)
{
	enum {BY_MONTH, BY_DAY, BY_UNIT, READINGS};
	Timeline	reading[READINGS] = {*timeline, *timeline, *timeline};
	Frequent	difference[READINGS];
	int			first = BY_UNIT;
	int			best = BY_UNIT;

	reading[BY_UNIT].step = (lf_time_step) {.units = 1};
	difference[BY_UNIT] = frequent_difference(rows, &reading[BY_UNIT]);
	if (timeline_has_calendar(timeline->kind) &&
		(timeline->kind == LF_TIME_DATE || difference[BY_UNIT].value >= SURELY_HOURS))
	{
		first = BY_MONTH;
		reading[BY_MONTH].step = (lf_time_step) {.months = 1, .days = month_day(rows, timeline)};
		difference[BY_MONTH] = frequent_difference(rows, &reading[BY_MONTH]);
		reading[BY_DAY].step = (lf_time_step) {.days = 1};
		difference[BY_DAY] = frequent_difference(rows, &reading[BY_DAY]);
	}
	for (int i = first; i < READINGS; i++)
	{
		uint8		weekdays = i == BY_DAY ? weekdays_find(rows, timeline, WEEKDAYS_FOUND) : 0;

		if (weekdays != 0)
			return step_of_weekdays(weekdays);
		if (set_step(&reading[i], &difference[i]) && fits(rows, &reading[i]))
			return reading[i].step;
	}

	/* some rows are wrong whatever the step: most should be right */
	for (int i = BY_DAY; i >= first; i--)
		if (difference[i].count >= difference[best].count)
			best = i;
	if (difference[best].count == 0 || !timeline_has_step(&reading[best]))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("timestamps of %s have no regular step: %s follows %s", source,
						timeline_text(timeline->kind, rows_time(rows, 1)),
						timeline_text(timeline->kind, rows_time(rows, 0))),
				 errhint("Correct the timestamps, or give the step in option \"step\".")));
	return reading[best].step;
}

/* ---- checked ---- */

/* Takes the phase that most rows have: of the first row, if all have it. */
static Irregular
find_own_phase(const Rows *rows, Timeline *timeline)
{
	Irregular	found;

	timeline->has_phase = true;
	timeline->phase = timeline_position(timeline, rows_time(rows, 0)).rest;
	/* a day that is none of the week's is not on the grid, even if it is the first */
	if (timeline->step.weekdays != 0)
		timeline->phase %= USECS_PER_DAY;
	/* evenly spaced rows, which are the many, need no look at each */
	if (rows->at == NULL && timeline_spacing(timeline) > 0 && rows->spacing == timeline_spacing(timeline))
		return (Irregular) {0};
	found = irregular_find(rows, timeline);
	if (found.strays == 0)
		return found;
	/* the first row may be the one that is wrong */
	timeline->phase = step_frequent_rest(rows, timeline).value;
	if (timeline->step.weekdays != 0)
		timeline->phase %= USECS_PER_DAY;
	return irregular_find(rows, timeline);
}

/* Moves rows onto the grid that was settled before, or else now. */
static Irregular
align(Rows *rows, Series *series, const Timeline *settled)
{
	Timeline   *timeline = &series->timeline;

	if (timeline->step.weekdays != 0)
		irregular_report_weekdays(rows, series);
	/* days would not be whole days, and those that begin a step would belong to the day before */
	if (timeline->step.units == 0)
		irregular_report_zone(rows, series, true);
	timeline->has_phase = settled->has_phase;
	timeline->phase = settled->phase;
	if (settled->has_phase && timeline->step.months != 0)
		timeline->step.days = (int32) (settled->phase / USECS_PER_DAY % LF_MONTH_DAYS);
	if (!settled->has_phase || (series->aggregate == LF_AGGREGATE_NONE && !align_is_near(rows, timeline)))
		align_choose(rows, series);
	align_rows(rows, series);
	return irregular_find(rows, timeline);
}

/* Brings the rows of a series with a step onto its grid; tells what is wrong with them all the same. */
static Irregular
settle(Rows *rows, Series *series)
{
	Timeline	settled = series->timeline;
	bool		aggregates = series->aggregate != LF_AGGREGATE_NONE;
	Irregular	found;

	if (aggregates && series->may_align)
		return align(rows, series, &settled);
	found = find_own_phase(rows, &series->timeline);
	if (found.strays > 0 && series->may_align)
		return align(rows, series, &settled);
	/* rows that come later may lie beside the grid */
	if (series->may_align && !settled.has_phase)
		series->alignment = LF_ALIGN_NEAREST;
	return found;
}

uint64
step_check(Rows *rows, Series *series, bool may_fill)
{
	Timeline   *timeline = &series->timeline;
	bool		totals = series_is_all_total(series, rows->columns);
	uint64		rows_per_row = totals ? IRREGULAR_MOST_ZEROS : IRREGULAR_MOST_FILLED;
	Irregular	found;

	if (timeline->kind == LF_TIME_NONE || rows->count == 0)
		return 0;
	/* where the step is known, they are aggregated as rows of one step are */
	if (series->aggregate == LF_AGGREGATE_NONE)
		align_check_repeated(rows, series);
	else if (!series->may_align)
		align_rows(rows, series);
	if (!timeline_has_step(timeline))
	{
		if (rows->count < 2)
			return 0;
		timeline->step = find_step(rows, timeline, series->source);
	}
	else if (timeline->step.months != 0 && timeline->step.days == 0)
		timeline->step.days = month_day(rows, timeline);
	found = settle(rows, series);
	if (found.strays > 0)
		irregular_report_strays(rows, series, &found);
	if (found.missing == 0)
		return 0;
	if (!may_fill && !totals)
		irregular_report_missing(rows, series, &found);
	if (found.missing / rows_per_row >= rows->count)
		irregular_report_too_many(rows, series, &found, rows_per_row);
	return found.missing;
}
