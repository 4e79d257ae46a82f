/*
 * node.c: the name of this node, as the server that connects to it knows it.
 */
#include "server/node.h"

#include "utils/guc.h"

static char *node = "";

static void
tell_node(void *nothing)
{
	errcontext("node \"%s\"", node);
}

Datum
node_call(PGFunction function, FunctionCallInfo fcinfo)
{
	ErrorContextCallback context = {error_context_stack, tell_node, NULL};
	Datum		result;

	if (node[0] == '\0')
		return function(fcinfo);
	error_context_stack = &context;
	result = function(fcinfo);
	error_context_stack = context.previous;
	return result;
}

void
node_define(void)
{
	DefineCustomStringVariable("lstm_forecast.node",
							   "Name of this node in errors of aggregates.",
							   "For servers of postgres_fdw, whose option \"options\" sets it.",
							   &node, "", PGC_USERSET, 0, NULL, NULL, NULL);
}
