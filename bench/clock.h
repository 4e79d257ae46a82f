/*
 * clock.h: the clock of the programs of the speed benchmark, and their medians. Read as C and as C++.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

static inline double
bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static inline int
bench_compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* The median of so many, which it sorts. */
static inline double
bench_median_of(double *sample, size_t count)
{
	qsort(sample, count, sizeof(double), bench_compare);
	return sample[count / 2];
}

#endif
