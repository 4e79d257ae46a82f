/*
 * measured.c: forecasts along the newest rows, beside what came and what the naive baselines say.
 *
 * Rows that came after the training are the better ones; where there are none it is the newest part of the training, and
 * whoever shows the figures has to say so.
 */
#include "report/measured.h"

#include <math.h>

#define MOST_ROWS 1000			/* that are forecast, of a series */
#define MOST_ORIGINS 100
#define EXPLAINED_ORIGINS 30
#define REPEATS 3

lf_seasons
seasons_of_model(const lf_model *model)
{
	lf_seasons	seasons = {0};
	double		longest = 0;

	while (seasons.count < LF_MAX_SEASONS)
	{
		double		next = INFINITY;

		for (int i = 0; i < model->found.count; i++)
			if (model->found.fact[i].shown && model->found.fact[i].length > longest)
				next = Min(next, model->found.fact[i].length);
		if (!isfinite(next))
			break;
		seasons.season[seasons.count++] = lf_season_of(next);
		longest = next;
	}
	return seasons;
}

uint64
measured_rows(const lf_model *model)
{
	const lf_task *task = &model->task;
	lf_seasons	seasons = seasons_of_model(model);
	uint64		longest = (uint64) lf_seasons_longest(&seasons, 20000);

	return MOST_ROWS + (uint64) task->lookback + (uint64) task->horizon + Max((uint64) lf_model_history(model), 8 * longest);
}

Measured *
measured_create(const ForecastRequest *request, MemoryContext context)
{
	const lf_model *model = &request->loaded->model;
	Measured   *measured = MemoryContextAllocZero(context, sizeof(Measured));
	Size		cells;

	measured->context = context;
	measured->steps = Min(model->task.horizon, MOST_STEPS);
	measured->levels = request->levels;
	measured->scaled = model->labels != NULL;
	cells = (Size) measured->steps * LF_NAIVE_FORECASTERS;
	measured->error = MemoryContextAllocZero(context, cells * sizeof(double));
	measured->count = MemoryContextAllocZero(context, cells * sizeof(double));
	return measured;
}

/* Rows of the series at hand that are not newer than the training. */
static uint64
rows_seen(const RollingOrigin *rolling)
{
	const lf_model *model = rolling->model;
	uint64		seen = rolling->rows->count;

	if (model->time_kind != rolling->table->time_kind || model->time_kind == LF_TIME_NONE || model->rows == 0)
		return 0;				/* trained elsewhere: every row is new */
	while (seen > 0 && rows_time(rolling->rows, seen - 1) > model->last_time)
	{
		CHECK_FOR_INTERRUPTS();
		seen--;
	}
	return seen;
}

static void
add_value(Measured *measured, int step, int forecaster, double error)
{
	int			place = step * LF_NAIVE_FORECASTERS + forecaster;

	if (!isfinite(error))
		return;
	measured->count[place]++;
	measured->error[place] += (error - measured->error[place]) / measured->count[place];
}

static void
add_batch(Measured *measured, const ForecastRequest *request, const RollingOrigin *rolling, const RollingBatch *batch, double mean)
{
	const lf_task *task = &rolling->model->task;
	int			target = request->target;
	int			column = task->target[target];
	double		scale = measured->scaled && rolling->error_scale[target] > 0 ? rolling->error_scale[target] : 1;

	for (int i = 0; i < batch->count; i++)
	{
		uint64		first = rolling_origin_row(rolling, batch, i, 0);

		measured->forecasts++;
		for (int k = 0; k < batch->steps && k < measured->steps && first + k < rolling->rows->count; k++)
		{
			double		actual = rolling_origin_actual(rolling, first + k, target);
			double		forecast = batch->out[((Size) i * batch->steps + k) * task->targets + target];
			double		low;
			double		high;

			CHECK_FOR_INTERRUPTS();
			if (!isfinite(actual))
				continue;
			add_value(measured, k, LF_NETWORK, fabs(forecast - actual) / scale);
			for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS && first > 0; f++)
				add_value(measured, k, f, fabs(lf_baseline(f, &rolling->frame, column, first - 1, k + 1,
														   Max(rolling->model->season, 1), mean) - actual) / scale);
			if (!model_interval(rolling->loaded, i, k, target, forecast, measured->levels.level[0], &low, &high))
				continue;
			measured->bounded++;
			for (int l = 0; l < measured->levels.count; l++)
				if (model_interval(rolling->loaded, i, k, target, forecast, measured->levels.level[l], &low, &high))
					measured->inside[l] += actual >= low && actual <= high;
		}
	}
}

void
measured_add(Measured *measured, const ForecastRequest *request, RollingOrigin *rolling, ExplainPlan *plan)
{
	const lf_model *model = rolling->model;
	const lf_task *task = &model->task;
	uint64		rows = rolling->rows->count;
	uint64		seen = rows_seen(rolling);
	bool		unseen = seen < rows;
	uint64		share = (uint64) ceil(fmin(fmax(model->training.validation, 0), 1) *
											(double) Min(model->rows / Max(model->series, 1), MOST_ROWS));
	uint64		part = Min(unseen ? rows - seen : Max(share, (uint64) task->horizon), (uint64) MOST_ROWS);
	int64		origin;
	double		mean;
	RollingBatch batch;

	if (rows < (uint64) task->lookback + 1)
		return;
	origin = rolling_origin_first_origin(task, rows > part ? rows - part : 0);
	*plan = (ExplainPlan) {
		.steps = (int) Min((uint64) measured->steps, rows),
		.stride = (int) Max(part / EXPLAINED_ORIGINS, 1),
		.origin = origin,
		.repeats = REPEATS,
	};
	if (measured->forecasts == 0)
	{
		measured->unseen = unseen;
		measured->newer = rows - seen;
	}
	measured->unseen &= unseen;
	mean = lf_column_mean(&rolling->frame, task->target[request->target], Min((uint64) origin, rows));
	rolling_origin_start(rolling, request->loaded, measured->steps, (int) Max(part / MOST_ORIGINS, 1), origin);
	while (rolling_origin_next(rolling, &batch))
	{
		if (measured->from == NULL && rolling->rows->timed)
		{
			uint64		first = rolling_origin_row(rolling, &batch, 0, 0);
			MemoryContext caller = MemoryContextSwitchTo(measured->context);

			measured->from = timeline_text(rolling->table->time_kind, rows_time(rolling->rows, Min(first, rows - 1)));
			measured->to = timeline_text(rolling->table->time_kind, rows_time(rolling->rows, rows - 1));
			MemoryContextSwitchTo(caller);
		}
		add_batch(measured, request, rolling, &batch, mean);
	}
}

double
measured_error(const Measured *measured, lf_forecaster forecaster)
{
	double		sum = 0;
	double		count = 0;

	for (int k = 0; k < measured->steps; k++)
	{
		const double *own = measured->count + k * LF_NAIVE_FORECASTERS;

		if (own[LF_NETWORK] == 0)
			continue;
		if (own[forecaster] < own[LF_NETWORK])
			return NAN;
		sum += own[forecaster] * measured->error[k * LF_NAIVE_FORECASTERS + forecaster];
		count += own[forecaster];
	}
	return count > 0 ? sum / count : (double) NAN;
}

lf_forecaster
measured_best(const Measured *measured)
{
	lf_forecaster best = LF_NETWORK;

	for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
	{
		double		error = measured_error(measured, f);

		if (!isnan(error) && (best == LF_NETWORK || error < measured_error(measured, best)))
			best = f;
	}
	return best;
}
