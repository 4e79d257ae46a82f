/*
 * layer.h: what a layer is: its spec, its class, and the instance inside a network.
 *
 * A layer kind is one file that defines one lf_layer_class and one entry in the list in layer.c. What else has to know
 * something of a kind (the network, the shards, the wrappers, presets, stored models, JSON) asks its class, and names
 * none. Names, argument names, defaults, tensor shapes and the order of tensors are those of Keras 3, because people
 * bring their weights and their tutorials from there.
 */
#ifndef LF_LAYER_H
#define LF_LAYER_H

#include "kernels/activation.h"
#include "base/base.h"
#include "kernels/kernels.h"
#include "base/random.h"

/* These numbers stand in stored models: never renumber, add at the end. */
typedef enum lf_layer_kind
{
	LF_LSTM,
	LF_BIDIRECTIONAL,
	LF_DENSE,
	LF_TIME_DISTRIBUTED,
	LF_CONV1D,
	LF_MAX_POOL1D,
	LF_FLATTEN,
	LF_RESHAPE,
	LF_REPEAT_VECTOR,
	LF_CONV_LSTM2D,
	LF_DROPOUT,
	LF_SEGMENT_LSTM,
	LF_CATEGORY_EMBEDDING,
	LF_GRU,
	LF_LAYER_KINDS				/* how many there are: stays the last */
} lf_layer_kind;

typedef enum lf_merge
{
	LF_MERGE_CONCAT,
	LF_MERGE_SUM,
	LF_MERGE_AVE,
	LF_MERGE_MUL
} lf_merge;

#define LF_MERGES 4
extern const char *const lf_merge_names[LF_MERGES];

typedef enum lf_padding
{
	LF_VALID,
	LF_SAME,
	LF_CAUSAL
} lf_padding;

#define LF_PADDINGS 3
extern const char *const lf_padding_names[LF_PADDINGS];

/*
 * The arguments of one layer. Flat on purpose: it can be copied, compared, stored and checked without following a
 * pointer. Arguments that a kind does not take hold 0. A wrapper takes the arguments of what it wraps, whose kind is
 * 'inner'.
 */
typedef struct lf_layer_spec
{
	lf_layer_kind kind;
	lf_layer_kind inner;		/* of wrappers */
	int			units;			/* by whichever name it goes: units, filters, n */
	lf_activation activation;
	lf_activation recurrent_activation;
	bool		use_bias;
	bool		unit_forget_bias;
	bool		return_sequences;
	bool		go_backwards;
	lf_merge	merge;
	lf_padding	padding;
	int			kernel[2];		/* along time alone the first: kernel_size, pool_size */
	int			strides[2];
	lf_shape	target;			/* the shape wanted; one dimension may be -1 */
	double		rate;			/* share that is dropped */
	int			segments;		/* steps of an output that has its own */
	int			categories;
	bool		reset_after;	/* whether the reset gate meets h after its product with the weights, or before */
} lf_layer_spec;

/* Which arguments a kind takes; readers and writers of specs go by these, so that no list of keys stands twice. */
typedef enum lf_argument
{
	LF_ARG_UNITS = 1 << 0,
	LF_ARG_FILTERS = 1 << 1,
	LF_ARG_N = 1 << 2,
	LF_ARG_ACTIVATION = 1 << 3,
	LF_ARG_RECURRENT_ACTIVATION = 1 << 4,
	LF_ARG_USE_BIAS = 1 << 5,
	LF_ARG_UNIT_FORGET_BIAS = 1 << 6,
	LF_ARG_RETURN_SEQUENCES = 1 << 7,
	LF_ARG_GO_BACKWARDS = 1 << 8,
	LF_ARG_MERGE_MODE = 1 << 9,
	LF_ARG_PADDING = 1 << 10,	/* valid, same */
	LF_ARG_CAUSAL = 1 << 11,	/* causal as well */
	LF_ARG_KERNEL_SIZE = 1 << 12,
	LF_ARG_KERNEL_SIZE_2D = 1 << 13,
	LF_ARG_POOL_SIZE = 1 << 14,
	LF_ARG_STRIDES = 1 << 15,
	LF_ARG_STRIDES_2D = 1 << 16,
	LF_ARG_TARGET_SHAPE = 1 << 17,
	LF_ARG_RATE = 1 << 18,
	LF_ARG_LAYER = 1 << 19,		/* wraps another layer */
	LF_ARG_SEGMENTS = 1 << 20,
	LF_ARG_CATEGORIES = 1 << 21,
	LF_ARG_RESET_AFTER = 1 << 22
} lf_argument;

typedef enum lf_initializer
{
	LF_INIT_ZEROS,
	LF_INIT_FORGET_ONES,		/* zeros, but ones in the second quarter: the forget gate's bias */
	LF_INIT_GLOROT_UNIFORM,
	LF_INIT_ORTHOGONAL,
	LF_INIT_UNIFORM				/* within .05, as Keras fills an Embedding */
} lf_initializer;

#define LF_MAX_TENSOR_NAME 32

typedef struct lf_tensor
{
	char		name[LF_MAX_TENSOR_NAME];	/* as Keras names it: kernel, recurrent_kernel, bias */
	lf_shape	shape;
	lf_initializer initializer;
} lf_tensor;

#define LF_MAX_TENSORS 6		/* a pair of recurrent layers has three each */

/*
 * How a kind wants sequences to lie, in and out, forward and back: sample after sample (B, T, ...), or step after step
 * (T, B, ...). Outputs without a time axis, (units), are not concerned. The network turns them where two kinds differ.
 */
typedef enum lf_order
{
	LF_BATCH_MAJOR,
	LF_TIME_MAJOR,
	LF_ANY_ORDER				/* treats all B * T rows alike, and gives them as it gets them */
} lf_order;

typedef struct lf_layer lf_layer;

/* Where a recurrent layer that stands inside another one reads and writes. */
typedef struct lf_place
{
	size_t		row;			/* from one row of y and dy to the next: H, or more where others write in between */
	bool		in_order;		/* a layer that goes backwards puts h_t at time t, not at the step that made it */
	bool		add_dx;			/* dx += instead of dx = */
} lf_place;

typedef struct lf_layer_class
{
	const char *name;			/* in SQL and in stored specs */
	const char *keras_name;		/* what Keras' summary() prints */
	unsigned	arguments;		/* lf_argument bits */
	lf_order	order;
	bool		embeds_category;	/* stands in front, and takes the number of a category from the first feature */

	/*
	 * A layer that repeats gives its input at each step. In front of one that takes what is repeated it is not walked
	 * through: that one sees 'same_input'. A wrapper takes it if what it wraps does.
	 */
	bool		repeats;
	bool		takes_repeated;

	/* Knows no time of its own and packs no weights, so that each step of a sequence may be a sample of it. */
	bool		by_step;

	/* Of wrappers: which kinds they wrap. NULL: this one is none. */
	bool		(*wraps) (const struct lf_layer_class *inner);

	/* The shape of an output sample, or why there is none. */
	lf_status	(*output_shape) (const lf_layer_spec *spec, const lf_shape *input, lf_shape *output);

	/* Lists the tensors in the order of Keras' get_weights() and returns how many. NULL: the kind has none. */
	int			(*tensors) (const lf_layer_spec *spec, const lf_shape *input, lf_tensor *tensors);

	/*
	 * Takes from the arena what forward and, if 'training', backward keep between their calls for up to 'batch'
	 * samples, and leaves it in layer->cache. NULL: the kind keeps nothing.
	 */
	void		(*layout) (lf_layer *layer, lf_arena *arena, int batch, bool training);

	/*
	 * Elements of the copy of the weights that forward and, if 'training', backward read in place of them, ordered for
	 * the kernels; and what makes that copy in layer->packed whenever the weights have changed. NULL: there is none.
	 */
	size_t		(*packed_size) (const lf_layer *layer, bool training);
	void		(*pack) (lf_layer *layer, const lf_pass *pass, bool training);

	/* How often one sample uses each weight, roughly. NULL: once for each row of the output. */
	double		(*uses) (const lf_layer *layer);

	/* y (B, output) = f(x (B, input)). */
	void		(*forward) (lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y);

	/*
	 * After a forward with the same x: adds to layer->gradients, and writes dx (B, input) unless it is NULL. dy may be
	 * overwritten.
	 */
	void		(*backward) (lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
							 lf_real *dy, lf_real *dx);

	/*
	 * The same of a recurrent layer over (T, B, F), whose rows of y and dy lie at a place that the caller gives, and dy
	 * stays as it is. A layer that has these, and tensors, layout, packed_size and pack, may stand in bidirectional and
	 * be the recurrent layer of a preset.
	 */
	void		(*forward_at) (lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y, lf_place place);
	void		(*backward_at) (lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y,
								const lf_real *dy, lf_real *dx, lf_place place);
} lf_layer_class;

struct lf_layer
{
	const lf_layer_class *class;
	lf_layer_spec spec;
	lf_shape	input;
	lf_shape	output;
	size_t		input_size;		/* elements of one sample */
	size_t		output_size;
	size_t		parameters;		/* elements of all tensors together, which lie one behind the other */
	const lf_kernels *kernels;	/* those in use when the layer was created */
	const lf_real *weights;
	lf_real    *gradients;		/* NULL in a network that only predicts */
	lf_real    *packed;			/* what the class' pack wrote */
	void	   *cache;			/* what the class' layout took */
	bool		same_input;		/* x is (B, F), the same at each step; see takes_repeated */
	int			index;			/* place in the network; tells the dropout masks of two layers apart */
};

extern const lf_layer_class lf_lstm_class;
extern const lf_layer_class lf_bidirectional_class;
extern const lf_layer_class lf_dense_class;
extern const lf_layer_class lf_time_distributed_class;
extern const lf_layer_class lf_conv1d_class;
extern const lf_layer_class lf_max_pool1d_class;
extern const lf_layer_class lf_flatten_class;
extern const lf_layer_class lf_reshape_class;
extern const lf_layer_class lf_repeat_vector_class;
extern const lf_layer_class lf_conv_lstm2d_class;
extern const lf_layer_class lf_dropout_class;
extern const lf_layer_class lf_segment_lstm_class;
extern const lf_layer_class lf_category_embedding_class;
extern const lf_layer_class lf_gru_class;

/* The class of a kind, or NULL where the number is none. */
const lf_layer_class *lf_layer_class_of(lf_layer_kind kind);

/* The spec of a kind with Keras' defaults for all its arguments; sizes that have no default are 0. */
lf_layer_spec lf_layer_defaults(lf_layer_kind kind);

/* Whether a wrapper may stand around a kind; false where either is none. */
bool		lf_layer_may_wrap(const lf_layer_class *wrapper, lf_layer_kind inner);

/* What a wrapper wraps; of another layer the layer itself. */
lf_layer_spec lf_layer_wrapped(const lf_layer_spec *spec);

/* Whether it knows how to take the same input at each step without being shown it each time. */
bool		lf_layer_takes_repeated(const lf_layer_spec *spec);

/* The output of a recurrent layer, of at most four gates: (units), or (T, units) with return_sequences. */
lf_status	lf_recurrent_output_shape(const lf_layer_spec *spec, const lf_shape *input, lf_shape *output);

/* forward and backward of a recurrent layer that writes alone, by its forward_at and backward_at. */
void		lf_recurrent_forward(lf_layer *layer, const lf_pass *pass, const lf_real *x, lf_real *y);
void		lf_recurrent_backward(lf_layer *layer, const lf_pass *pass, const lf_real *x, const lf_real *y, lf_real *dy,
								  lf_real *dx);

/* How often one sample uses each weight; and that of a recurrent layer, which does at each step of its input. */
double		lf_layer_uses(const lf_layer *layer);
double		lf_uses_at_each_step(const lf_layer *layer);

/* Whether two specs are of the same layer: weights of one are weights of the other. */
bool		lf_layer_spec_equal(const lf_layer_spec *a, const lf_layer_spec *b);

/* Checks the spec against the input shape and fills the instance, all but its pointers. */
lf_status	lf_layer_create(lf_layer *layer, const lf_layer_spec *spec, const lf_shape *input, int index);

/* The tensors of a layer, 0 where it has none. */
int			lf_layer_tensors(const lf_layer *layer, lf_tensor *tensors);

/* Fills one tensor; looks at the interrupt flag of the pass, since orthogonal takes H^2 * 4H steps. */
void		lf_initialize(const lf_tensor *tensor, lf_random *random, const lf_pass *pass, lf_real *weights);

/*
 * Output length of a convolution or pooling over 'length' steps, and the zeros put before the first; 0 where the kernel
 * does not fit.
 */
int			lf_convolution_length(int length, int kernel, int stride, lf_padding padding, int *before);

/* Strips of one number for each unit, or of four: the rows from 'row' on of 'rows'. NULL: there are none. */
static inline lf_strips
lf_in_strips(const lf_layer *layer, lf_real *at, size_t numbers, size_t rows, size_t row)
{
	size_t		width = numbers * layer->kernels->lanes;

	return (lf_strips) {at == NULL ? NULL : at + row * width, rows * width};
}

#endif
