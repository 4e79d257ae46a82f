/*
 * faults.c: calls of the C library that fail when they are told to.
 *
 * A server loads it before all else (LD_PRELOAD), and SQL functions of the same file tell it which call of this backend
 * is to fail: the n-th from now on, once. Nothing here is part of the extension.
 */
#define _GNU_SOURCE				/* RTLD_NEXT */

#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

PG_MODULE_MAGIC;

typedef enum what
{
	MEMORY,						/* of the C library, whoever asks for it */
	ALLOCATIONS,				/* that the extension asks PostgreSQL for */
	THREADS,
	KINDS
} what;

static const char *const names[KINDS] = {"memory", "allocations", "threads"};

/* What was asked for since it was armed, and which one is to fail: 0: none. A call in another thread counts as well. */
static long seen[KINDS];
static long fails[KINDS];

static bool
fails_now(what kind)
{
	long		number = __atomic_add_fetch(&seen[kind], 1, __ATOMIC_RELAXED);

	return number == fails[kind];
}

/* Declares 'real', which is looked up at the first call. */
#define REAL(name) \
	static __typeof__(&name) real; \
	if (real == NULL) \
		real = (__typeof__(&name)) dlsym(RTLD_NEXT, #name)

void *
malloc(size_t size)
{
	REAL(malloc);
	if (fails_now(MEMORY))
	{
		errno = ENOMEM;
		return NULL;
	}
	return real(size);
}

void *
realloc(void *block, size_t size)
{
	REAL(realloc);
	if (fails_now(MEMORY))
	{
		errno = ENOMEM;
		return NULL;
	}
	return real(block, size);
}

int
posix_memalign(void **block, size_t alignment, size_t size)
{
	REAL(posix_memalign);
	return fails_now(MEMORY) ? ENOMEM : real(block, alignment, size);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start) (void *), void *argument)
{
	REAL(pthread_create);
	return fails_now(THREADS) ? EAGAIN : real(thread, attributes, start, argument);
}

bool		faults_allocation(void);

/* Asked by faults_allocators.c. */
bool
faults_allocation(void)
{
	return fails_now(ALLOCATIONS);
}

static what
kind_of(const text *argument)
{
	char	   *name = text_to_cstring(argument);

	for (int kind = 0; kind < KINDS; kind++)
		if (strcmp(names[kind], name) == 0)
			return kind;
	elog(ERROR, "there are no faults of \"%s\"", name);
}

/* faults_arm(kind text, number int): the number-th call of this kind fails, 0: none; counts from 0 again. */
PG_FUNCTION_INFO_V1(faults_arm);
Datum
faults_arm(PG_FUNCTION_ARGS)
{
	what		kind = kind_of(PG_GETARG_TEXT_PP(0));

	fails[kind] = PG_GETARG_INT32(1);
	seen[kind] = 0;
	PG_RETURN_VOID();
}

/* faults_seen(kind text): calls since it was armed. */
PG_FUNCTION_INFO_V1(faults_seen);
Datum
faults_seen(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(seen[kind_of(PG_GETARG_TEXT_PP(0))]);
}
