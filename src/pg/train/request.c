/*
 * request.c: from arguments to what is to be trained on what.
 */
#include "train/request.h"

#include "sql/arguments.h"
#include "server/error.h"

static char **
read_targets(FunctionCallInfo fcinfo, bool several, int *count)
{
	char	  **targets;

	if (several)
		return argument_names(fcinfo, ARG_TARGET, "target", LF_MAX_COLUMNS, count);
	targets = palloc(sizeof(char *));
	targets[0] = argument_text(fcinfo, ARG_TARGET);
	*count = 1;
	return targets;
}

Table *
request_columns(FunctionCallInfo fcinfo, bool several, lf_task *task, Columns *columns)
{
	int			target_count;
	int			input_count;
	int			known_count;
	int			static_count;
	char	  **targets = read_targets(fcinfo, several, &target_count);
	char	  **inputs = argument_names(fcinfo, ARG_INPUTS, "inputs", LF_MAX_COLUMNS, &input_count);
	char	  **known = argument_names(fcinfo, ARG_KNOWN_INPUTS, "known_inputs", LF_MAX_COLUMNS, &known_count);
	char	  **statics = argument_names(fcinfo, ARG_STATIC_INPUTS, "static_inputs", LF_MAX_COLUMNS, &static_count);
	char	   *series_column = argument_text(fcinfo, ARG_SERIES_COLUMN);
	Table	   *table;

	*columns = columns_of_task(targets, target_count, inputs, input_count, task);
	if (known != NULL)
		columns_add_known(columns, task, known, known_count);
	table = table_open(PG_GETARG_OID(ARG_RELATION), argument_text(fcinfo, ARG_TIME_COLUMN), columns->names, columns->read);
	if (series_column != NULL)
		table_open_series(table, series_column);
	if (statics != NULL)
	{
		table_open_statics(table, statics, static_count);
		columns_add_statics(columns, task, table);
	}
	return table;
}

Table *
request_read(FunctionCallInfo fcinfo, bool several, Request *request)
{
	lf_task    *task = palloc0(sizeof(lf_task));
	Table	   *table;

	if (PG_ARGISNULL(ARG_TARGET))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target must not be NULL")));
	if (PG_ARGISNULL(ARG_RELATION))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("relation must not be NULL")));
	options_read(PG_ARGISNULL(ARG_OPTIONS) ? NULL : PG_GETARG_JSONB_P(ARG_OPTIONS), false, &request->options);
	task->horizon = argument_int(fcinfo, ARG_HORIZON, "horizon", 1, LF_MAX_DIM, 1);
	task->lookback = argument_int(fcinfo, ARG_LOOKBACK, "lookback", 1, LF_MAX_DIM, LF_UNSET);
	task->lead = request->options.lead;
	table = request_columns(fcinfo, several, task, &request->columns);
	if (request->options.series_embedding && table->series_column != NULL)
		columns_add_series(&request->columns, task, table->series_column);
	wishes_of(&request->options, task, &request->wishes);
	pfree(task);
	request->source = table->label;
	request->relation = table->name;
	request->time_column = table->time_column;
	request->time_kind = table->time_kind;
	request->series_column = table->series_column;
	training_check(request);
	return table;
}
