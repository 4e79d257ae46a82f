/*
 * bounds.h: the interval around a forecast of a model, wherever its width comes from: from measured errors, or from
 * what the network said, which is made wider or narrower by how surprising the held-out values were.
 *
 * 'distribution' is what the network said about this target at this step, on the scale of the column (see
 * lf_predictor): NULL where it said a value, or where the step lies past the horizon. Then widths are those of measured
 * errors.
 */
#ifndef LF_BOUNDS_H
#define LF_BOUNDS_H

#include "model.h"

/*
 * How far the interval of a level goes, in units of the head, or of the series' errors; step from 0 on; NaN where nothing
 * is known. Measured where enough errors are. A distribution has an answer where they are too few: its own, but no less
 * than what a lower level was measured to need. Where training was told not to calibrate, it is always its own.
 */
double		lf_bounds_reach(const lf_model *model, const double *distribution, int step, int target, double level);

/* The interval around a forecast that goes that far, within the limits. 'unit' is that of the series' errors. */
void		lf_bounds_at(const lf_model *model, const double *distribution, double unit, double forecast, double reach,
						 double *low, double *high);

/* How far an interval must go to hold a value: to be compared with a reach. */
double		lf_bounds_surprise(const lf_model *model, const double *distribution, double unit, double forecast,
							   double value);

#endif
