/*
 * method.h: forecasts without training, with bounds: naive ones, theta and ets, a network that was trained on other series,
 * and what suits a series best.
 *
 * Bounds are so many standard deviations on either side as normal errors have. Those of the naive methods are those of Hyndman and Athanasopoulos, "Forecasting: principles and practice",
 * section on prediction intervals: with s the standard deviation of the errors of one step over the rows,
 *
 *		the last value		s sqrt(h)
 *		a season earlier	s sqrt(k + 1), k whole seasons before the step
 *		drift				s sqrt(h (1 + h / (T - 1)))
 *		mean				s sqrt(1 + 1 / T)
 *
 * and of the mean of a place in the season that of its errors one season ahead.
 */
#ifndef LF_METHOD_H
#define LF_METHOD_H

#include "judging/score.h"
#include "partners/partner.h"
#include "partners/zero_shot.h"

typedef enum lf_method
{
	LF_METHOD_REPEAT_LAST,
	LF_METHOD_SEASONAL_NAIVE,
	LF_METHOD_DRIFT,
	LF_METHOD_SEASONAL_MEAN,
	LF_METHOD_MEAN,
	LF_METHOD_THETA,
	LF_METHOD_ETS,
	LF_METHOD_ZERO_SHOT,		/* a network that was trained on other series: its bounds are quantiles */
	LF_METHOD_AUTO				/* the mean of theta and ets; with a long season, what was best at earlier origins */
} lf_method;

#define LF_METHODS 9
extern const char *const lf_method_names[LF_METHODS];

/* Seasons of at most so many rows are those of theta and ets: auto compares no others. */
#define LF_SHORT_SEASON 24

/* What is known of the seasons of a series. */
typedef struct lf_method_seasons
{
	lf_seasons	all;			/* that theta and ets take out, or have states of */
	int			repeated;		/* rows of the one that naive methods repeat; 1: none */
} lf_method_seasons;

/* Scratch of a method for series of at most so many rows, and forecasts of at most so many steps. */
typedef struct lf_method_room
{
	lf_partner_room partner;
	lf_zero_room zero_shot;		/* of that method alone, as the next */
	lf_zero_quantiles *quantiles;	/* (steps) */
	double	   *mean;			/* (steps), and the same below: of all others */
	double	   *spread;
	double	   *other;			/* of one of two that are averaged, or compared */
	double	   *other_spread;
	double	   *trial;
	double	   *trial_spread;
} lf_method_room;

/* Where a value will lie: lower <= middle <= upper. The bounds are NaN where too few rows tell. */
typedef struct lf_outlook
{
	double		middle;			/* the mean, or the median */
	double		lower;
	double		upper;
} lf_outlook;

void		lf_method_layout(lf_method_room *room, lf_arena *arena, lf_method method, size_t rows,
							 const lf_method_seasons *seasons, int steps);

/*
 * Forecasts of the 'steps' values behind the last row of a column, which has one row or more, of which none is missing;
 * bounds hold a value with a probability of 'level', from 0 to 1. Returns the method that was used: the last value is
 * repeated where a method needs more rows than there are. Worthless where the interrupt (NULL: none) came meanwhile.
 */
lf_method	lf_method_forecast(lf_method_room *room, lf_method method, const lf_method_seasons *seasons,
							   const lf_column *column, int steps, double level, lf_outlook *outlook,
							   const volatile sig_atomic_t *interrupt);

#endif
