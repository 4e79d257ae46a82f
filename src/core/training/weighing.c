/*
 * weighing.c: from forecasts of the same rows by all candidates to what they weigh, and to bounds where none could be held out.
 */
#include "training/weighing.h"

#include "judging/pooled.h"

#include <math.h>
#include <string.h>

/* Adds the errors of all candidates for the i-th window of a batch in the series at hand. */
static void
add_errors(lf_contest *contest, const lf_frame *series, size_t number, int half, size_t window, int i, int count)
{
	const lf_task *task = contest->task;
	size_t		targets = (size_t) task->targets;
	size_t		each = (size_t) task->horizon * targets;
	size_t		row = lf_window_first_output(task, window);
	int			parts = contest->all.parts;
	double		unit[LF_MAX_COLUMNS];	/* (targets): of errors in this series */

	for (int j = 0; j < task->targets; j++)
		unit[j] = lf_error_scale(series, task->target[j],
								 lf_rows_before_held(contest->frame, task, &contest->fit[0].split, number), contest->fit[0].season,
								 contest->fit[0].scaler[number * (size_t) series->columns + (size_t) task->target[j]]);
	for (int k = 0; k < task->horizon; k++)
		for (int j = 0; j < task->targets; j++)
		{
			double		actual = series->values[(row + (size_t) k) * (size_t) series->columns + (size_t) task->target[j]];
			double		errors[LF_MAX_COMBINED];

			if (lf_frame_is_masked(series, row + (size_t) k, task->target[j]))
				continue;
			for (int p = 0; p < parts; p++)
			{
				double		said = contest->part_out[((size_t) p * (size_t) count + (size_t) i) * each +
													 (size_t) k * targets + (size_t) j];

				errors[p] = (lf_task_limit(task, said) - actual) / unit[j];
			}
			lf_combination_add(&contest->sums[half], j, errors);
		}
}

/* Those from which weights are found: where none are held out, those that train. What that tells is too good, of all alike. */
static const lf_spans *
weighed_windows(const lf_contest *contest)
{
	const lf_split *split = &contest->fit[0].split;

	return split->validation_windows > 0 ? &split->validation : &split->all;
}

/* Forecasts the next windows by each candidate. LF_FINISHED: there are no more. */
lf_status
lf_contest_weigh(lf_contest *contest, const volatile sig_atomic_t *interrupt)
{
	const lf_spans *held = weighed_windows(contest);
	lf_team	   *team = &contest->team;
	size_t		n = contest->weighed;
	size_t		stride = held->before[held->series] / (n > 0 ? n : 1);
	size_t		each = (size_t) contest->task->horizon * (size_t) contest->task->targets;
	lf_window_start place;
	size_t		start;
	size_t		window;
	int			count = 1;
	lf_frame	one;

	if (contest->done == n)
		return LF_FINISHED;
	place = lf_spans_sample(held, n, contest->done);
	while (count < team->combined.windows && contest->done + (size_t) count < n &&
		   lf_spans_sample(held, n, contest->done + (size_t) count).series == place.series)
		count++;
	start = lf_frame_start(contest->frame, place.series);
	window = place.row - start;
	lf_sight_show(team->sight[0], place.series, lf_window_first_output(contest->task, window), NULL, interrupt);
	lf_team_show(team, team->sight[0], place.series, lf_window_first_output(contest->task, window), interrupt);
	team->combined.combination = &contest->all;
	for (int p = 0; p < contest->all.parts; p++)
	{
		lf_status	status = p < contest->networks && contest->lost[p] ? LF_OK :
			lf_combined_part(&team->combined, interrupt, p, window, stride, count, contest->task->horizon,
							 contest->part_out + (size_t) p * (size_t) count * each);

		if (status != LF_OK)
			return status;
		for (size_t i = 0; i < (size_t) count * each && p < contest->networks && contest->lost[p]; i++)
			contest->part_out[(size_t) p * (size_t) count * each + i] = NAN;
	}
	one = lf_frame_of(contest->frame, place.series);
	for (int i = 0; i < count; i++)
	{
		size_t		row = window + (size_t) i * stride;
		size_t		number = held->before[place.series] + start + row - held->first[place.series];

		add_errors(contest, &one, place.series, lf_spans_half(held, place.series, number), row, i, count);
	}
	contest->done += (size_t) count;
	return contest->done == n ? LF_FINISHED : LF_OK;
}

/* Notes the mean absolute error of each candidate over all targets, as a share of the least. */
static void
note_errors(lf_contest *contest, const lf_combination_sums *sums)
{
	double		least = INFINITY;

	for (int p = 0; p < sums->parts; p++)
	{
		double		sum = 0;
		bool		missing = false;

		for (int j = 0; j < sums->targets; j++)
		{
			missing |= sums->missing[j * sums->parts + p];
			sum += sums->count[j] > 0 ? sums->absolute[j * sums->parts + p] / sums->count[j] : 0;
		}
		contest->tried[p] = missing ? (double) NAN : sum;
		if (!missing && sum < least)
			least = sum;
	}
	for (int p = 0; p < sums->parts; p++)
		contest->tried[p] = least > 0 && isfinite(least) ? contest->tried[p] / least : (double) NAN;
}

/* Errors below this share of those of partners are none. */
#define NOTHING 1e-6

/* Whether a network is never wrong on what it was trained on, and that by more windows than it has weights for each output. */
static bool
is_exact(const lf_fit *fit, double loss, double least)
{
	return loss < NOTHING * least && fit->training.optimizer == LF_LEAST_SQUARES &&
		fit->split.windows > (size_t) (fit->task->lookback * fit->task->inputs / lf_task_samples(fit->task)) + 1;
}

/*
 * What networks have been trained on says nothing of what they are worth. Partners have a few numbers from it, so that their
 * errors there tell the better one; networks are taken to be as good as that, and weigh as usual.
 */
static void
forgive_networks(lf_contest *contest)
{
	for (int half = 0; half < 2; half++)
	{
		lf_combination_sums *sums = &contest->sums[half];

		for (int j = 0; j < sums->targets; j++)
		{
			double	   *loss = sums->loss + j * sums->parts;
			double		least = INFINITY;

			for (int p = contest->networks; p < sums->parts; p++)
				if (loss[p] < least && !sums->missing[j * sums->parts + p])
					least = loss[p];
			for (int p = 0; p < contest->networks && isfinite(least); p++)
				if (!is_exact(&contest->fit[p], loss[p], least))
					loss[p] = least;
		}
	}
}

/* From the sums to the weights of each half, by the other, and of both. */
void
lf_contest_find_weights(lf_contest *contest)
{
	if (contest->fit[0].split.validation_windows == 0)
		forgive_networks(contest);
	lf_combination_fit(&contest->crossed[0], &contest->sums[1], contest->usual);
	lf_combination_fit(&contest->crossed[1], &contest->sums[0], contest->usual);
	lf_combination_join(&contest->sums[0], &contest->sums[1]);
	if (contest->fit[0].split.validation_windows > 0)
		note_errors(contest, &contest->sums[0]);
	lf_combination_fit(&contest->all, &contest->sums[0], contest->usual);
}

/* The combination without what was dropped; the first network stays in any case. */
void
lf_contest_keep(lf_contest *contest)
{
	const lf_combination *all = &contest->all;
	lf_combination *kept = &contest->kept;
	int			targets = contest->task->targets;
	double	   *to = kept->weight;

	kept->parts = 0;
	for (int p = 0; p < all->parts; p++)
		if (p == 0 || lf_combination_share(all, targets, p) > 0)
			kept->part[kept->parts++] = all->part[p];
	for (int j = 0; j < targets; j++)
		for (int p = 0; p < all->parts; p++)
			if (p == 0 || lf_combination_share(all, targets, p) > 0)
				*to++ = all->weight[j * all->parts + p];
	LF_ASSERT(lf_combination_is_sound(kept, targets));
}

/* Rows of a short series that tell as much of a spread as one forecast that was held out: states were fitted to them. */
#define ROWS_OF_ONE 5.0

#define ROWS_WITH_SPREAD 3
#define SPREAD_OF_SIZE 0.3

/*
 * Where nothing was held out, partners tell how far off forecasts of one series will be: the mean of what they say, in the
 * error scale of the series. LF_FINISHED: of all series.
 */
lf_status
lf_contest_suppose(lf_contest *contest, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = contest->task;
	lf_errors  *errors = &contest->supposed;
	size_t		series = lf_frame_series(contest->frame);
	lf_frame	one = lf_frame_of(contest->frame, contest->done);
	double		share = 1.0 / (double) series / LF_PARTNERS;

	if (contest->done == 0)
		memset(contest->spread, 0, (size_t) task->horizon * (size_t) task->targets * sizeof(double));
	for (int j = 0; j < task->targets && one.rows > 0; j++)
		for (int p = 0; p < LF_PARTNERS; p++)
		{
			lf_column	column = {.values = one.values + task->target[j], .rows = one.rows, .stride = (size_t) one.columns,
				.number = one.number, .logged = contest->facts.logged, .log_from = task->log_from};
			lf_combined *combined = &contest->team.combined;
			size_t		place = contest->done * (size_t) task->targets + (size_t) j;
			double		unit = contest->fit[0].error_scale[place];

			lf_partner_forecast(&combined->room, (lf_partner) p, &contest->facts.seasons, &column,
								&contest->learned[place * LF_PARTNERS + (size_t) p], task->horizon, combined->mean,
								combined->spread, interrupt);
			if (interrupt != NULL && *interrupt != 0)
				return LF_INTERRUPTED;
			for (int k = 0; k < task->horizon; k++)
			{
				double		spread = combined->spread[k];

				/* one or two rows say nothing of a spread: all that is known is how large they are */
				if (one.rows < ROWS_WITH_SPREAD)
					spread = fabs(combined->mean[k]) * SPREAD_OF_SIZE * sqrt(k + 1);
				contest->spread[k * task->targets + j] += share * (spread / unit) * (spread / unit);
			}
		}
	contest->done++;
	if (contest->done < series)
		return LF_OK;
	for (int i = 0; i < task->horizon * task->targets; i++)
		contest->spread[i] = sqrt(contest->spread[i]);
	lf_errors_suppose(errors, task->targets, contest->spread,
					  (double) contest->frame->rows / ROWS_OF_ONE + 1);
	return LF_FINISHED;
}
