/*
 * window.h: from rows to what a network sees: the frame, the scaler, the windows.
 *
 *	   rows		0 1 2 3 4 5 6 7 8 9
 *	   window 0 [x x x]y y			lookback 3, horizon 2, lead 1
 *	   window 1	  [x x x]y y
 *	   window 0 [x x x]				lead 0: the first output lies on the last input row
 *				     y y
 *
 * A window is an index into the frame, never a copy of it: values are scaled on their way into a mini-batch.
 *
 * Columns that are known ahead of time go in twice: as they were beside the other inputs, and shifted, so that the last
 * row of the window shows what is known about the last output:
 *
 *	   rows		   0 1 2 3 4
 *	   measured	  [x x x]y y
 *	   known	  [x x x]
 *	   known	      [x x x]		2 rows ahead
 */
#ifndef LF_WINDOW_H
#define LF_WINDOW_H

#include "series/imputation.h"
#include "series/season.h"
#include "network/head.h"

#define LF_MAX_COLUMNS 1600		/* PostgreSQL's own limit for a table */

/*
 * The rows that were read, in time order: values (rows, columns), row-major. Several series lie one behind the other.
 */
typedef struct lf_frame
{
	const double *values;
	size_t		rows;
	int			columns;
	const unsigned char *masked;	/* marks of values that were not there and are no targets, see imputation.h; NULL: none */
	size_t		mark;			/* row of the marks that row 0 is */
	size_t		series;			/* of 'start' */
	const size_t *start;		/* (series + 1): where each series begins, and 'rows'; NULL: one without a name */
	size_t		before;			/* rows of a frame of one series that stand before row 0 in memory, and are known */
	size_t		absent;			/* its first rows that are not there: the series is shorter than its only window */

	/* places on the grid of time, which seasons are counted by, see season.h */
	int64_t		number;			/* of row 0 */
	const int64_t *numbers;		/* (series): of the first row of each; NULL: 'number' and so on through all rows */
	size_t		block;			/* rows that follow each other on the grid: the windows of a recursion; 0: all do */
	size_t		apart;			/* from a block to the next, on the grid */
} lf_frame;

/*
 * What holds of every frame: there are columns, as many as a table can have; its series lie one behind the other and
 * take up all of its rows. For LF_ASSERT.
 */
bool		lf_frame_is_sound(const lf_frame *frame);

static inline size_t
lf_frame_series(const lf_frame *frame)
{
	return frame->start == NULL ? 1 : frame->series;
}

/* Row in which a series begins. */
static inline size_t
lf_frame_start(const lf_frame *frame, size_t series)
{
	return frame->start == NULL ? 0 : frame->start[series];
}

/*
 * The place of a row on the grid of time, of a frame of one series; in one of blocks, of rows that have values: outputs lie
 * as far behind their window as they are rows away.
 */
static inline int64_t
lf_frame_number(const lf_frame *frame, size_t row)
{
	if (frame->block == 0)
		return frame->number + (int64_t) row;
	return frame->number + (int64_t) (row / frame->block * frame->apart + row % frame->block);
}

/* One of its series as a frame of its own. */
static inline lf_frame
lf_frame_of(const lf_frame *frame, size_t series)
{
	lf_frame	one = *frame;

	if (frame->start == NULL)
		return one;
	one.number = frame->numbers != NULL ? frame->numbers[series] : frame->number + (int64_t) frame->start[series];
	one.numbers = NULL;
	one.values += frame->start[series] * (size_t) frame->columns;
	one.rows = frame->start[series + 1] - frame->start[series];
	one.mark += frame->start[series];
	one.series = 0;
	one.start = NULL;
	return one;
}

/* The rows of its longest series. */
size_t		lf_frame_longest(const lf_frame *frame);

/* Whether a value is only there to be seen, as an input. */
static inline bool
lf_frame_is_masked(const lf_frame *frame, size_t row, int column)
{
	return frame->masked != NULL &&
		lf_mask_at(frame->masked, (frame->mark + row) * (size_t) frame->columns + (size_t) column);
}

/* What is known of a column, and when. These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_column_kind
{
	LF_COLUMN_MEASURED,			/* up to the origin of a forecast */
	LF_COLUMN_KNOWN,			/* over the horizon too: prices, holidays */
	LF_COLUMN_CALENDAR,			/* at any time: made from the time of the row; not scaled */
	LF_COLUMN_STATIC,			/* one number in each series; scaled over all series */
	LF_COLUMN_CATEGORY,			/* one category in each series, as its number from 0 on; -1: one never seen */
	LF_COLUMN_SERIES,			/* the number of the series itself, the same way */
	LF_COLUMN_EVENT				/* at any time: days of a holiday that are in the step of the row; scaled over all series */
} lf_column_kind;

#define LF_COLUMN_KINDS 7

/* Whether values of a kind are numbers of categories, which the network embeds. */
static inline bool
lf_kind_is_category(uint8_t kind)
{
	return kind == LF_COLUMN_CATEGORY || kind == LF_COLUMN_SERIES;
}

/* Whether a kind is scaled by the rows of all series, so that each of them has the same scaling. */
static inline bool
lf_kind_is_scaled_over_all(uint8_t kind)
{
	return kind == LF_COLUMN_STATIC || kind == LF_COLUMN_EVENT;
}

/* Whether the network sees a kind up to the last output, and not only in the rows of the window. */
static inline bool
lf_kind_looks_ahead(uint8_t kind)
{
	return kind == LF_COLUMN_KNOWN || kind == LF_COLUMN_EVENT;
}

/*
 * How seasons are taken out of the targets before the network sees them, and put back into what it says. These numbers
 * stand in stored models: never renumber, add at the end.
 */
typedef enum lf_deseasonalize
{
	LF_DESEASONALIZE_NONE,
	LF_DESEASONALIZE_ADDITIVE,	/* a season adds so much */
	LF_DESEASONALIZE_MULTIPLICATIVE	/* it multiplies by so much: its shape is one of logarithms */
} lf_deseasonalize;

#define LF_DESEASONALIZES 3
extern const char *const lf_deseasonalize_names[LF_DESEASONALIZES];

/* Which columns of a frame go in and come out, and how windows lie. */
typedef struct lf_task
{
	int			lookback;
	int			horizon;
	int			lead;
	int			inputs;
	int			targets;
	int16_t		input[LF_MAX_COLUMNS];	/* columns of the frame */
	int16_t		target[LF_MAX_COLUMNS];
	int			ahead[LF_MAX_COLUMNS];	/* of an input: rows after those of the window, up to the last output */
	uint8_t		kind[LF_MAX_COLUMNS];	/* lf_column_kind of each column of the frame */
	int			season;			/* rows, of a window: for normalizing; 0 or 1: none */
	int			difference;		/* rows between two values of which the network sees the difference; 0: the values */
	bool		log;			/* it sees the logarithms of the targets above 'log_from' */
	bool		log_found;		/* nobody has asked for these: a value that has none is no error */
	double		log_from;
	bool		limited;		/* all forecasts lie between these, which may be infinite */
	double		lower_limit;
	double		upper_limit;
	bool		limit_found;	/* nobody has asked for the lower one, see limits.h */
	bool		independent;	/* the network sees one column at a time: the inputs are the targets, in their order */
	lf_deseasonalize deseasonalize;	/* multiplicative where the network sees logarithms */
	lf_seasons	seasons;		/* that are taken out; none where nothing is */
	lf_head		head;			/* what the network says about each target; all zero: its value */
} lf_task;

/*
 * Samples of the network that one window makes: 1, or as many as there are columns where these are independent. Each is
 * (lookback, inputs / samples) in and (horizon, targets / samples) out, and those of a window lie behind each other.
 */
int			lf_task_samples(const lf_task *task);

/* Windows that lie in 'rows' rows. */
size_t		lf_window_count(const lf_task *task, size_t rows);

/* Row of the first output of window w. */
size_t		lf_window_first_output(const lf_task *task, size_t w);

/* Place of a frame's column among the task's inputs, or -1. */
int			lf_task_input_of(const lf_task *task, int column);

bool		lf_task_is_target(const lf_task *task, int column);

/* Whether an input is known beyond the origin of a forecast. */
bool		lf_task_is_given(const lf_task *task, int input);

/* The most rows that an input lies ahead. */
int			lf_task_reach(const lf_task *task);

/* The inputs that are numbers of categories: they come first, and the network embeds them. */
int			lf_task_categories(const lf_task *task);

/* True where every target is an input, and every input is a target or given: what feeding outputs back needs. */
bool		lf_task_is_autoregressive(const lf_task *task);

bool		lf_task_targets_are_inputs(const lf_task *task);

/* True where inputs and targets are the same columns in the same order: what independent columns need. */
bool		lf_task_same_columns(const lf_task *task);

/*
 * Whether an output shape serves the task: (horizon, targets of a sample * parts of the head), or these in that order
 * as one vector.
 */
bool		lf_task_fits_output(const lf_task *task, const lf_shape *output);

/*
 * What a window is measured from. The level of a target is subtracted from its inputs and outputs, and added back to
 * the forecast. A target that is no input has no values in the window; its level is then a linear estimate from the
 * levels of the inputs (see level.h), which stay as they are.
 */
typedef enum lf_normalize
{
	LF_NORMALIZE_NONE,
	LF_NORMALIZE_LAST,			/* levels are the last values in the window */
	LF_NORMALIZE_MEAN,			/* levels are the means over the window */
	LF_NORMALIZE_SEASON_MEAN,	/* levels are the means over the last season of the window */
	LF_NORMALIZE_SEASONAL_NAIVE,	/* the same, but outputs are measured from the value one season before */
	LF_NORMALIZE_SEASON_PROFILE	/* the same, from the mean of the same place in all seasons of the window */
} lf_normalize;

#define LF_NORMALIZES 6
extern const char *const lf_normalize_names[LF_NORMALIZES];

struct lf_scaler;				/* see scaler.h */

/* Everything a window is made from. */
typedef struct lf_windows
{
	const lf_task *task;
	const lf_frame *frame;
	const struct lf_scaler *scaler;	/* (columns), of the series that the windows are in */
	const double *shape;		/* (targets, knots of the seasons), of that series; NULL where nothing is taken out */
	lf_normalize normalize;
	const double *level_regression;			/* (targets, inputs + 1), see level.h; NULL where no target needs it */
} lf_windows;

/*
 * What holds of every task whose windows are taken from frames of so many columns: windows have rows, inputs and
 * outputs, all of columns that there are, of kinds that there are; inputs look ahead no further than the last output;
 * differences stay within the window; limits leave room. For LF_ASSERT; what more holds of a model's task stands in
 * sound.h.
 */
bool		lf_task_is_sound(const lf_task *task, int columns);

/* Whether windows can be normalized by their season: they hold one, and the outputs lie behind them. */
bool		lf_task_has_season(const lf_task *task);

/* A forecast within the limits. */
double		lf_task_limit(const lf_task *task, double value);

/* Whether the network sees logarithms of a column. */
bool		lf_task_is_logged(const lf_task *task, int column);

/* Numbers of the shapes of one series. */
size_t		lf_task_shape_size(const lf_task *task);

/*
 * The windows of one series among those of a frame of several: rows are still counted from the first series on. 'view'
 * is for the frame, and must stay.
 */
lf_windows	lf_windows_of_series(const lf_windows *windows, size_t series, lf_frame *view);

/* The value of a column in a row of window w, or of its outputs, as the network sees it before a level is subtracted. */
double		lf_window_scaled(const lf_windows *windows, size_t w, int column, size_t row);

/* The level of input i in window w, on the scale of the scaler: its last value, or its mean. */
double		lf_window_level(const lf_windows *windows, size_t w, int i);

/*
 * Writes window w into x (samples, lookback, inputs of a sample) and the level of each target into 'level' (targets):
 * what normalizing subtracted, on the scale of the scaler, 0 where nothing was.
 */
void		lf_window_input(const lf_windows *windows, size_t w, lf_real *x, double *level);

/*
 * Writes the outputs wanted from window w into y (samples, horizon, targets of a sample, target parts of the head); those
 * masked are NaN.
 */
void		lf_window_target(const lf_windows *windows, size_t w, const double *level, lf_real *y);

/* What output k of target j is measured from, on the scale of the scaler. Not for differences beyond the first ones. */
double		lf_window_base(const lf_windows *windows, size_t w, const double *level, int j, int k);

/*
 * Turns a network's y of window w, which lies the same way, back into (horizon, targets) on the scale of the columns.
 */
void		lf_window_restore(const lf_windows *windows, size_t w, const double *level, const lf_real *y, double *values);

#endif
