/*
 * loss.c: losses and their gradients. Differences are taken in the type of the weights, sums in double.
 */
#include "network/loss.h"

#include <math.h>

const char *const lf_loss_names[LF_LOSSES] = {
	[LF_MSE] = "mse",
	[LF_MAE] = "mae",
	[LF_HUBER] = "huber",
	[LF_QUANTILE] = "quantile",
	[LF_GAUSSIAN] = "gaussian",
	[LF_STUDENT_T] = "student_t",
	[LF_NEGATIVE_BINOMIAL] = "negative_binomial",
};

/* All others compare one value. */
static const lf_head_kind heads[LF_LOSSES] = {
	[LF_QUANTILE] = LF_HEAD_QUANTILES,
	[LF_GAUSSIAN] = LF_HEAD_GAUSSIAN,
	[LF_STUDENT_T] = LF_HEAD_STUDENT_T,
	[LF_NEGATIVE_BINOMIAL] = LF_HEAD_NEGATIVE_BINOMIAL,
};

lf_head_kind
lf_loss_head(lf_loss loss)
{
	return heads[loss];
}

size_t
lf_loss_known(const lf_real *target, size_t n)
{
	size_t		known = 0;

	for (size_t i = 0; i < n; i++)
		known += !isnan(target[i]);
	return known;
}

double
lf_loss_sum(lf_loss loss, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	size_t		known = lf_loss_known(target, n);
	double		share = known > 0 ? 1.0 / (double) known : 0;
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		error = (double) y[i] - (double) target[i];
		double		size = fabs(error);
		double		slope = 0;

		if (isnan(target[i]))
		{
			if (dy != NULL)
				dy[i] = 0;
			continue;
		}
		switch (loss)
		{
			case LF_MSE:
				sum += error * error;
				slope = 2 * error;
				break;
			case LF_MAE:
				sum += size;
				slope = error > 0 ? 1 : error < 0 ? -1 : 0;
				break;
			case LF_HUBER:
				sum += size <= 1 ? error * error / 2 : size - 0.5;
				slope = size <= 1 ? error : error > 0 ? 1 : -1;
				break;
			default:			/* see lf_head_loss_sum */
				break;
		}
		if (dy != NULL)
			dy[i] = (lf_real) (slope * share);
	}
	return sum;
}

double
lf_head_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	return lf_head_class_of(head)->loss_sum(head, y, target, n, dy);
}

double
lf_any_loss_sum(const lf_head *head, lf_loss loss, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	return lf_head_is_distribution(head) ? lf_head_loss_sum(head, y, target, n, dy) : lf_loss_sum(loss, y, target, n, dy);
}
