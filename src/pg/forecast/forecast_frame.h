/*
 * forecast_frame.h: what a forecast starts from: the newest window of a series, and behind it the rows of the horizon,
 * as far as they are given: known inputs, what each series has one value of, and the calendar.
 */
#ifndef LFPG_FORECAST_FRAME_H
#define LFPG_FORECAST_FRAME_H

#include "forecast/series_scaling.h"

/* How far ahead a forecast goes. */
typedef struct Ahead
{
	int			steps;			/* where no time is given */
	const TimestampTz *until;	/* so many steps as are not later; NULL: it is not given */
	struct Scenario *scenario;	/* what is known of them, see scenario.h; NULL: the rows behind the newest ones */
} Ahead;

typedef struct ForecastFrame
{
	int			steps;			/* to be forecast; 0: the time that was asked for comes before the first */
	lf_frame	frame;			/* the window from row 0 on, and what is given behind it */
	Timeline	timeline;
	int64		origin;			/* time of the window's last row */
	SeriesScaling scaling;
	int			known;			/* rows behind the window in which all known inputs are known */
	char	   *unknown;		/* why that are no more; NULL: they are all */
	Size		held;			/* bytes of the frame, and of the rows that it was made from */
} ForecastFrame;

/* Whether a forecast needs more than the newest rows of the inputs. */
bool		forecast_frame_is_needed(const lf_model *model);

/* Rows behind the window that a forecast of so many steps may look at. */
int			forecast_frame_reach(const lf_task *task, int steps);

/* Of the steps to be forecast those, from the first on, for which all is known that they need. */
int			forecast_frame_known(const ForecastFrame *start, const lf_task *task);

/* What a model is to forecast from. */
void		forecast_frame_show(const ForecastFrame *start, LoadedModel *loaded);

/*
 * Makes the forecast frame of a series from its rows, of which those up to '*as_of' are known (NULL: all with a
 * target). Returns NULL, or why there is no forecast. 'panel' is an empty one of the plan: it knows the categories.
 */
char	   *forecast_frame_make(const PanelSpec *plan, const Panel *panel, SeriesRows *read, const TimestampTz *as_of,
								const Ahead *ahead, ForecastFrame *start);

/* The steps from an origin on: sets them, or returns why there are none. */
char	   *forecast_frame_steps(const lf_model *model, const Timeline *timeline, int64 origin, const Ahead *ahead,
								 int *steps);

/* The same from the newest rows that a model carries itself. */
void		forecast_frame_of_tail(const lf_model *model, const Ahead *ahead, ForecastFrame *start);

#endif
