/*
 * season_search.c: cycles beside the others, and peaks of the autocorrelation.
 */
#include "series/season_search.h"

#include "series/shifts.h"

#include <math.h>
#include <string.h>

/*
 * How much of the squares that other parts leave a season must be. Of random walks, noise and autoregressions of 26 to
 * 1,500 rows one in fifty passes, and what it is made of is shrunk to little. A lag that the calendar knows nothing of is
 * the best of many, and what lies a few days or hours apart is alike without a season: it must be plain.
 */
#define LEAST_GAIN 0.01
#define LEAST_GAIN_OF_LAG 0.1
#define LEAST_CERTAINTY_OF_LAG 4.0
#define LEAST_GAIN_BESIDE_NATURAL 0.3

/* Two cycles of a short season may tell. A long one needs a third: a level that wanders makes two alike by chance. */
#define LEAST_CYCLES 2
#define LEAST_CYCLES_OF_LONG 3
#define LEAST_CERTAINTY_OF_LONG 3.0
#define LONG_SEASON 60

/* Lags of two lengths that differ by less than this share are those of one season. */
#define SAME_LENGTH 0.03

/* A part of a lag takes its place where it is this share of what the lag is. */
#define AS_MUCH 0.9
#define MOST_PARTS 12

/* What is left of values is rounding where it is this share of them. */
#define ROUNDING 1e-9

/* Series that are asked for a lag. */
#define ASKED_FOR_LAG ((size_t) 25)

#define NEWEST ((size_t) 8192)	/* rows in which a lag is looked for: 10 of the longest */
#define SLOW ((size_t) 2 * LF_MAX_SEASON)	/* rows over which a level is one */
#define CLEAR_PEAK 0.2			/* of the autocorrelation: the cycles decide */
#define FAR_OFF 2.0				/* mean absolute values: what is clipped */

double
lf_season_gain(const lf_season_evidence *evidence)
{
	return evidence->cycles > 0 ? evidence->gain / evidence->cycles : 0;
}

double
lf_season_certainty(const lf_season_evidence *evidence)
{
	double		n = evidence->cycles;
	double		mean = lf_season_gain(evidence);
	double		variance;

	if (n < LEAST_CYCLES)
		return 0;
	/* as if a part of a cycle had shown nothing: few that agree by chance would have no variance */
	variance = (evidence->squares + 0.25 - n * mean * mean) / (n - 1);
	return variance > 0 ? mean / sqrt(variance / n) : 0;
}

/* Whether a series of so many rows has enough cycles to be asked. */
static bool
can_be_seen(double length, size_t rows)
{
	double		cycles = (double) rows / length;

	return length >= 2 && cycles >= (length > LONG_SEASON ? LEAST_CYCLES_OF_LONG : LEAST_CYCLES);
}

size_t
lf_season_evidence_scratch(size_t rows)
{
	size_t		n = rows < LF_MOST_DECOMPOSED ? rows : LF_MOST_DECOMPOSED;

	return 2 * n + lf_shifts_scratch(n) + 2 * LF_MAX_KNOTS + 2 * LF_MAX_SEASON;
}

/* What is left without level and seasons, clipped; the level is the mean over a cycle. */
static void
take_rest(const lf_parts *parts, double length, double *rest, double *mean, double *sums)
{
	double		size = 0;
	double		values = 0;
	lf_shift	shifts[LF_MAX_SHIFTS];

	for (size_t i = 0; i < parts->rows; i++)
		rest[i] = parts->clean[i] - parts->season[i];
	/* the mean over a long cycle would carry a shift into those beside it; a year changes slowly, a week from day to day */
	if (length > LONG_SEASON)
		(void) lf_shifts_take_out(rest, parts->rows, (size_t) (lf_season_of(length).knots < length ? length / 12 : length / 4),
								  shifts, mean);
	lf_cycle_mean(rest, parts->rows, length, mean, sums);
	lf_extend_mean(mean, parts->rows, length);
	for (size_t i = 0; i < parts->rows; i++)
	{
		rest[i] -= mean[i];
		size += fabs(rest[i]) / (double) parts->rows;
		values += fabs(parts->value[i]) / (double) parts->rows;
	}
	/* what a line leaves is rounding, which repeats as it likes */
	if (size <= ROUNDING * values)
		size = 0;
	for (size_t i = 0; i < parts->rows; i++)
	{
		double		most = FAR_OFF * size;

		rest[i] = rest[i] > most ? most : rest[i] < -most ? -most : rest[i];
	}
}

/* Cycle c from the end of a series of n rows: rows from .. to - 1. */
typedef struct cycle_rows
{
	size_t		from;
	size_t		to;
} cycle_rows;

static cycle_rows
rows_of_cycle(double length, size_t n, size_t c)
{
	return (cycle_rows) {n - (size_t) floor((double) (c + 1) * length + 0.5), n - (size_t) floor((double) c * length + 0.5)};
}

/* Whether a season is so many whole cycles of a shorter one of whole rows. */
static bool
is_made_of(double length, double shorter)
{
	return shorter == floor(shorter) && shorter <= LF_MAX_SEASON && length >= 2 * shorter && fmod(length, shorter) == 0;
}

/*
 * Takes out of the rows of one cycle what the cycles of a shorter season in it have in common. Shapes of seasons follow the
 * newest rows, so that older ones keep some of theirs: it would repeat at each multiple, and days of the week would make
 * seasons of three and of seven weeks.
 */
static void
take_shorter_out(double *rest, cycle_rows rows, size_t shorter, double *mean)
{
	double		cycles = (double) ((rows.to - rows.from) / shorter);

	memset(mean, 0, shorter * sizeof(double));
	for (size_t i = rows.from; i < rows.to; i++)
		mean[(i - rows.from) % shorter] += rest[i] / cycles;
	for (size_t i = rows.from; i < rows.to; i++)
		rest[i] -= mean[(i - rows.from) % shorter];
}

/* The means at each knot of one cycle, around their own mean: what a bent level leaves is no season. */
static void
take_cycle(const lf_season *season, const double *rest, cycle_rows rows, int64_t number, double *own)
{
	double		mean = 0;

	memset(own, 0, (size_t) season->knots * sizeof(double));
	for (size_t i = rows.from; i < rows.to; i++)
		own[lf_season_at(season, number + (int64_t) i).knot] += rest[i] * season->knots / season->length;
	for (int k = 0; k < season->knots; k++)
		mean += own[k] / season->knots;
	for (int k = 0; k < season->knots; k++)
		own[k] -= mean;
}

void
lf_season_look(lf_season_evidence *evidence, const lf_parts *parts, const lf_seasons *known, double length, int64_t number,
			   double *scratch)
{
	lf_season	season = lf_season_of(length);
	size_t		n = parts->rows;
	size_t		cycles = (size_t) floor((double) n / length);
	double	   *rest = scratch;
	double	   *mean = rest + n;
	double	   *sum = mean + n + n + 1;	/* (knots) over all cycles */
	double	   *own = sum + LF_MAX_KNOTS;	/* (knots) of the one at hand */
	double	   *phase = own + LF_MAX_KNOTS;	/* (rows of a shorter season) */
	double		all = 0;

	if (!can_be_seen(length, n))
		return;
	take_rest(parts, length, rest, mean, mean + n);
	number += (int64_t) parts->first;
	memset(sum, 0, (size_t) season.knots * sizeof(double));
	for (int i = 0; i < known->count; i++)
		for (size_t c = 0; c < cycles && is_made_of(length, known->season[i].length); c++)
			take_shorter_out(rest, rows_of_cycle(length, n, c), (size_t) known->season[i].length, phase);
	for (size_t c = 0; c < cycles; c++)
	{
		take_cycle(&season, rest, rows_of_cycle(length, n, c), number, own);
		for (int k = 0; k < season.knots; k++)
		{
			sum[k] += own[k];
			all += own[k] * own[k] / (double) cycles;
		}
	}
	for (size_t c = 0; c < cycles && all > 0; c++)
	{
		double		gain = 0;

		take_cycle(&season, rest, rows_of_cycle(length, n, c), number, own);
		for (int k = 0; k < season.knots; k++)
		{
			double		others = (sum[k] - own[k]) / (double) (cycles - 1);

			gain += own[k] * others / all;
		}
		evidence->cycles += 1;
		evidence->gain += gain;
		evidence->squares += gain * gain;
	}
}

/* Takes a level out that is too slow to be a season. */
static void
take_level_out(double *x, size_t n, double *mean, double *sums)
{
	double		width = (double) (n / 2 < SLOW ? n / 2 : SLOW);

	lf_cycle_mean(x, n, width, mean, sums);
	lf_extend_mean(mean, n, width);
	for (size_t i = 0; i < n; i++)
		x[i] -= mean[i];
}

int
lf_season_lag(const lf_parts *parts, double *scratch)
{
	size_t		n = parts->rows < NEWEST ? parts->rows : NEWEST;
	size_t		skipped = parts->rows - n;
	size_t		last = n / LEAST_CYCLES_OF_LONG < LF_MAX_SEASON ? n / LEAST_CYCLES_OF_LONG : LF_MAX_SEASON;
	double	   *x = scratch;
	double	   *correlation = scratch + n;
	double		variance = 0;
	bool		fell = false;	/* the ridge around lag 0 has been left */
	size_t		best = 1;

	if (n < 8)
		return 1;
	for (size_t i = 0; i < n; i++)
		x[i] = parts->clean[skipped + i] - parts->season[skipped + i];
	take_level_out(x, n, correlation, correlation + n);
	for (size_t i = 0; i < n; i++)
		variance += x[i] * x[i] / (double) n;
	if (!(variance > 0) || !isfinite(variance))
		return 1;
	for (size_t lag = 0; lag <= last + 1; lag++)
	{
		double		sum = 0;

		for (size_t i = lag; i < n; i++)
			sum += x[i] * x[i - lag];
		/* the mean of the products, not their sum: long seasons are not to pay for having fewer of them */
		correlation[lag] = sum / ((double) (n - lag) * variance);
	}
	for (size_t lag = 2; lag <= last; lag++)
	{
		bool		peak = correlation[lag] > correlation[lag - 1] && correlation[lag] >= correlation[lag + 1];

		if (correlation[lag - 1] < CLEAR_PEAK)
			fell = true;
		/* a multiple of the season must be clearly better than the season itself */
		if (peak && (fell || correlation[lag] > correlation[1]) && correlation[lag] > CLEAR_PEAK &&
			(best == 1 || correlation[lag] > correlation[best] + 0.05))
			best = lag;
	}
	return (int) best;
}

/* ---- over all series ---- */

lf_seasons
lf_seasons_most(void)
{
	lf_seasons	most = {.count = LF_MAX_SEASONS};

	for (int i = 0; i < LF_MAX_SEASONS; i++)
		most.season[i].knots = LF_MAX_KNOTS;
	return most;
}

void
lf_season_search_layout(lf_season_search *search, lf_arena *arena, size_t longest)
{
	lf_seasons	most = lf_seasons_most();

	lf_parts_layout(&search->parts, arena, longest, &most);
	search->scratch = lf_arena_take(arena, lf_season_evidence_scratch(longest), sizeof(double));
}

/* A search under way. */
typedef struct searching
{
	lf_season_search *memory;
	const lf_frame *frame;
	int			column;
	size_t		asked;			/* series, of all */
	bool		logged;
	double		first;			/* the first season that was found, while none was known */
	const volatile sig_atomic_t *interrupt;
} searching;

/* The i-th of 'count' series, evenly spread over all. */
static size_t
series_of(const lf_frame *frame, size_t i, size_t count)
{
	return (size_t) ((double) i * (double) lf_frame_series(frame) / (double) count);
}

static lf_column
column_of(const searching *s, size_t series, bool logged)
{
	lf_frame	one = lf_frame_of(s->frame, series);

	return (lf_column) {.values = one.values + s->column, .rows = one.rows, .stride = (size_t) one.columns,
		.number = one.number, .logged = logged};
}

/*
 * What all series say of each of some lengths, beside seasons that are known. They are asked together, because taking a series
 * apart costs more than looking for a season in what is left.
 */
static void
ask_each(const searching *s, const lf_seasons *known, lf_season_fact *facts, size_t count)
{
	lf_season_evidence evidence[ASKED_FOR_LAG] = {0};

	LF_ASSERT(count <= ASKED_FOR_LAG);
	for (size_t i = 0; i < s->asked; i++)
	{
		lf_column	column = column_of(s, series_of(s->frame, i, s->asked), s->logged);
		size_t		rows = column.rows < LF_MOST_DECOMPOSED ? column.rows : LF_MOST_DECOMPOSED;
		bool		apart = false;

		if (s->interrupt != NULL && *s->interrupt != 0)
			break;
		for (size_t k = 0; k < count; k++)
		{
			if (!can_be_seen(facts[k].length, rows))
				continue;
			if (!apart)
				lf_decompose(&s->memory->parts, known, &column, s->interrupt);
			apart = true;
			lf_season_look(&evidence[k], &s->memory->parts, known, facts[k].length, column.number, s->memory->scratch);
		}
	}
	for (size_t k = 0; k < count; k++)
	{
		facts[k].cycles = evidence[k].cycles;
		facts[k].gain = lf_season_gain(&evidence[k]);
		facts[k].certainty = lf_season_certainty(&evidence[k]);
	}
}

static lf_season_fact
ask(const searching *s, const lf_seasons *known, double length, bool natural)
{
	lf_season_fact fact = {.length = length, .natural = natural};

	ask_each(s, known, &fact, 1);
	return fact;
}

static void
add_season(lf_seasons *seasons, double length)
{
	int			place = seasons->count++;

	for (; place > 0 && seasons->season[place - 1].length > length; place--)
		seasons->season[place] = seasons->season[place - 1];
	seasons->season[place] = lf_season_of(length);
}

/* Keeps a fact in place of an older one about the same length. */
static void
note(lf_season_facts *facts, const lf_season_fact *fact)
{
	int			place = 0;

	while (place < facts->count && facts->fact[place].length != fact->length)
		place++;
	if (place == LF_MAX_SEASON_FACTS)
		return;
	if (place == facts->count)
		facts->count++;
	facts->fact[place] = *fact;
	if (fact->shown)
		add_season(&facts->seasons, fact->length);
}

static bool
is_known(const lf_seasons *seasons, double length)
{
	for (int i = 0; i < seasons->count; i++)
		if (fabs(seasons->season[i].length - length) < SAME_LENGTH * length)
			return true;
	return false;
}

/* Asks for the natural lengths that are not shown yet; whether one more is. */
static bool
ask_natural(searching *s, const double *natural, int count, lf_season_facts *facts)
{
	bool		any = false;

	for (int i = 0; i < count && facts->seasons.count < LF_MAX_SEASONS; i++)
	{
		lf_season_fact fact;

		if (is_known(&facts->seasons, natural[i]))
			continue;
		fact = ask(s, &facts->seasons, natural[i], true);
		fact.shown = fact.gain >= LEAST_GAIN &&
			fact.certainty >= (natural[i] > LONG_SEASON ? LEAST_CERTAINTY_OF_LONG : LF_LEAST_CERTAINTY);
		any |= fact.shown;
		if (fact.shown && facts->seasons.count == 0)
			s->first = fact.length;
		note(facts, &fact);
	}
	return any;
}

/* Whether a length is a whole number of another, or the other way round. */
static bool
is_multiple(const lf_seasons *seasons, double length)
{
	for (int i = 0; i < seasons->count; i++)
	{
		double		other = seasons->season[i].length;
		double		times = length > other ? length / other : other / length;

		if (fabs(times - floor(times + 0.5)) < SAME_LENGTH)
			return true;
	}
	return false;
}

/* What a lag must be of the squares to be a season beside those that are known. */
static double
least_gain(const lf_season_facts *facts, double length, bool calendar)
{
	if (facts->seasons.count == 0)
		return LEAST_GAIN_OF_LAG;
	/* a week has days: without a calendar nothing else would find it */
	if (is_multiple(&facts->seasons, length))
		return calendar ? (double) INFINITY : LEAST_GAIN_OF_LAG;
	return LEAST_GAIN_BESIDE_NATURAL;
}

/* Of a lag and its parts, the shortest that is as much of the squares: whole numbers of a season repeat as it does. */
static lf_season_fact
shortest_like(const searching *s, const lf_seasons *known, lf_season_fact best)
{
	lf_season_fact whole = best;

	for (int parts = 2; best.shown && parts <= MOST_PARTS; parts++)
	{
		double		length = whole.length / parts;
		lf_season_fact fact;

		if (length != floor(length) || length < 2 || is_known(known, length))
			continue;
		fact = ask(s, known, length, false);
		fact.shown = fact.gain >= AS_MUCH * whole.gain && fact.certainty >= LEAST_CERTAINTY_OF_LAG;
		if (fact.shown)
			best = fact;
	}
	return best;
}

/* Asks for the lags at which some series resemble themselves; whether one of them is a season. */
static bool
ask_lags(searching *s, bool calendar, lf_season_facts *facts)
{
	size_t		count = s->asked < ASKED_FOR_LAG ? s->asked : ASKED_FOR_LAG;
	lf_season_fact lags[ASKED_FOR_LAG] = {0};
	size_t		found = 0;
	lf_season_fact best = {0};

	for (size_t i = 0; i < count; i++)
	{
		lf_column	column = column_of(s, series_of(s->frame, i, count), s->logged);
		int			lag;
		bool		is_new;

		lf_decompose(&s->memory->parts, &facts->seasons, &column, s->interrupt);
		lag = lf_season_lag(&s->memory->parts, s->memory->scratch);
		is_new = lag > 1 && !is_known(&facts->seasons, lag);
		for (size_t k = 0; k < found; k++)
			is_new &= lags[k].length != lag;
		if (is_new)
			lags[found++].length = lag;
	}
	ask_each(s, &facts->seasons, lags, found);
	for (size_t i = 0; i < found; i++)
	{
		lags[i].shown = lags[i].gain >= least_gain(facts, lags[i].length, calendar) &&
			lags[i].certainty >= LEAST_CERTAINTY_OF_LAG;
		if (lags[i].shown && lags[i].gain > best.gain)
			best = lags[i];
	}
	best = shortest_like(s, &facts->seasons, best);
	if (best.shown && facts->seasons.count == 0)
		s->first = best.length;
	if (best.shown)
		note(facts, &best);
	return best.shown;
}

/* Whether all values have logarithms. */
static bool
all_positive(const searching *s)
{
	const double *values = s->frame->values + s->column;

	for (size_t row = 0; row < s->frame->rows; row++)
		if (!(values[row * (size_t) s->frame->columns] > 0))
			return false;
	return true;
}

/* Rows turn less than this share of how they move where they are lines, and rounding. */
#define STRAIGHT 1e-6

/* Whether all series are straight lines: their logarithms are bent, which would pass for a season where rows are few. */
static bool
are_straight(const searching *s)
{
	for (size_t i = 0; i < s->asked; i++)
	{
		lf_column	column = column_of(s, series_of(s->frame, i, s->asked), false);
		double		of_series = 0;
		double		moved = 0;

		for (size_t row = 2; row < column.rows; row++)
		{
			double		a = column.values[(row - 2) * column.stride];
			double		b = column.values[(row - 1) * column.stride];
			double		c = column.values[row * column.stride];

			of_series += fabs(a - 2 * b + c);
			moved += fabs(c - b);
		}
		if (of_series > STRAIGHT * moved)
			return false;
	}
	return true;
}

/* Whether the shortest season, by itself, is more of the logarithms than of the values. */
static bool
are_logarithms_clearer(const searching *s, const lf_season_facts *facts)
{
	const lf_seasons none = {0};
	double		length = facts->seasons.season[0].length;
	searching	other = *s;
	double		gain = NAN;

	other.logged = !s->logged;
	/* the search has asked for it already, if it was the first */
	for (int i = 0; i < facts->count; i++)
		if (facts->fact[i].length == length && s->first == length)
			gain = facts->fact[i].gain;
	if (isnan(gain))
		gain = ask(s, &none, length, false).gain;
	return s->logged ? gain > ask(&other, &none, length, false).gain : ask(&other, &none, length, false).gain > gain;
}

void
lf_season_search_run(lf_season_search *search, const lf_frame *frame, int column, const double *natural, int naturals,
					 const volatile sig_atomic_t *interrupt, lf_season_facts *facts)
{
	size_t		series = lf_frame_series(frame);
	searching	s = {.memory = search, .frame = frame, .column = column, .interrupt = interrupt};
	size_t		most = series < LF_MOST_SEASON_SERIES ? series : LF_MOST_SEASON_SERIES;
	double		each = series > 0 ? (double) frame->rows / (double) series : 0;
	bool		positive;

	*facts = (lf_season_facts) {0};
	s.asked = each * (double) most > (double) LF_MOST_SEASON_ROWS ? (size_t) ((double) LF_MOST_SEASON_ROWS / each) : most;
	if (s.asked < 1)
		s.asked = most < 1 ? 0 : 1;
	positive = all_positive(&s);
	s.logged = positive && !are_straight(&s);
	/* what a long season leaves may show a short one that it had covered */
	for (bool more = true; more;)
		more = ask_natural(&s, natural, naturals, facts) && facts->seasons.count < naturals;
	while (facts->seasons.count < LF_MAX_SEASONS && ask_lags(&s, naturals > 0, facts))
		continue;
	if (positive && facts->seasons.count > 0)
		facts->logged = are_logarithms_clearer(&s, facts);
}
