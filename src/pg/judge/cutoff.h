/*
 * cutoff.h: trainings and forecasts as they would have been at an earlier row: what lstm_backtest and lstm_tune have in
 * common.
 *
 * Nothing leaks from later rows to earlier ones, because each call makes its rows anew, by a cut: a training gets the
 * rows that it may know as they were read, so that even what it fills in, finds or scales by is theirs; and forecasts
 * are made and measured on series that end with the part that they are measured on. Several series end at times of
 * their own: cuts are counted in rows from the end of each.
 */
#ifndef LFPG_CUTOFF_H
#define LFPG_CUTOFF_H

#include "train/request.h"
#include "judge/scoring.h"

typedef struct Past
{
	Table	   *table;
	PanelSpec	plan;			/* of the panel */
	Panel	   *panel;			/* all series, regular */
	SeriesRows *given;			/* (series of the panel): as they were read, what trainings fill by themselves */
	Size		capacity;		/* of given */
	Size		held;			/* bytes of their rows */
} Cutoff;

/*
 * Reads all rows of a request's table that have a target. Of several series, those that training would leave out, or
 * that have fewer than 'least_rows' rows, are left out or raised as there.
 */
Cutoff	   *cutoff_read(Request *request, Table *table, uint64 least_rows);

/* Rows of a series of the panel. */
static inline uint64
cutoff_rows(const Cutoff *cutoff, Size series)
{
	return cutoff->panel->start[series + 1] - cutoff->panel->start[series];
}

/*
 * A model of all but the newest 'unknown' rows of each series, ready to forecast; the request stays as it is. 'what'
 * says in messages which training that is.
 */
LoadedModel *cutoff_train(const Cutoff *cutoff, const Request *request, uint64 unknown, const char *what);

/* The measures of one series after the other. */
typedef struct CutoffScore
{
	RollingOrigin *rolling;
	lf_metrics *metrics;		/* (targets, LF_FORECASTERS): of the series at hand, until the next one is taken */
	uint64		origin;			/* its rows before those that are measured */

	const Cutoff *cutoff;
	const LoadedModel *loaded;
	uint64		unknown;
	uint64		measured;
	double		level;
	PanelSpec	plan;			/* of its rows */
	Size	   *numbers;		/* (series of the rolling origin): in the panel of the cutoff */
} CutoffScore;

/*
 * Goes to the rows before the newest 'unknown' ones of each series, of which the last 'measured' are to be measured:
 * forecasts start from the row before these, one horizon after the other. None of the rows before them is measured: a
 * model with lead 0 begins one row later.
 */
CutoffScore *cutoff_score(const Cutoff *cutoff, const LoadedModel *loaded, uint64 unknown, uint64 measured, double level);

/* Measures the series at hand, the first one to begin with. */
void		cutoff_measure(CutoffScore *score);

/* Takes the next series to hand; false after the last one. */
bool		cutoff_next(CutoffScore *score);

#endif
