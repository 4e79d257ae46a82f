/*
 * faults_allocators.c: PostgreSQL's allocators as the extension calls them, each of which may be told to fail.
 *
 * It is linked into a module that is otherwise the extension (ld --wrap): a call of palloc arrives here, and goes on to
 * the real one unless faults.c says that this is the one to fail.
 */
#include "postgres.h"

#include "utils/memutils.h"

/* Of faults.c, which is loaded before. */
extern __attribute__((visibility("default"))) bool faults_allocation(void);

static void
may_fail(void)
{
	if (faults_allocation())
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("An allocation was told to fail.")));
}

/* WRAP(palloc, (Size size), (size)): one that gives memory */
#define WRAP(type, name, parameters, arguments) \
	extern type __real_##name parameters; \
	extern type __wrap_##name parameters; \
	type \
	__wrap_##name parameters \
	{ \
		may_fail(); \
		return __real_##name arguments; \
	}

WRAP(void *, palloc, (Size size), (size))
WRAP(void *, palloc0, (Size size), (size))
WRAP(void *, repalloc, (void *block, Size size), (block, size))
WRAP(void *, repalloc_huge, (void *block, Size size), (block, size))
WRAP(char *, pstrdup, (const char *string), (string))
WRAP(char *, pnstrdup, (const char *string, Size length), (string, length))
WRAP(void *, MemoryContextAlloc, (MemoryContext context, Size size), (context, size))
WRAP(void *, MemoryContextAllocZero, (MemoryContext context, Size size), (context, size))
WRAP(void *, MemoryContextAllocHuge, (MemoryContext context, Size size), (context, size))
WRAP(char *, MemoryContextStrdup, (MemoryContext context, const char *string), (context, string))
WRAP(MemoryContext, AllocSetContextCreateInternal, (MemoryContext parent, const char *name, Size least, Size first, Size most),
	 (parent, name, least, first, most))

/* These say so by NULL, if they were asked to. */
#define WRAP_EXTENDED(name, parameters, arguments) \
	extern void *__real_##name parameters; \
	extern void *__wrap_##name parameters; \
	void * \
	__wrap_##name parameters \
	{ \
		if ((flags & MCXT_ALLOC_NO_OOM) == 0) \
			may_fail(); \
		else if (faults_allocation()) \
			return NULL; \
		return __real_##name arguments; \
	}

WRAP_EXTENDED(palloc_extended, (Size size, int flags), (size, flags))
WRAP_EXTENDED(MemoryContextAllocExtended, (MemoryContext context, Size size, int flags), (context, size, flags))
