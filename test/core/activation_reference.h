/*
 * activation_reference.h: activation functions from their definitions, in double: the oracle of what the core computes.
 */
#ifndef ACTIVATION_REFERENCE_H
#define ACTIVATION_REFERENCE_H

#include "kernels/activation.h"

#include <math.h>

static inline double
activated(lf_activation activation, double x)
{
	switch (activation)
	{
		case LF_LINEAR:
			return x;
		case LF_TANH:
			return tanh(x);
		case LF_SIGMOID:
			return 1 / (1 + exp(-x));
		case LF_RELU:
			return x > 0 ? x : 0;
		case LF_ELU:
			return x > 0 ? x : expm1(x);
		case LF_SOFTPLUS:
			return x > 40 ? x : log(1 + exp(x));	/* e^-40 is lost beside 40, and e^710 is infinite */
	}
	return (double) NAN;
}

/* f'(x) from y = f(x) */
static inline double
slope_of_output(lf_activation activation, double y)
{
	switch (activation)
	{
		case LF_LINEAR:
			return 1;
		case LF_TANH:
			return 1 - y * y;
		case LF_SIGMOID:
			return y * (1 - y);
		case LF_RELU:
			return y > 0 ? 1 : 0;
		case LF_ELU:
			return y > 0 ? 1 : y + 1;
		case LF_SOFTPLUS:
			return 1 - exp(-y);
	}
	return (double) NAN;
}

#endif
