/*
 * square.c: what the best-known product of large matrices reaches here: OpenBLAS's sgemm, 2,048 x 2,048 x 2,048.
 *
 * Between the bare loop of limit.c and any real product lie memory and the edges of tiles; this is how much of the limit
 * they leave on this processor. Prints "square <GFLOP/s>", the median of so many products.
 */
#include "clock.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>

#define SIDE 2048
#define TRIES 9

int
main(void)
{
	size_t		count = (size_t) SIDE * SIDE;
	float	   *a = malloc(3 * count * sizeof(float));
	double		seconds[TRIES];

	if (a == NULL)
		return 1;
	for (size_t i = 0; i < 3 * count; i++)
		a[i] = (float) (i % 17) / 17;
	for (int i = 0; i < TRIES; i++)
	{
		double		start = bench_now();

		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE,
					1, a, SIDE, a + count, SIDE, 0, a + 2 * count, SIDE);
		seconds[i] = bench_now() - start;
	}
	printf("square %.1f\n", 2.0 * SIDE * SIDE * SIDE / bench_median_of(seconds, TRIES) / 1e9);
	free(a);
	return 0;
}
