/*
 * blend.c: baselines of a window, and the weight that goes with them.
 */
#include "judging/blend.h"

#include <math.h>

/*
 * A blend must take this share off the network's squared error: less is chance, and a plain forecast easier to explain.
 */
#define WORTH_BLENDING 0.01

bool
lf_task_can_blend(const lf_task *task)
{
	return task->lead > 0 && !lf_head_is_distribution(&task->head) && lf_task_targets_are_inputs(task);
}

double
lf_window_baseline(lf_forecaster forecaster, const lf_frame *frame, const lf_task *task, size_t row, int column, int k)
{
	lf_frame	window = {
		.values = frame->values + row * (size_t) frame->columns,
		.rows = (size_t) task->lookback,
		.columns = frame->columns,
	};
	double		mean = forecaster == LF_MEAN ? lf_column_mean(&window, column, window.rows) : 0;

	return lf_baseline(forecaster, &window, column, window.rows - 1, k + task->lead, task->season, mean);
}

void
lf_blend_add(lf_blend_sums *sums, lf_forecaster forecaster, double baseline, double network, double actual)
{
	if (isnan(baseline))
	{
		sums->missing[forecaster] = true;
		return;
	}
	sums->baseline[forecaster] += (baseline - actual) * (baseline - actual);
	sums->cross[forecaster] += (baseline - actual) * (network - baseline);
	sums->apart[forecaster] += (network - baseline) * (network - baseline);
}

lf_blend
lf_blend_fit(const lf_blend_sums *sums)
{
	lf_blend	best = {.with = LF_NETWORK, .weight = 1};
	double		least = 0;		/* squared error of the best so far */

	for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
	{
		double		apart = sums->apart[f];
		double		weight = apart > 0 ? -sums->cross[f] / apart : 0;
		double		error;

		if (sums->missing[f] || !isfinite(apart) || !isfinite(sums->baseline[f]) || !isfinite(weight))
			continue;
		weight = weight < 0 ? 0 : weight > 1 ? 1 : weight;
		error = sums->baseline[f] + weight * (2 * sums->cross[f] + weight * apart);
		/* whatever the baseline, with a weight of 1 the error is the network's */
		if (best.with == LF_NETWORK && least == 0)
			least = (1 - WORTH_BLENDING) * (sums->baseline[f] + 2 * sums->cross[f] + apart);
		if (error < least)
		{
			least = error;
			best = (lf_blend) {.with = (lf_forecaster) f, .weight = weight};
		}
	}
	return best;
}

void
lf_blend_apply(const lf_blend *blend, const lf_frame *frame, const lf_task *task, size_t row, double *forecast)
{
	for (int j = 0; j < task->targets; j++)
		for (int k = 0; k < task->horizon && blend[j].with != LF_NETWORK; k++)
		{
			double		baseline = lf_window_baseline(blend[j].with, frame, task, row, task->target[j], k);
			double	   *value = forecast + (size_t) k * (size_t) task->targets + (size_t) j;

			if (isfinite(baseline))
				*value = lf_task_limit(task, blend[j].weight * *value + (1 - blend[j].weight) * baseline);
		}
}
