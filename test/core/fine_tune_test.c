/*
 * fine_tune_test.c: going on with a network: from its weights, with its scaling, on the new windows and a sample of the
 * old.
 */
#include "fit_rig.h"
#include "training/fine_tune.h"
#include "tap.h"

#define KNOWN 60

typedef struct renew_rig
{
	fit_rig		fit;			/* that made the model */
	lf_model	model;
	lf_frame	frame;			/* with rows that it does not know */
	lf_training training;
	lf_fine_tune	tuning;
	guarded		block;
} renew_rig;

static void
setup(renew_rig *r, int members)
{
	memset(r, 0, sizeof(*r));
	fit_rig_setup(&r->fit, LF_STACKED, 1, 0.1);
	r->fit.frame.rows = KNOWN;
	r->fit.training.members = members;
	(void) fit_rig_run(&r->fit, 0);
	lf_fit_result(&r->fit.fit, &r->fit.spec, &r->model);
	r->frame = r->fit.frame;
	r->frame.rows = RIG_ROWS;
	r->training = r->fit.training;
	r->training.learning_rate = 1e-3;
	r->training.validation = 0;
	r->training.epochs = 3;
}

/* Goes on with rows known .. end - 1 as new ones; what comes back is LF_FINISHED, or what went wrong. */
static lf_status
renew(renew_rig *r, size_t known, size_t end, double again, int every)
{
	lf_arena	arena = lf_arena_measure();
	lf_status	status = lf_fine_tune_layout(&r->tuning, &arena, &r->model, &r->training, &r->frame);

	if (status != LF_OK)
		return status;
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	(void) lf_fine_tune_layout(&r->tuning, &arena, &r->model, &r->training, &r->frame);
	memcpy(r->tuning.scaler, r->model.scaler, RIG_COLUMNS * sizeof(lf_scaler));
	status = lf_fine_tune_start(&r->tuning, &r->model, &r->frame, &known, &end, again);
	for (int m = 0; m < r->model.members && (status == LF_OK || status == LF_FINISHED); m++)
	{
		volatile sig_atomic_t interrupt = 0;

		status = lf_fine_tune_member(&r->tuning, &r->model, m, NULL);
		for (long call = 1; status == LF_OK || status == LF_EPOCH_DONE || status == LF_INTERRUPTED; call++)
		{
			interrupt = every > 0 && call % every == 0;
			status = lf_trainer_step(&r->tuning.trainer, &interrupt);
		}
		lf_fine_tune_keep(&r->tuning, m);
	}
	return status;
}

static void
close_rig(renew_rig *r)
{
	fit_rig_close(&r->fit);
	free(r->block.raw);
}

/* The oracle: an ordinary training, from the same weights, on a frame that has no other windows than the new ones. */
static void
test_new_windows(void)
{
	renew_rig	r;
	lf_trainer *trainer = &r.tuning.trainer;
	lf_real		weights[2000];
	size_t		bytes;
	size_t		windows = 70 - KNOWN;
	size_t		before = 0;
	lf_spans	whole = {.series = 1, .before = (size_t[2]) {0, windows}, .first = &before};

	setup(&r, 1);
	bytes = r.model.parameters * sizeof(lf_real);
	ok(renew(&r, KNOWN, 70, 0, 3) == LF_FINISHED && guarded_intact(&r.block) && r.tuning.fresh_windows == windows &&
	   r.tuning.old_windows == KNOWN - 7, "the windows that end in new rows are new");
	memcpy(weights, r.tuning.weights, bytes);
	ok(memcmp(weights, r.model.weights, bytes) != 0, "training changes the weights");

	r.frame.values += (KNOWN - 7) * RIG_COLUMNS;
	trainer->train = whole;
	(void) lf_fine_tune_member(&r.tuning, &r.model, 0, NULL);
	while (lf_trainer_step(trainer, NULL) != LF_FINISHED);
	ok(memcmp(weights, trainer->weights, bytes) == 0, "without old ones it is the same as if there were no others");
	close_rig(&r);

	setup(&r, 1);
	for (int i = 70 * RIG_COLUMNS; i < RIG_ROWS * RIG_COLUMNS; i++)
		r.fit.values[i] = (double) NAN;
	ok(renew(&r, KNOWN, 70, 0, 0) == LF_FINISHED && memcmp(weights, r.tuning.weights, bytes) == 0,
	   "rows behind the end have no part in it");
	free(r.block.raw);
	ok(renew(&r, KNOWN, KNOWN, 1, 0) == LF_BAD_SHAPE, "without new rows there is nothing to do");
	close_rig(&r);
}

/* With steps so small that no weight changes, the loss of an epoch tells which windows it saw. */
static void
test_sample(void)
{
	renew_rig	r;
	const lf_epoch *history;
	double		every;

	setup(&r, 1);
	r.training.learning_rate = 1e-30;
	ok(renew(&r, KNOWN, RIG_ROWS, 1, 0) == LF_FINISHED && r.tuning.trainer.sampled == 20 &&
	   r.tuning.trainer.train_windows == 40, "for each new window an old one is seen again");
	ok(memcmp(r.tuning.weights, r.model.weights, r.model.parameters * sizeof(lf_real)) == 0,
	   "tuning begins with the weights of the model");
	history = r.tuning.trainer.history;
	ok(fabs(history[0].loss - history[1].loss) > 1e-6 && fabs(history[1].loss - history[2].loss) > 1e-6,
	   "each epoch of tuning takes another sample of the old windows");
	free(r.block.raw);
	ok(renew(&r, KNOWN, RIG_ROWS, 1000, 0) == LF_FINISHED && r.tuning.trainer.sampled == KNOWN - 7,
	   "more than there are cannot be seen");
	history = r.tuning.trainer.history;
	every = history[0].loss;
	free(r.block.raw);
	ok(renew(&r, KNOWN, RIG_ROWS, 0.33, 0) == LF_FINISHED && r.tuning.trainer.sampled == 7,
	   "for 20 new windows a third of as many old ones are 7");
	free(r.block.raw);
	(void) renew(&r, KNOWN, RIG_ROWS, 1000, 0);
	history = r.tuning.trainer.history;
	ok(fabs(history[1].loss - every) < 1e-5 * every, "where all old windows are seen again each epoch sees the same");
	free(r.block.raw);
	ok(renew(&r, 0, RIG_ROWS, 0, 0) == LF_FINISHED && fabs(r.tuning.trainer.history[0].loss - every) < 1e-5 * every,
	   "all old windows again and no new ones cost what all windows as new ones cost");
	close_rig(&r);
}

static void
test_members(void)
{
	renew_rig	r;
	size_t		parameters;

	setup(&r, 3);
	parameters = r.model.parameters;
	ok(renew(&r, KNOWN, RIG_ROWS, 1, 0) == LF_FINISHED && guarded_intact(&r.block), "an ensemble goes on, member by member");
	for (size_t m = 0; m < 3; m++)
	{
		const lf_real *now = r.tuning.weights + m * parameters;
		double		moved = 0;
		double		apart = 0;

		for (size_t i = 0; i < parameters; i++)
		{
			moved += fabs((double) (now[i] - r.model.weights[m * parameters + i]));
			apart += fabs((double) (now[i] - r.model.weights[(m + 1) % 3 * parameters + i]));
		}
		ok(moved > 0 && moved < apart / 2, "member %zu from its own weights", m);
	}
	close_rig(&r);
}

int
main(void)
{
	test_new_windows();
	test_sample();
	test_members();
	return done_testing();
}
