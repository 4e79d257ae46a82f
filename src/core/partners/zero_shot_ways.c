/*
 * zero_shot_ways.c: forecasts by each way to see the rows of a series.
 */
#include "partners/zero_shot_ways.h"

#include "base/finite.h"
#include "partners/theta.h"

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

/* ---- one way after the other ---- */

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

/* The theta method on the rows without seasons, with normal errors. */
static void
forecast_theta(lf_zero_room *room, int steps, lf_zero_quantiles *quantiles)
{
	const lf_partner_rows *rows = &room->rows;
	lf_theta	theta = lf_theta_learn(rows->adjusted, rows->count);
	lf_theta_state state = lf_theta_filter(&theta, rows->adjusted, rows->count);

	lf_theta_forecast(&theta, &state, rows->count, state.squares / (double) rows->count, steps, room->mean, room->variance);
	for (int h = 0; h < steps; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			double		said = room->mean[h] + lf_zero_normal[i] * sqrt(room->variance[h]);

			quantiles[h].at[i] = lf_nearest_finite(lf_partner_restored(rows, said, rows->next + h), rows->last);
		}
}

/* The network on the same rows. */
static void
forecast_decomposed(lf_zero_room *room, const lf_seasons *seasons, int steps, lf_zero_quantiles *quantiles)
{
	lf_partner_rows *rows = &room->rows;
	lf_zero_form form = lf_zero_form_of(rows->adjusted, rows->count);

	for (size_t i = 0; i < rows->count; i++)
		rows->adjusted[i] = lf_zero_formed(&form, rows->adjusted[i]);
	forecast_rows(room, rows->adjusted, rows->count, seasons->count > 0 ? seasons->season[0].length : 1, steps, quantiles);
	for (int h = 0; h < steps; h++)
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
		{
			double		said = lf_zero_unformed(&form, quantiles[h].at[i]);

			quantiles[h].at[i] = lf_nearest_finite(lf_partner_restored(rows, said, rows->next + h), rows->last);
		}
}

size_t
lf_zero_difference(const lf_seasons *seasons)
{
	return seasons->count > 0 ? (size_t) floor(seasons->season[0].length + 0.5) : 0;
}

static void
forecast_differences(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
					 lf_zero_quantiles *quantiles)
{
	size_t		season = lf_zero_difference(seasons);
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
			quantiles[h].at[i] = lf_nearest_finite(before + quantiles[h].at[i], before);
	}
}

void
lf_zero_ways(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps, const bool *use,
			 lf_zero_quantiles *said, const volatile sig_atomic_t *interrupt)
{
	size_t		each = (size_t) steps;

	lf_partner_rows_prepare(&room->rows, seasons, column, interrupt);
	/* those that come later put other values in the place of the rows */
	if (use[LF_ZERO_THETA])
		forecast_theta(room, steps, said + LF_ZERO_THETA * each);
	if (use[LF_ZERO_DECOMPOSED])
		forecast_decomposed(room, seasons, steps, said + LF_ZERO_DECOMPOSED * each);
	if (use[LF_ZERO_DIFFERENCES])
		forecast_differences(room, seasons, column, steps, said + LF_ZERO_DIFFERENCES * each);
}
