/*
 * latest_window.h: rows of a relation as a model wants them: the newest window to forecast from, or all.
 */
#ifndef LFPG_LATEST_WINDOW_H
#define LFPG_LATEST_WINDOW_H

#include "rows/panel.h"

/*
 * The columns that a forecast reads: the inputs, and behind them the targets that are none, where they tell which row
 * is the newest that is known. Not where outputs lie on the last input row: its target is what is asked for.
 */
char	  **latest_columns(const lf_model *model, int *columns);

/* How rows of this relation become a series: with the step, the zone and the filling of the model. */
Series		latest_series(const lf_model *model, const Table *table);

/* Looks up the columns that tell the series of a model apart, if there are several. */
void		latest_open_keys(const lf_model *model, Table *table);

/*
 * How the rows of a relation become those of a model, with all its columns. Opens what tells series apart, and statics.
 */
PanelSpec	latest_plan(const lf_model *model, Table *table, Columns *columns);

/*
 * Opens a relation for it, that of the model where it is InvalidOid, and makes the plan. The days of holidays, which a model may
 * want, are read from 'holidays', the same way.
 */
Table	   *latest_open(const lf_model *model, Oid relation, Oid holidays, PanelSpec *plan);

/*
 * The inputs of the newest window, (lookback, inputs), of a relation that was opened with latest_columns(). Sets the
 * timeline, the time of the window's last row, the place of its first one on the grid, and all rows that were read, of
 * which the window is the end. Where there are too few rows it returns NULL, if the model can do without a window, see
 * model_takes_short(), and raises 22000 if not.
 */
const double *latest_window(const lf_model *model, const Table *table, const TimestampTz *as_of, Timeline *timeline,
							int64 *origin, int64 *number, lf_frame *known);

#endif
