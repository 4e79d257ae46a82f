/*
 * regularize.c: holes are found by the timeline, made into rows of NULLs, and filled by the core.
 */
#include "rows/regularize.h"

#include "server/error.h"
#include "series/season.h"
#include "rows/step.h"

#include <math.h>

uint64
regularize_cut_future(Rows *rows, const int16 *columns, int count)
{
	uint64		known = rows->count;
	uint64		future;

	for (; known > 0; known--)
	{
		int			nulls = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
			nulls += rows_is_null(rows->values[(known - 1) * rows->columns + columns[i]]);
		if (nulls < count)
			break;
	}
	if (known == 0)
		return rows->count;
	future = rows->count - known;
	rows->count = known;
	rows->bad_rows -= future;
	return future;
}

/*
 * Moves rows to where they are on the grid and puts NULLs between, or the 0 of a total. From the newest back, because none moves to a lower
 * place: so it can be done in the block where the rows are. Returns how many of them have something to be filled.
 */
static uint64
put_missing_rows(Rows *rows, const Series *series, uint64 missing)
{
	const Timeline *timeline = &series->timeline;
	bool		nulls = false;
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
	for (int i = 0; i < rows->columns; i++)
		nulls |= !series_is_total(series, i);
	missing = nulls ? missing : 0;
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

int
regularize_season(const Rows *rows, int column, int longest)
{
	lf_frame	frame = rows_frame(rows);
	double	   *scratch = palloc(lf_season_scratch(rows->count) * sizeof(double));
	int			season = lf_season_find(&frame, column, rows->count, longest, scratch);

	pfree(scratch);
	return season;
}

static void
fill_columns(Rows *rows, const Series *series, lf_missing method, int season)
{
	for (int column = 0; column < rows->columns; column++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!lf_impute(method, rows->values, rows->marks, rows->count, rows->columns, column, season))
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

static void
fill_values(Rows *rows, Series *series, lf_missing_record *record)
{
	Size		count = rows->count * rows->columns;
	uint64		value = 0;

	check_memory_beside(rows->beside, rows_memory(rows) + lf_mask_size(count), "filling missing values", "give fewer rows");
	rows->marks = MemoryContextAllocHuge(rows->context, lf_mask_size(count));
	rows->masked = series->method == LF_MISSING_MASK;
	record->values = mark_missing(rows, count);
	if (record->values == 0)
	{
		pfree(rows->marks);
		rows->marks = NULL;
		return;
	}
	if (series->method == LF_MISSING_SEASONAL && series->season == 0)
	{
		fill_columns(rows, series, LF_MISSING_LINEAR, 1);
		series->season = regularize_season(rows, series->season_column, LF_MAX_SEASON);
	}
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
	rows_check_times(rows, series->source, series->time_column);
	if (!aggregates)
		rows_check(rows, series->source, series->names, may_fill);
	missing = step_check(rows, series, may_fill);
	/* what is NULL in one row of a step may be known in another */
	if (aggregates)
		rows_check(rows, series->source, series->names, may_fill);
	if (missing > 0)
		record.rows = put_missing_rows(rows, series, missing);
	if (may_fill && rows->bad_rows > 0)
		fill_values(rows, series, &record);
	record.season = Max(series->season, 1);
	LFPG_ASSERT(rows_are_sound(rows));
	LFPG_ASSERT(rows_are_in_order(rows));
	LFPG_ASSERT(timeline_is_sound(&series->timeline));
	return record;
}

void
regularize_report(const lf_missing_record *record, const Series *series)
{
	if (record->values == 0)
		return;
	ereport(NOTICE,
			(errmsg_plural("filled " UINT64_FORMAT " missing value of %s, from %s to %s",
						   "filled " UINT64_FORMAT " missing values of %s, from %s to %s",
						   record->values, record->values, series->source,
						   timeline_text(series->timeline.kind, record->first),
						   timeline_text(series->timeline.kind, record->last)),
			 errdetail_plural("The method is %s; " UINT64_FORMAT " row was missing.",
							  "The method is %s; " UINT64_FORMAT " rows were missing.",
							  record->rows, lf_missing_names[record->method], record->rows)));
}
