/*
 * bounds.h: the interval around a forecast of a model, wherever its width comes from: from measured errors, from what the
 * network said, which is made wider or narrower by the nonconformity scores of the held-out values, or from what the network that
 * is shipped says of the rows at hand.
 */
#ifndef LF_BOUNDS_H
#define LF_BOUNDS_H

#include "model/model.h"
#include "partners/zero_shot.h"

/* A forecast, and what is known of how far off it may be. */
typedef struct lf_bounded
{
	int			step;			/* from 0 on */
	int			target;
	double		forecast;
	double		error_scale;	/* the unit of errors: that of the series, times what the season multiplies the row by */
	const double *distribution;	/* what the network said, on the scale of the column (see lf_predictor); NULL: it said a value, or
								 * the step lies past the horizon. Then errors were measured. */
	const lf_zero_quantiles *told;	/* what the network that is shipped said, if it is one of those that forecast; else NULL */
} lf_bounded;

/*
 * Whether its bounds are the quantiles that the network of partners/zero_shot.h says of each window: it forecasts alone, and
 * nothing was measured.
 */
bool		lf_bounds_are_zero_shot(const lf_model *model);

/*
 * Whether they are the mean of what was measured and of what that network says. Errors that were measured are those of the model
 * itself, but few, or of all series together; those quantiles know the series and the step, but of another forecast.
 */
bool		lf_bounds_are_mixed(const lf_model *model);

/*
 * How far the interval of a level goes: in units of errors or of the head; where quantiles were told, in normal standard
 * deviations. NaN where nothing is known. Measured where enough errors are. A distribution has an answer where they are too few:
 * its own, but no less than what a lower level was measured to need. Where training was told not to calibrate, it is always its
 * own.
 */
double		lf_bounds_half_width(const lf_model *model, const lf_bounded *bounded, double level);

/* How far an interval must go to hold a value, in the same units: to be compared with a half-width. */
double		lf_bounds_nonconformity(const lf_model *model, const lf_bounded *bounded, double value);

/* How far off a value is in units of errors or of the head, whatever was told: as the lists of the model's errors have it. */
double		lf_bounds_error(const lf_model *model, const lf_bounded *bounded, double value);

/* The half-width that half of the values need, and how many values need as large a one; NaN: not known. */
double		lf_bounds_usual(const lf_model *model, const lf_bounded *bounded);
double		lf_bounds_rarity(const lf_model *model, const lf_bounded *bounded, double nonconformity);

/* The interval of a level, within the limits; false, and NaN, where nothing is known. */
bool		lf_bounds_interval(const lf_model *model, const lf_bounded *bounded, double level, double *low, double *high);

#endif
