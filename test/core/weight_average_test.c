/*
 * weight_average_test.c: the running average of weights against the sum that it stands for, and trainings that keep it.
 */
#include "training/weight_average.h"
#include "fit_rig.h"
#include "tap.h"

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#else
#define TOLERANCE 1e-5
#endif

/* What the weights of a step count: s (s + 1) ... (s + k - 1), which is about s^k. */
static double
share_of(int step)
{
	double		product = 1;

	for (int i = 0; i < LF_AVERAGE_POWER; i++)
		product *= step + i;
	return product;
}

/* The average after each of so many steps, as a sum over all of them. */
static double
plain_average(const lf_real *weights, size_t count, size_t at, int steps)
{
	double		sum = 0;
	double		shares = 0;

	for (int s = 1; s <= steps; s++)
	{
		sum += share_of(s) * (double) weights[(size_t) (s - 1) * count + at];
		shares += share_of(s);
	}
	return sum / shares;
}

static void
test_sum(void)
{
	enum {COUNT = 5, STEPS = 300};
	lf_real		weights[STEPS * COUNT];
	lf_random	random = lf_random_seed(1);
	lf_weight_average average;
	lf_arena	arena = lf_arena_measure();
	guarded		block;
	double		largest = 0;

	lf_weight_average_layout(&average, &arena, COUNT);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_weight_average_layout(&average, &arena, COUNT);
	for (int i = 0; i < STEPS * COUNT; i++)
		weights[i] = (lf_real) lf_random_normal(&random);
	for (int again = 0; again < 2; again++)
	{
		lf_weight_average_reset(&average);
		for (int s = 0; s < STEPS; s++)
		{
			lf_weight_average_add(&average, weights + s * COUNT);
			for (size_t i = 0; i < COUNT; i++)
				largest = fmax(largest, fabs((double) average.mean[i] - plain_average(weights, COUNT, i, s + 1)));
		}
	}
	ok(largest < TOLERANCE, "the running average is the weighted sum over all steps, from the first on and after a reset");
	diag("largest difference %.2g", largest);
	ok(guarded_intact(&block), "it writes nowhere else");
	free(block.raw);
}

/* One step of the optimizer in each epoch, on all windows in their order. */
static void
setup_steps(fit_rig *r, lf_schedule schedule, int steps)
{
	fit_rig_setup(r, LF_VANILLA, 1, 0.1);
	r->training.schedule = schedule;
	r->training.epochs = steps;
	r->training.batch_size = 1000;
	r->training.shuffle = false;
	r->training.validation = 0;
}

static void
test_training(void)
{
	enum {STEPS = 6};
	lf_real    *weights = NULL;
	double		largest = 0;
	size_t		count;
	fit_rig		r;

	for (int s = 1; s <= STEPS; s++)
	{
		setup_steps(&r, LF_SCHEDULE_CONSTANT, s);
		if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a training of %d steps ends", s))
			return;
		count = r.fit.network.parameters;
		weights = realloc(weights, (size_t) s * count * sizeof(lf_real));
		memcpy(weights + (size_t) (s - 1) * count, r.fit.trainer.weights, count * sizeof(lf_real));
		fit_rig_close(&r);
	}
	setup_steps(&r, LF_SCHEDULE_AVERAGE, STEPS);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a training that keeps the average ends"))
		return;
	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, fabs((double) r.fit.trainer.weights[i] - plain_average(weights, count, i, STEPS)));
	ok(largest < TOLERANCE, "what it keeps is the average of the weights after each step");
	ok(r.fit.history[STEPS - 1].learning_rate == 0.01, "its learning rate stays");
	fit_rig_close(&r);
	free(weights);
}

/* Of held-out windows, with the weights that were kept. */
static double
held_out_loss(fit_rig *r)
{
	lf_trainer *trainer = &r->fit.trainer;
	const lf_pass pass = {.batch = 1};
	double		level[2];
	lf_real		x[6 * 2];
	lf_real		target[2 * 2];
	double		sum = 0;

	for (size_t i = 0; i < r->fit.split.validation_windows; i++)
	{
		size_t		w = r->fit.split.validation.first[0] + i;
		const lf_real *y;

		lf_window_input(&trainer->windows, w, x, level);
		lf_window_target(&trainer->windows, w, level, target);
		if (lf_network_forward(trainer->network, &pass, x, &y) != LF_OK)
			return (double) NAN;
		sum += lf_loss_sum(r->training.loss, y, target, 4, NULL);
	}
	return sum / (double) (4 * r->fit.split.validation_windows);
}

static void
test_choice(void)
{
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 0, 1);
	r.training.schedule = LF_SCHEDULE_AVERAGE;
	r.training.epochs = 60;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.best_epoch < 60, "there is a best epoch before the last");
	diag("epoch %d of 60", r.fit.best_epoch);
	ok(fabs(held_out_loss(&r) / r.fit.history[r.fit.best_epoch - 1].validation_loss - 1) < TOLERANCE,
	   "the average of the best epoch is kept, and is what was validated");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.schedule = LF_SCHEDULE_AVERAGE;
	r.training.epochs = 60;
	r.training.max_seconds = 70;
	r.second = 1;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.cut_short && r.fit.epochs < 60, "a training may end before its time");
	ok(fabs(held_out_loss(&r) / r.fit.history[r.fit.best_epoch - 1].validation_loss - 1) < TOLERANCE,
	   "and keeps the average so far");
	fit_rig_close(&r);
}

int
main(void)
{
	test_sum();
	test_training();
	test_choice();
	return done_testing();
}
