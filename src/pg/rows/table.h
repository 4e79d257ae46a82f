/*
 * table.h: relations and their columns, read with the caller's rights.
 */
#ifndef LFPG_TABLE_H
#define LFPG_TABLE_H

#include "model/model.h"
#include "rows/rows.h"

typedef struct Table
{
	Oid			relid;
	char	   *name;			/* qualified and quoted, for queries and for the model */
	char	   *label;			/* 'relation "temps"', for messages */
	double		rows;			/* as the statistics have it; 0: they have not */
	int			columns;
	char	  **names;			/* columns to read, checked to exist and to be numeric, */
	char	  **values;			/* or text, and then 1 where it is this, see text_column.h; NULL: none is text */
	char	   *time_column;
	lf_time_kind time_kind;
	Oid			time_type;
	bool		has_known_at;	/* the last column tells since when a row has been known, see table_open_known_at() */
	char	   *series_column;	/* the first key; NULL: all rows are one series */
	int			keys;			/* columns that tell series apart */
	char	  **key;			/* (keys) */
	Oid		   *key_type;		/* (keys), without domains */
	char	   *primary_keys;	/* what the primary key has beside the time, as series_column takes it; NULL: nothing */
	int			primary_key_count;	/* of these columns */
	int			static_count;
	char	  **statics;		/* columns of which each series has one value */
	bool	   *is_category;	/* (static_count): text or enum, not a number */
} Table;

/* Whether it is read series by series: where there are several, or values that each has once. */
static inline bool
table_has_series(const Table *table)
{
	return table->series_column != NULL || table->static_count > 0;
}

/* The columns that ought to tell series apart, by the primary key; NULL where as many do. */
static inline const char *
table_further_keys(const Table *table)
{
	return table->keys < table->primary_key_count ? table->primary_keys : NULL;
}

/* One series as it was read. It is gone when the function that got it returns. */
typedef struct SeriesRows
{
	char	   *label;			/* see series_keys.h; NULL without keys, or where the only one is NULL */
	Rows	   *rows;			/* in time order; only what is in it */
	double	   *numbers;		/* (static_count): NaN where NULL, or a category */
	char	  **categories;		/* (static_count): NULL where NULL, or a number */
	char	   *trouble;		/* why it cannot be used; NULL: nothing is known against it yet */
} SeriesRows;

typedef void (*series_receiver) (void *state, SeriesRows *series);

/* Told of a series that nothing is done with, and why. */
typedef void (*series_left_out) (void *state, const char *label, const char *reason);

/* Which rows of which series are read. */
typedef struct ReadFilter
{
	Datum		series;			/* text[]: those to be read; 0: all */
	const char *label;			/* the only one of them; NULL: there may be several */
} ReadFilter;

/* The one series of this name, or with NULL all. */
ReadFilter	table_filter(const char *label);

/* Whether the values of a type are names of something rather than quantities. */
bool		table_is_category(Oid type);

/* The value of text that a column to be read stands for; NULL: it is read as a number. */
static inline char *
table_value(const Table *table, int column)
{
	return table->values == NULL ? NULL : table->values[column];
}

/*
 * Looks the columns up, of which some may stand for values of text (NULL: none). 'time_column' NULL: the only column
 * of a date or time type, else the only integer primary key. Raises 42703, 42804 or 22023.
 */
Table	   *table_open(Oid relid, const char *time_column, char **names, char **values, int columns);

/*
 * A relation whose columns have names that are settled: their types, without domains. One whose name begins with ? need
 * not be there: its type is InvalidOid then. Raises 42703. The last raises 42804 where a column is not a number, or else no
 * time and no integer.
 */
Table	   *table_open_named(Oid relid, const char *const *names, int columns, Oid *types);

/* The same where each has to be of a type; raises 42804 otherwise, and says how to create the relation. */
Table	   *table_open_typed(Oid relid, const char *const *names, int columns, const Oid *wanted, const char *create);

void		table_need_type(const Table *table, const char *name, Oid type, bool numeric);

/*
 * Looks up the columns that tell series apart, and those of which each series has one value. Raises as table_open(), and
 * 22023 where a column is named twice.
 */
void		table_open_series(Table *table, char **columns, int count);
void		table_open_statics(Table *table, char **names, int count);

/*
 * Looks for a column "known_at", which tells since when a row has been known: of one time there may be several rows then. If it is
 * there, it is read as one more column, the last: a time as number of its time column's kind, -inf where it is NULL; rows of
 * one time are read in its order. 'names' of the table must have room for it. Raises 42804 where it cannot be compared with the time.
 */
void		table_open_known_at(Table *table);

/*
 * The relation of a model by its name; raises 22P03 where that has no schema, as it always has. One that is gone is
 * 42P01, or InvalidOid where it may be.
 */
Oid			table_resolve(const char *name, bool may_be_gone);

/*
 * These columns of the relation that a model is to read: 'relation', or where that is InvalidOid the one that the model
 * names. That one only where the caller has reason to trust it: raises 42501 otherwise, see trust.h.
 */
Table	   *table_of_model(const lf_model *model, Oid relation, char **names, char **values, int columns);

/*
 * Reads rows in time order: all of them, or the newest 'newest' where that is not 0, up to the time '*as_of' where
 * that is given. rows_check() tells of NULLs and the like.
 */
Rows	   *table_read(const Table *table, MemoryContext context, const TimestampTz *as_of, uint64 newest);

/*
 * Reads series after series, each in time order, and gives each to the receiver as it is complete: what is kept of it
 * at a time is one series.
 */
void		table_read_series(const Table *table, const ReadFilter *filter, series_receiver receive, void *state);

#endif
