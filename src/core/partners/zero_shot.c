/*
 * zero_shot.c: from the rows of a series to quantiles of those that follow.
 */
#include "partners/zero_shot.h"

#include "base/finite.h"
#include "base/select.h"
#include "partners/zero_shot_ways.h"

#include <float.h>
#include <math.h>

/* ---- what earlier origins tell of a long series ---- */

#define MOST_ORIGINS 12

/* Cycles of the longest season that the first origin must have before it. */
#define CYCLES_BEFORE 2

/* A way weighs by its errors to this power. */
#define SHARPNESS 6.0

/*
 * The quantiles that are held against what came: those of 95 and of 80, which says how wide the inner ones should be. Where most
 * values are 0 the former need be much wider than the latter; where fewer values than this were compared it is not made narrower.
 */
#define OUTER 0
#define INNER 1
#define PAIRS 2
#define LEAST_OF_OUTER 20
static const double within[PAIRS] = {0.95, 0.8};

/* So many origins say half of what is to be known about widths. */
#define HALF_SURE 2.0

/* Forecasts of few steps tell little each: more origins, until so many values have been compared. */
#define ENOUGH 48

/* Origins, one horizon apart, of which the first has as many rows before it as the network sees. */
static int
origins_of(const lf_seasons *seasons, size_t rows, int steps)
{
	double		longest = seasons->count > 0 ? seasons->season[seasons->count - 1].length : 1;
	int			most = ENOUGH / steps;
	int			origins = 0;

	most = most < LF_ZERO_ORIGINS ? LF_ZERO_ORIGINS : most > MOST_ORIGINS ? MOST_ORIGINS : most;
	while (origins < most &&
		   (double) rows >= (double) (origins + 1) * steps + fmax(CYCLES_BEFORE * longest, LF_ZERO_ROWS))
		origins++;
	return origins;
}

/* What each way weighs, and how much wider bounds are to be. */
typedef struct hindsight
{
	bool		use[LF_ZERO_WAYS];
	double		weight[LF_ZERO_WAYS];
	double		wider[PAIRS];	/* the outermost, and the others */
} hindsight;

static void
add_weighed(const lf_zero_quantiles *said, const hindsight *past, int steps, lf_zero_quantiles *sum)
{
	for (int h = 0; h < steps; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			double		value = 0;

			for (int w = 0; w < LF_ZERO_WAYS; w++)
				if (past->weight[w] > 0)
					value += past->weight[w] * said[w * steps + h].at[i];
			sum[h].at[i] = value;
		}
}

/* Weights by the errors of each way; where one of them was never off, it weighs all. */
static void
weigh(hindsight *past, const double *error)
{
	double		least = INFINITY;
	double		total = 0;

	for (int w = 0; w < LF_ZERO_WAYS; w++)
		least = past->use[w] ? fmin(least, error[w]) : least;
	for (int w = 0; w < LF_ZERO_WAYS; w++)
	{
		past->weight[w] = !past->use[w] ? 0 : error[w] > least ? pow(least / error[w], SHARPNESS) : 1;
		total += past->weight[w];
	}
	for (int w = 0; w < LF_ZERO_WAYS; w++)
		past->weight[w] /= total;
}

/* The ratio of errors to the widths of a pair of quantiles that as many had as the interval is to hold. */
static double
ratio_of_widths(lf_zero_room *room, const hindsight *past, const lf_column *column, int origins, int steps, int compared, int pair)
{
	size_t		count = 0;

	for (int o = 0; o < origins; o++)
	{
		const double *actual = column->values + (column->rows - (size_t) (o + 1) * (size_t) steps) * column->stride;

		add_weighed(room->past + (size_t) (o * LF_ZERO_WAYS) * (size_t) compared, past, compared, room->mixed);
		for (int h = 0; h < compared; h++)
		{
			const double *at = room->mixed[h].at;
			double		away = actual[(size_t) h * column->stride] - at[LF_ZERO_MEDIAN];
			double		width = away > 0 ? at[LF_ZERO_LEVELS - 1 - pair] - at[LF_ZERO_MEDIAN] : at[LF_ZERO_MEDIAN] - at[pair];

			if (width > 0)
				room->ratio[count++] = fmin(fabs(away) / width, DBL_MAX);
		}
	}
	return count > 0 ? lf_select(room->ratio, count, (size_t) (within[pair] * (double) count)) : 1;
}

static hindsight
look_back(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
		  const volatile sig_atomic_t *interrupt)
{
	hindsight	past = {.use = {[LF_ZERO_DECOMPOSED] = true}, .weight = {[LF_ZERO_DECOMPOSED] = 1}, .wider = {1, 1}};
	int			origins = origins_of(seasons, column->rows, steps);
	int			compared = steps < LF_ZERO_FARTHEST ? steps : LF_ZERO_FARTHEST;
	double		error[LF_ZERO_WAYS] = {0};

	if (origins == 0)
		return past;
	past.use[LF_ZERO_DIFFERENCES] = lf_zero_difference(seasons) > 1;
	past.use[LF_ZERO_THETA] = true;
	for (int o = 0; o < origins; o++)
	{
		lf_column	known = *column;
		lf_zero_quantiles *said = room->past + (size_t) (o * LF_ZERO_WAYS) * (size_t) compared;

		known.rows -= (size_t) (o + 1) * (size_t) steps;
		lf_zero_ways(room, seasons, &known, compared, past.use, said, interrupt);
		for (int w = 0; w < LF_ZERO_WAYS; w++)
			for (int h = 0; h < compared && past.use[w]; h++)
				error[w] = fmin(error[w] + fabs(column->values[(known.rows + (size_t) h) * column->stride] -
												said[w * compared + h].at[LF_ZERO_MEDIAN]), DBL_MAX);
	}
	weigh(&past, error);
	for (int pair = PAIRS - 1; pair >= 0; pair--)
	{
		bool		told = pair == INNER || origins * compared >= LEAST_OF_OUTER;
		double		ratio = told ? ratio_of_widths(room, &past, column, origins, steps, compared, pair) : 0;

		past.wider[pair] = told ? pow(fmin(fmax(ratio, 0.1), 10), origins / (origins + HALF_SURE)) : fmax(past.wider[INNER], 1);
	}
	return past;
}

/* Fewer rows say nothing of errors. */
#define ROWS_OF_SPREAD 3

void
lf_zero_forecast(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
				 lf_zero_quantiles *quantiles, const volatile sig_atomic_t *interrupt)
{
	hindsight	past = look_back(room, seasons, column, steps, interrupt);

	lf_zero_ways(room, seasons, column, steps, past.use, room->said, interrupt);
	add_weighed(room->said, &past, steps, quantiles);
	for (int h = 0; h < steps; h++)
	{
		double	   *at = quantiles[h].at;
		double		median = at[LF_ZERO_MEDIAN];

		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			bool		outer = i == OUTER || i == LF_ZERO_LEVELS - 1 - OUTER;

			at[i] = lf_nearest_finite(median + (at[i] - median) * past.wider[outer ? OUTER : INNER], median);
		}
		/* the inner ones may be made wider than the outermost, and rounding of huge values may change the order */
		at[0] = fmin(at[0], at[1]);
		for (int i = 1; i < LF_ZERO_LEVELS; i++)
			at[i] = fmax(at[i], at[i - 1]);
		for (int i = 0; i < LF_ZERO_LEVELS && column->rows < ROWS_OF_SPREAD; i++)
			at[i] = i == LF_ZERO_MEDIAN ? median : (double) NAN;
	}
}

/* The piece of the line through the quantiles that a place lies on, 0 between the first two; at both ends it goes on. */
static int
piece_of(const double *list, double place)
{
	int			i = 0;

	while (i < LF_ZERO_LEVELS - 2 && place > list[i + 1])
		i++;
	return i;
}

double
lf_zero_quantile(const lf_zero_quantiles *quantiles, double normal)
{
	const double *at = quantiles->at;
	const double *known = lf_zero_normal;
	int			i = piece_of(known, normal);

	if (isnan(at[0]))
		return normal == 0 ? at[LF_ZERO_MEDIAN] : (double) NAN;
	return lf_nearest_finite(at[i] + (at[i + 1] - at[i]) * ((normal - known[i]) / (known[i + 1] - known[i])), at[LF_ZERO_MEDIAN]);
}

double
lf_zero_nonconformity(const lf_zero_quantiles *quantiles, double value)
{
	const double *at = quantiles->at;
	const double *known = lf_zero_normal;
	int			i = piece_of(at, value);

	if (isnan(at[0]))
		return (double) NAN;
	if (value == at[LF_ZERO_MEDIAN])
		return 0;
	/* rows that never moved: whatever differs is as far out as can be */
	if (!(at[i + 1] > at[i]))
		return INFINITY;
	return fabs(known[i] + (known[i + 1] - known[i]) * ((value - at[i]) / (at[i + 1] - at[i])));
}
