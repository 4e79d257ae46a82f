/*
 * patches.h: what a convolution sees at each of its positions, as the rows of a matrix (known as im2col and col2im).
 *
 * With the patches of an image (R, C, channels) in the rows of a matrix, a convolution is one product with its kernel,
 * seen as (kernel[0] * kernel[1] * channels, filters). A series (T, C) is an image of one row.
 */
#ifndef LF_PATCHES_H
#define LF_PATCHES_H

#include "network/layer.h"

typedef struct lf_patches
{
	size_t		image[2];		/* R, C */
	size_t		channels;
	size_t		kernel[2];
	size_t		strides[2];
	size_t		before[2];		/* zeros put before the first row and column */
	size_t		grid[2];		/* R', C': the positions of the kernel, which are those of the output */
	size_t		count;			/* R' * C'; 0 where the kernel does not fit */
	size_t		width;			/* elements of a patch: kernel[0] * kernel[1] * channels */
} lf_patches;

lf_patches	lf_patches_of(const int image[2], int channels, const int kernel[2], const int strides[2],
						  lf_padding padding);

/* matrix (count, width) = the patches of one image (R, C, channels), 0 where they hang over its edge. */
void		lf_patches_gather(const lf_pass *pass, const lf_patches *patches, const lf_real *image, lf_real *matrix);

/* The way back for gradients: adds each element of the matrix to the element of the image that it was copied from. */
void		lf_patches_scatter(const lf_pass *pass, const lf_patches *patches, const lf_real *matrix, lf_real *image);

#endif
