/*
 * known_ahead.c: what is known of the horizon, and what is done where it is not.
 *
 * A network that puts out all steps of its horizon at once sees the known inputs of all of them at once. Where they
 * are known for the first ten of fourteen steps, the forecasts of these ten are wanted, and the network still has to
 * see something in the places of the other four. That is the mean of what is known of the column, in the window and
 * ahead: on the scale of the network it is close to 0, where an input says least. The ten forecasts are then not quite
 * those that they would be if the rest were known; the others, which would be about an invented future, are not given.
 */
#include "forecast/known_ahead.h"

#include "lib/stringinfo.h"

#include <math.h>

#define MOST_LISTED 3			/* steps without a value that are named */

/* What is worked on: the rows of the window and those behind it. */
typedef struct Horizon
{
	const PanelSpec *plan;
	const Series *series;
	int64		origin;
	double	   *values;			/* (lookback + reach, columns) */
	int			lookback;
	int			reach;
} Horizon;

bool
known_ahead_is_needed(const PanelSpec *plan)
{
	for (int i = 0; i < plan->columns->read; i++)
		if (plan->task->kind[i] == LF_COLUMN_KNOWN)
			return true;
	return plan->columns->calendar != 0 || plan->columns->event_count > 0;
}

/* The value of a column k rows behind the origin. */
static double *
ahead_value(const Horizon *ahead, int column, int k)
{
	return &ahead->values[(Size) (ahead->lookback + k - 1) * ahead->plan->columns->count + column];
}

/* What the user calls a column. */
static char *
ahead_name(const Horizon *ahead, int column)
{
	const Columns *columns = ahead->plan->columns;

	return text_column_source(columns->names[column], columns->values == NULL ? NULL : columns->values[column]);
}

/* The time of the row k behind the origin as text. */
static char *
ahead_text(const Horizon *ahead, int k)
{
	const Timeline *timeline = &ahead->series->timeline;

	if (!timeline_has_step(timeline))
		return psprintf("step %d", k);
	return timeline_text(timeline->kind, timeline_at(timeline, ahead->origin, k));
}

/* Puts in what was read, and what can be made of the time. Returns what is wrong with it. */
static char *
put_given(const Horizon *ahead, const Future *future, const double *constants)
{
	const Columns *columns = ahead->plan->columns;
	const Timeline *timeline = &ahead->series->timeline;
	uint64		next = 0;

	for (int k = 1; k <= ahead->reach; k++)
	{
		int64		at = timeline_has_step(timeline) ? timeline_at(timeline, ahead->origin, k) : ahead->origin;
		double	   *row = ahead_value(ahead, 0, k);
		bool		is_there;

		CHECK_FOR_INTERRUPTS();
		while (next < future->count && future->at[next] < at)
		{
			CHECK_FOR_INTERRUPTS();
			next++;
		}
		is_there = next < future->count && future->at[next] == at;
		for (int column = 0; column < columns->read; column++)
		{
			row[column] = NAN;
			if (ahead->plan->task->kind[column] != LF_COLUMN_KNOWN || !is_there)
				continue;
			row[column] = future->values[next * columns->read + column];
			if (isinf(row[column]))
				return psprintf("known input \"%s\" is infinite at %s", ahead_name(ahead, column),
								ahead_text(ahead, k));
		}
		panel_complete_row(columns, timeline, at, constants, row + columns->read);
	}
	return NULL;
}

/* The last row in which a column is known; 0: none. */
static int
last_known(const Horizon *ahead, int column)
{
	int			k = ahead->reach;

	while (k > 0 && isnan(*ahead_value(ahead, column, k)))
	{
		CHECK_FOR_INTERRUPTS();
		k--;
	}
	return k;
}

/* Says which steps before the last known one have no value. */
static char *
report_gaps(const Horizon *ahead, int column, int last)
{
	StringInfoData out;
	int			found = 0;

	initStringInfo(&out);
	appendStringInfo(&out, "known input \"%s\" has no value at ", ahead_name(ahead, column));
	for (int k = 1; k < last; k++)
	{
		CHECK_FOR_INTERRUPTS();
		if (isnan(*ahead_value(ahead, column, k)) && found++ < MOST_LISTED)
			appendStringInfo(&out, "%s%s", found == 1 ? "" : ", ", ahead_text(ahead, k));
	}
	if (found > MOST_LISTED)
		appendStringInfo(&out, " and %d more step%s", found - MOST_LISTED, found == MOST_LISTED + 1 ? "" : "s");
	appendStringInfo(&out, ", before %s (give these values, or train with option \"missing\", which fills them, for "
					 "example {\"missing\": \"previous\"})", ahead_text(ahead, last));
	return out.data;
}

/* Whether a gap of so many rows, in which so many are missing, may be filled. */
static bool
may_be_filled(const Series *series, lf_gaps gaps, int last)
{
	if (series->method != LF_MISSING_AUTO)
		return series->method != LF_MISSING_ERROR;
	return gaps.missing <= lf_missing_most(last) && gaps.longest <= lf_missing_longest(last, series->season);
}

/*
 * Fills the gaps of a column up to the last row in which it is known, or says that they may not be filled. The marks
 * are counted with the rows, see forecast_frame.c.
 */
static char *
fill_gaps(const Horizon *ahead, int column, int last)
{
	const Series *series = ahead->series;
	bool		is_text = series->values != NULL && series->values[column] != NULL;
	int			columns = ahead->plan->columns->count;
	Size		rows = (Size) ahead->lookback + last;
	unsigned char *marks = NULL;
	lf_gaps		gaps;
	bool		fills;

	for (int k = 1; k <= last; k++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!isnan(*ahead_value(ahead, column, k)))
			continue;
		if (marks == NULL)
			marks = palloc_extended(lf_mask_size(rows * columns), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		lf_mask_set(marks, (rows - last + k - 1) * columns + column);
	}
	if (marks == NULL)
		return NULL;
	gaps = lf_gaps_of(marks, 0, rows, columns, column);
	fills = may_be_filled(series, gaps, last);
	if (fills)
		(void) lf_impute(is_text ? LF_MISSING_PREVIOUS : series->method, ahead->values, marks, rows, columns, column,
						 series->season);
	pfree(marks);
	return fills ? NULL : report_gaps(ahead, column, last);
}

/* Puts the mean of what is known of a column behind the last row in which it is. */
static void
put_mean(const Horizon *ahead, int column, int last)
{
	double		sum = 0;
	int			count = ahead->lookback + last;

	/* each divided by itself: a sum of the largest numbers would overflow */
	for (int k = 1 - ahead->lookback; k <= last; k++)
	{
		CHECK_FOR_INTERRUPTS();
		sum += *ahead_value(ahead, column, k) / count;
	}
	for (int k = last + 1; k <= ahead->reach; k++)
	{
		CHECK_FOR_INTERRUPTS();
		*ahead_value(ahead, column, k) = sum;
	}
}

char *
known_ahead_fill(const PanelSpec *plan, const Series *series, int64 origin, const Future *future,
				 const double *constants, int reach, double *values, int *known, char **unknown)
{
	const lf_task *task = plan->task;
	Horizon		ahead = {.plan = plan, .series = series, .origin = origin, .values = values, .lookback = task->lookback,
		.reach = reach};
	char	   *reason = put_given(&ahead, future, constants);
	int			shortest = -1;	/* the column that is known least far */

	*known = reach;
	*unknown = NULL;
	for (int column = 0; column < plan->columns->read && reason == NULL; column++)
	{
		int			last;

		if (task->kind[column] != LF_COLUMN_KNOWN)
			continue;
		last = last_known(&ahead, column);
		if (last < *known)
		{
			*known = last;
			shortest = column;
		}
		if (last > 0)
			reason = fill_gaps(&ahead, column, last);
		if (last < reach)
			put_mean(&ahead, column, last);
	}
	if (reason != NULL || shortest < 0)
		return reason;
	if (*known < task->lead)
		return psprintf("known input \"%s\" is needed from %s on, but has no value there", ahead_name(&ahead, shortest),
						ahead_text(&ahead, *known + 1));
	*unknown = psprintf("known input \"%s\" is not known from %s on", ahead_name(&ahead, shortest),
						ahead_text(&ahead, *known + 1));
	return NULL;
}
