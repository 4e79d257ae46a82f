/*
 * task_bytes.h: what a model was asked for, as a part of its bytes: network, training and task.
 */
#ifndef LF_TASK_BYTES_H
#define LF_TASK_BYTES_H

#include "model/model.h"
#include "model/serialize.h"

void		lf_serialize_spec(lf_stream *s, lf_spec *spec);
void		lf_serialize_seasons(lf_stream *s, lf_seasons *seasons);
void		lf_serialize_training(lf_stream *s, lf_training *training);

/* The kind of its head follows from the loss. */
void		lf_serialize_task(lf_stream *s, lf_task *task, int columns, lf_loss loss);

#endif
