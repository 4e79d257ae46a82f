/*
 * head.h: what a network says about each target at each step: one value, several quantiles, or a distribution.
 *
 * The network puts out as many numbers for each target as its head has parts, behind each other. From these the head
 * makes the distribution of the target, which for
 *
 *	   LF_HEAD_POINT		is the value itself
 *	   LF_HEAD_QUANTILES	are its quantiles, ascending
 *	   LF_HEAD_GAUSSIAN		is a normal one: mean, standard deviation (Nix and Weigend 1994)
 *	   LF_HEAD_STUDENT_T	is Student's: location, scale, degrees of freedom (Lange, Little and Taylor 1989)
 *
 * Quantiles cannot cross: the output of the level .5 is the median, and from there each step outwards is positive, an
 * output through softplus (as in the incremental quantile functions of Park et al. 2022). Steps are measured in those
 * of a normal distribution between the same levels, so that training starts from one, however many levels there are.
 *
 * Intervals of a head have a half-width, as those of measured errors have a width: how far they go, in units of the head. A
 * value lies within all intervals whose half-width is at least its nonconformity score. So the nonconformity scores of held-out values tell which
 * half-width holds a share of them (distributional conformal prediction: Chernozhukov, Wuethrich and Zhu 2021; for quantiles
 * see also Romano, Patterson and Candes 2019).
 */
#ifndef LF_HEAD_H
#define LF_HEAD_H

#include "base/base.h"

typedef enum lf_head_kind
{
	LF_HEAD_POINT,
	LF_HEAD_QUANTILES,
	LF_HEAD_GAUSSIAN,
	LF_HEAD_STUDENT_T
} lf_head_kind;

#define LF_MAX_LEVELS 31
#define LF_LOWEST_LEVEL 0.001	/* there is nothing to learn further out: one row in a thousand lies there */

/* All zero it is that of one value. */
typedef struct lf_head
{
	lf_head_kind kind;
	int			levels;
	int			middle;			/* the place of the level .5 */
	double		level[LF_MAX_LEVELS];	/* ascending */
	double		normal[LF_MAX_LEVELS];	/* the quantiles that a standard normal distribution has there */
} lf_head;

/*
 * Makes it a head of quantiles. False, and nothing changed, unless the levels ascend from LF_LOWEST_LEVEL at least to
 * as much below 1 and lie as far apart, .5 is one of them, and there are others on both sides of it.
 */
bool		lf_head_set_levels(lf_head *head, const double *level, int count);

/* Numbers that the network puts out for each target, and numbers of the distribution. */
static inline int
lf_head_parts(const lf_head *head)
{
	return head->kind == LF_HEAD_POINT ? 1 :
		head->kind == LF_HEAD_QUANTILES ? head->levels : head->kind == LF_HEAD_GAUSSIAN ? 2 : 3;
}

/* Softplus and a floor, and its slope: how an output becomes a scale. */
double		lf_head_scale(double output);
double		lf_head_scale_slope(double output);

/* Degrees of freedom: more than LF_LEAST_FREEDOM, below which there is no variance. */
#define LF_LEAST_FREEDOM 2

/* From the outputs (parts) for one target to its distribution (parts). Not for LF_HEAD_POINT, as all below. */
void		lf_head_distribution(const lf_head *head, const lf_real *output, double *distribution);

/* The distribution of offset + scale * target in place of that of the target; scale > 0. */
void		lf_head_rescale(const lf_head *head, double *distribution, double offset, double scale);

/* Its median or mean. */
double		lf_head_point(const lf_head *head, const double *distribution);

/*
 * The half-width of the interval that the distribution itself gives for a level; NaN where a head of quantiles has none that
 * far out.
 */
double		lf_head_half_width(const lf_head *head, const double *distribution, double level);

/* The smallest half-width whose interval holds the value, at most LF_MOST_NONCONFORMITY. */
#define LF_MOST_NONCONFORMITY 1e30
double		lf_head_nonconformity(const lf_head *head, const double *distribution, double value);

void		lf_head_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high);

#endif
