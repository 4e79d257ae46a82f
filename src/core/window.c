/*
 * window.c: counting, scaling and normalizing windows.
 */
#include "window.h"

#include <math.h>
#include <string.h>

const char *const lf_scale_names[LF_SCALES] = {
	[LF_SCALE_NONE] = "none",
	[LF_SCALE_STANDARD] = "standard",
	[LF_SCALE_MINMAX] = "minmax",
};

const char *const lf_normalize_names[LF_NORMALIZES] = {
	[LF_NORMALIZE_NONE] = "none",
	[LF_NORMALIZE_LAST] = "last",
	[LF_NORMALIZE_MEAN] = "mean",
};

int
lf_task_samples(const lf_task *task)
{
	return task->independent ? task->targets : 1;
}

size_t
lf_window_count(const lf_task *task, size_t rows)
{
	size_t		span = (size_t) task->lookback - 1 + (size_t) task->lead + (size_t) task->horizon - 1;

	return rows > span ? rows - span : 0;
}

size_t
lf_window_first_output(const lf_task *task, size_t w)
{
	return w + (size_t) task->lookback - 1 + (size_t) task->lead;
}

int
lf_task_input_of(const lf_task *task, int column)
{
	for (int i = 0; i < task->inputs; i++)
		if (task->input[i] == column)
			return i;
	return -1;
}

bool
lf_task_targets_are_inputs(const lf_task *task)
{
	for (int i = 0; i < task->targets; i++)
		if (lf_task_input_of(task, task->target[i]) < 0)
			return false;
	return true;
}

bool
lf_task_same_columns(const lf_task *task)
{
	return task->inputs == task->targets &&
		memcmp(task->input, task->target, (size_t) task->inputs * sizeof(task->input[0])) == 0;
}

bool
lf_task_is_autoregressive(const lf_task *task)
{
	return task->lead == 1 && task->inputs == task->targets && lf_task_targets_are_inputs(task);
}

bool
lf_task_fits_output(const lf_task *task, const lf_shape *output)
{
	int			targets = task->targets / lf_task_samples(task);

	if (output->rank == 1)
		return (int64_t) output->dim[0] == (int64_t) task->horizon * targets;
	return output->rank == 2 && output->dim[0] == task->horizon && output->dim[1] == targets;
}

#define ROWS_UNASKED ((size_t) 1 << 16)		/* rows between two looks at the interrupt: some milliseconds at most */

lf_scaler
lf_scaler_fit(lf_scale scale, const lf_frame *frame, int column, size_t rows,
			  const volatile sig_atomic_t *interrupt)
{
	lf_scaler	scaler = {.offset = 0, .scale = 1};
	const double *values = frame->values + column;
	size_t		stride = (size_t) frame->columns;
	double		low,
				high,
				mean = 0,
				squares = 0;

	if (scale == LF_SCALE_NONE || rows == 0)
		return scaler;
	low = high = values[0];
	/* Welford's update: no cancellation where the mean is large beside the spread */
	for (size_t i = 0; i < rows; i++)
	{
		double		value = values[i * stride];
		double		delta = value - mean;

		mean += delta / (double) (i + 1);
		squares += delta * (value - mean);
		if (value < low)
			low = value;
		if (value > high)
			high = value;
		if (i % ROWS_UNASKED == 0 && interrupt != NULL && *interrupt != 0)
			break;
	}
	if (scale == LF_SCALE_STANDARD)
	{
		scaler.offset = mean;
		scaler.scale = sqrt(squares / (double) rows);
	}
	else
	{
		scaler.offset = low;
		scaler.scale = high - low;
	}
	/* squares of huge values overflow, and their range may: then -1 to 1 it is */
	if (!isfinite(scaler.offset) || !isfinite(scaler.scale))
	{
		scaler.offset = 0;
		scaler.scale = fabs(low) > fabs(high) ? fabs(low) : fabs(high);
	}
	/* a constant column, or one whose spread is rounding */
	if (scaler.scale <= fabs(scaler.offset) * 1e-14 || scaler.scale < 1e-300)
		scaler.scale = 1;
	return scaler;
}

double
lf_window_level(const lf_windows *windows, size_t w, int i)
{
	size_t		lookback = (size_t) windows->task->lookback;
	size_t		stride = (size_t) windows->frame->columns;
	int			column = windows->task->input[i];
	const double *values = windows->frame->values + w * stride + column;
	lf_scaler	s = windows->scaler[column];
	double		sum = 0;

	if (windows->normalize == LF_NORMALIZE_LAST)
		return (values[(lookback - 1) * stride] - s.offset) / s.scale;
	for (size_t t = 0; t < lookback; t++)
		sum += (values[t * stride] - s.offset) / s.scale;
	return sum / (double) lookback;
}

/* Where the values of one of 'count' columns lie in x or y of 'rows' rows: the first, and the way to the next. */
typedef struct column_place
{
	size_t		first;
	size_t		step;
} column_place;

static column_place
place_in_samples(const lf_task *task, int rows, int count, int column)
{
	if (task->independent)
		return (column_place) {.first = (size_t) column * (size_t) rows, .step = 1};
	return (column_place) {.first = (size_t) column, .step = (size_t) count};
}

/* The linear estimate of a target's level from those of the inputs. */
static double
linked_level(const lf_windows *windows, size_t w, int target)
{
	int			inputs = windows->task->inputs;
	const double *link = windows->link + (size_t) target * ((size_t) inputs + 1);
	double		level = link[inputs];

	for (int i = 0; i < inputs; i++)
		level += link[i] * lf_window_level(windows, w, i);
	return level;
}

/* 'count' values of one column, 'stride' apart, scaled and measured from 'base', to every 'step'-th place of x. */
static inline void
put_column(const double *values, size_t stride, size_t count, lf_scaler s, double base, lf_real *x, size_t step)
{
	/* the usual case, one column of one, in a loop of its own: it becomes vector instructions */
	if (stride == 1 && step == 1)
		for (size_t t = 0; t < count; t++)
			x[t] = (lf_real) ((values[t] - s.offset) / s.scale - base);
	else
		for (size_t t = 0; t < count; t++)
			x[t * step] = (lf_real) ((values[t * stride] - s.offset) / s.scale - base);
}

/* Place of a column in a list, or -1. Inputs and targets are mostly the same list, so its own place is tried first. */
static inline int
place_of(const int16_t *list, int count, int16_t column, int guess)
{
	if (guess < count && list[guess] == column)
		return guess;
	for (int i = 0; i < count; i++)
		if (list[i] == column)
			return i;
	return -1;
}

void
lf_window_input(const lf_windows *windows, size_t w, lf_real *x, double *level)
{
	const lf_task *task = windows->task;
	size_t		lookback = (size_t) task->lookback;
	size_t		stride = (size_t) windows->frame->columns;
	const double *first = windows->frame->values + w * stride;

	for (int j = 0; j < task->targets; j++)
	{
		int			input;

		level[j] = 0;
		if (windows->normalize == LF_NORMALIZE_NONE)
			continue;
		input = place_of(task->input, task->inputs, task->target[j], j);
		if (input >= 0)
			level[j] = lf_window_level(windows, w, input);
		else if (windows->link != NULL)
			level[j] = linked_level(windows, w, j);
	}
	for (int i = 0; i < task->inputs; i++)
	{
		int16_t		column = task->input[i];
		int			target = windows->normalize == LF_NORMALIZE_NONE ? -1 :
			place_of(task->target, task->targets, column, i);
		column_place place = place_in_samples(task, task->lookback, task->inputs, i);

		put_column(first + column, stride, lookback, windows->scaler[column], target < 0 ? 0 : level[target],
				   x + place.first, place.step);
	}
}

void
lf_window_target(const lf_windows *windows, size_t w, const double *level, lf_real *y)
{
	const lf_task *task = windows->task;
	size_t		stride = (size_t) windows->frame->columns;
	const double *first = windows->frame->values + lf_window_first_output(task, w) * stride;

	for (int j = 0; j < task->targets; j++)
	{
		column_place place = place_in_samples(task, task->horizon, task->targets, j);

		put_column(first + task->target[j], stride, (size_t) task->horizon, windows->scaler[task->target[j]],
				   level[j], y + place.first, place.step);
		for (size_t k = 0; windows->frame->masked != NULL && k < (size_t) task->horizon; k++)
			if (lf_frame_is_masked(windows->frame, lf_window_first_output(task, w) + k, task->target[j]))
				y[place.first + k * place.step] = (lf_real) NAN;
	}
}

void
lf_window_restore(const lf_windows *windows, const double *level, const lf_real *y, double *values)
{
	const lf_task *task = windows->task;

	for (int j = 0; j < task->targets; j++)
	{
		lf_scaler	s = windows->scaler[task->target[j]];
		column_place place = place_in_samples(task, task->horizon, task->targets, j);

		for (int k = 0; k < task->horizon; k++)
			values[k * task->targets + j] =
				((double) y[place.first + (size_t) k * place.step] + level[j]) * s.scale + s.offset;
	}
}
