/*
 * bounds.h: the interval around a forecast of a model, wherever its width comes from: from measured errors, or from
 * what the network said, which is made wider or narrower by the nonconformity scores of the held-out values.
 *
 * 'distribution' is what the network said about this target at this step, on the scale of the column (see
 * lf_predictor): NULL where it said a value, or where the step lies past the horizon. Then widths are those of measured
 * errors.
 */
#ifndef LF_BOUNDS_H
#define LF_BOUNDS_H

#include "model/model.h"

/*
 * How far the interval of a level goes, in units of the head, or of the series' errors; step from 0 on; NaN where
 * nothing is known. Measured where enough errors are. A distribution has an answer where they are too few: its own, but
 * no less than what a lower level was measured to need. Where training was told not to calibrate, it is always its own.
 */
double		lf_bounds_half_width(const lf_model *model, const double *distribution, int step, int target, double level);

/*
 * The interval around a forecast that goes that far, within the limits. 'error_scale' is that of the series' errors, times
 * what the season multiplies the row by.
 */
void		lf_bounds_at(const lf_model *model, const double *distribution, double error_scale, double forecast, double half_width,
						 double *low, double *high);

/* How far an interval must go to hold a value: to be compared with a half-width. */
double		lf_bounds_nonconformity(const lf_model *model, const double *distribution, double error_scale, double forecast,
							   double value);

/*
 * Whether its bounds are the quantiles that the network of partners/zero_shot.h says of each window: it forecasts alone, and
 * nothing was measured.
 */
bool		lf_bounds_are_zero_shot(const lf_model *model);

#endif
