/*
 * window.c: counting windows, and normalizing them.
 */
#include "series/scaler.h"

#include <math.h>
#include <string.h>

const char *const lf_normalize_names[LF_NORMALIZES] = {
	[LF_NORMALIZE_NONE] = "none",
	[LF_NORMALIZE_LAST] = "last",
	[LF_NORMALIZE_MEAN] = "mean",
	[LF_NORMALIZE_SEASON_MEAN] = "season_mean",
	[LF_NORMALIZE_SEASONAL_NAIVE] = "seasonal_naive",
	[LF_NORMALIZE_SEASON_PROFILE] = "season_profile",
};

const char *const lf_deseasonalize_names[LF_DESEASONALIZES] = {
	[LF_DESEASONALIZE_NONE] = "none",
	[LF_DESEASONALIZE_ADDITIVE] = "additive",
	[LF_DESEASONALIZE_MULTIPLICATIVE] = "multiplicative",
};

bool
lf_frame_is_sound(const lf_frame *frame)
{
	if (frame->columns < 1 || frame->columns > LF_MAX_COLUMNS || (frame->values == NULL && frame->rows > 0))
		return false;
	if (frame->start == NULL)
		return true;
	for (size_t s = 0; s < frame->series; s++)
		if (frame->start[s] > frame->start[s + 1])
			return false;
	return frame->start[0] == 0 && frame->start[frame->series] == frame->rows;
}

size_t
lf_frame_longest(const lf_frame *frame)
{
	size_t		longest = 0;

	for (size_t s = 0; s < lf_frame_series(frame); s++)
	{
		size_t		rows = lf_frame_of(frame, s).rows;

		longest = rows > longest ? rows : longest;
	}
	return longest;
}

bool
lf_task_is_sound(const lf_task *task, int columns)
{
	if (task->lookback < 1 || task->horizon < 1 || task->lead < 0 || task->inputs < 1 || task->inputs > LF_MAX_COLUMNS ||
		task->targets < 1 || task->targets > LF_MAX_COLUMNS || task->season < 0 || task->difference < 0 ||
		task->difference > task->lookback || !lf_seasons_are_sound(&task->seasons) ||
		(task->seasons.count > 0) != (task->deseasonalize != LF_DESEASONALIZE_NONE) ||
		(task->log && task->deseasonalize == LF_DESEASONALIZE_ADDITIVE) || (task->limited && !(task->lower_limit < task->upper_limit)))
		return false;
	for (int i = 0; i < task->inputs; i++)
		if (task->input[i] < 0 || task->input[i] >= columns || task->kind[task->input[i]] >= LF_COLUMN_KINDS ||
			task->ahead[i] < 0 || task->ahead[i] > task->lead + task->horizon - 1)
			return false;
	for (int j = 0; j < task->targets; j++)
		if (task->target[j] < 0 || task->target[j] >= columns || task->kind[task->target[j]] != LF_COLUMN_MEASURED)
			return false;
	return !task->independent || lf_task_same_columns(task);
}

int
lf_task_samples(const lf_task *task)
{
	return task->independent ? task->targets : 1;
}

size_t
lf_window_count(const lf_task *task, size_t rows)
{
	size_t		span = (size_t) task->lookback - 1 + (size_t) task->lead + (size_t) task->horizon - 1;

	return rows > span ? rows - span : 0;
}

size_t
lf_window_first_output(const lf_task *task, size_t w)
{
	return w + (size_t) task->lookback - 1 + (size_t) task->lead;
}

int
lf_task_input_of(const lf_task *task, int column)
{
	for (int i = 0; i < task->inputs; i++)
		if (task->input[i] == column)
			return i;
	return -1;
}

bool
lf_task_targets_are_inputs(const lf_task *task)
{
	for (int i = 0; i < task->targets; i++)
		if (lf_task_input_of(task, task->target[i]) < 0)
			return false;
	return true;
}

bool
lf_task_same_columns(const lf_task *task)
{
	return task->inputs == task->targets &&
		memcmp(task->input, task->target, (size_t) task->inputs * sizeof(task->input[0])) == 0;
}

bool
lf_task_is_given(const lf_task *task, int input)
{
	return task->kind[task->input[input]] != LF_COLUMN_MEASURED;
}

int
lf_task_reach(const lf_task *task)
{
	int			reach = 0;

	for (int i = 0; i < task->inputs; i++)
		if (task->ahead[i] > reach)
			reach = task->ahead[i];
	return reach;
}

int
lf_task_categories(const lf_task *task)
{
	int			count = 0;

	while (count < task->inputs && lf_kind_is_category(task->kind[task->input[count]]))
		count++;
	return count;
}

bool
lf_task_is_autoregressive(const lf_task *task)
{
	int			measured = 0;

	for (int i = 0; i < task->inputs; i++)
		measured += !lf_task_is_given(task, i);
	return task->lead == 1 && measured == task->targets && lf_task_targets_are_inputs(task);
}

bool
lf_task_has_season(const lf_task *task)
{
	return task->season > 1 && task->season <= task->lookback && task->lead > 0;
}

bool
lf_task_is_target(const lf_task *task, int column)
{
	for (int j = 0; j < task->targets; j++)
		if (task->target[j] == column)
			return true;
	return false;
}

bool
lf_task_is_logged(const lf_task *task, int column)
{
	return task->log && lf_task_is_target(task, column);
}

double
lf_task_limit(const lf_task *task, double value)
{
	if (!task->limited)
		return value;
	return value < task->lower_limit ? task->lower_limit : value > task->upper_limit ? task->upper_limit : value;
}

bool
lf_task_fits_output(const lf_task *task, const lf_shape *output)
{
	int			each = task->targets / lf_task_samples(task) * lf_head_parts(&task->head);

	if (output->rank == 1)
		return (int64_t) output->dim[0] == (int64_t) task->horizon * each;
	return output->rank == 2 && output->dim[0] == task->horizon && output->dim[1] == each;
}

/*
 * The rows of input i in window w: the first, and how many the frame has, at most the lookback. The last one stands for
 * those that it has not.
 */
typedef struct input_rows
{
	size_t		first;
	size_t		count;
} input_rows;

static inline input_rows
rows_of_input(const lf_windows *windows, size_t w, int i)
{
	size_t		first = w + (size_t) windows->task->ahead[i];
	size_t		lookback = (size_t) windows->task->lookback;
	size_t		rows = windows->frame->rows;

	if (first + lookback <= rows)
		return (input_rows) {first, lookback};
	if (first >= rows)
		return (input_rows) {rows - 1, 1};
	return (input_rows) {first, rows - first};
}

size_t
lf_task_shape_size(const lf_task *task)
{
	return (size_t) task->targets * (size_t) lf_seasons_knots(&task->seasons);
}

lf_windows
lf_windows_of_series(const lf_windows *windows, size_t series, lf_frame *view)
{
	lf_windows	here = *windows;
	const lf_frame *frame = windows->frame;

	here.scaler += series * (size_t) frame->columns;
	if (here.shape != NULL)
		here.shape += series * lf_task_shape_size(here.task);
	*view = *frame;
	if (frame->numbers != NULL)
		view->number = frame->numbers[series] - (int64_t) frame->start[series];
	here.frame = view;
	return here;
}

/* Place of a column in a list, or -1. Inputs and targets are mostly the same list, so its own place is tried first. */
static inline int
place_of(const int16_t *list, int count, int16_t column, int guess)
{
	if (guess < count && list[guess] == column)
		return guess;
	for (int i = 0; i < count; i++)
		if (list[i] == column)
			return i;
	return -1;
}

/* On the scale of the scaler: what a value counts as that has no logarithm. */
#define LOWEST (-8.0)

/* How values of a column come to be what the network sees, before a level is subtracted. */
typedef struct view
{
	const lf_windows *windows;
	const double *values;		/* of the column, 'stride' apart */
	size_t		stride;
	lf_scaler	scaler;
	bool		logged;
	const lf_seasons *seasons;	/* NULL: none is taken out */
	const double *shape;		/* of the column */
	int64_t		shift;			/* from a row of the window to its place on the grid of time */
} view;

/* For window w. */
static inline view
view_of(const lf_windows *windows, size_t w, int column)
{
	const lf_task *task = windows->task;
	view		v = {.windows = windows, .values = windows->frame->values + column,
		.stride = (size_t) windows->frame->columns, .scaler = windows->scaler[column],
		.logged = lf_task_is_logged(task, column)};
	int			target;

	if (task->deseasonalize == LF_DESEASONALIZE_NONE)
		return v;
	target = place_of(task->target, task->targets, (int16_t) column, 0);
	if (target < 0)
		return v;
	v.seasons = &task->seasons;
	v.shape = windows->shape + target * lf_seasons_knots(&task->seasons);
	v.shift = lf_frame_number(windows->frame, w) - (int64_t) w;
	return v;
}

/* A value that stands, or might, in a row. */
static inline double
scaled_value(const view *v, size_t row, double value)
{
	const lf_task *task = v->windows->task;
	double		season = 0;

	if (v->seasons != NULL)
		season = lf_seasons_value(v->seasons, v->shape, (int64_t) row + v->shift);
	/* a value that has no logarithm is a very low one, where nobody has asked for logarithms */
	if (v->logged && task->log_found && !(value > task->log_from))
		return LOWEST;
	if (v->logged)
		value = lf_logarithm(task, value) - season;
	else if (v->seasons != NULL)
		value = task->deseasonalize == LF_DESEASONALIZE_ADDITIVE ? value - season : value * exp(-season);
	return (value - v->scaler.offset) / v->scaler.scale;
}

static inline double
scaled(const view *v, size_t row)
{
	return scaled_value(v, row, v->values[row * v->stride]);
}

double
lf_window_scaled(const lf_windows *windows, size_t w, int column, size_t row)
{
	view		v = view_of(windows, w, column);

	return scaled(&v, row);
}

/* A number of the network's scale as a value of the column, within the limits. */
static double
unscaled(const view *v, size_t row, double value)
{
	const lf_task *task = v->windows->task;
	double		season = 0;

	value = value * v->scaler.scale + v->scaler.offset;
	if (v->seasons != NULL)
		season = lf_seasons_value(v->seasons, v->shape, (int64_t) row + v->shift);
	if (v->logged)
		value = lf_from_logarithm(task, value + season);
	else if (v->seasons != NULL)
		value = task->deseasonalize == LF_DESEASONALIZE_ADDITIVE ? value + season : value * exp(season < 700 ? season : 700);
	return lf_task_limit(task, value);
}

double
lf_window_level(const lf_windows *windows, size_t w, int i)
{
	const lf_task *task = windows->task;
	input_rows	rows = rows_of_input(windows, w, i);
	size_t		count = (size_t) task->lookback;	/* values that the level is the mean of: the newest */
	int			column = task->input[i];
	view		v = view_of(windows, w, column);
	size_t		beyond = count - rows.count;	/* places for which the last row stands */
	double		last = scaled(&v, rows.first + rows.count - 1);
	double		sum = 0;

	if (lf_kind_is_category(task->kind[column]))
		return 0;				/* its number says nothing about how much */
	if (windows->normalize == LF_NORMALIZE_LAST)
		return last;
	if (windows->normalize != LF_NORMALIZE_MEAN && lf_task_has_season(task))
		count = (size_t) task->season;
	if (beyond > count)
		return last;
	for (size_t t = rows.count - (count - beyond); t < rows.count; t++)
		sum += scaled(&v, rows.first + t);
	return (sum + last * (double) beyond) / (double) count;
}

/* Where the values of one of 'count' columns lie in x or y of 'rows' rows: the first, and the way to the next. */
typedef struct column_place
{
	size_t		first;
	size_t		step;
} column_place;

static column_place
place_in_samples(const lf_task *task, int rows, int count, int column)
{
	if (task->independent)
		return (column_place) {.first = (size_t) column * (size_t) rows, .step = 1};
	return (column_place) {.first = (size_t) column, .step = (size_t) count};
}

/* The linear estimate of a target's level from those of the inputs. */
static double
regressed_level(const lf_windows *windows, size_t w, int target)
{
	int			inputs = windows->task->inputs;
	const double *regression = windows->level_regression + (size_t) target * ((size_t) inputs + 1);
	double		level = regression[inputs];

	for (int i = 0; i < inputs; i++)
		level += regression[i] * lf_window_level(windows, w, i);
	return level;
}

/* 'count' values of one column from a row on, scaled and measured from 'base', to every 'step'-th place of x. */
static inline void
put_column(const lf_windows *windows, size_t w, int column, size_t first, size_t count, double base, lf_real *x, size_t step)
{
	view		v = view_of(windows, w, column);
	lf_scaler	s = v.scaler;
	size_t		stride = v.stride;
	const double *values = v.values + first * stride;

	if (v.logged || v.seasons != NULL)
	{
		for (size_t t = 0; t < count; t++)
			x[t * step] = (lf_real) (scaled(&v, first + t) - base);
		return;
	}
	/* the usual case, one column of one, in a loop of its own: it becomes vector instructions */
	if (stride == 1 && step == 1)
		for (size_t t = 0; t < count; t++)
			x[t] = (lf_real) ((values[t] - s.offset) / s.scale - base);
	else
		for (size_t t = 0; t < count; t++)
			x[t * step] = (lf_real) ((values[t * stride] - s.offset) / s.scale - base);
}

/*
 * What output k of a target is measured from, beside the level: a value of the window, or the mean of several, one or
 * more whole seasons before it. Only where lf_task_has_season().
 */
static double
season_base(const lf_windows *windows, size_t w, int column, int k)
{
	const lf_task *task = windows->task;
	view		v = view_of(windows, w, column);
	size_t		season = (size_t) task->season;
	size_t		last = w + (size_t) task->lookback - 1;
	size_t		step = (size_t) task->lead + (size_t) k;	/* rows behind the last one of the window */
	size_t		back = (step + season - 1) / season * season - step;
	double		sum = 0;
	int			count = 0;

	do
	{
		sum += scaled(&v, last - back);
		back += season;
		count++;
	} while (windows->normalize == LF_NORMALIZE_SEASON_PROFILE && back < (size_t) task->lookback);
	return sum / count;
}

/* Whether outputs of a target are measured from single rows of the window. */
static bool
has_season_base(const lf_windows *windows, int target)
{
	return windows->normalize >= LF_NORMALIZE_SEASONAL_NAIVE && lf_task_has_season(windows->task) &&
		place_of(windows->task->input, windows->task->inputs, windows->task->target[target], target) >= 0;
}

/* Each value becomes its difference from the one so many rows before; the first ones have none. */
static void
take_differences(const lf_task *task, lf_real *x, size_t step)
{
	size_t		apart = (size_t) task->difference;
	size_t		lookback = (size_t) task->lookback;

	for (size_t t = lookback; t-- > apart;)
		x[t * step] -= x[(t - apart) * step];
	for (size_t t = 0; t < apart && t < lookback; t++)
		x[t * step] = 0;
}

void
lf_window_input(const lf_windows *windows, size_t w, lf_real *x, double *level)
{
	const lf_task *task = windows->task;
	size_t		lookback = (size_t) task->lookback;
	bool		measured = windows->normalize != LF_NORMALIZE_NONE || task->difference > 0;

	for (int j = 0; j < task->targets; j++)
	{
		int			input;

		level[j] = 0;
		if (windows->normalize == LF_NORMALIZE_NONE)
			continue;
		input = place_of(task->input, task->inputs, task->target[j], j);
		if (input >= 0)
			level[j] = lf_window_level(windows, w, input);
		else if (windows->level_regression != NULL)
			level[j] = regressed_level(windows, w, j);
	}
	for (int i = 0; i < task->inputs; i++)
	{
		int16_t		column = task->input[i];
		int			target = measured ? place_of(task->target, task->targets, column, i) : -1;
		column_place place = place_in_samples(task, task->lookback, task->inputs, i);
		input_rows	rows = rows_of_input(windows, w, i);

		put_column(windows, w, column, rows.first, rows.count, target < 0 ? 0 : level[target], x + place.first, place.step);
		for (size_t t = rows.count; t < lookback; t++)
			x[place.first + t * place.step] = x[place.first + (rows.count - 1) * place.step];
		if (target >= 0 && task->difference > 0)
			take_differences(task, x + place.first, place.step);
	}
}

double
lf_window_base(const lf_windows *windows, size_t w, const double *level, int j, int k)
{
	const lf_task *task = windows->task;
	int			column = task->target[j];
	size_t		row = lf_window_first_output(task, w) + (size_t) k;

	if (task->difference > 0)
		return lf_window_scaled(windows, w, column, row - (size_t) task->difference);
	return has_season_base(windows, j) ? season_base(windows, w, column, k) : level[j];
}

/* Whether all outputs of a target are measured from its level. */
static bool
has_one_base(const lf_windows *windows, int j)
{
	return windows->task->difference == 0 && !has_season_base(windows, j);
}

/* Counts as they are, each with the unit that the network sees it in. Imputed ones may be no counts; they are masked. */
static void
put_counts(const lf_windows *windows, size_t w, lf_real *y)
{
	const lf_task *task = windows->task;
	const lf_frame *frame = windows->frame;

	for (int j = 0; j < task->targets; j++)
	{
		column_place place = place_in_samples(task, task->horizon, task->targets, j);
		int			column = task->target[j];

		for (size_t k = 0; k < (size_t) task->horizon; k++)
		{
			size_t		row = lf_window_first_output(task, w) + k;
			lf_real    *pair = y + 2 * (place.first + k * place.step);
			double		count = floor(frame->values[row * (size_t) frame->columns + (size_t) column] + 0.5);

			pair[0] = lf_frame_is_masked(frame, row, column) ? (lf_real) NAN : (lf_real) (count > 0 ? count : 0);
			pair[1] = (lf_real) windows->scaler[column].scale;
		}
	}
}

void
lf_window_target(const lf_windows *windows, size_t w, const double *level, lf_real *y)
{
	const lf_task *task = windows->task;

	if (lf_head_counts(&task->head))
	{
		put_counts(windows, w, y);
		return;
	}
	for (int j = 0; j < task->targets; j++)
	{
		column_place place = place_in_samples(task, task->horizon, task->targets, j);
		bool		one = has_one_base(windows, j);

		put_column(windows, w, task->target[j], lf_window_first_output(task, w), (size_t) task->horizon, one ? level[j] : 0,
				   y + place.first, place.step);
		for (int k = 0; k < task->horizon && !one; k++)
			y[place.first + (size_t) k * place.step] -= (lf_real) lf_window_base(windows, w, level, j, k);
		for (size_t k = 0; windows->frame->masked != NULL && k < (size_t) task->horizon; k++)
			if (lf_frame_is_masked(windows->frame, lf_window_first_output(task, w) + k, task->target[j]))
				y[place.first + k * place.step] = (lf_real) NAN;
	}
}

void
lf_window_restore(const lf_windows *windows, size_t w, const double *level, const lf_real *y, double *values)
{
	const lf_task *task = windows->task;
	size_t		apart = (size_t) task->difference;

	for (int j = 0; j < task->targets; j++)
	{
		view		v = view_of(windows, w, task->target[j]);
		size_t		row = lf_window_first_output(task, w);
		column_place place = place_in_samples(task, task->horizon, task->targets, j);
		bool		one = has_one_base(windows, j);

		for (size_t k = 0; k < (size_t) task->horizon; k++)
		{
			double		value = (double) y[place.first + k * place.step];
			double		base;

			if (one)
				base = level[j];
			else if (apart > 0 && k + (size_t) task->lead > apart)	/* the row before it is an output, too */
				base = scaled_value(&v, row + k - apart, values[(k - apart) * (size_t) task->targets + (size_t) j]);
			else
				base = lf_window_base(windows, w, level, j, (int) k);
			values[k * (size_t) task->targets + (size_t) j] = unscaled(&v, row + k, value + base);
		}
	}
}
