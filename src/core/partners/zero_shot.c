/*
 * zero_shot.c: from the rows of a series to quantiles of those that follow.
 */
#include "partners/zero_shot.h"

#include "base/quantile.h"
#include "base/select.h"

#include <float.h>
#include <math.h>

/* ---- beyond the farthest step ---- */

/*
 * The means of so many rows each, the newest last; returns how many there are. '*within': the mean square of the rows'
 * distances from theirs, which a value has beside what its mean does.
 */
static size_t
make_coarse(const double *rows, size_t count, size_t together, double *coarse, double *within)
{
	size_t		n = count / together;
	const double *first = rows + (count - n * together);

	*within = 0;
	for (size_t i = 0; i < n; i++)
	{
		double		mean = 0;

		for (size_t j = 0; j < together; j++)
			mean += first[i * together + j] / (double) together;
		coarse[i] = mean;
		for (size_t j = 0; j < together; j++)
			*within += (first[i * together + j] - mean) * (first[i * together + j] - mean) / (double) (n * together);
	}
	return n;
}

/* The steps behind the farthest, from means of rows. */
static void
forecast_beyond(lf_zero_room *room, const double *rows, size_t count, double season, int steps, lf_zero_quantiles *quantiles)
{
	size_t		together = (size_t) (steps - 1) / LF_ZERO_FARTHEST + 1;
	double		within;
	size_t		means = make_coarse(rows, count, together, room->coarse, &within);
	lf_zero_walked far = {0};

	if (means > 0)
		lf_zero_walk(room, room->coarse, means, fmax(season / (double) together, 1), &far);
	for (int h = LF_ZERO_FARTHEST; h < steps; h++)
	{
		/* the middle of the first mean lies half of it behind the last row */
		double		step = (h + 1 - 0.5) / (double) together + 0.5;
		double		from = means > 0 ? room->coarse[means - 1] : rows[count - 1];
		double		median = lf_zero_at_step(&far, step, LF_ZERO_MEDIAN);

		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			double		away = lf_zero_at_step(&far, step, i) - median;
			double		normal = room->head.normal[i];

			quantiles[h].at[i] = from + median + (normal < 0 ? -1 : 1) * sqrt(away * away + normal * normal * within);
		}
	}
}

/* ---- rows as they are seen by one of two ways ---- */

/* How seasons are taken out. */
typedef enum way
{
	DECOMPOSED,					/* all of them, by lf_decompose() */
	DIFFERENCES,				/* the shortest, as the difference to a season before */
	WAYS
} way;

static double
limited(double value, double otherwise)
{
	return isnan(value) ? otherwise : value > DBL_MAX ? DBL_MAX : value < -DBL_MAX ? -DBL_MAX : value;
}

/* Forecasts rows without seasons. */
static void
forecast_rows(lf_zero_room *room, const double *rows, size_t count, double season, int steps, lf_zero_quantiles *quantiles)
{
	lf_zero_walked near;

	lf_zero_walk(room, rows, count, season, &near);
	for (int h = 0; h < steps && h < LF_ZERO_FARTHEST; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			quantiles[h].at[i] = rows[count - 1] + lf_zero_at_step(&near, h + 1, i);
	if (steps > LF_ZERO_FARTHEST)
		forecast_beyond(room, rows, count, season, steps, quantiles);
}

static void
forecast_decomposed(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
					lf_zero_quantiles *quantiles, const volatile sig_atomic_t *interrupt)
{
	lf_partner_rows *rows = &room->rows;
	lf_zero_form form;

	lf_partner_rows_prepare(rows, seasons, column, interrupt);
	form = lf_zero_form_of(rows->adjusted, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		rows->adjusted[i] = lf_zero_formed(&form, rows->adjusted[i]);
	forecast_rows(room, rows->adjusted, rows->count, seasons->count > 0 ? seasons->season[0].length : 1, steps, quantiles);
	for (int h = 0; h < steps; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			double		said = lf_zero_unformed(&form, quantiles[h].at[i]);

			quantiles[h].at[i] = limited(lf_partner_restored(rows, said, rows->next + h), rows->last);
		}
}

/* A season of whole rows that the rows hold some times. */
static size_t
difference_of(const lf_seasons *seasons)
{
	return seasons->count > 0 ? (size_t) floor(seasons->season[0].length + 0.5) : 0;
}

static void
forecast_differences(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
					 lf_zero_quantiles *quantiles)
{
	size_t		season = difference_of(seasons);
	size_t		n = column->rows - season < LF_MOST_PARTNER_ROWS ? column->rows - season : LF_MOST_PARTNER_ROWS;
	const double *value = column->values + (column->rows - n) * column->stride;
	double	   *rows = room->rows.adjusted;

	for (size_t i = 0; i < n; i++)
		rows[i] = value[i * column->stride] - value[((ptrdiff_t) i - (ptrdiff_t) season) * (ptrdiff_t) column->stride];
	forecast_rows(room, rows, n, seasons->season[0].length, steps, quantiles);
	for (int h = 0; h < steps; h++)
	{
		size_t		place = column->rows - season + (size_t) h % season;	/* of the last season known */
		double		before = column->values[place * column->stride];

		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			quantiles[h].at[i] = limited(before + quantiles[h].at[i], before);
	}
}

static void
forecast_by(lf_zero_room *room, way by, const lf_seasons *seasons, const lf_column *column, int steps,
			lf_zero_quantiles *quantiles, const volatile sig_atomic_t *interrupt)
{
	if (by == DECOMPOSED)
		forecast_decomposed(room, seasons, column, steps, quantiles, interrupt);
	else
		forecast_differences(room, seasons, column, steps, quantiles);
}

/* ---- what earlier origins tell of a long series ---- */

/* Earlier origins, one horizon apart, and the cycles of the longest season that the first must have before it. */
#define ORIGINS 4
#define CYCLES_BEFORE 2

/* Steps that are compared, at most. */
#define MOST_COMPARED LF_ZERO_FARTHEST
#define SHARPNESS 4.0

static int
origins_of(const lf_seasons *seasons, size_t rows, int steps)
{
	double		longest = seasons->count > 0 ? seasons->season[seasons->count - 1].length : 1;
	int			origins = 0;

	while (origins < ORIGINS && (double) rows >= (double) (origins + 1) * steps + fmax(CYCLES_BEFORE * longest, LF_ZERO_ROWS))
		origins++;
	return origins;
}

/* How far off each way was at earlier origins, and how wide bounds should have been: mean absolute errors, and ratios. */
typedef struct hindsight
{
	int			origins;
	double		weight[WAYS];
	double		wider;
} hindsight;

static void
add_weighed(const lf_zero_quantiles *one, double weight, int steps, bool first, lf_zero_quantiles *sum)
{
	for (int h = 0; h < steps; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			sum[h].at[i] = (first ? 0 : sum[h].at[i]) + weight * one[h].at[i];
}

/* The level of the quantiles that bounds are held against at earlier origins. */
#define CHECKED 1
#define CHECKED_WITHIN 0.8

/* What one origin more or less says about widths: so many say half. */
#define HALF_SURE 2.0

static hindsight
look_back(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
		  const volatile sig_atomic_t *interrupt)
{
	int			compared = steps < MOST_COMPARED ? steps : MOST_COMPARED;
	hindsight	past = {.origins = origins_of(seasons, column->rows, steps), .weight = {1}, .wider = 1};
	int			ways = difference_of(seasons) > 1 ? WAYS : 1;
	double		error[WAYS] = {0};
	double		total = 0;
	size_t		count = 0;

	if (past.origins == 0)
		return past;
	for (int o = 0; o < past.origins; o++)
		for (int w = 0; w < ways; w++)
		{
			lf_column	known = *column;
			lf_zero_quantiles *said = room->past + (o * WAYS + w) * MOST_COMPARED;

			known.rows -= (size_t) (o + 1) * (size_t) steps;
			forecast_by(room, (way) w, seasons, &known, compared, said, interrupt);
			for (int h = 0; h < compared; h++)
				error[w] += fabs(column->values[(known.rows + (size_t) h) * column->stride] - said[h].at[LF_ZERO_MEDIAN]);
		}
	for (int w = 0; w < ways; w++)
	{
		past.weight[w] = pow(error[w] + DBL_MIN, -SHARPNESS);
		total += past.weight[w];
	}
	for (int w = 0; w < ways; w++)
		past.weight[w] = total > 0 && isfinite(total) ? past.weight[w] / total : w == 0;
	for (int o = 0; o < past.origins; o++)
	{
		size_t		first = column->rows - (size_t) (o + 1) * (size_t) steps;

		for (int w = 0; w < ways; w++)
			add_weighed(room->past + (o * WAYS + w) * MOST_COMPARED, past.weight[w], compared, w == 0, room->mixed);
		for (int h = 0; h < compared; h++)
		{
			const double *at = room->mixed[h].at;
			double		away = column->values[(first + (size_t) h) * column->stride] - at[LF_ZERO_MEDIAN];
			double		width = away > 0 ? at[LF_ZERO_LEVELS - 1 - CHECKED] - at[LF_ZERO_MEDIAN] : at[LF_ZERO_MEDIAN] - at[CHECKED];

			if (width > 0)
				room->ratio[count++] = fabs(away) / width;
		}
	}
	if (count > 0)
	{
		double		ratio = lf_select(room->ratio, count, (size_t) (CHECKED_WITHIN * (double) count));

		past.wider = pow(fmin(fmax(ratio, 0.1), 10), past.origins / (past.origins + HALF_SURE));
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
	bool		first = true;

	for (int w = 0; w < WAYS; w++)
		if (past.weight[w] > 0)
		{
			forecast_by(room, (way) w, seasons, column, steps, room->one, interrupt);
			add_weighed(room->one, past.weight[w], steps, first, quantiles);
			first = false;
		}
	for (int h = 0; h < steps; h++)
	{
		double	   *at = quantiles[h].at;
		double		median = at[LF_ZERO_MEDIAN];

		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			at[i] = limited(median + (at[i] - median) * past.wider, median);
			/* rounding of huge values may change the order */
			at[i] = i > 0 && at[i] < at[i - 1] ? at[i - 1] : at[i];
		}
		for (int i = 0; i < LF_ZERO_LEVELS && column->rows < ROWS_OF_SPREAD; i++)
			at[i] = i == LF_ZERO_MEDIAN ? median : (double) NAN;
	}
}

/* The quantile of a level as that of a normal distribution: 0 in the middle. */
static double
normal_of(double level)
{
	return level == 0.5 ? 0 : -lf_normal_quantile(level);
}

double
lf_zero_quantile(const lf_zero_quantiles *quantiles, double level)
{
	const double *at = quantiles->at;
	double		from;
	double		to;
	int			i = 0;

	while (i < LF_ZERO_LEVELS - 2 && level > lf_zero_level[i + 1])
		i++;
	from = normal_of(lf_zero_level[i]);
	to = normal_of(lf_zero_level[i + 1]);
	if (isnan(at[0]))
		return level == 0.5 ? at[LF_ZERO_MEDIAN] : (double) NAN;
	return limited(at[i] + (at[i + 1] - at[i]) * ((normal_of(level) - from) / (to - from)), at[LF_ZERO_MEDIAN]);
}

double
lf_zero_nonconformity(const lf_zero_quantiles *quantiles, double value)
{
	const double *at = quantiles->at;
	int			i = 0;
	double		from;
	double		to;

	if (isnan(at[0]))
		return (double) NAN;
	if (value == at[LF_ZERO_MEDIAN])
		return 0;
	while (i < LF_ZERO_LEVELS - 2 && value > at[i + 1])
		i++;
	from = normal_of(lf_zero_level[i]);
	to = normal_of(lf_zero_level[i + 1]);
	/* rows that never moved: whatever differs is as far out as can be */
	if (!(at[i + 1] > at[i]))
		return INFINITY;
	return fabs(from + (to - from) * ((value - at[i]) / (at[i + 1] - at[i])));
}
