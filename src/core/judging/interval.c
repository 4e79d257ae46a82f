/*
 * interval.c: errors, sorted and thinned out.
 */
#include "judging/interval.h"

#include "base/quantile.h"
#include "base/sort.h"
#include "judging/pooled.h"

#include <math.h>

/* Errors that a model carries, at most. */
#define MOST_KEPT ((size_t) 1 << 18)

#define MOST_WINDOWS ((size_t) 512)

/* Fewest errors of which one bounds the others at 95 %. */
#define ENOUGH 19

/* Steps that a forecast one step ahead is measured for, where there are rows for it. */
#define FEWEST_STEPS 100

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

bool
lf_errors_are_few(const lf_task *task, size_t held)
{
	return held > 0 && held < LF_FEW_WINDOWS && !lf_head_is_distribution(&task->head);
}

int
lf_errors_steps(const lf_task *task, size_t held)
{
	size_t		horizon = (size_t) task->horizon;
	size_t		steps = 10 * horizon < FEWEST_STEPS ? FEWEST_STEPS : 10 * horizon;

	/* each step past the horizon has one error less than the one before it; where all are pooled it needs none */
	if (!lf_errors_are_few(task, held))
		steps = smaller(steps, horizon + (held > ENOUGH ? held - ENOUGH : 0));
	steps = smaller(steps, MOST_KEPT / ((size_t) task->targets * ENOUGH));
	if (held == 0 || horizon * (size_t) task->targets > MOST_KEPT / ENOUGH)
		return 0;
	return steps < horizon || !lf_task_is_autoregressive(task) ? task->horizon : (int) steps;
}

size_t
lf_errors_most_windows(size_t lists)
{
	return smaller(MOST_WINDOWS, LF_MOST_MEASURED / lists);
}

size_t
lf_errors_windows(const lf_task *task, size_t held)
{
	size_t		each = (size_t) lf_errors_steps(task, held) * (size_t) task->targets;

	return each == 0 ? 0 : smaller(held, lf_errors_most_windows(each));
}

int
lf_errors_most(const lf_task *task, size_t held)
{
	size_t		each = (size_t) lf_errors_steps(task, held) * (size_t) task->targets;
	size_t		most = lf_errors_are_few(task, held) ? LF_MAX_ERRORS : smaller(lf_errors_windows(task, held), LF_MAX_ERRORS);

	return each == 0 ? 0 : (int) smaller(most, MOST_KEPT / each);
}

static bool
is_larger(const void *a, const void *b, const void *state)
{
	(void) state;
	return *(const float *) a > *(const float *) b;
}

/* Moves the numbers to the front and returns how many there are. */
static size_t
drop_unknown(float *list, size_t n)
{
	size_t		known = 0;

	for (size_t i = 0; i < n; i++)
		if (isfinite(list[i]))
			list[known++] = list[i];
	return known;
}

bool
lf_error_list_is_sound(const lf_errors *errors, size_t list)
{
	const float *error = errors->error + list * (size_t) errors->most;

	if (errors->count[list] < 0 || errors->count[list] > errors->most)
		return false;
	for (int k = 0; k < errors->most; k++)
		if (k < errors->count[list] ? !(error[k] >= (k == 0 ? 0 : error[k - 1])) : error[k] != 0)
			return false;
	return true;
}

void
lf_errors_keep(lf_errors *errors, int targets, float *measured, size_t n)
{
	size_t		lists = (size_t) errors->steps * (size_t) targets;
	size_t		most = (size_t) errors->most;

	for (size_t i = 0; i < lists; i++)
	{
		float	   *list = measured + i * n;
		float	   *kept = errors->error + i * most;
		size_t		known = drop_unknown(list, n);
		size_t		count = smaller(known, most);

		lf_sort(list, known, sizeof(float), is_larger, NULL);
		/* the k-th of 'count' stands for the rank that bounds as large a share of all, rounded up */
		for (size_t k = 1; k <= count; k++)
			kept[k - 1] = list[(k * (known + 1) + count) / (count + 1) - 1];
		for (size_t k = count; k < most; k++)
			kept[k] = 0;
		errors->count[i] = (int) count;
		LF_ASSERT(lf_error_list_is_sound(errors, i));
	}
}

double
lf_errors_half_width(const lf_errors *errors, int targets, int step, int target, double level)
{
	size_t		list = (size_t) step * (size_t) targets + (size_t) target;
	double		rank;

	if (step >= errors->steps)
		return (double) NAN;
	/* 0.95 is not a whole number of 2^-53: what lies that close to a rank is meant to be it */
	rank = ceil((errors->count[list] + 1) * level - 1e-9);
	if (rank > errors->count[list])
		return (double) NAN;
	return (double) errors->error[list * (size_t) errors->most + (size_t) (rank < 1 ? 1 : rank) - 1];
}

double
lf_errors_any_half_width(const lf_errors *errors, int targets, int step, int target, double level)
{
	int			last = errors->steps - 1;
	double		measured;
	int			count;

	if (errors->steps == 0)
		return (double) NAN;
	/* past all steps that were measured, as of a random walk */
	if (step > last)
		return lf_errors_any_half_width(errors, targets, last, target, level) * sqrt((step + 1.0) / errors->steps);
	measured = lf_errors_half_width(errors, targets, step, target, level);
	count = errors->count[step * targets + target];
	if (!isnan(measured) || count == 0)
		return measured;
	/* past the largest error that was seen, as of a normal distribution whose quantile that is */
	return lf_errors_largest(errors, targets, step, target) *
		lf_normal_quantile((1 - level) / 2) / lf_normal_quantile(0.5 / (count + 1.0));
}

double
lf_errors_largest(const lf_errors *errors, int targets, int step, int target)
{
	size_t		list = (size_t) step * (size_t) targets + (size_t) target;

	if (step >= errors->steps || errors->count[list] == 0)
		return 0;
	return (double) errors->error[list * (size_t) errors->most + (size_t) errors->count[list] - 1];
}

double
lf_errors_rarity(const lf_errors *errors, int targets, int step, int target, double error)
{
	size_t		list = (size_t) step * (size_t) targets + (size_t) target;
	int			larger = 0;

	if (step >= errors->steps || errors->count[list] == 0)
		return (double) NAN;
	for (int i = 0; i < errors->count[list]; i++)
		larger += (double) errors->error[list * (size_t) errors->most + (size_t) i] >= error;
	return (larger + 1.0) / (errors->count[list] + 1.0);
}
