/*
 * arguments.h: SQL arguments as C values, checked.
 */
#ifndef LFPG_ARGUMENTS_H
#define LFPG_ARGUMENTS_H

#include "server/common.h"

/*
 * An array as an argument. What has to be copied to be read (a value that is stored out of line, or compressed) is held
 * against maintenance_work_mem before, as by check_memory_beside(), with 'what' for the message.
 */
ArrayType  *argument_array(FunctionCallInfo fcinfo, int number, const char *what);

/*
 * The strings of a text[] without NULLs, in one block of memory; NULL where the argument is NULL. 'what' names it in
 * errors; more than 'most' are 54000.
 */
char	  **argument_names(FunctionCallInfo fcinfo, int number, const char *what, int most, int *count);

/* An int argument in low .. high, or 'otherwise' where it is NULL. */
int			argument_int(FunctionCallInfo fcinfo, int number, const char *what, int low, int high, int otherwise);

/* A relation; raises 22004 where it is NULL, with a hint which to give. */
Oid			argument_relation(FunctionCallInfo fcinfo, int number, const char *what, const char *hint);

/* A name or a word; raises 22023 where it is longer than any. */
char	   *argument_text(FunctionCallInfo fcinfo, int number);

/*
 * The elements of a float8[] in row-major order, whatever its dimensions, where they lie in the array; raises 22004 or
 * 22000 at a NULL, NaN or infinity, naming the element.
 */
const double *argument_doubles(ArrayType *array, const char *what, int *count);

/*
 * Rows of an array with 'columns' columns: of the elements, whose number must be a multiple of it. Raises 22023 also
 * where a two-dimensional array has rows of another length.
 */
int			array_rows(ArrayType *array, int count, int columns, const char *what);

/*
 * A float8[] of one dimension where 'columns' is 1, else (rows, columns). It is started, which gives the place for its
 * values, and finished once these are there: NaN, a value that is not there, becomes NULL. Raises 54000 where memory or
 * an array does not hold so many.
 */
ArrayType  *doubles_start(int rows, int columns, double **values);
ArrayType  *doubles_finish(ArrayType *array);

/* The same of values that lie elsewhere. */
ArrayType  *doubles_array(const double *values, int rows, int columns);

/* Runs the rest of a function whose first argument is NULL as if it were strict: no rows. */
#define RETURN_NO_ROWS_IF_NULL(number) \
	do { \
		if (PG_ARGISNULL(number)) \
			return (Datum) 0; \
	} while (0)

#endif
