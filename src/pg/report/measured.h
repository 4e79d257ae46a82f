/*
 * measured.h: how good forecasts were along known rows, step by step, and how many of their intervals held.
 */
#ifndef LFPG_MEASURED_H
#define LFPG_MEASURED_H

#include "forecast/rolling_origin.h"
#include "forecast/series_forecast.h"
#include "judge/explain.h"

typedef struct Measured
{
	MemoryContext context;		/* of all that follows */
	int			steps;
	Levels		levels;
	bool		unseen;			/* the rows came after those of the training */
	bool		scaled;			/* errors are shares of the seasonal naive error of their series */
	double		forecasts;		/* origins, of all series */
	const char *from;			/* time of the first and the last row of the first series; NULL: it has none */
	const char *to;
	double	   *error;			/* (steps, LF_NAIVE_FORECASTERS): mean absolute errors; NaN: not known */
	double	   *count;			/* (steps, LF_NAIVE_FORECASTERS) */
	double		inside[MOST_LEVELS];	/* values within the interval of each level, */
	double		bounded;		/* of so many that had one */
	uint64		newer;			/* rows of the first series that are newer than the training */
} Measured;

/* The seasons that training found, from the shortest to the longest. */
lf_seasons	seasons_of_model(const lf_model *model);

/* Rows of a series that are read for it, at least. */
uint64		measured_rows(const lf_model *model);

Measured   *measured_create(const ForecastRequest *request, MemoryContext context);

/* Adds the forecasts along the rows of the series at hand. Sets how importances along the same rows are to be found. */
void		measured_add(Measured *measured, const ForecastRequest *request, RollingOrigin *rolling, ExplainPlan *plan);

/* Mean over all steps; NaN where the forecaster is not known at each of them. */
double		measured_error(const Measured *measured, lf_forecaster forecaster);

/* The best of the baselines over all steps; LF_NETWORK where there is none. */
lf_forecaster measured_best(const Measured *measured);

#endif
