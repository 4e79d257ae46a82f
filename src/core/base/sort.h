/*
 * sort.h: sorting in place, without memory of its own: the C library's qsort may take some.
 */
#ifndef LF_SORT_H
#define LF_SORT_H

#include "base/base.h"

/* Whether a belongs behind b. */
typedef bool (*lf_is_behind) (const void *a, const void *b, const void *state);

/* The largest element that can be sorted, in bytes. */
#define LF_MAX_SORTED 16

/* Sorts 'count' elements of 'size' bytes by a heap: never more than n log n comparisons, whatever their order. */
void		lf_sort(void *list, size_t count, size_t size, lf_is_behind is_behind, const void *state);

#endif
