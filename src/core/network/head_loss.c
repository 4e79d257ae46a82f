/*
 * head_loss.c: losses of heads that say more than one value. All in double; gradients run back through what
 * lf_head_distribution does.
 */
#include "network/loss.h"

#include "base/quantile.h"

#include <math.h>

#define PI 3.14159265358979323846

/*
 * With d_i the slope of the loss of quantile i: the median moves all quantiles, a step those from it on outwards.
 */
static double
pinball(const lf_head *head, const lf_real *output, double target, double *slope)
{
	double		quantile[LF_MAX_LEVELS];
	double		each = 1.0 / head->levels;
	double		sum = 0;
	double		above = 0;
	double		below = 0;
	int			middle = head->middle;

	lf_head_distribution(head, output, quantile);
	for (int i = 0; i < head->levels; i++)
	{
		double		error = target - quantile[i];

		sum += each * (error > 0 ? head->level[i] * error : (head->level[i] - 1) * error);
		slope[i] = error > 0 ? -each * head->level[i] : error < 0 ? each * (1 - head->level[i]) : 0;
	}
	for (int i = head->levels - 1; i > middle; i--)
	{
		above += slope[i];
		slope[i] = above * (head->normal[i] - head->normal[i - 1]) * lf_head_scale_slope((double) output[i]);
	}
	for (int i = 0; i < middle; i++)
	{
		below += slope[i];
		slope[i] = -below * (head->normal[i + 1] - head->normal[i]) * lf_head_scale_slope((double) output[i]);
	}
	slope[middle] += above + below;
	return sum;
}

/* With e = (target - mean) / scale: ln(scale) + e^2 / 2 + ln(2 pi) / 2 */
static double
gaussian(const lf_real *output, double target, double *slope)
{
	double		scale = lf_head_scale((double) output[1]);
	double		e = (target - (double) output[0]) / scale;

	slope[0] = -e / scale;
	slope[1] = (1 - e * e) / scale * lf_head_scale_slope((double) output[1]);
	return log(scale) + e * e / 2 + log(2 * PI) / 2;
}

/*
 * With v degrees of freedom: ln(scale) + (v + 1) / 2 ln(1 + e^2 / v) + ln(v pi) / 2 -
 * ln(Gamma((v + 1) / 2) / Gamma(v / 2))
 */
static double
student_t(const lf_real *output, double target, double *slope)
{
	double		scale = lf_head_scale((double) output[1]);
	double		v = LF_LEAST_FREEDOM + lf_head_scale((double) output[2]);
	double		e = (target - (double) output[0]) / scale;
	double		pull = (v + 1) * e / (v + e * e);
	double		ratio_slope;
	double		ratio = lf_log_gamma_ratio(v / 2, &ratio_slope);
	double		tail = log1p(e * e / v);

	slope[0] = -pull / scale;
	slope[1] = (1 - e * pull) / scale * lf_head_scale_slope((double) output[1]);
	slope[2] = (tail + 1 / v - e * pull / v - ratio_slope) / 2 * lf_head_scale_slope((double) output[2]);
	return log(scale) + (v + 1) / 2 * tail + log(v * PI) / 2 - ratio;
}

double
lf_head_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	size_t		known = lf_loss_known(target, n);
	size_t		parts = (size_t) lf_head_parts(head);
	double		share = known > 0 ? 1.0 / (double) known : 0;
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		const lf_real *output = y + i * parts;
		double		wanted = (double) target[i];
		double		slope[LF_MAX_LEVELS] = {0};

		if (!isnan(target[i]))
			sum += head->kind == LF_HEAD_QUANTILES ? pinball(head, output, wanted, slope) :
				head->kind == LF_HEAD_GAUSSIAN ? gaussian(output, wanted, slope) : student_t(output, wanted, slope);
		for (size_t part = 0; part < parts && dy != NULL; part++)
			dy[i * parts + part] = (lf_real) (slope[part] * share);
	}
	return sum;
}
