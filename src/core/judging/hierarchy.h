/*
 * hierarchy.h: forecasts of shops, regions and a total that add up.
 *
 * Forecasts that were made one by one do not add up. Of all that do, these are the nearest: weighted least squares, where a
 * forecast weighs as much as its errors are small (Wickramasuriya, Athanasopoulos and Hyndman 2019, with a diagonal W). In a
 * tree that takes no matrix. On the way up each series tells what all forecasts below it and its own make of it, and how sure
 * that is; on the way down what a parent turned out to be is shared out among its children, the least sure of which moves
 * the most. With variances that are the numbers of leaves these are structural weights (Athanasopoulos et al. 2017); without
 * forecasts but of leaves it is bottom-up.
 */
#ifndef LF_HIERARCHY_H
#define LF_HIERARCHY_H

#include "base/base.h"

#define LF_NO_PARENT SIZE_MAX

/* A forest of so many series. All arrays have that length. */
typedef struct lf_hierarchy
{
	size_t		count;
	size_t	   *parent;			/* LF_NO_PARENT: a root */
	size_t	   *order;			/* each behind all of its children */
	size_t	   *children;		/* how many */
	size_t	   *leaves;			/* below, or 1 of a leaf */
	size_t	   *root;			/* of the tree that each is in */
} lf_hierarchy;

void		lf_hierarchy_layout(lf_hierarchy *hierarchy, lf_arena *arena, size_t count);

/*
 * Finds the rest from the parents, which are below 'count'. False where one is its own ancestor: '*cyclic' is such a one.
 */
bool		lf_hierarchy_sort(lf_hierarchy *hierarchy, size_t *cyclic);

/* Scratch of a reconciliation: all (count). */
typedef struct lf_reconciliation
{
	double	   *mean;			/* what own forecast and those below make of it */
	double	   *variance;
	double	   *sum;			/* what those below make of it */
	double	   *sum_variance;
} lf_reconciliation;

void		lf_reconciliation_layout(lf_reconciliation *scratch, lf_arena *arena, size_t count);

/*
 * Forecasts that add up. A forecast that is NaN is not there, nor is one of an infinite variance: of a leaf that leaves NaN in
 * its whole tree. Variances are at least 0, in any unit.
 */
void		lf_reconcile(const lf_hierarchy *hierarchy, const double *forecast, const double *variance, double *result,
						 lf_reconciliation *scratch);

/* Puts the sum of its children in the place of each that has any. */
void		lf_add_up(const lf_hierarchy *hierarchy, double *values);

#endif
