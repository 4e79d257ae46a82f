/*
 * least_squares.c: sums of products, batch by batch, and the equations they make.
 */
#include "training/least_squares.h"

#include "base/cholesky.h"
#include "kernels/matrix.h"

#include <math.h>
#include <string.h>

/* For each sample added to the diagonal: inputs are scaled to a variance of about 1. */
static const double ridges[LF_RIDGES] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

void
lf_least_squares_layout(lf_least_squares *squares, lf_arena *arena, const lf_network *network, int batch)
{
	size_t		inputs = network->layer[0].input_size;
	size_t		outputs = lf_shape_size(lf_network_output(network));
	size_t		n = inputs + 1;

	*squares = (lf_least_squares) {.inputs = inputs, .outputs = outputs};
	squares->normal = lf_arena_take(arena, n * n, sizeof(double));
	squares->moment = lf_arena_take(arena, outputs * n, sizeof(double));
	squares->factor = lf_arena_take(arena, n * n, sizeof(double));
	squares->solution = lf_arena_take(arena, n, sizeof(double));
	squares->x = lf_arena_reals(arena, (size_t) batch * n);
	squares->y = lf_arena_reals(arena, (size_t) batch * outputs);
	squares->product = lf_arena_reals(arena, n * (outputs > n ? outputs : n));
}

void
lf_least_squares_start(lf_least_squares *squares)
{
	size_t		n = squares->inputs + 1;

	squares->count = 0;
	squares->squares = 0;
	memset(squares->normal, 0, n * n * sizeof(double));
	memset(squares->moment, 0, squares->outputs * n * sizeof(double));
}

/* Copies the samples whose outputs are all known, a 1 behind the inputs of each, and returns how many there are. */
static size_t
take_known(lf_least_squares *squares, size_t batch, const lf_real *x, const lf_real *y)
{
	size_t		n = squares->inputs + 1;
	size_t		known = 0;

	for (size_t i = 0; i < batch; i++)
	{
		bool		whole = true;

		for (size_t k = 0; k < squares->outputs && whole; k++)
			whole = isfinite(y[i * squares->outputs + k]);
		if (!whole)
			continue;
		memcpy(squares->x + known * n, x + i * squares->inputs, squares->inputs * sizeof(lf_real));
		squares->x[known * n + squares->inputs] = 1;
		memcpy(squares->y + known * squares->outputs, y + i * squares->outputs, squares->outputs * sizeof(lf_real));
		known++;
	}
	return known;
}

lf_status
lf_least_squares_add(lf_least_squares *squares, const lf_pass *pass, const lf_real *x, const lf_real *y)
{
	size_t		n = squares->inputs + 1;
	size_t		known = take_known(squares, (size_t) pass->batch, x, y);

	lf_multiply(pass, LF_TRANSPOSED, LF_PLAIN, squares->outputs, n, known, squares->y, squares->outputs, squares->x, n, 0,
				squares->product, n);
	if (lf_interrupted(pass))
		return LF_INTERRUPTED;
	for (size_t i = 0; i < squares->outputs * n && known > 0; i++)
		squares->moment[i] += (double) squares->product[i];
	/* from here on it is too short to be interrupted: what was added cannot be taken back */
	lf_multiply(&(lf_pass) {.sharded = pass->sharded}, LF_TRANSPOSED, LF_PLAIN, n, n, known, squares->x, n, squares->x, n, 0,
				squares->product, n);
	for (size_t i = 0; i < n * n && known > 0; i++)
		squares->normal[i] += (double) squares->product[i];
	for (size_t i = 0; i < known * squares->outputs; i++)
		squares->squares += (double) squares->y[i] * (double) squares->y[i];
	squares->count += (double) known;
	return LF_OK;
}

lf_status
lf_least_squares_solve(lf_least_squares *squares, int ridge, lf_real *weights, const volatile sig_atomic_t *interrupt)
{
	size_t		n = squares->inputs + 1;
	lf_real    *bias = weights + squares->inputs * squares->outputs;	/* behind the kernel (inputs, outputs) */

	memcpy(squares->factor, squares->normal, n * n * sizeof(double));
	for (size_t i = 0; i < squares->inputs; i++)
		squares->factor[i * n + i] += ridges[ridge] * (squares->count > 1 ? squares->count : 1);
	if (!lf_factorize(squares->factor, n, interrupt))
		return LF_INTERRUPTED;
	for (size_t k = 0; k < squares->outputs; k++)
	{
		if (interrupt != NULL && *interrupt != 0)
			return LF_INTERRUPTED;
		memcpy(squares->solution, squares->moment + k * n, n * sizeof(double));
		lf_solve(squares->factor, n, squares->solution);
		for (size_t i = 0; i < squares->inputs; i++)
			weights[i * squares->outputs + k] = (lf_real) squares->solution[i];
		bias[k] = (lf_real) squares->solution[squares->inputs];
	}
	return LF_OK;
}

double
lf_least_squares_loss(const lf_least_squares *squares, int ridge, const lf_real *weights)
{
	size_t		n = squares->inputs + 1;
	double		explained = 0;	/* w'm + ridge w'w, where the equations hold: squares less this are left */
	double		left;

	for (size_t k = 0; k < squares->outputs; k++)
		for (size_t i = 0; i < n; i++)
		{
			double		weight = (double) weights[i * squares->outputs + k];

			explained += weight * squares->moment[k * n + i];
			if (i < squares->inputs)
				explained += ridges[ridge] * squares->count * weight * weight;
		}
	left = squares->squares - explained;
	return squares->count > 0 && left > 0 ? left / squares->count / (double) squares->outputs : 0;
}
