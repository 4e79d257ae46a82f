/*
 * round_table.c: the statements on a table of rounds.
 */
#include "many/round_table.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "many/statement.h"
#include "rows/table_index.h"
#include "utils/builtins.h"

#include <math.h>

Table *
round_table_open(Oid relation)
{
	static const char *const names[] = {"round", "model", "error", "learning_rate", "status"};
	static const Oid types[] = {INT4OID, BYTEAOID, FLOAT8OID, FLOAT8OID, TEXTOID};
	Table	   *table = table_open_typed(relation, names, lengthof(names), types,
										 "CREATE TABLE name (round int PRIMARY KEY, model bytea, error float8, learning_rate float8, status text)");

	table_need_index(table, names[0], true, "Each round has one model there.");
	return table;
}

static int
number_of(int column, int otherwise)
{
	bool		null;
	Datum		value = statement_value(0, column, &null);

	return null ? otherwise : DatumGetInt32(value);
}

RoundsSoFar
round_table_look(const Table *table)
{
	RoundsSoFar rounds = {.best = -1, .error = (double) NAN};

	SPI_connect();
	statement_run(psprintf("SELECT pg_catalog.max(round), pg_catalog.count(*) FILTER (WHERE status OPERATOR(pg_catalog.=) 'round')::pg_catalog.int4, "
						   "pg_catalog.count(*) FILTER (WHERE status OPERATOR(pg_catalog.=) 'refit')::pg_catalog.int4, "
						   "pg_catalog.count(*) FILTER (WHERE status OPERATOR(pg_catalog.=) 'final')::pg_catalog.int4 FROM %s", table->name), 0, NULL, NULL,
				  NULL, SPI_OK_SELECT);
	rounds.newest = number_of(1, -1);
	rounds.measured = number_of(2, 0);
	rounds.refits = number_of(3, 0);
	rounds.is_final = number_of(4, 0) > 0;
	/* a round that was not measured stands for all before it */
	if (statement_run(psprintf("SELECT round, error FROM %s WHERE status OPERATOR(pg_catalog.=) ANY ('{first,round}') "
							   "ORDER BY status OPERATOR(pg_catalog.=) 'round' AND error IS NULL DESC, error, round DESC LIMIT 1", table->name), 0, NULL,
					  NULL, NULL, SPI_OK_SELECT) > 0)
	{
		bool		null;
		Datum		error = statement_value(0, 2, &null);

		rounds.best = number_of(1, -1);
		rounds.error = null ? (double) NAN : DatumGetFloat8(error);
	}
	SPI_finish();
	return rounds;
}

bytea *
round_table_model(const Table *table, int round)
{
	static const Oid types[] = {INT4OID};
	MemoryContext caller = CurrentMemoryContext;
	Datum		number = Int32GetDatum(round);
	bool		null = true;
	Datum		value = 0;
	bytea	   *model;
	MemoryContext inner;

	SPI_connect();
	if (statement_run(psprintf("SELECT model FROM %s WHERE round OPERATOR(pg_catalog.=) $1", table->name), 1, types, &number, NULL, SPI_OK_SELECT) > 0)
		value = statement_value(0, 1, &null);
	if (null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("round %d of %s has no model", round, table->label),
				 errhint("Begin anew: again => true.")));
	inner = MemoryContextSwitchTo(caller);
	model = DatumGetByteaPCopy(value);
	MemoryContextSwitchTo(inner);
	SPI_finish();
	return model;
}

static char
null_of(double number)
{
	return isnan(number) ? 'n' : ' ';
}

void
round_table_store(const Table *table, int round, bytea *model, double error, double learning_rate, const char *status)
{
	static const Oid types[] = {INT4OID, BYTEAOID, FLOAT8OID, FLOAT8OID, TEXTOID};
	const Datum values[] = {Int32GetDatum(round), PointerGetDatum(model), Float8GetDatum(error), Float8GetDatum(learning_rate),
		CStringGetTextDatum(status)};
	const char	nulls[] = {' ', ' ', null_of(error), null_of(learning_rate), ' ', '\0'};

	SPI_connect();
	statement_run(psprintf("INSERT INTO %s (round, model, error, learning_rate, status) VALUES ($1, $2, $3, $4, $5)", table->name), lengthof(values),
				  types, values, nulls, SPI_OK_INSERT);
	SPI_finish();
}

void
round_table_end(const Table *table, int round, bytea *model, double error)
{
	static const Oid types[] = {INT4OID, BYTEAOID, FLOAT8OID};
	const Datum values[] = {Int32GetDatum(round), PointerGetDatum(model), Float8GetDatum(error)};
	const char	nulls[] = {' ', model == NULL ? 'n' : ' ', null_of(error), '\0'};

	SPI_connect();
	statement_run(psprintf("UPDATE %s SET status = 'final', model = COALESCE($2, model), error = $3 WHERE round OPERATOR(pg_catalog.=) $1", table->name),
				  lengthof(values), types, values, nulls, SPI_OK_UPDATE);
	SPI_finish();
}

void
round_table_clear(const Table *table)
{
	SPI_connect();
	statement_run(psprintf("DELETE FROM %s", table->name), 0, NULL, NULL, NULL, SPI_OK_DELETE);
	SPI_finish();
}
