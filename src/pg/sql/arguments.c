/*
 * arguments.c: reading arguments and arrays.
 */
#include "sql/arguments.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "model/model.h"
#include "server/error.h"

#include <math.h>

/* Elements of an array between two looks at the interrupts: less than a millisecond. */
#define UNASKED 0xffff

/* Holds a large copy, which an argument that is stored has to be read into, against maintenance_work_mem. */
static void
check_copy(Datum value, const char *what)
{
	struct varlena *stored = (struct varlena *) DatumGetPointer(value);

	if (VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored))
		check_memory_beside(toast_raw_datum_size(value), 0, what, "give fewer elements");
}

ArrayType *
argument_array(FunctionCallInfo fcinfo, int number, const char *what)
{
	check_copy(PG_GETARG_DATUM(number), what);
	return PG_GETARG_ARRAYTYPE_P(number);
}

/* Goes over a text[]: how many bytes its strings take with a 0 behind each. Raises 22004 at a NULL. */
static Size
measure_names(ArrayType *array, const char *what)
{
	ArrayIterator iterator = array_create_iterator(array, 0, NULL);
	Size		bytes = 0;
	Datum		element;
	bool		null;

	while (array_iterate(iterator, &element, &null))
	{
		CHECK_FOR_INTERRUPTS();
		if (null)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s has a NULL element", what)));
		bytes += VARSIZE_ANY_EXHDR(DatumGetPointer(element)) + 1;
	}
	array_free_iterator(iterator);
	return bytes;
}

char **
argument_names(FunctionCallInfo fcinfo, int number, const char *what, int most, int *count)
{
	ArrayType  *array;
	ArrayIterator iterator;
	Size		bytes;
	char	  **names;
	char	   *at;
	Datum		element;
	bool		null;

	*count = 0;
	if (PG_ARGISNULL(number))
		return NULL;
	array = argument_array(fcinfo, number, psprintf("the list of %s", what));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (*count > most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has %d elements, but at most %d are possible", what, *count, most)));
	bytes = measure_names(array, what);
	check_memory(bytes + *count * sizeof(char *), psprintf("the list of %s", what), "give fewer elements");
	/* one block for all: a chunk for each would take twice as much */
	names = MemoryContextAllocHuge(CurrentMemoryContext, bytes + (*count + 1) * sizeof(char *));
	at = (char *) (names + *count + 1);
	iterator = array_create_iterator(array, 0, NULL);
	for (int i = 0; array_iterate(iterator, &element, &null); i++)
	{
		Size		length = VARSIZE_ANY_EXHDR(DatumGetPointer(element));

		CHECK_FOR_INTERRUPTS();
		names[i] = memcpy(at, VARDATA_ANY(DatumGetPointer(element)), length);
		at[length] = '\0';
		at += length + 1;
	}
	array_free_iterator(iterator);
	if ((Pointer) array != PG_GETARG_POINTER(number))
		pfree(array);
	return names;
}

Oid
argument_relation(FunctionCallInfo fcinfo, int number, const char *what, const char *hint)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be NULL", what),
				 errhint("%s", hint)));
	return PG_GETARG_OID(number);
}

int
argument_int(FunctionCallInfo fcinfo, int number, const char *what, int low, int high, int otherwise)
{
	int			value;

	if (PG_ARGISNULL(number))
		return otherwise;
	value = PG_GETARG_INT32(number);
	if (value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from %d to %d, not %d", what, low, high, value)));
	return value;
}

/* All are names, or words: whatever is longer names nothing, and would only be carried into a message. */
char *
argument_text(FunctionCallInfo fcinfo, int number)
{
	Size		length;

	if (PG_ARGISNULL(number))
		return NULL;
	length = toast_raw_datum_size(PG_GETARG_DATUM(number)) - VARHDRSZ;
	if (length > LF_MAX_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a name given as an argument must have at most %d bytes, not %zu", LF_MAX_NAME, length)));
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

const double *
argument_doubles(ArrayType *array, const char *what, int *count)
{
	const double *values = (const double *) ARR_DATA_PTR(array);
	const uint8 *known = ARR_NULLBITMAP(array);

	if (ARR_ELEMTYPE(array) != FLOAT8OID)
		elog(ERROR, "%s is not an array of float8", what);
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	/* NULLs have no place among the elements, but the first one is an error */
	for (int i = 0; i < *count; i++)
	{
		if ((i & UNASKED) == 0)
			CHECK_FOR_INTERRUPTS();
		if (known != NULL && (known[i / BITS_PER_BYTE] & 1 << i % BITS_PER_BYTE) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of %s is NULL", i + 1, what)));
		if (!isfinite(values[i]))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("element %d of %s is %s", i + 1, what, isnan(values[i]) ? "NaN" : "infinite")));
	}
	return values;
}

int
array_rows(ArrayType *array, int count, int columns, const char *what)
{
	if (ARR_NDIM(array) == 2 && ARR_DIMS(array)[1] != columns && ARR_DIMS(array)[0] > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a row of %s must have as many values as the model has inputs (%d), not %d",
						what, columns, ARR_DIMS(array)[1])));
	if (count % columns != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of values in %s must be a multiple of %d, the number of inputs, not %d",
						what, columns, count)));
	return count / columns;
}

/* The array's own place for values: behind room for a bitmap, which goes where none is missing. */
ArrayType *
doubles_start(int rows, int columns, double **values)
{
	int			dimensions = columns == 1 ? 1 : 2;
	Size		count = (Size) rows * columns;
	Size		bytes = ARR_OVERHEAD_WITHNULLS(dimensions, count) + count * sizeof(double);
	ArrayType  *array;

	if (bytes > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%zu values exceed the maximum size of an array", count)));
	check_memory(bytes, psprintf("an array of %zu values", count), "ask for fewer values");
	array = palloc(bytes);
	memset(array, 0, ARR_OVERHEAD_WITHNULLS(dimensions, count));
	SET_VARSIZE(array, bytes);
	array->ndim = dimensions;
	array->dataoffset = ARR_OVERHEAD_WITHNULLS(dimensions, count);
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = rows;
	ARR_LBOUND(array)[0] = 1;
	if (dimensions == 2)
	{
		ARR_DIMS(array)[1] = columns;
		ARR_LBOUND(array)[1] = 1;
	}
	*values = (double *) ARR_DATA_PTR(array);
	return array;
}

ArrayType *
doubles_finish(ArrayType *array)
{
	Size		count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	double	   *values = (double *) ARR_DATA_PTR(array);
	uint8	   *known = ARR_NULLBITMAP(array);
	Size		there = 0;

	for (Size i = 0; i < count; i++)
	{
		if ((i & UNASKED) == 0)
			CHECK_FOR_INTERRUPTS();
		if (isnan(values[i]))
			continue;
		known[i / BITS_PER_BYTE] |= 1 << i % BITS_PER_BYTE;
		values[there++] = values[i];
	}
	if (there == count)
	{
		memmove((char *) array + ARR_OVERHEAD_NONULLS(ARR_NDIM(array)), values, count * sizeof(double));
		array->dataoffset = 0;
	}
	SET_VARSIZE(array, (there == count ? ARR_OVERHEAD_NONULLS(ARR_NDIM(array)) : array->dataoffset) +
				there * sizeof(double));
	return array;
}

ArrayType *
doubles_array(const double *values, int rows, int columns)
{
	double	   *place;
	ArrayType  *array = doubles_start(rows, columns, &place);

	memcpy(place, values, (Size) rows * columns * sizeof(double));
	return doubles_finish(array);
}
