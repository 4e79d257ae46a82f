/*
 * series_keys.h: the columns that tell series apart, of the rows of a query: when a series ends, what it is called, and
 * how a query asks for some of them by name.
 *
 * The name of a series is the value of its column as text; with several columns the row of their values as PostgreSQL
 * writes it, (1,apple), so that series = ROW(store, item)::text joins.
 */
#ifndef LFPG_SERIES_KEYS_H
#define LFPG_SERIES_KEYS_H

#include "rows/table.h"
#include "access/tupdesc.h"
#include "executor/tuptable.h"
#include "nodes/params.h"
#include "utils/typcache.h"

typedef struct SeriesKeys
{
	int			count;
	int			first;			/* of the query's columns: they are its last */
	TypeCacheEntry **type;		/* (count) */
	Oid		   *collation;
	TupleDesc	row;			/* of the keys alone, where there are several */
	FmgrInfo	output;			/* of the only one, else of rows */
	Datum	   *value;			/* (count): of the series at hand */
	bool	   *null;
} SeriesKeys;

/* For a query whose last columns are the keys of the table. */
SeriesKeys *series_keys_create(const Table *table, TupleDesc descriptor);

/* Whether a row belongs to the series at hand. */
bool		series_keys_same(const SeriesKeys *keys, const TupleTableSlot *slot);

/* Begins the series of a row. What is copied goes to the current memory. */
void		series_keys_take(SeriesKeys *keys, const TupleTableSlot *slot);

/* The first key that is NULL in the series at hand; -1: none. */
int			series_keys_null(const SeriesKeys *keys);

/* The name of the series at hand; NULL where the only key is. */
char	   *series_keys_label(SeriesKeys *keys);

/* The values of a name, by columns; those that are NULL are NULL. Raises 22023 where it is none. */
void		series_keys_split(const Table *table, char *name, char **fields);

/*
 * Appends to a query the condition that picks the series of these names, and makes its parameters; NULL where it cannot
 * be asked for. Tells whether it picks no other ones. Names are a text[] without NULLs.
 */
ParamListInfo series_keys_filter(const Table *table, Datum names, StringInfo query, bool *exact);

#endif
