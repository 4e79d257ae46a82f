/*
 * contest.c: the phases of a contest.
 */
#include "training/contest.h"

#include "training/weighing.h"

#include <math.h>
#include <string.h>

/* Held-out forecasts, values in all, from which weights are found, at most; and windows, where there are so many. */
#define MOST_VALUES ((size_t) 1 << 18)
#define LEAST_WINDOWS ((size_t) 64)

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
lay_out_combination(lf_combination *combination, lf_arena *arena, const lf_combination *like, int targets)
{
	*combination = *like;
	combination->weight = lf_arena_take(arena, (size_t) targets * (size_t) like->parts, sizeof(double));
}

lf_status
lf_contest_layout(lf_contest *contest, lf_arena *arena, const lf_contender *networks, int count,
				  const lf_forecaster *forecasters, int others, const double *usual, const lf_partner_facts *facts,
				  const lf_frame *frame, int slots, int *which, int *layer)
{
	const lf_task *task = networks[0].task;
	size_t		series = lf_frame_series(frame);
	int			stepping = 0;
	size_t		held = 0;
	size_t		weighed = 0;
	lf_combination every = {.parts = count + others};
	lf_fit	   *fits = lf_arena_take(arena, (size_t) count, sizeof(lf_fit));
	int			batch = 1;
	int			steps = task->horizon;

	LF_ASSERT(count >= 1 && count <= LF_MAX_NETWORKS && count + others <= LF_MAX_COMBINED);
	*contest = (lf_contest) {.task = task, .networks = count, .fit = fits, .facts = *facts};
	for (int i = 0; i < count; i++)
		stepping += networks[i].training->optimizer != LF_LEAST_SQUARES;
	/* where one network takes the time, threads share its members; linear ones take next to none */
	contest->slots = stepping < 2 ? 1 : count < slots ? count : slots;
	if (contest->slots > LF_MAX_THREADS)
		contest->slots = LF_MAX_THREADS;
	contest->threads = contest->slots;
	for (int i = 0; i < count; i++)
	{
		lf_fit		measured;
		lf_status	status;

		*which = i;
		status = lf_fit_layout(&measured, arena, networks[i].spec, networks[i].task, task, frame, networks[i].training,
							   contest->slots > 1 ? 1 : slots, layer);
		if (status != LF_OK && !(status == LF_TOO_LARGE && arena->overflow))
			return status;
		if (i == 0)
		{
			held = measured.split.validation_windows;
			weighed = held > 0 ? held : measured.split.windows;
			batch = measured.judge.sight.predictor.batch;
			if (measured.judge.errors.steps > steps)
				steps = measured.judge.errors.steps;
		}
		else if (measured.judge.sight.predictor.batch < batch)
			batch = measured.judge.sight.predictor.batch;
		if (contest->slots == 1 && lf_fit_threads(&measured) > contest->threads)
			contest->threads = lf_fit_threads(&measured);
		measured.turn = i / contest->slots;
		measured.turns = (count - 1) / contest->slots + 1;
		if (fits != NULL && !arena->overflow)
			fits[i] = measured;
	}
	/* the judge shows all of them as many windows at once as the smallest takes */
	if (fits != NULL && !arena->overflow)
		fits[0].judge.sight.predictor.batch = batch;
	memcpy(contest->usual, usual, (size_t) (count + others) * sizeof(double));
	for (int i = 0; i < others; i++)
	{
		every.part[count + i] = forecasters[i];
		contest->partners |= lf_forecaster_is_partner(forecasters[i]);
	}
	for (int half = 0; half < 2; half++)
	{
		lay_out_combination(&contest->crossed[half], arena, &every, task->targets);
		lf_combination_sums_layout(&contest->sums[half], arena, every.parts, task->targets);
	}
	lay_out_combination(&contest->all, arena, &every, task->targets);
	lay_out_combination(&contest->kept, arena, &every, task->targets);
	lf_combined_layout(&contest->team.combined, arena, &every, task, facts, contest->partners, lf_frame_longest(frame), batch, steps);
	if (contest->partners)
	{
		contest->learned = lf_arena_take(arena, series * (size_t) task->targets * LF_PARTNERS, sizeof(lf_learned));
		for (int p = 0; p < LF_PARTNER_FORECASTERS; p++)
		{
			double	   *out;

			if (lf_combination_part(&every, (lf_forecaster) (LF_THETA + p)) < 0)
				continue;
			out = lf_arena_take(arena, (size_t) batch * (size_t) task->horizon * (size_t) task->targets, sizeof(double));
			if (fits != NULL && !arena->overflow)
				fits[0].judge.partner_out[p] = out;
		}
	}
	if (facts->tunes && held > 0 && series >= LF_ZERO_TUNING_SERIES && lf_combination_part(&every, LF_ZERO_SHOT) >= 0)
	{
		lf_zero_tuning tuning;

		contest->tuning = lf_arena_take(arena, 1, sizeof(lf_zero_tuning));
		lf_zero_tuning_layout(&tuning, arena, frame, task, facts);
		if (contest->tuning != NULL && !arena->overflow)
			*contest->tuning = tuning;
	}
	if (held == 0 && (lf_combination_part(&every, LF_THETA) >= 0 || lf_combination_part(&every, LF_ETS) >= 0))
	{
		size_t		lists = (size_t) task->horizon * (size_t) task->targets;

		contest->supposed = (lf_errors) {.steps = task->horizon, .most = LF_MAX_ERRORS};
		contest->supposed.count = lf_arena_take(arena, lists, sizeof(int));
		contest->supposed.error = lf_arena_take(arena, lists * LF_MAX_ERRORS, sizeof(float));
		contest->spread = lf_arena_take(arena, lists, sizeof(double));
	}
	contest->part_out = lf_arena_take(arena, (size_t) every.parts * (size_t) batch * (size_t) task->horizon *
									  (size_t) task->targets, sizeof(double));
	contest->weighed = MOST_VALUES / ((size_t) task->horizon * (size_t) task->targets);
	contest->weighed = smaller(weighed, contest->weighed < LEAST_WINDOWS ? LEAST_WINDOWS : contest->weighed);
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}

int
lf_contest_threads(const lf_contest *contest)
{
	return contest->threads;
}

void
lf_contest_use_pool(lf_contest *contest, lf_thread_pool *pool)
{
	contest->pool = pool;
	for (int i = 0; i < contest->networks && contest->slots == 1; i++)
		lf_fit_use_pool(&contest->fit[i], pool);
}

void
lf_contest_tell_time(lf_contest *contest, double now)
{
	for (int i = 0; i < contest->networks; i++)
		lf_fit_tell_time(&contest->fit[i], now);
}

/* Gives a slot the next network that is to be trained in this phase. */
static void
take_network(lf_contest *contest, int slot)
{
	contest->slot[slot] = -1;
	while (contest->taken < contest->networks && contest->slot[slot] < 0)
	{
		int			network = contest->taken++;
		bool		wanted = contest->phase == LF_CONTEST_TRAIN ||
			(contest->fit[network].training.refit && lf_combination_share(&contest->all, contest->task->targets, network) > 0);

		if (!wanted)
			continue;
		contest->slot[slot] = network;
		if (contest->phase == LF_CONTEST_FINAL)
			lf_fit_go_on(&contest->fit[network]);
	}
}

static void
start_training(lf_contest *contest, lf_contest_phase phase)
{
	contest->phase = phase;
	contest->taken = 0;
	for (int i = 0; i < contest->slots; i++)
		take_network(contest, i);
}

void
lf_contest_start(lf_contest *contest, const lf_frame *frame, const lf_contender *networks, int season)
{
	lf_team	   *team = &contest->team;

	contest->frame = frame;
	contest->task = networks[0].task;
	for (int i = 0; i < contest->networks; i++)
	{
		lf_fit	   *fit = &contest->fit[i];

		fit->held_by = contest->task;
		lf_fit_start(fit, frame, networks[i].task, season);
		team->sight[i] = &fit->judge.sight;
		team->combined.network[i] = &fit->judge.sight.predictor;
	}
	team->networks = contest->networks;
	team->crossed = contest->crossed;
	team->learned = contest->learned;
	team->combined.facts = &contest->facts;
	team->combined.season = season;
	for (int i = 0; i < LF_MAX_COMBINED; i++)
		contest->tried[i] = NAN;
	start_training(contest, LF_CONTEST_TRAIN);
}

/* Mini-batches between two meetings of the slots: more would keep the caller waiting, fewer the slots. */
#define SLOT_BATCHES 16

static void
step_slot(void *argument, int which)
{
	lf_contest *contest = argument;
	int			batches = contest->slots > 1 ? SLOT_BATCHES : 1;
	lf_status	status = LF_OK;

	if (contest->slot[which] < 0)
		return;
	for (int i = 0; i < batches && status == LF_OK; i++)
		status = lf_fit_step(&contest->fit[contest->slot[which]], contest->interrupt);
	contest->slot_status[which] = status;
}

/* A network whose training diverged has no weight from here on; where nothing else has one, the first takes its place. */
static void
lose(lf_contest *contest, int network)
{
	bool		left = false;

	contest->lost[network] = true;
	contest->usual[network] = 0;
	for (int i = 0; i < contest->all.parts; i++)
		left |= contest->usual[i] > 0;
	if (!left)
		contest->usual[0] = 1;
}

/* Some mini-batches of each slot. LF_FINISHED: all networks are through with the phase. */
static lf_status
train_networks(lf_contest *contest, const volatile sig_atomic_t *interrupt)
{
	lf_status	status = LF_OK;
	bool		interrupted = false;
	bool		busy = false;

	contest->interrupt = interrupt;
	lf_thread_pool_run(contest->pool, contest->slots, step_slot, contest);
	for (int i = 0; i < contest->slots; i++)
	{
		int			network = contest->slot[i];

		if (network < 0)
			continue;
		if (status == LF_OK)
			contest->latest = &contest->fit[network];
		/* the first carries the model, and a final training has no one to take its place */
		if (contest->slot_status[i] == LF_DIVERGED && (network == 0 || contest->phase == LF_CONTEST_FINAL))
		{
			contest->latest = &contest->fit[network];
			return LF_DIVERGED;
		}
		interrupted |= contest->slot_status[i] == LF_INTERRUPTED;
		if (contest->slot_status[i] == LF_DIVERGED)
			lose(contest, network);
		if (contest->slot_status[i] == LF_EPOCH_DONE)
			status = LF_EPOCH_DONE;
		if (contest->slot_status[i] == LF_FINISHED || contest->slot_status[i] == LF_DIVERGED)
		{
			status = LF_EPOCH_DONE;
			take_network(contest, i);
		}
		busy |= contest->slot[i] >= 0;
	}
	if (!busy)
		return LF_FINISHED;
	return interrupted ? LF_INTERRUPTED : status;
}

/* The partners of one series, from what may be known of it. LF_FINISHED: of all series. */
static lf_status
learn(lf_contest *contest, const volatile sig_atomic_t *interrupt)
{
	const lf_fit *first = &contest->fit[0];
	size_t		series = contest->done;
	lf_frame	one = lf_frame_of(contest->frame, series);
	bool		all = contest->phase == LF_CONTEST_RELEARN;

	if (!contest->partners)
		return LF_FINISHED;
	if (!all)
		one.rows = lf_rows_before_held(contest->frame, contest->task, &first->split, series);
	for (int j = 0; j < contest->task->targets; j++)
		for (int p = 0; p < LF_PARTNERS; p++)
		{
			lf_learned *learned = &contest->learned[(series * (size_t) contest->task->targets + (size_t) j) * LF_PARTNERS + (size_t) p];
			lf_column	column = {.values = one.values + contest->task->target[j], .rows = one.rows,
				.stride = (size_t) one.columns, .number = one.number, .logged = contest->facts.logged,
				.log_from = contest->task->log_from};

			*learned = (lf_learned) {.alpha = 1};	/* of no rows: later ones go on as they are */
			if (one.rows > 0)
				lf_partner_learn(&contest->team.combined.room, (lf_partner) p, &contest->facts.seasons, &column, learned, interrupt);
			if (interrupt != NULL && *interrupt != 0)
				return LF_INTERRUPTED;
		}
	contest->done++;
	return contest->done == lf_frame_series(contest->frame) ? LF_FINISHED : LF_OK;
}

/* What comes after a phase. */
static lf_status
next_phase(lf_contest *contest)
{
	bool		held = contest->fit[0].split.validation_windows > 0;

	contest->done = 0;
	switch (contest->phase)
	{
		case LF_CONTEST_TRAIN:
			contest->phase = LF_CONTEST_LEARN;
			return LF_EPOCH_DONE;
		case LF_CONTEST_LEARN:
			if (contest->tuning != NULL)
			{
				lf_zero_tuning_start(contest->tuning, contest->frame, contest->task, &contest->fit[0].split, &contest->facts,
									 contest->fit[0].error_scale, contest->fit[0].training.seed, contest->pool);
				contest->phase = LF_CONTEST_TUNE;
				return LF_EPOCH_DONE;
			}
			__attribute__((fallthrough));
		case LF_CONTEST_TUNE:
			if (contest->tuning != NULL)
				contest->facts.tuned = lf_zero_tuning_result(contest->tuning);
			lf_combination_sums_start(&contest->sums[0]);
			lf_combination_sums_start(&contest->sums[1]);
			contest->phase = LF_CONTEST_WEIGH;
			return LF_EPOCH_DONE;
		case LF_CONTEST_WEIGH:
			lf_contest_find_weights(contest);
			if (!held)
			{
				lf_contest_keep(contest);
				contest->phase = contest->supposed.steps > 0 ? LF_CONTEST_SUPPOSE : LF_CONTEST_DONE;
				return contest->phase == LF_CONTEST_DONE ? LF_FINISHED : LF_EPOCH_DONE;
			}
			contest->fit[0].judge.team = &contest->team;
			contest->phase = LF_CONTEST_JUDGE;
			return LF_EPOCH_DONE;
		case LF_CONTEST_JUDGE:
			lf_contest_keep(contest);
			start_training(contest, LF_CONTEST_FINAL);
			return LF_EPOCH_DONE;
		case LF_CONTEST_FINAL:
			contest->phase = LF_CONTEST_RELEARN;
			return LF_EPOCH_DONE;
		case LF_CONTEST_RELEARN:
		case LF_CONTEST_SUPPOSE:
		case LF_CONTEST_DONE:
			break;
	}
	contest->phase = LF_CONTEST_DONE;
	return LF_FINISHED;
}

lf_status
lf_contest_step(lf_contest *contest, const volatile sig_atomic_t *interrupt)
{
	lf_status	status = LF_FINISHED;

	contest->latest = NULL;
	switch (contest->phase)
	{
		case LF_CONTEST_TRAIN:
		case LF_CONTEST_FINAL:
			status = train_networks(contest, interrupt);
			break;
		case LF_CONTEST_LEARN:
		case LF_CONTEST_RELEARN:
			status = learn(contest, interrupt);
			break;
		case LF_CONTEST_TUNE:
			status = lf_zero_tuning_step(contest->tuning, interrupt);
			break;
		case LF_CONTEST_WEIGH:
			status = lf_contest_weigh(contest, interrupt);
			break;
		case LF_CONTEST_SUPPOSE:
			status = lf_contest_suppose(contest, interrupt);
			break;
		case LF_CONTEST_JUDGE:
			status = lf_judge_step(&contest->fit[0].judge, interrupt);
			break;
		case LF_CONTEST_DONE:
			break;
	}
	return status == LF_FINISHED ? next_phase(contest) : status;
}

void
lf_contest_result(const lf_contest *contest, const lf_contender *networks, lf_model *model, lf_model *other)
{
	int			targets = contest->task->targets;

	lf_fit_result(&contest->fit[0], networks[0].spec, model);
	if (contest->supposed.steps > 0)
		model->errors = contest->supposed;
	model->combination = contest->kept;
	model->partner_facts = contest->facts;
	if (lf_combination_part(&contest->kept, LF_ZERO_SHOT) < 0)
		model->partner_facts.tuned = NULL;
	model->learned = contest->learned;
	model->others = 0;
	model->other = other;
	for (int i = 1; i < contest->networks; i++)
		if (lf_combination_share(&contest->all, targets, i) > 0)
			lf_fit_result(&contest->fit[i], networks[i].spec, &other[model->others++]);
}
