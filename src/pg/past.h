/*
 * past.h: trainings and forecasts as they would have been at an earlier row: what lstm_backtest and lstm_tune have in
 * common.
 *
 * Nothing leaks from later rows to earlier ones, because each call makes its rows anew, by a cut: a training gets the
 * rows that it may know as they were read, so that even what it fills in, finds or scales by is theirs; and forecasts
 * are made and measured on series that end with the part that they are measured on. Several series end at times of
 * their own: cuts are counted in rows from the end of each.
 */
#ifndef LFPG_PAST_H
#define LFPG_PAST_H

#include "request.h"
#include "scoring.h"

typedef struct Past
{
	Table	   *table;
	PanelPlan	plan;			/* of the panel */
	Panel	   *panel;			/* all series, regular */
	SeriesRows *given;			/* (series of the panel): as they were read, what trainings fill by themselves */
	Size		capacity;		/* of given */
	Size		held;			/* bytes of their rows */
} Past;

/*
 * Reads all rows of a request's table that have a target. Of several series, those that training would leave out, or
 * that have fewer than 'least_rows' rows, are left out or raised as there.
 */
Past	   *past_read(Request *request, Table *table, uint64 least_rows);

/* Rows of a series of the panel. */
static inline uint64
past_rows(const Past *past, Size series)
{
	return past->panel->start[series + 1] - past->panel->start[series];
}

/*
 * A model of all but the newest 'unknown' rows of each series, ready to forecast; the request stays as it is. 'what'
 * says in messages which training that is.
 */
LoadedModel *past_train(const Past *past, const Request *request, uint64 unknown, const char *what);

/* The measures of one series after the other. */
typedef struct PastScore
{
	Along	   *along;
	lf_metrics *metrics;		/* (targets, LF_FORECASTERS): of the series at hand, until the next one is taken */
	uint64		origin;			/* its rows before those that are measured */

	const Past *past;
	const LoadedModel *loaded;
	uint64		unknown;
	uint64		measured;
	double		level;
	Size	   *numbers;		/* (series along): in the past's panel */
} PastScore;

/*
 * Goes to the rows before the newest 'unknown' ones of each series, of which the last 'measured' are to be measured:
 * forecasts start from the row before these, one horizon after the other. None of the rows before them is measured: a
 * model with lead 0 begins one row later.
 */
PastScore	past_score(const Past *past, const LoadedModel *loaded, uint64 unknown, uint64 measured, double level);

/* Measures the series at hand, the first one to begin with. */
void		past_measure(PastScore *score);

/* Takes the next series to hand; false after the last one. */
bool		past_next(PastScore *score);

#endif
