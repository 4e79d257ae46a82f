/*
 * head_gaussian.c: the head of a normal distribution: mean, standard deviation (Nix and Weigend 1994).
 */
#include "network/head.h"

#include "base/quantile.h"

#include <math.h>

#define PI 3.14159265358979323846

static int
gaussian_parts(const lf_head *head)
{
	(void) head;
	return 2;
}

static void
gaussian_distribution(const lf_head *head, const lf_real *output, double *distribution)
{
	(void) head;
	distribution[0] = (double) output[0];
	distribution[1] = lf_head_scale((double) output[1]);
}

static double
gaussian_half_width(const lf_head *head, const double *distribution, double tail)
{
	(void) head;
	(void) distribution;
	return lf_normal_quantile(tail);
}

/* With e = (target - mean) / scale: ln(scale) + e^2 / 2 + ln(2 pi) / 2 */
static double
gaussian_loss(const lf_head *head, const lf_real *output, double target, double *slope)
{
	double		scale = lf_head_scale((double) output[1]);
	double		e = (target - (double) output[0]) / scale;

	(void) head;
	slope[0] = -e / scale;
	slope[1] = (1 - e * e) / scale * lf_head_scale_slope((double) output[1]);
	return log(scale) + e * e / 2 + log(2 * PI) / 2;
}

static double
gaussian_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	return lf_each_loss(head, 2, gaussian_loss, y, target, n, dy);
}

const lf_head_class lf_head_gaussian_class = {
	.parts = gaussian_parts,
	.distribution = gaussian_distribution,
	.rescale = lf_location_scale_rescale,
	.half_width = gaussian_half_width,
	.nonconformity = lf_location_scale_nonconformity,
	.interval = lf_location_scale_interval,
	.loss_sum = gaussian_loss_sum,
};
