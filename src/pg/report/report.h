/*
 * report.h: what a report is made of: gathered first, since its first lines tell of all of it, and then written.
 */
#ifndef LFPG_REPORT_H
#define LFPG_REPORT_H

#include "report/measured.h"
#include "report/page.h"
#include "rows/seasons.h"

#define MOST_SERIES 12			/* that a page shows */

typedef struct Report
{
	HtmlPage	page;
	ForecastRequest request;
	const lf_model *model;
	const char *title;			/* NULL: made of what is forecast */
	const char *unit;			/* of the target; NULL: not said */
	const char **series;		/* (count): names of those shown; one NULL where series have none */
	int			count;
	uint64		left_out;		/* series that are not shown */
	List	   *unknown;		/* texts: series that cannot be forecast, and why */
	SeriesForecast **forecast;	/* (count): NULL where there is none */
	MemoryContext context;		/* of what is shown */
	const char *looked_along;	/* the first series whose rows tell something: its inputs and seasons are shown */
	const char *no_forecast;	/* why there is none at all; NULL: there may be one */
	Measured   *measured;		/* NULL: there are no rows to look at */
	Importance *importance;		/* of that series */
	int			inputs;			/* (inputs) of it; 0: it is not known */
	lf_parts   *parts;			/* of that series, taken apart; NULL: it has no season */
	bool		multiplies;		/* its parts are logarithms */
	double		season_length;	/* the longest, in rows */
	TimeAxis	parts_axis;		/* its row 0 is step 0 */
} Report;

/* Makes what the sections show. */
void		report_gather(Report *report);

/* Sections, in their order on the page. */
void		report_summary(Report *report);
void		report_forecast(Report *report);
void		report_errors(Report *report);
void		report_calibration(Report *report);
void		report_importance(Report *report);
void		report_decomposition(Report *report);
void		report_candidates(Report *report);
void		report_question(Report *report);

#endif
