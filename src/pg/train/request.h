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
 * Reads those that name columns, and opens the relation, which is not NULL, and neither is the target. Fills the
 * columns of the task. 'several': target is an array. 'init': the model that training begins with, which knows values
 * of text; NULL: none.
 */
Table	   *request_columns(FunctionCallInfo fcinfo, bool several, lf_task *task, const lf_model *init,
							Columns *columns);

/*
 * Reads and checks them, and opens the relation; raises what can be told before a row is read. 'several': target is an
 * array.
 */
Table	   *request_read(FunctionCallInfo fcinfo, bool several, Request *request);

#endif
