/*
 * kernels_body.h: what each kernels_*.c compiles, with
 *
 *	   LANES			numbers in a vector
 *	   TILE_ROWS		rows of a tile: 4 * TILE_ROWS sums, 4 vectors and one number must fit the registers
 *	   KERNELS			the table that this becomes
 *	   KERNELS_NAME		and its name
 */
#include "kernels/kernels.h"
#include "kernels/tile.h"
#include "kernels/vector.h"

#include "kernels/kernel_gates.h"
#include "kernels/kernel_cell.h"
#include "kernels/kernel_elements.h"
#include "kernels/kernel_multiply.h"

extern const lf_kernels KERNELS;

const lf_kernels KERNELS = {
	.name = KERNELS_NAME,
	.lanes = LANES,
	.pack_cell = pack_cell,
	.cell_forward = cell_forward,
	.pack_gates = pack_gates,
	.cell_backward = cell_backward,
	.multiply_gates = multiply_gates,
	.add_gradient = add_gradient,
	.multiply = multiply,
	.activate = activate,
	.activation_slope = activation_slope,
	.adam = adam,
	.sum_of_squares = sum_of_squares,
};
