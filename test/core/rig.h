/*
 * rig.h: one layer as a network of its own, in memory with red zones, as the tests of layers need it.
 *
 * Every block has canaries in front and behind, and the block of the arena has not one byte to spare. All memory starts
 * as NaN, so that a layer that reads what it never wrote cannot go unnoticed.
 */
#ifndef RIG_H
#define RIG_H

#include "network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RED_ZONE ((size_t) 4 * LF_ALIGNMENT)
#define CANARY 0xA5

typedef struct guarded
{
	unsigned char *raw;			/* red zone, block, red zone */
	void	   *block;			/* aligned to LF_ALIGNMENT */
	size_t		bytes;
} guarded;

static inline guarded
guarded_new(size_t bytes)
{
	guarded		g = {.bytes = bytes};
	size_t		total = RED_ZONE + (bytes + LF_ALIGNMENT - 1) / LF_ALIGNMENT * LF_ALIGNMENT + RED_ZONE;

	g.raw = aligned_alloc(LF_ALIGNMENT, total);
	if (g.raw == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	memset(g.raw, CANARY, total);
	g.block = g.raw + RED_ZONE;
	memset(g.block, 0xFF, bytes);	/* all bits set is a NaN in every IEEE format */
	return g;
}

static inline bool
guarded_intact(const guarded *g)
{
	for (size_t i = 0; i < RED_ZONE; i++)
		if (g->raw[i] != CANARY || g->raw[RED_ZONE + g->bytes + i] != CANARY)
			return false;
	return true;
}

static inline guarded
guarded_reals(size_t count)
{
	return guarded_new(count * sizeof(lf_real));
}

typedef struct rig
{
	lf_network	network;
	lf_layer	layer;			/* its layer, for its sizes */
	lf_pass		pass;
	size_t		x_count;		/* elements of the whole batch */
	size_t		y_count;
	guarded		arena;
	guarded		weights;		/* all tensors */
	guarded		gradients;
	guarded		x;				/* (B, input) */
	guarded		y;				/* (B, output) */
	guarded		dy;
	guarded		dx;
} rig;

/*
 * Creates the layer, plans it for one sample more than the batch (a batch may be smaller than planned), and hands out
 * its memory.
 */
static inline lf_status
rig_open(rig *r, const lf_layer_spec *spec, lf_shape input, int batch, bool training)
{
	lf_arena	arena = lf_arena_measure();
	lf_spec		whole = {.input = input, .count = 1, .layer = {*spec}};
	lf_status	status;
	int			index;

	memset(r, 0, sizeof(*r));
	status = lf_network_create(&r->network, &whole, &index);
	if (status != LF_OK)
		return status;
	r->layer = r->network.layer[0];
	r->pass = (lf_pass) {.batch = batch, .training = training, .dropout_seed = 42};
	r->x_count = (size_t) batch * r->layer.input_size;
	r->y_count = (size_t) batch * r->layer.output_size;
	lf_network_layout(&r->network, &arena, batch + 1, training);
	if (arena.overflow)
		return LF_TOO_LARGE;
	r->arena = guarded_new(arena.used);
	arena = lf_arena_over(r->arena.block, r->arena.bytes);
	lf_network_layout(&r->network, &arena, batch + 1, training);
	if (arena.overflow || arena.used != r->arena.bytes)
	{
		printf("Bail out! %s needs another size than it measured\n", r->layer.class->name);
		exit(1);
	}
	r->weights = guarded_reals(r->layer.parameters);
	r->gradients = guarded_reals(r->layer.parameters);
	r->x = guarded_reals(r->x_count);
	r->y = guarded_reals(r->y_count);
	r->dy = guarded_reals(r->y_count);
	r->dx = guarded_reals(r->x_count);
	return LF_OK;
}

/* y stays NaN where the walk was interrupted. */
static inline void
rig_forward(rig *r)
{
	const lf_real *y;

	lf_network_bind(&r->network, r->weights.block, r->pass.training ? r->gradients.block : NULL);
	if (lf_network_forward(&r->network, &r->pass, r->x.block, &y) == LF_OK)
		memcpy(r->y.block, y, r->y.bytes);
}

/* dx: whether the gradient of the input is wanted. */
static inline void
rig_backward(rig *r, bool dx)
{
	memset(r->dx.block, 0xFF, r->dx.bytes);
	(void) lf_network_backward(&r->network, &r->pass, r->x.block, r->dy.block, dx ? r->dx.block : NULL);
}

static inline bool
rig_intact(const rig *r)
{
	const guarded *blocks[] = {&r->arena, &r->weights, &r->gradients, &r->x, &r->y, &r->dy, &r->dx};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (!guarded_intact(blocks[i]))
			return false;
	return true;
}

static inline void
rig_close(rig *r)
{
	free(r->arena.raw);
	free(r->weights.raw);
	free(r->gradients.raw);
	free(r->x.raw);
	free(r->y.raw);
	free(r->dy.raw);
	free(r->dx.raw);
	memset(r, 0, sizeof(*r));
}

static inline void
fill_uniform(lf_random *random, lf_real *x, size_t count, double limit)
{
	for (size_t i = 0; i < count; i++)
		x[i] = (lf_real) ((2.0 * lf_random_uniform(random) - 1.0) * limit);
}

static inline void
fill_normal(lf_random *random, lf_real *x, size_t count)
{
	for (size_t i = 0; i < count; i++)
		x[i] = (lf_real) lf_random_normal(random);
}

/* The spec in one line: what a test prints as its name. */
static inline const char *
describe(const lf_layer_spec *spec, const lf_shape *input, int batch)
{
	static char text[400];
	unsigned	outer = lf_layer_class_of(spec->kind)->arguments;
	bool		wraps = (outer & LF_ARG_LAYER) != 0;
	lf_layer_kind inner = lf_layer_wrapped(spec).kind;
	unsigned	takes = lf_layer_class_of(inner)->arguments;
	size_t		at = 0;

#define SAY(...) (at += (size_t) snprintf(text + at, sizeof(text) - at, __VA_ARGS__))
	SAY("%s", lf_layer_class_of(spec->kind)->name);
	if (wraps)
		SAY(" %s", lf_layer_class_of(inner)->name);
	SAY(" on %d x (", batch);
	for (int i = 0; i < input->rank; i++)
		SAY("%s%d", i == 0 ? "" : ", ", input->dim[i]);
	SAY(")");
	if (takes & (LF_ARG_UNITS | LF_ARG_FILTERS | LF_ARG_N))
		SAY(", units %d", spec->units);
	if (takes & LF_ARG_SEGMENTS)
		SAY(", segments %d", spec->segments);
	if (takes & (LF_ARG_KERNEL_SIZE | LF_ARG_POOL_SIZE))
		SAY(", kernel %d / %d, %s", spec->kernel[0], spec->strides[0], lf_padding_names[spec->padding]);
	if (takes & LF_ARG_KERNEL_SIZE_2D)
		SAY(", kernel %d, %d / %d, %d, %s", spec->kernel[0], spec->kernel[1], spec->strides[0], spec->strides[1],
			lf_padding_names[spec->padding]);
	if (takes & LF_ARG_ACTIVATION)
		SAY(", %s", lf_activation_names[spec->activation]);
	if (takes & LF_ARG_RECURRENT_ACTIVATION)
		SAY(" and %s", lf_activation_names[spec->recurrent_activation]);
	if ((takes & LF_ARG_USE_BIAS) && !spec->use_bias)
		SAY(", no bias");
	if ((takes & LF_ARG_RESET_AFTER) && !spec->reset_after)
		SAY(", reset before");
	if (spec->return_sequences)
		SAY(", sequences");
	if (spec->go_backwards)
		SAY(", backwards");
	if (outer & LF_ARG_MERGE_MODE)
		SAY(", %s", lf_merge_names[spec->merge]);
	if (takes & LF_ARG_RATE)
		SAY(", rate %g", spec->rate);
#undef SAY
	return text;
}

/* The defaults of a wrapper are those of what it wraps. */
static inline lf_layer_spec
wrapped_defaults(lf_layer_kind wrapper, lf_layer_kind inner)
{
	lf_layer_spec spec = lf_layer_defaults(inner);

	spec.kind = wrapper;
	spec.inner = inner;
	return spec;
}

#endif
