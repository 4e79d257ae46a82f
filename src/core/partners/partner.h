/*
 * partner.h: statistical methods that forecast one column of one series by itself, beside a network: theta and ets.
 *
 * They learn a few numbers (lf_learned), which are stored in models, and make their states anew from the rows at hand
 * whenever they forecast: a filter, no search. So what was learned once serves rows that come later.
 *
 * Whatever the rows are, the forecasts are finite and the standard deviations finite and not negative: where rows are
 * few or unsuitable for a form, a simpler one takes its place.
 */
#ifndef LF_PARTNER_H
#define LF_PARTNER_H

#include "partners/ets_fit.h"
#include "partners/partner_rows.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_partner
{
	LF_PARTNER_THETA,			/* see theta.h */
	LF_PARTNER_ETS				/* see ets.h */
} lf_partner;

#define LF_PARTNERS 2
extern const char *const lf_partner_names[LF_PARTNERS];

/* What a partner has learned of one column of one series. Those that a form has no use for are 0. */
typedef struct lf_learned
{
	uint8_t		form;			/* of ets: lf_ets_form_code(); of theta: 0 */
	double		alpha;			/* 0 to 1: of the level */
	double		beta;			/* 0 to alpha: of the trend */
	double		gamma;			/* 0 to 1 - alpha: of the seasons */
	double		phi;			/* 0 to 1: what a step leaves of a damped trend */
	double		line;			/* of theta, 0 to 1: the weight of the straight line, 1 - 1 / theta */
} lf_learned;

/* Whether numbers that anybody may have stored are some that a partner could have learned. */
bool		lf_learned_is_sound(lf_partner which, const lf_learned *learned);

/* Scratch for series of at most so many rows and forecasts of at most so many steps. */
typedef struct lf_partner_room
{
	lf_partner_rows rows;
	double	   *variance;		/* (steps) */
	lf_ets_fit *fit;
} lf_partner_room;

void		lf_partner_layout(lf_partner_room *room, lf_arena *arena, size_t rows, const lf_seasons *seasons,
							  int steps);

/*
 * Learns from the newest rows of a column, of which none is missing; there is at least one. Where the interrupt (NULL:
 * none) came meanwhile, what was learned is sound, but worthless.
 */
void		lf_partner_learn(lf_partner_room *room, lf_partner which, const lf_seasons *seasons,
							 const lf_column *column, lf_learned *learned, const volatile sig_atomic_t *interrupt);

/*
 * Mean and standard deviation of each of the 'steps' values that follow the last row of a column of at least one row.
 * Both are on the scale of the column. Worthless where the interrupt came meanwhile.
 */
void		lf_partner_forecast(lf_partner_room *room, lf_partner which, const lf_seasons *seasons,
								const lf_column *column, const lf_learned *learned, int steps, double *mean,
								double *spread, const volatile sig_atomic_t *interrupt);

#endif
