/*
 * series_forecast.h: all that can be shown of one series' forecast: the rows before it, the forecast with intervals of
 * several levels, what came later, and the best naive baseline.
 *
 * Steps are counted from the origin, which is step 0.
 */
#ifndef LFPG_SERIES_FORECAST_H
#define LFPG_SERIES_FORECAST_H

#include "forecast/time_axis.h"
#include "model/model_value.h"

#define MOST_SHOWN 300			/* known rows that a chart shows */
#define MOST_STEPS 10000		/* and steps of the forecast */
#define MOST_LEVELS 5

/* Levels of intervals, from the widest to the narrowest. */
typedef struct Levels
{
	int			count;
	double		level[MOST_LEVELS];
} Levels;

/* What is asked for. */
typedef struct ForecastRequest
{
	LoadedModel *loaded;
	Oid			relation;		/* InvalidOid: that of the model, or the rows that it carries */
	const TimestampTz *as_of;	/* NULL: from the newest rows */
	int			target;			/* number among the targets */
	int			steps;
	Levels		levels;
} ForecastRequest;

typedef struct SeriesForecast
{
	const char *label;			/* NULL: the series has no name */
	const char *source;			/* what the rows came from */
	TimeAxis	axis;
	const char *origin;			/* its time as text; NULL: rows have no time */
	int			known;			/* rows shown before the forecast */
	double	   *known_x;		/* (known) */
	double	   *known_y;
	int			asked;			/* steps asked for, */
	const char *unknown;		/* and why fewer can be forecast; NULL: they are all */
	int			steps;
	double	   *x;				/* (steps) */
	double	   *forecast;		/* (steps) */
	double	   *low[MOST_LEVELS];	/* (levels) of (steps); NaN where nothing is known */
	double	   *high[MOST_LEVELS];
	double		moved;			/* how far the newest values lie outside what training has seen; 0: not */
	int			later;			/* rows that came after the origin, up to the last step */
	double	   *later_x;		/* (later) */
	double	   *later_y;
	const char *baseline_name;	/* NULL: there is none */
	double	   *baseline;		/* (steps) */
} SeriesForecast;

/*
 * The levels that a chart shows where one is asked for: it, and 0.8 and 0.5 within it; or those of the array in this
 * argument, which raises 22023 where one is none.
 */
Levels		levels_around(double level);
Levels		argument_levels(FunctionCallInfo fcinfo, int number);

/* The naive forecaster with the least errors on the held-out rows; LF_NETWORK where nothing was held out. */
lf_forecaster best_naive(const lf_model *model, int target);

/*
 * The forecast of the series of this name (NULL: the only one). Where a named one cannot be forecast, NULL and why; where
 * 'reason' is NULL, and of the only series, that is error 22000. Raises what lstm_forecast raises.
 */
SeriesForecast *series_forecast(const ForecastRequest *request, const char *label, char **reason);

/* "50, 80, 95% interval" */
char	   *series_forecast_band_name(const Levels *levels);

/* The target of this name, or with NULL the first; raises 42703. */
int			model_target(const lf_model *model, const char *name);

/* The same as a chart; 'caption' may be NULL. */
Chart	   *series_forecast_chart(const SeriesForecast *shown, const Levels *levels, const char *caption);

#endif
