/*
 * initialize.c: initial weights: zeros, uniform, Glorot uniform (Glorot and Bengio 2010), orthogonal (Saxe et al.
 * 2013).
 */
#include "network/layer.h"
#include "kernels/matrix.h"

#include <math.h>
#include <string.h>

/* Rows and columns of a tensor as initializers see it: the last axis, and all others together. */
static void
as_matrix(const lf_shape *shape, size_t *rows, size_t *columns)
{
	*columns = (size_t) shape->dim[shape->rank - 1];
	*rows = lf_shape_size(shape) / *columns;
}

static void
uniform(const lf_shape *shape, double limit, lf_random *random, const lf_pass *pass, lf_real *weights)
{
	size_t		size = lf_shape_size(shape);

	for (size_t i = 0; i < size && !lf_interrupted(pass); i++)
		weights[i] = (lf_real) ((2.0 * lf_random_uniform(random) - 1.0) * limit);
}

/*
 * Uniform in +-sqrt(6 / (fan in + fan out)). The axes before the last two are a convolution's receptive field, which
 * multiplies both fans.
 */
static double
glorot_limit(const lf_shape *shape)
{
	double		field = 1;

	for (int i = 0; i < shape->rank - 2; i++)
		field *= shape->dim[i];
	return sqrt(6.0 / (field * ((double) shape->dim[shape->rank - 2] + shape->dim[shape->rank - 1])));
}

static double
dot(const lf_real *a, const lf_real *b, size_t n, size_t stride)
{
	double		sum = 0;

	/* wide matrices, as recurrent layers have them, in a loop that becomes vector instructions */
	if (stride == 1)
		for (size_t i = 0; i < n; i++)
			sum += (double) a[i] * (double) b[i];
	else
		for (size_t i = 0; i < n; i++)
			sum += (double) a[i * stride] * (double) b[i * stride];
	return sum;
}

/* v -= along * u */
static void
subtract(lf_real *v, lf_real along, const lf_real *u, size_t n, size_t stride)
{
	if (stride == 1)
		for (size_t i = 0; i < n; i++)
			v[i] -= along * u[i];
	else
		for (size_t i = 0; i < n; i++)
			v[i * stride] -= along * u[i * stride];
}

/*
 * Random normal vectors made orthonormal by Gram-Schmidt: the rows of the matrix where it is wide, its columns where
 * it is tall. Each vector is projected twice, because once leaves an error that grows with the condition of what came
 * before ("twice is enough", Giraud et al. 2005).
 */
static void
orthogonal(const lf_shape *shape, lf_random *random, const lf_pass *pass, lf_real *weights)
{
	size_t		rows;
	size_t		columns;
	size_t		count;			/* vectors */
	size_t		length;			/* elements of a vector */
	size_t		next;			/* from a vector to the next one */
	size_t		stride;			/* from an element to the next one */

	as_matrix(shape, &rows, &columns);
	if (rows <= columns)
		count = rows, length = columns, next = columns, stride = 1;
	else
		count = columns, length = rows, next = 1, stride = columns;

	for (size_t i = 0; i < rows * columns && !lf_interrupted(pass); i++)
		weights[i] = (lf_real) lf_random_normal(random);
	for (size_t i = 0; i < count; i++)
	{
		lf_real    *v = weights + i * next;
		double		norm;

		for (int round = 0; round < 2; round++)
			for (size_t j = 0; j < i && !lf_interrupted(pass); j++)
			{
				const lf_real *u = weights + j * next;

				subtract(v, (lf_real) dot(u, v, length, stride), u, length, stride);
			}
		if (lf_interrupted(pass))
			return;
		norm = sqrt(dot(v, v, length, stride));
		for (size_t l = 0; l < length; l++)
			v[l * stride] = (lf_real) ((double) v[l * stride] / norm);
	}
}

void
lf_initialize(const lf_tensor *tensor, lf_random *random, const lf_pass *pass, lf_real *weights)
{
	size_t		size = lf_shape_size(&tensor->shape);

	switch (tensor->initializer)
	{
		case LF_INIT_ZEROS:
		case LF_INIT_FORGET_ONES:
			memset(weights, 0, size * sizeof(lf_real));
			if (tensor->initializer == LF_INIT_FORGET_ONES)
				for (size_t i = size / 4; i < size / 2; i++)
					weights[i] = 1;
			break;
		case LF_INIT_GLOROT_UNIFORM:
			uniform(&tensor->shape, glorot_limit(&tensor->shape), random, pass, weights);
			break;
		case LF_INIT_UNIFORM:
			uniform(&tensor->shape, 0.05, random, pass, weights);
			break;
		case LF_INIT_ORTHOGONAL:
			orthogonal(&tensor->shape, random, pass, weights);
			break;
	}
}
