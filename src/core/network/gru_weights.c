/*
 * gru_weights.c: the weights of a gru as those of four gates.
 */
#include "network/gru_weights.h"

#include <string.h>

/*
 * What the way there needs; behind it U^T and W^T for the way back, and last the spread weights that all were packed
 * from.
 */
static size_t
packed_forward_size(const lf_layer *layer)
{
	size_t		h = (size_t) layer->spec.units;

	return lf_packed_cell(layer->kernels, h, (size_t) layer->input.dim[1], h);
}

lf_real *
lf_gru_recurrent_transposed(const lf_layer *layer)
{
	return layer->packed + packed_forward_size(layer);
}

lf_real *
lf_gru_kernel_transposed(const lf_layer *layer)
{
	size_t		h = (size_t) layer->spec.units;

	return lf_gru_recurrent_transposed(layer) + lf_packed_gates(layer->kernels, h, h);
}

static size_t
packed_without_spread(const lf_layer *layer, bool training)
{
	size_t		h = (size_t) layer->spec.units;

	return packed_forward_size(layer) + (training ? lf_packed_gates(layer->kernels, h, h) +
										 lf_packed_gates(layer->kernels, h, (size_t) layer->input.dim[1]) : 0);
}

size_t
lf_gru_packed_size(const lf_layer *layer, bool training)
{
	size_t		h = (size_t) layer->spec.units;
	size_t		line = LF_ALIGNMENT / sizeof(lf_real);
	size_t		spread = ((size_t) layer->input.dim[1] + h + 1) * 4 * h;

	/* what another layer puts behind it is to start on a cache line */
	return packed_without_spread(layer, training) + (spread + line - 1) / line * line;
}

/* Rows of three gates into rows of four: where the third one goes, with zeros in the other. */
static void
spread(size_t rows, size_t units, const lf_real *from, size_t third, lf_real *to)
{
	memset(to, 0, rows * 4 * units * sizeof(lf_real));
	for (size_t k = 0; k < rows; k++, from += 3 * units, to += 4 * units)
	{
		memcpy(to, from, 2 * units * sizeof(lf_real));
		if (third < 4)
			memcpy(to + third * units, from + 2 * units, units * sizeof(lf_real));
	}
}

void
lf_gru_pack(lf_layer *layer, const lf_pass *pass, bool training)
{
	size_t		inputs = (size_t) layer->input.dim[1];
	size_t		h = (size_t) layer->spec.units;
	const lf_real *recurrent = layer->weights + inputs * 3 * h;
	const lf_real *bias = recurrent + h * 3 * h;
	bool		after = layer->spec.reset_after;
	lf_real    *w = layer->packed + packed_without_spread(layer, training);
	lf_real    *u = w + inputs * 4 * h;
	lf_real    *b = u + h * 4 * h;

	spread(inputs, h, layer->weights, 2, w);
	spread(h, h, recurrent, after ? 3 : 4, u);
	if (layer->spec.use_bias)
	{
		spread(1, h, bias, 2, b);
		for (size_t j = 0; j < h && after; j++)
		{
			b[j] += bias[3 * h + j];
			b[h + j] += bias[4 * h + j];
			b[3 * h + j] = bias[5 * h + j];
		}
	}
	layer->kernels->pack_cell(pass, h, inputs, h, w, u, layer->spec.use_bias ? b : NULL, layer->packed);
	if (!training)
		return;
	layer->kernels->pack_gates(pass, h, h, u, 4 * h, lf_gru_recurrent_transposed(layer));
	layer->kernels->pack_gates(pass, h, inputs, w, 4 * h, lf_gru_kernel_transposed(layer));
}

/* Rows of four gates back into rows of three, added. */
static void
gather(size_t rows, size_t units, const lf_real *from, size_t third, lf_real *to)
{
	for (size_t k = 0; k < rows; k++, from += 4 * units, to += 3 * units)
	{
		for (size_t j = 0; j < 2 * units; j++)
			to[j] += from[j];
		for (size_t j = 0; j < units && third < 4; j++)
			to[2 * units + j] += from[third * units + j];
	}
}

void
lf_gru_add_gradients(lf_layer *layer, const lf_real *dspread)
{
	size_t		inputs = (size_t) layer->input.dim[1];
	size_t		h = (size_t) layer->spec.units;
	bool		after = layer->spec.reset_after;
	lf_real    *drecurrent = layer->gradients + inputs * 3 * h;
	lf_real    *dbias = drecurrent + h * 3 * h;
	const lf_real *sum = dspread + (inputs + h) * 4 * h;

	gather(inputs, h, dspread, 2, layer->gradients);
	gather(h, h, dspread + inputs * 4 * h, after ? 3 : 4, drecurrent);
	if (layer->spec.use_bias)
		gather(1, h, sum, 2, dbias);
	for (size_t j = 0; j < h && layer->spec.use_bias && after; j++)
	{
		dbias[3 * h + j] += sum[j];
		dbias[4 * h + j] += sum[h + j];
		dbias[5 * h + j] += sum[3 * h + j];
	}
}
