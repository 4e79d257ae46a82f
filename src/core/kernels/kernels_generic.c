/*
 * kernels_generic.c: the kernels in the instructions that every processor of the architecture has.
 */
#include "base/base.h"

#define LANES (16 / (int) sizeof(lf_real))
#define TILE_ROWS 3
#define KERNELS lf_kernels_generic
#define KERNELS_NAME "generic"
#include "kernels/kernels_body.h"
