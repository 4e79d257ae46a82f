/*
 * model_table.h: a table of the user's that takes models, checked before the work begins.
 */
#ifndef LFPG_MODEL_TABLE_H
#define LFPG_MODEL_TABLE_H

#include "rows/table.h"

/* What such a table must have. The first column is its key. */
typedef struct ModelTableForm
{
	int			columns;
	const char *const *names;	/* (columns) */
	const Oid  *types;			/* (columns) */
	const char *keeps;			/* what is there once for each key, as a sentence */
	const char *create;			/* how it is created, for hints */
} ModelTableForm;

/* Looks at columns, types and the key: raises 42703, 42804 or 42P10. */
Table	   *model_table_open(Oid relid, const ModelTableForm *form);

/* The same without the key, which a view has not. */
Table	   *model_table_open_columns(Oid relid, const ModelTableForm *form);

#endif
