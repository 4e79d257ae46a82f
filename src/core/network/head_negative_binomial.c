/*
 * head_negative_binomial.c: the head of counts: whole numbers from 0 on, with a mean m and a dispersion a, so that the
 * variance is m + a m^2 (DeepAR: Salinas et al. 2020).
 *
 * Counts cannot be shifted, and a multiple of a count is none. So they are scaled by their mean alone, and each target
 * comes as two numbers: the count itself, and the unit that the network sees it in. What the network puts out is the
 * mean in this unit.
 *
 * A half-width is the normal quantile of a level, and the interval goes from one quantile to the other: both are whole.
 */
#include "network/head.h"

#include "base/negative_binomial.h"
#include "base/quantile.h"

#include <math.h>

/* A dispersion below this makes no difference to counts below thousands, and has no digits left in the slope. */
#define LEAST_DISPERSION 1e-4
#define LEAST_MEAN 1e-9

/* Half-widths beyond this have a tail that no double holds. */
#define WIDEST 37.0

/* Rounding on the way from a tail to a half-width and back. */
#define MARGIN 1e-9

static int
negative_binomial_parts(const lf_head *head)
{
	(void) head;
	return 2;
}

static double
dispersion_of(double output)
{
	return LEAST_DISPERSION + (output > 0 ? output : 0) + log1p(exp(-fabs(output)));
}

static void
negative_binomial_distribution(const lf_head *head, const lf_real *output, double *distribution)
{
	(void) head;
	distribution[0] = lf_head_scale((double) output[0]);
	distribution[1] = dispersion_of((double) output[1]);
}

static void
negative_binomial_rescale(const lf_head *head, double *distribution, double offset, double scale)
{
	(void) head;
	distribution[0] = fmax(offset + scale * distribution[0], LEAST_MEAN);
}

static double
negative_binomial_half_width(const lf_head *head, const double *distribution, double tail)
{
	(void) head;
	(void) distribution;
	return lf_normal_quantile(tail);
}

static double
half_width_of(double tail)
{
	return tail >= 0.5 ? 0 : !(tail > 0) ? LF_MOST_NONCONFORMITY : lf_normal_quantile(tail) * (1 + MARGIN) + MARGIN;
}

static double
negative_binomial_nonconformity(const lf_head *head, const double *distribution, double value)
{
	double		below;
	double		above;
	double		from;

	(void) head;
	if (value < 0)
		return LF_MOST_NONCONFORMITY;
	lf_negative_binomial_tails(floor(value), distribution[0], distribution[1], &below, &above);
	if (below < 0.5)
		return half_width_of(below);
	from = ceil(value);
	if (from < 1)
		return 0;
	lf_negative_binomial_tails(from - 1, distribution[0], distribution[1], &below, &above);
	return half_width_of(above);
}

static void
negative_binomial_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high)
{
	double		tail = half_width > 0 ? erfc(fmin(half_width, WIDEST) / sqrt(2.0)) / 2 : 0.5;

	(void) head;
	/* where nothing is known there is no interval, as for other heads */
	if (isnan(half_width))
	{
		*low = *high = (double) NAN;
		return;
	}
	*low = lf_negative_binomial_low(tail, distribution[0], distribution[1]);
	*high = lf_negative_binomial_high(tail, distribution[0], distribution[1]);
}

/* Of one target, as a count and its unit: -ln of its probability. */
static double
loss_of(const lf_real *output, double count, double unit, double *slope)
{
	double		mean = unit * lf_head_scale((double) output[0]);
	double		dispersion = dispersion_of((double) output[1]);
	double		of_dispersion;
	double		loss = -lf_negative_binomial_log(count, mean, dispersion, &of_dispersion);

	slope[0] = (mean - count) / (mean * (1 + dispersion * mean)) * unit * lf_head_scale_slope((double) output[0]);
	slope[1] = -of_dispersion * lf_head_scale_slope((double) output[1]);
	return loss;
}

static double
negative_binomial_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	size_t		known = lf_head_known(head, target, n);
	double		share = known > 0 ? 1.0 / (double) known : 0;
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		slope[2] = {0};

		if (!isnan(target[2 * i]))
			sum += loss_of(y + 2 * i, (double) target[2 * i], (double) target[2 * i + 1], slope);
		for (size_t part = 0; part < 2 && dy != NULL; part++)
			dy[2 * i + part] = (lf_real) (slope[part] * share);
	}
	return sum;
}

const lf_head_class lf_head_negative_binomial_class = {
	.counts = true,
	.parts = negative_binomial_parts,
	.distribution = negative_binomial_distribution,
	.rescale = negative_binomial_rescale,
	.half_width = negative_binomial_half_width,
	.nonconformity = negative_binomial_nonconformity,
	.interval = negative_binomial_interval,
	.loss_sum = negative_binomial_loss_sum,
};
