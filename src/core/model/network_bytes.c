/*
 * network_bytes.c: scaling, seasons, history, ranges and weights on their way through a stream.
 */
#include "model/network_bytes.h"

#include <math.h>
#include <string.h>

/* Weights between two looks at the interrupt: a millisecond at most. */
#define UNASKED ((size_t) 1 << 18)

void
lf_serialize_scalers(lf_stream *s, lf_model *model)
{
	size_t		scalers = model->series * (size_t) model->columns;

	model->scaler = lf_serialize_array(s, model->scaler, scalers, sizeof(lf_scaler), 16);
	for (size_t i = 0; i < scalers && !s->failed; i++)
	{
		lf_scaler	scaler = {0};

		if (s->direction != LF_READING)
			scaler = model->scaler[i];
		lf_serialize_finite(s, &scaler.offset);
		lf_serialize_finite(s, &scaler.scale);
		if (s->direction == LF_READING && model->scaler != NULL)
			model->scaler[i] = scaler;
	}
}

void
lf_serialize_history(lf_stream *s, lf_model *model)
{
	lf_serialize_int(s, &model->best_epoch, 0, INT32_MAX);
	lf_serialize_int(s, &model->final_epochs, 0, INT32_MAX);
	lf_serialize_int(s, &model->epochs, 0, INT32_MAX);
	model->history = lf_serialize_array(s, model->history, (size_t) model->epochs, sizeof(lf_epoch), 32);
	for (size_t i = 0; i < (size_t) model->epochs && !s->failed; i++)
	{
		lf_epoch	epoch = {0};

		if (s->direction != LF_READING)
			epoch = model->history[i];
		lf_serialize_finite(s, &epoch.loss);
		lf_serialize_double(s, &epoch.validation_loss);
		lf_serialize_finite(s, &epoch.learning_rate);
		lf_serialize_double(s, &epoch.seconds);
		if (s->direction == LF_READING && model->history != NULL)
			model->history[i] = epoch;
	}
}

/* The shapes of the seasons that are taken out. */
void
lf_serialize_shapes(lf_stream *s, lf_model *model)
{
	size_t		count = model->series * lf_task_shape_size(&model->task);

	if (s->format < 2 || count == 0)
	{
		model->shape = NULL;
		return;
	}
	model->shape = lf_serialize_array(s, model->shape, count, sizeof(double), 8);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		value = s->direction == LF_READING ? 0 : model->shape[i];

		lf_serialize_finite(s, &value);
		if (s->direction == LF_READING && model->shape != NULL)
			model->shape[i] = value;
	}
}

/* An array of finite doubles that may be absent: a flag, then the values. */
void
lf_serialize_optional(lf_stream *s, double **values, size_t count)
{
	bool		present = s->direction != LF_READING && *values != NULL;

	lf_serialize_bool(s, &present);
	if (!present)
	{
		*values = NULL;
		return;
	}
	*values = lf_serialize_array(s, *values, count, sizeof(double), 8);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		value = s->direction == LF_READING ? 0 : (*values)[i];

		lf_serialize_finite(s, &value);
		if (s->direction == LF_READING && *values != NULL)
			(*values)[i] = value;
	}
}

/* A flag, then the range of each input. */
void
lf_serialize_ranges(lf_stream *s, lf_model *model)
{
	bool		present = s->direction != LF_READING && model->ranges != NULL;

	if (s->format >= 2)
		lf_serialize_bool(s, &present);
	else
		present = false;
	if (!present)
	{
		model->ranges = NULL;
		return;
	}
	model->ranges = lf_serialize_array(s, model->ranges, (size_t) model->task.inputs, sizeof(lf_range), 16);
	for (int i = 0; i < model->task.inputs && !s->failed; i++)
	{
		lf_range	range = {0};

		if (s->direction != LF_READING)
			range = model->ranges[i];
		lf_serialize_finite(s, &range.low);
		lf_serialize_finite(s, &range.high);
		if (s->direction == LF_READING && model->ranges != NULL)
			model->ranges[i] = range;
	}
}

void
lf_serialize_weights(lf_stream *s, lf_model *model)
{
	uint64_t	count;
	size_t		all;
	lf_real    *place;
	bool		finite = true;

	lf_serialize_int(s, &model->members, 1, LF_MAX_MEMBERS);
	all = (size_t) model->members * model->parameters;	/* a tensor is limited, so there is no overflow */
	count = all;
	lf_serialize_u64(s, &count);
	if (s->direction == LF_READING && count != all)	/* as the spec has it */
		s->failed = true;
	if (s->failed)
		return;
	place = lf_serialize_array(s, model->weights, all, sizeof(lf_real), 4);
	model->weights = place;
	if (s->failed)
		return;
	if (s->direction == LF_COUNTING)
	{
		s->at += 4 * all;
		return;
	}
	for (size_t i = 0; i < all; i++)
	{
		uint32_t	bits;
		float		weight;

		if (i % UNASKED == 0 && lf_stream_interrupted(s))
			return;
		if (s->direction == LF_WRITING)
		{
			unsigned char *out = s->out + s->at + 4 * i;

			weight = (float) place[i];
			memcpy(&bits, &weight, 4);
			for (int j = 0; j < 4; j++)
				out[j] = (unsigned char) (bits >> (8 * j));
		}
		else
		{
			const unsigned char *in = s->in + s->at + 4 * i;	/* lf_serialize_array() has seen that they are there */

			bits = in[0] | (uint32_t) in[1] << 8 | (uint32_t) in[2] << 16 | (uint32_t) in[3] << 24;
			memcpy(&weight, &bits, 4);
			if (place != NULL)
				place[i] = (lf_real) weight;
		}
		finite &= isfinite(weight) != 0;
	}
	s->at += 4 * all;
	if (!finite)
		s->failed = true;
}
