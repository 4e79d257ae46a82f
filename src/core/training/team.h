/*
 * team.h: candidates that forecast held-out windows together: the sights of their networks, and how they are combined.
 */
#ifndef LF_TEAM_H
#define LF_TEAM_H

#include "model/combined.h"
#include "training/sight.h"

typedef struct lf_team
{
	int			networks;
	lf_sight   *sight[LF_MAX_NETWORKS];	/* the first is that of the longest windows */
	lf_combined combined;
	lf_combination *crossed;	/* (2): the weights for the older and the newer half of what is held out */
	const lf_learned *learned;	/* (series, targets, LF_PARTNERS): before what is held out; NULL: there is no partner */
} lf_team;

/* Shows all but the first, who has been shown it, a series as it was before the output in row 'first_output' of it. */
void		lf_team_show(lf_team *team, const lf_sight *first, size_t series, size_t first_output,
						 const volatile sig_atomic_t *interrupt);

/* As lf_combined_predict(), with the weights for one half. */
lf_status	lf_team_predict(lf_team *team, const volatile sig_atomic_t *interrupt, int half, size_t first, size_t stride,
							int count, int steps, double *out);

#endif
