/*
 * table.h: relations and their columns, read with the caller's rights.
 */
#ifndef LFPG_TABLE_H
#define LFPG_TABLE_H

#include "rows.h"

typedef struct Table
{
	Oid			relid;
	char	   *name;			/* qualified and quoted, for queries and for the model */
	char	   *label;			/* 'relation "temps"', for messages */
	int			columns;
	char	  **names;			/* numeric columns to read, checked to exist */
	char	   *time_column;
	lf_time_kind time_kind;
	Oid			time_type;
} Table;

/*
 * Looks the columns up. 'time_column' NULL: the only column of a date or time type, else the only integer primary key.
 * Raises 42703, 42804 or 22023.
 */
Table	   *table_open(Oid relid, const char *time_column, char **names, int columns);

/* The relation of a model by its qualified name; raises 42P01 where it is gone. */
Oid			table_resolve(const char *name);

/*
 * These columns of the relation that a model is to read: 'relation', or where that is InvalidOid the one that it was
 * trained on.
 */
Table	   *table_of_model(const lf_model *model, Oid relation, char **names, int columns);

/*
 * Reads rows in time order: all of them, or the newest 'newest' where that is not 0, up to the time '*as_of' where
 * that is given. rows_check() tells of NULLs and the like.
 */
Rows	   *table_read(const Table *table, MemoryContext context, const TimestampTz *as_of, uint64 newest);

/*
 * Frame columns of a task: inputs first (NULL: the targets), then targets that are no inputs. Fills the task's indexes
 * and returns the names.
 */
char	  **task_columns(char **targets, int target_count, char **inputs, int input_count, lf_task *task, int *columns);

#endif
