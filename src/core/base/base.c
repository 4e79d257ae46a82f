/*
 * base.c: shapes and the arena.
 */
#include "base/base.h"

size_t
lf_shape_size(const lf_shape *shape)
{
	size_t		size = 1;

	if (shape->rank < 1 || shape->rank > LF_MAX_RANK)
		return 0;
	for (int i = 0; i < shape->rank; i++)
	{
		if (shape->dim[i] < 1 || shape->dim[i] > LF_MAX_DIM)
			return 0;
		/* size <= 2^28 and dim <= 2^20: no overflow in 64 bits, and checked before it could in 32 */
		if ((size_t) shape->dim[i] > LF_MAX_ELEMENTS / size)
			return 0;
		size *= (size_t) shape->dim[i];
	}
	return size;
}

bool
lf_shape_equal(const lf_shape *a, const lf_shape *b)
{
	if (a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (a->dim[i] != b->dim[i])
			return false;
	return true;
}

lf_shape
lf_shape_1(int a)
{
	return (lf_shape) {.rank = 1, .dim = {a}};
}

lf_shape
lf_shape_2(int a, int b)
{
	return (lf_shape) {.rank = 2, .dim = {a, b}};
}

lf_shape
lf_shape_3(int a, int b, int c)
{
	return (lf_shape) {.rank = 3, .dim = {a, b, c}};
}

lf_shape
lf_shape_4(int a, int b, int c, int d)
{
	return (lf_shape) {.rank = 4, .dim = {a, b, c, d}};
}

lf_arena
lf_arena_measure(void)
{
	return (lf_arena) {.base = NULL};
}

lf_arena
lf_arena_over(void *block, size_t size)
{
	/* The block itself need not be aligned: LF_ALIGNMENT bytes more than measured always suffice. */
	uintptr_t	address = (uintptr_t) block;
	size_t		skip = (LF_ALIGNMENT - address % LF_ALIGNMENT) % LF_ALIGNMENT;

	if (skip > size)
		skip = size;
	return (lf_arena) {.base = (char *) block + skip, .size = size - skip};
}

/* count * size bytes from the next multiple of an alignment on, and up to one where the rest is not for others. */
static void *
take(lf_arena *arena, size_t count, size_t size, size_t alignment, bool whole)
{
	size_t		skip = (alignment - arena->used % alignment) % alignment;
	size_t		bytes;
	void	   *place;

	if (count > (SIZE_MAX - 2 * LF_ALIGNMENT) / size)
		arena->overflow = true;
	if (arena->overflow)
		return NULL;
	bytes = count * size;
	if (whole)
		bytes = (bytes + alignment - 1) / alignment * alignment;
	if (skip + bytes > SIZE_MAX - arena->used || (arena->base != NULL && arena->used + skip + bytes > arena->size))
	{
		arena->overflow = true;
		return NULL;
	}
	place = arena->base == NULL ? NULL : arena->base + arena->used + skip;
	arena->used += skip + bytes;
	return place;
}

void *
lf_arena_take(lf_arena *arena, size_t count, size_t size)
{
	return take(arena, count, size, LF_ALIGNMENT, true);
}

void *
lf_arena_take_small(lf_arena *arena, size_t count, size_t size)
{
	return take(arena, count, size, size, false);
}

lf_real *
lf_arena_reals(lf_arena *arena, size_t count)
{
	return lf_arena_take(arena, count, sizeof(lf_real));
}
