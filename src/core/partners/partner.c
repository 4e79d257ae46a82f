/*
 * partner.c: what is learned, and what is forecast from it.
 */
#include "partners/partner.h"

#include "partners/ets_choose.h"
#include "partners/theta.h"

#include <math.h>

const char *const lf_partner_names[LF_PARTNERS] = {"theta", "ets"};

/* Smoothing that was made of shares may be above its bound by rounding. */
#define ROUNDING 1e-9

static bool
is_within(double value, double least, double most)
{
	return value >= least && value <= most;
}

bool
lf_learned_is_sound(lf_partner which, const lf_learned *learned)
{
	if (which == LF_PARTNER_THETA)
		return learned->form == 0 && is_within(learned->alpha, LF_THETA_LEAST_ALPHA, 1) && learned->beta == 0 &&
			learned->gamma == 0 && learned->phi == 0 && is_within(learned->line, 0, 1);
	return which == LF_PARTNER_ETS && learned->form < LF_ETS_CODES &&
		lf_ets_form_is_sound(lf_ets_form_of(learned->form)) && is_within(learned->alpha, 0, 1) &&
		is_within(learned->beta, 0, learned->alpha + ROUNDING) &&
		is_within(learned->gamma, 0, 1 - learned->alpha + ROUNDING) && is_within(learned->phi, 0, 1) &&
		learned->line == 0;
}

void
lf_partner_layout(lf_partner_room *room, lf_arena *arena, size_t rows, const lf_seasons *seasons, int steps)
{
	lf_partner_rows_layout(&room->rows, arena, rows, seasons);
	room->variance = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->fit = lf_arena_take(arena, 1, sizeof(lf_ets_fit));
}

void
lf_partner_learn(lf_partner_room *room, lf_partner which, const lf_seasons *seasons, const lf_column *column,
				 lf_learned *learned, const volatile sig_atomic_t *interrupt)
{
	*learned = (lf_learned) {0};
	lf_partner_rows_prepare(&room->rows, seasons, column, interrupt);
	if (which == LF_PARTNER_THETA)
	{
		lf_theta	theta = lf_theta_learn(room->rows.adjusted, room->rows.count);

		learned->alpha = theta.alpha;
		learned->line = theta.line;
	}
	else
	{
		lf_ets_form form;
		lf_ets_smoothing smoothing;

		lf_ets_choose(room->fit, &room->rows, &form, &smoothing, interrupt);
		learned->form = lf_ets_form_code(form);
		learned->alpha = smoothing.alpha;
		learned->beta = smoothing.beta;
		learned->gamma = smoothing.gamma;
		learned->phi = smoothing.phi;
	}
	LF_ASSERT(lf_learned_is_sound(which, learned));
}

/*
 * The formulas know smoothing and form for certain, and that neither will change. Of the held-out horizon of the
 * training part of M3 they have .48, .63 and .71 (theta) and .60, .69 and .70 (ets) of yearly, quarterly and monthly
 * values within what should hold .80. So variances are made larger, by these numbers over the rows, the second for each
 * step: then it is .72, .81 and .83, and .81, .84 and .81. A horizon longer than the rows counts as one of as many.
 */
static const struct
{
	double		at_once;
	double		each_step;
} wider[LF_PARTNERS] = {{12, 8}, {10, 5}};

static void
widen(lf_partner which, size_t rows, int steps, double *variance)
{
	double		n = (double) rows;

	for (int h = 0; h < steps; h++)
		variance[h] *= 1 + (wider[which].at_once + wider[which].each_step * (h + 1 < n ? h + 1 : n)) / n;
}

/* The mean of squares, by the degrees of freedom that are left. */
static double
variance_of(double squares, size_t rows, int numbers)
{
	return rows > (size_t) numbers + 1 ? squares / ((double) rows - numbers) : squares;
}

void
lf_partner_forecast(lf_partner_room *room, lf_partner which, const lf_seasons *seasons, const lf_column *column,
					const lf_learned *learned, int steps, double *mean, double *spread,
					const volatile sig_atomic_t *interrupt)
{
	lf_partner_rows *rows = &room->rows;
	bool		adjusted = true;

	lf_partner_rows_prepare(rows, seasons, column, interrupt);
	if (which == LF_PARTNER_THETA)
	{
		lf_theta	theta = {.alpha = learned->alpha, .line = learned->line};
		lf_theta_state state = lf_theta_filter(&theta, rows->adjusted, rows->count);
		double		variance = variance_of(state.squares, rows->count, 3);

		lf_theta_forecast(&theta, &state, rows->count, variance, steps, mean, room->variance);
	}
	else
	{
		lf_ets_smoothing smoothing = {.alpha = learned->alpha, .beta = learned->beta, .gamma = learned->gamma,
			.phi = learned->phi};
		lf_ets_fit *fit = room->fit;
		double		variance;

		lf_ets_settle(fit, rows, lf_ets_form_of(learned->form), &smoothing, interrupt);
		adjusted = fit->form.season == LF_ETS_NO_SEASON;
		variance = variance_of(fit->walk.squares, rows->count, lf_ets_fit_numbers(fit->form, fit->season));
		lf_ets_forecast(fit->form, fit->season, &fit->smoothing, &fit->walk.end, variance, steps, mean, room->variance);
	}
	widen(which, rows->count, steps, room->variance);
	lf_partner_put_back(rows, adjusted, steps, room->variance, mean, spread);
}
