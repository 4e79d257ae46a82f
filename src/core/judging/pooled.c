/*
 * pooled.c: errors of all steps as one list, and lists of each step from it.
 */
#include "judging/pooled.h"

#include "base/quantile.h"
#include "base/sort.h"

#include <math.h>

/* How much wider an interval of this probability is for a spread that so few errors tell. */
static double
widening(double probability, double freedom)
{
	double		tail = (1 - probability) / 2;

	return lf_t_quantile(tail, freedom) / lf_normal_quantile(tail);
}

/* The probability that the k-th of a list, from 1 on, stands for. */
static double
probability_of(const lf_errors *errors, int k)
{
	return k / (errors->most + 1.0);
}

/* How errors grow: scale * distance ^ power. */
typedef struct growth
{
	double		scale;
	double		power;
} growth;

static double
grown(const growth *g, int step)
{
	return g->scale * pow(step + 1, g->power);
}

/* A random walk's errors grow with the root of the distance, a wrong slope's with the distance itself. */
#define MOST_POWER 1.0
#define USUAL_POWER 0.5

/* The mean of the errors of a list, and how many are known. */
static double
mean_error(const float *list, size_t n, double *known)
{
	double		sum = 0;

	*known = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(list[i]))
		{
			sum += (double) list[i];
			*known += 1;
		}
	return *known > 0 ? sum / *known : 0;
}

/*
 * The growth of mean errors over the steps, by least squares of their logarithms, each step with as much weight as it has
 * errors.
 */
static growth
fit_growth(const lf_errors *errors, int targets, int target, const float *measured, size_t n)
{
	double		weights = 0;
	double		x = 0;
	double		y = 0;
	double		xx = 0;
	double		xy = 0;
	double		power = USUAL_POWER;

	for (int k = 0; k < errors->steps; k++)
	{
		double		known;
		double		mean = mean_error(measured + ((size_t) k * (size_t) targets + (size_t) target) * n, n, &known);
		double		far = log(k + 1);

		if (!(mean > 0))
			continue;
		weights += known;
		x += known * far;
		y += known * log(mean);
		xx += known * far * far;
		xy += known * far * log(mean);
	}
	if (weights == 0)
		return (growth) {0, USUAL_POWER};
	if (xx - x * x / weights > 0)
		power = (xy - x * y / weights) / (xx - x * x / weights);
	power = power < 0 ? 0 : power > MOST_POWER ? MOST_POWER : power;
	return (growth) {exp((y - power * x) / weights), power};
}

static bool
is_larger(const void *a, const void *b, const void *state)
{
	(void) state;
	return *(const float *) a > *(const float *) b;
}

/* Errors that are put into one list, at most: evenly spread over all. */
#define MOST_POOLED 4096

/* Gathers the errors of a target over all steps, divided by their growth; returns how many. */
static size_t
gather(const lf_errors *errors, int targets, int target, const float *measured, size_t n, const growth *g, float *pooled)
{
	size_t		apart = ((size_t) errors->steps * n - 1) / MOST_POOLED + 1;
	size_t		known = 0;

	for (size_t i = 0; i < (size_t) errors->steps * n; i += apart)
	{
		size_t		step = i / n;
		float		error = measured[(step * (size_t) targets + (size_t) target) * n + i % n];

		if (isfinite(error))
			pooled[known++] = (float) ((double) error / grown(g, (int) step));
	}
	lf_sort(pooled, known, sizeof(float), is_larger, NULL);
	return known;
}

/* Of quantiles that no float can hold once they are scaled nothing is known. */
static void
fill_list(lf_errors *errors, int targets, int step, int target, const float *quantiles, double scale)
{
	size_t		list = (size_t) step * (size_t) targets + (size_t) target;
	float	   *error = errors->error + list * (size_t) errors->most;
	bool		finite = true;

	for (int k = 0; k < errors->most; k++)
	{
		error[k] = (float) ((double) quantiles[k] * scale);
		finite &= isfinite(error[k]) != 0;
	}
	for (int k = 0; k < errors->most && !finite; k++)
		error[k] = 0;
	errors->count[list] = finite ? errors->most : 0;
	LF_ASSERT(lf_error_list_is_sound(errors, list));
}

void
lf_errors_pool(lf_errors *errors, int targets, const float *measured, size_t n, double freedom)
{
	for (int j = 0; j < targets; j++)
	{
		growth		g = fit_growth(errors, targets, j, measured, n);
		float		pooled[MOST_POOLED];
		float		quantiles[LF_MAX_ERRORS];
		size_t		known;

		if (g.scale == 0)
			g.scale = 1;		/* they are all 0 */
		known = gather(errors, targets, j, measured, n, &g, pooled);
		for (int k = 1; k <= errors->most; k++)
		{
			double		probability = probability_of(errors, k);
			size_t		rank = (size_t) ceil(probability * (double) known);

			quantiles[k - 1] = known == 0 ? 0 : (float) ((double) pooled[rank < 1 ? 0 : rank - 1] *
														 widening(probability, freedom));
		}
		for (int i = 0; i < errors->steps; i++)
		{
			fill_list(errors, targets, i, j, quantiles, grown(&g, i));
			if (known == 0)
				errors->count[(size_t) i * (size_t) targets + (size_t) j] = 0;
		}
	}
}

void
lf_errors_suppose(lf_errors *errors, int targets, const double *spread, double freedom)
{
	float		quantiles[LF_MAX_ERRORS];

	for (int k = 1; k <= errors->most; k++)
		quantiles[k - 1] = (float) lf_t_quantile((1 - probability_of(errors, k)) / 2, freedom);
	for (int i = 0; i < errors->steps; i++)
		for (int j = 0; j < targets; j++)
			fill_list(errors, targets, i, j, quantiles, spread[i * targets + j]);
}
