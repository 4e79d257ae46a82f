/*
 * zero_shot_ways.h: the ways to see the rows of a series that may be long enough to tell which of them suits it.
 */
#ifndef LF_ZERO_SHOT_WAYS_H
#define LF_ZERO_SHOT_WAYS_H

#include "partners/zero_shot.h"

typedef enum lf_zero_way
{
	LF_ZERO_DECOMPOSED,			/* the network, on rows without all seasons */
	LF_ZERO_DIFFERENCES,		/* the network, on the differences to the shortest season before */
	LF_ZERO_THETA				/* theta, on rows without all seasons */
} lf_zero_way;

/* The shortest season in whole rows; 0: there is none. */
size_t		lf_zero_difference(const lf_seasons *seasons);

/*
 * What those say that are to be used: said (LF_ZERO_WAYS, steps), on the scale of the column. Differences need a column that is
 * longer than the season.
 */
void		lf_zero_ways(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps, const bool *use,
						 lf_zero_quantiles *said, const volatile sig_atomic_t *interrupt);

#endif
