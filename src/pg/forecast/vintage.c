/*
 * vintage.c: the rows that a forecast sees, with the known inputs of its horizon changed for what was known at its origin.
 *
 * Forecasts look at one copy of all rows. What is put in for an origin is taken back before the next one, so that in its window, and
 * in all that partners learn from, stands what came.
 */
#include "forecast/vintage.h"

#include "server/error.h"

struct Vintage
{
	const PanelSpec *plan;
	const Scenario *scenario;
	MemoryContext each;			/* of one origin */

	/* of the series at hand */
	const Rows *rows;
	Series		series;			/* how gaps are filled in it */
	const char *label;
	double	   *values;			/* (rows, columns) */
	double	   *constants;		/* (columns): zeros, since what is made of the time stays */
	uint64		first;			/* rows in which something was put */
	uint64		end;
};

Vintage *
vintage_read(const PanelSpec *plan, Oid relation, const ReadFilter *filter)
{
	Vintage    *vintage = palloc0(sizeof(Vintage));

	vintage->plan = plan;
	vintage->scenario = scenario_read(plan, relation, filter);
	vintage->constants = palloc0((plan->columns->count + 1) * sizeof(double));
	vintage->each = AllocSetContextCreate(CurrentMemoryContext, "lstm_forecast vintage", ALLOCSET_DEFAULT_SIZES);
	return vintage;
}

const double *
vintage_start(Vintage *vintage, const Rows *rows, const Timeline *timeline, const char *label)
{
	Size		size = rows->count * rows->columns * sizeof(double);

	check_memory_beside(rows_memory(rows) + scenario_memory(vintage->scenario), size, "a copy of the rows of a series",
						"give fewer rows");
	vintage->rows = rows;
	vintage->series = vintage->plan->series;
	vintage->series.timeline = *timeline;
	vintage->label = label;
	vintage->values = palloc_extended(size + 1, MCXT_ALLOC_HUGE);
	vintage->first = vintage->end = 0;
	memcpy(vintage->values, rows->values, size);
	return vintage->values;
}

/* Puts the values of columns from 'column' on, as they came, into the rows in which something was put. */
static void
take_back(Vintage *vintage, int column)
{
	const Rows *rows = vintage->rows;

	for (uint64 row = vintage->first; row < vintage->end; row++)
		memcpy(vintage->values + row * rows->columns + column, rows->values + row * rows->columns + column,
			   (rows->columns - column) * sizeof(double));
}

int
vintage_put(Vintage *vintage, uint64 window, int reach)
{
	const Rows *rows = vintage->rows;
	const PanelSpec *plan = vintage->plan;
	int			lookback = plan->task->lookback;
	uint64		end = window + lookback;
	int64		origin = rows_time(rows, end - 1);
	MemoryContext caller = MemoryContextSwitchTo(vintage->each);
	Known		known;
	Future		future;
	int			count;
	char	   *unknown;

	LFPG_ASSERT(end + reach <= rows->count);
	take_back(vintage, 0);
	vintage->first = end;
	vintage->end = end + reach;
	known = (Known) {origin + 1, rows_time(rows, end + reach - 1), origin};
	future = scenario_of(vintage->scenario, vintage->label, &known, rows_memory(rows));
	if (known_ahead_fill(plan, &vintage->series, origin, &future, vintage->constants, reach,
						 vintage->values + window * rows->columns, &count, &unknown) != NULL)
		count = 0;
	take_back(vintage, plan->columns->read);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(vintage->each);
	return count;
}
