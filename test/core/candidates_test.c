/*
 * candidates_test.c: what contends for the forecast, by facts, wishes and effort alone.
 */
#include "tap.h"
#include "training/candidates.h"
#include "training/least_squares.h"

#include <math.h>
#include <string.h>

static lf_facts facts;
static lf_wishes wishes;
static lf_plan first;
static lf_candidates chosen;

/* A month of hours with a day as their season; one column, a day ahead by the plain preset. */
static void
reset(void)
{
	facts = (lf_facts) {.series = 1, .rows = 720, .season = 24, .block = 24, .samples = 1,
		.seasons = {.seasons = {.count = 1, .season = {{.length = 24, .knots = 24}}}},
		.sample = {{.rows = 720, .level_share = 0.1, .rest_level_share = 0.1}}};
	wishes = (lf_wishes) {
		.task = {.lookback = LF_UNSET, .horizon = 24, .lead = 1, .inputs = 1, .targets = 1},
		.preset = LF_VANILLA, .deseasonalize = LF_DESEASONALIZE_NONE, .channels = LF_UNSET, .loss = LF_UNSET, .normalize = LF_UNSET,
		.lower_limit = -(double) INFINITY, .upper_limit = (double) INFINITY,
		.training = {.calibrate = true, .learning_rate = LF_UNSET, .batch_size = LF_UNSET, .epochs = LF_UNSET},
	};
}

static void
add_column(lf_column_kind kind)
{
	lf_task    *task = &wishes.task;

	task->kind[task->inputs] = (uint8_t) kind;
	task->input[task->inputs] = (int16_t) task->inputs;
	task->inputs++;
}

#define BIT(candidate) (1u << LF_CANDIDATE_ ## candidate)
#define NAIVE (BIT(REPEAT_LAST) | BIT(DRIFT) | BIT(MEAN))
#define SEASONAL (BIT(SEASONAL_NAIVE) | BIT(SEASONAL_MEAN))
#define PARTNERS (BIT(THETA) | BIT(ETS) | BIT(ZERO_SHOT))

/* Chooses, and returns what was chosen as bits; 0 where something stands twice, or in another order. */
static unsigned int
choose(lf_effort effort, unsigned int narrowed)
{
	unsigned int bits = 0;
	int			last = -1;

	if (lf_choose(&facts, &wishes, &first) != LF_PLAN_MADE)
		return 0;
	memset(&chosen, 0x5a, sizeof(chosen));
	lf_choose_candidates(&facts, &wishes, &first, effort, narrowed, &chosen);
	for (int i = 0; i < chosen.networks; i++)
	{
		if ((int) chosen.network[i] <= last || !lf_candidate_is_network(chosen.network[i]))
			return 0;
		last = (int) chosen.network[i];
		bits |= 1u << chosen.network[i];
	}
	for (int i = 0; i < chosen.forecasters; i++)
	{
		int			candidate = LF_CANDIDATE_REPEAT_LAST + (int) chosen.forecaster[i] - LF_REPEAT_LAST;

		if (candidate <= last || chosen.forecaster[i] == LF_NETWORK)
			return 0;
		last = candidate;
		bits |= 1u << candidate;
	}
	return bits;
}

static void
test_effort(void)
{
	reset();
	ok(choose(LF_EFFORT_FAST, 0) == (BIT(NETWORK) | SEASONAL | PARTNERS), "with little effort there is one network, and what costs nothing");
	ok(choose(LF_EFFORT_NORMAL, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(LINEAR_RECURSIVE) | SEASONAL | PARTNERS),
	   "usually there are linear maps beside it");
	ok(choose(LF_EFFORT_BEST, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(RECURSIVE) | BIT(LINEAR_RECURSIVE) | BIT(SEGMENT) | SEASONAL |
									 PARTNERS), "with all effort there is every kind of network");
	wishes.preset = LF_SEGMENT;
	ok(choose(LF_EFFORT_BEST, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(RECURSIVE) | BIT(LINEAR_RECURSIVE) | SEASONAL | PARTNERS),
	   "segments do not contend with segments");
	wishes.preset = LF_VANILLA;
	wishes.task.horizon = 7;
	ok(choose(LF_EFFORT_BEST, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(RECURSIVE) | BIT(LINEAR_RECURSIVE) | SEASONAL | PARTNERS),
	   "nor for a short horizon");
	wishes.task.horizon = 1;
	ok(choose(LF_EFFORT_BEST, 0) == (BIT(NETWORK) | BIT(LINEAR) | SEASONAL | PARTNERS), "one step ahead nothing is fed back");
}

static void
test_facts(void)
{
	reset();
	facts.rows = facts.sample[0].rows = 2000;
	ok((choose(LF_EFFORT_FAST, 0) & PARTNERS) == PARTNERS, "series of 2000 rows are for partners");
	facts.rows = facts.sample[0].rows = 2001;
	ok(choose(LF_EFFORT_FAST, 0) == (BIT(NETWORK) | NAIVE | SEASONAL), "longer ones are not");
	reset();
	facts.seasons.seasons.season[0] = (lf_season) {.length = 25, .knots = 25};
	facts.season = 25;
	ok(choose(LF_EFFORT_FAST, 0) == (BIT(NETWORK) | NAIVE | SEASONAL), "nor are those with longer seasons than a day of hours");
	reset();
	facts.season = 1;
	facts.seasons.seasons.count = 0;
	ok(choose(LF_EFFORT_FAST, 0) == (BIT(NETWORK) | PARTNERS), "without a season nothing is said of the last one");
	reset();
	facts.rows = facts.sample[0].rows = 95;
	wishes.task.lookback = 24;
	ok((choose(LF_EFFORT_BEST, 0) & BIT(SEGMENT)) == 0, "short series are not for segments");
	facts.rows = facts.sample[0].rows = 96;
	ok((choose(LF_EFFORT_BEST, 0) & BIT(SEGMENT)) != 0, "those of four horizons are");
}

/* What keeps its season contends with what does not. */
static void
test_seasons(void)
{
	const lf_plan *plan = &chosen.plan[3];

	reset();
	wishes.deseasonalize = LF_UNSET;
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(SEGMENT)) != 0 && first.task.deseasonalize == LF_DESEASONALIZE_ADDITIVE &&
	   chosen.network[3] == LF_CANDIDATE_SEGMENT && plan->task.deseasonalize == LF_DESEASONALIZE_NONE && plan->preset == LF_SEGMENT &&
	   plan->task.lookback <= first.task.lookback, "segments that keep the season contend with a network that does not see it");
	wishes.preset = LF_SEGMENT;
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(SEGMENT)) != 0 && lf_plan_has_segments(&first) &&
	   plan->task.deseasonalize == LF_DESEASONALIZE_NONE, "and with segments that do not");
	ok((choose(LF_EFFORT_FAST, 0) & BIT(SEGMENT)) == 0, "but not where it is to be fast");
	wishes.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
	ok((choose(LF_EFFORT_BEST, 0) & BIT(SEGMENT)) == 0, "nor where the season is to be taken out");
	wishes.preset = LF_VANILLA;
	wishes.deseasonalize = LF_UNSET;
	wishes.task.horizon = 22;
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(SEGMENT)) == 0 && (choose(LF_EFFORT_BEST, 0) & BIT(SEGMENT)) != 0,
	   "short segments take long, and are left for the best");
	wishes.task.horizon = 24;
	facts.rows = facts.sample[0].rows = 499;
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(SEGMENT)) == 0, "nor are they for short series");
	reset();
	wishes.deseasonalize = LF_UNSET;
	facts.series = 2;
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(SEGMENT)) == 0, "nor for several");
}

static void
test_columns(void)
{
	reset();
	add_column(LF_COLUMN_MEASURED);
	ok(choose(LF_EFFORT_BEST, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(SEGMENT) | SEASONAL | PARTNERS),
	   "what looks at columns that are not forecast cannot be fed back");
	wishes.task.inputs = 1;
	wishes.task.target[0] = 1;
	ok((choose(LF_EFFORT_NORMAL, 0) & (NAIVE | SEASONAL | PARTNERS)) == 0, "what is not in the window cannot be forecast by itself");
	reset();
	add_column(LF_COLUMN_KNOWN);
	ok((choose(LF_EFFORT_NORMAL, 0) & (BIT(LINEAR) | BIT(LINEAR_RECURSIVE))) == BIT(LINEAR), "with known inputs no linear map is fed back");
	ok((choose(LF_EFFORT_NORMAL, BIT(LINEAR_RECURSIVE)) & BIT(LINEAR_RECURSIVE)) != 0, "unless it is asked for");
	reset();
	wishes.task.kind[1] = LF_COLUMN_CATEGORY;
	wishes.task.input[0] = 1;
	wishes.task.input[1] = 0;
	wishes.task.inputs = 2;
	facts.categories[0] = 3;
	ok((choose(LF_EFFORT_NORMAL, 0) & (BIT(LINEAR) | BIT(LINEAR_RECURSIVE))) == 0, "categories are not for linear maps");
	reset();
	wishes.task.lookback = 60;
	while (wishes.task.inputs < 17)
		add_column(LF_COLUMN_MEASURED);
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(LINEAR)) != 0, "1020 inputs are few enough for a linear map");
	add_column(LF_COLUMN_MEASURED);
	ok((choose(LF_EFFORT_NORMAL, 0) & BIT(LINEAR)) == 0, "1080 are too many");
}

static void
test_plans(void)
{
	static lf_facts facts_before;
	static lf_wishes wishes_before;
	bool		alike = true;
	bool		fits = true;

	reset();
	wishes.training.members = 3;
	wishes.open = true;
	facts_before = facts;
	wishes_before = wishes;
	(void) choose(LF_EFFORT_BEST, 0);
	ok(memcmp(&facts, &facts_before, sizeof(facts)) == 0 && memcmp(&wishes, &wishes_before, sizeof(wishes)) == 0,
	   "facts and wishes are left as they are");
	ok(chosen.plan[0].preset == first.preset && chosen.plan[0].task.lookback == first.task.lookback &&
	   chosen.plan[0].training.members == 3 && chosen.plan[0].windows == first.windows, "the first plan is the one that was made");
	for (int i = 1; i < chosen.networks; i++)
	{
		const lf_plan *plan = &chosen.plan[i];
		bool		linear = chosen.network[i] == LF_CANDIDATE_LINEAR || chosen.network[i] == LF_CANDIDATE_LINEAR_RECURSIVE;
		bool		one = chosen.network[i] == LF_CANDIDATE_RECURSIVE || chosen.network[i] == LF_CANDIDATE_LINEAR_RECURSIVE;

		fits = fits && plan->task.lookback <= first.task.lookback && plan->task.horizon == (one ? 1 : 24) && plan->task.lead == 1 &&
			plan->task.targets == 1 && plan->task.target[0] == first.task.target[0];
		alike = alike && (plan->preset == LF_PRESET_LINEAR) == linear && (plan->preset == LF_SEGMENT) == (chosen.network[i] == LF_CANDIDATE_SEGMENT);
		if (linear)
			alike = alike && plan->training.loss == LF_MSE && plan->training.optimizer == LF_LEAST_SQUARES &&
				plan->training.epochs == LF_RIDGES && plan->training.members == 1;
	}
	ok(fits, "windows of the others are no longer than the first ones, and those that are fed back go one step ahead");
	ok(alike, "linear maps are found by least squares");
	wishes.open = false;
	wishes.task.lookback = 10;
	fits = (choose(LF_EFFORT_BEST, 0) & BIT(SEGMENT)) != 0;
	for (int i = 1; i < chosen.networks; i++)
		fits = fits && chosen.plan[i].task.lookback <= 10;
	ok(fits, "a lookback that was asked for bounds them all");

	reset();
	add_column(LF_COLUMN_MEASURED);
	wishes.task.targets = 2;
	wishes.task.target[1] = 1;
	(void) choose(LF_EFFORT_NORMAL, 0);
	ok(chosen.network[1] == LF_CANDIDATE_LINEAR && chosen.plan[1].task.independent, "columns of one kind share the weights of a linear map");
	wishes.channels = LF_CHANNELS_JOINT;
	(void) choose(LF_EFFORT_NORMAL, 0);
	ok(chosen.network[1] == LF_CANDIDATE_LINEAR && !chosen.plan[1].task.independent, "unless something else was said");
}

static void
test_usual(void)
{
	bool		right = true;

	reset();
	(void) choose(LF_EFFORT_NORMAL, 0);
	for (int i = 0; i < chosen.networks; i++)
		right = right && chosen.usual[i] == (chosen.network[i] == LF_CANDIDATE_NETWORK ?
			(double) first.windows / ((double) first.windows + 200) : 0.5);
	for (int i = 0; i < chosen.forecasters; i++)
		right = right && chosen.usual[chosen.networks + i] ==
			(chosen.forecaster[i] == LF_SEASONAL_NAIVE ? 0.3 : chosen.forecaster[i] == LF_SEASONAL_MEAN ? 0.6 : 1);
	ok(right && chosen.networks == 3 && chosen.forecasters == 5, "a recurrent network weighs by its windows, two linear maps together as much as a partner, and naive forecasters less");
	ok((choose(LF_EFFORT_NORMAL, BIT(NETWORK) | BIT(LINEAR)) & BIT(LINEAR)) != 0 && chosen.usual[1] == 1, "as much as one alone");
	facts.rows = facts.sample[0].rows = 2001;
	ok(choose(LF_EFFORT_NORMAL, 0) == (BIT(NETWORK) | BIT(LINEAR) | BIT(LINEAR_RECURSIVE) | NAIVE | SEASONAL) && chosen.usual[1] == 1 &&
	   chosen.usual[2] == 1, "and each as much where there are no partners");
	facts.rows = facts.sample[0].rows = 720;
	facts.series = 10;
	ok((choose(LF_EFFORT_NORMAL, 0) & PARTNERS) == PARTNERS &&
	   chosen.usual[0] == 3 * (double) first.windows / ((double) first.windows + 20000) && chosen.usual[0] < chosen.usual[1 + 2],
	   "a network of several series needs many windows to weigh as much as a partner");
	facts.rows = 5000;
	ok(choose(LF_EFFORT_NORMAL, 0) == (BIT(NETWORK) | NAIVE | SEASONAL) &&
	   chosen.usual[0] == (double) first.windows / ((double) first.windows + 200), "but not beside naive forecasts alone");
}

static void
test_narrowed(void)
{
	reset();
	ok(choose(LF_EFFORT_FAST, BIT(NETWORK) | BIT(THETA)) == (BIT(NETWORK) | BIT(THETA)) && chosen.usual[0] > 0, "those that were asked for contend");
	ok(choose(LF_EFFORT_FAST, BIT(RECURSIVE) | BIT(DRIFT)) == (BIT(NETWORK) | BIT(RECURSIVE) | BIT(DRIFT)) && chosen.usual[0] == 0 &&
	   chosen.usual[1] > 0 && chosen.usual[2] == 0.3, "whatever the effort; the network carries them, without a weight");
	facts.season = 1;
	facts.seasons.seasons.count = 0;
	ok(choose(LF_EFFORT_NORMAL, BIT(SEASONAL_NAIVE)) == BIT(NETWORK) && chosen.usual[0] > 0, "where none of them suits the network stands alone");
	ok(lf_no_network_contends(BIT(ZERO_SHOT)) && lf_no_network_contends(BIT(DRIFT) | BIT(THETA)) &&
	   !lf_no_network_contends(BIT(SEGMENT) | BIT(THETA)) && !lf_no_network_contends(0), "it is told whether any network contends");
	ok(choose(LF_EFFORT_NORMAL, BIT(NETWORK)) == BIT(NETWORK) && chosen.usual[0] > 0, "and where it alone was asked for");
}

int
main(void)
{
	test_effort();
	test_facts();
	test_seasons();
	test_columns();
	test_plans();
	test_usual();
	test_narrowed();
	return done_testing();
}
