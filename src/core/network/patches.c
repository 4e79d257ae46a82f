/*
 * patches.c: the patches of an image into the rows of a matrix, and their gradients back.
 *
 * Elements that are neighbours along the columns of a patch are neighbours in the image too, channels included, so
 * both ways work on runs of up to kernel[1] * channels elements.
 */
#include "network/patches.h"

#include <string.h>

/*
 * The part of a patch that lies on the image, along one axis. It is never empty: lf_convolution_length pads by less
 * than a kernel on either side.
 */
typedef struct span
{
	size_t		skip;			/* elements of the patch before it */
	size_t		from;			/* where it starts in the image */
	size_t		count;
} span;

static span
span_of(const lf_patches *patches, int axis, size_t position)
{
	size_t		start = position * patches->strides[axis];	/* counted from the first zero of the padding */
	size_t		before = patches->before[axis];
	span		s;

	s.skip = start < before ? before - start : 0;
	s.from = start + s.skip - before;
	s.count = patches->kernel[axis] - s.skip;
	if (s.count > patches->image[axis] - s.from)
		s.count = patches->image[axis] - s.from;
	return s;
}

lf_patches
lf_patches_of(const int image[2], int channels, const int kernel[2], const int strides[2], lf_padding padding)
{
	lf_patches	patches = {.channels = (size_t) channels};

	for (int axis = 0; axis < 2; axis++)
	{
		int			before;

		patches.grid[axis] = (size_t) lf_convolution_length(image[axis], kernel[axis], strides[axis], padding, &before);
		if (patches.grid[axis] == 0)
			return (lf_patches) {.count = 0};
		patches.image[axis] = (size_t) image[axis];
		patches.kernel[axis] = (size_t) kernel[axis];
		patches.strides[axis] = (size_t) strides[axis];
		patches.before[axis] = (size_t) before;
	}
	patches.count = patches.grid[0] * patches.grid[1];
	patches.width = patches.kernel[0] * patches.kernel[1] * patches.channels;
	return patches;
}

void
lf_patches_gather(const lf_pass *pass, const lf_patches *patches, const lf_real *image, lf_real *matrix)
{
	for (size_t r = 0; r < patches->grid[0]; r++)
	{
		span		rows = span_of(patches, 0, r);

		for (size_t c = 0; c < patches->grid[1]; c++)
		{
			span		columns = span_of(patches, 1, c);
			size_t		run = columns.count * patches->channels;
			lf_real    *patch = matrix + (r * patches->grid[1] + c) * patches->width;

			if (lf_interrupted(pass))
				return;
			if (rows.count * run < patches->width)
				memset(patch, 0, patches->width * sizeof(lf_real));
			for (size_t i = 0; i < rows.count; i++)
				memcpy(patch + ((rows.skip + i) * patches->kernel[1] + columns.skip) * patches->channels,
					   image + ((rows.from + i) * patches->image[1] + columns.from) * patches->channels,
					   run * sizeof(lf_real));
		}
	}
}

void
lf_patches_scatter(const lf_pass *pass, const lf_patches *patches, const lf_real *matrix, lf_real *image)
{
	for (size_t r = 0; r < patches->grid[0]; r++)
	{
		span		rows = span_of(patches, 0, r);

		for (size_t c = 0; c < patches->grid[1]; c++)
		{
			span		columns = span_of(patches, 1, c);
			size_t		run = columns.count * patches->channels;
			const lf_real *patch = matrix + (r * patches->grid[1] + c) * patches->width;

			if (lf_interrupted(pass))
				return;
			for (size_t i = 0; i < rows.count; i++)
			{
				const lf_real *restrict from =
					patch + ((rows.skip + i) * patches->kernel[1] + columns.skip) * patches->channels;
				lf_real    *restrict to =
					image + ((rows.from + i) * patches->image[1] + columns.from) * patches->channels;

				for (size_t j = 0; j < run; j++)
					to[j] += from[j];
			}
		}
	}
}
