/*
 * ets_choose.c: first states from a decomposition, and the forms beside each other.
 *
 * Errors on the training part of M3, its last horizon held out (MASE; yearly, quarterly, monthly), by Akaike's
 * criterion:
 *
 *		all forms on the rows as they came						3.71  1.114  .985
 *		the season always taken out								3.71  1.126  .966
 *		the likelier of both									3.71  1.115  .964
 *		and a trend that is not damped must give a reason		3.70  1.099  .933
 *		and each form is searched from two sides				3.62  1.092  .932
 *
 * R's ets() has 3.70, 1.149 and (of every sixth series, where the first line has .940) .942.
 */
#include "partners/ets_choose.h"

#include <math.h>

/* By how much a trend that goes on for ever must be better: 2 and 4 are nearly as good, 0 is worse. */
#define FOR_EVER 3.0

/* Rows that first states are taken from: two cycles, or so many. */
#define FIRST_ROWS 10

/* Rows beyond its numbers that a form needs. */
#define BESIDE_NUMBERS 3

/* The least that a level is taken for, over the mean of the rows, and a season that multiplies. */
#define LEAST_SHARE 0.1
#define LEAST_MULTIPLE 0.05

/* What smoothing is where rows are too few to say. */
static const lf_ets_smoothing usual = {.alpha = 0.5, .phi = 1};

/* A season of the first rows: what was taken out, in the terms of the form, around its mean. */
static void
first_season(const lf_partner_rows *rows, lf_ets_form form, int season, double level, lf_ets_states *start)
{
	bool		multiplies = form.season == LF_ETS_MULTIPLIED;
	double		mean = 0;

	for (int k = 0; k < season; k++)
	{
		double		shape = lf_partner_season(rows, rows->first + k);
		double		value;

		if (rows->multiplied)
			value = multiplies ? exp(shape) : (exp(shape) - 1) * level;
		else
			value = multiplies ? 1 + shape / rows->scale / level : shape / rows->scale;
		if (multiplies && !(value > LEAST_MULTIPLE))
			value = LEAST_MULTIPLE;
		start->season[k] = value;
		mean += value / season;
	}
	for (int k = 0; k < season; k++)
		start->season[k] = multiplies ? start->season[k] / mean : start->season[k] - mean;
}

lf_ets_states
lf_ets_first_states(const lf_partner_rows *rows, lf_ets_form form, int season)
{
	bool		seasonal = form.season != LF_ETS_NO_SEASON;
	size_t		wanted = 2 * (size_t) season > FIRST_ROWS ? 2 * (size_t) season : FIRST_ROWS;
	size_t		n = rows->count < wanted ? rows->count : wanted;
	double		middle = ((double) n + 1) / 2;
	double		mean = 0;
	double		along = 0;
	double		scale = 1;		/* from the scale without seasons to the one with them */
	lf_ets_states start = {0};

	if (seasonal)
		scale = (rows->multiplied ? exp(rows->adjusted_scale) : rows->adjusted_scale) / rows->scale;
	for (size_t i = 0; i < n; i++)
	{
		mean += rows->adjusted[i] * scale / (double) n;
		along += ((double) i + 1 - middle) * rows->adjusted[i] * scale;
	}
	start.level = mean;
	if (form.trend != LF_ETS_NO_TREND && n > 1)
	{
		double		slope = along / ((double) n * ((double) n * (double) n - 1) / 12);
		double		level = mean - middle * slope;

		/* a line that begins at 0 leaves nothing to be relative to */
		if (!form.relative || level + slope > LEAST_SHARE * mean)
		{
			start.level = level;
			start.trend = slope;
		}
	}
	if (seasonal)
	{
		double		level = 0;

		for (size_t i = 0; i < rows->count; i++)
			level += rows->adjusted[i] * scale / (double) rows->count;
		first_season(rows, form, season, level, &start);
	}
	return start;
}

static const double *
rows_of(const lf_partner_rows *rows, lf_ets_form form)
{
	return form.season != LF_ETS_NO_SEASON ? rows->raw : rows->adjusted;
}

void
lf_ets_choose(lf_ets_fit *fit, const lf_partner_rows *rows, lf_ets_form *form, lf_ets_smoothing *smoothing,
			  const volatile sig_atomic_t *interrupt)
{
	int			season = lf_partner_own_season(rows);
	double		density = lf_partner_density(rows);
	double		least = INFINITY;

	*form = (lf_ets_form) {0};
	*smoothing = usual;
	for (int code = 0; code < LF_ETS_CODES; code++)
	{
		lf_ets_form next = lf_ets_form_of((uint8_t) code);
		bool		seasonal = next.season != LF_ETS_NO_SEASON;
		int			numbers = lf_ets_fit_numbers(next, season);
		const double *values = rows_of(rows, next);
		lf_ets_states start;
		double		criterion;

		if (!lf_ets_form_is_sound(next) || (next.relative && !rows->positive) || (seasonal && season == 1) ||
			rows->count < (size_t) numbers + BESIDE_NUMBERS)
			continue;
		start = lf_ets_first_states(rows, next, season);
		if (!lf_ets_fit_search(fit, next, season, &start, values, rows->count, interrupt))
			continue;
		criterion = lf_ets_aicc(lf_ets_deviance(&fit->walk, rows->count), numbers, rows->count) +
			(seasonal ? 0 : density) + (next.trend == LF_ETS_TREND ? FOR_EVER : 0);
		if (criterion < least)
		{
			least = criterion;
			*form = next;
			*smoothing = fit->smoothing;
		}
	}
}

/* The nearest form that the rows allow. */
static lf_ets_form
allowed(const lf_partner_rows *rows, lf_ets_form form, int season)
{
	if (form.season == LF_ETS_MULTIPLIED && !rows->positive)
		form.season = LF_ETS_ADDED;
	form.relative = form.relative && rows->positive;
	if (season == 1)
		form.season = LF_ETS_NO_SEASON;
	if (rows->count < (size_t) lf_ets_free_states(form, season) + BESIDE_NUMBERS)
		form.trend = LF_ETS_NO_TREND;
	return form;
}

void
lf_ets_settle(lf_ets_fit *fit, const lf_partner_rows *rows, lf_ets_form form, const lf_ets_smoothing *smoothing,
			  const volatile sig_atomic_t *interrupt)
{
	int			season = lf_partner_own_season(rows);
	lf_ets_smoothing used = *smoothing;
	lf_ets_states start;

	form = allowed(rows, form, season);
	if (form.trend != LF_ETS_DAMPED)
		used.phi = 1;
	start = lf_ets_first_states(rows, form, season);
	if (lf_ets_fit_run(fit, form, season, false, &used, &start, rows_of(rows, form), rows->count, interrupt))
		return;
	/* a walk that cannot be relative to what it forecasts; one without trend and season is always possible */
	form = (lf_ets_form) {0};
	used.phi = 1;
	start = lf_ets_first_states(rows, form, season);
	(void) lf_ets_fit_run(fit, form, season, false, &used, &start, rows_of(rows, form), rows->count, interrupt);
}
