/*
 * shrunk.h: forecasts that add up, weighed by how their errors hang together: MinT with a shrunk covariance matrix.
 *
 * Forecasts y become y - W C' (C W C')^-1 C y, where each row of C is a series less the sum of its children: only the series
 * that have children make a matrix to be solved. W is the covariance of errors whose correlations are shrunk towards 0 by what
 * so few errors leave uncertain (Schaefer and Strimmer 2005); the mean of errors is not taken out of it.
 */
#ifndef LF_SHRUNK_H
#define LF_SHRUNK_H

#include "judging/hierarchy.h"

/* Fewer occasions than this tell no correlations. */
#define LF_LEAST_OCCASIONS 5

typedef struct lf_shrunk
{
	size_t		parents;		/* series that have children */
	size_t	   *constraint;		/* (count): which of them a series is; or LF_NO_PARENT */
	double	   *factor;			/* (parents, parents): of C W C' */
	double	   *gain;			/* (parents, count): C W */
	double	   *miss;			/* (parents): scratch, by how much forecasts do not add up */
	double		shrinkage;		/* 0 to 1: towards 0 */
} lf_shrunk;

/* Takes its memory. The hierarchy is sorted. */
void		lf_shrunk_layout(lf_shrunk *shrunk, lf_arena *arena, const lf_hierarchy *hierarchy);

/*
 * Learns from errors (occasions, count), which are spoilt: all are numbers, and there are LF_LEAST_OCCASIONS or more. False
 * where the interrupt (NULL: none) came meanwhile.
 */
bool		lf_shrunk_learn(lf_shrunk *shrunk, const lf_hierarchy *hierarchy, double *errors, size_t occasions,
							const volatile sig_atomic_t *interrupt);

/* Forecasts that add up; none may be missing. */
void		lf_shrunk_reconcile(lf_shrunk *shrunk, const lf_hierarchy *hierarchy, const double *forecast, double *result);

#endif
