/*
 * ets_fit.c: the walk with derivatives, and steps of Levenberg and Marquardt inside bounds.
 */
#include "partners/ets_fit.h"

#include <math.h>
#include <string.h>

/* The usual bounds of R's ets(): beta is a share of alpha, gamma of 1 - alpha. */
#define LEAST_SMOOTHING 1e-4
#define MOST_SMOOTHING 0.9999
#define LEAST_PHI 0.8
#define MOST_PHI 0.98

#define MOST_STEPS 40			/* walks with derivatives; some ten are usual */
#define ENOUGH 1e-3				/* by which the deviance must fall for another step to be worth it */
#define FIRST_DAMPING 1e-3
#define MOST_DAMPING 1e8

/* States are bounded only so that no step leads to infinity: rows are of a size of about 1. */
#define FAR 1e6

/* Which numbers a form looks for, and where they stand in the list; -1: it has not got them. */
typedef struct layout
{
	int			alpha;
	int			beta;			/* as a share of alpha */
	int			gamma;			/* as a share of 1 - alpha */
	int			phi;
	int			level;
	int			trend;
	int			seasons;		/* the first one; the last of a cycle follows from the others */
	int			count;
} layout;

static layout
layout_of(lf_ets_form form, int season, bool free)
{
	layout		at = {-1, -1, -1, -1, -1, -1, -1, 0};

	if (free)
	{
		at.alpha = at.count++;
		if (form.trend != LF_ETS_NO_TREND)
			at.beta = at.count++;
		if (form.season != LF_ETS_NO_SEASON)
			at.gamma = at.count++;
		if (form.trend == LF_ETS_DAMPED)
			at.phi = at.count++;
	}
	at.level = at.count++;
	if (form.trend != LF_ETS_NO_TREND)
		at.trend = at.count++;
	if (form.season != LF_ETS_NO_SEASON)
	{
		at.seasons = at.count;
		at.count += season - 1;
	}
	return at;
}

int
lf_ets_fit_numbers(lf_ets_form form, int season)
{
	return layout_of(form, season, true).count;
}

/* A number into the list, moved between its bounds. */
static void
put(lf_ets_fit *fit, int at, double value, double least, double most)
{
	if (at < 0)
		return;
	fit->number[at] = value < least ? least : value > most ? most : value;
	fit->least[at] = least;
	fit->most[at] = most;
}

static void
put_all(lf_ets_fit *fit, const layout *at)
{
	const lf_ets_smoothing *smoothing = &fit->smoothing;
	bool		multiplies = fit->form.season == LF_ETS_MULTIPLIED;

	put(fit, at->alpha, smoothing->alpha, LEAST_SMOOTHING, MOST_SMOOTHING);
	put(fit, at->beta, smoothing->alpha > 0 ? smoothing->beta / smoothing->alpha : 0, LEAST_SMOOTHING, 1);
	put(fit, at->gamma, smoothing->alpha < 1 ? smoothing->gamma / (1 - smoothing->alpha) : 0, LEAST_SMOOTHING, 1);
	put(fit, at->phi, smoothing->phi, LEAST_PHI, MOST_PHI);
	put(fit, at->level, fit->start.level, -FAR, FAR);
	put(fit, at->trend, fit->start.trend, -FAR, FAR);
	for (int k = 0; at->seasons >= 0 && k < fit->season - 1; k++)
		put(fit, at->seasons + k, fit->start.season[k], multiplies ? 0 : -FAR, FAR);
}

/* What a list of numbers stands for. */
static void
take_all(const lf_ets_fit *fit, const layout *at, const double *number, lf_ets_smoothing *smoothing,
		 lf_ets_states *start)
{
	*smoothing = fit->smoothing;
	*start = fit->start;
	if (at->alpha >= 0)
		smoothing->alpha = number[at->alpha];
	if (at->beta >= 0)
		smoothing->beta = number[at->beta] * smoothing->alpha;
	if (at->gamma >= 0)
		smoothing->gamma = number[at->gamma] * (1 - smoothing->alpha);
	if (at->phi >= 0)
		smoothing->phi = number[at->phi];
	start->level = number[at->level];
	start->trend = at->trend >= 0 ? number[at->trend] : 0;
	if (at->seasons >= 0)
	{
		/* a season adds 0 over its cycle, or multiplies by 1 on average: the level would else be known twice */
		double		last = fit->form.season == LF_ETS_MULTIPLIED ? fit->season : 0;

		for (int k = 0; k < fit->season - 1; k++)
		{
			start->season[k] = number[at->seasons + k];
			last -= start->season[k];
		}
		start->season[fit->season - 1] = last;
	}
}

/* Derivatives of the states before the first row. */
static void
begin_derivatives(lf_ets_fit *fit, const layout *at)
{
	size_t		bytes = (size_t) at->count * sizeof(double);

	memset(fit->level_by, 0, bytes);
	memset(fit->trend_by, 0, bytes);
	memset(fit->logarithm_by, 0, bytes);
	memset(fit->slope, 0, bytes);
	for (int i = 0; i < at->count; i++)
		memset(fit->square[i], 0, bytes);
	fit->level_by[at->level] = 1;
	if (at->trend >= 0)
		fit->trend_by[at->trend] = 1;
	for (int k = 0; at->seasons >= 0 && k < fit->season; k++)
	{
		memset(fit->season_by[k], 0, bytes);
		if (k < fit->season - 1)
			fit->season_by[k][at->seasons + k] = 1;
		else
			for (int i = 0; i < fit->season - 1; i++)
				fit->season_by[k][at->seasons + i] = -1;
	}
}

/* Adds what an error e, whose derivatives stand in 'error_by', says. */
static void
add_error(lf_ets_fit *fit, int count, double e)
{
	for (int i = 0; i < count; i++)
	{
		double		by = fit->error_by[i];

		fit->slope[i] += e * by;
		for (int k = 0; k <= i; k++)
			fit->square[i][k] += by * fit->error_by[k];
	}
}

/*
 * The walk of lf_ets_filter(), for which the caller has seen that it is possible, with the derivatives of every state
 * by every number: those of the equations in ets.h, line by line.
 */
static void
walk_with_derivatives(lf_ets_fit *fit, const layout *at, const double *rows, size_t count)
{
	const lf_ets_smoothing *smoothing = &fit->smoothing;
	lf_ets_states now = fit->start;
	bool		seasonal = at->seasons >= 0;
	bool		multiplies = fit->form.season == LF_ETS_MULTIPLIED;
	double		beta_share = at->beta >= 0 ? fit->number[at->beta] : 0;
	double		gamma_share = at->gamma >= 0 ? fit->number[at->gamma] : 0;
	int			place = 0;

	begin_derivatives(fit, at);
	for (size_t t = 0; t < count; t++)
	{
		double		trend = now.trend;
		double		q = now.level + smoothing->phi * trend;
		double		s = seasonal ? now.season[place] : 0;
		double		m = multiplies ? q * s : q + s;
		double		r = rows[t] - m;
		double		e = fit->form.relative ? r / m : r;
		double		of_level = multiplies ? r / s : r;	/* the error that level and trend see */
		double		of_season = multiplies ? r / q : r;
		double		error_factor = fit->form.relative ? -rows[t] / (m * m) : -1;
		double	   *season_by = fit->season_by[place];

		for (int i = 0; i < at->count; i++)
		{
			double		trend_by = smoothing->phi * fit->trend_by[i] + (i == at->phi ? trend : 0);
			double		q_by = fit->level_by[i] + trend_by;
			double		s_by = seasonal ? season_by[i] : 0;
			double		m_by = multiplies ? s * q_by + q * s_by : q_by + s_by;
			double		level_error_by = multiplies ? -m_by / s - r / (s * s) * s_by : -m_by;

			fit->error_by[i] = error_factor * m_by;
			if (fit->form.relative)
				fit->logarithm_by[i] += m_by / m;
			fit->level_by[i] = q_by + smoothing->alpha * level_error_by;
			fit->trend_by[i] = trend_by + smoothing->beta * level_error_by;
			if (seasonal)
				season_by[i] = s_by + smoothing->gamma * (multiplies ? -m_by / q - r / (q * q) * q_by : -m_by);
		}
		if (at->alpha >= 0)
		{
			fit->level_by[at->alpha] += of_level;
			fit->trend_by[at->alpha] += beta_share * of_level;
			if (seasonal)
				season_by[at->alpha] -= gamma_share * of_season;
		}
		if (at->beta >= 0)
			fit->trend_by[at->beta] += smoothing->alpha * of_level;
		if (at->gamma >= 0)
			season_by[at->gamma] += (1 - smoothing->alpha) * of_season;
		add_error(fit, at->count, e);
		if (seasonal)
			now.season[place] = s + smoothing->gamma * of_season;
		now.level = q + smoothing->alpha * of_level;
		now.trend = smoothing->phi * trend + smoothing->beta * of_level;
		place = place + 1 == fit->season ? 0 : place + 1;
	}
}

/*
 * From sums over e to those over e G, up to the factor G^2 that both sides of the system have: the derivative of e G is
 * G times that of e and e times the mean derivative of log m.
 */
static void
weigh_by_mean(lf_ets_fit *fit, int count, size_t rows, double squares)
{
	for (int i = 0; i < count; i++)
		fit->logarithm_by[i] /= (double) rows;
	for (int i = 0; i < count; i++)
		for (int k = 0; k <= i; k++)
			fit->square[i][k] += fit->slope[i] * fit->logarithm_by[k] + fit->slope[k] * fit->logarithm_by[i] +
				squares * fit->logarithm_by[i] * fit->logarithm_by[k];
	for (int i = 0; i < count; i++)
		fit->slope[i] += squares * fit->logarithm_by[i];
}

/* Solves for a step: the damped system, by Cholesky's decomposition, without the numbers that stay at their bounds. */
static bool
solve(lf_ets_fit *fit, int count, double damping)
{
	for (int i = 0; i < count; i++)
	{
		double		diagonal = fit->square[i][i];

		for (int k = 0; k <= i; k++)
			fit->system[i][k] = fit->bound[i] || fit->bound[k] ? 0 : fit->square[i][k];
		fit->system[i][i] = fit->bound[i] ? 1 : diagonal * (1 + damping) + 1e-14;
		fit->step[i] = fit->bound[i] ? 0 : -fit->slope[i];
	}
	for (int i = 0; i < count; i++)
	{
		for (int k = 0; k < i; k++)
		{
			double		sum = fit->system[i][k];

			for (int j = 0; j < k; j++)
				sum -= fit->system[i][j] * fit->system[k][j];
			fit->system[i][k] = sum / fit->system[k][k];
		}
		for (int j = 0; j < i; j++)
			fit->system[i][i] -= fit->system[i][j] * fit->system[i][j];
		if (!(fit->system[i][i] > 0))
			return false;
		fit->system[i][i] = sqrt(fit->system[i][i]);
	}
	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < i; j++)
			fit->step[i] -= fit->system[i][j] * fit->step[j];
		fit->step[i] /= fit->system[i][i];
	}
	for (int i = count; i-- > 0;)
	{
		for (int j = i + 1; j < count; j++)
			fit->step[i] -= fit->system[j][i] * fit->step[j];
		fit->step[i] /= fit->system[i][i];
	}
	return true;
}

/* Takes the step that 'damping' allows, if it makes the rows likelier; returns by how much the deviance fell, or 0. */
static double
try_step(lf_ets_fit *fit, const layout *at, double damping, const double *rows, size_t count)
{
	double		number[LF_ETS_NUMBERS];
	lf_ets_smoothing smoothing;
	lf_ets_states start;
	lf_ets_walk walk;
	double		fallen;

	if (!solve(fit, at->count, damping))
		return 0;
	for (int i = 0; i < at->count; i++)
	{
		double		value = fit->number[i] + fit->step[i];

		if (!isfinite(value))
			return 0;
		number[i] = value < fit->least[i] ? fit->least[i] : value > fit->most[i] ? fit->most[i] : value;
	}
	take_all(fit, at, number, &smoothing, &start);
	walk = lf_ets_filter(fit->form, fit->season, &smoothing, &start, rows, count);
	if (!walk.possible)
		return 0;
	fallen = lf_ets_deviance(&fit->walk, count) - lf_ets_deviance(&walk, count);
	if (!(fallen > 0))
		return 0;
	memcpy(fit->number, number, (size_t) at->count * sizeof(double));
	fit->smoothing = smoothing;
	fit->start = start;
	fit->walk = walk;
	return fallen;
}

bool
lf_ets_fit_run(lf_ets_fit *fit, lf_ets_form form, int season, bool free, const lf_ets_smoothing *smoothing,
			   const lf_ets_states *start, const double *rows, size_t count, const volatile sig_atomic_t *interrupt)
{
	layout		at = layout_of(form, season, free);
	double		damping = FIRST_DAMPING;

	fit->form = form;
	fit->season = season;
	fit->smoothing = *smoothing;
	fit->start = *start;
	put_all(fit, &at);
	take_all(fit, &at, fit->number, &fit->smoothing, &fit->start);
	fit->walk = lf_ets_filter(form, season, &fit->smoothing, &fit->start, rows, count);
	if (!fit->walk.possible)
		return false;
	for (int steps = 0; steps < MOST_STEPS; steps++)
	{
		double		fallen = 0;

		if (interrupt != NULL && *interrupt != 0)
			return false;
		walk_with_derivatives(fit, &at, rows, count);
		weigh_by_mean(fit, at.count, count, fit->walk.squares);
		for (int i = 0; i < at.count; i++)
			fit->bound[i] = (fit->number[i] <= fit->least[i] && fit->slope[i] > 0) ||
				(fit->number[i] >= fit->most[i] && fit->slope[i] < 0);
		for (; fallen == 0 && damping < MOST_DAMPING; damping *= 10)
		{
			fallen = try_step(fit, &at, damping, rows, count);
			if (fallen > 0)
				damping /= 100;
		}
		damping = damping < 1e-9 ? 1e-9 : damping;
		if (fallen < ENOUGH)
			break;
	}
	return true;
}

/* The best point of a grid from these states; false: no walk from any of them is possible. */
static bool
best_of_grid(lf_ets_form form, int season, const double alphas[2], const lf_ets_states *start, const double *rows,
			 size_t count, lf_ets_smoothing *best)
{
	static const double beta_shares[] = {0.02, 0.2};
	static const double gamma_shares[] = {0.02, 0.2, 0.7};
	double		least = INFINITY;

	for (int a = 0; a < 2; a++)
		for (int b = 0; b < (form.trend != LF_ETS_NO_TREND ? 2 : 1); b++)
			for (int c = 0; c < (form.season != LF_ETS_NO_SEASON ? 3 : 1); c++)
			{
				lf_ets_smoothing smoothing = {.alpha = alphas[a],
					.beta = form.trend != LF_ETS_NO_TREND ? beta_shares[b] * alphas[a] : 0,
					.gamma = form.season != LF_ETS_NO_SEASON ? gamma_shares[c] * (1 - alphas[a]) : 0,
					.phi = form.trend == LF_ETS_DAMPED ? (LEAST_PHI + MOST_PHI) / 2 : 1};
				lf_ets_walk walk = lf_ets_filter(form, season, &smoothing, start, rows, count);
				double		deviance = walk.possible ? lf_ets_deviance(&walk, count) : (double) INFINITY;

				if (deviance < least)
				{
					*best = smoothing;
					least = deviance;
				}
			}
	return isfinite(least);
}

bool
lf_ets_fit_search(lf_ets_fit *fit, lf_ets_form form, int season, const lf_ets_states *start, const double *rows,
				  size_t count, const volatile sig_atomic_t *interrupt)
{
	static const double alphas[2][2] = {{0.05, 0.25}, {0.5, 0.8}};
	lf_ets_smoothing found = {0};
	lf_ets_states found_start = {0};
	lf_ets_walk found_walk = {0};

	for (int half = 0; half < 2; half++)
	{
		lf_ets_smoothing first;

		if (!best_of_grid(form, season, alphas[half], start, rows, count, &first) ||
			!lf_ets_fit_run(fit, form, season, true, &first, start, rows, count, interrupt))
			continue;
		if (found_walk.possible && lf_ets_deviance(&found_walk, count) <= lf_ets_deviance(&fit->walk, count))
			continue;
		found = fit->smoothing;
		found_start = fit->start;
		found_walk = fit->walk;
	}
	fit->smoothing = found;
	fit->start = found_start;
	fit->walk = found_walk;
	return found_walk.possible;
}
