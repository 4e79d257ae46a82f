/*
 * optimizer.c: Adam, AdamW, RMSprop and SGD.
 */
#include "training/optimizer.h"

#include "base/denormals.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* Keras' defaults */
#define BETA_1 0.9
#define BETA_2 0.999
#define RHO 0.9
#define EPSILON 1e-7

static bool
has_first(const lf_optimizer *optimizer)
{
	return optimizer->kind != LF_RMSPROP && (optimizer->kind != LF_SGD || optimizer->momentum > 0);
}

void
lf_optimizer_layout(lf_optimizer *optimizer, lf_arena *arena, size_t count)
{
	optimizer->count = count;
	optimizer->first = has_first(optimizer) ? lf_arena_reals(arena, count) : NULL;
	optimizer->second = optimizer->kind != LF_SGD ? lf_arena_reals(arena, count) : NULL;
}

void
lf_optimizer_reset(lf_optimizer *optimizer)
{
	optimizer->steps = 0;
	if (optimizer->first != NULL)
		memset(optimizer->first, 0, optimizer->count * sizeof(lf_real));
	if (optimizer->second != NULL)
		memset(optimizer->second, 0, optimizer->count * sizeof(lf_real));
}

/*
 *	   m = b1 m + (1 - b1) g	v = b2 v + (1 - b2) g^2
 *	   w -= rate * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)
 */
static void
adam_step(lf_optimizer *optimizer, double rate, lf_real *w, const lf_real *g)
{
	double		t = (double) optimizer->steps;
	lf_adam		adam = {
		.b1 = (lf_real) BETA_1,
		.b2 = (lf_real) BETA_2,
		.alpha = (lf_real) (rate * sqrt(1 - pow(BETA_2, t)) / (1 - pow(BETA_1, t))),
		.epsilon = (lf_real) EPSILON,
		.keep = (lf_real) (optimizer->kind == LF_ADAMW ? 1 - rate * optimizer->weight_decay : 1),
	};

	lf_kernels_in_use()->adam(&adam, optimizer->count, g, optimizer->first, optimizer->second, w);
}

/* v = rho v + (1 - rho) g^2	w -= rate * g / sqrt(v + epsilon) */
static void
rmsprop_step(lf_optimizer *optimizer, double rate, lf_real *restrict w, const lf_real *restrict g)
{
	lf_real    *restrict v = optimizer->second;

	for (size_t i = 0; i < optimizer->count; i++)
	{
		v[i] = (lf_real) (RHO * (double) v[i] + (1 - RHO) * (double) g[i] * (double) g[i]);
		w[i] -= (lf_real) (rate * (double) g[i] / sqrt((double) v[i] + EPSILON));
	}
}

/* u = momentum * u - rate * g	 w += u */
static void
sgd_step(lf_optimizer *optimizer, double rate, lf_real *restrict w, const lf_real *restrict g)
{
	lf_real    *restrict u = optimizer->first;

	if (u == NULL)
	{
		for (size_t i = 0; i < optimizer->count; i++)
			w[i] -= (lf_real) rate * g[i];
		return;
	}
	for (size_t i = 0; i < optimizer->count; i++)
	{
		u[i] = (lf_real) optimizer->momentum * u[i] - (lf_real) rate * g[i];
		w[i] += u[i];
	}
}

void
lf_optimizer_step(lf_optimizer *optimizer, double learning_rate, lf_real *weights, const lf_real *gradients)
{
	unsigned	mode = lf_flush_denormals();

	optimizer->steps++;
	switch (optimizer->kind)
	{
		case LF_ADAM:
		case LF_ADAMW:
			adam_step(optimizer, learning_rate, weights, gradients);
			break;
		case LF_RMSPROP:
			rmsprop_step(optimizer, learning_rate, weights, gradients);
			break;
		case LF_SGD:
			sgd_step(optimizer, learning_rate, weights, gradients);
			break;
		case LF_LEAST_SQUARES:
			break;				/* takes no steps */
	}
	lf_restore_denormals(mode);
}

double
lf_clip_norm(lf_real *gradients, size_t count, double limit)
{
	double		norm = sqrt(lf_kernels_in_use()->sum_of_squares(gradients, count));

	if (limit > 0 && norm > limit)
	{
		lf_real		factor = (lf_real) (limit / norm);

		for (size_t i = 0; i < count; i++)
			gradients[i] *= factor;
	}
	return norm;
}
