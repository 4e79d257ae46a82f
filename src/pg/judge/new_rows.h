/*
 * new_rows.h: the rows that came since a model was trained, and what models are worth on the newest half of them.
 */
#ifndef LFPG_NEW_ROWS_H
#define LFPG_NEW_ROWS_H

#include "judge/scoring.h"
#include "judging/cv_score.h"

/* Forecasts of new rows, at least, that a candidate is judged by. */
#define NEW_ROWS_LEAST_FORECASTS 10

typedef struct NewRows
{
	const lf_model *model;
	RollingOrigin *rolling;		/* over all rows */
	lf_frame	frame;			/* of all series */
	size_t	   *known;			/* (series): rows that the model was trained on */
	size_t	   *middle;			/* (series): rows before those that judge */
	size_t	   *end;			/* (series): all rows */
	uint64		count;			/* of the new ones */
	uint64		forecasts;		/* that judge */
	uint64		windows;		/* that a candidate is trained on, the new ones */
} NewRows;

/* What a model is worth on the rows that judge. */
typedef struct Judgement
{
	lf_cv_score cv;
	lf_score   *scores;			/* (targets, LF_FORECASTERS), in the error scales of the series */
} Judgement;

/*
 * Reads a relation, that of the model where it is InvalidOid, and divides its rows. Raises 22023 where none is known to
 * be new.
 */
void		new_rows_read(NewRows *rows, const lf_model *model, Oid relation);

/* Whether they are enough to train a candidate and to judge it. */
bool		new_rows_are_enough(const NewRows *rows);

Judgement	new_rows_judge(const NewRows *rows, const LoadedModel *loaded);

/*
 * The errors that intervals are made of: those that the model has, and behind them those of a candidate. So there are
 * enough of them from the first update on, and they follow where the rows go.
 */
lf_errors	new_rows_measure(const NewRows *rows, const LoadedModel *candidate);

#endif
