/*
 * select.c: Hoare's selection (1961), with the median of three as the pivot and Lomuto's partition.
 */
#include "base/select.h"

static void
exchange(double *a, double *b)
{
	double		kept = *a;

	*a = *b;
	*b = kept;
}

/* The median of the first, the middle and the last element. */
static double
pivot_of(const double *list, size_t low, size_t high)
{
	double		a = list[low];
	double		b = list[low + (high - low) / 2];
	double		c = list[high];

	if (a > b)
		exchange(&a, &b);
	return c < a ? a : c > b ? b : c;
}

/*
 * Puts those below the pivot, or those up to it, in front of the others; returns where the others begin. Each step does the
 * same whatever the value is: on data without an order a processor would guess half of the branches wrong.
 */
static size_t
partition(double *list, size_t low, size_t end, double pivot, bool up_to_it)
{
	size_t		next = low;

	for (size_t i = low; i < end; i++)
	{
		double		value = list[i];

		list[i] = list[next];
		list[next] = value;
		next += up_to_it ? value <= pivot : value < pivot;
	}
	return next;
}

double
lf_select(double *list, size_t count, size_t k)
{
	size_t		low = 0;		/* the k-th lies from here */
	size_t		end = count;	/* to before here */

	for (;;)
	{
		double		pivot = pivot_of(list, low, end - 1);
		size_t		middle = partition(list, low, end, pivot, false);

		if (k < middle)
		{
			end = middle;
			continue;
		}
		/* the pivot itself, and all that are like it: where many are alike that is the end */
		low = partition(list, middle, end, pivot, true);
		/* nothing is like a NaN, not even itself */
		if (k < low || low == middle)
			return pivot;
	}
}

double
lf_median(double *list, size_t count)
{
	double		upper = lf_select(list, count, count / 2);
	double		lower = list[0];

	if (count % 2 == 1)
		return upper;
	for (size_t i = 1; i < count / 2; i++)
		lower = list[i] > lower ? list[i] : lower;
	return (lower + upper) / 2;
}
