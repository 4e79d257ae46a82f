/*
 * shrunk.c: correlations, how far they are shrunk, and the equations of the series that have children.
 */
#include "judging/shrunk.h"

#include "base/cholesky.h"

#include <math.h>
#include <string.h>

static size_t
count_parents(const lf_hierarchy *h)
{
	size_t		parents = 0;

	for (size_t i = 0; i < h->count; i++)
		parents += h->children[i] > 0;
	return parents;
}

void
lf_shrunk_layout(lf_shrunk *s, lf_arena *arena, const lf_hierarchy *h)
{
	*s = (lf_shrunk) {.parents = count_parents(h)};
	s->constraint = lf_arena_take(arena, h->count, sizeof(size_t));
	s->miss = lf_arena_take(arena, s->parents, sizeof(double));
	s->factor = lf_arena_take(arena, s->parents, s->parents * sizeof(double));
	s->gain = lf_arena_take(arena, s->parents, h->count * sizeof(double));
}

static bool
came(const volatile sig_atomic_t *interrupt)
{
	return interrupt != NULL && *interrupt != 0;
}

/* What children and parents miss of adding up, of each constraint: (parents). */
static void
apply_constraints(const lf_shrunk *s, const lf_hierarchy *h, const double *values, double *miss)
{
	memset(miss, 0, s->parents * sizeof(double));
	for (size_t i = 0; i < h->count; i++)
	{
		if (s->constraint[i] != LF_NO_PARENT)
			miss[s->constraint[i]] += values[i];
		if (h->parent[i] != LF_NO_PARENT)
			miss[s->constraint[h->parent[i]]] -= values[i];
	}
}

/* Makes the mean square of each series' errors 1; sizes (count) are what it was the square of. Returns the largest. */
static double
standardize(const lf_hierarchy *h, double *errors, size_t occasions, double *sizes)
{
	double		most = 0;

	for (size_t i = 0; i < h->count; i++)
	{
		double		largest = 0;
		double		squares = 0;

		/* squares of huge errors overflow */
		for (size_t t = 0; t < occasions; t++)
			largest = fmax(largest, fabs(errors[t * h->count + i]));
		for (size_t t = 0; t < occasions && largest > 0; t++)
			squares += errors[t * h->count + i] / largest * (errors[t * h->count + i] / largest);
		sizes[i] = largest * sqrt(squares / (double) occasions);
		for (size_t t = 0; t < occasions && sizes[i] > 0; t++)
			errors[t * h->count + i] /= sizes[i];
		most = fmax(most, sizes[i]);
	}
	return most;
}

/* The share of the correlations' squares that is due to chance; NAN where the interrupt came. */
static double
find_shrinkage(const lf_hierarchy *h, const double *errors, size_t occasions, const volatile sig_atomic_t *interrupt)
{
	double		n = (double) occasions;
	double		uncertain = 0;
	double		all = 0;

	for (size_t i = 0; i < h->count; i++)
	{
		if (came(interrupt))
			return (double) NAN;
		for (size_t j = 0; j < i; j++)
		{
			double		sum = 0;
			double		squares = 0;

			for (size_t t = 0; t < occasions; t++)
			{
				double		product = errors[t * h->count + i] * errors[t * h->count + j];

				sum += product;
				squares += product * product;
			}
			uncertain += (squares - sum * sum / n) / (n * (n - 1));
			all += sum * sum / (n * n);
		}
	}
	return all > 0 && uncertain < all ? fmax(uncertain / all, 0) : 1;
}

bool
lf_shrunk_learn(lf_shrunk *s, const lf_hierarchy *h, double *errors, size_t occasions, const volatile sig_atomic_t *interrupt)
{
	double	   *sizes = s->gain;	/* not needed before the end of the standardization */
	double		unit;			/* in which no square overflows: none of the result depends on it */
	double		diagonal;
	size_t		parents = 0;

	for (size_t i = 0; i < h->count; i++)
		s->constraint[i] = h->children[i] > 0 ? parents++ : LF_NO_PARENT;
	if (parents == 0)
		return true;
	unit = standardize(h, errors, occasions, sizes);
	s->shrinkage = find_shrinkage(h, errors, occasions, interrupt);
	if (isnan(s->shrinkage))
		return false;
	for (size_t t = 0; t < occasions; t++)
		for (size_t i = 0; i < h->count; i++)
			errors[t * h->count + i] *= unit > 0 ? sizes[i] / unit : 0;
	diagonal = s->shrinkage;
	memset(s->gain, 0, parents * h->count * sizeof(double));
	/* C W: of the correlations */
	for (size_t t = 0; t < occasions; t++)
	{
		const double *of_occasion = errors + t * h->count;

		if (came(interrupt))
			return false;
		apply_constraints(s, h, of_occasion, s->miss);
		for (size_t p = 0; p < parents; p++)
			for (size_t i = 0; i < h->count; i++)
				s->gain[p * h->count + i] += (1 - diagonal) * s->miss[p] * of_occasion[i] / (double) occasions;
	}
	/* and of what stays of each series by itself */
	for (size_t i = 0; i < h->count; i++)
	{
		double		square = 0;

		for (size_t t = 0; t < occasions; t++)
			square += errors[t * h->count + i] * errors[t * h->count + i] / (double) occasions;
		if (s->constraint[i] != LF_NO_PARENT)
			s->gain[s->constraint[i] * h->count + i] += diagonal * square;
		if (h->parent[i] != LF_NO_PARENT)
			s->gain[s->constraint[h->parent[i]] * h->count + i] -= diagonal * square;
	}
	for (size_t p = 0; p < parents; p++)
		apply_constraints(s, h, s->gain + p * h->count, s->factor + p * parents);
	return lf_factorize(s->factor, parents, interrupt);
}

void
lf_shrunk_reconcile(lf_shrunk *s, const lf_hierarchy *h, const double *forecast, double *result)
{
	memcpy(result, forecast, h->count * sizeof(double));
	if (s->parents == 0)
		return;
	apply_constraints(s, h, forecast, s->miss);
	lf_solve(s->factor, s->parents, s->miss);
	for (size_t p = 0; p < s->parents; p++)
		for (size_t i = 0; i < h->count; i++)
			result[i] -= s->miss[p] * s->gain[p * h->count + i];
	lf_add_up(h, result);
}
