/*
 * level.c: ridge regression by normal equations and Cholesky's factorization.
 */
#include "series/level.h"

#include "base/cholesky.h"
#include "series/scaler.h"

#include <math.h>
#include <string.h>

#define MOST_WINDOWS 10000		/* used for a fit: enough for 64 coefficients, 0.1 s */

/*
 * Added to the diagonal for each window, on scaled values of variance 1 or so. Inputs that are copies or sums of each
 * other make the equations singular; so much ridge shares the weight out between them.
 */
#define RIDGE 1e-3

bool
lf_task_needs_level_regression(const lf_task *task)
{
	return !lf_task_targets_are_inputs(task);
}

bool
lf_task_can_normalize(const lf_task *task)
{
	return !lf_task_needs_level_regression(task) || task->inputs <= LF_MAX_REGRESSION_INPUTS;
}

size_t
lf_level_regression_size(const lf_task *task)
{
	return (size_t) task->targets * ((size_t) task->inputs + 1);
}

size_t
lf_level_regression_scratch(const lf_task *task)
{
	size_t		n = (size_t) task->inputs + 1;

	return n * n + n;
}

void
lf_level_regression_fit(const lf_windows *windows, const lf_spans *spans, double *regression, double *scratch)
{
	const lf_task *task = windows->task;
	size_t		count = spans->before[spans->series];
	size_t		inputs = (size_t) task->inputs;
	size_t		n = inputs + 1;
	size_t		step = (count - 1) / MOST_WINDOWS + 1;
	double	   *normal = scratch;	/* (n, n) */
	double	   *row = scratch + n * n;	/* (n): the levels of one window, and 1 */

	memset(regression, 0, lf_level_regression_size(task) * sizeof(double));
	memset(normal, 0, n * n * sizeof(double));
	for (size_t w = 0; w < count; w += step)
	{
		lf_window_start	place = lf_spans_at(spans, w);
		lf_frame	view;
		lf_windows	here = lf_windows_of_series(windows, place.series, &view);

		for (size_t i = 0; i < inputs; i++)
			row[i] = lf_window_level(&here, place.row, (int) i);
		row[inputs] = 1;
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j <= i; j++)
				normal[i * n + j] += row[i] * row[j];
		for (int t = 0; t < task->targets; t++)
		{
			double		value = lf_window_scaled(&here, place.row, task->target[t], lf_window_first_output(task, place.row));

			for (size_t i = 0; i < n; i++)
				regression[(size_t) t * n + i] += row[i] * value;
		}
	}
	/* not on the constant, whose square summed up is the number of windows used */
	for (size_t i = 0; i < inputs; i++)
		normal[i * n + i] += RIDGE * normal[n * n - 1];
	(void) lf_factorize(normal, n, NULL);
	for (int t = 0; t < task->targets; t++)
		lf_solve(normal, n, regression + (size_t) t * n);
}

double
lf_level_share(const lf_frame *frame, int column, size_t block)
{
	size_t		stride = (size_t) frame->columns;
	size_t		blocks = frame->rows / block;
	size_t		rows = blocks * block;
	const double *values = frame->values + (frame->rows - rows) * stride + column;
	double		mean = 0;
	double		variance = 0;
	double		between = 0;

	if (blocks < 2)
		return 1;
	for (size_t i = 0; i < rows; i++)
		mean += values[i * stride] / (double) rows;
	for (size_t b = 0; b < blocks; b++)
	{
		double		level = 0;

		for (size_t i = b * block; i < (b + 1) * block; i++)
		{
			double		value = values[i * stride] - mean;

			variance += value * value / (double) rows;
			level += value / (double) block;
		}
		between += level * level / (double) blocks;
	}
	/* what rounding leaves of a constant's variance says nothing */
	return variance > 1e-24 * mean * mean ? between / variance : 1;
}
