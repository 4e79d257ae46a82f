/*
 * plot.c: lstm_plot: a forecast, known rows beside their forecasts, or the losses of a training as a figure.
 */
#include "forecast/rolling_origin.h"
#include "forecast/series_forecast.h"
#include "sql/arguments.h"
#include "server/error.h"
#include "model/model_cache.h"
#include "utils/timestamp.h"

#include <math.h>

#define MOST_EPOCHS 10000		/* spread over all: no chart has more pixels */
#define MOST_PANELS 24			/* more charts in a figure are too small to be read */

/* Losses that differ by more than this are seen by their logarithms alone. */
#define NEEDS_LOG 30

/* Arguments; those from ARG_TITLE on are not in the function of 1.0.0, until the extension is updated. */
enum
{
	ARG_MODEL,
	ARG_RELATION,
	ARG_KIND,
	ARG_TARGET,
	ARG_STEPS,
	ARG_LEVEL,
	ARG_WIDTH,
	ARG_HEIGHT,
	ARG_SERIES,
	ARG_TITLE,
	ARG_UNIT,
	ARG_LEVELS,
	ARG_AS_OF,
	ARG_PANELS
};

typedef struct Plot
{
	ForecastRequest request;
	const lf_model *model;
	const char *series;			/* NULL: the model has no names of series */
	char	  **panels;			/* (panel_count): series of which each has a chart; NULL: there is one */
	int			panel_count;
	Figure		figure;
} Plot;

static double *
room(int count)
{
	return palloc(Max(count, 1) * sizeof(double));
}

/* What is drawn, for the title. */
static char *
target_text(const Plot *plot, const char *source)
{
	const char *name = plot->model->names[plot->model->task.target[plot->request.target]];

	if (plot->panels != NULL || plot->series == NULL)
		return psprintf("%s of %s", name, source);
	return psprintf("%s of series \"%s\" of %s", name, plot->series, source);
}

/* The number of charts, and the series of one of them, which may be NULL. */
static int
chart_count(const Plot *plot)
{
	return plot->panels == NULL ? 1 : plot->panel_count;
}

static const char *
series_of(const Plot *plot, int chart)
{
	return plot->panels == NULL ? plot->series : plot->panels[chart];
}

/* ---- kinds ---- */

/* The newest rows, and the forecast behind them. */
static void
plot_forecast(Plot *plot)
{
	const SeriesForecast *shown = NULL;
	Size		points = (Size) chart_count(plot) * (MOST_SHOWN + plot->request.steps);

	/* values, and the text that is made of them */
	check_memory(points * (2 * plot->request.levels.count + 4) * 4 * sizeof(double), "the plot", "give fewer steps or panels");
	for (int i = 0; i < chart_count(plot); i++)
	{
		shown = series_forecast(&plot->request, series_of(plot, i), NULL);
		plot->figure.charts = lappend(plot->figure.charts,
									  series_forecast_chart(shown, &plot->request.levels,
															plot->panels == NULL ? NULL : plot->panels[i]));
	}
	plot->figure.description = psprintf("%s: forecast%s%s", target_text(plot, shown->source),
										shown->origin == NULL ? "" : " after ", shown->origin == NULL ? "" : shown->origin);
}

/* The newest rows of a series beside what each was expected to be one step before. */
static const char *
rolling_chart(Plot *plot, const char *series, const char *caption)
{
	const lf_task *task = &plot->model->task;
	const Levels *levels = &plot->request.levels;
	uint64		span = lf_window_first_output(task, 0);
	/* those before the ones that are shown are for candidates that see more than a window */
	RollingOrigin *rolling = rolling_origin_open(plot->model, plot->request.relation, series,
												 span + MOST_SHOWN + lf_model_history(plot->model));
	int			count = (int) (rolling->rows->count > span ? Min(rolling->rows->count - span, MOST_SHOWN) : 0);
	uint64		first = rolling->rows->count - count;
	double	   *x = room(count);
	double	   *actual = room(count);
	double	   *forecast = room(count);
	double	   *low[MOST_LEVELS];
	double	   *high[MOST_LEVELS];
	TimeAxis   *axis = palloc0(sizeof(TimeAxis));
	Chart	   *chart = chart_create(time_ticks, axis);
	RollingBatch batch;
	int			done = 0;

	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, but the model needs " UINT64_FORMAT " before the first "
						"forecast",
						rolling->table->label, rolling->rows->count, span)));
	for (int l = 0; l < levels->count; l++)
	{
		low[l] = room(count);
		high[l] = room(count);
	}
	rolling_origin_start(rolling, plot->request.loaded, 1, 1, task->lookback + (int64) (first - span));
	while (done < count && rolling_origin_next(rolling, &batch))
		for (int i = 0; i < batch.count && done < count; i++, done++)
		{
			x[done] = done;
			actual[done] = rolling_origin_actual(rolling, rolling_origin_row(rolling, &batch, i, 0), plot->request.target);
			forecast[done] = batch.out[(Size) i * batch.steps * task->targets + plot->request.target];
			for (int l = 0; l < levels->count; l++)
				(void) model_interval(rolling->loaded, i, 0, plot->request.target, forecast[done], levels->level[l],
									  &low[l][done], &high[l][done]);
		}
	if (rolling->rows->timed)
		*axis = (TimeAxis) {rolling->panel->timeline, rows_time(rolling->rows, first)};
	chart->caption = caption;
	chart->x_low = 0;
	chart->x_high = done - 1;
	for (int l = 0; l < levels->count; l++)
		chart_band(chart, STYLE_FORECAST, l == 0 ? series_forecast_band_name(levels) : NULL, x, low[l], high[l], done);
	chart_line(chart, STYLE_KNOWN, "actual", x, actual, done);
	chart_line(chart, STYLE_FORECAST, "forecast", x, forecast, done);
	plot->figure.charts = lappend(plot->figure.charts, chart);
	return rolling->table->label;
}

static void
plot_rolling(Plot *plot)
{
	const char *source = NULL;

	if (plot->request.as_of != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of goes with plots of kind forecast alone"),
				 errhint("For rows up to some time, give a view that ends there as relation.")));
	for (int i = 0; i < chart_count(plot); i++)
		source = rolling_chart(plot, series_of(plot, i), plot->panels == NULL ? NULL : plot->panels[i]);
	plot->figure.description = psprintf("%s: one-step-ahead forecasts", target_text(plot, source));
}

static void
plot_loss(Plot *plot)
{
	const lf_model *model = plot->model;
	Chart	   *chart = chart_create(number_ticks, NULL);
	int			count = Min(model->epochs, MOST_EPOCHS);
	double	   *x = room(count);
	double	   *loss = room(count);
	double	   *held_out = room(count);

	if (plot->panels != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("panels goes with plots of kind forecast or rolling"),
				 errdetail("All series have the same losses.")));
	if (model->epochs == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model has no losses to plot"),
				 errdetail("The model was not trained by this extension.")));
	for (int i = 0; i < count; i++)
	{
		/* the first and the last one are among them */
		int			epoch = count == 1 ? 0 : (int) ((int64) i * (model->epochs - 1) / (count - 1));

		CHECK_FOR_INTERRUPTS();
		x[i] = epoch + 1;
		loss[i] = model->history[epoch].loss;
		held_out[i] = model->history[epoch].validation_loss;
	}
	chart->x_low = 1;
	chart->x_high = model->epochs;
	chart_line(chart, STYLE_KNOWN, "training", x, loss, count);
	if (model->validation_windows > 0)
		chart_line(chart, STYLE_ACTUAL, "held out", x, held_out, count);
	chart->log = chart->y_low > 0 && chart->y_high / chart->y_low > NEEDS_LOG;
	if (!chart->log)
		chart_include(&chart->y_low, &chart->y_high, 0);
	chart->marked = model->best_epoch > 0 && model->validation_windows > 0;
	chart->mark = model->best_epoch;
	plot->figure.charts = list_make1(chart);
	plot->figure.description = chart->log ? "loss by epoch, on a scale of logarithms" : "loss by epoch";
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

/* ---- arguments ---- */

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

/* An argument that older versions of the function have not. */
static bool
is_given(FunctionCallInfo fcinfo, int number)
{
	return PG_NARGS() > number && !PG_ARGISNULL(number);
}

static void
read_panels(FunctionCallInfo fcinfo, Plot *plot)
{
	if (!is_given(fcinfo, ARG_PANELS))
		return;
	if (!PG_ARGISNULL(ARG_SERIES))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series and panels cannot both be given"),
				 errhint("Leave one of them out: panels draws each series that it names.")));
	plot->panels = argument_names(fcinfo, ARG_PANELS, "panels", MOST_PANELS, &plot->panel_count);
	if (plot->panel_count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("panels names no series"),
				 errhint("Give 1 to %d names of series.", MOST_PANELS)));
	(void) find_series(plot->model, plot->panels[0]);
}

SQL_FUNCTION(lstm_plot);
Datum
lstm_plot(PG_FUNCTION_ARGS)
{
	Plot		plot = {0};
	ForecastRequest *request = &plot.request;
	const char *kind;
	TimestampTz as_of;
	int			width;
	int			height;

	if (PG_ARGISNULL(ARG_MODEL) || PG_ARGISNULL(ARG_KIND) || PG_ARGISNULL(ARG_LEVEL))
		PG_RETURN_NULL();
	kind = argument_text(fcinfo, ARG_KIND);
	check_level(PG_GETARG_FLOAT8(ARG_LEVEL));
	request->levels = is_given(fcinfo, ARG_LEVELS) ? argument_levels(fcinfo, ARG_LEVELS) :
		levels_around(PG_GETARG_FLOAT8(ARG_LEVEL));
	width = argument_int(fcinfo, ARG_WIDTH, "width", 200, 10000, 800);
	height = argument_int(fcinfo, ARG_HEIGHT, "height", 150, 10000, 0);
	request->loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(ARG_MODEL));
	plot.model = &request->loaded->model;
	request->relation = PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION);
	request->target = model_target(plot.model, argument_text(fcinfo, ARG_TARGET));
	plot.series = find_series(plot.model, argument_text(fcinfo, ARG_SERIES));
	request->steps = model_steps(plot.model, !PG_ARGISNULL(ARG_STEPS), argument_int(fcinfo, ARG_STEPS, "steps", 1, MOST_STEPS, 1));
	if (is_given(fcinfo, ARG_AS_OF))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(ARG_AS_OF);
		request->as_of = &as_of;
	}
	if (is_given(fcinfo, ARG_UNIT))
		plot.figure.unit = argument_text(fcinfo, ARG_UNIT);
	read_panels(fcinfo, &plot);
	for (Size i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
		{
			StringInfoData out;

			kinds[i].draw(&plot);
			if (is_given(fcinfo, ARG_TITLE))
				plot.figure.description = argument_text(fcinfo, ARG_TITLE);
			plot.figure.title = plot.figure.description;
			initStringInfo(&out);
			figure_append(&out, &plot.figure, width, height > 0 ? height : figure_height(&plot.figure, width));
			PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
		}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized plot kind \"%s\"", kind),
			 errhint("Valid kinds are forecast, rolling and loss.")));
	PG_RETURN_NULL();
}
