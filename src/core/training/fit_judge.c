/*
 * fit_judge.c: what the networks of a training are worth on the windows that were held out.
 */
#include "training/fit_judge.h"

#include <math.h>
#include <string.h>

size_t
lf_fit_rows_before(const lf_fit *fit, size_t series)
{
	const lf_spans *held = &fit->split.validation;

	if (lf_spans_in(held, series) == 0)
		return lf_frame_of(fit->frame, series).rows;
	return lf_window_first_output(fit->task, held->first[series] - lf_frame_start(fit->frame, series));
}

/* Points the predictor at a series, whose windows then start at row 0. Returns the row of the frame where it begins. */
static size_t
look_at(lf_fit *fit, size_t series)
{
	fit->series = series;
	fit->view = lf_frame_of(fit->frame, series);
	fit->predictor.windows.frame = &fit->view;
	fit->predictor.windows.scaler = fit->scaler + series * (size_t) fit->view.columns;
	return lf_frame_start(fit->frame, series);
}

/* Adds up the errors of the forecasts of one window, and of the baselines, in the error scale of the series. */
static void
score_window(lf_fit *fit, size_t window, const double *out)
{
	const lf_task *task = fit->task;
	size_t		row = lf_window_first_output(task, window);

	for (int k = 0; k < task->horizon; k++)
		for (int j = 0; j < task->targets; j++)
		{
			int			column = task->target[j];
			double		error_scale = fit->error_scale[fit->series * (size_t) task->targets + (size_t) j];
			double		actual = fit->view.values[(row + (size_t) k) * (size_t) fit->view.columns + (size_t) column] / error_scale;
			double		network = out[k * task->targets + j] / error_scale;
			lf_score   *score = fit->scores + (size_t) j * LF_FORECASTERS;

			if (lf_frame_is_masked(&fit->view, row + (size_t) k, column))
				continue;
			lf_score_add(&score[LF_NETWORK], network, actual);
			if (row == 0)
				continue;		/* lead 0 and lookback 1: nothing is known before the first output */
			for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
			{
				double		naive = lf_baseline(f, &fit->view, column, row - 1, k + 1, fit->season, fit->mean[j]);

				if (!isnan(naive))
					lf_score_add_beside(&score[f], naive / error_scale, actual, network);
			}
		}
}

/* Adds up what the weights of a blend need to know of the forecasts of one window. */
static void
weigh_window(lf_fit *fit, size_t window, const double *out, lf_blend_sums *sums)
{
	const lf_task *task = fit->task;
	size_t		row = lf_window_first_output(task, window);

	for (int k = 0; k < task->horizon; k++)
		for (int j = 0; j < task->targets; j++)
		{
			int			column = task->target[j];
			double		error_scale = fit->error_scale[fit->series * (size_t) task->targets + (size_t) j];
			double		actual = fit->view.values[(row + (size_t) k) * (size_t) fit->view.columns + (size_t) column];

			if (lf_frame_is_masked(&fit->view, row + (size_t) k, column))
				continue;
			for (int f = LF_REPEAT_LAST; f < LF_FORECASTERS; f++)
				lf_blend_add(&sums[j], f, lf_window_baseline(f, &fit->view, task, window, column, k) / error_scale,
							 out[k * task->targets + j] / error_scale, actual / error_scale);
		}
}

/* Whether a held-out window is in the older or the newer half of its series' ones. */
static int
half_of(const lf_fit *fit, size_t series, size_t window)
{
	const lf_spans *held = &fit->split.validation;

	return window - held->before[series] >= lf_spans_in(held, series) / 2;
}

/* As many windows from one on as are in the same half. */
static int
within_half(const lf_fit *fit, size_t series, size_t window, int count)
{
	while (count > 1 && fit->blends &&
		   half_of(fit, series, window + (size_t) count - 1) != half_of(fit, series, window))
		count--;
	return count;
}

void
lf_fit_blends(lf_fit *fit)
{
	for (int j = 0; j < fit->task->targets; j++)
	{
		lf_blend_sums all = fit->sums[0][j];
		const lf_blend_sums *newer = &fit->sums[1][j];

		for (int f = 0; f < LF_FORECASTERS; f++)
		{
			all.baseline[f] += newer->baseline[f];
			all.cross[f] += newer->cross[f];
			all.apart[f] += newer->apart[f];
			all.missing[f] |= newer->missing[f];
		}
		fit->crossed[0][j] = lf_blend_fit(newer);
		fit->crossed[1][j] = lf_blend_fit(&fit->sums[0][j]);
		fit->blend[j] = lf_blend_fit(&all);
	}
}

lf_status
lf_fit_judge_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = fit->task;
	const lf_spans *held = &fit->split.validation;
	lf_window_start	place = lf_spans_at(held, fit->done);
	size_t		left = held->before[place.series + 1] - fit->done;
	int			count = left < (size_t) fit->predictor.batch ? (int) left : fit->predictor.batch;
	bool		enters = fit->done == held->before[place.series];
	size_t		first = place.row - look_at(fit, place.series);
	lf_status	status;

	count = within_half(fit, place.series, fit->done, count);
	if (fit->blends && fit->phase == LF_FIT_SCORE)
		fit->predictor.blend = fit->crossed[half_of(fit, place.series, fit->done)];
	for (int j = 0; j < task->targets && enters; j++)
		fit->mean[j] = lf_column_mean(&fit->view, task->target[j], lf_fit_rows_before(fit, place.series));
	status = lf_predict(&fit->predictor, interrupt, first, 1, count, fit->out);
	if (status != LF_OK)
		return status;
	for (int i = 0; i < count; i++)
	{
		const double *out = fit->out + (size_t) (i * task->horizon) * (size_t) task->targets;

		if (fit->phase == LF_FIT_WEIGH)
			weigh_window(fit, first + (size_t) i, out, fit->sums[half_of(fit, place.series, fit->done)]);
		else
			score_window(fit, first + (size_t) i, out);
	}
	fit->done += (size_t) count;
	return LF_OK;
}

/* Held-out window that is the i-th to be measured: they are evenly spread, and the newest is one of them. */
static lf_window_start
measured_place(const lf_fit *fit, size_t i)
{
	size_t		held = fit->split.validation_windows;
	size_t		n = fit->measured_windows;

	return lf_spans_at(&fit->split.validation, held - 1 - (n - 1 - i) * (held / n));
}

/* In which half it is. */
static int
measured_half(const lf_fit *fit, size_t i)
{
	lf_window_start	place = measured_place(fit, i);
	const lf_spans *held = &fit->split.validation;

	return half_of(fit, place.series, held->before[place.series] + place.row - held->first[place.series]);
}

/* How far off step k of the i-th forecast is: for the head, or past what it says in the error scale of the series. */
static double
how_far(const lf_fit *fit, size_t i, size_t k, size_t j, double forecast, double actual)
{
	const lf_task *task = fit->task;
	size_t		place = (i * (size_t) task->horizon + k) * (size_t) task->targets + j;

	if (task->head.kind == LF_HEAD_POINT || k >= (size_t) task->horizon)
		return fabs(forecast - actual) / fit->error_scale[fit->series * (size_t) task->targets + j];
	return lf_head_nonconformity(&task->head,
							fit->predictor.distribution + place * (size_t) lf_head_parts(&task->head), actual);
}

lf_status
lf_fit_measure_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = fit->task;
	size_t		n = fit->measured_windows;
	size_t		stride = fit->split.validation_windows / n;
	lf_window_start	place = measured_place(fit, fit->done);
	size_t		first = place.row - look_at(fit, place.series);
	size_t		count = 1;
	size_t		steps = (size_t) fit->errors.steps;
	size_t		targets = (size_t) task->targets;
	lf_status	status;

	while (count < (size_t) fit->predictor.batch && fit->done + count < n &&
		   measured_place(fit, fit->done + count).series == place.series &&
		   (!fit->blends || measured_half(fit, fit->done + count) == measured_half(fit, fit->done)))
		count++;
	if (fit->blends)
		fit->predictor.blend = fit->crossed[measured_half(fit, fit->done)];
	status = lf_predict_steps(&fit->predictor, interrupt, first, stride, (int) count, fit->errors.steps, fit->out);
	if (status != LF_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < steps; k++)
			for (size_t j = 0; j < targets; j++)
			{
				size_t		row = lf_window_first_output(task, first + i * stride) + k;
				float	   *to = fit->measured + (k * targets + j) * n + fit->done + i;
				int			column = task->target[j];

				*to = row >= fit->view.rows || lf_frame_is_masked(&fit->view, row, column) ? NAN :
					(float) how_far(fit, i, k, j, fit->out[(i * steps + k) * targets + j],
									fit->view.values[row * (size_t) fit->view.columns + (size_t) column]);
			}
	fit->done += count;
	if (fit->done == n)
		lf_errors_keep(&fit->errors, task->targets, fit->measured, n);
	return LF_OK;
}
