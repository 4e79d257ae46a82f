/*
 * plot.c: lstm_plot and lstm_sparkline: a first look at forecasts without leaving the database.
 */
#include "forecast/rolling_origin.h"
#include "sql/arguments.h"
#include "server/error.h"
#include "mb/pg_wchar.h"
#include "model/model_cache.h"
#include "forecast/newest.h"
#include "sql/svg.h"
#include "rows/timeline.h"

#include <math.h>

#define MOST_ROWS 300			/* known rows that a chart shows */
#define MOST_EPOCHS 10000		/* and epochs, spread over all: no chart has more pixels */

typedef struct Plot
{
	LoadedModel *loaded;
	const lf_model *model;
	Oid			relation;		/* InvalidOid: that of the model */
	const char *series;			/* NULL: the model has no names of series */
	int			target;			/* number among the targets */
	int			steps;
	double		level;
	Chart		chart;
} Plot;

static double *
room(int count)
{
	return palloc(count * sizeof(double));
}

/* Sets what the frame shows so that all three hold. */
static void
include_all(Chart *chart, const double *y, int count)
{
	for (int i = 0; i < count; i++)
		chart_include(&chart->y_low, &chart->y_high, y[i]);
}

/* What is drawn, for the title. */
static char *
target_text(const Plot *plot, const RollingOrigin *rolling)
{
	const char *name = plot->model->names[plot->model->task.target[plot->target]];

	if (plot->series != NULL)
		return psprintf("%s of series \"%s\" of %s", name, plot->series, rolling->table->label);
	return psprintf("%s of %s", name, rolling->table->label);
}

static const char *
row_label(const RollingOrigin *rolling, uint64 row)
{
	return timeline_text(rolling->table->time_kind, rows_time(rolling->rows, row));
}

/* What is drawn behind the newest rows: (steps). */
typedef struct Ending
{
	Plot	   *plot;
	const char *source;			/* for messages */
	bool		found;
	double	   *forecast;
	double	   *low;
	double	   *high;
} Ending;

/* Keeps the forecast of the series that is drawn, of fewer steps where no more are known. */
static void
keep_forecast(void *state, const NewestSeries *series)
{
	Ending	   *ending = state;
	Plot	   *plot = ending->plot;
	const lf_task *task = &plot->model->task;
	double	   *out = model_forecast(plot->loaded, 0, 1, 1, series->known);

	ending->found = true;
	plot->steps = series->known;
	for (int k = 0; k < plot->steps; k++)
	{
		ending->forecast[k] = out[(Size) k * task->targets + plot->target];
		(void) model_interval(plot->loaded, 0, k, plot->target, ending->forecast[k], plot->level, &ending->low[k],
							  &ending->high[k]);
	}
}

static void
raise_left_out(void *state, const char *label, const char *reason)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("series \"%s\" of %s cannot be forecast: %s", label, ((Ending *) state)->source, reason)));
}

/* The newest rows, and the forecast behind them: that of lstm_forecast, which sees more rows than are drawn. */
static void
plot_forecast(Plot *plot)
{
	const lf_task *task = &plot->model->task;
	Chart	   *chart = &plot->chart;
	int			shown = Min(MOST_ROWS, Max(2 * task->lookback, 3 * plot->steps));
	RollingOrigin *rolling = rolling_origin_open(plot->model, plot->relation, plot->series, Max(shown, task->lookback));
	int			rows = (int) rolling->rows->count;
	int			known = Min(rows, shown);
	int			steps;
	int			lead = task->lead;
	double	   *x = room(known);
	double	   *y = room(known);
	double	   *future;
	Ending		ending = {
		.plot = plot,
		.source = rolling->table->label,
		.forecast = room(plot->steps),
		.low = room(plot->steps),
		.high = room(plot->steps),
	};
	Newest		newest = {
		.loaded = plot->loaded,
		.ahead = {.steps = plot->steps},
		.filter = table_filter(plot->series),
		.put = keep_forecast,
		.left_out = raise_left_out,
		.state = &ending,
	};

	if (rows < task->lookback)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has %d rows, but the lookback of the model is %d", rolling->table->label, rows,
						task->lookback)));
	newest_run(&newest, plot->relation);
	if (!ending.found)
		raise_left_out(&ending, plot->series, "it has no rows");
	steps = plot->steps;
	future = room(steps);
	for (int i = 0; i < known; i++)
	{
		x[i] = i - known + 1;
		y[i] = rolling_origin_actual(rolling, rows - known + i, plot->target);
	}
	for (int k = 0; k < steps; k++)
		future[k] = k + lead;
	chart->x_low = 1 - known;
	chart->x_high = steps - 1 + lead;
	include_all(chart, y, known);
	include_all(chart, ending.forecast, steps);
	include_all(chart, ending.low, steps);
	include_all(chart, ending.high, steps);
	chart_open(chart, psprintf("%s: forecast after %s", target_text(plot, rolling), row_label(rolling, rows - 1)),
			   row_label(rolling, rows - known), psprintf("step %d", steps));
	chart_band(chart, COLOUR_FORECAST, psprintf("%g%% interval", 100 * plot->level), future, ending.low, ending.high, steps);
	chart_line(chart, COLOUR_KNOWN, "known", x, y, known);
	chart_line(chart, COLOUR_FORECAST, "forecast", future, ending.forecast, steps);
	chart_mark(chart, 0);
}

/* The newest rows beside what each was expected to be one step before. */
static void
plot_rolling(Plot *plot)
{
	const lf_task *task = &plot->model->task;
	Chart	   *chart = &plot->chart;
	uint64		span = lf_window_first_output(task, 0);
	/* those before the ones that are shown are for candidates that see more than a window */
	RollingOrigin *rolling = rolling_origin_open(plot->model, plot->relation, plot->series,
												 span + MOST_ROWS + lf_model_history(plot->model));
	uint64		after = rolling->rows->count > span ? rolling->rows->count - span : 0;
	int			count = (int) Min(after, MOST_ROWS);
	uint64		before = after - count;
	double	   *x = room(count);
	double	   *actual = room(count);
	double	   *forecast = room(count);
	double	   *low = room(count);
	double	   *high = room(count);
	RollingBatch	batch;
	int			done = 0;

	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, but the model needs " UINT64_FORMAT " before the first "
						"forecast",
						rolling->table->label, rolling->rows->count, span)));
	rolling_origin_start(rolling, plot->loaded, 1, 1, (int64) (task->lookback + before));
	while (rolling_origin_next(rolling, &batch))
		for (int i = 0; i < batch.count; i++, done++)
		{
			x[done] = done;
			actual[done] = rolling_origin_actual(rolling, rolling_origin_row(rolling, &batch, i, 0), plot->target);
			forecast[done] = batch.out[i * task->targets + plot->target];
			(void) model_interval(rolling->loaded, i, 0, plot->target, forecast[done], plot->level,
								  &low[done], &high[done]);
		}
	chart->x_low = 0;
	chart->x_high = count - 1;
	include_all(chart, actual, count);
	include_all(chart, low, count);
	include_all(chart, high, count);
	include_all(chart, forecast, count);
	chart_open(chart, psprintf("%s: one-step-ahead forecasts", target_text(plot, rolling)),
			   row_label(rolling, span + before), row_label(rolling, rolling->rows->count - 1));
	chart_band(chart, COLOUR_FORECAST, psprintf("%g%% interval", 100 * plot->level), x, low, high, count);
	chart_line(chart, COLOUR_KNOWN, "actual", x, actual, count);
	chart_line(chart, COLOUR_FORECAST, "forecast", x, forecast, count);
}

static void
plot_loss(Plot *plot)
{
	const lf_model *model = plot->model;
	Chart	   *chart = &plot->chart;
	int			count = Min(model->epochs, MOST_EPOCHS);
	double	   *x = room(count);
	double	   *loss = room(count);
	double	   *held_out = room(count);

	if (model->epochs == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has no losses to plot"),
				 errdetail("The model was not trained by this extension.")));
	for (int i = 0; i < count; i++)
	{
		/* the first and the last one are among them */
		int			epoch = count == 1 ? 0 : (int) ((int64) i * (model->epochs - 1) / (count - 1));

		x[i] = epoch + 1;
		loss[i] = model->history[epoch].loss;
		held_out[i] = model->history[epoch].validation_loss;
	}
	chart->x_low = 1;
	chart->x_high = model->epochs;
	chart->y_low = 0;
	include_all(chart, loss, count);
	include_all(chart, held_out, count);
	chart_open(chart, "loss by epoch", "epoch 1", psprintf("epoch %d", model->epochs));
	chart_line(chart, COLOUR_KNOWN, "training", x, loss, count);
	if (model->validation_windows > 0)
		chart_line(chart, COLOUR_OTHER, "held out", x, held_out, count);
	if (model->best_epoch > 0 && model->validation_windows > 0)
		chart_mark(chart, model->best_epoch);
}

/* Kinds of charts, and what draws them. */
static const struct
{
	const char *name;
	void		(*draw) (Plot *plot);
}			kinds[] = {
	{"forecast", plot_forecast},
	{"rolling", plot_rolling},
	{"loss", plot_loss},
};

static int
find_target(const lf_model *model, const char *name)
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

/* The series that is asked for, or else the first of the training. */
static const char *
find_series(const lf_model *model, const char *name)
{
	if (name != NULL && model->labels == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was trained on a single unnamed series, but \"series\" was given"),
				 errhint("Train with series_column, or leave \"series\" out.")));
	return name != NULL || model->labels == NULL ? name : model->labels[0];
}

SQL_FUNCTION(lstm_plot);
Datum
lstm_plot(PG_FUNCTION_ARGS)
{
	Plot		plot = {.chart = {.y_low = INFINITY, .y_high = -INFINITY}};
	const char *kind;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	kind = argument_text(fcinfo, 2);
	plot.level = PG_GETARG_FLOAT8(5);
	check_level(plot.level);
	plot.chart.width = argument_int(fcinfo, 6, "width", 200, 10000, 800);
	plot.chart.height = argument_int(fcinfo, 7, "height", 150, 10000, 400);
	plot.loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(0));
	plot.model = &plot.loaded->model;
	plot.relation = PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1);
	plot.target = find_target(plot.model, argument_text(fcinfo, 3));
	plot.series = find_series(plot.model, argument_text(fcinfo, 8));
	plot.steps = model_steps(plot.model, !PG_ARGISNULL(4), argument_int(fcinfo, 4, "steps", 1, 10000, 1));
	for (Size i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
		{
			kinds[i].draw(&plot);
			PG_RETURN_TEXT_P(chart_close(&plot.chart));
		}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized plot kind \"%s\"", kind),
			 errhint("Valid kinds are forecast, rolling and loss.")));
	PG_RETURN_NULL();
}

/* What a sparkline goes over: the elements of an array one by one, where they lie. */
typedef struct Elements
{
	const double *next;
	const bits8 *known;			/* NULL: all are there */
	int			count;
} Elements;

static Elements
elements_of(ArrayType *array)
{
	return (Elements) {
		.next = (const double *) ARR_DATA_PTR(array),
		.known = ARR_NULLBITMAP(array),
		.count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)),
	};
}

/* The value of element i, to be asked for one after the other from 0 on; NaN where it is NULL. */
static double
next_element(Elements *elements, int i)
{
	if ((i & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
	if (elements->known != NULL && (elements->known[i / BITS_PER_BYTE] & 1 << i % BITS_PER_BYTE) == 0)
		return NAN;
	return *elements->next++;
}

SQL_FUNCTION(lstm_sparkline);
Datum
lstm_sparkline(PG_FUNCTION_ARGS)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {"_", ".", "-", "~", "=", "+", "*", "#"};
	const char *const *marks = GetDatabaseEncoding() == PG_UTF8 ? blocks : letters;
	Size		width = strlen(marks[0]);	/* of all of them */
	ArrayType  *array = argument_array(fcinfo, 0, "the array of values");
	Elements	elements = elements_of(array);
	double		low = INFINITY;
	double		high = -INFINITY;
	Size		size = VARHDRSZ + elements.count * width;
	text	   *line;
	char	   *at;

	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a sparkline of %d values exceeds the maximum size of a text", elements.count)));
	check_memory(size, psprintf("a sparkline of %d values", elements.count), "give fewer");
	for (int i = 0; i < elements.count; i++)
		chart_include(&low, &high, next_element(&elements, i));
	elements = elements_of(array);
	line = palloc(size);
	at = VARDATA(line);
	for (int i = 0; i < elements.count; i++)
	{
		double		value = next_element(&elements, i);
		/* halves, since the difference of two doubles may overflow */
		double		share = (value / 2 - low / 2) / (high / 2 - low / 2);

		if (!isfinite(value))
		{
			*at++ = ' ';
			continue;
		}
		/* no share where halves of the smallest doubles are the same */
		memcpy(at, marks[high > low && isfinite(share) ? Min((int) (share * 8), 7) : 3], width);
		at += width;
	}
	SET_VARSIZE(line, at - (char *) line);
	PG_RETURN_TEXT_P(line);
}
