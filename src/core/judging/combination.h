/*
 * combination.h: forecasts of several candidates, weighed and added up (combination of forecasts: Bates and Granger 1969).
 *
 * The weights of each target and step are none below 0 and add up to 1. They are those that leave the least squared error
 * on forecasts that were held out, where the errors of the candidates may be alike (Granger and Ramanathan 1984, with
 * weights of a simplex), shrunk towards weights by each one's own error, the more so the fewer origins there are to tell:
 * of few, weights that fit best fit noise. Steps that lie near each other are weighed together.
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
	LF_CANDIDATE_ETS
} lf_candidate;

#define LF_CANDIDATES 12
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
	double		error;			/* mean squared error on held-out rows, as a share of the least; NaN: not known */
	double		weight;			/* mean over steps and targets; 0: it was dropped */
} lf_tried;

/* Candidates that can be combined: networks, and each forecaster without one once. */
#define LF_MAX_COMBINED 16
#define LF_MAX_NETWORKS 6

typedef struct lf_combination
{
	int			parts;			/* 0: there is none, and the forecast is the network's alone */
	lf_forecaster part[LF_MAX_COMBINED];	/* networks first: LF_NETWORK is the next one */
	int			steps;			/* that have weights; later ones have those of the last */
	float	   *weight;			/* (targets, steps, parts) */
} lf_combination;

/* How many of the parts are networks. */
int			lf_combination_networks(const lf_combination *combination);

/* The weight of a part for a step, from 0 on. */
double		lf_combination_weight(const lf_combination *combination, int target, int step, int part);

/* The mean weight of a part over steps and targets. */
double		lf_combination_share(const lf_combination *combination, int targets, int part);

/*
 * What holds of a combination: networks come first, no other forecaster twice; weights are finite, from 0 to 1, and add up
 * to 1 but for rounding. For LF_ASSERT, and for models that are read.
 */
bool		lf_combination_is_sound(const lf_combination *combination, int targets);

/* Products of errors that were held out, of every two candidates: all that the weights need. */
typedef struct lf_combination_sums
{
	int			parts;
	int			steps;
	int			targets;
	double	   *product;		/* (targets, steps, parts, parts) */
	double	   *count;			/* (targets, steps): forecasts that are in it */
	bool	   *missing;		/* (targets, parts): had nothing to say about some value */
} lf_combination_sums;

void		lf_combination_sums_layout(lf_combination_sums *sums, lf_arena *arena, int parts, int steps, int targets);
void		lf_combination_sums_start(lf_combination_sums *sums);

/* Adds the errors (parts) of one forecast: NaN of a candidate that has said nothing. */
void		lf_combination_add(lf_combination_sums *sums, int target, int step, const double *errors);

/* Adds other sums of the same sizes. */
void		lf_combination_join(lf_combination_sums *sums, const lf_combination_sums *others);

/*
 * Fills the weights. 'origins' is how many forecasts the sums hold that tell something of their own: of origins that
 * follow each other, one in each horizon. Parts whose 'usual' weight (parts) is 0 have none in any case; where nothing is
 * known the weights are the usual ones.
 */
void		lf_combination_fit(lf_combination *combination, const lf_combination_sums *sums, double origins, const double *usual);

#endif
