/*
 * activation.h: the activation functions, with Keras' names and definitions (elu with alpha 1).
 */
#ifndef LF_ACTIVATION_H
#define LF_ACTIVATION_H

#include "base/base.h"

typedef enum lf_activation
{
	LF_LINEAR,
	LF_TANH,
	LF_SIGMOID,
	LF_RELU,
	LF_ELU,
	LF_SOFTPLUS
} lf_activation;

#define LF_ACTIVATIONS 6

extern const char *const lf_activation_names[LF_ACTIVATIONS];

/* x = f(x), element by element. */
void		lf_activate(lf_activation activation, lf_real *x, size_t n);

/* dx = dy * f'(x), where y = f(x): each of these slopes follows from the output alone. dx may be dy. */
void		lf_activation_slope(lf_activation activation, const lf_real *y, const lf_real *dy, lf_real *dx, size_t n);

#endif
