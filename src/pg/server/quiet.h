/*
 * quiet.h: work whose messages, said once for each of many, would hide its result.
 */
#ifndef LFPG_QUIET_H
#define LFPG_QUIET_H

#include "server/common.h"

/* From here on the client gets errors only, up to the end with what this returned, or up to the end of a subtransaction that fails. */
int			quiet_begin(void);
void		quiet_end(int nest);

#endif
