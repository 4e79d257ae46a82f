/*
 * fit_rig.h: a small series and a training of it, in memory with red zones.
 */
#ifndef FIT_RIG_H
#define FIT_RIG_H

#include "training/fit.h"
#include "training/preset.h"
#include "rig.h"

#include <math.h>

#define RIG_ROWS 80
#define RIG_MOST_ROWS 820		/* a test may ask for more rows than usual */
#define RIG_COLUMNS 2

typedef struct fit_rig
{
	double		values[RIG_MOST_ROWS * RIG_COLUMNS];
	lf_frame	frame;
	lf_task		task;
	lf_spec		spec;
	lf_training training;
	int			slots;
	lf_thread_pool    *pool;
	double		second;			/* of the clock, per call; 0: there is none */
	double		end;			/* what it showed at last */
	lf_fit		fit;
	guarded		block;
} fit_rig;

/* A noisy wave with a trend, and a column that follows it; 'noise' alone where there is no 'wave'. */
static inline void
fit_rig_setup(fit_rig *r, lf_preset preset, double wave, double noise)
{
	const lf_preset_arguments arguments = {.units = {5, 4}, .units_count = 2, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};
	lf_random	random = lf_random_seed(1);

	memset(r, 0, sizeof(*r));
	for (int i = 0; i < RIG_MOST_ROWS; i++)
	{
		double		value = wave * (sin(i * 0.7) + 0.02 * i) + noise * lf_random_normal(&random);

		r->values[i * RIG_COLUMNS] = value;
		r->values[i * RIG_COLUMNS + 1] = 10 - 3 * value + noise * lf_random_normal(&random);
	}
	r->frame = (lf_frame) {.values = r->values, .rows = RIG_ROWS, .columns = RIG_COLUMNS};
	r->task = (lf_task) {
		.lookback = 6, .horizon = 2, .lead = 1, .inputs = 2, .targets = 2, .input = {0, 1}, .target = {1, 0},
	};
	lf_preset_spec(preset, &arguments, &r->task, &r->spec);
	r->training = (lf_training) {
		.loss = LF_MSE,
		.optimizer = LF_ADAM,
		.learning_rate = 0.01,
		.clip_norm = 1,
		.epochs = 8,
		.batch_size = 9,	/* leaves a smaller batch at the end of each epoch */
		.shuffle = true,
		.validation = 0.25,
		.scale = LF_SCALE_STANDARD,
		.seed = 3,
	};
}

/* Plans into a block of exactly the measured size, 'less' bytes fewer. */
static inline lf_status
fit_rig_plan(fit_rig *r, size_t less)
{
	lf_arena	arena = lf_arena_measure();
	int			layer;
	lf_status	status = lf_fit_layout(&r->fit, &arena, &r->spec, &r->task, NULL, &r->frame, &r->training, r->slots, &layer);

	if (status != LF_OK)
		return status;
	r->block = guarded_new(arena.used - less);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	return lf_fit_layout(&r->fit, &arena, &r->spec, &r->task, NULL, &r->frame, &r->training, r->slots, &layer);
}

/*
 * Steps to the end. Every 'every'-th call finds the interrupt flag set (0: none); it must say so, and is made again.
 * Returns LF_FINISHED, or what went wrong.
 */
static inline lf_status
fit_rig_run(fit_rig *r, int every)
{
	volatile sig_atomic_t interrupt = 0;
	lf_status	status = fit_rig_plan(r, 0);

	if (status != LF_OK)
		return status;
	lf_fit_start(&r->fit, &r->frame, &r->task, 9);
	lf_fit_use_pool(&r->fit, r->pool);
	for (long call = 1;; call++)
	{
		interrupt = every > 0 && call % every == 0;
		r->end = (double) call * r->second;
		if (r->second > 0)
			lf_fit_tell_time(&r->fit, r->end);
		status = lf_fit_step(&r->fit, &interrupt);
		if (interrupt && status != LF_INTERRUPTED)
			return LF_CORRUPT;
		if (!interrupt && status != LF_OK && status != LF_EPOCH_DONE && status != LF_SCORED)
			return status;
	}
}

static inline void
fit_rig_close(fit_rig *r)
{
	free(r->block.raw);
	r->block.raw = NULL;
}

#endif
