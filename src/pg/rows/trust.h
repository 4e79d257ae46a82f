/*
 * trust.h: what a model names is a claim of whoever made it: whether it may be read without being asked for, and
 * whether whoever saves it may read it.
 */
#ifndef LFPG_TRUST_H
#define LFPG_TRUST_H

#include "rows/table.h"

/*
 * Raises 42501 unless the relation that a model names, and all whose code runs when it is read, belongs to the caller,
 * or to roles whose rights the caller has without being superuser. 'parameter' is the one by which the caller can name it.
 */
void		trust_check_relation(const Table *table, const char *parameter);

/*
 * Raises 42501 unless the caller may read the relation and the columns that a model names. Where they are not there
 * that is 42P01 or 42703, but only for those who do not have the rights of 'owner', the role that owns what it is saved
 * in.
 */
void		trust_check_claims(const lf_model *model, Oid owner);

#endif
