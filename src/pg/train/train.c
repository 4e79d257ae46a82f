/*
 * train.c: lstm_train: a model from the columns of a relation.
 */
#include "train/request.h"

static Datum
train(FunctionCallInfo fcinfo, bool several)
{
	Request    *request = palloc0(sizeof(Request));
	Table	   *table = request_read(fcinfo, several, request);

	PG_RETURN_BYTEA_P(training_run_table(PROGRESS_TRAIN, request, table));
}

SQL_FUNCTION(lstm_train);
Datum
lstm_train(PG_FUNCTION_ARGS)
{
	return train(fcinfo, false);
}

SQL_FUNCTION(lstm_train_columns);
Datum
lstm_train_columns(PG_FUNCTION_ARGS)
{
	return train(fcinfo, true);
}
