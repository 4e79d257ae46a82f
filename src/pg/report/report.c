/*
 * report.c: lstm_report: a model and its forecast as one page, for people who read no SQL.
 */
#include "report/report.h"

#include "model/bounds.h"
#include "model/model_cache.h"
#include "sql/arguments.h"
#include "utils/timestamp.h"

/* Arguments. */
enum
{
	ARG_MODEL,
	ARG_RELATION,
	ARG_TARGET,
	ARG_STEPS,
	ARG_LEVEL,
	ARG_AS_OF,
	ARG_SERIES,
	ARG_TITLE,
	ARG_UNIT
};

/* The page from top to bottom. */
static void (*const sections[]) (Report *report) = {
	report_summary,
	report_forecast,
	report_errors,
	report_calibration,
	report_importance,
	report_decomposition,
	report_candidates,
	report_question,
};

/* Those that are asked for, or those of the training, as far as a page shows them. */
static void
choose_series(Report *report, FunctionCallInfo fcinfo)
{
	const lf_model *model = report->model;
	int			asked = 0;
	char	  **names = argument_names(fcinfo, ARG_SERIES, "series", LF_MAX_SERIES, &asked);
	const char *const *all = names != NULL ? (const char *const *) names : (const char *const *) model->labels;
	uint64		available = names != NULL ? (uint64) asked : model->labels != NULL ? (uint64) model->series : 1;

	if (names != NULL && model->labels == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model was trained on a single unnamed series, but \"series\" was given"),
				 errhint("Train with series_column, or leave \"series\" out.")));
	report->count = (int) Min(available, MOST_SERIES);
	report->left_out = available - report->count;
	report->series = palloc0(Max(report->count, 1) * sizeof(char *));
	for (int i = 0; i < report->count && all != NULL; i++)
		report->series[i] = all[i];
}

static const char *
default_title(const Report *report)
{
	const lf_model *model = report->model;

	return psprintf("Forecast of %s%s%s", model->names[model->task.target[report->request.target]],
					model->relation[0] == '\0' ? "" : " of ", model->relation);
}

SQL_FUNCTION(lstm_report);
Datum
lstm_report(PG_FUNCTION_ARGS)
{
	Report		report = {0};
	ForecastRequest *request = &report.request;
	TimestampTz as_of;

	if (PG_ARGISNULL(ARG_MODEL) || PG_ARGISNULL(ARG_LEVEL))
		PG_RETURN_NULL();
	check_level(PG_GETARG_FLOAT8(ARG_LEVEL));
	request->levels = levels_around(PG_GETARG_FLOAT8(ARG_LEVEL));
	request->loaded = model_use(call_site_use(fcinfo), fcinfo->flinfo->fn_mcxt, PG_GETARG_DATUM(ARG_MODEL));
	report.model = &request->loaded->model;
	request->relation = PG_ARGISNULL(ARG_RELATION) ? InvalidOid : PG_GETARG_OID(ARG_RELATION);
	request->target = model_target(report.model, argument_text(fcinfo, ARG_TARGET));
	request->steps = model_steps(report.model, !PG_ARGISNULL(ARG_STEPS),
								 argument_int(fcinfo, ARG_STEPS, "steps", 1, MOST_STEPS, 1));
	if (!PG_ARGISNULL(ARG_AS_OF))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(ARG_AS_OF);
		request->as_of = &as_of;
	}
	choose_series(&report, fcinfo);
	report.title = argument_text(fcinfo, ARG_TITLE);
	if (report.title == NULL)
		report.title = default_title(&report);
	report.unit = argument_text(fcinfo, ARG_UNIT);
	report_gather(&report);
	page_open(&report.page, report.title);
	for (Size i = 0; i < lengthof(sections); i++)
		sections[i] (&report);
	PG_RETURN_TEXT_P(page_close(&report.page));
}
