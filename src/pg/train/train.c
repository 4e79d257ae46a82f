/*
 * train.c: lstm_train: a model from the columns of a relation.
 */
#include "server/progress.h"
#include "train/request.h"

static Datum
train(FunctionCallInfo fcinfo, bool several)
{
	Request    *request = palloc0(sizeof(Request));
	Table	   *table = request_read(fcinfo, several, request);
	Progress	progress;
	bytea	   *volatile model = NULL;

	progress_begin(&progress, PROGRESS_TRAIN, table->relid);
	PG_TRY();
	{
		model = training_run_table(request, table);
	}
	PG_FINALLY();
	{
		progress_end(&progress);
	}
	PG_END_TRY();
	PG_RETURN_BYTEA_P(model);
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
