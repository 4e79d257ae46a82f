/*
 * network_bytes.h: what a network of a model has of its own, as a part of its bytes. Sizes follow from spec, task, series and
 * columns, which are there already.
 */
#ifndef LF_NETWORK_BYTES_H
#define LF_NETWORK_BYTES_H

#include "model/model.h"
#include "model/serialize.h"

/* What each column of each series is scaled by. */
void		lf_serialize_scalers(lf_stream *s, lf_model *model);

/* Epochs: how many, which was the best, and what came of each. */
void		lf_serialize_history(lf_stream *s, lf_model *model);

/* The shapes of the seasons that are taken out. */
void		lf_serialize_shapes(lf_stream *s, lf_model *model);

/* An array of finite doubles that may be absent: a flag, then the values. */
void		lf_serialize_optional(lf_stream *s, const char *name, double **values, size_t count);

/* A flag, then the range of each input. */
void		lf_serialize_ranges(lf_stream *s, lf_model *model);

/* Members, and the weights of all of them. */
void		lf_serialize_weights(lf_stream *s, lf_model *model);

#endif
