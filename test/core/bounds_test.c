/*
 * bounds_test.c: trained heads: what predictors say of the spread, on the scale of the columns, and intervals of
 * models.
 */
#include "model/bounds.h"
#include "fit_rig.h"
#include "base/quantile.h"
#include "tap.h"

static const double levels[] = {0.1, 0.25, 0.5, 0.9};
#define HORIZON 2

/* A trained network with a head; independent columns, or joint ones. */
static bool
train(fit_rig *r, lf_loss loss, bool independent)
{
	const lf_preset_arguments arguments = {.units = {4}, .units_count = 1, .activation = LF_TANH,
		.recurrent_activation = LF_SIGMOID};

	fit_rig_setup(r, LF_VANILLA, 1, 0.3);
	r->frame.rows = 200;
	r->training.loss = loss;
	r->training.calibrate = true;
	r->training.normalize = LF_NORMALIZE_LAST;
	if (independent)
	{
		r->task.input[0] = 1;
		r->task.input[1] = 0;
		r->task.independent = true;
	}
	r->task.head.kind = lf_loss_head(loss);
	if (loss == LF_QUANTILE)
		(void) lf_head_set_levels(&r->task.head, levels, 4);
	lf_preset_spec(LF_VANILLA, &arguments, &r->task, &r->spec);
	return ok(fit_rig_run(r, 7) == LF_FINISHED, "a network with the loss %s is trained%s, interrupted or not",
			  lf_loss_names[loss], independent ? " on each column by itself" : "");
}

/* The outputs of the network by hand, from the raw ones and the rows: location by part, or 0. */
static double
by_hand(const fit_rig *r, const lf_real *y, size_t w, int k, int j, int part)
{
	const lf_head *head = &r->task.head;
	int			parts = lf_head_parts(head);
	int			place = r->task.independent ? j * HORIZON + k : k * 2 + j;
	int			column = r->task.target[j];
	lf_scaler	s = r->fit.scaler[column];
	double		last = r->values[(w + 5) * RIG_COLUMNS + (size_t) column];
	double		scaled[LF_MAX_LEVELS];

	lf_head_distribution(head, y + place * parts, scaled);
	if (head->kind == LF_HEAD_QUANTILES || part == 0)
		return last + s.scale * scaled[part];
	return part == 1 ? s.scale * scaled[part] : scaled[part];
}

static void
test_predictor(lf_loss loss, bool independent)
{
	static fit_rig r;
	const lf_head *head = &r.task.head;
	double		out[3 * 5 * 2];
	double		kept[3 * HORIZON * 2 * 4];
	double		largest = 0;
	bool		points = true;
	int			parts;

	if (!train(&r, loss, independent))
		return;
	parts = lf_head_parts(head);
	(void) lf_predict(&r.fit.judge.sight.predictor, NULL, 11, 4, 3, out);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < HORIZON; k++)
			for (int j = 0; j < 2; j++)
			{
				int			place = (i * HORIZON + k) * 2 + j;
				const double *found = r.fit.judge.sight.predictor.distribution + place * parts;

				for (int part = 0; part < parts; part++)
					largest = fmax(largest, fabs(found[part] - by_hand(&r, r.fit.judge.sight.predictor.y + i * HORIZON * 2 * parts,
																	   11 + 4 * (size_t) i, k, j, part)));
				points = points && out[place] == lf_head_point(head, found);
			}
	ok(largest < 1e-12, "distributions of a trained network are on the scale of the columns");
	ok(points, "forecasts of a trained network are the points of its distributions");
	memcpy(kept, r.fit.judge.sight.predictor.distribution, (size_t) (3 * HORIZON * 2 * parts) * sizeof(double));
	(void) lf_predict_steps(&r.fit.judge.sight.predictor, NULL, 11, 4, 3, 5, out);
	ok(memcmp(kept, r.fit.judge.sight.predictor.distribution, (size_t) (3 * HORIZON * 2 * parts) * sizeof(double)) == 0,
	   "distributions of the first steps are kept while forecasts are fed back");
	ok(guarded_intact(&r.block), "forecasts of distributions stay within their memory");
	fit_rig_close(&r);
}

/* As many held-out values as promised lie within the intervals that were made of them. */
static void
test_measured(lf_loss loss)
{
	static fit_rig r;
	lf_model	model = {0};
	const lf_errors *errors = &r.fit.judge.errors;
	double		out[HORIZON * 2];
	int			inside = 0;
	int			count = 0;
	bool		none_beyond = true;

	if (!train(&r, loss, false))
		return;
	lf_fit_result(&r.fit, &r.spec, &model);
	for (size_t w = r.fit.split.validation.first[0]; w < r.fit.split.windows; w++)
	{
		(void) lf_predict(&r.fit.judge.sight.predictor, NULL, w, 1, 1, out);
		for (int k = 0; k < HORIZON; k++)
			for (int j = 0; j < 2; j++)
			{
				const double *distribution = r.fit.judge.sight.predictor.distribution + (k * 2 + j) * lf_head_parts(&r.task.head);
				double		actual = r.values[(w + 6 + (size_t) k) * RIG_COLUMNS + (size_t) r.task.target[j]];
				lf_bounded	bounded = {.step = k, .target = j, .forecast = out[k * 2 + j], .error_scale = 1,
					.distribution = distribution};
				double		half_width = lf_bounds_half_width(&model, &bounded, 0.75);
				double		low;
				double		high;

				(void) lf_bounds_interval(&model, &bounded, 0.75, &low, &high);
				count++;
				inside += actual >= low && actual <= high;
				none_beyond = none_beyond &&
					(lf_bounds_nonconformity(&model, &bounded, actual) <= half_width * (1 + 1e-6)) ==
					(actual >= low - 1e-6 && actual <= high + 1e-6);
			}
	}
	/*
	 * of 48 windows the nonconformity score of rank ceil(49 * .75) = 37 is the half-width; that value itself lies on
	 * the edge
	 */
	ok(count == 4 * 48 && errors->count[0] == 48 && inside >= 4 * 36 && inside <= 4 * 37,
	   "%s: of held-out values 75 per cent lie inside", lf_loss_names[loss]);
	diag("%d of %d", inside, count);
	ok(none_beyond, "values inside are those that are less of a nonconformity than the half-width");
	fit_rig_close(&r);
}

static double
half_width(const lf_model *model, const double *distribution, int step, double level)
{
	lf_bounded	bounded = {.step = step, .error_scale = 1, .distribution = distribution};

	return lf_bounds_half_width(model, &bounded, level);
}

static void
test_reach(void)
{
	const double distribution[] = {10, 2};
	float		error[] = {(float) 0.5, 1, 4, 7, 8, 9};
	int			counts[] = {3, 3};
	lf_model	model = {
		.task = {.horizon = 1, .targets = 1, .head = {.kind = LF_HEAD_GAUSSIAN}},
		.training = {.calibrate = true},
		.errors = {.steps = 2, .most = 3, .count = counts, .error = error},
	};
	double		before = 0;
	bool		grows = true;

	ok(half_width(&model, distribution, 0, 0.5) == 1, "a half_width is measured where enough is known");
	ok(half_width(&model, distribution, 0, 0.99) == 4,
	   "where too little is, it is not less than for a lower level");
	ok(half_width(&model, distribution, 0, 0.9999999) == lf_normal_quantile((1 - 0.9999999) / 2),
	   "beyond all measured errors the half-width is the distribution's own");
	for (double level = 0.01; level < 1; level += 0.01)
	{
		double		reach = half_width(&model, distribution, 0, level);

		grows = grows && reach >= before;
		before = reach;
	}
	ok(grows, "a higher level never has a narrower interval");
	/* the largest of three errors stands for 75 per cent; quantiles of the normal distribution by tables */
	ok(half_width(&model, NULL, 1, 0.5) == 8 &&
	   fabs(half_width(&model, NULL, 1, 0.9) - 9 * 1.6448536270 / 1.1503493804) < 1e-6 &&
	   fabs(half_width(&model, NULL, 7, 0.5) - 8 * 2) < 1e-9, "past the horizon there are measured errors, and what follows from them");
	model.errors.steps = 0;
	ok(isnan(half_width(&model, NULL, 1, 0.5)), "or nothing where nothing was measured");
	model.errors.steps = 2;
	model.training.calibrate = false;
	ok(half_width(&model, distribution, 0, 0.5) == lf_normal_quantile(0.25) &&
	   half_width(&model, NULL, 1, 0.5) == 8, "without calibration the first steps have their own");
	model.training.calibrate = true;
	counts[0] = 0;
	ok(half_width(&model, distribution, 0, 0.5) == lf_normal_quantile(0.25), "where nothing was held out the half-width is the distribution's own");
}

/*
 * Bounds lie within the limits of the task, as forecasts do, and each is as far off as the other where there are none.
 */
static void
test_limits(void)
{
	float		error[] = {3};
	int			count = 1;
	lf_model	model = {.task = {.targets = 1, .limited = true, .lower_limit = 0, .upper_limit = 10},
		.errors = {.steps = 1, .most = 1, .count = &count, .error = error}};
	lf_bounded	bounded = {.forecast = 1, .error_scale = 0.5};
	double		low;
	double		high;

	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && low == 0 && high == 2.5, "no lower bound is below the lower limit");
	bounded.forecast = 9;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && low == 7.5 && high == 10, "no upper bound is above the upper limit");
	model.task.limited = false;
	bounded.forecast = 1;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && low == -0.5 && high == 2.5,
	   "without limits the forecast is in the middle of its bounds, in the unit of its series");
	model.errors.steps = 0;
	ok(!lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && isnan(low) && isnan(high), "of nothing there is no interval");
}

/*
 * Where the network that is shipped forecasts with others, each side of an interval is the mean of what was measured and of what
 * it says: with errors of 1, 2 and 3 and quantiles that go 4 normal standard deviations up and 2 down, that of level 50 goes
 * (2 * 10 + 4 * .674) / 2 up, in a series whose unit of errors is 10.
 */
static void
test_mixed(void)
{
	static const double weight[] = {0.75, 0.25};
	double		weights[2] = {weight[0], weight[1]};
	float		error[] = {1, 2, 3};
	int			count = 3;
	lf_zero_quantiles told;
	lf_score	scores[LF_FORECASTERS] = {{0}};
	lf_model	model = {.task = {.targets = 1, .horizon = 1}, .combination = {.parts = 2, .part = {LF_NETWORK, LF_ZERO_SHOT}, .weight = weights},
		.errors = {.steps = 1, .most = 3, .count = &count, .error = error}};
	lf_bounded	bounded = {.forecast = 100, .error_scale = 10, .told = &told};
	double		z = lf_normal_quantile(0.25);
	double		low;
	double		high;
	double		worst = 0;

	for (int i = 0; i < LF_ZERO_LEVELS; i++)
		told.at[i] = 70 + lf_zero_normal[i] * (i < LF_ZERO_MEDIAN ? 2 : 4);
	ok(lf_bounds_are_mixed(&model) && !lf_bounds_are_zero_shot(&model), "bounds are mixed where the network that is shipped weighs");
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && fabs(high - 100 - (20 + 4 * z) / 2) < 1e-9 &&
	   fabs(100 - low - (20 + 2 * z) / 2) < 1e-9, "each side is the mean of what was measured and of what was told");
	for (int percent = 1; percent < 100; percent++)
	{
		double		width = lf_bounds_half_width(&model, &bounded, percent / 100.0);

		(void) lf_bounds_interval(&model, &bounded, percent / 100.0, &low, &high);
		if (lf_bounds_nonconformity(&model, &bounded, high - 1e-6) > width || lf_bounds_nonconformity(&model, &bounded, low + 1e-6) > width ||
			lf_bounds_nonconformity(&model, &bounded, high + 1e-6) < width || lf_bounds_nonconformity(&model, &bounded, low - 1e-6) < width)
			worst = percent;
	}
	ok(worst == 0, "values inside are those that are less of a nonconformity than the half-width");
	diag("last of those that are not: %g", worst);
	ok(lf_bounds_nonconformity(&model, &bounded, 100) == 0 && lf_bounds_nonconformity(&model, &bounded, 1e6) > 100 &&
	   lf_bounds_rarity(&model, &bounded, 0) == 1 && fabs(lf_bounds_rarity(&model, &bounded, lf_bounds_usual(&model, &bounded)) - 0.5) < 1e-9,
	   "half of the values have the usual nonconformity, and values far off one that tells so");
	ok(lf_bounds_error(&model, &bounded, 85) == 1.5, "errors are those in the unit of the series all the same");
	scores[LF_NETWORK] = (lf_score) {.count = 10, .absolute = 10};
	scores[LF_ZERO_SHOT] = (lf_score) {.count = 5, .absolute = 20};
	model.scores = scores;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && fabs(high - 100 - (20 + z) / 2) < 1e-9 &&
	   fabs(100 - low - (20 + z / 2) / 2) < 1e-9, "of what was told as large a part is taken as the errors of the forecast are of those of the network");
	scores[LF_ZERO_SHOT] = (lf_score) {0};
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && fabs(high - 100 - (20 + 4 * z) / 2) < 1e-9, "all of it where that is not known");
	scores[LF_ZERO_SHOT].count = 5;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && fabs(high - 100 - (20 + 4 * z) / 2) < 1e-9, "or where it made no errors");
	count = 0;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && fabs(high - 100 - 4 * z) < 1e-9, "where none was measured the sides are those that were told");
	count = 3;
	told.at[0] = (double) NAN;
	ok(lf_bounds_interval(&model, &bounded, 0.5, &low, &high) && high == 120 && low == 80, "where nothing was told they are as measured");
	weights[1] = 0;
	ok(!lf_bounds_are_mixed(&model), "where that network does not weigh, its bounds do not");
}

int
main(void)
{
	test_limits();
	test_mixed();
	/* the rows of the rig are no counts: for these see negative_binomial_test.c and test/pgtap/counts.sql */
	for (int loss = LF_POINT_LOSSES; loss < LF_NEGATIVE_BINOMIAL; loss++)
	{
		test_predictor((lf_loss) loss, false);
		test_predictor((lf_loss) loss, true);
		test_measured((lf_loss) loss);
	}
	test_reach();
	return done_testing();
}
