/*
 * gates.c: one step of a long short-term memory cell, from the sums of its four gates on, and back.
 *
 *	   i = s(z_i)	f = s(z_f)	 g = a(z_g)	  o = s(z_o)
 *	   c_t = f * c_{t-1} + i * g
 *	   h_t = o * a(c_t)
 *
 * with s the recurrent activation and a the activation; a row of z holds the four side by side in that order (4H).
 *
 * The activations are calls over arrays, so the arithmetic between them stands in functions of one row of its own:
 * there the compiler may be told that nothing overlaps, which would not be true around those calls.
 */
#include "gates.h"

#include <string.h>

/* c_t of one row; gates (4H), before and cell (H). */
static void
cell_forward(size_t units, const lf_real *restrict gates, const lf_real *restrict before, lf_real *restrict cell)
{
	const lf_real *i = gates;
	const lf_real *f = i + units;
	const lf_real *g = f + units;

	if (before == NULL)
		for (size_t j = 0; j < units; j++)
			cell[j] = i[j] * g[j];
	else
		for (size_t j = 0; j < units; j++)
			cell[j] = f[j] * before[j] + i[j] * g[j];
}

void
lf_gates_forward(size_t rows, size_t units, lf_activation activation, lf_activation recurrent_activation,
				 lf_real *gates, const lf_real *cell_before, lf_real *cell, lf_real *squashed, lf_real *hidden)
{
	for (size_t b = 0; b < rows; b++)
	{
		lf_real    *row = gates + b * 4 * units;

		lf_activate(recurrent_activation, row, 2 * units);
		lf_activate(activation, row + 2 * units, units);
		lf_activate(recurrent_activation, row + 3 * units, units);
		cell_forward(units, row, cell_before == NULL ? NULL : cell_before + b * units, cell + b * units);
	}
	memcpy(squashed, cell, rows * units * sizeof(lf_real));
	lf_activate(activation, squashed, rows * units);
	for (size_t b = 0; b < rows; b++)
	{
		const lf_real *restrict o = gates + b * 4 * units + 3 * units;

		for (size_t j = 0; j < units; j++)
			hidden[b * units + j] = o[j] * squashed[b * units + j];
	}
}

/*
 * One row: the gradients of the activated gates into dgates (4H), and that of c_{t-1} in place of that of c_t:
 *
 *	   di = dc * g	  df = dc * c_{t-1}	   dg = dc * i	  do = dh * a(c_t)	  dc_{t-1} = dc * f
 */
static void
cell_backward(size_t units, const lf_real *restrict gates, const lf_real *restrict before,
			  const lf_real *restrict squashed, const lf_real *restrict dhidden,
			  lf_real *restrict dcell, lf_real *restrict dgates)
{
	const lf_real *i = gates;
	const lf_real *f = i + units;
	const lf_real *g = f + units;

	for (size_t j = 0; j < units; j++)
	{
		dgates[j] = dcell[j] * g[j];
		dgates[units + j] = before == NULL ? 0 : dcell[j] * before[j];
		dgates[2 * units + j] = dcell[j] * i[j];
		dgates[3 * units + j] = dhidden[j] * squashed[j];
		dcell[j] *= f[j];
	}
}

void
lf_gates_backward(size_t rows, size_t units, lf_activation activation, lf_activation recurrent_activation,
				  lf_real *gates, const lf_real *cell_before, const lf_real *squashed,
				  const lf_real *dhidden, lf_real *dcell, lf_real *scratch)
{
	/* dc += dh * o * a'(c), through the scratch because the slope is a call over an array */
	for (size_t b = 0; b < rows; b++)
		for (size_t j = 0; j < units; j++)
			scratch[b * units + j] = dhidden[b * units + j] * gates[b * 4 * units + 3 * units + j];
	lf_activation_slope(activation, squashed, scratch, scratch, rows * units);
	for (size_t j = 0; j < rows * units; j++)
		dcell[j] += scratch[j];

	for (size_t b = 0; b < rows; b++)
	{
		lf_real    *row = gates + b * 4 * units;
		lf_real    *drow = scratch + b * 4 * units;

		cell_backward(units, row, cell_before == NULL ? NULL : cell_before + b * units,
					  squashed + b * units, dhidden + b * units, dcell + b * units, drow);
		lf_activation_slope(recurrent_activation, row, drow, row, 2 * units);
		lf_activation_slope(activation, row + 2 * units, drow + 2 * units, row + 2 * units, units);
		lf_activation_slope(recurrent_activation, row + 3 * units, drow + 3 * units, row + 3 * units, units);
	}
}
