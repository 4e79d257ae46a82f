/*
 * past.c: the cuts between what was known and what came.
 */
#include "past.h"

#include "error.h"
#include "newest.h"

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
	Past	   *past = state;
	MemoryContext caller = MemoryContextSwitchTo(past->panel->context);
	Size		number = past->panel->series;
	SeriesRows	given = copy_series(past->table, read);

	if (number == past->capacity)
	{
		past->capacity *= 2;
		past->given = repalloc_huge(past->given, past->capacity * sizeof(SeriesRows));
	}
	if (panel_add(past->panel, &past->plan, read))
	{
		past->given[number] = given;
		past->held += rows_memory(given.rows);
	}
	else
		rows_free(given.rows);
	/* the next series is read beside all of them */
	read->rows->beside += past->held;
	MemoryContextSwitchTo(caller);
}

Past *
past_read(Request *request, Table *table, uint64 least_rows)
{
	Past	   *past = palloc0(sizeof(Past));
	bool		named = request->series_column != NULL;
	ReadFilter	all = {0};

	past->table = table;
	past->plan = (PanelPlan) {
		.task = &request->task,
		.columns = &request->columns,
		.series = training_series(request),
		.keep_times = true,
		.skip = named && request->options.on_error == ON_ERROR_SKIP,
		.least_rows = named ? least_rows : 0,
	};
	past->capacity = 16;
	past->given = palloc0(past->capacity * sizeof(SeriesRows));
	if (table_has_series(table))
	{
		past->panel = panel_create(&past->plan, named);
		table_read_series(table, &all, keep_series, past);
		panel_finish(past->panel, table->label);
	}
	else
	{
		past->given->rows = table_read(table, CurrentMemoryContext, NULL, 0);
		past->panel = panel_of_rows(&past->plan, rows_head(past->given->rows, past->given->rows->count));
	}
	return past;
}

/* A series as it was read, up to so many of its rows in the panel. */
static SeriesRows
read_until(const Past *past, Size number, uint64 rows)
{
	SeriesRows	series = past->given[number];
	Rows		all = panel_rows(past->panel, number);
	uint64		count = series.rows->count;

	for (; count > 0 && rows_time(series.rows, count - 1) > rows_time(&all, rows - 1); count--)
		CHECK_FOR_INTERRUPTS();
	series.rows = rows_head(series.rows, count);
	return series;
}

/* What a panel of the past is made of. */
typedef struct Cut
{
	const Past *past;
	uint64		unknown;		/* newest rows of each series */
	Size	   *numbers;		/* (series of the new panel): in that of the past; NULL: nobody asks */
} Cut;

static Panel *
make_panel(PanelPlan *plan, void *state)
{
	Cut		   *cut = state;
	const Past *past = cut->past;
	bool		named = past->panel->names != NULL;
	Panel	   *panel;

	if (!table_has_series(past->table))
		return panel_of_rows(plan, read_until(past, 0, past_rows(past, 0) - cut->unknown).rows);
	panel = panel_create(plan, named);
	for (Size i = 0; i < past->panel->series; i++)
	{
		uint64		rows = past_rows(past, i);
		SeriesRows	series;
		Size		number = panel->series;

		CHECK_FOR_INTERRUPTS();
		if (rows <= cut->unknown)
			continue;
		series = read_until(past, i, rows - cut->unknown);
		if (panel_add(panel, plan, &series) && cut->numbers != NULL)
			cut->numbers[number] = i;
		rows_free(series.rows);
	}
	panel_finish(panel, plan->series.source);
	return panel;
}

LoadedModel *
past_train(const Past *past, const Request *request, uint64 unknown, const char *what)
{
	Request    *mine = memcpy(palloc(sizeof(Request)), request, sizeof(Request));
	Cut			cut = {.past = past, .unknown = unknown};

	mine->quiet = true;
	mine->source = psprintf("%s of %s", what, past->table->label);
	return model_load(training_run_panel(mine, make_panel, &cut));
}

/* The series as they were, with all columns of the model: what is filled in may not know what came later. */
static Panel *
panel_until(PastScore *score, Table *table)
{
	const Past *past = score->past;
	const lf_model *model = &score->loaded->model;
	Columns    *columns = palloc(sizeof(Columns));
	Cut			cut = {.past = past, .unknown = score->unknown};
	PanelPlan	plan;

	score->numbers = palloc0((past->panel->series + 1) * sizeof(Size));
	/* nothing was filled, and others read no further than they are told */
	if (past->panel->names == NULL && past->panel->rows->marks == NULL && past->panel->rows->columns == model->columns)
		return past->panel;
	*columns = columns_of_model(model);
	plan = newest_plan(model, table, columns);
	plan.keep_times = true;
	if (past->panel->names == NULL)
		plan.series = past->plan.series;
	plan.series.season = 0;
	cut.numbers = score->numbers;
	return make_panel(&plan, &cut);
}

/* What is to be measured of the series at hand: a filled last row may have gone with the cut. */
static void
find_part(PastScore *score)
{
	uint64		end = past_rows(score->past, score->numbers[score->along->series]) - score->unknown;

	score->origin = end - score->measured;
	along_end(score->along, end);
}

PastScore
past_score(const Past *past, const LoadedModel *loaded, uint64 unknown, uint64 measured, double level)
{
	PastScore	score = {.past = past, .loaded = loaded, .unknown = unknown, .measured = measured, .level = level};
	Table	   *table = memcpy(palloc(sizeof(Table)), past->table, sizeof(Table));

	score.along = along_over(&loaded->model, table, panel_until(&score, table));
	find_part(&score);
	return score;
}

void
past_measure(PastScore *score)
{
	Along	   *along = score->along;
	const lf_task *task = &along->model->task;
	MemoryContext caller = MemoryContextSwitchTo(along->each);
	double	   *means = scoring_means(along, score->origin);
	AlongBatch	batch;

	score->metrics = scoring_create(task);
	along_start(along, score->loaded, task->horizon, task->horizon, along_first_origin(task, score->origin));
	while (along_next(along, &batch))
		scoring_add(score->metrics, along, &batch, score->level, means);
	MemoryContextSwitchTo(caller);
}

bool
past_next(PastScore *score)
{
	if (!along_next_series(score->along))
		return false;
	find_part(score);
	return true;
}
