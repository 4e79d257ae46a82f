/*
 * arguments.c: reading arguments and arrays.
 */
#include "arguments.h"

#include "catalog/pg_type.h"
#include "error.h"

#include <math.h>

char **
argument_names(FunctionCallInfo fcinfo, int number, const char *what, int *count)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	char	  **names;

	*count = 0;
	if (PG_ARGISNULL(number))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(number);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, count);
	names = palloc((*count + 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s has a NULL element", what)));
		names[i] = TextDatumGetCString(elements[i]);
	}
	return names;
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

char *
argument_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

double *
argument_doubles(ArrayType *array, const char *what, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *values;

	if (ARR_ELEMTYPE(array) != FLOAT8OID)
		elog(ERROR, "%s is not an array of float8", what);
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, count);
	values = palloc((*count + 1) * sizeof(double));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of %s is NULL", i + 1, what)));
		values[i] = DatumGetFloat8(elements[i]);
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
				 errmsg("a row of %s must have as many values as the model has inputs, %d, not %d",
						what, columns, ARR_DIMS(array)[1])));
	if (count % columns != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of values of %s must be a multiple of the number of inputs, %d, not %d",
						what, columns, count)));
	return count / columns;
}

ArrayType *
doubles_array(const double *values, int rows, int columns)
{
	int			count = rows * columns;
	int			dims[2] = {rows, columns};
	int			bounds[2] = {1, 1};
	Datum	   *elements = palloc(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));

	for (int i = 0; i < count; i++)
	{
		nulls[i] = isnan(values[i]);
		elements[i] = Float8GetDatum(values[i]);
	}
	return construct_md_array(elements, nulls, columns == 1 ? 1 : 2, dims, bounds,
							  FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}
