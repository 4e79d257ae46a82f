/*
 * ets.h: exponential smoothing in its state space form: an error, a trend and a season, each of which adds or
 * multiplies.
 *
 * The forms, their recursions and their likelihood are those of Hyndman, Koehler, Ord and Snyder (2008), "Forecasting
 * with exponential smoothing: the state space approach". With level l, trend b, season s and the forecast m of one
 * step,
 *
 *		q = l + phi b					m = q + s,  or q s where the season multiplies
 *		r = y - m						e = r,  or r / m where the error multiplies
 *		l' = q + alpha r				alpha r / s where the season multiplies
 *		b' = phi b + beta r				beta r / s
 *		s' = s + gamma r				gamma r / q
 *
 * A multiplying error changes how errors are weighed, and not how the states move. A multiplying trend is left out, and
 * a multiplying season with an added error too: both forecast badly (ibid., and the defaults of R's ets()).
 */
#ifndef LF_ETS_H
#define LF_ETS_H

#include "base/base.h"

typedef enum lf_ets_trend
{
	LF_ETS_NO_TREND,
	LF_ETS_TREND,
	LF_ETS_DAMPED
} lf_ets_trend;

typedef enum lf_ets_season
{
	LF_ETS_NO_SEASON,
	LF_ETS_ADDED,
	LF_ETS_MULTIPLIED
} lf_ets_season;

typedef struct lf_ets_form
{
	bool		relative;		/* the error multiplies */
	lf_ets_trend trend;
	lf_ets_season season;
} lf_ets_form;

/* Every form has a number, which stands in stored models. */
#define LF_ETS_CODES 18
uint8_t		lf_ets_form_code(lf_ets_form form);
lf_ets_form lf_ets_form_of(uint8_t code);

/* Whether a form is one of the fifteen that are used. */
bool		lf_ets_form_is_sound(lf_ets_form form);

/* The longest season that has states of its own. */
#define LF_ETS_MOST_SEASON 24

/* alpha, beta, gamma, phi; those that a form has not got are 0, but phi is 1 unless the trend is damped. */
typedef struct lf_ets_smoothing
{
	double		alpha;
	double		beta;
	double		gamma;
	double		phi;
} lf_ets_smoothing;

typedef struct lf_ets_states
{
	double		level;
	double		trend;
	double		season[LF_ETS_MOST_SEASON];	/* the first is that of the next row, and so on */
} lf_ets_states;

/*
 * How many numbers a form has: those of smoothing that the form uses, and states of which the last season is not free.
 */
int			lf_ets_smoothings(lf_ets_form form);
int			lf_ets_free_states(lf_ets_form form, int season);

/* What a walk over rows found. */
typedef struct lf_ets_walk
{
	double		squares;		/* of the errors e, summed up */
	double		logarithm;		/* sum of log |m| where the error multiplies, else 0 */
	bool		possible;		/* false: a forecast or a state that multiplies was not above 0 */
	lf_ets_states end;			/* behind the last row */
} lf_ets_walk;

/* Walks over rows with given states before the first of them; 'season' rows are a cycle. */
lf_ets_walk lf_ets_filter(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, const lf_ets_states *start,
						  const double *rows, size_t count);

/* Minus twice the logarithm of the likelihood, without its constant, as R prints it: n log(squares) + 2 logarithm. */
double		lf_ets_deviance(const lf_ets_walk *walk, size_t count);

/* Akaike's criterion, corrected for few rows; 'numbers' counts smoothing and states, the variance is added here. */
double		lf_ets_aicc(double deviance, int numbers, size_t count);

/*
 * Forecasts of 1 to 'steps' steps from the states behind the last row, and the variance of their errors; 'variance' is
 * that of the errors e of one step. The formulas are those of chapter 6 of the book: exact, but for a season that
 * multiplies beyond its first cycle, where level and season are taken for moved
 * together only once.
 */
void		lf_ets_forecast(lf_ets_form form, int season, const lf_ets_smoothing *smoothing, const lf_ets_states *end,
							double variance, int steps, double *mean, double *variances);

#endif
