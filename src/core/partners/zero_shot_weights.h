/*
 * zero_shot_weights.h: the weights that are shipped, as part of the module.
 */
#ifndef LF_ZERO_SHOT_WEIGHTS_H
#define LF_ZERO_SHOT_WEIGHTS_H

#include "base/base.h"

/* Writes all of them, of which there are lf_zero_weights(). */
void		lf_zero_weights_read(lf_real *weights);

#endif
