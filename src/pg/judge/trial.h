/*
 * trial.h: one way to train, tried on folds of one or many series and, if it is asked for, on the rows behind them.
 */
#ifndef LFPG_TRIAL_H
#define LFPG_TRIAL_H

#include "judge/cutoff.h"
#include "judging/cv_score.h"

typedef struct Trial
{
	const char *label;			/* for messages */
	Jsonb	   *options;
	int			wanted;			/* lookback; LF_UNSET: chosen from the rows */
	int			lookback;		/* of the newest training; 0: there was none */
	const char *status;			/* "ok", or the message of its error */
	int			code;			/* SQLSTATE of that error; 0: none */
	const char *hint;			/* of that error; may be NULL */
	bool		measured;		/* by the folds */
	uint64		parameters;
	double		seconds;		/* that the folds took */
	lf_cv_score	folds;
	lf_cv_score	test;
	int			rank;			/* 0: none */
} Trial;

/* How the rows of a series are divided: the oldest ones, then so many folds, then the test rows. */
typedef struct Division
{
	const Request *request;		/* what all trials have in common */
	const Cutoff *cutoff;
	int			folds;
	uint64		fold_rows;		/* of each */
	uint64		test_rows;
	MemoryContext each;			/* of one training; empty in between */
} Division;

/*
 * Trains once for each fold on the rows before it and measures its forecasts there. An error that comes of the options
 * on these rows becomes the status; any other, such as a cancel, is raised.
 */
void		trial_try_folds(const Division *division, Trial *trial);

/* The same for the test rows, with one training on all rows before them; what the folds measured stays. */
void		trial_try_test(const Division *division, Trial *trial);

/* Of the folds; NaN where they did not measure it. */
double		trial_error(const Trial *trial);

#endif
