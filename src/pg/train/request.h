/*
 * request.h: the arguments that lstm_train shares with lstm_backtest and lstm_tune, from the relation to the options.
 */
#ifndef LFPG_REQUEST_H
#define LFPG_REQUEST_H

#include "rows/table.h"
#include "train/training.h"

/* Arguments in the order of their signatures; others may follow. */
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
	ARG_OPTIONS,
	ARGS_OF_REQUEST
};

/*
 * Which of two arguments are arrays: those of each function that has them make four signatures. An array of columns
 * that tell series apart has no default, and so stands right behind the target, before the time column.
 */
typedef enum RequestForm
{
	FORM_PLAIN = 0,
	FORM_TARGETS = 1,			/* target text[] */
	FORM_KEYS = 2				/* series_column text[] */
} RequestForm;

/*
 * Reads those that name columns, and opens the relation, which is not NULL, and neither is the target. Fills the
 * columns of the task. 'init': the model that training begins with, which knows values of text; NULL: none.
 */
Table	   *request_columns(FunctionCallInfo fcinfo, RequestForm form, lf_task *task, const lf_model *init,
							Columns *columns);

/* Reads and checks them, and opens the relation; raises what can be told before a row is read. */
Table	   *request_read(FunctionCallInfo fcinfo, RequestForm form, Request *request);

/* The four functions of a name, one for each form. */
#define FORMS_OF(name, function) \
	SQL_FUNCTION(name); \
	Datum name(PG_FUNCTION_ARGS) { return function(fcinfo, FORM_PLAIN); } \
	SQL_FUNCTION(name##_columns); \
	Datum name##_columns(PG_FUNCTION_ARGS) { return function(fcinfo, FORM_TARGETS); } \
	SQL_FUNCTION(name##_keys); \
	Datum name##_keys(PG_FUNCTION_ARGS) { return function(fcinfo, FORM_KEYS); } \
	SQL_FUNCTION(name##_columns_keys); \
	Datum name##_columns_keys(PG_FUNCTION_ARGS) { return function(fcinfo, FORM_TARGETS | FORM_KEYS); } \
	extern void forms_need_a_semicolon(void)

#endif
