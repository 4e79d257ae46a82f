/*
 * fit_test.c: the phases of a fit, its memory, and forecasts from what it gives.
 */
#include "fit_rig.h"
#include "judging/pooled.h"
#include "tap.h"

#define TOLERANCE 1e-9			/* scores are sums of some 40 doubles */

static void
test_memory(lf_preset preset)
{
	const char *name = lf_presets[preset].name;
	fit_rig		r;

	fit_rig_setup(&r, preset, 1, 0.1);
	r.training.refit = true;
	r.training.normalize = LF_NORMALIZE_MEAN;
	ok(fit_rig_run(&r, 0) == LF_FINISHED, "%s trains in exactly the measured memory", name);
	ok(guarded_intact(&r.block), "a training leaves its red zones alone");
	fit_rig_close(&r);
	ok(fit_rig_plan(&r, LF_ALIGNMENT) == LF_TOO_LARGE, "one cache line less is too little for %s", name);
	fit_rig_close(&r);
}

static void
test_split(void)
{
	lf_scaler	known;
	lf_scaler	all;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit that is not trained again ends");
	/* 80 rows, lookback 6, horizon 2: 73 windows, of which a quarter is 18; one lies between both parts */
	ok(r.fit.split.windows == 73 && r.fit.split.validation_windows == 18 && r.fit.split.validation.first[0] == 55 &&
	   r.fit.split.train_windows == 54, "the newest windows are held out");
	ok(lf_window_first_output(&r.task, r.fit.split.train_windows - 1) + 1 <
	   lf_window_first_output(&r.task, r.fit.split.validation.first[0]), "no row is an output of both parts");
	known = lf_scaler_of_column(LF_SCALE_STANDARD, &r.frame, &(lf_task) {0}, NULL, 0, 0, 61, NULL);
	all = lf_scaler_of_column(LF_SCALE_STANDARD, &r.frame, &(lf_task) {0}, NULL, 0, 0, RIG_ROWS, NULL);
	ok(r.fit.scaler[0].offset == known.offset && r.fit.scaler[0].scale == known.scale,
	   "scaling knows the rows before the first held-out output, and no others");
	fit_rig_close(&r);

	r.training.refit = true;
	ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit that is trained again ends");
	ok(r.fit.trainer.epoch == 8 && r.fit.trainer.train_windows == 73 && r.fit.epochs == 8,
	   "a fit is trained again on all windows, and for all epochs where the held-out part is too small to choose");
	ok(r.fit.scaler[0].offset == all.offset && r.fit.scaler[0].scale == all.scale, "scaling then knows all rows");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 0, 1);	/* noise, whose best epoch comes early */
	r.training.refit = true;
	r.training.epochs = 40;
	r.frame.rows = 7 + 200;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.split.windows == 200 && r.fit.trainer.train_windows == 200 &&
	   r.fit.epochs == 40 && r.fit.best_epoch < 40 && r.fit.trainer.epoch == r.fit.best_epoch,
	   "of 200 windows the held-out part chooses the epochs");
	diag("%d of %d", r.fit.best_epoch, r.fit.epochs);
	fit_rig_close(&r);

	/* 19 windows are too few to hold some out */
	r.frame.rows = 7 + LF_MIN_WINDOWS_TO_VALIDATE - 1;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.split.validation_windows == 0 && r.fit.split.windows == 19 &&
	   isnan(r.fit.history[0].validation_loss), "of few windows none are held out");
	fit_rig_close(&r);
	r.frame.rows++;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.split.validation_windows == 5, "of one more there are");
	fit_rig_close(&r);
}

/* The scores of all forecasters, recomputed from single forecasts. */
static void
test_scores(void)
{
	lf_score	expected[2][LF_FORECASTERS] = {0};
	bool		good = true;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit to be scored ends"))
		return;
	for (size_t i = 0; i < r.fit.split.validation_windows; i++)
	{
		size_t		w = r.fit.split.validation.first[0] + i;
		size_t		origin = w + 5;
		double		out[2 * 2];

		(void) lf_predict(&r.fit.judge.sight.predictor, NULL, w, 1, 1, out);
		for (int k = 0; k < 2; k++)
			for (int j = 0; j < 2; j++)
			{
				int			column = r.task.target[j];
				double		first = r.values[column];
				double		last = r.values[origin * 2 + (size_t) column];
				double		actual = r.values[(origin + 1 + (size_t) k) * 2 + (size_t) column];
				double		season = r.values[(origin + 1 + (size_t) k - 9) * 2 + (size_t) column];
				double		seasons = 0;
				double		mean = 0;
				int			count = 0;

				lf_score_add(&expected[j][LF_NETWORK], out[k * 2 + j], actual);
				lf_score_add_beside(&expected[j][LF_REPEAT_LAST], last, actual, out[k * 2 + j]);
				lf_score_add(&expected[j][LF_SEASONAL_NAIVE], season, actual);
				lf_score_add(&expected[j][LF_DRIFT], last + (k + 1) * (last - first) / (double) origin, actual);
				for (size_t back = 9; count < 7 && back <= origin + 1 + (size_t) k; back += 9, count++)
					seasons += r.values[(origin + 1 + (size_t) k - back) * 2 + (size_t) column];
				lf_score_add(&expected[j][LF_SEASONAL_MEAN], seasons / count, actual);
				for (size_t row = 0; row < 61; row++)
					mean += r.values[row * 2 + (size_t) column] / 61;
				lf_score_add(&expected[j][LF_MEAN], mean, actual);
			}
	}
	for (int j = 0; j < 2; j++)
		for (int f = 0; f < LF_NAIVE_FORECASTERS; f++)
		{
			const lf_score *score = &r.fit.judge.scores[j * LF_FORECASTERS + f];
			/* the network forecast nine windows at once, and rounds otherwise for one */
			double		tolerance = f == LF_NETWORK ? 1e-5 : TOLERANCE;

			good = good && (f != LF_REPEAT_LAST ||
							fabs(lf_score_variance(score) - lf_score_variance(&expected[j][f])) < 1e-3);
			good = good && score->count == 36 &&
				fabs(lf_score_mae(score) - lf_score_mae(&expected[j][f])) < tolerance &&
				fabs(lf_score_rmse(score) - lf_score_rmse(&expected[j][f])) < tolerance;
		}
	ok(good, "the network and the baselines are scored on the held-out windows");
	ok(r.fit.judge.scores[LF_THETA].count == 0 && r.fit.judge.scores[LF_FORECASTERS + LF_ETS].count == 0,
	   "partners that nobody asked for have no scores");
	fit_rig_close(&r);
}

#define ERROR_STEPS 100
#define ERROR_WINDOWS 200

/* How far off each held-out window alone is: error (steps, targets, windows), NaN where rows do not reach. */
static void
measure_errors(fit_rig *r, float *error)
{
	size_t		held = r->fit.split.validation_windows;

	for (size_t i = 0; i < held; i++)
	{
		size_t		w = r->fit.split.validation.first[0] + i;
		double		out[ERROR_STEPS * 2];

		(void) lf_predict_steps(&r->fit.judge.sight.predictor, NULL, w, 1, 1, ERROR_STEPS, out);
		for (size_t k = 0; k < ERROR_STEPS; k++)
			for (size_t j = 0; j < 2; j++)
			{
				size_t		row = lf_window_first_output(&r->task, w) + k;

				error[(k * 2 + j) * held + i] = row >= r->frame.rows ? (float) NAN :
					(float) fabs(out[k * 2 + j] - r->values[row * 2 + (size_t) r->task.target[j]]);
			}
	}
}

/* The errors for intervals, recomputed from single forecasts, at steps within the horizon and past it. */
static void
test_errors(void)
{
	static float error[ERROR_STEPS * 2 * ERROR_WINDOWS];
	static float pooled[ERROR_STEPS * 2 * LF_MAX_ERRORS];
	static int	counts[ERROR_STEPS * 2];
	lf_errors	expected = {.steps = ERROR_STEPS, .most = LF_MAX_ERRORS, .count = counts, .error = pooled};
	const lf_errors *errors;
	bool		good = true;
	bool		other = false;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.frame.rows = 807;			/* 800 windows, of which 200 are held out */
	r.training.epochs = 2;
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit to be measured ends"))
		return;
	errors = &r.fit.judge.errors;
	ok(r.fit.split.validation_windows == ERROR_WINDOWS && errors->steps == ERROR_STEPS && errors->most == LF_MAX_ERRORS,
	   "of 200 windows each step is measured by itself");
	measure_errors(&r, error);
	/* the first two steps have an error more than are kept */
	for (int k = 2; k < ERROR_STEPS; k++)
		for (int j = 0; j < 2; j++)
		{
			const float *kept = errors->error + (k * 2 + j) * errors->most;
			int			below = 0;
			int			count = 0;
			double		middle = lf_errors_half_width(errors, 2, k, j, 0.5);

			for (int i = 0; i < ERROR_WINDOWS; i++)
			{
				float		one = error[(k * 2 + j) * ERROR_WINDOWS + i];

				count += isfinite(one) != 0;
				/* of one window alone the last digits differ */
				below += (double) one <= middle + 1e-5;
			}
			good = good && errors->count[k * 2 + j] == count && count == ERROR_WINDOWS + 1 - k && below == (count + 2) / 2;
			for (int i = 1; i < count; i++)
				good = good && kept[i] >= kept[i - 1];
		}
	ok(good, "errors of all steps are those of the held-out windows, in ascending order");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.frame.rows = 207;			/* 200 windows, of which 50 are held out */
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit with few windows to be measured ends"))
		return;
	errors = &r.fit.judge.errors;
	ok(r.fit.split.validation_windows == 50 && errors->steps == ERROR_STEPS && errors->most == LF_MAX_ERRORS,
	   "of 50 windows all steps are told");
	measure_errors(&r, error);
	/* 50 windows of two steps each are 25.5 one behind the other, of which each counts for 1.7 */
	lf_errors_pool(&expected, 2, error, 50, 25.5 * 1.7);
	for (int i = 0; i < ERROR_STEPS * 2 * LF_MAX_ERRORS; i++)
		good = good && fabs((double) (errors->error[i] - pooled[i])) < 1e-4 * (1e-2 + (double) pooled[i]);
	for (int i = 0; i < ERROR_STEPS * 2; i++)
		good = good && errors->count[i] == LF_MAX_ERRORS;
	lf_errors_pool(&expected, 2, error, 50, 25 * 1.7);
	for (int i = 0; i < ERROR_STEPS * 2 * LF_MAX_ERRORS; i++)
		other = other || fabs((double) (errors->error[i] - pooled[i])) > 1e-4 * (1e-2 + (double) pooled[i]);
	ok(good && other, "they are the errors of the held-out windows, pooled as so many forecasts of their own");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.validation = 0;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.judge.errors.steps == 0 &&
	   isnan(lf_errors_half_width(&r.fit.judge.errors, 2, 0, 0, 0.5)), "where nothing is held out there are no intervals");
	fit_rig_close(&r);

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.task.targets = 1;			/* not what goes in: no feeding back */
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {3}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID}, &r.task, &r.spec);
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.judge.errors.steps == 2, "without recursion the horizon is measured");
	fit_rig_close(&r);
}

/* Trains on the second column with the first as input, rows 20 to 29 and 70 to 74 of the target set to 'filled'. */
static bool
fit_masked(fit_rig *r, bool mask, double filled)
{
	static unsigned char marks[RIG_MOST_ROWS * RIG_COLUMNS / 8 + 1];

	fit_rig_setup(r, LF_VANILLA, 1, 0.1);
	r->task.inputs = r->task.targets = 1;
	r->task.input[0] = 0;
	r->task.target[0] = 1;
	r->training.scale = LF_SCALE_NONE;
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {5}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID}, &r->task, &r->spec);
	memset(marks, 0, sizeof(marks));
	for (size_t row = 20; row < 75; row++)
		if (row < 30 || row >= 70)
		{
			size_t		i = row * RIG_COLUMNS + 1;

			r->values[i] = filled;
			marks[i / 8] |= (unsigned char) (1 << (i % 8));
		}
	r->frame.masked = mask ? marks : NULL;
	return fit_rig_run(r, 0) == LF_FINISHED;
}

/* Whether two fits learned the same and are told to be as good. */
static bool
learned_the_same(const fit_rig *a, const fit_rig *b)
{
	return memcmp(a->fit.trainer.weights, b->fit.trainer.weights, a->fit.network.parameters * sizeof(lf_real)) == 0 &&
		memcmp(a->fit.history, b->fit.history, (size_t) a->fit.epochs * sizeof(lf_epoch)) == 0 &&
		memcmp(&a->fit.judge.scores[LF_NETWORK], &b->fit.judge.scores[LF_NETWORK], sizeof(lf_score)) == 0;
}

static void
test_masked(void)
{
	fit_rig		a;
	fit_rig		b;

	ok(fit_masked(&a, true, 5) && fit_masked(&b, true, -300) && learned_the_same(&a, &b),
	   "what stands in the place of a masked target changes neither weights nor losses nor scores");
	ok(a.fit.judge.scores[LF_NETWORK].count == 2 * (double) a.fit.split.validation_windows - 2 * 5,
	   "targets that are not masked are all scored");
	fit_rig_close(&a);
	fit_rig_close(&b);
	ok(fit_masked(&a, false, 5) && fit_masked(&b, false, -300) && !learned_the_same(&a, &b),
	   "without the mask what stands in the place of a target changes what is learned");
	fit_rig_close(&a);
	fit_rig_close(&b);

	/* a network that stays at 0 or so beside targets of 1000: each known one costs their square, masked ones nothing */
	(void) fit_masked(&a, true, 1000);
	fit_rig_close(&a);
	for (size_t row = 0; row < RIG_ROWS; row++)
		a.values[row * RIG_COLUMNS + 1] = 1000;
	a.training.learning_rate = 1e-10;
	ok(fit_rig_run(&a, 0) == LF_FINISHED && fabs(a.fit.history[0].loss / 1e6 - 1) < 0.01 &&
	   fabs(a.fit.history[0].validation_loss / 1e6 - 1) < 0.01, "losses are means over the known targets");
	fit_rig_close(&a);
}

/* Forecasts past the horizon, against a frame to which forecasts are appended by hand. */
static void
check_recursion(lf_preset preset, int lookback, int horizon, lf_normalize normalize)
{
	enum {STEPS = 11};
	const size_t start = 20;
	const lf_preset_arguments arguments = {.units = {4}, .units_count = 1, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};
	double		rows[(12 + 2 * STEPS) * RIG_COLUMNS];
	double		expected[STEPS * 2];
	double		out[STEPS * 2];
	double		round[12 * 2];
	lf_frame	longer = {.values = rows, .rows = (size_t) lookback, .columns = RIG_COLUMNS};
	bool		good;
	fit_rig		r;

	fit_rig_setup(&r, preset, 1, 0.1);
	r.task.lookback = lookback;
	r.task.horizon = horizon;
	r.training.normalize = normalize;
	r.training.epochs = 2;
	lf_preset_spec(preset, &arguments, &r.task, &r.spec);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a network for %d rows to %d ends training", lookback, horizon))
		return;
	good = lf_predict_steps(&r.fit.judge.sight.predictor, NULL, start, 1, 1, STEPS, out) == LF_OK;

	memcpy(rows, r.values + start * RIG_COLUMNS, (size_t) lookback * RIG_COLUMNS * sizeof(double));
	r.fit.judge.sight.predictor.windows.frame = &longer;
	for (int done = 0; done < STEPS; done += horizon)
	{
		good = good && lf_predict(&r.fit.judge.sight.predictor, NULL, (size_t) done, 1, 1, round) == LF_OK;
		for (int k = 0; k < horizon; k++)
			for (int j = 0; j < 2; j++)
			{
				rows[(lookback + done + k) * RIG_COLUMNS + r.task.target[j]] = round[k * 2 + j];
				if (done + k < STEPS)
					expected[(done + k) * 2 + j] = round[k * 2 + j];
			}
		longer.rows += (size_t) horizon;
	}
	ok(good && memcmp(out, expected, sizeof(out)) == 0, "%d steps past a horizon of %d feed forecasts back, %s",
	   STEPS, horizon, lf_normalize_names[normalize]);
	ok(guarded_intact(&r.block), "forecasts that are fed back stay within their memory");
	fit_rig_close(&r);
}

/* Windows at a distance, several at once, are the single windows. */
static void
test_strides(void)
{
	double		out[4 * 2 * 2];
	double		single[2 * 2];
	double		largest = 0;
	fit_rig		r;

	fit_rig_setup(&r, LF_ENCODER_DECODER, 1, 0.1);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a network to forecast many windows ends training"))
		return;
	ok(lf_predict(&r.fit.judge.sight.predictor, NULL, 3, 7, 4, out) == LF_OK, "four windows, seven rows apart, are forecast");
	for (size_t i = 0; i < 4; i++)
	{
		(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 3 + 7 * i, 1, 1, single);
		for (size_t j = 0; j < 4; j++)
			largest = fmax(largest, fabs(out[i * 4 + j] - single[j]));
	}
	ok(largest < 1e-5, "each of several windows is forecast as if it were alone");
	fit_rig_close(&r);
}

/* Steps from several windows at once are those from each of them, in the frame and beyond the horizon. */
static void
test_many_windows(lf_preset preset, int steps)
{
	enum {WINDOWS = 4, FIRST = 3, STRIDE = 7, MOST_STEPS = 11};
	double		out[WINDOWS * MOST_STEPS * 2];
	double		single[MOST_STEPS * 2];
	double		largest = 0;
	lf_predictor many;
	lf_arena	arena = lf_arena_measure();
	guarded		block;
	fit_rig		r;

	fit_rig_setup(&r, preset, 1, 0.1);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a network to forecast %d steps of many windows ends training", steps))
		return;
	lf_predictor_layout(&many, &arena, &r.fit.network, &r.task, RIG_COLUMNS, WINDOWS, WINDOWS);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_predictor_layout(&many, &arena, &r.fit.network, &r.task, RIG_COLUMNS, WINDOWS, WINDOWS);
	many.windows = r.fit.judge.sight.predictor.windows;
	ok(lf_predict_steps(&many, NULL, FIRST, STRIDE, WINDOWS, steps, out) == LF_OK, "%d steps of %d windows", steps,
	   WINDOWS);
	for (size_t i = 0; i < WINDOWS; i++)
	{
		(void) lf_predict_steps(&r.fit.judge.sight.predictor, NULL, FIRST + STRIDE * i, 1, 1, steps, single);
		for (size_t j = 0; j < (size_t) steps * 2; j++)
			largest = fmax(largest, fabs(out[i * (size_t) steps * 2 + j] - single[j]) / (1 + fabs(single[j])));
	}
	ok(largest < 1e-5, "each of several windows is forecast as if it were alone");
	diag("largest relative difference %.2g", largest);
	ok(guarded_intact(&block) && many.windows.frame == &r.fit.judge.sight.view, "a forecast of many windows stays within its memory and leaves the frame as it was");
	free(block.raw);
	fit_rig_close(&r);
}

/*
 * Independent columns: the weights that a training over both columns found must forecast each of them as a network of
 * one column with these weights does, whose scaler is that column's.
 */
static void
test_independent_columns(void)
{
	const lf_preset_arguments arguments = {.units = {5}, .units_count = 1, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};
	double		both[2 * 2];
	double		one[2];
	double		largest = 0;
	fit_rig		r;

	fit_rig_setup(&r, LF_SEGMENT, 1, 0.1);
	r.task.input[0] = 1;
	r.task.input[1] = 0;
	r.task.independent = true;
	r.training.normalize = LF_NORMALIZE_LAST;
	r.training.batch_size = 40;
	lf_preset_spec(LF_SEGMENT, &arguments, &r.task, &r.spec);
	ok(r.spec.input.dim[1] == 1, "a network of independent columns sees one of them");
	if (!ok(fit_rig_run(&r, 5) == LF_FINISHED, "a network of independent columns is trained on both"))
		return;
	ok(r.fit.split.windows == 73 && r.fit.judge.scores[0].count == 36 && r.fit.judge.scores[LF_FORECASTERS].count == 36,
	   "a window is both columns, and each is scored");
	for (size_t w = 0; w < 20; w++)
	{
		(void) lf_predict(&r.fit.judge.sight.predictor, NULL, w, 1, 1, both);
		for (int c = 0; c < 2; c++)
		{
			lf_task		single = r.task;
			lf_predictor predictor = r.fit.judge.sight.predictor;

			single.inputs = single.targets = 1;
			single.independent = false;
			single.input[0] = single.target[0] = r.task.target[c];
			predictor.windows.task = &single;
			predictor.ranges = r.fit.ranges + c;
			(void) lf_predict(&predictor, NULL, w, 1, 1, one);
			for (int k = 0; k < 2; k++)
				largest = fmax(largest, fabs(both[k * 2 + c] - one[k]));
		}
	}
	ok(largest < 1e-5, "each independent column is forecast as if it were alone");
	diag("largest difference %.2g", largest);
	ok(guarded_intact(&r.block), "training and forecasting independent columns stay within their memory");
	fit_rig_close(&r);

	/* a batch of one window is more samples than its shards hold, and then the forecast takes it in parts */
	r.training.batch_size = 1;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && guarded_intact(&r.block), "batches of one window train as well");
	fit_rig_close(&r);
	r.training.batch_size = LF_MAX_BATCH;
	r.frame.rows = RIG_MOST_ROWS;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.training.batch_size == RIG_MOST_ROWS - 7, "batches of all windows train as well");
	fit_rig_close(&r);
}

static void
test_refusals(void)
{
	volatile sig_atomic_t interrupt = 1;
	double		out[2 * 2];
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.task.horizon = 3;
	ok(fit_rig_plan(&r, 0) == LF_BAD_OUTPUT, "a network that does not serve the task is refused");
	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.spec.count = 0;
	ok(fit_rig_plan(&r, 0) == LF_NO_LAYERS, "a network without layers is refused");
	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	ok(fit_rig_run(&r, 0) == LF_FINISHED, "a network to be interrupted ends training");
	ok(lf_predict_steps(&r.fit.judge.sight.predictor, &interrupt, 0, 1, 1, 2, out) == LF_INTERRUPTED, "a forecast can be interrupted");
	ok(r.fit.judge.sight.predictor.windows.frame == &r.fit.judge.sight.view, "a forecast that was interrupted can be made again from the same frame");
	fit_rig_close(&r);
}

/* Two series in one frame: a wave of 50 rows, and one of 30 that is a thousand times as large. */
static void
set_up_two(fit_rig *r, size_t start[3], double factor)
{
	fit_rig_setup(r, LF_VANILLA, 1, 0.1);
	for (int i = 50 * RIG_COLUMNS; i < 80 * RIG_COLUMNS; i++)
		r->values[i] = factor * r->values[i] + (factor - 1);
	start[0] = 0;
	start[1] = 50;
	start[2] = 80;
	r->frame.series = 2;
	r->frame.start = start;
}

static void
test_two_series(void)
{
	size_t		start[3];
	size_t		other_start[3];
	lf_frame	second;
	lf_scaler	known;
	bool		good = true;
	fit_rig		a;
	fit_rig		b;

	set_up_two(&a, start, 1);
	set_up_two(&b, other_start, 1000);
	if (!ok(fit_rig_run(&a, 0) == LF_FINISHED && fit_rig_run(&b, 7) == LF_FINISHED && guarded_intact(&b.block),
			"fits of two series end"))
		return;
	ok(b.fit.split.windows == 43 + 23 && b.fit.split.validation_windows == 10 + 5 && b.fit.split.train_windows == 32 + 17,
	   "each of two series holds out its newest windows");
	second = lf_frame_of(&b.frame, 1);
	known = lf_scaler_of_column(LF_SCALE_STANDARD, &second, &(lf_task) {0}, NULL, 1, 0, 18 + 6, NULL);
	ok(b.fit.scaler[2 + 1].offset == known.offset && b.fit.scaler[2 + 1].scale == known.scale,
	   "each of two series is scaled by its own rows before the held-out ones");
	for (size_t i = 0; i < a.fit.network.parameters; i++)
		good = good && fabs((double) (a.fit.trainer.weights[i] - b.fit.trainer.weights[i])) < 1e-3;
	ok(good, "how large the numbers of a series are does not matter to the network");
	for (int f = 0; f < 2 * LF_FORECASTERS; f++)
		good = good && a.fit.judge.scores[f].count == b.fit.judge.scores[f].count &&
			fabs(a.fit.judge.scores[f].absolute - b.fit.judge.scores[f].absolute) <= 1e-3 * a.fit.judge.scores[f].absolute;
	ok(good && b.fit.judge.scores[LF_NETWORK].count == 15 * 2, "how large the numbers of a series are does not matter to its scores, nor to those of the baselines");
	for (int k = 0; k < LF_MAX_ERRORS; k++)
		good = good && fabs((double) (a.fit.judge.errors.error[k] - b.fit.judge.errors.error[k])) < 1e-3;
	ok(good && b.fit.judge.measured_windows == 15 && b.fit.judge.errors.count[0] == LF_MAX_ERRORS, "how large the numbers of a series are does not matter to what is measured for intervals");
	fit_rig_close(&a);
	fit_rig_close(&b);
}

/* What errors are divided by where several series are counted together. */
static void
test_units(void)
{
	const lf_scaler scaler = {.offset = 5, .scale = 3};
	double		values[40];
	lf_frame	frame = {.values = values, .rows = 40, .columns = 1};
	size_t		start[] = {0, RIG_ROWS};
	fit_rig		r;

	for (int i = 0; i < 40; i++)
		values[i] = i % 4 + (i >= 20 ? 0.5 : 0);
	/* the step between the 20th and the 21st row is seen by four of the 36 differences */
	ok(fabs(lf_error_scale(&frame, 0, 40, 4, scaler) - 0.5 * 4 / 36) < 1e-12, "the unit is the seasonal naive error");
	ok(lf_error_scale(&frame, 0, 20, 4, scaler) == 3, "the unit of a series that repeats itself is its scale");
	for (int i = 0; i < 40; i++)
		values[i] = sin(2 * 3.14159265358979323846 * i / 4.0);
	ok(lf_error_scale(&frame, 0, 40, 4, scaler) == 3, "the unit of a series that repeats itself but for the last digits is its scale");
	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.error_scale[0] == 1,
	   "one series without a name has errors in units of its columns");
	fit_rig_close(&r);
	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.frame.series = 1;
	r.frame.start = start;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.error_scale[0] != 1 && r.fit.error_scale[0] > 0, "with a name it is one of many");
	fit_rig_close(&r);
}

/* Whatever stands in the other series, in which no window of this one reaches. */
static void
test_series_apart(void)
{
	size_t		start[3];
	double		out[2 * 2];
	double		again[2 * 2];
	fit_rig		r;

	set_up_two(&r, start, 1);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit of two series ends"))
		return;
	r.fit.judge.view = lf_frame_of(&r.frame, 1);
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 0, 1, 1, out);
	for (int i = 0; i < 50 * RIG_COLUMNS; i++)
		r.values[i] = (double) NAN;
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 0, 1, 1, again);
	ok(memcmp(out, again, sizeof(out)) == 0 && isfinite(out[0]), "a forecast of one series does not see the other");
	fit_rig_close(&r);
}

/* Forecasts fed back by hand, one round after the other, beside a column that is given for all rows. */
static void
test_given(void)
{
	enum {STEPS = 7};
	double		out[STEPS];
	double		expected[STEPS];
	double		largest = 0;
	lf_preset_arguments arguments = {.units = {5}, .units_count = 1, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.task = (lf_task) {
		.lookback = 6, .horizon = 2, .lead = 1, .inputs = 3, .targets = 1, .input = {0, 1, 1}, .target = {0},
		.ahead = {0, 0, 2}, .kind = {LF_COLUMN_MEASURED, LF_COLUMN_KNOWN},
	};
	lf_preset_spec(LF_VANILLA, &arguments, &r.task, &r.spec);
	ok(lf_task_is_autoregressive(&r.task) && lf_task_reach(&r.task) == 2, "what is given need not be forecast");
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit with a column known ahead ends"))
		return;
	(void) lf_predict_steps(&r.fit.judge.sight.predictor, NULL, 60, 1, 1, STEPS, out);
	for (int done = 0; done < STEPS; done += 2)
	{
		double		some[2];

		(void) lf_predict(&r.fit.judge.sight.predictor, NULL, (size_t) (60 + done), 1, 1, some);
		for (int k = 0; k < 2 && done + k < STEPS; k++)
		{
			expected[done + k] = some[k];
			r.values[(66 + done + k) * RIG_COLUMNS] = some[k];
		}
	}
	for (int k = 0; k < STEPS; k++)
		largest = fmax(largest, fabs(out[k] - expected[k]));
	ok(largest < 1e-9, "steps past the horizon see what is given for them");
	r.values[67 * RIG_COLUMNS + 1] += 1;
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 60, 1, 1, expected);
	ok(fabs(expected[1] - out[1]) > 1e-6, "the first steps see what is given for the last of them");

	/* where the frame ends, the last row stands for those that are not there */
	(void) lf_predict_steps(&r.fit.judge.sight.predictor, NULL, 74, 1, 1, STEPS, out);
	for (int i = 80; i < 100; i++)
		r.values[i * RIG_COLUMNS + 1] = r.values[79 * RIG_COLUMNS + 1];
	r.fit.judge.view.rows = 100;
	(void) lf_predict_steps(&r.fit.judge.sight.predictor, NULL, 74, 1, 1, STEPS, expected);
	ok(memcmp(out, expected, sizeof(out)) == 0 && guarded_intact(&r.block), "no row behind the frame is read");
	fit_rig_close(&r);
}

/* Forecasts of several members are the mean of what each says alone; each is trained as if it were alone. */
static void
test_members(void)
{
	double		together[2 * 2];
	double		sum[2 * 2] = {0};
	double		largest = 0;
	size_t		parameters;
	fit_rig		r;
	fit_rig		alone;

	fit_rig_setup(&r, LF_STACKED, 1, 0.1);
	r.training.members = 3;
	r.training.refit = true;
	if (!ok(fit_rig_run(&r, 5) == LF_FINISHED && guarded_intact(&r.block), "an ensemble of three ends training"))
		return;
	parameters = r.fit.network.parameters;
	fit_rig_setup(&alone, LF_STACKED, 1, 0.1);
	alone.training.refit = true;
	ok(fit_rig_run(&alone, 0) == LF_FINISHED &&
	   memcmp(alone.fit.trainer.weights, r.fit.weights, parameters * sizeof(lf_real)) == 0,
	   "the first member of an ensemble is the network that it would be alone");
	ok(memcmp(r.fit.weights, r.fit.weights + parameters, parameters * sizeof(lf_real)) != 0 &&
	   memcmp(r.fit.weights + parameters, r.fit.weights + 2 * parameters, parameters * sizeof(lf_real)) != 0,
	   "the other members of an ensemble are other networks");
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 40, 1, 1, together);
	for (int m = 0; m < 3; m++)
	{
		double		one[2 * 2];
		lf_predictor single = r.fit.judge.sight.predictor;

		single.members = 1;
		single.weights += (size_t) m * parameters;
		(void) lf_predict(&single, NULL, 40, 1, 1, one);
		for (int i = 0; i < 4; i++)
			sum[i] += one[i];
	}
	for (int i = 0; i < 4; i++)
		largest = fmax(largest, fabs(sum[i] / 3 - together[i]));
	ok(largest < 1e-5, "the forecast of an ensemble is the mean of its members'");
	diag("largest difference %.2g", largest);
	fit_rig_close(&r);
	fit_rig_close(&alone);
}

/* Members that are trained side by side are those that would be trained one after the other. */
static void
test_lanes(void)
{
	lf_thread_pool		pool;
	fit_rig		r;
	fit_rig		one;

	fit_rig_setup(&one, LF_STACKED, 1, 0.1);
	one.training.members = 5;
	one.training.refit = true;
	ok(fit_rig_run(&one, 0) == LF_FINISHED && one.fit.slots == 1, "five members take one slot where no more are given");
	lf_thread_pool_start(&pool, 3);
	for (int slots = 2; slots <= 7; slots++)
		for (int every = 0; every <= 3; every += 3)
		{
			size_t		bytes = 5 * one.fit.network.parameters * sizeof(lf_real);

			fit_rig_setup(&r, LF_STACKED, 1, 0.1);
			r.training.members = 5;
			r.training.refit = true;
			r.slots = slots;
			r.pool = slots == 4 ? NULL : &pool;
			ok(fit_rig_run(&r, every) == LF_FINISHED && guarded_intact(&r.block) && r.fit.slots == (slots < 5 ? slots : 5) &&
			   memcmp(r.fit.weights, one.fit.weights, bytes) == 0 && r.fit.epochs == one.fit.epochs &&
			   memcmp(r.fit.judge.scores, one.fit.judge.scores, LF_FORECASTERS * sizeof(lf_score)) == 0,
			   "in %d slots%s five members are the same", slots, every > 0 ? ", with interrupts," : "");
			fit_rig_close(&r);
		}
	fit_rig_setup(&r, LF_STACKED, 1, 0.1);
	r.training = one.training;
	r.training.learning_rate = 1e200;	/* whose square is beyond a double */
	r.training.clip_norm = 0;
	r.slots = 3;
	r.pool = &pool;
	ok(fit_rig_run(&r, 0) == LF_DIVERGED && r.fit.latest->epoch < 8, "a member that diverges is the end of all");
	fit_rig_close(&r);
	lf_thread_pool_stop(&pool);
	fit_rig_close(&one);
}

/* By a clock that goes on by one second with each call, which is one mini-batch. */
static void
test_time_limit(void)
{
	double		all;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
	r.training.refit = true;
	r.second = 1;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && !r.fit.cut_short && r.fit.epochs == 8, "without a limit all epochs are done");
	all = r.end;
	fit_rig_close(&r);

	r.training.max_seconds = 2 * all;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && !r.fit.cut_short && r.end == all, "a time limit that is not reached changes nothing");
	fit_rig_close(&r);

	/* 54 windows are 6 batches and 2 of validation, 73 windows 9 */
	r.training.max_seconds = all / 2;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.cut_short && r.fit.epochs > 1 && r.fit.epochs < 8 &&
	   r.fit.first_epochs <= r.fit.best_epoch, "half the time is enough for some epochs");
	diag("%d epochs, then %d", r.fit.epochs, r.fit.first_epochs);
	ok(r.end > 0.7 * all / 2 && r.end < all / 2 + 10, "half the time is what the training takes: %g of %g", r.end, all / 2);
	fit_rig_close(&r);

	r.training.max_seconds = 2;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.epochs == 1 && r.fit.first_epochs == 1 && lf_fit_is_finite(&r.fit),
	   "two seconds end in the middle of the first epoch, which counts");
	fit_rig_close(&r);

	r.training.members = 3;
	r.training.max_seconds = 1.5 * all;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.cut_short && r.fit.trained == 3 && r.fit.member_epoch[2] > 1 &&
	   r.end < 1.5 * all + 20, "members share the time");
	fit_rig_close(&r);
}

/* Noise around a season: the network can at best be mixed with the mean of the seasons. */
static void
test_blend(void)
{
	double		out[2 * 2];
	double		blended[2 * 2];
	bool		good = true;
	fit_rig		r;

	fit_rig_setup(&r, LF_VANILLA, 0, 1);
	r.frame.rows = 207;
	r.task.lookback = 9;
	r.task.season = 3;
	r.spec.input.dim[0] = 9;
	r.training.blend = true;
	if (!ok(fit_rig_run(&r, 3) == LF_FINISHED && guarded_intact(&r.block), "a blended fit ends"))
		return;
	for (int j = 0; j < 2; j++)
	{
		good = good && r.fit.judge.blend[j].with != LF_NETWORK && r.fit.judge.blend[j].weight < 0.9;
		diag("with %s, weight %.2g", lf_forecaster_keys[r.fit.judge.blend[j].with], r.fit.judge.blend[j].weight);
	}
	ok(good, "of noise a plain forecast is mixed in");
	r.fit.judge.sight.predictor.blend = NULL;
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 50, 1, 1, out);
	r.fit.judge.sight.predictor.blend = r.fit.judge.blend;
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 50, 1, 1, blended);
	for (int k = 0; k < 2; k++)
		for (int j = 0; j < 2; j++)
		{
			lf_blend	b = r.fit.judge.blend[j];
			double		base = lf_window_baseline(b.with, &r.frame, &r.task, 50, r.task.target[j], k);

			good = good && fabs(blended[k * 2 + j] - (b.weight * out[k * 2 + j] + (1 - b.weight) * base)) < 1e-9;
		}
	ok(good, "the forecast is what the weight makes of both");
	r.values[49 * RIG_COLUMNS] += 100;
	r.values[59 * RIG_COLUMNS] += 100;
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 50, 1, 1, out);
	ok(memcmp(out, blended, sizeof(out)) == 0, "no row outside the window has a part in it");
	/* each half is scored by what the other taught */
	ok(memcmp(&r.fit.judge.crossed[0][0], &r.fit.judge.crossed[1][0], sizeof(lf_blend)) != 0, "scores do not fit themselves");
	fit_rig_close(&r);
}

/* Weights by hand: y is half of the network and half of the last value. */
static void
test_blend_weights(void)
{
	lf_blend_sums sums = {0};
	lf_blend	blend;

	for (int i = 0; i < 20; i++)
	{
		double		network = sin(i);
		double		last = cos(3 * i);

		lf_blend_add(&sums, LF_REPEAT_LAST, last, network, 0.25 * network + 0.75 * last);
		lf_blend_add(&sums, LF_MEAN, 0, network, 0.25 * network + 0.75 * last);
		lf_blend_add(&sums, LF_DRIFT, i == 3 ? (double) NAN : 0.25 * network + 0.75 * last, network,
					 0.25 * network + 0.75 * last);
	}
	blend = lf_blend_fit(&sums);
	ok(blend.with == LF_REPEAT_LAST && fabs(blend.weight - 0.25) < 1e-9,
	   "the weight is found, and a baseline that is silent at times is not taken");
	memset(&sums, 0, sizeof(sums));
	for (int i = 0; i < 20; i++)
		lf_blend_add(&sums, LF_REPEAT_LAST, cos(3 * i), sin(i), sin(i));
	ok(lf_blend_fit(&sums).with == LF_NETWORK, "what is right is left alone");
	memset(&sums, 0, sizeof(sums));
	ok(lf_blend_fit(&sums).with == LF_NETWORK, "a network is left alone where nothing is known of it");
}

/* A training that begins with weights and a scaling keeps both where it has no epochs, and measures them. */
static void
test_measure(void)
{
	fit_rig		one;
	fit_rig		r;
	lf_scaler	given[RIG_COLUMNS] = {{.offset = 0.25, .scale = 3}, {.offset = 0, .scale = 0}};
	size_t		bytes;

	fit_rig_setup(&one, LF_STACKED, 1, 0.1);
	(void) fit_rig_run(&one, 0);
	bytes = one.fit.network.parameters * sizeof(lf_real);
	for (int refit = 0; refit < 2; refit++)
	{
		double		mae[2];

		for (int scaled = 0; scaled < 2; scaled++)
		{
			lf_status	status;

			fit_rig_setup(&r, LF_STACKED, 1, 0.1);
			r.training.epochs = 0;
			r.training.refit = refit == 1;
			(void) fit_rig_plan(&r, 0);
			lf_fit_start(&r.fit, &r.frame, &r.task, 9);
			r.fit.from = one.fit.trainer.weights;
			r.fit.from_members = 1;
			r.fit.given = scaled == 1 ? given : NULL;
			do
				status = lf_fit_step(&r.fit, NULL);
			while (status == LF_OK || status == LF_EPOCH_DONE || status == LF_SCORED);
			mae[scaled] = lf_score_mae(&r.fit.judge.scores[LF_NETWORK]);
			ok(status == LF_FINISHED && guarded_intact(&r.block) && r.fit.epochs == 0 &&
			   memcmp(r.fit.trainer.weights, one.fit.trainer.weights, bytes) == 0, "no epochs leave the weights%s%s",
			   scaled == 1 ? ", with a scaling" : "", refit == 1 ? ", trained once more" : "");
			if (scaled == 1)
				ok(r.fit.scaler[0].offset == 0.25 && r.fit.scaler[0].scale == 3 && r.fit.scaler[1].scale > 1,
				   "a scaling that is given stays, and what it leaves open is that of the rows");
			fit_rig_close(&r);
		}
		ok(mae[0] == lf_score_mae(&one.fit.judge.scores[LF_NETWORK]) && mae[1] != mae[0],
		   "what is measured are the errors of these weights with this scaling");
	}
	fit_rig_close(&one);
}

/* A fit hands out its score before it goes on, so that plans can be compared without a training on all rows. */
static void
test_stops_when_scored(void)
{
	fit_rig		whole;
	fit_rig		stopped;
	lf_status	status;
	int			scored = 0;

	fit_rig_setup(&whole, LF_VANILLA, 1, 0.25);
	ok(fit_rig_run(&whole, 0) == LF_FINISHED, "a fit that goes on to its end finishes");
	fit_rig_setup(&stopped, LF_VANILLA, 1, 0.25);
	(void) fit_rig_plan(&stopped, 0);
	lf_fit_start(&stopped.fit, &stopped.frame, &stopped.task, 9);
	do
		status = lf_fit_step(&stopped.fit, NULL);
	while (status == LF_OK || status == LF_EPOCH_DONE);
	ok(status == LF_SCORED, "a fit says when its held-out windows are scored");
	ok(stopped.fit.judge.scores[LF_NETWORK].count > 0 &&
	   memcmp(stopped.fit.judge.scores, whole.fit.judge.scores, 2 * LF_FORECASTERS * sizeof(lf_score)) == 0,
	   "the scores that are handed out are those of the whole fit");
	ok(stopped.fit.judge.phase == LF_JUDGE_MEASURE && stopped.fit.phase == LF_FIT_JUDGE, "nothing is trained on all windows yet");
	while (status != LF_FINISHED)
	{
		status = lf_fit_step(&stopped.fit, NULL);
		scored += status == LF_SCORED;
	}
	ok(scored == 0 && memcmp(stopped.fit.trainer.weights, whole.fit.trainer.weights,
							 whole.fit.network.parameters * sizeof(lf_real)) == 0, "a fit that goes on is as if it had not stopped");
	fit_rig_close(&whole);
	fit_rig_close(&stopped);
}

int
main(void)
{
	test_stops_when_scored();
	for (int i = 0; i < LF_PRESETS; i++)
		test_memory((lf_preset) i);
	test_split();
	test_scores();
	test_errors();
	test_masked();
	for (int i = 0; i < LF_NORMALIZES; i++)
	{
		check_recursion(LF_VANILLA, 6, 2, (lf_normalize) i);
		check_recursion(LF_ENCODER_DECODER, 2, 5, (lf_normalize) i);	/* forecasts replace the whole window */
		check_recursion(LF_STACKED, 3, 1, (lf_normalize) i);
		check_recursion(LF_SEGMENT, 6, 4, (lf_normalize) i);
	}
	test_strides();
	for (int steps = 1; steps <= 11; steps += 5)
		test_many_windows(LF_STACKED, steps);
	test_many_windows(LF_ENCODER_DECODER, 2);
	test_many_windows(LF_ENCODER_DECODER, 7);
	test_many_windows(LF_SEGMENT, 7);
	test_independent_columns();
	test_refusals();
	test_two_series();
	test_units();
	test_series_apart();
	test_given();
	test_members();
	test_lanes();
	test_time_limit();
	test_blend();
	test_blend_weights();
	test_measure();
	return done_testing();
}
