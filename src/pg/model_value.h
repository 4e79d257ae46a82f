/*
 * model_value.h: models as bytea values, and models made ready to forecast.
 */
#ifndef LFPG_MODEL_VALUE_H
#define LFPG_MODEL_VALUE_H

#include "common.h"
#include "predict.h"

typedef struct LoadedModel
{
	lf_model	model;
	lf_network	network;
	lf_predictor predictor;
	lf_frame	frame;			/* what the predictor reads; callers point it at their rows */
} LoadedModel;

/* Reads a value; everything lands in the current memory context. Raises 22P03 (damaged), 0A000 (newer), 54000. */
LoadedModel *model_load(bytea *value);

/* Takes the buffers to forecast up to 'batch' windows at once; raises 54000 where they pass maintenance_work_mem. */
void		model_prepare(LoadedModel *loaded, int batch);

/*
 * Points the frame at one window of inputs, (lookback, inputs) row-major. Columns that are targets only stay NaN: no
 * window reads them.
 */
void		model_show_inputs(LoadedModel *loaded, const double *inputs);

bytea	   *model_to_bytea(const lf_model *model);

/*
 * 'steps' steps from the window that starts at row w of the frame: (steps, targets) in the current memory context. A
 * cancel is answered in between.
 */
double	   *model_forecast(LoadedModel *loaded, uint64 w, int steps);

/* Raises 22023 where a model cannot forecast so many steps; NULL (0) is its horizon. Returns the number. */
int			model_steps(const lf_model *model, bool given, int steps);

/* Raises 22023 unless 0 < level < 1. */
void		check_level(double level);

#endif
