/*
 * weight_average.c: one pass over the weights for each step.
 */
#include "training/weight_average.h"

#include <string.h>

void
lf_weight_average_layout(lf_weight_average *average, lf_arena *arena, size_t count)
{
	*average = (lf_weight_average) {.count = count, .mean = lf_arena_reals(arena, count)};
}

void
lf_weight_average_reset(lf_weight_average *average)
{
	average->steps = 0;
}

/* mean += (k + 1) / (t + k) * (w - mean), which is w itself at the first step */
void
lf_weight_average_add(lf_weight_average *average, const lf_real *weights)
{
	lf_real    *restrict mean = average->mean;
	lf_real		share;

	average->steps++;
	share = (lf_real) ((LF_AVERAGE_POWER + 1) / ((double) average->steps + LF_AVERAGE_POWER));
	if (average->steps == 1)
		memcpy(mean, weights, average->count * sizeof(lf_real));
	else
		for (size_t i = 0; i < average->count; i++)
			mean[i] += share * (weights[i] - mean[i]);
}
