/*
 * registry.c: lstm_save, lstm_load, lstm_activate: names for those who want them, over the table lstm_models.
 *
 * Everything is an ordinary statement with the caller's rights, and the table is named with its schema: search_path
 * does not change what is meant. The schema is that of the function which is called, looked up each time anew, because
 * ALTER EXTENSION SET SCHEMA changes it.
 *
 * Two that save or activate versions of one name at the same time both succeed. Whoever changes what is active locks
 * the versions that it sees. A version that it does not see yet stands in its way at a unique index, that of the
 * versions or that of what is active: ON CONFLICT waits there for the other to commit, does nothing, and the next
 * attempt sees what is new.
 */
#include "model/registry.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "model/model_value.h"
#include "sql/names.h"
#include "rows/trust.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* One of them gets ahead at each attempt, so this is the number of sessions that may save one name at once. */
#define ATTEMPTS 1000

/* Names that a hint looks through, and lists. */
#define NAMES_SEEN 1000
#define NAMES_LISTED 10

enum
{
	NAME,
	VERSION,
	MODEL,
	ACTIVE,
	NOTE,
	PARAMETERS
};

static Oid	types[PARAMETERS] = {TEXTOID, INT4OID, BYTEAOID, BOOLOID, TEXTOID};

char *
registry_table(FunctionCallInfo fcinfo)
{
	Oid			schema;

	/* a transaction that has taken no lock for hours does not know yet what others have moved */
	AcceptInvalidationMessages();
	schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	if (!OidIsValid(schema))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"lstm_forecast\" has been dropped")));
	return quote_qualified_identifier(get_namespace_name(schema), "lstm_models");
}

char *
registry_name(FunctionCallInfo fcinfo, int number)
{
	char	   *name;

	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("name must not be NULL")));
	name = text_to_cstring(PG_GETARG_TEXT_PP(number));
	if (name[0] == '\0' || strlen(name) > LF_MAX_NAME)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the name of a model must have 1 to %d bytes, not %zu", LF_MAX_NAME, strlen(name))));
	return name;
}

/* Runs a statement with what of the parameters it mentions; returns how many rows it gave or changed. */
static uint64
run(const char *statement, Datum *values, bool *null, bool read_only)
{
	char		nulls[PARAMETERS];

	for (int i = 0; i < PARAMETERS; i++)
		nulls[i] = null[i] ? 'n' : ' ';
	if (SPI_execute_with_args(statement, PARAMETERS, types, values, nulls, read_only, 0) < 0)
		elog(ERROR, "could not run \"%s\"", statement);
	return SPI_processed;
}

/* For those who change what is active: one after the other. */
static void
lock_versions(const char *table, Datum *values, bool *null)
{
	(void) run(psprintf("SELECT FROM %s WHERE name OPERATOR(pg_catalog.=) $1 ORDER BY version FOR NO KEY UPDATE", table),
			   values, null, false);
}

/* No version is active, until another one is. */
static void
deactivate(const char *table, Datum *values, bool *null)
{
	(void) run(psprintf("UPDATE %s SET active = false WHERE name OPERATOR(pg_catalog.=) $1 AND active", table), values,
			   null, false);
}

static int
int_of_row(uint64 row)
{
	bool		is_null;

	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &is_null));
}

/* The versions in the result at hand, newest first, as a sentence. */
static char *
versions_text(uint64 count)
{
	int			newest = int_of_row(0);
	int			oldest = int_of_row(count - 1);

	if (count == 1)
		return psprintf("The only version of the model is %d.", newest);
	return psprintf("The model has " UINT64_FORMAT " versions, from %d to %d.", count, oldest, newest);
}

/* Raises 42704 for a name that is not there. */
static void
report_no_name(const char *table, const char *name, Datum *values, bool *null)
{
	uint64		count = run(psprintf("SELECT DISTINCT name FROM %s ORDER BY name LIMIT %d", table, NAMES_SEEN), values,
							null, true);
	const char **names = palloc((count + 1) * sizeof(char *));
	const char *otherwise;

	for (uint64 i = 0; i < count; i++)
		names[i] = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
	otherwise = count == 0 ? "No model has been saved yet; save one with lstm_save(name, model)." :
		count > NAMES_LISTED ? psprintf("SELECT DISTINCT name FROM %s lists the saved models.", table) :
		psprintf("The saved models are: %s.", join_names(names, (int) count));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" does not exist", name),
			 nearest_hint(name, names, (int) count, otherwise)));
}

/* Raises 42704 for a name that is not there, or else for its version; for the active one where 'version' is 0. */
static void
report_missing(const char *table, const char *name, int version, Datum *values, bool *null)
{
	uint64		count = run(psprintf("SELECT version FROM %s WHERE name OPERATOR(pg_catalog.=) $1 ORDER BY version DESC",
									 table), values, null, true);

	if (count == 0)
		report_no_name(table, name, values, null);
	if (version == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("no version of model \"%s\" is active", name),
				 errdetail("%s", versions_text(count)),
				 errhint("Activate a version with lstm_activate(name, version), or load a version by its number.")));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" has no version %d", name, version),
			 errdetail("%s", versions_text(count))));
}

void
registry_check(const RegistryEntry *entry)
{
	Datum		values[PARAMETERS] = {0};
	bool		null[PARAMETERS] = {true, true, true, true, true};

	/* the executor looks at rights before it finds that there is nothing to do */
	(void) run(psprintf("INSERT INTO %s (name, version, model, active, note) SELECT $1, $2, $3, $4, $5 LIMIT 0",
						entry->table), values, null, false);
	(void) run(psprintf("SELECT FROM %s WHERE name OPERATOR(pg_catalog.=) $1 AND version OPERATOR(pg_catalog.=) $2",
						entry->table), values, null, true);
	if (entry->activate)
		deactivate(entry->table, values, null);
}

int
registry_save(const RegistryEntry *entry, Datum model)
{
	Datum		values[PARAMETERS] = {
		[NAME] = CStringGetTextDatum(entry->name),
		[MODEL] = model,
		[ACTIVE] = BoolGetDatum(entry->activate),
		[NOTE] = entry->note,
	};
	bool		null[PARAMETERS] = {[VERSION] = true, [NOTE] = entry->note_is_null};
	char	   *insert = psprintf("INSERT INTO %s (name, version, model, active, note) "
								  "SELECT $1, COALESCE(pg_catalog.max(version), 0) OPERATOR(pg_catalog.+) 1, $3, $4, $5 "
								  "FROM %s WHERE name OPERATOR(pg_catalog.=) $1 "
								  "ON CONFLICT DO NOTHING RETURNING version", entry->table, entry->table);

	for (int attempt = 0; attempt < ATTEMPTS; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		if (entry->activate)
		{
			lock_versions(entry->table, values, null);
			deactivate(entry->table, values, null);
		}
		if (run(insert, values, null, false) > 0)
			return int_of_row(0);
	}
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not save model \"%s\"", entry->name),
			 errdetail("The new version conflicted %d times with versions that this session cannot see.", ATTEMPTS),
			 errhint("Try again, and make sure that no policy or trigger of table %s hides or suppresses rows.", entry->table)));
	return 0;
}

/*
 * The trigger of lstm_models, and of tables of models of the user's own: its argument names the column, which is
 * "model" unless it is said. It holds what a model names against the rights of whoever stores it.
 */
SQL_FUNCTION(lstm_check_model);
Datum
lstm_check_model(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	descriptor;
	HeapTuple	row;
	const char *column;
	int			number;
	Datum		value;
	bool		is_null;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("lstm_check_model must be fired for each row before INSERT or UPDATE")));
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	descriptor = RelationGetDescr(trigger->tg_relation);
	column = trigger->tg_trigger->tgnargs > 0 ? trigger->tg_trigger->tgargs[0] : "model";
	number = SPI_fnumber(descriptor, column);
	if (number <= 0 || getBaseType(SPI_gettypeid(descriptor, number)) != BYTEAOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("relation \"%s\" has no column \"%s\" of type bytea", RelationGetRelationName(trigger->tg_relation),
						column)));
	value = heap_getattr(row, number, descriptor, &is_null);
	if (!is_null)
		trust_check_claims(&model_load(DatumGetByteaPP(value))->model, trigger->tg_relation->rd_rel->relowner);
	return PointerGetDatum(row);
}

SQL_FUNCTION(lstm_save);
Datum
lstm_save(PG_FUNCTION_ARGS)
{
	RegistryEntry entry = {
		.name = registry_name(fcinfo, 0),
		.note = PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2),
		.note_is_null = PG_ARGISNULL(2),
		.activate = PG_ARGISNULL(3) || PG_GETARG_BOOL(3),
	};
	bytea	   *model;
	int			version;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("model must not be NULL")));
	model = PG_GETARG_BYTEA_P(1);
	entry.table = registry_table(fcinfo);
	SPI_connect();
	/*
	 * Raises where it is no model, or names what its saver may not read; what it reads is gone with SPI_finish(). The
	 * trigger of the table does the same for those who INSERT, but a table of version 1.0.0 has none until it is
	 * updated.
	 */
	trust_check_claims(&model_load(model)->model, GetUserId());
	version = registry_save(&entry, PointerGetDatum(model));
	SPI_finish();
	PG_RETURN_INT32(version);
}

/* A version in the argument 1; 0 where it is NULL. */
static int
version_argument(FunctionCallInfo fcinfo)
{
	int			version = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);

	if (version < 1 && !PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("version must be at least 1, not %d", version)));
	return version;
}

SQL_FUNCTION(lstm_load);
Datum
lstm_load(PG_FUNCTION_ARGS)
{
	char	   *name = registry_name(fcinfo, 0);
	int			version = version_argument(fcinfo);
	char	   *table = registry_table(fcinfo);
	Datum		values[PARAMETERS] = {[NAME] = CStringGetTextDatum(name), [VERSION] = Int32GetDatum(version)};
	bool		null[PARAMETERS] = {[MODEL] = true, [ACTIVE] = true, [NOTE] = true};
	bool		is_null;
	Datum		model;

	SPI_connect();
	if (run(psprintf("SELECT model FROM %s WHERE name OPERATOR(pg_catalog.=) $1 AND %s", table,
					 version == 0 ? "active" : "version OPERATOR(pg_catalog.=) $2"), values, null, true) == 0)
		report_missing(table, name, version, values, null);
	/* where it is stored out of line this is its pointer, by which a forecast finds what it has read before */
	model = SPI_datumTransfer(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null), false, -1);
	SPI_finish();
	PG_RETURN_DATUM(model);
}

SQL_FUNCTION(lstm_activate);
Datum
lstm_activate(PG_FUNCTION_ARGS)
{
	char	   *name = registry_name(fcinfo, 0);
	int			version = version_argument(fcinfo);
	char	   *table = registry_table(fcinfo);
	Datum		values[PARAMETERS] = {[NAME] = CStringGetTextDatum(name), [VERSION] = Int32GetDatum(version)};
	bool		null[PARAMETERS] = {[MODEL] = true, [ACTIVE] = true, [NOTE] = true};

	if (version == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("version must not be NULL")));
	SPI_connect();
	lock_versions(table, values, null);
	deactivate(table, values, null);
	if (run(psprintf("UPDATE %s SET active = true WHERE name OPERATOR(pg_catalog.=) $1 "
					 "AND version OPERATOR(pg_catalog.=) $2", table), values, null, false) == 0)
		report_missing(table, name, version, values, null);
	SPI_finish();
	PG_RETURN_VOID();
}
