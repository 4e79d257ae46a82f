/*
 * round_models.c: models of rounds, measured, lightened and put together.
 */
#include "many/round_models.h"

#include "model/average.h"
#include "model/model_value.h"
#include "train/average_state.h"

#include <math.h>

double
round_model_error(const bytea *model)
{
	const lf_model *measured = &model_load(model)->model;
	double		sum = 0;
	int			count = 0;

	for (int j = 0; j < measured->task.targets && measured->validation_windows > 0; j++)
	{
		const lf_score *scores = measured->scores + j * LF_FORECASTERS;
		double		share = lf_score_mae(&scores[LF_NETWORK]) / lf_score_mae(&scores[LF_REPEAT_LAST]);

		/* a target that never changes says nothing */
		if (!isfinite(share))
			continue;
		sum += share;
		count++;
	}
	return count > 0 ? sum / count : (double) NAN;
}

bytea *
round_model_to_start(const bytea *model)
{
	lf_model	start = model_load(model)->model;

	start.errors = (lf_errors) {0};
	start.dependence = (lf_dependence) {0};
	return model_to_bytea(&start);
}

bytea *
round_model_refitted(const bytea *measured, const bytea *trained)
{
	lf_model	model = model_load(measured)->model;
	const lf_model *refitted = &model_load(trained)->model;
	lf_difference difference = lf_models_differ(&model, refitted);

	if (difference != LF_ALIKE)
		report_difference(difference, &model, refitted);
	model.weights = refitted->weights;
	model.level_regression = refitted->level_regression;
	model.blend = refitted->blend;
	model.ranges = refitted->ranges;
	model.final_epochs = refitted->final_epochs;
	model.training.refit = true;
	return model_to_bytea(&model);
}
