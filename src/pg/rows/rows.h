/*
 * rows.h: rows on their way into a frame, whether they come from a table or through an aggregate.
 */
#ifndef LFPG_ROWS_H
#define LFPG_ROWS_H

#include "server/common.h"
#include "series/window.h"

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

	int64		number;			/* place of row 0 on the grid of time, once rows are regular; without times they count from 0 */

	double		expected;		/* rows that there will be in all, by what the server knows of the table; 0: it knows nothing */
	Size		beside;			/* bytes that are held beside these, and count against the same limit */

	uint64		bad_rows;		/* with a NULL, NaN or infinite value, at most; 0: surely none */

	/* values that were filled (see regularize.h): a bit each as in imputation.h; NULL where none was */
	unsigned char *marks;
	uint64		mark;			/* row of the marks that row 0 is */
	bool		masked;			/* they are no targets */

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

/*
 * NULL is kept as a NaN of its own: it is told from NaN, which some columns hold, without a flag for each value. The
 * bits after those that make a NaN are free.
 */
#define NULL_BITS UINT64CONST(0x7ff84e554c4c0000)

static inline double
rows_null(void)
{
	uint64		bits = NULL_BITS;
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline bool
rows_is_null(double value)
{
	uint64		bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits == NULL_BITS;
}

/* Whether a value was not there, and is not what came. */
static inline bool
rows_was_filled(const Rows *rows, uint64 row, int column)
{
	return rows->marks != NULL && lf_mask_at(rows->marks, (rows->mark + row) * rows->columns + column);
}

/*
 * What holds of rows wherever they are handed on: there are columns, and room for all rows; stamps are there only where
 * rows have times; no count has gone below 0. For LFPG_ASSERT.
 */
bool		rows_are_sound(const Rows *rows);

/* Whether each row is later than the one before it: what holds from the sorting, or the ORDER BY, to the end. */
bool		rows_are_in_order(const Rows *rows);

Rows	   *rows_create(MemoryContext context, int columns, bool timed);

/* Adds one row; NULL, NaN and infinities are counted. 'nulls' may be NULL. Raises 54000 before memory runs out. */
void		rows_add(Rows *rows, int64 at, const double *values, const bool *nulls);

/*
 * A copy of the oldest rows that were checked; raises 54000 where memory does not hold both, and what is beside them.
 */
Rows	   *rows_head(const Rows *rows, uint64 count);

/* Gives back what was taken in advance, when no more rows come. */
void		rows_trim(Rows *rows);

/*
 * Makes room for so many more rows, in advance for others to come, beside so many bytes that are held elsewhere; marks,
 * where there are any, grow along.
 */
void		rows_expect(Rows *rows, uint64 more, Size beside);

/* Starts to keep marks: none is set yet. */
void		rows_keep_marks(Rows *rows);

/* From here on what is marked counts for nothing as a target. Marks that were set before are of values that count, and go. */
void		rows_start_masking(Rows *rows);

/* Adds columns at the end of each row, without values. */
void		rows_widen(Rows *rows, int columns);

/* Makes room for so many rows; raises 54000, with 'what' for the message, where it would pass maintenance_work_mem. */
void		rows_reserve(Rows *rows, uint64 capacity, const char *what);

/* Leaves a row out whose time is NULL, or else infinite, and counts it. */
void		rows_skip(Rows *rows, bool null);

/*
 * Raises 22004 or 22000 where a row had no finite time. 'source' is what the rows came from, for the message;
 * 'time_column' may be NULL where none was skipped.
 */
void		rows_check_times(const Rows *rows, const char *source, const char *time_column);

/* The same where a value cannot be used: one that is infinite, and, unless they may be filled, NULL or NaN. */
void		rows_check(const Rows *rows, const char *source, const char *const *names, bool may_fill);

/* Keeps of each row the columns from[0], from[1], ..., of which there are at most as many as there were. */
void		rows_select(Rows *rows, const int *from, int count);

/* Bytes that values, times and marks take. */
Size		rows_memory(const Rows *rows);

/* Writes all stamps out, into 'at'. */
void		rows_write_times(Rows *rows);

/* Leaves out all rows but so many at the end. */
void		rows_keep_newest(Rows *rows, uint64 count);

/* Forgets all stamps. */
void		rows_drop_times(Rows *rows);

/* Gives all of it back. */
void		rows_free(Rows *rows);

/* Sorts rows by time; rows of one time keep their order, which the check of the timeline then refuses. */
void		rows_sort(Rows *rows);

lf_frame	rows_frame(const Rows *rows);

#endif
