/*
 * tally_test.c: the one number that trainings are ranked by, against means taken by hand.
 */
#include "tap.h"

#include "judging/cv_score.h"

#include <math.h>
#include <string.h>

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fabs(b);
}

/* 'count' forecasts that are all off by the same. */
static void
be_off(lf_metrics *metrics, int target, lf_forecaster forecaster, double by, int count)
{
	for (int i = 0; i < count; i++)
		lf_metrics_add(&metrics[target * LF_FORECASTERS + forecaster], 10 * i + by, 10 * i);
}

static void
test_mean(void)
{
	lf_metrics	metrics[2 * LF_FORECASTERS] = {0};
	lf_cv_score	cv = {0};
	double		error_scale[2] = {2, 500};

	ok(isnan(lf_cv_error(&cv, LF_NETWORK)), "without a fold there is no error");
	be_off(metrics, 0, LF_NETWORK, 3, 4);
	be_off(metrics, 1, LF_NETWORK, 1000, 4);
	be_off(metrics, 0, LF_REPEAT_LAST, 4, 4);
	be_off(metrics, 1, LF_REPEAT_LAST, 250, 4);
	be_off(metrics, 0, LF_MEAN, 1, 4);
	be_off(metrics, 1, LF_MEAN, 50, 3);
	lf_cv_add(&cv, metrics, error_scale, 2);
	ok(near(lf_cv_error(&cv, LF_NETWORK), (3.0 / 2 + 1000.0 / 500) / 2), "targets count alike, in their units");
	ok(near(lf_cv_error(&cv, LF_REPEAT_LAST), (4.0 / 2 + 250.0 / 500) / 2), "for baselines as well");
	ok(isnan(lf_cv_error(&cv, LF_MEAN)), "a baseline that said nothing of one row has no error");
	ok(lf_cv_best_baseline(&cv) == LF_REPEAT_LAST, "a baseline that said nothing of one row is not the best");

	memset(metrics, 0, sizeof(metrics));
	be_off(metrics, 0, LF_NETWORK, 6, 2);
	be_off(metrics, 0, LF_REPEAT_LAST, 2, 2);
	error_scale[0] = 3;
	lf_cv_add(&cv, metrics, error_scale, 2);
	ok(near(lf_cv_error(&cv, LF_NETWORK), (1.75 + 6.0 / 3) / 2),
	   "folds count alike; a target without values does not");
	ok(near(lf_score_mae(&cv.first), (4 * 3.0 + 2 * 6) / 6), "mae is the mean over all forecasts of a target");
	ok(near(lf_score_rmse(&cv.first), sqrt((4 * 9.0 + 2 * 36) / 6)), "rmse is the root of the mean of the squares over all forecasts of a target");

	memset(metrics, 0, sizeof(metrics));
	lf_cv_add(&cv, metrics, error_scale, 2);
	ok(cv.folds == 2 && near(lf_cv_error(&cv, LF_NETWORK), 1.875), "a fold without values changes nothing");
}

static void
test_units(void)
{
	static const double useless[] = {0, NAN, INFINITY};

	for (int i = 0; i < 3; i++)
	{
		lf_metrics	metrics[LF_FORECASTERS] = {0};
		lf_cv_score	cv = {0};

		be_off(metrics, 0, LF_NETWORK, 3, 4);
		lf_cv_add(&cv, metrics, &useless[i], 1);
		ok(near(lf_cv_error(&cv, LF_NETWORK), 3), "with a unit of %g the mae counts", useless[i]);
	}
}

static void
test_failures(void)
{
	lf_metrics	metrics[LF_FORECASTERS] = {0};
	lf_cv_score	cv = {0};
	double		error_scale = 1;

	be_off(metrics, 0, LF_NETWORK, 1, 2);
	be_off(metrics, 0, LF_DRIFT, 2, 2);
	be_off(metrics, 0, LF_MEAN, 1.5, 2);
	lf_cv_add(&cv, metrics, &error_scale, 1);
	ok(lf_cv_best_baseline(&cv) == LF_MEAN, "the baseline with the least error is the best");
	be_off(metrics, 0, LF_NETWORK, INFINITY, 1);
	be_off(metrics, 0, LF_DRIFT, 2, 1);
	lf_cv_add(&cv, metrics, &error_scale, 1);
	ok(!isfinite(lf_cv_error(&cv, LF_NETWORK)), "a forecast that is not finite in one fold spoils the whole");
	ok(lf_cv_best_baseline(&cv) == LF_DRIFT, "a baseline that misses a row in one fold is not compared");
}

int
main(void)
{
	test_mean();
	test_units();
	test_failures();
	return done_testing();
}
