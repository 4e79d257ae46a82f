/*
 * panel.c: series after series, put together.
 */
#include "rows/panel.h"

#include "lib/stringinfo.h"
#include "server/error.h"
#include "server/progress.h"
#include "utils/memutils.h"

#include <math.h>

/* ---- one series ---- */

/* Says which value has no logarithm, where there must be one; NULL: all have. */
static char *
find_unlogged(const PanelSpec *plan, const Rows *rows)
{
	const lf_task *task = plan->task;

	for (int j = 0; j < task->targets && task->log && !task->log_found; j++)
		for (uint64 row = 0; row < rows->count; row++)
		{
			double		value = rows->values[row * rows->columns + task->target[j]];

			CHECK_FOR_INTERRUPTS();
			if (value <= task->log_from)
				return psprintf("column \"%s\" is %.4g in row " UINT64_FORMAT ", but option \"log\" needs values "
								"above %g (set a lower_limit below all values, or leave log out)",
								plan->columns->names[task->target[j]], value, row + 1, task->log_from);
		}
	return NULL;
}

/* An error as the reason why a series is left out: what happened, and in brackets where, and the way out. */
static char *
reason_of(const ErrorData *error)
{
	const char *detail = error->detail == NULL ? "" : error->detail;
	const char *hint = error->hint == NULL ? "" : error->hint;

	if (detail[0] == '\0' && hint[0] == '\0')
		return error->message;
	return psprintf("%s (%s%s%s)", error->message, detail, detail[0] != '\0' && hint[0] != '\0' ? " " : "", hint);
}

char *
panel_regularize(const PanelSpec *plan, const char *label, Rows *rows, Series *series, lf_missing_record *record)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *volatile reason = NULL;

	*record = (lf_missing_record) {0};
	if (label != NULL)
		series->source = psprintf("series \"%s\" of %s", label, series->source);
	if (!plan->skip)
	{
		*record = regularize(rows, series);
		return find_unlogged(plan, rows);
	}
	/* only memory and arithmetic in there, so that nothing has to be rolled back */
	PG_TRY();
	{
		*record = regularize(rows, series);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
		reason = reason_of(error);
	}
	PG_END_TRY();
	return reason != NULL ? reason : find_unlogged(plan, rows);
}

/* The number of a category, or -1 where it is NULL or training has not seen it. */
static double
category_code(const Panel *panel, const PanelSpec *plan, int column, const char *label)
{
	Dictionary *categories = panel->categories[column];
	int64		code;

	if (label == NULL)
		return -1;
	if (plan->model != NULL)
		return (double) dictionary_find(categories, label);
	code = dictionary_number(categories, label);
	if (code >= LF_MAX_CATEGORIES || strlen(label) > LF_MAX_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("static input \"%s\" has more than %d values, or one longer than %d bytes",
						plan->columns->names[column], LF_MAX_CATEGORIES, LF_MAX_NAME),
				 errhint("Group the values in a view, or leave the column out.")));
	return (double) code;
}

char *
panel_constants(const Panel *panel, const PanelSpec *plan, const SeriesRows *series, double *constants)
{
	const Columns *columns = plan->columns;

	if (columns->event_count > 0)
		events_show_series(columns->events, series);
	for (int i = 0; i < columns->statics; i++)
	{
		int			column = columns->read + i;

		if (plan->task->kind[column] == LF_COLUMN_CATEGORY)
			constants[i] = category_code(panel, plan, column, series->categories[i]);
		else if (!isfinite(series->numbers[i]))
			return psprintf("static input \"%s\" is NULL, NaN or infinite", columns->names[column]);
		else
			constants[i] = series->numbers[i];
	}
	if (columns->series)
		constants[columns->statics] = plan->model == NULL ? (double) panel->series :
			(double) dictionary_find(panel->labels, series->label);
	return NULL;
}

/* ---- the panel ---- */

bool
panel_is_sound(const Panel *panel)
{
	const Rows *rows = panel->rows;

	if (panel->series == 0 || !rows_are_sound(rows) || !timeline_is_sound(&panel->timeline) || panel->start[0] != 0 ||
		panel->start[panel->series] != rows->count || (panel->names != NULL) != (panel->labels != NULL) ||
		(panel->names == NULL && panel->series > 1))
		return false;
	for (Size s = 0; s < panel->series; s++)
	{
		Rows		one = panel_rows(panel, s);

		if (panel->start[s] > panel->start[s + 1] || (panel->names != NULL && panel->names[s] == NULL) ||
			!rows_are_in_order(&one))
			return false;
	}
	for (Size i = 0; i < rows->count * rows->columns; i++)
		if (!isfinite(rows->values[i]))
			return false;
	return true;
}

Panel *
panel_create(const PanelSpec *plan, bool named)
{
	Panel	   *panel = palloc0(sizeof(Panel));
	const lf_model *model = plan->model;

	panel->context = CurrentMemoryContext;
	panel->capacity = 16;
	panel->start = palloc0(panel->capacity * sizeof(Size));
	panel->number = palloc0(panel->capacity * sizeof(int64));
	panel->categories = palloc0(LF_MAX_COLUMNS * sizeof(Dictionary *));
	panel->missing.method = plan->series.method;
	panel->timeline = plan->series.timeline;
	panel->alignment = plan->series.alignment;
	if (named)
	{
		panel->names = palloc(panel->capacity * sizeof(char *));
		panel->labels = model == NULL || model->labels == NULL ? dictionary_create() :
			dictionary_of(model->labels, model->series);
	}
	for (int i = 0; i < plan->columns->statics; i++)
	{
		int			column = plan->columns->read + i;

		if (plan->task->kind[column] == LF_COLUMN_CATEGORY)
			panel->categories[column] = model == NULL ? dictionary_create() :
				dictionary_of(model->categories[column].label, model->categories[column].count);
	}
	return panel;
}

/* One network has one step and one set of columns: the first series that can be used settles both. */
static void
settle(Panel *panel, PanelSpec *plan, const Rows *rows, const Series *series)
{
	const Timeline *timeline = &series->timeline;
	CalendarSet set = plan->choose_calendar ? calendar_choose(timeline, rows->count) : plan->calendar;

	if (plan->model == NULL && plan->columns->calendar == 0 && set != 0)
		columns_add_calendar(plan->columns, plan->task, set);
	plan->choose_calendar = false;
	plan->calendar = 0;
	if (series->alignment != LF_ALIGN_NONE && plan->series.alignment == LF_ALIGN_NONE)
	{
		plan->series.alignment = panel->alignment = series->alignment;
		plan->series.timeline.has_phase = panel->timeline.has_phase = true;
		plan->series.timeline.phase = panel->timeline.phase = timeline->phase;
	}
	if (timeline_has_step(&plan->series.timeline) || rows->count < 2)
		return;
	panel->timeline = *timeline;
	plan->series.timeline.step = timeline->step;
	if (timeline->step.months != 0)
		plan->series.timeline.step.days = 0;	/* the day of the month is each series' own */
}

/* Bytes that a panel takes: what is read for the next series has to fit beside them. */
static Size
panel_memory(const Panel *panel)
{
	return (panel->rows == NULL ? 0 : rows_memory(panel->rows)) + panel->text +
		panel->capacity * (sizeof(Size) + sizeof(int64) + sizeof(char *) * 2);
}

/* Notes a series of so many rows, from this place of the grid on, that now stand at the end of the panel's. */
static void
note_series(Panel *panel, const Series *series, const lf_missing_record *record, uint64 rows, int64 number, int64 last)
{
	if (panel->series + 1 == panel->capacity)
	{
		panel->capacity *= 2;
		panel->start = repalloc_huge(panel->start, panel->capacity * sizeof(Size));
		panel->number = repalloc_huge(panel->number, panel->capacity * sizeof(int64));
		if (panel->names != NULL)
			panel->names = repalloc_huge(panel->names, panel->capacity * sizeof(char *));
	}
	panel->start[panel->series + 1] = panel->start[panel->series] + rows;
	panel->number[panel->series] = number;
	panel->last_time = panel->series == 0 ? last : Max(panel->last_time, last);
	panel->series++;
	if (record->values > 0)
	{
		panel->missing.first = panel->missing.values == 0 ? record->first : Min(panel->missing.first, record->first);
		panel->missing.last = panel->missing.values == 0 ? record->last : Max(panel->missing.last, record->last);
	}
	panel->missing.rows += record->rows;
	panel->missing.values += record->values;
	panel->missing.season = Max(panel->missing.season, record->season);
	panel->aligned.moved += series->aligned.moved;
	panel->aligned.farthest = Max(panel->aligned.farthest, series->aligned.farthest);
	if (record->values > panel->most_filled)
	{
		panel->most_filled = record->values;
		panel->most_filled_label = panel->names == NULL ? NULL : panel->names[panel->series - 1];
	}
	if (series->late > 0)
	{
		panel->late += series->late;
		panel->late_column = series->late_column;
	}
}

void
panel_complete_row(const Columns *columns, const Timeline *timeline, int64 at, const double *constants, double *made)
{
	int			count = columns->statics + (columns->series ? 1 : 0);

	if (count > 0)
		memcpy(made, constants, count * sizeof(double));
	if (columns->event_count > 0)
		events_write(columns->events, timeline, at, made + count);
	if (columns->calendar != 0)
		calendar_write(columns->calendar, timeline, at, made + count + columns->event_count);
}

static void
append(Panel *panel, const Columns *columns, const Rows *rows, const Timeline *timeline, const double *constants,
	   bool keep_times)
{
	Rows	   *all = panel->rows;

	if (all == NULL)
	{
		all = panel->rows = rows_create(panel->context, columns->count, keep_times);
		all->masked = rows->masked;
		all->expected = panel->expected;
		if (keep_times)
			rows_write_times(all);
	}
	rows_expect(all, rows->count, rows_memory(rows) + panel_memory(panel) - rows_memory(all));
	if (rows->marks != NULL)
	{
		rows_keep_marks(all);
		all->masked |= rows->masked;
	}
	for (uint64 i = 0; i < rows->count; i++)
	{
		uint64		to = all->count + i;
		double	   *row = all->values + to * columns->count;

		CHECK_FOR_INTERRUPTS();
		memcpy(row, rows->values + i * rows->columns, columns->read * sizeof(double));
		panel_complete_row(columns, timeline, rows_time(rows, i), constants, row + columns->read);
		if (keep_times)
			all->at[to] = rows_time(rows, i);
		for (int column = 0; column < columns->read && rows->marks != NULL; column++)
			if (rows_was_filled(rows, i, column))
				lf_mask_set(all->marks, to * columns->count + column);
	}
	all->count += rows->count;
	progress_memory(rows_memory(all));
}

/* What a series is called in a message. */
static char *
series_text(const Panel *panel, const char *label, const char *source)
{
	if (panel->names == NULL)
		return pstrdup(source);
	if (label == NULL)
		return psprintf("series NULL of %s", source);
	return psprintf("series \"%s\" of %s", label, source);
}

static void
skip(Panel *panel, const PanelSpec *plan, const char *label, SkipReason why, const char *reason)
{
	if (!plan->skip)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be used: %s", series_text(panel, label, plan->series.source), reason),
				 panel->names != NULL ?
				 errhint("Leave the series out in a view, or set option \"on_error\" to \"skip\".") : 0));
	if (plan->left_out != NULL)
		plan->left_out(plan->left_out_state, label, reason);
	panel->skipped_of[why]++;
	if (panel->skipped++ > 0)
		return;
	panel->skipped_label = MemoryContextStrdup(panel->context, label == NULL ? "NULL" : psprintf("\"%s\"", label));
	panel->skipped_reason = MemoryContextStrdup(panel->context, reason);
}

/* The name of a new series; one that a training numbers stands once. */
static char *
keep_name(Panel *panel, const PanelSpec *plan, const char *label)
{
	int64		number;

	panel->text += strlen(label) + 1 + sizeof(void *);
	if (plan->model != NULL)
		return pstrdup(label);
	number = dictionary_number(panel->labels, label);	/* first: it may move the labels */
	return (char *) dictionary_labels(panel->labels)[number];
}

bool
panel_add(Panel *panel, PanelSpec *plan, SeriesRows *read)
{
	MemoryContext scratch = read->rows->context;
	MemoryContext caller = MemoryContextSwitchTo(scratch);
	Rows	   *rows = read->rows;
	Series		series = plan->series;
	lf_missing_record record = {0};
	char	   *reason = read->trouble;
	SkipReason	why = SKIP_OTHER;
	double	   *constants = palloc((plan->columns->statics + 1) * sizeof(double));
	uint64		count = rows->count;
	uint64		future = regularize_cut_future(rows, plan->task->target, plan->task->targets);
	uint64		past = regularize_cut_past(rows, plan->task->target, plan->task->targets);

	if (reason == NULL && future == count)
	{
		why = SKIP_NO_TARGET;
		reason = "it has no known target";
	}
	if (reason == NULL)
	{
		reason = panel_regularize(plan, read->label, rows, &series, &record);
		/* what names the option as the way out is about what is missing, wherever it was found */
		if (reason != NULL && strstr(reason, "option \"missing\"") != NULL)
			why = SKIP_MISSING;
	}
	if (reason == NULL && rows->count < plan->least_rows)
	{
		why = SKIP_SHORT;
		reason = psprintf("it has " UINT64_FORMAT " rows, but " UINT64_FORMAT " are needed", rows->count, plan->least_rows);
	}
	if (reason == NULL && read->label != NULL && strlen(read->label) > LF_MAX_NAME)
		reason = psprintf("its name has more than %d bytes", LF_MAX_NAME);
	if (reason == NULL && panel->series == LF_MAX_SERIES)
		reason = psprintf("there are more than %d series", LF_MAX_SERIES);
	MemoryContextSwitchTo(panel->context);
	if (reason == NULL)
		reason = panel_constants(panel, plan, read, constants);
	if (reason != NULL)
		skip(panel, plan, read->label, why, reason);
	else
	{
		settle(panel, plan, rows, &series);
		append(panel, plan->columns, rows, &series.timeline, constants, plan->keep_times);
		if (panel->names != NULL)
			panel->names[panel->series] = keep_name(panel, plan, read->label);
		note_series(panel, &series, &record, rows->count, rows->number, rows_time(rows, rows->count - 1));
		panel->future += future;
		panel->past += past;
	}
	rows->beside = panel_memory(panel);	/* of the next series, see table_read.c */
	MemoryContextSwitchTo(caller);
	return reason == NULL;
}

/* How many series were left out for which reason, as a sentence. */
static char *
count_skipped(const Panel *panel)
{
	static const char *const one[] = {[SKIP_MISSING] = " has missing rows or values", [SKIP_SHORT] = " is too short",
		[SKIP_NO_TARGET] = " has no known target", [SKIP_OTHER] = " has another fault"};
	static const char *const several[] = {[SKIP_MISSING] = " have missing rows or values",
		[SKIP_SHORT] = " are too short", [SKIP_NO_TARGET] = " have no known target", [SKIP_OTHER] = " have other faults"};
	StringInfoData out;

	initStringInfo(&out);
	for (int why = 0; why < SKIP_REASONS; why++)
	{
		uint64		count = panel->skipped_of[why];

		if (count == 0)
			continue;
		appendStringInfo(&out, "%s" UINT64_FORMAT "%s", out.len > 0 ? ", " : "", count,
						 count == 1 ? one[why] : several[why]);
	}
	appendStringInfoChar(&out, '.');
	return out.data;
}

static int
hint_of_skipped(const Panel *panel)
{
	return panel->skipped_of[SKIP_MISSING] == 0 ? 0 :
		errhint("Option \"missing\" says how missing rows and values are filled, for example "
				"{\"missing\": \"linear\"}.");
}

void
panel_finish(Panel *panel, const char *source)
{
	if (panel->series == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg(panel->skipped == 0 ? "%s has no rows" : "%s has no series that can be used", source),
				 panel->skipped > 0 ? errdetail_plural("There is " UINT64_FORMAT " series: %s The first is %s: %s.",
													   "There are " UINT64_FORMAT " series: %s The first is %s: %s.",
													   panel->skipped, panel->skipped, count_skipped(panel),
													   panel->skipped_label, panel->skipped_reason) : 0,
				 hint_of_skipped(panel)));
	panel->rows->beside = 0;
	rows_trim(panel->rows);
	LFPG_ASSERT(panel_is_sound(panel));
}

void
panel_report_cut(const Panel *panel, const char *source, char *const *names)
{
	if (panel->past > 0)
		ereport(NOTICE,
				(errmsg_plural("the oldest " UINT64_FORMAT " row of %s is left out: its target is NULL",
							   "the oldest " UINT64_FORMAT " rows of %s are left out: their target is NULL",
							   panel->past, panel->past, source)));
	if (panel->late > 0)
		ereport(NOTICE,
				(errmsg_plural("the oldest " UINT64_FORMAT " row of %s is left out: column \"%s\" has its "
							   "first value later",
							   "the oldest " UINT64_FORMAT " rows of %s are left out: column \"%s\" has its "
							   "first value later",
							   panel->late, panel->late, source, names[panel->late_column])));
	if (panel->future > 0)
		ereport(NOTICE,
				(errmsg_plural("the newest " UINT64_FORMAT " row of %s is left out: its target is NULL",
							   "the newest " UINT64_FORMAT " rows of %s are left out: their target is NULL",
							   panel->future, panel->future, source)));
}

void
panel_report_skipped(const Panel *panel, const char *source, const char *done)
{
	if (panel->skipped > 0)
		ereport(WARNING,
				(errmsg_plural(UINT64_FORMAT " series of %s is left out; " UINT64_FORMAT " are %s",
							   UINT64_FORMAT " series of %s are left out; " UINT64_FORMAT " are %s",
							   panel->skipped, panel->skipped, source, (uint64) panel->series, done),
				 errdetail("%s The first is %s: %s.", count_skipped(panel), panel->skipped_label,
						   panel->skipped_reason),
				 hint_of_skipped(panel)));
}

typedef struct Reading
{
	Panel	   *panel;
	PanelSpec  *plan;
} Reading;

static void
add_series(void *state, SeriesRows *read)
{
	Reading    *reading = state;

	(void) panel_add(reading->panel, reading->plan, read);
}

Panel *
panel_read(PanelSpec *plan, const Table *table, const ReadFilter *filter)
{
	Panel	   *panel = panel_create(plan, table->series_column != NULL);
	Reading		reading = {panel, plan};

	panel->expected = filter->series == 0 ? table->rows : 0;
	table_read_series(table, filter, add_series, &reading);
	if (panel->series > 0 || plan->left_out == NULL)
		panel_finish(panel, filter->label == NULL ? plan->series.source :
				 psprintf("series \"%s\" of %s", filter->label, plan->series.source));
	return panel;
}

Panel *
panel_of_rows(PanelSpec *plan, Rows *rows)
{
	Panel	   *panel = panel_create(plan, false);
	Series		series = plan->series;
	Columns    *columns = plan->columns;
	lf_missing_record record;
	char	   *reason;
	uint64		read = rows->count;
	uint64		future = regularize_cut_future(rows, plan->task->target, plan->task->targets);

	panel->future = future < read ? future : 0;
	if (future < read && !series.partial)
		panel->past = regularize_cut_past(rows, plan->task->target, plan->task->targets);
	reason = panel_regularize(plan, NULL, rows, &series, &record);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be used: %s", series.source, reason)));
	settle(panel, plan, rows, &series);
	if (columns->count > columns->read)
	{
		double		no_constants = 0;

		if (columns->event_count > 0)
			events_show_series(columns->events, NULL);
		rows_widen(rows, columns->count - columns->read);
		for (uint64 i = 0; i < rows->count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			panel_complete_row(columns, &series.timeline, rows_time(rows, i), &no_constants,
							   rows->values + i * columns->count + columns->read);
		}
	}
	panel->rows = rows;
	panel->timeline = series.timeline;
	note_series(panel, &series, &record, rows->count, rows->number,
				rows->timed && rows->count > 0 ? rows_time(rows, rows->count - 1) : 0);
	LFPG_ASSERT(panel_is_sound(panel));
	return panel;
}

lf_frame
panel_frame(const Panel *panel)
{
	lf_frame	frame = rows_frame(panel->rows);

	if (panel->names != NULL)
	{
		frame.series = panel->series;
		frame.start = panel->start;
		frame.numbers = panel->number;
	}
	LFPG_ASSERT(lf_frame_is_sound(&frame));
	return frame;
}

Rows
panel_rows(const Panel *panel, Size series)
{
	Rows		rows = *panel->rows;
	Size		first = panel->start[series];

	rows.values += first * rows.columns;
	rows.mark += first;
	rows.count = panel->start[series + 1] - first;
	rows.number = panel->number[series];
	if (rows.at != NULL)
		rows.at += first;
	else if (rows.timed)
		rows.first_time = rows_time(panel->rows, first);
	return rows;
}
