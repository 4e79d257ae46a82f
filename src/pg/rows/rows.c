/*
 * rows.c: a growing frame.
 */
#include "rows/rows.h"

#include "common/int.h"
#include "server/error.h"
#include "utils/memutils.h"

#include <math.h>

#define FIRST_CAPACITY 256

Rows *
rows_create(MemoryContext context, int columns, bool timed)
{
	Rows	   *rows = MemoryContextAllocZero(context, sizeof(Rows));

	rows->context = context;
	rows->columns = columns;
	rows->timed = timed;
	rows->capacity = FIRST_CAPACITY;
	rows->values = MemoryContextAllocHuge(context, rows->capacity * columns * sizeof(double));
	return rows;
}

bool
rows_are_sound(const Rows *rows)
{
	return rows->columns >= 1 && rows->columns <= LF_MAX_COLUMNS && rows->values != NULL && rows->count <= rows->capacity &&
		rows->count < PG_UINT32_MAX && (rows->at == NULL || rows->timed) && rows->bad_rows < PG_UINT32_MAX;
}

bool
rows_are_in_order(const Rows *rows)
{
	for (uint64 i = 1; i < rows->count && rows->timed; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (rows_time(rows, i - 1) >= rows_time(rows, i))
			return false;
	}
	return true;
}

/* What may be taken beside all that is held elsewhere. The first of it is not counted, see check_memory_beside(). */
static Size
allowed(const Rows *rows)
{
	Size		all = (Size) maintenance_work_mem * 1024;

	return rows->beside <= UNCOUNTED ? all : all - Min(all, rows->beside - UNCOUNTED);
}

/*
 * Checks that so many rows fit. Where they do not, the message names the need of all that are expected, for else it would have to be
 * asked for once more for each next piece.
 */
static void
check_rows(const Rows *rows, uint64 count, Size each, const char *what)
{
	Size		needed = count > SIZE_MAX / each ? SIZE_MAX : count * each;
	double		all = rows->expected * (double) each;

	if (needed > allowed(rows) && all > (double) needed && all < (double) (SIZE_MAX / 2))
		check_memory_beside(rows->beside, (Size) all, psprintf("reading about %.0f rows", rows->expected), "give fewer rows");
	check_memory_beside(rows->beside, needed, what, "give fewer rows");
}

/* The rows that maintenance_work_mem holds. */
static uint64
most_rows(const Rows *rows, bool with_times)
{
	Size		each = rows->columns * sizeof(double) + (with_times ? sizeof(int64) : 0);
	uint64		most = allowed(rows) / each;

	if (most <= rows->count)
		check_rows(rows, rows->count + 1, each, psprintf("reading more than " UINT64_FORMAT " rows", rows->count));
	return most;
}

static void
set_capacity(Rows *rows, uint64 capacity)
{
	rows->capacity = capacity;
	rows->values = repalloc_huge(rows->values, capacity * rows->columns * sizeof(double));
	if (rows->at != NULL)
		rows->at = repalloc_huge(rows->at, capacity * sizeof(int64));
}

static void
report_row_limit(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many rows: at most %u are possible", PG_UINT32_MAX)));
}

static void
grow(Rows *rows)
{
	/* the last growth may be smaller, so that the limit can be used up */
	uint64		capacity = Min(rows->capacity + rows->capacity / 2, most_rows(rows, rows->at != NULL));

	if (capacity >= PG_UINT32_MAX)
		report_row_limit();
	set_capacity(rows, capacity);
}

void
rows_write_times(Rows *rows)
{
	int64	   *at;

	if (rows->at != NULL)
		return;
	if (rows->capacity > rows->count)
		set_capacity(rows, Min(rows->capacity, most_rows(rows, true)));
	check_memory_beside(rows->beside, rows->capacity * (rows->columns * sizeof(double) + sizeof(int64)),
						psprintf("keeping the times of " UINT64_FORMAT " rows", rows->count), "give fewer rows");
	at = MemoryContextAllocHuge(rows->context, rows->capacity * sizeof(int64));
	for (uint64 i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		at[i] = rows_time(rows, i);
	}
	rows->at = at;
}

void
rows_drop_times(Rows *rows)
{
	if (rows->at != NULL)
		pfree(rows->at);
	rows->at = NULL;
	rows->timed = false;
}

void
rows_free(Rows *rows)
{
	pfree(rows->values);
	if (rows->at != NULL)
		pfree(rows->at);
	if (rows->marks != NULL)
		pfree(rows->marks);
	pfree(rows);
}

void
rows_keep_newest(Rows *rows, uint64 count)
{
	uint64		first = rows->count - count;

	LFPG_ASSERT(rows_are_sound(rows) && count <= rows->count);
	rows->first_time = rows_time(rows, first);
	memmove(rows->values, rows->values + first * rows->columns, count * rows->columns * sizeof(double));
	if (rows->at != NULL)
		memmove(rows->at, rows->at + first, count * sizeof(int64));
	rows->count = count;
}

/* Whether the next row, at this time, keeps to the spacing of those before. The second row sets it. */
static bool
is_even(Rows *rows, int64 at)
{
	int64		expected;

	if (rows->count == 0)
	{
		rows->first_time = at;
		return true;
	}
	if (rows->count == 1)
		return !pg_sub_s64_overflow(at, rows->first_time, &rows->spacing);
	return !pg_add_s64_overflow(rows_time(rows, rows->count - 1), rows->spacing, &expected) && expected == at;
}

void
rows_add(Rows *rows, int64 at, const double *values, const bool *nulls)
{
	double	   *row;
	bool		bad = false;

	if (rows->timed && rows->at == NULL && !is_even(rows, at))
		rows_write_times(rows);
	if (rows->count == rows->capacity)
		grow(rows);
	row = rows->values + rows->count * rows->columns;
	for (int i = 0; i < rows->columns; i++)
	{
		row[i] = nulls != NULL && nulls[i] ? rows_null() : values[i];
		bad |= !isfinite(row[i]);
	}
	rows->bad_rows += bad;
	if (rows->at != NULL)
		rows->at[rows->count] = at;
	rows->count++;
}

Rows *
rows_head(const Rows *rows, uint64 count)
{
	Rows	   *head = memcpy(palloc(sizeof(Rows)), rows, sizeof(Rows));
	Size		bytes = count * rows->columns * sizeof(double);

	LFPG_ASSERT(rows_are_sound(rows) && count <= rows->count);
	check_memory_beside(rows->beside + rows_memory(rows), bytes + (rows->at != NULL ? count * sizeof(int64) : 0),
						"a copy of the rows", "give fewer rows");
	head->context = CurrentMemoryContext;
	head->beside = 0;
	head->count = head->capacity = count;
	head->values = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, Max(bytes, 1)), rows->values, bytes);
	if (rows->at != NULL)
		head->at = memcpy(MemoryContextAllocHuge(CurrentMemoryContext, Max(count, 1) * sizeof(int64)), rows->at,
						  count * sizeof(int64));
	return head;
}

void
rows_trim(Rows *rows)
{
	set_capacity(rows, Max(rows->count, 1));
}

void
rows_reserve(Rows *rows, uint64 capacity, const char *what)
{
	Size		each = rows->columns * sizeof(double) + (rows->at != NULL ? sizeof(int64) : 0);

	check_rows(rows, capacity, each, what);
	if (capacity >= PG_UINT32_MAX)
		report_row_limit();
	if (capacity > rows->capacity)
		set_capacity(rows, capacity);
}

void
rows_expect(Rows *rows, uint64 more, Size beside)
{
	uint64		needed = rows->count + more;
	uint64		before = rows->capacity;
	uint64		ahead;

	rows->beside = beside;
	if (needed <= rows->capacity)
		return;
	ahead = Min(rows->capacity + rows->capacity / 2, most_rows(rows, rows->at != NULL));
	rows_reserve(rows, Max(needed, ahead), "reading these rows");
	if (rows->marks != NULL)
	{
		Size		old = lf_mask_size(before * rows->columns);
		Size		new = lf_mask_size(rows->capacity * rows->columns);

		rows->marks = repalloc_huge(rows->marks, new);
		memset(rows->marks + old, 0, new - old);
	}
}

void
rows_keep_marks(Rows *rows)
{
	if (rows->marks == NULL)
		rows->marks = MemoryContextAllocExtended(rows->context, lf_mask_size(rows->capacity * rows->columns),
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

void
rows_start_masking(Rows *rows)
{
	if (rows->marks != NULL)
		memset(rows->marks, 0, lf_mask_size((rows->mark + rows->count) * rows->columns));
	rows_keep_marks(rows);
	rows->masked = true;
}

void
rows_widen(Rows *rows, int columns)
{
	int			before = rows->columns;
	int			after = before + columns;
	unsigned char *marks = rows->marks;

	check_memory_beside(rows->beside, rows->count * after * sizeof(double), "keeping the columns of all rows",
						"give fewer rows");
	rows->columns = after;
	rows->capacity = Max(rows->count, 1);
	rows->values = repalloc_huge(rows->values, rows->capacity * after * sizeof(double));
	/* from the newest back: no row moves to a lower place */
	for (uint64 row = rows->count; row-- > 0;)
	{
		CHECK_FOR_INTERRUPTS();
		memmove(rows->values + row * after, rows->values + row * before, before * sizeof(double));
	}
	if (marks == NULL)
		return;
	rows->marks = NULL;
	rows_keep_marks(rows);
	for (uint64 i = 0; i < rows->count * before; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (lf_mask_at(marks, i))
			lf_mask_set(rows->marks, i / before * after + i % before);
	}
	pfree(marks);
}

Size
rows_memory(const Rows *rows)
{
	return rows->capacity * (rows->columns * sizeof(double) + (rows->at != NULL ? sizeof(int64) : 0)) +
		(rows->marks != NULL ? lf_mask_size(rows->count * rows->columns) : 0);
}

void
rows_skip(Rows *rows, bool null)
{
	if (rows->bad_times++ > 0)
		return;
	rows->bad_time_row = rows->count;
	rows->bad_time_is_null = null;
}

void
rows_check_times(const Rows *rows, const char *source, const char *time_column)
{
	if (rows->bad_times == 0)
		return;
	ereport(ERROR,
			(errcode(rows->bad_time_is_null ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_DATA_EXCEPTION),
			 errmsg("time column \"%s\" of %s is %s in row " UINT64_FORMAT, time_column, source,
					rows->bad_time_is_null ? "NULL" : "infinite", rows->bad_time_row + 1),
			 errdetail_plural(UINT64_FORMAT " of " UINT64_FORMAT " rows has no finite time.",
							  UINT64_FORMAT " of " UINT64_FORMAT " rows have no finite time.",
							  rows->bad_times, rows->bad_times, rows->count + rows->bad_times),
			 errhint("Leave such rows out, for example with a view.")));
}

void
rows_check(const Rows *rows, const char *source, const char *const *names, bool may_fill)
{
	uint64		bad_rows = 0;
	uint64		first_row = 0;
	int			first_column = 0;
	const char *what;
	double		value;

	if (rows->bad_rows == 0)
		return;
	for (uint64 row = 0; row < rows->count; row++)
	{
		int			column = 0;

		CHECK_FOR_INTERRUPTS();
		for (; column < rows->columns; column++)
		{
			value = rows->values[row * rows->columns + column];
			if (may_fill ? isinf(value) : !isfinite(value))
				break;
		}
		if (column == rows->columns || bad_rows++ > 0)
			continue;
		first_row = row;
		first_column = column;
	}
	if (bad_rows == 0)
		return;
	value = rows->values[first_row * rows->columns + first_column];
	what = rows_is_null(value) ? "NULL" : isnan(value) ? "NaN" : "infinite";
	ereport(ERROR,
			(errcode(rows_is_null(value) ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_DATA_EXCEPTION),
			 errmsg("column \"%s\" of %s is %s in row " UINT64_FORMAT, names[first_column], source, what, first_row + 1),
			 errdetail_plural(UINT64_FORMAT " of " UINT64_FORMAT " rows has %s values.",
							  UINT64_FORMAT " of " UINT64_FORMAT " rows have %s values.",
							  bad_rows, bad_rows, rows->count, may_fill ? "infinite" : "NULL, NaN or infinite"),
			 errhint("%s", isinf(value) ? "Leave these rows out or make the values finite, for example in a view." :
					 "Train with option \"missing\", which fills values, for example {\"missing\": \"linear\"}; "
					 "or leave these rows out in a view.")));
}

void
rows_select(Rows *rows, const int *from, int count)
{
	double	   *row = palloc(count * sizeof(double));

	/* a row is never written before it was read */
	for (uint64 i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < count; j++)
			row[j] = rows->values[i * rows->columns + from[j]];
		memcpy(rows->values + i * count, row, count * sizeof(double));
	}
	rows->columns = count;
	pfree(row);
}

typedef struct Placed
{
	int64		at;
	uint32		row;
} Placed;

static int
compare_placed(const void *a, const void *b)
{
	const Placed *x = a;
	const Placed *y = b;

	CHECK_FOR_INTERRUPTS();		/* ten million rows take seconds */
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

void
rows_sort(Rows *rows)
{
	Placed	   *order;
	double	   *sorted;
	bool		sorted_already = true;

	for (uint64 i = 1; i < rows->count && sorted_already; i++)
	{
		CHECK_FOR_INTERRUPTS();
		sorted_already = rows_time(rows, i - 1) <= rows_time(rows, i);
	}
	if (sorted_already)
		return;
	rows_write_times(rows);
	check_memory(rows->count * (sizeof(Placed) + sizeof(double) * rows->columns * 2 + sizeof(int64)),
				 "sorting the training data", "give fewer rows");
	order = MemoryContextAllocHuge(rows->context, rows->count * sizeof(Placed));
	for (uint64 i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		order[i] = (Placed) {.at = rows->at[i], .row = (uint32) i};
	}
	qsort(order, rows->count, sizeof(Placed), compare_placed);
	sorted = MemoryContextAllocHuge(rows->context, rows->capacity * rows->columns * sizeof(double));
	for (uint64 i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		memcpy(sorted + i * rows->columns, rows->values + (uint64) order[i].row * rows->columns,
			   rows->columns * sizeof(double));
		rows->at[i] = order[i].at;
	}
	pfree(order);
	pfree(rows->values);
	rows->values = sorted;
}

lf_frame
rows_frame(const Rows *rows)
{
	LFPG_ASSERT(rows_are_sound(rows));
	return (lf_frame) {
		.values = rows->values,
		.rows = rows->count,
		.columns = rows->columns,
		.masked = rows->masked ? rows->marks : NULL,
		.mark = rows->mark,
		.number = rows->number,
	};
}
