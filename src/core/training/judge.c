/*
 * judge.c: what the networks of a training are worth on the windows that were held out.
 */
#include "training/judge.h"

#include "series/deseasonalize.h"

#include "base/random.h"
#include "judging/pooled.h"

#include <math.h>
#include <string.h>

size_t
lf_rows_before_held(const lf_frame *frame, const lf_task *task, const lf_split *split, size_t series)
{
	const lf_spans *held = &split->validation;

	if (lf_spans_in(held, series) == 0)
		return lf_frame_of(frame, series).rows;
	return lf_window_first_output(task, held->first[series] - lf_frame_start(frame, series));
}

void
lf_judge_layout(lf_judge *judge, lf_arena *arena, lf_network *network, const lf_task *task, const lf_training *training,
				const lf_frame *frame, size_t held, int batch)
{
	size_t		targets = (size_t) task->targets;
	size_t		steps;			/* of a forecast */
	size_t		lists;			/* of errors */

	*judge = (lf_judge) {.blends = training->blend && lf_task_can_blend(task)};
	judge->errors.steps = lf_errors_steps(task, held);
	judge->errors.most = lf_errors_most(task, held);
	judge->measured_windows = lf_errors_windows(task, held);
	lf_sight_layout(&judge->sight, arena, network, task, frame, batch);
	for (int half = 0; half < 2 && judge->blends; half++)
	{
		judge->sums[half] = lf_arena_take(arena, targets, sizeof(lf_blend_sums));
		judge->crossed[half] = lf_arena_take(arena, targets, sizeof(lf_blend));
	}
	if (judge->blends)
		judge->blend = lf_arena_take(arena, targets, sizeof(lf_blend));
	judge->scores = lf_arena_take(arena, targets * LF_FORECASTERS, sizeof(lf_score));
	judge->by_step = lf_arena_take(arena, (size_t) task->horizon * LF_FORECASTERS, sizeof(double));
	judge->mean = lf_arena_take(arena, targets, sizeof(double));
	steps = (size_t) (judge->errors.steps > task->horizon ? judge->errors.steps : task->horizon);
	lists = (size_t) judge->errors.steps * targets;
	judge->errors.count = lf_arena_take(arena, lists, sizeof(int));
	judge->errors.error = lf_arena_take(arena, lists * (size_t) judge->errors.most, sizeof(float));
	judge->measured = lf_arena_take(arena, lists * judge->measured_windows, sizeof(float));
	judge->out = lf_arena_take(arena, (size_t) batch * steps * targets, sizeof(double));
	if (lf_frame_series(frame) > 1)
		judge->hang.meeting = lf_arena_take(arena, LF_MEETINGS, sizeof(lf_meeting));
}

/* Windows held out of one series, on average, rounded up. */
static size_t
held_each(const lf_split *split)
{
	size_t		series = 0;

	for (size_t s = 0; s < split->validation.series; s++)
		series += lf_spans_in(&split->validation, s) > 0;
	return series == 0 ? 0 : (split->validation_windows + series - 1) / series;
}

void
lf_judge_start(lf_judge *judge, const lf_frame *frame, const lf_task *task, const lf_split *split, const lf_scaler *scaler,
			   const double *error_scale, const double *shape, int season)
{
	judge->frame = frame;
	judge->task = task;
	judge->split = split;
	judge->error_scale = error_scale;
	lf_sight_start(&judge->sight, frame, task, scaler, shape);
	judge->team = NULL;
	judge->season = season;
	judge->phase = judge->blends ? LF_JUDGE_WEIGH : LF_JUDGE_SCORE;
	judge->done = 0;
	judge->sight.predictor.blend = NULL;
	judge->dependence = (lf_dependence) {0};
	lf_dependence_start(&judge->hang, held_each(split) * (size_t) task->horizon * (size_t) task->targets);
	memset(judge->by_step, 0, (size_t) task->horizon * LF_FORECASTERS * sizeof(double));
	memset(judge->scores, 0, (size_t) task->targets * LF_FORECASTERS * sizeof(lf_score));
	for (int j = 0; j < task->targets && judge->blends; j++)
	{
		judge->blend[j] = judge->crossed[0][j] = judge->crossed[1][j] = (lf_blend) {.with = LF_NETWORK, .weight = 1};
		judge->sums[0][j] = judge->sums[1][j] = (lf_blend_sums) {0};
	}
}

/*
 * Shows all that forecast a series, from a window of the frame on. Returns the row of the frame where the series begins.
 */
static size_t
look_at(lf_judge *judge, lf_window_start window, const volatile sig_atomic_t *interrupt)
{
	size_t		series = window.series;
	size_t		start = lf_frame_start(judge->frame, series);
	size_t		first_output = lf_window_first_output(judge->task, window.row - start);

	lf_sight_show(&judge->sight, series, first_output, NULL, interrupt);
	judge->view = judge->sight.view;
	judge->series = series;
	if (judge->team != NULL)
		lf_team_show(judge->team, &judge->sight, series, first_output, interrupt);
	return start;
}

/* Forecasts of all that forecast together, of windows of the series at hand. */
static lf_status
forecast(lf_judge *judge, const volatile sig_atomic_t *interrupt, int half, size_t first, size_t stride, int count, int steps)
{
	if (judge->team != NULL)
		return lf_team_predict(judge->team, interrupt, half, first, stride, count, steps, judge->out);
	if (judge->blends && judge->phase != LF_JUDGE_WEIGH)
		judge->sight.predictor.blend = judge->crossed[half];
	return steps == judge->task->horizon && judge->phase != LF_JUDGE_MEASURE ?
		lf_predict(&judge->sight.predictor, interrupt, first, stride, count, judge->out) :
		lf_predict_steps(&judge->sight.predictor, interrupt, first, stride, count, steps, judge->out);
}

static lf_forecaster
partner_forecaster(int partner)
{
	return (lf_forecaster) (LF_THETA + partner);
}

/* What the partners say by themselves, to stand beside the other baselines. */
static lf_status
forecast_beside(lf_judge *judge, const volatile sig_atomic_t *interrupt, size_t first, int count)
{
	lf_status	status = LF_OK;

	for (int p = 0; p < LF_PARTNER_FORECASTERS && judge->team != NULL && status == LF_OK; p++)
	{
		int			part = judge->partner_out[p] == NULL ? -1 : lf_combination_part(&judge->team->crossed[0], partner_forecaster(p));

		if (part >= 0)
			status = lf_combined_part(&judge->team->combined, interrupt, part, first, 1, count, judge->task->horizon,
									  judge->partner_out[p]);
	}
	return status;
}

/* Adds up the errors of the forecasts of one window, and of the baselines, in the error scale of the series. */
static void
score_window(lf_judge *judge, size_t place, size_t window, const double *out)
{
	const lf_task *task = judge->task;
	size_t		row = lf_window_first_output(task, window);

	for (int k = 0; k < task->horizon; k++)
		for (int j = 0; j < task->targets; j++)
		{
			int			column = task->target[j];
			double		error_scale = judge->error_scale[judge->series * (size_t) task->targets + (size_t) j];
			double		actual = judge->view.values[(row + (size_t) k) * (size_t) judge->view.columns + (size_t) column] / error_scale;
			double		network = out[k * task->targets + j] / error_scale;
			lf_score   *score = judge->scores + (size_t) j * LF_FORECASTERS;
			double	   *by_step = judge->by_step + k * LF_FORECASTERS;

			if (lf_frame_is_masked(&judge->view, row + (size_t) k, column))
				continue;
			lf_score_add(&score[LF_NETWORK], network, actual);
			if (judge->hang.meeting != NULL)
				lf_dependence_meet(&judge->hang, lf_random_mix((uint64_t) lf_frame_number(&judge->view, row),
															   (uint64_t) k * (uint64_t) task->targets + (uint64_t) j),
								   network - actual);
			by_step[LF_NETWORK] += fabs(network - actual);
			if (row == 0)
				continue;		/* lead 0 and lookback 1: nothing is known before the first output */
			for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
			{
				double		naive = lf_baseline(f, &judge->view, column, row - 1, k + 1, judge->season, judge->mean[j]);

				if (isnan(naive))
					continue;
				lf_score_add_beside(&score[f], naive / error_scale, actual, network);
				by_step[f] += fabs(naive / error_scale - actual);
			}
			for (int p = 0; p < LF_PARTNER_FORECASTERS && judge->team != NULL; p++)
			{
				const double *said = judge->partner_out[p];
				double		value;

				if (said == NULL)
					continue;
				value = said[(place * (size_t) task->horizon + (size_t) k) * (size_t) task->targets + (size_t) j];
				if (!isfinite(value))
					continue;
				lf_score_add_beside(&score[partner_forecaster(p)], value / error_scale, actual, network);
				by_step[partner_forecaster(p)] += fabs(value / error_scale - actual);
			}
		}
}

/* Adds up what the weights of a blend need to know of the forecasts of one window. */
static void
weigh_window(lf_judge *judge, size_t window, const double *out, lf_blend_sums *sums)
{
	const lf_task *task = judge->task;
	size_t		row = lf_window_first_output(task, window);

	for (int k = 0; k < task->horizon; k++)
		for (int j = 0; j < task->targets; j++)
		{
			int			column = task->target[j];
			double		error_scale = judge->error_scale[judge->series * (size_t) task->targets + (size_t) j];
			double		actual = judge->view.values[(row + (size_t) k) * (size_t) judge->view.columns + (size_t) column];

			if (lf_frame_is_masked(&judge->view, row + (size_t) k, column))
				continue;
			for (int f = LF_REPEAT_LAST; f < LF_NAIVE_FORECASTERS; f++)
				lf_blend_add(&sums[j], f, lf_window_baseline(f, &judge->view, task, window, column, k) / error_scale,
							 out[k * task->targets + j] / error_scale, actual / error_scale);
		}
}

/* Whether a held-out window is in the older or the newer half of its series' ones. */
static int
half_of(const lf_judge *judge, size_t series, size_t window)
{
	return lf_spans_half(&judge->split->validation, series, window);
}

/* Whether each half is forecast with weights that were found on the other. */
static bool
is_crossed(const lf_judge *judge)
{
	return judge->blends || judge->team != NULL;
}

/* As many windows from one on as are in the same half. */
static int
within_half(const lf_judge *judge, size_t series, size_t window, int count)
{
	while (count > 1 && is_crossed(judge) &&
		   half_of(judge, series, window + (size_t) count - 1) != half_of(judge, series, window))
		count--;
	return count;
}

/* From what was weighed to the blends. */
static void
fit_blends(lf_judge *judge)
{
	for (int j = 0; j < judge->task->targets; j++)
	{
		lf_blend_sums all = judge->sums[0][j];
		const lf_blend_sums *newer = &judge->sums[1][j];

		for (int f = 0; f < LF_NAIVE_FORECASTERS; f++)
		{
			all.baseline[f] += newer->baseline[f];
			all.cross[f] += newer->cross[f];
			all.apart[f] += newer->apart[f];
			all.missing[f] |= newer->missing[f];
		}
		judge->crossed[0][j] = lf_blend_fit(newer);
		judge->crossed[1][j] = lf_blend_fit(&judge->sums[0][j]);
		judge->blend[j] = lf_blend_fit(&all);
	}
}

/* Forecasts the next batch of held-out windows, of one series, and scores or weighs them. */
static lf_status
judge_batch(lf_judge *judge, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = judge->task;
	const lf_spans *held = &judge->split->validation;
	lf_window_start	place = lf_spans_at(held, judge->done);
	size_t		left = held->before[place.series + 1] - judge->done;
	int			count = left < (size_t) judge->sight.predictor.batch ? (int) left : judge->sight.predictor.batch;
	bool		enters = judge->done == held->before[place.series];
	size_t		first = place.row - look_at(judge, place, interrupt);
	lf_status	status;

	count = within_half(judge, place.series, judge->done, count);
	for (int j = 0; j < task->targets && enters; j++)
		judge->mean[j] = lf_column_mean(&judge->view, task->target[j], lf_rows_before_held(judge->frame, task, judge->split, place.series));
	status = forecast(judge, interrupt, half_of(judge, place.series, judge->done), first, 1, count, task->horizon);
	if (status == LF_OK)
		status = forecast_beside(judge, interrupt, first, count);
	if (status != LF_OK)
		return status;
	for (int i = 0; i < count; i++)
	{
		const double *out = judge->out + (size_t) (i * task->horizon) * (size_t) task->targets;

		if (judge->phase == LF_JUDGE_WEIGH)
			weigh_window(judge, first + (size_t) i, out, judge->sums[half_of(judge, place.series, judge->done)]);
		else
			score_window(judge, (size_t) i, first + (size_t) i, out);
	}
	judge->done += (size_t) count;
	return LF_OK;
}

/* Held-out window that is the i-th to be measured. */
static lf_window_start
measured_place(const lf_judge *judge, size_t i)
{
	return lf_spans_sample(&judge->split->validation, judge->measured_windows, i);
}

/* In which half it is. */
static int
measured_half(const lf_judge *judge, size_t i)
{
	lf_window_start	place = measured_place(judge, i);
	const lf_spans *held = &judge->split->validation;

	return half_of(judge, place.series, held->before[place.series] + place.row - held->first[place.series]);
}

/*
 * How far off step k of the i-th forecast is: for the head, or past what it says in the error scale of the series, and of
 * the season, whose highs err more than its lows.
 */
static double
how_far(const lf_judge *judge, size_t i, size_t k, size_t j, double season_factor, double forecast, double actual)
{
	const lf_task *task = judge->task;
	size_t		place = (i * (size_t) task->horizon + k) * (size_t) task->targets + j;

	if (!lf_head_is_distribution(&task->head) || k >= (size_t) task->horizon)
		return fabs(forecast - actual) / season_factor / judge->error_scale[judge->series * (size_t) task->targets + j];
	return lf_head_nonconformity(&task->head,
							judge->sight.predictor.distribution + place * (size_t) lf_head_parts(&task->head), actual);
}

/* What the season multiplies a target by in a row of the series at hand. */
static double
season_factor(const lf_judge *judge, size_t target, size_t row)
{
	return lf_task_seasonal(judge->task, judge->sight.predictor.windows.shape, (int) target,
							lf_frame_number(&judge->view, row)).factor;
}

/*
 * Held-out forecasts that tell something of their own: in each series as many as follow each other without an overlap.
 */
static double
apart(const lf_judge *judge)
{
	const lf_spans *held = &judge->split->validation;
	double		sum = 0;

	for (size_t s = 0; s < held->series; s++)
		if (lf_spans_in(held, s) > 0)
			sum += (double) (lf_spans_in(held, s) + (size_t) judge->task->horizon - 1) / judge->task->horizon;
	return sum;
}

/*
 * Notes how the errors of the horizon hang together in the i-th forecast of a batch, each in the usual one of its step: that of
 * all windows that were scored.
 */
static void
note_dependence(lf_judge *judge, size_t i, size_t j, size_t first_row)
{
	const lf_task *task = judge->task;
	size_t		targets = (size_t) task->targets;
	size_t		column = (size_t) task->target[j];

	for (size_t k = 0; k < (size_t) task->horizon; k++)
	{
		size_t		row = first_row + k;
		double		usual = judge->by_step[k * LF_FORECASTERS + LF_NETWORK] / (double) judge->split->validation_windows / (double) targets;
		double		unit = usual * judge->error_scale[judge->series * targets + j];

		lf_dependence_add(&judge->hang, row >= judge->view.rows || lf_frame_is_masked(&judge->view, row, (int) column) || unit <= 0 ?
						  (double) NAN :
						  (judge->out[(i * (size_t) judge->errors.steps + k) * targets + j] -
						   judge->view.values[row * (size_t) judge->view.columns + column]) / season_factor(judge, j, row) / unit);
	}
	lf_dependence_end(&judge->hang);
}

/* Errors of the steps of one forecast go together, but not wholly: where steps are pooled, each counts for some. */
#define FREEDOM_OF_ONE 1.7

/*
 * Forecasts the next batch of those that are measured as far as intervals go, and notes how far off each step is. After
 * the last one the errors are kept.
 */
static lf_status
measure_batch(lf_judge *judge, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = judge->task;
	size_t		n = judge->measured_windows;
	size_t		stride = judge->split->validation_windows / n;
	lf_window_start	place = measured_place(judge, judge->done);
	size_t		first = place.row - look_at(judge, place, interrupt);
	size_t		count = 1;
	size_t		steps = (size_t) judge->errors.steps;
	size_t		targets = (size_t) task->targets;
	lf_status	status;

	while (count < (size_t) judge->sight.predictor.batch && judge->done + count < n &&
		   measured_place(judge, judge->done + count).series == place.series &&
		   (!is_crossed(judge) || measured_half(judge, judge->done + count) == measured_half(judge, judge->done)))
		count++;
	status = forecast(judge, interrupt, measured_half(judge, judge->done), first, stride, (int) count, judge->errors.steps);
	if (status != LF_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < targets; j++)
			note_dependence(judge, i, j, lf_window_first_output(task, first + i * stride));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < steps; k++)
			for (size_t j = 0; j < targets; j++)
			{
				size_t		row = lf_window_first_output(task, first + i * stride) + k;
				float	   *to = judge->measured + (k * targets + j) * n + judge->done + i;
				int			column = task->target[j];

				*to = row >= judge->view.rows || lf_frame_is_masked(&judge->view, row, column) ? NAN :
					(float) how_far(judge, i, k, j, season_factor(judge, j, row), judge->out[(i * steps + k) * targets + j],
									judge->view.values[row * (size_t) judge->view.columns + (size_t) column]);
			}
	judge->done += count;
	if (judge->done == n && lf_errors_are_few(task, judge->split->validation_windows))
		lf_errors_pool(&judge->errors, task->targets, judge->measured, n, apart(judge) * FREEDOM_OF_ONE);
	else if (judge->done == n)
		lf_errors_keep(&judge->errors, task->targets, judge->measured, n);
	if (judge->done == n)
		judge->dependence = lf_dependence_fit(&judge->hang, task->horizon, apart(judge),
											  (double) (held_each(judge->split) + (size_t) task->horizon - 1) / task->horizon);
	return LF_OK;
}

lf_status
lf_judge_step(lf_judge *judge, const volatile sig_atomic_t *interrupt)
{
	size_t		windows = judge->phase == LF_JUDGE_MEASURE ? judge->measured_windows : judge->split->validation_windows;
	lf_status	status = LF_OK;

	if (judge->phase == LF_JUDGE_DONE)
		return LF_FINISHED;
	if (judge->done < windows)
		status = judge->phase == LF_JUDGE_MEASURE ? measure_batch(judge, interrupt) : judge_batch(judge, interrupt);
	if (status != LF_OK || judge->done < windows)
		return status;
	if (judge->phase == LF_JUDGE_WEIGH)
		fit_blends(judge);
	judge->phase++;
	judge->done = 0;
	judge->sight.known = 0;
	return judge->phase == LF_JUDGE_MEASURE ? LF_SCORED : judge->phase == LF_JUDGE_DONE ? LF_FINISHED : LF_OK;
}
