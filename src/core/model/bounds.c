/*
 * bounds.c: intervals of a model.
 */
#include "model/bounds.h"

#include <math.h>

double
lf_bounds_half_width(const lf_model *model, const double *distribution, int step, int target, double level)
{
	int			targets = model->task.targets;
	double		measured = lf_errors_half_width(&model->errors, targets, step, target, level);
	double		largest;
	double		own;

	if (distribution == NULL)
		return lf_errors_any_half_width(&model->errors, targets, step, target, level);
	own = lf_head_half_width(&model->task.head, distribution, level);
	if (!model->training.calibrate)
		return own;
	if (isnan(own) || !isnan(measured))
		return isnan(own) ? own : measured;
	largest = lf_errors_largest(&model->errors, targets, step, target);
	return largest > own ? largest : own;
}

void
lf_bounds_at(const lf_model *model, const double *distribution, double error_scale, double forecast, double half_width,
			 double *low, double *high)
{
	if (distribution != NULL)
		lf_head_interval(&model->task.head, distribution, half_width, low, high);
	else
	{
		*low = forecast - half_width * error_scale;
		*high = forecast + half_width * error_scale;
	}
	*low = lf_task_limit(&model->task, *low);
	*high = lf_task_limit(&model->task, *high);
}

double
lf_bounds_nonconformity(const lf_model *model, const double *distribution, double error_scale, double forecast, double value)
{
	return distribution == NULL ? fabs(value - forecast) / error_scale :
		lf_head_nonconformity(&model->task.head, distribution, value);
}

bool
lf_bounds_are_zero_shot(const lf_model *model)
{
	return model->errors.steps == 0 && lf_combination_is_alone(&model->combination, model->task.targets, LF_ZERO_SHOT);
}
