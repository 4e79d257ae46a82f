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

/* Whether work is possible in a subtransaction at all: not while parallel workers run. */
bool		attempt_is_possible(void);

/* Whether an error is about the rows at hand, or more than they may take: with others the same work may succeed. */
bool		attempt_failed_by_rows(const ErrorData *error);

/* Its message, cut where it is longer than a status ought to be. */
char	   *attempt_reason(const ErrorData *error);

#endif
