/*
 * candidates.c: which plans there are beside the first.
 */
#include "training/candidates.h"

#include <math.h>

const char *const lf_effort_names[LF_EFFORTS] = {
	[LF_EFFORT_FAST] = "fast",
	[LF_EFFORT_NORMAL] = "normal",
	[LF_EFFORT_BEST] = "best",
};

/*
 * Partners follow one series by itself, row after row: what they know of a season is some cycles of it. For long seasons they
 * are poor (M4 hourly: theta 1.006 by OWA, where a network has .44), and for long series slow.
 */
#define MOST_ROWS_OF_PARTNERS 2000
#define LONGEST_SEASON_OF_PARTNERS 24

static bool
suits_partners(const lf_facts *facts)
{
	const lf_seasons *seasons = &facts->seasons.seasons;

	return facts->rows <= MOST_ROWS_OF_PARTNERS &&
		(seasons->count == 0 || seasons->season[seasons->count - 1].length <= LONGEST_SEASON_OF_PARTNERS);
}

static bool
has_known_inputs(const lf_task *task)
{
	for (int i = 0; i < task->inputs; i++)
		if (task->kind[task->input[i]] == LF_COLUMN_KNOWN)
			return true;
	return false;
}

/* What segments need to be a candidate: steps to write at once, and rows to learn it from. */
#define LEAST_HORIZON_OF_SEGMENTS 8
#define HORIZONS_OF_SEGMENTS 4
#define ROWS_OF_SEGMENTS 500

/*
 * Whether segments whose windows keep their season contend with a network that sees what the season leaves: the two err
 * differently, and their mean less than either (doc/defaults.md). Over several series segments keep it in any case.
 */
static bool
keeps_season(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *first)
{
	return first->task.deseasonalize != LF_DESEASONALIZE_NONE && facts->series == 1 && wishes->deseasonalize == LF_UNSET &&
		facts->rows >= ROWS_OF_SEGMENTS;
}

/* Shorter ones take longer than they are worth: of 2, visits of a site took eight times as long, for 2 percent. A week is one. */
#define LEAST_SEGMENT 7

static bool
has_long_segments(const lf_plan *first)
{
	return lf_segment_length(&first->task, first->arguments.season) >= LEAST_SEGMENT;
}

/* Whether a candidate is one for these rows and this effort, as far as that is known without a plan of it. */
static bool
is_wanted(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *first, lf_effort effort, unsigned int narrowed, lf_candidate candidate)
{
	const lf_task *task = &first->task;
	lf_forecaster forecaster = lf_candidate_forecaster(candidate);
	bool		possible = true;
	bool		usual = effort > LF_EFFORT_FAST;

	switch (candidate)
	{
		case LF_CANDIDATE_NETWORK:
			return true;
		case LF_CANDIDATE_LINEAR:
			possible = lf_task_categories(task) == 0;
			/* one linear map of many series is none of any: on cash withdrawals 3.62 with it, 3.49 without */
			usual = usual && (facts->series == 1 || has_known_inputs(task));
			break;
		case LF_CANDIDATE_RECURSIVE:
			possible = task->horizon > 1 && lf_task_is_autoregressive(task);
			usual = effort == LF_EFFORT_BEST;
			break;
		case LF_CANDIDATE_LINEAR_RECURSIVE:
			possible = task->horizon > 1 && lf_task_is_autoregressive(task) && lf_task_categories(task) == 0;
			/* fed back, known inputs that were never seen lead astray: 30 degrees where 23 were the most, 24 hours on */
			usual = usual && facts->series == 1 && !has_known_inputs(task);
			break;
		case LF_CANDIDATE_SEGMENT:
			possible = task->horizon >= LEAST_HORIZON_OF_SEGMENTS &&
				facts->rows >= HORIZONS_OF_SEGMENTS * (size_t) task->horizon &&
				(!lf_plan_has_segments(first) || keeps_season(facts, wishes, first));
			usual = effort == LF_EFFORT_BEST || (usual && keeps_season(facts, wishes, first) && has_long_segments(first));
			break;
		default:
			possible = lf_task_targets_are_inputs(task);
			/* partners say all that those say that know of no season, and say it better */
			usual = lf_forecaster_is_partner(forecaster) == suits_partners(facts) || forecaster == LF_SEASONAL_NAIVE ||
				forecaster == LF_SEASONAL_MEAN;
			if (lf_forecaster_is_partner(forecaster))
				possible &= suits_partners(facts);
			if (forecaster == LF_SEASONAL_NAIVE || forecaster == LF_SEASONAL_MEAN)
				possible &= first->season > 1;
	}
	return possible && (narrowed == 0 ? usual : (narrowed >> candidate & 1) != 0);
}

/* The plan of a network beside the first; false where there is none. Its windows are no longer than those of the first. */
static bool
plan_beside(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *first, lf_candidate candidate, lf_plan *plan)
{
	lf_wishes	mine = *wishes;
	const lf_task *task = &plan->task;
	bool		linear = candidate == LF_CANDIDATE_LINEAR || candidate == LF_CANDIDATE_LINEAR_RECURSIVE;

	mine.open = false;
	mine.layers = NULL;
	mine.preset = linear ? LF_PRESET_LINEAR : candidate == LF_CANDIDATE_SEGMENT ? LF_SEGMENT : LF_VANILLA;
	if (candidate == LF_CANDIDATE_RECURSIVE || candidate == LF_CANDIDATE_LINEAR_RECURSIVE)
		mine.task.horizon = 1;
	if (candidate == LF_CANDIDATE_SEGMENT && keeps_season(facts, wishes, first))
		mine.deseasonalize = LF_DESEASONALIZE_NONE;
	if (linear)
	{
		mine.loss = LF_MSE;
		mine.training.members = 1;
		mine.task.lookback = first->task.lookback;
		/* what is known ahead tells the level better than the last value, whose noise would be in each step */
		if (mine.normalize == LF_UNSET && has_known_inputs(&mine.task))
			mine.normalize = LF_NORMALIZE_NONE;
		/* columns that are the same kind of thing have the same weights */
		if (mine.channels == LF_UNSET && lf_task_same_columns(&mine.task) && !mine.calendar)
			mine.channels = LF_CHANNELS_INDEPENDENT;
	}
	if (lf_choose(facts, &mine, plan) != LF_PLAN_MADE)
		return false;
	if (plan->task.lookback > first->task.lookback)
	{
		mine.task.lookback = first->task.lookback;
		if (lf_choose(facts, &mine, plan) != LF_PLAN_MADE)
			return false;
	}
	return !linear || (size_t) task->lookback * (size_t) (task->inputs / lf_task_samples(task)) <= LF_MOST_LINEAR;
}

bool
lf_no_network_contends(unsigned int narrowed)
{
	return narrowed != 0 && (narrowed & ((1u << LF_CANDIDATE_REPEAT_LAST) - 1)) == 0;
}

bool
lf_choose_idle(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_wishes	mine = *wishes;

	if (!lf_task_targets_are_inputs(&wishes->task) || wishes->task.lead != 1 || facts->rows == 0)
		return false;
	mine.idle = true;
	mine.open = false;
	mine.preset = LF_VANILLA;
	mine.arguments.units[0] = mine.arguments.units_count = 1;
	mine.task.lookback = 1;
	mine.deseasonalize = LF_DESEASONALIZE_NONE;
	mine.normalize = LF_NORMALIZE_NONE;
	mine.training.members = 1;
	return lf_choose(facts, &mine, plan) == LF_PLAN_MADE;
}

/*
 * Partners know what series are like, and recurrent networks must learn it: of so many windows they have learned half of it.
 * It is what they weigh before errors are looked at, which say little where there are few windows.
 */
#define WINDOWS_TO_LEARN 200.0

/*
 * Over several series there is more to learn, and it is worth more once it is learned. Beside partners, networks had 1.17 to .94
 * of the error of theta on horizons of training parts: stations 1.17, 1.13 and 1.05 (700 to 1,100 windows), M3 yearly 1.09 (4,000),
 * quarterly 1.11 (14,000) and monthly 1.05 (22,000), NN5 .83 to .94 (44,000 to 57,000).
 */
#define WINDOWS_OF_MANY 20000.0
#define MOST_OF_MANY 3.0

static double
usual_of_network(const lf_plan *plan, bool of_many)
{
	double		windows = (double) plan->windows;

	return of_many ? MOST_OF_MANY * windows / (windows + WINDOWS_OF_MANY) : windows / (windows + WINDOWS_TO_LEARN);
}

/* A naive forecast is right by itself at times; a mean of seasons is the more robust one. */
#define USUAL_OF_NAIVE 0.3
#define USUAL_OF_SEASONAL_MEAN 0.6

/*
 * Networks of one kind that are trained from other random numbers and forecast together, by effort: for so many windows. They
 * err alike, but not wholly; more of them take time.
 */
#define MANY_WINDOWS 100000
#define MOST_WINDOWS 400000

static int
members_of(const lf_plan *plan, lf_effort effort)
{
	static const int members[LF_EFFORTS][3] = {{1, 1, 1}, {3, 2, 1}, {5, 3, 2}};

	return members[effort][plan->windows <= MANY_WINDOWS ? 0 : plan->windows <= MOST_WINDOWS ? 1 : 2];
}

/*
 * Linear maps of the same rows say the same in two ways: beside partners, they weigh together what one would. With a full
 * weight for each, errors of 150 series, each by itself, at up to four origins inside their training parts, were 1.009 times as
 * large. In long series, which have no partners, they are the better part: with half a weight for each, household power, visits
 * of a site and a shop had 1.001 to 1.005 of the error, taxi rides .995.
 */
static double
usual_of_linear(const lf_candidates *candidates, bool partners)
{
	int			linear = 0;

	for (int i = 0; i < candidates->networks; i++)
		linear += candidates->plan[i].training.optimizer == LF_LEAST_SQUARES;
	return partners ? 1.0 / linear : 1;
}

void
lf_choose_candidates(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *first, lf_effort effort,
					 unsigned int narrowed, lf_candidates *candidates)
{
	bool		idle = first->windows == 0;
	bool		partners = false;

	candidates->networks = 1;
	candidates->network[0] = LF_CANDIDATE_NETWORK;
	candidates->plan[0] = *first;
	candidates->forecasters = 0;
	for (int i = 1; i < LF_CANDIDATES; i++)
	{
		if ((idle && lf_candidate_is_network((lf_candidate) i)) || !is_wanted(facts, wishes, first, effort, narrowed, (lf_candidate) i))
			continue;
		if (!lf_candidate_is_network((lf_candidate) i))
		{
			candidates->forecaster[candidates->forecasters++] = lf_candidate_forecaster((lf_candidate) i);
			partners |= lf_forecaster_is_partner(lf_candidate_forecaster((lf_candidate) i));
		}
		else if (candidates->networks < LF_MAX_NETWORKS &&
				 plan_beside(facts, wishes, first, (lf_candidate) i, &candidates->plan[candidates->networks]))
			candidates->network[candidates->networks++] = (lf_candidate) i;
	}
	for (int i = 0; i < candidates->networks && wishes->members_open && !idle; i++)
		if (candidates->plan[i].training.optimizer != LF_LEAST_SQUARES)
			candidates->plan[i].training.members = members_of(&candidates->plan[i], effort);
	for (int i = 0; i < candidates->networks; i++)
		candidates->usual[i] = candidates->plan[i].training.optimizer == LF_LEAST_SQUARES ? usual_of_linear(candidates, partners) :
			usual_of_network(first, partners && facts->series > 1);
	for (int i = 0; i < candidates->forecasters; i++)
		candidates->usual[candidates->networks + i] = lf_forecaster_is_partner(candidates->forecaster[i]) ? 1 :
			candidates->forecaster[i] == LF_SEASONAL_MEAN ? USUAL_OF_SEASONAL_MEAN : USUAL_OF_NAIVE;
	if ((idle || (narrowed != 0 && (narrowed & 1) == 0)) && candidates->networks + candidates->forecasters > 1)
		candidates->usual[0] = 0;
}
