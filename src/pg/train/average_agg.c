/*
 * average_agg.c: lstm_average_agg: one model out of many of the same network, as federated training makes them.
 *
 * Between processes a state goes as the average so far, which is a model and checked like one, and the sums behind it.
 */
#include "train/average_state.h"
#include "server/error.h"
#include "sql/aggregate.h"
#include "libpq/pqformat.h"
#include "model/model_value.h"
#include "utils/memutils.h"

#include <math.h>

static double
weight_of(FunctionCallInfo fcinfo, const lf_model *model)
{
	double		weight;

	if (PG_NARGS() < 3)
	{
		if (model->windows == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the model does not record on how many windows it was trained"),
					 errhint("Give a weight as the second argument.")));
		return (double) model->windows;
	}
	weight = PG_GETARG_FLOAT8(2);
	if (!(weight >= LF_LEAST_WEIGHT && weight <= LF_MOST_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the weight of a model must be above 0 and finite, not %g", weight),
				 errdetail("Weights range from %g to %g.", LF_LEAST_WEIGHT, LF_MOST_WEIGHT),
				 errhint("Leave models out with FILTER.")));
	return weight;
}

SQL_FUNCTION(lstm_average_agg_transition);
Datum
lstm_average_agg_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	AverageState *state = PG_ARGISNULL(0) ? NULL : (AverageState *) PG_GETARG_POINTER(0);
	MemoryContext caller;
	LoadedModel *loaded;

	if (PG_ARGISNULL(1) || (PG_NARGS() > 2 && PG_ARGISNULL(2)))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	/* the first one stays: it says what they have in common */
	caller = MemoryContextSwitchTo(state == NULL ? context : CurrentMemoryContext);
	loaded = model_load(PG_GETARG_BYTEA_PP(1));
	MemoryContextSwitchTo(caller);
	if (state == NULL)
		state = average_create(context, &loaded->model);
	else
		average_join(state, &loaded->model);
	average_add(state, &loaded->model, weight_of(fcinfo, &loaded->model));
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_average_agg_combine);
Datum
lstm_average_agg_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	AverageState *state;
	AverageState *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	other = (AverageState *) PG_GETARG_POINTER(1);
	if (!PG_ARGISNULL(0))
	{
		state = (AverageState *) PG_GETARG_POINTER(0);
		average_join(state, &other->record);
	}
	else
	{
		/* the other one is in memory that goes: what it says is kept as a model */
		MemoryContext caller = MemoryContextSwitchTo(context);
		bytea	   *record = average_result(other);

		state = average_create(context, &model_load(record)->model);
		pfree(record);
		MemoryContextSwitchTo(caller);
	}
	average_merge(state, other);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_average_agg_serialize);
Datum
lstm_average_agg_serialize(PG_FUNCTION_ARGS)
{
	AverageState *state;
	lf_error_mixture *mixture;
	bytea	   *record;
	StringInfoData out;
	Size		lists;
	Size		size;

	(void) aggregate_context(fcinfo);
	state = (AverageState *) PG_GETARG_POINTER(0);
	mixture = &state->mixture;
	lists = (Size) mixture->steps * mixture->targets;
	record = average_result(state);
	size = VARSIZE(record) + state->average.numbers * sizeof(double) + lists * sizeof(int32) + 1024;
	for (Size i = 0; i < lists; i++)
		size += mixture->count[i] * sizeof(lf_weighted_error);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the models are too large for parallel aggregation"),
				 errhint("Set max_parallel_workers_per_gather to 0.")));
	check_memory_beside(state->memory, VARSIZE(record) + size, "sending an average to another process",
						"set max_parallel_workers_per_gather to 0");
	pq_begintypsend(&out);
	enlargeStringInfo(&out, (int) size - 512);
	pq_sendint32(&out, VARSIZE_ANY_EXHDR(record));
	pq_sendbytes(&out, VARDATA_ANY(record), VARSIZE_ANY_EXHDR(record));
	pq_sendfloat8(&out, state->average.weight);
	pq_sendbytes(&out, (char *) state->average.sum, state->average.numbers * sizeof(double));
	pq_sendint32(&out, mixture->steps);
	pq_sendint32(&out, mixture->most);
	for (Size i = 0; i < lists; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendint32(&out, mixture->count[i]);
		pq_sendbytes(&out, (char *) (mixture->entry + i * mixture->room), mixture->count[i] * sizeof(lf_weighted_error));
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

static void
check_state(bool condition)
{
	if (!condition)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of lstm_average_agg")));
}

static void
read_pool(AverageState *state, StringInfo in)
{
	lf_error_mixture *mixture = &state->mixture;
	lf_errors	errors = {0};
	Size		lists;

	errors.steps = pq_getmsgint(in, 4);
	errors.most = pq_getmsgint(in, 4);
	check_state(errors.steps >= 0 && errors.steps <= LF_MAX_DIM && errors.most >= 0 && errors.most <= LF_MAX_ERRORS);
	/* each list has its count at least */
	check_state((Size) errors.steps * state->record.task.targets <= (Size) in->len / 4);
	if (!average_expect_errors(state, &errors))
		return;
	lists = (Size) errors.steps * mixture->targets;
	for (Size i = 0; i < lists; i++)
	{
		lf_weighted_error *entries = mixture->entry + i * mixture->room;
		int			count = pq_getmsgint(in, 4);

		CHECK_FOR_INTERRUPTS();
		check_state(count >= 0 && count <= mixture->room);
		memcpy(entries, pq_getmsgbytes(in, count * (int) sizeof(lf_weighted_error)), count * sizeof(lf_weighted_error));
		for (int k = 0; k < count; k++)
			check_state(isfinite(entries[k].error) && entries[k].error >= 0 && entries[k].weight > 0 &&
						isfinite(entries[k].weight));
		mixture->count[i] = count;
	}
}

SQL_FUNCTION(lstm_average_agg_deserialize);
Datum
lstm_average_agg_deserialize(PG_FUNCTION_ARGS)
{
	AverageState *state;
	bytea	   *bytes;
	bytea	   *record;
	StringInfoData in;
	int			length;

	(void) aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	in = (StringInfoData) {.data = VARDATA_ANY(bytes), .len = VARSIZE_ANY_EXHDR(bytes)};
	length = pq_getmsgint(&in, 4);
	check_state(length >= 0 && length <= in.len);
	record = palloc(length + VARHDRSZ);
	SET_VARSIZE(record, length + VARHDRSZ);
	memcpy(VARDATA(record), pq_getmsgbytes(&in, length), length);
	state = average_create(CurrentMemoryContext, &model_load(record)->model);
	state->average.weight = pq_getmsgfloat8(&in);
	check_state(isfinite(state->average.weight) && state->average.weight > 0 &&
				state->average.numbers <= (Size) in.len / sizeof(double));
	memcpy(state->average.sum, pq_getmsgbytes(&in, (int) (state->average.numbers * sizeof(double))),
		   state->average.numbers * sizeof(double));
	for (Size i = 0; i < state->average.numbers; i++)
	{
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		check_state(isfinite(state->average.sum[i]));
	}
	read_pool(state, &in);
	pq_getmsgend(&in);
	PG_RETURN_POINTER(state);
}

SQL_FUNCTION(lstm_average_agg_final);
Datum
lstm_average_agg_final(PG_FUNCTION_ARGS)
{
	(void) aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(average_result((AverageState *) PG_GETARG_POINTER(0)));
}
