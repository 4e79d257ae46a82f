/*
 * fit_judge.h: the phases of a training that forecast what was held out: LF_FIT_WEIGH, LF_FIT_SCORE and LF_FIT_MEASURE.
 * For fit.c alone.
 */
#ifndef LF_FIT_JUDGE_H
#define LF_FIT_JUDGE_H

#include "training/fit.h"

/* Rows of a series that come before its held-out part, or all. */
size_t		lf_fit_rows_before(const lf_fit *fit, size_t series);

/* Forecasts the next batch of held-out windows, of one series, and scores or weighs them. 'done' counts them. */
lf_status	lf_fit_judge_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt);

/* From what was weighed to the blends. */
void		lf_fit_blends(lf_fit *fit);

/*
 * Forecasts the next batch of those that are measured as far as intervals go, and notes how far off each step is. After
 * the last one the errors are kept.
 */
lf_status	lf_fit_measure_batch(lf_fit *fit, const volatile sig_atomic_t *interrupt);

#endif
