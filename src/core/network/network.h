/*
 * network.h: a network is a list of layers, each taking the output of the one before.
 *
 * Life of a network: create (shapes and sizes, from a spec), plan (buffers, from an arena), bind (weights), then any
 * number of forward and backward walks. All weights lie in one array, layer after layer, tensor after tensor, in the
 * order of Keras' get_weights(); gradients lie the same way.
 *
 * A network planned for training reads the weights anew at each forward, unless lf_network_pack has just been called.
 * One that only predicts reads them at the first forward after bind: who changes them binds again.
 */
#ifndef LF_NETWORK_H
#define LF_NETWORK_H

#include "network/layer.h"

typedef struct lf_spec
{
	lf_shape	input;			/* (T, F) of one window */
	int			count;
	lf_layer_spec layer[LF_MAX_LAYERS];
} lf_spec;

/* Whether two specs are of the same network: weights of one are weights of the other. */
bool		lf_spec_equal(const lf_spec *a, const lf_spec *b);

/*
 * Whether it is a linear map of the whole window, of few enough inputs for the weights to be found by least squares: the
 * window flat, a dense layer without an activation, and at most another shape of what that says.
 */
#define LF_MOST_LINEAR 1024
bool		lf_spec_is_linear(const lf_spec *spec);

typedef struct lf_network
{
	int			count;
	lf_layer	layer[LF_MAX_LAYERS];
	size_t		offset[LF_MAX_LAYERS];	/* of a layer's first weight */
	size_t		parameters;
	int			batch;			/* samples that the buffers hold */
	bool		training;		/* planned for backward too */
	bool		packed;			/* the layers' packed weights are those bound */
	bool		beside;			/* another network's packed weights serve */
	lf_real    *output[LF_MAX_LAYERS];	/* (B, output) of each layer, in the order of its class */
	bool		turns[LF_MAX_LAYERS + 1];	/* a layer wants its input in another order; the last: the network's output */
	lf_real    *turned[LF_MAX_LAYERS + 1];	/* (B, input): the same in that order */
	lf_real    *gradient[3];	/* (B, largest output): what backward passes from layer to layer, in turn */
} lf_network;

/*
 * Checks every layer against the shape that reaches it. On failure '*layer' is the offending one (from 0) and its
 * 'input' is the shape that reached it.
 */
lf_status	lf_network_create(lf_network *network, const lf_spec *spec, int *layer);

/* Takes all buffers for walks of up to 'batch' samples; with 'training' also those of backward. */
void		lf_network_layout(lf_network *network, lf_arena *arena, int batch, bool training);

/*
 * Makes 'network' one that walks beside 'first', a network planned for training, with other samples of the same
 * mini-batch: it has buffers of its own for up to 'batch' samples, and shares the packed weights.
 */
void		lf_network_layout_beside(lf_network *network, const lf_network *first, lf_arena *arena, int batch);

/*
 * Makes 'network', which was created, one that forecasts from windows of another length than 'first' does: it has the same
 * layers with the same weights, and shares the packed ones. 'first' was bound and packed, or is so before this one walks.
 */
void		lf_network_layout_alike(lf_network *network, const lf_network *first, lf_arena *arena, int batch);

/* Points the layers at weights and gradients, both of 'parameters' elements; gradients may be NULL. */
void		lf_network_bind(lf_network *network, const lf_real *weights, lf_real *gradients);

/* Fills 'weights' as Keras would, from the seed. LF_INTERRUPTED leaves them half-filled. */
lf_status	lf_network_initialize(const lf_network *network, uint64_t seed, const lf_pass *pass, lf_real *weights);

/* Brings the packed weights up to date. Forward does so by itself, except in networks that walk beside another. */
lf_status	lf_network_pack(lf_network *network, const lf_pass *pass);

/* x (B, input) to y (B, output), which stays valid until the next walk. */
lf_status	lf_network_forward(lf_network *network, const lf_pass *pass, const lf_real *x, const lf_real **y);

/*
 * After a forward with the same x: adds the gradients of all weights, given dy (B, output), which is overwritten. dx
 * (B, input) may be NULL.
 */
lf_status	lf_network_backward(lf_network *network, const lf_pass *pass, const lf_real *x, lf_real *dy, lf_real *dx);

const lf_shape *lf_network_output(const lf_network *network);

#endif
