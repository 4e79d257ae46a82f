/*
 * trial.c: trainings whose failure is a result.
 */
#include "judge/trial.h"

#include "server/attempt.h"
#include "server/progress.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include <math.h>

double
trial_error(const Trial *trial)
{
	return lf_cv_error(&trial->folds, LF_NETWORK);
}

/*
 * Trains a trial on the rows before the last 'measured' of those that come before the newest 'later' ones, and measures
 * its forecasts of these; fold 0 is the test.
 */
static void
try_part(const Division *division, Trial *trial, int fold, uint64 later, uint64 measured, lf_cv_score *cv)
{
	MemoryContext caller = MemoryContextSwitchTo(division->each);
	Request    *request = memcpy(palloc(sizeof(Request)), division->request, sizeof(Request));
	lf_task    *task = memcpy(palloc(sizeof(lf_task)), &request->wishes.task, sizeof(lf_task));
	int			targets = task->targets;
	double	   *units = palloc(targets * sizeof(double));
	LoadedModel *loaded;
	CutoffScore *score;

	options_read(trial->options, false, &request->options);
	task->lookback = trial->wanted;
	wishes_of(&request->options, task, &request->wishes);
	training_check(request);
	loaded = cutoff_train(division->cutoff, request, later + measured,
						fold > 0 ? psprintf("fold %d", fold) : "the part before the test rows");
	progress_phase(PROGRESS_TESTING);
	score = cutoff_score(division->cutoff, loaded, later, measured, 0.95);
	do
	{
		cutoff_measure(score);
		for (int j = 0; j < targets; j++)
			units[j] = scoring_error_scale(score->rolling, score->origin, j);
		lf_cv_add(cv, score->metrics, units, targets);
	} while (cutoff_next(score));
	trial->lookback = loaded->model.task.lookback;
	trial->parameters = loaded->model.parameters;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(division->each);
}

static void
try_folds(const Division *division, Trial *trial)
{
	for (int fold = 1; fold <= division->folds; fold++)
		try_part(division, trial, fold, division->test_rows + (division->folds - fold) * division->fold_rows,
				 division->fold_rows, &trial->folds);
	if (!isfinite(trial_error(trial)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("no error could be measured"),
				 errdetail("The folds have no values to compare with, or forecasts are not finite.")));
	trial->measured = true;
}

static void
try_test(const Division *division, Trial *trial)
{
	try_part(division, trial, 0, 0, division->test_rows, &trial->test);
}

/* Whether an error comes of this trial's options on these rows; any other, a cancel above all, ends the whole. */
static bool
is_of_trial(int code)
{
	return ERRCODE_TO_CATEGORY(code) == ERRCODE_DATA_EXCEPTION || code == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

typedef struct Work
{
	const Division *division;
	Trial	   *trial;
	void		(*part) (const Division *, Trial *);
} Work;

static void
work_on(void *state)
{
	Work	   *work = state;

	work->part(work->division, work->trial);
}

/* Does some work on a trial; where that fails, its status becomes the message. */
static void
try_to(const Division *division, Trial *trial, void (*part) (const Division *, Trial *))
{
	Work		work = {.division = division, .trial = trial, .part = part};
	ErrorData  *error = attempt(work_on, &work);

	if (error == NULL)
		return;
	if (!is_of_trial(error->sqlerrcode))
		ReThrowError(error);
	MemoryContextReset(division->each);
	trial->status = error->message;
	trial->hint = error->hint;
	trial->code = error->sqlerrcode;
}

void
trial_try_folds(const Division *division, Trial *trial)
{
	TimestampTz started = GetCurrentTimestamp();

	trial->status = "ok";
	try_to(division, trial, try_folds);
	trial->seconds = (GetCurrentTimestamp() - started) / 1e6;
}

void
trial_try_test(const Division *division, Trial *trial)
{
	try_to(division, trial, try_test);
	if (trial->code != 0)
		trial->status = psprintf("not tested: %s", trial->status);
}
