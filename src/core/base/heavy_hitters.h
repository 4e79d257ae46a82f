/*
 * heavy_hitters.h: the most frequent of many numbers, in constant memory.
 *
 * Two walks over the same numbers. The first keeps LF_HEAVY_HITTERS candidates, among which is every number that makes
 * up more than 1 / (LF_HEAVY_HITTERS + 1) of them (Misra and Gries 1982); the second counts the candidates.
 */
#ifndef LF_HEAVY_HITTERS_H
#define LF_HEAVY_HITTERS_H

#include "base/base.h"

#define LF_HEAVY_HITTERS 32

typedef struct lf_heavy_hitters
{
	int			used;
	int			last;			/* candidate that was met last: numbers tend to repeat */
	int64_t		value[LF_HEAVY_HITTERS];
	uint64_t	count[LF_HEAVY_HITTERS];
} lf_heavy_hitters;

/* First walk, over a cleared struct. */
void		lf_heavy_hitters_add(lf_heavy_hitters *hitters, int64_t value);

/* Between the walks. */
void		lf_heavy_hitters_recount(lf_heavy_hitters *hitters);

/* Second walk. */
void		lf_heavy_hitters_count(lf_heavy_hitters *hitters, int64_t value);

/* The most frequent candidate, of equally frequent ones the smallest, and how often it came: 0 where there is none. */
uint64_t	lf_heavy_hitters_best(const lf_heavy_hitters *hitters, int64_t *value);

#endif
