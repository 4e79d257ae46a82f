/*
 * plan.c: the choices, in the order in which they depend on each other.
 */
#include "training/plan.h"

#include "series/level.h"
#include "series/limits.h"

#include <math.h>

size_t
lf_window_rows(const lf_task *task)
{
	return (size_t) task->lookback - 1 + (size_t) task->lead + (size_t) task->horizon;
}

bool
lf_task_look_ahead(lf_task *task)
{
	int			reach = task->lead + task->horizon - 1;
	int			inputs = 0;

	while (inputs < task->inputs && task->ahead[inputs] == 0)
		inputs++;
	task->inputs = inputs;
	for (int i = 0; i < inputs; i++)
	{
		if (!lf_kind_looks_ahead(task->kind[task->input[i]]))
			continue;
		for (int ahead = 0; ahead < reach;)
		{
			ahead = reach - ahead > task->lookback ? ahead + task->lookback : reach;
			if (task->inputs == LF_MAX_COLUMNS)
				return false;
			task->input[task->inputs] = task->input[i];
			task->ahead[task->inputs++] = ahead;
		}
	}
	return true;
}

/* Those that there are: as it was said, or as the rows have it. */
static const lf_seasons *
seasons_of(const lf_facts *facts, const lf_wishes *wishes)
{
	return wishes->season_given ? &wishes->seasons : &facts->seasons.seasons;
}

/* The season that windows hold. */
static int
season_of_windows(const lf_facts *facts, const lf_wishes *wishes)
{
	/* what the network measures windows from goes with its weights, whatever these rows show */
	if (wishes->season > 1)
		return wishes->season;
	return lf_seasons_longest(seasons_of(facts, wishes), LF_LONGEST_LOOKBACK);
}

/* What a preset brings along; NULL where the layers are the user's own. */
static const lf_preset_info *
preset_of(const lf_plan *plan)
{
	return plan->layers != NULL ? NULL : &lf_presets[plan->preset];
}

static lf_plan_status
choose_channels(const lf_wishes *wishes, lf_plan *plan)
{
	lf_task    *task = &plan->task;
	bool		alone = lf_task_same_columns(task) && !wishes->calendar;
	int			channels = wishes->channels;

	if (channels == LF_UNSET)
		channels = lf_plan_has_segments(plan) && alone ? LF_CHANNELS_INDEPENDENT : LF_CHANNELS_JOINT;
	else if (channels == LF_CHANNELS_INDEPENDENT && !alone)
		return LF_PLAN_NOT_INDEPENDENT;
	/* of one column there is only one way */
	task->independent = channels == LF_CHANNELS_INDEPENDENT && task->targets > 1;
	return LF_PLAN_MADE;
}

static lf_plan_status
choose_head(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_loss		loss = lf_default_loss(preset_of(plan), facts->series);
	lf_head    *head = &plan->task.head;

	if (wishes->loss != LF_UNSET)
		loss = (lf_loss) wishes->loss;
	plan->training.loss = loss;
	*head = (lf_head) {.kind = lf_loss_head(loss)};
	if (wishes->quantiles.levels > 0 && !lf_head_class_of(head)->has_levels)
		return LF_PLAN_NO_QUANTILES;
	if (!wishes->training.calibrate && !lf_head_is_distribution(head))
		return LF_PLAN_MUST_CALIBRATE;
	if (!lf_head_class_of(head)->has_levels)
		return LF_PLAN_MADE;
	if (wishes->quantiles.levels > 0)
		*head = wishes->quantiles;
	else
		(void) lf_head_set_levels(head, lf_default_levels, LF_DEFAULT_LEVELS);
	return LF_PLAN_MADE;
}

/* Which seasons are taken out of the targets, and how. */
static lf_plan_status
choose_deseasonalize(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_task    *task = &plan->task;
	const lf_seasons *seasons = seasons_of(facts, wishes);
	int			wish = wishes->deseasonalize;

	task->deseasonalize = LF_DESEASONALIZE_NONE;
	task->seasons = (lf_seasons) {0};
	if (task->log && wish == LF_DESEASONALIZE_ADDITIVE)
		return LF_PLAN_ADDITIVE_OF_LOG;
	/* what a season leaves of a count is none */
	if (lf_head_counts(&task->head))
		return wish == LF_UNSET || wish == LF_DESEASONALIZE_NONE ? LF_PLAN_MADE : LF_PLAN_SEASON_OF_COUNTS;
	if (facts->series == 0 || wish == LF_DESEASONALIZE_NONE)
		return LF_PLAN_MADE;
	if (seasons->count == 0)
		return wish == LF_UNSET || wish == LF_DESEASONALIZES ? LF_PLAN_MADE : LF_PLAN_NOTHING_TO_TAKE_OUT;
	/* who measures from the season, or takes differences by it, has taken it out */
	if (wish == LF_UNSET && (wishes->difference_season || wishes->normalize >= LF_NORMALIZE_SEASON_MEAN))
		return LF_PLAN_MADE;
	if (wish == LF_UNSET && !lf_default_deseasonalizes(task, seasons, lf_plan_has_segments(plan), facts->series))
		return LF_PLAN_MADE;
	task->deseasonalize = wish == LF_DESEASONALIZE_ADDITIVE || wish == LF_DESEASONALIZE_MULTIPLICATIVE ? (lf_deseasonalize) wish :
		task->log || facts->seasons.logged ? LF_DESEASONALIZE_MULTIPLICATIVE : LF_DESEASONALIZE_ADDITIVE;
	task->seasons = *seasons;
	/* what a season multiplies grows by percentages: the network sees that where nothing was said of it */
	if (wishes->log_open && task->deseasonalize == LF_DESEASONALIZE_MULTIPLICATIVE && lf_head_class_of(&task->head)->of_values &&
		wishes->deseasonalize != LF_DESEASONALIZE_MULTIPLICATIVE)
	{
		/* they have a limit of their own, and need none that was found */
		task->log = task->log_found = true;
		lf_task_lift_limit(task);
	}
	return LF_PLAN_MADE;
}

static lf_plan_status
choose_transform(const lf_wishes *wishes, lf_plan *plan)
{
	lf_task    *task = &plan->task;

	task->log = wishes->log;
	task->log_from = isfinite(wishes->lower_limit) ? wishes->lower_limit : 0;
	task->limited = isfinite(wishes->lower_limit) || isfinite(wishes->upper_limit);
	task->lower_limit = wishes->lower_limit;
	task->limit_found = wishes->limit_found;
	task->upper_limit = wishes->upper_limit;
	if (!(task->lower_limit < task->upper_limit))
		return LF_PLAN_LIMITS_CROSS;
	if (task->log && !lf_head_class_of(&task->head)->of_values)
		return LF_PLAN_LOG_OF_SPREAD;
	if (wishes->difference == 0 && !wishes->difference_season)
		return LF_PLAN_MADE;
	if (lf_head_is_distribution(&task->head))
		return LF_PLAN_DIFFERENCE_OF_SPREAD;
	if (wishes->normalize > LF_NORMALIZE_NONE)
		return LF_PLAN_DIFFERENCE_OF_LEVEL;
	if (task->lead != 1 || !lf_task_targets_are_inputs(task))
		return LF_PLAN_DIFFERENCE_OF_OTHERS;
	return LF_PLAN_MADE;
}

/* Whether seasons may be taken out. */
static bool
takes_out(const lf_facts *facts, const lf_wishes *wishes)
{
	return facts->series > 0 && seasons_of(facts, wishes)->count > 0 && wishes->deseasonalize != LF_DESEASONALIZE_NONE &&
		!wishes->difference_season && wishes->normalize < LF_NORMALIZE_SEASON_MEAN &&
		lf_task_targets_are_inputs(&wishes->task);
}

/*
 * Where nothing was said of the network: segments, if the horizon is one season or more and there are rows to learn
 * them from; see doc/defaults.md.
 */
static lf_preset
choose_preset(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *plan)
{
	const lf_task *task = &wishes->task;

	if (facts->series == 0 || !wishes->open || task->lead != 1 || lf_head_is_distribution(&plan->task.head) ||
		!lf_default_is_segment(facts->rows, facts->series, task->horizon, task->lookback, season_of_windows(facts, wishes)))
		return takes_out(facts, wishes) && wishes->open && task->lead == 1 && !lf_head_is_distribution(&plan->task.head) &&
			lf_default_is_long(facts->rows, facts->series, task->horizon, task->lookback) ? LF_SEGMENT : wishes->preset;
	return LF_SEGMENT;
}

/* With no row read, the least that there can be. */
static int
choose_lookback(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *plan)
{
	const lf_task *task = &wishes->task;
	int			season = season_of_windows(facts, wishes);
	size_t		reach = (size_t) task->lead + (size_t) task->horizon - 1;
	int			lookback;

	if (task->lookback != LF_UNSET)
		return task->lookback;
	if (lf_plan_has_segments(plan))
		return lf_default_segment_lookback(facts->rows, facts->series == 0 ? 1 : facts->series, task->horizon,
										   facts->series == 0 ? 1 : season, wishes->arguments.segment_length);
	if (facts->series == 0)
		return 1;
	lookback = takes_out(facts, wishes) ? lf_default_plain_lookback(facts->rows, facts->series, season) :
		lf_default_lookback(facts->rows, facts->series, season);
	/* what is known of the horizon goes in through the window */
	for (int i = 0; i < task->inputs; i++)
		if (task->kind[task->input[i]] == LF_COLUMN_KNOWN)
		{
			int			known = (int) (reach < facts->rows / 4 ? reach : facts->rows / 4);

			lookback = lookback > known ? lookback : known;
		}
	return lookback;
}

/* What windows are measured from: what most of the sampled series want, each for itself. */
static lf_normalize
choose_normalize(const lf_facts *facts, const lf_plan *plan)
{
	int			votes[LF_NORMALIZES] = {0};
	int			best = 0;

	for (int i = 0; i < facts->samples; i++)
	{
		const lf_sample_facts *sample = &facts->sample[i];

		votes[plan->task.deseasonalize != LF_DESEASONALIZE_NONE ?
			  lf_default_plain_normalize(&plan->task, sample->rest_level_share) :
			  lf_plan_has_segments(plan) ?
			  lf_default_segment_normalize(&plan->task, sample->level_share, plan->task.season) :
			  lf_default_normalize(&plan->task, sample->level_share, sample->rows, plan->task.season)]++;
	}
	for (int i = 1; i < LF_NORMALIZES; i++)
		if (votes[i] > votes[best])
			best = i;
	return (lf_normalize) best;
}

static size_t
count_windows(const lf_facts *facts, const lf_task *task)
{
	size_t		windows = 0;

	if (facts->start == NULL)
		return lf_window_count(task, facts->rows);
	for (size_t s = 0; s < facts->series; s++)
		windows += lf_window_count(task, facts->start[s + 1] - facts->start[s]);
	return windows;
}

/* A season that was given is that of the baselines; else the one that serves them best. */
static int
season_of_baselines(const lf_facts *facts, const lf_wishes *wishes)
{
	return wishes->season_given ? lf_seasons_longest(&wishes->seasons, LF_MAX_DIM) : facts->season;
}

/* What the rows decide. */
static lf_plan_status
choose_by_rows(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_task    *task = &plan->task;

	task->season = plan->arguments.season = season_of_windows(facts, wishes);
	plan->season = season_of_baselines(facts, wishes);
	task->difference = wishes->difference_season ? (task->season > 1 ? task->season : 1) : wishes->difference;
	if (task->difference > task->lookback)
		return LF_PLAN_DIFFERENCE_TOO_LONG;
	plan->windows = count_windows(facts, task);
	if (plan->windows == 0 && !wishes->idle)
		return LF_PLAN_TOO_FEW_ROWS;
	if (lf_head_counts(&task->head) && wishes->normalize > LF_NORMALIZE_NONE)
		return LF_PLAN_LEVEL_OF_COUNTS;
	if (lf_head_counts(&task->head))
		plan->training.normalize = LF_NORMALIZE_NONE;
	else if (wishes->normalize != LF_UNSET)
		plan->training.normalize = (lf_normalize) wishes->normalize;
	else
		plan->training.normalize = task->difference > 0 ? LF_NORMALIZE_NONE : choose_normalize(facts, plan);
	if (plan->training.normalize != LF_NORMALIZE_NONE && !lf_task_can_normalize(task))
		return LF_PLAN_TOO_MANY_LEVELS;
	if (wishes->normalize >= LF_NORMALIZE_SEASON_MEAN && !lf_task_has_season(task))
		return LF_PLAN_NO_SEASON;
	return LF_PLAN_MADE;
}

/* What follows from the preset. */
static lf_plan_status
follow_preset(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_plan_status status = choose_channels(wishes, plan);

	return status == LF_PLAN_MADE ? choose_head(facts, wishes, plan) : status;
}

lf_plan_status
lf_choose(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan)
{
	lf_plan_status status;
	lf_preset	preset;

	*plan = (lf_plan) {.task = wishes->task, .training = wishes->training, .preset = wishes->preset,
		.layers = wishes->layers, .arguments = wishes->arguments, .season = 1};
	plan->arguments.season = 1;
	status = follow_preset(facts, wishes, plan);
	if (status == LF_PLAN_MADE)
		status = choose_transform(wishes, plan);
	if (status != LF_PLAN_MADE)
		return status;
	preset = choose_preset(facts, wishes, plan);
	if (preset != plan->preset)
	{
		plan->preset = preset;
		status = follow_preset(facts, wishes, plan);
		if (status != LF_PLAN_MADE)
			return status;
	}
	plan->task.lookback = choose_lookback(facts, wishes, plan);
	status = choose_deseasonalize(facts, wishes, plan);
	if (status != LF_PLAN_MADE)
		return status;
	/* whether layers of the user's own fit is for the rows to say */
	if (facts->series == 0 && wishes->task.lookback == LF_UNSET && plan->layers != NULL)
		return LF_PLAN_MADE;
	if (!lf_task_look_ahead(&plan->task))
		return LF_PLAN_TOO_MANY_COLUMNS;
	if (facts->series > 0)
		status = choose_by_rows(facts, wishes, plan);
	if (status == LF_PLAN_MADE)
	{
		lf_default_training(&plan->training, plan->windows);
		/* squares are of values: what says more of a target than one has to learn it step by step */
		if (preset_of(plan) != NULL && preset_of(plan)->least_squares && !lf_head_is_distribution(&plan->task.head))
			lf_default_linear(&plan->training);
	}
	if (wishes->idle)
		plan->training.epochs = 0;
	return status;
}

int
lf_level_block(const lf_facts *facts, const lf_wishes *wishes)
{
	lf_plan		plan;

	if (facts->season > 1)
		return facts->season;
	/* the level is no part of what the lookback is chosen by */
	(void) lf_choose(facts, wishes, &plan);
	return plan.task.lookback;
}
