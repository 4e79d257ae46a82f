/*
 * level.h: the level of targets that are no inputs, estimated from the inputs by least squares.
 *
 * A network whose target is not in its window would have to learn the level of the target as well as its movements, and
 * bounded activations cannot follow it outside the range they were trained on. So the level is estimated as linear
 * regression would, and the network learns what that misses.
 */
#ifndef LF_LEVEL_H
#define LF_LEVEL_H

#include "series/split.h"

/* More inputs than this are not linked: the normal equations grow with the square of their number. */
#define LF_MAX_REGRESSION_INPUTS 64

/*
 * Whether windows of this task can be normalized: every target is an input, or the inputs are few enough for a level
 * regression.
 */
bool		lf_task_can_normalize(const lf_task *task);

/* Whether its windows need a level regression for that. */
bool		lf_task_needs_level_regression(const lf_task *task);

/* Doubles of the regression itself, (targets, inputs + 1): the coefficients of each target, the constant last. */
size_t		lf_level_regression_size(const lf_task *task);

/* Doubles that fitting needs besides. */
size_t		lf_level_regression_scratch(const lf_task *task);

/*
 * Fits the regression on some windows, or on a part of them, evenly spread, where they are many. What is estimated is
 * the first output, on the scale of the scaler; that of 'windows' is (series, columns).
 */
void		lf_level_regression_fit(const lf_windows *windows, const lf_spans *spans, double *regression, double *scratch);

/*
 * The share of a column's variance that lies between blocks of so many rows: near 1 where its level moves, near 0 where
 * it swings about one level. 1 for a constant column or less than two blocks.
 */
double		lf_level_share(const lf_frame *frame, int column, size_t block);

#endif
