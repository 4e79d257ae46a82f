/*
 * train_agg.c: lstm_train_agg: a model from the rows of a group.
 *
 * Three aggregates share one state, a growing frame. Two take rows in the order in which they come, so the query says
 * ORDER BY inside the aggregate. The one with a time sorts for itself; it is therefore the one that parallel workers
 * can share: each collects its rows, the leader puts them one behind the other and sorts.
 */
#include "sql/aggregate.h"
#include "sql/arguments.h"

#include "access/detoast.h"
#include "server/attempt.h"
#include "server/error.h"
#include "server/node.h"
#include "sql/names.h"
#include "libpq/pqformat.h"
#include "server/progress.h"
#include "rows/rows.h"
#include "rows/table.h"
#include "rows/timeline.h"
#include "train/fetched.h"
#include "train/training.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

typedef struct AggregateState
{
	Rows	   *rows;
	Jsonb	   *options;		/* of the first row; NULL as '{}' */
} AggregateState;

static const char source[] = "the aggregate's input";

static AggregateState *
new_state(MemoryContext context, int columns, bool timed)
{
	AggregateState *state = MemoryContextAllocZero(context, sizeof(AggregateState));

	state->rows = rows_create(context, columns, timed);
	return state;
}

/* The state of this group, made at its first row, when the options are kept as well. */
static AggregateState *
state_of(FunctionCallInfo fcinfo, int columns, bool timed, int options_argument)
{
	MemoryContext context = aggregate_context(fcinfo);
	AggregateState *state;

	if (!PG_ARGISNULL(0))
		return (AggregateState *) PG_GETARG_POINTER(0);
	fetched_notice(fcinfo);
	state = new_state(context, columns, timed);
	if (!PG_ARGISNULL(options_argument))
	{
		MemoryContext caller = MemoryContextSwitchTo(context);

		check_memory(toast_raw_datum_size(PG_GETARG_DATUM(options_argument)), "the options", "give fewer");
		state->options = (Jsonb *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(options_argument));
		MemoryContextSwitchTo(caller);
	}
	return state;
}

static Datum
collect_value(PG_FUNCTION_ARGS)
{
	AggregateState *state = state_of(fcinfo, 1, false, 2);
	bool		null = PG_ARGISNULL(1);
	double		value = null ? 0 : PG_GETARG_FLOAT8(1);

	rows_add(state->rows, 0, &value, &null);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_train_agg_value);
Datum
lstm_train_agg_value(PG_FUNCTION_ARGS)
{
	return node_call(collect_value, fcinfo);
}

static Datum
collect_timed(PG_FUNCTION_ARGS)
{
	AggregateState *state = state_of(fcinfo, 1, true, 3);
	bool		null = PG_ARGISNULL(2);
	double		value = null ? 0 : PG_GETARG_FLOAT8(2);

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the time of a row is NULL")));
	if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(1)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("the time of a row is infinite")));
	rows_add(state->rows, PG_GETARG_TIMESTAMPTZ(1), &value, &null);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_train_agg_timed);
Datum
lstm_train_agg_timed(PG_FUNCTION_ARGS)
{
	return node_call(collect_timed, fcinfo);
}

static Datum
collect_values(PG_FUNCTION_ARGS)
{
	ArrayType  *array;
	AggregateState *state;
	Datum	   *elements;
	bool	   *nulls;
	double	   *values;
	int			count;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("\"values\" of a row is NULL")));
	array = argument_array(fcinfo, 1, "\"values\"");
	count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (count < 1 || count > LF_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"values\" must have 1 to %d elements, not %d", LF_MAX_COLUMNS, count)));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	state = state_of(fcinfo, count, false, 2);
	if (state->rows->columns != count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"values\" has %d elements in row " UINT64_FORMAT ", but %d in the rows before it",
						count, state->rows->count + 1, state->rows->columns)));
	values = palloc(count * sizeof(double));
	for (int i = 0; i < count; i++)
		values[i] = nulls[i] ? 0 : DatumGetFloat8(elements[i]);
	rows_add(state->rows, 0, values, nulls);
	pfree(values);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_train_agg_values);
Datum
lstm_train_agg_values(PG_FUNCTION_ARGS)
{
	return node_call(collect_values, fcinfo);
}

/* Adds the rows of another state, which keeps its own. */
static void
append_rows(Rows *rows, const Rows *more)
{
	rows->beside = rows_memory(more);
	for (uint64 i = 0; i < more->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		rows_add(rows, more->timed ? rows_time(more, i) : 0, more->values + i * more->columns, NULL);
	}
	rows->beside = 0;
}

SQL_FUNCTION(lstm_train_agg_combine);
Datum
lstm_train_agg_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	AggregateState *state;
	AggregateState *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	other = (AggregateState *) PG_GETARG_POINTER(1);
	if (PG_ARGISNULL(0))
	{
		state = new_state(context, other->rows->columns, other->rows->timed);
		if (other->options != NULL)
			state->options = memcpy(MemoryContextAlloc(context, VARSIZE(other->options)),
									other->options, VARSIZE(other->options));
	}
	else
		state = (AggregateState *) PG_GETARG_POINTER(0);
	append_rows(state->rows, other->rows);
	PG_RETURN_POINTER(state);
}

/* Some megabytes at a time. */
static void
send_numbers(StringInfo out, const void *numbers, Size bytes)
{
	const Size	part = (Size) 8 << 20;

	for (Size at = 0; at < bytes; at += part)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendbytes(out, (const char *) numbers + at, (int) Min(part, bytes - at));
	}
}

/*
 * The state between processes: options, count, columns, whether there are stamps, then stamps and values. It is only
 * sent to a process of the same server, so the numbers go as they are.
 */
SQL_FUNCTION(lstm_train_agg_serialize);
Datum
lstm_train_agg_serialize(PG_FUNCTION_ARGS)
{
	AggregateState *state;
	Rows	   *rows;
	StringInfoData out;
	Size		size = 1024;	/* all but what follows, and more */

	(void) aggregate_context(fcinfo);
	state = (AggregateState *) PG_GETARG_POINTER(0);
	rows = state->rows;
	if (rows->timed)
		rows_write_times(rows);
	size += rows->count * ((rows->timed ? sizeof(int64) : 0) + rows->columns * sizeof(double));
	size += state->options == NULL ? 0 : VARSIZE(state->options);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows for parallel aggregation"),
				 errhint("Set max_parallel_workers_per_gather to 0.")));
	check_memory_beside(rows_memory(rows), size, "sending rows to another process",
						"set max_parallel_workers_per_gather to 0");
	pq_begintypsend(&out);
	enlargeStringInfo(&out, (int) size - 1024 + 64);
	pq_sendint32(&out, state->options == NULL ? 0 : VARSIZE(state->options));
	if (state->options != NULL)
		pq_sendbytes(&out, (char *) state->options, VARSIZE(state->options));
	pq_sendint64(&out, rows->count);
	pq_sendint32(&out, rows->columns);
	pq_sendbyte(&out, rows->timed);
	if (rows->timed)
		send_numbers(&out, rows->at, rows->count * sizeof(int64));
	send_numbers(&out, rows->values, rows->count * rows->columns * sizeof(double));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

SQL_FUNCTION(lstm_train_agg_deserialize);
Datum
lstm_train_agg_deserialize(PG_FUNCTION_ARGS)
{
	AggregateState *state;
	bytea	   *bytes;
	StringInfoData in;
	uint64		count;
	int			columns;
	bool		timed;
	const char *at = NULL;
	const char *values;
	double	   *row;			/* what is sent need not be aligned */
	Jsonb	   *options = NULL;
	int			options_size;

	(void) aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	in = (StringInfoData) {.data = VARDATA_ANY(bytes), .len = VARSIZE_ANY_EXHDR(bytes)};
	options_size = pq_getmsgint(&in, 4);
	if (options_size > 0)
	{
		const char *sent = pq_getmsgbytes(&in, options_size);

		options = memcpy(palloc(options_size), sent, options_size);
	}
	count = pq_getmsgint64(&in);
	columns = pq_getmsgint(&in, 4);
	timed = pq_getmsgbyte(&in) != 0;
	if (columns < 1 || columns > LF_MAX_COLUMNS || count > MaxAllocSize / (sizeof(int64) + columns * sizeof(double)))
		elog(ERROR, "invalid state of lstm_train_agg");
	if (timed)
		at = pq_getmsgbytes(&in, count * sizeof(int64));
	values = pq_getmsgbytes(&in, count * columns * sizeof(double));
	pq_getmsgend(&in);

	state = new_state(CurrentMemoryContext, columns, timed);
	state->options = options;
	state->rows->beside = VARSIZE_ANY(bytes);
	row = palloc(columns * sizeof(double));
	for (uint64 i = 0; i < count; i++)
	{
		int64		stamp = 0;

		CHECK_FOR_INTERRUPTS();
		if (timed)
			memcpy(&stamp, at + i * sizeof(int64), sizeof(int64));
		memcpy(row, values + i * columns * sizeof(double), columns * sizeof(double));
		rows_add(state->rows, stamp, row, NULL);
	}
	state->rows->beside = 0;
	pfree(row);
	PG_RETURN_POINTER(state);
}

/* Names of the columns: those of the options, else value, or value1, value2, ... */
static char **
column_names(const Options *options, int columns)
{
	char	  **names;

	if (options->columns != NULL)
	{
		if (options->columns_count != columns)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("option \"columns\" must have as many names as a row has values (%d), not %d",
							columns, options->columns_count)));
		return options->columns;
	}
	names = palloc(columns * sizeof(char *));
	for (int i = 0; i < columns; i++)
		names[i] = columns == 1 ? "value" : psprintf("value%d", i + 1);
	return names;
}

/*
 * A training wants the columns of its task and their order, which is inputs first; rows have all columns. Moves the
 * values of each row into place.
 */
static void
select_columns(Rows *rows, char **have, char **want, int count)
{
	int		   *from = palloc(count * sizeof(int));

	for (int i = 0; i < count; i++)
	{
		from[i] = name_index(want[i], (const char *const *) have, rows->columns);
		if (from[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("option \"columns\" does not name \"%s\"", want[i])));
	}
	rows_select(rows, from, count);
}

typedef struct AggregateTraining
{
	Rows	   *rows;
	Request    *request;		/* of which the options are read */
	bytea	   *model;
} AggregateTraining;

/* What tells a group from the others: the aggregate does not see by what the query groups. */
static char *
describe_group(const Rows *rows)
{
	int64		oldest = PG_INT64_MAX;
	int64		newest = PG_INT64_MIN;

	if (rows->count == 0)
		return "no rows";
	if (!rows->timed)
		return psprintf(UINT64_FORMAT " rows, in which the first value is %.4g and the last %.4g", rows->count,
						rows->values[0], rows->values[rows->count * rows->columns - 1]);
	for (uint64 i = 0; i < rows->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		oldest = Min(oldest, rows_time(rows, i));
		newest = Max(newest, rows_time(rows, i));
	}
	return psprintf(UINT64_FORMAT " rows from %s to %s", rows->count, timeline_text(LF_TIME_TIMESTAMPTZ, oldest),
					timeline_text(LF_TIME_TIMESTAMPTZ, newest));
}

static void
tell_group(void *group)
{
	errcontext("lstm_train_agg of a group of %s", (char *) group);
}

static void
train(void *training)
{
	Request    *request = ((AggregateTraining *) training)->request;
	Options    *options = &request->options;
	lf_task    *task = palloc0(sizeof(lf_task));
	Rows	   *rows = ((AggregateTraining *) training)->rows;
	char	  **names = column_names(options, rows->columns);

	task->horizon = options->horizon;
	task->lookback = options->lookback;
	task->lead = options->lead;
	if (options->target == NULL)
	{
		options->target = names;
		options->target_count = rows->columns;
	}
	request->columns = columns_of_task(options->target, options->target_count, options->inputs, options->inputs_count,
									   task);
	wishes_of(options, task, &request->wishes);
	pfree(task);
	request->source = source;
	request->relation = "";
	request->time_column = "";
	request->time_kind = rows->timed ? LF_TIME_TIMESTAMPTZ : LF_TIME_NONE;
	training_check(request);
	if (rows->timed)
		rows_sort(rows);
	select_columns(rows, names, request->columns.names, request->columns.read);
	((AggregateTraining *) training)->model = training_run(request, rows);
}

static void
train_shown(void *training)
{
	progress_around(PROGRESS_TRAIN_AGG, InvalidOid, train, training);
}

/* Trains a group that may fail without ending the statement: false, and a WARNING that says why. */
static bool
train_or_warn(AggregateTraining *training)
{
	ErrorData  *error = attempt(train_shown, training);

	if (error == NULL)
		return true;
	if (!attempt_failed_by_rows(error))
		ReThrowError(error);
	ereport(WARNING,
			(errmsg("a group has no model: %s", error->message),
			 error->detail == NULL ? 0 : errdetail_internal("%s", error->detail)));
	return false;
}

static Datum
finish(PG_FUNCTION_ARGS)
{
	AggregateTraining training = {0};
	AggregateState *state;
	ErrorContextCallback context;
	bool		trained = true;

	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();		/* a group without rows, as other aggregates do */
	state = (AggregateState *) PG_GETARG_POINTER(0);
	training.rows = state->rows;
	training.request = palloc0(sizeof(Request));
	context = (ErrorContextCallback) {error_context_stack, tell_group, describe_group(state->rows)};
	error_context_stack = &context;
	/* a wrong option is no failure of a group */
	options_read(state->options, true, &training.request->options);
	if (training.request->options.on_error == ON_ERROR_SKIP && attempt_is_possible())
		trained = train_or_warn(&training);
	else
		train_shown(&training);
	error_context_stack = context.previous;
	if (!trained)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(training.model);
}

SQL_FUNCTION(lstm_train_agg_final);
Datum
lstm_train_agg_final(PG_FUNCTION_ARGS)
{
	return node_call(finish, fcinfo);
}
