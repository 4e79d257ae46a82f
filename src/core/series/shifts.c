/*
 * shifts.c: the greatest distance between neighbouring means, again and again.
 */
#include "series/shifts.h"

#include "base/select.h"

#include <math.h>

/* Rows of the means: of a fiftieth of the rows, within these. At the ends there may be fewer. */
#define LEAST_ROWS 5
#define MOST_ROWS 50
#define SHARE_OF_ROWS 50
#define LEAST_AT_END 3

/*
 * A shift is this many times the median distance. Of a thousand random walks of 26 rows four go as far, of 60 rows two,
 * of 150 to 1,500 rows one at most.
 */
#define FAR_APART 8.0

#define MOST_SORTED ((size_t) 2048)

size_t
lf_shifts_scratch(size_t rows)
{
	return rows + 1 + MOST_SORTED;
}

/* The means before and behind a row, and their distance in units that do not depend on how many rows they have. */
typedef struct distance
{
	double		size;
	double		weighed;
} distance;

static distance
distance_at(const double *sums, size_t rows, size_t width, size_t row)
{
	size_t		before = row < width ? row : width;
	size_t		behind = rows - row < width ? rows - row : width;
	double		size = (sums[row + behind] - sums[row]) / (double) behind - (sums[row] - sums[row - before]) / (double) before;

	return (distance) {size, fabs(size) / sqrt(1 / (double) before + 1 / (double) behind)};
}

static double
median_distance(const double *sums, size_t rows, size_t width, double *sorted)
{
	size_t		apart = (rows - 1) / MOST_SORTED + 1;
	size_t		n = 0;

	for (size_t row = LEAST_AT_END; row + LEAST_AT_END <= rows; row += apart)
		sorted[n++] = distance_at(sums, rows, width, row).weighed;
	return n > 0 ? lf_select(sorted, n, n / 2) : 0;
}

size_t
lf_shifts_width(size_t rows)
{
	size_t		width = rows / SHARE_OF_ROWS;

	return width < LEAST_ROWS ? LEAST_ROWS : width > MOST_ROWS ? MOST_ROWS : width;
}

int
lf_shifts_take_out(double *values, size_t rows, size_t width, lf_shift shifts[LF_MAX_SHIFTS], double *scratch)
{
	double	   *sums = scratch;
	int			count = 0;

	if (rows < 4 * width)
		return 0;
	while (count < LF_MAX_SHIFTS)
	{
		distance	greatest = {0};
		size_t		at = 0;

		sums[0] = 0;
		for (size_t i = 0; i < rows; i++)
			sums[i + 1] = sums[i] + values[i];
		for (size_t row = LEAST_AT_END; row + LEAST_AT_END <= rows; row++)
		{
			distance	here = distance_at(sums, rows, width, row);

			if (here.weighed > greatest.weighed)
			{
				greatest = here;
				at = row;
			}
		}
		if (!(greatest.weighed > FAR_APART * median_distance(sums, rows, width, sums + rows + 1)))
			break;
		for (size_t i = at; i < rows; i++)
			values[i] -= greatest.size;
		shifts[count++] = (lf_shift) {.row = at, .size = greatest.size};
	}
	return count;
}
