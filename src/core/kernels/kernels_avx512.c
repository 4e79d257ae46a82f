/*
 * kernels_avx512.c: the kernels in AVX-512: vectors of sixteen, thirty-two registers.
 */
#if defined(__x86_64__) && !defined(LF_DOUBLE)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), \
							 apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")
#endif

#include <immintrin.h>

#define LANES 16
#define TILE_ROWS 6				/* 24 sums, 4 columns, and A comes out of memory */
#define KERNELS lf_kernels_avx512
#define KERNELS_NAME "avx512"
#define LF_AVX512
#include "kernels/kernels_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
typedef int lf_no_avx512;		/* a file must declare something */
#endif
