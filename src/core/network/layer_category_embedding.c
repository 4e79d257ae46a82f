/*
 * layer_category_embedding.c: the number of a category becomes a learned vector (Bengio et al. 2003; as Keras'
 * Embedding).
 *
 * The category is the first feature of each row of the input; its vector goes behind the others: x (T, F) to y
 * (T, F - 1 + units). A number that stands for no category gets the mean of all vectors: of a category that training
 * has never seen nothing else is known.
 */
#include "network/layer.h"

#include <string.h>

static lf_status
category_embedding_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output)
{
	int64_t		features;

	if (input->rank != 2)
		return LF_BAD_RANK;
	if (spec->units < 1 || spec->categories < 1)
		return LF_BAD_SHAPE;
	features = (int64_t) input->dim[1] - 1 + spec->units;
	if (features > LF_MAX_DIM)
		return LF_TOO_LARGE;
	*output = lf_shape_2(input->dim[0], (int) features);
	return LF_OK;
}

static int
category_embedding_tensors(const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors)
{
	(void) input;
	tensors[0] = (lf_tensor) {"embeddings", lf_shape_2(spec->categories, spec->units), LF_INIT_UNIFORM};
	return 1;
}

/* The category of a row, or -1. */
static int
category_of(const lf_layer *layer, lf_real feature)
{
	return feature >= 0 && feature < (lf_real) layer->spec.categories ? (int) feature : -1;
}

static void
mean_vector(const lf_layer *layer, lf_real *y)
{
	size_t		units = (size_t) layer->spec.units;

	for (size_t u = 0; u < units; u++)
	{
		double		sum = 0;

		for (size_t c = 0; c < (size_t) layer->spec.categories; c++)
			sum += (double) layer->weights[c * units + u];
		y[u] = (lf_real) (sum / layer->spec.categories);
	}
}

static void
category_embedding_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y)
{
	size_t		rows = (size_t) pass->batch * (size_t) layer->input.dim[0];
	size_t		features = (size_t) layer->input.dim[1];
	size_t		units = (size_t) layer->spec.units;

	for (size_t r = 0; r < rows && !lf_interrupted(pass); r++, x += features)
	{
		int			category = category_of(layer, x[0]);

		memcpy(y, x + 1, (features - 1) * sizeof(lf_real));
		y += features - 1;
		if (category < 0)
			mean_vector(layer, y);
		else
			memcpy(y, layer->weights + (size_t) category * units, units * sizeof(lf_real));
		y += units;
	}
}

static void
category_embedding_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
							lf_real *dy, lf_real *dx)
{
	size_t		rows = (size_t) pass->batch * (size_t) layer->input.dim[0];
	size_t		features = (size_t) layer->input.dim[1];
	size_t		units = (size_t) layer->spec.units;

	(void) y;
	for (size_t r = 0; r < rows && !lf_interrupted(pass); r++, x += features)
	{
		int			category = category_of(layer, x[0]);

		if (dx != NULL)
		{
			dx[0] = 0;			/* a number, not a quantity */
			memcpy(dx + 1, dy, (features - 1) * sizeof(lf_real));
			dx += features;
		}
		dy += features - 1;
		for (size_t u = 0; u < units; u++)
		{
			if (category >= 0)
				layer->gradients[(size_t) category * units + u] += dy[u];
			else
				for (size_t c = 0; c < (size_t) layer->spec.categories; c++)
					layer->gradients[c * units + u] += dy[u] / (lf_real) layer->spec.categories;
		}
		dy += units;
	}
}

const lf_layer_class lf_category_embedding_class = {
	.name = "category_embedding",
	.keras_name = "CategoryEmbedding",
	.arguments = LF_ARG_UNITS | LF_ARG_CATEGORIES,
	.order = LF_ANY_ORDER,
	.embeds_category = true,
	.output_shape = category_embedding_output_shape,
	.tensors = category_embedding_tensors,
	.forward = category_embedding_forward,
	.backward = category_embedding_backward,
};
