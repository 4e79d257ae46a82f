/*
 * tune.c: lstm_tune: trains with several combinations of options and ranks them.
 *
 *	   rows			 ---------------------------------------->
 *	   fold 1		 train........|choose|
 *	   fold 2		 train...............|choose|
 *	   fold 3		 train......................|choose|
 *	   test			 train.............................| test|
 *
 * The folds rank the trials. Rows that have chosen say too good things of what they chose, so the newest ones stay out
 * of all folds; only when the ranks stand is the winner trained on the rows before them and measured there, and the
 * first trial, the options as they were given, beside it: what tuning has gained is told by these two. The others are
 * not, because a list of such errors asks to be chosen by.
 */
#include "sql/arguments.h"
#include "server/error.h"
#include "judge/grid.h"
#include "sql/json.h"
#include "server/progress.h"
#include "judge/trial.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include <math.h>

enum
{
	ARG_GRID = ARGS_OF_REQUEST,
	ARG_TRIALS,
	ARG_MAX_TIME,
	ARG_FOLDS,
	ARG_FOLD_ROWS,
	ARG_TEST_ROWS,
	ARG_SEED
};

#define MOST_TRIALS 10000

/* Rows of a fold where they are not given: this part of all, so that three folds and a test make a fifth. */
#define FOLD_SHARE 20

/* The columns of a result row. */
enum
{
	OUT_RANK,
	OUT_TRIAL,
	OUT_STATUS,
	OUT_OPTIONS,
	OUT_LOOKBACK,
	OUT_PARAMETERS,
	OUT_SECONDS,
	OUT_ERROR,
	OUT_MAE,
	OUT_RMSE,
	OUT_BASELINE,
	OUT_BASELINE_ERROR,
	OUT_SKILL,
	OUT_TEST_ERROR,
	OUT_TEST_BASELINE_ERROR,
	OUT_COLUMNS
};

typedef struct Tune
{
	Division	division;
	Trial	   *trial;
	int			trials;
	int			most;			/* combinations to try */
	int			seed;			/* of their choice */
	TimestampTz deadline;		/* after it no trial begins */
	FunctionCallInfo fcinfo;	/* of the call */
	Table	   *table;
	const Grid *grid;
	Jsonb	   *options;
} Tune;

static void
report_progress(const Tune *tune, int number)
{
	const Trial *trial = &tune->trial[number];
	const Trial *best = NULL;

	if (!trial->measured)
	{
		ereport(NOTICE,
				(errmsg("trial %d of %d, %s, failed: %s", number + 1, tune->trials, trial->label, trial->status)));
		return;
	}
	for (int i = 0; i < number; i++)
		if (tune->trial[i].measured && (best == NULL || trial_error(&tune->trial[i]) < trial_error(best)))
			best = &tune->trial[i];
	ereport(NOTICE,
			(errmsg("trial %d of %d, %s: error %.4g, %s", number + 1, tune->trials, trial->label, trial_error(trial),
					best == NULL || trial_error(trial) < trial_error(best) ? "the best so far" :
					psprintf("the best so far is %.4g of trial %d",
							 trial_error(best), (int) (best - tune->trial) + 1))));
}

/* The trials: the options as they were given, then combinations that differ from them. */
static void
plan_trials(Tune *tune, const Grid *grid, Jsonb *options)
{
	int			most = tune->most;

	/* each has options of its own, and their text */
	check_memory((1 + Min(grid->size, most)) * (sizeof(Trial) + 3 * VARSIZE(options)), "a list of so many trials",
				 "try fewer");
	tune->trial = palloc0((1 + Min(grid->size, most)) * sizeof(Trial));
	tune->trial[0] = (Trial) {
		.label = "options as given",
		.options = options,
		.wanted = tune->division.request->wishes.task.lookback,
		.status = "not run",
	};
	tune->trials = 1;
	for (uint64 i = 0; i < grid->size && tune->trials <= most; i++)
	{
		uint64		number = lf_combination_pick(grid->size, most, tune->seed, i);
		Jsonb	   *combination = grid_combination(grid, number);
		Trial		trial = {.wanted = tune->division.request->wishes.task.lookback, .status = "not run"};

		CHECK_FOR_INTERRUPTS();
		trial.options = grid_options(grid, number, options, &trial.wanted);
		if (trial.wanted == tune->trial[0].wanted &&
			compareJsonbContainers(&trial.options->root, &options->root) == 0)
			continue;
		trial.label = JsonbToCString(NULL, &combination->root, VARSIZE(combination));
		tune->trial[tune->trials++] = trial;
	}
}

/* Runs trials until all are through or the time is over; the first one always runs. */
static void
run_trials(Tune *tune)
{
	for (int i = 0; i < tune->trials; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0 && GetCurrentTimestamp() >= tune->deadline)
		{
			ereport(NOTICE,
					(errmsg("max_time expired after %d of %d trials", i, tune->trials)));
			return;
		}
		trial_try_folds(&tune->division, &tune->trial[i]);
		report_progress(tune, i);
	}
}

/* Sets the ranks; of equal errors the earlier trial is better. Returns the best, or NULL where all failed. */
static Trial *
rank_trials(Tune *tune)
{
	Trial	   *best = NULL;

	for (int i = 0; i < tune->trials; i++)
	{
		Trial	   *trial = &tune->trial[i];

		CHECK_FOR_INTERRUPTS();
		if (!trial->measured)
			continue;
		trial->rank = 1;
		for (int j = 0; j < tune->trials; j++)
		{
			const Trial *other = &tune->trial[j];

			if (other->measured &&
				(trial_error(other) < trial_error(trial) || (trial_error(other) == trial_error(trial) && j < i)))
				trial->rank++;
		}
		if (trial->rank == 1)
			best = trial;
	}
	return best;
}

/* The error of the baseline that was best in the folds, in these or on the test rows; NaN where there is none. */
static double
trial_baseline(const Trial *trial, const lf_cv_score *cv)
{
	lf_forecaster baseline = lf_cv_best_baseline(&trial->folds);

	return baseline == LF_NETWORK ? (double) NAN : lf_cv_error(cv, baseline);
}

/* Says where even the best is not worth its while. */
static void
report_verdict(const Trial *best)
{
	const char *baseline = lf_forecaster_names[lf_cv_best_baseline(&best->folds)];
	double		naive = trial_baseline(best, &best->folds);
	double		naive_test = trial_baseline(best, &best->test);
	double		test = lf_cv_error(&best->test, LF_NETWORK);

	if (trial_error(best) >= naive)
		ereport(WARNING,
				(errmsg("no trial beats the %s forecast", baseline),
				 errdetail("The error of that forecast is %.4g; the error of the best trial is %.4g.", naive,
						   trial_error(best)),
				 errhint("Use that forecast, or give more rows or more informative columns.")));
	else if (test >= naive_test)
		ereport(WARNING,
				(errmsg("the best trial loses to the %s forecast on the test rows", baseline),
				 errdetail("The error of the trial on these rows is %.4g; the error of the %s forecast is %.4g.", test,
						   baseline, naive_test),
				 errhint("The lead of the trial in the folds may be due to chance. Use more rows, more folds or "
						 "fewer trials.")));
}

static void
put_number(Datum *value, bool *null, double number)
{
	*null = !isfinite(number);
	*value = Float8GetDatum(number);
}

static void
put_trial(const Tune *tune, const Trial *trial, ReturnSetInfo *result)
{
	lf_forecaster baseline = lf_cv_best_baseline(&trial->folds);
	double		naive = trial_baseline(trial, &trial->folds);
	bool		one = tune->division.request->wishes.task.targets == 1;
	double		error = trial_error(trial);
	Datum		values[OUT_COLUMNS] = {0};
	bool		nulls[OUT_COLUMNS] = {false};

	nulls[OUT_RANK] = trial->rank == 0;
	values[OUT_RANK] = Int32GetDatum(trial->rank);
	values[OUT_TRIAL] = Int32GetDatum((int) (trial - tune->trial) + 1);
	values[OUT_STATUS] = CStringGetTextDatum(trial->status);
	values[OUT_OPTIONS] = JsonbPGetDatum(trial->options);
	nulls[OUT_LOOKBACK] = trial->lookback == 0 && trial->wanted == LF_UNSET;
	values[OUT_LOOKBACK] = Int32GetDatum(trial->lookback > 0 ? trial->lookback : trial->wanted);
	nulls[OUT_PARAMETERS] = trial->parameters == 0;
	values[OUT_PARAMETERS] = Int64GetDatum((int64) trial->parameters);
	nulls[OUT_SECONDS] = trial->seconds == 0;
	values[OUT_SECONDS] = Float8GetDatum(trial->seconds);
	for (int i = OUT_ERROR; i < OUT_COLUMNS; i++)
		nulls[i] = true;
	if (trial->rank > 0)
	{
		put_number(&values[OUT_ERROR], &nulls[OUT_ERROR], error);
		put_number(&values[OUT_MAE], &nulls[OUT_MAE], one ? lf_score_mae(&trial->folds.first) : (double) NAN);
		put_number(&values[OUT_RMSE], &nulls[OUT_RMSE], one ? lf_score_rmse(&trial->folds.first) : (double) NAN);
		nulls[OUT_BASELINE] = baseline == LF_NETWORK;
		values[OUT_BASELINE] = CStringGetTextDatum(lf_forecaster_keys[baseline]);
		put_number(&values[OUT_BASELINE_ERROR], &nulls[OUT_BASELINE_ERROR], naive);
		put_number(&values[OUT_SKILL], &nulls[OUT_SKILL], naive > 0 ? 1 - error / naive : (double) NAN);
		put_number(&values[OUT_TEST_ERROR], &nulls[OUT_TEST_ERROR], lf_cv_error(&trial->test, LF_NETWORK));
		put_number(&values[OUT_TEST_BASELINE_ERROR], &nulls[OUT_TEST_BASELINE_ERROR], trial_baseline(trial, &trial->test));
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Best first; then those that failed, then those that were not run, by number. */
static void
put_trials(const Tune *tune, ReturnSetInfo *result)
{
	const Trial **ranked = palloc0(tune->trials * sizeof(Trial *));

	for (int i = 0; i < tune->trials; i++)
		if (tune->trial[i].rank > 0)
			ranked[tune->trial[i].rank - 1] = &tune->trial[i];
	for (int i = 0; i < tune->trials && ranked[i] != NULL; i++)
		put_trial(tune, ranked[i], result);
	for (int i = 0; i < tune->trials; i++)
		if (tune->trial[i].rank == 0)
			put_trial(tune, &tune->trial[i], result);
}

/* The time after which no trial begins. */
static TimestampTz
read_deadline(FunctionCallInfo fcinfo)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz deadline;

	if (PG_ARGISNULL(ARG_MAX_TIME))
		return DT_NOEND;
	deadline = DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval, TimestampTzGetDatum(now),
													   PG_GETARG_DATUM(ARG_MAX_TIME)));
	if (deadline <= now)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_time must be greater than 0")));
	return deadline;
}

/* Reads the rows and settles how they are divided; raises 22000 where they are too few. */
static void
divide_rows(Division *division, FunctionCallInfo fcinfo, Request *request, Table *table)
{
	bool		several = request->series_column != NULL;
	int			least = request->wishes.task.horizon + Max(request->wishes.task.lead, 1) - 1;
	int			usual = least;	/* of many series that is enough to measure by */
	uint64		needed;

	if (!several)
	{
		division->cutoff = cutoff_read(request, table, 0);
		usual = (int) (Min(cutoff_rows(division->cutoff, 0) / FOLD_SHARE, PG_INT32_MAX) / request->wishes.task.horizon *
					   request->wishes.task.horizon);
	}
	division->folds = argument_int(fcinfo, ARG_FOLDS, "folds", 1, 1000, 3);
	division->fold_rows = argument_int(fcinfo, ARG_FOLD_ROWS, "fold_rows", least, PG_INT32_MAX, Max(usual, least));
	division->test_rows = argument_int(fcinfo, ARG_TEST_ROWS, "test_rows", 0, PG_INT32_MAX, (int) division->fold_rows);
	if (division->test_rows > 0 && division->test_rows < least)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("test_rows must be 0 or at least %d, not " UINT64_FORMAT, least, division->test_rows)));
	needed = division->folds * division->fold_rows + division->test_rows + 1;
	if (several)
	{
		division->cutoff = cutoff_read(request, table, needed);
		panel_report_skipped(division->cutoff->panel, request->source, "tuned on");
	}
	if (cutoff_rows(division->cutoff, 0) < needed)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s has " UINT64_FORMAT " rows, too few for %d folds of " UINT64_FORMAT " rows and "
						UINT64_FORMAT " test rows",
						request->source, cutoff_rows(division->cutoff, 0), division->folds, division->fold_rows,
						division->test_rows),
				 errhint("Reduce folds, fold_rows or test_rows, or give more rows.")));
}

/* Reads the rows, tries what there is to try, and returns the results. */
static void
run(void *state)
{
	Tune	   *tune = state;
	Request    *request = (Request *) tune->division.request;
	Trial	   *best;

	divide_rows(&tune->division, tune->fcinfo, request, tune->table);
	plan_trials(tune, tune->grid, tune->options);
	/* the test is of the best trial and of the first one */
	progress_expect((int64) tune->trials * tune->division.folds +
					(tune->division.test_rows == 0 ? 0 : Min(tune->trials, 2)));

	tune->division.each = AllocSetContextCreate(CurrentMemoryContext, "lstm_tune training", ALLOCSET_DEFAULT_SIZES);
	run_trials(tune);
	best = rank_trials(tune);
	if (best == NULL)
		ereport(ERROR,
				(errcode(tune->trial[0].code),
				 errmsg("none of the trials on %s succeeded", request->source),
				 errdetail("The first trial failed with: %s", tune->trial[0].status),
				 tune->trial[0].hint != NULL ? errhint("%s", tune->trial[0].hint) : 0));
	if (tune->division.test_rows > 0)
	{
		trial_try_test(&tune->division, best);
		if (best != &tune->trial[0] && tune->trial[0].measured)
			trial_try_test(&tune->division, &tune->trial[0]);
	}
	MemoryContextDelete(tune->division.each);
	report_verdict(best);
	put_trials(tune, (ReturnSetInfo *) tune->fcinfo->resultinfo);
}

static Datum
tune_options(FunctionCallInfo fcinfo, RequestForm form)
{
	Request    *request = palloc0(sizeof(Request));
	Tune		tune = {.division = {.request = request}, .fcinfo = fcinfo};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	tune.most = argument_int(fcinfo, ARG_TRIALS, "trials", 1, MOST_TRIALS, 12);
	tune.seed = argument_int(fcinfo, ARG_SEED, "seed", 0, PG_INT32_MAX, 1);
	tune.deadline = read_deadline(fcinfo);
	tune.options = PG_ARGISNULL(ARG_OPTIONS) ? DatumGetJsonbP(jsonb_from_text("{}")) : PG_GETARG_JSONB_P(ARG_OPTIONS);
	tune.table = request_read(fcinfo, form, request);
	tune.grid = grid_read(PG_ARGISNULL(ARG_GRID) ? NULL : PG_GETARG_JSONB_P(ARG_GRID), tune.options, request);
	progress_around(PROGRESS_TUNE, tune.table->relid, run, &tune);
	return (Datum) 0;
}

FORMS_OF(lstm_tune, tune_options);
