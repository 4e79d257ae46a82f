/*
 * head.h: what a network says about each target at each step: one value, several quantiles, or a distribution.
 *
 * The network puts out as many numbers for each target as its head has parts, behind each other. From these the head
 * makes the distribution of the target. Each kind of head is one file that defines one lf_head_class, and one entry in
 * the list in head.c; who has to know something of a head asks its class.
 *
 * Intervals of a head have a half-width, as those of measured errors have a width: how far they go, in units of the
 * head. A value lies within all intervals whose half-width is at least its nonconformity score. So the nonconformity
 * scores of held-out values tell which half-width holds a share of them (distributional conformal prediction:
 * Chernozhukov, Wuethrich and Zhu 2021; for quantiles see also Romano, Patterson and Candes 2019).
 */
#ifndef LF_HEAD_H
#define LF_HEAD_H

#include "base/base.h"

#include <math.h>

typedef enum lf_head_kind
{
	LF_HEAD_POINT,
	LF_HEAD_QUANTILES,
	LF_HEAD_GAUSSIAN,
	LF_HEAD_STUDENT_T,
	LF_HEAD_NEGATIVE_BINOMIAL,
	LF_HEAD_KINDS				/* how many there are: stays the last */
} lf_head_kind;

#define LF_MAX_LEVELS 31
#define LF_LOWEST_LEVEL 0.001	/* there is nothing to learn further out: one row in a thousand lies there */

/* Parts of a head, at most. */
#define LF_MAX_PARTS LF_MAX_LEVELS

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
 * What a kind of head does. The functions are those of the same name below, which say what they promise; a head of one
 * value has none of them. The first number of a distribution is its point, or that in the middle of the levels.
 */
typedef struct lf_head_class
{
	bool		has_levels;		/* which are chosen, and stored with a model */
	bool		of_values;		/* each number of the distribution is a value that the target may take, so that what keeps
								 * the order of values may be done to it: a logarithm, and back */

	bool		counts;			/* targets are whole numbers from 0 on, which may be scaled but not shifted; each comes to the
								 * loss as two numbers, itself and the unit that the network sees it in */

	/* Numbers that the network puts out for each target, and numbers of the distribution. */
	int			(*parts) (const lf_head *head);
	void		(*distribution) (const lf_head *head, const lf_real *output, double *distribution);
	void		(*rescale) (const lf_head *head, double *distribution, double offset, double scale);

	/* 'tail': half of what is not within the interval. */
	double		(*half_width) (const lf_head *head, const double *distribution, double tail);
	double		(*nonconformity) (const lf_head *head, const double *distribution, double value);
	void		(*interval) (const lf_head *head, const double *distribution, double half_width,
							 double *low, double *high);

	/* As lf_head_loss_sum(), see loss.h; by lf_each_loss(). NULL: of one value, for which there are several losses. */
	double		(*loss_sum) (const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy);
} lf_head_class;

extern const lf_head_class lf_head_point_class;
extern const lf_head_class lf_head_quantiles_class;
extern const lf_head_class lf_head_gaussian_class;
extern const lf_head_class lf_head_student_t_class;
extern const lf_head_class lf_head_negative_binomial_class;

const lf_head_class *lf_head_class_of(const lf_head *head);

/* Whether it says more than one value. Functions that take or make a distribution are for these alone. */
static inline bool
lf_head_is_distribution(const lf_head *head)
{
	return lf_head_class_of(head)->distribution != NULL;
}

static inline bool
lf_head_counts(const lf_head *head)
{
	return lf_head_class_of(head)->counts;
}

/* Numbers that the loss wants of each target. */
static inline size_t
lf_head_target_parts(const lf_head *head)
{
	return lf_head_counts(head) ? 2 : 1;
}

/* How many of n targets are known: those that are not NaN. */
size_t		lf_head_known(const lf_head *head, const lf_real *target, size_t n);

/*
 * Makes it a head of quantiles. False, and nothing changed, unless the levels ascend from LF_LOWEST_LEVEL at least to
 * as much below 1 and lie as far apart, .5 is one of them, and there are others on both sides of it.
 */
bool		lf_head_set_levels(lf_head *head, const double *level, int count);

/* Whether its levels are such, and stand in it as that function leaves them; true where it has none. */
bool		lf_head_levels_are_sound(const lf_head *head);

/* Numbers that the network puts out for each target, and numbers of the distribution: at most LF_MAX_PARTS. */
int			lf_head_parts(const lf_head *head);

/* Softplus and a floor, and its slope: how an output becomes a scale. */
double		lf_head_scale(double output);
double		lf_head_scale_slope(double output);

/* A level that is off by no more is meant to be another: 0.95 is not a whole number of 2^-53. */
#define LF_LEVEL_ROUNDING 1e-9

/* Degrees of freedom: more than LF_LEAST_FREEDOM, below which there is no variance. */
#define LF_LEAST_FREEDOM 2

/* From the outputs (parts) for one target to its distribution (parts). */
void		lf_head_distribution(const lf_head *head, const lf_real *output, double *distribution);

/* The distribution of offset + scale * target in place of that of the target; scale > 0. */
void		lf_head_rescale(const lf_head *head, double *distribution, double offset, double scale);

/* Its median or mean. */
double		lf_head_point(const lf_head *head, const double *distribution);

/*
 * The half-width of the interval that the distribution itself gives for a level; NaN where a head of quantiles has none
 * that far out.
 */
double		lf_head_half_width(const lf_head *head, const double *distribution, double level);

/* The smallest half-width whose interval holds the value, at most LF_MOST_NONCONFORMITY. */
#define LF_MOST_NONCONFORMITY 1e30
double		lf_head_nonconformity(const lf_head *head, const double *distribution, double value);

void		lf_head_interval(const lf_head *head, const double *distribution, double half_width, double *low, double *high);

/*
 * The sum of 'loss' over the targets that are known, which is what a loss_sum returns, and dy. 'loss' is that of the
 * outputs (parts) for one target, in double, and writes its slope by each of them. A constant, so that there is no call
 * in the loop.
 */
typedef double (*lf_target_loss) (const lf_head *head, const lf_real *output, double target, double *slope);

static inline __attribute__((always_inline)) double
lf_each_loss(const lf_head *head, size_t parts, lf_target_loss loss, const lf_real *y, const lf_real *target, size_t n,
			 lf_real *dy)
{
	size_t		known = 0;
	double		share;
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		known += !isnan(target[i]);
	share = known > 0 ? 1.0 / (double) known : 0;
	for (size_t i = 0; i < n; i++)
	{
		double		slope[LF_MAX_PARTS] = {0};

		if (!isnan(target[i]))
			sum += loss(head, y + i * parts, (double) target[i], slope);
		for (size_t part = 0; part < parts && dy != NULL; part++)
			dy[i * parts + part] = (lf_real) (slope[part] * share);
	}
	return sum;
}

/*
 * The members of the class of distributions with a location and a scale in front, whose half-widths are in scales.
 */
void		lf_location_scale_rescale(const lf_head *head, double *distribution, double offset, double scale);
double		lf_location_scale_nonconformity(const lf_head *head, const double *distribution, double value);
void		lf_location_scale_interval(const lf_head *head, const double *distribution, double half_width,
									   double *low, double *high);

#endif
