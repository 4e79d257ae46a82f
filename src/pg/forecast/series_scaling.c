/*
 * series_scaling.c: the scaling of a series of a model's panel.
 */
#include "forecast/series_scaling.h"

int64
series_number(const Panel *panel, const lf_model *model, const char *label)
{
	return model->labels == NULL || label == NULL ? 0 : dictionary_find(panel->labels, label);
}

void
series_scaling(const Panel *panel, const lf_model *model, const char *label, const lf_frame *frame, uint64 known,
			  const lf_scaler **scaler, const double **error_scale)
{
	int64		number = series_number(panel, model, label);

	if (number < 0)
	{
		model_scale_unknown(model, frame, known, scaler, error_scale);
		return;
	}
	*scaler = model->scaler + number * model->columns;
	*error_scale = model->error_scale + number * model->task.targets;
}
