/*
 * scaler.c: the mean and spread of columns.
 */
#include "series/scaler.h"

const char *const lf_scale_names[LF_SCALES] = {
	[LF_SCALE_NONE] = "none",
	[LF_SCALE_STANDARD] = "standard",
	[LF_SCALE_MINMAX] = "minmax",
};

#define LEAST_UNIT 1e-6			/* counts whose mean is less have hardly any */

#define ROWS_UNASKED ((size_t) 1 << 16)		/* rows between two looks at the interrupt: some milliseconds at most */

/* What scaling needs to know of some values. */
typedef struct spread
{
	double		count;
	double		low;
	double		high;
	double		mean;
	double		squares;		/* around the mean */
} spread;

static inline void
spread_add(spread *s, double value)
{
	double		delta = value - s->mean;

	if (s->count == 0)
		s->low = s->high = value;
	/* Welford's update: no cancellation where the mean is large beside the spread */
	s->count += 1;
	s->mean += delta / s->count;
	s->squares += delta * (value - s->mean);
	if (value < s->low)
		s->low = value;
	if (value > s->high)
		s->high = value;
}

static lf_scaler
scaler_for(lf_scale scale, const spread *s)
{
	lf_scaler	scaler = {.offset = 0, .scale = 1};

	if (scale == LF_SCALE_NONE || s->count == 0)
		return scaler;
	if (scale == LF_SCALE_STANDARD)
	{
		scaler.offset = s->mean;
		scaler.scale = sqrt(s->squares / s->count);
	}
	else
	{
		scaler.offset = s->low;
		scaler.scale = s->high - s->low;
	}
	/* squares of huge values overflow, and their range may: then -1 to 1 it is */
	if (!isfinite(scaler.offset) || !isfinite(scaler.scale))
	{
		scaler.offset = 0;
		scaler.scale = fabs(s->low) > fabs(s->high) ? fabs(s->low) : fabs(s->high);
	}
	/* a constant column, or one whose spread is rounding */
	if (scaler.scale <= fabs(scaler.offset) * 1e-14 || scaler.scale < 1e-300)
		scaler.scale = 1;
	return scaler;
}

/* Of the values as the network sees them but for the scaling itself. */
static lf_scaler
fit_rows(lf_scale scale, const lf_windows *windows, int column, size_t rows, const volatile sig_atomic_t *interrupt)
{
	spread		all = {0};

	for (size_t i = 0; i < rows && scale != LF_SCALE_NONE; i++)
	{
		spread_add(&all, lf_window_scaled(windows, 0, column, i));
		if (i % ROWS_UNASKED == 0 && interrupt != NULL && *interrupt != 0)
			break;
	}
	return scaler_for(scale, &all);
}

/* Counts keep their 0: the unit is their mean. */
static lf_scaler
of_counts(lf_scale scale, const lf_windows *windows, int column, size_t rows, const volatile sig_atomic_t *interrupt)
{
	lf_scaler	scaler = fit_rows(scale == LF_SCALE_NONE ? LF_SCALE_NONE : LF_SCALE_STANDARD, windows, column, rows, interrupt);

	/* the offset is the mean */
	return (lf_scaler) {.offset = 0, .scale = scaler.offset > LEAST_UNIT ? scaler.offset : 1};
}

/* Of the rows of all series: what a holiday does is one thing, however many of them a series has. */
static lf_scaler
fit_all(lf_scale scale, const lf_frame *frame, int column, const volatile sig_atomic_t *interrupt)
{
	spread		all = {0};

	for (size_t row = 0; row < frame->rows && scale != LF_SCALE_NONE; row++)
	{
		spread_add(&all, frame->values[row * (size_t) frame->columns + (size_t) column]);
		if (row % ROWS_UNASKED == 0 && interrupt != NULL && *interrupt != 0)
			break;
	}
	return scaler_for(scale, &all);
}

lf_scaler
lf_scaler_of_column(lf_scale scale, const lf_frame *frame, const lf_task *task, const double *shape, int column,
					size_t series, size_t rows, const volatile sig_atomic_t *interrupt)
{
	lf_frame	one = lf_frame_of(frame, series);
	lf_scaler	none[LF_MAX_COLUMNS];
	lf_windows	windows = {.task = task, .frame = &one, .scaler = none, .shape = shape};
	spread		all = {0};

	none[column] = (lf_scaler) {.offset = 0, .scale = 1};

	if (lf_head_counts(&task->head) && lf_task_is_target(task, column))
		return of_counts(scale, &windows, column, rows, interrupt);
	switch ((lf_column_kind) task->kind[column])
	{
		case LF_COLUMN_MEASURED:
		case LF_COLUMN_KNOWN:
			return fit_rows(scale, &windows, column, rows, interrupt);
		case LF_COLUMN_STATIC:
			for (size_t s = 0; s < lf_frame_series(frame); s++)
			{
				one = lf_frame_of(frame, s);
				if (one.rows > 0)
					spread_add(&all, one.values[column]);
			}
			break;
		case LF_COLUMN_EVENT:
			return fit_all(scale, frame, column, interrupt);
		case LF_COLUMN_CALENDAR:
		case LF_COLUMN_CATEGORY:
		case LF_COLUMN_SERIES:
			break;
	}
	return scaler_for(scale, &all);
}
