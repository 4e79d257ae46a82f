/*
 * aggregate.c: what all support functions ask first.
 */
#include "sql/aggregate.h"

#include "utils/lsyscache.h"

MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "%s was called outside an aggregate", get_func_name(fcinfo->flinfo->fn_oid));
	return context;
}
