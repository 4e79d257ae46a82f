/*
 * train_each.c: lstm_train_each: a model for each of many series, on all cores.
 *
 * The table that takes the models is the queue of their trainings, see queue.h. The session that calls and its crew do the same: they
 * take some series, train them, store the models and commit. So nothing is lost when the call ends early, and the next one goes on.
 */
#include "sql/arguments.h"
#include "many/queue.h"
#include "train/request.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "server/attempt.h"
#include "server/commits.h"
#include "server/crew.h"
#include "server/error.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Arguments behind those of lstm_train. */
enum
{
	ARG_INTO = ARGS_OF_REQUEST,
	ARG_WORKERS,
	ARG_AGAIN
};

/* Series that are taken at once: so many as fit into a second, at most these. */
#define MOST_TAKEN 64
#define SECONDS_OF_BATCH 1.0

typedef struct Each
{
	Request    *request;
	Table	   *table;
	Queue		queue;
	Crew	   *crew;
	const char *series;			/* at hand */
	bytea	   *model;
} Each;

/* ---- one series ---- */

static Panel *
read_series(PanelSpec *plan, void *state)
{
	const Each *each = state;
	ReadFilter	filter = table_filter(each->series);
	CrewBoard	board = crew_board(each->crew);

	progress_expect(board.expected);
	progress_number((int64) board.done);
	return panel_read(plan, each->table, &filter);
}

static void
run_training(void *state)
{
	Each	   *each = state;

	each->model = training_run_panel(each->request, read_series, each);
}

static void
train_series(void *state)
{
	Each	   *each = state;

	progress_around(PROGRESS_TRAIN_EACH, each->table->relid, run_training, each);
}

/* Trains one series, and stores its model or why there is none. */
static void
work_on(Each *each, const char *series)
{
	ErrorData  *error;

	each->series = series;
	error = attempt(train_series, each);
	/* any other would meet the next series as well */
	if (error != NULL && !attempt_failed_by_rows(error))
		ReThrowError(error);
	if (error == NULL)
		queue_store(&each->queue, series, each->model, "ok");
	else
		queue_store(&each->queue, series, NULL, attempt_reason(error));
	crew_count(each->crew, error != NULL);
}

/* ---- all of them ---- */

/* Takes some series, and stores what becomes of them in one transaction. False: none is left. */
static bool
work_on_some(Each *each, int most)
{
	char	   *series[MOST_TAKEN];
	int			count;

	/* a level that was set for the session would meet rows that others have stored meanwhile */
	XactIsoLevel = XACT_READ_COMMITTED;
	PushActiveSnapshot(GetTransactionSnapshot());
	count = queue_take(&each->queue, most, series);
	PopActiveSnapshot();
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		PushActiveSnapshot(GetTransactionSnapshot());
		work_on(each, series[i]);
		PopActiveSnapshot();
	}
	return count > 0;
}

/* What a process does until nothing is left that another one has not taken. */
static void
work_on_all(Each *each)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext batch = AllocSetContextCreate(caller, "lstm_train_each batch", ALLOCSET_DEFAULT_SIZES);
	int			most = 1;

	for (;;)
	{
		TimestampTz started = GetCurrentTimestamp();
		double		seconds;
		bool		any;

		MemoryContextSwitchTo(batch);
		any = work_on_some(each, most);
		MemoryContextSwitchTo(caller);
		SPI_commit();
		crew_committed(each->crew);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(batch);
		if (!any)
			break;
		seconds = (double) (GetCurrentTimestamp() - started) / USECS_PER_SEC;
		most = seconds > SECONDS_OF_BATCH ? Max(most / 2, 1) : seconds < SECONDS_OF_BATCH / 2 ? Min(2 * most, MOST_TAKEN) : most;
	}
	MemoryContextDelete(batch);
}

/* ---- the call ---- */

static void
read_call(FunctionCallInfo fcinfo, RequestForm form, Each *each)
{
	Oid			into = argument_relation(fcinfo, ARG_INTO, "into_table",
										 "Give the table that takes the models: CREATE TABLE name (series text PRIMARY KEY, model bytea, status text).");

	each->request = palloc0(sizeof(Request));
	each->table = request_read(fcinfo, form, each->request);
	if (each->table->series_column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("series_column must name the columns that tell the series apart"),
				 each->table->primary_keys == NULL ? errhint("For a single series, call lstm_train().") :
				 errhint("By the primary key: series_column => %s.", each->table->primary_keys)));
	each->request->quiet = true;
	each->request->options.on_error = ON_ERROR_ERROR;
	each->queue = queue_open(into);
}

/* The crew does what the session does. */
static void
help(FunctionCallInfo fcinfo, int form, Crew *crew)
{
	Each		each = {.crew = crew};

	PushActiveSnapshot(GetTransactionSnapshot());
	read_call(fcinfo, (RequestForm) form, &each);
	PopActiveSnapshot();
	each.request->options.threads = 1;
	work_on_all(&each);
}

CREW_FUNCTION(lstm_train_each_worker, help);

static void
report(const Each *each, const CrewBoard *board)
{
	QueueRest	rest = queue_rest(&each->queue);

	ereport(NOTICE,
			(errmsg(UINT64_FORMAT " series were trained into %s, by %d %s", board->done - board->failed, each->queue.label,
					crew_size(each->crew) + 1, crew_processes(each->crew))));
	if (rest.failed > 0)
		ereport(WARNING,
				(errmsg(INT64_FORMAT " series have no new model", rest.failed),
				 errdetail("The first of them is \"%s\": %s.", rest.series, rest.status),
				 errhint("The column \"status\" of %s says why for each. The next call tries them again.", each->queue.label)));
}

static Datum
train_each(FunctionCallInfo fcinfo, RequestForm form)
{
	Each		each = {0};
	int			workers = argument_int(fcinfo, ARG_WORKERS, "workers", 0, MOST_OF_CREW, crew_usual_size());
	bool		again = !PG_ARGISNULL(ARG_AGAIN) && PG_GETARG_BOOL(ARG_AGAIN);
	int64		waiting;
	CrewBoard	board;

	require_own_transactions(fcinfo, "lstm_train_each");
	/* from here on the current memory context outlives the transaction */
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	read_call(fcinfo, form, &each);
	waiting = queue_fill(&each.queue, each.table, again);
	each.crew = crew_start(fcinfo, form, "lstm_train_each_worker", (int) Min((int64) workers, Max(waiting - 1, 0)), NULL, 0);
	PG_TRY();
	{
		crew_expect(each.crew, waiting);
		if (crew_size(each.crew) > 0)
			each.request->options.threads = 1;
		SPI_commit();
		work_on_all(&each);
		crew_wait(each.crew);
		/* what a worker left that has ended early */
		work_on_all(&each);
		board = crew_board(each.crew);
		report(&each, &board);
	}
	PG_CATCH();
	{
		crew_end(each.crew);
		PG_RE_THROW();
	}
	PG_END_TRY();
	crew_end(each.crew);
	SPI_finish();
	return (Datum) 0;
}

FORMS_OF(lstm_train_each, train_each);
