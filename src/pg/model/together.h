/*
 * together.h: forecasts of a model that combines several: networks, and what forecasts without being trained.
 */
#ifndef LFPG_TOGETHER_H
#define LFPG_TOGETHER_H

#include "model/model_value.h"

/* As model_forecast(), into 'out'. */
void		together_forecast(LoadedModel *loaded, uint64 first, uint64 stride, int count, int steps, double *out);

#endif
