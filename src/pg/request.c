/*
 * request.c: from arguments to what is to be trained on what.
 */
#include "request.h"

#include "arguments.h"
#include "error.h"

static char **
read_targets(FunctionCallInfo fcinfo, bool several, int *count)
{
	char	  **targets;

	if (PG_ARGISNULL(ARG_TARGET))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target must not be NULL")));
	if (several)
		return argument_names(fcinfo, ARG_TARGET, "target", count);
	targets = palloc(sizeof(char *));
	targets[0] = argument_text(fcinfo, ARG_TARGET);
	*count = 1;
	return targets;
}

Table *
request_read(FunctionCallInfo fcinfo, bool several, Request *request)
{
	char	  **targets;
	char	  **inputs;
	int			target_count;
	int			input_count;
	Table	   *table;

	targets = read_targets(fcinfo, several, &target_count);
	if (PG_ARGISNULL(ARG_RELATION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be NULL")));
	argument_unsupported(fcinfo, ARG_SERIES_COLUMN, "series_column");
	argument_unsupported(fcinfo, ARG_KNOWN_INPUTS, "known_inputs");
	argument_unsupported(fcinfo, ARG_STATIC_INPUTS, "static_inputs");
	options_read(PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_JSONB_P(ARG_OPTIONS), false, &request->options);

	request->task.horizon = argument_int(fcinfo, ARG_HORIZON, "horizon", 1, LF_MAX_DIM, 1);
	request->task.lookback = argument_int(fcinfo, ARG_LOOKBACK, "lookback", 1, LF_MAX_DIM, LF_UNSET);
	request->task.lead = request->options.lead;
	inputs = argument_names(fcinfo, ARG_INPUTS, "inputs", &input_count);
	request->names = task_columns(targets, target_count, inputs, input_count, &request->task, &request->columns);

	training_choose_channels(request);
	table = table_open(PG_GETARG_OID(ARG_RELATION), argument_text(fcinfo, ARG_TIME_COLUMN),
					   request->names, request->columns);
	request->source = table->label;
	request->relation = table->name;
	request->time_column = table->time_column;
	request->time_kind = table->time_kind;
	training_check(request);
	return table;
}
