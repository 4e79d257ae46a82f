/*
 * attempt.h: work that may fail without ending the transaction.
 */
#ifndef LFPG_ATTEMPT_H
#define LFPG_ATTEMPT_H

#include "server/common.h"

/*
 * Does the work in a subtransaction. Returns NULL, or the error that undid it, in the current memory context, which is
 * the one that the work runs in as well.
 */
ErrorData  *attempt(void (*work) (void *), void *state);

#endif
