/*
 * aggregate.h: support functions of aggregates, which anybody can call outside one.
 */
#ifndef LFPG_AGGREGATE_H
#define LFPG_AGGREGATE_H

#include "server/common.h"

/* The memory of the state; raises where the function is not called as part of an aggregate. */
MemoryContext aggregate_context(FunctionCallInfo fcinfo);

#endif
