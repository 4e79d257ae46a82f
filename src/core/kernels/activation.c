/*
 * activation.c: the names of the activation functions; the arithmetic is in vector.h.
 */
#include "kernels/activation.h"

#include "kernels/kernels.h"

const char *const lf_activation_names[LF_ACTIVATIONS] = {
	[LF_LINEAR] = "linear",
	[LF_TANH] = "tanh",
	[LF_SIGMOID] = "sigmoid",
	[LF_RELU] = "relu",
	[LF_ELU] = "elu",
	[LF_SOFTPLUS] = "softplus",
};

void
lf_activate(lf_activation activation, lf_real *x, size_t n)
{
	lf_kernels_in_use()->activate(activation, x, n);
}

void
lf_activation_slope(lf_activation activation, const lf_real *y, const lf_real *dy, lf_real *dx, size_t n)
{
	lf_kernels_in_use()->activation_slope(activation, y, dy, dx, n);
}
