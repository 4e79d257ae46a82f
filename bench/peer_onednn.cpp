/*
 * peer_onednn.cpp: LSTM by oneDNN, in the speed benchmark, as its documentation says one gets the best of it.
 *
 * The library chooses the layout of the weights (format_tag::any). They lie in the user's layout, in which Adam changes
 * them, so each training step reorders them to the two that the forward and the backward primitive want, and their
 * gradients back. Primitives, reorders and all memory are made once. For predictions the weights are reordered once.
 *
 * In training the primitives are given a first state of zeros: without one, oneDNN 2.6.3 gets the gradient of the
 * recurrent kernel wrong. This version has its blocked kernels (brgemm) for fp32 in inference only; training goes by
 * its own sgemm and generated code for the gates, which it calls "ref". For predictions that way can be the faster one
 * too, so both are tried.
 */
#include "peer.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

using dnnl::memory;
using tag = dnnl::memory::format_tag;

static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
static dnnl::stream stream(engine);

/* A reorder between two places, made once; nothing where both are the same place. */
struct move
{
	memory		from;
	memory		to;
	dnnl::reorder reorder;
	bool		needed;

	move(const memory &a, const memory &b)
		: from(a), to(b), needed(a.get_data_handle() != b.get_data_handle())
	{
		if (needed)
			reorder = dnnl::reorder(a, b);
	}

	void
	run()
	{
		if (needed)
			reorder.execute(stream, from, to);
	}
};

struct peer_lstm
{
	int			steps;
	int			batch;
	int			hidden;
	int			ways;
	bool		sequence;
	bool		training;
	size_t		way_parameters; /* weights of one direction, bias included */
	const float *weights;
	float	   *gradients;

	float	   *all;			/* (T, B, ways * H): all states, where they do not leave as the output */
	float	   *dall;			/* their gradients: zeros but in the last */
	float	   *dx;				/* (T, B, F), where nobody asks for it: the primitive cannot leave it out */
	float	   *bias;			/* (ways, 4H) */
	float	   *dbias;

	dnnl::lstm_forward forward;
	dnnl::lstm_backward backward;
	memory		src;
	memory		dst;
	memory		diff_src;
	memory		diff_dst;
	std::vector<move> incoming; /* weights to where the primitives want them */
	std::vector<move> outgoing; /* gradients back */
	std::vector<memory> cleared;	/* gradients, to which backward adds */
	std::unordered_map<int, memory> forward_arguments;
	std::unordered_map<int, memory> backward_arguments;
};

static const char *
isa_name(dnnl::cpu_isa isa)
{
	switch (isa)
	{
		case dnnl::cpu_isa::sse41: return "SSE4.1";
		case dnnl::cpu_isa::avx: return "AVX";
		case dnnl::cpu_isa::avx2: return "AVX2";
		case dnnl::cpu_isa::avx2_vnni: return "AVX2 VNNI";
		case dnnl::cpu_isa::avx512_core: return "AVX-512";
		case dnnl::cpu_isa::avx512_core_vnni: return "AVX-512 VNNI";
		case dnnl::cpu_isa::avx512_core_bf16: return "AVX-512 BF16";
		case dnnl::cpu_isa::avx512_core_amx: return "AVX-512 and AMX";
		default: return "another";
	}
}

static void
bench_kernels(const bench_network *)
{
	const dnnl_version_t *version = dnnl_version();

	printf("%s, oneDNN %d.%d.%d\n", isa_name(dnnl::get_effective_cpu_isa()),
		   version->major, version->minor, version->patch);
}

/* The user's weights of a tensor (1, ways, rows, 4, H) where they lie. */
static memory
user_place(const peer_lstm *lstm, int rows, const float *first)
{
	memory::dim h = lstm->hidden;
	memory::dim apart = lstm->ways == 1 ? rows * 4 * h : (memory::dim) lstm->way_parameters;
	memory::desc desc({1, lstm->ways, rows, 4, h}, memory::data_type::f32, {lstm->ways * apart, apart, 4 * h, h, 1});

	return memory(desc, engine, (void *) first);
}

/* That place itself where it has the layout wanted, or else a new one. */
static memory
place_for(const memory::desc &wanted, const memory &user)
{
	return wanted == user.get_desc() ? user : memory(wanted, engine);
}

static memory
zeros(const memory::desc &desc)
{
	memory		place(desc, engine);

	memset(place.get_data_handle(), 0, desc.get_size());
	return place;
}

/* 'layout' of the weights: any, or the user's own. */
static peer_lstm *
open_with(tag layout, const bench_layer *layer, int batch, bool training, const float *weights, float *gradients)
{
	peer_lstm  *lstm = new peer_lstm();
	memory::dim t = layer->steps;
	memory::dim n = batch;
	memory::dim f = layer->inputs;
	memory::dim h = layer->units;
	memory::dim d = layer->kind == BENCH_BIDIRECTIONAL ? 2 : 1;
	size_t		states = (size_t) (t * n * d * h);
	auto		f32 = memory::data_type::f32;
	auto		direction = d == 2 ? dnnl::rnn_direction::bidirectional_concat :
		dnnl::rnn_direction::unidirectional_left2right;
	auto		kind = training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
	memory::desc none;
	memory::desc state = training ? memory::desc({1, d, n, h}, f32, tag::ldnc) : none;
	memory::desc src({t, n, f}, f32, tag::tnc);
	memory::desc dst({t, n, d * h}, f32, tag::tnc);
	memory::desc layer_weights({1, d, f, 4, h}, f32, layout);
	memory::desc iter_weights({1, d, h, 4, h}, f32, layout);
	memory::desc bias({1, d, 4, h}, f32, tag::ldgo);

	lstm->steps = layer->steps;
	lstm->batch = batch;
	lstm->hidden = layer->units;
	lstm->ways = (int) d;
	lstm->sequence = layer->kind == BENCH_LSTM_SEQUENCE;
	lstm->training = training;
	lstm->way_parameters = layer->parameters / (size_t) d;
	lstm->weights = weights;
	lstm->gradients = gradients;
	lstm->all = bench_floats(states);
	lstm->bias = bench_floats((size_t) (d * 4 * h));

	dnnl::lstm_forward::desc forward_desc(kind, direction, src, state, state, layer_weights, iter_weights, bias,
										  dst, state, state);
	dnnl::lstm_forward::primitive_desc forward(forward_desc, engine);
	memory		user_layer = user_place(lstm, (int) f, weights);
	memory		user_iter = user_place(lstm, (int) h, weights + f * 4 * h);
	memory		forward_layer = place_for(forward.weights_layer_desc(), user_layer);
	memory		forward_iter = place_for(forward.weights_iter_desc(), user_iter);
	memory		bias_memory(bias, engine, lstm->bias);

	lstm->forward = dnnl::lstm_forward(forward);
	lstm->src = memory(src, engine, DNNL_MEMORY_NONE);
	lstm->dst = memory(dst, engine, lstm->all);
	lstm->incoming.push_back(move(user_layer, forward_layer));
	lstm->incoming.push_back(move(user_iter, forward_iter));
	lstm->forward_arguments = {
		{DNNL_ARG_SRC_LAYER, lstm->src},
		{DNNL_ARG_WEIGHTS_LAYER, forward_layer},
		{DNNL_ARG_WEIGHTS_ITER, forward_iter},
		{DNNL_ARG_BIAS, bias_memory},
		{DNNL_ARG_DST_LAYER, lstm->dst},
	};
	if (!training)
		return lstm;

	for (int argument : {DNNL_ARG_SRC_ITER, DNNL_ARG_SRC_ITER_C, DNNL_ARG_DST_ITER, DNNL_ARG_DST_ITER_C})
	{
		memory		states_memory = zeros(state);

		lstm->forward_arguments.insert({argument, states_memory});
		lstm->backward_arguments.insert({argument, states_memory});
	}
	for (int argument : {DNNL_ARG_DIFF_SRC_ITER, DNNL_ARG_DIFF_SRC_ITER_C,
						 DNNL_ARG_DIFF_DST_ITER, DNNL_ARG_DIFF_DST_ITER_C})
		lstm->backward_arguments.insert({argument, zeros(state)});

	lstm->dall = bench_floats(states);
	lstm->dx = bench_floats((size_t) (t * n * f));
	lstm->dbias = bench_floats((size_t) (d * 4 * h));

	dnnl::lstm_backward::desc backward_desc(dnnl::prop_kind::backward, direction,
											src, state, state, layer_weights, iter_weights, bias, dst, state, state,
											src, state, state, layer_weights, iter_weights, bias, dst, state, state);
	dnnl::lstm_backward::primitive_desc backward(backward_desc, engine, forward);
	memory		backward_layer = place_for(backward.weights_layer_desc(), user_layer);
	memory		backward_iter = place_for(backward.weights_iter_desc(), user_iter);
	memory		user_dlayer = user_place(lstm, (int) f, gradients);
	memory		user_diter = user_place(lstm, (int) h, gradients + f * 4 * h);
	memory		dlayer = place_for(backward.diff_weights_layer_desc(), user_dlayer);
	memory		diter = place_for(backward.diff_weights_iter_desc(), user_diter);
	memory		dbias_memory(bias, engine, lstm->dbias);
	memory		workspace(forward.workspace_desc(), engine);

	lstm->backward = dnnl::lstm_backward(backward);
	lstm->diff_src = memory(src, engine, lstm->dx);
	lstm->diff_dst = memory(dst, engine, lstm->dall);
	lstm->incoming.push_back(move(user_layer, backward_layer));
	lstm->incoming.push_back(move(user_iter, backward_iter));
	lstm->outgoing.push_back(move(dlayer, user_dlayer));
	lstm->outgoing.push_back(move(diter, user_diter));
	lstm->cleared = {dlayer, diter, dbias_memory};
	lstm->forward_arguments.insert({DNNL_ARG_WORKSPACE, workspace});
	lstm->backward_arguments.insert({
		{DNNL_ARG_SRC_LAYER, lstm->src},
		{DNNL_ARG_WEIGHTS_LAYER, backward_layer},
		{DNNL_ARG_WEIGHTS_ITER, backward_iter},
		{DNNL_ARG_BIAS, bias_memory},
		{DNNL_ARG_DST_LAYER, lstm->dst},
		{DNNL_ARG_WORKSPACE, workspace},
		{DNNL_ARG_DIFF_DST_LAYER, lstm->diff_dst},
		{DNNL_ARG_DIFF_SRC_LAYER, lstm->diff_src},
		{DNNL_ARG_DIFF_WEIGHTS_LAYER, dlayer},
		{DNNL_ARG_DIFF_WEIGHTS_ITER, diter},
		{DNNL_ARG_DIFF_BIAS, dbias_memory},
	});
	return lstm;
}

static void
peer_lstm_weights(peer_lstm *lstm)
{
	size_t		width = 4 * (size_t) lstm->hidden;

	for (move &m : lstm->incoming)
		m.run();
	for (size_t i = 0; i < (size_t) lstm->ways; i++)
		memcpy(lstm->bias + i * width, lstm->weights + (i + 1) * lstm->way_parameters - width, width * sizeof(float));
}

/* The last state of each direction in all states: that of the second stands at the first step. */
static float *
last_state(const peer_lstm *lstm, float *all, int way)
{
	size_t		wide = (size_t) lstm->ways * (size_t) lstm->hidden;
	size_t		step = way == 0 ? (size_t) lstm->steps - 1 : 0;

	return all + step * (size_t) lstm->batch * wide + (size_t) (way * lstm->hidden);
}

static void
copy_last_states(const peer_lstm *lstm, float *all, float *last, bool back)
{
	size_t		h = (size_t) lstm->hidden;
	size_t		wide = (size_t) lstm->ways * h;

	for (int way = 0; way < lstm->ways; way++)
		for (size_t b = 0; b < (size_t) lstm->batch; b++)
		{
			float	   *one = last_state(lstm, all, way) + b * wide;
			float	   *other = last + b * wide + (size_t) way * h;

			memcpy(back ? one : other, back ? other : one, h * sizeof(float));
		}
}

static void
peer_lstm_forward(peer_lstm *lstm, const float *x, float *y)
{
	lstm->src.set_data_handle((void *) x);
	if (lstm->sequence)
		lstm->dst.set_data_handle(y);
	lstm->forward.execute(stream, lstm->forward_arguments);
	if (!lstm->sequence)
		copy_last_states(lstm, lstm->all, y, false);
}

static void
peer_lstm_backward(peer_lstm *lstm, const float *x, const float *dy, float *dx)
{
	size_t		width = 4 * (size_t) lstm->hidden;

	lstm->src.set_data_handle((void *) x);
	lstm->diff_src.set_data_handle(dx != NULL ? dx : lstm->dx);
	if (lstm->sequence)
		lstm->diff_dst.set_data_handle((void *) dy);
	else
		copy_last_states(lstm, lstm->dall, (float *) dy, true);
	for (const memory &m : lstm->cleared)
		memset(m.get_data_handle(), 0, m.get_desc().get_size());
	lstm->backward.execute(stream, lstm->backward_arguments);
	for (move &m : lstm->outgoing)
		m.run();
	for (size_t i = 0; i < (size_t) lstm->ways; i++)
		memcpy(lstm->gradients + (i + 1) * lstm->way_parameters - width, lstm->dbias + i * width,
			   width * sizeof(float));
}

/* Best seconds of a prediction, of three or of those within a tenth of a second. */
static double
best_time(peer_lstm *lstm, const bench_layer *layer)
{
	size_t		rows = (size_t) layer->steps * (size_t) lstm->batch;
	float	   *x = bench_floats(rows * (size_t) layer->inputs);
	float	   *y = bench_floats(rows * (size_t) layer->outputs);
	double		start = bench_now();
	double		best = 1e9;

	peer_lstm_weights(lstm);
	for (int i = 0; i < 3 || bench_now() - start < 0.1; i++)
	{
		double		before = bench_now();

		peer_lstm_forward(lstm, x, y);
		best = std::min(best, bench_now() - before);
	}
	free(x);
	free(y);
	return best;
}

static peer_lstm *
peer_lstm_open(const bench_layer *layer, int batch, bool training, const float *weights, float *gradients)
{
	peer_lstm  *lstm = open_with(tag::any, layer, batch, training, weights, gradients);
	peer_lstm  *other;

	if (training)
		return lstm;
	other = open_with(tag::ldigo, layer, batch, training, weights, gradients);
	if (best_time(other, layer) < best_time(lstm, layer))
		std::swap(lstm, other);
	peer_lstm_close(other);
	return lstm;
}

static void
peer_lstm_close(peer_lstm *lstm)
{
	free(lstm->all);
	free(lstm->dall);
	free(lstm->dx);
	free(lstm->bias);
	free(lstm->dbias);
	delete lstm;
}
