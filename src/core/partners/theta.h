/*
 * theta.h: the theta method: a series between a straight line and its own smoothed level.
 *
 * Assimakopoulos and Nikolopoulos (2000) bend a series away from its straight line by a factor theta, smooth that, and
 * take the mean with the line, so that the forecast drifts by half the slope (Hyndman and Billah 2003). With any theta,
 * w = 1 - 1 / theta the weight of the line, and lines A + B t that are fitted anew up to each row, this is the dynamic
 * optimised theta model of Fiorucci et al. (2016):
 *
 *		forecast of row t + 1 = l_t + w ((1 - alpha)^t A_t + (1 - (1 - alpha)^(t + 1)) / alpha B_t)
 *		l_t = alpha y_t + (1 - alpha) l_(t-1)
 *
 * For a given alpha the forecasts are linear in l_0 and w, so both are solved for and only alpha is searched. Unlike
 * there, w is drawn to one half by as much as the rows leave it uncertain. Errors on the training part of M3, its last
 * horizon held out (MASE; yearly, quarterly, monthly):
 *
 *		w = 1/2, one line						3.37  1.130  .855
 *		w solved for, one line					3.40  1.075  .894
 *		w = 1/2, lines up to each row			3.36  1.136  .852
 *		w solved for, lines up to each row		3.31  1.081  .849
 *		the same and drawn to one half			3.30  1.079  .847
 *
 * The line before the first row is level there: with none at all the last of these has 3.26, 1.105 and .864, and
 * repeats a single row wrongly.
 */
#ifndef LF_THETA_H
#define LF_THETA_H

#include "base/base.h"

typedef struct lf_theta
{
	double		alpha;			/* LF_THETA_LEAST_ALPHA to 1 */
	double		line;			/* w, 0 to 1 */
} lf_theta;

#define LF_THETA_LEAST_ALPHA 0.01

/* What rows make of it. */
typedef struct lf_theta_state
{
	double		first;			/* l_0, the best one */
	double		level;			/* behind the last row */
	double		squares;		/* of the errors of one step, summed up */
	double		start;			/* A of the line over all rows, at t = 0 */
	double		slope;			/* B */
} lf_theta_state;

/* Learns from rows of at least one. */
lf_theta	lf_theta_learn(const double *rows, size_t count);

/* The state that fits the rows best. */
lf_theta_state lf_theta_filter(const lf_theta *theta, const double *rows, size_t count);

/* Forecasts of 1 to 'steps' steps and the variance of their errors, of which 'variance' is that of one step. */
void		lf_theta_forecast(const lf_theta *theta, const lf_theta_state *state, size_t count, double variance,
							  int steps, double *mean, double *variances);

#endif
