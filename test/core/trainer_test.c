/*
 * trainer_test.c: what training promises: the same model from the same seed, the best epoch, an end in time, and
 * interrupts that leave no trace.
 */
#include "fit_rig.h"
#include "tap.h"

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#else
#define TOLERANCE 1e-5			/* one sample at a time or nine at once: sums in another order */
#endif

/* Some 70 windows of which a quarter is held out, dropout included, trained again on all of them. */
static void
setup_whole(fit_rig *r, uint64_t seed)
{
	const lf_preset_arguments arguments = {.units = {5, 4}, .units_count = 2, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID, .dropout = 0.2};

	fit_rig_setup(r, LF_STACKED, 1, 0.1);
	lf_preset_spec(LF_STACKED, &arguments, &r->task, &r->spec);
	r->training.refit = true;
	r->training.schedule = LF_SCHEDULE_AVERAGE;
	r->training.normalize = LF_NORMALIZE_LAST;
	r->training.seed = seed;
}

static bool
same_result(const fit_rig *a, const fit_rig *b)
{
	return memcmp(a->fit.trainer.weights, b->fit.trainer.weights, a->fit.network.parameters * sizeof(lf_real)) == 0 &&
		a->fit.epochs == b->fit.epochs && a->fit.best_epoch == b->fit.best_epoch &&
		memcmp(a->fit.history, b->fit.history, (size_t) a->fit.epochs * sizeof(lf_epoch)) == 0 &&
		memcmp(a->fit.judge.scores, b->fit.judge.scores, 2 * LF_FORECASTERS * sizeof(lf_score)) == 0;
}

static void
test_seeds(void)
{
	fit_rig		a;
	fit_rig		b;
	fit_rig		c;

	setup_whole(&a, 3);
	setup_whole(&b, 3);
	setup_whole(&c, 4);
	ok(fit_rig_run(&a, 0) == LF_FINISHED && fit_rig_run(&b, 0) == LF_FINISHED && fit_rig_run(&c, 0) == LF_FINISHED,
	   "three trainings end");
	ok(same_result(&a, &b), "the same seed gives the same weights, history and scores, bit for bit");
	ok(memcmp(a.fit.trainer.weights, c.fit.trainer.weights, a.fit.network.parameters * sizeof(lf_real)) != 0,
	   "another seed gives other weights");
	fit_rig_close(&a);
	fit_rig_close(&b);
	fit_rig_close(&c);
}

static void
test_interrupts(void)
{
	static const int every[] = {2, 3, 5, 7, 31};
	fit_rig		quiet;
	fit_rig		disturbed;

	setup_whole(&quiet, 3);
	if (!ok(fit_rig_run(&quiet, 0) == LF_FINISHED, "a training that nobody interrupts ends"))
		return;
	for (size_t i = 0; i < sizeof(every) / sizeof(every[0]); i++)
	{
		setup_whole(&disturbed, 3);
		ok(fit_rig_run(&disturbed, every[i]) == LF_FINISHED && same_result(&quiet, &disturbed),
		   "interrupted at each call of %d, the result is the same bit for bit", every[i]);
		fit_rig_close(&disturbed);
	}
	fit_rig_close(&quiet);
}

/* The order of many windows is shuffled in parts, and an interrupt between them changes nothing. */
static void
test_long_shuffle(void)
{
	enum {ROWS = 200000};
	double	   *values = calloc(ROWS * RIG_COLUMNS, sizeof(double));
	volatile sig_atomic_t interrupt = 1;
	lf_trainer *trainer;
	lf_real    *weights;
	size_t		bytes;
	lf_status	status;
	int			calls = 0;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	for (int i = 0; i < ROWS * RIG_COLUMNS; i++)
		values[i] = r.values[i % (RIG_ROWS * RIG_COLUMNS)];
	r.frame.values = values;
	r.frame.rows = ROWS;
	r.training.validation = 0;
	r.training.batch_size = 8192;
	r.training.epochs = 1;
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a training of %d rows ends", ROWS))
		return;
	trainer = &r.fit.trainer;
	bytes = r.fit.network.parameters * sizeof(lf_real);
	weights = memcpy(malloc(bytes), trainer->weights, bytes);
	(void) lf_trainer_start(trainer, NULL);
	while (trainer->unshuffled > 1 && lf_trainer_step(trainer, &interrupt) == LF_INTERRUPTED)
		calls++;
	ok(calls >= 3, "shuffling its windows can be interrupted several times");
	do
		status = lf_trainer_step(trainer, NULL);
	while (status == LF_OK);
	ok(status == LF_FINISHED && memcmp(weights, trainer->weights, bytes) == 0, "a shuffle that was interrupted gives the same result bit for bit");
	free(weights);
	free(values);
	fit_rig_close(&r);
}

/* Mean loss of the held-out windows with the weights as they are, one window at a time. */
static double
validation_loss(fit_rig *r)
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

/* Noise cannot be learned: what is learned of the training part makes the held-out part worse, sooner or later. */
static void
test_best_epoch(void)
{
	double		least = (double) INFINITY;
	int			best = 0;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 0, 1);
	r.training.epochs = 40;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.epochs == 40, "without patience all epochs are trained");
	for (int i = 0; i < r.fit.epochs; i++)
		if (r.fit.history[i].validation_loss < least)
		{
			least = r.fit.history[i].validation_loss;
			best = i + 1;
		}
	ok(best < 40 && r.fit.best_epoch == best && r.fit.trainer.best_loss == least,
	   "the best epoch is the one with the least validation loss");
	diag("epoch %d of 40", best);
	ok(fabs(validation_loss(&r) - least) <= TOLERANCE * least, "the weights are those of the best epoch");
	ok(r.fit.history[39].loss < r.fit.history[0].loss, "the loss of the training part fell");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 0, 1);
	r.training.epochs = 400;
	r.training.patience = 3;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.epochs < 400 && r.fit.epochs == r.fit.best_epoch + 3,
	   "with patience 3 training ends 3 epochs behind the best one");
	diag("epoch %d, best %d", r.fit.epochs, r.fit.best_epoch);
	ok(fabs(validation_loss(&r) - r.fit.history[r.fit.best_epoch - 1].validation_loss) <= TOLERANCE,
	   "with patience the weights are those of the best epoch");
	fit_rig_close(&r);
}

static void
test_divergence(void)
{
#ifdef LF_DOUBLE
	static const double rates[] = {1e200, 1e300};	/* weights of 1e30 have losses of 1e60, which doubles can hold */
#else
	static const double rates[] = {1e30, 1e300};
#endif
	static const lf_optimizer_kind kinds[] = {LF_ADAM, LF_ADAMW, LF_RMSPROP, LF_SGD};
	fit_rig		r;

	for (int i = 0; i < LF_OPTIMIZERS; i++)
		for (int j = 0; j < 2; j++)
		{
			fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
			r.training.optimizer = kinds[i];
			r.training.learning_rate = rates[j];
			r.training.momentum = kinds[i] == LF_SGD ? 0.9 : 0;
			ok(fit_rig_run(&r, 0) == LF_DIVERGED, "%s with a learning rate of %g is reported to diverge",
			   lf_optimizer_names[i], rates[j]);
			ok(guarded_intact(&r.block), "a training that diverges writes nowhere else");
			fit_rig_close(&r);
		}
}

static void
test_schedule(void)
{
	bool		falling = true;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.schedule = LF_SCHEDULE_COSINE;
	ok(fit_rig_run(&r, 0) == LF_FINISHED, "a training with a cosine schedule ends");
	for (int i = 0; i < r.fit.epochs; i++)
		falling = falling && r.fit.history[i].learning_rate < (i == 0 ? 0.01 : r.fit.history[i - 1].learning_rate);
	ok(falling && r.fit.history[7].learning_rate < 0.01 * 0.01, "the learning rate of a cosine schedule falls to 0");
	ok(fabs(r.fit.history[3].learning_rate - 0.005) < 0.0005, "the learning rate of a cosine schedule is at half its height half-way");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.history[7].learning_rate == 0.01, "a constant learning rate stays");
	fit_rig_close(&r);
}

/* Without shuffling, dropout and clipping, an epoch of one batch is one step of the optimizer. */
static void
test_one_step(void)
{
	const lf_pass pass = {.batch = 1};
	fit_rig		r;
	guarded		weights;
	guarded		gradients;
	lf_network	network;
	lf_arena	arena = lf_arena_measure();
	guarded		buffers;
	int			layer;
	size_t		parameters;
	double		largest = 0;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.validation = 0;
	r.training.epochs = 1;
	r.training.batch_size = 1000;
	r.training.clip_norm = 0;
	r.training.shuffle = false;
	r.training.optimizer = LF_SGD;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.best_epoch == 1 && isnan(r.fit.history[0].validation_loss),
	   "without a validation part the last epoch is the best");

	(void) lf_network_create(&network, &r.spec, &layer);
	parameters = network.parameters;
	lf_network_layout(&network, &arena, 1, true);
	buffers = guarded_new(arena.used);
	arena = lf_arena_over(buffers.block, buffers.bytes);
	lf_network_layout(&network, &arena, 1, true);
	weights = guarded_reals(parameters);
	gradients = guarded_reals(parameters);
	memset(gradients.block, 0, gradients.bytes);
	lf_network_bind(&network, weights.block, gradients.block);
	(void) lf_network_initialize(&network, r.training.seed, &pass, weights.block);
	for (size_t w = 0; w < r.fit.split.windows; w++)
	{
		double		level[2];
		lf_real		x[6 * 2];
		lf_real		target[2 * 2];
		lf_real		dy[2 * 2];
		const lf_real *y;

		lf_window_input(&r.fit.trainer.windows, w, x, level);
		lf_window_target(&r.fit.trainer.windows, w, level, target);
		(void) lf_network_forward(&network, &pass, x, &y);
		(void) lf_loss_sum(LF_MSE, y, target, 4, dy);
		(void) lf_network_backward(&network, &pass, x, dy, NULL);
	}
	for (size_t i = 0; i < parameters; i++)
	{
		/* the gradient of the mean over all windows */
		double		expected = (double) ((lf_real *) weights.block)[i] -
			0.01 * (double) ((lf_real *) gradients.block)[i] / (double) r.fit.split.windows;
		double		difference = fabs((double) r.fit.trainer.weights[i] - expected);

		largest = isnan(difference) ? (double) INFINITY : fmax(largest, difference);
	}
	ok(largest < TOLERANCE, "one epoch of one batch is one step down the mean gradient of all windows");
	diag("largest difference %.2g", largest);
	free(weights.raw);
	free(gradients.raw);
	free(buffers.raw);
	fit_rig_close(&r);
}

/* With steps so small that no weight changes, losses tell what they are means of. */
static void
test_losses(void)
{
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.learning_rate = 1e-30;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && fabs(r.fit.history[7].loss / r.fit.history[0].loss - 1) < 1e-5 &&
	   fabs(r.fit.history[7].validation_loss / r.fit.history[0].validation_loss - 1) < 1e-5,
	   "the losses of an epoch are those of this epoch alone");
	ok(fabs(r.fit.history[0].validation_loss - validation_loss(&r)) < 1e-4,
	   "the validation loss of an epoch is that of the held-out windows alone");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {5}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID, .dropout = 0.5}, &r.task, &r.spec);
	r.training.learning_rate = 1e-30;
	r.training.shuffle = false;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && fabs(r.fit.history[1].loss - r.fit.history[0].loss) > 1e-6,
	   "dropout drops other elements in each epoch");
	fit_rig_close(&r);
}

/* The windows of an epoch, in the order in which they were visited. */
static void
test_order(void)
{
	fit_rig		r;

	for (int shuffle = 0; shuffle < 2; shuffle++)
	{
		bool		in_time = true;
		size_t		sum = 0;

		fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
		r.training.shuffle = shuffle == 1;
		(void) fit_rig_run(&r, 0);
		for (size_t i = 0; i < r.fit.split.train_windows; i++)
		{
			in_time = in_time && r.fit.trainer.order[i] == i;
			sum += r.fit.trainer.order[i];
		}
		ok(in_time == (shuffle == 0) && sum == 54 * 53 / 2, shuffle == 0 ? "without shuffle windows come in the order of time" :
		   "with shuffle all windows come, in another order");
		fit_rig_close(&r);
	}
}

/* Where no best epoch is to be chosen, because so few windows were held out, there is none to be patient about. */
static void
test_patience_without_choice(void)
{
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 0, 1);
	r.training.epochs = 60;
	r.training.patience = 3;
	r.training.refit = true;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.epochs == 60 && r.fit.trainer.epoch == 60,
	   "patience ends no training whose best epoch is not chosen");
	fit_rig_close(&r);
}

int
main(void)
{
	test_losses();
	test_order();
	test_patience_without_choice();
	test_seeds();
	test_interrupts();
	test_long_shuffle();
	test_best_epoch();
	test_divergence();
	test_schedule();
	test_one_step();
	return done_testing();
}
