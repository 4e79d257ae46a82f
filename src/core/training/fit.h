/*
 * fit.h: from a frame to a trained model: split in time, scale, train, score the held-out part, train again on all.
 *
 *	   LF_FIT_SELECT	train on the older windows, watch the newest ones, keep the best epoch
 *	   LF_FIT_JUDGE		forecast the newest windows: see judge.h
 *	   LF_FIT_FINAL		with 'refit': train on all windows, as many epochs as were best if enough were held out to tell
 *
 * Without a validation part there is only LF_FIT_FINAL.
 */
#ifndef LF_FIT_H
#define LF_FIT_H

#include "base/thread_pool.h"
#include "model/model.h"
#include "series/deseasonalize.h"
#include "series/level.h"
#include "series/split.h"
#include "training/judge.h"
#include "training/trainer.h"

typedef enum lf_fit_phase
{
	LF_FIT_SELECT,
	LF_FIT_JUDGE,
	LF_FIT_FINAL
} lf_fit_phase;

/* Where one member after another is trained; several slots may be at it at the same time. */
typedef struct lf_slot
{
	lf_trainer *trainer;
	int			member;			/* the one in training; -1: none is left */
	bool		started;
	lf_status	status;			/* of its last step */
} lf_slot;

typedef struct lf_fit
{
	lf_fit_phase phase;
	bool		started;		/* of the current phase */
	const lf_frame *frame;
	const lf_task *task;
	const lf_task *held_by;		/* which rows are held out: 'task', or that of the first of those it contends with */
	bool		contends;
	bool		judges;			/* it has a judge, of itself or of all that contend */
	int			turn;			/* of those that contend one after the other: the time is shared out among them */
	int			turns;
	lf_training training;
	int			season;			/* of the naive baselines */
	lf_split	split;
	lf_scaler  *scaler;			/* (series, columns) */
	double	   *error_scale;	/* (series, targets): see lf_error_scale; 1 for one series without a name */
	double	   *shape;			/* (series, targets, knots): of the seasons that are taken out; NULL: none is */
	lf_parts	parts;			/* of the series at hand */
	double	   *level_regression;	/* (targets, inputs + 1), NULL where levels need none */
	double	   *regression_scratch;
	lf_windows	windows;		/* how networks see the rows in this phase */
	lf_range   *ranges;			/* (inputs): what this phase shows the networks */
	lf_judge	judge;			/* of what is held out */

	/* given by the caller */
	lf_thread_pool *pool;		/* for the slots; NULL: one after the other */
	const lf_real *from;		/* (from_members, parameters): to begin with; NULL: fresh weights */
	int			from_members;
	const lf_scaler *given;		/* (series, columns): NULL, or scale 0: that of the rows */
	const double *given_shape;	/* (series, targets, knots): NULL, or NaN: that of the rows */

	/* the training of the members */
	lf_network	network;		/* of the first slot, and of the judge */
	lf_trainer	trainer;		/* of the first slot */
	int			members;
	int			slots;			/* that have memory */
	lf_slot		slot[LF_MAX_THREADS];
	lf_real    *weights;		/* (members, parameters); NULL where there is one: the trainer's */
	int			taken;			/* members that a slot has taken in this phase */
	int			trained;		/* members that are through with it */
	int			member_epoch[LF_MAX_MEMBERS];	/* the best of each */
	int			first_epochs;	/* that the first member went through in the phase that has ended */
	lf_epoch   *history;		/* (epochs) of LF_FIT_SELECT, or of LF_FIT_FINAL without one */
	int			epochs;			/* entries of history, which is that of the first member */
	int			best_epoch;		/* the same */
	bool		cut_short;		/* by training.max_seconds */
	const volatile sig_atomic_t *interrupt;	/* of the step under way */

	/* about the last step */
	const lf_trainer *latest;	/* the one that its status came from; NULL: none was at work */
	int			latest_member;	/* that it had at hand */
	bool		latest_final;	/* in a second training, on all windows */
} lf_fit;

/*
 * Checks the spec and the output against the task; '*layer' as in lf_network_create. Then takes its memory for a frame
 * of these rows, columns and series, whose values are not looked at. May be run over a measuring arena first. Up to
 * 'slots' members can then be trained side by side; what comes out is the same.
 *
 * With 'held_by' the fit contends with others, see contest.h: what is held out is that of this task, which outlives the
 * fit, and LF_FIT_SELECT ends with LF_FINISHED. The fit whose task it is has the judge of them all.
 */
lf_status	lf_fit_layout(lf_fit *fit, lf_arena *arena, const lf_spec *spec, const lf_task *task, const lf_task *held_by,
						  const lf_frame *frame, const lf_training *training, int slots, int *layer);

/* Lets a fit that contends be trained on all windows. */
void		lf_fit_go_on(lf_fit *fit);

/* Threads that can share the work. */
int			lf_fit_threads(const lf_fit *fit);

/* The pool that does, which outlives the fit; NULL: none. */
void		lf_fit_use_pool(lf_fit *fit, lf_thread_pool *pool);

/* Sets 'now', in seconds from the start of the fit by a clock of the caller's, before a step. */
void		lf_fit_tell_time(lf_fit *fit, double now);

/* Whether all weights are finite, after LF_FINISHED. */
bool		lf_fit_is_finite(const lf_fit *fit);

/* Points at the rows. 'season' is for the seasonal baseline. Frame and task must outlive the fit. */
void		lf_fit_start(lf_fit *fit, const lf_frame *frame, const lf_task *task, int season);

/*
 * One mini-batch, or some of each slot, or a batch of held-out windows; what comes back is as in lf_trainer_step. Once
 * the windows are scored, LF_SCORED comes back: the scores of the judge can be read, and the fit may be left as it is.
 */
lf_status	lf_fit_step(lf_fit *fit, const volatile sig_atomic_t *interrupt);

/*
 * In what unit errors of a target are counted where several series share a network: the mean absolute error of the
 * seasonal naive forecast over rows 0 .. rows - 1 of the series, or where that is nothing but
 * rounding, the scale of the scaler.
 */
double		lf_error_scale(const lf_frame *series, int column, size_t rows, int season, lf_scaler scaler);

/* After LF_FINISHED: the parts of the model that training knows. The pointers stay the fit's. */
void		lf_fit_result(const lf_fit *fit, const lf_spec *spec, lf_model *model);

#endif
