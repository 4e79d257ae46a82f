/*
 * smoother.c: a filter from the oldest row on, and the way back.
 *
 * Variances are in parts of that of u and e together, which the likelihood then gives by itself (it is concentrated).
 */
#include "series/smoother.h"

#include "series/imputation.h"

#include <math.h>

/* Rows that the numbers are chosen from: more would not change them. */
#define MOST_FITTED ((size_t) 8192)

/* What is tried: between neighbours of these the likelihood hardly differs. */
static const double shares[] = {0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 1};
static const double persistences[] = {0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995};

#define COUNT(list) ((int) (sizeof(list) / sizeof((list)[0])))

/* What is believed of the state before a row is seen. */
typedef struct belief
{
	bool		started;		/* a level that wanders is not known before the first row that is */
	double		mean;
	double		variance;
} belief;

static belief
first_belief(const lf_smoother *smoother)
{
	double		p = smoother->persistence;

	return (belief) {.started = p < 1, .variance = p < 1 ? smoother->share / (1 - p * p) : 0};
}

static void
see(belief *b, const lf_smoother *smoother, double x)
{
	double		noise = 1 - smoother->share;
	double		all = b->variance + noise;
	double		gain = !b->started ? 1 : all > 0 ? b->variance / all : 0;

	b->variance = b->started ? b->variance * (1 - gain) : noise;
	b->mean += gain * (x - b->mean);
	b->started = true;
}

static void
go_on(belief *b, const lf_smoother *smoother)
{
	if (!b->started)
		return;
	b->mean *= smoother->persistence;
	b->variance = smoother->persistence * smoother->persistence * b->variance + smoother->share;
}

/* The logarithm of the likelihood, but for what all have in common, and the variance with which it is highest. */
static double
likelihood(lf_smoother *smoother, const double *x, const unsigned char *marks, size_t from, size_t rows)
{
	belief		b = first_belief(smoother);
	double		squares = 0;
	double		logs = 0;
	double		product = 1;	/* a logarithm of many factors at once costs less */
	double		seen = 0;

	for (size_t i = from; i < rows; i++)
	{
		if (!lf_mask_at(marks, i))
		{
			if (b.started)
			{
				double		all = b.variance + 1 - smoother->share;
				double		error = x[i] - b.mean;

				squares += error * error / all;
				product *= all;
				seen++;
				if (!(product > 1e-100 && product < 1e100))
				{
					logs += log(product);
					product = 1;
				}
			}
			see(&b, smoother, x[i]);
		}
		go_on(&b, smoother);
	}
	smoother->variance = seen > 0 ? squares / seen : 0;
	if (!(smoother->variance > 0))
		return seen > 0 ? (double) INFINITY : 0;
	return -(seen * log(smoother->variance) + logs + log(product)) / 2;
}

lf_smoother
lf_smoother_fit(const double *x, const unsigned char *marks, size_t rows, bool wanders,
				const volatile sig_atomic_t *interrupt)
{
	size_t		from = rows > MOST_FITTED ? rows - MOST_FITTED : 0;
	lf_smoother best = {.persistence = wanders ? 1 : 0, .share = 1};
	double		highest = -(double) INFINITY;

	for (int p = 0; p < (wanders ? 1 : COUNT(persistences)); p++)
		for (int s = 0; s < COUNT(shares); s++)
		{
			lf_smoother smoother = {.persistence = wanders ? 1 : persistences[p], .share = shares[s]};
			double		value;

			if (interrupt != NULL && *interrupt != 0)
				return best;
			value = likelihood(&smoother, x, marks, from, rows);
			if (value > highest)
			{
				highest = value;
				best = smoother;
			}
		}
	return best;
}

void
lf_smooth(const lf_smoother *smoother, const double *x, const unsigned char *marks, size_t rows, double *state,
		  double *variance)
{
	double		p = smoother->persistence;
	belief		b = first_belief(smoother);
	size_t		first = 0;		/* row in which the state is known at all */

	for (size_t i = 0; i < rows; i++)
	{
		first += !b.started && lf_mask_at(marks, i);
		if (!lf_mask_at(marks, i))
			see(&b, smoother, x[i]);
		state[i] = b.mean;
		variance[i] = b.variance;
		go_on(&b, smoother);
	}
	for (size_t i = rows; i-- > 1;)
	{
		double		ahead = p * p * variance[i - 1] + smoother->share;
		double		gain = p * variance[i - 1] / ahead;

		if (i - 1 < first)
		{
			/* only what comes after it tells of it */
			state[i - 1] = state[i];
			variance[i - 1] = variance[i] + smoother->share;
			continue;
		}
		state[i - 1] += gain * (state[i] - p * state[i - 1]);
		variance[i - 1] += gain * gain * (variance[i] - ahead);
	}
	for (size_t i = 0; i < rows; i++)
		variance[i] = variance[i] > 0 ? variance[i] * smoother->variance : 0;
}

double
lf_smoother_noise(const lf_smoother *smoother)
{
	return (1 - smoother->share) * smoother->variance;
}
