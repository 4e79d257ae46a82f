/*
 * weight_average.h: the average of a network's weights over the steps of the optimizer, the newer ones counting more.
 *
 * At a constant rate weights go on jumping around the place where the loss is least, and their average lies nearer to it
 * than they do (Polyak and Juditsky 1992). After t steps the weights of step s count as s^LF_AVERAGE_POWER does (polynomial
 * decay: Shamir and Zhang 2013): about the last tenth of all steps so far. So the average is good whenever training ends, and
 * nobody has to know beforehand when that will be.
 */
#ifndef LF_WEIGHT_AVERAGE_H
#define LF_WEIGHT_AVERAGE_H

#include "base/base.h"

/* 8 and 16 were as good as each other, see doc/defaults.md. */
#define LF_AVERAGE_POWER 8

typedef struct lf_weight_average
{
	size_t		count;			/* weights */
	uint64_t	steps;			/* that it is over */
	lf_real    *mean;			/* (count): in the arena's memory */
} lf_weight_average;

/* Takes the memory for so many weights; lf_weight_average_reset begins anew. */
void		lf_weight_average_layout(lf_weight_average *average, lf_arena *arena, size_t count);
void		lf_weight_average_reset(lf_weight_average *average);

/* Adds the weights after one more step. */
void		lf_weight_average_add(lf_weight_average *average, const lf_real *weights);

#endif
