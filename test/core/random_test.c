/*
 * random_test.c: the generator against its published numbers, what is drawn from it, and initial weights.
 *
 * Seeds are fixed, so that a test either always passes or never does; limits on statistics are those that a sound
 * generator passes once in a million.
 */
#include "rig.h"
#include "tap.h"

#include <math.h>

#define DRAWS 100000

static void
test_vectors(void)
{
	/* the reference code of Blackman and Vigna from the state 1, 2, 3, 4 */
	static const uint64_t expected[] = {
		UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240), UINT64_C(1215971899390074240),
		UINT64_C(1216172134540287360), UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832), UINT64_C(10595114339597558777), UINT64_C(2904607092377533576),
	};
	/* the reference code of splitmix64 from the state 1234567 */
	static const uint64_t seeds[] = {
		UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431),
	};
	lf_random	random = {.state = {1, 2, 3, 4}};
	bool		good = true;

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		good = lf_random_next(&random) == expected[i] && good;
	ok(good, "the generator is xoshiro256**");
	random = lf_random_seed(1234567);
	ok(memcmp(random.state, seeds, sizeof(seeds)) == 0, "the generator is seeded through splitmix64");
	ok(lf_random_mix(1, 2) != lf_random_mix(2, 1) && lf_random_mix(1, 2) != lf_random_mix(1, 3) &&
	   lf_random_mix(0, 0) != 0, "mixing tells its arguments apart");
}

/* Chi-square of counts that should be equal. */
static double
chi_square(const int *counts, int n)
{
	double		total = 0;
	double		sum = 0;

	for (int i = 0; i < n; i++)
		total += counts[i];
	for (int i = 0; i < n; i++)
		sum += pow(counts[i] - total / n, 2) / (total / n);
	return sum;
}

static void
test_draws(void)
{
	lf_random	random = lf_random_seed(20);
	int			counts[10] = {0};
	int			thirds[3] = {0};
	uint64_t	bound = UINT64_C(3) << 62;	/* modulo would draw the lowest third twice as often */
	bool		in_range = true;
	double		mean = 0;
	double		square = 0;
	double		fourth = 0;

	for (int i = 0; i < DRAWS; i++)
	{
		double		u = lf_random_uniform(&random);

		in_range = in_range && u >= 0 && u < 1;
		counts[(int) (10 * u)]++;
	}
	ok(in_range, "uniform numbers lie in [0, 1)");
	ok(chi_square(counts, 10) < 45, "tenths of [0, 1) are equally frequent");

	memset(counts, 0, sizeof(counts));
	in_range = true;
	for (int i = 0; i < DRAWS; i++)
	{
		uint64_t	draw = lf_random_below(&random, 10);

		in_range = in_range && draw < 10;
		counts[draw % 10]++;
		draw = lf_random_below(&random, bound);
		in_range = in_range && draw < bound && lf_random_below(&random, 1) == 0;
		thirds[draw >> 62]++;
	}
	ok(in_range, "numbers below a bound are below it");
	ok(chi_square(counts, 10) < 45, "numbers below 10 are equally frequent");
	ok(chi_square(thirds, 3) < 27.6, "the thirds of numbers below 3 * 2^62 are equally frequent");

	for (int i = 0; i < DRAWS; i++)
	{
		double		x = lf_random_normal(&random);

		mean += x / DRAWS;
		square += x * x / DRAWS;
		fourth += x * x * x * x / DRAWS;
	}
	/* 5 standard errors: of the mean 1, of the square sqrt(2), of the fourth power sqrt(96), each over sqrt(n) */
	ok(fabs(mean) < 5 / sqrt(DRAWS), "normal numbers have the mean 0");
	ok(fabs(square - 1) < 5 * sqrt(2.0 / DRAWS), "normal numbers have the variance 1");
	ok(fabs(fourth - 3) < 5 * sqrt(96.0 / DRAWS), "normal numbers have the tails of a normal distribution");
}

static guarded
initialized(lf_initializer initializer, lf_shape shape, uint64_t seed)
{
	const lf_tensor tensor = {"kernel", shape, initializer};
	const lf_pass pass = {.batch = 1};
	lf_random	random = lf_random_seed(seed);
	guarded		weights = guarded_reals(lf_shape_size(&shape));

	lf_initialize(&tensor, &random, &pass, weights.block);
	return weights;
}

/* Largest distance of the products of rows (or columns, where those are fewer) from the unit matrix. */
static double
distance_from_orthonormal(const lf_real *a, int rows, int columns)
{
	int			count = rows <= columns ? rows : columns;
	int			length = rows <= columns ? columns : rows;
	double		largest = 0;

	for (int i = 0; i < count; i++)
		for (int j = 0; j < count; j++)
		{
			double		sum = 0;

			for (int l = 0; l < length; l++)
				sum += rows <= columns ? (double) a[i * columns + l] * (double) a[j * columns + l] :
					(double) a[l * columns + i] * (double) a[l * columns + j];
			sum = fabs(sum - (i == j));
			largest = isnan(sum) ? (double) INFINITY : fmax(largest, sum);
		}
	return largest;
}

static void
test_orthogonal(void)
{
	static const int sizes[][2] = {{1, 1}, {1, 4}, {5, 20}, {50, 200}, {20, 5}, {7, 7}, {128, 512}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
	{
		int			rows = sizes[i][0];
		int			columns = sizes[i][1];
		guarded		weights = initialized(LF_INIT_ORTHOGONAL, lf_shape_2(rows, columns), 3 + i);
		double		distance = distance_from_orthonormal(weights.block, rows, columns);

		ok(distance < 1e-5 && guarded_intact(&weights), "orthogonal %d x %d is orthonormal", rows, columns);
		diag("to %.2g", distance);
		free(weights.raw);
	}
}

/* Within the limit, and filling it: the largest of 1000 comes near it, and the variance is that of a uniform draw. */
static void
check_glorot(const char *name, lf_shape shape, double fans)
{
	double		limit = sqrt(6 / fans);
	size_t		count = lf_shape_size(&shape);
	guarded		weights = initialized(LF_INIT_GLOROT_UNIFORM, shape, 5);
	const lf_real *w = weights.block;
	double		largest = 0;
	double		square = 0;

	for (size_t i = 0; i < count; i++)
	{
		largest = fmax(largest, fabs((double) w[i]));
		square += (double) w[i] * (double) w[i] / (double) count;
	}
	ok(largest <= limit * (1 + 1e-6) && largest > 0.98 * limit, "glorot stays within its limit: %s", name);
	/* u^2 of a uniform draw in +-1 has the mean 1/3 and the variance 4/45 */
	ok(fabs(square / (limit * limit) - 1 / 3.0) < 5 * sqrt(4.0 / 45 / (double) count), "glorot fills its range: %s", name);
	free(weights.raw);
}

static void
test_initializers(void)
{
	guarded		weights = initialized(LF_INIT_FORGET_ONES, lf_shape_1(4 * 7), 1);
	const lf_real *w = weights.block;
	bool		good = true;

	for (int i = 0; i < 4 * 7; i++)
		good = good && w[i] == (i >= 7 && i < 14);
	ok(good, "the forget gate's quarter of a bias is 1, the others 0");
	free(weights.raw);
	weights = initialized(LF_INIT_ZEROS, lf_shape_1(9), 1);
	w = weights.block;
	good = true;
	for (int i = 0; i < 9; i++)
		good = good && w[i] == 0;
	ok(good, "zeros are zeros");
	free(weights.raw);
	check_glorot("a kernel", lf_shape_2(30, 200), 30 + 200);
	check_glorot("a convolution's", lf_shape_3(5, 16, 32), 5 * (16 + 32));
	check_glorot("a convolution's over images", lf_shape_4(3, 3, 8, 64), 9 * (8 + 64));
}

/* Every number once, other orders by other keys, and no more neighbours than chance brings together. */
static void
test_places(void)
{
	static const uint64_t sizes[] = {1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4096, 4097, 100000};
	bool		each_once = true;
	int			moved = 0;
	int			neighbours = 0;

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
	{
		uint64_t	n = sizes[s];
		unsigned char *seen = calloc(n, 1);

		for (uint64_t i = 0; i < n; i++)
		{
			uint64_t	place = lf_random_place(77, i, n);

			each_once = each_once && place < n && seen[place]++ == 0;
			moved += n == 1000 && place != lf_random_place(78, i, n);
			neighbours += n == 100000 && i > 0 && place == lf_random_place(77, i - 1, n) + 1;
		}
		free(seen);
	}
	ok(each_once, "an order that is not listed has every number once");
	ok(moved > 980, "an order that is not listed is another one with another key");
	ok(neighbours < 10, "neighbours do not stay together");	/* one pair is to be expected, ten in a million keys */
}

int
main(void)
{
	test_places();
	test_vectors();
	test_draws();
	test_orthogonal();
	test_initializers();
	return done_testing();
}
