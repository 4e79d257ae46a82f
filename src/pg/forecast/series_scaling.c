/*
 * series_scaling.c: the scaling of a series of a model's panel.
 */
#include "forecast/series_scaling.h"

int64
series_number(const Panel *panel, const lf_model *model, const char *label)
{
	return model->labels == NULL || label == NULL ? 0 : dictionary_find(panel->labels, label);
}

SeriesScaling
series_scaling(const Panel *panel, const lf_model *model, const char *label, const lf_frame *frame, uint64 known)
{
	int64		number = series_number(panel, model, label);

	lf_frame	rows = *frame;
	SeriesScaling scaling;

	if (number < 0)
		return model_scale_unknown(model, frame, known);
	scaling = model_scaling(model, number);
	rows.rows = known;
	model_renew_shape(model, &rows, &scaling);
	return scaling;
}
