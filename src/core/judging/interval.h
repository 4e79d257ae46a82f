/*
 * interval.h: prediction intervals from the errors of forecasts that nobody trained on (split conformal prediction:
 * Papadopoulos et al. 2002; Lei et al. 2018).
 *
 * Each step of a forecast and each target has its own errors, on the scale of the column. Of n errors in ascending
 * order the one of rank ceil((n + 1) * level) bounds a new error with that probability, whatever the distribution, as
 * long as new rows are like those that were held out. Steps past the horizon are measured like the others, by feeding
 * forecasts back: what the recursion adds to the error is in the width.
 *
 * Where the network says a distribution (see head.h), the errors of the steps that it says one for are nonconformity
 * scores, and widths are half-widths.
 */
#ifndef LF_INTERVAL_H
#define LF_INTERVAL_H

#include "series/window.h"

/* Most errors that are kept of one step and target, as so many equally likely quantiles: levels up to .995 find one. */
#define LF_MAX_ERRORS 199

typedef struct lf_errors
{
	int			steps;			/* that were measured: the horizon, or more; 0: nothing was */
	int			most;			/* errors kept of any step */
	int		   *count;			/* (steps, targets): errors kept, at most 'most' */
	float	   *error;			/* (steps, targets, most): absolute, or nonconformity scores; ascending */
} lf_errors;

/* Steps to measure for a task with so many held-out windows: the horizon, and what recursion may be asked for. */
int			lf_errors_steps(const lf_task *task, size_t held);

/* Whether errors are so few that all steps are told by all of them, see pooled.h. */
bool		lf_errors_are_few(const lf_task *task, size_t held);

/* Errors that are kept until they are sorted, at most. */
#define LF_MOST_MEASURED ((size_t) 1 << 19)

/* Windows that are measured, at most, for so many steps and targets. */
size_t		lf_errors_most_windows(size_t lists);

/* Windows to forecast for it: all that are held out, or as many spread over them. */
size_t		lf_errors_windows(const lf_task *task, size_t held);

/* Errors to keep of each step and target. */
int			lf_errors_most(const lf_task *task, size_t held);

/*
 * Makes what is kept out of what was measured: 'measured' (steps, targets, n), NaN where rows did not reach; its order
 * is lost.
 */
void		lf_errors_keep(lf_errors *errors, int targets, float *measured, size_t n);

/*
 * What holds of the errors that are kept of one step and target: as many as are counted, none below 0, in ascending
 * order, and zeros behind them. For LF_ASSERT, and for models that are read.
 */
bool		lf_error_list_is_sound(const lf_errors *errors, size_t list);

/* Half the width of the interval of a level, step from 0 on; NaN where too few errors are known for this level. */
double		lf_errors_half_width(const lf_errors *errors, int targets, int step, int target, double level);

/*
 * The same where any error of the target is known: levels that are too high for so few errors are told by the largest of
 * them, and steps past those that were measured by the last.
 */
double		lf_errors_any_half_width(const lf_errors *errors, int targets, int step, int target, double level);

/* The largest error that is kept; 0 where none is. */
double		lf_errors_largest(const lf_errors *errors, int targets, int step, int target);

/*
 * The probability that a forecast which is as good as those that were held out is that far off or further: the rank of
 * an error among theirs, from 1 / (n + 1) to 1. NaN where none are known.
 */
double		lf_errors_rarity(const lf_errors *errors, int targets, int step, int target, double error);

#endif
