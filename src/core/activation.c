/*
 * activation.c: activation functions over arrays, one loop each, so that the choice is made once per call.
 */
#include "activation.h"

#include <tgmath.h>

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
	switch (activation)
	{
		case LF_LINEAR:
			break;
		case LF_TANH:
			for (size_t i = 0; i < n; i++)
				x[i] = tanh(x[i]);
			break;
		case LF_SIGMOID:
			/* exp overflows to infinity for x < -88, and 1 / infinity is the 0 that is wanted */
			for (size_t i = 0; i < n; i++)
				x[i] = 1 / (1 + exp(-x[i]));
			break;
		case LF_RELU:
			for (size_t i = 0; i < n; i++)
				x[i] = x[i] > 0 ? x[i] : 0;
			break;
		case LF_ELU:
			for (size_t i = 0; i < n; i++)
				x[i] = x[i] > 0 ? x[i] : expm1(x[i]);
			break;
		case LF_SOFTPLUS:
			/* log(1 + e^x) without overflow for large x */
			for (size_t i = 0; i < n; i++)
				x[i] = (x[i] > 0 ? x[i] : 0) + log1p(exp(-fabs(x[i])));
			break;
	}
}

void
lf_activation_slope(lf_activation activation, const lf_real *y, const lf_real *dy, lf_real *dx, size_t n)
{
	switch (activation)
	{
		case LF_LINEAR:
			for (size_t i = 0; i < n; i++)
				dx[i] = dy[i];
			break;
		case LF_TANH:
			for (size_t i = 0; i < n; i++)
				dx[i] = dy[i] * (1 - y[i] * y[i]);
			break;
		case LF_SIGMOID:
			for (size_t i = 0; i < n; i++)
				dx[i] = dy[i] * y[i] * (1 - y[i]);
			break;
		case LF_RELU:
			for (size_t i = 0; i < n; i++)
				dx[i] = y[i] > 0 ? dy[i] : 0;
			break;
		case LF_ELU:
			for (size_t i = 0; i < n; i++)
				dx[i] = y[i] > 0 ? dy[i] : dy[i] * (y[i] + 1);
			break;
		case LF_SOFTPLUS:
			/* f' is the sigmoid, which is 1 - e^-y */
			for (size_t i = 0; i < n; i++)
				dx[i] = dy[i] * -expm1(-y[i]);
			break;
	}
}
