/*
 * error_mixture.c: weighted errors, sorted and thinned out.
 */
#include "judging/error_mixture.h"

#include "base/sort.h"

/* Entries of all lists, at most, unless that leaves less than two models' room in each. */
#define MOST_ENTRIES ((size_t) 1 << 20)
#define ROOM ((size_t) 16 * LF_MAX_ERRORS)
#define LEAST_ROOM ((size_t) 2 * LF_MAX_ERRORS)

/* Sums of weights are rounded: what comes that close to a rank has reached it. */
#define ROUNDING 1e-9

void
lf_error_mixture_layout(lf_error_mixture *mixture, lf_arena *arena, const lf_errors *errors, int targets)
{
	size_t		lists = (size_t) errors->steps * (size_t) targets;
	size_t		room = MOST_ENTRIES / lists;

	room = room > ROOM ? ROOM : room < LEAST_ROOM ? LEAST_ROOM : room;
	*mixture = (lf_error_mixture) {.steps = errors->steps, .targets = targets, .most = errors->most, .room = (int) room};
	mixture->count = lf_arena_take(arena, lists, sizeof(int));
	mixture->entry = lf_arena_take(arena, lists * room, sizeof(lf_weighted_error));
	mixture->scratch = lf_arena_take(arena, room / 2, sizeof(float));
}

void
lf_error_mixture_start(lf_error_mixture *mixture)
{
	for (size_t i = 0; i < (size_t) mixture->steps * (size_t) mixture->targets; i++)
		mixture->count[i] = 0;
}

size_t
lf_error_mixture_limit(lf_error_mixture *mixture, int steps)
{
	if (steps < mixture->steps)
		mixture->steps = steps;
	return (size_t) mixture->steps * (size_t) mixture->targets;
}

static bool
is_larger(const void *a, const void *b, const void *state)
{
	(void) state;
	return ((const lf_weighted_error *) a)->error > ((const lf_weighted_error *) b)->error;
}

/* By errors, ascending. */
static void
sort(lf_weighted_error *list, int n)
{
	lf_sort(list, (size_t) n, sizeof(lf_weighted_error), is_larger, NULL);
}

static double
weight_of(const lf_weighted_error *list, int n)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += list[i].weight;
	return sum;
}

/* The first entry of a sorted list, from 'at' on, with which weights reach a sum; 'before' is that of those before. */
static int
advance(const lf_weighted_error *list, int n, int at, double *before, double wanted)
{
	while (at + 1 < n && *before + list[at].weight < wanted)
		*before += list[at++].weight;
	return at;
}

/* Half as many entries, of equal weight. */
static void
halve(lf_weighted_error *list, int *count, float *scratch)
{
	int			half = *count / 2;
	double		all = weight_of(list, *count);
	double		before = 0;
	int			at = 0;

	sort(list, *count);
	for (int k = 0; k < half; k++)
	{
		at = advance(list, *count, at, &before, (k + 0.5) / half * all);
		scratch[k] = list[at].error;
	}
	for (int k = 0; k < half; k++)
		list[k] = (lf_weighted_error) {.error = scratch[k], .weight = all / half};
	*count = half;
}

static void
add(lf_error_mixture *mixture, size_t list, float error, double weight)
{
	lf_weighted_error *entries = mixture->entry + list * (size_t) mixture->room;

	if (mixture->count[list] == mixture->room)
		halve(entries, &mixture->count[list], mixture->scratch);
	entries[mixture->count[list]++] = (lf_weighted_error) {.error = error, .weight = weight};
}

void
lf_error_mixture_add(lf_error_mixture *mixture, size_t list, const lf_errors *errors, double weight)
{
	int			count = errors->count[list];

	LF_ASSERT(lf_error_list_is_sound(errors, list));
	for (int i = 0; i < count; i++)
		add(mixture, list, errors->error[list * (size_t) errors->most + (size_t) i], weight / count);
}

void
lf_error_mixture_merge(lf_error_mixture *mixture, size_t list, const lf_error_mixture *other)
{
	const lf_weighted_error *entries = other->entry + list * (size_t) other->room;

	for (int i = 0; i < other->count[list]; i++)
		add(mixture, list, entries[i].error, entries[i].weight);
}

void
lf_error_mixture_result_layout(const lf_error_mixture *mixture, lf_arena *arena, lf_errors *errors)
{
	size_t		lists = (size_t) mixture->steps * (size_t) mixture->targets;

	*errors = (lf_errors) {.steps = mixture->steps, .most = mixture->most};
	errors->count = lf_arena_take(arena, lists, sizeof(int));
	errors->error = lf_arena_take(arena, lists * (size_t) mixture->most, sizeof(float));
}

void
lf_error_mixture_result(lf_error_mixture *mixture, size_t list, lf_errors *errors)
{
	lf_weighted_error *entries = mixture->entry + list * (size_t) mixture->room;
	float	   *kept = errors->error + list * (size_t) errors->most;
	int			known = mixture->count[list];
	int			count = known < errors->most ? known : errors->most;
	double		all = weight_of(entries, known);
	double		before = 0;
	int			at = 0;

	sort(entries, known);
	/* the k-th of 'count' stands for the rank that bounds as large a share of all, as in lf_errors_keep */
	for (int k = 1; k <= count; k++)
	{
		double		rank = (double) k / (count + 1) * (known + 1) / known;	/* as a share of all */

		at = advance(entries, known, at, &before, rank * all * (1 - ROUNDING));
		kept[k - 1] = entries[at].error;
	}
	for (int k = count; k < errors->most; k++)
		kept[k] = 0;
	errors->count[list] = count;
	LF_ASSERT(lf_error_list_is_sound(errors, list));
}
