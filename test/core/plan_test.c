/*
 * plan_test.c: what is chosen by facts and wishes alone, and what cannot be had.
 */
#include "tap.h"
#include "training/plan.h"

#include <math.h>
#include <string.h>

static lf_facts facts;
static lf_wishes wishes;
static lf_plan made;

/* A month of hours with a day as their season, whose level stays; one column, a day ahead, and nothing else said. */
static void
reset(void)
{
	facts = (lf_facts) {.series = 1, .rows = 720, .season = 24, .block = 24, .samples = 1,
		.seasons = {.seasons = {.count = 1, .season = {{.length = 24, .knots = 24}}}},
		.sample = {{.rows = 720, .level_share = 0.1, .rest_level_share = 0.1}}};
	wishes = (lf_wishes) {
		.task = {.lookback = LF_UNSET, .horizon = 24, .lead = 1, .inputs = 1, .targets = 1},
		.preset = LF_VANILLA, .open = true, .deseasonalize = LF_DESEASONALIZE_NONE, .channels = LF_UNSET, .loss = LF_UNSET, .normalize = LF_UNSET,
		.lower_limit = -(double) INFINITY, .upper_limit = (double) INFINITY,
		.training = {.calibrate = true, .learning_rate = LF_UNSET, .batch_size = LF_UNSET, .epochs = LF_UNSET},
	};
}

static lf_plan_status
choose(void)
{
	return lf_choose(&facts, &wishes, &made);
}

static void
add_column(lf_column_kind kind)
{
	lf_task    *task = &wishes.task;

	task->kind[task->inputs] = (uint8_t) kind;
	task->input[task->inputs] = (int16_t) task->inputs;
	task->inputs++;
}

static void
test_purity(void)
{
	static lf_facts facts_before;
	static lf_wishes wishes_before;
	static lf_plan first;

	reset();
	add_column(LF_COLUMN_KNOWN);
	facts_before = facts;
	wishes_before = wishes;
	(void) choose();
	first = made;
	memset(&made, 0x5a, sizeof(made));
	(void) choose();
	ok(memcmp(&facts, &facts_before, sizeof(facts)) == 0, "choosing leaves the facts as they are");
	ok(memcmp(&wishes, &wishes_before, sizeof(wishes)) == 0, "choosing leaves the wishes as they are");
	ok(made.task.lookback == first.task.lookback && made.task.inputs == first.task.inputs && made.windows == first.windows &&
	   made.training.normalize == first.training.normalize && made.training.epochs == first.training.epochs,
	   "equal facts and wishes give equal plans, whatever stood in the plan before");
}

static void
test_nothing_said(void)
{
	reset();
	ok(choose() == LF_PLAN_MADE, "a plan is made where nothing is said");
	ok(made.preset == LF_SEGMENT && made.training.loss == LF_MAE, "a season ahead is forecast by segments, with their loss");
	ok(made.task.lookback == 48 && made.task.season == 24 && made.season == 24, "a window of segments holds two seasons");
	ok(made.windows == 720 - 48 - 24 + 1, "all windows of the rows are counted");
	ok(made.training.normalize == LF_NORMALIZE_SEASON_PROFILE, "windows are measured from their season where the level stays");
	ok(made.training.epochs > 0 && made.training.batch_size > 0 && made.training.learning_rate > 0, "nothing of the training is left open");
	wishes.task.horizon = 1;
	ok(choose() == LF_PLAN_MADE && made.preset == LF_VANILLA && made.training.loss == LF_MSE, "one row ahead is forecast by the plain preset");
	wishes.open = false;
	wishes.task.horizon = 24;
	ok(choose() == LF_PLAN_MADE && made.preset == LF_VANILLA, "a preset that was asked for stays");
	facts.sample[0].level_share = 0.9;
	ok(choose() == LF_PLAN_MADE && made.training.normalize == LF_NORMALIZE_SEASON_PROFILE, "a moving level is measured from its season, too");
	facts.season = 1;
	facts.seasons.seasons.count = 0;
	ok(choose() == LF_PLAN_MADE && made.training.normalize == LF_NORMALIZE_LAST && made.task.lookback == 28,
	   "without a season a moving level is measured from the last value");
}

static void
test_many_series(void)
{
	static size_t start[] = {0, 100, 100, 205, 310};

	reset();
	facts.series = 4;
	facts.start = start;
	facts.rows = 105;
	wishes.task.lookback = 24;
	facts.samples = 4;
	for (int i = 0; i < 4; i++)
		facts.sample[i] = (lf_sample_facts) {.rows = start[i + 1] - start[i], .level_share = i == 0 ? 0.1 : 0.9};
	ok(choose() == LF_PLAN_MADE && made.windows == 53 + 0 + 58 + 58, "windows are counted in each series");
	ok(made.training.normalize == LF_NORMALIZE_SEASON_PROFILE, "three of four series whose level moves decide how windows are measured");
	for (int i = 0; i < 4; i++)
		facts.sample[i].level_share = i == 0 ? 0.9 : 0.1;
	ok(choose() == LF_PLAN_MADE && made.training.normalize == LF_NORMALIZE_NONE, "one of four series whose level moves does not decide");
}

static void
test_before_rows(void)
{
	reset();
	facts = (lf_facts) {0};
	ok(choose() == LF_PLAN_MADE && made.task.lookback == 1 && made.windows == 0, "before any row is read the least window is planned");
	wishes.open = false;
	wishes.preset = LF_SEGMENT;
	ok(choose() == LF_PLAN_MADE && made.task.lookback == 24, "the least window of segments holds one of them");
	wishes.task.lookback = 72;
	ok(choose() == LF_PLAN_MADE && made.task.lookback == 72, "a lookback that was given stays");
	wishes.normalize = LF_NORMALIZE_SEASON_MEAN;
	ok(choose() == LF_PLAN_MADE, "whether there is a season is not asked before rows are read");
}

static void
test_known_ahead(void)
{
	int			lookback;

	reset();
	wishes.open = false;
	add_column(LF_COLUMN_KNOWN);
	wishes.task.horizon = 60;
	ok(choose() == LF_PLAN_MADE && made.task.lookback == 60, "a window reaches as far back as known inputs have to reach ahead");
	ok(made.task.inputs == 3 && made.task.ahead[2] == 60 && made.task.input[2] == 1, "the known input goes in a second time, up to the last output");
	ok(lf_task_look_ahead(&made.task) && made.task.inputs == 3, "looking ahead twice is looking ahead once");
	wishes.task.lookback = 25;
	ok(choose() == LF_PLAN_MADE && made.task.inputs == 5 && made.task.ahead[2] == 25 && made.task.ahead[3] == 50 && made.task.ahead[4] == 60,
	   "short windows take several shifted copies");
	wishes.task.lookback = 1;
	wishes.task.horizon = 2000;
	ok(choose() == LF_PLAN_TOO_MANY_COLUMNS, "more copies than there may be columns are refused");
	reset();
	wishes.open = false;
	wishes.task.horizon = 60;
	ok(choose() == LF_PLAN_MADE, "a plan without holidays");
	lookback = made.task.lookback;
	add_column(LF_COLUMN_EVENT);
	ok(choose() == LF_PLAN_MADE && made.task.lookback == lookback, "holidays make no window longer");
	ok(made.task.inputs > 2 && made.task.input[made.task.inputs - 1] == 1 && made.task.ahead[made.task.inputs - 1] == 60,
	   "holidays are seen up to the last output");
}

static void
test_goes_on(void)
{
	static const lf_spec layers = {.count = 1};

	reset();
	wishes.season = 12;
	wishes.layers = &layers;
	wishes.task.lookback = 36;
	ok(choose() == LF_PLAN_MADE && made.task.season == 12 && made.season == 24,
	   "windows keep the season of the weights that training begins with, baselines take that of the rows");
	ok(made.layers == &layers && !lf_plan_has_segments(&made), "layers of the user's own stay, whatever the rows");
}

/* Each wish that cannot be had, and why. */
static void
test_conflicts(void)
{
	reset();
	wishes.channels = LF_CHANNELS_INDEPENDENT;
	wishes.calendar = true;
	ok(choose() == LF_PLAN_NOT_INDEPENDENT, "independent channels have no calendar");
	reset();
	add_column(LF_COLUMN_MEASURED);
	wishes.channels = LF_CHANNELS_INDEPENDENT;
	ok(choose() == LF_PLAN_NOT_INDEPENDENT, "independent channels have no inputs beside the targets");
	reset();
	wishes.quantiles.levels = 3;
	ok(choose() == LF_PLAN_NO_QUANTILES, "quantiles are of the loss quantile");
	reset();
	wishes.training.calibrate = false;
	ok(choose() == LF_PLAN_MUST_CALIBRATE, "a loss without a spread has nothing else to make intervals of");
	reset();
	wishes.lower_limit = 3;
	wishes.upper_limit = 3;
	ok(choose() == LF_PLAN_LIMITS_CROSS, "limits that meet leave nothing between them");
	reset();
	wishes.log = true;
	wishes.loss = LF_GAUSSIAN;
	ok(choose() == LF_PLAN_LOG_OF_SPREAD, "a spread of logarithms is no spread of values");
	wishes.loss = LF_QUANTILE;
	ok(choose() == LF_PLAN_MADE, "quantiles of logarithms are logarithms of quantiles");
	reset();
	wishes.difference = 1;
	wishes.loss = LF_STUDENT_T;
	ok(choose() == LF_PLAN_DIFFERENCE_OF_SPREAD, "a spread of differences cannot be added up");
	reset();
	wishes.difference = 1;
	wishes.normalize = LF_NORMALIZE_LAST;
	ok(choose() == LF_PLAN_DIFFERENCE_OF_LEVEL, "a difference has no level");
	reset();
	wishes.difference = 1;
	wishes.task.lead = 0;
	ok(choose() == LF_PLAN_DIFFERENCE_OF_OTHERS, "a difference is added to the last value in the window");
	reset();
	wishes.difference_season = true;
	wishes.task.lookback = 23;
	ok(choose() == LF_PLAN_DIFFERENCE_TOO_LONG && made.task.difference == 24, "a difference of a season needs a window of one");
	wishes.task.lookback = 24;
	ok(choose() == LF_PLAN_MADE && made.task.difference == 24 && made.training.normalize == LF_NORMALIZE_NONE,
	   "windows of differences are measured from nothing");
	reset();
	facts.rows = 40;
	wishes.task.lookback = 30;
	ok(choose() == LF_PLAN_TOO_FEW_ROWS && lf_window_rows(&made.task) == 54, "a window must fit into the rows");
	reset();
	wishes.normalize = LF_NORMALIZE_SEASON_MEAN;
	wishes.task.lookback = 23;
	ok(choose() == LF_PLAN_NO_SEASON, "a window that holds no season cannot be measured from it");
	reset();
	wishes.normalize = LF_NORMALIZE_LAST;
	wishes.task.target[0] = 1;
	for (int i = 0; i < 70; i++)
		add_column(LF_COLUMN_MEASURED);
	for (int i = 0; i < wishes.task.inputs; i++)
		wishes.task.input[i] = (int16_t) (i + 2);
	ok(choose() == LF_PLAN_TOO_MANY_LEVELS, "a level is not estimated from seventy inputs");
}

static void
test_block(void)
{
	reset();
	ok(lf_level_block(&facts, &wishes) == 24, "the level is looked at season by season");
	facts.season = 1;
	facts.seasons.seasons.count = 0;
	ok(lf_level_block(&facts, &wishes) == 28, "where there is no season it is looked at window by window");
	wishes.task.lookback = 9;
	ok(lf_level_block(&facts, &wishes) == 9, "windows are as long as they were wished");
}

int
main(void)
{
	test_purity();
	test_nothing_said();
	test_many_series();
	test_before_rows();
	test_known_ahead();
	test_goes_on();
	test_conflicts();
	test_block();
	return done_testing();
}
