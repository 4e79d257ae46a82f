/*
 * past.h: trainings and forecasts as they would have been at an earlier row: what lstm_backtest and lstm_tune have in
 * common.
 *
 * Nothing leaks from later rows to earlier ones, because each call makes its rows anew, by a cut: a training gets the
 * rows that it may know as they were read, so that even what it fills in, finds or scales by is theirs; and forecasts
 * are made and measured on a series that ends with the part that they are measured on.
 */
#ifndef LFPG_PAST_H
#define LFPG_PAST_H

#include "request.h"
#include "scoring.h"

typedef struct Past
{
	Table	   *table;
	Rows	   *read;			/* as they were read: what trainings fill by themselves */
	Rows	   *rows;			/* the same as a series */
	Series		series;			/* with the step that was found */
} Past;

/* Reads all rows of a request's table that have a target. */
Past	   *past_read(const Request *request, Table *table);

/*
 * A model of the oldest 'known' rows of the series, ready to forecast; the request stays as it is. 'what' says in
 * messages which training that is.
 */
LoadedModel *past_train(const Past *past, const Request *request, uint64 known, const char *what);

typedef struct PastScore
{
	Along	   *along;
	lf_metrics *metrics;		/* (targets, LF_FORECASTERS) */
} PastScore;

/*
 * Forecasts from row number 'origin' on, one horizon after the other, and measures up to row number 'end'. No row up to
 * the origin is measured: a model with lead 0 begins one row later.
 */
PastScore	past_score(const Past *past, const LoadedModel *loaded, uint64 origin, uint64 end, double level);

#endif
