/*
 * head.c: the list of heads, and what holds for all of them.
 */
#include "network/head.h"

#include <math.h>

/*
 * Smallest scale, in units of the scaled column: a series that can be told exactly has no likelihood that could not be
 * improved by a smaller one.
 */
#define LEAST_SCALE 1e-3

static const lf_head_class *const classes[LF_HEAD_KINDS] = {
	[LF_HEAD_POINT] = &lf_head_point_class,
	[LF_HEAD_QUANTILES] = &lf_head_quantiles_class,
	[LF_HEAD_GAUSSIAN] = &lf_head_gaussian_class,
	[LF_HEAD_STUDENT_T] = &lf_head_student_t_class,
	[LF_HEAD_NEGATIVE_BINOMIAL] = &lf_head_negative_binomial_class,
};

const lf_head_class *
lf_head_class_of(const lf_head *head)
{
	return classes[head->kind];
}

static int
point_parts(const lf_head *head)
{
	(void) head;
	return 1;
}

/* One value: what the network puts out is the target itself. */
const lf_head_class lf_head_point_class = {
	.of_values = true,
	.parts = point_parts,
};

int
lf_head_parts(const lf_head *head)
{
	return classes[head->kind]->parts(head);
}

bool
lf_head_levels_are_sound(const lf_head *head)
{
	lf_head		made;

	return !classes[head->kind]->has_levels ||
		(lf_head_set_levels(&made, head->level, head->levels) && made.middle == head->middle);
}

size_t
lf_head_known(const lf_head *head, const lf_real *target, size_t n)
{
	size_t		parts = lf_head_target_parts(head);
	size_t		known = 0;

	for (size_t i = 0; i < n; i++)
		known += !isnan(target[i * parts]);
	return known;
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
	classes[head->kind]->distribution(head, output, distribution);
}

void
lf_head_rescale(const lf_head *head, double *distribution, double offset, double scale)
{
	classes[head->kind]->rescale(head, distribution, offset, scale);
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
	return classes[head->kind]->half_width(head, distribution, tail);
}

double
lf_head_nonconformity(const lf_head *head, const double *distribution, double value)
{
	double		nonconformity = classes[head->kind]->nonconformity(head, distribution, value);

	return nonconformity > LF_MOST_NONCONFORMITY ? LF_MOST_NONCONFORMITY : nonconformity;
}

void
lf_head_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high)
{
	classes[head->kind]->interval(head, distribution, half_width, low, high);
}

void
lf_location_scale_rescale(const lf_head *head, double *distribution, double offset, double scale)
{
	(void) head;
	distribution[0] = offset + scale * distribution[0];
	distribution[1] *= scale;
}

double
lf_location_scale_nonconformity(const lf_head *head, const double *distribution, double value)
{
	(void) head;
	return fabs(value - distribution[0]) / distribution[1];
}

void
lf_location_scale_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high)
{
	(void) head;
	*low = distribution[0] - half_width * distribution[1];
	*high = distribution[0] + half_width * distribution[1];
}
