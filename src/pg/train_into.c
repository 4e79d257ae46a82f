/*
 * train_into.c: lstm_train_into: a long training that holds nothing back while it lasts.
 *
 * One transaction reads the rows, a second one stores the model. In between the session has no snapshot and no lock:
 * vacuum goes on, and tables can be altered. What is trained lies in the memory of the portal, which lives longer than
 * a transaction and is gone when the call ends, on an error too.
 */
#include "progress.h"
#include "registry.h"
#include "request.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"

/* Arguments around those of lstm_train. */
enum
{
	ARG_NAME,
	ARG_FIRST,
	ARG_NOTE = ARG_FIRST + ARGS_OF_REQUEST,
	ARG_ACTIVATE,
	ARG_STORE
};

static Oid	store_types[] = {BYTEAOID, TEXTOID};

static void
require_own_transactions(FunctionCallInfo fcinfo)
{
	if (fcinfo->context != NULL && IsA(fcinfo->context, CallContext) && !((CallContext *) fcinfo->context)->atomic)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
			 errmsg("lstm_train_into cannot run inside a transaction block"),
			 errdetail("It commits when the rows are read, and stores the model in another transaction. A function, an "
					   "EXCEPTION block, and a procedure with SECURITY DEFINER or SET are inside one, too."),
			 errhint("CALL it by itself, or use lstm_train.")));
}

/* The arguments of lstm_train among those of this call. */
static Table *
read_request(FunctionCallInfo fcinfo, bool several, Request *request)
{
	LOCAL_FCINFO(training, ARGS_OF_REQUEST);

	InitFunctionCallInfoData(*training, fcinfo->flinfo, ARGS_OF_REQUEST, fcinfo->fncollation, NULL, NULL);
	memcpy(training->args, fcinfo->args + ARG_FIRST, ARGS_OF_REQUEST * sizeof(NullableDatum));
	return request_read(training, several, request);
}

/* Raises what would be wrong with storing, before the time of a training is spent. */
static void
check_store(const char *store, const RegistryEntry *entry)
{
	SPIPlanPtr	plan;

	if (store == NULL)
	{
		registry_check(entry);
		return;
	}
	if (!entry->note_is_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("note is of the table lstm_models, and store puts the model elsewhere"),
				 errhint("Write the note in the statement itself.")));
	plan = SPI_prepare(store, lengthof(store_types), store_types);
	if (plan == NULL)
		elog(ERROR, "could not prepare the statement of store: %s", SPI_result_code_string(SPI_result));
	SPI_freeplan(plan);
}

static void
run_store(const char *store, const RegistryEntry *entry, bytea *model)
{
	Datum		values[] = {PointerGetDatum(model), CStringGetTextDatum(entry->name)};
	int			result = SPI_execute_with_args(store, lengthof(store_types), store_types, values, NULL, false, 0);

	if (result < 0)
		elog(ERROR, "could not run the statement of store: %s", SPI_result_code_string(result));
	if (SPI_processed == 0 && (result == SPI_OK_INSERT || result == SPI_OK_UPDATE))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the statement of store has stored the model \"%s\" in no row", entry->name),
				 errhint("INSERT ... ON CONFLICT ... DO UPDATE finds a row in any case.")));
}

static Datum
train_into(FunctionCallInfo fcinfo, bool several)
{
	RegistryEntry entry;
	Request    *request;
	Table	   *table;
	char	   *store;
	bytea	   *volatile model = NULL;
	Progress	progress;
	int			version;

	require_own_transactions(fcinfo);
	/* from here on the current memory context outlives the transaction */
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	entry = (RegistryEntry) {
		.table = registry_table(fcinfo),
		.name = registry_name(fcinfo, ARG_NAME),
		.note_is_null = PG_ARGISNULL(ARG_NOTE),
		.activate = PG_ARGISNULL(ARG_ACTIVATE) || PG_GETARG_BOOL(ARG_ACTIVATE),
	};
	if (!entry.note_is_null)
		entry.note = PointerGetDatum(PG_GETARG_TEXT_P_COPY(ARG_NOTE));
	store = PG_ARGISNULL(ARG_STORE) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_STORE));
	check_store(store, &entry);
	request = palloc0(sizeof(Request));
	table = read_request(fcinfo, several, request);
	request->commit_when_read = true;
	progress_begin(&progress, PROGRESS_TRAIN_INTO, table->relid);
	PG_TRY();
	{
		model = training_run_table(request, table);
	}
	PG_FINALLY();
	{
		progress_end(&progress);
	}
	PG_END_TRY();
	if (store != NULL)
		run_store(store, &entry, model);
	else
	{
		version = registry_save(&entry, PointerGetDatum(model));
		ereport(NOTICE,
				(errmsg("the model is saved as version %d of \"%s\"", version, entry.name)));
	}
	SPI_finish();
	return (Datum) 0;
}

SQL_FUNCTION(lstm_train_into);
Datum
lstm_train_into(PG_FUNCTION_ARGS)
{
	return train_into(fcinfo, false);
}

SQL_FUNCTION(lstm_train_into_columns);
Datum
lstm_train_into_columns(PG_FUNCTION_ARGS)
{
	return train_into(fcinfo, true);
}
