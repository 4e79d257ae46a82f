/*
 * deseasonalize.c: shapes of series, what they do to a row, and rows whose place in the season nobody knows.
 */
#include "series/deseasonalize.h"

#include "series/scaler.h"

#include <math.h>
#include <string.h>

/* Of the longest season that are looked at, the newest: what lies before them weighs nothing any more. */
#define CYCLES 24

size_t
lf_rows_for_shapes(const lf_task *task)
{
	return task->seasons.count == 0 ? 0 : (size_t) (CYCLES * task->seasons.season[task->seasons.count - 1].length);
}

void
lf_shapes_of_series(lf_parts *parts, const lf_task *task, const lf_frame *frame, double *shapes,
					const volatile sig_atomic_t *interrupt)
{
	size_t		knots = (size_t) lf_seasons_knots(&task->seasons);
	size_t		enough = lf_rows_for_shapes(task);
	size_t		first = frame->rows > enough ? frame->rows - enough : 0;

	for (int j = 0; j < task->targets; j++)
	{
		lf_column	column = {.values = frame->values + first * (size_t) frame->columns + task->target[j],
			.rows = frame->rows - first, .stride = (size_t) frame->columns, .number = frame->number + (int64_t) first,
			.logged = task->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE, .log_from = task->log ? task->log_from : 0};

		lf_decompose(parts, &task->seasons, &column, interrupt);
		memcpy(shapes + (size_t) j * knots, parts->shape, knots * sizeof(double));
	}
}

lf_seasonal
lf_task_seasonal(const lf_task *task, const double *shape, int target, int64_t number)
{
	lf_seasonal seasonal = {.factor = 1, .offset = 0};
	double		value;

	if (task->deseasonalize == LF_DESEASONALIZE_NONE)
		return seasonal;
	value = lf_seasons_value(&task->seasons, shape + target * lf_seasons_knots(&task->seasons), number);
	if (task->deseasonalize == LF_DESEASONALIZE_ADDITIVE)
		seasonal.offset = value;
	else
		seasonal.factor = exp(value < 700 ? value : 700);
	return seasonal;
}

/* The variance of rows without the season, if the first has this number. */
static double
variance_at(const lf_task *task, const double *shape, const double *values, size_t rows, size_t stride, int64_t number)
{
	double		mean = 0;
	double		squares = 0;

	for (size_t i = 0; i < rows; i++)
	{
		double		value = values[i * stride];
		double		delta;

		if (task->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE)
			value = lf_logarithm(task, value);
		delta = value - lf_seasons_value(&task->seasons, shape, number + (int64_t) i) - mean;
		mean += delta / (double) (i + 1);
		squares += delta * delta * (double) i / (double) (i + 1);
	}
	return squares;
}

int64_t
lf_season_align(const lf_task *task, const double *shape, const double *values, size_t rows, size_t stride)
{
	int			longest = lf_seasons_longest(&task->seasons, LF_LONGEST_SEASON);
	int			step = longest / LF_MAX_KNOTS + 1;	/* longer ones are smooth */
	size_t		newest = 4 * (size_t) longest < rows ? 4 * (size_t) longest : rows;	/* rows that are compared */
	int64_t		best = 0;
	double		least = INFINITY;

	for (int number = 0; number < longest; number += step)
	{
		double		variance = variance_at(task, shape, values + (rows - newest) * stride, newest, stride,
										   number + (int64_t) (rows - newest));

		if (variance < least)
		{
			least = variance;
			best = number;
		}
	}
	return best;
}
