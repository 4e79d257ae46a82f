/*
 * store.c: storing what a training of hours has made, or at least not losing it.
 *
 * Whether a statement will store the model is asked of its plan before the training: it is one statement, it mentions
 * the model, and it is of a kind that changes something. What a function or a procedure does inside cannot be known,
 * and neither can a constraint, a full disk, or a table that is dropped meanwhile. So storing is done in a
 * subtransaction. Where that fails the model goes to lstm_models, as a version that is not active, or where the user
 * has no rights on that into a temporary table; and then the error is raised.
 */
#include "train/store.h"

#include "server/attempt.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "utils/plancache.h"

static Oid	parameter_types[] = {BYTEAOID, TEXTOID};

#define KEPT "lstm_kept_models"	/* the temporary table */

/* ---- before the training ---- */

static bool
mentions_model(Node *node, void *unused)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXTERN && ((Param *) node)->paramid == 1;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, mentions_model, NULL, 0);
	return expression_tree_walker(node, mentions_model, NULL);
}

/* Whether a query can store something: what a function that it calls does cannot be known. */
static bool
changes_something(Query *query)
{
	switch (query->commandType)
	{
		case CMD_INSERT:
		case CMD_UPDATE:
		case CMD_MERGE:
			return true;
		case CMD_SELECT:
		case CMD_DELETE:
			return query->hasModifyingCTE || contain_volatile_functions((Node *) query);
		default:
			return false;
	}
}

static bool
can_store(Query *query)
{
	if (query->commandType != CMD_UTILITY)
		return changes_something(query) && mentions_model((Node *) query, NULL);
	if (IsA(query->utilityStmt, CallStmt))
		return mentions_model((Node *) ((CallStmt *) query->utilityStmt)->funcexpr, NULL);
	if (IsA(query->utilityStmt, CreateTableAsStmt))
	{
		Node	   *source = ((CreateTableAsStmt *) query->utilityStmt)->query;

		return IsA(source, Query) && mentions_model(source, NULL);
	}
	return false;
}

/* Why a plan will not store the model; NULL: it may. */
static const char *
why_not(SPIPlanPtr plan)
{
	List	   *sources = SPI_plan_get_plan_sources(plan);
	ListCell   *cell;

	if (sources == NIL)
		return "The statement is empty.";
	if (list_length(sources) > 1)
		return psprintf("The string contains %d statements.", list_length(sources));
	foreach(cell, ((CachedPlanSource *) linitial(sources))->query_list)
		if (can_store(lfirst_node(Query, cell)))
			return NULL;
	return "The statement does not put $1, which is the model, into a table.";
}

static void
check_statement(const char *statement)
{
	SPIPlanPtr	plan = SPI_prepare(statement, lengthof(parameter_types), parameter_types);
	const char *reason;

	if (plan == NULL)
		elog(ERROR, "could not prepare the statement in \"store\": %s", SPI_result_code_string(SPI_result));
	reason = why_not(plan);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the statement in \"store\" would not store the model"),
				 errdetail("%s", reason),
				 errhint("Give one INSERT, UPDATE or MERGE with the model as $1 and its name as $2, or a CALL or "
						 "SELECT of a procedure or function of yours that stores the model.")));
	SPI_freeplan(plan);
}

void
store_check(const Store *store)
{
	if (store->statement == NULL)
	{
		registry_check(&store->entry);
		return;
	}
	if (!store->entry.note_is_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"note\" belongs to table lstm_models, but \"store\" puts the model elsewhere"),
				 errhint("Write the note in the statement itself.")));
	check_statement(store->statement);
}

/* ---- after it ---- */

typedef struct Storing
{
	FunctionCallInfo fcinfo;
	Store	   *store;
	Datum		model;
	int			version;		/* in lstm_models */
	char	   *trouble;		/* why the statement failed */
} Storing;

static void
run_statement(const Storing *storing)
{
	Datum		values[] = {storing->model, CStringGetTextDatum(storing->store->entry.name)};
	int			result = SPI_execute_with_args(storing->store->statement, lengthof(parameter_types), parameter_types,
											   values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not run the statement in \"store\": %s", SPI_result_code_string(result));
	if (SPI_processed == 0 && result != SPI_OK_SELECT && result != SPI_OK_UTILITY)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the statement in \"store\" has stored model \"%s\" in no row", storing->store->entry.name),
				 errhint("INSERT ... ON CONFLICT ... DO UPDATE stores the model in any case.")));
}

/* The table is looked up now: the extension may have moved to another schema during the training. */
static void
save(Storing *storing)
{
	RegistryEntry *entry = &storing->store->entry;

	entry->table = registry_table(storing->fcinfo);
	storing->version = registry_save(entry, storing->model);
}

static void
store_as_asked(void *state)
{
	Storing    *storing = state;

	if (storing->store->statement != NULL)
		run_statement(storing);
	else
		save(storing);
}

static void
keep_in_registry(void *state)
{
	Storing    *storing = state;
	RegistryEntry *entry = &storing->store->entry;

	entry->activate = false;
	entry->note_is_null = false;
	entry->note = CStringGetTextDatum(psprintf("kept by lstm_train_into, which could not store it: %s", storing->trouble));
	save(storing);
}

static void
keep_in_session(void *state)
{
	Storing    *storing = state;
	Datum		values[] = {storing->model, CStringGetTextDatum(storing->store->entry.name)};

	(void) SPI_execute("CREATE TEMPORARY TABLE IF NOT EXISTS " KEPT
					   " (name text, model bytea, kept timestamptz DEFAULT pg_catalog.clock_timestamp())", false, 0);
	(void) SPI_execute_with_args("INSERT INTO pg_temp." KEPT " (name, model) VALUES ($2, $1)", lengthof(parameter_types),
								 parameter_types, values, NULL, false, 0);
}

/* Where the model went after all, as a sentence; NULL: nowhere. */
static char *
keep(Storing *storing)
{
	const char *name = storing->store->entry.name;

	/* what has failed just now would fail again */
	if (storing->store->statement != NULL && attempt(keep_in_registry, storing) == NULL)
		return psprintf("The model was kept: lstm_load(%s, %d).", quote_literal_cstr(name), storing->version);
	if (attempt(keep_in_session, storing) == NULL)
		return psprintf("The model was kept until this session ends: SELECT model FROM pg_temp." KEPT " WHERE name = %s.",
						quote_literal_cstr(name));
	return NULL;
}

void
store_model(FunctionCallInfo fcinfo, Store *store, bytea *model)
{
	Storing		storing = {.fcinfo = fcinfo, .store = store, .model = PointerGetDatum(model)};
	ErrorData  *error = attempt(store_as_asked, &storing);
	char	   *kept;

	if (error == NULL)
	{
		if (store->statement == NULL)
			ereport(NOTICE,
					(errmsg("the model is saved as version %d of \"%s\"", storing.version, store->entry.name)));
		return;
	}
	storing.trouble = error->message;
	kept = keep(&storing);
	if (kept != NULL)
	{
		error->hint = error->hint == NULL ? kept : psprintf("%s %s", error->hint, kept);
		SPI_commit();
	}
	ReThrowError(error);
}
