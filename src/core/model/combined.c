/*
 * combined.c: part after part, added up.
 */
#include "model/combined.h"

#include <math.h>
#include <string.h>

void
lf_combined_layout(lf_combined *combined, lf_arena *arena, const lf_combination *combination, const lf_task *task,
				   const lf_partner_facts *facts, bool learned, size_t rows, int windows, int steps)
{
	bool		partners = learned;
	bool		zero_shot = false;

	*combined = (lf_combined) {.combination = combination, .season = 1, .facts = facts, .windows = windows, .steps = steps};
	for (int i = 0; i < combination->parts; i++)
	{
		partners |= lf_forecaster_is_partner(combination->part[i]);
		zero_shot |= combination->part[i] == LF_ZERO_SHOT;
	}
	if (partners)
		lf_partner_layout(&combined->room, arena, rows, &facts->seasons, steps);
	if (zero_shot)
	{
		lf_seasons	most = facts->sought ? lf_seasons_most() : facts->seasons;

		if (facts->sought && rows > LF_MOST_PARTNER_ROWS)
			rows = LF_MOST_PARTNER_ROWS;
		lf_zero_layout(&combined->zero_shot, arena, rows, &most, steps);
		combined->quantiles = lf_arena_take(arena, (size_t) windows * (size_t) steps * (size_t) task->targets,
											sizeof(lf_zero_quantiles));
		if (facts->sought)
			lf_season_search_layout(&combined->search, arena, rows);
	}
	combined->one = lf_arena_take(arena, (size_t) windows * (size_t) steps * (size_t) task->targets, sizeof(double));
	combined->total = lf_arena_take(arena, (size_t) windows * (size_t) steps * (size_t) task->targets, sizeof(double));
	combined->shift = lf_arena_take(arena, (size_t) windows * (size_t) task->targets, sizeof(double));
	combined->shifted = lf_arena_take(arena, (size_t) windows * (size_t) task->targets, sizeof(double));
	combined->mean = lf_arena_take(arena, (size_t) steps, sizeof(double));
	combined->spread = lf_arena_take(arena, (size_t) steps, sizeof(double));
}

lf_frame
lf_frame_with_past(const lf_frame *frame)
{
	lf_frame	whole = *frame;

	whole.values -= frame->before * (size_t) frame->columns;
	whole.rows += frame->before;
	whole.number -= (int64_t) frame->before;
	whole.before = 0;
	if (whole.absent > 0)
	{
		whole.values += whole.absent * (size_t) whole.columns;
		whole.rows -= whole.absent;
		whole.number += (int64_t) whole.absent;
		whole.absent = 0;
	}
	return whole;
}

/* Rows of which a mean is taken, at most, the newest: those long past tell less than they cost. */
#define MOST_OF_MEAN 1000

static double
mean_before(const lf_frame *frame, int column, size_t known)
{
	size_t		first = known > MOST_OF_MEAN ? known - MOST_OF_MEAN : 0;
	lf_frame	newest = *frame;

	newest.values += first * (size_t) frame->columns;
	return lf_column_mean(&newest, column, known - first);
}

/* What theta or ets says of a column: of one that they have not learned, nothing. */
static void
ask_partner(lf_combined *combined, const volatile sig_atomic_t *interrupt, lf_partner partner, const lf_column *rows, int target,
			int steps)
{
	if (combined->learned != NULL)
		lf_partner_forecast(&combined->room, partner, &combined->facts->seasons, rows,
							&combined->learned[target * LF_PARTNERS + partner], steps, combined->mean, combined->spread, interrupt);
	for (int k = 0; k < steps && combined->learned == NULL; k++)
		combined->mean[k] = (double) NAN;
}

/* What the network that is shipped says of it, with the seasons that training has found, or that its rows show. */
static void
ask_zero_shot(lf_combined *combined, const volatile sig_atomic_t *interrupt, const lf_column *rows, int steps,
			  lf_zero_quantiles *quantiles)
{
	const lf_partner_facts *facts = combined->facts;
	lf_column	column = *rows;
	lf_seasons	seasons = facts->seasons;

	if (facts->sought)
	{
		lf_frame	one;
		lf_season_facts found;
		size_t		older = column.rows > LF_MOST_PARTNER_ROWS ? column.rows - LF_MOST_PARTNER_ROWS : 0;

		/* what is forecast is the same whether a caller has kept older rows or not */
		column.values += older * column.stride;
		column.rows -= older;
		column.number += (int64_t) older;
		one = (lf_frame) {.values = column.values, .rows = column.rows, .columns = (int) column.stride, .number = column.number};
		lf_season_search_run(&combined->search, &one, 0, facts->natural, facts->naturals, interrupt, &found);
		seasons = found.seasons;
		column.logged = found.logged;
	}
	lf_zero_use(&combined->zero_shot, facts->tuned);
	lf_zero_forecast(&combined->zero_shot, &seasons, &column, steps, quantiles, interrupt);
	for (int k = 0; k < steps; k++)
		combined->mean[k] = quantiles[k].at[LF_ZERO_MEDIAN];
}

/* What a forecaster says of one target, from the first 'known' rows of a frame on: 'to' has every 'apart'-th place. */
static void
say(lf_combined *combined, const volatile sig_atomic_t *interrupt, lf_forecaster forecaster, const lf_frame *frame,
	size_t known, int window, int target, int steps, double *to, size_t apart)
{
	const lf_task *task = combined->network[0]->windows.task;
	int			column = task->target[target];
	double		mean = forecaster == LF_MEAN ? mean_before(frame, column, known) : 0;
	lf_column	rows = {.values = frame->values + column, .rows = known, .stride = (size_t) frame->columns,
		.number = frame->number, .logged = combined->facts->logged, .log_from = task->log_from};

	if (forecaster == LF_ZERO_SHOT)
		ask_zero_shot(combined, interrupt, &rows, steps,
					  combined->quantiles + (size_t) (window * task->targets + target) * (size_t) steps);
	else if (lf_forecaster_is_partner(forecaster))
		ask_partner(combined, interrupt, forecaster == LF_THETA ? LF_PARTNER_THETA : LF_PARTNER_ETS, &rows, target, steps);
	for (int k = 0; k < steps; k++)
		to[(size_t) k * apart] = lf_forecaster_is_partner(forecaster) ? combined->mean[k] :
			lf_baseline(forecaster, frame, column, known - 1, k + 1, combined->season, mean);
}

lf_status
lf_combined_part(lf_combined *combined, const volatile sig_atomic_t *interrupt, int part, size_t first, size_t stride,
				 int count, int steps, double *out)
{
	const lf_predictor *longest = combined->network[0];
	const lf_task *task = longest->windows.task;
	size_t		targets = (size_t) task->targets;
	lf_frame	frame;

	LF_ASSERT(count <= combined->windows && steps <= combined->steps);
	if (combined->combination->part[part] == LF_NETWORK && longest->windows.frame->absent > 0)
	{
		for (size_t i = 0; i < (size_t) count * (size_t) steps * targets; i++)
			out[i] = NAN;
		return LF_OK;
	}
	if (combined->combination->part[part] == LF_NETWORK)
	{
		lf_predictor *network = combined->network[part];

		network->windows.frame = longest->windows.frame;
		return lf_predict_steps(network, interrupt, first + (size_t) (task->lookback - network->windows.task->lookback),
								stride, count, steps, out);
	}
	frame = lf_frame_with_past(longest->windows.frame);
	for (int i = 0; i < count; i++)
		for (int j = 0; j < task->targets; j++)
		{
			size_t		known = longest->windows.frame->before + first + (size_t) i * stride + (size_t) task->lookback -
				longest->windows.frame->absent;

			if (interrupt != NULL && *interrupt != 0)
				return LF_INTERRUPTED;
			say(combined, interrupt, combined->combination->part[part], &frame, known, i, j, steps,
				out + (size_t) i * (size_t) steps * targets + (size_t) j, targets);
			if (combined->combination->part[part] == LF_ZERO_SHOT)
				combined->shift[i * task->targets + j] = lf_partner_rows_shift(&combined->zero_shot.rows);
			else if (lf_forecaster_is_partner(combined->combination->part[part]) && combined->learned != NULL)
				combined->shift[i * task->targets + j] = lf_partner_rows_shift(&combined->room.rows);
		}
	return interrupt != NULL && *interrupt != 0 ? LF_INTERRUPTED : LF_OK;
}

/* Adds what a part says to the mean so far, 'out', which 'total' weighs. */
static void
add_part(const lf_combination *combination, int targets, int part, size_t forecasts, const double *one, double *total,
		 double *out)
{
	for (size_t i = 0; i < forecasts; i++)
		for (int j = 0; j < targets; j++)
		{
			size_t		place = i * (size_t) targets + (size_t) j;
			double		weight = isfinite(one[place]) ? combination->weight[j * combination->parts + part] : 0;

			if (weight == 0)
				continue;
			total[place] += weight;
			out[place] += weight / total[place] * (one[place] - out[place]);
		}
}

/* Whether something but networks weighs. */
static bool
has_forecasters(const lf_combination *combination, int targets)
{
	for (int i = lf_combination_networks(combination); i < combination->parts; i++)
		if (lf_combination_share(combination, targets, i) > 0)
			return true;
	return false;
}

/* Of a series that is too short for the networks, where these alone weigh: theta, or the last value. */
static lf_status
predict_short(lf_combined *combined, const volatile sig_atomic_t *interrupt, int steps, double *out)
{
	const lf_combination *combination = combined->combination;
	lf_combination simple = {.parts = 1, .part = {combined->learned != NULL ? LF_THETA : LF_REPEAT_LAST}};
	lf_status	status;

	combined->combination = &simple;
	status = lf_combined_part(combined, interrupt, 0, 0, 1, 1, steps, out);
	combined->combination = combination;
	return status;
}

lf_status
lf_combined_predict(lf_combined *combined, const volatile sig_atomic_t *interrupt, size_t first, size_t stride, int count,
					int steps, double *out)
{
	const lf_combination *combination = combined->combination;
	const lf_task *task = combined->network[0]->windows.task;
	size_t		size = (size_t) count * (size_t) steps * (size_t) task->targets;
	bool		silent = false;	/* all that weigh, about some value */

	if (combined->network[0]->windows.frame->absent > 0 && !has_forecasters(combination, task->targets))
		return predict_short(combined, interrupt, steps, out);
	memset(out, 0, size * sizeof(double));
	memset(combined->shifted, 0, (size_t) count * (size_t) task->targets * sizeof(double));
	memset(combined->shift, 0, (size_t) count * (size_t) task->targets * sizeof(double));
	memset(combined->total, 0, size * sizeof(double));
	/* the last are partners, who see whether the level has shifted */
	for (int part = combination->parts - 1; part >= 0; part--)
	{
		bool		naive = combination->part[part] != LF_NETWORK && !lf_forecaster_is_partner(combination->part[part]);
		lf_status	status;

		if (lf_combination_share(combination, task->targets, part) == 0)
			continue;
		status = lf_combined_part(combined, interrupt, part, first, stride, count, steps, combined->one);
		if (status != LF_OK)
			return status;
		for (size_t i = 0; i < size && naive; i++)
			if (combined->shift[i / ((size_t) steps * (size_t) task->targets) * (size_t) task->targets + i % (size_t) task->targets] > 0)
				combined->one[i] = NAN;	/* values of the old level */
		add_part(combination, task->targets, part, (size_t) count * (size_t) steps, combined->one, combined->total, out);
		for (int i = 0; i < count * task->targets && lf_forecaster_is_partner(combination->part[part]); i++)
			combined->shifted[i] += combination->weight[i % task->targets * combination->parts + part] * combined->shift[i];
	}
	for (size_t i = 0; i < size; i++)
		silent |= combined->total[i] == 0;
	if (silent)
	{
		lf_status	status = lf_combined_part(combined, interrupt, 0, first, stride, count, steps, combined->one);

		if (status != LF_OK)
			return status;
	}
	for (size_t i = 0; i < size; i++)
		out[i] = lf_task_limit(task, combined->total[i] == 0 ? combined->one[i] : out[i]);
	return LF_OK;
}
