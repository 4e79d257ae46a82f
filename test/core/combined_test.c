/*
 * combined_test.c: forecasts of a combination beside those of its parts, each made by itself.
 */
#include "model/combined.h"
#include "rig.h"
#include "series/scaler.h"
#include "tap.h"
#include "training/preset.h"

#include <math.h>

#define ROWS 60
#define COLUMNS 2
#define LOOKBACK 6
#define HORIZON 3
#define SEASON 5
#define PARTS 6
#define STEPS 7					/* past the horizon */
#define WINDOWS 4
#define STRIDE 6
#define PAST 20					/* rows before the frame, where it has some */

/* Networks with weights from a hat: the first for the horizon, the other one step ahead, with a shorter window. */
typedef struct network_rig
{
	lf_task		task;
	lf_spec		spec;
	lf_network	network;
	lf_predictor predictor;
	lf_predictor alone;			/* the same, apart from the combination */
	lf_scaler	scaler[COLUMNS];
	guarded		weights;
} network_rig;

typedef struct combined_rig
{
	double		values[ROWS * COLUMNS];
	lf_frame	frame;
	network_rig network[2];
	lf_combination combination;
	double		weight[COLUMNS * PARTS];
	lf_partner_facts facts;
	lf_learned	learned[COLUMNS * LF_PARTNERS];
	lf_partner_room room;		/* apart from the combination */
	lf_zero_room zero_shot;
	lf_combined combined;
	guarded		block;
	guarded		beside;
} combined_rig;

static const lf_forecaster parts[PARTS] = {LF_NETWORK, LF_NETWORK, LF_REPEAT_LAST, LF_SEASONAL_NAIVE, LF_THETA, LF_ZERO_SHOT};
static const double weights[COLUMNS * PARTS] = {0.25, 0.125, 0.125, 0.25, 0.125, 0.125, 0, 0.5, 0.0625, 0.1875, 0.0625, 0.1875};

static void
lay_out(combined_rig *r, lf_arena *arena)
{
	for (int i = 0; i < 2; i++)
	{
		network_rig *n = &r->network[i];
		int			layer;

		if (lf_network_create(&n->network, &n->spec, &layer) != LF_OK)
		{
			printf("Bail out! no network\n");
			exit(1);
		}
		lf_network_layout(&n->network, arena, WINDOWS, false);
		lf_predictor_layout(&n->predictor, arena, &n->network, &n->task, COLUMNS, WINDOWS, WINDOWS);
	}
	lf_combined_layout(&r->combined, arena, &r->combination, &r->network[0].task, &r->facts, true, ROWS, WINDOWS, STEPS);
}

static void
lay_out_beside(combined_rig *r, lf_arena *arena)
{
	for (int i = 0; i < 2; i++)
		lf_predictor_layout(&r->network[i].alone, arena, &r->network[i].network, &r->network[i].task, COLUMNS, 1, 1);
	lf_partner_layout(&r->room, arena, ROWS, &r->facts.seasons, STEPS);
	lf_zero_layout(&r->zero_shot, arena, ROWS, &r->facts.seasons, STEPS);
}

static void
open_network(combined_rig *r, int number, lf_random *random)
{
	network_rig *n = &r->network[number];
	const lf_preset_arguments arguments = {.units = {4}, .units_count = 1, .activation = LF_TANH, .recurrent_activation = LF_SIGMOID};
	int			layer;

	n->task = (lf_task) {.lookback = number == 0 ? LOOKBACK : LOOKBACK - 2, .horizon = number == 0 ? HORIZON : 1, .lead = 1,
		.inputs = COLUMNS, .targets = COLUMNS, .input = {0, 1}, .target = {1, 0}, .lower_limit = -(double) INFINITY,
		.upper_limit = (double) INFINITY};
	lf_preset_spec(LF_VANILLA, &arguments, &n->task, &n->spec);
	(void) lf_network_create(&n->network, &n->spec, &layer);
	n->weights = guarded_reals(n->network.parameters);
	fill_uniform(random, n->weights.block, n->network.parameters, 0.7);
	for (int i = 0; i < COLUMNS; i++)
		n->scaler[i] = (lf_scaler) {.offset = 1 + i + number, .scale = 2 - 0.5 * i};
}

/* How a network sees the rows. */
static void
show(combined_rig *r, int number, lf_predictor *predictor, const lf_frame *frame)
{
	network_rig *n = &r->network[number];

	predictor->weights = n->weights.block;
	predictor->windows = (lf_windows) {.task = &n->task, .frame = frame, .scaler = n->scaler};
}

static void
open_rig(combined_rig *r)
{
	lf_random	random = lf_random_seed(6);
	lf_arena	arena = lf_arena_measure();

	memset(r, 0, sizeof(*r));
	for (int i = 0; i < ROWS; i++)
	{
		r->values[i * COLUMNS] = 3 + sin(i * 2 * 3.14159265358979 / SEASON) + 0.05 * i + 0.2 * lf_random_normal(&random);
		r->values[i * COLUMNS + 1] = -2 * r->values[i * COLUMNS] + lf_random_normal(&random);
	}
	r->frame = (lf_frame) {.values = r->values, .rows = ROWS, .columns = COLUMNS, .number = 11};
	r->combination = (lf_combination) {.parts = PARTS, .weight = r->weight};
	memcpy(r->combination.part, parts, sizeof(parts));
	memcpy(r->weight, weights, sizeof(weights));
	r->facts.seasons = (lf_seasons) {.count = 1, .season = {{.length = SEASON, .knots = SEASON}}};
	for (int i = 0; i < 2; i++)
		open_network(r, i, &random);
	lay_out(r, &arena);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lay_out(r, &arena);
	ok(!arena.overflow && arena.used == r->block.bytes, "what forecasts together is laid out in the measured memory");
	arena = lf_arena_measure();
	lay_out_beside(r, &arena);
	r->beside = guarded_new(arena.used);
	arena = lf_arena_over(r->beside.block, r->beside.bytes);
	lay_out_beside(r, &arena);
	for (int j = 0; j < COLUMNS; j++)
		for (int p = 0; p < LF_PARTNERS; p++)
		{
			lf_column	column = {.values = r->values + r->network[0].task.target[j], .rows = 40, .stride = COLUMNS, .number = 11};

			lf_partner_learn(&r->room, (lf_partner) p, &r->facts.seasons, &column, &r->learned[j * LF_PARTNERS + p], NULL);
		}
	for (int i = 0; i < 2; i++)
	{
		show(r, i, &r->network[i].predictor, &r->frame);
		show(r, i, &r->network[i].alone, &r->frame);
		r->combined.network[i] = &r->network[i].predictor;
	}
	r->combined.season = SEASON;
	r->combined.learned = r->learned;
}

static void
close_rig(combined_rig *r)
{
	ok(guarded_intact(&r->block), "forecasts stay within their memory");
	free(r->block.raw);
	free(r->beside.raw);
	free(r->network[0].weights.raw);
	free(r->network[1].weights.raw);
}

/* What a part says from one window of the first network's, by itself: out (STEPS, COLUMNS). */
static void
say_alone(combined_rig *r, int part, size_t window, double *out)
{
	size_t		known = window + LOOKBACK;

	switch (part)
	{
		case 0:
			(void) lf_predict_steps(&r->network[0].alone, NULL, window, 1, 1, STEPS, out);
			break;
		case 1:
			/* one step after the other, each put behind the rows */
			{
				double		rows[(LOOKBACK + STEPS) * COLUMNS];
				lf_frame	moving = {.values = rows, .rows = LOOKBACK - 2, .columns = COLUMNS};

				memcpy(rows, r->values + (known - (LOOKBACK - 2)) * COLUMNS, (LOOKBACK - 2) * COLUMNS * sizeof(double));
				show(r, 1, &r->network[1].alone, &moving);
				for (size_t k = 0; k < STEPS; k++)
				{
					(void) lf_predict(&r->network[1].alone, NULL, k, 1, 1, out + k * COLUMNS);
					for (int j = 0; j < COLUMNS; j++)
						rows[moving.rows * COLUMNS + (size_t) r->network[1].task.target[j]] = out[k * COLUMNS + (size_t) j];
					moving.rows++;
				}
				show(r, 1, &r->network[1].alone, &r->frame);
			}
			break;
		default:
			for (size_t j = 0; j < COLUMNS; j++)
			{
				size_t		column = (size_t) r->network[0].task.target[j];
				lf_column	rows = {.values = r->values + column, .rows = known, .stride = COLUMNS, .number = 11};
				double		mean[STEPS];
				double		spread[STEPS];
				lf_zero_quantiles quantiles[STEPS];

				lf_partner_forecast(&r->room, LF_PARTNER_THETA, &r->facts.seasons, &rows, &r->learned[j * LF_PARTNERS], STEPS, mean,
									spread, NULL);
				lf_zero_forecast(&r->zero_shot, &r->facts.seasons, &rows, STEPS, quantiles, NULL);
				for (size_t k = 0; k < STEPS; k++)
					out[k * COLUMNS + j] = part == 5 ? quantiles[k].at[LF_ZERO_MEDIAN] : part == 4 ? mean[k] :
						r->values[(part == 2 ? known - 1 : known - SEASON + k % SEASON) * COLUMNS + column];
			}
	}
}

/* The largest distance of two lists, of which both have numbers. */
static double
distance(const double *a, const double *b, size_t count)
{
	double		largest = 0;

	for (size_t i = 0; i < count; i++)
		largest = isfinite(a[i]) && isfinite(b[i]) ? fmax(largest, fabs(a[i] - b[i])) : (double) INFINITY;
	return largest;
}

/* Sums are made in another order, and a network rounds otherwise for several windows. */
#define TOLERANCE (sizeof(lf_real) == sizeof(float) ? 2e-4 : 1e-9)

static void
test_parts(void)
{
	static const char *const names[PARTS] = {"a network", "a network one step ahead", "the last value", "the last season", "theta",
	"the network that is shipped"};
	static combined_rig r;
	double		together[WINDOWS * STEPS * COLUMNS];
	double		expected[WINDOWS * STEPS * COLUMNS] = {0};
	double		out[WINDOWS * STEPS * COLUMNS];

	open_rig(&r);
	for (int part = 0; part < PARTS; part++)
	{
		double		worst = 0;

		ok(lf_combined_part(&r.combined, NULL, part, 9, STRIDE, WINDOWS, STEPS, out) == LF_OK, "%s forecasts as a part", names[part]);
		for (size_t w = 0; w < WINDOWS; w++)
		{
			double		alone[STEPS * COLUMNS];

			say_alone(&r, part, 9 + w * STRIDE, alone);
			worst = fmax(worst, distance(alone, out + w * STEPS * COLUMNS, STEPS * COLUMNS));
			for (size_t i = 0; i < STEPS * COLUMNS; i++)
				expected[w * STEPS * COLUMNS + i] += weights[i % COLUMNS * PARTS + (size_t) part] * alone[i];
		}
		if (!ok(worst < TOLERANCE, "%s says as a part what it says alone", names[part]))
			diag("off by %g", worst);
	}
	ok(lf_combined_predict(&r.combined, NULL, 9, STRIDE, WINDOWS, STEPS, together) == LF_OK &&
	   distance(together, expected, WINDOWS * STEPS * COLUMNS) < TOLERANCE, "together they say the weighed sum");
	ok(r.network[0].predictor.windows.frame == &r.frame, "the frame is the same afterwards");
	close_rig(&r);
}

/* A frame that begins later, with the rows before it in memory, tells the same. */
static void
test_before(void)
{
	static combined_rig r;
	double		whole[WINDOWS * STEPS * COLUMNS];
	double		later[WINDOWS * STEPS * COLUMNS];
	double		cut[WINDOWS * STEPS * COLUMNS];
	lf_frame	begun;
	lf_frame	again;

	open_rig(&r);
	(void) lf_combined_predict(&r.combined, NULL, PAST + 3, STRIDE, WINDOWS, STEPS, whole);
	begun = r.frame;
	begun.values += PAST * COLUMNS;
	begun.rows -= PAST;
	begun.number += PAST;
	begun.before = PAST;
	for (int i = 0; i < 2; i++)
		show(&r, i, &r.network[i].predictor, &begun);
	ok(lf_combined_predict(&r.combined, NULL, 3, STRIDE, WINDOWS, STEPS, later) == LF_OK &&
	   memcmp(whole, later, sizeof(whole)) == 0, "rows before the frame are seen as if they were in it");
	again = lf_frame_with_past(&begun);
	ok(again.values == r.frame.values && again.rows == ROWS && again.number == 11 && again.before == 0, "a frame with its past is the longer one");
	begun.before = 0;
	(void) lf_combined_predict(&r.combined, NULL, 3, STRIDE, WINDOWS, STEPS, cut);
	ok(distance(whole, cut, WINDOWS * STEPS * COLUMNS) > 1e-3, "without them theta says something else");
	close_rig(&r);
}

/* Those that are silent: their weight is shared out. */
static void
test_silent(void)
{
	static combined_rig r;
	double		out[STEPS * COLUMNS];
	double		expected[STEPS * COLUMNS] = {0};
	double		total[COLUMNS] = {0};
	bool		silent = true;

	open_rig(&r);
	r.combined.season = 50;		/* of which no window has one before it */
	r.combined.learned = NULL;
	for (int part = 0; part < PARTS; part++)
	{
		double		alone[STEPS * COLUMNS];

		(void) lf_combined_part(&r.combined, NULL, part, 9, 1, 1, STEPS, out);
		if (part == 3 || part == 4)
		{
			for (int i = 0; i < STEPS * COLUMNS; i++)
				silent = silent && isnan(out[i]);
			continue;
		}
		say_alone(&r, part, 9, alone);
		for (int i = 0; i < STEPS * COLUMNS; i++)
			expected[i] += weights[i % COLUMNS * PARTS + part] * alone[i];
		for (int j = 0; j < COLUMNS; j++)
			total[j] += weights[j * PARTS + part];
	}
	ok(silent, "without a season, and where nothing was learned, nothing is said: but by the network that is shipped");
	for (int i = 0; i < STEPS * COLUMNS; i++)
		expected[i] /= total[i % COLUMNS];
	ok(lf_combined_predict(&r.combined, NULL, 9, 1, 1, STEPS, out) == LF_OK && distance(out, expected, STEPS * COLUMNS) < TOLERANCE,
	   "the others share out what the silent ones weigh");
	close_rig(&r);
}

/* Where training saw no rows, those at hand tell the seasons, whatever else the model says of them. */
static void
test_sought(void)
{
	static combined_rig r;
	static combined_rig other;
	double		out[STEPS * COLUMNS];
	double		expected[STEPS * COLUMNS];

	open_rig(&r);
	(void) lf_combined_part(&r.combined, NULL, 5, ROWS - LOOKBACK, 1, 1, STEPS, expected);
	open_rig(&other);
	free(other.block.raw);
	other.facts = (lf_partner_facts) {.sought = true};
	{
		lf_arena	arena = lf_arena_measure();

		lay_out(&other, &arena);
		other.block = guarded_new(arena.used);
		arena = lf_arena_over(other.block.block, other.block.bytes);
		lay_out(&other, &arena);
	}
	for (int i = 0; i < 2; i++)
	{
		show(&other, i, &other.network[i].predictor, &other.frame);
		other.combined.network[i] = &other.network[i].predictor;
	}
	ok(lf_combined_part(&other.combined, NULL, 5, ROWS - LOOKBACK, 1, 1, STEPS, out) == LF_OK &&
	   distance(out, expected, STEPS * COLUMNS) < 1e-9, "seasons that nobody has told are found in the rows");
	ok(other.combined.quantiles[0].at[0] < out[0] && out[0] < other.combined.quantiles[0].at[LF_ZERO_LEVELS - 1] &&
	   other.combined.quantiles[STEPS].at[LF_ZERO_MEDIAN] == out[1], "what is said of each target is kept with its bounds");
	other.facts.sought = false;
	(void) lf_combined_part(&other.combined, NULL, 5, ROWS - LOOKBACK, 1, 1, STEPS, out);
	ok(distance(out, expected, STEPS * COLUMNS) > 0.1, "where they are not sought there are none");
	close_rig(&r);
	close_rig(&other);
}

static void
test_odd(void)
{
	static combined_rig r;
	volatile sig_atomic_t interrupt = 1;
	double		out[STEPS * COLUMNS];
	double		limited[STEPS * COLUMNS];
	bool		within = true;
	bool		cut = false;

	open_rig(&r);
	ok(lf_combined_predict(&r.combined, &interrupt, 9, 1, 1, STEPS, out) == LF_INTERRUPTED, "an interrupt ends it");
	for (int part = 0; part < PARTS; part++)
		ok(lf_combined_part(&r.combined, &interrupt, part, 9, 1, 1, STEPS, out) == LF_INTERRUPTED, "in part %d as well", part);
	interrupt = 0;
	(void) lf_combined_predict(&r.combined, &interrupt, 9, 1, 1, STEPS, out);
	r.network[0].task.limited = true;
	r.network[0].task.lower_limit = -6;
	r.network[0].task.upper_limit = 3;
	r.weight[0] = r.weight[PARTS + 1] = 0;	/* not networks, which see their own forecasts */
	r.weight[1] = r.weight[PARTS] = 0;
	r.weight[4] = r.weight[PARTS + 4] = 1 - 0.125 - 0.25;
	(void) lf_combined_predict(&r.combined, NULL, 9, 1, 1, STEPS, out);
	r.network[0].task.limited = false;
	(void) lf_combined_predict(&r.combined, NULL, 9, 1, 1, STEPS, limited);
	for (int i = 0; i < STEPS * COLUMNS; i++)
	{
		double		expected = fmin(fmax(limited[i], -6), 3);

		within = within && out[i] == expected;
		cut = cut || expected != limited[i];
	}
	ok(within && cut, "forecasts lie within the limits");
	r.combined.learned = NULL;
	memset(r.weight, 0, sizeof(r.weight));
	r.weight[4] = 1;
	r.weight[PARTS + 2] = 1;
	(void) lf_combined_predict(&r.combined, NULL, 9, 1, 1, STEPS, out);
	say_alone(&r, 0, 9, limited);
	for (int i = 0; i < STEPS * COLUMNS; i++)
		within = within && fabs(out[i] - (i % COLUMNS == 0 ? limited[i] : r.values[(9 + LOOKBACK - 1) * COLUMNS])) < TOLERANCE;
	ok(within, "where all that weigh are silent about a target the first network speaks");
	close_rig(&r);
}

int
main(void)
{
	test_parts();
	test_before();
	test_silent();
	test_sought();
	test_odd();
	return done_testing();
}
