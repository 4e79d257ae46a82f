/*
 * combination_bytes.h: what forecasts together with the first network of a model, as a part of its bytes: weights, what
 * partners have learned, and the other networks.
 */
#ifndef LF_COMBINATION_BYTES_H
#define LF_COMBINATION_BYTES_H

#include "model/model.h"
#include "model/serialize.h"

/* From format 2 on. All other sizes of the model are there already. */
void		lf_serialize_combination(lf_stream *s, lf_model *model);

#endif
