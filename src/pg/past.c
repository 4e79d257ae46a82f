/*
 * past.c: the cuts between what was known and what came.
 */
#include "past.h"

#include "error.h"
#include "newest.h"

Past *
past_read(const Request *request, Table *table)
{
	Past	   *past = palloc0(sizeof(Past));

	if (request->series_column != NULL)
		report_unsupported("series_column in lstm_backtest and lstm_tune");
	if (request->columns.statics > 0)
		report_unsupported("static_inputs in lstm_backtest and lstm_tune");
	past->table = table;
	past->read = table_read(table, CurrentMemoryContext, NULL, 0);
	(void) regular_cut_future(past->read, request->task.target, request->task.targets);
	past->rows = rows_head(past->read, past->read->count);
	past->series = training_series(request);
	(void) regular_make(past->rows, &past->series);
	return past;
}

/* The rows that were read up to so many of the series. */
static Rows *
read_until(const Past *past, uint64 rows)
{
	uint64		count = past->read->count;

	while (count > 0 && rows_time(past->read, count - 1) > rows_time(past->rows, rows - 1))
		count--;
	return rows_head(past->read, count);
}

LoadedModel *
past_train(const Past *past, const Request *request, uint64 known, const char *what)
{
	Request    *mine = memcpy(palloc(sizeof(Request)), request, sizeof(Request));

	mine->quiet = true;
	mine->source = psprintf("%s of %s", what, past->table->label);
	return model_load(training_run(mine, read_until(past, known)));
}

/*
 * The series as it was when it had so many rows, with all columns of the model: what is filled in may not know what came
 * later.
 */
static const Rows *
series_until(const Past *past, const lf_model *model, uint64 rows)
{
	Columns    *columns;
	PanelPlan	plan;

	if (past->rows->marks == NULL && past->rows->columns == model->columns)
		return past->rows;		/* nothing was filled, and others read no further than they are told */
	columns = palloc(sizeof(Columns));
	*columns = columns_of_model(model);
	plan = newest_plan(model, past->table, columns);
	plan.series = past->series;
	plan.series.season = 0;
	return panel_of_rows(&plan, read_until(past, rows))->rows;
}

PastScore
past_score(const Past *past, const LoadedModel *loaded, uint64 origin, uint64 end, double level)
{
	const lf_model *model = &loaded->model;
	const Rows *rows = series_until(past, model, end);
	Along	   *along = along_over(model, past->table, rows, Min(end, rows->count));
	PastScore	score = {.along = along, .metrics = scoring_create(&model->task)};
	double	   *means = scoring_means(along, origin);
	AlongBatch	batch;

	along_start(along, loaded, model->task.horizon, model->task.horizon, along_first_origin(&model->task, origin));
	while (along_next(along, &batch))
		scoring_add(score.metrics, along, &batch, level, means);
	return score;
}
