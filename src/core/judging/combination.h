/*
 * combination.h: forecasts of several candidates, weighed and added up (combination of forecasts: Bates and Granger 1969).
 *
 * The weights of each target are none below 0 and add up to 1. They follow from the errors of each candidate on forecasts
 * that were held out, each by itself. Weights that fit these errors best, with what errors have in common (Granger and
 * Ramanathan 1984), and weights of their own for each step, were tried: they did not do better on later rows, see
 * doc/defaults.md.
 */
#ifndef LF_COMBINATION_H
#define LF_COMBINATION_H

#include "judging/score.h"

/* What may be combined, by name. These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_candidate
{
	LF_CANDIDATE_NETWORK,		/* the plan that stands alone where nothing contends with it */
	LF_CANDIDATE_LINEAR,		/* a linear map of the same windows */
	LF_CANDIDATE_RECURSIVE,		/* a network one step ahead, whose forecasts are fed back */
	LF_CANDIDATE_LINEAR_RECURSIVE,	/* a linear map, the same way */
	LF_CANDIDATE_SEGMENT,		/* segments, where the first plan has none */
	LF_CANDIDATE_REPEAT_LAST,	/* from here on as lf_forecaster */
	LF_CANDIDATE_SEASONAL_NAIVE,
	LF_CANDIDATE_DRIFT,
	LF_CANDIDATE_SEASONAL_MEAN,
	LF_CANDIDATE_MEAN,
	LF_CANDIDATE_THETA,
	LF_CANDIDATE_ETS,
	LF_CANDIDATE_ZERO_SHOT
} lf_candidate;

#define LF_CANDIDATES 13
extern const char *const lf_candidate_names[LF_CANDIDATES];

/* Whether a candidate is a network; and the forecaster that it is. */
static inline bool
lf_candidate_is_network(lf_candidate candidate)
{
	return candidate < LF_CANDIDATE_REPEAT_LAST;
}

static inline lf_forecaster
lf_candidate_forecaster(lf_candidate candidate)
{
	return lf_candidate_is_network(candidate) ? LF_NETWORK :
		(lf_forecaster) ((int) candidate - LF_CANDIDATE_REPEAT_LAST + LF_REPEAT_LAST);
}

/* What was tried, and what came of it. */
typedef struct lf_tried
{
	lf_candidate candidate;
	double		error;			/* mean absolute error on held-out rows, as a share of the least; NaN: not known */
	double		weight;			/* mean over targets; 0: it was dropped */
} lf_tried;

/* Candidates that can be combined: networks, and each forecaster without one once. */
#define LF_MAX_COMBINED 16
#define LF_MAX_NETWORKS 6

typedef struct lf_combination
{
	int			parts;			/* 0: there is none, and the forecast is the network's alone */
	lf_forecaster part[LF_MAX_COMBINED];	/* networks first: LF_NETWORK is the next one */
	double	   *weight;			/* (targets, parts) */
} lf_combination;

/* How many of the parts are networks. */
int			lf_combination_networks(const lf_combination *combination);

/* Which part a forecaster is; -1: none. */
int			lf_combination_part(const lf_combination *combination, lf_forecaster forecaster);

/* Whether this forecaster is the only one that weighs. */
bool		lf_combination_is_alone(const lf_combination *combination, int targets, lf_forecaster forecaster);

/* The mean weight of a part over the targets. */
double		lf_combination_share(const lf_combination *combination, int targets, int part);

/*
 * What holds of a combination: networks come first, no other forecaster twice; weights are from 0 to 1, and add up to 1
 * but for rounding. For LF_ASSERT, and for models that are read.
 */
bool		lf_combination_is_sound(const lf_combination *combination, int targets);

/* Sums over forecasts that were held out: all that the weights need. */
typedef struct lf_combination_sums
{
	int			parts;
	int			targets;
	double	   *loss;			/* (targets, parts): see lf_combination_add() */
	double	   *absolute;		/* (targets, parts): of errors */
	double	   *count;			/* (targets): forecasts that are in it */
	bool	   *missing;		/* (targets, parts): had nothing to say about some value */
} lf_combination_sums;

void		lf_combination_sums_layout(lf_combination_sums *sums, lf_arena *arena, int parts, int targets);
void		lf_combination_sums_start(lf_combination_sums *sums);

/*
 * Adds the errors (parts) of one forecast, in units of those of a naive forecast of the series: NaN of a candidate that has
 * said nothing. Squared errors count by the inverse of how far off most candidates are: that makes them as robust as
 * absolute errors, and keeps what they tell of large ones.
 */
void		lf_combination_add(lf_combination_sums *sums, int target, const double *errors);

/* Adds other sums of the same sizes. */
void		lf_combination_join(lf_combination_sums *sums, const lf_combination_sums *others);

/*
 * Fills the weights. 'usual' (parts) are those where nothing is known; where it is 0 a part has none in any case. What would
 * weigh little has nothing.
 */
void		lf_combination_fit(lf_combination *combination, const lf_combination_sums *sums, const double *usual);

#endif
