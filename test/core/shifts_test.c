/*
 * shifts_test.c: levels that jump are found where they jump, and levels that wander are left alone.
 */
#include "rig.h"
#include "series/shifts.h"
#include "tap.h"

#include <math.h>

#define MOST_ROWS 1500

static double values[MOST_ROWS];
static lf_shift shifts[LF_MAX_SHIFTS];

/* In memory with red zones. */
static int
take_out(size_t rows, size_t width)
{
	guarded		scratch = guarded_new(lf_shifts_scratch(rows) * sizeof(double));
	int			count = lf_shifts_take_out(values, rows, width, shifts, scratch.block);

	if (!guarded_intact(&scratch))
		count = -1;
	free(scratch.raw);
	return count;
}

static void
fill_noise(lf_random *random, size_t rows, double noise)
{
	for (size_t i = 0; i < rows; i++)
		values[i] = noise * lf_random_normal(random);
}

static double
mean_of(size_t from, size_t to)
{
	double		sum = 0;

	for (size_t i = from; i < to; i++)
		sum += values[i];
	return sum / (double) (to - from);
}

static void
test_found(void)
{
	lf_random	random = lf_random_seed(1);

	for (size_t i = 0; i < 100; i++)
		values[i] = i < 60 ? 2 : 7;
	ok(take_out(100, lf_shifts_width(100)) == 1 && shifts[0].row == 60 && shifts[0].size == 5 && mean_of(60, 100) == 2,
	   "a level that jumps from 2 to 7 is a shift of 5, and is moved back");
	fill_noise(&random, 400, 1);
	for (size_t i = 0; i < 400; i++)
		values[i] += i < 150 ? 0 : i < 300 ? 40 : 25;
	ok(take_out(400, lf_shifts_width(400)) == 2 && shifts[0].row == 150 && shifts[1].row == 300 &&
	   fabs(shifts[0].size - 40) < 2 && fabs(shifts[1].size + 15) < 2, "of two shifts the larger one is the first");
	ok(fabs(mean_of(0, 150) - mean_of(150, 300)) < 1.5 && fabs(mean_of(0, 150) - mean_of(300, 400)) < 1.5,
	   "without them all levels are alike");
	fill_noise(&random, 200, 1);
	for (size_t i = 196; i < 200; i++)
		values[i] += 60;
	ok(take_out(200, lf_shifts_width(200)) == 1 && shifts[0].row == 196, "four rows at the end are enough to tell");
}

static void
test_not_found(void)
{
	lf_random	random = lf_random_seed(2);
	int			noise = 0;

	for (size_t i = 0; i < 200; i++)
		values[i] = 4;
	ok(take_out(200, 5) == 0, "a constant has none");
	for (size_t i = 0; i < 200; i++)
		values[i] = 3 * (double) i;
	ok(take_out(200, 5) == 0, "nor has a line");
	for (int s = 0; s < 100; s++)
	{
		fill_noise(&random, 300, 1);
		noise += take_out(300, lf_shifts_width(300)) != 0;
	}
	if (!ok(noise <= 2, "noise has hardly ever one"))
		diag("in %d of 100 series", noise);
	fill_noise(&random, 300, 1);
	values[150] += 12;
	ok(take_out(300, lf_shifts_width(300)) == 0, "a single value that is far off is none");
	for (size_t i = 0; i < 19; i++)
		values[i] = i < 10 ? 0 : 100;
	ok(take_out(19, 5) == 0, "fewer rows than four means have none");
	ok(take_out(0, 5) == 0, "no rows have none");
}

/* How often a random walk is said to jump: the figure that stands in shifts.c. */
static void
test_walks(void)
{
	static const size_t lengths[] = {26, 60, 150, 400, 1000, 1500};
	enum {LENGTHS = sizeof(lengths) / sizeof(lengths[0]), WALKS = 1000};
	int			all = 0;

	for (int l = 0; l < LENGTHS; l++)
	{
		lf_random	random = lf_random_seed(100 + (uint64_t) l);
		int			jumped = 0;

		for (int s = 0; s < WALKS; s++)
		{
			double		level = 0;

			for (size_t i = 0; i < lengths[l]; i++)
				values[i] = level += lf_random_normal(&random);
			jumped += take_out(lengths[l], lf_shifts_width(lengths[l])) != 0;
		}
		diag("of %zu rows %d of %d walks are said to jump", lengths[l], jumped, WALKS);
		all += jumped;
	}
	ok(all <= LENGTHS * WALKS / 250, "one random walk in 250 is said to jump, at most");
}

int
main(void)
{
	test_found();
	test_not_found();
	test_walks();
	return done_testing();
}
