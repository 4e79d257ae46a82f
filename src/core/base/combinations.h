/*
 * combinations.h: the combinations of values of several options, by number.
 */
#ifndef LF_COMBINATIONS_H
#define LF_COMBINATIONS_H

#include <stdint.h>

#define LF_MAX_GRID_OPTIONS 64
#define LF_MAX_COMBINATIONS 1000000000

/* How many combinations there are of so many values of each option; 0 where they are more than LF_MAX_COMBINATIONS. */
uint64_t	lf_combinations_count(const int *values, int options);

/* Which value of each option stands in combination number i from 0 on; the last option changes first. */
void		lf_combination_values(const int *values, int options, uint64_t i, int *value);

/*
 * The number of the i-th combination to be tried of 'size', if at most 'most' are: their order where that is all of
 * them, else an order that the seed chooses. None comes twice.
 */
uint64_t	lf_combination_pick(uint64_t size, uint64_t most, uint64_t seed, uint64_t i);

#endif
