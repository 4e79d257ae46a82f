/*
 * loss.h: what training makes small.
 */
#ifndef LF_LOSS_H
#define LF_LOSS_H

#include "base.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_loss
{
	LF_MSE,						/* (y - t)^2 */
	LF_MAE,						/* |y - t| */
	LF_HUBER					/* (y - t)^2 / 2 up to |y - t| = 1, linear beyond (Huber 1964; Keras' delta 1) */
} lf_loss;

#define LF_LOSSES 3
extern const char *const lf_loss_names[LF_LOSSES];

/* How many targets are known: those that are not NaN. */
size_t		lf_loss_known(const lf_real *target, size_t n);

/*
 * The sum of the losses of n outputs y against their targets, and dy, the gradient of the mean loss; dy may be NULL. A
 * target that is NaN is not known: its loss and gradient are 0, and the mean is over the others.
 */
double		lf_loss_sum(lf_loss loss, const lf_real *y, const lf_real *target, size_t n, lf_real *dy);

#endif
