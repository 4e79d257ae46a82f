/*
 * spec.h: from a request to the layers that it trains.
 */
#ifndef LFPG_SPEC_H
#define LFPG_SPEC_H

#include "train/training.h"

/* Raises 22023 or 54000 where the preset or the number of layers does not suit the task. */
void		spec_build(const Request *request, lf_spec *spec);

#endif
