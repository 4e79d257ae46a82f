/*
 * defaults.c: rules that were chosen by comparing forecasts over several series and five seeds or more.
 *
 * The series: AirPassengers, monthly temperatures, daily minimum temperatures, daily household power, half-hourly taxi
 * rides, hourly series of the M4 competition, a sine, and the tiny series of tutorials.
 */
#include "training/defaults.h"

#include "training/least_squares.h"

#include "series/level.h"

#include <math.h>

/*
 * Rows of a window, about: whole seasons, as many as fit, one at least. In long tables two if they can be had: on 25
 * hourly series of M4 two days of lookback left 10 % less error than one.
 */
#define SHORT_TABLE 500
#define SHORT_LOOKBACK 12
#define LONG_LOOKBACK 28

/*
 * Segments make long windows cheap. Many series have the rows to learn them from: a week of hours (M4), two horizons of
 * days (NN5). In one series the plain lookback was as good on M4 and
 * left .92 of the error on NN5.
 */
#define LONG_HORIZON 96
#define LEAST_SEGMENT 8
#define SEGMENT_SEASONS 7
#define SEGMENT_HORIZONS 2

/*
 * Where more than this share of the variance lies between seasons, the level moves, and windows are measured from it:
 * AirPassengers .85, against .13 and less for temperatures, taxi rides and a sine, which forecast worse without their
 * absolute values.
 */
#define MOVING_LEVEL 0.5

/*
 * The same without the seasons: of temperatures, taxi rides and power .01 to .23, of sales and cash withdrawals .28 to
 * .41, of AirPassengers, flights and a thermometer read every 5 minutes above .7.
 */
#define MOVING_REST 0.25

/* Of many series of fewer rows windows hold one season and a half: 18 months left .99 of the error of 24, 6 quarters .94 of 8 (M3). */
#define SHORT_SERIES 150

/* Rows in which that is looked for: the newest, and some blocks of them where windows are long. */
#define NEWEST ((size_t) 1 << 17)
#define LEAST_BLOCKS 16

/*
 * Eight times as many windows are seen half as often: the steps of the optimizer grow, but less than the windows. Tables of
 * a few windows learn their noise in more epochs, and nothing in fewer steps. Of a million windows the third epoch teaches
 * little that the first two have not.
 */
#define EPOCHS 380.0			/* times the cube root of the windows ... */
#define FEW_WINDOWS 800.0		/* ... and these */
#define LEAST_STEPS 80
#define MOST_SEEN ((size_t) 2000000)	/* windows in all epochs */

/* Windows up to which a batch has so many: on M4 hourly twice as many steps of half the windows take a tenth more time. */
#define WINDOWS_OF_32 20000
#define WINDOWS_OF_64 400000

const double lf_default_levels[LF_DEFAULT_LEVELS] = {0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975};

int
lf_default_lookback(size_t rows, size_t series, int season)
{
	bool		small = rows * series < SHORT_TABLE;
	size_t		most = rows / (series > 1 ? 3 : 4);	/* what one series has too few windows for, others add */
	int			lookback = small ? SHORT_LOOKBACK : LONG_LOOKBACK;

	if (season > 1)
	{
		int			seasons = lookback / season;

		if (seasons < 1)
			seasons = 1;
		if (seasons < 2 && !small && 2 * season <= LF_LONGEST_LOOKBACK)
			seasons = 2;
		lookback = seasons * season;
	}
	if ((size_t) lookback > most)
		lookback = (int) most;
	return lookback < 1 ? 1 : lookback;
}

bool
lf_default_deseasonalizes(const lf_task *task, const lf_seasons *seasons, bool segments, size_t series)
{
	if (!lf_task_targets_are_inputs(task) || seasons->count == 0)
		return false;
	if (seasons->season[seasons->count - 1].length > task->lookback)
		return true;
	return !(segments && series > 1) && !lf_head_is_distribution(&task->head);
}

bool
lf_default_is_segment(size_t rows, size_t series, int horizon, int lookback, int season)
{
	return season > 1 && season <= LF_LONGEST_SEGMENT && horizon >= season && horizon % season == 0 &&
		(lookback == LF_UNSET || lookback % season == 0) && rows * series >= SHORT_TABLE;
}

bool
lf_default_is_long(size_t rows, size_t series, int horizon, int lookback)
{
	lf_task		alone = {.lookback = horizon, .horizon = horizon};

	return lookback == LF_UNSET && horizon >= LONG_HORIZON && rows >= 4 * (size_t) horizon && rows * series >= SHORT_TABLE &&
		lf_segment_length(&alone, 1) >= LEAST_SEGMENT;
}

int
lf_default_plain_lookback(size_t rows, size_t series, int season)
{
	int			lookback = season * 3 / 2;

	if (season < 2 || series < 2 || rows >= SHORT_SERIES || (size_t) lookback > rows / 3)
		return lf_default_lookback(rows, series, season);
	return lookback;
}

int
lf_default_segment_lookback(size_t rows, size_t series, int horizon, int season, int length)
{
	size_t		horizons = series > 1 ? SEGMENT_HORIZONS : 1;
	lf_task		of_horizon = {.lookback = horizon, .horizon = horizon};
	size_t		lookback = (size_t) lf_default_lookback(rows, series, season);

	if (length == 0)
		length = lf_segment_length(&of_horizon, season);
	if (lookback < horizons * (size_t) horizon)
		lookback = horizons * (size_t) horizon;
	if (series > 1 && season > 1 && lookback < SEGMENT_SEASONS * (size_t) season)
		lookback = SEGMENT_SEASONS * (size_t) season;
	if (lookback > rows / 4)
		lookback = rows / 4;
	return lookback < (size_t) length ? length : (int) (lookback / (size_t) length) * length;
}

double
lf_target_level_share(const lf_task *task, const lf_frame *frame, int block)
{
	size_t		rows_of_block = (size_t) block;
	size_t		rows = NEWEST > LEAST_BLOCKS * rows_of_block ? NEWEST : LEAST_BLOCKS * rows_of_block;
	lf_frame	newest = *frame;
	double		share = 0;

	if (newest.rows > rows)
	{
		newest.values += (newest.rows - rows) * (size_t) newest.columns;
		newest.rows = rows;
	}
	if (rows_of_block > newest.rows / 4)
		rows_of_block = newest.rows / 4;
	for (int j = 0; j < task->targets; j++)
	{
		double		of_target = lf_level_share(&newest, task->target[j], rows_of_block < 1 ? 1 : rows_of_block);

		if (of_target > share)
			share = of_target;
	}
	return share;
}

lf_normalize
lf_default_normalize(const lf_task *task, double level_share, size_t rows, int season)
{
	bool		moves = level_share >= MOVING_LEVEL;

	if (lf_task_needs_level_regression(task))
		return lf_task_can_normalize(task) ? LF_NORMALIZE_LAST : LF_NORMALIZE_NONE;
	/*
	 * Few seasons are as much noise as season, which a level that moves outweighs. And the next rows are told better by
	 * the last ones than by those of a season ago.
	 */
	if (season > 1 && task->lead > 0 && task->horizon >= season && task->lookback >= season &&
		(moves || (task->lookback >= 2 * season && rows >= SHORT_TABLE)))
		return LF_NORMALIZE_SEASON_PROFILE;
	if (!moves)
		return LF_NORMALIZE_NONE;
	return season > 1 && task->lookback % season == 0 ? LF_NORMALIZE_MEAN : LF_NORMALIZE_LAST;
}

lf_normalize
lf_default_plain_normalize(const lf_task *task, double level_share)
{
	return lf_task_can_normalize(task) && level_share >= MOVING_REST ? LF_NORMALIZE_LAST : LF_NORMALIZE_NONE;
}

lf_normalize
lf_default_segment_normalize(const lf_task *task, double level_share, int season)
{
	if (!lf_task_can_normalize(task))
		return LF_NORMALIZE_NONE;
	if (season > 1 && task->lead > 0 && task->horizon >= season && task->lookback >= 2 * season &&
		!lf_task_needs_level_regression(task) && level_share < MOVING_LEVEL)
		return LF_NORMALIZE_SEASON_PROFILE;
	return LF_NORMALIZE_LAST;
}

lf_loss
lf_default_loss(const lf_preset_info *preset, size_t series)
{
	lf_loss		loss = preset == NULL ? LF_MSE : preset->loss;

	return series > 1 && loss == LF_MSE ? LF_MAE : loss;
}

void
lf_default_training(lf_training *training, size_t windows)
{
	size_t		batches;
	size_t		epochs;

	if (training->learning_rate == LF_UNSET)
		training->learning_rate = training->optimizer == LF_SGD ? 0.01 : 0.002;
	if (training->batch_size == LF_UNSET)
		training->batch_size = windows <= WINDOWS_OF_32 ? 32 : windows <= WINDOWS_OF_64 ? 64 : 128;
	if (training->epochs != LF_UNSET)
		return;
	batches = windows / (size_t) training->batch_size + 1;
	epochs = (size_t) (EPOCHS / cbrt((double) windows + FEW_WINDOWS));
	if (epochs * windows > MOST_SEEN)
		epochs = MOST_SEEN / windows;
	if (epochs * batches < LEAST_STEPS)
		epochs = LEAST_STEPS / batches;
	training->epochs = (int) (epochs < 1 ? 1 : epochs);
}

/* Samples that are added to the equations at once: products of many rows keep the processor busy. */
#define LINEAR_BATCH 256

void
lf_default_linear(lf_training *training)
{
	training->optimizer = LF_LEAST_SQUARES;
	training->schedule = LF_SCHEDULE_CONSTANT;
	training->epochs = LF_RIDGES;
	training->batch_size = LINEAR_BATCH;
}
