/*
 * bounds.c: intervals of a model.
 */
#include "bounds.h"

#include <math.h>

double
lf_bounds_reach(const lf_model *model, const double *distribution, int step, int target, double level)
{
	int			targets = model->task.targets;
	double		measured = lf_errors_width(&model->errors, targets, step, target, level);
	double		largest;
	double		own;

	if (distribution == NULL)
		return measured;
	own = lf_head_reach(&model->task.head, distribution, level);
	if (!model->training.calibrate)
		return own;
	if (isnan(own) || !isnan(measured))
		return isnan(own) ? own : measured;
	largest = lf_errors_largest(&model->errors, targets, step, target);
	return largest > own ? largest : own;
}

void
lf_bounds_at(const lf_model *model, const double *distribution, double unit, double forecast, double reach,
			 double *low, double *high)
{
	if (distribution != NULL)
		lf_head_interval(&model->task.head, distribution, reach, low, high);
	else
	{
		*low = forecast - reach * unit;
		*high = forecast + reach * unit;
	}
	*low = lf_task_limit(&model->task, *low);
	*high = lf_task_limit(&model->task, *high);
}

double
lf_bounds_surprise(const lf_model *model, const double *distribution, double unit, double forecast, double value)
{
	return distribution == NULL ? fabs(value - forecast) / unit :
		lf_head_surprise(&model->task.head, distribution, value);
}
