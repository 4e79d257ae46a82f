/*
 * deseasonalize_test.c: what the network sees of targets whose seasons are taken out, what comes out of it again, beside
 * a plain loop; and rows whose place in the season nobody knows.
 */
#include "rig.h"
#include "model/predict.h"
#include "series/deseasonalize.h"
#include "series/scaler.h"
#include "tap.h"

#include <math.h>

#define ROWS 60
#define LOOKBACK 5
#define HORIZON 3
#define KNOTS 10

/* A table of an input, which has no season to be taken out, and a target; the seasons are of 4 and of 6 rows. */
static double table[ROWS * 2];
static const double shape[KNOTS] = {0.4, -0.3, 0.1, -0.2, 0.25, -0.15, 0.05, 0.3, -0.4, -0.05};
static const lf_scaler scaler[2] = {{.offset = 3, .scale = 2}, {.offset = 1.5, .scale = 0.5}};
static lf_frame frame = {.values = table, .rows = ROWS, .columns = 2, .number = -13};

static lf_task
task_of(lf_deseasonalize how, bool log)
{
	return (lf_task) {.lookback = LOOKBACK, .horizon = HORIZON, .lead = 1, .inputs = 2, .targets = 1, .input = {0, 1},
		.target = {1}, .deseasonalize = how, .log = log, .log_from = log ? -1 : 0,
		.seasons = {.count = 2, .season = {{4, 4}, {6, 6}}}};
}

static void
fill(void)
{
	lf_random	random = lf_random_seed(1);

	for (int i = 0; i < ROWS; i++)
	{
		table[2 * i] = 10 + lf_random_normal(&random);
		table[2 * i + 1] = 6 + 0.05 * i + lf_random_uniform(&random);
	}
}

/* What both seasons add in a row of the table: row 0 is number -13 of the grid. */
static double
by_hand(int row)
{
	return shape[(row - 13 + 16) % 4] + shape[4 + (row - 13 + 18) % 6];
}

/* The target of a row as the network is to see it. */
static double
seen(const lf_task *task, int row, double value)
{
	double		season = by_hand(row);

	value = task->log ? log(value + 1) - season :
		task->deseasonalize == LF_DESEASONALIZE_ADDITIVE ? value - season : value / exp(season);
	return (value - scaler[1].offset) / scaler[1].scale;
}

static double
unseen(const lf_task *task, int row, double value)
{
	double		season = by_hand(row);

	value = value * scaler[1].scale + scaler[1].offset;
	return task->log ? exp(value + season) - 1 :
		task->deseasonalize == LF_DESEASONALIZE_ADDITIVE ? value + season : value * exp(season);
}

typedef struct way
{
	const char *name;
	lf_deseasonalize how;
	bool		log;
} way;

static const way kinds[] = {
	{"added", LF_DESEASONALIZE_ADDITIVE, false},
	{"multiplied", LF_DESEASONALIZE_MULTIPLICATIVE, false},
	{"added to logarithms", LF_DESEASONALIZE_MULTIPLICATIVE, true},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define NEAR (sizeof(lf_real) == 4 ? 1e-5 : 1e-12)

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= NEAR * (1 + fabs(b));
}

static void
test_windows(const way *kind, lf_normalize normalize)
{
	lf_task		task = task_of(kind->how, kind->log);
	const lf_windows windows = {.task = &task, .frame = &frame, .scaler = scaler, .shape = shape, .normalize = normalize};
	bool		inputs = true;
	bool		levels = true;
	bool		outputs = true;
	bool		back = true;

	for (int w = 0; w + LOOKBACK + HORIZON <= ROWS; w++)
	{
		lf_real		x[LOOKBACK * 2];
		lf_real		y[HORIZON];
		double		level;
		double		values[HORIZON];
		double		of_target = 0;

		for (int t = 0; t < LOOKBACK && normalize == LF_NORMALIZE_MEAN; t++)
			of_target += seen(&task, w + t, table[2 * (w + t) + 1]) / LOOKBACK;
		lf_window_input(&windows, (size_t) w, x, &level);
		levels = levels && is_near(level, of_target);
		for (int t = 0; t < LOOKBACK; t++)
			inputs = inputs && is_near((double) x[2 * t], (table[2 * (w + t)] - 3) / 2) &&
				is_near((double) x[2 * t + 1], seen(&task, w + t, table[2 * (w + t) + 1]) - of_target);
		lf_window_target(&windows, (size_t) w, &level, y);
		lf_window_restore(&windows, (size_t) w, &level, y, values);
		for (int k = 0; k < HORIZON; k++)
		{
			double		value = table[2 * (w + LOOKBACK + k) + 1];

			outputs = outputs && is_near((double) y[k], seen(&task, w + LOOKBACK + k, value) - of_target);
			back = back && is_near(values[k], value);
		}
	}
	ok(inputs, "windows without a season that is %s are those of a plain loop, %s", kind->name, lf_normalize_names[normalize]);
	ok(levels, "so are their levels");
	ok(outputs, "and outputs");
	ok(back, "and what is restored has the season again");
}

/* Factors and offsets, by hand. */
static void
test_seasonal(void)
{
	lf_task		task = task_of(LF_DESEASONALIZE_NONE, false);
	lf_seasonal seasonal = lf_task_seasonal(&task, shape, 0, 3);

	ok(seasonal.factor == 1 && seasonal.offset == 0, "a season that stays in does nothing");
	task.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
	seasonal = lf_task_seasonal(&task, shape, 0, 5);
	ok(seasonal.factor == 1 && fabs(seasonal.offset - (-0.3 - 0.05)) < 1e-12, "what is added is the sum of both");
	task.deseasonalize = LF_DESEASONALIZE_MULTIPLICATIVE;
	seasonal = lf_task_seasonal(&task, shape, 0, 5);
	ok(seasonal.offset == 0 && fabs(seasonal.factor - exp(-0.35)) < 1e-12, "what multiplies is its exponential");
}

/* A network of one layer: flatten, then (LOOKBACK) to (HORIZON), with weights that can be told apart. */
static void
make_network(lf_network *network, guarded *memory, lf_real *weights)
{
	lf_spec		spec = {.input = {.rank = 2, .dim = {LOOKBACK, 1}}, .count = 2};
	lf_arena	arena = lf_arena_measure();
	int			layer;

	spec.layer[0].kind = LF_FLATTEN;
	spec.layer[1] = (lf_layer_spec) {.kind = LF_DENSE, .units = HORIZON, .activation = LF_LINEAR, .use_bias = true};
	if (lf_network_create(network, &spec, &layer) != LF_OK)
	{
		printf("Bail out! no network\n");
		exit(1);
	}
	lf_network_layout(network, &arena, 4, false);
	*memory = guarded_new(arena.used);
	arena = lf_arena_over(memory->block, memory->bytes);
	lf_network_layout(network, &arena, 4, false);
	for (size_t i = 0; i < network->parameters; i++)
		weights[i] = (lf_real) (0.3 * sin((double) i + 1));
	lf_network_bind(network, weights, NULL);
}

/*
 * Steps beyond the horizon: forecasts take the place of rows, at the place in the season where they lie, in windows that
 * are side by side.
 */
static void
test_steps(const way *kind)
{
	enum {WINDOWS = 3, STEPS = 11, FIRST = 7, STRIDE = 5};
	lf_task		task = task_of(kind->how, kind->log);
	lf_network	network;
	guarded		memory;
	lf_real		weights[HORIZON * (LOOKBACK + 1)];
	lf_arena	arena = lf_arena_measure();
	lf_predictor predictor;
	guarded		block;
	double		out[WINDOWS * STEPS];
	double		worst = 0;

	/* the target alone */
	task.inputs = 1;
	task.input[0] = 1;
	make_network(&network, &memory, weights);
	lf_predictor_layout(&predictor, &arena, &network, &task, 2, WINDOWS, WINDOWS);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_predictor_layout(&predictor, &arena, &network, &task, 2, WINDOWS, WINDOWS);
	predictor.windows = (lf_windows) {.task = &task, .frame = &frame, .scaler = scaler, .shape = shape};
	ok(lf_predict_steps(&predictor, NULL, FIRST, STRIDE, WINDOWS, STEPS, out) == LF_OK && guarded_intact(&block),
	   "%d steps are forecast with a season that is %s", STEPS, kind->name);
	for (int i = 0; i < WINDOWS; i++)
	{
		double		rows[LOOKBACK + STEPS + HORIZON];	/* values, then forecasts */
		int			first = FIRST + i * STRIDE;

		for (int t = 0; t < LOOKBACK; t++)
			rows[t] = table[2 * (first + t) + 1];
		for (int done = 0; done < STEPS; done += HORIZON)
			for (int k = 0; k < HORIZON; k++)
			{
				double		y = (double) weights[LOOKBACK * HORIZON + k];

				for (int t = 0; t < LOOKBACK; t++)
					y += (double) weights[t * HORIZON + k] * seen(&task, first + done + t, rows[done + t]);
				rows[LOOKBACK + done + k] = unseen(&task, first + LOOKBACK + done + k, y);
			}
		for (int k = 0; k < STEPS; k++)
			worst = fmax(worst, fabs(out[i * STEPS + k] - rows[LOOKBACK + k]) / (1 + fabs(rows[LOOKBACK + k])));
	}
	if (!ok(worst < 10 * NEAR, "they are those of a plain loop"))
		diag("off by %g", worst);
	free(block.raw);
	free(memory.raw);
}

/* Shapes of a series: of the target, in logarithms where it multiplies, from the newest rows. */
static void
test_shapes(void)
{
	enum {MANY = 401};
	static double values[MANY * 2];
	lf_task		task = {.lookback = 2, .horizon = 1, .lead = 1, .inputs = 1, .targets = 2, .input = {0}, .target = {1, 0},
		.deseasonalize = LF_DESEASONALIZE_MULTIPLICATIVE, .seasons = {.count = 1, .season = {{4, 4}}}};
	lf_frame	all = {.values = values, .rows = MANY, .columns = 2, .number = 6};
	lf_frame	newest;
	lf_arena	arena = lf_arena_measure();
	lf_parts	parts;
	guarded		block;
	double		shapes[8];
	double		again[8];
	size_t		enough = lf_rows_for_shapes(&task);
	bool		right = true;

	for (int i = 0; i < MANY; i++)
	{
		values[2 * i] = exp(0.1 * (i % 4) - 0.15);
		values[2 * i + 1] = 5 * exp((i + 6) % 4 == 1 ? 0.6 : -0.2);
	}
	lf_parts_layout(&parts, &arena, MANY, &task.seasons);
	block = guarded_new(arena.used);
	arena = lf_arena_over(block.block, block.bytes);
	lf_parts_layout(&parts, &arena, MANY, &task.seasons);
	lf_shapes_of_series(&parts, &task, &all, shapes, NULL);
	for (int k = 0; k < 4; k++)
		right = right && fabs(shapes[k] - (k == 1 ? 0.6 : -0.2)) < 1e-6 &&
			fabs(shapes[4 + (k + 6) % 4] - (0.1 * k - 0.15)) < 1e-6;
	ok(right, "each target has the shape of its own logarithms, by the grid");
	newest = all;
	newest.values += 2 * (MANY - enough);
	newest.rows = enough;
	newest.number += (int64_t) (MANY - enough);
	lf_shapes_of_series(&parts, &task, &newest, again, NULL);
	ok(enough < MANY && memcmp(shapes, again, sizeof(shapes)) == 0, "the newest rows are enough");
	task.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
	lf_shapes_of_series(&parts, &task, &all, shapes, NULL);
	ok(fabs(shapes[1] - shapes[0] - 5 * (exp(0.6) - exp(-0.2))) < 1e-6, "what is added is in units of the target");
	free(block.raw);
}

/* Rows without a time: the place where the shape fits. */
static void
test_align(void)
{
	lf_task		task = task_of(LF_DESEASONALIZE_ADDITIVE, false);
	int			found = 0;
	int			multiplied = 0;
	double		values[3 * 30];
	lf_random	random = lf_random_seed(3);

	task.seasons = (lf_seasons) {.count = 1, .season = {{6, 6}}};
	for (int number = 0; number < 6; number++)
	{
		for (int i = 0; i < 30; i++)
			values[3 * i] = 50 + 0.02 * lf_random_normal(&random) + shape[4 + (number + i) % 6];
		found += lf_season_align(&task, shape + 4, values, 30, 3) == number;
		task.deseasonalize = LF_DESEASONALIZE_MULTIPLICATIVE;
		for (int i = 0; i < 30; i++)
			values[3 * i] = (7 + 0.02 * lf_random_normal(&random)) * exp(shape[4 + (number + i) % 6]);
		multiplied += lf_season_align(&task, shape + 4, values, 30, 3) == number;
		task.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
	}
	ok(found == 6, "rows are laid where in the season they fit");
	ok(multiplied == 6, "also where it multiplies");
}

int
main(void)
{
	fill();
	test_seasonal();
	for (size_t i = 0; i < KINDS; i++)
	{
		test_windows(&kinds[i], LF_NORMALIZE_NONE);
		test_windows(&kinds[i], LF_NORMALIZE_MEAN);
		test_steps(&kinds[i]);
	}
	test_shapes();
	test_align();
	return done_testing();
}
