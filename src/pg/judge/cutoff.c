/*
 * cutoff.c: the cuts between what was known and what came.
 */
#include "judge/cutoff.h"

#include "server/error.h"
#include "forecast/latest_window.h"
#include "rows/align.h"

/* A copy of a series, which is then ours. */
static SeriesRows
copy_series(const Table *table, const SeriesRows *read)
{
	SeriesRows	copy = {.rows = rows_head(read->rows, read->rows->count), .trouble = read->trouble};

	copy.label = read->label == NULL ? NULL : pstrdup(read->label);
	copy.numbers = palloc(table->static_count * sizeof(double) + 1);
	copy.categories = palloc(table->static_count * sizeof(char *) + 1);
	for (int i = 0; i < table->static_count; i++)
	{
		copy.numbers[i] = read->numbers[i];
		copy.categories[i] = read->categories[i] == NULL ? NULL : pstrdup(read->categories[i]);
	}
	return copy;
}

static void
keep_series(void *state, SeriesRows *read)
{
	Cutoff	   *cutoff = state;
	MemoryContext caller = MemoryContextSwitchTo(cutoff->panel->context);
	Size		number = cutoff->panel->series;
	SeriesRows	given = copy_series(cutoff->table, read);

	if (number == cutoff->capacity)
	{
		cutoff->capacity *= 2;
		cutoff->given = repalloc_huge(cutoff->given, cutoff->capacity * sizeof(SeriesRows));
	}
	if (panel_add(cutoff->panel, &cutoff->plan, read))
	{
		cutoff->given[number] = given;
		cutoff->held += rows_memory(given.rows);
	}
	else
		rows_free(given.rows);
	/* the next series is read beside all of them */
	read->rows->beside += cutoff->held;
	MemoryContextSwitchTo(caller);
}

Cutoff *
cutoff_read(Request *request, Table *table, uint64 least_rows)
{
	Cutoff	   *cutoff = palloc0(sizeof(Cutoff));
	bool		named = request->series_column != NULL;
	ReadFilter	all = {0};

	cutoff->table = table;
	cutoff->plan = (PanelSpec) {
		.task = &request->wishes.task,
		.columns = &request->columns,
		.series = training_series(request),
		.keep_times = true,
		.skip = named && request->options.on_error == ON_ERROR_SKIP,
		.least_rows = named ? least_rows : 0,
	};
	cutoff->capacity = 16;
	cutoff->given = palloc0(cutoff->capacity * sizeof(SeriesRows));
	if (table_has_series(table))
	{
		cutoff->panel = panel_create(&cutoff->plan, named);
		table_read_series(table, &all, keep_series, cutoff);
		panel_finish(cutoff->panel, table->label);
	}
	else
	{
		cutoff->given->rows = table_read(table, CurrentMemoryContext, NULL, 0);
		cutoff->panel = panel_of_rows(&cutoff->plan, rows_head(cutoff->given->rows, cutoff->given->rows->count));
	}
	return cutoff;
}

/* A series as it was read, up to so many of its rows in the panel. */
static SeriesRows
read_until(const Cutoff *cutoff, Size number, uint64 rows)
{
	SeriesRows	series = cutoff->given[number];
	Rows		all = panel_rows(cutoff->panel, number);
	int64		last = all.timed ? rows_time(&all, rows - 1) : 0;
	Timeline	grid = cutoff->panel->timeline;
	uint64		count = series.rows->count;

	/* rows of the last step may be later than the step itself */
	if (cutoff->panel->alignment != LF_ALIGN_NONE)
		grid.phase = timeline_position(&grid, last).rest;
	for (; count > 0 && align_stamp(&grid, cutoff->panel->alignment, rows_time(series.rows, count - 1)) > last; count--)
		CHECK_FOR_INTERRUPTS();
	series.rows = rows_head(series.rows, count);
	return series;
}

/* What a panel of the past is made of. */
typedef struct Cut
{
	const Cutoff *cutoff;
	uint64		unknown;		/* newest rows of each series */
	Size	   *numbers;		/* (series of the new panel): in that of the cutoff; NULL: nobody asks */
} Cut;

static Panel *
make_panel(PanelSpec *plan, void *state)
{
	Cut		   *cut = state;
	const Cutoff *cutoff = cut->cutoff;
	bool		named = cutoff->panel->names != NULL;
	Panel	   *panel;

	if (!table_has_series(cutoff->table))
		return panel_of_rows(plan, read_until(cutoff, 0, cutoff_rows(cutoff, 0) - cut->unknown).rows);
	panel = panel_create(plan, named);
	for (Size i = 0; i < cutoff->panel->series; i++)
	{
		uint64		rows = cutoff_rows(cutoff, i);
		SeriesRows	series;
		Size		number = panel->series;

		CHECK_FOR_INTERRUPTS();
		if (rows <= cut->unknown)
			continue;
		series = read_until(cutoff, i, rows - cut->unknown);
		if (panel_add(panel, plan, &series) && cut->numbers != NULL)
			cut->numbers[number] = i;
		rows_free(series.rows);
	}
	panel_finish(panel, plan->series.source);
	return panel;
}

LoadedModel *
cutoff_train(const Cutoff *cutoff, const Request *request, uint64 unknown, const char *what)
{
	Request    *mine = memcpy(palloc(sizeof(Request)), request, sizeof(Request));
	Cut			cut = {.cutoff = cutoff, .unknown = unknown};

	mine->quiet = true;
	mine->fills_all = true;
	mine->source = psprintf("%s of %s", what, cutoff->table->label);
	return model_load(training_run_panel(mine, make_panel, &cut));
}

/* The series as they were, with all columns of the model: what is filled in may not know what came later. */
static Panel *
panel_until(CutoffScore *score, Table *table)
{
	const Cutoff *cutoff = score->cutoff;
	const lf_model *model = &score->loaded->model;
	Columns    *columns = palloc(sizeof(Columns));
	Cut			cut = {.cutoff = cutoff, .unknown = score->unknown};
	PanelSpec  *plan = &score->plan;

	score->numbers = palloc0((cutoff->panel->series + 1) * sizeof(Size));
	*columns = columns_of_model(model);
	*plan = latest_plan(model, table, columns);
	columns->events = cutoff->plan.columns->events;
	plan->keep_times = true;
	if (cutoff->panel->names == NULL)
		plan->series = cutoff->plan.series;
	plan->series.season = 0;
	plan->series.lenient = true;
	/* nothing was filled, and others read no further than they are told */
	if (cutoff->panel->names == NULL && cutoff->panel->rows->marks == NULL && cutoff->panel->rows->columns == model->columns)
		return cutoff->panel;
	cut.numbers = score->numbers;
	return make_panel(plan, &cut);
}

/* What is to be measured of the series at hand: a filled last row may have gone with the cut. */
static void
find_part(CutoffScore *score)
{
	uint64		end = cutoff_rows(score->cutoff, score->numbers[score->rolling->series]) - score->unknown;

	score->origin = end - score->measured;
	rolling_origin_end(score->rolling, end);
}

CutoffScore *
cutoff_score(const Cutoff *cutoff, const LoadedModel *loaded, uint64 unknown, uint64 measured, double level)
{
	CutoffScore *score = palloc0(sizeof(CutoffScore));
	Table	   *table = memcpy(palloc(sizeof(Table)), cutoff->table, sizeof(Table));

	*score = (CutoffScore) {.cutoff = cutoff, .loaded = loaded, .unknown = unknown, .measured = measured, .level = level};
	score->rolling = rolling_origin_over(&loaded->model, table, panel_until(score, table));
	find_part(score);
	return score;
}

void
cutoff_measure(CutoffScore *score)
{
	RollingOrigin *rolling = score->rolling;
	const lf_task *task = &rolling->model->task;
	MemoryContext caller = MemoryContextSwitchTo(rolling->each);
	double	   *means = scoring_means(rolling, score->origin);
	RollingBatch	batch;

	score->metrics = scoring_create(task);
	rolling_origin_start(rolling, score->loaded, task->horizon, task->horizon, rolling_origin_first_origin(task, score->origin));
	while (rolling_origin_next(rolling, &batch))
		scoring_add(score->metrics, rolling, &batch, score->level, means);
	MemoryContextSwitchTo(caller);
}

bool
cutoff_next(CutoffScore *score)
{
	if (!rolling_origin_next_series(score->rolling))
		return false;
	find_part(score);
	return true;
}
