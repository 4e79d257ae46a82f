/*
 * networks.c: a fit or a contest, behind one face.
 */
#include "train/networks.h"

#include "server/error.h"
#include "server/progress.h"
#include "train/spec.h"
#include "train/wishes.h"
#include "utils/timestamp.h"

#include <math.h>

static void
choose_plans(Networks *networks, const lf_facts *facts, const lf_wishes *wishes, const Options *options)
{
	lf_plan    *first = memcpy(palloc(sizeof(lf_plan)), &networks->candidates.plan[0], sizeof(lf_plan));

	lf_choose_candidates(facts, wishes, first, (lf_effort) options->effort, options->candidates, &networks->candidates);
	pfree(first);
	networks->contend = networks->candidates.networks + networks->candidates.forecasters > 1;
}

void
networks_choose(Networks *networks, const lf_facts *facts, const lf_wishes *wishes, const Options *options, const char *source)
{
	lf_candidates *candidates = &networks->candidates;

	candidates->networks = 1;
	candidates->forecasters = 0;
	networks->contend = false;
	/* too few rows for any network, or none is wanted: forecasters can do without */
	if (!(networks_take_short(options, &wishes->task) &&
		  (lf_no_network_contends(options->candidates) ||
		   lf_choose(facts, wishes, &candidates->plan[0]) == LF_PLAN_TOO_FEW_ROWS) &&
		  lf_choose_idle(facts, wishes, &candidates->plan[0])))
		plan_by(facts, wishes, source, &candidates->plan[0]);
	if (options->contends && wishes->task.lead == 1 && !lf_head_is_distribution(&candidates->plan[0].task.head))
		choose_plans(networks, facts, wishes, options);
	networks->facts = (lf_partner_facts) {.seasons = wishes->season_given ? wishes->seasons : facts->seasons.seasons,
		.logged = facts->seasons.logged, .tunes = options->tunes};
	for (int i = 0; i < candidates->networks; i++)
	{
		spec_build(&candidates->plan[i], facts, &networks->spec[i]);
		networks->contender[i] = (lf_contender) {.spec = &networks->spec[i], .task = &candidates->plan[i].task,
			.training = &candidates->plan[i].training};
	}
}

bool
networks_take_short(const Options *options, const lf_task *task)
{
	/* who gives a lookback wants to know where it does not fit */
	return options->contends && task->lookback == LF_UNSET && task->lead == 1 && lf_task_targets_are_inputs(task);
}

static lf_status
lay_out(Networks *networks, const lf_frame *frame, int slots, lf_arena *arena, const lf_network **network, int *which,
		int *layer)
{
	const lf_candidates *candidates = &networks->candidates;
	const lf_plan *first = &candidates->plan[0];
	lf_status	status;

	*which = 0;
	if (!networks->contend)
	{
		status = lf_fit_layout(&networks->fit, arena, &networks->spec[0], &first->task, NULL, frame, &first->training, slots,
							   layer);
		*network = &networks->fit.network;
		return status;
	}
	*network = NULL;
	return lf_contest_layout(&networks->contest, arena, networks->contender, candidates->networks, candidates->forecaster,
							 candidates->forecasters, candidates->usual, &networks->facts, frame, slots, which, layer);
}

Size
networks_memory(Networks *networks, const lf_frame *frame, int slots)
{
	lf_arena	arena = lf_arena_measure();
	const lf_network *network;
	lf_network	created;
	int			which;
	int			layer;
	lf_status	status = lay_out(networks, frame, slots, &arena, &network, &which, &layer);

	if (status != LF_OK && !(status == LF_TOO_LARGE && arena.overflow))
	{
		if (network == NULL)
			(void) lf_network_create(&created, &networks->spec[which], &layer);
		report_network(status, network == NULL ? &created : network, &networks->spec[which], layer,
					   &networks->candidates.plan[which].task);
	}
	return arena.overflow ? SIZE_MAX : arena.used + LF_ALIGNMENT;
}

bool
networks_drop(Networks *networks)
{
	lf_candidates *candidates = &networks->candidates;
	double	   *usual = candidates->usual;

	if (!networks->contend)
		return false;
	if (candidates->networks > 1)
	{
		candidates->networks--;
		memmove(usual + candidates->networks, usual + candidates->networks + 1, candidates->forecasters * sizeof(double));
	}
	else
	{
		candidates->forecasters = 0;
		networks->contend = false;
	}
	return true;
}

void
networks_place(Networks *networks, const lf_frame *frame, int slots, lf_arena *arena)
{
	const lf_network *network;
	int			which;
	int			layer;

	(void) lay_out(networks, frame, slots, arena, &network, &which, &layer);
}

void
networks_start(Networks *networks, const lf_frame *frame)
{
	const lf_plan *first = &networks->candidates.plan[0];

	if (networks->contend)
		lf_contest_start(&networks->contest, frame, networks->contender, first->season);
	else
		lf_fit_start(&networks->fit, frame, &first->task, first->season);
}

int
networks_threads(const Networks *networks)
{
	return networks->contend ? lf_contest_threads(&networks->contest) : lf_fit_threads(&networks->fit);
}

static lf_status
step(Networks *networks)
{
	const volatile sig_atomic_t *interrupt = serve_interrupts();
	lf_status	status = networks->contend ? lf_contest_step(&networks->contest, interrupt) :
		lf_fit_step(&networks->fit, interrupt);
	const lf_fit *latest = networks->contend ? networks->contest.latest : &networks->fit;

	if (networks->contend)
		progress_contest(&networks->contest, status);
	else
		progress_fit(&networks->fit, status);
	if (status == LF_DIVERGED)
	{
		const lf_trainer *trainer = latest->latest != NULL ? latest->latest : &latest->trainer;

		report_divergence(trainer->epoch + 1, trainer->batch + 1, &latest->training);
	}
	return status;
}

static void
check_finite(const lf_fit *fit)
{
	if (!lf_fit_is_finite(fit))
		report_divergence(fit->trainer.epoch, fit->trainer.batch, &fit->training);
}

void
networks_train(Networks *networks, const Options *options, lf_thread_pool *pool)
{
	TimestampTz started = GetCurrentTimestamp();
	bool		asks_time = options->timing || options->training.max_seconds > 0;
	lf_fit	   *fits = networks->contend ? networks->contest.fit : &networks->fit;

	if (networks->contend)
		lf_contest_use_pool(&networks->contest, pool);
	else
		lf_fit_use_pool(&networks->fit, pool);
	do
	{
		double		now = (GetCurrentTimestamp() - started) / 1e6;

		if (asks_time && networks->contend)
			lf_contest_tell_time(&networks->contest, now);
		else if (asks_time)
			lf_fit_tell_time(&networks->fit, now);
	} while (step(networks) != LF_FINISHED);
	for (int i = 0; i < networks->candidates.networks; i++)
	{
		/* the clock was for max_time */
		for (int k = 0; k < fits[i].epochs && !options->timing; k++)
			fits[i].history[k].seconds = NAN;
		if (!networks->contend || !networks->contest.lost[i])
			check_finite(&fits[i]);
	}
}

/* What became of each candidate. */
static void
note_tried(const Networks *networks, lf_model *model)
{
	const lf_candidates *candidates = &networks->candidates;
	const lf_contest *contest = &networks->contest;

	model->tried = candidates->networks + candidates->forecasters;
	for (int i = 0; i < model->tried; i++)
		model->candidate[i] = (lf_tried) {
			.candidate = i < candidates->networks ? candidates->network[i] :
			(lf_candidate) (candidates->forecaster[i - candidates->networks] - LF_REPEAT_LAST + LF_CANDIDATE_REPEAT_LAST),
			.error = contest->tried[i],
			.weight = lf_combination_share(&contest->all, model->task.targets, i),
		};
}

void
networks_result(Networks *networks, lf_model *model)
{
	if (networks->contend)
	{
		lf_contest_result(&networks->contest, networks->contender, model, networks->other);
		note_tried(networks, model);
	}
	else
		lf_fit_result(&networks->fit, &networks->spec[0], model);
}

void
networks_report_tuning(const Networks *networks)
{
	const lf_zero_tuning *tuning = networks->contend ? networks->contest.tuning : NULL;
	bool		contends = networks->contend && lf_combination_part(&networks->contest.all, LF_ZERO_SHOT) >= 0;
	double		share;

	if (tuning == NULL || tuning->steps == 0)
	{
		ereport(NOTICE,
				(errmsg("the pretrained network forecasts as it is shipped, although init is \"pretrained\""),
				 !contends ? errdetail("It is not one of the candidates: these rows, or the options, allow others only.") :
				 networks->facts.tunes && tuning != NULL ? errdetail("The series are too short.") :
				 errdetail("It is trained on over several series, of which some rows are held out.")));
		return;
	}
	share = tuning->error[0] > 0 ? tuning->error[1] / tuning->error[0] : 1;
	ereport(NOTICE,
			(errmsg("trained on, the pretrained network has %.3g of the error that it has as it is shipped", share),
			 errdetail("On " UINT64_FORMAT " windows that are held out, after " UINT64_FORMAT " steps. It forecasts %s.",
					   (uint64) tuning->windows, tuning->steps,
					   lf_zero_tuning_result(tuning) != NULL ? "with the new weights" : "as it is shipped")));
}

const lf_fit *
networks_first(const Networks *networks)
{
	return networks->contend ? &networks->contest.fit[0] : &networks->fit;
}

bool
networks_cut_short(const Networks *networks)
{
	bool		cut = false;

	for (int i = 0; i < networks->candidates.networks; i++)
		cut |= networks->contend ? networks->contest.fit[i].cut_short : networks->fit.cut_short;
	return cut;
}
