/*
 * random.h: the seeded generator behind initial weights, shuffling and dropout.
 *
 * xoshiro256** by Blackman and Vigna (2018), seeded through splitmix64: small state, no global, the same stream on
 * every platform, which the promise "same rows, same seed, same model" rests on.
 */
#ifndef LF_RANDOM_H
#define LF_RANDOM_H

#include <stdint.h>

typedef struct lf_random
{
	uint64_t	state[4];
} lf_random;

lf_random	lf_random_seed(uint64_t seed);
uint64_t	lf_random_next(lf_random *random);

/* Mixes two numbers into a seed, so that streams for different purposes do not run alike. */
uint64_t	lf_random_mix(uint64_t a, uint64_t b);

double		lf_random_uniform(lf_random *random);				/* in [0, 1) */
double		lf_random_normal(lf_random *random);				/* mean 0, variance 1 */
uint64_t	lf_random_below(lf_random *random, uint64_t bound);	/* in 0 .. bound - 1, unbiased; bound > 0 */

/*
 * The number at place i < n of an order of 0 .. n - 1 that the key chooses: for orders too long to be listed. A Feistel
 * network over the next even power of two (Luby and Rackoff 1988), walked until it comes back below n.
 */
uint64_t	lf_random_place(uint64_t key, uint64_t i, uint64_t n);

#endif
