/*
 * select.h: the k-th smallest of a list, which costs less than sorting it.
 */
#ifndef LF_SELECT_H
#define LF_SELECT_H

#include "base/base.h"

/*
 * The element that would stand at place k < count if the list were sorted. Reorders the list: none before place k is larger,
 * and none behind it smaller. No element may be NaN.
 */
double		lf_select(double *list, size_t count, size_t k);

/*
 * The median of a list of at least one, which is reordered: of an even number the mean of the two in the middle, whose sum
 * must be a number.
 */
double		lf_median(double *list, size_t count);

#endif
