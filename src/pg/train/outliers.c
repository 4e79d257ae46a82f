/*
 * outliers.c: each target of each series taken apart, and what is left looked at.
 */
#include "train/outliers.h"

#include "server/error.h"
#include "series/decompose.h"

/* Fewer rows than this show no spread that a value could be far beyond. */
#define LEAST_ROWS 20

/* Takes a column of a series apart; a cancel is answered. */
static void
take_apart(lf_parts *parts, const lf_seasons *seasons, const Rows *rows, int target)
{
	lf_column	column = {.values = rows->values + target, .rows = rows->count, .stride = rows->columns,
		.number = rows->number};
	const volatile sig_atomic_t *interrupt;

	do
	{
		interrupt = serve_interrupts();
		lf_decompose(parts, seasons, &column, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
}

/* Those of one target of a series. */
static void
find_in(Panel *panel, Size series, int target, const lf_parts *parts, bool take_out, Outliers *outliers)
{
	Rows		rows = panel_rows(panel, series);
	lf_gross	list[LF_MAX_GROSS];
	int			count = lf_parts_gross(parts, list);

	for (int i = 0; i < count; i++)
	{
		uint64		row = parts->first + list[i].row;
		Size		place = (Size) row * rows.columns + target;
		double		value = rows.values[place];

		if (outliers->count++ == 0)
			*outliers = (Outliers) {.count = 1, .series = series, .row = row, .column = target, .value = value,
				.expected = value - list[i].error};
		if (!take_out)
			continue;
		rows.values[place] = value - list[i].error;
		if (panel->rows->marks == NULL)
		{
			rows_keep_marks(panel->rows);
			panel->rows->masked = true;
		}
		lf_mask_set(panel->rows->marks, (panel->rows->mark + panel->start[series] + row) * rows.columns + target);
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
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(panel->rows), needed, "looking for outliers", "give fewer rows");
	block = MemoryContextAllocHuge(CurrentMemoryContext, needed);
	for (Size s = 0; s < panel->series; s++)
	{
		Rows		rows = panel_rows(panel, s);

		if (rows.count < LEAST_ROWS)
			continue;
		arena = lf_arena_over(block, needed);
		lf_parts_layout(&parts, &arena, rows.count, seasons);
		for (int j = 0; j < task->targets; j++)
		{
			take_apart(&parts, seasons, &rows, task->target[j]);
			find_in(panel, s, task->target[j], &parts, take_out, &outliers);
		}
	}
	pfree(block);
	return outliers;
}

void
outliers_report(const Outliers *outliers, const Panel *panel, const Timeline *timeline, const char *source,
				const char *const *names, bool taken_out)
{
	const char *where = psprintf("row " UINT64_FORMAT, outliers->row + 1);

	if (outliers->count == 0)
		return;
	if (timeline_has_step(timeline) && timeline->has_phase)
		where = timeline_text(timeline->kind, timeline_stamp(timeline, (GridPosition) {
			.index = panel->number[outliers->series] + (int64) outliers->row, .rest = timeline->phase}));
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
