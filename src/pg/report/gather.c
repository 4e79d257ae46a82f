/*
 * gather.c: what a report shows, from the newest rows of each series: forecasts, errors, importances, seasons.
 */
#include "report/report.h"

#include "model/bounds.h"
#include "server/error.h"
#include "utils/memutils.h"

#include <math.h>

#define MOST_EXPLAINED 40		/* inputs: each takes forecasts of its own */

/* A series that cannot be forecast is told of, and does not stand in the way of the others; alone it is an error. */
static void
forecast_series(Report *report, int number)
{
	char	   *reason = NULL;

	report->forecast[number] = series_forecast(&report->request, report->series[number], report->count == 1 ? NULL : &reason);
	if (reason != NULL)
		report->unknown = lappend(report->unknown, psprintf("There is no forecast: %s.", reason));
}

/* The seasons of the rows at hand: those that training found, or where it could not look, those that they have. */
static void
take_apart(Report *report, RollingOrigin *rolling)
{
	lf_season_facts found = report->model->found;
	int			column = report->model->task.target[report->request.target];
	Rows	   *rows = rolling->rows;
	lf_arena	arena = lf_arena_measure();
	lf_parts   *parts = MemoryContextAllocZero(report->context, sizeof(lf_parts));
	void	   *block;
	Size		needed;

	found.seasons = seasons_of_model(report->model);
	if (found.count == 0)
		seasons_find(&rolling->frame, column, &rolling->panel->timeline, rows_memory(rolling->panel->rows), &found);
	if (found.seasons.count == 0)
		return;
	report->season_length = found.seasons.season[found.seasons.count - 1].length;
	report->multiplies = found.logged;
	for (uint64 row = 0; row < rows->count && report->multiplies; row++)
		report->multiplies = rows->values[row * rows->columns + column] > 0;
	if ((double) rows->count < 2 * report->season_length)
		return;
	lf_parts_layout(parts, &arena, rows->count, &found.seasons);
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(rows_memory(rolling->panel->rows), needed, "taking rows apart", "give fewer rows");
	block = MemoryContextAllocHuge(report->context, needed);
	arena = lf_arena_over(block, needed);
	lf_parts_layout(parts, &arena, rows->count, &found.seasons);
	seasons_take_apart(parts, &found.seasons, rows, column, report->multiplies);
	report->parts = parts;
	if (rows->timed)
		report->parts_axis = (TimeAxis) {rolling->panel->timeline, rows_time(rows, parts->first)};
}

/* Columns that a forecast looks at, each once. */
static int
count_inputs(const lf_task *task)
{
	bool		seen[LF_MAX_COLUMNS] = {false};
	int			count = 0;

	for (int i = 0; i < task->inputs; i++)
	{
		count += !seen[task->input[i]];
		seen[task->input[i]] = true;
	}
	return count;
}

/* The importances along the rows at hand, with what is said of them in the memory of the report. */
static void
weigh_inputs(Report *report, RollingOrigin *rolling, const ExplainPlan *plan)
{
	Importance *found = MemoryContextAllocZero(report->context, report->model->task.inputs * sizeof(Importance));

	report->inputs = explain_along(report->request.loaded, rolling, plan, report->request.target, found);
	for (int i = 0; i < report->inputs; i++)
		if (found[i].status != NULL)
			found[i].status = MemoryContextStrdup(report->context, found[i].status);
	report->importance = found;
}

/* What the rows of a series say of forecasts along them. */
static void
look_along(Report *report, int number)
{
	const char *label = report->series[number];
	RollingOrigin *rolling = rolling_origin_open(report->model, report->request.relation, label, measured_rows(report->model));
	int			inputs = count_inputs(&report->model->task);
	ExplainPlan plan = {0};
	bool		first = report->measured == NULL;

	if (first)
	{
		report->measured = measured_create(&report->request, report->context);
		report->looked_along = label;
	}
	measured_add(report->measured, &report->request, rolling, &plan);
	if (!first)
		return;
	if (inputs > 1 && inputs <= MOST_EXPLAINED && plan.steps > 0)
		weigh_inputs(report, rolling, &plan);
	take_apart(report, rolling);
}

void
report_gather(Report *report)
{
	const lf_model *model = report->model;
	Size		points = (Size) Max(report->count, 1) * (MOST_SHOWN + report->request.steps);
	bool		has_relation = OidIsValid(report->request.relation) || model->relation[0] != '\0';
	MemoryContext reading;

	report->context = CurrentMemoryContext;
	check_memory(points * (2 * report->request.levels.count + 4) * 6 * sizeof(double), "the report", "give fewer steps or series");
	report->forecast = palloc0(Max(report->count, 1) * sizeof(SeriesForecast *));
	if (!has_relation && model->tail == NULL)
	{
		report->no_forecast = "There is no forecast: the model names no relation. Name one: relation => 'name'.";
		return;
	}
	/* the rows of one series go before the next one is read */
	reading = AllocSetContextCreate(report->context, "lstm_report rows of a series", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < report->count; i++)
	{
		forecast_series(report, i);
		if (report->forecast[i] == NULL || !has_relation)
			continue;
		MemoryContextSwitchTo(reading);
		look_along(report, i);
		MemoryContextSwitchTo(report->context);
		MemoryContextReset(reading);
	}
	MemoryContextDelete(reading);
}
