/*
 * random.c: xoshiro256** and what is drawn from it.
 */
#include "base/random.h"

#include <math.h>

static uint64_t
splitmix64(uint64_t *state)
{
	uint64_t	z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t
rotate_left(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

lf_random
lf_random_seed(uint64_t seed)
{
	lf_random	random;

	for (int i = 0; i < 4; i++)
		random.state[i] = splitmix64(&seed);
	return random;
}

uint64_t
lf_random_mix(uint64_t a, uint64_t b)
{
	uint64_t	state = a;

	state = splitmix64(&state) ^ b;
	return splitmix64(&state);
}

uint64_t
lf_random_next(lf_random *random)
{
	uint64_t   *s = random->state;
	uint64_t	result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t	t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double
lf_random_uniform(lf_random *random)
{
	return (double) (lf_random_next(random) >> 11) * 0x1.0p-53;
}

/* The polar method of Marsaglia; the second variate is thrown away, which keeps the state down to the generator's. */
double
lf_random_normal(lf_random *random)
{
	double		u,
				v,
				s;

	do
	{
		u = 2.0 * lf_random_uniform(random) - 1.0;
		v = 2.0 * lf_random_uniform(random) - 1.0;
		s = u * u + v * v;
	} while (s >= 1.0 || s == 0.0);
	return u * sqrt(-2.0 * log(s) / s);
}

uint64_t
lf_random_below(lf_random *random, uint64_t bound)
{
	/* 2^64 mod bound values at the bottom would make the low remainders too frequent */
	uint64_t	threshold = (0 - bound) % bound;
	uint64_t	draw;

	do
		draw = lf_random_next(random);
	while (draw < threshold);
	return draw % bound;
}

uint64_t
lf_random_place(uint64_t key, uint64_t i, uint64_t n)
{
	int			half = 1;
	uint64_t	mask;

	while (half < 31 && UINT64_C(1) << 2 * half < n)
		half++;
	mask = (UINT64_C(1) << half) - 1;
	do
	{
		uint64_t	left = i >> half;
		uint64_t	right = i & mask;

		for (uint64_t round = 0; round < 4; round++)
		{
			uint64_t	mixed = left ^ (lf_random_mix(key + round, right) & mask);

			left = right;
			right = mixed;
		}
		i = left << half | right;
	} while (i >= n);
	return i;
}
