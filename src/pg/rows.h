/*
 * rows.h: rows on their way into a frame, whether they come from a table or through an aggregate.
 */
#ifndef LFPG_ROWS_H
#define LFPG_ROWS_H

#include "common.h"

typedef struct Rows
{
	MemoryContext context;		/* owns values and at */
	int			columns;
	uint64		count;
	uint64		capacity;
	double	   *values;			/* (count, columns) */

	/*
	 * Time stamps, in their type's own units. The long tables are those of every minute or second: while rows are
	 * evenly spaced, two numbers stand for all stamps, and half of the memory is spared. Read them by rows_time().
	 */
	bool		timed;			/* there are any */
	int64		first_time;
	int64		spacing;		/* from a row to the next */
	int64	   *at;				/* (count) the stamps, once they are not even; else NULL */

	/* values that no training can use: how many rows have one, and the first of them */
	uint64		bad_rows;
	uint64		bad_row;		/* from 0 */
	int			bad_column;
	bool		bad_is_null;

	/* rows that were left out because they have no time */
	uint64		bad_times;
	uint64		bad_time_row;
	bool		bad_time_is_null;
} Rows;

static inline int64
rows_time(const Rows *rows, uint64 row)
{
	/* unsigned, because the product may leave the range that the sum is in */
	return rows->at != NULL ? rows->at[row] : (int64) ((uint64) rows->first_time + row * (uint64) rows->spacing);
}

Rows	   *rows_create(MemoryContext context, int columns, bool timed);

/* Adds one row; NULL, NaN and infinities are counted. 'nulls' may be NULL. Raises 54000 before memory runs out. */
void		rows_add(Rows *rows, int64 at, const double *values, const bool *nulls);

/* A copy of the oldest rows that were checked. */
Rows	   *rows_head(const Rows *rows, uint64 count);

/* Gives back what was taken in advance, when no more rows come. */
void		rows_trim(Rows *rows);

/* Leaves a row out whose time is NULL, or else infinite, and counts it. */
void		rows_skip(Rows *rows, bool null);

/*
 * Raises 22004 or 22000 where a row had an unusable time or value. 'source' is what the rows came from, for the
 * message; 'time_column' may be NULL where none was skipped.
 */
void		rows_check(const Rows *rows, const char *source, const char *time_column, const char *const *names);

/* Writes all stamps out, into 'at'. */
void		rows_write_times(Rows *rows);

/* Forgets them. */
void		rows_drop_times(Rows *rows);

/* Sorts checked rows by time; rows of one time keep their order, which the check of the timeline then refuses. */
void		rows_sort(Rows *rows);

lf_frame	rows_frame(const Rows *rows);

#endif
