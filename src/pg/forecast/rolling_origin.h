/*
 * rolling_origin.h: forecasts along known rows, batch by batch: what lstm_rolling prints, lstm_evaluate adds up and
 * lstm_anomalies compares.
 */
#ifndef LFPG_ROLLING_ORIGIN_H
#define LFPG_ROLLING_ORIGIN_H

#include "model/model_value.h"
#include "rows/panel.h"

#include <math.h>

typedef struct Along
{
	const lf_model *model;
	PanelSpec	plan;			/* of the rows, where they were read by it */
	Table	   *table;
	Panel	   *panel;			/* all that was read */
	Size		series;			/* the one at hand, of the panel */
	char	   *label;			/* its name; NULL where it has none */
	Datum		name;			/* the same as a text value */
	Rows	   *rows;			/* its rows */
	lf_frame	frame;			/* the same */
	LoadedModel *loaded;		/* for as many windows at once as pay */
	const double *error_scale;			/* (targets): of the errors of the series at hand */
	SeriesScaling scaling;		/* of the series at hand, with its seasons as they were before the batch, */
	uint64		shape_of;		/* taken from so many rows */
	uint64		newest;			/* rows of each series to be looked at; 0: all */
	struct Vintage *vintage;	/* known inputs as they were known at each origin; NULL: as they came */
	int			steps;			/* of each forecast */
	int			stride;			/* rows from one origin to the next */
	int			batch;
	uint64		next;			/* window */
	bool		any;			/* the series at hand has given a forecast */
	uint64		barren;			/* series that have given none, */
	char	   *barren_reason;	/* and why the first of them did not */
	MemoryContext each;			/* of the series at hand; what its measures take has room there, too */
	MemoryContext context;		/* of one batch */
} RollingOrigin;

typedef struct RollingBatch
{
	uint64		window;			/* the first; the others follow by the stride */
	int			count;
	int			steps;			/* fewer near the last row */
	const double *out;			/* (count, steps, targets) */
} RollingBatch;

/*
 * Opens the relation, that of the model where it is InvalidOid, and reads its rows, or the 'newest' of each series
 * where that is not 0; of the one series of that name, or where 'label' is NULL of all. The first series is at hand.
 */
RollingOrigin *rolling_origin_open(const lf_model *model, Oid relation, const char *label, uint64 newest);

/*
 * The same of the series that a filter lets through; 'left_out' is told of those that cannot be used. NULL: no series
 * can.
 */
RollingOrigin *rolling_origin_open_filtered(const lf_model *model, Oid relation, const ReadFilter *filter, uint64 newest,
								series_left_out left_out, void *state);

/* The same over a panel that was made by the plan of the model. */
RollingOrigin *rolling_origin_over(const lf_model *model, Table *table, Panel *panel);

/*
 * From here on the known inputs of each horizon are those of another relation, see vintage.h, of the series that a filter lets
 * through; not where it is InvalidOid. The rows are those of this plan.
 */
void		rolling_origin_know(RollingOrigin *rolling, const PanelSpec *plan, Oid future, const ReadFilter *filter);

/* Leaves out what stands behind the first 'count' rows of the series at hand. */
void		rolling_origin_end(RollingOrigin *rolling, uint64 count);

/*
 * Sets out: 'steps' steps from every 'stride'-th row on, the first time from row number 'first_origin' as the last one
 * known, counted from 1. More steps than there are rows mean: to the last row.
 */
void		rolling_origin_start(RollingOrigin *rolling, const LoadedModel *shared, int steps, int stride, int64 first_origin);

/* The next forecasts, until the next call; false where no row is left to stand beside one. */
bool		rolling_origin_next(RollingOrigin *rolling, RollingBatch *batch);

/* Row of the frame that step k (from 0) of the i-th forecast of a batch is about; it may lie behind the last. */
static inline uint64
rolling_origin_row(const RollingOrigin *rolling, const RollingBatch *batch, int i, int k)
{
	return lf_window_first_output(&rolling->model->task, batch->window + (uint64) i * rolling->stride) + k;
}

/* What came in a row, for a target by its number; NaN where the row had no value and one was filled in. */
static inline double
rolling_origin_actual(const RollingOrigin *rolling, uint64 row, int target)
{
	int			column = rolling->model->task.target[target];

	return rows_was_filled(rolling->rows, row, column) ? (double) NAN :
		rolling->rows->values[row * rolling->rows->columns + column];
}

/* The time of a row as a value and flag of a result row. */
void		rolling_origin_stamp(const RollingOrigin *rolling, uint64 row, Datum *value, bool *null);

/* Takes the next series to hand, to be started anew; false after the last one. */
bool		rolling_origin_next_series(RollingOrigin *rolling);

/* Says, after the last series, which had too few rows for a forecast with a row beside it: the others' results do not show them. */
void		rolling_origin_report_barren(const RollingOrigin *rolling);

/* The name of the series at hand as a value and flag of a result row, until the next one is taken. */
void		rolling_origin_name(const RollingOrigin *rolling, Datum *value, bool *null);

/* How many rows of the series at hand, from the oldest on, training knew; none where it was trained elsewhere. */
uint64		rolling_origin_trained(const RollingOrigin *rolling);

/*
 * The first origin from which no forecast is about one of the oldest 'known' rows: with lead 0 the first output lies on
 * the origin itself.
 */
int64		rolling_origin_first_origin(const lf_task *task, uint64 known);

/* Raises 22023 unless a row number leaves room for the lookback; NULL is the lookback. */
int64		argument_first_origin(FunctionCallInfo fcinfo, int number, const lf_task *task);

#endif
