/*
 * kernels_avx2.c: the kernels in AVX2 and FMA: vectors of eight, sixteen registers.
 */
#if defined(__x86_64__) && !defined(LF_DOUBLE)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#include <immintrin.h>

#define LANES 8
#define TILE_ROWS 3
#define KERNELS lf_kernels_avx2
#define KERNELS_NAME "avx2"
#define LF_AVX2
#include "kernels/kernels_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int lf_no_avx2;			/* a file must declare something */
#endif
