/*
 * facts.c: some series, looked at.
 */
#include "train/facts.h"

#include "judging/metrics.h"
#include "series/level.h"
#include "rows/seasons.h"
#include "series/decompose.h"
#include "server/error.h"

#include <math.h>

static Size
sample_count(const Panel *panel)
{
	return Min(panel->series, LF_MAX_SAMPLES);
}

static Rows
sample_rows(const Panel *panel, Size i)
{
	return panel_rows(panel, i * panel->series / sample_count(panel));
}

static int
compare_ints(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;

	return x < y ? -1 : x > y;
}

/* Steps of a horizon at which seasons are compared as baselines. */
#define STEPS_COMPARED 8

/* The mean error of repeating the season over a horizon, as a share of the error of repeating the last row. */
static double
seasonal_error(const Rows *rows, int target, int season, int horizon)
{
	lf_frame	frame = rows_frame(rows);
	int			steps = Min(horizon, STEPS_COMPARED);
	double		sum = 0;
	double		last = 0;

	for (int i = 1; i <= steps; i++)
	{
		int			step = (int) ((int64) horizon * i / steps);

		CHECK_FOR_INTERRUPTS();
		sum += lf_naive_error(&frame, target, rows->count, (step + season - 1) / season * season);
		last += lf_naive_error(&frame, target, rows->count, step);
	}
	return last > 0 ? sum / last : (double) NAN;
}

/*
 * The season that is repeated with the least error, over the sampled series: of those that the rows have and those that
 * the calendar suggests, so that a baseline is there even where no season was found. 1: there is none.
 */
static int
naive_season(const Panel *panel, int target, int horizon, const lf_season_facts *found)
{
	double		lengths[LF_MAX_NATURAL + LF_MAX_SEASONS];
	int			count = seasons_natural(&panel->timeline, lengths);
	double		least = INFINITY;
	int			best = 1;

	for (int i = 0; i < found->seasons.count; i++)
		lengths[count++] = found->seasons.season[i].length;
	for (int i = 0; i < count; i++)
	{
		int			season = (int) floor(lengths[i] + 0.5);
		double		sum = 0;
		int			known = 0;

		for (Size k = 0; k < sample_count(panel); k++)
		{
			Rows		rows = sample_rows(panel, k);
			double		error = seasonal_error(&rows, target, season, horizon);

			if (rows.count < 2 * (uint64) season || isnan(error))
				continue;
			sum += error;
			known++;
		}
		if (2 * known > (int) sample_count(panel) && sum / known < least)
		{
			least = sum / known;
			best = season;
		}
	}
	return best;
}

/* The rows that half of the series have. */
static uint64
common_length(const Panel *panel)
{
	int			length[LF_MAX_SAMPLES];
	Size		count = sample_count(panel);

	if (panel->series == 1)
		return panel->rows->count;
	for (Size i = 0; i < count; i++)
		length[i] = (int) Min(sample_rows(panel, i).count, PG_INT32_MAX);
	qsort(length, count, sizeof(int), compare_ints);
	return length[count / 2];
}

/* Whether anything depends on how the level moves: it takes a walk over the rows of each target. */
static bool
asks_level(const lf_wishes *wishes)
{
	return wishes->normalize == LF_UNSET && wishes->difference == 0 && !wishes->difference_season &&
		!lf_task_needs_level_regression(&wishes->task);
}

/* The part of the level in what the seasons leave of the first target. */
static double
rest_level_share(const Rows *rows, const lf_wishes *wishes, const lf_seasons *seasons)
{
	lf_arena	arena = lf_arena_measure();
	lf_parts	parts;
	Size		needed;
	void	   *block;
	double		share;

	lf_parts_layout(&parts, &arena, rows->count, seasons);
	needed = arena.used + LF_ALIGNMENT;
	check_memory(needed + rows_memory(rows), "looking at the level", "give fewer rows");
	block = MemoryContextAllocHuge(CurrentMemoryContext, needed);
	arena = lf_arena_over(block, needed);
	lf_parts_layout(&parts, &arena, rows->count, seasons);
	seasons_take_apart(&parts, seasons, rows, wishes->task.target[0], false);
	share = lf_parts_level_share(&parts);
	pfree(block);
	return share;
}

static void
look_at_samples(const Panel *panel, const lf_wishes *wishes, lf_facts *facts)
{
	const lf_seasons *seasons = wishes->season_given ? &wishes->seasons : &facts->seasons.seasons;

	facts->samples = (int) sample_count(panel);
	facts->block = asks_level(wishes) ? lf_level_block(facts, wishes) : 1;
	for (int i = 0; i < facts->samples; i++)
	{
		Rows		rows = sample_rows(panel, i);
		lf_frame	frame = rows_frame(&rows);

		CHECK_FOR_INTERRUPTS();
		facts->sample[i].rows = rows.count;
		if (asks_level(wishes))
		{
			facts->sample[i].level_share = lf_target_level_share(&wishes->task, &frame, facts->block);
			facts->sample[i].rest_level_share = rest_level_share(&rows, wishes, seasons);
		}
	}
}

/* Sizes of the embeddings follow from what was found in the rows. */
static void
count_categories(const Panel *panel, const lf_task *task, lf_facts *facts)
{
	for (int i = 0; i < lf_task_categories(task); i++)
	{
		int			column = task->input[i];

		facts->categories[i] = task->kind[column] == LF_COLUMN_SERIES ? (int) panel->series :
			(int) Max(dictionary_count(panel->categories[column]), 1);
	}
}

/* Those that were said are facts without a proof. */
static void
note_given(const lf_seasons *given, lf_season_facts *found)
{
	*found = (lf_season_facts) {.seasons = *given, .count = given->count};
	for (int i = 0; i < given->count; i++)
		found->fact[i] = (lf_season_fact) {.length = given->season[i].length, .shown = true};
}

/* Below this certainty a season is one that another few cycles may take back; and so much is doubt, not chance. */
#define SURE 4
#define DOUBTFUL 1.5

void
facts_report(const lf_facts *facts, const char *source)
{
	for (int i = 0; i < facts->seasons.count; i++)
	{
		const lf_season_fact *fact = &facts->seasons.fact[i];

		if (fact->cycles == 0 || !fact->natural || fact->certainty < DOUBTFUL || fact->certainty > SURE)
			continue;
		ereport(NOTICE,
				(errmsg(fact->shown ? "a season of %g rows in %s is used, but doubtful" :
						"a season of %g rows in %s is not used: it is doubtful", fact->length, source),
				 errdetail("Over %g cycles, %.2g of the variance repeats, which is %.2g standard errors above 0.",
						   fact->cycles, fact->gain, fact->certainty),
				 errhint("Option \"season\" says which seasons there are; 1: none.")));
	}
}

void
facts_of(const Panel *panel, const lf_wishes *wishes, lf_facts *facts)
{
	int			target = wishes->task.target[0];
	lf_frame	frame;

	*facts = (lf_facts) {
		.series = panel->series,
		.start = panel->start,
		.rows = common_length(panel),
	};
	frame = panel_frame(panel);
	if (wishes->season_given)
		note_given(&wishes->seasons, &facts->seasons);
	else
		seasons_find(&frame, target, &panel->timeline, rows_memory(panel->rows), &facts->seasons);
	facts->season = naive_season(panel, target, wishes->task.horizon, &facts->seasons);
	look_at_samples(panel, wishes, facts);
	count_categories(panel, &wishes->task, facts);
}
