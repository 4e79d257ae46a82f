/*
 * average_state.h: what lstm_average_agg knows between two models.
 *
 * It has the size of one model and its sums, however many come: what the models have in common, their series together,
 * the sums of average.h, and the errors of error_mixture.h.
 */
#ifndef LFPG_AVERAGE_STATE_H
#define LFPG_AVERAGE_STATE_H

#include "model/average.h"
#include "server/common.h"
#include "sql/dictionary.h"
#include "judging/error_mixture.h"

typedef struct AverageState
{
	MemoryContext context;
	lf_model	record;			/* all but weights and errors; its arrays are the state's */
	lf_average	average;
	lf_error_mixture mixture;			/* steps 0: there is none yet */
	Dictionary *labels;			/* of the series; NULL where they have none */
	Size		capacity;		/* of the scaling of series */
	Size		memory;			/* that sums and pool take */
} AverageState;

/* A state of models like this one, of which none is in it yet. The model must live as long. */
AverageState *average_create(MemoryContext context, const lf_model *model);

/*
 * Takes over what another model, or state, says besides its numbers: raises 22023 where the two have no average, 54000
 * where there are too many series.
 */
void		average_join(AverageState *state, const lf_model *model);

/* Adds the numbers and errors of a model, or of all in another state. */
void		average_add(AverageState *state, const lf_model *model, double weight);
void		average_merge(AverageState *state, const AverageState *other);

/* The mixture, made where errors like these come and there is none; false where these are none. */
bool		average_expect_errors(AverageState *state, const lf_errors *errors);

/* The average so far, as a model; the state can go on. */
bytea	   *average_result(AverageState *state);

/* Raises 22023: what differs, in either model, and what helps. */
pg_noreturn void report_difference(lf_difference difference, const lf_model *a, const lf_model *b);

#endif
