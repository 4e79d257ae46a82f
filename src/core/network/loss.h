/*
 * loss.h: what training makes small.
 */
#ifndef LF_LOSS_H
#define LF_LOSS_H

#include "network/head.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_loss
{
	LF_MSE,						/* (y - t)^2 */
	LF_MAE,						/* |y - t| */
	LF_HUBER,					/* (y - t)^2 / 2 up to |y - t| = 1, linear beyond (Huber 1964; Keras' delta 1) */
	LF_QUANTILE,				/* that of quantiles, see head_quantiles.c */
	LF_GAUSSIAN,				/* -ln of the density at t */
	LF_STUDENT_T,				/* the same */
	LF_NEGATIVE_BINOMIAL,		/* -ln of the probability of a count */
	LF_LOSSES					/* how many there are: stays the last */
} lf_loss;

#define LF_POINT_LOSSES 3		/* the first ones, which compare one value */
extern const char *const lf_loss_names[LF_LOSSES];

/* The head that a loss needs, but for its levels. */
lf_head_kind lf_loss_head(lf_loss loss);

/* How many targets are known: those that are not NaN. */
size_t		lf_loss_known(const lf_real *target, size_t n);

/*
 * For one of LF_POINT_LOSSES: the sum of the losses of n outputs y against their targets, and dy, the gradient of the
 * mean loss; dy may be NULL. A target that is NaN is not known: its loss and gradient are 0, and the mean is over the
 * others.
 */
double		lf_loss_sum(lf_loss loss, const lf_real *y, const lf_real *target, size_t n, lf_real *dy);

/* The same for a loss that has a head of its own: n targets (n, target parts), and y and dy (n, parts). */
double		lf_head_loss_sum(const lf_head *head, const lf_real *y, const lf_real *target, size_t n, lf_real *dy);

/* Whichever of the two it is. */
double		lf_any_loss_sum(const lf_head *head, lf_loss loss, const lf_real *y, const lf_real *target, size_t n,
							lf_real *dy);

#endif
