/*
 * table_index.h: whether rows of a table are found by a column.
 */
#ifndef LFPG_TABLE_INDEX_H
#define LFPG_TABLE_INDEX_H

#include "rows/table.h"

/*
 * Raises 42P10 unless an index of all rows begins with this column; 'unique': has nothing else, and each value once. 'why' says what it
 * is needed for, as a sentence. The caller holds a lock on the table.
 */
void		table_need_index(const Table *table, const char *column, bool unique, const char *why);

#endif
