/*
 * align.c: from the time of a row to the time that it is taken for.
 *
 * Rows are merged in place, from the oldest on: what a step becomes is never written behind its rows.
 */
#include "rows/align.h"

#include "rows/step.h"
#include "utils/timestamp.h"

#include <math.h>

/*
 * Rows that are to be aggregated are samples of their steps, and taken for the nearest point, where this part of them
 * lies this close to one, as a part of the step; or where this part of them is nearest to different points, and these
 * are this part of all: events would meet more often, or be further apart. Others are events, and belong to the step in
 * which they happened.
 */
#define SAMPLES_PART 0.9
#define SAMPLES_REACH (1.0 / 8)
#define SAMPLES_APART 0.95
#define SAMPLES_STEPS 0.8

/* Samples have a phase of their own where their mean is this far from the natural grid, as a part of the step. */
#define OWN_PHASE (1.0 / 4)

const bool *
series_targets(const lf_task *task, int columns)
{
	bool	   *is_target = palloc0(columns * sizeof(bool));

	for (int j = 0; j < task->targets; j++)
		is_target[task->target[j]] = true;
	return is_target;
}

static uint64
distance(int64 a, int64 b)
{
	return a > b ? (uint64) a - (uint64) b : (uint64) b - (uint64) a;
}

/* ---- where rows go ---- */

int64
align_stamp(const Timeline *timeline, lf_alignment alignment, int64 at)
{
	GridPosition place;
	int64		before;
	int64		point;
	int64		other;

	if (alignment == LF_ALIGN_NONE)
		return at;
	place = timeline_position(timeline, at);
	if (place.rest == timeline->phase)
		return at;
	before = place.rest;
	place.rest = timeline->phase;
	if (alignment == LF_ALIGN_BEGIN)
	{
		place.index -= before < timeline->phase;
		return timeline_stamp(timeline, place);
	}
	point = timeline_stamp(timeline, place);
	if (point == at)
		return at;
	place.index += point < at ? 1 : -1;
	other = timeline_stamp(timeline, place);
	return distance(other, at) < distance(point, at) ? other : point;
}

uint64
align_count(const Rows *rows, const Series *series)
{
	uint64		count = 0;
	int64		before = 0;

	for (uint64 row = 0; row < rows->count; row++)
	{
		int64		at = align_stamp(&series->timeline, series->alignment, rows_time(rows, row));

		CHECK_FOR_INTERRUPTS();
		count += row == 0 || at != before;
		before = at;
	}
	return count;
}

void
align_drop_oldest(Rows *rows, const Series *series)
{
	uint64		row = 0;
	int64		oldest;

	if (rows->count == 0)
		return;
	oldest = align_stamp(&series->timeline, series->alignment, rows_time(rows, 0));
	for (; row < rows->count; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (align_stamp(&series->timeline, series->alignment, rows_time(rows, row)) != oldest)
			break;
	}
	rows_keep_newest(rows, rows->count - row);
}

/* ---- the grid ---- */

/* About how long a step is, in the units of the time, and how long that is in those of a rest. */
static double
rest_length(const Timeline *timeline)
{
	const lf_time_step *step = &timeline->step;

	return step->days != 0 && step->months == 0 && timeline_has_calendar(timeline->kind) ?
		(double) step->days * USECS_PER_DAY : (double) step->units;
}

static double
step_length(const Timeline *timeline)
{
	double		day = timeline->kind == LF_TIME_DATE ? 1 : USECS_PER_DAY;

	if (timeline->step.months != 0)
		return timeline->step.months * day * DAYS_PER_MONTH;
	return timeline->step.days != 0 ? timeline->step.days * day : (double) timeline->step.units;
}

/* Points the timeline at the natural grid of its step. */
static void
take_natural_phase(const Rows *rows, Timeline *timeline)
{
	lf_time_step *step = &timeline->step;

	timeline->phase = 0;
	if (!timeline_has_calendar(timeline->kind))
		return;
	if (step->months != 0)
	{
		step->days = 1;
		timeline->phase = USECS_PER_DAY;
	}
	else if (step->weekdays == 0 && step->days != 0 && step->days % 7 == 0)
		timeline->phase = 2 * USECS_PER_DAY;	/* 2000-01-03 was a Monday */
	else if (step->units != 0 && timeline->kind == LF_TIME_TIMESTAMPTZ)
	{
		/* whole hours are those of the clock on the wall, which may be half an hour from Greenwich's */
		int64		newest = rows_time(rows, rows->count - 1);

		timeline->step = (lf_time_step) {.units = step->units};
		timeline->phase = timeline_position(timeline, newest - timeline_day(timeline, newest).time).rest;
	}
}

/* Where samples gather, as an angle; returns how much they do, from 0 to 1. */
static double
mean_angle(const Rows *rows, const Timeline *timeline, double *angle)
{
	double		length = rest_length(timeline);
	double		x = 0;
	double		y = 0;

	for (uint64 row = 0; row < rows->count; row++)
	{
		double		turn = timeline_position(timeline, rows_time(rows, row)).rest / length * 2 * M_PI;

		CHECK_FOR_INTERRUPTS();
		x += cos(turn);
		y += sin(turn);
	}
	*angle = atan2(y, x);
	return hypot(x, y) / rows->count;
}

/* A phase as people would give it: whole hours of days, minutes of hours, and so on. */
static int64
round_phase(double phase, double length, bool has_calendar)
{
	static const int64 units[] = {USECS_PER_HOUR, USECS_PER_MINUTE, USECS_PER_SEC, 1000};

	for (int i = 0; i < lengthof(units) && has_calendar; i++)
		if (units[i] <= length / 20)
			return (int64) rint(phase / units[i]) * units[i] % (int64) length;
	return (int64) rint(phase) % (int64) length;
}

/* Samples that gather far from the natural grid have one of their own. */
static void
take_own_phase(const Rows *rows, Timeline *timeline)
{
	double		length = rest_length(timeline);
	double		angle;
	double		off;

	if (timeline->step.months != 0 || timeline->kind == LF_TIME_DATE || mean_angle(rows, timeline, &angle) < 0.5)
		return;
	off = remainder(angle / (2 * M_PI) * length - timeline->phase, length);
	if (fabs(off) <= OWN_PHASE * length)
		return;
	timeline->phase = round_phase(fmod(timeline->phase + off + length, length), length,
								  timeline_has_calendar(timeline->kind));
}

/* How many rows lie this close to a point of the grid, as a part of the step. */
static uint64
count_close(const Rows *rows, const Timeline *timeline, double part)
{
	double		reach = part * step_length(timeline);
	uint64		close = 0;

	for (uint64 row = 0; row < rows->count; row++)
	{
		int64		at = rows_time(rows, row);

		CHECK_FOR_INTERRUPTS();
		close += (double) distance(align_stamp(timeline, LF_ALIGN_NEAREST, at), at) <= reach;
	}
	return close;
}

bool
align_is_near(const Rows *rows, const Timeline *timeline)
{
	return 2 * count_close(rows, timeline, OWN_PHASE) >= rows->count;
}

/* Whether rows are samples of the steps, a little early or late. */
static bool
are_samples(const Rows *rows, const Timeline *timeline)
{
	double		rows_count = (double) rows->count;
	uint64		points = 0;
	int64		before = 0;
	int64		first = timeline_position(timeline, rows_time(rows, 0)).index;
	double		steps = (double) timeline_position(timeline, rows_time(rows, rows->count - 1)).index - (double) first + 1;

	for (uint64 row = 0; row < rows->count; row++)
	{
		int64		point = align_stamp(timeline, LF_ALIGN_NEAREST, rows_time(rows, row));

		CHECK_FOR_INTERRUPTS();
		points += row == 0 || point != before;
		before = point;
	}
	return (double) count_close(rows, timeline, SAMPLES_REACH) >= SAMPLES_PART * rows_count ||
		((double) points >= SAMPLES_APART * rows_count && (double) points >= SAMPLES_STEPS * steps);
}

void
align_choose(const Rows *rows, Series *series)
{
	Timeline   *timeline = &series->timeline;
	Frequent	usual = step_frequent_rest(rows, timeline);

	timeline->has_phase = true;
	timeline->phase = usual.value;
	if (2 * usual.count <= rows->count)
	{
		take_natural_phase(rows, timeline);
		if (series->aggregate == LF_AGGREGATE_NONE)
			take_own_phase(rows, timeline);
	}
	series->alignment = series->aggregate == LF_AGGREGATE_NONE || are_samples(rows, timeline) ? LF_ALIGN_NEAREST :
		LF_ALIGN_BEGIN;
}

/* ---- rows ---- */

static void
report_repeated(const Rows *rows, const Series *series, uint64 duplicates, uint64 first)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("timestamp %s of %s occurs in more than one row",
					timeline_text(series->timeline.kind, rows_time(rows, first)), series->source),
			 errdetail_plural(UINT64_FORMAT " row repeats the time of the row before it.",
							  UINT64_FORMAT " rows repeat the time of the row before.",
							  duplicates, duplicates),
			 series->keys != NULL ?
			 errhint("The primary key tells series apart by other columns: give series_column => %s.", series->keys) :
			 errhint("If the table holds several series, give series_column; else make one row of each time with option "
					 "\"aggregate\", for example {\"aggregate\": \"mean\"}.")));
}

/* Both rows of one point. */
static void
report_met(const Rows *rows, const Series *series, uint64 row, int64 point)
{
	const lf_time_kind kind = series->timeline.kind;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("two rows of %s belong to one step: %s and %s", series->source,
					timeline_text(kind, rows_time(rows, row - 1)), timeline_text(kind, rows_time(rows, row))),
			 errdetail("The step is %s; both rows are nearest to %s.", timeline_step_text(kind, &series->timeline.step),
					   timeline_text(kind, point)),
			 errhint("Make one row of each step with option \"aggregate\", for example {\"aggregate\": \"mean\"}; or give "
					 "another step in option \"step\".")));
}

/* Merges the rows from 'first' up to 'end' into one, which is written to 'to'. */
static void
merge(Rows *rows, const Series *series, uint64 first, uint64 end, uint64 to)
{
	for (int column = 0; column < rows->columns; column++)
	{
		lf_aggregate aggregate = lf_aggregate_of(series->aggregate, series->is_target[column]);
		lf_group	group = {0};
		double		value;

		for (uint64 row = first; row < end; row++)
		{
			CHECK_FOR_INTERRUPTS();
			lf_group_add(&group, rows->values[row * rows->columns + column]);
		}
		value = lf_group_value(&group, aggregate);
		/* a NaN among rows of NULL and NaN is one */
		if (isnan(value))
			value = rows->values[first * rows->columns + column];
		rows->values[to * rows->columns + column] = value;
	}
}

static bool
row_is_bad(const Rows *rows, uint64 row)
{
	for (int column = 0; column < rows->columns; column++)
		if (!isfinite(rows->values[row * rows->columns + column]))
			return true;
	return false;
}

void
align_check_repeated(const Rows *rows, const Series *series)
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
		report_repeated(rows, series, duplicates, first);
}

void
align_rows(Rows *rows, Series *series)
{
	uint64		count = 0;
	uint64		bad = 0;

	rows_write_times(rows);
	for (uint64 row = 0; row < rows->count;)
	{
		int64		point = align_stamp(&series->timeline, series->alignment, rows->at[row]);
		uint64		end = row;

		for (; end < rows->count; end++)
		{
			int64		at = rows->at[end];

			CHECK_FOR_INTERRUPTS();
			/* a point before it cannot be but where a clock was set back */
			if (end > row && align_stamp(&series->timeline, series->alignment, at) > point)
				break;
			if (end > row && series->aggregate == LF_AGGREGATE_NONE)
				report_met(rows, series, end, point);
			if (at == point)
				continue;
			series->aligned.moved++;
			series->aligned.farthest = Max(series->aligned.farthest, distance(at, point));
		}
		if (series->aggregate != LF_AGGREGATE_NONE)
			merge(rows, series, row, end, count);
		else
			memmove(rows->values + count * rows->columns, rows->values + row * rows->columns,
					rows->columns * sizeof(double));
		rows->at[count] = point;
		bad += row_is_bad(rows, count++);
		row = end;
	}
	rows->count = count;
	rows->bad_rows = bad;
}

void
align_report(const Aligned *aligned, const Series *series)
{
	lf_time_kind kind = series->timeline.kind;
	lf_time_step farthest = {.units = (int64) Min(aligned->farthest, (uint64) PG_INT64_MAX)};

	if (aligned->moved == 0 || series->aggregate != LF_AGGREGATE_NONE)
		return;
	ereport(NOTICE,
			(errmsg_plural(UINT64_FORMAT " row of %s is taken for the nearest step",
						   UINT64_FORMAT " rows of %s are taken for the nearest step",
						   aligned->moved, aligned->moved, series->source),
			 errdetail("The step is %s; the largest shift is %s.", timeline_step_text(kind, &series->timeline.step),
					   timeline_step_text(kind, &farthest))));
}
