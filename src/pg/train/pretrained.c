/*
 * pretrained.c: lstm_pretrained: the network that is shipped, as a model like any other.
 *
 * It is the model of a group of one row in which nothing but that network contends: so it is stored, checked and used as
 * models are. The row tells nothing; seasons are those of the rows that it is used on.
 */
#include "model/model_value.h"
#include "server/error.h"
#include "sql/arguments.h"
#include "train/training.h"

/* Where nobody says a horizon. */
#define USUAL_HORIZON 12

/* Not above 0: nothing of it could pass for a limit of all values. */
#define ONLY_VALUE (-1.0)

static bool
has_key(Jsonb *json, const char *key)
{
	return json != NULL && JB_ROOT_IS_OBJECT(json) && getKeyJsonValueFromContainer(&json->root, key, (int) strlen(key), NULL) != NULL;
}

/* One target, which is the only column. */
static void
make_request(Jsonb *json, Request *request)
{
	Options    *options = &request->options;
	lf_task    *task = palloc0(sizeof(lf_task));
	char	   *name = "value";

	options_read(json, true, options);
	if (options->columns_count > 1 || !options->contends || options->tunes || has_key(json, "candidates"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the pretrained network is one, and forecasts one column by itself"),
				 errdetail("The options ask for %s.", options->columns_count > 1 ? "several columns" : options->tunes ?
						   "a training, which needs rows: lstm_train" : "another network or candidates"),
				 errhint("Options that it takes are horizon, columns (one name), season, lower_limit and upper_limit.")));
	options->candidates = 1u << LF_CANDIDATE_ZERO_SHOT;
	options->outliers = OUTLIERS_KEEP;
	task->horizon = has_key(json, "horizon") ? options->horizon : USUAL_HORIZON;
	task->lookback = LF_UNSET;
	task->lead = 1;
	request->columns = columns_of_task(options->columns_count == 1 ? options->columns : &name, 1, NULL, 0, task);
	wishes_of(options, task, &request->wishes);
	pfree(task);
	request->source = "the pretrained network";
	request->relation = "";
	request->time_column = "";
	request->time_kind = LF_TIME_NONE;
	request->quiet = true;
}

SQL_FUNCTION(lstm_pretrained);
Datum
lstm_pretrained(PG_FUNCTION_ARGS)
{
	Request    *request = palloc0(sizeof(Request));
	Rows	   *rows = rows_create(CurrentMemoryContext, 1, false);
	const double value = ONLY_VALUE;
	const bool	null = false;
	lf_model   *model;

	make_request(PG_ARGISNULL(0) ? NULL : PG_GETARG_JSONB_P(0), request);
	rows_add(rows, 0, &value, &null);
	model = &model_load(training_run(request, rows))->model;
	model->tail = NULL;
	model->tail_before = 0;
	model->partner_facts.sought = !request->options.season_given;
	PG_RETURN_BYTEA_P(model_to_bytea(model));
}
