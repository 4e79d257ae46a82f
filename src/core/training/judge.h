/*
 * judge.h: what networks are worth on the windows that were held out from them.
 *
 *	   LF_JUDGE_WEIGH	with 'blend': forecast them, to see what the forecast is to be mixed with
 *	   LF_JUDGE_SCORE	forecast them, beside the naive baselines
 *	   LF_JUDGE_MEASURE	forecast them again, past the horizon too, for the intervals
 *	   LF_JUDGE_DONE
 *
 * The caller drives, a batch of windows at a time, and may stop once they are scored.
 */
#ifndef LF_JUDGE_H
#define LF_JUDGE_H

#include "judging/blend.h"
#include "judging/dependence.h"
#include "judging/interval.h"
#include "model/predict.h"
#include "model/recipe.h"
#include "series/split.h"
#include "training/team.h"

typedef enum lf_judge_phase
{
	LF_JUDGE_WEIGH,
	LF_JUDGE_SCORE,
	LF_JUDGE_MEASURE,
	LF_JUDGE_DONE
} lf_judge_phase;

typedef struct lf_judge
{
	lf_judge_phase phase;
	lf_sight	sight;			/* of the networks that are judged */
	lf_team    *team;			/* that forecasts with them, see team.h; NULL: nobody does */
	double	   *partner_out[LF_PARTNER_FORECASTERS];	/* (B, horizon, targets): of the partners in it alone; NULL: it has none */
	const lf_frame *frame;
	const lf_task *task;
	const lf_split *split;		/* its validation windows are those held out */
	const double *error_scale;	/* (series, targets) */
	int			season;			/* of the naive baselines */
	lf_score   *scores;			/* (targets, LF_FORECASTERS) */
	double	   *by_step;		/* (horizon, LF_FORECASTERS): sums of absolute errors, over all targets */
	double	   *mean;			/* (targets): of the rows before the held-out part of the series at hand */
	double	   *out;			/* (B, steps, targets): the horizon, or what is measured */
	bool		blends;
	lf_blend_sums *sums[2];		/* (targets) each: over the first and the second half of what is held out */
	lf_blend   *crossed[2];		/* (targets): for each half, fitted on the other; scores do not fit themselves */
	lf_blend   *blend;			/* (targets): fitted on both; NULL where nothing is blended */
	lf_errors	errors;
	float	   *measured;		/* (steps, targets, measured_windows) */
	size_t		measured_windows;
	lf_dependence_sums hang;	/* of errors: of series while windows are scored, of steps while they are measured */
	lf_dependence dependence;	/* that follows */
	size_t		done;			/* windows of this phase */
	lf_frame	view;			/* the series at hand, 'series' */
	size_t		series;
} lf_judge;

/* Takes its memory for up to 'batch' windows at once of a frame, of which 'held' are held out. */
void		lf_judge_layout(lf_judge *judge, lf_arena *arena, lf_network *network, const lf_task *task,
							const lf_training *training, const lf_frame *frame, size_t held, int batch);

/*
 * Points it at the rows and what is known of their series. The members of the predictor and their weights, and how it
 * sees windows, are the caller's to set before the first step. All of them must outlive the judging.
 */
void		lf_judge_start(lf_judge *judge, const lf_frame *frame, const lf_task *task, const lf_split *split,
						   const lf_scaler *scaler, const double *error_scale, const double *shape, int season);

/* The next batch. LF_OK: more to come; LF_SCORED: the same, and the scores are there; LF_FINISHED; LF_INTERRUPTED. */
lf_status	lf_judge_step(lf_judge *judge, const volatile sig_atomic_t *interrupt);

/* Rows of a series that come before its held-out part, or all. */
size_t		lf_rows_before_held(const lf_frame *frame, const lf_task *task, const lf_split *split, size_t series);

#endif
