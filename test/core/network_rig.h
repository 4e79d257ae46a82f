/*
 * network_rig.h: a whole network on its own, in memory with red zones; rig.h for a list of layers.
 */
#ifndef NETWORK_RIG_H
#define NETWORK_RIG_H

#include "network/network.h"
#include "rig.h"

typedef struct network_rig
{
	lf_network	network;
	lf_pass		pass;
	size_t		x_count;		/* elements of the whole batch */
	size_t		y_count;
	guarded		arena;
	guarded		weights;
	guarded		gradients;
	guarded		x;				/* (B, input) */
	guarded		dy;				/* (B, output) */
	guarded		dx;				/* (B, input) */
	const lf_real *y;			/* (B, output), the network's */
} network_rig;

static inline lf_status
network_rig_open(network_rig *r, const lf_spec *spec, int batch, bool training)
{
	lf_arena	arena = lf_arena_measure();
	lf_status	status;
	int			layer;

	memset(r, 0, sizeof(*r));
	status = lf_network_create(&r->network, spec, &layer);
	if (status != LF_OK)
		return status;
	r->pass = (lf_pass) {.batch = batch, .training = training};
	r->x_count = (size_t) batch * lf_shape_size(&spec->input);
	r->y_count = (size_t) batch * lf_shape_size(lf_network_output(&r->network));
	lf_network_layout(&r->network, &arena, batch, training);
	if (arena.overflow)
		return LF_TOO_LARGE;
	r->arena = guarded_new(arena.used);
	arena = lf_arena_over(r->arena.block, r->arena.bytes);
	lf_network_layout(&r->network, &arena, batch, training);
	if (arena.overflow || arena.used != r->arena.bytes)
	{
		printf("Bail out! a network needs another size than it measured\n");
		exit(1);
	}
	r->weights = guarded_reals(r->network.parameters);
	r->gradients = guarded_reals(r->network.parameters);
	r->x = guarded_reals(r->x_count);
	r->dy = guarded_reals(r->y_count);
	r->dx = guarded_reals(r->x_count);
	lf_network_bind(&r->network, r->weights.block, training ? r->gradients.block : NULL);
	return LF_OK;
}

static inline bool
network_rig_intact(const network_rig *r)
{
	const guarded *blocks[] = {&r->arena, &r->weights, &r->gradients, &r->x, &r->dy, &r->dx};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (!guarded_intact(blocks[i]))
			return false;
	return true;
}

static inline void
network_rig_close(network_rig *r)
{
	free(r->arena.raw);
	free(r->weights.raw);
	free(r->gradients.raw);
	free(r->x.raw);
	free(r->dy.raw);
	free(r->dx.raw);
	memset(r, 0, sizeof(*r));
}

/* Adds a layer with its defaults to a spec. */
static inline lf_layer_spec *
add_layer(lf_spec *spec, lf_layer_kind kind, int units)
{
	lf_layer_spec *layer = &spec->layer[spec->count++];

	*layer = lf_layer_defaults(kind);
	layer->units = units;
	return layer;
}

/* A recurrent layer, in one direction or both. */
static inline lf_layer_spec *
add_recurrent_layer(lf_spec *spec, lf_layer_kind kind, int units, bool return_sequences, bool both)
{
	lf_layer_spec *layer = add_layer(spec, kind, units);

	if (both)
	{
		layer->inner = kind;
		layer->kind = LF_BIDIRECTIONAL;
	}
	layer->return_sequences = return_sequences;
	return layer;
}

static inline lf_layer_spec *
add_lstm_layer(lf_spec *spec, int units, bool return_sequences, bool both)
{
	return add_recurrent_layer(spec, LF_LSTM, units, return_sequences, both);
}

#endif
