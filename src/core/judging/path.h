/*
 * path.h: random paths: for each step of a forecast a probability, so that steps and series hang together as dependence.h says
 * (a Gaussian copula: Sklar 1959; for forecasts in this use Pinson et al. 2009).
 *
 * A path is drawn step by step, with no memory of what came before but the sums of its random walks. It depends on seed, the
 * number of the path, target and name of the series alone: not on how many paths there are, how many steps, or which
 * series are drawn before it. What series have in common comes from a generator that they all seed alike, and draw anew.
 */
#ifndef LF_PATH_H
#define LF_PATH_H

#include "base/random.h"
#include "judging/dependence.h"

/* One source of errors: what it has drawn so far. */
typedef struct lf_path_source
{
	lf_random	random;
	double		level;
	double		walk;			/* the sum of its steps */
} lf_path_source;

typedef struct lf_path
{
	lf_dependence dependence;
	int			step;			/* that was drawn last, from 1 on */
	lf_path_source common;		/* of all series */
	lf_path_source own;
} lf_path;

/* A number for the name of a series, of which others have another one in all likelihood; NULL: it has no name. */
uint64_t	lf_path_series(const char *label);

/* Begins a path of a target of a series. 'dependence' is one that is known, or the usual one. */
lf_path		lf_path_start(const lf_dependence *dependence, uint64_t seed, uint64_t series, uint64_t number, int target);

/* The next step: a standard normal number, of which lf_path_level() tells how likely it is. */
double		lf_path_next(lf_path *path);

/*
 * Where a standard normal number lies in intervals around the middle: the level of that which it bounds, above 0 and below 1;
 * '*above' is whether it is the upper bound.
 */
double		lf_path_level(double normal, bool *above);

#endif
