/*
 * zero_shot_test.c: what the network sees of rows, by hand; what it says, beside a plain walk; that nothing is lost on the way
 * back; and rows of every odd kind.
 */
#include "base/quantile.h"
#include "base/random.h"
#include "partners/zero_shot.h"
#include "partners/zero_shot_weights.h"
#include "rig.h"
#include "tap.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 1200
#define MOST_STEPS 1024
#define LEAST_WIDTH 1e-3
#define TWO_PI 6.28318530717958647692

static double rows[MOST_ROWS];
static lf_zero_quantiles said[MOST_STEPS];

static const lf_seasons none = {0};
static const lf_seasons twelve = {.count = 1, .season = {{12, 12}}};
static const lf_seasons days = {.count = 2, .season = {{24, 24}, {168, 168}}};

static guarded
make_room(lf_zero_room *room, size_t count, const lf_seasons *seasons, int steps)
{
	lf_arena	arena = lf_arena_measure();
	guarded		block;

	lf_zero_layout(room, &arena, count, seasons, steps);
	block = guarded_new(arena.used);
	memset(block.block, 0x5a, block.bytes);
	arena = lf_arena_over(block.block, block.bytes);
	lf_zero_layout(room, &arena, count, seasons, steps);
	return block;
}

static void
drop(guarded *block)
{
	if (!guarded_intact(block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	free(block->raw);
}

static void
forecast(const double *values, size_t count, const lf_seasons *seasons, bool logged, int steps)
{
	const lf_column column = {.values = values, .rows = count, .stride = 1, .logged = logged};
	lf_zero_room room;
	guarded		block = make_room(&room, count, seasons, steps);

	lf_zero_forecast(&room, seasons, &column, steps, said, NULL);
	drop(&block);
}

/* ---- what it sees ---- */

static void
test_scale(void)
{
	static const double plain[] = {1, 3, 2, 5};
	static const double far[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1000, 999};

	ok(fabs(lf_zero_scale(plain, 4) - 2) < 1e-12, "the unit is the mean difference of neighbours");
	ok(lf_zero_scale(plain, 1) == 0 && lf_zero_scale(plain, 0) == 0, "one row has none");
	/* ten differences of 1, and one of 999 that counts four times the mean */
	ok(fabs(lf_zero_scale(far, 12) - (10 + 4 * 1009 / 11.0) / 11) < 1e-9, "what is far off counts for no more than some others");
}

static void
test_form(void)
{
	static const double growing[] = {10, 12, 15, 17, 21};
	static const double jumping[] = {1, 5, 1, 6, 1};
	static const double with_zero[] = {10, 12, 0, 17};
	lf_zero_form form = lf_zero_form_of(growing, 5);
	double		worst = 0;

	ok(form.logged && form.top == 42, "positive rows that grow by factors are seen as logarithms, up to twice the largest");
	ok(!lf_zero_form_of(jumping, 5).logged && !lf_zero_form_of(with_zero, 4).logged, "others are not");
	ok(lf_zero_formed(&form, 20) == log(20) && fabs(lf_zero_formed(&form, 84) - (log(42) + 1)) < 1e-12,
	   "beyond that it is a straight line");
	for (double value = 0.01; value < 1e6; value *= 1.7)
		worst = fmax(worst, fabs(lf_zero_unformed(&form, lf_zero_formed(&form, value)) / value - 1));
	ok(worst < 1e-9, "and there is a way back");
	form.logged = false;
	ok(lf_zero_formed(&form, -3) == -3 && lf_zero_unformed(&form, 1e300) == 1e300, "without logarithms values are what they are");
}

/* Six rows: a patch of two, and one of four. */
static void
test_encode(void)
{
	static const double six[] = {4, 7, 5, 9, 8, 12};
	lf_real		x[2 * LF_ZERO_FEATURES];
	lf_real		mirrored[2 * LF_ZERO_FEATURES];
	double		smooth = 4;
	double		expected[2 * LF_ZERO_FEATURES] = {0};
	double		worst = 0;
	bool		mirror = true;

	for (int i = 1; i < 6; i++)
		smooth += (six[i] - smooth) / (i + 1);	/* the mean, while there are fewer than eight */
	expected[2] = 0;			/* the first row has no difference */
	expected[3] = asinh(3 / 2.0);
	expected[4] = asinh((7 - 5.5) / 2);
	expected[5] = asinh((7 - 5.5) / 2);
	expected[6] = 0.5;
	expected[7] = log(2) / 4;
	expected[8] = log(12) / 3;
	expected[9] = asinh(-2 / 2.0);
	expected[10] = asinh(4 / 2.0);
	expected[11] = asinh(-1 / 2.0);
	expected[12] = asinh(4 / 2.0);
	expected[13] = asinh((12 - 7.5) / 2);
	expected[14] = asinh((12 - smooth) / 2);
	expected[15] = 1;
	expected[16] = log(6) / 4;
	expected[17] = log(12) / 3;
	lf_zero_encode(six, 6, 12, 2, 1, x);
	lf_zero_encode(six, 6, 12, 2, -1, mirrored);
	for (int i = 0; i < 2 * LF_ZERO_FEATURES; i++)
	{
		worst = fmax(worst, fabs((double) x[i] - expected[i]));
		mirror = mirror && mirrored[i] == (i % LF_ZERO_FEATURES < LF_ZERO_PATCH + 2 ? -x[i] : x[i]);
	}
	ok(lf_zero_patches(6) == 2 && worst < 1e-6, "patches hold differences, how far the last row is from the mean, and what there is");
	ok(mirror, "of the mirror image with the other sign");
	ok(lf_zero_patches(1) == 1 && lf_zero_patches(4) == 1 && lf_zero_patches(5) == 2 && lf_zero_patches(5000) == LF_ZERO_PATCHES,
	   "a patch for each four rows, up to the most");
}

/* ---- what it says ---- */

/* One LSTM layer as a plain loop: Keras' weights, x (patches, inputs), out (patches, units). */
static void
plain_lstm(const lf_real *weights, const double *x, int patches, int inputs, int units, double *out)
{
	const lf_real *kernel = weights;
	const lf_real *recurrent = kernel + inputs * 4 * units;
	const lf_real *bias = recurrent + units * 4 * units;
	double		h[256] = {0};
	double		c[256] = {0};

	for (int p = 0; p < patches; p++)
	{
		double		z[4 * 256];

		for (int g = 0; g < 4 * units; g++)
		{
			z[g] = (double) bias[g];
			for (int i = 0; i < inputs; i++)
				z[g] += x[p * inputs + i] * (double) kernel[i * 4 * units + g];
			for (int u = 0; u < units; u++)
				z[g] += h[u] * (double) recurrent[u * 4 * units + g];
		}
		for (int u = 0; u < units; u++)
		{
			double		in = 1 / (1 + exp(-z[u]));
			double		forget = 1 / (1 + exp(-z[units + u]));
			double		put = 1 / (1 + exp(-z[3 * units + u]));

			c[u] = forget * c[u] + in * tanh(z[2 * units + u]);
			h[u] = put * tanh(c[u]);
			out[p * units + u] = h[u];
		}
	}
}

/* What the network says of one image of the rows, by plain loops: (steps, levels), in units of the scale and the root. */
static void
plain_image(const lf_real *weights, const double *values, size_t count, double sign, double *quantile)
{
	enum {UNITS = LF_ZERO_UNITS, OUTPUTS = LF_ZERO_STEPS * LF_ZERO_LEVELS};
	static double first[LF_ZERO_PATCHES * UNITS];
	static double second[LF_ZERO_PATCHES * UNITS];
	static double x[LF_ZERO_PATCHES * LF_ZERO_FEATURES];
	lf_real		encoded[LF_ZERO_PATCHES * LF_ZERO_FEATURES];
	int			patches = lf_zero_patches(count);
	const lf_real *dense = weights + 4 * UNITS * (LF_ZERO_FEATURES + UNITS + 1) + 4 * UNITS * (UNITS + UNITS + 1);

	lf_zero_encode(values, count, 12, lf_zero_scale(values, count), sign, encoded);
	for (int i = 0; i < patches * LF_ZERO_FEATURES; i++)
		x[i] = (double) encoded[i];
	plain_lstm(weights, x, patches, LF_ZERO_FEATURES, UNITS, first);
	plain_lstm(weights + 4 * UNITS * (LF_ZERO_FEATURES + UNITS + 1), first, patches, UNITS, UNITS, second);
	for (int k = 0; k < LF_ZERO_STEPS; k++)
	{
		double		y[LF_ZERO_LEVELS];
		double	   *q = quantile + k * LF_ZERO_LEVELS;

		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			y[i] = (double) dense[UNITS * OUTPUTS + k * LF_ZERO_LEVELS + i];
			for (int u = 0; u < UNITS; u++)
				y[i] += second[(patches - 1) * UNITS + u] * (double) dense[u * OUTPUTS + k * LF_ZERO_LEVELS + i];
		}
		/* outwards from the median, each step a softplus and a little more */
		q[LF_ZERO_MEDIAN] = y[LF_ZERO_MEDIAN];
		for (int i = LF_ZERO_MEDIAN + 1; i < LF_ZERO_LEVELS; i++)
			q[i] = q[i - 1] + (lf_normal_quantile(1 - lf_zero_level[i]) -
							   (i - 1 == LF_ZERO_MEDIAN ? 0 : lf_normal_quantile(1 - lf_zero_level[i - 1]))) * (LEAST_WIDTH + log1p(exp(y[i])));
		for (int i = LF_ZERO_MEDIAN - 1; i >= 0; i--)
			q[i] = q[i + 1] - (lf_normal_quantile(lf_zero_level[i]) -
							   (i + 1 == LF_ZERO_MEDIAN ? 0 : lf_normal_quantile(lf_zero_level[i + 1]))) * (LEAST_WIDTH + log1p(exp(y[i])));
	}
}

static void
test_walk(void)
{
	static lf_real weights[100000];
	double		up[LF_ZERO_STEPS * LF_ZERO_LEVELS];
	double		down[LF_ZERO_STEPS * LF_ZERO_LEVELS];
	lf_random	random = lf_random_seed(5);
	lf_zero_room room;
	guarded		block = make_room(&room, MOST_ROWS, &none, 1);

	lf_zero_weights_read(weights);
	for (int i = 0; i < MOST_ROWS; i++)
		rows[i] = (i > 0 ? rows[i - 1] : 50) + 0.1 + lf_random_normal(&random);
	for (size_t count = 2; count <= LF_ZERO_ROWS; count = count * 5 / 2 + 1)
	{
		lf_zero_walked walked;
		double		worst = 0;

		lf_zero_walk(&room, rows, count, 12, &walked);
		plain_image(weights, rows, count, 1, up);
		plain_image(weights, rows, count, -1, down);
		for (int k = 0; k < LF_ZERO_STEPS; k++)
			for (int i = 0; i < LF_ZERO_LEVELS; i++)
				worst = fmax(worst, fabs(walked.quantile[k][i] / sqrt(lf_zero_step[k]) -
										 (up[k * LF_ZERO_LEVELS + i] - down[k * LF_ZERO_LEVELS + LF_ZERO_LEVELS - 1 - i]) / 2));
		if (!ok(worst < (sizeof(lf_real) == 4 ? 2e-5 : 1e-9), "%zu rows: it says what plain loops say", count))
			diag("off by %g", worst);
	}
	drop(&block);
	ok(lf_zero_weights() == 4 * LF_ZERO_UNITS * (LF_ZERO_FEATURES + LF_ZERO_UNITS + 1) +
	   4 * LF_ZERO_UNITS * (2 * LF_ZERO_UNITS + 1) + (LF_ZERO_UNITS + 1) * LF_ZERO_STEPS * LF_ZERO_LEVELS,
	   "there are as many weights as the network has");
}

/* Any height, any size, upside down, and one by one or after others: the same forecast. */
static void
test_alike(void)
{
	static double moved[100];
	static double mirrored[100];
	lf_zero_quantiles first[24];
	double		worst = 0;
	double		other = 0;

	forecast(rows, 100, &none, false, 24);
	memcpy(first, said, sizeof(first));
	for (int i = 0; i < 100; i++)
	{
		moved[i] = 1e6 + 1e3 * rows[i];
		mirrored[i] = -rows[i];
	}
	/* rows around a million are seen as logarithms, and a shift of the level is all that sets them apart */
	forecast(mirrored, 100, &none, false, 24);
	for (int h = 0; h < 24; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			other = fmax(other, fabs(said[h].at[i] + first[h].at[LF_ZERO_LEVELS - 1 - i]) / 100);
	for (int i = 0; i < 100; i++)
		mirrored[i] = -moved[i];
	forecast(mirrored, 100, &none, false, 24);
	for (int h = 0; h < 24; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			worst = fmax(worst, fabs((said[h].at[i] + 1e6) / -1e3 - first[h].at[LF_ZERO_LEVELS - 1 - i]) / 100);
	/* of positive rows logarithms are forecast: nearly the same here */
	ok(other < 0.05, "upside down it says nearly the same, where one of both has logarithms");
	ok(worst < 0.05, "a larger and a higher series as well");
}

/* A trend goes on, seasons come again, and noise stays within its bounds. */
static void
test_sense(void)
{
	lf_random	random = lf_random_seed(8);
	int			inside = 0;
	double		error = 0;
	double		naive = 0;

	for (int s = 0; s < 40; s++)
	{
		for (int i = 0; i < 108; i++)
			rows[i] = 100 + i + 30 * sin(TWO_PI * i / 12) + 3 * lf_random_normal(&random);
		forecast(rows, 96, &twelve, false, 12);
		for (int h = 0; h < 12; h++)
		{
			inside += rows[96 + h] >= said[h].at[1] && rows[96 + h] <= said[h].at[LF_ZERO_LEVELS - 2];
			error += fabs(rows[96 + h] - said[h].at[LF_ZERO_MEDIAN]);
			naive += fabs(rows[96 + h] - rows[84 + h]);
		}
	}
	if (!ok(error < naive / 3, "a trend with a season goes on"))
		diag("errors are %.2f of those of the season before", error / naive);
	if (!ok(inside > 0.7 * 480 && inside < 0.97 * 480, "and intervals of 80 hold it"))
		diag("%d of 480 within", inside);
}

/* Hours of a day that last: with a long history the day before is a way of its own. */
static void
test_ways(void)
{
	lf_random	random = lf_random_seed(9);
	double		error = 0;

	for (int i = 0; i < 24 * 45; i++)
	{
		lf_random	of_hour = lf_random_seed((uint64_t) (i % 168) + 7);

		rows[i] = 100 + 20 * lf_random_normal(&of_hour) + lf_random_normal(&random);
	}
	forecast(rows, 24 * 43, &days, false, 48);
	for (int h = 0; h < 48; h++)
		error += fabs(rows[24 * 43 + h] - said[h].at[LF_ZERO_MEDIAN]) / 48;
	if (!ok(error < 2, "hours of a week come again"))
		diag("off by %.2f, where noise has a deviation of 1", error);
}

/* ---- rows of every kind ---- */

static double
odd_value(int kind, int i, lf_random *random)
{
	switch (kind)
	{
		case 0:
			return 5;
		case 1:
			return i % 2 == 0 ? DBL_MAX : -DBL_MAX;
		case 2:
			return i == 50 ? 1e300 : lf_random_normal(random);
		case 3:
			return lf_random_below(random, 10) == 0 ? 3 : 0;
		case 4:
			return exp(700.0 * i / MOST_ROWS) * 1e-300;
		case 5:
			return 5e-324 * (double) lf_random_below(random, 4);
		case 6:
			return i;
		default:
			return i < 30 ? 1 : 1e9;
	}
}

static void
test_odd(void)
{
	static const char *const kinds[] = {"rows that are all alike", "the largest numbers", "one huge value", "mostly zeros",
	"rows that explode", "the smallest numbers", "a straight line", "a jump"};
	static const size_t counts[] = {1, 2, 3, 5, 60, 130, 700, MOST_ROWS};
	lf_random	random = lf_random_seed(11);

	for (int kind = 0; kind < 8; kind++)
	{
		bool		sane = true;

		for (int i = 0; i < MOST_ROWS; i++)
			rows[i] = odd_value(kind, i, &random);
		for (size_t c = 0; c < 8; c++)
			for (int way = 0; way < 4; way++)
			{
				const lf_seasons *seasons = way == 0 ? &none : way == 1 ? &twelve : way == 2 ? &days : &twelve;
				bool		logged = way == 3 && kind != 1 && kind != 2 && kind != 3 && kind != 5 && kind != 6;
				int			steps = c % 2 == 0 ? 7 : c == 7 ? MOST_STEPS : 100;

				forecast(rows, counts[c], seasons, logged, steps);
				for (int h = 0; h < steps; h++)
					for (int i = 0; i < LF_ZERO_LEVELS; i++)
						sane = sane && (counts[c] < 3 && i != LF_ZERO_MEDIAN ? isnan(said[h].at[i]) :
										isfinite(said[h].at[i]) && (counts[c] < 3 || i == 0 || said[h].at[i] >= said[h].at[i - 1]));
			}
		ok(sane, "%s: quantiles are finite and ascend, or are not known", kinds[kind]);
	}
	for (int i = 0; i < 60; i++)
		rows[i] = 5;
	forecast(rows, 60, &none, false, 12);
	ok(said[11].at[0] == 5 && said[11].at[LF_ZERO_MEDIAN] == 5 && said[11].at[LF_ZERO_LEVELS - 1] == 5, "what never moved stays");
}

/* Intervals of levels between those of the network, and how far out a value lies by them: two ways of the same line. */
static void
test_quantile(void)
{
	static const lf_zero_quantiles list = {.at = {0, 4, 6, 9, 10, 12, 15, 16, 26}};
	static const lf_zero_quantiles unknown = {.at = {NAN, NAN, NAN, NAN, 3, NAN, NAN, NAN, NAN}};
	bool		same = true;
	bool		rises = true;

	ok(lf_zero_quantile(&list, 0.025) == 0 && lf_zero_quantile(&list, 0.5) == 10 && lf_zero_quantile(&list, 0.9) == 16 &&
	   lf_zero_quantile(&list, 0.975) == 26, "quantiles of the network's own levels are its own");
	for (double level = 0.001; level < 0.9985; level += 0.001)
	{
		double		value = lf_zero_quantile(&list, level);
		double		z = lf_normal_quantile(level < 0.5 ? level : 1 - level);

		rises = rises && value < lf_zero_quantile(&list, level + 0.001);
		same = same && fabs(lf_zero_nonconformity(&list, value) - (fabs(level - 0.5) < 1e-9 ? 0 : z)) < 1e-6;
	}
	ok(rises, "between and beyond them they rise");
	ok(same, "a value at a quantile lies as far out as its level says");
	ok(isnan(lf_zero_quantile(&unknown, 0.9)) && lf_zero_quantile(&unknown, 0.5) == 3 && isnan(lf_zero_nonconformity(&unknown, 4)),
	   "of what is not known nothing is said");
}

int
main(void)
{
	test_scale();
	test_form();
	test_encode();
	test_walk();
	test_alike();
	test_sense();
	test_ways();
	test_odd();
	test_quantile();
	return done_testing();
}
