/*
 * ets_fit.h: the likeliest smoothing and first states of a form, and the form among all.
 *
 * With G the geometric mean of the forecasts (1 where the error adds), the likelihood is that of a sum of squares,
 * those of e G: n log(sum of e^2) + 2 (sum of log m) = n log(sum of (e G)^2). So this is a problem of least squares,
 * and the derivatives of the states by every number go along with the recursion: Levenberg (1944) and Marquardt (1963)
 * find smoothing and states together in some ten walks over the rows, where a search without derivatives takes
 * thousands.
 */
#ifndef LF_ETS_FIT_H
#define LF_ETS_FIT_H

#include "partners/ets.h"

/* Numbers that are looked for: four of smoothing, level and trend, and all but one of a season. */
#define LF_ETS_NUMBERS (4 + 2 + LF_ETS_MOST_SEASON - 1)

/* Scratch of one fit, and its result. Derivatives are by the numbers that are looked for, (numbers) each. */
typedef struct lf_ets_fit
{
	lf_ets_form form;
	int			season;
	lf_ets_smoothing smoothing;	/* result */
	lf_ets_states start;		/* result: before the first row */
	lf_ets_walk walk;			/* result: what they make of the rows */

	double		number[LF_ETS_NUMBERS];
	double		least[LF_ETS_NUMBERS];	/* bounds */
	double		most[LF_ETS_NUMBERS];
	double		level_by[LF_ETS_NUMBERS];
	double		trend_by[LF_ETS_NUMBERS];
	double		season_by[LF_ETS_MOST_SEASON][LF_ETS_NUMBERS];
	double		error_by[LF_ETS_NUMBERS];
	double		logarithm_by[LF_ETS_NUMBERS];
	double		slope[LF_ETS_NUMBERS];	/* sum of an error times its derivative */
	double		square[LF_ETS_NUMBERS][LF_ETS_NUMBERS];	/* sums of products of derivatives, the lower half */
	double		system[LF_ETS_NUMBERS][LF_ETS_NUMBERS];
	double		step[LF_ETS_NUMBERS];
	bool		bound[LF_ETS_NUMBERS];	/* a number that lies at its bound and is to stay there */
} lf_ets_fit;

/*
 * The likeliest states before the first row, from those in 'start', and with 'free' the likeliest smoothing too, from
 * 'smoothing'. All rows are of a size of about 1. False: no walk over the rows was possible, or the interrupt came.
 */
bool		lf_ets_fit_run(lf_ets_fit *fit, lf_ets_form form, int season, bool free, const lf_ets_smoothing *smoothing,
						   const lf_ets_states *start, const double *rows, size_t count,
						   const volatile sig_atomic_t *interrupt);

/* Numbers that lf_ets_fit_run() looks for with 'free'. */
int			lf_ets_fit_numbers(lf_ets_form form, int season);

/*
 * The likeliest smoothing and first states of all: the better of two searches, from the best point of a grid whose
 * alpha is small and the best of one where it is large. One alone ends in the wrong valley where an added season grows.
 * False: neither could begin, or the interrupt came.
 */
bool		lf_ets_fit_search(lf_ets_fit *fit, lf_ets_form form, int season, const lf_ets_states *start,
							  const double *rows, size_t count, const volatile sig_atomic_t *interrupt);

#endif
