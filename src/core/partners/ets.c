/*
 * ets.c: the forms, the walk over rows, and what follows from where it ends.
 */
#include "partners/ets.h"

#include <math.h>

uint8_t
lf_ets_form_code(lf_ets_form form)
{
	return (uint8_t) ((form.relative ? 1 : 0) + 2 * (int) form.trend + 6 * (int) form.season);
}

lf_ets_form
lf_ets_form_of(uint8_t code)
{
	return (lf_ets_form) {.relative = code % 2 == 1, .trend = (lf_ets_trend) (code / 2 % 3),
		.season = (lf_ets_season) (code / 6 % 3)};
}

bool
lf_ets_form_is_sound(lf_ets_form form)
{
	return form.season != LF_ETS_MULTIPLIED || form.relative;
}

int
lf_ets_smoothings(lf_ets_form form)
{
	return 1 + (form.trend != LF_ETS_NO_TREND) + (form.season != LF_ETS_NO_SEASON) + (form.trend == LF_ETS_DAMPED);
}

int
lf_ets_free_states(lf_ets_form form, int season)
{
	return 1 + (form.trend != LF_ETS_NO_TREND) + (form.season != LF_ETS_NO_SEASON ? season - 1 : 0);
}

/* Products of forecasts are turned into a logarithm before they leave these bounds. */
#define LARGE_PRODUCT 1e100

/* What multiplies is kept away from 0: rows are of a size of about 1. */
#define LEAST_FACTOR 1e-12

lf_ets_walk
lf_ets_filter(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, const lf_ets_states *start,
			  const double *rows, size_t count)
{
	lf_ets_walk walk = {.possible = true, .end = *start};
	lf_ets_states *now = &walk.end;
	lf_ets_states turned;
	double		product = 1;
	int			place = 0;

	for (size_t i = 0; i < count; i++)
	{
		double		after = smoothing->phi * now->trend;
		double		q = now->level + after;
		double		s = form.season == LF_ETS_NO_SEASON ? 0 : now->season[place];
		double		m = form.season == LF_ETS_MULTIPLIED ? q * s : q + s;
		double		r = rows[i] - m;
		double		e = r;

		if (form.relative)
		{
			if (!(m > LEAST_FACTOR) || (form.season == LF_ETS_MULTIPLIED && !(q > LEAST_FACTOR)))
			{
				walk.possible = false;
				return walk;
			}
			e = r / m;
			product *= m;
			if (product > LARGE_PRODUCT || product < 1 / LARGE_PRODUCT)
			{
				walk.logarithm += log(product);
				product = 1;
			}
		}
		walk.squares += e * e;
		if (form.season == LF_ETS_MULTIPLIED)
		{
			now->season[place] = s + smoothing->gamma * r / q;
			r /= s;
		}
		else if (form.season == LF_ETS_ADDED)
			now->season[place] = s + smoothing->gamma * r;
		now->level = q + smoothing->alpha * r;
		now->trend = after + smoothing->beta * r;
		place = place + 1 == season ? 0 : place + 1;
	}
	walk.logarithm += log(product);
	walk.possible = isfinite(walk.squares) && isfinite(walk.logarithm) && isfinite(now->level) && isfinite(now->trend);
	if (form.season == LF_ETS_NO_SEASON)
		return walk;
	for (int k = 0; k < season; k++)
	{
		turned.season[k] = now->season[(place + k) % season];
		walk.possible = walk.possible && isfinite(turned.season[k]);
	}
	for (int k = 0; k < season; k++)
		now->season[k] = turned.season[k];
	return walk;
}

/* The mean square below which errors are rounding, of rows of a size of about 1: no form is likelier for less. */
#define ROUNDING 1e-24

double
lf_ets_deviance(const lf_ets_walk *walk, size_t count)
{
	double		n = (double) count;

	return n * log(walk->squares + n * ROUNDING) + 2 * walk->logarithm;
}

double
lf_ets_aicc(double deviance, int numbers, size_t count)
{
	double		k = numbers + 1;
	double		rest = (double) count - k - 1;

	return rest > 0 ? deviance + 2 * k + 2 * k * (k + 1) / rest : (double) INFINITY;
}

/* ---- forecasts ---- */

/* What an error of j steps ago has added to a forecast of one step, for j = 1, 2, ...: c_j of the book. */
typedef struct echoes
{
	double		sum;			/* phi + phi^2 + ... */
	double		power;
	int			steps;
} echoes;

static double
next_echo(echoes *echo, lf_ets_form form, int season, const lf_ets_smoothing *smoothing)
{
	echo->power *= smoothing->phi;
	echo->sum += echo->power;
	echo->steps++;
	return smoothing->alpha + (form.trend != LF_ETS_NO_TREND ? smoothing->beta * echo->sum : 0) +
		(form.season == LF_ETS_ADDED && echo->steps % season == 0 ? smoothing->gamma : 0);
}

/* Means by letting every further error be 0. */
static void
take_means(lf_ets_form form, int season, double phi, const lf_ets_states *end, int steps, double *mean)
{
	double		level = end->level;
	double		trend = end->trend;

	for (int h = 0; h < steps; h++)
	{
		trend *= phi;
		level += trend;
		mean[h] = level;
		if (form.season == LF_ETS_ADDED)
			mean[h] += end->season[h % season];
		else if (form.season == LF_ETS_MULTIPLIED)
			mean[h] *= end->season[h % season];
	}
}

/* Errors that add: their echoes are independent of each other, and of the level. */
static void
take_added(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, double variance, int steps,
		   double *variances)
{
	echoes		all = {.power = 1};
	double		sum = 1;

	for (int h = 0; h < steps; h++)
	{
		double		c;

		variances[h] = variance * sum;
		c = next_echo(&all, form, season, smoothing);
		sum += c * c;
	}
}

/* Steps of which every pair is looked at: behind them a variance grows as it does where errors add. */
#define MOST_PAIRED 256

/*
 * Errors that multiply are as large as the forecast of one step then is. Its mean square, theta_h in the book, is that
 * of its mean and of the echoes of all errors before it. A season that multiplies is left out of all this until the
 * end.
 */
static void
take_relative(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, const lf_ets_states *end,
			  double variance, int steps, const double *mean, double *variances)
{
	int			paired = steps < MOST_PAIRED ? steps : MOST_PAIRED;
	bool		multiplies = form.season == LF_ETS_MULTIPLIED;
	double		square[MOST_PAIRED];	/* theta */
	double		sums[MOST_PAIRED];
	double		sum = 1;		/* of the squares of echoes so far */
	double		grown = 1;		/* mean square, and mean, of what its cycles do to a season, beside the level */
	double		drifted = 1;
	double		cycle_later = 0;
	echoes		all = {.power = 1};

	for (int j = 0; multiplies && j < season; j++)
		cycle_later = next_echo(&all, form, season, smoothing);
	all = (echoes) {.power = 1};

	for (int h = 0; h < paired; h++)
	{
		echoes		back = {.power = 1};
		double		s = multiplies ? end->season[h % season] : 1;
		double		q = mean[h] / s;

		square[h] = q * q;
		for (int j = 1; j <= h; j++)
		{
			double		c = next_echo(&back, form, season, smoothing);

			square[h] += variance * c * c * square[h - j];
		}
		/* an error moves the season of its row by gamma, and together with it the level a cycle later by its echo */
		if (multiplies && h > 0 && h % season == 0)
		{
			grown *= 1 + smoothing->gamma * (smoothing->gamma + 4 * cycle_later) * variance;
			drifted *= 1 + smoothing->gamma * cycle_later * variance;
		}
		variances[h] = s * s * (square[h] * (1 + variance) * grown - q * q * drifted * drifted);
	}
	for (int h = 0; h < steps; h++)
	{
		double		c;

		if (h < paired)
			sums[h] = sum;
		else
		{
			/* beside the same place of the season */
			int			like = paired - season + (h - paired) % season;

			variances[h] = variances[like] * sum / sums[like];
		}
		c = next_echo(&all, form, season, smoothing);
		sum += c * c;
	}
}

void
lf_ets_forecast(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, const lf_ets_states *end,
				double variance, int steps, double *mean, double *variances)
{
	take_means(form, season, smoothing->phi, end, steps, mean);
	if (form.relative)
		take_relative(form, season, smoothing, end, variance, steps, mean, variances);
	else
		take_added(form, season, smoothing, variance, steps, variances);
}
