/*
 * partner_test.c: theta against R and against loops that are trivially right; both partners on rows of every kind.
 */
#include "base/random.h"
#include "partners/partner.h"
#include "partners/theta.h"
#include "rig.h"
#include "tap.h"
#include "tensor_file.h"

#include <float.h>
#include <math.h>

#define MOST_STEPS 30

/* ---- theta ---- */

/* R's thetaf() on rows without a season: the level is that of simple smoothing, and drifts by half the slope. */
static void
test_thetaf(const char *directory)
{
	tensor_file *file = tensor_file_read(directory, "partners");
	const file_tensor *rows = tensor_file_find(file, "theta.rows");
	const file_tensor *told = tensor_file_find(file, "theta.mean");
	lf_theta	theta = {.alpha = tensor_file_find(file, "theta.smoothing")->values[0], .line = 0.5};
	lf_theta_state state = lf_theta_filter(&theta, rows->values, rows->count);
	double		mean[24];
	double		variance[24];
	double		worst = 0;

	/* both have forgotten the level before the first row */
	if (!ok(pow(1 - theta.alpha, (double) rows->count) < 1e-9 &&
			fabs(state.level - tensor_file_find(file, "theta.level")->values[0]) < 1e-8, "the level is R's"))
		diag("%.12g with alpha %g", state.level, theta.alpha);
	ok(fabs(state.slope - tensor_file_find(file, "theta.slope")->values[0]) < 1e-12, "so is the slope of the line");
	lf_theta_forecast(&theta, &state, rows->count, 4, 24, mean, variance);
	for (int h = 0; h < 24; h++)
		worst = fmax(worst, fabs(mean[h] - told->values[h]));
	if (!ok(worst < 1e-8, "with theta 2 forecasts are those of thetaf()"))
		diag("off by %g", worst);
	ok(variance[0] == 4 && fabs(variance[9] - 4 * (1 + 9 * theta.alpha * theta.alpha)) < 1e-12,
	   "variances grow as those of simple smoothing");
	tensor_file_free(file);
}

/* The line through the first rows, by the sums of any textbook. */
static void
plain_line(const double *rows, int count, double *start, double *slope)
{
	double		t_sum = 0;
	double		y_sum = 0;
	double		ty_sum = 0;
	double		tt_sum = 0;

	for (int t = 1; t <= count; t++)
	{
		t_sum += t;
		y_sum += rows[t - 1];
		ty_sum += t * rows[t - 1];
		tt_sum += (double) t * t;
	}
	if (count == 0)
		y_sum = rows[0];
	*slope = count > 2 ? (count * ty_sum - t_sum * y_sum) / (count * tt_sum - t_sum * t_sum) : 0;
	*start = (y_sum - *slope * t_sum) / (count > 0 ? count : 1);
}

/* The squares of the model in theta.h, each line fitted anew. */
static double
plain_squares(const lf_theta *theta, double first, const double *rows, int count)
{
	double		level = first;
	double		squares = 0;

	for (int t = 0; t < count; t++)
	{
		double		start;
		double		slope;
		double		forecast;

		plain_line(rows, t, &start, &slope);
		forecast = level + theta->line * (pow(1 - theta->alpha, t) * start +
										  (1 - pow(1 - theta->alpha, t + 1)) / theta->alpha * slope);
		squares += (rows[t] - forecast) * (rows[t] - forecast);
		level = theta->alpha * rows[t] + (1 - theta->alpha) * level;
	}
	return squares;
}

static void
test_theta_filter(void)
{
	const lf_theta theta = {.alpha = 0.3, .line = 0.7};
	lf_random	random = lf_random_seed(1);
	double		rows[60];
	lf_theta_state state;

	for (int i = 0; i < 60; i++)
		rows[i] = 3 + 0.1 * i + lf_random_normal(&random);
	state = lf_theta_filter(&theta, rows, 60);
	ok(fabs(state.squares - plain_squares(&theta, state.first, rows, 60)) < 1e-9, "errors are those of plain loops");
	ok(plain_squares(&theta, state.first + 0.01, rows, 60) > state.squares &&
	   plain_squares(&theta, state.first - 0.01, rows, 60) > state.squares, "no other first level leaves less");
}

static void
test_theta_learn(void)
{
	enum {ROWS = 400};
	lf_random	random = lf_random_seed(2);
	double		rows[ROWS];
	double		level = 10;
	lf_theta	theta;
	lf_theta_state state;

	for (int i = 0; i < ROWS; i++)
	{
		double		error = lf_random_normal(&random);

		rows[i] = level + error;
		level += 0.3 * error;
	}
	theta = lf_theta_learn(rows, ROWS);
	if (!ok(fabs(theta.alpha - 0.3) < 0.1 && theta.line < 0.5, "a level that wanders is smoothed as it was made"))
		diag("alpha %g, line %g", theta.alpha, theta.line);
	state = lf_theta_filter(&theta, rows, ROWS);
	for (int i = 1; i < 100; i++)
	{
		lf_theta	other = {.alpha = i / 100.0, .line = theta.line};

		if (lf_theta_filter(&other, rows, ROWS).squares < state.squares * (1 - 1e-3))
			diag("alpha %g is better", other.alpha);
		level = fmin(i == 1 ? (double) INFINITY : level, lf_theta_filter(&other, rows, ROWS).squares);
	}
	ok(state.squares < level * (1 + 1e-3), "no other alpha leaves less");
	for (int i = 0; i < ROWS; i++)
		rows[i] = i + 2 * lf_random_normal(&random);
	theta = lf_theta_learn(rows, ROWS);
	if (!ok(theta.line > 0.9, "a line under noise is one"))
		diag("alpha %g, line %g", theta.alpha, theta.line);
	theta = lf_theta_learn(rows, 6);
	if (!ok(theta.line > 0.3 && theta.line < 0.7, "six rows hardly move the weight of the line from one half"))
		diag("alpha %g, line %g", theta.alpha, theta.line);
	theta = lf_theta_learn(rows, 3);
	ok(theta.alpha == 0.5 && theta.line == 0, "three rows teach nothing, and have no slope to go on along");
}

/* ---- both ---- */

typedef struct told
{
	lf_learned	learned;
	double		mean[MOST_STEPS];
	double		spread[MOST_STEPS];
} told;

static const lf_seasons none = {0};

/* Learns from a column, unless it is told what was learned, and forecasts it; in memory with red zones. */
static told
tell(lf_partner which, const lf_seasons *seasons, const lf_column *column, const lf_learned *learned)
{
	lf_arena	arena = lf_arena_measure();
	lf_partner_room room;
	guarded		block;
	told		t;

	lf_partner_layout(&room, &arena, column->rows, seasons, MOST_STEPS);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_partner_layout(&room, &arena, column->rows, seasons, MOST_STEPS);
	if (learned != NULL)
		t.learned = *learned;
	else
		lf_partner_learn(&room, which, seasons, column, &t.learned, NULL);
	lf_partner_forecast(&room, which, seasons, column, &t.learned, MOST_STEPS, t.mean, t.spread, NULL);
	if (!guarded_intact(&block))
	{
		printf("Bail out! written beside the memory\n");
		exit(1);
	}
	free(block.raw);
	return t;
}

static told
tell_rows(lf_partner which, const lf_seasons *seasons, const double *values, size_t rows)
{
	const lf_column column = {.values = values, .rows = rows, .stride = 1};

	return tell(which, seasons, &column, NULL);
}

static bool
is_sane(lf_partner which, const told *t)
{
	bool		sane = lf_learned_is_sound(which, &t->learned);

	for (int h = 0; h < MOST_STEPS; h++)
		sane = sane && isfinite(t->mean[h]) && isfinite(t->spread[h]) && t->spread[h] >= 0;
	return sane;
}

/* Kinds of rows that something might break on. */
static double
odd_value(int kind, size_t i, lf_random *random)
{
	switch (kind)
	{
		case 0:
			return 3;
		case 1:
			return 0;
		case 2:
			return i % 5 == 0 ? 1 : 0;
		case 3:
			return 1e300 * lf_random_normal(random);
		case 4:
			return i % 2 == 0 ? DBL_MAX : -DBL_MAX;
		case 5:
			return 1e-310 * (double) (i + 1);
		case 6:
			return -50 - lf_random_normal(random);
		case 7:
			return exp(0.5 * (double) i);
		case 8:
			return 1e15 + (double) (i % 3);
		case 9:
			return i == 7 ? 1e30 : 1 + (double) (i % 4);
		case 10:
			return 1000 - 10 * (double) i;
		case 11:
			return DBL_MAX;
		default:
			return 5 + lf_random_normal(random) + (double) (i % 12);
	}
}

#define ODD_KINDS 13

static void
test_odd_rows(void)
{
	static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 20, 27, 28, 29, 40, 90};
	const lf_seasons seasons[] = {none, {.count = 1, .season = {lf_season_of(4)}},
		{.count = 1, .season = {lf_season_of(12)}}, {.count = 1, .season = {lf_season_of(52.18)}}, {.count = 2, .season = {lf_season_of(7), lf_season_of(30.5)}}};
	double		values[90];

	for (int which = 0; which < LF_PARTNERS; which++)
		for (int kind = 0; kind < ODD_KINDS; kind++)
		{
			int			insane = 0;

			for (int n = 0; n < 16; n++)
				for (int s = 0; s < 5; s++)
					for (int logged = 0; logged < 2; logged++)
					{
						lf_random	random = lf_random_seed((uint64_t) kind);
						lf_column	column = {.values = values, .rows = lengths[n], .stride = 1, .number = 5,
							.logged = logged};
						told		t;

						for (size_t i = 0; i < lengths[n]; i++)
							values[i] = odd_value(kind, i, &random);
						t = tell((lf_partner) which, &seasons[s], &column, NULL);
						if (!is_sane((lf_partner) which, &t) && insane++ < 3)
							diag("%zu rows, seasons %d, logged %d: %g %g form %d alpha %g", lengths[n], s, logged, t.mean[0],
								 t.spread[0], t.learned.form, t.learned.alpha);
					}
			ok(insane == 0, "%s: rows of kind %d have finite forecasts", lf_partner_names[which], kind);
		}
}

/* What any forecaster must say of rows that are plain. */
static void
test_plain_rows(void)
{
	const lf_seasons four = {.count = 1, .season = {lf_season_of(4)}};
	double		values[60];

	for (int which = 0; which < LF_PARTNERS; which++)
	{
		const char *name = lf_partner_names[which];
		bool		right = true;
		told		t;

		values[0] = 17;
		t = tell_rows((lf_partner) which, &none, values, 1);
		ok(fabs(t.mean[0] - 17) < 1e-12 && fabs(t.mean[29] - 17) < 1e-12, "%s: one row is repeated", name);
		for (int i = 0; i < 60; i++)
			values[i] = 8;
		t = tell_rows((lf_partner) which, &none, values, 60);
		ok(fabs(t.mean[0] - 8) < 1e-9 && fabs(t.mean[29] - 8) < 1e-9 && t.spread[29] < 1e-9,
		   "%s: the same value goes on", name);
		for (int i = 0; i < 60; i++)
			values[i] = 8 + 2 * i;
		t = tell_rows((lf_partner) which, &none, values, 60);
		if (!ok(fabs(t.mean[0] - 128) < 1 && fabs(t.mean[9] - 146) < (which == LF_PARTNER_ETS ? 1 : 5),
				"%s: a line goes on", name))
			diag("%g, %g", t.mean[0], t.mean[9]);
		for (int i = 0; i < 60; i++)
			values[i] = 20 + (i % 4 == 2 ? 9 : -3);
		t = tell_rows((lf_partner) which, &four, values, 60);
		for (int h = 0; h < 12; h++)
			right = right && fabs(t.mean[h] - (20 + (h % 4 == 2 ? 9 : -3))) < 1e-6;
		if (!ok(right, "%s: a season goes on", name))
			diag("%g %g %g %g", t.mean[0], t.mean[1], t.mean[2], t.mean[3]);
	}
}

/* The scale of rows, a stride, and the place on the grid change nothing; logarithms do what multiplying does. */
static void
test_scales(void)
{
	const lf_seasons twelve = {.count = 1, .season = {lf_season_of(12)}};
	lf_random	random = lf_random_seed(5);
	double		values[96];
	double		table[96 * 3];

	for (int i = 0; i < 96; i++)
		values[i] = (50 + i) * exp(0.3 * sin(i * 0.5235987755982988) + 0.05 * lf_random_normal(&random));
	for (int which = 0; which < LF_PARTNERS; which++)
	{
		lf_column	column = {.values = values, .rows = 96, .stride = 1, .logged = true};
		told		a = tell((lf_partner) which, &twelve, &column, NULL);
		double		worst = 0;
		told		b;

		for (int i = 0; i < 96; i++)
		{
			table[3 * i] = table[3 * i + 2] = (double) NAN;
			table[3 * i + 1] = values[i] * 1e200;
		}
		column = (lf_column) {.values = table + 1, .rows = 96, .stride = 3, .number = 31, .logged = true};
		b = tell((lf_partner) which, &twelve, &column, NULL);
		for (int h = 0; h < MOST_STEPS; h++)
			worst = fmax(worst, fmax(fabs(b.mean[h] / 1e200 / a.mean[h] - 1),
									 fabs(b.spread[h] / 1e200 / a.spread[h] - 1)));
		if (!ok(worst < 1e-5, "%s: forecasts are on the scale of the rows", lf_partner_names[which]))
			diag("off by %g", worst);
		ok(a.spread[0] > 0.02 * a.mean[0] && a.spread[0] < 0.12 * a.mean[0],
		   "%s: the spread of one step is about that of the noise", lf_partner_names[which]);
		ok(fabs(a.mean[0] / a.mean[6]) > 0.3 && fabs(a.mean[3] / a.mean[9]) > 1.2, "%s: the season is in the forecasts",
		   lf_partner_names[which]);
		/* what is above a limit that logarithms are taken from is forecast as if that were 0 */
		for (int i = 0; i < 96; i++)
			table[i] = values[i] + 1000;
		column = (lf_column) {.values = table, .rows = 96, .stride = 1, .logged = true, .log_from = 1000};
		b = tell((lf_partner) which, &twelve, &column, NULL);
		worst = 0;
		for (int h = 0; h < MOST_STEPS; h++)
			worst = fmax(worst, fabs((b.mean[h] - 1000) / a.mean[h] - 1));
		if (!ok(worst < 1e-4, "%s: a limit of the logarithms is taken off and put back", lf_partner_names[which]))
			diag("off by %g", worst);
	}
}

/* What was learned of some rows serves others: fewer, more, and those that its form does not suit. */
static void
test_later_rows(void)
{
	const lf_seasons twelve = {.count = 1, .season = {lf_season_of(12)}};
	lf_random	random = lf_random_seed(6);
	double		values[1500];

	for (int i = 0; i < 1500; i++)
		values[i] = 100 + 30 * sin(i * 0.5235987755982988) + 3 * lf_random_normal(&random);
	for (int which = 0; which < LF_PARTNERS; which++)
	{
		lf_column	column = {.values = values, .rows = 120, .stride = 1};
		told		before = tell((lf_partner) which, &twelve, &column, NULL);
		told		later;
		told		anew;
		bool		near = true;

		column.rows = 147;
		later = tell((lf_partner) which, &twelve, &column, &before.learned);
		anew = tell((lf_partner) which, &twelve, &column, NULL);
		for (int h = 0; h < MOST_STEPS; h++)
			near = near && fabs(later.mean[h] - anew.mean[h]) < 3 && fabs(later.spread[h] / anew.spread[h] - 1) < 0.3;
		ok(near, "%s: what was learned of 120 rows forecasts 147 as well", lf_partner_names[which]);
		ok(fabs(later.mean[0] - before.mean[0]) > 5, "%s: from where they have come", lf_partner_names[which]);
		column.rows = 1500;
		later = tell((lf_partner) which, &twelve, &column, &before.learned);
		column.values += 12 * 30;
		column.rows -= 12 * 30;
		anew = tell((lf_partner) which, &twelve, &column, &before.learned);
		ok(memcmp(later.mean, anew.mean, sizeof(later.mean)) == 0, "%s: the newest thousand rows are looked at",
		   lf_partner_names[which]);
		column.values -= 12 * 30;
		near = true;
		for (size_t rows = 1; rows < 60; rows++)
		{
			column.rows = rows;
			later = tell((lf_partner) which, &twelve, &column, &before.learned);
			near = near && is_sane((lf_partner) which, &later) && later.mean[0] > 20 && later.mean[0] < 180;
		}
		ok(near, "%s: and serves few rows", lf_partner_names[which]);
	}
	for (int code = 0; code < LF_ETS_CODES; code++)
	{
		lf_learned	learned = {.form = (uint8_t) code, .alpha = 0.3, .beta = 0.1, .gamma = 0.2, .phi = 0.9};
		lf_column	column = {.values = values, .stride = 1};
		bool		sane = true;
		told		t;

		if (!lf_ets_form_is_sound(lf_ets_form_of((uint8_t) code)))
			continue;
		for (int i = 0; i < 60; i++)
			values[i] = i % 3 - 1;
		for (column.rows = 1; column.rows < 60; column.rows++)
		{
			t = tell(LF_PARTNER_ETS, &twelve, &column, &learned);
			sane = sane && is_sane(LF_PARTNER_ETS, &t) && fabs(t.mean[0]) < 4;
		}
		ok(sane, "form %d forecasts rows that it does not suit", code);
	}
	/* of a form what can stay does: the trend, where only the error cannot be relative */
	for (int i = 0; i < 60; i++)
		values[i] = i - 40;
	{
		const lf_learned learned = {.form = 3, .alpha = 0.3, .beta = 0.1, .phi = 1};
		const lf_column column = {.values = values, .rows = 60, .stride = 1};
		told		t = tell(LF_PARTNER_ETS, &none, &column, &learned);

		ok(fabs(t.mean[0] - 20) < 1e-6 && fabs(t.mean[9] - 29) < 1e-6, "a line that passes 0 goes on");
	}
}

/* Numbers that nobody learned. */
static void
test_soundness(void)
{
	const lf_learned theta = {.alpha = 0.3, .line = 0.5};
	const lf_learned ets = {.form = 17, .alpha = 0.3, .beta = 0.3, .gamma = 0.7, .phi = 0.9};
	const double bad[] = {NAN, INFINITY, -INFINITY, -0.1, 1.1, 1e300};
	lf_learned	other;

	ok(lf_learned_is_sound(LF_PARTNER_THETA, &theta) && lf_learned_is_sound(LF_PARTNER_ETS, &ets),
	   "what can be learned is sound");
	for (int i = 0; i < 6; i++)
		for (int k = 0; k < 5; k++)
		{
			double	   *const place[] = {&other.alpha, &other.beta, &other.gamma, &other.phi, &other.line};
			bool		sound;

			other = theta;
			*place[k] = bad[i];
			sound = lf_learned_is_sound(LF_PARTNER_THETA, &other);
			other = ets;
			*place[k] = bad[i];
			sound = sound || lf_learned_is_sound(LF_PARTNER_ETS, &other);
			ok(!sound, "%g as number %d is not", bad[i], k);
		}
	other = ets;
	other.form = LF_ETS_CODES;
	ok(!lf_learned_is_sound(LF_PARTNER_ETS, &other), "nor is a form that does not exist");
	other.form = 12;
	ok(!lf_learned_is_sound(LF_PARTNER_ETS, &other), "nor one that is not used");
	other = ets;
	other.beta = 0.31;
	ok(!lf_learned_is_sound(LF_PARTNER_ETS, &other), "nor a beta above alpha");
	other = theta;
	other.form = 1;
	ok(!lf_learned_is_sound(LF_PARTNER_THETA, &other), "nor a form of theta");
}

/* An interrupt ends it, and what is left is sound. */
static void
test_interrupt(void)
{
	const volatile sig_atomic_t flag = 1;
	const lf_seasons twelve = {.count = 1, .season = {lf_season_of(12)}};
	double		values[200];
	lf_column	column = {.values = values, .rows = 200, .stride = 1, .logged = true};
	lf_arena	arena = lf_arena_measure();
	lf_partner_room room;
	guarded		block;
	lf_learned	learned;

	for (int i = 0; i < 200; i++)
		values[i] = 10 + i % 12;
	lf_partner_layout(&room, &arena, 200, &twelve, 3);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_partner_layout(&room, &arena, 200, &twelve, 3);
	lf_partner_learn(&room, LF_PARTNER_ETS, &twelve, &column, &learned, &flag);
	ok(lf_learned_is_sound(LF_PARTNER_ETS, &learned) && learned.alpha == 0.5, "an interrupt ends learning");
	lf_partner_learn(&room, LF_PARTNER_THETA, &twelve, &column, &learned, &flag);
	ok(lf_learned_is_sound(LF_PARTNER_THETA, &learned), "what is left is sound");
	free(block.raw);
}

int
main(int argc, char **argv)
{
	test_thetaf(argc > 1 ? argv[1] : "test/reference");
	test_theta_filter();
	test_theta_learn();
	test_plain_rows();
	test_odd_rows();
	test_scales();
	test_later_rows();
	test_soundness();
	test_interrupt();
	return done_testing();
}
