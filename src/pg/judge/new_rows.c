/*
 * new_rows.c: the newest half of the new rows judges: neither the model nor a candidate has seen it.
 */
#include "judge/new_rows.h"

#include "server/error.h"

#include <math.h>

/* Which rows are new, and which of them judge. */
static void
divide_rows(NewRows *new)
{
	const lf_model *model = new->model;
	const Panel *panel = new->rolling->panel;
	uint64		horizon = model->task.horizon;

	for (Size s = 0; s < panel->series; s++)
	{
		Rows		rows = panel_rows(panel, s);
		uint64		known = rows.count;
		uint64		judging;

		CHECK_FOR_INTERRUPTS();
		for (; known > 0 && rows_time(&rows, known - 1) > model->last_time; known--)
			CHECK_FOR_INTERRUPTS();
		judging = (rows.count - known) / 2;
		if (judging < horizon || rows.count - judging < (uint64) model->task.lookback)
			judging = 0;
		new->known[s] = known;
		new->middle[s] = rows.count - judging;
		new->end[s] = rows.count;
		new->count += rows.count - known;
		new->forecasts += judging > 0 ? judging - horizon + 1 : 0;
		new->windows += lf_window_count(&model->task, new->middle[s]) - lf_window_count(&model->task, known);
	}
}

void
new_rows_read(NewRows *new, const lf_model *model, Oid relation)
{
	Panel	   *panel;

	*new = (NewRows) {.model = model};
	new->rolling = rolling_origin_open(model, relation, NULL, 0);
	if (model->time_kind != new->rolling->table->time_kind || model->time_kind == LF_TIME_NONE || model->rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot tell which rows of %s are new to this model", new->rolling->table->label),
				 errdetail("The model was %s.", model->rows == 0 ? "not trained by this extension" :
						   "trained on rows with times of another type, or without times"),
				 errhint("Train a model on this relation with lstm_train.")));
	panel = new->rolling->panel;
	new->frame = panel_frame(panel);
	new->known = palloc(panel->series * sizeof(size_t));
	new->middle = palloc(panel->series * sizeof(size_t));
	new->end = palloc(panel->series * sizeof(size_t));
	divide_rows(new);
}

/* Starts from the row before those that judge. */
static void
start_judging(const NewRows *new, RollingOrigin *rolling, const LoadedModel *loaded, int steps, int stride)
{
	const lf_task *task = &new->model->task;

	rolling_origin_start(rolling, loaded, steps, stride, rolling_origin_first_origin(task, new->middle[rolling->series]));
}

bool
new_rows_are_enough(const NewRows *new)
{
	return new->forecasts >= NEW_ROWS_LEAST_FORECASTS && new->windows > 0;
}

static bool
judges(const NewRows *new, Size series)
{
	return new->middle[series] < new->end[series];
}

/* Adds measures to scores, in the units of the series at hand. */
static void
add_scores(lf_score *scores, const lf_metrics *metrics, const RollingOrigin *rolling)
{
	const lf_task *task = &rolling->model->task;

	for (int i = 0; i < task->targets * LF_FORECASTERS; i++)
	{
		double		error_scale = rolling->error_scale[i / LF_FORECASTERS];

		scores[i].count += metrics[i].score.count;
		scores[i].absolute += metrics[i].score.absolute / error_scale;
		scores[i].squares += metrics[i].score.squares / error_scale / error_scale;	/* the square of a small one is 0 */
	}
}

Judgement
new_rows_judge(const NewRows *new, const LoadedModel *loaded)
{
	const lf_task *task = &new->model->task;
	RollingOrigin *rolling = rolling_origin_over(&loaded->model, new->rolling->table, new->rolling->panel);
	double	   *units = palloc(task->targets * sizeof(double));
	Judgement	judgement = {.scores = palloc0(task->targets * LF_FORECASTERS * sizeof(lf_score))};

	do
	{
		MemoryContext caller = MemoryContextSwitchTo(rolling->each);
		lf_metrics *metrics = scoring_create(task);
		uint64		known = new->middle[rolling->series];
		RollingBatch batch;

		if (judges(new, rolling->series))
		{
			double	   *means = scoring_means(rolling, known);

			start_judging(new, rolling, loaded, task->horizon, 1);
			while (rolling_origin_next(rolling, &batch))
				scoring_add(metrics, rolling, &batch, 0.95, means);
			for (int j = 0; j < task->targets; j++)
				units[j] = scoring_error_scale(rolling, known, j);
			lf_cv_add(&judgement.cv, metrics, units, task->targets);
			add_scores(judgement.scores, metrics, rolling);
		}
		MemoryContextSwitchTo(caller);
	} while (rolling_origin_next_series(rolling));
	return judgement;
}

/* Notes how far off each step of the i-th forecast of a batch was, 'apart' from each other; NaN where nothing came. */
static void
note_errors(const RollingOrigin *rolling, const RollingBatch *batch, int i, float *measured, Size apart)
{
	int			targets = rolling->model->task.targets;

	for (int k = 0; k < batch->steps; k++)
		for (int j = 0; j < targets; j++, measured += apart)
		{
			uint64		row = rolling_origin_row(rolling, batch, i, k);
			double		actual = row < rolling->rows->count ? rolling_origin_actual(rolling, row, j) : (double) NAN;
			double		forecast = batch->out[((Size) i * batch->steps + k) * targets + j];

			*measured = isnan(actual) ? NAN : (float) model_error(rolling->loaded, i, k, j, forecast, actual);
		}
}

lf_errors
new_rows_measure(const NewRows *new, const LoadedModel *candidate)
{
	const lf_model *model = new->model;
	lf_errors	errors = model->errors;
	Size		lists = (Size) errors.steps * model->task.targets;
	RollingOrigin *rolling;
	float	   *measured;
	Size		stride;
	Size		most;			/* new ones of each list */
	Size		all;			/* with the old ones */
	Size		done = 0;

	/* no training keeps more errors than it measures: a model that has them was made by somebody else */
	if (lists == 0 || lists > LF_MOST_MEASURED || lists * errors.most > LF_MOST_MEASURED)
		return errors;
	most = Min(new->forecasts, lf_errors_most_windows(lists));
	if (most == 0)
		return errors;
	stride = (new->forecasts + most - 1) / most;
	all = most + errors.most;
	check_memory_beside(rows_memory(new->rolling->panel->rows), lists * all * 2 * sizeof(float), "measuring errors",
						"give fewer rows");
	measured = MemoryContextAllocHuge(CurrentMemoryContext, lists * all * sizeof(float));
	for (Size i = 0; i < lists * all; i++)
		measured[i] = NAN;
	for (Size list = 0; list < lists; list++)
		for (int i = 0; i < errors.count[list]; i++)
			measured[list * all + most + i] = errors.error[list * errors.most + i];

	rolling = rolling_origin_over(&candidate->model, new->rolling->table, new->rolling->panel);
	do
	{
		RollingBatch batch;

		if (!judges(new, rolling->series))
			continue;
		start_judging(new, rolling, candidate, errors.steps, (int) stride);
		while (done < most && rolling_origin_next(rolling, &batch))
			for (int i = 0; i < batch.count && done < most; i++, done++)
				note_errors(rolling, &batch, i, measured + done, all);
	} while (rolling_origin_next_series(rolling));

	errors.most = (int) Min(Min(all, LF_MAX_ERRORS), Max((Size) model->errors.most, LF_MOST_MEASURED / lists));
	errors.count = palloc0(lists * sizeof(int));
	errors.error = MemoryContextAllocHuge(CurrentMemoryContext, lists * errors.most * sizeof(float));
	lf_errors_keep(&errors, model->task.targets, measured, all);
	pfree(measured);
	return errors;
}
