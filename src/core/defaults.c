/*
 * defaults.c: rules that were chosen by comparing forecasts over several series and seeds.
 */
#include "defaults.h"

#include "level.h"

/* A series without season is shown this many rows, and twice the horizon at least. */
#define PLAIN_LOOKBACK 16

/* Optimizer steps that training takes about, within LEAST and MOST epochs: small tables get many epochs, large few. */
#define STEPS 2000
#define LEAST_EPOCHS 10
#define MOST_EPOCHS 200

int
lf_default_lookback(size_t rows, int season, int horizon, int lead)
{
	size_t		lookback = (size_t) season;
	size_t		around = (size_t) horizon + (size_t) lead;	/* rows of a window besides its inputs, and one more */

	if (season <= 1)
		lookback = 2 * (size_t) horizon > PLAIN_LOOKBACK ? 2 * (size_t) horizon : PLAIN_LOOKBACK;
	/* a short table: leave half of what the horizon does not take to count windows */
	if (lookback > LF_MAX_DIM)
		lookback = LF_MAX_DIM;
	if (rows < around + 2 * lookback)
		lookback = rows > around + 2 ? (rows - around) / 2 : 1;
	return (int) lookback;
}

lf_normalize
lf_default_normalize(const lf_task *task, int season)
{
	if (lf_task_needs_link(task))
		return lf_task_can_normalize(task) ? LF_NORMALIZE_LAST : LF_NORMALIZE_NONE;
	return season > 1 && task->lookback % season == 0 ? LF_NORMALIZE_MEAN : LF_NORMALIZE_LAST;
}

void
lf_default_training(lf_training *training, const lf_task *task, size_t windows, int season)
{
	size_t		batches = windows / (size_t) training->batch_size + 1;
	size_t		epochs = STEPS / batches;

	(void) task;
	(void) season;
	if (training->learning_rate == LF_UNSET)
		training->learning_rate = training->optimizer == LF_SGD ? 0.01 : 0.005;
	if (training->epochs == LF_UNSET)
		training->epochs = (int) (epochs < LEAST_EPOCHS ? LEAST_EPOCHS : epochs > MOST_EPOCHS ? MOST_EPOCHS : epochs);
}
