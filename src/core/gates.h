/*
 * gates.h: one step of a long short-term memory cell, element by element: what lstm and conv_lstm2d have in common.
 *
 * All arrays are rows of the same step: samples, or samples times the positions of a grid. 'units' is H. Nothing is
 * kept between calls; the arrays are the caller's and do not overlap.
 */
#ifndef LF_GATES_H
#define LF_GATES_H

#include "activation.h"
#include "base.h"

/*
 * From the sums z (rows, 4H) in 'gates', which are overwritten by the activated gates, and c_{t-1} (rows, H), NULL for
 * zeros: c_t, a(c_t) and h_t, each (rows, H).
 */
void		lf_gates_forward(size_t rows, size_t units, lf_activation activation, lf_activation recurrent_activation,
							 lf_real *gates, const lf_real *cell_before,
							 lf_real *cell, lf_real *squashed, lf_real *hidden);

/*
 * From the gradient of h_t in 'dhidden' and what reaches c_t from the step behind it in 'dcell', both (rows, H): dz in
 * place of the activated gates, and the gradient of c_{t-1} in place of that of c_t. 'scratch' is (rows, 4H).
 */
void		lf_gates_backward(size_t rows, size_t units, lf_activation activation, lf_activation recurrent_activation,
							  lf_real *gates, const lf_real *cell_before, const lf_real *squashed,
							  const lf_real *dhidden, lf_real *dcell, lf_real *scratch);

#endif
