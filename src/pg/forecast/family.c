/*
 * family.c: rows of (series, parent) become a forest, rows of (series, at, error) a matrix.
 */
#include "forecast/family.h"

#include "rows/visit.h"
#include "server/error.h"

#include <math.h>

/* ---- who belongs to whom ---- */

typedef struct ParentReader
{
	Family	   *family;
	uint32	   *parent;			/* (capacity): number of the parent from 1 on; 0: none, or not known yet */
	bool	   *stated;			/* (capacity) */
	Size		capacity;
	Size		text;			/* bytes of names */
} ParentReader;

#define FIRST_CAPACITY 1024

/* Bytes that are needed for so many series once they are sorted and forecast: arrays of doubles and sizes. */
static Size
memory_of(Size count, Size names)
{
	return dictionary_memory(count) + names + count * (16 * sizeof(double) + sizeof(uint32) + 4);
}

static void
grow(ParentReader *reader)
{
	Size		before = reader->capacity;

	reader->capacity = before * 2;
	reader->parent = repalloc_huge(reader->parent, reader->capacity * sizeof(uint32));
	reader->stated = repalloc_huge(reader->stated, reader->capacity * sizeof(bool));
	memset(reader->parent + before, 0, before * sizeof(uint32));
	memset(reader->stated + before, 0, before * sizeof(bool));
}

static Size
number_of(ParentReader *reader, const char *name)
{
	Dictionary *names = reader->family->names;
	Size		before = dictionary_count(names);
	Size		number = (Size) dictionary_number(names, name);

	if (number < before)
		return number;
	reader->text += visit_text_memory(name);
	check_memory(memory_of(number + 1, reader->text), "reading the hierarchy", "give fewer series");
	if (number >= reader->capacity)
		grow(reader);
	return number;
}

static void
visit_parent(void *state, HeapTuple row, TupleDesc descriptor)
{
	ParentReader *reader = state;
	const char *label = reader->family->table->label;
	char	   *series = visit_text(row, descriptor, 1);
	char	   *parent = visit_text(row, descriptor, 2);
	Size		child;

	if (series == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"series\" of %s is NULL", label),
				 errhint("A series without a parent has a row in which \"parent\" is NULL.")));
	child = number_of(reader, series);
	if (reader->stated[child])
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("series \"%s\" has two rows in %s", series, label),
				 errdetail("Each series is part of one other series, or of none."),
				 errhint("Reconcile along one hierarchy at a time, such as by region or by product.")));
	reader->stated[child] = true;
	if (parent != NULL)
	{
		/* the other way round a new name would move the array between both */
		uint32		number = (uint32) number_of(reader, parent) + 1;

		reader->parent[child] = number;
	}
}

Family *
family_read(Oid relation)
{
	static const char *const columns[] = {"series", "parent"};
	Family	   *family = palloc0(sizeof(Family));
	ParentReader reader = {.family = family, .capacity = FIRST_CAPACITY};
	Oid			types[lengthof(columns)];
	lf_arena	arena = lf_arena_measure();
	Size		count;
	size_t		cyclic;

	family->table = table_open_named(relation, columns, lengthof(columns), types);
	family->names = dictionary_create();
	reader.parent = palloc0(reader.capacity * sizeof(uint32));
	reader.stated = palloc0(reader.capacity * sizeof(bool));
	visit_rows(psprintf("SELECT series, parent FROM %s", family->table->name), visit_parent, &reader);
	count = dictionary_count(family->names);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has no rows", family->table->label),
				 errhint("It says of each series, in a row, which one it is part of.")));
	family->held = memory_of(count, reader.text);
	check_memory(family->held, "the hierarchy", "give fewer series");
	lf_hierarchy_layout(&family->hierarchy, &arena, count);
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, arena.used + LF_ALIGNMENT), arena.used + LF_ALIGNMENT);
	lf_hierarchy_layout(&family->hierarchy, &arena, count);
	for (Size i = 0; i < count; i++)
		family->hierarchy.parent[i] = reader.parent[i] == 0 ? LF_NO_PARENT : reader.parent[i] - 1;
	family->stated = reader.stated;
	pfree(reader.parent);
	if (!lf_hierarchy_sort(&family->hierarchy, &cyclic))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("series \"%s\" is part of itself in %s", family_name(family, cyclic), family->table->label),
				 errdetail("Its parent is \"%s\".", family_name(family, family->hierarchy.parent[cyclic])),
				 errhint("Parents must lead up to a series without a parent.")));
	return family;
}

const char *
family_name(const Family *family, Size series)
{
	return dictionary_labels(family->names)[series];
}

/* ---- errors ---- */

typedef struct ErrorReader
{
	const Family *family;
	const Table *table;
	MemoryContext context;
	double	   *errors;			/* (capacity, count) */
	uint64		capacity;
	uint64		occasions;		/* complete ones; the one at hand is behind them */
	char	   *at;				/* of the one at hand; NULL: there is none */
	Size		known;			/* of its errors */
	Size	   *lacks;			/* (count): how often an error was not there */
} ErrorReader;

/* The occasion at hand is over: it stays where all errors are known. */
static void
close_occasion(ErrorReader *reader)
{
	Size		count = reader->family->hierarchy.count;
	const double *errors = reader->errors + reader->occasions * count;

	if (reader->at == NULL)
		return;
	for (Size i = 0; i < count; i++)
		reader->lacks[i] += isnan(errors[i]);
	reader->occasions += reader->known == count;
	pfree(reader->at);
	reader->at = NULL;
}

static void
open_occasion(ErrorReader *reader, const char *at)
{
	Size		count = reader->family->hierarchy.count;

	if (reader->occasions == reader->capacity)
	{
		reader->capacity = Max(reader->capacity * 2, 16);
		check_memory_beside(reader->family->held, reader->capacity * count * sizeof(double), "reading errors",
							"give fewer errors");
		reader->errors = reader->errors == NULL ?
			MemoryContextAllocHuge(reader->context, reader->capacity * count * sizeof(double)) :
			repalloc_huge(reader->errors, reader->capacity * count * sizeof(double));
	}
	for (Size i = 0; i < count; i++)
		reader->errors[reader->occasions * count + i] = (double) NAN;
	reader->at = MemoryContextStrdup(reader->context, at);
	reader->known = 0;
}

static void
visit_error(void *state, HeapTuple row, TupleDesc descriptor)
{
	ErrorReader *reader = state;
	char	   *at = visit_text(row, descriptor, 1);
	char	   *series = visit_text(row, descriptor, 2);
	double		error = visit_number(row, descriptor, 3);
	int64		number;
	double	   *place;

	if (at == NULL || series == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("column \"%s\" of %s is NULL", at == NULL ? "at" : "series", reader->table->label)));
	number = dictionary_find(reader->family->names, series);
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series \"%s\" of %s is not in %s", series, reader->table->label, reader->family->table->label),
				 errhint("Give it a row there; \"parent\" is NULL in it where it is part of no other.")));
	if (reader->at == NULL || strcmp(reader->at, at) != 0)
	{
		close_occasion(reader);
		open_occasion(reader, at);
	}
	if (isinf(error))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the error of series \"%s\" at %s in %s is infinite", series, at, reader->table->label)));
	if (isnan(error))
		return;
	place = &reader->errors[reader->occasions * reader->family->hierarchy.count + (Size) number];
	if (!isnan(*place))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("series \"%s\" has two errors at %s in %s", series, at, reader->table->label),
				 errhint("Read the errors of one step through a view.")));
	*place = error;
	reader->known++;
}

/* The series whose errors are most often not there. */
static Size
most_lacking(const ErrorReader *reader)
{
	Size		most = 0;

	for (Size i = 0; i < reader->family->hierarchy.count; i++)
		if (reader->lacks[i] > reader->lacks[most])
			most = i;
	return most;
}

/* Mean squares in parts of the largest: nothing depends on their unit, and squares of huge errors overflow. */
static void
measure(const ErrorReader *reader, double *variance)
{
	Size		count = reader->family->hierarchy.count;
	double		largest = 0;

	for (Size i = 0; i < reader->occasions * count; i++)
		largest = Max(largest, fabs(reader->errors[i]));
	memset(variance, 0, count * sizeof(double));
	for (Size i = 0; i < reader->occasions * count && largest > 0; i++)
	{
		double		part = reader->errors[i] / largest;

		CHECK_FOR_INTERRUPTS();
		variance[i % count] += part * part / (double) reader->occasions;
	}
}

static void
learn(Family *family, FamilyErrors *errors, double *of_series)
{
	lf_arena	arena = lf_arena_measure();
	const volatile sig_atomic_t *interrupt;
	Size		needed;
	bool		done;

	lf_shrunk_layout(&errors->shrunk, &arena, &family->hierarchy);
	needed = arena.used + LF_ALIGNMENT;
	if (arena.overflow)
		needed = MaxAllocHugeSize;
	check_memory_beside(family->held, needed, "weighing how errors hang together",
						"set the method to mint_diagonal, which needs next to none");
	family->held += needed;
	arena = lf_arena_over(MemoryContextAllocHuge(CurrentMemoryContext, needed), needed);
	lf_shrunk_layout(&errors->shrunk, &arena, &family->hierarchy);
	do
	{
		interrupt = serve_interrupts();
		done = lf_shrunk_learn(&errors->shrunk, &family->hierarchy, of_series, errors->occasions, interrupt);
	} while (!done);
}

FamilyErrors *
family_errors_read(Family *family, Oid relation, bool covary)
{
	static const char *const columns[] = {"at", "series", "error"};
	Size		count = family->hierarchy.count;
	FamilyErrors *errors = palloc0(sizeof(FamilyErrors));
	ErrorReader reader = {.family = family, .context = CurrentMemoryContext};
	Oid			types[lengthof(columns)];

	reader.table = table_open_named(relation, columns, lengthof(columns), types);
	table_need_type(reader.table, "at", types[0], false);
	table_need_type(reader.table, "error", types[2], true);
	reader.lacks = MemoryContextAllocExtended(CurrentMemoryContext, count * sizeof(Size), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	errors->variance = MemoryContextAllocHuge(CurrentMemoryContext, count * sizeof(double));
	visit_rows(psprintf("SELECT at, series, error FROM %s ORDER BY 1", reader.table->name), visit_error, &reader);
	close_occasion(&reader);
	if (reader.occasions < LF_LEAST_OCCASIONS)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has errors of all " UINT64_FORMAT " series at " UINT64_FORMAT " times, but %d are needed",
						reader.table->label, (uint64) count, reader.occasions, LF_LEAST_OCCASIONS),
				 reader.lacks[most_lacking(&reader)] == 0 ? 0 :
				 errdetail("Series \"%s\" has no error at " UINT64_FORMAT " of the times that others have.",
						   family_name(family, most_lacking(&reader)), (uint64) reader.lacks[most_lacking(&reader)]),
				 errhint("Give errors of every series, or leave them out: bounds tell how far off forecasts are, too.")));
	errors->occasions = reader.occasions;
	measure(&reader, errors->variance);
	if (covary)
		learn(family, errors, reader.errors);
	pfree(reader.errors);
	pfree(reader.lacks);
	return errors;
}
