/*
 * vintage.h: known inputs along known rows, as they were known at each origin.
 *
 * The rows of the past hold the weather as it came. A forecast that was made then saw the weather as it had been forecast, and how
 * good it was is only seen with that.
 */
#ifndef LFPG_VINTAGE_H
#define LFPG_VINTAGE_H

#include "forecast/scenario.h"

typedef struct Vintage Vintage;

/* Of the series that a filter lets through, in this relation, see scenario_read(). The plan is of the rows that are forecast. */
Vintage    *vintage_read(const PanelSpec *plan, Oid relation, const ReadFilter *filter);

/* Takes the rows of a series to hand, of which it makes a copy: (rows, columns), which forecasts are to see. */
const double *vintage_start(Vintage *vintage, const Rows *rows, const Timeline *timeline, const char *label);

/*
 * Puts what was known at the last row of a window behind it, in so many rows. Returns in how many of them, from the first on, all
 * known inputs were known. The row before has to be there.
 */
int			vintage_put(Vintage *vintage, uint64 window, int reach);

#endif
