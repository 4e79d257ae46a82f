/*
 * frequent.h: the most frequent of many numbers, in constant memory.
 *
 * Two walks over the same numbers. The first keeps LF_FREQUENT candidates, among which is every number that makes up
 * more than 1 / (LF_FREQUENT + 1) of them (Misra and Gries 1982); the second counts the candidates.
 */
#ifndef LF_FREQUENT_H
#define LF_FREQUENT_H

#include "base.h"

#define LF_FREQUENT 32

typedef struct lf_frequent
{
	int			used;
	int			last;			/* candidate that was met last: numbers tend to repeat */
	int64_t		value[LF_FREQUENT];
	uint64_t	count[LF_FREQUENT];
} lf_frequent;

/* First walk, over a cleared struct. */
void		lf_frequent_add(lf_frequent *frequent, int64_t value);

/* Between the walks. */
void		lf_frequent_recount(lf_frequent *frequent);

/* Second walk. */
void		lf_frequent_count(lf_frequent *frequent, int64_t value);

/* The most frequent candidate, of equally frequent ones the smallest, and how often it came: 0 where there is none. */
uint64_t	lf_frequent_best(const lf_frequent *frequent, int64_t *value);

#endif
