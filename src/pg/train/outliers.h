/*
 * outliers.h: single values that are far beyond all others of their series, on their way into a training.
 *
 * One slip of the decimal point among 400 rows would make the scale, the loss and the season those of that row. What is
 * there instead is what level and seasons suggest, and as a target it counts for nothing.
 */
#ifndef LFPG_OUTLIERS_H
#define LFPG_OUTLIERS_H

#include "rows/panel.h"

/* Those of a panel; the first is what a message names. Beside them, a level that has shifted lately. */
typedef struct Outliers
{
	uint64		count;
	Size		series;
	uint64		row;			/* of that series */
	int			column;
	double		value;
	double		expected;

	/* the largest shift among the newest rows; none where its size is 0 */
	Size		shift_series;
	uint64		shift_row;		/* the first on the new level */
	int			shift_column;
	double		shift;			/* by which that is higher */
} Outliers;

/* Takes the outliers of the targets out of the rows of a panel, or only finds them. */
Outliers	outliers_find(Panel *panel, const lf_task *task, const lf_seasons *seasons, bool take_out);

/* Says in a NOTICE which they are. */
void		outliers_report(const Outliers *outliers, const Panel *panel, const Timeline *timeline, const char *source,
							const char *const *names, bool taken_out);

#endif
