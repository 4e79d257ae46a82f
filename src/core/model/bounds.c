/*
 * bounds.c: intervals of a model.
 */
#include "model/bounds.h"

#include "base/finite.h"
#include "base/quantile.h"

#include <math.h>

bool
lf_bounds_are_zero_shot(const lf_model *model)
{
	return model->errors.steps == 0 && lf_combination_is_alone(&model->combination, model->task.targets, LF_ZERO_SHOT);
}

bool
lf_bounds_are_mixed(const lf_model *model)
{
	int			part = lf_combination_part(&model->combination, LF_ZERO_SHOT);

	return model->errors.steps > 0 && !lf_head_is_distribution(&model->task.head) && part >= 0 &&
		lf_combination_share(&model->combination, model->task.targets, part) > 0;
}

/* Of one or two rows nothing was told. */
static bool
is_told(const lf_bounded *bounded)
{
	return bounded->told != NULL && !isnan(bounded->told->at[0]);
}

/* ---- what was measured ---- */

static double
measured_half_width(const lf_model *model, const lf_bounded *bounded, double level)
{
	const double *distribution = bounded->distribution;
	int			targets = model->task.targets;
	double		measured;
	double		largest;
	double		own;

	if (distribution == NULL)
		return lf_errors_any_half_width(&model->errors, targets, bounded->step, bounded->target, level);
	measured = lf_errors_half_width(&model->errors, targets, bounded->step, bounded->target, level);
	own = lf_head_half_width(&model->task.head, distribution, level);
	if (!model->training.calibrate)
		return own;
	if (isnan(own) || !isnan(measured))
		return isnan(own) ? own : measured;
	largest = lf_errors_largest(&model->errors, targets, bounded->step, bounded->target);
	return largest > own ? largest : own;
}

double
lf_bounds_error(const lf_model *model, const lf_bounded *bounded, double value)
{
	return bounded->distribution == NULL ? fabs(value - bounded->forecast) / bounded->error_scale :
		lf_head_nonconformity(&model->task.head, bounded->distribution, value);
}

/* ---- what was measured, and what was told ---- */

/* The share of what was told: the plain mean. */
#define TOLD_SHARE 0.5

/* The level of an interval that goes so many normal standard deviations to each side, and the reverse. */
static double
level_of(double normal)
{
	return erf(normal / sqrt(2.0));
}

static double
normal_of(double level)
{
	return lf_normal_quantile((1 - level) / 2);
}

/*
 * What the network says is of errors of its own. Those of the forecast may be a part of them, where others know more: inputs that
 * are known ahead, which that network never sees. Held-out rows tell which part. Where they do not, it is taken as it was told.
 */
static double
told_part(const lf_model *model, int target)
{
	const lf_score *scores = model->scores == NULL ? NULL : model->scores + target * LF_FORECASTERS;
	double		part;

	if (scores == NULL || !(scores[LF_NETWORK].count > 0 && scores[LF_ZERO_SHOT].count > 0))
		return 1;
	part = lf_score_mae(&scores[LF_NETWORK]) / lf_score_mae(&scores[LF_ZERO_SHOT]);
	return isfinite(part) ? part : 1;
}

/*
 * How far an interval goes to one side of the forecast: by the half-width that was measured, NaN where none was, and by so many
 * normal standard deviations, which are negative below.
 */
static double
side(const lf_model *model, const lf_bounded *bounded, double half_width, double normal)
{
	double		away = fabs(lf_zero_quantile(bounded->told, normal) - bounded->told->at[LF_ZERO_MEDIAN]);
	double		told = lf_nearest_finite(told_part(model, bounded->target) * away, 0);
	double		measured = half_width * bounded->error_scale;

	return isnan(measured) ? told : (1 - TOLD_SHARE) * lf_nearest_finite(measured, 0) + TOLD_SHARE * told;
}

/* Farther out than this a level is 1. */
#define FARTHEST 8.0
#define HALVINGS 50

/* How many normal standard deviations an interval goes that just holds the value. */
static double
mixed_nonconformity(const lf_model *model, const lf_bounded *bounded, double value)
{
	double		direction = value > bounded->forecast ? 1 : -1;
	double		far = fabs(value - bounded->forecast);
	double		farthest = side(model, bounded, measured_half_width(model, bounded, level_of(FARTHEST)), direction * FARTHEST);
	double		within = 0;
	double		enough = FARTHEST;

	if (far == 0)
		return 0;
	if (!(farthest >= far))
		return FARTHEST * far / farthest;
	for (int i = 0; i < HALVINGS; i++)
	{
		double		middle = (within + enough) / 2;

		if (side(model, bounded, measured_half_width(model, bounded, level_of(middle)), direction * middle) >= far)
			enough = middle;
		else
			within = middle;
	}
	return enough;
}

double
lf_bounds_half_width(const lf_model *model, const lf_bounded *bounded, double level)
{
	return is_told(bounded) ? normal_of(level) : measured_half_width(model, bounded, level);
}

double
lf_bounds_nonconformity(const lf_model *model, const lf_bounded *bounded, double value)
{
	if (!is_told(bounded))
		return lf_bounds_error(model, bounded, value);
	return lf_bounds_are_zero_shot(model) ? lf_zero_nonconformity(bounded->told, value) :
		mixed_nonconformity(model, bounded, value);
}

double
lf_bounds_usual(const lf_model *model, const lf_bounded *bounded)
{
	return is_told(bounded) ? normal_of(0.5) :
		lf_errors_half_width(&model->errors, model->task.targets, bounded->step, bounded->target, 0.5);
}

double
lf_bounds_rarity(const lf_model *model, const lf_bounded *bounded, double nonconformity)
{
	return is_told(bounded) ? erfc(nonconformity / sqrt(2.0)) :
		lf_errors_rarity(&model->errors, model->task.targets, bounded->step, bounded->target, nonconformity);
}

bool
lf_bounds_interval(const lf_model *model, const lf_bounded *bounded, double level, double *low, double *high)
{
	bool		told = is_told(bounded);
	bool		told_alone = told && lf_bounds_are_zero_shot(model);
	double		normal = told ? normal_of(level) : (double) NAN;
	double		half_width = told_alone ? (double) NAN : measured_half_width(model, bounded, level);
	double		forecast = bounded->forecast;

	if (told_alone)
	{
		*low = lf_zero_quantile(bounded->told, -normal);
		*high = lf_zero_quantile(bounded->told, normal);
	}
	else if (told)
	{
		*low = lf_nearest_finite(forecast - side(model, bounded, half_width, -normal), forecast);
		*high = lf_nearest_finite(forecast + side(model, bounded, half_width, normal), forecast);
	}
	else if (bounded->distribution != NULL)
		lf_head_interval(&model->task.head, bounded->distribution, half_width, low, high);
	else
	{
		*low = forecast - half_width * bounded->error_scale;
		*high = forecast + half_width * bounded->error_scale;
	}
	*low = lf_task_limit(&model->task, *low);
	*high = lf_task_limit(&model->task, *high);
	return told || !isnan(half_width);
}
