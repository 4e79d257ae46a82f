/*
 * anomalies.c: lstm_anomalies: rows that are further from their forecast than rows used to be (conformal anomaly
 * detection: Laxhammar and Falkman 2011).
 */
#include "forecast/rolling_origin.h"
#include "sql/arguments.h"
#include "forecast/asked.h"
#include "server/error.h"
#include "model/model_cache.h"

#include <math.h>

/* The columns of a result row; a library that is newer than the functions in the database gives the last in vain. */
enum
{
	OUT_SERIES,
	OUT_AT,
	OUT_TARGET,
	OUT_ACTUAL,
	OUT_EXPECTED,
	OUT_LOWER_BOUND,
	OUT_UPPER_BOUND,
	OUT_SCORE,
	OUT_PROBABILITY,
	OUT_IS_ANOMALY,
	OUT_STATUS,
	OUT_COLUMNS
};

/* One call of lstm_anomalies. */
typedef struct Search
{
	double		level;
	uint64		span;			/* rows that a forecast of the row behind them needs */
	int			newest;			/* rows that are judged; 0: all */
	ReturnSetInfo *result;
	Datum	   *targets;		/* the names of the model's, as text */
	Datum		ok;				/* the same of the status */
	Asked		asked;
} Search;

/* A row that says why nothing of a series was looked at. */
static void
put_status(void *state, const char *label, const char *status)
{
	const Search *search = state;

	asked_put_status(search->result, OUT_SERIES, label, OUT_STATUS, status);
}

/* The same of a series that cannot be used. */
static void
put_left_out(void *state, const char *label, const char *reason)
{
	const Search *search = state;

	asked_answer(&search->asked, label);
	put_status(state, label, reason);
}

static void
put_rows(const Search *search, const RollingOrigin *rolling, const RollingBatch *batch)
{
	const lf_model *model = rolling->model;
	const lf_task *task = &model->task;
	const double *out = batch->out;

	for (int i = 0; i < batch->count; i++)
		for (int j = 0; j < task->targets; j++)
		{
			uint64		row = rolling_origin_row(rolling, batch, i, 0);
			double		expected = *out++;
			double		actual = rolling_origin_actual(rolling, row, j);
			double		error = model_nonconformity(rolling->loaded, i, 0, j, expected, actual);
			double		usual = model_usual_nonconformity(rolling->loaded, i, 0, j);
			double		rarity = model_rarity(rolling->loaded, i, 0, j, error);
			Datum		values[OUT_COLUMNS] = {0};
			bool		nulls[OUT_COLUMNS] = {false};

			CHECK_FOR_INTERRUPTS();
			if (isnan(actual))
				continue;		/* there is nothing to judge */
			rolling_origin_name(rolling, &values[OUT_SERIES], &nulls[OUT_SERIES]);
			rolling_origin_stamp(rolling, row, &values[OUT_AT], &nulls[OUT_AT]);
			values[OUT_TARGET] = search->targets[j];
			values[OUT_ACTUAL] = Float8GetDatum(actual);
			values[OUT_EXPECTED] = Float8GetDatum(expected);
			model_bounds(rolling->loaded, i, 0, j, expected, search->level, &values[OUT_LOWER_BOUND],
						 &nulls[OUT_LOWER_BOUND]);
			nulls[OUT_SCORE] = isnan(usual) || !(usual > 0);
			values[OUT_SCORE] = Float8GetDatum(error / usual);
			nulls[OUT_PROBABILITY] = isnan(rarity);
			values[OUT_PROBABILITY] = Float8GetDatum(rarity);
			nulls[OUT_IS_ANOMALY] = nulls[OUT_LOWER_BOUND];
			values[OUT_IS_ANOMALY] = BoolGetDatum(!nulls[OUT_LOWER_BOUND] &&
												  error > model_half_width(rolling->loaded, i, 0, j, search->level));
			values[OUT_STATUS] = search->ok;
			tuplestore_putvalues(search->result->setResult, search->result->setDesc, values, nulls);
		}
}

/*
 * The number of the last row before those that are judged. More rows are read than the newest and the window before them, where
 * forecasts look farther back.
 */
static int64
first_to_judge(const Search *search, uint64 rows, const lf_model *model)
{
	uint64		beyond = search->newest > 0 && rows > search->span + search->newest ? rows - search->span - search->newest : 0;

	return model->task.lookback + beyond;
}

/*
 * Whether there is no row to judge behind those that a forecast needs: theta and ets would forecast such a series, but their
 * errors on series that are so short were not measured. A series says so in its row, for it may be new among others; where
 * nothing else was asked for, it is an error.
 */
static bool
too_short(const Search *search, const RollingOrigin *rolling)
{
	uint64		count = rolling->rows->count;

	if (count > search->span)
		return false;
	if (rolling->label == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, but the model needs " UINT64_FORMAT " before the first row "
						"to judge",
						rolling->table->label, count, search->span)));
	asked_put_status(search->result, OUT_SERIES, rolling->label, OUT_STATUS,
					 psprintf("it has " UINT64_FORMAT " rows, but " UINT64_FORMAT " are needed", count, search->span + 1));
	return true;
}

/* Looks at all series that can be used, one after the other. */
static void
look(const Search *search, const LoadedModel *shared, RollingOrigin *rolling)
{
	RollingBatch	batch;

	do
	{
		asked_answer(&search->asked, rolling->label);
		if (too_short(search, rolling))
			continue;
		/* only the first step counts: the row as it was expected from the one before it */
		rolling_origin_start(rolling, shared, 1, 1, first_to_judge(search, rolling->rows->count, rolling->model));
		while (rolling_origin_next(rolling, &batch))
			put_rows(search, rolling, &batch);
	} while (rolling_origin_next_series(rolling));
}

SQL_FUNCTION(lstm_anomalies);
Datum
lstm_anomalies(PG_FUNCTION_ARGS)
{
	Search		search = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	ReadFilter	filter = {0};
	LoadedModel *shared = model_start_rows(fcinfo, 2, &search.level);
	RollingOrigin *rolling;
	int			newest;

	if (shared == NULL)
		return (Datum) 0;
	newest = argument_int(fcinfo, 3, "newest", 1, PG_INT32_MAX, 0);
	/* the function of version 1.0 has no such parameter */
	if (PG_NARGS() > 4)
		search.asked = asked_read(fcinfo, 4, &shared->model, &filter);
	search.newest = newest;
	search.span = lf_window_first_output(&shared->model.task, 0);
	search.targets = model_targets(&shared->model);
	search.ok = CStringGetTextDatum("ok");
	rolling = rolling_origin_open_filtered(&shared->model, PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1), &filter,
								newest == 0 ? 0 : search.span + newest + lf_model_history(&shared->model), put_left_out, &search);
	if (rolling != NULL)
		look(&search, shared, rolling);
	asked_report_missing(&search.asked, put_status, &search);
	return (Datum) 0;
}
