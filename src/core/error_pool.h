/*
 * error_pool.h: the held-out errors of many models as those of one, for the intervals of their average.
 *
 * A model brings the errors of each step and target as equally likely quantiles, and a weight that they share. What
 * comes out are the quantiles of the mixture. A list that is full is replaced by half as many of its quantiles, from the
 * middle of their ranks, so that nothing drifts up or down. Where steps and targets are few enough for the full room,
 * that moves a rank by a third of a thousandth at most.
 */
#ifndef LF_ERROR_POOL_H
#define LF_ERROR_POOL_H

#include "interval.h"

typedef struct lf_pooled_error
{
	float		error;
	double		weight;
} lf_pooled_error;

typedef struct lf_error_pool
{
	int			steps;			/* that all models have measured */
	int			targets;
	int			most;			/* errors of a list in the end */
	int			room;			/* of a list */
	int		   *count;			/* (steps, targets) */
	lf_pooled_error *entry;		/* (steps, targets, room) */
	float	   *scratch;		/* (room / 2) */
} lf_error_pool;

/* Takes the memory for models that have measured as many steps as this one, which has measured some, or more. */
void		lf_error_pool_plan(lf_error_pool *pool, lf_arena *arena, const lf_errors *errors, int targets);

void		lf_error_pool_start(lf_error_pool *pool);

/* Before lists are added: those of steps that some model has not measured are dropped. Returns how many are left. */
size_t		lf_error_pool_limit(lf_error_pool *pool, int steps);

/* Adds a list of a model, which has measured as many steps or more, or that of another pool for as many targets. */
void		lf_error_pool_add(lf_error_pool *pool, size_t list, const lf_errors *errors, double weight);
void		lf_error_pool_merge(lf_error_pool *pool, size_t list, const lf_error_pool *other);

/* Takes the memory for what comes out, then makes a list of it. Of the pool only the order in a list is lost. */
void		lf_error_pool_result_plan(const lf_error_pool *pool, lf_arena *arena, lf_errors *errors);
void		lf_error_pool_result(lf_error_pool *pool, size_t list, lf_errors *errors);

#endif
