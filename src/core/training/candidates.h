/*
 * candidates.h: what is to contend for the forecast, chosen from facts and wishes as one plan is (see plan.h): networks, each
 * with a plan of its own, and forecasters without one.
 */
#ifndef LF_CANDIDATES_H
#define LF_CANDIDATES_H

#include "judging/combination.h"
#include "training/plan.h"

typedef enum lf_effort
{
	LF_EFFORT_FAST,				/* one network, and what costs next to nothing */
	LF_EFFORT_NORMAL,
	LF_EFFORT_BEST				/* more networks, and several of each */
} lf_effort;

#define LF_EFFORTS 3
extern const char *const lf_effort_names[LF_EFFORTS];

typedef struct lf_candidates
{
	int			networks;		/* one: it stands alone, unless there are forecasters */
	lf_candidate network[LF_MAX_NETWORKS];
	lf_plan		plan[LF_MAX_NETWORKS];	/* the first has the longest windows */
	int			forecasters;
	lf_forecaster forecaster[LF_FORECASTERS];
	double		usual[LF_MAX_COMBINED];	/* weights where nothing is known */
} lf_candidates;

/*
 * The plan of a network that is not trained, for rows that are too few for any: it carries what the forecasters say. False
 * where these cannot forecast either.
 */
/* Whether candidates were named, as bits, and no network is among them. */
bool		lf_no_network_contends(unsigned int narrowed);

bool		lf_choose_idle(const lf_facts *facts, const lf_wishes *wishes, lf_plan *plan);

/*
 * The candidates beside a first plan that was made. 'narrowed' are those that were asked for, as bits; 0: those that suit the
 * effort.
 */
void		lf_choose_candidates(const lf_facts *facts, const lf_wishes *wishes, const lf_plan *first, lf_effort effort,
								 unsigned int narrowed, lf_candidates *candidates);

#endif
