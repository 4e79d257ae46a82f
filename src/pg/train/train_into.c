/*
 * train_into.c: lstm_train_into: a long training that holds nothing back while it lasts.
 *
 * One transaction reads the rows, a second one stores the model. In between the session has no snapshot and no lock:
 * vacuum goes on, and tables can be altered. What is trained lies in the memory of the portal, which lives longer than
 * a transaction and is gone when the call ends, on an error too.
 */
#include "server/commits.h"
#include "train/request.h"
#include "train/store.h"

#include "executor/spi.h"

/* Arguments around those of lstm_train. */
enum
{
	ARG_NAME,
	ARG_FIRST,
	ARG_NOTE = ARG_FIRST + ARGS_OF_REQUEST,
	ARG_ACTIVATE,
	ARG_STORE
};

/* The arguments of lstm_train among those of this call. */
static Table *
read_request(FunctionCallInfo fcinfo, RequestForm form, Request *request)
{
	LOCAL_FCINFO(training, ARGS_OF_REQUEST);

	InitFunctionCallInfoData(*training, fcinfo->flinfo, ARGS_OF_REQUEST, fcinfo->fncollation, NULL, NULL);
	memcpy(training->args, fcinfo->args + ARG_FIRST, ARGS_OF_REQUEST * sizeof(NullableDatum));
	return request_read(training, form, request);
}

static Store
read_store(FunctionCallInfo fcinfo)
{
	Store		store = {
		.entry = {
			.table = registry_table(fcinfo),
			.name = registry_name(fcinfo, ARG_NAME),
			.note_is_null = PG_ARGISNULL(ARG_NOTE),
			.activate = PG_ARGISNULL(ARG_ACTIVATE) || PG_GETARG_BOOL(ARG_ACTIVATE),
		},
		.statement = PG_ARGISNULL(ARG_STORE) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_STORE)),
	};

	if (!store.entry.note_is_null)
		store.entry.note = PointerGetDatum(PG_GETARG_TEXT_P_COPY(ARG_NOTE));
	return store;
}

static Datum
train_into(FunctionCallInfo fcinfo, RequestForm form)
{
	Store		store;
	Request    *request;
	Table	   *table;

	require_own_transactions(fcinfo, "lstm_train_into");
	/* from here on the current memory context outlives the transaction */
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	store = read_store(fcinfo);
	store_check(&store);
	request = palloc0(sizeof(Request));
	table = read_request(fcinfo, form, request);
	request->commit_when_read = true;
	store_model(fcinfo, &store, training_run_table(PROGRESS_TRAIN_INTO, request, table));
	SPI_finish();
	return (Datum) 0;
}

FORMS_OF(lstm_train_into, train_into);
