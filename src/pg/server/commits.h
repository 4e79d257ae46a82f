/*
 * commits.h: procedures that commit while they work.
 */
#ifndef LFPG_COMMITS_H
#define LFPG_COMMITS_H

#include "server/common.h"

/* Raises 25001 where a procedure of this name was called inside a transaction block, in which it cannot commit. */
void		require_own_transactions(FunctionCallInfo fcinfo, const char *name);

#endif
