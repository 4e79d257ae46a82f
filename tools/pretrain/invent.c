/*
 * invent.c: how series are drawn.
 *
 * Bases have differences of about 1 from row to row, so that seasons, shifts and outliers can be drawn relative to them.
 */
#include "invent.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static double
uniform(lf_random *random, double from, double to)
{
	return from + (to - from) * lf_random_uniform(random);
}

static double
log_uniform(lf_random *random, double from, double to)
{
	return exp(uniform(random, log(from), log(to)));
}

static bool
chance(lf_random *random, double probability)
{
	return lf_random_uniform(random) < probability;
}

/* Normal, or with heavier tails; variance about 1. 'freedom' 0: normal. */
static double
noise(lf_random *random, double freedom)
{
	double		z = lf_random_normal(random);
	double		u = 0;

	if (freedom == 0)
		return z;
	for (int i = 0; i < 3; i++)
		u += pow(lf_random_normal(random), 2);
	return z / sqrt((u + freedom) / (3 + freedom));
}

static double
draw_freedom(lf_random *random)
{
	return chance(random, 0.6) ? 0 : log_uniform(random, 0.05, 3);
}

/* ---- bases ---- */

/* Level, trend and noise, as exponential smoothing has them; the trend may be damped. */
static void
structural(lf_random *random, int count, double *y)
{
	double		alpha = chance(random, 0.15) ? 0 : chance(random, 0.15) ? 1 : pow(lf_random_uniform(random), 1.5);
	double		beta = chance(random, 0.55) ? 0 : alpha * pow(lf_random_uniform(random), 3);
	double		phi = chance(random, 0.55) ? 1 : 1 - log_uniform(random, 0.005, 0.25);
	double		freedom = draw_freedom(random);
	double		level = 0;
	double		slope = chance(random, 0.25) ? 0 : lf_random_normal(random) * log_uniform(random, 0.01, 1.5);
	double		drift = chance(random, 0.5) ? 0 : lf_random_normal(random) * log_uniform(random, 0.02, 0.4);

	for (int t = 0; t < count; t++)
	{
		double		e = noise(random, freedom);
		double		before = level + phi * slope + drift;

		y[t] = before + e;
		level = before + alpha * e;
		slope = phi * slope + beta * e;
	}
}

/* Coefficients of a polynomial whose inverse roots are drawn within the unit circle, alike by area. */
static int
draw_polynomial(lf_random *random, int order, double *coefficient)
{
	int			n = 0;

	memset(coefficient, 0, 8 * sizeof(double));
	coefficient[0] = 1;
	while (n < order)
	{
		double		radius = 0.98 * sqrt(lf_random_uniform(random));
		int			grow = order - n >= 2 && chance(random, 0.5) ? 2 : 1;
		double		angle = uniform(random, 0, PI);
		double		a = grow == 2 ? -2 * radius * cos(angle) : chance(random, 0.75) ? -radius : radius;
		double		b = grow == 2 ? radius * radius : 0;

		for (int i = n + grow; i > 0; i--)
			coefficient[i] += a * coefficient[i - 1] + (i > 1 ? b * coefficient[i - 2] : 0);
		n += grow;
	}
	return n;
}

#define WARM_UP 60

/* ARIMA: autoregression and moving average of some orders, summed up once, or seldom twice. */
static void
arima(lf_random *random, int count, double *y)
{
	double		ar[8];
	double		ma[8];
	int			p = draw_polynomial(random, 1 + (int) lf_random_below(random, 3), ar);
	int			q = draw_polynomial(random, (int) lf_random_below(random, 3), ma);
	double		freedom = draw_freedom(random);
	double		past_e[8] = {0};
	double		past[8] = {0};
	int			sums = chance(random, 0.45) ? 1 : chance(random, 0.12) ? 2 : 0;
	double		drift = chance(random, 0.35) ? 0 : lf_random_normal(random) * log_uniform(random, 0.02, 0.4);
	double		slope = chance(random, 0.5) ? 0 : lf_random_normal(random) * log_uniform(random, 0.005, 0.3);

	for (int t = -WARM_UP; t < count; t++)
	{
		double		value;

		memmove(past_e + 1, past_e, 7 * sizeof(double));
		past_e[0] = noise(random, freedom);
		value = past_e[0];
		for (int i = 1; i <= q; i++)
			value += ma[i] * past_e[i];
		for (int i = 1; i <= p; i++)
			value -= ar[i] * past[i - 1];
		memmove(past + 1, past, 7 * sizeof(double));
		past[0] = value;
		if (t >= 0)
			y[t] = value + (sums > 0 ? drift : slope * t);
	}
	for (int i = 0; i < sums; i++)
		for (int t = 1; t < count; t++)
			y[t] += y[t - 1];
}

/* A smooth function, as Gaussian processes draw them: a sum of waves whose lengths their kernel has (Rahimi and Recht 2007). */
static void
smooth(lf_random *random, int count, double *y)
{
	double		length = log_uniform(random, 3, 150);
	double		heavy = chance(random, 0.5) ? 0 : 1;	/* as Matern kernels */
	double		roughness = log_uniform(random, 0.003, 1);
	int			waves = 24;
	double		freedom = draw_freedom(random);
	double		trend = chance(random, 0.5) ? 0 : lf_random_normal(random) / 30;

	for (int t = 0; t < count; t++)
		y[t] = trend * t + roughness * noise(random, freedom);
	for (int w = 0; w < waves; w++)
	{
		double		frequency = lf_random_normal(random) / length;
		double		phase = uniform(random, 0, 2 * PI);
		double		size = sqrt(2.0 / waves);
		double		cosine;
		double		sine;
		double		c;
		double		s;

		if (heavy > 0)
			frequency /= sqrt((pow(lf_random_normal(random), 2) + pow(lf_random_normal(random), 2) +
							   pow(lf_random_normal(random), 2)) / 3 + 0.02);
		/* the wave is turned from row to row */
		cosine = cos(frequency);
		sine = sin(frequency);
		c = size * cos(phase);
		s = size * sin(phase);
		for (int t = 0; t < count; t++)
		{
			double		turned = c * cosine - s * sine;

			y[t] += c;
			s = s * cosine + c * sine;
			c = turned;
		}
	}
}

/* Growth that slows down, or decay, with noise of its own; business cycles on top. */
static void
growth(lf_random *random, int count, double *y)
{
	double		middle = uniform(random, -0.5, 1.5) * count;
	double		width = log_uniform(random, 0.05, 1) * count;
	double		height = lf_random_normal(random) * log_uniform(random, 3, 80);
	double		alpha = lf_random_uniform(random);
	double		freedom = draw_freedom(random);
	double		cycle = chance(random, 0.4) ? 0 : log_uniform(random, 0.5, 6);
	double		frequency = 2 * PI / log_uniform(random, 10, 80);
	double		radius = uniform(random, 0.9, 0.995);
	double		a = 0;
	double		b = 0;
	double		level = 0;

	for (int t = 0; t < count; t++)
	{
		double		e = noise(random, freedom);
		double		next = 2 * radius * cos(frequency) * a - radius * radius * b +
			lf_random_normal(random) * sqrt(1 - radius) * frequency;

		b = a;
		a = next;
		y[t] = height / (1 + exp(-(t - middle) / width)) + level + e + cycle * a;
		level += alpha * e;
	}
}

/* Straight pieces, joined or not. */
static void
pieces(lf_random *random, int count, double *y)
{
	double		level = 0;
	double		slope = lf_random_normal(random) * log_uniform(random, 0.01, 1);
	double		often = log_uniform(random, 0.004, 0.06);
	double		jump = chance(random, 0.5) ? 0 : log_uniform(random, 1, 10);
	double		freedom = draw_freedom(random);
	double		back = chance(random, 0.7) ? 1 : uniform(random, 0, 1);

	for (int t = 0; t < count; t++)
	{
		if (chance(random, often))
		{
			slope = back * lf_random_normal(random) * log_uniform(random, 0.01, 1);
			level += jump * lf_random_normal(random);
		}
		level += slope;
		y[t] = level + noise(random, freedom);
	}
}

/* Random walks and pure noise. */
static void
walk(lf_random *random, int count, double *y)
{
	double		freedom = draw_freedom(random);
	bool		sums = chance(random, 0.6);
	double		drift = chance(random, 0.3) ? 0 : lf_random_normal(random) * log_uniform(random, 0.02, 0.5);

	for (int t = 0; t < count; t++)
		y[t] = noise(random, freedom) + (sums ? drift : 0) + (sums && t > 0 ? y[t - 1] : 0);
}

/* A level that comes back to where it was, as days and hours have it, noise, and episodes that pass. */
static void
reverting(lf_random *random, int count, double *y)
{
	double		keeps = exp(-1 / log_uniform(random, 0.5, 80));
	double		moves = chance(random, 0.2) ? 0 : log_uniform(random, 0.05, 2);
	double		freedom = draw_freedom(random);
	double		often = chance(random, 0.6) ? 0 : log_uniform(random, 0.003, 0.03);
	double		size = log_uniform(random, 1, 8);
	double		fades = exp(-1 / log_uniform(random, 0.5, 15));
	double		slope = chance(random, 0.6) ? 0 : lf_random_normal(random) * log_uniform(random, 0.002, 0.05);
	double		level = moves * lf_random_normal(random);
	double		episode = 0;

	for (int t = 0; t < count; t++)
	{
		level = keeps * level + sqrt(1 - keeps * keeps) * moves * lf_random_normal(random);
		episode *= fades;
		if (chance(random, often))
			episode += size * lf_random_normal(random);
		y[t] = level + episode + slope * t + noise(random, freedom);
	}
}

static void	draw_base(lf_random *random, int count, double often_reverts, double *scratch, double *y, bool mixed);

/* The mean size of a difference of neighbours becomes 1. */
static void
standardize(int count, double *y)
{
	double		sum = 0;

	for (int t = 1; t < count; t++)
		sum += fabs(y[t] - y[t - 1]);
	sum /= count - 1;
	for (int t = 0; t < count && sum > 1e-9; t++)
		y[t] /= sum;
}

/* From some row on it moves as another series does. */
static void
change(lf_random *random, int count, double often_reverts, double *scratch, double *y)
{
	int			at = (int) lf_random_below(random, (uint64_t) count);
	double		size = log_uniform(random, 0.4, 2.5);

	draw_base(random, count, often_reverts, scratch + count, scratch, false);
	standardize(count, scratch);
	for (int t = count - 1; t > at; t--)
		y[t] = scratch[t] * size;
	for (int t = at + 1; t < count; t++)
		y[t] += y[at] - scratch[at] * size;
}

static void
mixture(lf_random *random, int count, double often_reverts, double *scratch, double *y)
{
	int			parts = 2 + (int) lf_random_below(random, 2);

	for (int t = 0; t < count; t++)
		y[t] = 0;
	for (int i = 0; i < parts; i++)
	{
		double		weight = log_uniform(random, 0.1, 1);

		draw_base(random, count, often_reverts, scratch + count, scratch, false);
		standardize(count, scratch);
		for (int t = 0; t < count; t++)
			y[t] += weight * scratch[t];
	}
}

static void
draw_base(lf_random *random, int count, double often_reverts, double *scratch, double *y, bool mixed)
{
	double		u = lf_random_uniform(random);

	if (mixed && chance(random, 0.12))
	{
		mixture(random, count, often_reverts, scratch, y);
		return;
	}
	if (chance(random, often_reverts))
		reverting(random, count, y);
	else if (u < 0.50)
		structural(random, count, y);
	else if (u < 0.72)
		arima(random, count, y);
	else if (u < 0.79)
		smooth(random, count, y);
	else if (u < 0.86)
		growth(random, count, y);
	else if (u < 0.92)
		pieces(random, count, y);
	else
		walk(random, count, y);
}

/* ---- seasons ---- */

static void
center(int length, double *shape)
{
	double		mean = 0;
	double		squares = 0;

	for (int i = 0; i < length; i++)
		mean += shape[i] / length;
	for (int i = 0; i < length; i++)
	{
		shape[i] -= mean;
		squares += shape[i] * shape[i] / length;
	}
	for (int i = 0; i < length && squares > 1e-12; i++)
		shape[i] /= sqrt(squares);
}

static void
draw_shape(lf_random *random, int length, double *shape)
{
	double		u = lf_random_uniform(random);
	int			harmonics = 1 + (int) lf_random_below(random, length > 10 ? 5 : (uint64_t) (length + 1) / 2);

	memset(shape, 0, (size_t) length * sizeof(double));
	if (u < 0.6 && length > 3)
		for (int h = 1; h <= harmonics; h++)
		{
			double		size = lf_random_normal(random) / sqrt(h);
			double		phase = uniform(random, 0, 2 * PI);

			for (int i = 0; i < length; i++)
				shape[i] += size * cos(2 * PI * h * i / length + phase);
		}
	else if (u < 0.85)
		for (int i = 0; i < length; i++)
			shape[i] = lf_random_normal(random);
	else
	{
		int			high = 1 + (int) lf_random_below(random, (uint64_t) (length + 3) / 4);

		for (int i = 0; i < high; i++)
			shape[lf_random_below(random, (uint64_t) length)] = lf_random_normal(random) + 1;
	}
	center(length, shape);
}

/* Adds a season whose shape and size may change from cycle to cycle. */
static void
add_season(lf_random *random, int count, int length, double size, double *scratch, double *y)
{
	double		change = chance(random, 0.4) ? 0 : log_uniform(random, 0.003, 0.12);
	double		grows = chance(random, 0.7) ? 0 : lf_random_normal(random) * 0.04;
	int			phase = (int) lf_random_below(random, (uint64_t) length);

	draw_shape(random, length, scratch);
	for (int t = 0; t < count; t++)
	{
		int			place = (t + phase) % length;

		y[t] += size * exp(grows * t / length) * scratch[place];
		if (change > 0)
			scratch[place] += change * lf_random_normal(random);
	}
}

static int
draw_length(lf_random *random)
{
	double		u = lf_random_uniform(random);

	return u < 0.42 ? 12 : u < 0.64 ? 4 : u < 0.8 ? 7 : u < 0.92 ? 24 : 2 + (int) lf_random_below(random, 60);
}

static void
tell(lf_seasons *seasons, int length)
{
	seasons->season[seasons->count++] = lf_season_of(length);
}

/* ---- what happens to rows ---- */

static void
spoil(lf_random *random, int count, double *y)
{
	if (chance(random, 0.10))	/* outliers */
	{
		double		often = log_uniform(random, 0.005, 0.06);
		double		size = log_uniform(random, 3, 25);

		for (int t = 0; t < count; t++)
			if (chance(random, often))
				y[t] += size * lf_random_normal(random);
	}
	if (chance(random, 0.1))	/* a shift */
	{
		int			at = (int) lf_random_below(random, (uint64_t) count);
		double		size = lf_random_normal(random) * log_uniform(random, 3, 30);

		for (int t = at; t < count; t++)
			y[t] += size;
	}
	if (chance(random, 0.07))	/* noise that comes and goes */
	{
		double		size = 0;
		double		keeps = uniform(random, 0.8, 0.99);

		for (int t = 0; t < count; t++)
		{
			size = keeps * size + sqrt(1 - keeps * keeps) * lf_random_normal(random);
			y[t] += exp(size) * lf_random_normal(random);
		}
	}
	if (chance(random, 0.08))	/* rows that were not measured, filled along a line or by the last */
	{
		double		often = log_uniform(random, 0.01, 0.1);
		bool		line = chance(random, 0.5);

		for (int t = 1; t < count; t++)
			if (chance(random, often))
			{
				int			end = t + 1 + (int) lf_random_below(random, 6);
				double		from = y[t - 1];

				for (int i = t; i < end && end < count; i++)
					y[i] = line ? from + (y[end] - from) * (i - t + 1) / (end - t + 1) : from;
				t = end;
			}
	}
	if (chance(random, 0.06))	/* coarse figures */
	{
		double		step = log_uniform(random, 0.3, 4);

		for (int t = 0; t < count; t++)
			y[t] = step * floor(y[t] / step + 0.5);
	}
}

/* Few events: counts, many of which are 0. */
static void
counts(lf_random *random, int count, double *y)
{
	double		rate = log_uniform(random, 0.1, 8);
	double		wanders = chance(random, 0.5) ? 0 : log_uniform(random, 0.01, 0.1);
	double		spread = chance(random, 0.5) ? 0 : log_uniform(random, 0.1, 1);

	for (int t = 0; t < count; t++)
	{
		double		mean = rate * exp(spread * lf_random_normal(random));
		double		left = exp(-fmin(mean, 30));
		double		product = lf_random_uniform(random);

		y[t] = 0;
		for (; product > left && y[t] < 100; y[t]++)
			product *= lf_random_uniform(random);
		rate = fmin(rate * exp(wanders * lf_random_normal(random)), 25);
	}
}

size_t
invent_scratch(int count)
{
	return 3 * (size_t) count + 512;
}

void
invent(lf_random *random, int count, int known, double *scratch, Invented *series)
{
	double	   *y = series->value;
	int			length = draw_length(random);
	bool		cycles = known >= 2 * length + 2;	/* enough of them to tell a season */
	bool		seasonal = chance(random, cycles ? 0.7 : 0.1);
	bool		multiplies = chance(random, 0.45);
	bool		told = cycles && chance(random, seasonal ? 0.95 : 0.25);
	int			second = length == 24 && known > 340 ? 168 : 0;

	series->count = count;
	series->logged = false;
	series->seasons.count = 0;
	if (chance(random, 0.04))
	{
		counts(random, count, y);
		multiplies = false;
		seasonal = seasonal && chance(random, 0.3);
	}
	else
	{
		draw_base(random, count, seasonal && (length == 7 || length >= 24) ? 0.5 : 0.12, scratch, y, true);
		standardize(count, y);
		if (chance(random, 0.15))
			change(random, count, 0.12, scratch, y);
		spoil(random, count, y);
	}
	if (seasonal)
	{
		double		size = log_uniform(random, 0.3, 8);

		add_season(random, count, length, size, scratch, y);
		if (second > 0 && chance(random, 0.6))
			add_season(random, count, second, size * log_uniform(random, 0.1, 1), scratch, y);
		else
			second = 0;
	}
	if (told)
	{
		tell(&series->seasons, length);
		if (second > 0)
			tell(&series->seasons, second);
	}
	if (chance(random, 0.5))
		for (int t = 0; t < count; t++)
			y[t] = -y[t];
	if (multiplies)
	{
		double		low = y[0];
		double		high = y[0];
		double		last = y[known - 1];
		double		unit;

		for (int t = 1; t < known; t++)
		{
			low = fmin(low, y[t]);
			high = fmax(high, y[t]);
		}
		unit = log_uniform(random, 0.05, 2.5) / (high - low + 1e-9);
		for (int t = 0; t < count; t++)
			y[t] = exp(fmin(fmax((y[t] - last) * unit, -20), 8));
		series->logged = chance(random, 0.85);
	}
	else if (chance(random, 0.25))
	{
		double		low = y[0];
		double		high = y[0];

		for (int t = 1; t < known; t++)
		{
			low = fmin(low, y[t]);
			high = fmax(high, y[t]);
		}
		low -= (high - low + 1e-9) * log_uniform(random, 0.2, 10);
		for (int t = 0; t < count; t++)
			y[t] -= low;
		series->logged = true;
	}
}
