/*
 * partner_rows.c: seasons taken out and put back, and scales.
 */
#include "partners/partner_rows.h"

#include "base/finite.h"
#include "partners/ets.h"
#include "series/shifts.h"

#include <float.h>
#include <math.h>

/* Cycles that a season is taken from, where these are more rows than are looked at else: older ones weigh nothing. */
#define CYCLES 24

/* Rows beside this, over their scale, are as good as 0: nothing can be relative to them. */
#define CLEARLY_POSITIVE 1e-9

/* The least value that a logarithm is taken of, and the largest number whose exponential is finite, about. */
#define LEAST_VALUE 1e-300
#define MOST_EXPONENT 700

/* Rows of a series that seasons are taken from. */
static size_t
rows_for_seasons(size_t count, const lf_seasons *seasons)
{
	double		most = seasons->count > 0 ? CYCLES * seasons->season[seasons->count - 1].length : 0;

	if (most < (double) LF_MOST_PARTNER_ROWS)
		most = (double) LF_MOST_PARTNER_ROWS;
	return (double) count > most ? (size_t) most : count;
}

void
lf_partner_rows_layout(lf_partner_rows *rows, lf_arena *arena, size_t count, const lf_seasons *seasons)
{
	size_t		n = count < LF_MOST_PARTNER_ROWS ? count : LF_MOST_PARTNER_ROWS;

	*rows = (lf_partner_rows) {0};
	lf_parts_layout(&rows->parts, arena, rows_for_seasons(count, seasons), seasons);
	rows->raw = lf_arena_take(arena, n, sizeof(double));
	rows->adjusted = lf_arena_take(arena, n, sizeof(double));
	rows->scratch = lf_arena_take(arena, lf_shifts_scratch(n), sizeof(double));
}

double
lf_partner_season(const lf_partner_rows *rows, int64_t number)
{
	return lf_seasons_value(rows->seasons, rows->parts.shape, number);
}

/* A row without its seasons: its logarithm where they multiply. 'value' counts from 'from'. */
static double
without_season(double value, double season)
{
	return log(value > LEAST_VALUE ? value : LEAST_VALUE) - season;
}

/* Rows that are new: smoothing that was learned before them would follow a shift of the level too slowly, or as a trend. */
#define NEW_ROWS 20

/* Shifts among the newest rows: how far the level has moved in all, from which row on. Uses 'adjusted' as scratch. */
static size_t
find_shift(lf_partner_rows *rows, const double *values, size_t stride)
{
	size_t		n = rows->count;
	lf_shift	shifts[LF_MAX_SHIFTS];
	size_t		first = 0;
	int			count;

	for (size_t i = 0; i < n; i++)
	{
		double		season = lf_partner_season(rows, rows->first + (int64_t) i);
		double		value = values[i * stride] - rows->from;

		rows->adjusted[i] = rows->multiplied ? without_season(value, season) : value - season;
	}
	rows->shift = 0;
	count = lf_shifts_take_out(rows->adjusted, n, lf_shifts_width(n), shifts, rows->scratch);
	for (int i = 0; i < count; i++)
		if (shifts[i].row + NEW_ROWS > n && isfinite(shifts[i].size))
		{
			rows->shift += shifts[i].size;
			first = shifts[i].row > first ? shifts[i].row : first;
		}
	return first;
}

/* A value that counts from 'from', as it were if the level had always been where it is now. */
static double
moved(const lf_partner_rows *rows, double value)
{
	return rows->multiplied ? value * exp(rows->shift) : value + rows->shift;
}

double
lf_partner_adjusted(const lf_partner_rows *rows, double value, int64_t number)
{
	double		season = lf_partner_season(rows, number);

	value -= rows->from;
	/* both over the scale first: the difference of huge values may be none */
	return rows->multiplied ? exp(without_season(value, season) - rows->adjusted_scale) :
		value / rows->adjusted_scale - season / rows->adjusted_scale;
}

double
lf_partner_restored(const lf_partner_rows *rows, double adjusted, int64_t number)
{
	double		season = lf_partner_season(rows, number);
	double		exponent = rows->adjusted_scale + season;

	if (rows->multiplied)
		return rows->from + adjusted * exp(exponent < MOST_EXPONENT ? exponent : MOST_EXPONENT);
	return rows->from + season + adjusted * rows->adjusted_scale;
}

void
lf_partner_rows_prepare(lf_partner_rows *rows, const lf_seasons *seasons, const lf_column *column,
						const volatile sig_atomic_t *interrupt)
{
	lf_column	newest = *column;
	size_t		for_seasons = rows_for_seasons(column->rows, seasons);
	size_t		n = column->rows < LF_MOST_PARTNER_ROWS ? column->rows : LF_MOST_PARTNER_ROWS;
	const double *values = column->values + (column->rows - n) * column->stride;
	double		largest;
	size_t		before;			/* rows that lie before a shift */

	rows->count = n;
	rows->seasons = seasons;
	rows->next = column->number + (int64_t) column->rows;
	rows->first = rows->next - (int64_t) n;
	rows->multiplied = column->logged && seasons->count > 0;
	rows->from = rows->multiplied ? column->log_from : 0;
	rows->last = values[(n - 1) * column->stride];
	newest.values += (column->rows - for_seasons) * column->stride;
	newest.number += (int64_t) (column->rows - for_seasons);
	newest.rows = for_seasons;
	lf_decompose(&rows->parts, seasons, &newest, interrupt);
	before = find_shift(rows, values, column->stride);

	rows->scale = 0;
	largest = rows->multiplied ? -DBL_MAX : 0;
	for (size_t i = 0; i < n; i++)
	{
		double		season = lf_partner_season(rows, rows->first + (int64_t) i);
		double		value = values[i * column->stride] - rows->from;

		value = i < before ? moved(rows, value) : value;
		if (rows->multiplied)
			largest = fmax(largest, without_season(value, season));
		else
			largest = fmax(largest, fmax(fabs(value), fabs(season)));
		rows->scale = fmax(rows->scale, fabs(value));
	}
	rows->scale = rows->scale > 0 ? rows->scale : 1;
	rows->adjusted_scale = rows->multiplied || largest > 0 ? largest : 1;
	rows->positive = true;
	for (size_t i = 0; i < n; i++)
	{
		double		value = values[i * column->stride] - rows->from;

		value = i < before ? moved(rows, value) : value;
		rows->raw[i] = value / rows->scale;
		rows->adjusted[i] = lf_partner_adjusted(rows, value + rows->from, rows->first + (int64_t) i);
		rows->positive = rows->positive && rows->raw[i] > CLEARLY_POSITIVE && rows->adjusted[i] > CLEARLY_POSITIVE;
	}
}

/* Rows beyond two cycles that a season needs to have states of its own. */
#define BESIDE_CYCLES 4

int
lf_partner_own_season(const lf_partner_rows *rows)
{
	const lf_season *season = &rows->seasons->season[0];

	if (rows->seasons->count != 1 || season->length != season->knots || season->knots > LF_ETS_MOST_SEASON ||
		rows->count < 2 * (size_t) season->knots + BESIDE_CYCLES)
		return 1;
	return season->knots;
}

double
lf_partner_density(const lf_partner_rows *rows)
{
	double		sum = 0;

	for (size_t i = 0; i < rows->count; i++)
		sum += rows->multiplied ? rows->adjusted_scale - log(rows->scale) +
			lf_partner_season(rows, rows->first + (int64_t) i) : log(rows->adjusted_scale / rows->scale);
	return 2 * sum;
}

void
lf_partner_put_back(const lf_partner_rows *rows, bool adjusted, int steps, const double *variance, double *mean,
					double *spread)
{
	for (int h = 0; h < steps; h++)
	{
		double		factor = rows->scale;
		double		offset = rows->from;

		if (adjusted)
		{
			double		season = lf_partner_season(rows, rows->next + h);
			double		exponent = rows->adjusted_scale + season;

			factor = rows->adjusted_scale;
			if (rows->multiplied)
				factor = exp(exponent < MOST_EXPONENT ? exponent : MOST_EXPONENT);
			offset += rows->multiplied ? 0 : season;
		}
		mean[h] = lf_nearest_finite(mean[h] * factor + offset, rows->last);
		spread[h] = lf_nearest_finite(variance[h] > 0 ? sqrt(variance[h]) * factor : 0, 0);
	}
}

double
lf_partner_rows_shift(const lf_partner_rows *rows)
{
	double		shift = rows->multiplied ? (rows->last - rows->from) * (1 - exp(-rows->shift)) : rows->shift;

	return isfinite(shift) ? fabs(shift) : 0;
}
