/*
 * compat.h: the differences between the supported versions of PostgreSQL, all of them, and nothing else.
 *
 * What a later version has is written here for the earlier ones, under its own name: the rest of the code reads as for
 * the newest version. It takes the place of postgres.h, and common.h includes it before everything else.
 */
#ifndef LFPG_COMPAT_H
#define LFPG_COMPAT_H

/* Own symbols are hidden; before version 16 PostgreSQL has no word for those that are not. */
#ifndef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

#include "postgres.h"

#if PG_VERSION_NUM < 130000
#error "lstm_forecast needs PostgreSQL 13 or later"
#endif

/*
 * Sizes of what a forged model asks for are multiplied in size_t before they are compared, see base.h: 32 bits are not
 * enough for that. The core itself computes the same there.
 */
#if SIZEOF_SIZE_T < 8
#error "lstm_forecast needs a 64-bit platform"
#endif

#include "fmgr.h"

/* ---- 19 ---- */

#if PG_VERSION_NUM >= 190000
/* these were brought along by other headers */
#include "access/htup_details.h"
#include "utils/tuplestore.h"
#else
#include "utils/jsonb.h"

/* Jsonb in the making, which keeps what came of it. */
typedef struct JsonbInState
{
	JsonbValue *result;
	JsonbParseState *parseState;
} JsonbInState;

static inline void
push_jsonb_value(JsonbInState *state, JsonbIteratorToken token, JsonbValue *value)
{
	state->result = pushJsonbValue(&state->parseState, token, value);
}

#define pushJsonbValue(state, token, value) push_jsonb_value(state, token, value)
#endif

/* ---- 18 ---- */

#if PG_VERSION_NUM < 180000
#include "utils/relcache.h"

/* A primary key that is checked at the end of a transaction was always one. */
#define RelationGetPrimaryKeyIndex(relation, deferrable_ok) RelationGetPrimaryKeyIndex(relation)

/* stands before the declaration */
#define pg_noreturn __attribute__((noreturn))

/* The name and version that pg_get_loaded_modules() of 18 shows. */
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

/* ---- 17: the number of this backend's transaction is in a struct of its own ---- */

#if PG_VERSION_NUM >= 170000
#define MY_TRANSACTION (MyProc->vxid.lxid)
#else
#define MY_TRANSACTION (MyProc->lxid)
#endif

/* ---- 16: the walkers through trees have prototypes ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include "nodes/nodeFuncs.h"
#pragma GCC diagnostic pop

/* ---- 16: what varlena values are made of has left postgres.h ---- */

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* ---- 16: what gives the status of a backend, counted from 1 on, has another name ---- */

#if PG_VERSION_NUM >= 160000
#define local_backend_status(number) pgstat_get_local_beentry_by_index(number)
#else
#define local_backend_status(number) pgstat_fetch_stat_local_beentry(number)
#endif

/* ---- 15 ---- */

/* An interval as text; who uses this includes utils/datetime.h. */
#if PG_VERSION_NUM >= 150000
#define ENCODE_INTERVAL(interval, style, text) \
	do { \
		struct pg_itm interval_parts; \
		interval2itm(interval, &interval_parts); \
		EncodeInterval(&interval_parts, style, text); \
	} while (0)
#else
#define ENCODE_INTERVAL(interval, style, text) \
	do { \
		struct pg_tm interval_parts; \
		fsec_t interval_fraction; \
		(void) interval2tm(interval, &interval_parts, &interval_fraction); \
		EncodeInterval(&interval_parts, interval_fraction, style, text); \
	} while (0)
#endif

#if PG_VERSION_NUM < 150000
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/guc.h"

#define strtoi64(text, end, base) ((int64) strtoll(text, end, base))

/* There is no MERGE; what stands for it is no command that a list of queries has. */
#define CMD_MERGE CMD_NOTHING

/* Placeholders are only warned of here, and later ones are not refused. */
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)

/* The commit itself goes on with a new transaction, but in minor versions before February 2022. */
#define SPI_commit() (SPI_commit(), SPI_start_transaction())

#define MAT_SRF_USE_EXPECTED_DESC 1

/* Prepares the result of a function that returns all its rows at once. */
static inline void
InitMaterializedSRF(FunctionCallInfo fcinfo, int flags)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		as_expected = (flags & MAT_SRF_USE_EXPECTED_DESC) != 0;
	MemoryContext caller;

	if (result == NULL || !IsA(result, ReturnSetInfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	if ((result->allowedModes & SFRM_Materialize) == 0 || (as_expected && result->expectedDesc == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("materialize mode required, but it is not allowed in this context")));
	/* of the query: the rows are read after the function has returned */
	caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	if (as_expected)
		result->setDesc = CreateTupleDescCopy(result->expectedDesc);
	else if (get_call_result_type(fcinfo, NULL, &result->setDesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "the function returns rows");
	result->returnMode = SFRM_Materialize;
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	MemoryContextSwitchTo(caller);
}
#endif

/* ---- 14: the status of backends has left pgstat.h, and a backend is shown its own ---- */

#if PG_VERSION_NUM >= 140000
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
#define OWN_BACKEND_STATUS MyBEEntry
#else
#include "pgstat.h"
#define OWN_BACKEND_STATUS ((const PgBackendStatus *) NULL)
#define ROLE_PG_READ_ALL_STATS DEFAULT_ROLE_READ_ALL_STATS
#endif

/* ---- 14: an object that is gone may be described; who uses this includes catalog/objectaddress.h ---- */

#if PG_VERSION_NUM >= 140000
#define GET_OBJECT_DESCRIPTION(object) getObjectDescription(object, false)
#else
#define GET_OBJECT_DESCRIPTION(object) getObjectDescription(object)
#endif

/* ---- 14: a query may send its rows to a receiver of the caller's ---- */

#if PG_VERSION_NUM < 140000
#include "nodes/params.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"

typedef struct SPIExecuteOptions
{
	ParamListInfo params;
	bool		read_only;
	bool		must_return_tuples;
	DestReceiver *dest;
} SPIExecuteOptions;

/* For queries that return rows: a cursor, from which they are fetched into the receiver. */
static inline int
SPI_execute_extended(const char *query, const SPIExecuteOptions *options)
{
	ParamListInfo given = options->params;
	int			count = given == NULL ? 0 : given->numParams;
	Oid		   *types = palloc((count + 1) * sizeof(Oid));
	Datum	   *values = palloc((count + 1) * sizeof(Datum));
	char	   *nulls = palloc(count + 1);
	Portal		portal;

	for (int i = 0; i < count; i++)
	{
		types[i] = given->params[i].ptype;
		values[i] = given->params[i].value;
		nulls[i] = given->params[i].isnull ? 'n' : ' ';
	}
	portal = SPI_cursor_open_with_args(NULL, query, count, types, values, nulls, options->read_only, CURSOR_OPT_NO_SCROLL);
	PortalRunFetch(portal, FETCH_FORWARD, FETCH_ALL, options->dest);
	SPI_cursor_close(portal);
	return SPI_OK_SELECT;
}
#endif

#endif
