/*
 * renew.c: which windows are new, and which are seen again.
 */
#include "renew.h"

#include <math.h>
#include <string.h>

lf_status
lf_renew_plan(lf_renew *renew, lf_arena *arena, const lf_model *model, const lf_training *training,
			  const lf_frame *frame)
{
	size_t		series = lf_frame_series(frame);
	lf_status	status;
	int			layer;

	*renew = (lf_renew) {.training = *training, .members = model->members};
	status = lf_network_create(&renew->network, &model->spec, &layer);
	if (status != LF_OK)
		return status;
	lf_trainer_plan(&renew->trainer, arena, &renew->network, training, &model->task, frame->rows);
	lf_spans_plan(&renew->fresh, arena, series);
	lf_spans_plan(&renew->old, arena, series);
	renew->scaler = lf_arena_take(arena, series * (size_t) frame->columns, sizeof(lf_scaler));
	renew->weights = lf_arena_reals(arena, (size_t) renew->members * renew->network.parameters);
	return arena->overflow ? LF_TOO_LARGE : LF_OK;
}

lf_status
lf_renew_start(lf_renew *renew, const lf_model *model, const lf_frame *frame, const size_t *known, const size_t *end,
			   double rehearsal)
{
	const lf_task *task = &model->task;
	lf_trainer *trainer = &renew->trainer;
	double		wanted;

	renew->fresh.before[0] = renew->old.before[0] = 0;
	for (size_t s = 0; s < renew->fresh.series; s++)
	{
		size_t		first = lf_frame_start(frame, s);
		size_t		old = lf_window_count(task, known[s]);
		size_t		all = lf_window_count(task, end[s]);

		lf_spans_add(&renew->old, s, first, old);
		lf_spans_add(&renew->fresh, s, first + old, all - old);
	}
	renew->old_windows = renew->old.before[renew->old.series];
	renew->fresh_windows = renew->fresh.before[renew->fresh.series];
	if (renew->fresh_windows == 0)
		return LF_BAD_SHAPE;
	wanted = ceil(rehearsal * (double) renew->fresh_windows);

	trainer->training = &renew->training;
	trainer->network = &renew->network;
	trainer->windows = (lf_windows) {
		.task = task,
		.frame = frame,
		.scaler = renew->scaler,
		.normalize = model->training.normalize,
		.link = model->link,
	};
	trainer->train = renew->fresh;
	trainer->again = renew->old;
	trainer->again_windows = renew->old_windows;
	trainer->sampled = wanted < (double) renew->old_windows ? (size_t) wanted : renew->old_windows;
	trainer->train_windows = renew->fresh_windows + trainer->sampled;
	trainer->validation_windows = 0;
	trainer->choose_best = false;
	trainer->epochs = renew->training.epochs;
	return LF_OK;
}

lf_status
lf_renew_member(lf_renew *renew, const lf_model *model, int member, const volatile sig_atomic_t *interrupt)
{
	renew->trainer.from = model->weights + (size_t) member * renew->network.parameters;
	renew->trainer.seed = lf_random_mix(renew->training.seed, (uint64_t) member);
	return lf_trainer_start(&renew->trainer, interrupt);
}

void
lf_renew_keep(lf_renew *renew, int member)
{
	memcpy(renew->weights + (size_t) member * renew->network.parameters, renew->trainer.weights,
		   renew->network.parameters * sizeof(lf_real));
}
