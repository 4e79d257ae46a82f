/*
 * store.h: where lstm_train_into puts its model: the table lstm_models, or a statement of the user's.
 */
#ifndef LFPG_STORE_H
#define LFPG_STORE_H

#include "model/registry.h"

typedef struct Store
{
	RegistryEntry entry;		/* its name is that of the model in any case */
	char	   *statement;		/* $1 is the model and $2 its name; NULL: it is saved as the entry says */
} Store;

/*
 * Raises what would be wrong with storing, before the time of a training is spent: rights, and with 22023 a statement
 * that does not put $1 anywhere. SPI is connected.
 */
void		store_check(const Store *store);

/*
 * Stores the model. Where that fails for a reason that could not be known before, the model is kept where its user can
 * find it, that is committed, and the error says where. SPI is connected, and not atomic.
 */
void		store_model(FunctionCallInfo fcinfo, Store *store, bytea *model);

#endif
