/*
 * contest.h: several candidates, judged on the same held-out rows, and what their forecasts weigh together.
 *
 *	   LF_CONTEST_TRAIN		the networks, each on the older windows
 *	   LF_CONTEST_LEARN		the partners, of each series, from the rows before those that are held out
 *	   LF_CONTEST_TUNE		where that is asked for, the network that is shipped is trained on; see zero_tuning.h
 *	   LF_CONTEST_WEIGH		forecasts of held-out windows by each candidate: from their errors follow the weights
 *	   LF_CONTEST_JUDGE		the same with weights found on the other half of what is held out: scores and intervals
 *	   LF_CONTEST_FINAL		networks that have a weight are trained again on all windows,
 *	   LF_CONTEST_RELEARN	and partners learn from all rows
 *	   LF_CONTEST_SUPPOSE	where nothing could be held out, partners say how far off forecasts will be
 *
 * What weighs hardly anything is dropped. Where nothing can be held out, networks are trained on all windows and weights are
 * the usual ones. Networks are trained side by side where there are threads; what comes out is the same.
 */
#ifndef LF_CONTEST_H
#define LF_CONTEST_H

#include "training/fit.h"
#include "training/zero_tuning.h"

typedef enum lf_contest_phase
{
	LF_CONTEST_TRAIN,
	LF_CONTEST_LEARN,
	LF_CONTEST_TUNE,
	LF_CONTEST_WEIGH,
	LF_CONTEST_JUDGE,
	LF_CONTEST_FINAL,
	LF_CONTEST_RELEARN,
	LF_CONTEST_SUPPOSE,
	LF_CONTEST_DONE
} lf_contest_phase;

/* One network that contends: what it is, and how it is trained. All of it outlives the contest. */
typedef struct lf_contender
{
	const lf_spec *spec;
	const lf_task *task;
	const lf_training *training;
} lf_contender;

typedef struct lf_contest
{
	lf_contest_phase phase;
	const lf_frame *frame;
	const lf_task *task;		/* of the first network, whose windows are the longest */
	int			networks;
	lf_fit	   *fit;			/* (networks) */
	bool		lost[LF_MAX_NETWORKS];	/* its training diverged: it has no weight */
	int			threads;		/* that can share the work */
	int			slots;
	int			slot[LF_MAX_THREADS];	/* the network that each trains; -1: none is left */
	lf_status	slot_status[LF_MAX_THREADS];
	int			taken;			/* networks of this phase that were begun, or passed over */
	int			trained;
	lf_partner_facts facts;
	bool		partners;		/* there are some among the candidates */
	lf_learned *learned;		/* (series, targets, LF_PARTNERS) */
	lf_zero_tuning *tuning;		/* NULL: the network that is shipped is not trained on */
	lf_team		team;
	double		usual[LF_MAX_COMBINED];	/* weights where nothing is known, of each candidate */
	lf_combination_sums sums[2];	/* over the older and the newer half of what is held out */
	lf_combination crossed[2];
	lf_combination all;			/* weights of all candidates, by both halves; 0 of those that are dropped */
	lf_combination kept;		/* the same without those */
	double		tried[LF_MAX_COMBINED];	/* mean absolute error of each candidate as a share of the least; NaN: not known */
	lf_errors	supposed;		/* of forecasts, where nothing could be held out: from what partners say of their own */
	double	   *spread;			/* (steps of these, targets): sums of squares over series, then their mean's root */
	double	   *part_out;		/* (parts, B, horizon, targets) */
	size_t		weighed;		/* held-out windows from which weights are found */
	size_t		done;			/* of them, or series, or so, in this phase */
	const volatile sig_atomic_t *interrupt;	/* of the step under way */
	lf_thread_pool *pool;

	/* about the last step */
	lf_fit	   *latest;			/* the one that its status came from; NULL: none was at work */
} lf_contest;

/*
 * Takes its memory for these networks, of which the first has the longest windows and the longest horizon, and for
 * forecasters without a network. 'usual' has the weights of all of them where nothing is known. '*layer' as in
 * lf_network_create, of the network '*which'.
 */
lf_status	lf_contest_layout(lf_contest *contest, lf_arena *arena, const lf_contender *networks, int count,
							  const lf_forecaster *forecasters, int others, const double *usual,
							  const lf_partner_facts *facts, const lf_frame *frame, int slots, int *which, int *layer);

int			lf_contest_threads(const lf_contest *contest);
void		lf_contest_use_pool(lf_contest *contest, lf_thread_pool *pool);
void		lf_contest_tell_time(lf_contest *contest, double now);

/* Points at the rows, which outlive the contest, as does what was laid out. 'season' is that of the naive forecasters. */
void		lf_contest_start(lf_contest *contest, const lf_frame *frame, const lf_contender *networks, int season);

/* Some mini-batches, windows or series. LF_OK and LF_EPOCH_DONE: more to come; LF_FINISHED, LF_INTERRUPTED, LF_DIVERGED. */
lf_status	lf_contest_step(lf_contest *contest, const volatile sig_atomic_t *interrupt);

/*
 * After LF_FINISHED: the model, and the networks beside its first one, in 'other' (networks - 1). The first network is
 * there even where it has no weight. The pointers stay the contest's.
 */
void		lf_contest_result(const lf_contest *contest, const lf_contender *networks, lf_model *model, lf_model *other);

#endif
