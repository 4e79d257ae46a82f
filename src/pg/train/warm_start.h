/*
 * warm_start.h: a training that begins with the weights of a model.
 */
#ifndef LFPG_WARM_START_H
#define LFPG_WARM_START_H

#include "training/fit.h"
#include "rows/panel.h"
#include "train/options.h"

/*
 * Lets a fit begin with the weights of the model in option init, and with its scaling where that was asked for. Raises
 * 22023 where it is of another network, or knows other categories or columns.
 */
void		warm_start(lf_fit *fit, const lf_spec *spec, const Options *options, const lf_task *task, const Columns *columns,
					   const Panel *panel);

#endif
