/*
 * series_forecast.c: one series' forecast with all that stands around it in a chart.
 *
 * The forecast is the one that lstm_forecast makes, by the same code. The rows around it are read by themselves, because
 * a forecast reads no more than its window.
 */
#include "forecast/series_forecast.h"

#include "forecast/newest.h"
#include "forecast/rolling_origin.h"
#include "server/error.h"
#include "sql/arguments.h"
#include "utils/memutils.h"

#include <math.h>

/* Rows that a series came with, wherever they came from. */
typedef struct Around
{
	const char *source;
	lf_frame	frame;
	const RollingOrigin *rolling;	/* NULL: they are those that the model carries */
} Around;

/* ---- levels ---- */

static void
add_level(Levels *levels, double level)
{
	int			i = levels->count;

	for (int k = 0; k < levels->count; k++)
		if (levels->level[k] == level)
			return;
	for (; i > 0 && levels->level[i - 1] < level; i--)
		levels->level[i] = levels->level[i - 1];
	levels->level[i] = level;
	levels->count++;
}

Levels
levels_around(double level)
{
	Levels		levels = {0};

	add_level(&levels, level);
	if (level > 0.8)
		add_level(&levels, 0.8);
	if (level > 0.5)
		add_level(&levels, 0.5);
	return levels;
}

Levels
argument_levels(FunctionCallInfo fcinfo, int number)
{
	Levels		levels = {0};
	int			count;
	const double *level = argument_doubles(argument_array(fcinfo, number, "levels"), "levels", &count);

	if (count < 1 || count > MOST_LEVELS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("levels must be 1 to %d levels, not %d", MOST_LEVELS, count)));
	for (int i = 0; i < count; i++)
	{
		check_level(level[i]);
		add_level(&levels, level[i]);
	}
	return levels;
}

/* ---- target and baseline ---- */

int
model_target(const lf_model *model, const char *name)
{
	if (name == NULL)
		return 0;
	for (int j = 0; j < model->task.targets; j++)
		if (strcmp(model->names[model->task.target[j]], name) == 0)
			return j;
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("the model does not forecast column \"%s\"", name),
			 errhint("The first target of the model is \"%s\"; lstm_info(model)->'targets' lists all of them.",
					 model->names[model->task.target[0]])));
	return 0;
}

lf_forecaster
best_naive(const lf_model *model, int target)
{
	const lf_score *score;
	lf_forecaster best = LF_NETWORK;

	if (model->validation_windows == 0)
		return LF_NETWORK;
	score = model->scores + target * LF_FORECASTERS;
	for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
		/* one that could not be computed for every row is not comparable */
		if (score[f].count > 0 && score[f].count >= score[LF_NETWORK].count &&
			(best == LF_NETWORK || lf_score_mae(&score[f]) < lf_score_mae(&score[best])))
			best = f;
	return best;
}

/* The rows that a baseline looks back at; 0: all. */
static uint64
rows_of_baseline(const lf_model *model, lf_forecaster baseline)
{
	if (baseline == LF_DRIFT || baseline == LF_MEAN)
		return 0;
	return baseline == LF_SEASONAL_NAIVE || baseline == LF_SEASONAL_MEAN ?
		(uint64) LF_SEASONS * (uint64) Max(model->season, 1) : 1;
}

/* ---- the forecast ---- */

/* A series on its way: what newest_run() gives ends with its memory. */
typedef struct Taken
{
	const ForecastRequest *request;
	MemoryContext context;
	SeriesForecast *shown;
	char	   *reason;			/* why there is none */
	bool		found;
	int64		origin_time;
} Taken;

static double *
room(int count)
{
	return palloc(Max(count, 1) * sizeof(double));
}

static void
take_forecast(void *state, const NewestSeries *series)
{
	Taken	   *taken = state;
	const ForecastRequest *request = taken->request;
	SeriesForecast *shown = taken->shown;
	LoadedModel *loaded = request->loaded;
	const lf_task *task = &loaded->model.task;
	double	   *out = model_forecast(loaded, 0, 1, 1, series->known);
	MemoryContext caller = MemoryContextSwitchTo(taken->context);

	taken->found = true;
	shown->asked = series->steps;
	shown->steps = series->known;
	shown->unknown = series->unknown == NULL ? NULL : pstrdup(series->unknown);
	shown->axis = (TimeAxis) {*series->timeline, series->origin};
	shown->origin = series->timeline->kind == LF_TIME_NONE ? NULL : timeline_text(series->timeline->kind, series->origin);
	shown->moved = model_moved(loaded, 0, request->target);
	shown->x = room(shown->steps);
	shown->forecast = room(shown->steps);
	for (int l = 0; l < request->levels.count; l++)
	{
		shown->low[l] = room(shown->steps);
		shown->high[l] = room(shown->steps);
	}
	for (int k = 0; k < shown->steps; k++)
	{
		CHECK_FOR_INTERRUPTS();
		shown->x[k] = k + task->lead;
		shown->forecast[k] = out[(Size) k * task->targets + request->target];
		for (int l = 0; l < request->levels.count; l++)
			(void) model_interval(loaded, 0, k, request->target, shown->forecast[k], request->levels.level[l],
								  &shown->low[l][k], &shown->high[l][k]);
	}
	MemoryContextSwitchTo(caller);
}

static void
take_reason(void *state, const char *label, const char *status)
{
	Taken	   *taken = state;

	taken->reason = MemoryContextStrdup(taken->context, status);
}

/* ---- the rows around it ---- */

static bool
carries_rows(const ForecastRequest *request)
{
	const lf_model *model = &request->loaded->model;

	return !OidIsValid(request->relation) && model->relation[0] == '\0' && model->tail != NULL;
}

/* As many rows as are shown, and as the baseline needs. False where those of a series cannot be used: 'taken' knows why. */
static bool
read_around(Taken *taken, const char *label, int shown, lf_forecaster baseline, Around *around)
{
	const ForecastRequest *request = taken->request;
	const lf_model *model = &request->loaded->model;
	uint64		needed = rows_of_baseline(model, baseline);
	ReadFilter	filter = table_filter(label);
	RollingOrigin *rolling;

	if (carries_rows(request))
	{
		*around = (Around) {"the newest rows of its training",
							{.values = model->tail, .rows = model->tail_before + model->task.lookback, .columns = model->columns},
							NULL};
		return true;
	}
	/* how many rows came after some time, nobody knows */
	rolling = rolling_origin_open_filtered(model, request->relation, &filter,
										   request->as_of != NULL || needed == 0 ? 0 : Max((uint64) shown, needed),
										   label == NULL ? NULL : take_reason, taken);
	if (rolling == NULL)
		return false;
	*around = (Around) {rolling->table->label, rolling->frame, rolling};
	return true;
}

static double
value_around(const Around *around, const ForecastRequest *request, uint64 row)
{
	if (around->rolling != NULL)
		return rolling_origin_actual(around->rolling, row, request->target);
	return around->frame.values[row * around->frame.columns + request->loaded->model.task.target[request->target]];
}

/* Steps from the origin to a row. */
static int64
step_of(const Around *around, const SeriesForecast *shown, uint64 row)
{
	const TimeAxis *axis = &shown->axis;

	if (around->rolling == NULL || !around->rolling->rows->timed || !timeline_has_step(&axis->timeline))
		return (int64) row - (int64) (around->frame.rows - 1);
	return timeline_number(&axis->timeline, rows_time(around->rolling->rows, row)) -
		timeline_number(&axis->timeline, axis->origin);
}

/* The rows that are shown before the forecast and beside it, and what the baseline says after the former. */
static void
show_around(SeriesForecast *shown, const Around *around, const ForecastRequest *request, int most, lf_forecaster baseline)
{
	const lf_task *task = &request->loaded->model.task;
	int64		last = task->lead == 0 ? -1 : 0;	/* step of the last row that is known */
	uint64		before = around->frame.rows;
	int			column = task->target[request->target];

	while (before > 0 && step_of(around, shown, before - 1) > last)
	{
		CHECK_FOR_INTERRUPTS();
		before--;
	}
	shown->known = (int) Min(before, (uint64) most);
	shown->known_x = room(shown->known);
	shown->known_y = room(shown->known);
	for (int i = 0; i < shown->known; i++)
	{
		uint64		row = before - shown->known + i;

		shown->known_x[i] = (double) step_of(around, shown, row);
		shown->known_y[i] = value_around(around, request, row);
	}
	shown->later = (int) Min(around->frame.rows - before, (uint64) (shown->steps + task->lead));
	shown->later_x = room(shown->later);
	shown->later_y = room(shown->later);
	for (int i = 0; i < shown->later; i++)
	{
		shown->later_x[i] = (double) step_of(around, shown, before + i);
		shown->later_y[i] = value_around(around, request, before + i);
	}
	if (baseline == LF_NETWORK || before == 0)
		return;
	shown->baseline_name = lf_forecaster_names[baseline];
	shown->baseline = room(shown->steps);
	{
		double		mean = lf_column_mean(&around->frame, column, before);

		for (int k = 0; k < shown->steps; k++)
		{
			CHECK_FOR_INTERRUPTS();
			shown->baseline[k] = lf_baseline(baseline, &around->frame, column, before - 1, (int) (shown->x[k] - last),
											 Max(request->loaded->model.season, 1), mean);
		}
	}
}

/* What stands in the way of a forecast of a named series, as an error where the caller wants no text. */
static SeriesForecast *
refuse(const Taken *taken, const char *label, const char *source, char **reason)
{
	char	   *why = psprintf("series \"%s\" of %s %s%s", label, source,
							   taken->reason == NULL ? "has no rows" : "cannot be forecast: ",
							   taken->reason == NULL ? "" : taken->reason);

	if (reason == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s", why)));
	*reason = why;
	return NULL;
}

SeriesForecast *
series_forecast(const ForecastRequest *request, const char *label, char **reason)
{
	const lf_model *model = &request->loaded->model;
	const lf_task *task = &model->task;
	lf_forecaster baseline = best_naive(model, request->target);
	int			most = Min(MOST_SHOWN, Max(2 * task->lookback, 3 * request->steps));
	SeriesForecast *shown = palloc0(sizeof(SeriesForecast));
	Taken		taken = {.request = request, .context = CurrentMemoryContext, .shown = shown};
	Newest		newest = {.loaded = request->loaded, .command = PROGRESS_FORECAST, .ahead = {.steps = request->steps}, .as_of = request->as_of,
						  .filter = table_filter(label), .put = take_forecast, .left_out = take_reason, .state = &taken};
	/* the rows go before the next series is read: twelve of them are not to take twelve times what one may */
	MemoryContext reading = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast rows of a chart", ALLOCSET_DEFAULT_SIZES);
	const char *source = "the model";
	Around		around;
	bool		read = false;

	MemoryContextSwitchTo(reading);
	newest_run(&newest, request->relation);
	if (newest.plan.series.source != NULL)
		source = MemoryContextStrdup(taken.context, newest.plan.series.source);
	MemoryContextReset(reading);
	if (taken.found || label == NULL)
		read = read_around(&taken, label, most, baseline, &around);
	MemoryContextSwitchTo(taken.context);
	if (!read)
	{
		MemoryContextDelete(reading);
		return refuse(&taken, label, source, reason);
	}
	if (!taken.found)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s cannot be forecast: it has no rows", around.source)));
	shown->label = label;
	shown->source = pstrdup(around.source);
	show_around(shown, &around, request, most, baseline);
	MemoryContextDelete(reading);
	return shown;
}

/* ---- the chart ---- */

/* A line that begins where the known rows end, so that there is no gap. */
static void
joined_line(Chart *chart, const SeriesForecast *shown, Style style, const char *name, const double *x, const double *y, int count)
{
	int			joined = shown->known > 0 && isfinite(shown->known_y[shown->known - 1]) && count > 0 &&
		shown->known_x[shown->known - 1] < x[0];
	double	   *all_x = room(count + 1);
	double	   *all_y = room(count + 1);

	if (joined > 0)
	{
		all_x[0] = shown->known_x[shown->known - 1];
		all_y[0] = shown->known_y[shown->known - 1];
	}
	memcpy(all_x + joined, x, count * sizeof(double));
	memcpy(all_y + joined, y, count * sizeof(double));
	chart_line(chart, style, name, all_x, all_y, count + joined);
}

/* The same of a band. */
static void
joined_band(Chart *chart, const SeriesForecast *shown, const char *name, const double *low, const double *high)
{
	int			joined = shown->known > 0 && isfinite(shown->known_y[shown->known - 1]) && shown->steps > 0 &&
		shown->known_x[shown->known - 1] < shown->x[0] && isfinite(low[0]) && isfinite(high[0]);
	double	   *x = room(shown->steps + 1);
	double	   *all_low = room(shown->steps + 1);
	double	   *all_high = room(shown->steps + 1);

	if (joined > 0)
	{
		x[0] = shown->known_x[shown->known - 1];
		all_low[0] = all_high[0] = shown->known_y[shown->known - 1];
	}
	memcpy(x + joined, shown->x, shown->steps * sizeof(double));
	memcpy(all_low + joined, low, shown->steps * sizeof(double));
	memcpy(all_high + joined, high, shown->steps * sizeof(double));
	chart_band(chart, STYLE_FORECAST, name, x, all_low, all_high, shown->steps + joined);
}

char *
series_forecast_band_name(const Levels *levels)
{
	StringInfoData name;

	initStringInfo(&name);
	for (int l = levels->count; l-- > 0;)
		appendStringInfo(&name, "%.12g%s", 100 * levels->level[l], l > 0 ? ", " : "% interval");
	return name.data;
}

Chart *
series_forecast_chart(const SeriesForecast *shown, const Levels *levels, const char *caption)
{
	Chart	   *chart = chart_create(time_ticks, &shown->axis);

	chart->caption = caption;
	chart->x_low = shown->known > 0 ? shown->known_x[0] : 0;
	chart->x_high = Max(shown->steps > 0 ? shown->x[shown->steps - 1] : 0, chart->x_low);
	chart->marked = true;
	chart->mark = shown->known > 0 ? shown->known_x[shown->known - 1] : 0;
	for (int l = 0; l < levels->count; l++)
		joined_band(chart, shown, l == 0 ? series_forecast_band_name(levels) : NULL, shown->low[l], shown->high[l]);
	if (shown->baseline != NULL)
		joined_line(chart, shown, STYLE_BASELINE, shown->baseline_name, shown->x, shown->baseline, shown->steps);
	chart_line(chart, STYLE_KNOWN, "known", shown->known_x, shown->known_y, shown->known);
	if (shown->later > 0)
		joined_line(chart, shown, STYLE_ACTUAL, "actual", shown->later_x, shown->later_y, shown->later);
	joined_line(chart, shown, STYLE_FORECAST, "forecast", shown->x, shown->forecast, shown->steps);
	return chart;
}
