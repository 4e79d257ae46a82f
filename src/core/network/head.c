/*
 * head.c: from outputs to distributions, and from these to intervals and back.
 *
 * A half-width is in standard deviations of the normal distribution, in scales of Student's; and for quantiles it is the
 * normal quantile of their level, between which and beyond the last of which they are continued along straight lines.
 */
#include "network/head.h"

#include "base/quantile.h"

#include <math.h>
#include <string.h>

/*
 * Smallest scale, in units of the scaled column: a series that can be told exactly has no likelihood that could not be
 * improved by a smaller one.
 */
#define LEAST_SCALE 1e-3

/* 0.95 is not a whole number of 2^-53: a level that close to one of the head's is meant to be it. */
#define ROUNDING 1e-9

bool
lf_head_set_levels(lf_head *head, const double *level, int count)
{
	int			middle = -1;

	if (count < 3 || count > LF_MAX_LEVELS ||
		!(level[0] >= LF_LOWEST_LEVEL) || !(level[count - 1] <= 1 - LF_LOWEST_LEVEL))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (i > 0 && !(level[i] - level[i - 1] > LF_LOWEST_LEVEL - ROUNDING))
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

double
lf_head_scale(double output)
{
	return LEAST_SCALE + (output > 0 ? output : 0) + log1p(exp(-fabs(output)));
}

double
lf_head_scale_slope(double output)
{
	return 1 / (1 + exp(-output));
}

void
lf_head_distribution(const lf_head *head, const lf_real *output, double *distribution)
{
	if (head->kind == LF_HEAD_QUANTILES)
	{
		int			middle = head->middle;

		distribution[middle] = (double) output[middle];
		for (int i = middle + 1; i < head->levels; i++)
			distribution[i] = distribution[i - 1] +
				(head->normal[i] - head->normal[i - 1]) * lf_head_scale((double) output[i]);
		for (int i = middle - 1; i >= 0; i--)
			distribution[i] = distribution[i + 1] -
				(head->normal[i + 1] - head->normal[i]) * lf_head_scale((double) output[i]);
		return;
	}
	distribution[0] = (double) output[0];
	distribution[1] = lf_head_scale((double) output[1]);
	if (head->kind == LF_HEAD_STUDENT_T)
		distribution[2] = LF_LEAST_FREEDOM + lf_head_scale((double) output[2]);
}

void
lf_head_rescale(const lf_head *head, double *distribution, double offset, double scale)
{
	int			places = head->kind == LF_HEAD_QUANTILES ? head->levels : 1;

	for (int i = 0; i < places; i++)
		distribution[i] = offset + scale * distribution[i];
	if (head->kind != LF_HEAD_QUANTILES)
		distribution[1] *= scale;
}

double
lf_head_point(const lf_head *head, const double *distribution)
{
	return distribution[head->middle];
}

double
lf_head_half_width(const lf_head *head, const double *distribution, double level)
{
	double		tail = (1 - level) / 2;

	/* closer to 1 than a double can be halved */
	if (!(tail > 0))
		return (double) NAN;
	if (head->kind == LF_HEAD_STUDENT_T)
		return lf_t_quantile(tail, distribution[2]);
	if (head->kind == LF_HEAD_QUANTILES &&
		(tail < head->level[0] - ROUNDING || 1 - tail > head->level[head->levels - 1] + ROUNDING))
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

static double
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

double
lf_head_nonconformity(const lf_head *head, const double *distribution, double value)
{
	double		distance = value - lf_head_point(head, distribution);
	double		nonconformity = head->kind != LF_HEAD_QUANTILES ? fabs(distance) / distribution[1] :
		reach_of(head, distribution, distance < 0 ? -1 : 1, fabs(distance));

	return nonconformity > LF_MOST_NONCONFORMITY ? LF_MOST_NONCONFORMITY : nonconformity;
}

void
lf_head_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high)
{
	double		point = lf_head_point(head, distribution);

	if (head->kind == LF_HEAD_QUANTILES)
	{
		*low = point - distance_at(head, distribution, -1, half_width);
		*high = point + distance_at(head, distribution, 1, half_width);
		return;
	}
	*low = point - half_width * distribution[1];
	*high = point + half_width * distribution[1];
}
