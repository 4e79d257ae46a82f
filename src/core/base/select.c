/*
 * select.c: Hoare's selection (1961), with the median of three as the pivot.
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

double
lf_select(double *list, size_t count, size_t k)
{
	size_t		low = 0;		/* the k-th lies from here */
	size_t		end = count;	/* to before here */

	for (;;)
	{
		double		pivot = pivot_of(list, low, end - 1);
		size_t		smaller = low;	/* those before it are smaller than the pivot, */
		size_t		larger = end;	/* and those from here on larger */

		for (size_t i = low; i < larger;)
		{
			if (list[i] < pivot)
				exchange(&list[smaller++], &list[i++]);
			else if (list[i] > pivot)
				exchange(&list[--larger], &list[i]);
			else
				i++;
		}
		if (k >= smaller && k < larger)
			return list[k];
		if (k < smaller)
			end = smaller;
		else
			low = larger;
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
