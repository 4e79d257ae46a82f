/*
 * product.c: own kernels beside OpenBLAS, product by product: where one is worth calling.
 *
 * Prints for each shape of C (m x n), with k summed over, the GFLOP/s of both, in turn, the median of so many rounds, and their ratio: above 1
 * OpenBLAS is faster.
 */
#include "clock.h"
#include "kernels/kernels.h"
#include "kernels/matrix.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 15
#define LEAST_SECONDS 0.002

typedef struct shape
{
	size_t		m;
	size_t		n;
	size_t		k;
} shape;

static const shape shapes[] = {
	{32, 200, 50}, {64, 64, 64}, {128, 128, 128}, {32, 1024, 256}, {256, 256, 256}, {512, 512, 512}, {1024, 256, 256}, {4096, 256, 64},
	{1024, 1024, 256}, {1024, 1024, 1024}, {2048, 2048, 512}, {2048, 2048, 2048}, {64, 4096, 1024}, {256, 4096, 1024},
};

static void
multiply(const shape *s, bool by_blas, float *a, float *b, float *c)
{
	const lf_pass pass = {.batch = 1};

	if (by_blas)
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int) s->m, (int) s->n, (int) s->k, 1, a, (int) s->k, b, (int) s->n, 0, c, (int) s->n);
	else
		lf_kernels_in_use()->multiply(&pass, LF_PLAIN, LF_PLAIN, s->m, s->n, s->k, a, s->k, b, s->n, 0, c, s->n);
}

/* Seconds of one product. */
static double
measure(const shape *s, bool by_blas, float *a, float *b, float *c)
{
	double		start = bench_now();
	double		taken;
	int			times = 0;

	do
	{
		multiply(s, by_blas, a, b, c);
		times++;
		taken = bench_now() - start;
	} while (taken < LEAST_SECONDS);
	return taken / times;
}

int
main(void)
{
	printf("kernels %s, OpenBLAS %s\n%6s %6s %6s %10s %10s %8s\n", lf_kernels_in_use()->name, lf_blas().kernel, "m", "n", "k", "own", "OpenBLAS", "ratio");
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
	{
		const shape *s = &shapes[i];
		double		flop = 2.0 * (double) s->m * (double) s->n * (double) s->k / 1e9;
		float	   *a = malloc((s->m * s->k + s->k * s->n + s->m * s->n) * sizeof(float));
		double		seconds[2][ROUNDS];
		double		own;
		double		blas;

		if (a == NULL)
			return 1;
		for (size_t j = 0; j < s->m * s->k + s->k * s->n; j++)
			a[j] = (float) (j % 17) / 17;
		for (int round = 0; round < ROUNDS; round++)
			for (int way = 0; way < 2; way++)
				seconds[way][round] = measure(s, way == 1, a, a + s->m * s->k, a + s->m * s->k + s->k * s->n);
		own = bench_median_of(seconds[0], ROUNDS);
		blas = bench_median_of(seconds[1], ROUNDS);
		printf("%6zu %6zu %6zu %10.1f %10.1f %8.2f\n", s->m, s->n, s->k, flop / own, flop / blas, own / blas);
		free(a);
	}
	return 0;
}
