/*
 * theta.c: sums for the best first level and weight of the line, and a search for alpha.
 */
#include "partners/theta.h"

#include <math.h>

/* The weight of the line where nothing is known: theta is 2. And its standard deviation over series. */
#define USUAL_LINE 0.5
#define LINE_VARIES 0.4

/* Rows below which nothing is learned, alpha then, and no line: the slope of two or three rows is mostly their noise. */
#define LEAST_ROWS 4
#define USUAL_ALPHA 0.5

/* Values of alpha that are tried, and steps of the golden section between the best one's neighbours. */
#define TRIED 20
#define NARROWED 12
#define GOLDEN 0.381966011250105

/* The least-squares line over rows so far: of t = 1, 2, ... */
typedef struct running_line
{
	double		rows;
	double		sum;
	double		moment;			/* sum of t y */
	double		start;			/* at t = 0 */
	double		slope;
} running_line;

static void
add_row(running_line *line, double value)
{
	double		n = ++line->rows;
	double		middle = (n + 1) / 2;

	line->sum += value;
	line->moment += n * value;
	line->slope = n > 1 ? (line->moment - middle * line->sum) / (n * (n * n - 1) / 12) : 0;
	line->start = line->sum / n - middle * line->slope;
}

/*
 * What the line adds to a forecast, for w = 1; 'decay' is (1 - alpha)^t. Two rows have no slope to speak of, and before
 * the first row it begins there.
 */
static double
line_says(const running_line *line, double alpha, double decay)
{
	double		slope = line->rows > 2 ? line->slope : 0;
	double		start = line->rows > 2 ? line->start : line->rows > 0 ? line->sum / line->rows : line->start;

	return decay * start + (1 - decay * (1 - alpha)) / alpha * slope;
}

/* Sums of products of what l_0 and w bring to each forecast, and of what these do not explain. */
typedef struct sums
{
	double		first_first;
	double		first_line;
	double		line_line;
	double		first_rest;
	double		line_rest;
	double		rest_rest;
} sums;

static sums
take_sums(double alpha, const double *rows, size_t count)
{
	sums		sum = {0};
	running_line line = {.start = rows[0]};
	double		decay = 1;
	double		level = 0;		/* without what l_0 leaves in it */

	for (size_t i = 0; i < count; i++)
	{
		double		says = line_says(&line, alpha, decay);
		double		rest = rows[i] - level;

		sum.first_first += decay * decay;
		sum.first_line += decay * says;
		sum.line_line += says * says;
		sum.first_rest += decay * rest;
		sum.line_rest += says * rest;
		sum.rest_rest += rest * rest;
		level += alpha * rest;
		decay *= 1 - alpha;
		add_row(&line, rows[i]);
	}
	return sum;
}

static double
squares_of(const sums *s, double first, double w)
{
	return s->rest_rest - 2 * first * s->first_rest - 2 * w * s->line_rest + first * first * s->first_first +
		2 * first * w * s->first_line + w * w * s->line_line;
}

/* The best l_0 where w is given. */
static double
best_first(const sums *s, double w)
{
	return (s->first_rest - w * s->first_line) / s->first_first;
}

/* The best weight of the line, drawn to the usual one as if that were one more observation. */
static double
best_line(const sums *s, size_t count)
{
	double		certain = s->line_line - s->first_line * s->first_line / s->first_first;
	double		w = USUAL_LINE;
	double		noise;

	if (!(certain > 1e-12 * s->line_line))
		return w;
	w = (s->line_rest - s->first_line * s->first_rest / s->first_first) / certain;
	noise = squares_of(s, best_first(s, w), w) / (double) (count - 2) / (LINE_VARIES * LINE_VARIES);
	noise = noise > 0 ? noise : 0;
	w = (certain * w + noise * USUAL_LINE) / (certain + noise);
	return w < 0 ? 0 : w > 1 ? 1 : w;
}

/* What an alpha leaves; replaces the best one so far if it is better. */
static double
try_alpha(double alpha, const double *rows, size_t count, lf_theta *best, double *least)
{
	sums		s = take_sums(alpha, rows, count);
	double		w = best_line(&s, count);
	double		squares = squares_of(&s, best_first(&s, w), w);

	if (squares < *least)
	{
		*best = (lf_theta) {.alpha = alpha, .line = w};
		*least = squares;
	}
	return squares;
}

lf_theta
lf_theta_learn(const double *rows, size_t count)
{
	lf_theta	best = {.alpha = USUAL_ALPHA, .line = USUAL_LINE};
	double		least = INFINITY;
	double		low;
	double		high;

	if (count < LEAST_ROWS)
	{
		best.line = 0;
		return best;
	}
	for (int i = 0; i <= TRIED; i++)
		(void) try_alpha(LF_THETA_LEAST_ALPHA + (1 - 2 * LF_THETA_LEAST_ALPHA) * i / TRIED, rows, count, &best, &least);
	low = best.alpha - 1.0 / TRIED;
	high = best.alpha + 1.0 / TRIED;
	low = low < LF_THETA_LEAST_ALPHA ? LF_THETA_LEAST_ALPHA : low;
	high = high > 1 - LF_THETA_LEAST_ALPHA ? 1 - LF_THETA_LEAST_ALPHA : high;
	for (int i = 0; i < NARROWED; i++)
	{
		double		a = low + GOLDEN * (high - low);
		double		b = high - GOLDEN * (high - low);

		if (try_alpha(a, rows, count, &best, &least) < try_alpha(b, rows, count, &best, &least))
			high = b;
		else
			low = a;
	}
	return best;
}

lf_theta_state
lf_theta_filter(const lf_theta *theta, const double *rows, size_t count)
{
	sums		s = take_sums(theta->alpha, rows, count);
	lf_theta_state state = {.first = best_first(&s, theta->line)};
	running_line line = {.start = rows[0]};
	double		decay = 1;

	state.level = state.first;
	for (size_t i = 0; i < count; i++)
	{
		double		error = rows[i] - state.level - theta->line * line_says(&line, theta->alpha, decay);

		state.squares += error * error;
		state.level += theta->alpha * (rows[i] - state.level);
		decay *= 1 - theta->alpha;
		add_row(&line, rows[i]);
	}
	state.start = line.start;
	state.slope = line.slope;
	return state;
}

void
lf_theta_forecast(const lf_theta *theta, const lf_theta_state *state, size_t count, double variance, int steps,
				  double *mean, double *variances)
{
	double		decay = pow(1 - theta->alpha, (double) count);
	double		level = state->level;

	for (int h = 0; h < steps; h++)
	{
		double		line = decay * state->start + (1 - decay * (1 - theta->alpha)) / theta->alpha * state->slope;

		mean[h] = level + theta->line * line;
		level += theta->alpha * (mean[h] - level);
		decay *= 1 - theta->alpha;
		variances[h] = variance * (1 + h * theta->alpha * theta->alpha);
	}
}
