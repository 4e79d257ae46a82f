/*
 * heavy_hitters.c: candidates and their counts.
 */
#include "base/heavy_hitters.h"

/* The place of a candidate, or -1. */
static int
place_of(lf_heavy_hitters *hitters, int64_t value)
{
	if (hitters->last < hitters->used && hitters->value[hitters->last] == value)
		return hitters->last;
	for (int i = 0; i < hitters->used; i++)
		if (hitters->value[i] == value)
			return hitters->last = i;
	return -1;
}

void
lf_heavy_hitters_add(lf_heavy_hitters *hitters, int64_t value)
{
	int			place = place_of(hitters, value);
	int			kept = 0;

	if (place >= 0)
	{
		hitters->count[place]++;
		return;
	}
	if (hitters->used < LF_HEAVY_HITTERS)
	{
		hitters->value[hitters->used] = value;
		hitters->count[hitters->used++] = 1;
		return;
	}
	/* this number and one of each candidate cancel out */
	for (int i = 0; i < hitters->used; i++)
		if (--hitters->count[i] > 0)
		{
			hitters->value[kept] = hitters->value[i];
			hitters->count[kept++] = hitters->count[i];
		}
	hitters->used = kept;
}

void
lf_heavy_hitters_recount(lf_heavy_hitters *hitters)
{
	for (int i = 0; i < hitters->used; i++)
		hitters->count[i] = 0;
}

void
lf_heavy_hitters_count(lf_heavy_hitters *hitters, int64_t value)
{
	int			place = place_of(hitters, value);

	if (place >= 0)
		hitters->count[place]++;
}

uint64_t
lf_heavy_hitters_best(const lf_heavy_hitters *hitters, int64_t *value)
{
	uint64_t	most = 0;

	*value = 0;
	for (int i = 0; i < hitters->used; i++)
		if (hitters->count[i] > most || (hitters->count[i] == most && hitters->value[i] < *value))
		{
			most = hitters->count[i];
			*value = hitters->value[i];
		}
	return most;
}
