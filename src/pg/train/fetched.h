/*
 * fetched.h: rows that travel from another server to be trained on here.
 */
#ifndef LFPG_FETCHED_H
#define LFPG_FETCHED_H

#include "server/common.h"

/*
 * For a transition function: says by one NOTICE for each query that the aggregate collects rows of a foreign table of postgres_fdw,
 * and what would let the node train instead. Cheap enough for the first row of each group; silent where there is no such table.
 */
void		fetched_notice(FunctionCallInfo fcinfo);

#endif
