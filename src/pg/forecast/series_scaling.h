/*
 * series_scaling.h: by what a series is scaled: as training scaled it, or by its own rows where training has not seen
 * it.
 */
#ifndef LFPG_SERIES_SCALING_H
#define LFPG_SERIES_SCALING_H

#include "model/model_value.h"
#include "rows/panel.h"

/*
 * What is known of a series of a model's panel: from training, or where that has not seen it, from rows 0 .. known - 1 of
 * its own. Its seasons are those of these rows in any case, if they are enough to tell.
 */
SeriesScaling series_scaling(const Panel *panel, const lf_model *model, const char *label, const lf_frame *frame,
							 uint64 known);

/* The number of a series in a model, 0 where the model has one without a name; -1: training has not seen it. */
int64		series_number(const Panel *panel, const lf_model *model, const char *label);

#endif
