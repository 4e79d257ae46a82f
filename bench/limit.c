/*
 * limit.c: how many multiply-adds one core of this processor can do: a bare loop of independent ones, in registers.
 *
 * The widest of AVX-512, AVX2 with FMA, or what the compiler takes for four floats elsewhere; as many chains as hide
 * the latency best. Prints "limit <GFLOP/s> <kind>", two operations for each multiply-add. Nothing that computes in
 * fp32 can be faster; the matrix units of some processors (AMX) take no fp32.
 */
#include "clock.h"

#include <stdio.h>
#include <string.h>

#define TURNS 200000
#define TRIES 200

static volatile float one = 1.0f;	/* the compiler must not know */
static volatile float sink;

/* a function that does TURNS times 'chains' multiply-adds of 'width' floats each */
#define DEFINE_LOOP(name, attribute, width, chains) \
	attribute static void \
	name(void) \
	{ \
		typedef float vector __attribute__((vector_size(4 * (width)))); \
		vector		sum[chains]; \
		vector		factor = {0}; \
		vector		term = {0}; \
		float		total = 0; \
		\
		for (int j = 0; j < (width); j++) \
		{ \
			factor[j] = one / 2; \
			term[j] = one; \
		} \
		for (int i = 0; i < (chains); i++) \
			sum[i] = term * (float) i; \
		for (int turn = 0; turn < TURNS; turn++) \
		{ \
			_Pragma("GCC unroll 32") \
			for (int i = 0; i < (chains); i++) \
				sum[i] = sum[i] * factor + term; \
		} \
		for (int i = 0; i < (chains); i++) \
			total += sum[i][0]; \
		sink = total; \
	}

#define DEFINE_LOOPS(name, attribute, width) \
	DEFINE_LOOP(name##_8, attribute, width, 8) \
	DEFINE_LOOP(name##_10, attribute, width, 10) \
	DEFINE_LOOP(name##_12, attribute, width, 12)

#define LOOPS(name, text, width) \
	{name##_8, text, 8 * (width)}, {name##_10, text, 10 * (width)}, {name##_12, text, 12 * (width)}

DEFINE_LOOPS(generic, , 4)
#ifdef __x86_64__
DEFINE_LOOPS(avx2, __attribute__((target("avx2,fma"))), 8)
DEFINE_LOOPS(avx512, __attribute__((target("avx512f,avx512vl,prefer-vector-width=512"))), 16)
#endif

typedef struct loop
{
	void		(*run) (void);
	const char *kind;
	int			floats;			/* multiply-adds of one turn */
} loop;

static const loop loops[] = {
#ifdef __x86_64__
	LOOPS(avx512, "AVX-512", 16),
	LOOPS(avx2, "AVX2 with FMA", 8),
#endif
	LOOPS(generic, "generic", 4)
};

static const char *
widest(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
		return "AVX-512";
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return "AVX2 with FMA";
#endif
	return "generic";
}

int
main(void)
{
	const char *kind = widest();
	double		best = 0;

	for (int i = 0; i < TRIES; i++)
		for (size_t l = 0; l < sizeof(loops) / sizeof(loops[0]); l++)
		{
			double		start;
			double		rate;

			if (strcmp(loops[l].kind, kind) != 0)
				continue;
			start = bench_now();
			loops[l].run();
			rate = 2.0 * loops[l].floats * TURNS / (bench_now() - start);
			if (rate > best)
				best = rate;
		}
	printf("limit %.1f %s\n", best / 1e9, kind);
	return 0;
}
