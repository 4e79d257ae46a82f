/*
 * season.c: lengths, places and natural seasons.
 */
#include "series/season.h"

#include <math.h>

#define HOUR INT64_C(3600000000)
#define DAY (24 * HOUR)
#define DAYS_OF_YEAR 365.25

/*
 * Knots of long seasons. A year has few cycles and changes slowly: with a knot for each day its shape would be mostly
 * noise. Two weeks are what monthly statistics resolve.
 */
#define KNOTS_OF_LONG 26

/* Seasons of as many rows as this, or of whole numbers of them, have a knot for each row. */
#define SHORT_SEASON 200

lf_season
lf_season_of(double length)
{
	bool		whole = length == floor(length) && length <= LF_MAX_KNOTS;
	int			knots = length <= SHORT_SEASON ? (int) floor(length + 0.5) : whole ? (int) length : KNOTS_OF_LONG;

	return (lf_season) {.length = length, .knots = knots};
}

int
lf_seasons_knots(const lf_seasons *seasons)
{
	int			knots = 0;

	for (int i = 0; i < seasons->count; i++)
		knots += seasons->season[i].knots;
	return knots;
}

int
lf_seasons_longest(const lf_seasons *seasons, int most)
{
	for (int i = seasons->count; i-- > 0;)
		if (seasons->season[i].length <= most)
			return (int) floor(seasons->season[i].length + 0.5);
	return 1;
}

lf_season_place
lf_season_at(const lf_season *season, int64_t number)
{
	double		cycles;
	double		place;
	int			knot;

	if (season->length == season->knots)
	{
		int64_t		length = season->knots;

		/* one division, not two: every row asks several times */
		knot = (int) (number % length);
		if (knot < 0)
			knot += season->knots;
		return (lf_season_place) {.knot = knot, .next = knot, .part = 0};
	}
	cycles = (double) number / season->length;
	place = (cycles - floor(cycles)) * season->knots;
	knot = (int) place;
	if (knot >= season->knots)	/* by rounding */
		knot = season->knots - 1;
	return (lf_season_place) {.knot = knot, .next = knot + 1 == season->knots ? 0 : knot + 1, .part = place - knot};
}

double
lf_season_value(const lf_season *season, const double *shape, int64_t number)
{
	lf_season_place at = lf_season_at(season, number);

	return shape[at.knot] + at.part * (shape[at.next] - shape[at.knot]);
}

double
lf_seasons_value(const lf_seasons *seasons, const double *shape, int64_t number)
{
	double		value = 0;

	for (int i = 0; i < seasons->count; i++)
	{
		value += lf_season_value(&seasons->season[i], shape, number);
		shape += seasons->season[i].knots;
	}
	return value;
}

bool
lf_seasons_are_sound(const lf_seasons *seasons)
{
	if (seasons->count < 0 || seasons->count > LF_MAX_SEASONS)
		return false;
	for (int i = 0; i < seasons->count; i++)
	{
		const lf_season *season = &seasons->season[i];

		if (!(season->length >= 2 && season->length <= LF_LONGEST_SEASON) || season->knots < 2 ||
			season->knots > LF_MAX_KNOTS || season->knots > season->length + 0.5 ||
			(i > 0 && !(season->length > season[-1].length)))
			return false;
	}
	return true;
}

bool
lf_seasons_equal(const lf_seasons *a, const lf_seasons *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (a->season[i].length != b->season[i].length || a->season[i].knots != b->season[i].knots)
			return false;
	return true;
}

int
lf_natural_seasons(const lf_calendar_step *step, double lengths[LF_MAX_NATURAL])
{
	double		days = step->days + (double) step->microseconds / DAY;
	const double period[] = {(double) HOUR / DAY, 1, 7, DAYS_OF_YEAR};
	int			count = 0;

	if (step->months > 0)
	{
		/* quarters and months have years; longer steps have nothing that the calendar knows of */
		if (12 % step->months == 0 && step->months < 6)
			lengths[count++] = 12.0 / step->months;
		return count;
	}
	if (step->weekdays > 0 && step->weekdays < 7)
	{
		lengths[count++] = step->weekdays;
		lengths[count++] = DAYS_OF_YEAR / 7 * step->weekdays;
		return count;
	}
	for (int i = 0; i < 4 && days > 0; i++)
	{
		double		length = period[i] / days;
		double		whole = floor(length + 0.5);

		/* but for the year, a season of the clock is one only where rows meet its places again */
		if (length < 4 || length > LF_LONGEST_SEASON || (i < 3 && fabs(length - whole) > 1e-9 * length))
			continue;
		lengths[count++] = i < 3 ? whole : length;
	}
	return count;
}
