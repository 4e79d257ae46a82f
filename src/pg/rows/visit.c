/*
 * visit.c: a cursor, read in batches.
 */
#include "rows/visit.h"

#include "executor/spi.h"
#include "sql/number.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include <math.h>

#define BATCH 512

void
visit_rows(const char *query, row_visitor visit, void *state)
{
	MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast row", ALLOCSET_SMALL_SIZES);
	SPIPlanPtr	plan;
	Portal		portal;

	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "could not prepare the query: %s", SPI_result_code_string(SPI_result));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		MemoryContext before;

		SPI_cursor_fetch(portal, true, BATCH);
		if (SPI_processed == 0)
			break;
		before = MemoryContextSwitchTo(each);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			visit(state, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			MemoryContextReset(each);
		}
		MemoryContextSwitchTo(before);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	MemoryContextDelete(each);
}

char *
visit_text(HeapTuple row, TupleDesc descriptor, int column)
{
	return SPI_getvalue(row, descriptor, column);
}

double
visit_number(HeapTuple row, TupleDesc descriptor, int column)
{
	bool		null;
	Datum		value = SPI_getbinval(row, descriptor, column, &null);

	return null ? (double) NAN : number_from_datum(getBaseType(SPI_gettypeid(descriptor, column)), value);
}

Size
visit_text_memory(const char *value)
{
	return MAXALIGN(strlen(value) + 1) + 2 * sizeof(void *);
}
