/*
 * weighing.h: what the candidates of a contest weigh. The steps of it are those of the phases of contest.h.
 */
#ifndef LF_WEIGHING_H
#define LF_WEIGHING_H

#include "training/contest.h"

/* Forecasts the next windows by each candidate, and adds up their errors. LF_FINISHED: there are no more. */
lf_status	lf_contest_weigh(lf_contest *contest, const volatile sig_atomic_t *interrupt);

/* From the sums to the weights of each half, by the other, and of both. */
void		lf_contest_find_weights(lf_contest *contest);

/* The combination without what was dropped; the first network stays in any case. */
void		lf_contest_keep(lf_contest *contest);

/*
 * Where nothing was held out, partners tell how far off forecasts of one series will be: the mean of what they say, in the
 * error scale of the series. LF_FINISHED: of all series.
 */
lf_status	lf_contest_suppose(lf_contest *contest, const volatile sig_atomic_t *interrupt);

#endif
