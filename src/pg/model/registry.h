/*
 * registry.h: the table lstm_models, where models are kept by name and version.
 */
#ifndef LFPG_REGISTRY_H
#define LFPG_REGISTRY_H

#include "server/common.h"

/* A row to be, and the table it is to stand in. */
typedef struct RegistryEntry
{
	char	   *table;			/* qualified and quoted */
	char	   *name;
	Datum		note;			/* text */
	bool		note_is_null;
	bool		activate;
} RegistryEntry;

/* The table beside the function that is called: it goes where the extension goes. */
char	   *registry_table(FunctionCallInfo fcinfo);

/* A name, in this argument; raises 22004 or 22023 where it cannot be one. */
char	   *registry_name(FunctionCallInfo fcinfo, int number);

/* Raises what registry_save() will for want of rights, or because nothing can be written here. SPI is connected. */
void		registry_check(const RegistryEntry *entry);

/* Stores a model as the next version of its name, and returns that. SPI is connected. */
int			registry_save(const RegistryEntry *entry, Datum model);

#endif
