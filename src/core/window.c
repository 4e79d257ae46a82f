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
lf_task_is_given(const lf_task *task, int input)
{
	return task->kind[task->input[input]] != LF_COLUMN_MEASURED;
}

int
lf_task_reach(const lf_task *task)
{
	int			reach = 0;

	for (int i = 0; i < task->inputs; i++)
		if (task->ahead[i] > reach)
			reach = task->ahead[i];
	return reach;
}

int
lf_task_categories(const lf_task *task)
{
	int			count = 0;

	while (count < task->inputs && task->kind[task->input[count]] >= LF_COLUMN_CATEGORY)
		count++;
	return count;
}

bool
lf_task_is_autoregressive(const lf_task *task)
{
	int			measured = 0;

	for (int i = 0; i < task->inputs; i++)
		measured += !lf_task_is_given(task, i);
	return task->lead == 1 && measured == task->targets && lf_task_targets_are_inputs(task);
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

/* What scaling needs to know of some values. */
typedef struct spread
{
	double		count;
	double		low;
	double		high;
	double		mean;
	double		squares;		/* around the mean */
} spread;

static inline void
spread_add(spread *s, double value)
{
	double		delta = value - s->mean;

	if (s->count == 0)
		s->low = s->high = value;
	/* Welford's update: no cancellation where the mean is large beside the spread */
	s->count += 1;
	s->mean += delta / s->count;
	s->squares += delta * (value - s->mean);
	if (value < s->low)
		s->low = value;
	if (value > s->high)
		s->high = value;
}

static lf_scaler
scaler_for(lf_scale scale, const spread *s)
{
	lf_scaler	scaler = {.offset = 0, .scale = 1};

	if (scale == LF_SCALE_NONE || s->count == 0)
		return scaler;
	if (scale == LF_SCALE_STANDARD)
	{
		scaler.offset = s->mean;
		scaler.scale = sqrt(s->squares / s->count);
	}
	else
	{
		scaler.offset = s->low;
		scaler.scale = s->high - s->low;
	}
	/* squares of huge values overflow, and their range may: then -1 to 1 it is */
	if (!isfinite(scaler.offset) || !isfinite(scaler.scale))
	{
		scaler.offset = 0;
		scaler.scale = fabs(s->low) > fabs(s->high) ? fabs(s->low) : fabs(s->high);
	}
	/* a constant column, or one whose spread is rounding */
	if (scaler.scale <= fabs(scaler.offset) * 1e-14 || scaler.scale < 1e-300)
		scaler.scale = 1;
	return scaler;
}

lf_scaler
lf_scaler_fit(lf_scale scale, const lf_frame *frame, int column, size_t rows,
			  const volatile sig_atomic_t *interrupt)
{
	const double *values = frame->values + column;
	size_t		stride = (size_t) frame->columns;
	spread		all = {0};

	for (size_t i = 0; i < rows && scale != LF_SCALE_NONE; i++)
	{
		spread_add(&all, values[i * stride]);
		if (i % ROWS_UNASKED == 0 && interrupt != NULL && *interrupt != 0)
			break;
	}
	return scaler_for(scale, &all);
}

lf_scaler
lf_scaler_of_column(lf_scale scale, const lf_frame *frame, const lf_task *task, int column, size_t series,
					size_t rows, const volatile sig_atomic_t *interrupt)
{
	lf_frame	one = lf_frame_of(frame, series);
	spread		all = {0};

	switch ((lf_column_kind) task->kind[column])
	{
		case LF_COLUMN_MEASURED:
		case LF_COLUMN_KNOWN:
			return lf_scaler_fit(scale, &one, column, rows, interrupt);
		case LF_COLUMN_STATIC:
			for (size_t s = 0; s < lf_frame_series(frame); s++)
			{
				one = lf_frame_of(frame, s);
				if (one.rows > 0)
					spread_add(&all, one.values[column]);
			}
			break;
		case LF_COLUMN_CALENDAR:
		case LF_COLUMN_CATEGORY:
		case LF_COLUMN_SERIES:
			break;
	}
	return scaler_for(scale, &all);
}

/* The rows of input i in window w: the first, and how many the frame has, at most the lookback; the last stands for others. */
typedef struct input_rows
{
	size_t		first;
	size_t		count;
} input_rows;

static inline input_rows
rows_of_input(const lf_windows *windows, size_t w, int i)
{
	size_t		first = w + (size_t) windows->task->ahead[i];
	size_t		lookback = (size_t) windows->task->lookback;
	size_t		rows = windows->frame->rows;

	if (first + lookback <= rows)
		return (input_rows) {first, lookback};
	if (first >= rows)
		return (input_rows) {rows - 1, 1};
	return (input_rows) {first, rows - first};
}

double
lf_window_level(const lf_windows *windows, size_t w, int i)
{
	input_rows	rows = rows_of_input(windows, w, i);
	size_t		lookback = (size_t) windows->task->lookback;
	size_t		stride = (size_t) windows->frame->columns;
	int			column = windows->task->input[i];
	const double *values = windows->frame->values + rows.first * stride + column;
	lf_scaler	s = windows->scaler[column];
	double		last = (values[(rows.count - 1) * stride] - s.offset) / s.scale;
	double		sum = last * (double) (lookback - rows.count);

	if (windows->task->kind[column] >= LF_COLUMN_CATEGORY)
		return 0;				/* its number says nothing about how much */
	if (windows->normalize == LF_NORMALIZE_LAST)
		return last;
	for (size_t t = 0; t < rows.count; t++)
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
		input_rows	rows = rows_of_input(windows, w, i);

		put_column(windows->frame->values + rows.first * stride + column, stride, rows.count, windows->scaler[column],
				   target < 0 ? 0 : level[target], x + place.first, place.step);
		for (size_t t = rows.count; t < lookback; t++)
			x[place.first + t * place.step] = x[place.first + (rows.count - 1) * place.step];
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
