/*
 * progress_view.c: what the trainings of all backends tell, for the view lstm_progress.
 */
#include "server/progress.h"

#include "catalog/pg_authid.h"
#include "utils/acl.h"
#include "utils/timestamp.h"

#include <math.h>

/* pid, database, relation; then the values in the order of ProgressValue */
/* The columns of a result row. */
enum
{
	OUT_PID,
	OUT_DATID,
	OUT_RELID,
	OUT_TOLD,					/* from here on what the training tells, see progress.h */
	OUT_COLUMNS = OUT_TOLD + PROGRESS_VALUES
};

static const char *const commands[] = {"lstm_train", "lstm_train_agg", "lstm_tune", "lstm_backtest", "lstm_update",
	"lstm_train_into", "lstm_train_each", "lstm_train_rounds",
	"lstm_forecast_each", "lstm_forecast", "lstm_simulate", "lstm_quantiles", "lstm_components", "lstm_baseline", "lstm_zero_shot"};
static const char *const phases[] = {"reading", "preparing", "training", "measuring", "training on all rows", "testing",
	"forecasting"};

/* As in the views of the server: of others' backends it is told that there are any, and where. */
static bool
may_see(const PgBackendStatus *backend)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
		has_privs_of_role(GetUserId(), backend->st_userid);
}

static void
put_name(int64 number, const char *const *names, int count, Datum *value, bool *null)
{
	*null = number < 0 || number >= count;
	*value = *null ? 0 : CStringGetTextDatum(names[number]);
}

static void
put_number(int64 bits, Datum *value, bool *null)
{
	double		number;

	memcpy(&number, &bits, sizeof(number));
	*null = isnan(number);
	*value = Float8GetDatum(number);
}

static void
put_backend(const PgBackendStatus *backend, ReturnSetInfo *result)
{
	const int64 *told = backend->st_progress_param;
	Datum		values[OUT_COLUMNS];
	bool		nulls[OUT_COLUMNS];
	Datum	   *value = values + OUT_TOLD;
	bool	   *null = nulls + OUT_TOLD;

	memset(nulls, true, sizeof(nulls));
	nulls[OUT_PID] = nulls[OUT_DATID] = false;
	values[OUT_PID] = Int32GetDatum(backend->st_procpid);
	values[OUT_DATID] = ObjectIdGetDatum(backend->st_databaseid);
	if (may_see(backend))
	{
		nulls[OUT_RELID] = !OidIsValid(backend->st_progress_command_target);
		values[OUT_RELID] = ObjectIdGetDatum(backend->st_progress_command_target);
		for (int i = 0; i < PROGRESS_VALUES; i++)
		{
			null[i] = false;
			value[i] = Int64GetDatum(told[i]);
		}
		put_name(told[PROGRESS_COMMAND], commands, lengthof(commands), &value[PROGRESS_COMMAND], &null[PROGRESS_COMMAND]);
		put_name(told[PROGRESS_PHASE], phases, lengthof(phases), &value[PROGRESS_PHASE], &null[PROGRESS_PHASE]);
		put_number(told[PROGRESS_LOSS], &value[PROGRESS_LOSS], &null[PROGRESS_LOSS]);
		put_number(told[PROGRESS_HELD_OUT_LOSS], &value[PROGRESS_HELD_OUT_LOSS], &null[PROGRESS_HELD_OUT_LOSS]);
		null[PROGRESS_MEMORY] = told[PROGRESS_MEMORY] == 0;
		/* of a network only where there is one */
		for (int i = PROGRESS_MEMBER; i <= PROGRESS_BATCHES && told[PROGRESS_EPOCHS] == 0; i++)
			null[i] = true;
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

SQL_FUNCTION(lstm_get_progress);
Datum
lstm_get_progress(PG_FUNCTION_ARGS)
{
	int			backends;

	InitMaterializedSRF(fcinfo, 0);
	backends = pgstat_fetch_stat_numbackends();
	for (int i = 1; i <= backends; i++)
	{
		const PgBackendStatus *backend = &local_backend_status(i)->backendStatus;

		if ((int) backend->st_progress_command == PROGRESS_OF_TRAINING)
			put_backend(backend, (ReturnSetInfo *) fcinfo->resultinfo);
	}
	return (Datum) 0;
}
