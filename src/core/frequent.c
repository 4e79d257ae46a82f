/*
 * frequent.c: candidates and their counts.
 */
#include "frequent.h"

/* The place of a candidate, or -1. */
static int
place_of(lf_frequent *frequent, int64_t value)
{
	if (frequent->last < frequent->used && frequent->value[frequent->last] == value)
		return frequent->last;
	for (int i = 0; i < frequent->used; i++)
		if (frequent->value[i] == value)
			return frequent->last = i;
	return -1;
}

void
lf_frequent_add(lf_frequent *frequent, int64_t value)
{
	int			place = place_of(frequent, value);
	int			kept = 0;

	if (place >= 0)
	{
		frequent->count[place]++;
		return;
	}
	if (frequent->used < LF_FREQUENT)
	{
		frequent->value[frequent->used] = value;
		frequent->count[frequent->used++] = 1;
		return;
	}
	/* this number and one of each candidate cancel out */
	for (int i = 0; i < frequent->used; i++)
		if (--frequent->count[i] > 0)
		{
			frequent->value[kept] = frequent->value[i];
			frequent->count[kept++] = frequent->count[i];
		}
	frequent->used = kept;
}

void
lf_frequent_recount(lf_frequent *frequent)
{
	for (int i = 0; i < frequent->used; i++)
		frequent->count[i] = 0;
}

void
lf_frequent_count(lf_frequent *frequent, int64_t value)
{
	int			place = place_of(frequent, value);

	if (place >= 0)
		frequent->count[place]++;
}

uint64_t
lf_frequent_best(const lf_frequent *frequent, int64_t *value)
{
	uint64_t	most = 0;

	*value = 0;
	for (int i = 0; i < frequent->used; i++)
		if (frequent->count[i] > most || (frequent->count[i] == most && frequent->value[i] < *value))
		{
			most = frequent->count[i];
			*value = frequent->value[i];
		}
	return most;
}
