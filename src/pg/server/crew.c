/*
 * crew.c: background workers, by dynamic shared memory in which the call stands that they help with.
 */
#include "server/crew.h"

#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include <unistd.h>

/* What stands in front of the settings and arguments. */
typedef struct Header
{
	Oid			database;
	Oid			session_user;
	Oid			user;
	int			security;
	Oid			function;		/* that was called, */
	Oid			collation;
	int			variant;
	int			arguments;
	Size		common;			/* bytes of what all get, from 'data' on, */
	Size		settings;		/* and behind it of the settings; the arguments follow */
	pg_atomic_uint64 expected;
	pg_atomic_uint64 done;
	pg_atomic_uint64 failed;
	pg_atomic_uint64 next;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} Header;

struct Crew
{
	dsm_segment *segment;
	Header	   *header;
	int			size;
	BackgroundWorkerHandle **worker;	/* (size) */
	uint64		done;			/* by this process, and not yet committed */
	uint64		failed;
};

/* ---- the session ---- */

/* Arguments as they are, not as pointers to what is stored elsewhere. */
static Datum *
take_arguments(FunctionCallInfo fcinfo, const Oid *types)
{
	Datum	   *values = palloc(fcinfo->nargs * sizeof(Datum));

	for (int i = 0; i < fcinfo->nargs; i++)
		values[i] = !fcinfo->args[i].isnull && get_typlen(types[i]) == -1 ?
			PointerGetDatum(PG_DETOAST_DATUM_COPY(fcinfo->args[i].value)) : fcinfo->args[i].value;
	return values;
}

static Size
arguments_size(FunctionCallInfo fcinfo, const Oid *types, const Datum *values)
{
	Size		size = 0;

	for (int i = 0; i < fcinfo->nargs; i++)
		size += datumEstimateSpace(values[i], fcinfo->args[i].isnull, get_typbyval(types[i]), get_typlen(types[i]));
	return size;
}

/* Where an error, or the end of the session, ends the crew as well. */
static void
terminate(dsm_segment *segment, Datum state)
{
	const Crew *crew = (const Crew *) DatumGetPointer(state);

	(void) segment;
	for (int i = 0; i < crew->size; i++)
		TerminateBackgroundWorker(crew->worker[i]);
}

static char *
place_of_settings(Header *header)
{
	return header->data + header->common;
}

static Header *
make_header(FunctionCallInfo fcinfo, int variant, const void *common, Size size, dsm_segment **segment)
{
	Oid		   *types;
	int			count;
	Size		settings = EstimateGUCStateSpace();
	Datum	   *values;
	Header	   *header;
	char	   *place;

	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &count);
	values = take_arguments(fcinfo, types);
	*segment = dsm_create(offsetof(Header, data) + MAXALIGN(size) + settings + arguments_size(fcinfo, types, values), 0);
	header = dsm_segment_address(*segment);
	header->database = MyDatabaseId;
	header->session_user = GetSessionUserId();
	GetUserIdAndSecContext(&header->user, &header->security);
	header->function = fcinfo->flinfo->fn_oid;
	header->collation = fcinfo->fncollation;
	header->variant = variant;
	header->arguments = fcinfo->nargs;
	header->common = MAXALIGN(size);
	header->settings = settings;
	pg_atomic_init_u64(&header->expected, 0);
	pg_atomic_init_u64(&header->done, 0);
	pg_atomic_init_u64(&header->failed, 0);
	pg_atomic_init_u64(&header->next, 0);
	if (size > 0)
		memcpy(header->data, common, size);
	SerializeGUCState(settings, place_of_settings(header));
	place = place_of_settings(header) + settings;
	for (int i = 0; i < fcinfo->nargs; i++)
		datumSerialize(values[i], fcinfo->args[i].isnull, get_typbyval(types[i]), get_typlen(types[i]), &place);
	return header;
}

/* The library that the function of a call is in, as the catalog says. */
static char *
library_of(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool		null;
	Datum		library;
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	library = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin, &null);
	name = null ? NULL : TextDatumGetCString(library);
	ReleaseSysCache(tuple);
	return name;
}

Crew *
crew_start(FunctionCallInfo fcinfo, int variant, const char *function, int workers, const void *common, Size size)
{
	MemoryContext caller = CurrentMemoryContext;
	dsm_segment *segment;
	Header	   *header;
	Crew	   *crew;
	BackgroundWorker worker = {
		.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION,
		.bgw_start_time = BgWorkerStart_RecoveryFinished,
		.bgw_restart_time = BGW_NEVER_RESTART,
		.bgw_notify_pid = MyProcPid,
	};

	header = make_header(fcinfo, variant, common, size, &segment);
	snprintf(worker.bgw_library_name, sizeof(worker.bgw_library_name), "%s", library_of(fcinfo->flinfo->fn_oid));
	/* what ends the crew with the session finds it when all other memory has gone */
	MemoryContextSwitchTo(TopMemoryContext);
	crew = palloc0(sizeof(Crew));
	crew->segment = segment;
	crew->header = header;
	crew->worker = palloc0(Max(workers, 1) * sizeof(BackgroundWorkerHandle *));
	dsm_pin_mapping(segment);
	on_dsm_detach(segment, terminate, PointerGetDatum(crew));
	snprintf(worker.bgw_name, BGW_MAXLEN, "lstm_forecast for process %d", MyProcPid);
	snprintf(worker.bgw_type, BGW_MAXLEN, "lstm_forecast");
	snprintf(worker.bgw_function_name, BGW_MAXLEN, "%s", function);
	worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(crew->segment));
	while (crew->size < workers && RegisterDynamicBackgroundWorker(&worker, &crew->worker[crew->size]))
		crew->size++;
	MemoryContextSwitchTo(caller);
	return crew;
}

int
crew_usual_size(void)
{
	long		processors = sysconf(_SC_NPROCESSORS_ONLN);

	return (int) Min(Max(processors - 1, 0), max_parallel_workers);
}

void *
crew_common(Crew *crew)
{
	return crew->header->data;
}

int
crew_size(const Crew *crew)
{
	return crew->size;
}

void
crew_wait(Crew *crew)
{
	for (int i = 0; i < crew->size; i++)
		if (WaitForBackgroundWorkerShutdown(crew->worker[i]) == BGWH_POSTMASTER_DIED)
			ereport(FATAL,
					(errcode(ERRCODE_ADMIN_SHUTDOWN),
					 errmsg("the server has gone")));
}

void
crew_end(Crew *crew)
{
	dsm_detach(crew->segment);
	for (int i = 0; i < crew->size; i++)
		pfree(crew->worker[i]);
	pfree(crew->worker);
	pfree(crew);
}

/* ---- the board ---- */

CrewBoard
crew_board(Crew *crew)
{
	return (CrewBoard) {
		.expected = (int64) pg_atomic_read_u64(&crew->header->expected),
		.done = pg_atomic_read_u64(&crew->header->done) + crew->done,
		.failed = pg_atomic_read_u64(&crew->header->failed) + crew->failed,
	};
}

void
crew_expect(Crew *crew, int64 expected)
{
	pg_atomic_write_u64(&crew->header->expected, (uint64) expected);
}

void
crew_count(Crew *crew, bool failed)
{
	crew->done++;
	crew->failed += failed;
}

void
crew_committed(Crew *crew)
{
	pg_atomic_fetch_add_u64(&crew->header->done, (int64) crew->done);
	pg_atomic_fetch_add_u64(&crew->header->failed, (int64) crew->failed);
	crew->done = 0;
	crew->failed = 0;
}

uint64
crew_next(Crew *crew)
{
	return pg_atomic_fetch_add_u64(&crew->header->next, 1);
}

const char *
crew_processes(const Crew *crew)
{
	return crew->size == 0 ? "process" : "processes";
}

/* ---- a worker ---- */

/* Becomes a session like the one that called. */
static void
become(Header *header)
{
	BackgroundWorkerInitializeConnectionByOid(header->database, header->session_user, 0);
	StartTransactionCommand();
	RestoreGUCState(place_of_settings(header));
	CommitTransactionCommand();
	SetUserIdAndSecContext(header->user, header->security);
}

static FunctionCallInfo
restore_call(Header *header)
{
	FunctionCallInfo fcinfo = palloc0(SizeForFunctionCallInfo(header->arguments));
	FmgrInfo   *function = palloc(sizeof(FmgrInfo));
	char	   *place = place_of_settings(header) + header->settings;

	fmgr_info_cxt(header->function, function, CurrentMemoryContext);
	InitFunctionCallInfoData(*fcinfo, function, header->arguments, header->collation, NULL, NULL);
	for (int i = 0; i < header->arguments; i++)
		fcinfo->args[i].value = datumRestore(&place, &fcinfo->args[i].isnull);
	return fcinfo;
}

void
crew_main(Datum handle, crew_work work)
{
	Crew		crew = {0};

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	CurrentResourceOwner = ResourceOwnerCreate(NULL, "lstm_forecast worker");
	crew.segment = dsm_attach(DatumGetUInt32(handle));
	if (crew.segment == NULL)	/* the call has ended already */
		proc_exit(0);
	dsm_pin_mapping(crew.segment);
	crew.header = dsm_segment_address(crew.segment);
	become(crew.header);
	pgstat_report_activity(STATE_RUNNING, "lstm_forecast: helps another session");
	StartTransactionCommand();
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	work(restore_call(crew.header), crew.header->variant, &crew);
	SPI_finish();
	CommitTransactionCommand();
	proc_exit(0);
}
