/*
 * invent.h: invented series, of as many kinds as real tables have, for a network that shall forecast any of them.
 *
 * A series is a base without a season, mostly a season or two, and what happens to real rows: outliers, shifts, rounding,
 * gaps that were filled. All of it is drawn from the seed.
 */
#ifndef INVENT_H
#define INVENT_H

#include "base/random.h"
#include "series/season.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Invented
{
	int			count;			/* rows */
	double	   *value;			/* (count): the caller's memory */
	lf_seasons	seasons;		/* that are taken for its seasons, mostly rightly */
	bool		logged;			/* and for ones that multiply */
} Invented;

/* Scratch for a series of at most so many rows, in doubles. */
size_t		invent_scratch(int count);

/* 'known': rows that are seen before the forecast; of them seasons are told. */
void		invent(lf_random *random, int count, int known, double *scratch, Invented *series);

#endif
