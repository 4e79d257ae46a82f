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
				double		half_width = lf_bounds_half_width(&model, distribution, k, j, 0.75);
				double		low;
				double		high;

				lf_bounds_at(&model, distribution, 1, out[k * 2 + j], half_width, &low, &high);
				count++;
				inside += actual >= low && actual <= high;
				none_beyond = none_beyond &&
					(lf_bounds_nonconformity(&model, distribution, 1, out[k * 2 + j], actual) <= half_width * (1 + 1e-6)) ==
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

	ok(lf_bounds_half_width(&model, distribution, 0, 0, 0.5) == 1, "a half_width is measured where enough is known");
	ok(lf_bounds_half_width(&model, distribution, 0, 0, 0.99) == 4,
	   "where too little is, it is not less than for a lower level");
	ok(lf_bounds_half_width(&model, distribution, 0, 0, 0.9999999) == lf_normal_quantile((1 - 0.9999999) / 2),
	   "beyond all measured errors the half-width is the distribution's own");
	for (double level = 0.01; level < 1; level += 0.01)
	{
		double		half_width = lf_bounds_half_width(&model, distribution, 0, 0, level);

		grows = grows && half_width >= before;
		before = half_width;
	}
	ok(grows, "a higher level never has a narrower interval");
	/* the largest of three errors stands for 75 per cent; quantiles of the normal distribution by tables */
	ok(lf_bounds_half_width(&model, NULL, 1, 0, 0.5) == 8 &&
	   fabs(lf_bounds_half_width(&model, NULL, 1, 0, 0.9) - 9 * 1.6448536270 / 1.1503493804) < 1e-6 &&
	   fabs(lf_bounds_half_width(&model, NULL, 7, 0, 0.5) - 8 * 2) < 1e-9, "past the horizon there are measured errors, and what follows from them");
	model.errors.steps = 0;
	ok(isnan(lf_bounds_half_width(&model, NULL, 1, 0, 0.5)), "or nothing where nothing was measured");
	model.errors.steps = 2;
	model.training.calibrate = false;
	ok(lf_bounds_half_width(&model, distribution, 0, 0, 0.5) == lf_normal_quantile(0.25) &&
	   lf_bounds_half_width(&model, NULL, 1, 0, 0.5) == 8, "without calibration the first steps have their own");
	model.training.calibrate = true;
	counts[0] = 0;
	ok(lf_bounds_half_width(&model, distribution, 0, 0, 0.5) == lf_normal_quantile(0.25), "where nothing was held out the half-width is the distribution's own");
}

/*
 * Bounds lie within the limits of the task, as forecasts do, and each is as far off as the other where there are none.
 */
static void
test_limits(void)
{
	lf_model	model = {.task = {.targets = 1, .limited = true, .lower_limit = 0, .upper_limit = 10}};
	double		low;
	double		high;

	lf_bounds_at(&model, NULL, 2, 1, 1.5, &low, &high);
	ok(low == 0 && high == 4, "no lower bound is below the lower limit");
	lf_bounds_at(&model, NULL, 2, 9, 1.5, &low, &high);
	ok(low == 6 && high == 10, "no upper bound is above the upper limit");
	model.task.limited = false;
	lf_bounds_at(&model, NULL, 2, 1, 1.5, &low, &high);
	ok(low == -2 && high == 4, "without limits the forecast is in the middle of its bounds, in the unit of its series");
}

int
main(void)
{
	test_limits();
	for (int loss = LF_POINT_LOSSES; loss < LF_LOSSES; loss++)
	{
		test_predictor((lf_loss) loss, false);
		test_predictor((lf_loss) loss, true);
		test_measured((lf_loss) loss);
	}
	test_reach();
	return done_testing();
}
