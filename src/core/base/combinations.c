/*
 * combinations.c: they are counted, never listed.
 */
#include "base/combinations.h"

#include "base/random.h"

uint64_t
lf_combinations_count(const int *values, int options)
{
	uint64_t	size = 1;

	for (int i = 0; i < options; i++)
	{
		size *= (uint64_t) values[i];
		if (size > LF_MAX_COMBINATIONS)
			return 0;
	}
	return size;
}

void
lf_combination_values(const int *values, int options, uint64_t i, int *value)
{
	for (int option = options - 1; option >= 0; option--)
	{
		value[option] = (int) (i % (uint64_t) values[option]);
		i /= (uint64_t) values[option];
	}
}

uint64_t
lf_combination_pick(uint64_t size, uint64_t most, uint64_t seed, uint64_t i)
{
	/* mixed, because orders of neighbouring keys would be alike */
	return size <= most ? i : lf_random_place(lf_random_mix(seed, size), i, size);
}
