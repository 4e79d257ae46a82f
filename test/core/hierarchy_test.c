/*
 * hierarchy_test.c: forecasts that add up, beside dense least squares over the leaves.
 */
#include "base/cholesky.h"
#include "base/random.h"
#include "judging/shrunk.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#define MOST 24

typedef struct rig_of_hierarchy
{
	lf_hierarchy h;
	lf_reconciliation scratch;
	guarded		block;
} hierarchy_rig;

static hierarchy_rig
open_hierarchy(const size_t *parent, size_t count)
{
	hierarchy_rig r;
	lf_arena	arena = lf_arena_measure();

	lf_hierarchy_layout(&r.h, &arena, count);
	lf_reconciliation_layout(&r.scratch, &arena, count);
	r.block = guarded_new(arena.used);
	arena = lf_arena_over(r.block.block, r.block.bytes);
	lf_hierarchy_layout(&r.h, &arena, count);
	lf_reconciliation_layout(&r.scratch, &arena, count);
	memcpy(r.h.parent, parent, count * sizeof(size_t));
	return r;
}

static void
close_hierarchy(hierarchy_rig *r)
{
	if (!guarded_intact(&r->block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	free(r->block.raw);
}

static bool
is_below(const lf_hierarchy *h, size_t leaf, size_t node)
{
	for (size_t at = leaf; at != LF_NO_PARENT; at = h->parent[at])
		if (at == node)
			return true;
	return false;
}

/*
 * The dense answer: the leaves that least squares with this covariance (count, count) find, summed up. W is inverted column by
 * column. Series whose forecast is NaN have no row.
 */
static void
oracle(const lf_hierarchy *h, const double *covariance, const double *forecast, double *result)
{
	size_t		rows[MOST];
	size_t		leaf[MOST];
	size_t		n = 0;
	size_t		leaves = 0;
	double		w[MOST * MOST];
	double		inverse[MOST * MOST];
	double		normal[MOST * MOST] = {0};
	double		b[MOST] = {0};

	for (size_t i = 0; i < h->count; i++)
	{
		if (!isnan(forecast[i]))
			rows[n++] = i;
		if (h->children[i] == 0)
			leaf[leaves++] = i;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			w[i * n + j] = covariance[rows[i] * h->count + rows[j]];
	(void) lf_factorize(w, n, NULL);
	for (size_t j = 0; j < n; j++)
	{
		for (size_t i = 0; i < n; i++)
			inverse[j * n + i] = i == j;
		lf_solve(w, n, inverse + j * n);
	}
	for (size_t p = 0; p < leaves; p++)
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++)
			{
				double		weight = is_below(h, leaf[p], rows[i]) * inverse[i * n + j];

				b[p] += weight * forecast[rows[j]];
				for (size_t q = 0; q < leaves; q++)
					normal[p * leaves + q] += weight * is_below(h, leaf[q], rows[j]);
			}
	(void) lf_factorize(normal, leaves, NULL);
	lf_solve(normal, leaves, b);
	for (size_t i = 0; i < h->count; i++)
	{
		result[i] = 0;
		for (size_t p = 0; p < leaves; p++)
			result[i] += is_below(h, leaf[p], i) * b[p];
	}
}

static double
farthest(const double *a, const double *b, size_t count)
{
	double		most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, fabs(a[i] - b[i]));
	return most;
}

/* A parent for each series, of those before it or none: then in an order that is no order. */
static size_t
draw_parents(lf_random *random, size_t *parent)
{
	size_t		count = 2 + (size_t) lf_random_below(random, MOST - 1);
	size_t		place[MOST];

	for (size_t i = 0; i < count; i++)
		place[i] = i;
	for (size_t i = count; i-- > 1;)
	{
		size_t		j = (size_t) lf_random_below(random, i + 1);
		size_t		kept = place[i];

		place[i] = place[j];
		place[j] = kept;
	}
	for (size_t i = 0; i < count; i++)
	{
		bool		is_root = i == 0 || lf_random_below(random, 6) == 0;

		parent[place[i]] = is_root ? LF_NO_PARENT : place[lf_random_below(random, i)];
	}
	return count;
}

static void
test_trees(void)
{
	lf_random	random = lf_random_seed(1);
	double		worst = 0;
	double		worst_lacking = 0;

	for (int round = 0; round < 300; round++)
	{
		size_t		parent[MOST];
		size_t		count = draw_parents(&random, parent);
		hierarchy_rig r = open_hierarchy(parent, count);
		double		covariance[MOST * MOST] = {0};
		double		forecast[MOST];
		double		variance[MOST];
		double		result[MOST];
		double		expected[MOST];
		size_t		cyclic;

		if (!lf_hierarchy_sort(&r.h, &cyclic))
			worst = INFINITY;
		for (size_t i = 0; i < count; i++)
		{
			forecast[i] = 10 * lf_random_normal(&random);
			variance[i] = covariance[i * count + i] = 0.1 + 5 * lf_random_uniform(&random);
		}
		lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
		oracle(&r.h, covariance, forecast, expected);
		worst = fmax(worst, farthest(result, expected, count));
		for (size_t i = 0; i < count; i++)
			if (r.h.children[i] > 0 && lf_random_below(&random, 2) == 0)
				forecast[i] = (double) NAN;
		lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
		oracle(&r.h, covariance, forecast, expected);
		worst_lacking = fmax(worst_lacking, farthest(result, expected, count));
		close_hierarchy(&r);
	}
	if (!ok(worst < 1e-9, "300 forests: two passes are dense least squares"))
		diag("farthest %g", worst);
	ok(worst_lacking < 1e-9, "where sums have no forecast, too");
}

/* 0 is the sum of 1 and 2; 2 is the sum of 3 and 4. */
static const size_t small[] = {LF_NO_PARENT, 0, 0, 2, 2};

static void
test_by_hand(void)
{
	hierarchy_rig r = open_hierarchy(small, 5);
	double		forecast[] = {110, 50, 40, 10, 20};
	double		variance[] = {1, 1, 1, 1, 1};
	double		result[5];
	size_t		cyclic;

	ok(lf_hierarchy_sort(&r.h, &cyclic) && r.h.leaves[0] == 3 && r.h.leaves[2] == 2 && r.h.root[4] == 0 && r.h.children[2] == 2,
	   "leaves, roots and children are counted");
	variance[0] = variance[2] = INFINITY;
	lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
	ok(result[0] == 80 && result[1] == 50 && result[2] == 30 && result[3] == 10, "without the forecasts of sums it is bottom-up");
	variance[0] = variance[2] = 0;
	lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
	ok(fabs(result[0] - 110) < 1e-12 && fabs(result[2] - 40) < 1e-12 && fabs(result[1] - 70) < 1e-12 && fabs(result[3] - 15) < 1e-12,
	   "sums that are certain stay");
	for (int i = 0; i < 5; i++)
		variance[i] = 0;
	lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
	ok(result[0] == result[1] + result[2] && result[2] == result[3] + result[4], "where all are certain they add up all the same");
	forecast[3] = (double) NAN;
	for (int i = 0; i < 5; i++)
		variance[i] = 1;
	lf_reconcile(&r.h, forecast, variance, result, &r.scratch);
	ok(isnan(result[0]) && isnan(result[1]) && isnan(result[4]), "a leaf without a forecast leaves none in its tree");
	close_hierarchy(&r);
}

static void
test_cycle(void)
{
	static const size_t parent[] = {LF_NO_PARENT, 0, 4, 2, 3, 4, 5};
	hierarchy_rig r = open_hierarchy(parent, 7);
	size_t		cyclic = 0;

	ok(!lf_hierarchy_sort(&r.h, &cyclic) && cyclic >= 2 && cyclic <= 4, "a cycle is found, and not what hangs below it");
	r.h.parent[2] = 2;
	ok(!lf_hierarchy_sort(&r.h, &cyclic) && cyclic == 2, "nor is a series its own parent");
	close_hierarchy(&r);
}

/* W as shrunk.h describes it, in full; returns the shrinkage. By the formulas of hts::shrink.estim. */
static double
shrunk_covariance(const double *errors, size_t occasions, size_t count, double *w)
{
	double		n = (double) occasions;
	double		above = 0;
	double		below = 0;
	double		shrinkage;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
		{
			w[i * count + j] = 0;
			for (size_t t = 0; t < occasions; t++)
				w[i * count + j] += errors[t * count + i] * errors[t * count + j] / n;
		}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
		{
			double		scale = sqrt(w[i * count + i] * w[j * count + j]);
			double		correlation = w[i * count + j] / scale;
			double		squares = 0;

			if (i == j)
				continue;
			for (size_t t = 0; t < occasions; t++)
				squares += pow(errors[t * count + i] * errors[t * count + j] / scale, 2);
			above += (squares - n * correlation * correlation) / (n * (n - 1));
			below += correlation * correlation;
		}
	shrinkage = fmin(fmax(above / below, 0), 1);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			if (i != j)
				w[i * count + j] *= 1 - shrinkage;
	return shrinkage;
}

static void
test_shrunk(void)
{
	lf_random	random = lf_random_seed(9);
	double		worst = 0;
	double		worst_shrinkage = 0;
	double		lowest = 1;

	for (int round = 0; round < 60; round++)
	{
		enum {OCCASIONS = 30};
		size_t		parent[MOST];
		size_t		count = draw_parents(&random, parent);
		hierarchy_rig r = open_hierarchy(parent, count);
		double		errors[OCCASIONS * MOST];
		double		w[MOST * MOST];
		double		forecast[MOST];
		double		result[MOST];
		double		expected[MOST];
		lf_arena	arena = lf_arena_measure();
		lf_shrunk	s;
		guarded		block;
		size_t		cyclic;
		double		shrinkage;

		(void) lf_hierarchy_sort(&r.h, &cyclic);
		for (size_t t = 0; t < OCCASIONS; t++)
		{
			double		common = lf_random_normal(&random);

			for (size_t i = 0; i < count; i++)
				errors[t * count + i] = (1 + (double) i) * (2 * common + lf_random_normal(&random));
		}
		for (size_t i = 0; i < count; i++)
			forecast[i] = 10 * lf_random_normal(&random);
		shrinkage = shrunk_covariance(errors, OCCASIONS, count, w);
		lf_shrunk_layout(&s, &arena, &r.h);
		block = guarded_new(arena.used);
		arena = lf_arena_over(block.block, block.bytes);
		lf_shrunk_layout(&s, &arena, &r.h);
		if (!lf_shrunk_learn(&s, &r.h, errors, OCCASIONS, NULL))
			worst = INFINITY;
		lf_shrunk_reconcile(&s, &r.h, forecast, result);
		oracle(&r.h, w, forecast, expected);
		worst = fmax(worst, farthest(result, expected, count));
		if (s.parents > 0)
		{
			worst_shrinkage = fmax(worst_shrinkage, fabs(s.shrinkage - shrinkage));
			lowest = fmin(lowest, shrinkage);
		}
		if (!guarded_intact(&block))
			worst = INFINITY;
		free(block.raw);
		close_hierarchy(&r);
	}
	if (!ok(worst < 1e-7, "60 forests: errors that hang together weigh as in dense least squares"))
		diag("farthest %g", worst);
	ok(worst_shrinkage < 1e-12 && lowest < 0.2, "and are shrunk as the formula says");
}

/* A hundred thousand leaves take two passes. */
static void
test_many(void)
{
	size_t		count = 100101;
	size_t	   *parent = malloc(count * sizeof(size_t));
	double	   *values = malloc(3 * count * sizeof(double));
	double		sum = 0;
	hierarchy_rig r;
	size_t		cyclic;

	for (size_t i = 0; i < count; i++)
	{
		parent[i] = i == 0 ? LF_NO_PARENT : i <= 100 ? 0 : 1 + i % 100;
		values[i] = i == 0 ? 300000 : i <= 100 ? 2000 : 1;
		values[count + i] = 1;
	}
	r = open_hierarchy(parent, count);
	ok(lf_hierarchy_sort(&r.h, &cyclic) && r.h.leaves[0] == 100000, "a hundred thousand leaves are counted");
	lf_reconcile(&r.h, values, values + count, values + 2 * count, &r.scratch);
	for (size_t i = 101; i < count; i++)
		sum += values[2 * count + i];
	ok(fabs(values[2 * count] - sum) < 1e-6 && sum > 200000 && sum < 300000, "and add up");
	close_hierarchy(&r);
	free(parent);
	free(values);
}

int
main(void)
{
	test_trees();
	test_by_hand();
	test_cycle();
	test_shrunk();
	test_many();
	return done_testing();
}
