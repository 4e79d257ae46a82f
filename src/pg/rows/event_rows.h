/*
 * event_rows.h: the rows of a relation of holidays, and which series each is of.
 */
#ifndef LFPG_EVENT_ROWS_H
#define LFPG_EVENT_ROWS_H

#include "rows/table.h"
#include "sql/dictionary.h"

/* A row of the relation. */
typedef struct EventRow
{
	int32		day;			/* since 2000-01-01 */
	int32		name;			/* its number */
	uint32		place;			/* of its filters */
	uint8		before;			/* neighbouring days that it takes in */
	uint8		after;
} EventRow;

typedef struct EventRows
{
	MemoryContext context;
	Table	   *table;			/* the relation */
	const Table *of;			/* the one of the series */
	Dictionary *names;
	EventRow   *rows;			/* (count), by the numbers of names, and of one name in time order */
	Size		count;
	Size		capacity;
	int32		last;			/* the last day */
	Size		text;			/* bytes of names and filters */

	/* which series a row is one of */
	int			filters;
	int		   *source;			/* (filters): a key of the series from 0 on, or -1 - a static input */
	int32	   *filter;			/* (count, filters): numbers of values; -1: any */
	Dictionary *values;
	uint32	   *order;			/* (count): rows by their filters; NULL: there are none */
} EventRows;

/* Opens a relation for the series of 'of', without any row yet. Raises as events_read(). */
void		event_rows_open(EventRows *events, Oid relation, const Table *of);

/* Reads all rows of it. */
void		event_rows_read(EventRows *events);

/* Bytes that the rows take. */
Size		event_rows_memory(const EventRows *events);

/* Goes over the rows of a series, in any order; NULL: one without a name. */
typedef void (*event_visitor) (void *state, const EventRow *row);
void		event_rows_visit(const EventRows *events, const SeriesRows *series, event_visitor visit, void *state);

#endif
