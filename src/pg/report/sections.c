/*
 * sections.c: what a report shows in tables and figures.
 */
#include "report/report.h"

#include "judging/combination.h"
#include "model/bounds.h"

#include <math.h>

#define MOST_LINES 48			/* steps of a series in a table */
#define MOST_STEP_LINES 24		/* steps in the table of errors */
#define LEAST_DECOMPOSED 200	/* rows in the chart of what rows are made of, */
#define MOST_DECOMPOSED 1500	/* and at most */

/* A figure of charts that have been said something of already. */
static void
put_figure(Report *report, List *charts, const char *description, const char *unit, int columns)
{
	Figure		figure = {.title = "", .description = description, .unit = unit, .charts = charts, .columns = columns};

	page_figure(&report->page, &figure);
}

/* ---- forecast ---- */

static char *
stamp_of(const SeriesForecast *shown, int step)
{
	const Timeline *timeline = &shown->axis.timeline;

	if (!timeline_has_step(timeline))
		return NULL;
	return timeline_text(timeline->kind, timeline_at(timeline, shown->axis.origin, (int64) shown->x[step]));
}

/* What came at a step; NaN where nothing has yet. */
static double
actual_of(const SeriesForecast *shown, int step)
{
	for (int i = 0; i < shown->later; i++)
		if (shown->later_x[i] == shown->x[step])
			return shown->later_y[i];
	return NAN;
}

static void
put_forecast_table(Report *report, const SeriesForecast *shown)
{
	HtmlPage   *page = &report->page;
	double		level = 100 * report->request.levels.level[0];
	const char *headings[] = {timeline_has_step(&shown->axis.timeline) ? "time" : "step", "forecast",
		psprintf("%g%% from", level), "to", shown->baseline_name, "actual"};
	int			columns = shown->later > 0 ? 6 : shown->baseline_name != NULL ? 5 : 4;

	headings[4] = shown->baseline_name == NULL ? "" : shown->baseline_name;
	page_table(page, columns, headings, true);
	for (int k = 0; k < Min(shown->steps, MOST_LINES); k++)
	{
		char	   *stamp = stamp_of(shown, k);

		page_row(page, (const char *const[]) {
			stamp == NULL ? psprintf("%d", k + 1) : stamp, page_number(shown->forecast[k]), page_number(shown->low[0][k]),
			page_number(shown->high[0][k]), shown->baseline == NULL ? "" : page_number(shown->baseline[k]),
			page_number(actual_of(shown, k))});
	}
	page_table_end(page);
	if (shown->steps > MOST_LINES)
		page_paragraph(page, "%d more steps are in the figure.", shown->steps - MOST_LINES);
}

void
report_forecast(Report *report)
{
	List	   *charts = NIL;

	for (int i = 0; i < report->count; i++)
		if (report->forecast[i] != NULL)
			charts = lappend(charts, series_forecast_chart(report->forecast[i], &report->request.levels,
														   report->forecast[i]->label));
	if (charts == NIL)
		return;
	page_section(&report->page, "Forecast");
	put_figure(report, charts, "forecast", report->unit, 0);
	for (int i = 0; i < report->count; i++)
	{
		if (report->forecast[i] == NULL)
			continue;
		if (report->forecast[i]->label != NULL)
			page_paragraph(&report->page, "%s", report->forecast[i]->label);
		put_forecast_table(report, report->forecast[i]);
	}
}

/* ---- errors by step ---- */

/* The line of step i of so many: the first and the last one are among them. */
static int
spread(int i, int lines, int steps)
{
	return lines <= 1 ? 0 : (int) ((int64) i * (steps - 1) / (lines - 1));
}

static void
put_error_chart(Report *report, lf_forecaster best)
{
	const Measured *measured = report->measured;
	Chart	   *chart = chart_create(number_ticks, NULL);
	double	   *x = palloc(measured->steps * sizeof(double));

	for (int k = 0; k < measured->steps; k++)
		x[k] = k + 1;
	chart->x_low = 1;
	chart->x_high = measured->steps;
	for (int i = 0; i < 2; i++)
	{
		lf_forecaster f = i == 0 ? best : LF_NETWORK;
		double	   *y = palloc(measured->steps * sizeof(double));

		for (int k = 0; k < measured->steps; k++)
		{
			int			place = k * LF_NAIVE_FORECASTERS + f;

			y[k] = measured->count[place] > 0 ? measured->error[place] : (double) NAN;
		}
		if (i == 1 || best != LF_NETWORK)
			chart_line(chart, i == 0 ? STYLE_BASELINE : STYLE_FORECAST, i == 0 ? lf_forecaster_names[f] : "forecast", x, y,
					   measured->steps);
	}
	chart_include(&chart->y_low, &chart->y_high, 0);
	put_figure(report, list_make1(chart), "mean absolute error by step", measured->scaled ? NULL : report->unit, 0);
}

void
report_errors(Report *report)
{
	const Measured *measured = report->measured;
	HtmlPage   *page = &report->page;
	const char *headings[LF_NAIVE_FORECASTERS + 1] = {"step", "forecast"};
	int			lines;

	if (measured == NULL || measured->forecasts == 0)
		return;
	page_section(page, "Errors by step");
	page_paragraph(page, "Mean absolute errors of %.0f forecasts%s%s%s%s, beside those of the naive baselines.%s", measured->forecasts,
				   measured->from == NULL ? "" : " of the rows from ", measured->from == NULL ? "" : measured->from,
				   measured->from == NULL ? "" : " to ", measured->from == NULL ? "" : measured->to,
				   measured->scaled ? " Those of each series are divided by its seasonal naive error." : "");
	if (!measured->unseen)
		page_warning(page, "The model was trained on these rows, so its errors are smaller here than they will be. "
					 "Those on held-out rows stand further down.");
	if (measured->steps > 1)
		put_error_chart(report, measured_best(measured));
	for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
		headings[f + 1] = lf_forecaster_names[f];
	page_table(page, LF_NAIVE_FORECASTERS + 1, headings, true);
	lines = Min(measured->steps, MOST_STEP_LINES);
	for (int i = 0; i < lines; i++)
	{
		const char *cells[LF_NAIVE_FORECASTERS + 1];
		int			k = spread(i, lines, measured->steps);

		cells[0] = psprintf("%d", k + 1);
		for (int f = 0; f < LF_NAIVE_FORECASTERS; f++)
		{
			int			place = k * LF_NAIVE_FORECASTERS + f;

			cells[f + 1] = measured->count[place] > 0 ? page_number(measured->error[place]) : "";
		}
		page_row(page, cells);
	}
	page_table_end(page);
	if (lines < measured->steps)
		page_paragraph(page, "%d of %d steps are listed.", lines, measured->steps);
}

/* ---- intervals ---- */

void
report_calibration(Report *report)
{
	const Measured *measured = report->measured;
	HtmlPage   *page = &report->page;

	if (measured == NULL || measured->bounded == 0)
		return;
	page_section(page, "Intervals");
	page_paragraph(page, "How many of %.0f values lay within the intervals of their forecasts.", measured->bounded);
	page_table(page, 2, (const char *const[]) {"interval", "held"}, true);
	for (int l = measured->levels.count; l-- > 0;)
		page_row(page, (const char *const[]) {psprintf("%g%%", 100 * measured->levels.level[l]),
				 page_percent(measured->inside[l] / measured->bounded)});
	page_table_end(page);
}

/* ---- inputs ---- */

void
report_importance(Report *report)
{
	HtmlPage   *page = &report->page;

	if (report->inputs == 0)
		return;
	page_section(page, "What inputs are worth");
	page_paragraph(page, "What the mean absolute error%s grows by where an input's values are exchanged in time.",
				   report->looked_along == NULL ? "" : psprintf(" of series \"%s\"", report->looked_along));
	page_table(page, 4, (const char *const[]) {"input", "importance", "share", ""}, true);
	for (int i = 0; i < report->inputs; i++)
	{
		const Importance *found = &report->importance[i];

		page_row(page, (const char *const[]) {
			report->model->names[found->column], found->constant ? "" : page_number(found->importance),
			found->constant ? "" : page_percent(found->share), found->status});
	}
	page_table_end(page);
}

/* ---- seasons ---- */

/* One of the parts along the newest rows that are shown. */
static Chart *
part_chart(const Report *report, const char *caption, const double *x, const double *part, uint64 first, int count)
{
	Chart	   *chart = chart_create(timeline_has_step(&report->parts_axis.timeline) ? time_ticks : number_ticks, &report->parts_axis);
	double	   *y = palloc(count * sizeof(double));

	for (int i = 0; i < count; i++)
		y[i] = report->multiplies ? exp(part[first + i]) : part[first + i];
	chart->caption = caption;
	chart->x_low = x[0];
	chart->x_high = x[count - 1];
	chart_line(chart, STYLE_KNOWN, NULL, x, y, count);
	return chart;
}

void
report_decomposition(Report *report)
{
	const lf_parts *parts = report->parts;
	uint64		wanted;
	uint64		first;
	int			count;
	double	   *x;
	double	   *remainder;

	if (parts == NULL || parts->rows == 0)
		return;
	wanted = (uint64) Min(Max(3 * report->season_length, LEAST_DECOMPOSED), MOST_DECOMPOSED);
	count = (int) Min((uint64) parts->rows, wanted);
	first = parts->rows - count;
	x = palloc(count * sizeof(double));
	remainder = palloc(parts->rows * sizeof(double));
	for (int i = 0; i < count; i++)
		x[i] = (double) (first + i);
	for (Size i = 0; i < parts->rows; i++)
		remainder[i] = parts->value[i] - parts->level[i] - parts->season[i];
	page_section(&report->page, "What the rows are made of");
	page_paragraph(&report->page, "The newest %d rows%s as level, season and remainder%s.", count,
				   report->looked_along == NULL ? "" : psprintf(" of series \"%s\"", report->looked_along),
				   report->multiplies ? ", which multiply" : ", which add up");
	put_figure(report, list_make3(part_chart(report, "level", x, parts->level, first, count),
								  part_chart(report, "season", x, parts->season, first, count),
								  part_chart(report, "remainder", x, remainder, first, count)),
			   "level, season and remainder", NULL, 1);
}

/* ---- what was tried ---- */

static void
put_scores(Report *report)
{
	const lf_model *model = report->model;
	const lf_score *score = model->scores + report->request.target * LF_FORECASTERS;
	HtmlPage   *page = &report->page;

	page_paragraph(page, "Errors on the " UINT64_FORMAT " windows that were held out from training%s.", model->validation_windows,
				   model->labels == NULL ? "" : ", divided by the seasonal naive error of each series");
	page_table(page, 3, (const char *const[]) {"forecast by", "mean absolute error", "root mean square"}, true);
	for (int f = 0; f < LF_FORECASTERS; f++)
		if (score[f].count > 0)
			page_row(page, (const char *const[]) {f == LF_NETWORK ? "this model" : lf_forecaster_names[f],
					 page_number(lf_score_mae(&score[f])), page_number(lf_score_rmse(&score[f]))});
	page_table_end(page);
}

void
report_candidates(Report *report)
{
	const lf_model *model = report->model;
	HtmlPage   *page = &report->page;

	if (model->imported || (model->tried == 0 && model->validation_windows == 0) || lf_bounds_are_zero_shot(model))
		return;
	page_section(page, "What was tried and weighed");
	if (model->validation_windows > 0)
		put_scores(report);
	if (model->tried == 0)
		return;
	page_paragraph(page, "The forecast is a mean of these candidates. Errors are shares of the least one.");
	page_table(page, 3, (const char *const[]) {"candidate", "error", "weight"}, true);
	for (int i = 0; i < model->tried; i++)
		page_row(page, (const char *const[]) {lf_candidate_names[model->candidate[i].candidate],
				 page_number(model->candidate[i].error), page_percent(model->candidate[i].weight)});
	page_table_end(page);
}
