/*
 * explain.h: what the inputs of a model are worth along the rows of a series at hand.
 */
#ifndef LFPG_EXPLAIN_H
#define LFPG_EXPLAIN_H

#include "forecast/rolling_origin.h"

typedef struct ExplainPlan
{
	int			steps;			/* of each forecast: no more than rolling_origin_start() would take */
	int			stride;
	int64		origin;			/* the first one */
	int			repeats;
} ExplainPlan;

typedef struct Importance
{
	int			column;			/* of the frame */
	double		importance;		/* what the mean absolute error of the target grows by, over all steps */
	double		share;			/* NaN where no input is worth anything */
	bool		constant;		/* it is the same in all rows, which say nothing of it */
	const char *status;			/* what else there is to say; NULL: nothing */
} Importance;

/*
 * Fills 'found', which has room for each input of the task, and returns for how many columns; 0 where no row could be
 * compared with a forecast.
 */
int			explain_along(const LoadedModel *shared, RollingOrigin *rolling, const ExplainPlan *plan, int target,
						  Importance *found);

#endif
