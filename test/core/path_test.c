/*
 * path_test.c: paths hang together as they are asked to, and what is measured of them is what they were made with.
 */
#include "base/quantile.h"
#include "judging/dependence.h"
#include "judging/path.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 12
#define PATHS 40000

static double drawn[PATHS][2][STEPS];	/* of two series */

static void
draw(const lf_dependence *dependence, uint64_t seed)
{
	static const char *label[] = {"north", "south"};

	for (int p = 0; p < PATHS; p++)
		for (int s = 0; s < 2; s++)
		{
			lf_path		path = lf_path_start(dependence, seed, lf_path_series(label[s]), (uint64_t) p + 1, 0);

			for (int k = 0; k < STEPS; k++)
				drawn[p][s][k] = lf_path_next(&path);
		}
}

/* The correlation of a step of one series and of another one, by the plain formula. */
static double
correlation(int s, int k, int t, int l)
{
	double		sum[2] = {0};
	double		products[3] = {0};

	for (int p = 0; p < PATHS; p++)
	{
		double		x = drawn[p][s][k];
		double		y = drawn[p][t][l];

		sum[0] += x;
		sum[1] += y;
		products[0] += x * x;
		products[1] += x * y;
		products[2] += y * y;
	}
	return (products[1] - sum[0] * sum[1] / PATHS) /
		sqrt((products[0] - sum[0] * sum[0] / PATHS) * (products[2] - sum[1] * sum[1] / PATHS));
}

/* As dependence.h has it, from a covariance that is written down part by part. */
static double
wanted(const lf_dependence *d, int s, int k, int t, int l)
{
	double		noise = 1 - d->level - d->walk;
	double		both = d->level + d->walk * ((k < l ? k : l) + 1) + (k == l ? noise : 0);
	double		first = d->level + d->walk * (k + 1) + noise;
	double		second = d->level + d->walk * (l + 1) + noise;

	return both / sqrt(first * second) * (s == t ? 1 : d->series);
}

#define STRUCTURES 5

static const struct
{
	const char *name;
	lf_dependence dependence;
}			structures[STRUCTURES] = {
	{"noise", {.known = true}},
	{"a random walk", {.known = true, .walk = 1, .series = 0.5}},
	{"one level", {.known = true, .level = 1, .series = 1}},
	{"some of each", {.known = true, .level = 0.3, .walk = 0.2, .series = 0.25}},
	{"the usual", {.known = true, .level = LF_USUAL_LEVEL, .walk = LF_USUAL_WALK}},
};

static void
test_correlations(void)
{
	for (int i = 0; i < STRUCTURES; i++)
	{
		const lf_dependence *d = &structures[i].dependence;
		double		worst = 0;
		double		apart = 0;
		double		normal[3] = {0};	/* shares of values that lie where a normal one does with these probabilities */
		static const double tail[3] = {0.5, 0.1, 0.01};

		draw(d, 1);
		for (int s = 0; s < 2; s++)
			for (int t = s; t < 2; t++)
				for (int k = 0; k < STEPS; k++)
					for (int l = 0; l < STEPS; l++)
						worst = fmax(worst, fabs(correlation(s, k, t, l) - wanted(d, s, k, t, l)));
		for (int k = 0; k < STEPS; k++)
			for (int l = 0; l < STEPS; l++)
				apart = fmax(apart, fabs(lf_dependence_of_steps(d, k + 1, l + 1) - wanted(d, 0, k, 0, l)));
		/* five standard errors of a correlation */
		if (!ok(worst < 5 / sqrt(PATHS), "%s: steps and series of paths hang together as is asked for", structures[i].name))
			diag("off by %g", worst);
		ok(apart < 1e-12, "%s: so do the formula and a covariance part by part", structures[i].name);
		for (int k = 0; k < 3; k++)
			for (int p = 0; p < PATHS; p++)
				normal[k] += drawn[p][1][STEPS - 1] > (k == 0 ? 0 : lf_normal_quantile(tail[k]));
		for (int k = 0; k < 3; k++)
			if (!ok(fabs(normal[k] / PATHS - tail[k]) < 5 * sqrt(tail[k] / PATHS), "%s: %g of the last steps lie so high",
					structures[i].name, tail[k]))
				diag("%g", normal[k] / PATHS);
	}
}

static void
test_levels(void)
{
	bool		good = true;
	bool		above;

	for (int i = 1; i < 1000; i++)
	{
		double		level = i / 1000.0;
		double		z = lf_normal_quantile((1 - level) / 2);

		good &= fabs(lf_path_level(z, &above) - level) < 1e-12 && above;
		good &= fabs(lf_path_level(-z, &above) - level) < 1e-12 && !above;
	}
	ok(good, "a normal number lies at the end of the interval that holds as much as lies within it");
	good = lf_path_level(0, &above) > 0 && lf_path_level(50, &above) < 1 && lf_path_level(-50, &above) < 1;
	ok(good, "a level is above 0 and below 1, however far out a number is");
}

/* A path is its own: of how many there are, how long they are and what else is drawn it knows nothing. */
static void
test_streams(void)
{
	const lf_dependence d = {.known = true, .level = 0.2, .walk = 0.3, .series = 0.4};
	lf_path		one = lf_path_start(&d, 7, lf_path_series("a"), 3, 0);
	lf_path		again = lf_path_start(&d, 7, lf_path_series("a"), 3, 0);
	lf_path		others[4] = {
		lf_path_start(&d, 8, lf_path_series("a"), 3, 0), lf_path_start(&d, 7, lf_path_series("b"), 3, 0),
		lf_path_start(&d, 7, lf_path_series("a"), 4, 0), lf_path_start(&d, 7, lf_path_series("a"), 3, 1),
	};
	bool		same = true;
	int			equal = 0;

	for (int k = 0; k < STEPS; k++)
	{
		double		value = lf_path_next(&one);

		same &= value == lf_path_next(&again);
		for (int i = 0; i < 4; i++)
			equal += value == lf_path_next(&others[i]);
	}
	ok(same, "the same seed, series, number and target draw the same path");
	ok(equal == 0, "another seed, series, number or target draws another one");
	ok(lf_path_series(NULL) == lf_path_series("") && lf_path_series("ab") != lf_path_series("ba") &&
	   lf_path_series("a") != lf_path_series("aa"), "names of series have numbers of their own");
}

static lf_meeting meetings[LF_MEETINGS];

/* What is measured of many paths is what they were drawn with. */
static void
test_fit(void)
{
	for (int i = 0; i < STRUCTURES; i++)
	{
		const lf_dependence *d = &structures[i].dependence;
		lf_dependence_sums sums = {.meeting = meetings};
		lf_dependence found;
		double		worst = 0;

		draw(d, 2);
		lf_dependence_start(&sums, 1000 * STEPS);
		for (int p = 0; p < PATHS; p++)
			for (int s = 0; s < 2; s++)
			{
				for (int k = 0; k < STEPS; k++)
				{
					lf_dependence_add(&sums, drawn[p][s][k]);
					lf_dependence_meet(&sums, (uint64_t) (p * STEPS + k), drawn[p][s][k]);
				}
				lf_dependence_end(&sums);
			}
		found = lf_dependence_fit(&sums, STEPS, 1e9, 1e9);
		for (int k = 1; k <= STEPS; k++)
			for (int l = 1; l <= STEPS; l++)
				worst = fmax(worst, fabs(lf_dependence_of_steps(&found, k, l) - lf_dependence_of_steps(d, k, l)));
		if (!ok(found.known && lf_dependence_is_sound(&found) && worst < 0.08, "%s is recognized in paths", structures[i].name))
			diag("level %g, walk %g, off by %g", found.level, found.walk, worst);
		if (!ok(fabs(found.series - d->series) < 0.05, "%s: so is what series have in common", structures[i].name))
			diag("%g in place of %g", found.series, d->series);
	}
}

static void
test_little(void)
{
	lf_dependence usual = lf_dependence_or_usual(&(lf_dependence) {0});
	lf_dependence_sums sums = {0};
	lf_dependence found;
	lf_dependence more;

	ok(usual.level == LF_USUAL_LEVEL && usual.walk == LF_USUAL_WALK && usual.series == 0, "what is not known is as usual");
	lf_dependence_start(&sums, 0);
	found = lf_dependence_fit(&sums, STEPS, 1, 1);
	ok(found.level == usual.level && found.walk == usual.walk && found.known && found.series == 0,
	   "no error at all changes nothing");
	for (int k = 0; k < STEPS; k++)
		lf_dependence_add(&sums, k % 2 == 0 ? 1 : -1);
	lf_dependence_end(&sums);
	found = lf_dependence_fit(&sums, STEPS, 1, 1);
	more = lf_dependence_fit(&sums, STEPS, 100, 1);
	ok(lf_dependence_of_steps(&found, 3, 4) < lf_dependence_of_steps(&usual, 3, 4) &&
	   lf_dependence_of_steps(&found, 3, 4) > lf_dependence_of_steps(&more, 3, 4),
	   "one forecast moves it a little, a hundred that say the same move it far");
	found = lf_dependence_fit(&sums, 1, 100, 1);
	ok(found.known && found.level == usual.level && found.walk == usual.walk, "of one step nothing can be told");

	/* a gap is no neighbour, and one outlier not all there is */
	lf_dependence_start(&sums, 0);
	lf_dependence_add(&sums, 1);
	lf_dependence_add(&sums, (double) NAN);
	lf_dependence_add(&sums, 1);
	lf_dependence_add(&sums, 1e30);
	lf_dependence_end(&sums);
	ok(sums.next[0] == 4 && sums.next[1] == 8.5 && sums.all[0] == 6.0 * 6 - 18 && sums.all[1] == 2 * 18,
	   "steps that are not known are passed over, and no error counts for more than four usual ones");
}

int
main(void)
{
	test_correlations();
	test_levels();
	test_streams();
	test_fit();
	test_little();
	return done_testing();
}
