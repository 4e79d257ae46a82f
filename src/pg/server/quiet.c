/*
 * quiet.c: the client's setting, as a function with SET would have it.
 */
#include "server/quiet.h"

#include "utils/guc.h"

int
quiet_begin(void)
{
	int			nest = NewGUCNestLevel();

	(void) set_config_option("client_min_messages", "error", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest;
}

void
quiet_end(int nest)
{
	AtEOXact_GUC(true, nest);
}
