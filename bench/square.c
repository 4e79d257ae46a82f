/*
 * square.c: what the best-known product of large matrices reaches here: OpenBLAS's sgemm, 2,048 x 2,048 x 2,048.
 *
 * Between the bare loop of limit.c and any real product lie memory and the edges of tiles; this is how much of the limit
 * they leave on this processor. Prints "square <GFLOP/s>", the median of so many products.
 */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SIDE 2048
#define TRIES 9

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

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
		double		start = now();

		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE,
					1, a, SIDE, a + count, SIDE, 0, a + 2 * count, SIDE);
		seconds[i] = now() - start;
	}
	qsort(seconds, TRIES, sizeof(double), compare);
	printf("square %.1f\n", 2.0 * SIDE * SIDE * SIDE / seconds[TRIES / 2] / 1e9);
	free(a);
	return 0;
}
