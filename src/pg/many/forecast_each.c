/*
 * forecast_each.c: lstm_forecast_each: the forecasts of all models of a table, on all cores.
 *
 * The session that calls and its crew do the same: they take a share of the series, put the forecasts of each in the place of those
 * that are there, and commit. Each series is one statement in a subtransaction, so that a bad one has a status, and stops nothing.
 */
#include "many/shares.h"
#include "model/model_cache.h"
#include "rows/table.h"
#include "rows/table_index.h"
#include "server/attempt.h"
#include "server/commits.h"
#include "server/crew.h"
#include "server/error.h"
#include "server/progress.h"
#include "server/quiet.h"
#include "sql/arguments.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

enum
{
	ARG_MODELS,
	ARG_INTO,
	ARG_STEPS,
	ARG_LEVEL,
	ARG_RELATION,
	ARG_AS_OF,
	ARG_HOLIDAYS,
	ARG_FUTURE,
	ARG_WORKERS
};

/* Series of a share: at most so many, and so few that each process has about so many shares. */
#define MOST_OF_SHARE 64
#define SHARES_EACH 16

#define MODELS "CREATE TABLE name (series text PRIMARY KEY, model bytea, status text)"
#define FORECASTS "CREATE TABLE name AS SELECT * FROM lstm_forecast(NULL); CREATE INDEX ON name (series)"

/* Parameters of the statements: the series, the model, and arguments of the call. */
enum
{
	PARAMETER_SERIES,
	PARAMETER_MODEL,
	PARAMETER_NAMES,			/* the series as an array, or NULL for a model that knows no series */
	PARAMETER_STATUS,			/* why there is no forecast */
	PARAMETER_FIRST,			/* from ARG_STEPS on, up to ARG_FUTURE */
	PARAMETERS = PARAMETER_FIRST + ARG_FUTURE - ARG_STEPS + 1
};

static const Oid parameter_types[PARAMETERS] = {TEXTOID, BYTEAOID, TEXTARRAYOID, TEXTOID, INT4OID, FLOAT8OID, REGCLASSOID, TIMESTAMPTZOID,
	REGCLASSOID, REGCLASSOID};

/* The statements for a series, planned once for all. */
enum
{
	PLAN_MODEL,
	PLAN_REMOVE,
	PLAN_FORECAST,
	PLAN_NOTE,
	PLANS
};

typedef struct Each
{
	Table	   *models;
	Table	   *into;
	SPIPlanPtr	plan[PLANS];
	Datum		values[PARAMETERS];
	char		nulls[PARAMETERS + 1];
	Crew	   *crew;
	bool		has_forecast;	/* the series at hand */
} Each;

/* ---- one series ---- */

static void
run(const Each *each, int plan, int expected)
{
	int			result = SPI_execute_plan(each->plan[plan], (Datum *) each->values, each->nulls, false, 0);

	if (result != expected)
		elog(ERROR, "a statement on the table of forecasts ended with %s", SPI_result_code_string(result));
}

static void
set(Each *each, int parameter, Datum value)
{
	each->values[parameter] = value;
	each->nulls[parameter] = ' ';
}

/* The model of the series at hand as a parameter, and the name of the series where it knows any. */
static void
set_model(Each *each, Datum model)
{
	const LoadedModel *loaded = model_use(palloc0(sizeof(ModelUse)), CurrentMemoryContext, model);
	bool		has_series = loaded->model.series_column[0] != '\0';

	set(each, PARAMETER_MODEL, model);
	each->nulls[PARAMETER_NAMES] = 'n';
	if (has_series)
		set(each, PARAMETER_NAMES, PointerGetDatum(construct_array(&each->values[PARAMETER_SERIES], 1, TEXTOID, -1, false, TYPALIGN_INT)));
}

/* New forecasts stand where old ones stood. */
static void
replace(void *state)
{
	Each	   *each = state;
	CrewBoard	board = crew_board(each->crew);
	int			nest;
	bool		null;

	progress_expect(board.expected);
	progress_number((int64) board.done);
	/* what is said of each would be a million lines */
	nest = quiet_begin();
	SPI_connect();
	run(each, PLAN_MODEL, SPI_OK_SELECT);
	each->has_forecast = true;
	if (SPI_processed > 0)		/* it has not gone meanwhile */
	{
		set_model(each, PointerGetDatum(PG_DETOAST_DATUM(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null))));
		run(each, PLAN_REMOVE, SPI_OK_DELETE);
		run(each, PLAN_FORECAST, SPI_OK_INSERT_RETURNING);
		if (SPI_processed > 0)
			each->has_forecast = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
	}
	SPI_finish();
	quiet_end(nest);
}

static void
forecast_series(void *state)
{
	Each	   *each = state;

	progress_around(PROGRESS_FORECAST_EACH, each->models->relid, replace, each);
}

/* An error that this series may have alone: in its rows, its model, or what this names. */
static bool
is_its_own(const ErrorData *error)
{
	int			category = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	return attempt_failed_by_rows(error) || category == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION ||
		category == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
}

static void
work_on(Each *each, const char *series)
{
	ErrorData  *error;

	set(each, PARAMETER_SERIES, CStringGetTextDatum(series));
	error = attempt(forecast_series, each);
	if (error != NULL && !is_its_own(error))
		ReThrowError(error);
	if (error != NULL)
	{
		SPI_connect();
		run(each, PLAN_REMOVE, SPI_OK_DELETE);
		set(each, PARAMETER_STATUS, CStringGetTextDatum(attempt_reason(error)));
		run(each, PLAN_NOTE, SPI_OK_INSERT);
		SPI_finish();
	}
	crew_count(each->crew, error != NULL || !each->has_forecast);
}

/* ---- all of them ---- */

/* The names in a share, in the current memory context. */
static char **
read_share(const Each *each, const char *begin, const char *end, int *count)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {begin == NULL ? 0 : CStringGetTextDatum(begin), end == NULL ? 0 : CStringGetTextDatum(end)};
	char		nulls[3] = {begin == NULL ? 'n' : ' ', end == NULL ? 'n' : ' '};
	char	  **names;

	SPI_connect();
	if (SPI_execute_with_args(psprintf("SELECT series FROM %s WHERE model IS NOT NULL AND %s AND %s ORDER BY series", each->models->name,
									   begin == NULL ? "$1 IS NULL" : "series OPERATOR(pg_catalog.>) $1",
									   end == NULL ? "$2 IS NULL" : "series OPERATOR(pg_catalog.<=) $2"),
							  2, types, values, nulls, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the names of series");
	*count = (int) SPI_processed;
	names = MemoryContextAlloc(caller, Max(SPI_processed, 1) * sizeof(char *));
	for (int i = 0; i < *count; i++)
		names[i] = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return names;
}

static void
work_on_share(Each *each, int share)
{
	Shares	   *shares = crew_common(each->crew);
	int			count;
	char	  **names;

	/* a level that was set for the session would meet rows that others have stored meanwhile */
	XactIsoLevel = XACT_READ_COMMITTED;
	PushActiveSnapshot(GetTransactionSnapshot());
	names = read_share(each, shares_begin(shares, share), shares_end(shares, share), &count);
	PopActiveSnapshot();
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		PushActiveSnapshot(GetTransactionSnapshot());
		work_on(each, names[i]);
		PopActiveSnapshot();
	}
}

/* What a process does until no share is left; 'left': those that nobody has done. */
static void
work_on_all(Each *each, bool left)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext one = AllocSetContextCreate(caller, "lstm_forecast_each share", ALLOCSET_DEFAULT_SIZES);
	Shares	   *shares = crew_common(each->crew);
	int			share;

	while ((share = left ? shares_left(shares) : shares_next(shares, each->crew)) >= 0)
	{
		MemoryContextSwitchTo(one);
		work_on_share(each, share);
		MemoryContextSwitchTo(caller);
		SPI_commit();
		crew_committed(each->crew);
		shares_note_done(shares, share);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(one);
	}
	MemoryContextDelete(one);
}

/* ---- the call ---- */

static Table *
open_models(Oid relid)
{
	static const char *const names[] = {"series", "model"};
	static const Oid types[] = {TEXTOID, BYTEAOID};
	Table	   *table = table_open_typed(relid, names, lengthof(names), types, MODELS);

	table_need_index(table, "series", true, "Each series has one model there.");
	return table;
}

static Table *
open_forecasts(Oid relid)
{
	static const char *const names[] = {"series", "step", "forecast_at", "target", "forecast", "lower_bound", "upper_bound", "status"};
	static const Oid types[] = {TEXTOID, INT4OID, TIMESTAMPTZOID, TEXTOID, FLOAT8OID, FLOAT8OID, FLOAT8OID, TEXTOID};
	Table	   *table = table_open_typed(relid, names, lengthof(names), types, FORECASTS);

	if (pg_class_aclmask(relid, GetUserId(), ACL_INSERT | ACL_DELETE, ACLMASK_ALL) != (ACL_INSERT | ACL_DELETE))
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
	table_need_index(table, "series", false, "Forecasts are replaced series by series.");
	return table;
}

/* Outlives the transaction, until free_plans(). */
static SPIPlanPtr
plan(const char *statement)
{
	SPIPlanPtr	result = SPI_prepare(statement, PARAMETERS, (Oid *) parameter_types);

	if (result == NULL || SPI_keepplan(result) != 0)
		elog(ERROR, "could not plan a statement on the table of forecasts: %s", SPI_result_code_string(SPI_result));
	return result;
}

static void
make_plans(FunctionCallInfo fcinfo, Each *each)
{
	const char *schema = quote_identifier(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));

	each->plan[PLAN_MODEL] = plan(psprintf("SELECT model FROM %s WHERE series OPERATOR(pg_catalog.=) $1 AND model IS NOT NULL", each->models->name));
	each->plan[PLAN_REMOVE] = plan(psprintf("DELETE FROM %s WHERE series OPERATOR(pg_catalog.=) $1", each->into->name));
	each->plan[PLAN_FORECAST] = plan(psprintf("INSERT INTO %s (series, step, forecast_at, target, forecast, lower_bound, upper_bound, status) "
											  "SELECT $1, f.step, f.forecast_at, f.target, f.forecast, f.lower_bound, f.upper_bound, f.status "
											  "FROM %s.lstm_forecast($2, $5, $6, $7, $8, $3, NULL, $9, $10) f RETURNING forecast IS NOT NULL",
											  each->into->name, schema));
	each->plan[PLAN_NOTE] = plan(psprintf("INSERT INTO %s (series, status) VALUES ($1, $4)", each->into->name));
}

static void
free_plans(Each *each)
{
	for (int i = 0; i < PLANS; i++)
		if (each->plan[i] != NULL)
			SPI_freeplan(each->plan[i]);
}

static void
read_call(FunctionCallInfo fcinfo, Each *each)
{
	Oid			models = argument_relation(fcinfo, ARG_MODELS, "models", "Give a table like: " MODELS ".");
	Oid			into = argument_relation(fcinfo, ARG_INTO, "into_table", "Give a table like: " FORECASTS ".");

	if (PG_ARGISNULL(ARG_LEVEL))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("level must not be NULL")));
	/* what is wrong for all of them is said before old forecasts go */
	check_level(PG_GETARG_FLOAT8(ARG_LEVEL));
	(void) argument_int(fcinfo, ARG_STEPS, "steps", 1, LF_MAX_DIM, 1);
	each->models = open_models(models);
	each->into = open_forecasts(into);
	memset(each->nulls, 'n', PARAMETERS);
	for (int i = ARG_STEPS; i <= ARG_FUTURE; i++)
		if (!PG_ARGISNULL(i))
			set(each, PARAMETER_FIRST + i - ARG_STEPS, fcinfo->args[i].value);
}

/* The crew does what the session does. */
static void
help(FunctionCallInfo fcinfo, int variant, Crew *crew)
{
	Each		each = {.crew = crew};

	(void) variant;
	PushActiveSnapshot(GetTransactionSnapshot());
	read_call(fcinfo, &each);
	make_plans(fcinfo, &each);
	PopActiveSnapshot();
	work_on_all(&each, false);
	free_plans(&each);
}

CREW_FUNCTION(lstm_forecast_each_worker, help);

static int64
count_models(const Each *each)
{
	bool		null;

	if (SPI_execute(psprintf("SELECT pg_catalog.count(*) FROM %s WHERE model IS NOT NULL", each->models->name), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count the models");
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
}

static void
report(const Each *each)
{
	CrewBoard	board = crew_board(each->crew);
	char	   *first = NULL;

	if (board.failed > 0 &&
		SPI_execute(psprintf("SELECT pg_catalog.format('The first of them is \"%%s\": %%s.', series, status) FROM %s WHERE forecast IS NULL "
							 "ORDER BY series LIMIT 1", each->into->name), true, 0) == SPI_OK_SELECT && SPI_processed > 0)
		first = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	ereport(NOTICE,
			(errmsg("forecasts of " UINT64_FORMAT " series were stored in %s, by %d %s", board.done - board.failed, each->into->label,
					crew_size(each->crew) + 1, crew_processes(each->crew))));
	if (board.failed > 0)
		ereport(WARNING,
				(errmsg(UINT64_FORMAT " series have no forecast", board.failed),
				 first == NULL ? 0 : errdetail_internal("%s", first),
				 errhint("The column \"status\" of %s says why for each.", each->into->label)));
}

SQL_FUNCTION(lstm_forecast_each);
Datum
lstm_forecast_each(PG_FUNCTION_ARGS)
{
	Each		each = {0};
	int			workers = argument_int(fcinfo, ARG_WORKERS, "workers", 0, MOST_OF_CREW, crew_usual_size());
	LockRelId	locked = {.dbId = MyDatabaseId};
	int64		series;
	Shares	   *shares;

	require_own_transactions(fcinfo, "lstm_forecast_each");
	/* from here on the current memory context outlives the transaction */
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	read_call(fcinfo, &each);
	/* two calls at a time would store forecasts of a series twice; an error releases it as well */
	locked.relId = each.into->relid;
	LockRelationIdForSession(&locked, ShareUpdateExclusiveLock);
	series = count_models(&each);
	workers = (int) Min((int64) workers, Max(series - 1, 0));
	shares = shares_cut(each.models->name, series, (int) Max(Min(series / ((workers + 1) * SHARES_EACH), MOST_OF_SHARE), 1));
	each.crew = crew_start(fcinfo, 0, "lstm_forecast_each_worker", workers, shares, shares->size);
	PG_TRY();
	{
		make_plans(fcinfo, &each);
		crew_expect(each.crew, series);
		SPI_commit();
		work_on_all(&each, false);
		crew_wait(each.crew);
		/* what a worker left that has ended early */
		work_on_all(&each, true);
		report(&each);
	}
	PG_CATCH();
	{
		free_plans(&each);
		crew_end(each.crew);
		PG_RE_THROW();
	}
	PG_END_TRY();
	free_plans(&each);
	crew_end(each.crew);
	UnlockRelationIdForSession(&locked, ShareUpdateExclusiveLock);
	SPI_finish();
	return (Datum) 0;
}
