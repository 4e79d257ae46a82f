/*
 * facts.c: some series, looked at.
 */
#include "train/facts.h"

#include "series/level.h"

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

/* The season of most of the series, at most 'longest'; 1: most have none, or each another. */
static int
common_season(const Panel *panel, int target, int longest)
{
	int			found[LF_MAX_SAMPLES] = {1};
	Size		count = sample_count(panel);
	Size		most = 0;
	int			season = 1;

	for (Size i = 0; i < count; i++)
	{
		Rows		rows = sample_rows(panel, i);

		found[i] = rows.count > 0 ? regularize_season(&rows, target, longest) : 1;
	}
	qsort(found, count, sizeof(int), compare_ints);
	for (Size i = 0, run = 0; i < count; i++)
	{
		run = i > 0 && found[i] == found[i - 1] ? run + 1 : 1;
		if (run > most)
		{
			most = run;
			season = found[i];
		}
	}
	return 2 * most > count ? season : 1;
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

static void
look_at_samples(const Panel *panel, const lf_wishes *wishes, lf_facts *facts)
{
	facts->samples = (int) sample_count(panel);
	facts->block = asks_level(wishes) ? lf_level_block(facts, wishes) : 1;
	for (int i = 0; i < facts->samples; i++)
	{
		Rows		rows = sample_rows(panel, i);
		lf_frame	frame = rows_frame(&rows);

		CHECK_FOR_INTERRUPTS();
		facts->sample[i].rows = rows.count;
		if (asks_level(wishes))
			facts->sample[i].level_share = lf_target_level_share(&wishes->task, &frame, facts->block);
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

void
facts_of(const Panel *panel, const lf_wishes *wishes, lf_facts *facts)
{
	int			target = wishes->task.target[0];

	*facts = (lf_facts) {
		.series = panel->series,
		.start = panel->start,
		.rows = common_length(panel),
		.season = common_season(panel, target, LF_MAX_SEASON),
	};
	facts->inner = facts->season > LF_LONGEST_LOOKBACK ? common_season(panel, target, LF_LONGEST_LOOKBACK) : facts->season;
	look_at_samples(panel, wishes, facts);
	count_categories(panel, &wishes->task, facts);
}
