/*
 * dependence.c: how errors hang together, from sums of products of held-out ones.
 */
#include "judging/dependence.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

bool
lf_dependence_is_sound(const lf_dependence *dependence)
{
	if (!dependence->known)
		return dependence->level == 0 && dependence->walk == 0 && dependence->series == 0;
	return dependence->level >= 0 && dependence->walk >= 0 && dependence->level + dependence->walk <= 1 &&
		dependence->series >= 0 && dependence->series <= 1;
}

lf_dependence
lf_dependence_or_usual(const lf_dependence *dependence)
{
	if (dependence->known)
		return *dependence;
	return (lf_dependence) {.level = LF_USUAL_LEVEL, .walk = LF_USUAL_WALK};
}

/* The variance of a step in that of the first one. */
static double
variance(const lf_dependence *dependence, int step)
{
	return 1 + dependence->walk * (step - 1);
}

double
lf_dependence_of_steps(const lf_dependence *dependence, int i, int j)
{
	int			first = i < j ? i : j;

	if (i == j)
		return 1;
	return (dependence->level + dependence->walk * first) / sqrt(variance(dependence, i) * variance(dependence, j));
}

/* ---- measuring it ---- */

/* Single errors that are larger, in usual ones, count as that: one outlier would tell all by its square. */
#define LARGEST 4.0

static double
tame(double error)
{
	return fmax(-LARGEST, fmin(LARGEST, error));
}

void
lf_dependence_start(lf_dependence_sums *sums, size_t places)
{
	lf_meeting *meeting = sums->meeting;

	*sums = (lf_dependence_sums) {.previous = (double) NAN, .meeting = meeting};
	/* where half of the room is taken, few meet others that are not of their place */
	sums->every = 1 + (uint64_t) places / (LF_MEETINGS / 2);
	if (meeting != NULL)
		memset(meeting, 0, LF_MEETINGS * sizeof(lf_meeting));
}

void
lf_dependence_add(lf_dependence_sums *sums, double error)
{
	double		e = tame(error);

	if (isnan(error))
	{
		sums->previous = error;
		return;
	}
	if (!isnan(sums->previous))
	{
		sums->next[0] += sums->previous * e;
		sums->next[1] += (sums->previous * sums->previous + e * e) / 2;
	}
	sums->previous = e;
	sums->count++;
	sums->sum += e;
	sums->squares += e * e;
}

void
lf_dependence_end(lf_dependence_sums *sums)
{
	if (sums->count > 1)
	{
		sums->all[0] += sums->sum * sums->sum - sums->squares;
		sums->all[1] += (sums->count - 1) * sums->squares;
	}
	sums->previous = (double) NAN;
	sums->count = sums->sum = sums->squares = 0;
}

void
lf_dependence_meet(lf_dependence_sums *sums, uint64_t place, double error)
{
	uint64_t	hash = lf_random_mix(place, UINT64_C(0x6d656574));	/* "meet" */
	lf_meeting *meeting = &sums->meeting[hash % LF_MEETINGS];
	double		e = tame(error);

	if (hash / LF_MEETINGS % sums->every != 0 || (meeting->count > 0 && meeting->place != place))
		return;
	meeting->place = place;
	meeting->count++;
	meeting->sum += e;
	meeting->squares += e * e;
}

/* ---- what it says ---- */

/*
 * So many forecasts weigh as much as what is usual. Windows overlap, so those of one series of a hundred rows are worth one
 * or two, whose errors may as well have gone the same way by chance. Neighbouring steps are many in each forecast, and are
 * believed sooner.
 */
#define USUAL_FORECASTS 3.0

/* The same of times, for series: what they have in common was drawn so often. */
#define USUAL_TIMES 1.0
#define USUAL_SERIES 0.1

/* Of a long horizon as many steps are looked at as tell the mean of all pairs. */
#define MOST_STEPS 32

/* Mean correlations of neighbouring steps, and of any two. */
typedef struct means
{
	double		next;
	double		all;
} means;

static means
means_of(const lf_dependence *dependence, int horizon)
{
	int			count = horizon < MOST_STEPS ? horizon : MOST_STEPS;
	int			step[MOST_STEPS];
	double		next = 0;
	double		all = 0;

	for (int m = 0; m < count; m++)
		step[m] = 1 + (int) ((int64_t) m * (horizon - 1) / (count - 1));
	for (int m = 0; m < count; m++)
	{
		int			before = step[m] > 1 ? step[m] - 1 : step[m];

		next += m == 0 ? 0 : lf_dependence_of_steps(dependence, before, step[m]);
		for (int l = 0; l < m; l++)
			all += lf_dependence_of_steps(dependence, step[l], step[m]);
	}
	return (means) {.next = next / (count - 1), .all = 2 * all / ((double) count * (count - 1))};
}

/* A correlation that was measured, drawn towards another one, and not below 0. */
static double
shrunk(const double *products, double usual, double share)
{
	double		measured = products[1] > 0 ? products[0] / products[1] : usual;

	return fmax(0, usual + share * (measured - usual));
}

static double
square(double x)
{
	return x * x;
}

/* Products of two series at one place, over all of them. */
static double
between_series(const lf_dependence_sums *sums, double times)
{
	double		products[2] = {0};

	for (int i = 0; sums->meeting != NULL && i < LF_MEETINGS; i++)
	{
		const lf_meeting *meeting = &sums->meeting[i];

		if (meeting->count < 2)
			continue;
		products[0] += meeting->sum * meeting->sum - meeting->squares;
		products[1] += (meeting->count - 1) * meeting->squares;
	}
	return products[1] > 0 ? fmin(1, shrunk(products, USUAL_SERIES, times / (times + USUAL_TIMES))) : 0;
}

lf_dependence
lf_dependence_fit(const lf_dependence_sums *sums, int horizon, double freedom, double times)
{
	lf_dependence best = lf_dependence_or_usual(&(lf_dependence) {0});
	double		least;
	double		of_next = freedom / (freedom + USUAL_FORECASTS / sqrt(horizon));	/* shares of what was measured */
	double		of_all = freedom / (freedom + USUAL_FORECASTS);
	means		usual;
	means		wanted;

	best.known = true;
	best.series = between_series(sums, times);
	if (horizon < 2)
		return best;
	usual = means_of(&best, horizon);
	wanted = (means) {.next = shrunk(sums->next, usual.next, of_next), .all = shrunk(sums->all, usual.all, of_all)};
	least = square(usual.next - wanted.next) + square(usual.all - wanted.all);
	/* all shares in twentieths, and walks down to a thousandth: over long horizons these add up too */
	for (int l = 0; l <= 20; l++)
		for (int w = 0; w <= 21; w++)
		{
			lf_dependence tried = {.known = true, .level = l / 20.0, .walk = w == 0 ? 0 : pow(0.5, (21 - w) / 2.0), .series = best.series};
			double		apart;
			means		m;

			if (tried.level + tried.walk > 1)
				continue;
			m = means_of(&tried, horizon);
			/* of several that fit as well, the one that is more like the usual */
			apart = square(m.next - wanted.next) + square(m.all - wanted.all) +
				1e-4 * (square(tried.level - LF_USUAL_LEVEL) + square(sqrt(tried.walk) - sqrt(LF_USUAL_WALK)));
			if (apart < least)
			{
				least = apart;
				best = tried;
			}
		}
	return best;
}
