/*
 * train.c: lstm_train: a model from the columns of a relation.
 */
#include "arguments.h"
#include "error.h"
#include "table.h"
#include "training.h"

/* Arguments of lstm_train, in the order of its signature. */
enum
{
	ARG_RELATION,
	ARG_TARGET,
	ARG_TIME_COLUMN,
	ARG_SERIES_COLUMN,
	ARG_HORIZON,
	ARG_LOOKBACK,
	ARG_INPUTS,
	ARG_KNOWN_INPUTS,
	ARG_STATIC_INPUTS,
	ARG_OPTIONS
};

static Datum
train(FunctionCallInfo fcinfo, char **targets, int target_count)
{
	Request    *request = palloc0(sizeof(Request));
	char	  **inputs;
	int			input_count;
	Table	   *table;
	Rows	   *rows;

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

	table = table_open(PG_GETARG_OID(ARG_RELATION), argument_text(fcinfo, ARG_TIME_COLUMN),
					   request->names, request->columns);
	request->source = table->label;
	request->relation = table->name;
	request->time_column = table->time_column;
	request->time_kind = table->time_kind;
	training_check(request);
	rows = table_read(table, CurrentMemoryContext, NULL, 0);
	PG_RETURN_BYTEA_P(training_run(request, rows));
}

static void
report_no_target(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("target must not be NULL")));
}

SQL_FUNCTION(lstm_train);
Datum
lstm_train(PG_FUNCTION_ARGS)
{
	char	   *target = argument_text(fcinfo, ARG_TARGET);

	if (target == NULL)
		report_no_target();
	return train(fcinfo, &target, 1);
}

SQL_FUNCTION(lstm_train_columns);
Datum
lstm_train_columns(PG_FUNCTION_ARGS)
{
	int			count;
	char	  **targets = argument_names(fcinfo, ARG_TARGET, "target", &count);

	if (targets == NULL)
		report_no_target();
	return train(fcinfo, targets, count);
}
