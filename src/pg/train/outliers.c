/*
 * outliers.c: each target of each series taken apart, and what is left looked at.
 */
#include "train/outliers.h"

#include "rows/seasons.h"
#include "server/error.h"
#include "series/shifts.h"

#include <math.h>

/* Fewer rows than this show no spread that a value could be far beyond. */
#define LEAST_ROWS 20

/* Whether a row has a holiday that an input tells of: then what is far beyond all others is what is to be learned. */
static bool
has_event(const lf_task *task, const Rows *rows, uint64 row)
{
	for (int column = 0; column < rows->columns; column++)
		if (task->kind[column] == LF_COLUMN_EVENT && rows->values[row * rows->columns + column] != 0)
			return true;
	return false;
}

/* Those of one target of a series. */
static void
find_in(Panel *panel, Size series, const lf_task *task, int target, const lf_parts *parts, bool take_out, Outliers *outliers)
{
	Rows		rows = panel_rows(panel, series);
	lf_gross	list[LF_MAX_GROSS];
	int			count = lf_parts_gross(parts, list);

	for (int i = 0; i < count; i++)
	{
		uint64		row = parts->first + list[i].row;
		Size		place = (Size) row * rows.columns + target;
		double		value = rows.values[place];

		if (has_event(task, &rows, row))
			continue;
		if (outliers->count++ == 0)
		{
			outliers->series = series;
			outliers->row = row;
			outliers->column = target;
			outliers->value = value;
			outliers->expected = value - list[i].error;
		}
		if (!take_out)
			continue;
		rows.values[place] = value - list[i].error;
		if (!panel->rows->masked)
			rows_start_masking(panel->rows);
		lf_mask_set(panel->rows->marks, (panel->rows->mark + panel->start[series] + row) * rows.columns + target);
	}
}

/* Rows that are new as far as shifts go: a network has seen little of a level that began among them. */
#define NEW_ROWS 20

/* Whether the level has shifted among the newest rows of a target: a network has seen little of the new one. */
static void
find_shift(Size series, const Rows *rows, int target, lf_parts *parts, double *scratch, Outliers *outliers)
{
	lf_shift	shifts[LF_MAX_SHIFTS];
	int			count;

	for (size_t i = 0; i < parts->rows; i++)
		parts->rest[i] = rows->values[(parts->first + i) * rows->columns + target] - parts->season[i];
	count = lf_shifts_take_out(parts->rest, parts->rows, lf_shifts_width(parts->rows), shifts, scratch);
	for (int i = 0; i < count; i++)
		if (shifts[i].row + NEW_ROWS > parts->rows && fabs(shifts[i].size) > fabs(outliers->shift))
		{
			outliers->shift_series = series;
			outliers->shift_row = parts->first + shifts[i].row;
			outliers->shift_column = target;
			outliers->shift = shifts[i].size;
		}
}

Outliers
outliers_find(Panel *panel, const lf_task *task, const lf_seasons *seasons, bool take_out)
{
	Outliers	outliers = {0};
	lf_frame	frame = panel_frame(panel);
	lf_arena	arena = lf_arena_measure();
	lf_parts	parts;
	Size		needed;
	void	   *block;

	lf_parts_layout(&parts, &arena, lf_frame_longest(&frame), seasons);
	(void) lf_arena_take(&arena, lf_shifts_scratch(lf_frame_longest(&frame)), sizeof(double));
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(panel->rows), needed, "looking for outliers", "give fewer rows");
	block = MemoryContextAllocHuge(CurrentMemoryContext, needed);
	for (Size s = 0; s < panel->series; s++)
	{
		Rows		rows = panel_rows(panel, s);
		double	   *scratch;

		if (rows.count < LEAST_ROWS)
			continue;
		arena = lf_arena_over(block, needed);
		lf_parts_layout(&parts, &arena, rows.count, seasons);
		scratch = lf_arena_take(&arena, lf_shifts_scratch(parts.rows), sizeof(double));
		for (int j = 0; j < task->targets; j++)
		{
			seasons_take_apart(&parts, seasons, &rows, task->target[j], false);
			find_in(panel, s, task, task->target[j], &parts, take_out, &outliers);
			if (panel->series == 1)
				find_shift(s, &rows, task->target[j], &parts, scratch, &outliers);
		}
	}
	pfree(block);
	return outliers;
}

/* The time of a row, or its number. */
static const char *
place_of(const Panel *panel, const Timeline *timeline, Size series, uint64 row)
{
	if (timeline_has_step(timeline) && timeline->has_phase)
		return timeline_text(timeline->kind, timeline_stamp(timeline, (GridPosition) {
			.index = panel->number[series] + (int64) row, .rest = timeline->phase}));
	return psprintf("row " UINT64_FORMAT, row + 1);
}

void
outliers_report(const Outliers *outliers, const Panel *panel, const Timeline *timeline, const char *source,
				const char *const *names, bool taken_out)
{
	const char *where;

	if (outliers->shift != 0)
		ereport(NOTICE,
				(errmsg("the level of \"%s\" in %s has shifted by %.4g at %s", names[outliers->shift_column], source,
						outliers->shift, place_of(panel, timeline, outliers->shift_series, outliers->shift_row)),
				 errdetail("Training has seen little of the new level. Forecasts start from it, within wide bounds.")));
	if (outliers->count == 0)
		return;
	where = place_of(panel, timeline, outliers->series, outliers->row);
	if (panel->names != NULL)
		where = psprintf("%s of series \"%s\"", where, panel->names[outliers->series]);
	ereport(NOTICE,
			(errmsg_plural(UINT64_FORMAT " value of %s is far beyond all others: \"%s\" is %.4g at %s",
						   UINT64_FORMAT " values of %s are far beyond all others: \"%s\" is %.4g at %s",
						   outliers->count, outliers->count, source, names[outliers->column], outliers->value, where),
			 errdetail(taken_out ? "The rows around it suggest %.4g, which is what training sees; as a target it counts for "
					   "nothing." : "The rows around it suggest %.4g.", outliers->expected),
			 errhint(taken_out ? "If it is right, set option \"outliers\" to \"keep\"." :
					 "If it is wrong, correct it, or leave option \"outliers\" out.")));
}
