/*
 * combination.c: weights by the errors of each candidate.
 */
#include "judging/combination.h"

#include <math.h>
#include <string.h>

const char *const lf_candidate_names[LF_CANDIDATES] = {
	[LF_CANDIDATE_NETWORK] = "network",
	[LF_CANDIDATE_LINEAR] = "linear",
	[LF_CANDIDATE_RECURSIVE] = "recursive",
	[LF_CANDIDATE_LINEAR_RECURSIVE] = "linear_recursive",
	[LF_CANDIDATE_SEGMENT] = "segment",
	[LF_CANDIDATE_REPEAT_LAST] = "repeat_last",
	[LF_CANDIDATE_SEASONAL_NAIVE] = "seasonal_naive",
	[LF_CANDIDATE_DRIFT] = "drift",
	[LF_CANDIDATE_SEASONAL_MEAN] = "seasonal_mean",
	[LF_CANDIDATE_MEAN] = "mean",
	[LF_CANDIDATE_THETA] = "theta",
	[LF_CANDIDATE_ETS] = "ets",
	[LF_CANDIDATE_ZERO_SHOT] = "zero_shot",
};

int
lf_combination_networks(const lf_combination *combination)
{
	int			networks = 0;

	while (networks < combination->parts && combination->part[networks] == LF_NETWORK)
		networks++;
	return networks;
}

int
lf_combination_part(const lf_combination *combination, lf_forecaster forecaster)
{
	for (int i = 0; i < combination->parts; i++)
		if (combination->part[i] == forecaster)
			return i;
	return -1;
}

double
lf_combination_share(const lf_combination *combination, int targets, int part)
{
	double		sum = 0;

	for (int j = 0; j < targets; j++)
		sum += combination->weight[j * combination->parts + part];
	return sum / targets;
}

#define ROUNDING 1e-9

bool
lf_combination_is_alone(const lf_combination *combination, int targets, lf_forecaster forecaster)
{
	for (int i = 0; i < combination->parts; i++)
		if (combination->part[i] != forecaster && lf_combination_share(combination, targets, i) > 0)
			return false;
	return lf_combination_part(combination, forecaster) >= 0;
}

bool
lf_combination_is_sound(const lf_combination *combination, int targets)
{
	bool		seen[LF_FORECASTERS] = {false};
	int			networks;

	if (combination->parts < 0 || combination->parts > LF_MAX_COMBINED)
		return false;
	networks = lf_combination_networks(combination);
	if (networks > LF_MAX_NETWORKS)
		return false;
	for (int i = networks; i < combination->parts; i++)
	{
		if (combination->part[i] == LF_NETWORK || seen[combination->part[i]])
			return false;
		seen[combination->part[i]] = true;
	}
	for (int j = 0; j < targets && combination->parts > 0; j++)
	{
		double		sum = 0;

		for (int i = 0; i < combination->parts; i++)
		{
			double		weight = combination->weight[j * combination->parts + i];

			if (!(weight >= 0 && weight <= 1))
				return false;
			sum += weight;
		}
		if (fabs(sum - 1) > ROUNDING)
			return false;
	}
	return true;
}

void
lf_combination_sums_layout(lf_combination_sums *sums, lf_arena *arena, int parts, int targets)
{
	size_t		size = (size_t) targets * (size_t) parts;

	*sums = (lf_combination_sums) {.parts = parts, .targets = targets};
	sums->loss = lf_arena_take(arena, size, sizeof(double));
	sums->absolute = lf_arena_take(arena, size, sizeof(double));
	sums->count = lf_arena_take(arena, (size_t) targets, sizeof(double));
	sums->missing = lf_arena_take(arena, size, sizeof(bool));
}

void
lf_combination_sums_start(lf_combination_sums *sums)
{
	size_t		size = (size_t) sums->targets * (size_t) sums->parts;

	memset(sums->loss, 0, size * sizeof(double));
	memset(sums->absolute, 0, size * sizeof(double));
	memset(sums->count, 0, (size_t) sums->targets * sizeof(double));
	memset(sums->missing, 0, size * sizeof(bool));
}

/* Errors below this share of a naive forecast's count alike. */
#define LEAST_ERROR 0.05

/* The median of the absolute errors. */
static double
typical_error(const double *errors, int parts)
{
	double		sorted[LF_MAX_COMBINED];
	int			n = 0;

	for (int p = 0; p < parts; p++)
	{
		double		error = fabs(errors[p]);
		int			place = n;

		if (!isfinite(error))
			continue;
		for (; place > 0 && sorted[place - 1] > error; place--)
			sorted[place] = sorted[place - 1];
		sorted[place] = error;
		n++;
	}
	return n == 0 ? 0 : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

void
lf_combination_add(lf_combination_sums *sums, int target, const double *errors)
{
	double		typical = typical_error(errors, sums->parts) + LEAST_ERROR;

	for (int p = 0; p < sums->parts; p++)
	{
		int			place = target * sums->parts + p;

		if (!isfinite(errors[p]))
		{
			sums->missing[place] = true;
			continue;
		}
		sums->loss[place] += errors[p] * errors[p] / typical;
		sums->absolute[place] += fabs(errors[p]);
	}
	sums->count[target] += 1;
}

void
lf_combination_join(lf_combination_sums *sums, const lf_combination_sums *others)
{
	for (int i = 0; i < sums->targets * sums->parts; i++)
	{
		sums->loss[i] += others->loss[i];
		sums->absolute[i] += others->absolute[i];
		sums->missing[i] |= others->missing[i];
	}
	for (int j = 0; j < sums->targets; j++)
		sums->count[j] += others->count[j];
}

/* Weights are the losses to the power of -2; and what would weigh less than this share of the largest is dropped. */
#define POWER 2.0
#define LEAST_SHARE 0.1

/* Makes weights add up to 1; false where there are none. */
static bool
scale(double *weight, int parts)
{
	double		sum = 0;

	for (int i = 0; i < parts; i++)
		sum += weight[i];
	for (int i = 0; i < parts && sum > 0; i++)
		weight[i] /= sum;
	return sum > 0;
}

static void
weigh(const lf_combination_sums *sums, int target, const double *usual, double *weight)
{
	const double *loss = sums->loss + target * sums->parts;
	const bool *missing = sums->missing + target * sums->parts;
	double		least = INFINITY;
	double		largest = 0;

	for (int i = 0; i < sums->parts; i++)
		if (usual[i] > 0 && !missing[i] && loss[i] < least)
			least = loss[i];
	for (int i = 0; i < sums->parts; i++)
	{
		weight[i] = missing[i] && sums->count[target] > 0 ? 0 : usual[i];
		/* where one is never wrong, so are those that weigh */
		if (sums->count[target] > 0 && weight[i] > 0)
			weight[i] *= loss[i] <= least ? 1 : pow(least / loss[i], POWER);
	}
	if (!scale(weight, sums->parts))
	{
		memcpy(weight, usual, (size_t) sums->parts * sizeof(double));
		(void) scale(weight, sums->parts);
	}
	for (int i = 0; i < sums->parts; i++)
		largest = weight[i] > largest ? weight[i] : largest;
	for (int i = 0; i < sums->parts; i++)
		if (weight[i] < LEAST_SHARE * largest)
			weight[i] = 0;
	(void) scale(weight, sums->parts);
}

void
lf_combination_fit(lf_combination *combination, const lf_combination_sums *sums, const double *usual)
{
	LF_ASSERT(combination->parts == sums->parts);
	for (int j = 0; j < sums->targets; j++)
		weigh(sums, j, usual, combination->weight + j * sums->parts);
	LF_ASSERT(lf_combination_is_sound(combination, sums->targets));
}
