/*
 * node.h: which node an error comes from, where a statement runs on many.
 */
#ifndef LFPG_NODE_H
#define LFPG_NODE_H

#include "server/common.h"

/*
 * Calls a function whose errors have the value of lstm_forecast.node in their context, if it is set: postgres_fdw passes an error of a
 * node on with its context, but does not say of which node. For what nodes run for others, which is aggregates.
 */
Datum		node_call(PGFunction function, FunctionCallInfo fcinfo);

/* Called once, when the module is loaded. */
void		node_define(void);

#endif
