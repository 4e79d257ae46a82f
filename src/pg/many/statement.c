/*
 * statement.c: one way to run a statement.
 */
#include "many/statement.h"

#include "executor/spi.h"

int64
statement_run(const char *statement, int count, const Oid *types, const Datum *values, const char *nulls, int expected)
{
	int			result = SPI_execute_with_args(statement, count, (Oid *) types, (Datum *) values, nulls, false, 0);

	if (result != expected)
		elog(ERROR, "a statement of this extension ended with %s", SPI_result_code_string(result));
	return (int64) SPI_processed;
}

Datum
statement_value(int64 row, int column, bool *null)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, null);
}
