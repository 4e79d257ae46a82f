/*
 * judge_test.c: what is held out is judged fairly: by what has not seen it, in all its parts, and nothing twice.
 */
#include "fit_rig.h"
#include "judging/pooled.h"
#include "tap.h"

#define MANY 4300				/* rows, where those of the rig are too few */

static double many[MANY * RIG_COLUMNS];

/* A column that is forecast from itself, in a frame of so many rows of 'many'. */
static void
set_up_one(fit_rig *r, size_t rows)
{
	fit_rig_setup(r, LF_VANILLA, 0, 1);
	r->task.lookback = 1;
	r->task.horizon = 1;
	r->task.inputs = r->task.targets = 1;
	r->task.input[0] = r->task.target[0] = 0;
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {2}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID}, &r->task, &r->spec);
	r->training.epochs = 1;
	r->training.batch_size = 64;
	r->training.scale = LF_SCALE_NONE;
	r->frame = (lf_frame) {.values = many, .rows = rows, .columns = 1};
}

/* 200 windows, of which 50 are held out: noise, and in the newer half of these a level that stays. */
static void
set_up_blend(fit_rig *r)
{
	fit_rig_setup(r, LF_VANILLA, 0, 1);
	r->frame.rows = 207;
	r->task.lookback = 9;
	r->task.season = 3;
	r->spec.input.dim[0] = 9;
	for (int i = 181; i < 207; i++)
		r->values[i * RIG_COLUMNS] = 2 + 0.01 * i + 0.2 * r->values[i * RIG_COLUMNS];
	r->training.blend = true;
}

/* Each window forecast by hand, in the halves of what is held out: what a blend is fitted on, scores and intervals. */
static void
test_halves(void)
{
	lf_blend_sums sums[2][2];
	lf_blend	own[2][2];
	float		error[2][2][2][60];	/* by a blend, a step and a target */
	double		absolute[2] = {0};	/* by the blend of the other half, and by that of the own */
	static float kept[100 * 2 * LF_MAX_ERRORS];
	static int	counts[100 * 2];
	lf_errors	pooled = {.most = LF_MAX_ERRORS, .count = counts, .error = kept};
	bool		as_other = true;
	bool		as_own = true;
	bool		apart = true;
	size_t		held;
	size_t		first;
	fit_rig		r;

	memset(sums, 0, sizeof(sums));
	set_up_blend(&r);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.split.validation_windows < 60, "a blended fit of two halves ends"))
		return;
	held = r.fit.split.validation_windows;
	first = r.fit.split.validation.first[0];
	for (int turn = 0; turn < 2; turn++)
	{
		for (size_t i = 0; i < held; i++)
		{
			int			half = i >= held / 2;
			double		out[2 * 2];
			size_t		row = lf_window_first_output(&r.task, first + i);

			for (int by = 0; by < 1 + turn; by++)
			{
				r.fit.judge.sight.predictor.blend = turn == 0 ? NULL : own[by == 0 ? !half : half];
				(void) lf_predict(&r.fit.judge.sight.predictor, NULL, first + i, 1, 1, out);
				for (size_t k = 0; k < 2; k++)
					for (size_t j = 0; j < 2; j++)
					{
						int			column = r.task.target[j];
						double		actual = r.values[(row + k) * RIG_COLUMNS + (size_t) column];

						for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS && turn == 0; f++)
							lf_blend_add(&sums[half][j], (lf_forecaster) f,
										 lf_window_baseline((lf_forecaster) f, &r.frame, &r.task, first + i, column, (int) k),
										 out[k * 2 + j], actual);
						error[by][k][j][i] = (float) fabs(out[k * 2 + j] - actual);
						absolute[by] += turn == 0 || j > 0 ? 0 : fabs(out[k * 2 + j] - actual);
					}
			}
		}
		for (int half = 0; half < 2 && turn == 0; half++)
			for (int j = 0; j < 2; j++)
				own[half][j] = lf_blend_fit(&sums[half][j]);
	}
	ok(own[0][1].with != own[1][1].with || fabs(own[0][1].weight - own[1][1].weight) > 0.05,
	   "the halves of this series teach different blends");
	for (int half = 0; half < 2; half++)
		for (int j = 0; j < 2; j++)
			apart = apart && r.fit.judge.crossed[half][j].with == own[!half][j].with &&
				fabs(r.fit.judge.crossed[half][j].weight - own[!half][j].weight) < 1e-4;
	ok(apart, "the blend that judges a half is fitted on the other half");
	ok(fabs(r.fit.judge.scores[LF_NETWORK].absolute - absolute[0]) < 1e-3, "the scores of a blend are those of what the other half taught");
	ok(fabs(absolute[1] - absolute[0]) > 0.1, "scores of this series by what their own half taught would be others");
	diag("%g by the other half, %g by their own", absolute[0], absolute[1]);
	for (size_t k = 0; k < 2; k++)
		for (size_t j = 0; j < 2; j++)
		{
			const float *measured = r.fit.judge.measured + (k * 2 + j) * held;

			for (size_t i = 0; i < held; i++)
			{
				as_other = as_other && fabsf(measured[i] - error[0][k][j][i]) < 1e-4f;
				as_own = as_own && fabsf(measured[i] - error[1][k][j][i]) < 1e-4f;
			}
		}
	ok(as_other && !as_own, "the errors that intervals are made of are those of what the other half taught");
	pooled.steps = r.fit.judge.errors.steps;
	/* each of two steps, of which one counts for 1.7 */
	lf_errors_pool(&pooled, 2, r.fit.judge.measured, held, 1.7 * (double) (held + 1) / 2);
	ok(pooled.steps == 100 &&
	   memcmp(pooled.error, r.fit.judge.errors.error, 100 * 2 * LF_MAX_ERRORS * sizeof(float)) == 0, "intervals are made of these, pooled");
	fit_rig_close(&r);
}

/* Of more windows than are measured, a share of each part of what is held out. */
static void
test_spread(void)
{
	lf_random	random = lf_random_seed(5);
	const lf_errors *errors;
	size_t		held;
	fit_rig		r;

	/* 4299 windows, of which 1074 are held out; the newest 300 rows are a hundred times as wild */
	for (int i = 0; i < MANY; i++)
		many[i] = lf_random_normal(&random) * (i < MANY - 300 ? 0.01 : 1);
	set_up_one(&r, MANY);
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED, "a fit of thousands of rows ends"))
		return;
	errors = &r.fit.judge.errors;
	held = r.fit.split.validation_windows;
	ok(held > 1024 && r.fit.judge.measured_windows == 512, "512 windows are measured, of twice as many or more");
	/* 774 of 1074 are calm: .72 */
	ok(lf_errors_half_width(errors, 1, 0, 0, 0.66) < 0.2, "windows that are measured are not the newest alone");
	ok(lf_errors_half_width(errors, 1, 0, 0, 0.85) > 0.2, "windows that are measured are not the oldest alone");
	diag("half-widths %g and %g", lf_errors_half_width(errors, 1, 0, 0, 0.66), lf_errors_half_width(errors, 1, 0, 0, 0.85));
	fit_rig_close(&r);

	for (int i = 0; i < MANY; i++)
		many[i] = 0.01 * lf_random_normal(&random);
	many[MANY - 1] = 50;
	set_up_one(&r, MANY);
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.judge.measured[r.fit.judge.measured_windows - 1] > 40,
	   "the newest window is one of those that are measured");
	fit_rig_close(&r);
}

/* The last row of both columns is an output and no input: masked, it counts for nothing, whatever stands there. */
static bool
fit_masked_end(fit_rig *r, bool mask, double filled)
{
	static unsigned char marks[RIG_MOST_ROWS * RIG_COLUMNS / 8 + 1];

	set_up_blend(r);
	r->training.scale = LF_SCALE_NONE;
	memset(marks, 0, sizeof(marks));
	for (size_t column = 0; column < RIG_COLUMNS; column++)
	{
		r->values[206 * RIG_COLUMNS + column] = filled;
		lf_mask_set(marks, 206 * RIG_COLUMNS + column);
	}
	r->frame.masked = mask ? marks : NULL;
	return fit_rig_run(r, 0) == LF_FINISHED;
}

/* Errors that were measured of a step of the first target: how many, and the largest. */
static size_t
known_errors(const fit_rig *r, size_t step, double *largest)
{
	size_t		n = r->fit.judge.measured_windows;
	size_t		known = 0;

	*largest = 0;
	for (size_t i = 0; i < n; i++)
	{
		float		error = r->fit.judge.measured[step * 2 * n + i];

		known += isfinite(error) != 0;
		*largest = isfinite(error) ? fmax(*largest, (double) error) : *largest;
	}
	return known;
}

static void
test_masked(void)
{
	double		largest;

	fit_rig		a;
	fit_rig		b;

	ok(fit_masked_end(&a, true, 5) && fit_masked_end(&b, true, -300) &&
	   memcmp(a.fit.judge.sums[1], b.fit.judge.sums[1], 2 * sizeof(lf_blend_sums)) == 0 &&
	   memcmp(a.fit.judge.blend, b.fit.judge.blend, 2 * sizeof(lf_blend)) == 0,
	   "what stands in the place of a masked value has no part in the weights of a blend");
	ok(known_errors(&a, 0, &largest) == a.fit.split.validation_windows &&
	   known_errors(&b, 1, &largest) == b.fit.split.validation_windows - 1 && largest < 100, "a masked value gives no error for intervals");
	fit_rig_close(&a);
	fit_rig_close(&b);
	ok(fit_masked_end(&a, false, 5) && fit_masked_end(&b, false, -300) &&
	   memcmp(a.fit.judge.sums[1], b.fit.judge.sums[1], 2 * sizeof(lf_blend_sums)) != 0 &&
	   known_errors(&b, 1, &largest) == b.fit.split.validation_windows && largest > 100, "the same value counts where it is not masked");
	fit_rig_close(&a);
	fit_rig_close(&b);
}

/* Trains on noise, whose best epoch comes early, and then on all of it. Returns whether the held-out part chose. */
static bool
chooses(fit_rig *r, size_t series, size_t rows_each, int horizon, double share)
{
	static size_t start[100];
	lf_random	random = lf_random_seed(9);
	bool		chosen;

	for (int i = 0; i < MANY; i++)
		many[i] = lf_random_normal(&random);
	set_up_one(r, series * rows_each);
	r->task.horizon = horizon;
	r->task.lookback = 6;
	lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {5}, .units_count = 1, .activation = LF_TANH,
				   .recurrent_activation = LF_SIGMOID}, &r->task, &r->spec);
	for (size_t s = 0; s <= series; s++)
		start[s] = s * rows_each;
	if (series > 1)
	{
		r->frame.series = series;
		r->frame.start = start;
	}
	r->training.refit = true;
	r->training.epochs = 40;
	r->training.batch_size = 16;
	r->training.learning_rate = 0.02;
	r->training.validation = share;
	if (fit_rig_run(r, 0) != LF_FINISHED)
		return false;
	diag("%zu windows, %zu train, %zu are held out: %d epochs, then %d", r->fit.split.windows, r->fit.split.train_windows,
		 r->fit.split.validation_windows, r->fit.epochs, r->fit.trainer.epoch);
	chosen = r->fit.trainer.epoch < 40;
	fit_rig_close(r);
	return chosen;
}

static void
test_choice_of_epochs(void)
{
	fit_rig		r;

	ok(chooses(&r, 1, 6 + 200, 1, 0.25), "the held-out part of 200 windows chooses the number of epochs");
	ok(!chooses(&r, 1, 6 + 199, 1, 0.25), "the held-out part of 199 windows does not choose the number of epochs");
	ok(r.fit.best_epoch == 40, "where nothing is chosen, what is scored is trained for all epochs, like what is kept");
	ok(chooses(&r, 1, 35 + 260, 30, 0.25), "a held-out part of two horizons chooses the number of epochs");
	ok(!chooses(&r, 1, 35 + 236, 30, 0.25), "a held-out part of less than two horizons does not choose the number of epochs");
	/* 19 rows are 8 windows: 2 are held out, 5 lie in the gap, 1 trains */
	ok(!chooses(&r, 40, 19, 6, 0.25), "of many short series whose windows lie in the gaps nothing chooses the number of epochs");
	ok(chooses(&r, 1, 6 + 200 + 1, 2, 0.49) && !chooses(&r, 1, 6 + 200 + 1, 2, 0.5),
	   "half of the windows must train, or the number of epochs is not chosen");
}

/* Members of noise, each with a best epoch of its own. */
static void
test_members(void)
{
	lf_real	   *from;
	size_t		parameters;
	lf_status	status = LF_OK;
	fit_rig		r;

	fit_rig_setup(&r, LF_STACKED, 0, 1);
	r.frame.rows = 207;
	r.training.members = 3;
	r.training.learning_rate = 0.002;
	r.training.epochs = 30;
	r.training.refit = true;
	ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.member_epoch[2] != r.fit.member_epoch[0] &&
	   r.fit.trainer.epoch == r.fit.member_epoch[2], "each member is trained again for as many epochs as were best for it");
	diag("%d and %d epochs", r.fit.member_epoch[0], r.fit.member_epoch[2]);
	parameters = r.fit.network.parameters;
	ok(lf_fit_is_finite(&r.fit), "the weights of all members are finite");
	r.fit.weights[3 * parameters - 1] = (lf_real) INFINITY;
	ok(!lf_fit_is_finite(&r.fit), "an infinite weight of the last member is found");
	r.fit.weights[3 * parameters - 1] = 0;

	from = malloc(2 * parameters * sizeof(lf_real));
	memcpy(from, r.fit.weights, 2 * parameters * sizeof(lf_real));
	fit_rig_close(&r);
	r.training.members = 2;
	r.training.epochs = 0;
	(void) fit_rig_plan(&r, 0);
	lf_fit_start(&r.fit, &r.frame, &r.task, 9);
	r.fit.from = from;
	r.fit.from_members = 2;
	do
		status = lf_fit_step(&r.fit, NULL);
	while (status == LF_OK || status == LF_EPOCH_DONE || status == LF_SCORED);
	ok(status == LF_FINISHED && memcmp(r.fit.weights, from, 2 * parameters * sizeof(lf_real)) == 0,
	   "each member goes on from weights of its own");
	fit_rig_close(&r);

	/* the second begins with weights beyond all bounds, in a slot beside the first */
	for (size_t i = parameters; i < 2 * parameters; i++)
		from[i] = (lf_real) (sizeof(lf_real) == sizeof(float) ? 1e38 : 1e300);
	r.training.epochs = 30;
	r.slots = 2;
	(void) fit_rig_plan(&r, 0);
	lf_fit_start(&r.fit, &r.frame, &r.task, 9);
	r.fit.from = from;
	r.fit.from_members = 2;
	status = LF_OK;
	for (int step = 0; step < 10000 && (status == LF_OK || status == LF_EPOCH_DONE || status == LF_SCORED); step++)
		status = lf_fit_step(&r.fit, NULL);
	ok(status == LF_DIVERGED && r.fit.latest_member == 1, "a member that diverges ends the training, and is named");
	fit_rig_close(&r);
	free(from);
}

/* What is known of held-out rows may not change what they are judged by. */
static void
test_unknown(void)
{
	size_t		start[] = {0, 80};
	double		error_scale = 0;
	double		level[2][3];
	fit_rig		r;

	for (int refit = 0; refit < 2; refit++)
	{
		fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
		r.frame.series = 1;
		r.frame.start = start;
		r.training.refit = refit == 1;
		/* the held-out rows are wilder than all before */
		for (int i = 62; i < 80; i++)
			r.values[i * RIG_COLUMNS] *= 5;
		(void) fit_rig_run(&r, 0);
		if (refit == 0)
			error_scale = r.fit.error_scale[0];
		else
			ok(r.fit.error_scale[0] == error_scale, "errors are measured in the unit of the rows before them, to the end");
		fit_rig_close(&r);
	}

	for (int changed = 0; changed < 2; changed++)
	{
		fit_rig_setup(&r, LF_VANILLA, 1, 0.1);
		r.task.inputs = 1;
		r.task.input[0] = 0;
		r.task.targets = 1;
		r.task.target[0] = 1;
		r.training.normalize = LF_NORMALIZE_LAST;
		lf_preset_spec(LF_VANILLA, &(lf_preset_arguments) {.units = {3}, .units_count = 1, .activation = LF_TANH,
					   .recurrent_activation = LF_SIGMOID}, &r.task, &r.spec);
		for (int i = 62; i < 80 && changed == 1; i++)
			r.values[i * RIG_COLUMNS + 1] *= 7;
		(void) fit_rig_run(&r, 0);
		memcpy(level[changed], r.fit.level_regression, 2 * sizeof(double));
		fit_rig_close(&r);
	}
	ok(memcmp(level[0], level[1], 2 * sizeof(double)) == 0, "the level regression of what is scored knows no held-out row");
}

int
main(void)
{
	test_halves();
	test_spread();
	test_masked();
	test_choice_of_epochs();
	test_members();
	test_unknown();
	return done_testing();
}
