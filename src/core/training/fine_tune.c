/*
 * fine_tune.c: which windows are new, and which are seen again.
 */
#include "training/fine_tune.h"

#include <math.h>
#include <string.h>

lf_status
lf_fine_tune_layout(lf_fine_tune *tuning, lf_arena *arena, const lf_model *model, const lf_training *training,
			  const lf_frame *frame)
{
	size_t		series = lf_frame_series(frame);
	lf_status	status;
	int			layer;

	*tuning = (lf_fine_tune) {.training = *training, .members = model->members};
	status = lf_network_create(&tuning->network, &model->spec, &layer);
	if (status != LF_OK)
		return status;
	lf_trainer_layout(&tuning->trainer, arena, &tuning->network, training, &model->task, frame->rows);
	lf_spans_layout(&tuning->fresh, arena, series);
	lf_spans_layout(&tuning->old, arena, series);
	tuning->scaler = lf_arena_take(arena, series * (size_t) frame->columns, sizeof(lf_scaler));
	if (model->shape != NULL)
		tuning->shape = lf_arena_take(arena, series * lf_task_shape_size(&model->task), sizeof(double));
	tuning->weights = lf_arena_reals(arena, (size_t) tuning->members * tuning->network.parameters);
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}

lf_status
lf_fine_tune_start(lf_fine_tune *tuning, const lf_model *model, const lf_frame *frame, const size_t *known, const size_t *end,
			   double rehearsal)
{
	const lf_task *task = &model->task;
	lf_trainer *trainer = &tuning->trainer;
	double		wanted;

	LF_ASSERT(lf_frame_is_sound(frame) && lf_task_is_sound(task, frame->columns));
	tuning->fresh.before[0] = tuning->old.before[0] = 0;
	for (size_t s = 0; s < tuning->fresh.series; s++)
	{
		size_t		first = lf_frame_start(frame, s);
		size_t		old = lf_window_count(task, known[s]);
		size_t		all = lf_window_count(task, end[s]);

		lf_spans_add(&tuning->old, s, first, old);
		lf_spans_add(&tuning->fresh, s, first + old, all - old);
	}
	LF_ASSERT(lf_spans_are_sound(&tuning->old, frame) && lf_spans_are_sound(&tuning->fresh, frame));
	tuning->old_windows = tuning->old.before[tuning->old.series];
	tuning->fresh_windows = tuning->fresh.before[tuning->fresh.series];
	if (tuning->fresh_windows == 0)
		return LF_BAD_SHAPE;
	wanted = ceil(rehearsal * (double) tuning->fresh_windows);

	trainer->training = &tuning->training;
	trainer->network = &tuning->network;
	trainer->windows = (lf_windows) {
		.task = task,
		.frame = frame,
		.scaler = tuning->scaler,
		.shape = tuning->shape,
		.normalize = model->training.normalize,
		.level_regression = model->level_regression,
	};
	trainer->train = tuning->fresh;
	trainer->again = tuning->old;
	trainer->again_windows = tuning->old_windows;
	trainer->sampled = wanted < (double) tuning->old_windows ? (size_t) wanted : tuning->old_windows;
	trainer->train_windows = tuning->fresh_windows + trainer->sampled;
	trainer->validation_windows = 0;
	trainer->choose_best = false;
	trainer->epochs = tuning->training.epochs;
	return LF_OK;
}

lf_status
lf_fine_tune_member(lf_fine_tune *tuning, const lf_model *model, int member, const volatile sig_atomic_t *interrupt)
{
	tuning->trainer.from = model->weights + (size_t) member * tuning->network.parameters;
	tuning->trainer.seed = lf_random_mix(tuning->training.seed, (uint64_t) member);
	return lf_trainer_start(&tuning->trainer, interrupt);
}

void
lf_fine_tune_keep(lf_fine_tune *tuning, int member)
{
	memcpy(tuning->weights + (size_t) member * tuning->network.parameters, tuning->trainer.weights,
		   tuning->network.parameters * sizeof(lf_real));
}
