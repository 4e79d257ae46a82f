/*
 * queue.c: the statements of a queue.
 */
#include "many/queue.h"

#include "many/statement.h"
#include "rows/table_index.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

Queue
queue_open(Oid relid)
{
	static const char *const names[] = {"series", "model", "status"};
	static const Oid wanted[] = {TEXTOID, BYTEAOID, TEXTOID};
	Table	   *table = table_open_typed(relid, names, lengthof(names), wanted,
										 "CREATE TABLE name (series text PRIMARY KEY, model bytea, status text)");

	table_need_index(table, names[0], true, "Each series has one model there.");
	return (Queue) {.relid = relid, .name = table->name, .label = table->label, .context = CurrentMemoryContext};
}

static int64
first_number(int column)
{
	bool		null;
	Datum		value = statement_value(0, column, &null);

	return null ? 0 : DatumGetInt64(value);
}

/* The name of a series, as it is in results: the text of its only key, or the row of several. */
static char *
label_of(const Table *table)
{
	StringInfoData label;

	if (table->keys == 1)
		return psprintf("pg_catalog.format('%%s', %s)", quote_identifier(table->key[0]));
	initStringInfo(&label);
	appendStringInfoString(&label, "ROW(");
	for (int i = 0; i < table->keys; i++)
		appendStringInfo(&label, "%s%s", i > 0 ? ", " : "", quote_identifier(table->key[i]));
	appendStringInfoString(&label, ")::pg_catalog.text");
	return label.data;
}

int64
queue_fill(const Queue *queue, const Table *table, bool again)
{
	StringInfoData statement;

	initStringInfo(&statement);
	appendStringInfo(&statement, "INSERT INTO %s (series, status) SELECT s, 'waiting' FROM (SELECT DISTINCT %s AS s FROM %s WHERE true",
					 queue->name, label_of(table), table->name);
	for (int i = 0; i < table->keys; i++)
		appendStringInfo(&statement, " AND %s IS NOT NULL", quote_identifier(table->key[i]));
	appendStringInfo(&statement, ") n WHERE NOT EXISTS (SELECT FROM %s q WHERE q.series OPERATOR(pg_catalog.=) n.s) ORDER BY 1", queue->name);
	statement_run(statement.data, 0, NULL, NULL, NULL, SPI_OK_INSERT);
	statement_run(psprintf("UPDATE %s SET status = 'waiting' WHERE status IS DISTINCT FROM 'waiting'%s", queue->name,
						   again ? "" : " AND (status IS DISTINCT FROM 'ok' OR model IS NULL)"), 0, NULL, NULL, NULL, SPI_OK_UPDATE);
	statement_run(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE status OPERATOR(pg_catalog.=) 'waiting'", queue->name), 0, NULL, NULL, NULL,
				  SPI_OK_SELECT);
	return first_number(1);
}

/* Those behind the last one, in the order of their names. */
static int
take_behind(const Queue *queue, int most, char **series)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid			types[2] = {TEXTOID, INT4OID};
	Datum		values[2] = {queue->last == NULL ? 0 : CStringGetTextDatum(queue->last), Int32GetDatum(most)};
	int			count;

	SPI_connect();
	count = (int) statement_run(psprintf("SELECT series FROM %s WHERE status OPERATOR(pg_catalog.=) 'waiting'%s ORDER BY series LIMIT $2 FOR UPDATE SKIP LOCKED",
										 queue->name, queue->last == NULL ? " AND $1 IS NULL" : " AND series OPERATOR(pg_catalog.>) $1"),
								2, types, values, queue->last == NULL ? "n " : "  ", SPI_OK_SELECT);
	for (int i = 0; i < count; i++)
		series[i] = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return count;
}

/* The next ones are those behind this series; NULL: from the first on. */
static void
go_behind(Queue *queue, const char *series)
{
	if (queue->last != NULL)
		pfree(queue->last);
	queue->last = series == NULL ? NULL : MemoryContextStrdup(queue->context, series);
}

int
queue_take(Queue *queue, int most, char **series)
{
	int			count = take_behind(queue, most, series);

	/* once around: what a process that is gone had taken waits again */
	if (count == 0 && queue->last != NULL)
	{
		go_behind(queue, NULL);
		count = take_behind(queue, most, series);
	}
	if (count > 0)
		go_behind(queue, series[count - 1]);
	return count;
}

void
queue_store(const Queue *queue, const char *series, bytea *model, const char *status)
{
	Oid			types[3] = {TEXTOID, BYTEAOID, TEXTOID};
	Datum		values[3] = {CStringGetTextDatum(series), PointerGetDatum(model), CStringGetTextDatum(status)};

	SPI_connect();
	statement_run(psprintf("UPDATE %s SET model = COALESCE($2, model), status = $3 WHERE series OPERATOR(pg_catalog.=) $1", queue->name), 3, types,
				  values, model == NULL ? " n " : "   ", SPI_OK_UPDATE);
	SPI_finish();
}

QueueRest
queue_rest(const Queue *queue)
{
	QueueRest	rest = {0};

	statement_run(psprintf("SELECT pg_catalog.count(*) FILTER (WHERE status OPERATOR(pg_catalog.=) 'waiting'), "
						   "pg_catalog.count(*) FILTER (WHERE status NOT IN ('waiting', 'ok')) FROM %s", queue->name), 0, NULL, NULL, NULL, SPI_OK_SELECT);
	rest.waiting = first_number(1);
	rest.failed = first_number(2);
	if (rest.failed == 0 ||
		statement_run(psprintf("SELECT series, status FROM %s WHERE status NOT IN ('waiting', 'ok') ORDER BY series LIMIT 1", queue->name), 0, NULL, NULL,
					  NULL, SPI_OK_SELECT) == 0)
		return rest;
	rest.series = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	rest.status = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	return rest;
}
