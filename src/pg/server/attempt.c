/*
 * attempt.c: a subtransaction around some work.
 */
#include "server/attempt.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#define LONGEST_REASON 500

ErrorData *
attempt(void (*work) (void *), void *state)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	/* after an error only the end of a subtransaction makes sure that nothing is held any more */
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		work(state);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		/* also where it is raised again: who catches it must find the subtransaction that he began */
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return error;
}

bool
attempt_is_possible(void)
{
	return !IsInParallelMode() && !IsParallelWorker();
}

bool
attempt_failed_by_rows(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return category == ERRCODE_DATA_EXCEPTION || category == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

char *
attempt_reason(const ErrorData *error)
{
	size_t		length = strlen(error->message);

	return pnstrdup(error->message, pg_mbcliplen(error->message, (int) Min(length, PG_INT32_MAX), LONGEST_REASON));
}
