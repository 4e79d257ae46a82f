/*
 * seasons.c: candidates from the calendar, and memory for the search of the core; a column taken apart.
 */
#include "rows/seasons.h"

#include "server/error.h"
#include "series/season_search.h"

int
seasons_natural(const Timeline *timeline, double *lengths)
{
	lf_calendar_step step = {.months = timeline->step.months, .days = timeline->step.days,
		.weekdays = lf_weekday_count(timeline->step.weekdays)};

	if (!timeline_has_step(timeline) || !timeline_has_calendar(timeline->kind))
		return 0;
	/* beside months, days are the day of the month */
	if (step.months > 0)
		step.days = 0;
	else if (step.days == 0)
		step.microseconds = timeline->step.units;
	return lf_natural_seasons(&step, lengths);
}

void
seasons_find(const lf_frame *frame, int column, const Timeline *timeline, Size held, lf_season_facts *found)
{
	lf_season_search search;
	lf_arena	arena = lf_arena_measure();
	const volatile sig_atomic_t *interrupt;
	double		natural[LF_MAX_NATURAL];
	int			naturals = seasons_natural(timeline, natural);
	Size		needed;
	void	   *block;

	lf_season_search_layout(&search, &arena, lf_frame_longest(frame));
	needed = arena.used + LF_ALIGNMENT;
	check_memory_beside(held, needed, "looking for seasons", "give fewer rows, or option season");
	block = MemoryContextAllocHuge(CurrentMemoryContext, needed);
	arena = lf_arena_over(block, needed);
	lf_season_search_layout(&search, &arena, lf_frame_longest(frame));
	do
	{
		interrupt = serve_interrupts();
		lf_season_search_run(&search, frame, column, natural, naturals, interrupt, found);
	} while (interrupt != NULL && *interrupt != 0);
	pfree(block);
}

void
seasons_take_apart(lf_parts *parts, const lf_seasons *seasons, const Rows *rows, int column, bool logged)
{
	lf_column	values = {.values = rows->values + column, .rows = rows->count, .stride = rows->columns,
		.number = rows->number, .logged = logged};
	const volatile sig_atomic_t *interrupt;

	do
	{
		interrupt = serve_interrupts();
		lf_decompose(parts, seasons, &values, interrupt);
	} while (interrupt != NULL && *interrupt != 0);
}
