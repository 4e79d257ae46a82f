/*
 * season.h: seasons of a series: how long they are, where in them a row lies, and what they add there.
 *
 * A season is a length in rows, which may be a fraction (a year of days has 365.25), and a shape: its value at so many
 * knots, evenly spread over the cycle. Short seasons of whole rows have a knot for each row; in others values lie on the
 * line between two knots. Rows are counted on the grid of the time column, so that a place in the season is the same in
 * every series and in rows that come later.
 */
#ifndef LF_SEASON_H
#define LF_SEASON_H

#include "base/base.h"

/* The longest season that is looked for among the rows themselves; half-hourly weeks are 336. */
#define LF_MAX_SEASON 768

/* The longest that may be given: a year of minutes. */
#define LF_LONGEST_SEASON 530000

/* Seasons of one series, and knots of one season. */
#define LF_MAX_SEASONS 4
#define LF_MAX_KNOTS 2016		/* a week of 5 minutes */

typedef struct lf_season
{
	double		length;			/* rows */
	int			knots;
} lf_season;

/* From the shortest to the longest. */
typedef struct lf_seasons
{
	int			count;
	lf_season	season[LF_MAX_SEASONS];
} lf_seasons;

/* A season of this length, with as many knots as suit it. */
lf_season	lf_season_of(double length);

/* The knots of all seasons: a shape has a value for each, season after season. */
int			lf_seasons_knots(const lf_seasons *seasons);

/* The longest one in whole rows, at most 'most'; 1: none. */
int			lf_seasons_longest(const lf_seasons *seasons, int most);

/* A place in a season: between two knots, and how far from the first to the second. */
typedef struct lf_season_place
{
	int			knot;
	int			next;
	double		part;			/* 0: on the first */
} lf_season_place;

lf_season_place lf_season_at(const lf_season *season, int64_t number);

/* What a season, or all of them together, add in the row of this number. */
double		lf_season_value(const lf_season *season, const double *shape, int64_t number);
double		lf_seasons_value(const lf_seasons *seasons, const double *shape, int64_t number);

/* What holds of seasons wherever they come from: for LF_ASSERT, and for models that are read. */
bool		lf_seasons_are_sound(const lf_seasons *seasons);

bool		lf_seasons_equal(const lf_seasons *a, const lf_seasons *b);

/* The distance of two rows, as the calendar has it; see lf_time_step. */
typedef struct lf_calendar_step
{
	int			months;
	int			days;
	int			weekdays;		/* of a week that have rows, where a step is the next of these; 0: all have */
	int64_t		microseconds;
} lf_calendar_step;

#define LF_MAX_NATURAL 6

/*
 * The seasons that rows so far apart may be expected to have, from the shortest to the longest: the hour, day, week
 * and year, as far as they hold four rows or more (a week of weekdays may hold less). Returns how many there are.
 */
int			lf_natural_seasons(const lf_calendar_step *step, double lengths[LF_MAX_NATURAL]);

#endif
