/*
 * optimizer.h: how a gradient becomes a step, with Keras' formulas and defaults.
 */
#ifndef LF_OPTIMIZER_H
#define LF_OPTIMIZER_H

#include "model/recipe.h"

typedef struct lf_optimizer
{
	lf_optimizer_kind kind;
	double		momentum;		/* sgd */
	double		weight_decay;	/* adamw */
	size_t		count;			/* weights */
	uint64_t	steps;			/* taken so far */
	lf_real    *first;			/* running mean of gradients (adam), velocity (sgd) */
	lf_real    *second;			/* running mean of their squares (adam, rmsprop) */
} lf_optimizer;

/* Takes the state of 'count' weights from the arena; lf_optimizer_reset clears it. */
void		lf_optimizer_layout(lf_optimizer *optimizer, lf_arena *arena, size_t count);
void		lf_optimizer_reset(lf_optimizer *optimizer);

/* One step of all weights. */
void		lf_optimizer_step(lf_optimizer *optimizer, double learning_rate, lf_real *weights, const lf_real *gradients);

/* Scales the gradient down to the global norm 'limit' where it is longer (0: never); returns the norm it had. */
double		lf_clip_norm(lf_real *gradients, size_t count, double limit);

#endif
