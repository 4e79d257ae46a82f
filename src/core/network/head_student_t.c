/*
 * head_student_t.c: the head of Student's distribution: location, scale, degrees of freedom (Lange, Little and Taylor
 * 1989).
 */
#include "network/head.h"

#include "base/quantile.h"

#include <math.h>

#define PI 3.14159265358979323846

static int
student_t_parts(const lf_head *head)
{
	(void) head;
	return 3;
}

static void
student_t_distribution(const lf_head *head, const lf_real *output, double *distribution)
{
	(void) head;
	distribution[0] = (double) output[0];
	distribution[1] = lf_head_scale((double) output[1]);
	distribution[2] = LF_LEAST_FREEDOM + lf_head_scale((double) output[2]);
}

static double
student_t_half_width(const lf_head *head, const double *distribution, double tail)
{
	(void) head;
	return lf_t_quantile(tail, distribution[2]);
}

/*
 * With v degrees of freedom: ln(scale) + (v + 1) / 2 ln(1 + e^2 / v) + ln(v pi) / 2 -
 * ln(Gamma((v + 1) / 2) / Gamma(v / 2))
 */
static double
student_t_loss(const lf_head *head, const lf_real *output, double target, double *slope)
{
	double		scale = lf_head_scale((double) output[1]);
	double		v = LF_LEAST_FREEDOM + lf_head_scale((double) output[2]);
	double		e = (target - (double) output[0]) / scale;
	double		pull = (v + 1) * e / (v + e * e);
	double		ratio_slope;
	double		ratio = lf_log_gamma_ratio(v / 2, &ratio_slope);
	double		tail = log1p(e * e / v);

	(void) head;
	slope[0] = -pull / scale;
	slope[1] = (1 - e * pull) / scale * lf_head_scale_slope((double) output[1]);
	slope[2] = (tail + 1 / v - e * pull / v - ratio_slope) / 2 * lf_head_scale_slope((double) output[2]);
	return log(scale) + (v + 1) / 2 * tail + log(v * PI) / 2 - ratio;
}

static double
student_t_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	return lf_each_loss(head, 3, student_t_loss, y, target, n, dy);
}

const lf_head_class lf_head_student_t_class = {
	.parts = student_t_parts,
	.distribution = student_t_distribution,
	.rescale = lf_location_scale_rescale,
	.half_width = student_t_half_width,
	.nonconformity = lf_location_scale_nonconformity,
	.interval = lf_location_scale_interval,
	.loss_sum = student_t_loss_sum,
};
