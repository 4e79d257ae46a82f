/*
 * train.c: lstm_train: a model from the columns of a relation.
 */
#include "train/request.h"

static Datum
train(FunctionCallInfo fcinfo, RequestForm form)
{
	Request    *request = palloc0(sizeof(Request));
	Table	   *table = request_read(fcinfo, form, request);

	PG_RETURN_BYTEA_P(training_run_table(PROGRESS_TRAIN, request, table));
}

FORMS_OF(lstm_train, train);
