/*
 * method.c: one table of methods, and the choice between them.
 */
#include "judging/method.h"

#include "base/finite.h"
#include "base/quantile.h"

#include <float.h>
#include <math.h>

const char *const lf_method_names[LF_METHODS] = {"repeat_last", "seasonal_naive", "drift", "seasonal_mean", "mean",
	"theta", "ets", "zero_shot", "auto"};

void
lf_method_layout(lf_method_room *room, lf_arena *arena, lf_method method, size_t rows, const lf_method_seasons *seasons, int steps)
{
	if (method == LF_METHOD_ZERO_SHOT)
	{
		lf_zero_layout(&room->zero_shot, arena, rows, &seasons->all, steps);
		room->quantiles = lf_arena_take(arena, (size_t) steps, sizeof(lf_zero_quantiles));
		return;
	}
	lf_partner_layout(&room->partner, arena, rows, &seasons->all, steps);
	room->mean = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->spread = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->other = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->other_spread = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->trial = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->trial_spread = lf_arena_take(arena, (size_t) steps, sizeof(double));
}

/* ---- naive methods ---- */

static lf_forecaster
forecaster_of(lf_method method)
{
	static const lf_forecaster forecasters[] = {LF_REPEAT_LAST, LF_SEASONAL_NAIVE, LF_DRIFT, LF_SEASONAL_MEAN, LF_MEAN};

	return forecasters[method];
}

/* A column as the frame that baselines read. */
static lf_frame
frame_of(const lf_column *column)
{
	return (lf_frame) {.values = column->values, .rows = column->rows, .columns = (int) column->stride,
		.number = column->number};
}

/* The most of the newest rows that errors are measured on: these are enough, and older ones are of another time. */
#define MOST_MEASURED ((size_t) 5000)

/*
 * The standard deviation of the errors of a naive method over the rows: one step ahead, or for those with a season one
 * season. Its slope, or its mean, is that over all rows. NaN: fewer than two errors.
 */
static double
error_spread(lf_method method, const lf_frame *frame, int season, double mean)
{
	bool		seasonal = method == LF_METHOD_SEASONAL_NAIVE || method == LF_METHOD_SEASONAL_MEAN;
	size_t		before = method == LF_METHOD_MEAN ? 0 : seasonal ? (size_t) season : 1;
	size_t		first = frame->rows > MOST_MEASURED + before ? frame->rows - MOST_MEASURED : before;
	size_t		stride = (size_t) frame->columns;
	double		slope = 0;
	double		scale = 0;		/* of the largest error: squares of huge ones overflow */
	double		squares = 0;
	double		count = 0;

	if (method == LF_METHOD_DRIFT && frame->rows > 1)
		slope = frame->values[(frame->rows - 1) * stride] / (double) (frame->rows - 1) -
			frame->values[0] / (double) (frame->rows - 1);
	for (size_t row = first; row < frame->rows; row++)
	{
		double		value = frame->values[row * stride];
		double		error;

		if (method == LF_METHOD_MEAN)
			error = value - mean;
		else if (seasonal)
			error = value - lf_baseline(forecaster_of(method), frame, 0, row - before, season, season, mean);
		else
			error = value - frame->values[(row - 1) * stride] - slope;
		/* differences of huge values overflow */
		error = fabs(error) <= DBL_MAX ? fabs(error) : DBL_MAX;
		if (error > scale)
		{
			squares = scale > 0 ? squares * (scale / error) * (scale / error) + 1 : 1;
			scale = error;
		}
		else if (scale > 0)
			squares += (error / scale) * (error / scale);
		count++;
	}
	/* a slope or a mean has been taken from the same rows */
	if (method == LF_METHOD_DRIFT || method == LF_METHOD_MEAN)
		count--;
	if (count < 1 || (count < 2 && !seasonal && method != LF_METHOD_MEAN))
		return (double) NAN;
	return scale * sqrt(squares / count);
}

/* What a step adds to the spread of one. */
static double
growth(lf_method method, int step, int season, size_t rows)
{
	double		h = step;
	double		t = (double) rows;
	int			seasons = (step - 1) / season;

	switch (method)
	{
		case LF_METHOD_REPEAT_LAST:
			return sqrt(h);
		case LF_METHOD_SEASONAL_NAIVE:
			return sqrt(seasons + 1.0);
		case LF_METHOD_DRIFT:
			return sqrt(h * (1 + h / (t - 1)));
		case LF_METHOD_MEAN:
			return sqrt(1 + 1 / t);
		default:
			return 1;
	}
}

/* Whether a naive method has something to say. */
static bool
is_possible(lf_method method, size_t rows, int season)
{
	if (method == LF_METHOD_SEASONAL_NAIVE || method == LF_METHOD_SEASONAL_MEAN)
		return season > 1 && rows >= (size_t) season;
	return method != LF_METHOD_DRIFT || rows > 1;
}

static lf_method
naive_forecast(lf_method method, int season, const lf_column *column, int steps, double *mean, double *spread)
{
	lf_frame	frame = frame_of(column);
	double		of_rows = lf_column_mean(&frame, 0, frame.rows);
	double		last = frame.values[(frame.rows - 1) * (size_t) frame.columns];
	double		one;

	if (!is_possible(method, frame.rows, season))
		method = LF_METHOD_REPEAT_LAST;
	one = error_spread(method, &frame, season, of_rows);
	for (int h = 0; h < steps; h++)
	{
		double		value = lf_baseline(forecaster_of(method), &frame, 0, frame.rows - 1, h + 1, season, of_rows);

		mean[h] = lf_nearest_finite(value, last);
		spread[h] = isnan(one) ? one : lf_nearest_finite(one * growth(method, h + 1, season, frame.rows), 0);
	}
	return method;
}

/* ---- theta and ets ---- */

/* One row says nothing of errors. */
#define ROWS_OF_SPREAD 3

static void
partner_forecast(lf_method_room *room, lf_partner which, const lf_seasons *seasons, const lf_column *column, int steps,
				 double *mean, double *spread, const volatile sig_atomic_t *interrupt)
{
	lf_learned	learned;

	lf_partner_learn(&room->partner, which, seasons, column, &learned, interrupt);
	lf_partner_forecast(&room->partner, which, seasons, column, &learned, steps, mean, spread, interrupt);
	for (int h = 0; h < steps && column->rows < ROWS_OF_SPREAD; h++)
		spread[h] = (double) NAN;
}

/* The mean of both: errors of the two are alike, so it is as uncertain as they are on average. */
static void
both_forecast(lf_method_room *room, const lf_seasons *seasons, const lf_column *column, int steps, double *mean,
			  double *spread, const volatile sig_atomic_t *interrupt)
{
	partner_forecast(room, LF_PARTNER_THETA, seasons, column, steps, mean, spread, interrupt);
	partner_forecast(room, LF_PARTNER_ETS, seasons, column, steps, room->other, room->other_spread, interrupt);
	for (int h = 0; h < steps; h++)
	{
		/* sums of huge values overflow, and compilers may add before they halve */
		mean[h] = lf_nearest_finite(mean[h] / 2 + room->other[h] / 2, mean[h]);
		spread[h] = isnan(spread[h]) ? spread[h] : lf_nearest_finite(spread[h] / 2 + room->other_spread[h] / 2, spread[h]);
	}
}

/* ---- the choice ---- */

/*
 * Earlier origins, one horizon apart, that methods are compared at, and the cycles that the first must have before it.
 */
#define ORIGINS 4
#define CYCLES_BEFORE 2

/* Any method, without a choice; AUTO: the mean of theta and ets. */
static lf_method
forecast_by(lf_method_room *room, lf_method method, const lf_method_seasons *seasons, const lf_column *column,
			int steps, double *mean, double *spread, const volatile sig_atomic_t *interrupt)
{
	if (method == LF_METHOD_AUTO)
		both_forecast(room, &seasons->all, column, steps, mean, spread, interrupt);
	else if (method == LF_METHOD_THETA || method == LF_METHOD_ETS)
		partner_forecast(room, method == LF_METHOD_THETA ? LF_PARTNER_THETA : LF_PARTNER_ETS, &seasons->all, column,
						 steps, mean, spread, interrupt);
	else
		return naive_forecast(method, seasons->repeated, column, steps, mean, spread);
	return method;
}

/* The mean absolute error of a method at earlier origins. */
static double
past_error(lf_method_room *room, lf_method method, const lf_method_seasons *seasons, const lf_column *column,
		   int origins, int steps, const volatile sig_atomic_t *interrupt)
{
	double		sum = 0;

	for (int i = 1; i <= origins; i++)
	{
		lf_column	known = *column;

		known.rows -= (size_t) i * (size_t) steps;
		(void) forecast_by(room, method, seasons, &known, steps, room->trial, room->trial_spread, interrupt);
		for (int h = 0; h < steps; h++)
		{
			double		actual = column->values[(known.rows + (size_t) h) * column->stride];

			sum += fabs(actual - room->trial[h]) / steps / origins;
		}
	}
	return sum;
}

/* A method with the season that it repeats. */
typedef struct candidate
{
	lf_method	method;
	int			season;
} candidate;

/* The methods that are compared; those with a season, with each that is known. */
static int
candidates_of(const lf_method_seasons *seasons, candidate list[])
{
	static const lf_method plain[] = {LF_METHOD_AUTO, LF_METHOD_THETA, LF_METHOD_REPEAT_LAST, LF_METHOD_MEAN};
	int			count = 0;

	for (int i = 0; i < 4; i++)
		list[count++] = (candidate) {plain[i], seasons->repeated};
	for (int i = -1; i < seasons->all.count; i++)
	{
		int			season = i < 0 ? seasons->repeated : (int) floor(seasons->all.season[i].length + 0.5);

		if (i >= 0 && season == seasons->repeated)
			continue;
		list[count++] = (candidate) {LF_METHOD_SEASONAL_NAIVE, season};
		list[count++] = (candidate) {LF_METHOD_SEASONAL_MEAN, season};
	}
	return count;
}

#define MOST_CANDIDATES (4 + 2 * (1 + LF_MAX_SEASONS))

/*
 * With a long season no method is the best of most series: of the hourly series of the M4 competition (seasons of 24
 * and 168 rows, horizon 48) theta has a MASE of 1.67 and a sMAPE of 11.3, the day before 1.19 and 13.9, and this choice
 * 1.03 and 9.2.
 */
static candidate
choose(lf_method_room *room, const lf_method_seasons *seasons, const lf_column *column, int steps,
	   const volatile sig_atomic_t *interrupt)
{
	double		longest = seasons->all.count > 0 ? seasons->all.season[seasons->all.count - 1].length : 1;
	candidate	best = {LF_METHOD_AUTO, seasons->repeated};
	candidate	list[MOST_CANDIDATES];
	double		least = INFINITY;
	int			count;
	int			origins = 0;

	if (longest < seasons->repeated)
		longest = seasons->repeated;
	if (longest <= LF_SHORT_SEASON)
		return best;
	while (origins < ORIGINS &&
		   (double) column->rows >= (double) (origins + 1) * steps + CYCLES_BEFORE * longest)
		origins++;
	count = origins > 0 ? candidates_of(seasons, list) : 0;
	for (int i = 0; i < count; i++)
	{
		lf_method_seasons tried = {.all = seasons->all, .repeated = list[i].season};
		double		error = past_error(room, list[i].method, &tried, column, origins, steps, interrupt);

		if (error < least)
		{
			least = error;
			best = list[i];
		}
	}
	return best;
}

/* So many spreads on either side as normal errors have. */
static void
bound(const lf_method_room *room, int steps, double level, lf_outlook *outlook)
{
	double		z = lf_normal_quantile((1 - level) / 2);

	for (int h = 0; h < steps; h++)
	{
		double		mean = room->mean[h];
		double		away = z * room->spread[h];

		outlook[h] = (lf_outlook) {mean, isnan(away) ? away : lf_nearest_finite(mean - away, mean), isnan(away) ? away : lf_nearest_finite(mean + away, mean)};
	}
}

static void
zero_shot(lf_method_room *room, const lf_seasons *seasons, const lf_column *column, int steps, double level,
		  lf_outlook *outlook, const volatile sig_atomic_t *interrupt)
{
	double		z = lf_normal_quantile((1 - level) / 2);

	lf_zero_forecast(&room->zero_shot, seasons, column, steps, room->quantiles, interrupt);
	for (int h = 0; h < steps; h++)
	{
		const lf_zero_quantiles *said = &room->quantiles[h];

		outlook[h] = (lf_outlook) {said->at[LF_ZERO_MEDIAN], lf_zero_quantile(said, -z),
			lf_zero_quantile(said, z)};
	}
}

lf_method
lf_method_forecast(lf_method_room *room, lf_method method, const lf_method_seasons *seasons, const lf_column *column,
				   int steps, double level, lf_outlook *outlook, const volatile sig_atomic_t *interrupt)
{
	lf_method_seasons used = *seasons;

	if (method == LF_METHOD_ZERO_SHOT)
	{
		zero_shot(room, &seasons->all, column, steps, level, outlook, interrupt);
		return method;
	}
	if (method == LF_METHOD_AUTO)
	{
		candidate	best = choose(room, seasons, column, steps, interrupt);

		method = best.method;
		used.repeated = best.season;
	}
	method = forecast_by(room, method, &used, column, steps, room->mean, room->spread, interrupt);
	bound(room, steps, level, outlook);
	return method;
}
