/*
 * half.c: the product of a step of one window, h U, with the weights U in half precision beside float: what reading half as many bytes
 * would save.
 *
 * Prints for networks of so many units the microseconds of both, in turn, the medians of so many rounds, and their ratio: above 1 half
 * precision is faster. Needs AVX-512. How far forecasts would differ prints half.py.
 */
#include "clock.h"
#include "base/base.h"

#include <stdio.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define ROUNDS 41
#define OPERATIONS 2e7			/* of a round */
#define WIDTH 64				/* columns that are summed side by side: four vectors */

typedef struct half_task
{
	size_t		units;
	float	   *h;				/* (units) */
	float	   *sums;			/* (4 units) */
	float	   *weights;		/* strips of (units, WIDTH) */
	uint16_t   *halves;			/* the same */
} half_task;

static void *
allocate(size_t size)
{
	void	   *result = aligned_alloc(LF_ALIGNMENT, (size + LF_ALIGNMENT - 1) / LF_ALIGNMENT * LF_ALIGNMENT);

	if (result == NULL)
		exit(1);
	return result;
}

/* Both products are this loop, with another way to load 16 weights. */
#define PRODUCT(name, type, from, load) \
	static __attribute__((target("avx512f"))) void \
	name(const half_task *task) \
	{ \
		const type *w = task->from; \
		for (size_t column = 0; column < 4 * task->units; column += WIDTH) \
		{ \
			__m512		sum[4] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps()}; \
			for (size_t k = 0; k < task->units; k++, w += WIDTH) \
				_Pragma("GCC unroll 4") \
				for (int i = 0; i < 4; i++) \
					sum[i] = _mm512_fmadd_ps(_mm512_set1_ps(task->h[k]), load(w + 16 * i), sum[i]); \
			for (int i = 0; i < 4; i++) \
				_mm512_store_ps(task->sums + column + 16 * (size_t) i, sum[i]); \
		} \
	}

#define LOAD_HALF(at) _mm512_cvtph_ps(_mm256_load_si256((const __m256i *) (at)))
PRODUCT(by_float, float, weights, _mm512_load_ps)
PRODUCT(by_half, uint16_t, halves, LOAD_HALF)

static double
seconds_of(half_task *task, bool half)
{
	int			calls = (int) (OPERATIONS / (4.0 * (double) (task->units * task->units))) + 1;
	double		begun = bench_now();

	for (int i = 0; i < calls; i++)
	{
		(half ? by_half : by_float) (task);
		/* the next one waits for this one, as steps do */
		task->h[(size_t) i % task->units] += 1e-20f * task->sums[(size_t) i % task->units];
	}
	return (bench_now() - begun) / calls;
}

static __attribute__((target("f16c"))) void
fill(half_task *task)
{
	for (size_t i = 0; i < task->units; i++)
		task->h[i] = (float) (i % 7) / 10;
	for (size_t i = 0; i < 4 * task->units * task->units; i++)
	{
		task->weights[i] = (float) (i % 13) / 100;
		task->halves[i] = (uint16_t) _mm_extract_epi16(_mm_cvtps_ph(_mm_set_ss(task->weights[i]), 0), 0);
	}
}

int
main(void)
{
	static const size_t units[] = {64, 128, 256, 512, 1024};

	if (!__builtin_cpu_supports("avx512f"))
	{
		fprintf(stderr, "this processor has no AVX-512\n");
		return 1;
	}
	printf("%6s %12s %12s %8s\n", "units", "float, us", "half, us", "ratio");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		size_t		n = units[i];
		half_task	task = {n, allocate(n * sizeof(float)), allocate(4 * n * sizeof(float)), allocate(4 * n * n * sizeof(float)),
			allocate(4 * n * n * sizeof(uint16_t))};
		double		seconds[2][ROUNDS];
		double		by_floats;
		double		by_halves;

		fill(&task);
		for (int r = 0; r < ROUNDS; r++)
			for (int half = 0; half < 2; half++)
				seconds[half][r] = seconds_of(&task, half);
		by_floats = bench_median_of(seconds[0], ROUNDS);
		by_halves = bench_median_of(seconds[1], ROUNDS);
		printf("%6zu %12.2f %12.2f %8.2f\n", n, 1e6 * by_floats, 1e6 * by_halves, by_floats / by_halves);
		free(task.h);
		free(task.sums);
		free(task.weights);
		free(task.halves);
	}
	return 0;
}

#else
int
main(void)
{
	fprintf(stderr, "this is for AVX-512\n");
	return 1;
}
#endif
