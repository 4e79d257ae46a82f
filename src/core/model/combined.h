/*
 * combined.h: forecasts of a combination: those of its networks, of the naive forecasters and of the partners, weighed.
 *
 * A window is one of the first network, whose windows are the longest; those of the others end in the same row. Forecasters
 * without a network look at all rows up to there, also at those that lie before row 0 of the frame. Of a series that is
 * shorter than a window (see 'absent' of lf_frame) they say all.
 */
#ifndef LF_COMBINED_H
#define LF_COMBINED_H

#include "judging/combination.h"
#include "model/predict.h"
#include "partners/partner.h"
#include "partners/zero_shot.h"
#include "series/season_search.h"

/* What partners know of the rows, beside what they have learned of each series. */
typedef struct lf_partner_facts
{
	lf_seasons	seasons;		/* that are taken out */
	bool		logged;			/* their shapes are those of logarithms */
	bool		sought;			/* the rows at hand tell both: no training saw any */
	const float *tuned;			/* weights of the network that is shipped, trained on; NULL: as it is shipped */
	bool		tunes;			/* it is to be; not stored */
	double		natural[LF_MAX_NATURAL];	/* seasons that their calendar suggests; not stored */
	int			naturals;
} lf_partner_facts;

typedef struct lf_combined
{
	const lf_combination *combination;
	lf_predictor *network[LF_MAX_NETWORKS];	/* they look at the frame of the first */
	int			season;			/* of the naive forecasters */
	const lf_partner_facts *facts;
	const lf_learned *learned;	/* (targets, LF_PARTNERS): of the series at hand; NULL: partners have nothing to say */
	lf_partner_room room;
	lf_zero_room zero_shot;
	lf_season_search search;
	lf_zero_quantiles *quantiles;	/* (windows, targets, steps): what the network that is shipped said */
	int			windows;		/* at once, and steps of each, at most: */
	int			steps;
	double	   *one;			/* (windows, steps, targets): what a part says, */
	double	   *total;			/* and the weights that were added up */
	double	   *shift;			/* (windows, targets): the same of the partner that spoke last */
	double	   *shifted;		/* (windows, targets): by how much levels have shifted lately, which partners followed: as far
								 * as these weigh */
	double	   *mean;			/* (steps) */
	double	   *spread;			/* (steps) */
} lf_combined;

/*
 * Takes its memory for so many windows at once, and steps of each, for series of at most 'rows' rows; for partners too
 * where they have learned, as one of them takes the place of networks where a series is too short for these. The rest is the
 * caller's to set.
 */
void		lf_combined_layout(lf_combined *combined, lf_arena *arena, const lf_combination *combination, const lf_task *task,
							   const lf_partner_facts *facts, bool learned, size_t rows, int windows, int steps);

/* The frame with the rows before its row 0 in front. */
lf_frame	lf_frame_with_past(const lf_frame *frame);

/*
 * What one part says: 'steps' steps from each of 'count' windows, first, first + stride, ...: out (count, steps, targets);
 * NaN where a forecaster has nothing to say.
 */
lf_status	lf_combined_part(lf_combined *combined, const volatile sig_atomic_t *interrupt, int part, size_t first,
							 size_t stride, int count, int steps, double *out);

/*
 * What all of them say, weighed. Where a part has nothing to say, the others share its weight out; where all that weigh have
 * nothing to say, the first network speaks.
 */
lf_status	lf_combined_predict(lf_combined *combined, const volatile sig_atomic_t *interrupt, size_t first, size_t stride,
								int count, int steps, double *out);

#endif
