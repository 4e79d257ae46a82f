/*
 * decompose.c: level and seasons in turn, some times; what is far off is left out of the next turn.
 */
#include "series/decompose.h"

#include "base/select.h"

#include <math.h>
#include <string.h>

#define TURNS 3

/*
 * What a cycle counts of the one behind it. Seasons change: of the monthly and quarterly series of the M3 competition,
 * forecast by Theta with these shapes taken out, .8 left less error than 1 (.846 and .860, 1.094 and 1.107), .5 more.
 */
#define MEMORY 0.8

/* A value is far off where it is this many robust standard deviations from what is expected. */
#define FAR_OFF 6.0

/* The level is a line through this share of a cycle on either side. */
#define LEVEL_REACH 0.75
#define LEAST_REACH 3

/* Rows that the line of a level takes, and how much more noise there may be than few rows show. */
#define LEVEL_TAKES 1
#define MAY_BE_ALIKE 2

/* Values that a median is taken of: it is as good as it need be, and costs nothing in long series. */
#define MOST_SORTED ((size_t) 4096)

/* From the median of absolute values to the standard deviation of normal ones. */
#define MAD_TO_SD 1.4826

/* The median of the absolute values of some of them, evenly spread where they are many. */
static double
median_size(const double *values, size_t count, double *sorted)
{
	size_t		apart = (count - 1) / MOST_SORTED + 1;
	size_t		n = 0;

	for (size_t i = 0; i < count; i += apart)
		sorted[n++] = fabs(values[i]);
	return lf_median(sorted, n);
}

void
lf_parts_layout(lf_parts *parts, lf_arena *arena, size_t rows, const lf_seasons *seasons)
{
	size_t		n = rows < LF_MOST_DECOMPOSED ? rows : LF_MOST_DECOMPOSED;
	int			most = 0;

	for (int i = 0; i < seasons->count; i++)
		most = seasons->season[i].knots > most ? seasons->season[i].knots : most;
	*parts = (lf_parts) {.rows = n};
	parts->value = lf_arena_take(arena, n, sizeof(double));
	parts->level = lf_arena_take(arena, n, sizeof(double));
	parts->season = lf_arena_take(arena, n, sizeof(double));
	parts->clean = lf_arena_take(arena, n, sizeof(double));
	parts->rest = lf_arena_take(arena, n, sizeof(double));
	parts->sums = lf_arena_take(arena, n + 1, sizeof(double));
	parts->moments = lf_arena_take(arena, n + 1, sizeof(double));
	parts->shape = lf_arena_take(arena, (size_t) lf_seasons_knots(seasons), sizeof(double));
	parts->weights = lf_arena_take(arena, (size_t) most, sizeof(double));
}

void
lf_cycle_mean(const double *values, size_t rows, double length, double *mean, double *sums)
{
	size_t		half = (size_t) ((length - 1) / 2);
	double		part = (length - 1) / 2 - (double) half;	/* of the rows at both ends */

	sums[0] = 0;
	for (size_t i = 0; i < rows; i++)
		sums[i + 1] = sums[i] + values[i];
	for (size_t i = 0; i < rows; i++)
	{
		bool		fits = i > half && i + half + 1 < rows;

		mean[i] = !fits ? (double) NAN :
			(sums[i + half + 1] - sums[i - half] + part * (values[i - half - 1] + values[i + half + 1])) / length;
	}
}

/* Sums of values up to each row, and of values times how far the row is from the middle one. */
typedef struct running
{
	double	   *sums;			/* (rows + 1) */
	double	   *moments;		/* (rows + 1) */
	size_t		rows;
	double		middle;			/* numbers around 0 keep the digits of the moments */
} running;

/* The least-squares line over the rows at most 'reach' away from row i, at that row. */
static double
line_at(const running *r, size_t i, size_t reach)
{
	size_t		from = i > reach ? i - reach : 0;
	size_t		to = i + reach < r->rows ? i + reach + 1 : r->rows;
	double		n = (double) (to - from);
	double		at = ((double) from + (double) to - 1) / 2 - r->middle;	/* the window's middle */
	double		mean = (r->sums[to] - r->sums[from]) / n;
	double		along = r->moments[to] - r->moments[from] - at * (r->sums[to] - r->sums[from]);
	double		square = n * (n * n - 1) / 12;

	return mean + (square > 0 ? along / square * ((double) i - r->middle - at) : 0);
}

/* The same at each row. 'sums' and 'moments' (rows + 1) are scratch. */
static void
local_line(const double *values, size_t rows, size_t reach, double *line, double *sums, double *moments)
{
	const running r = {sums, moments, rows, ((double) rows - 1) / 2};
	size_t		behind = rows > 2 * reach ? rows - reach : reach;	/* the first row behind those with a whole window */

	sums[0] = moments[0] = 0;
	for (size_t i = 0; i < rows; i++)
	{
		sums[i + 1] = sums[i] + values[i];
		moments[i + 1] = moments[i] + ((double) i - r.middle) * values[i];
	}
	for (size_t i = 0; i < reach && i < rows; i++)
		line[i] = line_at(&r, i, reach);
	/* in the middle of a window a line is its mean */
	for (size_t i = reach; i < behind; i++)
		line[i] = (sums[i + reach + 1] - sums[i - reach]) / (double) (2 * reach + 1);
	for (size_t i = behind; i < rows; i++)
		line[i] = line_at(&r, i, reach);
}

void
lf_extend_mean(double *mean, size_t rows, double length)
{
	size_t		from = 0;
	size_t		to = rows;
	size_t		reach;
	double		before = 0;
	double		after = 0;

	while (from < rows && isnan(mean[from]))
		from++;
	while (to > from && isnan(mean[to - 1]))
		to--;
	reach = to - from > (size_t) length ? (size_t) length : to - from;
	/* the slope over a cycle, or over what there is */
	if (reach > 1)
	{
		before = (mean[from + reach - 1] - mean[from]) / (double) (reach - 1);
		after = (mean[to - 1] - mean[to - reach]) / (double) (reach - 1);
	}
	for (size_t i = 0; i < rows; i++)
		if (from == to)
			mean[i] = 0;
		else if (i < from)
			mean[i] = mean[from] - before * (double) (from - i);
		else if (i >= to)
			mean[i] = mean[to - 1] + after * (double) (i + 1 - to);
}

static size_t
reach_of(double length, size_t rows)
{
	size_t		reach = (size_t) ceil(length * LEVEL_REACH);

	if (reach < LEAST_REACH)
		reach = LEAST_REACH;
	return reach < rows ? reach : rows;
}

/* What a shape is made of. */
typedef struct fit
{
	double	   *shape;			/* (knots) */
	double	   *weights;		/* (knots) */
} fit;

/* Weighted means of the rows at each knot: those of the c-th cycle from the end weigh memory^c. */
static void
take_means(const lf_season *season, double memory, const double *rest, size_t rows, int64_t number, fit *f)
{
	double		weight = 1;
	double		next = season->length;	/* rows from the end at which a cycle ends */

	memset(f->shape, 0, (size_t) season->knots * sizeof(double));
	memset(f->weights, 0, (size_t) season->knots * sizeof(double));
	for (size_t back = 0; back < rows; back++)
	{
		lf_season_place at = lf_season_at(season, number + (int64_t) (rows - 1 - back));
		double		value = rest[rows - 1 - back];

		if ((double) back >= next)
		{
			next += season->length;
			weight *= memory;
		}
		f->shape[at.knot] += weight * (1 - at.part) * value;
		f->weights[at.knot] += weight * (1 - at.part);
		f->shape[at.next] += weight * at.part * value;
		f->weights[at.next] += weight * at.part;
	}
	for (int k = 0; k < season->knots; k++)
		f->shape[k] = f->weights[k] > 0 ? f->shape[k] / f->weights[k] : 0;
}

/*
 * Makes the mean of a shape 0; returns what it was. The sum begins with the knot of the newest row: so it is the same to
 * the last digit, wherever the grid of time begins.
 */
static double
center(double *shape, int knots, int newest)
{
	double		mean = 0;

	for (int k = 0; k < knots; k++)
		mean += shape[(newest + k) % knots] / knots;
	for (int k = 0; k < knots; k++)
		shape[k] -= mean;
	return mean;
}

/* Cycles of equal weight that say as much as these, of which each counts 'memory' times the one behind it. */
static double
effective_cycles(double cycles, double memory)
{
	double		rest = pow(memory, cycles);

	return memory < 1 ? (1 - rest) / (1 + rest) * (1 + memory) / (1 - memory) : cycles;
}

/*
 * How many rows tell of the noise, beside those that the shape takes. Of fewer than two cycles only the rows behind the first
 * are there twice, and the level bends to them: what is left of a season of seven days in eight rows is next to nothing,
 * whatever their noise is. So the line of the level counts, too, and that few rows may be alike by chance.
 */
static double
freedom_of(const lf_season *season, size_t rows)
{
	double		freedom = (double) rows - season->knots;

	if ((double) rows >= 2 * season->length || freedom <= LEVEL_TAKES)
		return (double) rows >= 2 * season->length ? freedom : 0;
	freedom -= LEVEL_TAKES;
	return freedom / (1 + MAY_BE_ALIKE / freedom) / (1 + MAY_BE_ALIKE / freedom);
}

/*
 * The shape of one season from the rows without level and other seasons, in 'rest'. A shape is a mean over few cycles:
 * a part of its height is the noise of these, and by that part it is made smaller. Returns the strength of the season.
 */
static double
fit_shape(const lf_season *season, double memory, const double *rest, size_t rows, int64_t number, fit *f)
{
	double		signal = 0;		/* mean square of the shape */
	double		squares = 0;	/* of the rows around it */
	double		total = 0;		/* and around their mean */
	double		freedom = freedom_of(season, rows);
	double		rows_of_knot = effective_cycles((double) rows / season->length, memory) * season->length / season->knots;
	int			newest;
	double		mean;
	double		noise;
	double		keep;

	take_means(season, memory, rest, rows, number, f);
	newest = lf_season_at(season, number + (int64_t) rows - 1).knot;
	mean = center(f->shape, season->knots, newest);
	for (int k = 0; k < season->knots; k++)
	{
		double		value = f->shape[(newest + k) % season->knots];

		signal += value * value / season->knots;
	}
	for (size_t i = 0; i < rows; i++)
	{
		lf_season_place at = lf_season_at(season, number + (int64_t) i);
		double		around = rest[i] - mean;
		double		error = around - f->shape[at.knot] - at.part * (f->shape[at.next] - f->shape[at.knot]);

		squares += error * error;
		total += around * around;
	}
	noise = freedom > 0 ? squares / freedom / (rows_of_knot > 1 ? rows_of_knot : 1) : signal;
	keep = signal > noise ? 1 - noise / signal : 0;
	for (int k = 0; k < season->knots; k++)
		f->shape[k] *= keep;
	return total > squares ? keep * (1 - squares / total) : 0;
}

/* The level as a line through what the seasons leave, and the values without what is far off. */
static void
take_level(lf_parts *parts, size_t reach)
{
	size_t		n = parts->rows;

	for (size_t i = 0; i < n; i++)
		parts->rest[i] = parts->clean[i] - parts->season[i];
	local_line(parts->rest, n, reach, parts->level, parts->sums, parts->moments);
	for (size_t i = 0; i < n; i++)
		parts->rest[i] = parts->value[i] - parts->level[i] - parts->season[i];
	parts->spread = median_size(parts->rest, n, parts->sums) * MAD_TO_SD;
	for (size_t i = 0; i < n; i++)
	{
		/* half of the rows may be alike, as zeros are: then nothing tells what is far */
		bool		far = parts->spread > 0 && fabs(parts->rest[i]) > FAR_OFF * parts->spread;

		parts->clean[i] = far ? parts->value[i] - parts->rest[i] : parts->value[i];
	}
}

/* Values that stand apart are this many times as far off as the next, and so many spreads; and they are few. */
#define APART 3.0
#define GROSS_SPREADS 10.0
#define MOST_GROSS 0.005

/* The largest of some errors, if they are few and far beyond the others. */
static int
stand_apart(const double *errors, size_t n, double spread, lf_gross list[LF_MAX_GROSS])
{
	lf_gross	far[LF_MAX_GROSS + 1];
	int			most = (int) (MOST_GROSS * (double) n) + 1;
	int			known = 0;

	most = most > LF_MAX_GROSS ? LF_MAX_GROSS : most;
	for (size_t i = 0; i < n; i++)
	{
		int			place;

		if (known == most + 1 && fabs(errors[i]) <= fabs(far[most].error))
			continue;
		place = known <= most ? known++ : most;
		for (; place > 0 && fabs(far[place - 1].error) < fabs(errors[i]); place--)
			far[place] = far[place - 1];
		far[place] = (lf_gross) {.row = i, .error = errors[i]};
	}
	for (int count = known - 1; count > 0 && spread > 0; count--)
		if (fabs(far[count - 1].error) > APART * fabs(far[count].error) &&
			fabs(far[count - 1].error) > GROSS_SPREADS * spread)
		{
			memcpy(list, far, (size_t) count * sizeof(lf_gross));
			return count;
		}
	return 0;
}

/*
 * Puts the mean of its neighbours in the place of a single value that stands apart from both, before anything else is
 * found: a level that has once been drawn to it would make the rows beside it look far off.
 */
static void
take_spikes_out(lf_parts *parts)
{
	size_t		n = parts->rows;
	lf_gross	spikes[LF_MAX_GROSS];
	double	   *height = parts->rest;
	double	   *apart = parts->level;	/* neighbours: not known yet what else stands there */
	int			count;

	for (size_t i = 0; i < n; i++)
	{
		double		before = i > 0 ? parts->value[i] - parts->value[i - 1] : 0;
		double		behind = i + 1 < n ? parts->value[i] - parts->value[i + 1] : 0;

		height[i] = before * behind <= 0 ? 0 : fabs(before) < fabs(behind) ? before : behind;
		apart[i] = before;
	}
	count = stand_apart(height, n, median_size(apart, n, parts->sums) * MAD_TO_SD, spikes);
	for (int k = 0; k < count; k++)
		parts->clean[spikes[k].row] = (parts->value[spikes[k].row - 1] + parts->value[spikes[k].row + 1]) / 2;
}

/* The newest rows of a column as they are to be taken apart. */
static void
take_values(lf_parts *parts, const lf_column *column)
{
	size_t		n = column->rows < LF_MOST_DECOMPOSED ? column->rows : LF_MOST_DECOMPOSED;

	parts->rows = n;
	parts->first = column->rows - n;
	for (size_t i = 0; i < n; i++)
	{
		double		value = column->values[(parts->first + i) * column->stride];

		if (column->logged)
			value = log(value - column->log_from > 1e-300 ? value - column->log_from : 1e-300);
		parts->clean[i] = parts->value[i] = value;
	}
}

void
lf_decompose(lf_parts *parts, const lf_seasons *seasons, const lf_column *column, const volatile sig_atomic_t *interrupt)
{
	double		longest = seasons->count > 0 ? seasons->season[seasons->count - 1].length : 0;
	double	   *rest = parts->rest;
	int			knots = lf_seasons_knots(seasons);
	size_t		n;
	int64_t		number;

	take_values(parts, column);
	n = parts->rows;
	if (n > 2)
		take_spikes_out(parts);
	number = column->number + (int64_t) parts->first;
	memset(parts->shape, 0, (size_t) knots * sizeof(double));
	memset(parts->season, 0, n * sizeof(double));
	for (int turn = 0; turn < TURNS && n > 0; turn++)
	{
		double	   *shape = parts->shape;

		for (int k = 0; k < seasons->count; k++)
		{
			const lf_season *season = &seasons->season[k];
			fit			f = {.shape = shape, .weights = parts->weights};

			if (interrupt != NULL && *interrupt != 0)
				return;
			/* the first time the level is the mean over a cycle, which no season can move; then what no season explains */
			for (size_t i = 0; i < n; i++)
				rest[i] = parts->clean[i] - parts->season[i];
			if (turn == 0)
			{
				lf_cycle_mean(rest, n, season->length, parts->level, parts->sums);
				lf_extend_mean(parts->level, n, season->length);
			}
			else
				local_line(rest, n, reach_of(season->length, n), parts->level, parts->sums, parts->moments);
			for (size_t i = 0; i < n; i++)
			{
				double		own = lf_season_value(season, shape, number + (int64_t) i);

				rest[i] += own - parts->level[i];
				parts->season[i] -= own;
			}
			parts->strength[k] = fit_shape(season, MEMORY, rest, n, number, &f);
			for (size_t i = 0; i < n; i++)
				parts->season[i] += lf_season_value(season, shape, number + (int64_t) i);
			shape += season->knots;
		}
		take_level(parts, reach_of(longest, n));
	}
	/* sums of huge values overflow: they have no season then */
	for (int k = 0; k < knots; k++)
		if (!isfinite(parts->shape[k]))
		{
			memset(parts->shape, 0, (size_t) knots * sizeof(double));
			break;
		}
}

int
lf_parts_gross(const lf_parts *parts, lf_gross list[LF_MAX_GROSS])
{
	for (size_t i = 0; i < parts->rows; i++)
		parts->rest[i] = parts->value[i] - parts->level[i] - parts->season[i];
	return stand_apart(parts->rest, parts->rows, parts->spread, list);
}

/* The variance of a list, or of what another leaves of it. */
static double
variance_of(const double *x, const double *without, size_t n)
{
	double		mean = 0;
	double		squares = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		delta = x[i] - (without == NULL ? 0 : without[i]) - mean;

		mean += delta / (double) (i + 1);
		squares += delta * delta * (double) i / (double) (i + 1);
	}
	return squares;
}

double
lf_parts_level_share(const lf_parts *parts)
{
	double		level = variance_of(parts->level, NULL, parts->rows);
	double		all = variance_of(parts->clean, parts->season, parts->rows);

	return all > 0 && level < all ? level / all : 1;
}

bool
lf_parts_is_outlier(const lf_parts *parts, size_t row)
{
	return parts->clean[row] != parts->value[row];
}
