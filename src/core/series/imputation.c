/*
 * imputation.c: filling from the neighbours in time, or from those in the seasons before and after.
 *
 * Every value is a function of known values only, never of filled ones: it does not matter where filling begins, and
 * filling twice changes nothing. Each method is one walk over the column.
 */
#include "series/imputation.h"

#include <math.h>

const char *const lf_missing_names[LF_MISSINGS] = {
	[LF_MISSING_ERROR] = "error",
	[LF_MISSING_LINEAR] = "linear",
	[LF_MISSING_PREVIOUS] = "previous",
	[LF_MISSING_SEASONAL] = "seasonal",
	[LF_MISSING_MASK] = "mask",
	[LF_MISSING_AUTO] = "auto",
};

/* One column, or the rows of it that are 'stride' values apart. */
typedef struct walk
{
	double	   *values;
	const unsigned char *marks;
	size_t		first;			/* places among all values */
	size_t		stride;
	size_t		count;
} walk;

static double *
value_at(const walk *w, size_t i)
{
	return &w->values[w->first + i * w->stride];
}

static bool
is_known(const walk *w, size_t i)
{
	return !lf_mask_at(w->marks, w->first + i * w->stride);
}

size_t
lf_mask_missing(const double *values, size_t count, unsigned char *marks)
{
	size_t		missing = 0;

	for (size_t i = 0; i < lf_mask_size(count); i++)
		marks[i] = 0;
	for (size_t i = 0; i < count; i++)
		if (values[i] != values[i])
		{
			lf_mask_set(marks, i);
			missing++;
		}
	return missing;
}

lf_gaps
lf_gaps_of(const unsigned char *marks, size_t from, size_t rows, int columns, int column)
{
	lf_gaps		gaps = {0};
	size_t		run = 0;

	for (size_t row = from; row < rows; row++)
	{
		run = lf_mask_at(marks, row * (size_t) columns + (size_t) column) ? run + 1 : 0;
		gaps.missing += run > 0;
		if (run > gaps.longest)
		{
			gaps.longest = run;
			gaps.first = row + 1 - run;
		}
	}
	return gaps;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t
lf_missing_most(size_t rows)
{
	size_t		of_short = rows / 4 < 3 ? rows / 4 : 3;

	return larger(larger(rows / 10, of_short), 1);
}

size_t
lf_missing_longest(size_t rows, int season)
{
	return larger(larger(rows / 20, 3), season > 1 ? (size_t) season : 0);
}

/*
 * Fills the gap of places from .. to - 1, which have known values before them, behind them or both. Halves and shares
 * are taken before they are added: the difference of two huge values may overflow.
 */
static void
fill_gap(lf_missing method, const walk *w, size_t from, size_t to)
{
	bool		before = from > 0;
	bool		after = to < w->count;
	double		left = before ? *value_at(w, from - 1) : *value_at(w, to);
	double		right = after ? *value_at(w, to) : left;

	for (size_t i = from; i < to; i++)
	{
		double		share = (double) (i - from + 1) / (double) (to - from + 1);

		switch (method)
		{
			case LF_MISSING_PREVIOUS:
				*value_at(w, i) = left;
				break;
			case LF_MISSING_SEASONAL:
				/* compilers may write halves that are added as half of a sum, which would overflow */
				*value_at(w, i) = fma(left, 0.5, right / 2);
				break;
			default:
				*value_at(w, i) = left == right ? left : left * (1 - share) + right * share;
		}
	}
}

/* Returns whether any value is known. */
static bool
fill(lf_missing method, const walk *w)
{
	size_t		i = 0;

	while (i < w->count)
	{
		size_t		from = i;

		while (i < w->count && !is_known(w, i))
			i++;
		if (from == 0 && i == w->count)
			return false;
		if (i > from)
			fill_gap(method, w, from, i);
		i++;
	}
	return true;
}

bool
lf_impute(lf_missing method, double *values, const unsigned char *marks, size_t rows, int columns, int column,
			 int season)
{
	walk		all = {
		.values = values,
		.marks = marks,
		.first = (size_t) column,
		.stride = (size_t) columns,
		.count = rows,
	};
	bool		seasonal = method == LF_MISSING_SEASONAL || method == LF_MISSING_AUTO;

	if (!fill(method == LF_MISSING_PREVIOUS ? LF_MISSING_PREVIOUS : LF_MISSING_LINEAR, &all))
		return false;
	for (int place = 0; seasonal && season > 1 && place < season && (size_t) place < rows; place++)
	{
		walk		seasons = all;

		seasons.first += (size_t) place * all.stride;
		seasons.stride = all.stride * (size_t) season;
		seasons.count = (rows - (size_t) place - 1) / (size_t) season + 1;
		(void) fill(LF_MISSING_SEASONAL, &seasons);
	}
	return true;
}
