/*
 * deseasonalize.h: seasons as a transform of the targets: taken out of what the network sees, put back into what it says.
 *
 * A task says which seasons and how, and each series has shapes of its own, (targets, knots). Windows apply them row by
 * row, see window.c; here is where they come from, and what else has to know of them.
 */
#ifndef LF_DESEASONALIZE_H
#define LF_DESEASONALIZE_H

#include "series/decompose.h"

/*
 * The shapes (targets, knots) of the seasons that a task takes out, from the rows of a frame of one series: those of
 * lf_rows_for_shapes() are enough. Worthless where the interrupt came meanwhile.
 */
size_t		lf_rows_for_shapes(const lf_task *task);
void		lf_shapes_of_series(lf_parts *parts, const lf_task *task, const lf_frame *frame, double *shapes,
								const volatile sig_atomic_t *interrupt);

/* What a season does to a target in the row of this number: a value is what remains times 'factor' plus 'offset'. */
typedef struct lf_seasonal
{
	double		factor;
	double		offset;
} lf_seasonal;

lf_seasonal lf_task_seasonal(const lf_task *task, const double *shape, int target, int64_t number);

/*
 * The place on the grid of time of the first of some rows that came without one, every 'stride'-th of 'values': where
 * the shape of target 0 leaves them with the least variance.
 */
int64_t		lf_season_align(const lf_task *task, const double *shape, const double *values, size_t rows, size_t stride);

#endif
