/*
 * commits.c: whether a procedure may commit.
 */
#include "server/commits.h"

#include "nodes/parsenodes.h"

void
require_own_transactions(FunctionCallInfo fcinfo, const char *name)
{
	if (fcinfo->context != NULL && IsA(fcinfo->context, CallContext) && !((CallContext *) fcinfo->context)->atomic)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
			 errmsg("%s cannot run inside a transaction block", name),
			 errdetail("%s commits while it works. A function, an EXCEPTION block, and a procedure with SECURITY DEFINER or SET "
					   "count as transaction blocks, too.", name),
			 errhint("CALL %s as a statement of its own.", name)));
}
