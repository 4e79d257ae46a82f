/*
 * combination.c: weights on a simplex, by squared errors.
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
};

int
lf_combination_networks(const lf_combination *combination)
{
	int			networks = 0;

	while (networks < combination->parts && combination->part[networks] == LF_NETWORK)
		networks++;
	return networks;
}

double
lf_combination_weight(const lf_combination *combination, int target, int step, int part)
{
	int			last = combination->steps - 1;
	size_t		place = (size_t) target * (size_t) combination->steps + (size_t) (step < last ? step : last);

	return (double) combination->weight[place * (size_t) combination->parts + (size_t) part];
}

double
lf_combination_share(const lf_combination *combination, int targets, int part)
{
	double		sum = 0;

	for (int j = 0; j < targets; j++)
		for (int k = 0; k < combination->steps; k++)
			sum += lf_combination_weight(combination, j, k, part);
	return sum / combination->steps / targets;
}

/* Sums of weights are those of floats. */
#define ROUNDING 1e-5

bool
lf_combination_is_sound(const lf_combination *combination, int targets)
{
	bool		seen[LF_FORECASTERS] = {false};
	int			networks = lf_combination_networks(combination);

	if (combination->parts < 0 || combination->parts > LF_MAX_COMBINED || networks > LF_MAX_NETWORKS)
		return false;
	for (int i = networks; i < combination->parts; i++)
	{
		if (combination->part[i] == LF_NETWORK || seen[combination->part[i]])
			return false;
		seen[combination->part[i]] = true;
	}
	for (int j = 0; j < targets && combination->parts > 0; j++)
		for (int k = 0; k < combination->steps; k++)
		{
			double		sum = 0;

			for (int i = 0; i < combination->parts; i++)
			{
				double		weight = lf_combination_weight(combination, j, k, i);

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
lf_combination_sums_layout(lf_combination_sums *sums, lf_arena *arena, int parts, int steps, int targets)
{
	size_t		places = (size_t) targets * (size_t) steps;

	*sums = (lf_combination_sums) {.parts = parts, .steps = steps, .targets = targets};
	sums->product = lf_arena_take(arena, places * (size_t) (parts * parts), sizeof(double));
	sums->count = lf_arena_take(arena, places, sizeof(double));
	sums->missing = lf_arena_take(arena, (size_t) targets * (size_t) parts, sizeof(bool));
}

void
lf_combination_sums_start(lf_combination_sums *sums)
{
	size_t		places = (size_t) sums->targets * (size_t) sums->steps;

	memset(sums->product, 0, places * (size_t) (sums->parts * sums->parts) * sizeof(double));
	memset(sums->count, 0, places * sizeof(double));
	memset(sums->missing, 0, (size_t) sums->targets * (size_t) sums->parts * sizeof(bool));
}

void
lf_combination_add(lf_combination_sums *sums, int target, int step, const double *errors)
{
	size_t		place = (size_t) target * (size_t) sums->steps + (size_t) step;
	double	   *product = sums->product + place * (size_t) (sums->parts * sums->parts);

	for (int i = 0; i < sums->parts; i++)
		if (!isfinite(errors[i]))
			sums->missing[target * sums->parts + i] = true;
	for (int i = 0; i < sums->parts; i++)
		for (int j = 0; j < sums->parts && isfinite(errors[i]); j++)
			if (isfinite(errors[j]))
				product[i * sums->parts + j] += errors[i] * errors[j];
	sums->count[place] += 1;
}

void
lf_combination_join(lf_combination_sums *sums, const lf_combination_sums *others)
{
	size_t		places = (size_t) sums->targets * (size_t) sums->steps;

	for (size_t i = 0; i < places * (size_t) (sums->parts * sums->parts); i++)
		sums->product[i] += others->product[i];
	for (size_t i = 0; i < places; i++)
		sums->count[i] += others->count[i];
	for (int i = 0; i < sums->targets * sums->parts; i++)
		sums->missing[i] |= others->missing[i];
}

/*
 * How many origins the usual weights are worth. Of so many, half of what is known comes from the errors.
 */
#define WORTH 3.0

/* One problem: the least w'Aw - 2b'w over the simplex of those parts that are in it. */
typedef struct simplex
{
	int			parts;
	bool		in[LF_MAX_COMBINED];
	double		a[LF_MAX_COMBINED][LF_MAX_COMBINED];
	double		b[LF_MAX_COMBINED];
	double		weight[LF_MAX_COMBINED];
} simplex;

#define MOST_MOVES 1000
#define CLOSE 1e-9

/*
 * Moves weight from the part that has too much of it to the one that has too little, until none has (sequential minimal
 * optimization: Platt 1998). Begins with the weights that are there.
 */
static void
solve(simplex *problem)
{
	for (int move = 0; move < MOST_MOVES; move++)
	{
		int			from = -1;
		int			to = -1;
		double		slope[LF_MAX_COMBINED];
		double		curve;
		double		some;

		for (int i = 0; i < problem->parts; i++)
		{
			slope[i] = -problem->b[i];
			for (int j = 0; j < problem->parts; j++)
				slope[i] += problem->a[i][j] * problem->weight[j];
			if (!problem->in[i])
				continue;
			if (problem->weight[i] > 0 && (from < 0 || slope[i] > slope[from]))
				from = i;
			if (to < 0 || slope[i] < slope[to])
				to = i;
		}
		if (from < 0 || to < 0 || slope[from] - slope[to] < CLOSE)
			return;
		curve = problem->a[from][from] + problem->a[to][to] - 2 * problem->a[from][to];
		some = curve > 0 ? (slope[from] - slope[to]) / curve : problem->weight[from];
		if (some > problem->weight[from])
			some = problem->weight[from];
		problem->weight[from] -= some;
		problem->weight[to] += some;
	}
}

/* Steps that are weighed together with step k, from 0 on: from half as far ahead to twice as far. */
static void
steps_beside(int k, int steps, int *first, int *last)
{
	*first = (k + 1) / 2 - 1 < 0 ? 0 : (k + 1) / 2 - 1;
	*last = 2 * (k + 1) - 1 < steps - 1 ? 2 * (k + 1) - 1 : steps - 1;
}

/* The mean products of errors of two parts, over some steps; NaN where nothing is known. */
static double
mean_product(const lf_combination_sums *sums, int target, int first, int last, int i, int j)
{
	double		sum = 0;
	double		count = 0;

	for (int k = first; k <= last; k++)
	{
		size_t		place = (size_t) target * (size_t) sums->steps + (size_t) k;

		if (sums->count[place] == 0)
			continue;
		/* each step counts alike, as errors grow along them */
		sum += sums->product[place * (size_t) (sums->parts * sums->parts) + (size_t) (i * sums->parts + j)] / sums->count[place];
		count += 1;
	}
	return count > 0 ? sum / count : (double) NAN;
}

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

/* The weights by each one's own squared error over all steps, times the usual ones. */
static void
weigh_alone(const lf_combination_sums *sums, int target, const double *usual, double *alone)
{
	double		plain[LF_MAX_COMBINED];

	for (int i = 0; i < sums->parts; i++)
	{
		double		error = mean_product(sums, target, 0, sums->steps - 1, i, i);

		plain[i] = sums->missing[target * sums->parts + i] ? 0 : usual[i];
		alone[i] = plain[i] > 0 && error > 0 && isfinite(error) ? plain[i] / error : 0;
	}
	if (scale(alone, sums->parts))
		return;
	memcpy(alone, scale(plain, sums->parts) ? plain : usual, (size_t) sums->parts * sizeof(double));
	(void) scale(alone, sums->parts);
}

static void
weigh_step(const lf_combination_sums *sums, int target, int k, double shrinkage, const double *alone, double *weight)
{
	simplex		problem = {.parts = sums->parts};
	double		least = INFINITY;
	int			first;
	int			last;

	steps_beside(k, sums->steps, &first, &last);
	for (int i = 0; i < sums->parts; i++)
	{
		double		own = mean_product(sums, target, first, last, i, i);

		problem.in[i] = alone[i] > 0;
		problem.weight[i] = alone[i];
		if (problem.in[i] && own < least)
			least = own;
	}
	memcpy(weight, alone, (size_t) sums->parts * sizeof(double));
	if (!(least > 0) || !isfinite(least))
		return;
	for (int i = 0; i < sums->parts; i++)
		for (int j = 0; j < sums->parts; j++)
			if (problem.in[i] && problem.in[j])
			{
				problem.a[i][j] = mean_product(sums, target, first, last, i, j) / least;
				if (!isfinite(problem.a[i][j]))
					return;
			}
	for (int i = 0; i < sums->parts; i++)
	{
		problem.a[i][i] += shrinkage;
		problem.b[i] = shrinkage * alone[i];
	}
	solve(&problem);
	memcpy(weight, problem.weight, (size_t) sums->parts * sizeof(double));
}

void
lf_combination_fit(lf_combination *combination, const lf_combination_sums *sums, double origins, const double *usual)
{
	LF_ASSERT(combination->parts == sums->parts && combination->steps == sums->steps);
	for (int j = 0; j < sums->targets; j++)
	{
		double		alone[LF_MAX_COMBINED] = {0};

		weigh_alone(sums, j, usual, alone);
		for (int k = 0; k < sums->steps; k++)
		{
			float	   *to = combination->weight + ((size_t) j * (size_t) sums->steps + (size_t) k) * (size_t) sums->parts;
			double		weight[LF_MAX_COMBINED];

			weigh_step(sums, j, k, WORTH / (origins > 1 ? origins : 1), alone, weight);
			(void) scale(weight, sums->parts);
			for (int i = 0; i < sums->parts; i++)
				to[i] = (float) weight[i];
		}
	}
	LF_ASSERT(lf_combination_is_sound(combination, sums->targets));
}
