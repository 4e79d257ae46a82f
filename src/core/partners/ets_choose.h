/*
 * ets_choose.h: which form of exponential smoothing rows have, and the states that they lead to.
 */
#ifndef LF_ETS_CHOOSE_H
#define LF_ETS_CHOOSE_H

#include "partners/ets_fit.h"
#include "partners/partner_rows.h"

/* States to begin a search with: a line through the first rows without seasons, and the season that was taken out. */
lf_ets_states lf_ets_first_states(const lf_partner_rows *rows, lf_ets_form form, int season);

/*
 * The form with the least of Akaike's corrected criterion among those that the rows allow, and its smoothing. Forms
 * with a season see the rows as they came, where that season can have states of its own, the others those without
 * seasons.
 */
void		lf_ets_choose(lf_ets_fit *fit, const lf_partner_rows *rows, lf_ets_form *form, lf_ets_smoothing *smoothing,
						  const volatile sig_atomic_t *interrupt);

/*
 * The states that fit the rows best, for a form and smoothing that may have been learned elsewhere. A form that the
 * rows do not allow gives way to a simpler one: fit->form is the one that was taken.
 */
void		lf_ets_settle(lf_ets_fit *fit, const lf_partner_rows *rows, lf_ets_form form,
						  const lf_ets_smoothing *smoothing, const volatile sig_atomic_t *interrupt);

#endif
