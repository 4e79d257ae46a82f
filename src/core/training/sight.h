/*
 * sight.h: how a network is shown the held-out windows of one series after the other: with the scaling of the series, and
 * with its seasons as they were before the window, as a forecast would see them.
 */
#ifndef LF_SIGHT_H
#define LF_SIGHT_H

#include "model/predict.h"
#include "series/deseasonalize.h"
#include "series/scaler.h"
#include "series/split.h"

typedef struct lf_sight
{
	lf_predictor predictor;		/* of the networks that are judged */
	const lf_frame *frame;
	const lf_task *task;
	const lf_scaler *scaler;	/* (series, columns) */
	const double *shape;		/* (series, targets, knots); NULL: no season is taken out */
	lf_parts	parts;			/* to renew the shapes by the rows that come before a window: */
	double	   *renewed;		/* (targets, knots): those of the series at hand */
	size_t		known;			/* by so many of its rows; 0: not yet */
	lf_frame	view;			/* the series at hand, 'series' */
	size_t		series;
} lf_sight;

/* Takes its memory for up to 'batch' windows at once of a frame. */
void		lf_sight_layout(lf_sight *sight, lf_arena *arena, lf_network *network, const lf_task *task, const lf_frame *frame,
							int batch);

/*
 * Points it at the rows and what is known of their series. The members of the predictor and their weights, and how it
 * sees windows, are the caller's to set before anything is shown.
 */
void		lf_sight_start(lf_sight *sight, const lf_frame *frame, const lf_task *task, const lf_scaler *scaler,
						   const double *shape);

/*
 * Shows the predictor a series, whose windows then start at row 0, as it was before the output in row 'first_output' of it.
 * 'alike' is a sight that was shown the same and takes out the same seasons; NULL: none.
 */
void		lf_sight_show(lf_sight *sight, size_t series, size_t first_output, const lf_sight *alike,
						  const volatile sig_atomic_t *interrupt);

/* Whether two of them take out the same seasons in the same way. */
bool		lf_sights_are_alike(const lf_sight *a, const lf_sight *b);

#endif
