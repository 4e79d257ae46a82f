/*
 * defaults_test.c: what is chosen for a table of so many rows and such a season.
 */
#include "tap.h"

#include "training/defaults.h"
#include "series/level.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

#define ROWS 2016				/* twelve weeks of hours */

static double values[2 * ROWS];

static void
test_lookback(void)
{
	ok(lf_default_lookback(0, 1, 1) == 1 && lf_default_lookback(3, 1, 1) == 1, "a table of no or three rows leaves one row");
	ok(lf_default_lookback(20, 1, 12) == 5, "a quarter of a short table is the most");
	ok(lf_default_lookback(120, 1, 12) == 12, "ten years of months are shown one");
	ok(lf_default_lookback(120, 1, 4) == 12, "ten years of quarters are shown three");
	ok(lf_default_lookback(78, 1, 12) == 12 && lf_default_lookback(78, 44, 12) == 24,
	   "many short tables are shown two, which is a third of their rows at most");
	ok(lf_default_lookback(120, 1, 24) == 24, "a season is shown whole");
	ok(lf_default_lookback(120, 1, 1) == 12, "twelve rows where there is no season");
	ok(lf_default_lookback(5000, 1, 1) == 28, "28 in a long table");
	ok(lf_default_lookback(5000, 1, 7) == 28, "a week of days in a long table is shown four times");
	ok(lf_default_lookback(5000, 1, 24) == 48, "two days of hours");
	ok(lf_default_lookback(5000, 1, 48) == 48, "one day of half hours, for two would be too many rows");
}

/* The share of the variance between seasons, or windows where there is none. */
static double
level_share(const lf_task *task, const lf_frame *frame, int season)
{
	return lf_target_level_share(task, frame, season > 1 ? season : task->lookback);
}

static lf_normalize
usual(const lf_task *task, const lf_frame *frame, int season)
{
	return lf_default_normalize(task, level_share(task, frame, season), frame->rows, season);
}

static lf_normalize
of_segments(const lf_task *task, const lf_frame *frame, int season)
{
	return lf_default_segment_normalize(task, level_share(task, frame, season), season);
}

static void
test_normalize(void)
{
	static lf_task task = {.lookback = 48, .horizon = 24, .lead = 1, .inputs = 1, .targets = 1};
	lf_frame	frame = {.values = values, .rows = ROWS, .columns = 2};

	for (int i = 0; i < ROWS; i++)
	{
		double		day = sin(6.283185307179586 * (i % 24) / 24);

		values[2 * i] = day;
		values[2 * i + 1] = day + 0.01 * i;
	}
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_SEASON_PROFILE, "windows of two seasons are measured from these");
	frame.rows = 400;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_NONE, "windows of two seasons are not measured from these where the table is short");
	frame.rows = ROWS;
	task.lookback = 47;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_NONE, "windows of one season are not measured from it where the level stays");
	ok(usual(&task, &frame, 1) == LF_NORMALIZE_NONE, "without a season, and with a level that stays, windows are measured from nothing");
	task.input[0] = task.target[0] = 1;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_SEASON_PROFILE, "where the level moves one season is enough to be measured from");
	task.horizon = 12;
	task.lookback = 48;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_MEAN, "for less than a season, the mean of whole ones");
	task.lookback = 23;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_LAST, "where the window holds no whole season it is measured from the last value");
	task.input[0] = 0;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_LAST, "a target that is no input is estimated");
}

/* In long tables the newest rows decide. */
static void
test_long(void)
{
	enum {LONG = 400000};
	static const lf_task task = {.lookback = 28, .horizon = 24, .lead = 1, .inputs = 1, .targets = 1};
	double	   *column = malloc(LONG * sizeof(double));
	lf_frame	frame = {.values = column, .rows = LONG, .columns = 1};

	for (int i = 0; i < LONG; i++)
		column[i] = sin(6.283185307179586 * (i % 24) / 24) + (i < LONG / 2 ? 0.01 * i : 0);
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_NONE, "a level that moved long ago is not subtracted");
	frame.rows = LONG / 2;
	ok(usual(&task, &frame, 24) == LF_NORMALIZE_SEASON_PROFILE, "a level that still moves is subtracted");
	free(column);
}

static void
test_training(void)
{
	lf_training given = {.optimizer = LF_ADAM, .learning_rate = 0.1, .batch_size = 7, .epochs = 3};
	lf_training open = {.optimizer = LF_ADAM, .learning_rate = LF_UNSET, .batch_size = LF_UNSET, .epochs = LF_UNSET};
	lf_training training = given;
	bool		monotone = true;

	lf_default_training(&training, 1000);
	ok(training.learning_rate == 0.1 && training.batch_size == 7 && training.epochs == 3, "what was given stays");
	training = open;
	lf_default_training(&training, 6);
	ok(training.epochs == 80 && training.batch_size == 32 && training.learning_rate == 0.002,
	   "a few windows are seen 80 times");
	training = open;
	lf_default_training(&training, 1000);
	ok(training.epochs == 31 && training.batch_size == 32, "a thousand are seen 31 times");
	training = open;
	lf_default_training(&training, 60000);
	ok(training.epochs == 9 && training.batch_size == 64, "sixty thousand nine times, in larger batches");
	training = open;
	lf_default_training(&training, 270000);
	ok(training.epochs == 5 && training.batch_size == 64, "some hundred thousand less often");
	training = open;
	lf_default_training(&training, 10000000);
	ok(training.epochs == 1 && training.batch_size == 128, "ten million once");
	for (size_t windows = 1; windows < 1000000; windows += windows / 10 + 1)
	{
		lf_training fewer = open;

		training = open;
		lf_default_training(&fewer, windows);
		lf_default_training(&training, windows + windows / 10 + 1);
		monotone = monotone && training.epochs <= fewer.epochs;
	}
	ok(monotone, "more windows are not seen more often");
	training = open;
	training.optimizer = LF_SGD;
	lf_default_training(&training, 100);
	ok(training.learning_rate == 0.01, "sgd takes Keras' learning rate");
	ok(lf_default_loss(NULL, 1) == LF_MSE && lf_default_loss(&lf_presets[LF_VANILLA], 0) == LF_MSE &&
	   lf_default_loss(&lf_presets[LF_VANILLA], 2) == LF_MAE && lf_default_loss(&lf_presets[LF_SEGMENT], 1) == LF_MAE,
	   "several series and segments are trained by the absolute error");
}

static void
test_choice_of_segments(void)
{
	ok(lf_default_is_segment(700, 1, 48, LF_UNSET, 24), "two days of hours are forecast by segments");
	ok(lf_default_is_segment(700, 1, 48, 72, 24) && !lf_default_is_segment(700, 1, 48, 70, 24),
	   "segments need a lookback that is open, or whole seasons");
	ok(!lf_default_is_segment(700, 1, 36, LF_UNSET, 24) && !lf_default_is_segment(700, 1, 12, LF_UNSET, 24),
	   "half a season is not forecast by segments");
	ok(!lf_default_is_segment(700, 1, 48, LF_UNSET, 1), "rows without a season are not forecast by segments");
	ok(!lf_default_is_segment(120, 1, 24, LF_UNSET, 12) && lf_default_is_segment(120, 10, 24, LF_UNSET, 12),
	   "short tables are not forecast by segments, unless they are many");
}

static void
test_segment_normalize(void)
{
	static const lf_task task = {.lookback = 48, .horizon = 24, .lead = 1, .inputs = 1, .targets = 1};
	double	   *column = malloc(1000 * sizeof(double));
	lf_frame	frame = {.values = column, .rows = 1000, .columns = 1};

	for (int i = 0; i < 1000; i++)
		column[i] = sin(6.283185307179586 * (i % 24) / 24);
	ok(of_segments(&task, &frame, 24) == LF_NORMALIZE_SEASON_PROFILE,
	   "segments are measured from their season where the level stays");
	for (int i = 0; i < 1000; i++)
		column[i] += 0.01 * i;
	ok(of_segments(&task, &frame, 24) == LF_NORMALIZE_LAST, "segments are measured from the last value where the level moves");
	ok(of_segments(&task, &frame, 1) == LF_NORMALIZE_LAST, "segments are measured from the last value where there is no season");
	free(column);
}

static void
test_segment_lookback(void)
{
	bool		good = true;

	ok(lf_default_segment_lookback(10000, 1, 96, 24, 0) == 96, "segments look back as far as they look ahead");
	ok(lf_default_segment_lookback(10000, 1, 7, 12, 7) == 21, "at least as far as other presets do, in whole segments");
	ok(lf_default_segment_lookback(10000, 9, 96, 24, 0) == 192, "of several series twice as far");
	ok(lf_default_segment_lookback(10000, 9, 24, 24, 0) == 168, "of several series segments look back over seven seasons at least");
	ok(lf_default_segment_lookback(100, 1, 96, 24, 0) == 24, "in short tables over a quarter of the rows");
	ok(lf_default_segment_lookback(0, 1, 96, 24, 32) == 32, "segments look back over one segment at least");
	for (int horizon = 1; horizon < 200; horizon++)
		for (int season = 1; season < 60; season += 7)
		{
			lf_task		alone = {.lookback = horizon, .horizon = horizon};
			lf_task		task = {.horizon = horizon};

			task.lookback = lf_default_segment_lookback(1000, 1, horizon, season, 0);
			good = good && lf_segment_length(&task, season) == lf_segment_length(&alone, season);
		}
	ok(good, "a lookback that is chosen leaves segments as long as the horizon alone lets them be");
}

/* As much of the variance between seasons as real series have: AirPassengers .85, temperatures and taxi rides .13. */
static void
test_real_levels(void)
{
	static const lf_task task = {.lookback = 12, .horizon = 1, .lead = 1, .inputs = 1, .targets = 1};
	static lf_task two = {.lookback = 12, .horizon = 1, .lead = 1, .inputs = 2, .targets = 2, .input = {0, 1}, .target = {0, 1}};
	static double columns[2 * 240];
	static double column[240];
	lf_frame	frame = {.values = column, .rows = 240, .columns = 1};
	lf_frame	both = {.values = columns, .rows = 240, .columns = 2};

	for (int i = 0; i < 240; i++)
	{
		/* 20 years whose means go up and down by 1, around which months swing by as much as leaves the share */
		double		swing = sqrt(2 * (1 - 0.13) / 0.13);

		column[i] = (i / 12 % 2 == 0 ? 1 : -1) + swing * sin(6.283185307179586 * (i % 12) / 12);
		columns[2 * i] = column[i];
	}
	ok(fabs(lf_level_share(&frame, 0, 12) - 0.13) < 1e-9 && lf_default_normalize(&task, lf_target_level_share(&task, &frame, 12), 240, 12) == LF_NORMALIZE_NONE,
	   "a level that moves no more than that of temperatures is not subtracted");
	for (int i = 0; i < 240; i++)
	{
		double		swing = sqrt(2 * (1 - 0.85) / 0.85);

		column[i] = (i / 12 % 2 == 0 ? 1 : -1) + swing * sin(6.283185307179586 * (i % 12) / 12);
		columns[2 * i + 1] = column[i];
	}
	ok(fabs(lf_level_share(&frame, 0, 12) - 0.85) < 1e-9 && lf_default_normalize(&task, lf_target_level_share(&task, &frame, 12), 240, 12) == LF_NORMALIZE_MEAN,
	   "a level that moves as much as that of AirPassengers is subtracted");
	ok(lf_default_normalize(&two, lf_target_level_share(&two, &both, 12), 240, 12) == LF_NORMALIZE_MEAN, "the target whose level moves most decides, and may be the second");
}

int
main(void)
{
	test_real_levels();
	test_lookback();
	test_normalize();
	test_long();
	test_training();
	test_choice_of_segments();
	test_segment_normalize();
	test_segment_lookback();
	return done_testing();
}
