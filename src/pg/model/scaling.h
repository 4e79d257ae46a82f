/*
 * scaling.h: what is known of a series: as training has found it, or found from its rows.
 */
#ifndef LFPG_SCALING_H
#define LFPG_SCALING_H

#include "server/common.h"
#include "model/model.h"

typedef struct SeriesScaling
{
	const lf_scaler *scaler;	/* (columns) */
	const double *error_scale;	/* (targets): of its errors */
	const double *shape;		/* (targets, knots): of its seasons; NULL: none is taken out */
	const lf_learned *learned;	/* (targets, LF_PARTNERS): by the partners; NULL: none forecasts */
	struct SeriesScaling *other;	/* (others of the model): as the networks beside the first one know it */
} SeriesScaling;

/*
 * What is to be known of a series that training has not seen, from its rows 0 .. rows - 1 of a frame, which may end with
 * the columns that are measured or known.
 */
SeriesScaling model_scale_unknown(const lf_model *model, const lf_frame *frame, uint64 rows);

/* What the model knows of its series of this number. */
SeriesScaling model_scaling(const lf_model *model, Size series);

/* Takes the seasons from the newest rows of a series, which may have changed since training, where these hold some cycles. */
void		model_renew_shape(const lf_model *model, const lf_frame *rows, SeriesScaling *scaling);

/*
 * The same scaling with shapes of its own, in the current memory context; and such shapes filled again from another
 * scaling of the model.
 */
SeriesScaling scaling_with_own_shapes(const lf_model *model, const SeriesScaling *scaling);
void		scaling_copy_shapes(const lf_model *model, SeriesScaling *to, const SeriesScaling *from);

#endif
