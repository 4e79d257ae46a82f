/*
 * learner.h: the network while it is trained, from weights that are drawn to those that are shipped.
 */
#ifndef LEARNER_H
#define LEARNER_H

#include "partners/zero_shot.h"
#include "training/optimizer.h"
#include "training/shards.h"
#include "training/weight_average.h"

#define BATCH 256				/* series of one step */

typedef struct Learner
{
	uint64_t	seed;
	uint64_t	steps;			/* that the whole training has */
	uint64_t	done;			/* of them */
	size_t		count;			/* weights */
	lf_real    *weights;		/* and the gradient of their loss */
	lf_real    *gradients;
	lf_optimizer optimizer;
	lf_weight_average average;	/* what is shipped is this */

	lf_head		head;
	lf_thread_pool pool;
	struct Sampler **sampler;	/* one for each share of a batch */
	lf_shards	shards;
	void	   *block;			/* for the network of the length at hand */
	size_t		size;
	int			patches;		/* of the batch at hand, and its series: */
	lf_real    *x;				/* (BATCH, patches, features) */
	lf_real    *target;			/* (BATCH, patches, LF_ZERO_STEPS) */
	lf_real    *dy;
} Learner;

void		learner_start(Learner *learner, uint64_t seed, uint64_t steps, int threads);

/* One step, on series that no other step sees; returns its mean loss. */
double		learner_step(Learner *learner);

/* All that the next steps depend on; the file takes the place of an older one only when it is whole. */
void		learner_keep(const Learner *learner, const char *path);

/* Goes on from there. False where there is no such file; one of another training ends the program. */
bool		learner_resume(Learner *learner, const char *path);

/* The weights as they are shipped: little-endian floats. Returns their checksum. */
uint32_t	learner_ship(const Learner *learner, const char *path);

#endif
