/*
 * newest.h: a model at the newest rows of each series of a relation, or at those that it carries: what functions that forecast
 * from there have in common.
 */
#ifndef LFPG_NEWEST_H
#define LFPG_NEWEST_H

#include "forecast/asked.h"
#include "forecast/forecast_frame.h"
#include "server/progress.h"

/* A series whose newest window has been shown to the model: window 0 of its frame. */
typedef struct NewestSeries
{
	const char *label;			/* NULL: it has no name */
	const Timeline *timeline;
	int64		origin;			/* time of the window's last row */
	int			steps;			/* that are asked for */
	int			known;			/* of these, from the first on, those that can be forecast */
	const char *unknown;		/* why the others cannot; NULL: there are none */
} NewestSeries;

/* Zeroed but for what the caller sets. */
typedef struct Newest
{
	/* set by the caller */
	LoadedModel *loaded;
	ProgressCommand command;	/* which shows how many series have been read */
	Ahead		ahead;
	const TimestampTz *as_of;	/* NULL: the newest rows */
	TimestampTz stated;			/* has room for it */
	TimestampTz end;			/* the same of the time up to which it goes */
	bool		framed;			/* frames have the targets as well, and are the caller's to change */
	Oid			holidays;		/* relation of their days; InvalidOid: that of the model */
	Oid			future;			/* relation of the known inputs of the steps to come; InvalidOid: they stand behind the newest rows */
	Asked		asked;
	ReadFilter	filter;
	void		(*put) (void *state, const NewestSeries *series);	/* forecasts it, by model_forecast() */
	series_left_out left_out;	/* is told of each series that cannot be forecast, and why */
	void	   *state;			/* of both */

	/* of several series */
	Table	   *table;
	PanelSpec	plan;
	Panel	   *panel;
	MemoryContext each;			/* of one series */
	MemoryContext caller;

	uint64		scenarios;		/* series with a known input beyond what the model has learned, */
	char	   *scenario;		/* and what is said of the first of them */
	uint64		outside;		/* forecasts from windows beyond what the model has learned */
	char	   *outside_label;	/* the first of their series; NULL: it has no name */
} Newest;

/* Arguments that functions which forecast from there share, by their numbers; those of earlier versions end before some of them. */
typedef struct NewestArguments
{
	int			steps;
	int			as_of;
	int			series;
	int			until;			/* 0: there is none */
	int			holidays;
	int			future;
} NewestArguments;

/* Reads them for the model that was loaded; raises 22023 where they do not fit it, or each other. */
void		newest_read(Newest *newest, FunctionCallInfo fcinfo, const NewestArguments *arguments);

/*
 * Goes over them, in a relation, or where it is InvalidOid, in that of the training. Raises why a model of one series cannot be
 * forecast, and says at the end which newest values, and which known inputs of the horizon, lay outside what the model has learned.
 */
void		newest_run(Newest *newest, Oid relation);

#endif
