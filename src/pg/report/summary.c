/*
 * summary.c: the first and the last section of a report: what there is to know in words, and what was asked.
 */
#include "report/report.h"

#include "model/bounds.h"
#include "rows/columns.h"
#include "train/verdict.h"

#include <math.h>

#define MOST_NAMES 20			/* columns of one kind that are listed */

/* Errors of a step from which the interval of a level is one of the last few ranks. */
#define FEW_ERRORS 40

/* An interval that holds so much less than it should is worth a warning. */
#define TOO_NARROW 0.1

/* ---- warnings ---- */

/* A text with a capital letter and a full stop. */
static char *
as_sentence(const char *string)
{
	char	   *sentence = psprintf("%s%s", string, string[0] != '\0' && strchr(".!?", string[strlen(string) - 1]) != NULL ? "" : ".");

	sentence[0] = pg_toupper((unsigned char) sentence[0]);
	return sentence;
}

static void
say_verdict(Report *report)
{
	const lf_model *model = report->model;
	Verdict		verdict;

	if (model->imported)
	{
		page_warning(&report->page, "The weights come from elsewhere: nothing is known of how good the model is.");
		return;
	}
	if (lf_bounds_are_zero_shot(model))
	{
		page_warning(&report->page, "The forecast is that of the pretrained network, which no row of this series has trained.");
		return;
	}
	if (model->validation_windows == 0)
	{
		page_warning(&report->page, "The forecast is untested: no rows were held out from its training.");
		return;
	}
	verdict = verdict_of(model, NULL);
	if (verdict.level == WARNING)
	{
		page_warning(&report->page, psprintf("%s %s", as_sentence(verdict.message), verdict.hint));
		return;
	}
	page_paragraph(&report->page, "On rows that were held out from training the forecast is better than all naive baselines.");
}

/* Whether the forecast starts before the newest rows of the training. */
static bool
knew_better(const Report *report)
{
	const lf_model *model = report->model;

	for (int i = 0; i < report->count && report->request.as_of != NULL && model->rows > 0; i++)
		if (report->forecast[i] != NULL && report->forecast[i]->axis.timeline.kind == model->time_kind &&
			model->time_kind != LF_TIME_NONE && report->forecast[i]->axis.origin < model->last_time)
			return true;
	return false;
}

static void
warn_of_rows(Report *report)
{
	const Measured *measured = report->measured;
	const lf_model *model = report->model;

	if (measured != NULL && measured->newer > 0 && model->rows > 0 && measured->unseen && !lf_bounds_are_zero_shot(model) &&
		measured->forecasts > 0 && model->time_kind != LF_TIME_NONE)
		page_paragraph(&report->page, "%s" UINT64_FORMAT " rows are newer than the training%s.",
					   measured->newer >= 1000 ? "At least " : "", measured->newer,
					   model->labels == NULL ? "" : ", of the first series");
	if (model->missing.values > 0)
		page_warning(&report->page,
					 psprintf(UINT64_FORMAT " values were missing in training and were filled (%s).", model->missing.values,
							  lf_missing_names[model->missing.method]));
	if (knew_better(report))
		page_warning(&report->page, "The model was trained on rows after that time, so it knew what came.");
	for (int i = 0; i < report->count; i++)
	{
		const SeriesForecast *shown = report->forecast[i];
		char	   *of = shown == NULL || shown->label == NULL ? "" : psprintf(" of series \"%s\"", shown->label);

		if (shown != NULL && shown->moved > 0)
			page_warning(&report->page,
						 psprintf("The newest values%s lie outside what the model was trained on. Its intervals are wider by that.", of));
		if (shown != NULL && shown->unknown != NULL)
			page_warning(&report->page, psprintf("Steps %d to %d%s have no forecast: %s.", shown->steps + 1, shown->asked, of,
												 shown->unknown));
	}
}

static void
warn_of_intervals(Report *report)
{
	const Measured *measured = report->measured;
	const lf_errors *errors = &report->model->errors;
	const Levels *levels = &report->request.levels;

	if (report->no_forecast == NULL && errors->steps > 0 && errors->count[0] < FEW_ERRORS && report->model->validation_windows > 0)
		page_warning(&report->page, psprintf("Intervals rest on %d errors of each step.", errors->count[0]));
	for (int l = 0; measured != NULL && measured->bounded > 0 && l < levels->count; l++)
		if (measured->inside[l] / measured->bounded < levels->level[l] - TOO_NARROW)
			page_warning(&report->page,
						 psprintf("Intervals are too narrow: those of %g%% held %s of the values.", 100 * levels->level[l],
								  page_percent(measured->inside[l] / measured->bounded)));
}

/* What the forecast says at its last step. */
static void
say_forecast(Report *report)
{
	const char *unit = report->unit == NULL || report->unit[0] == '\0' ? "" : psprintf(" %s", report->unit);

	for (int i = 0; i < report->count; i++)
	{
		const SeriesForecast *shown = report->forecast[i];
		int			last = shown == NULL ? -1 : shown->steps - 1;

		if (last < 0)
			continue;
		page_paragraph(&report->page, "%s%sForecast of %d step%s%s%s: at the last one %s%s%s.",
					   shown->label == NULL ? "" : shown->label, shown->label == NULL ? "" : ": ", shown->steps,
					   shown->steps == 1 ? "" : "s", shown->origin == NULL ? "" : " after ",
					   shown->origin == NULL ? "" : shown->origin, page_number(shown->forecast[last]), unit,
					   isnan(shown->low[0][last]) ? ", without an interval" :
					   psprintf(", with %g%% probability between %s and %s", 100 * report->request.levels.level[0],
								page_number(shown->low[0][last]), page_number(shown->high[0][last])));
	}
}

void
report_summary(Report *report)
{
	ListCell   *cell;

	page_section(&report->page, "In short");
	if (report->no_forecast != NULL)
		page_warning(&report->page, report->no_forecast);
	say_forecast(report);
	say_verdict(report);
	foreach(cell, report->unknown)
		page_warning(&report->page, lfirst(cell));
	warn_of_rows(report);
	warn_of_intervals(report);
	if (report->left_out > 0)
		page_paragraph(&report->page, UINT64_FORMAT " more series are not shown; this page shows %d.", report->left_out,
					   report->count);
}

/* ---- what was asked ---- */

/* The names of the columns of a kind, or with LF_COLUMN_KINDS the targets, as far as a page lists them. */
static char *
names_of(const lf_model *model, int kind)
{
	const lf_task *task = &model->task;
	int			count = kind == LF_COLUMN_KINDS ? task->targets : model->columns;
	int			listed = 0;
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
	{
		int			column = kind == LF_COLUMN_KINDS ? task->target[i] : i;

		CHECK_FOR_INTERRUPTS();
		if (kind != LF_COLUMN_KINDS && (task->kind[column] != kind || (kind == LF_COLUMN_MEASURED && lf_task_input_of(task, column) < 0)))
			continue;
		if (listed++ < MOST_NAMES)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", model->names[column]);
	}
	if (listed > MOST_NAMES)
		appendStringInfo(&list, " and %d more", listed - MOST_NAMES);
	return list.data;
}

static char *
seasons_text(const lf_model *model)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < model->found.count; i++)
		if (model->found.fact[i].shown)
			appendStringInfo(&list, "%s%g rows", list.len > 0 ? ", " : "", model->found.fact[i].length);
	return list.len == 0 && model->found.count > 0 ? "none found" : list.data;
}

void
report_question(Report *report)
{
	HtmlPage   *page = &report->page;
	const lf_model *model = report->model;
	const lf_task *task = &model->task;
	bool		trained = !model->imported && !lf_bounds_are_zero_shot(model);
	const SeriesForecast *shown = NULL;

	for (int i = 0; i < report->count && shown == NULL; i++)
		shown = report->forecast == NULL ? NULL : report->forecast[i];
	page_section(page, "What was asked");
	page_table(page, 2, NULL, false);
	page_fact(page, "Targets", names_of(model, LF_COLUMN_KINDS));
	page_fact(page, "Shown here", model->names[task->target[report->request.target]]);
	page_fact(page, "Rows from", shown == NULL ? model->relation : shown->source);
	page_fact(page, "Time column", model->time_column);
	page_fact(page, "Series told apart by", model->series_column);
	page_fact(page, "Series in training", model->labels == NULL ? NULL : psprintf("%zu", model->series));
	page_fact(page, "Inputs", names_of(model, LF_COLUMN_MEASURED));
	page_fact(page, "Inputs known ahead", names_of(model, LF_COLUMN_KNOWN));
	page_fact(page, "Inputs of each series", names_of(model, LF_COLUMN_STATIC));
	page_fact(page, "Categories of each series", names_of(model, LF_COLUMN_CATEGORY));
	page_fact(page, "Calendar", names_of(model, LF_COLUMN_CALENDAR));
	page_fact(page, "Holidays", names_of(model, LF_COLUMN_EVENT));
	page_fact(page, "Lookback", psprintf("%d rows", task->lookback));
	page_fact(page, "Horizon", psprintf("%d step%s", task->horizon, task->horizon == 1 ? "" : "s"));
	if (trained)
	{
		page_fact(page, "One step is", model->time_kind == LF_TIME_NONE || model->rows < 2 ? NULL :
				  timeline_step_text(model->time_kind, &model->step));
		page_fact(page, "Rows in training", psprintf(UINT64_FORMAT, model->rows));
		page_fact(page, "The newest of them", model->time_kind == LF_TIME_NONE || model->rows == 0 ? NULL :
				  timeline_iso_text(model->time_kind, model->last_time));
		page_fact(page, "Seasons", seasons_text(model));
		page_fact(page, "Windows held out", psprintf(UINT64_FORMAT, model->validation_windows));
	}
	page_fact(page, "Weights", psprintf("%zu", model->parameters));
	page_fact(page, "Made by", psprintf("lstm_forecast %s", model->version));
	page_table_end(page);
}
