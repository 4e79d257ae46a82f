/*
 * ets_test.c: exponential smoothing against R's package forecast, on five series that come with R.
 *
 * test/reference/make_partners_reference.R wrote what is compared with: every form with R's numbers must give R's
 * likelihood, forecasts and spreads; and a search of our own must find rows as likely as R's search does.
 */
#include "base/random.h"
#include "partners/ets_choose.h"
#include "rig.h"
#include "tap.h"
#include "tensor_file.h"

#include <math.h>

static const struct
{
	const char *name;
	int			season;
} series[] = {{"passengers", 12}, {"deaths", 12}, {"gas", 4}, {"nile", 1}, {"huron", 1}};

#define SERIES 5

static tensor_file *file;

static const file_tensor *
of_form(const char *name, lf_ets_form form, const char *what)
{
	static const char *const trends[] = {"N", "A", "Ad"};
	static const char *const seasons[] = {"N", "A", "M"};
	char		key[80];

	snprintf(key, sizeof(key), "%s.%s%s%s.%s", name, form.relative ? "M" : "A", trends[form.trend],
			 seasons[form.season], what);
	return tensor_file_find(file, key);
}

/* Whether R could fit a form. */
static bool
has_form(const char *name, lf_ets_form form)
{
	/* relative to what is not above 0: see the script */
	return !(form.relative && form.season == LF_ETS_ADDED && strcmp(name, "gas") == 0);
}

static const file_tensor *
rows_of_series(const char *name)
{
	char		key[80];

	snprintf(key, sizeof(key), "%s.rows", name);
	return tensor_file_find(file, key);
}

static lf_ets_smoothing
smoothing_in(const file_tensor *tensor)
{
	return (lf_ets_smoothing) {tensor->values[0], tensor->values[1], tensor->values[2], tensor->values[3]};
}

static lf_ets_states
states_in(const file_tensor *tensor)
{
	lf_ets_states states = {.level = tensor->values[0], .trend = tensor->values[1]};

	for (size_t k = 2; k < tensor->count; k++)
		states.season[k - 2] = tensor->values[k];
	return states;
}

/* The largest difference of two lists beside the largest value. */
static double
difference(const double *a, const double *b, size_t count)
{
	double		most = 0;
	double		largest = 0;

	for (size_t i = 0; i < count; i++)
	{
		most = fmax(most, fabs(a[i] - b[i]));
		largest = fmax(largest, fabs(b[i]));
	}
	return most / largest;
}

/*
 * The forecasts of which R's spreads are compared. In version 8.20 R puts what smooths a season without a trend one row
 * too early, takes a damped trend before a season that multiplies for one that is damped later, and has the exact
 * moments of such a season beyond its first cycle: these are compared with paths at random below.
 */
static size_t
comparable(lf_ets_form form, int season, size_t steps)
{
	if (form.season == LF_ETS_NO_SEASON || (form.season == LF_ETS_ADDED && form.trend != LF_ETS_NO_TREND))
		return steps;
	if (form.season == LF_ETS_ADDED)
		return (size_t) season - 1;
	return form.trend == LF_ETS_DAMPED ? 0 : (size_t) season;
}

/* R's numbers give R's likelihood, criterion, forecasts and spreads. */
static void
test_form(const char *name, int season, lf_ets_form form)
{
	const file_tensor *rows = rows_of_series(name);
	const file_tensor *reference = of_form(name, form, "deviance");
	const file_tensor *means = of_form(name, form, "mean");
	const file_tensor *spreads = of_form(name, form, "spread");
	lf_ets_smoothing smoothing = smoothing_in(of_form(name, form, "smoothing"));
	lf_ets_states start = states_in(of_form(name, form, "start"));
	lf_ets_walk walk = lf_ets_filter(form, season, &smoothing, &start, rows->values, rows->count);
	double		deviance = lf_ets_deviance(&walk, rows->count);
	int			numbers = lf_ets_smoothings(form) + lf_ets_free_states(form, season);
	double		variance = walk.squares / (double) (rows->count - (size_t) numbers);
	int			code = lf_ets_form_code(form);
	size_t		compared = comparable(form, season, means->count);
	size_t		told = means->count;
	double		mean[24];
	double		spread[24];

	if (!ok(walk.possible && fabs(deviance - reference->values[0]) < 1e-7 * (double) rows->count,
			"%s, form %d: R's numbers have R's likelihood", name, code))
		diag("%.10g, not %.10g", deviance, reference->values[0]);
	if (!ok(fabs(lf_ets_aicc(deviance, numbers, rows->count) - reference->values[1]) < 1e-5,
			"%s, form %d: the criterion counts the numbers as R does", name, code))
		diag("%.10g, not %.10g", lf_ets_aicc(deviance, numbers, rows->count), reference->values[1]);
	lf_ets_forecast(form, season, &smoothing, &walk.end, variance, (int) means->count, mean, spread);
	for (size_t h = 0; h < means->count; h++)
		spread[h] = sqrt(spread[h]);
	/* where paths are at random, R counts the first step of a damped trend twice */
	if (form.season == LF_ETS_MULTIPLIED && form.trend == LF_ETS_DAMPED)
		told = 1;
	if (!ok(difference(mean, means->values, told) < 1e-9, "%s, form %d: forecasts are R's", name, code))
		diag("off by %g", difference(mean, means->values, told));
	if (compared > 0 &&
		!ok(difference(spread, spreads->values, compared) < 1e-7, "%s, form %d: so are spreads", name, code))
		diag("off by %g", difference(spread, spreads->values, compared));
}

/* One future of a form at random, by the equations in ets.h: the value of step 'steps'. */
static double
random_future(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, lf_ets_states now, double spread,
			  int steps, lf_random *random)
{
	double		y = 0;

	for (int h = 0; h < steps; h++)
	{
		double	   *s = &now.season[h % season];
		double		trend = smoothing->phi * now.trend;
		double		q = now.level + trend;
		double		m = form.season == LF_ETS_MULTIPLIED ? q * *s : form.season == LF_ETS_ADDED ? q + *s : q;
		double		e = spread * lf_random_normal(random);
		double		r = form.relative ? m * e : e;

		y = m + r;
		now.level = q + smoothing->alpha * (form.season == LF_ETS_MULTIPLIED ? r / *s : r);
		now.trend = trend + smoothing->beta * (form.season == LF_ETS_MULTIPLIED ? r / *s : r);
		if (form.season != LF_ETS_NO_SEASON)
			*s += smoothing->gamma * (form.season == LF_ETS_MULTIPLIED ? r / q : r);
	}
	return y;
}

/* Means and spreads beside those of many paths, within the season, at its end and in its third cycle. */
static void
test_paths(void)
{
	enum {PATHS = 20000};
	const lf_ets_smoothing all = {.alpha = 0.4, .beta = 0.1, .gamma = 0.3, .phi = 0.9};
	lf_random	random = lf_random_seed(8);
	static const int steps[] = {1, 3, 4, 5, 10};
	double		mean[300];
	double		variance[300];

	for (int code = 0; code < LF_ETS_CODES; code++)
	{
		lf_ets_form form = lf_ets_form_of((uint8_t) code);
		bool		multiplies = form.season == LF_ETS_MULTIPLIED;
		lf_ets_states end = {.level = 5, .trend = form.trend != LF_ETS_NO_TREND ? 0.2 : 0,
			.season = {multiplies ? 1.2 : 1, multiplies ? 0.7 : -1.5, multiplies ? 1.1 : 0.5, 1}};
		lf_ets_smoothing smoothing = all;
		double		spread = form.relative ? 0.08 : 0.4;
		double		worst = 0;

		if (!lf_ets_form_is_sound(form))
			continue;
		smoothing.beta = form.trend != LF_ETS_NO_TREND ? all.beta : 0;
		smoothing.phi = form.trend == LF_ETS_DAMPED ? all.phi : 1;
		lf_ets_forecast(form, 4, &smoothing, &end, spread * spread, 300, mean, variance);
		for (int k = 0; k < 5; k++)
		{
			double		squares = 0;
			double		sum = 0;

			for (int i = 0; i < PATHS; i++)
			{
				double		y = random_future(form, 4, &smoothing, end, spread, steps[k], &random);

				y -= mean[steps[k] - 1];

				sum += y / PATHS;
				squares += y * y / PATHS;
			}
			worst = fmax(worst, fabs(sqrt((squares - sum * sum) / variance[steps[k] - 1]) - 1));
		}
		/* a standard deviation of 20,000 paths is right to a half per cent */
		if (!ok(worst < 0.02, "form %d: spreads are those of paths at random", code))
			diag("off by %g", worst);
		/* an error relative to a trend grows without bounds: nothing is asked of that so far ahead */
		if (form.trend != LF_ETS_TREND &&
			!ok(variance[299] >= variance[255] && fabs(variance[256] / variance[252] - 1) < 0.03,
				"form %d: they go on beyond the steps of which all pairs are looked at", code))
			diag("%g %g %g %g", variance[252], variance[255], variance[256], variance[299]);
	}
}

/* Rows made ready, in memory with red zones. */
typedef struct ready
{
	lf_partner_rows rows;
	lf_seasons	seasons;
	guarded		block;
} ready;

static void
make_ready(ready *r, const double *values, size_t count, int season, bool logged)
{
	lf_column	column = {.values = values, .rows = count, .stride = 1, .logged = logged};
	lf_arena	arena = lf_arena_measure();

	r->seasons = (lf_seasons) {0};
	if (season > 1)
		r->seasons = (lf_seasons) {.count = 1, .season = {lf_season_of(season)}};
	lf_partner_rows_layout(&r->rows, &arena, count, &r->seasons);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_partner_rows_layout(&r->rows, &arena, count, &r->seasons);
	lf_partner_rows_prepare(&r->rows, &r->seasons, &column, NULL);
}

/* How far a fit of our own is from R's, in the deviance: above 0 where R's is likelier. */
static double
behind_r(lf_ets_fit *fit, const ready *r, const char *name, int season, lf_ets_form form)
{
	lf_ets_states start = lf_ets_first_states(&r->rows, form, season);
	/* without a season of their own forms see other rows than R's did */
	const double *rows = r->rows.raw;
	size_t		count = r->rows.count;
	double		deviance;

	if (!lf_ets_fit_search(fit, form, season, &start, rows, count, NULL))
		return INFINITY;
	deviance = lf_ets_deviance(&fit->walk, count) + 2 * (double) count * log(r->rows.scale);
	return deviance - of_form(name, form, "deviance")->values[0];
}

/*
 * Of the deviances that are found the worst is behind R's by less than what one more number would have to gain, and
 * most are below R's.
 */
static void
test_search(void)
{
	static lf_ets_fit fit;
	double		worst = -INFINITY;
	int			better = 0;
	int			forms = 0;

	for (int s = 0; s < SERIES; s++)
	{
		const file_tensor *rows = rows_of_series(series[s].name);
		ready		r;

		make_ready(&r, rows->values, rows->count, series[s].season, series[s].season > 1);
		for (int code = 0; code < LF_ETS_CODES; code++)
		{
			lf_ets_form form = lf_ets_form_of((uint8_t) code);
			double		behind;

			if (!lf_ets_form_is_sound(form) || !has_form(series[s].name, form) ||
				(series[s].season == 1) != (form.season == LF_ETS_NO_SEASON))
				continue;
			behind = behind_r(&fit, &r, series[s].name, series[s].season, form);
			if (behind > 0.5)
				diag("%s, form %d is %.3f behind", series[s].name, code, behind);
			worst = fmax(worst, behind);
			better += behind <= 0.01;
			forms++;
		}
		ok(guarded_intact(&r.block), "%s: nothing is written beside the memory", series[s].name);
		free(r.block.raw);
	}
	if (!ok(worst < 2, "no search ends far behind R's"))
		diag("%g", worst);
	if (!ok(better >= forms - 3, "nearly all are as good or better"))
		diag("%d of %d", better, forms);
	diag("the worst is %.4f behind, %d of %d are not", worst, better, forms);
}

/* The derivatives lead downhill: no small change of any number makes rows likelier, but one that a bound forbids. */
static void
test_optimum(void)
{
	static lf_ets_fit fit;
	const file_tensor *rows = rows_of_series("passengers");
	ready		r;

	make_ready(&r, rows->values, rows->count, 12, true);
	for (int code = 6; code < LF_ETS_CODES; code++)
	{
		lf_ets_form form = lf_ets_form_of((uint8_t) code);
		double		found;
		double		gain = 0;
		int			which = -1;

		if (!lf_ets_form_is_sound(form))
			continue;
		(void) behind_r(&fit, &r, "passengers", 12, form);
		found = lf_ets_deviance(&fit.walk, rows->count);
		for (int change = 0; change < 2 * 6; change++)
		{
			double		by = change % 2 == 0 ? 1e-3 : -1e-3;
			lf_ets_smoothing smoothing = fit.smoothing;
			lf_ets_states start = fit.start;
			lf_ets_walk walk;
			double	   *const numbers[] = {&smoothing.alpha, &smoothing.gamma, &start.level, &start.trend,
				&start.season[3], &smoothing.beta};

			*numbers[change / 2] += by;
			/* what is 0 or at a bound stays there */
			if ((numbers[change / 2] == &smoothing.beta || numbers[change / 2] == &start.trend) &&
				form.trend == LF_ETS_NO_TREND)
				continue;
			if (smoothing.beta < 1e-4 * smoothing.alpha || smoothing.beta > smoothing.alpha ||
				smoothing.gamma < 1e-4 * (1 - smoothing.alpha) || smoothing.gamma > 1 - smoothing.alpha ||
				smoothing.alpha > 0.9999 || smoothing.alpha < 1e-4)
				continue;
			if (fit.smoothing.beta <= 1.001e-4 * fit.smoothing.alpha ||
				fit.smoothing.gamma <= 1.001e-4 * (1 - fit.smoothing.alpha))
				if (numbers[change / 2] == &smoothing.alpha)
					continue;
			start.season[0] -= numbers[change / 2] == &start.season[3] ? by : 0;
			walk = lf_ets_filter(form, 12, &smoothing, &start, r.rows.raw, rows->count);
			if (walk.possible && found - lf_ets_deviance(&walk, rows->count) > gain)
			{
				gain = found - lf_ets_deviance(&walk, rows->count);
				which = change;
			}
		}
		if (!ok(gain < 0.05, "form %d: what was found is an optimum", code))
			diag("change %d gains %g", which, gain);
	}
	free(r.block.raw);
}

/* Which form is chosen, where it is plain. */
static void
test_choice(void)
{
	static lf_ets_fit fit;
	const file_tensor *rows = rows_of_series("passengers");
	lf_random	random = lf_random_seed(7);
	double		values[120];
	lf_ets_form form;
	lf_ets_smoothing smoothing;
	ready		r;

	make_ready(&r, rows->values, rows->count, 12, true);
	lf_ets_choose(&fit, &r.rows, &form, &smoothing, NULL);
	ok(form.trend != LF_ETS_NO_TREND, "passengers have a trend");
	free(r.block.raw);
	values[0] = 100;
	for (int i = 1; i < 120; i++)
		values[i] = values[i - 1] * exp(0.02 + 0.05 * lf_random_normal(&random));
	make_ready(&r, values, 120, 1, false);
	lf_ets_choose(&fit, &r.rows, &form, &smoothing, NULL);
	ok(form.relative && form.trend != LF_ETS_NO_TREND, "what grows by shares of itself has errors relative to it");
	free(r.block.raw);
	for (int i = 0; i < 120; i++)
		values[i] = 20 + lf_random_normal(&random);
	make_ready(&r, values, 120, 1, false);
	lf_ets_choose(&fit, &r.rows, &form, &smoothing, NULL);
	ok(form.trend == LF_ETS_NO_TREND && form.season == LF_ETS_NO_SEASON && smoothing.alpha < 0.2,
	   "noise around a level has neither trend nor season, and is smoothed much");
	free(r.block.raw);
	for (int i = 1; i < 120; i++)
		values[i] = values[i - 1] + lf_random_normal(&random);
	make_ready(&r, values, 120, 1, false);
	lf_ets_choose(&fit, &r.rows, &form, &smoothing, NULL);
	ok(smoothing.alpha > 0.8, "a random walk is hardly smoothed");
	free(r.block.raw);
	for (int i = 0; i < 120; i++)
		values[i] = 3 * i + lf_random_normal(&random);
	make_ready(&r, values, 120, 1, false);
	lf_ets_choose(&fit, &r.rows, &form, &smoothing, NULL);
	ok(form.trend == LF_ETS_TREND, "a line under little noise has a trend that goes on");
	free(r.block.raw);
}

/* Numbers stand in stored models. */
static void
test_codes(void)
{
	int			sound = 0;

	for (int code = 0; code < LF_ETS_CODES; code++)
	{
		lf_ets_form form = lf_ets_form_of((uint8_t) code);

		sound += lf_ets_form_is_sound(form) && lf_ets_form_code(form) == code;
	}
	ok(sound == 15, "fifteen forms have numbers");
	ok(lf_ets_form_code((lf_ets_form) {true, LF_ETS_DAMPED, LF_ETS_MULTIPLIED}) == 17 &&
	   lf_ets_form_code((lf_ets_form) {false, LF_ETS_TREND, LF_ETS_ADDED}) == 8, "and these are what they were");
}

int
main(int argc, char **argv)
{
	file = tensor_file_read(argc > 1 ? argv[1] : "test/reference", "partners");
	for (int s = 0; s < SERIES; s++)
		for (int code = 0; code < LF_ETS_CODES; code++)
		{
			lf_ets_form form = lf_ets_form_of((uint8_t) code);

			if (lf_ets_form_is_sound(form) && has_form(series[s].name, form) &&
				(series[s].season > 1 || form.season == LF_ETS_NO_SEASON))
				test_form(series[s].name, series[s].season, form);
		}
	test_paths();
	test_search();
	test_optimum();
	test_choice();
	test_codes();
	tensor_file_free(file);
	return done_testing();
}
