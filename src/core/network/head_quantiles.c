/*
 * head_quantiles.c: the head of several quantiles, ascending.
 *
 * Quantiles cannot cross: the output of the level .5 is the median, and from there each step outwards is positive, an
 * output through softplus (as in the incremental quantile functions of Park et al. 2022). Steps are measured in those
 * of a normal distribution between the same levels, so that training starts from one, however many levels there are.
 *
 * A half-width is the normal quantile of a level. Between the levels, and beyond the last of them, quantiles are
 * continued along straight lines.
 */
#include "network/head.h"

#include "base/quantile.h"

#include <math.h>

bool
lf_head_set_levels(lf_head *head, const double *level, int count)
{
	int			middle = -1;

	if (count < 3 || count > LF_MAX_LEVELS ||
		!(level[0] >= LF_LOWEST_LEVEL) || !(level[count - 1] <= 1 - LF_LOWEST_LEVEL))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (i > 0 && !(level[i] - level[i - 1] > LF_LOWEST_LEVEL - LF_LEVEL_ROUNDING))
			return false;
		if (level[i] == 0.5)
			middle = i;
	}
	if (middle < 1 || middle == count - 1)
		return false;
	*head = (lf_head) {.kind = LF_HEAD_QUANTILES, .levels = count, .middle = middle};
	for (int i = 0; i < count; i++)
	{
		head->level[i] = level[i];
		head->normal[i] = i == middle ? 0 : -lf_normal_quantile(level[i]);
	}
	return true;
}

static int
quantiles_parts(const lf_head *head)
{
	return head->levels;
}

static void
quantiles_distribution(const lf_head *head, const lf_real *output, double *distribution)
{
	int			middle = head->middle;

	distribution[middle] = (double) output[middle];
	for (int i = middle + 1; i < head->levels; i++)
		distribution[i] = distribution[i - 1] +
			(head->normal[i] - head->normal[i - 1]) * lf_head_scale((double) output[i]);
	for (int i = middle - 1; i >= 0; i--)
		distribution[i] = distribution[i + 1] -
			(head->normal[i + 1] - head->normal[i]) * lf_head_scale((double) output[i]);
}

static void
quantiles_rescale(const lf_head *head, double *distribution, double offset, double scale)
{
	for (int i = 0; i < head->levels; i++)
		distribution[i] = offset + scale * distribution[i];
}

static double
quantiles_half_width(const lf_head *head, const double *distribution, double tail)
{
	(void) distribution;
	if (tail < head->level[0] - LF_LEVEL_ROUNDING || 1 - tail > head->level[head->levels - 1] + LF_LEVEL_ROUNDING)
		return (double) NAN;
	return lf_normal_quantile(tail);
}

/* The piece of the quantile function at a half-width from 0 on, upwards (side 1) or downwards (-1) from the median. */
typedef struct piece
{
	double		from;			/* normal quantiles */
	double		to;
	double		low;			/* distances from the median */
	double		high;
} piece;

/* Piece number i = 0, 1, ...; false past the last one, which then goes from the median to the outermost quantile. */
static bool
take_piece(const lf_head *head, const double *quantile, int side, int i, piece *p)
{
	int			inner = head->middle + side * i;
	int			outer = inner + side;
	int			last = side > 0 ? head->levels - 1 : 0;
	bool		inside = side > 0 ? outer <= last : outer >= last;

	if (!inside)
	{
		inner = head->middle;
		outer = last;
	}
	p->from = side * head->normal[inner];
	p->to = side * head->normal[outer];
	p->low = side * (quantile[inner] - quantile[head->middle]);
	p->high = side * (quantile[outer] - quantile[head->middle]);
	return inside;
}

/*
 * Not inlined: compilers would put it into one expression with the median and cancel that, and the last digit of a
 * bound would be another than it was in 1.0.0.
 */
static __attribute__((noinline)) double
distance_at(const lf_head *head, const double *quantile, int side, double half_width)
{
	piece		p;
	int			i = 0;

	while (take_piece(head, quantile, side, i, &p) && half_width > p.to)
		i++;
	return p.low + (p.high - p.low) * (half_width - p.from) / (p.to - p.from);
}

static double
reach_of(const lf_head *head, const double *quantile, int side, double distance)
{
	piece		p;
	int			i = 0;

	while (take_piece(head, quantile, side, i, &p) && distance > p.high)
		i++;
	/* rounding can leave two quantiles no room between them */
	if (!(p.high > p.low))
		return distance > p.low ? LF_MOST_NONCONFORMITY : p.from;
	return p.from + (p.to - p.from) * (distance - p.low) / (p.high - p.low);
}

static double
quantiles_nonconformity(const lf_head *head, const double *distribution, double value)
{
	double		distance = value - distribution[head->middle];

	return reach_of(head, distribution, distance < 0 ? -1 : 1, fabs(distance));
}

static void
quantiles_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high)
{
	for (int side = -1; side <= 1; side += 2)
		*(side < 0 ? low : high) = distribution[head->middle] + side * distance_at(head, distribution, side, half_width);
}

/*
 * The mean over levels a of a (t - q), or (1 - a) (q - t) where that is positive (Koenker and Bassett 1978). With d_i
 * the slope of the loss of quantile i: the median moves all quantiles, a step those from it on outwards.
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

	quantiles_distribution(head, output, quantile);
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

static double
quantiles_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy)
{
	return lf_each_loss(head, (size_t) head->levels, pinball, y, target, n, dy);
}

const lf_head_class lf_head_quantiles_class = {
	.has_levels = true,
	.of_values = true,
	.parts = quantiles_parts,
	.distribution = quantiles_distribution,
	.rescale = quantiles_rescale,
	.half_width = quantiles_half_width,
	.nonconformity = quantiles_nonconformity,
	.interval = quantiles_interval,
	.loss_sum = quantiles_loss_sum,
};
