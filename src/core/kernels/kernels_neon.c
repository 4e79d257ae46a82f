/*
 * kernels_neon.c: the kernels in what every 64-bit ARM processor has: vectors of four, thirty-two registers.
 *
 * The instructions are those of the generic kernels there, multiply-adds included; the tiles are for twice the registers.
 */
#if defined(__aarch64__) && !defined(LF_DOUBLE)
#define LANES 4
#define TILE_ROWS 6				/* 24 sums, 4 columns, and A comes out of memory */
#define KERNELS lf_kernels_neon
#define KERNELS_NAME "neon"
#include "kernels/kernels_body.h"
#else
typedef int lf_no_neon;			/* a file must declare something */
#endif
