/*
 * learned_range.c: the least and the largest, and the way back to them.
 */
#include "series/learned_range.h"

#include "series/scaler.h"

#include <math.h>

void
lf_ranges_start(lf_range *ranges, int inputs)
{
	for (int i = 0; i < inputs; i++)
		ranges[i] = (lf_range) {.low = INFINITY, .high = -(double) INFINITY};
}

/* Place of a measured input among the targets; -1: it is none. */
static int
target_of(const lf_task *task, int input)
{
	for (int j = 0; j < task->targets; j++)
		if (task->target[j] == task->input[input])
			return j;
	return -1;
}

void
lf_ranges_add(lf_range *ranges, const lf_windows *windows, size_t w)
{
	const lf_task *task = windows->task;

	for (int i = 0; i < task->inputs; i++)
	{
		int			column = task->input[i];
		int			target = target_of(task, i);
		size_t		end = w + (size_t) task->lookback;
		double		base;

		if (task->kind[column] != LF_COLUMN_MEASURED && task->kind[column] != LF_COLUMN_KNOWN)
			continue;
		base = windows->normalize != LF_NORMALIZE_NONE && target >= 0 ? lf_window_level(windows, w, i) : 0;
		/* what is known ahead is seen up to the last output */
		if (task->kind[column] == LF_COLUMN_KNOWN)
			end += (size_t) task->ahead[i];
		for (size_t row = w; row < end; row++)
		{
			double		value = lf_window_scaled(windows, w, column, row) - base;

			ranges[i].low = value < ranges[i].low ? value : ranges[i].low;
			ranges[i].high = value > ranges[i].high ? value : ranges[i].high;
		}
	}
}

void
lf_ranges_join(lf_range *ranges, const lf_range *others, int inputs)
{
	for (int i = 0; i < inputs; i++)
	{
		ranges[i].low = others[i].low < ranges[i].low ? others[i].low : ranges[i].low;
		ranges[i].high = others[i].high > ranges[i].high ? others[i].high : ranges[i].high;
	}
}

/* The middle one of the last three values of an input, or the last of fewer. */
static double
newest(const lf_real *x, size_t step, size_t rows)
{
	double		a = (double) x[(rows - 1) * step];
	double		b;
	double		c;

	if (rows < 3)
		return a;
	b = (double) x[(rows - 2) * step];
	c = (double) x[(rows - 3) * step];
	return a > b ? (b > c ? b : a > c ? c : a) : (a > c ? a : b > c ? c : b);
}

/* So many values outside may each be wrong by itself; more are a level that has shifted. */
#define SINGLE 2

/* Keeps the largest of some numbers, the largest first. */
static void
note(double largest[SINGLE + 1], double number)
{
	int			place = SINGLE;

	if (number <= largest[SINGLE])
		return;
	for (; place > 0 && largest[place - 1] < number; place--)
		largest[place] = largest[place - 1];
	largest[place] = number;
}

static double
beyond(const lf_range *range, double value)
{
	return value > range->high ? value - range->high : value < range->low ? value - range->low : 0;
}

void
lf_ranges_keep_inside(const lf_range *ranges, const lf_windows *windows, lf_real *x, double *level, double *moved)
{
	const lf_task *task = windows->task;
	size_t		lookback = (size_t) task->lookback;

	for (int j = 0; j < task->targets && moved != NULL; j++)
		moved[j] = 0;
	for (int i = 0; i < task->inputs; i++)
	{
		lf_real    *first = task->independent ? x + (size_t) i * lookback : x + i;
		size_t		step = task->independent ? 1 : (size_t) task->inputs;
		int			target = target_of(task, i);
		double		far = 0;
		double		outside[SINGLE + 1] = {0};

		if (task->kind[task->input[i]] != LF_COLUMN_MEASURED || !(ranges[i].low < ranges[i].high) || task->difference > 0)
			continue;
		/* a level that is subtracted anyway has shifted without harm */
		if (target >= 0 && windows->normalize == LF_NORMALIZE_NONE)
			far = beyond(&ranges[i], newest(first, step, lookback));
		for (size_t t = 0; t < lookback; t++)
		{
			double		value = (double) first[t * step] - far;
			double		out = beyond(&ranges[i], value);

			first[t * step] = (lf_real) (value - out);
			note(outside, fabs(out));
		}
		if (target < 0)
			continue;
		level[target] += far;
		if (moved != NULL)
			moved[target] = fabs(far) > outside[SINGLE] ? fabs(far) : outside[SINGLE];
	}
}
