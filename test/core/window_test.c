/*
 * window_test.c: which rows a window takes, what scaling and levels make of them, and the way back.
 *
 * The value of row r and column c is 1000 c + r, so that a value tells where it comes from.
 */
#include "rig.h"
#include "tap.h"
#include "series/scaler.h"

#include <math.h>

#define ROWS 40
#define COLUMNS 4

#ifdef LF_DOUBLE
#define TOLERANCE 1e-9
#else
#define TOLERANCE 2e-3			/* values of 3000 in float: 24 bits leave 2e-4, and 10 of them are added */
#endif

static double values[ROWS * COLUMNS];
static const lf_frame frame = {.values = values, .rows = ROWS, .columns = COLUMNS};
static const lf_scaler unscaled[COLUMNS] = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};

static void
fill_frame(void)
{
	for (int r = 0; r < ROWS; r++)
		for (int c = 0; c < COLUMNS; c++)
			values[r * COLUMNS + c] = 1000 * c + r;
}

static lf_task
task_of(int lookback, int horizon, int lead)
{
	return (lf_task) {
		.lookback = lookback,
		.horizon = horizon,
		.lead = lead,
		.inputs = 3,
		.targets = 2,
		.input = {2, 0, 3},
		.target = {3, 1},
	};
}

static bool
is_close(double value, double expected)
{
	return fabs(value - expected) <= TOLERANCE;
}

static void
test_counts(void)
{
	lf_task		task = task_of(3, 2, 1);
	bool		good = true;

	ok(lf_window_count(&task, 0) == 0, "no rows hold no window");
	ok(lf_window_count(&task, 1) == 0 && lf_window_count(&task, 3) == 0 && lf_window_count(&task, 4) == 0,
	   "a lookback of 3 and a horizon of 2 need more than 4 rows");
	ok(lf_window_count(&task, 5) == 1, "5 rows hold one such window");
	ok(lf_window_count(&task, 6) == 2, "each row more holds one window more");
	task = task_of(3, 1, 0);
	ok(lf_window_count(&task, 2) == 0 && lf_window_count(&task, 3) == 1 && lf_window_count(&task, 4) == 2,
	   "with lead 0 the rows of a lookback hold one window");
	task = task_of(3, 1, 1);
	ok(lf_window_count(&task, 3) == 0 && lf_window_count(&task, 4) == 1, "with lead 1 it takes one row more");
	task = task_of(1, 1, 0);
	ok(lf_window_count(&task, 0) == 0 && lf_window_count(&task, 1) == 1, "a window can be one row");
	task = task_of(LF_MAX_DIM, LF_MAX_DIM, LF_MAX_DIM);
	ok(lf_window_count(&task, ROWS) == 0, "the largest window lies in no small table");

	for (int lookback = 1; lookback <= 4; lookback++)
		for (int horizon = 1; horizon <= 4; horizon++)
			for (int lead = 0; lead <= 3; lead++)
				for (size_t rows = 0; rows <= 14; rows++)
				{
					size_t		count = 0;

					/* a window is there while its last row, of inputs or outputs, is */
					for (size_t w = 0; w < rows; w++)
					{
						size_t		last_input = w + (size_t) lookback - 1;
						size_t		last_output = last_input + (size_t) lead + (size_t) horizon - 1;

						count += last_output < rows;
					}
					task = task_of(lookback, horizon, lead);
					good = good && lf_window_count(&task, rows) == count;
				}
	ok(good, "counting one by one gives the same number for all small windows");
}

static void
test_rows(void)
{
	bool		inputs = true;
	bool		outputs = true;
	bool		levels = true;

	for (int lookback = 1; lookback <= 4; lookback++)
		for (int horizon = 1; horizon <= 3; horizon++)
			for (int lead = 0; lead <= 2; lead++)
			{
				lf_task		task = task_of(lookback, horizon, lead);
				lf_windows	windows = {.task = &task, .frame = &frame, .scaler = unscaled};
				guarded		x = guarded_reals((size_t) lookback * 3);
				guarded		y = guarded_reals((size_t) horizon * 2);
				guarded		level = guarded_new(2 * sizeof(double));
				const lf_real *in = x.block;
				const lf_real *out = y.block;

				for (size_t w = 0; w < lf_window_count(&task, ROWS); w++)
				{
					lf_window_input(&windows, w, x.block, level.block);
					lf_window_target(&windows, w, level.block, y.block);
					for (int t = 0; t < lookback; t++)
						for (int i = 0; i < 3; i++)
							inputs = inputs && in[t * 3 + i] == 1000 * task.input[i] + (int) w + t;
					for (int k = 0; k < horizon; k++)
						for (int j = 0; j < 2; j++)
							outputs = outputs &&
								out[k * 2 + j] == 1000 * task.target[j] + (int) w + lookback - 1 + lead + k;
					levels = levels && ((double *) level.block)[0] == 0 && ((double *) level.block)[1] == 0;
				}
				inputs = inputs && guarded_intact(&x) && guarded_intact(&level);
				outputs = outputs && guarded_intact(&y);
				free(x.raw);
				free(y.raw);
				free(level.raw);
			}
	ok(inputs, "a window's inputs are its rows and columns, in the order of the task");
	ok(outputs, "the outputs of a window begin 'lead' rows behind its last input");
	ok(levels, "without normalizing the levels are 0");
}

/* Column 3 is input and target, column 1 only a target: its level needs a link. */
static void
test_levels(void)
{
	const lf_scaler scaler[COLUMNS] = {{0, 1}, {1000, 2}, {2000, 4}, {3000, 8}};
	const double regression[2][4] = {{NAN, NAN, NAN, NAN}, {2, 0, 3, 5}};
	lf_task		task = task_of(4, 2, 1);
	lf_windows	windows = {.task = &task, .frame = &frame, .scaler = scaler, .normalize = LF_NORMALIZE_LAST};
	const size_t w = 6;
	double		level[2];
	lf_real		x[4 * 3];
	lf_real		y[2 * 2];
	bool		good = true;

	lf_window_input(&windows, w, x, level);
	ok(is_close(level[0], 9 / 8.0), "normalize last: the level is the last value in the window, scaled");
	ok(level[1] == 0, "a target that is no input has the level 0 where there is no link");
	for (int t = 0; t < 4; t++)
		good = good && is_close((double) x[t * 3 + 2], (t - 3) / 8.0) && is_close((double) x[t * 3], (6 + t) / 4.0) &&
			is_close((double) x[t * 3 + 1], 6 + t);
	ok(good, "the level is taken from the inputs of its column, and from no others");
	lf_window_target(&windows, w, level, y);
	ok(is_close((double) y[0], 1 / 8.0) && is_close((double) y[2], 2 / 8.0) && is_close((double) y[1], 10 / 2.0) &&
	   is_close((double) y[3], 11 / 2.0), "the level is taken from the outputs of its column");

	windows.normalize = LF_NORMALIZE_MEAN;
	lf_window_input(&windows, w, x, level);
	ok(is_close(level[0], 7.5 / 8), "normalize mean: the level is the mean over the window");
	ok(is_close((double) x[2], -1.5 / 8) && is_close((double) x[11], 1.5 / 8), "the inputs then add up to 0");

	windows.level_regression = &regression[0][0];
	lf_window_input(&windows, w, x, level);
	ok(is_close(level[0], 7.5 / 8) && is_close(level[1], 2 * 7.5 / 4 + 3 * 7.5 / 8 + 5),
	   "with a link the other target's level follows from the levels of the inputs");
}

/* Whether every window comes back from what a network would have to say about it. */
static bool
comes_back(const lf_task *task, lf_normalize normalize)
{
	bool		good = true;

	for (int s = 0; s < LF_SCALES; s++)
	{
		lf_scaler	scaler[COLUMNS];
		lf_windows	windows = {.task = task, .frame = &frame, .scaler = scaler, .normalize = normalize};

		for (int c = 0; c < COLUMNS; c++)
			scaler[c] = lf_scaler_of_column((lf_scale) s, &frame, task, NULL, c, 0, ROWS, NULL);
		for (size_t w = 0; w < lf_window_count(task, ROWS); w++)
		{
			size_t		row = lf_window_first_output(task, w);
			double		level[2];
			double		restored[4 * 2];
			lf_real		x[6 * 3];
			lf_real		y[4 * 2];

			lf_window_input(&windows, w, x, level);
			lf_window_target(&windows, w, level, y);
			lf_window_restore(&windows, w, level, y, restored);
			for (size_t k = 0; k < (size_t) task->horizon; k++)
				for (size_t j = 0; j < 2; j++)
				{
					double		expected = values[(row + k) * COLUMNS + (size_t) task->target[j]];

					good = good && fabs(restored[k * 2 + j] - expected) < 1e-4 * (1 + fabs(expected));
				}
		}
	}
	return good;
}

static void
test_restore(void)
{
	lf_task		task = task_of(5, 3, 2);
	bool		good = true;

	for (int n = 0; n < LF_NORMALIZES; n++)
		good = good && comes_back(&task, (lf_normalize) n);
	ok(good, "restoring gives the rows back, whatever the scaling and the levels");
	for (int season = 2; season <= 6; season++)
		for (int lead = 1; lead <= 3; lead++)
			for (int n = 0; n < LF_NORMALIZES; n++)
			{
				task = task_of(6, 4, lead);
				task.season = season;
				good = good && comes_back(&task, (lf_normalize) n);
				task.log = true;
				task.log_from = -1;
				good = good && comes_back(&task, (lf_normalize) n);
			}
	ok(good, "with seasons, with leads and with logarithms as well");
	for (int apart = 1; apart <= 6; apart++)
	{
		task = task_of(6, 4, 1);
		task.input[1] = 1;		/* both targets are inputs */
		task.difference = apart;
		good = good && comes_back(&task, LF_NORMALIZE_NONE);
		task.log = true;
		task.log_from = -1;
		good = good && comes_back(&task, LF_NORMALIZE_NONE);
	}
	ok(good, "outputs come back from differences of neighbours or of seasons");
}

/* One column with a season of 3: what stands in the window, and what outputs are measured from. */
static void
test_season(void)
{
	static const double column[] = {1, 2, 6, 3, 4, 8, 5, 6, 10, 7, 8, 12};
	const lf_frame single = {.values = column, .rows = 12, .columns = 1};
	const lf_scaler scaler = {.offset = 0, .scale = 2};
	lf_task		task = {.lookback = 6, .horizon = 4, .lead = 1, .inputs = 1, .targets = 1, .season = 3};
	lf_windows	windows = {.task = &task, .frame = &single, .scaler = &scaler, .normalize = LF_NORMALIZE_SEASON_MEAN};
	double		level;
	lf_real		x[6];
	lf_real		y[4];

	ok(lf_task_has_season(&task), "a window of six rows holds a season of three");
	lf_window_input(&windows, 0, x, &level);
	lf_window_target(&windows, 0, &level, y);
	ok(is_close(level, 5 / 2.0) && is_close((double) x[0], (1 - 5) / 2.0) && is_close((double) y[3], (7 - 5) / 2.0),
	   "season_mean: the level is the mean of the last season");
	windows.normalize = LF_NORMALIZE_SEASONAL_NAIVE;
	lf_window_input(&windows, 0, x, &level);
	lf_window_target(&windows, 0, &level, y);
	ok(is_close((double) x[0], (1 - 5) / 2.0), "seasonal_naive: inputs are measured from it as well");
	ok(is_close((double) y[0], (5 - 3) / 2.0) && is_close((double) y[2], (10 - 8) / 2.0) &&
	   is_close((double) y[3], (7 - 3) / 2.0), "outputs from the value that was last in their place");
	windows.normalize = LF_NORMALIZE_SEASON_PROFILE;
	lf_window_input(&windows, 0, x, &level);
	lf_window_target(&windows, 0, &level, y);
	ok(is_close((double) y[0], (5 - 2) / 2.0) && is_close((double) y[3], (7 - 2) / 2.0),
	   "season_profile: from the mean of their place in all seasons of the window");
	task.lookback = 2;
	ok(!lf_task_has_season(&task), "two rows hold no season of three");
	lf_window_input(&windows, 0, x, &level);
	ok(is_close(level, 1.5 / 2), "where there is no season the level is the mean of the window");
	task.lookback = 6;
	task.lead = 0;
	ok(!lf_task_has_season(&task), "there is no season before an output on the last row of the window");
}

static void
test_whole_numbers(void)
{
	static const double column[] = {1, 9, 2, 9, 3.5, 9, 7, 9};
	const unsigned char marks[] = {1 << 4};		/* the count that is none was imputed */
	const lf_frame single = {.values = column, .rows = 4, .columns = 2, .masked = marks};
	const lf_scaler scaler[] = {{.offset = 0, .scale = 4}, {.offset = 0, .scale = 3}};
	lf_task		task = {.lookback = 2, .horizon = 2, .lead = 1, .inputs = 1, .targets = 2, .target = {0, 1},
		.head = {.kind = LF_HEAD_NEGATIVE_BINOMIAL}};
	lf_windows	windows = {.task = &task, .frame = &single, .scaler = scaler};
	double		level[2] = {0};
	lf_real		x[2];
	lf_real		y[8];

	lf_window_input(&windows, 0, x, level);
	lf_window_target(&windows, 0, level, y);
	ok(x[0] == (lf_real) 0.25 && x[1] == (lf_real) 0.5, "the network sees counts in units");
	ok(isnan(y[0]) && y[4] == 7 && y[5] == 4 && y[2] == 9 && y[3] == 3,
	   "and its loss counts as they are, each with its unit, but for what was imputed");
}

static void
test_differences_and_logarithms(void)
{
	static const double column[] = {1, 2, 4, 8, 16, 32, 64, 128};
	const lf_frame single = {.values = column, .rows = 8, .columns = 1};
	lf_scaler	scaler = {.offset = 0, .scale = 1};
	lf_task		task = {.lookback = 4, .horizon = 2, .lead = 1, .inputs = 1, .targets = 1, .difference = 1};
	lf_windows	windows = {.task = &task, .frame = &single, .scaler = &scaler};
	double		level;
	double		restored[2];
	lf_real		x[4];
	lf_real		y[2];

	lf_window_input(&windows, 1, x, &level);
	lf_window_target(&windows, 1, &level, y);
	ok(x[0] == 0 && x[1] == 2 && x[3] == 8 && y[0] == 16 && y[1] == 32, "the network sees differences");
	y[0] = y[1] = 5;
	lf_window_restore(&windows, 1, &level, y, restored);
	ok(restored[0] == 21 && restored[1] == 26, "differences that the network puts out are added up from the last value on");
	task.difference = 3;
	lf_window_input(&windows, 1, x, &level);
	lf_window_target(&windows, 1, &level, y);
	ok(x[2] == 0 && x[3] == 14 && y[0] == 28 && y[1] == 56, "differences of a season look three rows back");

	task.difference = 0;
	task.log = true;
	lf_window_input(&windows, 1, x, &level);
	ok(is_close((double) x[0], log(2)) && is_close((double) x[3], log(16)), "logarithms");
	y[0] = (lf_real) log(50);
	y[1] = 5000;
	task.limited = true;
	task.lower_limit = 60;
	task.upper_limit = 1e6;
	lf_window_restore(&windows, 1, &level, y, restored);
	ok(restored[0] == 60 && restored[1] == 1e6, "forecasts stay within the limits, even where no double holds them");
	task.log_from = 200;
	lf_window_input(&windows, 1, x, &level);
	ok(isfinite((double) x[0]), "a value that has no logarithm is at least finite");
	scaler = lf_scaler_of_column(LF_SCALE_STANDARD, &single, &(lf_task) {.targets = 1, .log = true}, NULL, 0, 0, 8, NULL);
	ok(is_close(scaler.offset, 3.5 * log(2)), "scaling is that of the logarithms");
}

static lf_scaler
fit_column(lf_scale scale, const double *column, size_t rows)
{
	const lf_frame single = {.values = column, .rows = rows, .columns = 1};

	return lf_scaler_of_column(scale, &single, &(lf_task) {0}, NULL, 0, 0, rows, NULL);
}

static bool
is_usable(lf_scaler s)
{
	return isfinite(s.offset) && isfinite(s.scale) && s.scale > 0;
}

static void
test_scalers(void)
{
	static const double column[] = {2, 4, 4, 4, 5, 5, 7, 9};	/* mean 5, variance 4 */
	static const double constant[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
	static const double huge[] = {1e300, -1e300, 1e308, -1e308};
	static const double tiny[] = {1e-310, 2e-310, 3e-310};
	static const double shifted[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};	/* variance 22.5 */
	lf_scaler	s = fit_column(LF_SCALE_STANDARD, column, 8);

	ok(s.offset == 5 && s.scale == 2, "standard: mean and population deviation");
	s = fit_column(LF_SCALE_MINMAX, column, 8);
	ok(s.offset == 2 && s.scale == 7, "minmax: least value and range");
	s = fit_column(LF_SCALE_NONE, column, 8);
	ok(s.offset == 0 && s.scale == 1, "scale none leaves a column as it is");
	s = fit_column(LF_SCALE_STANDARD, column, 2);
	ok(s.offset == 3 && s.scale == 1, "only the rows that are asked for count in a scaling");
	s = lf_scaler_of_column(LF_SCALE_STANDARD, &frame, &(lf_task) {0}, NULL, 2, 0, ROWS, NULL);
	ok(is_close(s.offset, 2019.5) && is_close(s.scale, sqrt((ROWS * ROWS - 1) / 12.0)), "one column among others");
	s = fit_column(LF_SCALE_STANDARD, shifted, 4);
	ok(fabs(s.offset - (1e9 + 10)) < 1e-6 && fabs(s.scale - sqrt(22.5)) < 1e-6,
	   "a mean far above the spread costs no digits");
	for (int scale = LF_SCALE_STANDARD; scale <= LF_SCALE_MINMAX; scale++)
	{
		const char *name = lf_scale_names[scale];

		s = fit_column((lf_scale) scale, constant, 7);
		ok(fabs(s.offset - 0.1) < 1e-15 && s.scale == 1, "%s: a constant column keeps the scale 1", name);
		s = fit_column((lf_scale) scale, column, 1);
		ok(s.offset == 2 && s.scale == 1, "%s: so does a single row", name);
		s = fit_column((lf_scale) scale, column, 0);
		ok(s.offset == 0 && s.scale == 1, "%s: without rows nothing is scaled", name);
		ok(is_usable(fit_column((lf_scale) scale, huge, 2)), "%s: values of 1e300 leave a usable scale", name);
		ok(is_usable(fit_column((lf_scale) scale, huge, 4)), "%s: so do values of 1e308", name);
		ok(is_usable(fit_column((lf_scale) scale, tiny, 3)), "%s: so do values of 1e-310", name);
	}
}

static void
test_tasks(void)
{
	lf_task		task = task_of(3, 2, 1);
	lf_shape	shape = lf_shape_2(2, 2);

	ok(lf_task_input_of(&task, 0) == 1 && lf_task_input_of(&task, 1) == -1, "a column is found among the inputs");
	ok(!lf_task_targets_are_inputs(&task) && !lf_task_is_autoregressive(&task), "a target that is no input is noticed");
	task.target[1] = 0;
	ok(lf_task_targets_are_inputs(&task) && !lf_task_is_autoregressive(&task),
	   "an input that is no target cannot be fed back");
	task.inputs = 2;
	task.target[0] = 2;
	ok(lf_task_is_autoregressive(&task), "inputs that are the targets can be fed back");
	task.lead = 0;
	ok(!lf_task_is_autoregressive(&task), "outputs that do not follow their inputs cannot be fed back");
	ok(lf_task_fits_output(&task, &shape), "(horizon, targets) serves the task");
	shape = lf_shape_1(4);
	ok(lf_task_fits_output(&task, &shape), "one vector of all outputs serves the task");
	shape = lf_shape_1(2);
	ok(!lf_task_fits_output(&task, &shape), "a vector of one step does not serve two");
	shape = lf_shape_3(2, 2, 1);
	ok(!lf_task_fits_output(&task, &shape), "a third dimension does not");
}

/* One column that is input and target, alone in its frame, has a way of its own through the code. */
static void
test_one_column(void)
{
	const lf_task task = {.lookback = 5, .horizon = 3, .lead = 1, .inputs = 1, .targets = 1};
	const lf_scaler scaler = {.offset = 0.3, .scale = 0.7};
	double		column[40];
	const lf_frame single = {.values = column, .rows = 40, .columns = 1};
	bool		good = true;

	for (int i = 0; i < 40; i++)
		column[i] = sin(i) * i;
	for (int n = 0; n < LF_NORMALIZES; n++)
	{
		lf_windows	windows = {.task = &task, .frame = &single, .scaler = &scaler, .normalize = (lf_normalize) n};

		for (size_t w = 0; w < lf_window_count(&task, 40); w++)
		{
			double		base = n == LF_NORMALIZE_NONE ? 0 : lf_window_level(&windows, w, 0);
			double		level;
			lf_real		x[5];
			lf_real		y[3];

			lf_window_input(&windows, w, x, &level);
			lf_window_target(&windows, w, &level, y);
			good = good && level == base;
			for (size_t t = 0; t < 5; t++)
				good = good && x[t] == (lf_real) ((column[w + t] - 0.3) / 0.7 - base);
			for (size_t k = 0; k < 3; k++)
				good = good && y[k] == (lf_real) ((column[w + 5 + k] - 0.3) / 0.7 - base);
		}
	}
	ok(good, "the windows of one column are its values, scaled and measured from the level, to the last bit");
}

/* Columns one at a time are the same numbers as side by side, each column a sample behind the others. */
static void
test_independent_columns(void)
{
	enum {LOOKBACK = 5, HORIZON = 3, W = 7};
	const lf_task joint = {
		.lookback = LOOKBACK, .horizon = HORIZON, .lead = 1, .inputs = 3, .targets = 3,
		.input = {2, 0, 3}, .target = {2, 0, 3},
	};
	const lf_scaler scalers[COLUMNS] = {{3, 2}, {0, 1}, {-1, 5}, {7, 0.5}};
	lf_task		task = joint;
	lf_windows	windows = {.task = &joint, .frame = &frame, .scaler = scalers, .normalize = LF_NORMALIZE_LAST};
	double		level[2][3];
	lf_real		x[2][LOOKBACK * 3];
	lf_real		y[2][HORIZON * 3];
	double		restored[HORIZON * 3];
	lf_shape	output = lf_shape_2(HORIZON, 1);
	bool		good = true;

	task.independent = true;
	ok(lf_task_samples(&joint) == 1 && lf_task_samples(&task) == 3, "independent columns are samples of their own");
	ok(lf_task_fits_output(&task, &output) && !lf_task_fits_output(&joint, &output),
	   "independent columns want a network for one of them");
	lf_window_input(&windows, W, x[0], level[0]);
	lf_window_target(&windows, W, level[0], y[0]);
	windows.task = &task;
	lf_window_input(&windows, W, x[1], level[1]);
	lf_window_target(&windows, W, level[1], y[1]);
	for (int c = 0; c < 3; c++)
	{
		good = good && level[1][c] == level[0][c];
		for (int t = 0; t < LOOKBACK; t++)
			good = good && x[1][c * LOOKBACK + t] == x[0][t * 3 + c];
		for (int k = 0; k < HORIZON; k++)
			good = good && y[1][c * HORIZON + k] == y[0][k * 3 + c];
	}
	ok(good, "independent columns lie behind each other, with the numbers that they have side by side");
	lf_window_restore(&windows, W, level[1], y[1], restored);
	good = true;
	for (int k = 0; k < HORIZON; k++)
		for (int c = 0; c < 3; c++)
			good = good && is_close(restored[k * 3 + c], values[(W + LOOKBACK + k) * COLUMNS + task.target[c]]);
	ok(good, "independent columns come back as rows of all columns");
	ok(lf_task_same_columns(&task), "inputs that are the targets in their order can be independent");
	task.input[0] = 0;
	task.input[1] = 2;
	ok(!lf_task_same_columns(&task) && lf_task_targets_are_inputs(&task), "in another order they cannot");
}

/* Column 0 is measured, 1 known ahead, 2 a category; the row of an input is that of the window and its 'ahead'. */
static void
test_ahead(void)
{
	enum {LOOKBACK = 3, HORIZON = 4, INPUTS = 5};
	lf_task		task = {
		.lookback = LOOKBACK, .horizon = HORIZON, .lead = 1, .inputs = INPUTS, .targets = 1,
		.input = {2, 0, 1, 1, 1}, .ahead = {0, 0, 0, 3, 4}, .target = {0},
		.kind = {LF_COLUMN_MEASURED, LF_COLUMN_KNOWN, LF_COLUMN_CATEGORY},
	};
	lf_windows	windows = {.task = &task, .frame = &frame, .scaler = unscaled};
	lf_frame	newest = frame;
	lf_real		x[LOOKBACK * INPUTS];
	double		level[1];
	bool		good = true;

	ok(lf_task_reach(&task) == HORIZON, "the reach is that of the input furthest ahead");
	ok(lf_task_categories(&task) == 1, "categories are counted at the front");
	ok(!lf_task_is_given(&task, 1) && lf_task_is_given(&task, 0) && lf_task_is_given(&task, 3),
	   "what is not measured is given");
	ok(lf_task_is_autoregressive(&task), "given inputs do not keep forecasts from being fed back");
	for (size_t w = 0; w < lf_window_count(&task, ROWS); w++)
	{
		lf_window_input(&windows, w, x, level);
		for (size_t t = 0; t < LOOKBACK; t++)
			for (int i = 0; i < INPUTS; i++)
				good = good && x[t * INPUTS + (size_t) i] ==
					(lf_real) values[(w + t + (size_t) task.ahead[i]) * COLUMNS + (size_t) task.input[i]];
	}
	ok(good, "an input that is known ahead is that many rows ahead, in each window");
	newest.rows = LOOKBACK + 1;
	windows.frame = &newest;
	lf_window_input(&windows, 0, x, level);
	good = true;
	for (size_t t = 0; t < LOOKBACK; t++)
		good = good && x[t * INPUTS + 3] == (lf_real) values[LOOKBACK * COLUMNS + 1] &&
			x[t * INPUTS + 4] == (lf_real) values[LOOKBACK * COLUMNS + 1];
	ok(good, "where the frame ends its last row stands for those behind it");
	windows.normalize = LF_NORMALIZE_LAST;
	windows.frame = &frame;
	lf_window_input(&windows, 0, x, level);
	ok(x[0] == (lf_real) values[2] && x[2] == (lf_real) values[1] &&
	   x[1] == (lf_real) (values[0] - values[2 * COLUMNS]),
	   "of all inputs only targets are measured from their level");
	ok(lf_window_level(&windows, 0, 0) == 0, "a category has no level");
}

int
main(void)
{
	fill_frame();
	test_ahead();
	test_counts();
	test_rows();
	test_levels();
	test_restore();
	test_season();
	test_whole_numbers();
	test_differences_and_logarithms();
	test_scalers();
	test_tasks();
	test_one_column();
	test_independent_columns();
	return done_testing();
}
