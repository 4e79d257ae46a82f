/*
 * arguments.h: SQL arguments as C values, checked.
 */
#ifndef LFPG_ARGUMENTS_H
#define LFPG_ARGUMENTS_H

#include "common.h"

/* The strings of a text[] without NULLs; NULL where the argument is NULL. 'what' names it in errors. */
char	  **argument_names(FunctionCallInfo fcinfo, int number, const char *what, int *count);

/* An int argument in low .. high, or 'otherwise' where it is NULL. */
int			argument_int(FunctionCallInfo fcinfo, int number, const char *what, int low, int high, int otherwise);

char	   *argument_text(FunctionCallInfo fcinfo, int number);

/*
 * The elements of a float8[] in row-major order, whatever its dimensions; raises 22004 or 22000 at a NULL, NaN or
 * infinity, naming the element.
 */
double	   *argument_doubles(ArrayType *array, const char *what, int *count);

/*
 * Rows of an array with 'columns' columns: of the elements, whose number must be a multiple of it. Raises 22023 also
 * where a two-dimensional array has rows of another length.
 */
int			array_rows(ArrayType *array, int count, int columns, const char *what);

/* A float8[] of one dimension where 'columns' is 1, else (rows, columns); NaN, a value that is not there, is NULL. */
ArrayType  *doubles_array(const double *values, int rows, int columns);

/* Runs the rest of a function whose first argument is NULL as if it were strict: no rows. */
#define RETURN_NO_ROWS_IF_NULL(number) \
	do { \
		if (PG_ARGISNULL(number)) \
			return (Datum) 0; \
	} while (0)

#endif
