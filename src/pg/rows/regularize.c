/*
 * regularize.c: holes are found by the timeline, made into rows of NULLs, and filled by the core.
 */
#include "rows/regularize.h"

#include "server/error.h"
#include "rows/align.h"
#include "rows/irregular.h"
#include "rows/seasons.h"
#include "rows/step.h"

#include <math.h>

/* Whether a row has a value in one of these columns, which may be NaN. */
static bool
has_value(const Rows *rows, uint64 row, const int16 *columns, int count)
{
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < count; i++)
		if (!rows_is_null(rows->values[row * rows->columns + columns[i]]))
			return true;
	return false;
}

uint64
regularize_cut_future(Rows *rows, const int16 *columns, int count)
{
	uint64		known = rows->count;
	uint64		future;

	while (known > 0 && !has_value(rows, known - 1, columns, count))
		known--;
	if (known == 0)
		return rows->count;
	future = rows->count - known;
	rows->count = known;
	rows->bad_rows -= future;
	return future;
}

uint64
regularize_cut_past(Rows *rows, const int16 *columns, int count)
{
	uint64		past = 0;

	while (past < rows->count && !has_value(rows, past, columns, count))
		past++;
	if (past == 0 || past == rows->count)
		return past;
	rows_keep_newest(rows, rows->count - past);
	rows->bad_rows -= past;
	return past;
}

/* Whether the rows from 'first' up to 'end', which make one of the series, have all values of it. */
static bool
have_all_values(const Rows *rows, const Series *series, uint64 first, uint64 end)
{
	for (int column = 0; column < rows->columns; column++)
	{
		lf_group	group = {0};
		double		value = rows->values[first * rows->columns + column];

		for (uint64 row = first; row < end && series->aggregate != LF_AGGREGATE_NONE; row++)
		{
			CHECK_FOR_INTERRUPTS();
			lf_group_add(&group, rows->values[row * rows->columns + column]);
		}
		if (series->aggregate != LF_AGGREGATE_NONE)
			value = lf_group_value(&group, lf_aggregate_of(series->aggregate, series->is_target[column]));
		if (!isfinite(value))
			return false;
	}
	return true;
}

/* Rows of one step, and what lies between them and the step behind them that was looked at before. */
typedef struct StepBack
{
	uint64		first;			/* of its rows; before there is any, how many rows there are */
	uint64		end;
	uint64		between;		/* steps without any row */
	GridPosition place;
	bool		begun;
	bool		on_grid;		/* where the step behind is, and before it */
} StepBack;

/* Goes to the step before; false: there is none. */
static bool
step_back(const Rows *rows, const Series *series, StepBack *step)
{
	const Timeline *timeline = &series->timeline;
	int64		at;
	GridPosition place;

	CHECK_FOR_INTERRUPTS();
	if (step->first == 0)
		return false;
	step->end = step->first--;
	step->between = 0;
	step->on_grid = true;
	if (!rows->timed || !timeline_has_step(timeline))
		return true;
	at = align_stamp(timeline, series->alignment, rows_time(rows, step->first));
	place = timeline_position(timeline, at);
	if (step->begun)
	{
		step->on_grid = place.rest == step->place.rest && place.index < step->place.index;
		step->between = (uint64) step->place.index - (uint64) place.index - 1;
	}
	step->place = place;
	step->begun = true;
	for (; step->first > 0; step->first--)
	{
		CHECK_FOR_INTERRUPTS();
		if (align_stamp(timeline, series->alignment, rows_time(rows, step->first - 1)) != at)
			break;
	}
	return true;
}

uint64
regularize_whole(const Rows *rows, const Series *series, uint64 newest)
{
	StepBack	step = {.first = rows->count};
	uint64		steps = 0;

	while (steps < newest && step_back(rows, series, &step))
	{
		if ((step.between > 0 && !series_is_all_total(series, rows->columns)) ||
			!have_all_values(rows, series, step.first, step.end))
			return 0;
		steps += step.between + 1;
	}
	return steps < newest ? 0 : rows->count - step.first;
}

static bool
have_infinite_values(const Rows *rows, uint64 first, uint64 end)
{
	for (uint64 i = first * rows->columns; i < end * rows->columns; i++)
		if (isinf(rows->values[i]))
			return true;
	return false;
}

/*
 * How many of the newest rows, of at most so many steps, have nothing wrong with them that filling does not mend: they lie on the
 * grid, are one for each step where they are not aggregated, are finite, and gaps between them are no longer than is filled
 * unasked. Where nothing may be filled there are no gaps. The oldest of them has all its values.
 */
static uint64
sound_rows(const Rows *rows, const Series *series, uint64 newest, bool may_fill)
{
	uint64		longest = may_fill ? lf_missing_longest(newest, series->season) : 0;
	bool		totals = series_is_all_total(series, rows->columns);
	StepBack	step = {.first = rows->count};
	uint64		sound = 0;
	uint64		lacking = 0;	/* steps, one behind the other, that lack a value */

	for (uint64 steps = 0; steps < newest && step_back(rows, series, &step); steps += step.between + 1)
	{
		bool		complete = have_all_values(rows, series, step.first, step.end);

		if (!step.on_grid || (series->aggregate == LF_AGGREGATE_NONE && step.end - step.first > 1) ||
			have_infinite_values(rows, step.first, step.end))
			break;
		lacking += (totals ? 0 : step.between) + (complete ? 0 : 1);
		if (lacking > longest)
			break;
		if (complete)
		{
			sound = rows->count - step.first;
			lacking = 0;
		}
	}
	return sound;
}

void
regularize_cut_before_window(Rows *rows, const Series *series, uint64 lookback, uint64 history)
{
	bool		plain = series->method == LF_MISSING_ERROR && series->aggregate == LF_AGGREGATE_NONE;
	uint64		needed;

	if (!plain && series->method != LF_MISSING_AUTO)
		return;
	needed = plain ? lookback : regularize_whole(rows, series, lookback);
	if (needed == 0)
		return;					/* the window takes values from the rows before it: all of them are looked at */
	history = Min(history, rows->count);
	if (history > lookback)
		needed = Max(needed, sound_rows(rows, series, history, !plain));
	if (needed < rows->count)
		rows_keep_newest(rows, needed);
}

/* The first row in which a column has a value; the number of rows where none has. */
static uint64
first_value(const Rows *rows, int column)
{
	uint64		row = 0;

	while (row < rows->count && isnan(rows->values[row * rows->columns + column]))
	{
		CHECK_FOR_INTERRUPTS();
		row++;
	}
	return row;
}

/*
 * Where the method is auto: leaves out the oldest rows in which some column has not begun to have values. Hundreds of
 * values that never were are no gap; but neither are most of the rows given up for one column without being asked.
 */
static void
cut_late(Rows *rows, Series *series)
{
	uint64		late = 0;

	if (series->method != LF_MISSING_AUTO || series->partial)
		return;
	for (int column = 0; column < rows->columns && rows->bad_rows > 0; column++)
	{
		uint64		first = first_value(rows, column);

		if (first == rows->count || first <= late)
			continue;			/* without any value there is another message */
		late = first;
		series->late_column = column;
	}
	if (late == 0)
		return;
	if (late > rows->count / 2 && !series->lenient && series->judged == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" of %s has no value in the first " UINT64_FORMAT " of " UINT64_FORMAT " rows",
						series->names[series->late_column], series->source, late, rows->count),
				 errdetail("Rows before the first value of a column are left out unless they are more than half of all "
						   "rows."),
				 errhint("Leave the column or these rows out, or train with option \"missing\", which fills such "
						 "values, for example {\"missing\": \"linear\"}.")));
	rows_keep_newest(rows, rows->count - late);
	rows->bad_rows -= Min(rows->bad_rows, late);
	series->late = late;
}

/* How many rows are missing among those that lie on the grid. */
static uint64
missing_rows(const Rows *rows, const Timeline *timeline)
{
	if (rows->count < 2 || !timeline_has_step(timeline))
		return 0;
	return (uint64) timeline_position(timeline, rows_time(rows, rows->count - 1)).index -
		(uint64) timeline_position(timeline, rows_time(rows, 0)).index + 1 - rows->count;
}

/*
 * Moves rows to where they are on the grid and puts NULLs between, or the 0 of a total. From the newest back, because
 * none moves to a lower place: so it can be done in the block where the rows are. Returns how many of them have
 * something to be filled.
 */
static uint64
put_missing_rows(Rows *rows, const Series *series, uint64 missing)
{
	const Timeline *timeline = &series->timeline;
	uint64		place = rows->count + missing;	/* above the next row to be written */
	int64		spacing = timeline_spacing(timeline);
	int64		first_time = rows_time(rows, 0);
	int64		first_index = timeline_position(timeline, first_time).index;
	Size		width = rows->columns * sizeof(double);

	if (spacing == 0)
		rows_write_times(rows);
	rows_reserve(rows, place, psprintf("filling the gaps from %s to %s", timeline_text(timeline->kind, first_time),
									   timeline_text(timeline->kind, rows_time(rows, rows->count - 1))));
	for (uint64 row = rows->count; row-- > 0;)
	{
		int64		at = rows_time(rows, row);
		uint64		target = (uint64) timeline_position(timeline, at).index - (uint64) first_index;

		CHECK_FOR_INTERRUPTS();
		while (--place > target)
		{
			GridPosition hole = {.index = first_index + (int64) place, .rest = timeline->phase};

			CHECK_FOR_INTERRUPTS();
			if (rows->at != NULL)
				rows->at[place] = timeline_stamp(timeline, hole);
			for (int i = 0; i < rows->columns; i++)
				rows->values[place * rows->columns + i] = series_is_total(series, i) ? 0 : rows_null();
		}
		memmove(rows->values + target * rows->columns, rows->values + row * rows->columns, width);
		if (rows->at != NULL)
			rows->at[target] = at;
	}
	rows->count += missing;
	missing = series_is_all_total(series, rows->columns) ? 0 : missing;
	rows->bad_rows += missing;
	if (spacing == 0)
		return missing;
	if (rows->at != NULL)
		pfree(rows->at);
	rows->at = NULL;
	rows->first_time = first_time;
	rows->spacing = spacing;
	return missing;
}

static void
fill_columns(Rows *rows, const Series *series, lf_missing method, int season)
{
	for (int column = 0; column < rows->columns; column++)
	{
		bool		is_text = series->values != NULL && series->values[column] != NULL;

		CHECK_FOR_INTERRUPTS();
		if (!lf_impute(is_text ? LF_MISSING_PREVIOUS : method, rows->values, rows->marks, rows->count, rows->columns,
					   column, season))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("column \"%s\" of %s has no known value", series->names[column], series->source),
					 errdetail("All " UINT64_FORMAT " values of the column are NULL, NaN or missing.", rows->count),
					 errhint("Leave the column out, or read more rows.")));
	}
}

/* Time of a row for the record, or its number where rows have no time. */
static int64
time_of(const Rows *rows, uint64 row)
{
	return rows->timed ? rows_time(rows, row) : (int64) row + 1;
}

/* Marks what is missing, part by part: parts end with a byte of the marks. */
static uint64
mark_missing(Rows *rows, Size count)
{
	const Size	part = (Size) 1 << 20;
	uint64		missing = 0;

	for (Size i = 0; i < count; i += part)
	{
		CHECK_FOR_INTERRUPTS();
		missing += lf_mask_missing(rows->values + i, Min(part, count - i), rows->marks + i / 8);
	}
	return missing;
}

/* The longest season in whole rows that the rows have; 1: none. */
static int
season_to_fill_by(const Rows *rows, const Series *series)
{
	lf_frame	frame = rows_frame(rows);
	lf_season_facts found;

	seasons_find(&frame, series->season_column, &series->timeline, rows->beside + rows_memory(rows), &found);
	return lf_seasons_longest(&found.seasons, LF_MAX_SEASON);
}

/* Raises what the method auto does not fill by itself, in the column of which the most is missing. */
static void
check_gaps(const Rows *rows, const Series *series, uint64 missing_rows)
{
	uint64		from = series->judged == 0 || series->judged > rows->count ? 0 : rows->count - series->judged;
	uint64		judged = rows->count - from;
	uint64		most = lf_missing_most(judged);
	uint64		longest = lf_missing_longest(judged, series->season);
	lf_gaps		worst = {0};
	int			column = 0;
	bool		are_few = true;

	for (int i = 0; i < rows->columns; i++)
	{
		lf_gaps		gaps = lf_gaps_of(rows->marks, from, rows->count, rows->columns, i);

		CHECK_FOR_INTERRUPTS();
		are_few &= gaps.missing <= most && gaps.longest <= longest;
		if (gaps.missing > worst.missing)
		{
			worst = gaps;
			column = i;
		}
	}
	if (are_few)
		return;
	ereport(ERROR,
			(errcode(missing_rows > 0 ? ERRCODE_DATA_EXCEPTION : ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("column \"%s\" of %s lacks " UINT64_FORMAT " of " UINT64_FORMAT " values", series->names[column],
					series->source, (uint64) worst.missing, judged),
			 errdetail("%s longest gap, of " UINT64_FORMAT ", begins at %s. At most " UINT64_FORMAT
					   " values and gaps of " UINT64_FORMAT " are filled unasked.",
					   missing_rows == 0 ? "The" :
					   psprintf("The step is %s; rows that are not there count. The",
								timeline_step_text(series->timeline.kind, &series->timeline.step)),
					   (uint64) worst.longest, timeline_text(series->timeline.kind, time_of(rows, worst.first)), most,
					   Min(longest, most)),
			 errhint("Train with option \"missing\", which fills whatever is missing, for example {\"missing\": "
					 "\"linear\"}%s.", missing_rows == 0 ? "; or leave these rows out in a view" :
					 "; or give the step in option \"step\"")));
}

/* The same before rows are made that would be refused. */
static void
check_missing_rows(const Rows *rows, const Series *series, uint64 missing)
{
	uint64		most = lf_missing_most(rows->count + missing);

	if (series->method != LF_MISSING_AUTO || series->lenient || series->judged > 0 || missing <= most ||
		series_is_all_total(series, rows->columns))
		return;
	irregular_report_most(rows, series, missing, most);
}

static void
fill_values(Rows *rows, Series *series, lf_missing_record *record)
{
	Size		count = rows->count * rows->columns;
	uint64		value = 0;

	check_memory_beside(rows->beside, rows_memory(rows) + lf_mask_size(count), "filling missing values", "give fewer rows");
	rows->marks = MemoryContextAllocHuge(rows->context, lf_mask_size(count));
	rows->masked = lf_missing_is_masked(series->method);
	record->values = mark_missing(rows, count);
	if (record->values == 0)
	{
		pfree(rows->marks);
		rows->marks = NULL;
		return;
	}
	if ((series->method == LF_MISSING_SEASONAL || series->method == LF_MISSING_AUTO) && series->season == 0)
	{
		fill_columns(rows, series, LF_MISSING_LINEAR, 1);
		series->season = season_to_fill_by(rows, series);
	}
	if (series->method == LF_MISSING_AUTO && !series->lenient)
		check_gaps(rows, series, record->rows);
	fill_columns(rows, series, series->method, series->season);
	for (; !lf_mask_at(rows->marks, value); value++)
		CHECK_FOR_INTERRUPTS();
	record->first = time_of(rows, value / rows->columns);
	value = count - 1;
	for (; !lf_mask_at(rows->marks, value); value--)
		CHECK_FOR_INTERRUPTS();
	record->last = time_of(rows, value / rows->columns);
}

lf_missing_record
regularize(Rows *rows, Series *series)
{
	bool		may_fill = series->method != LF_MISSING_ERROR;
	bool		aggregates = series->aggregate != LF_AGGREGATE_NONE && series->timeline.kind != LF_TIME_NONE;
	lf_missing_record record = {.method = series->method};
	uint64		missing;

	series->aligned = (Aligned) {0};
	series->late = 0;
	rows_check_times(rows, series->source, series->time_column);
	if (!aggregates)
	{
		rows_check(rows, series->source, series->names, may_fill);
		cut_late(rows, series);
	}
	missing = step_check(rows, series, may_fill);
	/* what is NULL in one row of a step may be known in another */
	if (aggregates)
	{
		rows_check(rows, series->source, series->names, may_fill);
		cut_late(rows, series);
		missing = series->late == 0 ? missing : missing_rows(rows, &series->timeline);
	}
	check_missing_rows(rows, series, missing);
	if (missing > 0)
		record.rows = put_missing_rows(rows, series, missing);
	if (may_fill && rows->bad_rows > 0)
		fill_values(rows, series, &record);
	record.season = Max(series->season, 1);
	if (rows->timed && rows->count > 0)
		rows->number = timeline_number(&series->timeline, rows_time(rows, 0));
	LFPG_ASSERT(rows_are_sound(rows));
	LFPG_ASSERT(rows_are_in_order(rows));
	LFPG_ASSERT(timeline_is_sound(&series->timeline));
	return record;
}

void
regularize_report(const lf_missing_record *record, const Series *series, const char *worst,
				  uint64 worst_values)
{
	char	   *rows;
	char	   *of_worst = "";

	if (record->values == 0)
		return;
	rows = record->rows == 1 ? "1 row was missing" : psprintf(UINT64_FORMAT " rows were missing", record->rows);
	if (worst != NULL)
		of_worst = psprintf(" Of series \"%s\" the most values were filled: " UINT64_FORMAT ".", worst, worst_values);
	ereport(NOTICE,
			(errmsg_plural("filled " UINT64_FORMAT " missing value of %s, from %s to %s",
						   "filled " UINT64_FORMAT " missing values of %s, from %s to %s",
						   record->values, record->values, series->source,
						   timeline_text(series->timeline.kind, record->first),
						   timeline_text(series->timeline.kind, record->last)),
			 errdetail("The method is %s; %s.%s", lf_missing_names[record->method], rows, of_worst),
			 record->method == LF_MISSING_AUTO ?
			 errhint("What is filled is not counted as data. Option \"missing\" has other methods, and \"error\" to "
					 "refuse gaps.") : 0));
}
