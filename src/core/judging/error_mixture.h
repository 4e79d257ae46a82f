/*
 * error_mixture.h: the held-out errors of many models as those of one, for the intervals of their average.
 *
 * A model brings the errors of each step and target as equally likely quantiles, and a weight that they share. What
 * comes out are the quantiles of the mixture. A list that is full is replaced by half as many of its quantiles, from
 * the middle of their ranks, so that nothing drifts up or down. Where steps and targets are few enough for the full
 * room, that moves a rank by a third of a thousandth at most.
 */
#ifndef LF_ERROR_MIXTURE_H
#define LF_ERROR_MIXTURE_H

#include "judging/interval.h"

typedef struct lf_weighted_error
{
	float		error;
	double		weight;
} lf_weighted_error;

typedef struct lf_error_mixture
{
	int			steps;			/* that all models have measured */
	int			targets;
	int			most;			/* errors of a list in the end */
	int			room;			/* of a list */
	int		   *count;			/* (steps, targets) */
	lf_weighted_error *entry;		/* (steps, targets, room) */
	float	   *scratch;		/* (room / 2) */
} lf_error_mixture;

/* Takes the memory for models that have measured as many steps as this one, which has measured some, or more. */
void		lf_error_mixture_layout(lf_error_mixture *mixture, lf_arena *arena, const lf_errors *errors, int targets);

void		lf_error_mixture_start(lf_error_mixture *mixture);

/* Before lists are added: those of steps that some model has not measured are dropped. Returns how many are left. */
size_t		lf_error_mixture_limit(lf_error_mixture *mixture, int steps);

/* Adds a list of a model, which has measured as many steps or more, or that of another pool for as many targets. */
void		lf_error_mixture_add(lf_error_mixture *mixture, size_t list, const lf_errors *errors, double weight);
void		lf_error_mixture_merge(lf_error_mixture *mixture, size_t list, const lf_error_mixture *other);

/* Takes the memory for what comes out, then makes a list of it. Of the pool only the order in a list is lost. */
void		lf_error_mixture_result_layout(const lf_error_mixture *mixture, lf_arena *arena, lf_errors *errors);
void		lf_error_mixture_result(lf_error_mixture *mixture, size_t list, lf_errors *errors);

#endif
