/*
 * request.c: from arguments to what is to be trained on what.
 */
#include "train/request.h"

#include "sql/arguments.h"
#include "server/error.h"
#include "utils/lsyscache.h"

static char **
read_targets(FunctionCallInfo fcinfo, RequestForm form, int *count)
{
	char	  **targets;

	if ((form & FORM_TARGETS) != 0)
		return argument_names(fcinfo, ARG_TARGET, "target", LF_MAX_COLUMNS, count);
	targets = palloc(sizeof(char *));
	targets[0] = argument_text(fcinfo, ARG_TARGET);
	*count = 1;
	return targets;
}

/* The columns that tell series apart; NULL: none. */
static char **
read_keys(FunctionCallInfo fcinfo, RequestForm form, int *count)
{
	char	  **keys;

	if ((form & FORM_KEYS) == 0)
	{
		*count = 1;
		keys = palloc(sizeof(char *));
		keys[0] = argument_text(fcinfo, ARG_SERIES_COLUMN);
		return keys[0] == NULL ? NULL : keys;
	}
	keys = argument_names(fcinfo, ARG_TIME_COLUMN, "series_column", LF_MAX_KEYS, count);
	if (keys != NULL && *count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series_column names no column"),
				 errhint("Leave series_column out where all rows are one series.")));
	return keys;
}

Table *
request_columns(FunctionCallInfo fcinfo, RequestForm form, lf_task *task, const lf_model *init, Columns *columns)
{
	int			target_count;
	int			input_count;
	int			known_count;
	int			static_count;
	char	  **targets = read_targets(fcinfo, form, &target_count);
	char	  **inputs = argument_names(fcinfo, ARG_INPUTS, "inputs", LF_MAX_COLUMNS, &input_count);
	char	  **known = argument_names(fcinfo, ARG_KNOWN_INPUTS, "known_inputs", LF_MAX_COLUMNS, &known_count);
	char	  **statics = argument_names(fcinfo, ARG_STATIC_INPUTS, "static_inputs", LF_MAX_COLUMNS, &static_count);
	int			time_argument = (form & FORM_KEYS) != 0 ? ARG_SERIES_COLUMN : ARG_TIME_COLUMN;
	int			key_count;
	char	  **keys = read_keys(fcinfo, form, &key_count);
	Oid			relid = PG_GETARG_OID(ARG_RELATION);
	char	   *label = psprintf("relation \"%s\"", get_rel_name(relid));
	ColumnList	of_inputs;
	ColumnList	of_known = {0};
	Table	   *table;

	of_inputs = text_columns_expand(relid, label, inputs, input_count, init);
	*columns = columns_of_task(targets, target_count, inputs == NULL ? NULL : of_inputs.names, of_inputs.count, task);
	if (known != NULL)
	{
		of_known = text_columns_expand(relid, label, known, known_count, init);
		columns_add_known(columns, task, of_known.names, of_known.count);
	}
	columns_note_text(columns, &of_inputs);
	columns_note_text(columns, &of_known);
	table = table_open(relid, argument_text(fcinfo, time_argument), columns->names, columns->values, columns->read);
	if (keys != NULL)
		table_open_series(table, keys, key_count);
	if (statics != NULL)
	{
		table_open_statics(table, statics, static_count);
		columns_add_statics(columns, task, table);
	}
	return table;
}

/* The columns of holidays: those of the model that training begins with, or what the rows show. */
static void
add_holidays(FunctionCallInfo fcinfo, RequestForm form, Request *request, lf_task *task, const Table *table)
{
	const lf_model *init = request->options.init == NULL ? NULL : &request->options.init->model;
	int			target_count;
	char	  **targets = read_targets(fcinfo, form, &target_count);
	Events	   *events;

	calendar_check("option \"holidays\"", table->time_kind, table->time_column);
	events = events_read(events_relation(request->options.holidays), table);
	if (init != NULL && init->holidays[0] != '\0')
		events_choose_as(events, init);
	else
		events_choose(events, targets, target_count);
	columns_add_events(&request->columns, task, events);
	if (init != NULL && events_count(events) > 0 && init->holidays[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model in option \"init\" was trained without holidays, but option \"holidays\" was given"),
				 errhint("Leave option \"holidays\" out, or train without \"init\".")));
}

/* Whoever made the model chose its relation of holidays, so that is not taken without being named. */
static void
check_no_holidays(const Options *options)
{
	if (options->init == NULL || options->init->model.holidays[0] == '\0')
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the model in option \"init\" was trained with holidays, but option \"holidays\" was not given"),
			 errhint("Give it; the model names relation %s.", options->init->model.holidays)));
}

Table *
request_read(FunctionCallInfo fcinfo, RequestForm form, Request *request)
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
	table = request_columns(fcinfo, form, task, request->options.init == NULL ? NULL : &request->options.init->model,
							&request->columns);
	if (request->options.series_embedding && table->series_column != NULL)
		columns_add_series(&request->columns, task, table->series_column);
	if (request->options.holidays != NULL)
		add_holidays(fcinfo, form, request, task, table);
	else
		check_no_holidays(&request->options);
	wishes_of(&request->options, task, &request->wishes);
	pfree(task);
	request->source = table->label;
	request->relation = table->name;
	request->time_column = table->time_column;
	request->time_kind = table->time_kind;
	request->series_column = table->series_column;
	request->further_keys = table->keys > 1 ? table->keys - 1 : 0;
	request->further_key = request->further_keys > 0 ? (const char **) table->key + 1 : NULL;
	request->primary_keys = table_further_keys(table);
	training_check(request);
	return table;
}
