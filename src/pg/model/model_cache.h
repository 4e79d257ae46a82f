/*
 * model_cache.h: models that are ready to forecast, kept by the backend from call to call.
 *
 * Models are found by their bytes, so one that was trained again is another one, and nothing has to be told to forget.
 */
#ifndef LFPG_MODEL_CACHE_H
#define LFPG_MODEL_CACHE_H

#include "model/model_value.h"

/*
 * One user of a model: a place in a query, or a group of an aggregate. Zeroed before its first use; lies in, or is
 * pointed at from, the memory context that it is used with, and lets go of its model when that context is reset.
 */
typedef struct ModelUse
{
	MemoryContextCallback release;
	struct CachedModel *entry;	/* NULL before the first use */

	/* the stored value that 'entry' was found by, see model_use() */
	bool		is_stored;
	LocalTransactionId transaction;
	varatt_external stored;
} ModelUse;

/*
 * The model of a bytea value, ready for lf_predict_steps() of one window at a time. It stays until the user asks for
 * another one or its context is reset. All users of a model share its buffers: whoever forecasts sets the frame, and
 * what a forecast left behind is gone after the next. It comes as model_show_nothing() leaves it; but while a query of
 * the user's runs, others may show it something else.
 */
LoadedModel *model_use(ModelUse *use, MemoryContext context, Datum value);

/* Lets 'use' have the model of another user. */
LoadedModel *model_share(ModelUse *use, MemoryContext context, const ModelUse *other);

/* The user that belongs to a call site of an SQL function, which ends with the query. */
ModelUse   *call_site_use(FunctionCallInfo fcinfo);

/* Defines the setting lstm_forecast.model_cache. */
void		model_cache_define(void);

/*
 * The prologue of a function that returns rows about a model: makes the result ready, reads the level of intervals from
 * this argument, which may be NULL, and takes the model into use. NULL where model or level is NULL: there are no rows
 * then.
 */
LoadedModel *model_start_rows(FunctionCallInfo fcinfo, int level_argument, double *level);

#endif
