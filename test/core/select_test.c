/*
 * select_test.c: the k-th smallest of a list beside the sorted one.
 */
#include "base/random.h"
#include "base/select.h"
#include "rig.h"
#include "tap.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 300

/* Lists of every kind that partitions go wrong on: ascending, descending, all alike, few values, with infinities. */
static double
value_of(int kind, size_t i, size_t n, lf_random *random)
{
	switch (kind)
	{
		case 0:
			return lf_random_normal(random);
		case 1:
			return (double) i;
		case 2:
			return (double) (n - i);
		case 3:
			return 7;
		case 4:
			return (double) lf_random_below(random, 3);
		case 5:
			return (double) (i % 2 == 0 ? i : n - i);
		case 6:
			return i % 5 == 0 ? (double) INFINITY : i % 7 == 0 ? -(double) INFINITY : (double) i;
		default:
			return i % 3 == 0 ? DBL_MAX : -DBL_MAX;
	}
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

static void
test_all_places(void)
{
	static const char *const kinds[] = {"drawn", "ascending", "descending", "all alike", "of three values", "a roof",
	"with infinities", "huge"};
	lf_random	random = lf_random_seed(3);

	for (int kind = 0; kind < 8; kind++)
	{
		bool		right = true;
		bool		kept = true;

		for (size_t n = 1; n <= MOST; n += n < 12 ? 1 : 37)
		{
			double		values[MOST];
			double		sorted[MOST];
			double		list[MOST];

			for (size_t i = 0; i < n; i++)
				values[i] = value_of(kind, i, n, &random);
			memcpy(sorted, values, n * sizeof(double));
			qsort(sorted, n, sizeof(double), compare);
			for (size_t k = 0; k < n; k++)
			{
				memcpy(list, values, n * sizeof(double));
				right = right && lf_select(list, n, k) == sorted[k];
				for (size_t i = 0; i < n; i++)
					right = right && (i < k ? list[i] <= sorted[k] : list[i] >= sorted[k]);
				qsort(list, n, sizeof(double), compare);
				kept = kept && memcmp(list, sorted, n * sizeof(double)) == 0;
			}
			memcpy(list, values, n * sizeof(double));
			right = right && (kind >= 6 || lf_median(list, n) == (n % 2 == 1 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2));
		}
		ok(right, "%s: every place of the list, and its median", kinds[kind]);
		ok(kept, "%s: the list has the same values afterwards", kinds[kind]);
	}
}

int
main(void)
{
	test_all_places();
	return done_testing();
}
