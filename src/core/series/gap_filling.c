/*
 * gap_filling.c: gaps that there are, and gaps that are made to learn from.
 */
#include "series/gap_filling.h"

#include "base/quantile.h"
#include "base/random.h"
#include "base/sort.h"

#include <math.h>
#include <string.h>

/* The seasons are found again with what was filled in this many times. */
#define TURNS 2

/* How often gaps are made, at most, and among how many rows in all: long series teach enough in two rounds. */
#define MOST_ROUNDS 12
#define LEAST_ROUNDS 2
#define MOST_ROWS ((size_t) 1 << 18)

/* The share of known rows that is hidden in a round, about, and the longest gap that is made. */
#define HIDDEN_SHARE 10
#define LONGEST_SHARE 4

/* Places that are tried for a gap before it is made shorter. */
#define TRIES 20

/* Fewer errors than this tell nothing. */
#define LEAST_ERRORS 5

/* Fewer rows than this show no spread that a value could be far beyond. */
#define LEAST_TO_CLEAN 20

static size_t
rounds_of(size_t rows)
{
	size_t		rounds = MOST_ROWS / (rows + 1);

	return rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds < LEAST_ROUNDS ? LEAST_ROUNDS : rounds;
}

/* Rows that all rounds hide at most: each its share, and a gap more. */
static size_t
most_hidden(size_t rows)
{
	return (rows / LONGEST_SHARE + rows / HIDDEN_SHARE + 2) * rounds_of(rows);
}

void
lf_filling_layout(lf_filling *filling, lf_arena *arena, size_t rows, const lf_seasons *seasons)
{
	*filling = (lf_filling) {.rows = rows};
	filling->marks = lf_arena_take(arena, lf_mask_size(rows), 1);
	filling->hidden = lf_arena_take(arena, lf_mask_size(rows), 1);
	filling->filled = lf_arena_take(arena, rows, sizeof(double));
	filling->spread = lf_arena_take(arena, rows, sizeof(double));
	filling->middle = lf_arena_take(arena, rows, sizeof(double));
	filling->value = lf_arena_take(arena, rows, sizeof(double));
	filling->guess = lf_arena_take(arena, rows, sizeof(double));
	filling->rest = lf_arena_take(arena, rows, sizeof(double));
	filling->state = lf_arena_take(arena, rows, sizeof(double));
	filling->variance = lf_arena_take(arena, rows, sizeof(double));
	filling->ratio = lf_arena_take(arena, most_hidden(rows) * LF_FILLING_WAYS, sizeof(double));
	lf_parts_layout(&filling->parts, arena, rows, seasons);
}

/* ---- one filling ---- */

typedef struct filler
{
	lf_filling *f;
	const lf_seasons *seasons;
	int64_t		number;			/* of the first row on the grid */
	const volatile sig_atomic_t *interrupt;
} filler;

static bool
stopped(const filler *x)
{
	return x->interrupt != NULL && *x->interrupt != 0;
}

/* What the smoother of a way does not see. */
static double
left_out(const lf_parts *parts, int way, size_t row)
{
	return parts->season[row] + (way == LF_FILLING_LEVEL ? parts->level[row] : 0);
}

/*
 * Without a season the level of a decomposition is a line through few rows, which knows nothing inside a gap: then rows come
 * back to the mean of those that are known.
 */
static void
settle_level(const filler *x, const unsigned char *marks)
{
	lf_parts   *parts = &x->f->parts;
	double		mean = 0;
	double		known = 0;

	if (x->seasons->count > 0)
		return;
	for (size_t i = 0; i < parts->rows; i++)
		if (!lf_mask_at(marks, i))
			mean += (parts->clean[i] - mean) / ++known;
	for (size_t i = 0; i < parts->rows; i++)
		parts->level[i] = mean;
}

/*
 * Fills the marked rows of 'guess' in one way; state and variance are then those of all rows. 'fits': with a smoother that
 * suits the rows, else with the one that is known.
 */
static void
fill_in_one_way(const filler *x, int way, const unsigned char *marks, bool fits)
{
	lf_filling *f = x->f;
	lf_parts   *parts = &f->parts;
	const lf_column column = {.values = f->guess, .rows = f->rows, .stride = 1, .number = x->number};

	for (int turn = 0; turn < TURNS && !stopped(x); turn++)
	{
		lf_decompose(parts, x->seasons, &column, x->interrupt);
		settle_level(x, marks);
		/* what is far off in one row says nothing of the rows beside it */
		for (size_t i = 0; i < f->rows; i++)
			f->rest[i] = parts->clean[i] - left_out(parts, way, i);
		if (fits)
			f->smoother[way] = lf_smoother_fit(f->rest, marks, f->rows, way == LF_FILLING_SEASONS, x->interrupt);
		lf_smooth(&f->smoother[way], f->rest, marks, f->rows, f->state, f->variance);
		for (size_t i = 0; i < f->rows; i++)
			if (lf_mask_at(marks, i))
				f->guess[i] = f->state[i] + left_out(parts, way, i);
	}
}

static double
spread_of(const lf_filling *f, int way, size_t row)
{
	return sqrt(f->variance[row] + lf_smoother_noise(&f->smoother[way]));
}

/* ---- gaps that are made ---- */

static bool
is_free(const lf_filling *f, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (lf_mask_at(f->hidden, i))
			return false;
	return true;
}

/* Hides so many known rows, or fewer where no place is found; returns how many. */
static size_t
hide_gap(lf_filling *f, size_t length, lf_random *random)
{
	for (; length > 0; length /= 2)
		for (int k = 0; k < TRIES && length + 2 <= f->rows; k++)
		{
			size_t		from = 1 + (size_t) lf_random_below(random, f->rows - length - 1);

			if (!is_free(f, from - 1, from + length + 1))
				continue;
			for (size_t i = from; i < from + length; i++)
				lf_mask_set(f->hidden, i);
			return length;
		}
	return 0;
}

/* Hides rows of a round, in gaps as long as those that there are. */
static void
hide_rows(lf_filling *f, size_t known, lf_random *random)
{
	size_t		wanted = known / HIDDEN_SHARE + 1;
	size_t		most = known / LONGEST_SHARE + 1;
	size_t		hidden = 0;

	memcpy(f->hidden, f->marks, lf_mask_size(f->rows));
	while (hidden < wanted)
	{
		size_t		length = f->length[lf_random_below(random, f->gaps)];
		size_t		made = hide_gap(f, length < most ? length : most, random);

		if (made == 0)
			break;
		hidden += made;
	}
}

static bool
is_larger(const void *a, const void *b, const void *state)
{
	(void) state;
	return *(const double *) a > *(const double *) b;
}

/* Adds the errors of one way in a round; returns their sum, and where the next stand. */
static double
take_errors(const lf_filling *f, int way, double *ratio, size_t *count)
{
	double		sum = 0;

	for (size_t i = 0; i < f->rows; i++)
	{
		double		error;
		double		spread;

		if (!lf_mask_at(f->hidden, i) || lf_mask_at(f->marks, i))
			continue;
		error = fabs(f->guess[i] - f->value[i]);
		spread = spread_of(f, way, i);
		sum += error;
		ratio[(*count)++] = spread > 0 ? error / spread : error == 0 ? 0 : (double) INFINITY;
	}
	return sum;
}

static void
learn_from_gaps(const filler *x, size_t known)
{
	lf_filling *f = x->f;
	size_t		room = most_hidden(f->rows);
	size_t		rounds = rounds_of(f->rows);
	int			season = lf_seasons_longest(x->seasons, (int) (f->rows / 2));
	lf_random	random = lf_random_seed(f->rows);
	double		sum[LF_FILLING_WAYS] = {0};
	size_t		count[LF_FILLING_WAYS] = {0};

	for (size_t round = 0; round < rounds && !stopped(x); round++)
	{
		hide_rows(f, known, &random);
		for (int way = 0; way < LF_FILLING_WAYS && !stopped(x); way++)
		{
			memcpy(f->guess, f->value, f->rows * sizeof(double));
			(void) lf_impute(LF_MISSING_SEASONAL, f->guess, f->hidden, f->rows, 1, 0, season);
			fill_in_one_way(x, way, f->hidden, false);
			sum[way] += take_errors(f, way, f->ratio + (size_t) way * room, &count[way]);
		}
	}
	f->way = 0;
	for (int way = 1; way < LF_FILLING_WAYS; way++)
		f->way = sum[way] < sum[f->way] ? way : f->way;
	f->errors = count[f->way];
	memmove(f->ratio, f->ratio + (size_t) f->way * room, f->errors * sizeof(double));
	lf_sort(f->ratio, f->errors, sizeof(double), is_larger, NULL);
}

/* ---- all of it ---- */

/* Whether a gap ends with this row. */
static bool
ends_gap(const lf_filling *f, size_t row)
{
	return lf_mask_at(f->marks, row) && (row + 1 == f->rows || !lf_mask_at(f->marks, row + 1));
}

/* Remembers the lengths of the gaps; returns how many rows are known. */
static size_t
measure_gaps(lf_filling *f)
{
	size_t		known = 0;
	size_t		gaps = 0;
	size_t		run = 0;
	size_t		apart;			/* of so many one is remembered */

	for (size_t i = 0; i < f->rows; i++)
	{
		known += !lf_mask_at(f->marks, i);
		gaps += ends_gap(f, i);
	}
	apart = (gaps + LF_MOST_GAPS - 1) / LF_MOST_GAPS;
	f->gaps = 0;
	gaps = 0;
	for (size_t i = 0; i < f->rows; i++)
	{
		run = lf_mask_at(f->marks, i) ? run + 1 : 0;
		if (ends_gap(f, i) && gaps++ % apart == 0)
			f->length[f->gaps++] = run;
	}
	return known;
}

/* Marks what is far beyond all others. */
static void
mark_outliers(const filler *x)
{
	lf_filling *f = x->f;
	const lf_column column = {.values = f->value, .rows = f->rows, .stride = 1, .number = x->number};
	lf_gross	list[LF_MAX_GROSS];
	int			count;

	if (f->rows < LEAST_TO_CLEAN)
		return;
	lf_decompose(&f->parts, x->seasons, &column, x->interrupt);
	count = lf_parts_gross(&f->parts, list);
	for (int i = 0; i < count; i++)
	{
		f->value[list[i].row] -= list[i].error;
		lf_mask_set(f->marks, list[i].row);
	}
}

static void
take_values(lf_filling *f, const lf_column *column, const unsigned char *marks)
{
	f->logged = column->logged;
	memset(f->marks, 0, lf_mask_size(f->rows));
	for (size_t i = 0; i < f->rows; i++)
	{
		double		value = column->values[i * column->stride];

		f->filled[i] = value;
		f->value[i] = f->logged ? log(value) : value;
		f->spread[i] = 0;
		if (lf_mask_at(marks, i))
			lf_mask_set(f->marks, i);
	}
}

void
lf_fill_gaps(lf_filling *f, const lf_seasons *seasons, const lf_column *column, const unsigned char *marks, bool cleans,
			 const volatile sig_atomic_t *interrupt)
{
	const filler x = {.f = f, .seasons = seasons, .number = column->number, .interrupt = interrupt};
	size_t		known;

	LF_ASSERT(f->rows == column->rows && f->rows <= LF_MOST_FILLED);
	take_values(f, column, marks);
	if (cleans)
		mark_outliers(&x);
	memcpy(f->middle, f->value, f->rows * sizeof(double));
	known = measure_gaps(f);
	f->errors = 0;
	if (f->gaps == 0)
		return;
	for (int way = 0; way < LF_FILLING_WAYS; way++)
	{
		memcpy(f->guess, f->value, f->rows * sizeof(double));
		fill_in_one_way(&x, way, f->marks, true);
	}
	learn_from_gaps(&x, known);
	memcpy(f->guess, f->value, f->rows * sizeof(double));
	fill_in_one_way(&x, f->way, f->marks, false);
	for (size_t i = 0; i < f->rows; i++)
	{
		double		filled = f->logged ? exp(f->guess[i]) : f->guess[i];

		/* sums of huge values overflow: then the first guess stays */
		if (!lf_mask_at(f->marks, i) || !isfinite(filled))
			continue;
		f->middle[i] = f->guess[i];
		f->filled[i] = filled;
		f->spread[i] = spread_of(f, f->way, i);
	}
}

double
lf_filling_reach(const lf_filling *f, double level)
{
	double		n = (double) f->errors;
	double		place = ceil((n + 1) * level);

	if (f->errors < LEAST_ERRORS)
		return (double) NAN;
	if (place <= n)
		return f->ratio[place < 1 ? 0 : (size_t) place - 1];
	/* farther than any error was, as far as it is of normal ones */
	return f->ratio[f->errors - 1] * lf_normal_quantile((1 - level) / 2) / lf_normal_quantile(0.5 / (n + 1));
}

static double
bound(const lf_filling *f, size_t row, double reach)
{
	double		at = f->middle[row] + reach * f->spread[row];

	return f->logged ? exp(at) : at;
}

double
lf_filling_lower(const lf_filling *f, size_t row, double reach)
{
	return bound(f, row, -reach);
}

double
lf_filling_upper(const lf_filling *f, size_t row, double reach)
{
	return bound(f, row, reach);
}
