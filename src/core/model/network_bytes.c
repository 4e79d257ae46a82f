/*
 * network_bytes.c: scaling, seasons, history, ranges and weights on their way through a stream.
 */
#include "model/network_bytes.h"

#include "model/fields.h"

#include <math.h>
#include <string.h>

/* Weights between two looks at the interrupt: a millisecond at most. */
#define UNASKED ((size_t) 1 << 18)

void
lf_serialize_scalers(lf_stream *s, lf_model *model)
{
	size_t		scalers = model->series * (size_t) model->columns;

	model->scaler = lf_serialize_array(s, model->scaler, scalers, sizeof(lf_scaler), 16);
	lf_open_list(s, "scaling");
	for (size_t i = 0; i < scalers && !s->failed; i++)
	{
		lf_scaler	scaler = {0};

		if (i % (size_t) model->columns == 0)
			lf_open_list(s, NULL);
		if (s->direction != LF_READING)
			scaler = model->scaler[i];
		lf_open_object(s, NULL);
		lf_serialize_finite(lf_named(s, "offset"), &scaler.offset);
		lf_serialize_finite(lf_named(s, "scale"), &scaler.scale);
		lf_close(s);
		if (s->direction == LF_READING && model->scaler != NULL)
			model->scaler[i] = scaler;
		if ((i + 1) % (size_t) model->columns == 0)
			lf_close(s);
	}
	lf_close(s);
}

void
lf_serialize_history(lf_stream *s, lf_model *model)
{
	lf_serialize_int(lf_named(s, "best_epoch"), &model->best_epoch, 0, INT32_MAX);
	lf_serialize_int(lf_named(s, "final_epochs"), &model->final_epochs, 0, INT32_MAX);
	lf_open_list(s, "history");
	lf_serialize_int(lf_length_of(s, NULL), &model->epochs, 0, INT32_MAX);
	model->history = lf_serialize_array(s, model->history, (size_t) model->epochs, sizeof(lf_epoch), 32);
	for (size_t i = 0; i < (size_t) model->epochs && !s->failed; i++)
	{
		lf_epoch	epoch = {0};

		if (s->direction != LF_READING)
			epoch = model->history[i];
		lf_open_object(s, NULL);
		lf_serialize_finite(lf_named(s, "loss"), &epoch.loss);
		lf_serialize_double(lf_named(s, "validation_loss"), &epoch.validation_loss);
		lf_serialize_finite(lf_named(s, "learning_rate"), &epoch.learning_rate);
		lf_serialize_double(lf_named(s, "seconds"), &epoch.seconds);
		lf_close(s);
		if (s->direction == LF_READING && model->history != NULL)
			model->history[i] = epoch;
	}
	lf_close(s);
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
	model->shape = lf_serialize_doubles(s, "season_shapes", model->shape, count);
}

/* An array of finite doubles that may be absent: a flag, then the values. */
void
lf_serialize_optional(lf_stream *s, const char *name, double **values, size_t count)
{
	bool		present = s->direction != LF_READING && *values != NULL;

	lf_serialize_bool(lf_presence_of(s, name), &present);
	if (!present)
	{
		*values = NULL;
		return;
	}
	*values = lf_serialize_doubles(s, name, *values, count);
}

/* A flag, then the range of each input. */
void
lf_serialize_ranges(lf_stream *s, lf_model *model)
{
	bool		present = s->direction != LF_READING && model->ranges != NULL;

	if (s->format >= 2)
		lf_serialize_bool(lf_presence_of(s, "ranges"), &present);
	else
		present = false;
	if (!present)
	{
		model->ranges = NULL;
		return;
	}
	model->ranges = lf_serialize_array(s, model->ranges, (size_t) model->task.inputs, sizeof(lf_range), 16);
	lf_open_list(s, "ranges");
	for (int i = 0; i < model->task.inputs && !s->failed; i++)
	{
		lf_range	range = {0};

		if (s->direction != LF_READING)
			range = model->ranges[i];
		lf_open_object(s, NULL);
		lf_serialize_finite(lf_named(s, "low"), &range.low);
		lf_serialize_finite(lf_named(s, "high"), &range.high);
		lf_close(s);
		if (s->direction == LF_READING && model->ranges != NULL)
			model->ranges[i] = range;
	}
	lf_close(s);
}

/* The tensors of each layer of each member, in the order of get_weights(). They lie at s->at, or are put there. */
static void
name_weights(lf_stream *s, const lf_model *model)
{
	lf_network	network;
	int			failed;
	size_t		at = s->at;

	if (s->failed)
		return;
	/* the spec serves its task, see lf_spec_serves() */
	if (lf_network_create(&network, &model->spec, &failed) != LF_OK)
	{
		s->failed = true;
		return;
	}
	lf_open_list(s, "weights");
	for (int m = 0; m < model->members && !s->failed && !s->interrupted; m++)
	{
		lf_open_list(s, NULL);
		for (int i = 0; i < network.count && !s->failed && !s->interrupted; i++)
		{
			lf_tensor	tensors[LF_MAX_TENSORS];
			int			count = lf_layer_tensors(&network.layer[i], tensors);

			lf_open_list(s, NULL);
			for (int t = 0; t < count && !s->failed && !s->interrupted; t++)
				lf_field_tensor(s, &tensors[t].shape, &at);
			lf_close(s);
		}
		lf_close(s);
	}
	lf_close(s);
}

void
lf_serialize_weights(lf_stream *s, lf_model *model)
{
	uint64_t	count;
	size_t		all;
	lf_real    *place;
	bool		finite = true;

	lf_serialize_int(lf_length_of(s, "weights"), &model->members, 1, LF_MAX_MEMBERS);
	all = (size_t) model->members * model->parameters;	/* a tensor is limited, so there is no overflow */
	count = all;
	lf_serialize_u64(lf_implied(s, all), &count);
	if (s->direction == LF_READING && count != all)	/* as the spec has it */
		s->failed = true;
	if (s->fields != NULL)
		name_weights(s, model);
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
