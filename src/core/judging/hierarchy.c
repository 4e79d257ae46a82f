/*
 * hierarchy.c: an upward and a downward pass.
 */
#include "judging/hierarchy.h"

#include <math.h>
#include <string.h>

void
lf_hierarchy_layout(lf_hierarchy *hierarchy, lf_arena *arena, size_t count)
{
	*hierarchy = (lf_hierarchy) {.count = count};
	hierarchy->parent = lf_arena_take(arena, count, sizeof(size_t));
	hierarchy->order = lf_arena_take(arena, count, sizeof(size_t));
	hierarchy->children = lf_arena_take(arena, count, sizeof(size_t));
	hierarchy->leaves = lf_arena_take(arena, count, sizeof(size_t));
	hierarchy->root = lf_arena_take(arena, count, sizeof(size_t));
}

bool
lf_hierarchy_sort(lf_hierarchy *h, size_t *cyclic)
{
	size_t	   *waiting = h->root;	/* children that are not in the order yet */
	size_t		sorted = 0;

	memset(h->children, 0, h->count * sizeof(size_t));
	for (size_t i = 0; i < h->count; i++)
		if (h->parent[i] != LF_NO_PARENT)
			h->children[h->parent[i]]++;
	for (size_t i = 0; i < h->count; i++)
	{
		waiting[i] = h->children[i];
		h->leaves[i] = h->children[i] == 0;
		if (waiting[i] == 0)
			h->order[sorted++] = i;
	}
	for (size_t i = 0; i < sorted; i++)
	{
		size_t		parent = h->parent[h->order[i]];

		if (parent == LF_NO_PARENT)
			continue;
		h->leaves[parent] += h->leaves[h->order[i]];
		if (--waiting[parent] == 0)
			h->order[sorted++] = parent;
	}
	if (sorted < h->count)
	{
		size_t		at = 0;

		/* what hangs below a cycle does not wait, and above it there is nothing */
		while (waiting[at] == 0)
			at++;
		*cyclic = at;
		return false;
	}
	for (size_t i = h->count; i-- > 0;)
	{
		size_t		node = h->order[i];

		h->root[node] = h->parent[node] == LF_NO_PARENT ? node : h->root[h->parent[node]];
	}
	return true;
}

void
lf_reconciliation_layout(lf_reconciliation *scratch, lf_arena *arena, size_t count)
{
	scratch->mean = lf_arena_take(arena, count, sizeof(double));
	scratch->variance = lf_arena_take(arena, count, sizeof(double));
	scratch->sum = lf_arena_take(arena, count, sizeof(double));
	scratch->sum_variance = lf_arena_take(arena, count, sizeof(double));
}

void
lf_add_up(const lf_hierarchy *h, double *values)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->children[i] > 0)
			values[i] = 0;
	for (size_t i = 0; i < h->count; i++)
		if (h->parent[h->order[i]] != LF_NO_PARENT)
			values[h->parent[h->order[i]]] += values[h->order[i]];
}

void
lf_reconcile(const lf_hierarchy *h, const double *forecast, const double *variance, double *result, lf_reconciliation *s)
{
	memset(s->sum, 0, h->count * sizeof(double));
	memset(s->sum_variance, 0, h->count * sizeof(double));
	for (size_t i = 0; i < h->count; i++)
	{
		size_t		node = h->order[i];
		size_t		parent = h->parent[node];
		bool		known = !isnan(forecast[node]) && isfinite(variance[node]);
		double		both = s->sum_variance[node] + variance[node];

		if (h->children[node] == 0)
		{
			s->mean[node] = known ? forecast[node] : (double) NAN;
			s->variance[node] = known ? variance[node] : 0;
		}
		else if (known && both > 0)
		{
			double		own = s->sum_variance[node] / both;	/* what its own forecast counts */

			s->mean[node] = s->sum[node] + own * (forecast[node] - s->sum[node]);
			s->variance[node] = own * variance[node];
		}
		else
		{
			s->mean[node] = s->sum[node];
			s->variance[node] = s->sum_variance[node];
		}
		if (parent != LF_NO_PARENT)
		{
			s->sum[parent] += s->mean[node];
			s->sum_variance[parent] += s->variance[node];
		}
	}
	for (size_t i = h->count; i-- > 0;)
	{
		size_t		node = h->order[i];
		size_t		parent = h->parent[node];
		double		share;

		if (parent == LF_NO_PARENT)
		{
			result[node] = s->mean[node];
			continue;
		}
		share = s->sum_variance[parent] > 0 ? s->variance[node] / s->sum_variance[parent] : 1 / (double) h->children[parent];
		result[node] = s->mean[node] + share * (result[parent] - s->sum[parent]);
	}
	/* to the last digit */
	lf_add_up(h, result);
}
