/*
 * nodes.c: the statements that nodes are told and asked by.
 */
#include "many/nodes.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "many/statement.h"
#include "server/attempt.h"
#include "server/error.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

/* ---- which there are ---- */

Nodes
nodes_open(Oid shared, Oid trained, Oid function)
{
	static const char *const shared_names[] = {"node", "options"};
	static const Oid shared_types[] = {TEXTOID, JSONBOID};
	static const char *const trained_names[] = {"node", "model"};
	static const Oid trained_types[] = {TEXTOID, BYTEAOID};

	return (Nodes) {
		.shared = table_open_typed(shared, shared_names, lengthof(shared_names), shared_types,
								   "CREATE TABLE name (node text, options jsonb)"),
		.trained = table_open_typed(trained, trained_names, lengthof(trained_names), trained_types,
									"CREATE VIEW name AS SELECT node, lstm_train(..., options => options) AS model FROM shared"),
		.schema = pstrdup(quote_identifier(get_namespace_name(get_func_namespace(function)))),
		.context = CurrentMemoryContext,
	};
}

static char *
text_at(int64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

void
nodes_read(Nodes *nodes)
{
	int64		count;

	SPI_connect();
	count = statement_run(psprintf("SELECT node FROM %s ORDER BY node COLLATE pg_catalog.\"C\" LIMIT %d", nodes->shared->name, MOST_NODES + 1), 0,
						  NULL, NULL, NULL, SPI_OK_SELECT);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no row", nodes->shared->label),
				 errhint("Insert a row for each node: INSERT INTO %s (node) VALUES ('east'), ('west').", nodes->shared->name)));
	if (count > MOST_NODES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has more than %d nodes", nodes->shared->label, MOST_NODES),
				 errhint("Let several servers average their nodes, and average these averages with lstm_average_agg().")));
	nodes->count = (int) count;
	nodes->name = MemoryContextAlloc(nodes->context, count * sizeof(Datum));
	for (int i = 0; i < count; i++)
	{
		MemoryContext caller;
		char	   *name = text_at(i, 1);

		if (name == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a row of %s has no node", nodes->shared->label),
					 errhint("Give each row the name of its node, or delete it.")));
		if (i > 0 && strcmp(name, TextDatumGetCString(nodes->name[i - 1])) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has two rows of node \"%s\"", nodes->shared->label, name),
					 errhint("Delete one of them.")));
		caller = MemoryContextSwitchTo(nodes->context);
		nodes->name[i] = CStringGetTextDatum(name);
		MemoryContextSwitchTo(caller);
	}
	SPI_finish();
}

/* ---- what they are told and asked ---- */

void
nodes_tell(const Nodes *nodes, Datum options)
{
	static const Oid types[] = {JSONBOID};
	int64		told;

	SPI_connect();
	told = statement_run(psprintf("UPDATE %s SET options = $1", nodes->shared->name), 1, types, &options, NULL, SPI_OK_UPDATE);
	SPI_finish();
	if (told != nodes->count)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s had %d rows when the call began, and has " INT64_FORMAT " now", nodes->shared->label, nodes->count, told),
				 errhint("Call again: it goes on with the nodes that there are.")));
}

/* Some of the nodes, from one on, as text[]. */
static Datum
names_array(const Nodes *nodes, int first, int count)
{
	return PointerGetDatum(construct_array(nodes->name + first, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * What collects models and looks at them. They are collected before they are sorted: otherwise, since version 16, nodes would sort,
 * and nodes that sort train one after the other.
 */
#define COLLECTED "WITH m AS MATERIALIZED (SELECT node, model FROM %s) SELECT "

/* The first node that gave no model, or several. */
#define FIRST_WITHOUT \
	"(SELECT n FROM pg_catalog.unnest($1) n LEFT JOIN m ON m.node COLLATE pg_catalog.\"C\" OPERATOR(pg_catalog.=) n " \
	"GROUP BY n HAVING pg_catalog.count(m.node) OPERATOR(pg_catalog.<>) 1 OR pg_catalog.count(m.model) OPERATOR(pg_catalog.<>) 1 " \
	"ORDER BY n COLLATE pg_catalog.\"C\" LIMIT 1)"

typedef struct Asking
{
	Nodes	   *nodes;
	int			first;			/* of the nodes that are asked, where these are not all */
	int			count;
	int			most;			/* models that are wanted; 0: their average */
	MemoryContext context;		/* for what comes back */
	bool		collected;		/* all models are here: an error is not of a node */
	bytea	   *average;
	NodeModel  *models;
	int			got;
} Asking;

/* Raises an error where the rows that came are not one of each node; the result has these two columns from one on. */
static void
check_collected(Asking *asking, int column)
{
	const Nodes *nodes = asking->nodes;
	bool		null;
	int64		rows = DatumGetInt64(statement_value(0, column, &null));
	char	   *without = text_at(0, column + 1);

	asking->collected = true;
	if (without != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s does not have one model of node \"%s\"", nodes->trained->label, without),
				 errhint("It must have one row for each row of %s, with a model.", nodes->shared->label)));
	if (rows != nodes->count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has " INT64_FORMAT " rows for %d nodes", nodes->trained->label, rows, nodes->count),
				 errhint("It must have one row for each row of %s, with a model.", nodes->shared->label)));
}

static bytea *
copy_model(const Asking *asking, Datum value)
{
	MemoryContext caller = MemoryContextSwitchTo(asking->context);
	bytea	   *copy = DatumGetByteaPCopy(value);

	MemoryContextSwitchTo(caller);
	return copy;
}

static void
ask_average(Asking *asking)
{
	static const Oid types[] = {TEXTARRAYOID};
	Nodes	   *nodes = asking->nodes;
	Datum		names = names_array(nodes, 0, nodes->count);
	bool		null;
	Datum		average;

	statement_run(psprintf(COLLECTED "(SELECT pg_catalog.count(*) FROM m), " FIRST_WITHOUT ", "
						   "(SELECT %s.lstm_average_agg(model ORDER BY node COLLATE pg_catalog.\"C\") FROM m)", nodes->trained->name, nodes->schema),
				  1, types, &names, NULL, SPI_OK_SELECT);
	check_collected(asking, 1);
	average = statement_value(0, 3, &null);
	asking->average = copy_model(asking, average);
}

static void
ask_models(Asking *asking)
{
	static const Oid types[] = {TEXTARRAYOID};
	Nodes	   *nodes = asking->nodes;
	Datum		names = names_array(nodes, 0, nodes->count);
	int64		rows;
	Size		size = 0;

	rows = statement_run(psprintf(COLLECTED "(SELECT pg_catalog.count(*) FROM m), " FIRST_WITHOUT ", node, model FROM m ORDER BY "
								  "(%s.lstm_info(model) OPERATOR(pg_catalog.->>) 'windows')::pg_catalog.int8 DESC, node COLLATE pg_catalog.\"C\" LIMIT %d",
								  nodes->trained->name, nodes->schema, asking->most), 1, types, &names, NULL, SPI_OK_SELECT);
	asking->collected = true;
	if (rows == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no rows for %d nodes", nodes->trained->label, nodes->count),
				 errhint("It must have one row for each row of %s, with a model.", nodes->shared->label)));
	check_collected(asking, 1);
	for (int i = 0; i < rows; i++)
	{
		bool		null;
		Datum		model = statement_value(i, 4, &null);

		size += VARSIZE_ANY(DatumGetPointer(model));
		check_memory(size, "comparing the models of some nodes", "use smaller networks");
		asking->models[i] = (NodeModel) {.node = MemoryContextStrdup(asking->context, text_at(i, 3)), .model = copy_model(asking, model)};
	}
	asking->got = (int) rows;
}

static void
ask(void *state)
{
	Asking	   *asking = state;

	SPI_connect();
	if (asking->most > 0)
		ask_models(asking);
	else
		ask_average(asking);
	SPI_finish();
}

/* ---- which of them an error is from ---- */

static void
ask_part(void *state)
{
	static const Oid types[] = {TEXTARRAYOID};
	Asking	   *asking = state;
	Datum		names = names_array(asking->nodes, asking->first, asking->count);

	SPI_connect();
	statement_run(psprintf("SELECT pg_catalog.sum(pg_catalog.octet_length(model)) FROM %s WHERE node OPERATOR(pg_catalog.=) ANY ($1)",
						   asking->nodes->trained->name), 1, types, &names, NULL, SPI_OK_SELECT);
	SPI_finish();
}

/* Whether it is about the server, or the wish to end, and not about what one of the nodes has. */
static bool
is_about_all(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return category == ERRCODE_OPERATOR_INTERVENTION || category == ERRCODE_INSUFFICIENT_RESOURCES ||
		category == ERRCODE_INVALID_TRANSACTION_STATE;
}

/*
 * Finds the node that an error came from by asking half of those in question again, and half of these: PostgreSQL does not say which
 * partition was read. Raises the error with its name where there is one that fails by itself.
 */
pg_noreturn static void
raise_with_node(Asking *asking, ErrorData *error)
{
	ErrorData  *part;

	asking->first = 0;
	asking->count = asking->nodes->count;
	while (asking->count > 1)
	{
		int			behind = asking->first + asking->count;

		asking->count /= 2;
		part = attempt(ask_part, asking);
		if (part != NULL && is_about_all(part))
			ReThrowError(part);
		if (part == NULL)
		{
			asking->first += asking->count;
			asking->count = behind - asking->first;
		}
	}
	/* it is left over where none fails by itself, too: models of several that have no average */
	part = attempt(ask_part, asking);
	if (part == NULL)
		ReThrowError(error);
	if (!is_about_all(part))
		part->message = psprintf("node \"%s\": %s", TextDatumGetCString(asking->nodes->name[asking->first]), part->message);
	ReThrowError(part);
}

/* The options stay, whatever becomes of the rest: those of the next time take their place. */
static ErrorData *
try_all(Asking *asking, Datum options)
{
	ErrorData  *error;

	asking->context = CurrentMemoryContext;
	nodes_tell(asking->nodes, options);
	error = attempt(ask, asking);
	if (error != NULL && is_about_all(error))
		ReThrowError(error);
	return error;
}

static void
ask_all(Asking *asking, Datum options)
{
	ErrorData  *error = try_all(asking, options);

	if (error != NULL && asking->collected)
		ReThrowError(error);
	if (error != NULL)
		raise_with_node(asking, error);
}

bytea *
nodes_average_if_any(Nodes *nodes, Datum options)
{
	Asking		asking = {.nodes = nodes};

	return try_all(&asking, options) == NULL ? asking.average : NULL;
}

bytea *
nodes_average(Nodes *nodes, Datum options)
{
	Asking		asking = {.nodes = nodes};

	ask_all(&asking, options);
	return asking.average;
}

int
nodes_models(Nodes *nodes, Datum options, int most, NodeModel *models)
{
	Asking		asking = {.nodes = nodes, .most = most, .models = models};

	ask_all(&asking, options);
	return asking.got;
}
