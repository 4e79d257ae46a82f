/*
 * common.h: what every file of the SQL face includes.
 */
#ifndef LFPG_COMMON_H
#define LFPG_COMMON_H

#include "server/compat.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "storage/pmsignal.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base/base.h"

/* Opens the definition of a function that SQL calls. */
#define SQL_FUNCTION(name) \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/*
 * Serves what interrupts are pending, then gives the flag that the core is to look at. NULL where one stays pending,
 * because it may not be served here: it must not stop the work for good.
 *
 * A backend that computes does not notice that the postmaster was killed, and as long as it lives no new server can be
 * started on its data. A training may last for hours.
 */
static inline const volatile sig_atomic_t *
serve_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
	if (IsUnderPostmaster && !PostmasterIsAlive())
		ereport(FATAL,
				(errcode(ERRCODE_ADMIN_SHUTDOWN),
				 errmsg("terminating because the postmaster is gone")));
	return InterruptPending ? NULL : &InterruptPending;
}

/*
 * What holds wherever this code is right, as LF_ASSERT has it: looked at in the builds that tests run. Here it is an
 * error, so that the server and the other tests go on.
 */
#ifdef LF_CHECKED
#define LFPG_ASSERT(condition) \
	do \
	{ \
		if (!(condition)) \
			elog(ERROR, "assertion failed: %s, %s line %d", #condition, __FILE__, __LINE__); \
	} while (0)
#else
#define LFPG_ASSERT(condition) ((void) 0)
#endif

#define LF_VERSION "1.1.0"

#endif
