/*
 * combination_test.c: weights from errors, by the formula in plain loops; and what is no combination.
 */
#include "base/random.h"
#include "judging/combination.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#define PARTS 5
#define TARGETS 2

typedef struct combination_rig
{
	lf_combination_sums sums;
	guarded		block;
	lf_combination combination;
	double		weight[TARGETS * PARTS];
} combination_rig;

static const lf_forecaster parts[PARTS] = {LF_NETWORK, LF_NETWORK, LF_REPEAT_LAST, LF_THETA, LF_ETS};

static void
open_rig(combination_rig *r)
{
	lf_arena	arena = lf_arena_measure();

	lf_combination_sums_layout(&r->sums, &arena, PARTS, TARGETS);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_combination_sums_layout(&r->sums, &arena, PARTS, TARGETS);
	lf_combination_sums_start(&r->sums);
	r->combination = (lf_combination) {.parts = PARTS, .weight = r->weight};
	memcpy(r->combination.part, parts, sizeof(parts));
}

static void
close_rig(combination_rig *r)
{
	ok(guarded_intact(&r->block), "sums stay within their memory");
	free(r->block.raw);
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* The median of the absolute errors that there are. */
static double
plain_median(const double *errors)
{
	double		sorted[PARTS];
	int			n = 0;

	for (int p = 0; p < PARTS; p++)
		if (isfinite(errors[p]))
			sorted[n++] = fabs(errors[p]);
	qsort(sorted, (size_t) n, sizeof(double), compare);
	return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* What each weighs: its usual weight by the inverse of the square of its loss; and not less than a tenth of the largest. */
static void
plain_weights(const double *loss, const bool *missing, const double *usual, double *weight)
{
	for (int round = 0; round < 2; round++)
	{
		double		sum = 0;
		double		largest = 0;

		for (int p = 0; p < PARTS && round == 1; p++)
			largest = fmax(largest, weight[p]);
		for (int p = 0; p < PARTS; p++)
		{
			if (round == 0)
				weight[p] = missing[p] ? 0 : usual[p] / (loss[p] * loss[p]);
			else if (weight[p] < 0.1 * largest)
				weight[p] = 0;
			sum += weight[p];
		}
		for (int p = 0; p < PARTS; p++)
			weight[p] /= sum;
	}
}

static void
test_formula(void)
{
	const double usual[PARTS] = {1, 0.5, 0.3, 1, 0};
	lf_random	random = lf_random_seed(12);
	double		loss[TARGETS][PARTS] = {{0}};
	double		absolute[TARGETS][PARTS] = {{0}};
	bool		missing[TARGETS][PARTS] = {{false}};
	double		worst = 0;
	bool		dropped = false;
	combination_rig r;
	combination_rig half[2];

	open_rig(&r);
	open_rig(&half[0]);
	open_rig(&half[1]);
	for (int n = 0; n < 60; n++)
		for (int j = 0; j < TARGETS; j++)
		{
			double		errors[PARTS];
			double		typical;

			for (int p = 0; p < PARTS; p++)
				errors[p] = lf_random_normal(&random) * (p == 4 ? 0.001 : p == 2 && j == 0 ? 6 : 1 + 0.3 * p);
			if (n == 17 && j == 1)
			{
				errors[1] = (double) NAN;
				missing[1][1] = true;
			}
			typical = plain_median(errors) + 0.05;
			for (int p = 0; p < PARTS; p++)
				if (isfinite(errors[p]))
				{
					loss[j][p] += errors[p] * errors[p] / typical;
					absolute[j][p] += fabs(errors[p]);
				}
			lf_combination_add(&r.sums, j, errors);
			lf_combination_add(&half[n % 2].sums, j, errors);
		}
	for (int j = 0; j < TARGETS; j++)
		for (int p = 0; p < PARTS; p++)
			worst = fmax(worst, fmax(fabs(r.sums.loss[j * PARTS + p] - loss[j][p]), fabs(r.sums.absolute[j * PARTS + p] - absolute[j][p])));
	ok(worst < 1e-10 && r.sums.count[0] == 60 && r.sums.count[1] == 60 && r.sums.missing[PARTS + 1] && !r.sums.missing[1],
	   "errors count by how far off most are, and what is not there is noted");
	lf_combination_fit(&r.combination, &r.sums, usual);
	worst = 0;
	for (int j = 0; j < TARGETS; j++)
	{
		double		weight[PARTS];

		plain_weights(loss[j], missing[j], usual, weight);
		for (int p = 0; p < PARTS; p++)
		{
			worst = fmax(worst, fabs(weight[p] - r.weight[j * PARTS + p]));
			dropped = dropped || (weight[p] == 0 && usual[p] > 0 && !missing[j][p]);
		}
	}
	ok(worst < 1e-12 && dropped, "weights are those of the formula, and what would weigh little has none");
	ok(r.weight[4] == 0 && r.weight[PARTS + 4] == 0, "what has no usual weight has none, however good it is");
	ok(r.weight[1] > 0 && r.weight[PARTS + 1] == 0, "what was silent once about a target has no weight for it");
	lf_combination_join(&half[0].sums, &half[1].sums);
	lf_combination_fit(&half[0].combination, &half[0].sums, usual);
	worst = 0;
	for (int i = 0; i < TARGETS * PARTS; i++)
		worst = fmax(worst, fabs(half[0].weight[i] - r.weight[i]));
	ok(worst < 1e-12 && half[0].sums.missing[PARTS + 1], "sums of two halves are those of the whole");
	ok(fabs(lf_combination_share(&r.combination, TARGETS, 3) - (r.weight[3] + r.weight[PARTS + 3]) / 2) < 1e-15 &&
	   lf_combination_networks(&r.combination) == 2, "a share is the mean over the targets, and the networks are counted");
	close_rig(&r);
	close_rig(&half[0]);
	close_rig(&half[1]);
}

/* The weights of the first target from the same errors of it, n times. */
static const double *
weigh(combination_rig *r, const double *usual, const double *errors, int n)
{
	lf_combination_sums_start(&r->sums);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < TARGETS; j++)
			lf_combination_add(&r->sums, j, errors);
	memset(r->weight, 0xff, sizeof(r->weight));
	lf_combination_fit(&r->combination, &r->sums, usual);
	return r->weight;
}

static bool
weighs(const double *weight, double a, double b, double c, double d, double e)
{
	const double expected[PARTS] = {a, b, c, d, e};

	for (int p = 0; p < PARTS; p++)
		if (!(fabs(weight[p] - expected[p]) < 1e-12))
			return false;
	return true;
}

static void
test_odd(void)
{
	const double usual[PARTS] = {1, 1, 1, 0.5, 0.5};
	const double little[PARTS] = {0.01, 1, 1, 1, 0.99};
	const double none[PARTS] = {0};
	const double silent[PARTS] = {(double) NAN, (double) NAN, (double) NAN, (double) NAN, (double) NAN};
	const double one_right[PARTS] = {1, 0, 2, 1, 3};
	const double two_right[PARTS] = {0, 1, 2, 0, 3};
	const double huge[PARTS] = {1e300, 1e300, 1, (double) INFINITY, -1e300};
	const double all_huge[PARTS] = {1e300, 1.7e308, -1.7e308, 1e300, -1.7e308};
	const double tiny[PARTS] = {1e-300, 1e-300, 1e-300, 1e-300, 1e-300};
	combination_rig r;

	open_rig(&r);
	ok(weighs(weigh(&r, usual, none, 0), 0.25, 0.25, 0.25, 0.125, 0.125), "without errors the weights are the usual ones");
	ok(weighs(weigh(&r, little, none, 0), 0, 1 / 3.99, 1 / 3.99, 1 / 3.99, 0.99 / 3.99), "but for those that weigh little");
	ok(weighs(weigh(&r, usual, silent, 3), 0.25, 0.25, 0.25, 0.125, 0.125), "where all are silent they are the usual ones");
	ok(weighs(weigh(&r, usual, none, 3), 0.25, 0.25, 0.25, 0.125, 0.125), "and where none is ever wrong");
	ok(weighs(weigh(&r, usual, one_right, 3), 0, 1, 0, 0, 0), "what is never wrong has all the weight");
	ok(weighs(weigh(&r, usual, two_right, 3), 2 / 3.0, 0, 0, 1 / 3.0, 0), "two that are never wrong share it as usual");
	ok(weighs(weigh(&r, usual, huge, 3), 0, 0, 1, 0, 0), "errors whose squares are infinite have no weight, nor has what is infinite");
	ok(weighs(weigh(&r, usual, all_huge, 3), 0.25, 0.25, 0.25, 0.125, 0.125), "where all squares are infinite nothing is told");
	ok(weighs(weigh(&r, usual, tiny, 3), 0.25, 0.25, 0.25, 0.125, 0.125), "nor where they are 0");
	close_rig(&r);
}

/* A combination by hand. */
static bool
is_sound(int count, const lf_forecaster *part, const double *weight)
{
	lf_combination combination = {.parts = count, .weight = (double *) weight};

	memcpy(combination.part, part, (size_t) (count > 0 && count <= LF_MAX_COMBINED ? count : 0) * sizeof(part[0]));
	return lf_combination_is_sound(&combination, TARGETS);
}

static void
test_sound(void)
{
	static const lf_forecaster good[] = {LF_NETWORK, LF_THETA, LF_MEAN};
	static const lf_forecaster late[] = {LF_NETWORK, LF_THETA, LF_NETWORK};
	static const lf_forecaster twice[] = {LF_NETWORK, LF_THETA, LF_THETA};
	static const lf_forecaster many[LF_MAX_NETWORKS + 1] = {LF_NETWORK};
	static const double whole[] = {0.5, 0.25, 0.25, 1, 0, 0};
	static const double short_second[] = {0.5, 0.25, 0.25, 0.5, 0.25, 0.2};
	static const double more[] = {0.5, 0.5, 0.25, 1, 0, 0};
	static const double below[] = {0.5, 0.75, -0.25, 1, 0, 0};
	static const double nan[] = {0.5, (double) NAN, 0.5, 1, 0, 0};
	static const double infinite[] = {(double) INFINITY, 0, 0, 1, 0, 0};
	double		equal[TARGETS * (LF_MAX_NETWORKS + 1)];
	double		rounded[] = {0.5, 0.25, 0.25 + 1e-12, 1, 0, 0};

	for (int i = 0; i < TARGETS * (LF_MAX_NETWORKS + 1); i++)
		equal[i] = 1.0 / LF_MAX_NETWORKS;
	ok(is_sound(3, good, whole) && is_sound(0, good, NULL) && is_sound(3, good, rounded), "weights that add up to 1, but for rounding, are sound");
	ok(!is_sound(3, late, whole), "a network behind what is none is not");
	ok(!is_sound(3, twice, whole), "nor a forecaster twice");
	ok(is_sound(LF_MAX_NETWORKS, many, equal) && !is_sound(LF_MAX_NETWORKS + 1, many, equal), "nor more networks than there may be");
	for (int i = 0; i < TARGETS * (LF_MAX_NETWORKS + 1); i++)
		equal[i] = 1.0 / (LF_MAX_NETWORKS + 1);
	ok(!is_sound(LF_MAX_NETWORKS + 1, many, equal), "whatever they weigh");
	ok(!is_sound(-1, good, whole) && !is_sound(LF_MAX_COMBINED + 1, good, whole), "nor fewer parts than none, nor more than there may be");
	ok(!is_sound(3, good, short_second) && !is_sound(3, good, more), "nor weights of any target that add up to something else");
	ok(!is_sound(3, good, below) && !is_sound(3, good, nan) && !is_sound(3, good, infinite), "nor weights below 0, nor those that are no numbers");
}

/* Names and forecasters of candidates. */
static void
test_candidates(void)
{
	bool		right = true;

	for (int i = 0; i < LF_CANDIDATES; i++)
	{
		lf_forecaster forecaster = lf_candidate_forecaster((lf_candidate) i);

		right = right && lf_candidate_is_network((lf_candidate) i) == (forecaster == LF_NETWORK) &&
			(forecaster == LF_NETWORK || strcmp(lf_candidate_names[i], lf_forecaster_keys[forecaster]) == 0);
		for (int k = 0; k < i; k++)
			right = right && strcmp(lf_candidate_names[i], lf_candidate_names[k]) != 0 &&
				(forecaster == LF_NETWORK || lf_candidate_forecaster((lf_candidate) k) != forecaster);
	}
	ok(right, "candidates without a network are the forecasters of their names, and all have names of their own");
}

int
main(void)
{
	test_formula();
	test_odd();
	test_sound();
	test_candidates();
	return done_testing();
}
