/*
 * least_squares.h: the weights of a network without a hidden layer, found at once: by normal equations, with a ridge
 * (Hoerl and Kennard 1970).
 *
 * Such a network flattens its window and has one dense layer without an activation behind it: what linear forecasters
 * are (DLinear: Zeng et al. 2022). Where it is as good as a recurrent one, it is the better of both.
 *
 * An epoch tries one ridge, the next a larger one: which of them serves best is for the held-out windows to tell. The
 * last one is safe where these cannot.
 */
#ifndef LF_LEAST_SQUARES_H
#define LF_LEAST_SQUARES_H

#include "model/recipe.h"
#include "network/network.h"

/* Ridges that are tried, as many as there are epochs. */
#define LF_RIDGES 5

typedef struct lf_least_squares
{
	size_t		inputs;			/* of the flat window */
	size_t		outputs;
	double		count;			/* samples that were added */
	double		squares;		/* of their outputs */
	double	   *normal;			/* (inputs + 1, inputs + 1): sums of products of inputs, the last of which is 1 */
	double	   *moment;			/* (outputs, inputs + 1): of outputs and inputs */
	double	   *factor;			/* (inputs + 1, inputs + 1) */
	double	   *solution;		/* (inputs + 1) */
	lf_real    *x;				/* (batch, inputs + 1) */
	lf_real    *y;				/* (batch, outputs) */
	lf_real    *product;		/* (inputs + 1, inputs + 1) or (outputs, inputs + 1) */
} lf_least_squares;

/* For a network whose spec is linear, see lf_spec_is_linear(). */
void		lf_least_squares_layout(lf_least_squares *squares, lf_arena *arena, const lf_network *network, int batch);

void		lf_least_squares_start(lf_least_squares *squares);

/* Adds pass->batch samples; those of which an output is NaN do not count. LF_INTERRUPTED: nothing was added. */
lf_status	lf_least_squares_add(lf_least_squares *squares, const lf_pass *pass, const lf_real *x, const lf_real *y);

/* Fills the weights of the network for one of the ridges, from 0 on. LF_INTERRUPTED: they are worthless. */
lf_status	lf_least_squares_solve(lf_least_squares *squares, int ridge, lf_real *weights,
								   const volatile sig_atomic_t *interrupt);

/* The mean squared error that the weights solved last leave of what was added. */
double		lf_least_squares_loss(const lf_least_squares *squares, int ridge, const lf_real *weights);

#endif
