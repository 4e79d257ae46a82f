/*
 * sort.c: a heap sort (Williams 1964).
 */
#include "base/sort.h"

#include <string.h>

typedef struct heap
{
	char	   *list;
	size_t		size;
	lf_is_behind is_behind;
	const void *state;
} heap;

static char *
at(const heap *h, size_t i)
{
	return h->list + i * h->size;
}

/* Lets an element sink from 'place' to where it belongs among the first n: each is behind its children. */
static void
sink(const heap *h, size_t place, size_t n)
{
	char		value[LF_MAX_SORTED];

	memcpy(value, at(h, place), h->size);
	for (size_t child = 2 * place + 1; child < n; place = child, child = 2 * place + 1)
	{
		if (child + 1 < n && h->is_behind(at(h, child + 1), at(h, child), h->state))
			child++;
		if (!h->is_behind(at(h, child), value, h->state))
			break;
		memcpy(at(h, place), at(h, child), h->size);
	}
	memcpy(at(h, place), value, h->size);
}

void
lf_sort(void *list, size_t count, size_t size, lf_is_behind is_behind, const void *state)
{
	heap		h = {list, size, is_behind, state};

	for (size_t i = count / 2; i-- > 0;)
		sink(&h, i, count);
	for (size_t last = count; last-- > 1;)
	{
		char		first[LF_MAX_SORTED];

		memcpy(first, at(&h, 0), size);
		memcpy(at(&h, 0), at(&h, last), size);
		memcpy(at(&h, last), first, size);
		sink(&h, 0, last);
	}
}
