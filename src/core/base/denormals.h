/*
 * denormals.h: numbers below 1e-38 count as 0 while the core computes.
 *
 * Gradients that shrink from step to step end there, and each operation on such a number takes a hundred times as long:
 * a mini-batch of 168 steps was seen to take four times as long. The mode is the thread's; it is restored before
 * anybody else computes.
 */
#ifndef LF_DENORMALS_H
#define LF_DENORMALS_H

#if defined(__x86_64__)
#include <immintrin.h>

/* Results and operands: MXCSR's flush-to-zero and denormals-are-zero. Returns what lf_restore_denormals needs. */
static inline unsigned
lf_flush_denormals(void)
{
	unsigned	mode = _mm_getcsr();

	_mm_setcsr(mode | 0x8040);
	return mode;
}

static inline void
lf_restore_denormals(unsigned mode)
{
	_mm_setcsr(mode);
}
#else
static inline unsigned
lf_flush_denormals(void)
{
	return 0;
}

static inline void
lf_restore_denormals(unsigned mode)
{
	(void) mode;
}
#endif

#endif
