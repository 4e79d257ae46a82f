/*
 * pytorch_test.c: whole networks against PyTorch: outputs, loss, the gradient of every tensor, and the weights after
 * 20 steps of each optimizer. test/reference/make_reference.py wrote what is compared with.
 *
 *	   pytorch_test [directory of the references]
 *
 * The references were computed in double from weights that are floats and are printed with nine digits.
 */
#include "network/loss.h"
#include "network_rig.h"
#include "training/optimizer.h"
#include "tap.h"
#include "tensor_file.h"

#include <math.h>

#define BATCH 4
#define TIME 7
#define FEATURES 3
#define STEPS 20

/*
 * In double what remains is the ninth digit of the file. In float an element rounds at 6e-8 and runs through some 40
 * sums of 10 products each; gradients are compared by the norm of a tensor. The weights after all steps differ by 6e-7
 * at most; the same formula with epsilon at another place, as PyTorch's own Adam has it, differs by 1e-4 to 2e-3.
 */
#ifdef LF_DOUBLE
#define OUTPUT_TOLERANCE 1e-8
#define GRADIENT_TOLERANCE 1e-8
#define STEPS_TOLERANCE 1e-8
#else
#define OUTPUT_TOLERANCE 1e-5
#define GRADIENT_TOLERANCE 1e-5
#define STEPS_TOLERANCE 1e-5
#endif

typedef struct optimizer_case
{
	const char *name;
	lf_optimizer optimizer;
	double		learning_rate;
} optimizer_case;

static const optimizer_case optimizers[] = {
	{"adam", {.kind = LF_ADAM}, 0.001},
	{"adamw", {.kind = LF_ADAMW, .weight_decay = 0.04}, 0.001},
	{"rmsprop", {.kind = LF_RMSPROP}, 0.001},
	{"sgd", {.kind = LF_SGD}, 0.01},
	{"sgd_momentum", {.kind = LF_SGD, .momentum = 0.9}, 0.01},
};

#define OPTIMIZERS (sizeof(optimizers) / sizeof(optimizers[0]))

/* The largest difference, NaN where there is one. */
static double
largest_difference(const lf_real *values, const file_tensor *expected)
{
	double		largest = 0;

	for (size_t i = 0; i < expected->count; i++)
	{
		double		difference = fabs((double) values[i] - expected->values[i]);

		if (isnan(difference))
			return difference;
		largest = fmax(largest, difference);
	}
	return largest;
}

/* ||a - b|| / ||b|| */
static double
relative_error(const lf_real *values, const file_tensor *expected)
{
	double		sum = 0;
	double		norm = 0;

	for (size_t i = 0; i < expected->count; i++)
	{
		sum += pow((double) values[i] - expected->values[i], 2);
		norm += pow(expected->values[i], 2);
	}
	return sqrt(sum / norm);
}

static void
copy_in(guarded *to, const file_tensor *from)
{
	lf_real    *values = to->block;

	for (size_t i = 0; i < from->count; i++)
		values[i] = (lf_real) (float) from->values[i];
}

/* One step into all tensors of a network: their names in the file, and where they lie. */
typedef struct tensor_walk
{
	const lf_network *network;
	int			layer;
	int			next;			/* tensor of the layer */
	size_t		offset;			/* behind the current tensor */
	size_t		at;				/* of the current tensor */
	size_t		count;
	char		name[80];
} tensor_walk;

static bool
next_tensor(tensor_walk *walk)
{
	lf_tensor	tensors[LF_MAX_TENSORS];

	while (walk->layer < walk->network->count &&
		   walk->next >= lf_layer_tensors(&walk->network->layer[walk->layer], tensors))
	{
		walk->layer++;
		walk->next = 0;
	}
	if (walk->layer == walk->network->count)
		return false;
	snprintf(walk->name, sizeof(walk->name), "layer%d.%s", walk->layer, tensors[walk->next].name);
	walk->at = walk->offset;
	walk->count = lf_shape_size(&tensors[walk->next].shape);
	walk->offset += walk->count;
	walk->next++;
	return true;
}

static const file_tensor *
find(const tensor_file *file, const char *name, const char *what)
{
	char		full[120];

	snprintf(full, sizeof(full), "%s.%s", name, what);
	return tensor_file_find(file, full);
}

static void
load_weights(network_rig *r, const tensor_file *file)
{
	lf_real    *weights = r->weights.block;
	tensor_walk walk = {.network = &r->network};

	while (next_tensor(&walk))
	{
		const file_tensor *tensor = tensor_file_find(file, walk.name);

		if (tensor->count != walk.count)
			tensor_file_failed(walk.name, "has another size in the reference");
		for (size_t i = 0; i < walk.count; i++)
			weights[walk.at + i] = (lf_real) (float) tensor->values[i];
	}
}

/* Forward, mean loss, backward. */
static double
walk_once(network_rig *r, const lf_real *target)
{
	double		loss;

	memset(r->gradients.block, 0, r->gradients.bytes);
	if (lf_network_forward(&r->network, &r->pass, r->x.block, &r->y) != LF_OK)
		return (double) NAN;
	loss = lf_loss_sum(LF_MSE, r->y, target, r->y_count, r->dy.block) / (double) r->y_count;
	if (lf_network_backward(&r->network, &r->pass, r->x.block, r->dy.block, r->dx.block) != LF_OK)
		return (double) NAN;
	return loss;
}

static bool
output_matches(network_rig *r, const tensor_file *file)
{
	return lf_network_forward(&r->network, &r->pass, r->x.block, &r->y) == LF_OK &&
		largest_difference(r->y, tensor_file_find(file, "output")) <= OUTPUT_TOLERANCE;
}

static void
test_gradients(const char *name, network_rig *r, const tensor_file *file, const lf_real *target)
{
	const file_tensor *expected = tensor_file_find(file, "output");
	const lf_real *gradients = r->gradients.block;
	double		loss = walk_once(r, target);
	double		wanted = tensor_file_find(file, "loss")->values[0];
	tensor_walk walk = {.network = &r->network};
	double		error;

	ok(expected->count == r->y_count && largest_difference(r->y, expected) <= OUTPUT_TOLERANCE,
	   "%s gives PyTorch's outputs", name);
	diag("largest difference %.2g", largest_difference(r->y, expected));
	ok(fabs(loss - wanted) <= OUTPUT_TOLERANCE, "%s has PyTorch's loss", name);
	while (next_tensor(&walk))
	{
		error = relative_error(gradients + walk.at, find(file, walk.name, "gradient"));
		if (!ok(error <= GRADIENT_TOLERANCE, "the gradient of %s in %s is PyTorch's", walk.name, name))
			diag("relative error %.3g", error);
	}
	error = relative_error(r->dx.block, tensor_file_find(file, "input_gradient"));
	if (!ok(error <= GRADIENT_TOLERANCE, "the gradient of the input of %s is PyTorch's", name))
		diag("relative error %.3g", error);
}

static void
test_steps(const char *name, network_rig *r, const tensor_file *file, const lf_real *target,
		   const optimizer_case *which)
{
	lf_optimizer optimizer = which->optimizer;
	lf_arena	arena = lf_arena_measure();
	const lf_real *weights = r->weights.block;
	tensor_walk walk = {.network = &r->network};
	double		largest = 0;
	guarded		state;

	lf_optimizer_layout(&optimizer, &arena, r->network.parameters);
	state = guarded_new(arena.used);
	arena = lf_arena_over(state.block, state.bytes);
	lf_optimizer_layout(&optimizer, &arena, r->network.parameters);
	lf_optimizer_reset(&optimizer);

	load_weights(r, file);
	for (int i = 0; i < STEPS; i++)
	{
		(void) walk_once(r, target);
		lf_optimizer_step(&optimizer, which->learning_rate, r->weights.block, r->gradients.block);
	}
	while (next_tensor(&walk))
	{
		double		difference = largest_difference(weights + walk.at, find(file, walk.name, which->name));

		largest = isnan(difference) ? (double) INFINITY : fmax(largest, difference);
	}
	ok(largest <= STEPS_TOLERANCE && guarded_intact(&state), "%s has the weights of the reference after %d steps of %s",
	   name, STEPS, which->name);
	diag("largest difference %.2g", largest);
	free(state.raw);
}

/* The comparison must be able to fail: each weight in turn is moved, and the last two gates change places. */
static void
test_that_it_can_fail(const char *name, network_rig *r, const tensor_file *file)
{
	lf_real    *weights = r->weights.block;
	int			units = r->network.layer[0].spec.units;
	int			features = r->network.layer[0].input.dim[1];
	lf_tensor	tensors[LF_MAX_TENSORS];
	int			gates;
	size_t		unnoticed = 0;

	(void) lf_layer_tensors(&r->network.layer[0], tensors);
	gates = tensors[0].shape.dim[1] / units;
	load_weights(r, file);
	ok(output_matches(r, file), "the outputs of %s match again after loading its weights again", name);
	for (size_t i = 0; i < r->network.parameters; i++)
	{
		lf_real		weight = weights[i];

		weights[i] += (lf_real) 0.1;
		unnoticed += output_matches(r, file);
		weights[i] = weight;
	}
	ok(unnoticed == 0, "each single weight of %s that is off by 0.1 is noticed", name);
	if (unnoticed > 0)
		diag("%zu of %zu are not", unnoticed, r->network.parameters);
	for (int f = 0; f < features; f++)
		for (int u = 0; u < units; u++)
		{
			lf_real    *one = weights + (f * gates + gates - 2) * units + u;
			lf_real    *other = weights + (f * gates + gates - 1) * units + u;
			lf_real		swap = *one;

			*one = *other;
			*other = swap;
		}
	ok(!output_matches(r, file), "the last two gates of %s in another order are noticed", name);
}

static void
test_network(const char *directory, const char *name, const lf_spec *spec)
{
	tensor_file *file = tensor_file_read(directory, name);
	network_rig r;
	guarded		target;

	if (network_rig_open(&r, spec, BATCH, true) != LF_OK)
	{
		ok(false, "%s can be created", name);
		return;
	}
	if (tensor_file_find(file, "input")->count != r.x_count || tensor_file_find(file, "target")->count != r.y_count)
		tensor_file_failed(name, "has another shape in the reference");
	target = guarded_reals(r.y_count);
	copy_in(&r.x, tensor_file_find(file, "input"));
	copy_in(&target, tensor_file_find(file, "target"));
	load_weights(&r, file);
	test_gradients(name, &r, file, target.block);
	for (size_t i = 0; i < OPTIMIZERS; i++)
		test_steps(name, &r, file, target.block, &optimizers[i]);
	test_that_it_can_fail(name, &r, file);
	ok(network_rig_intact(&r) && guarded_intact(&target), "%s leaves its red zones alone", name);
	free(target.raw);
	network_rig_close(&r);
	tensor_file_free(file);
}

int
main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : "test/reference";
	const lf_spec empty = {.input = lf_shape_2(TIME, FEATURES)};
	lf_spec		spec = empty;

	add_lstm_layer(&spec, 5, false, false);
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "vanilla", &spec);

	spec = empty;
	add_lstm_layer(&spec, 5, true, false);
	add_lstm_layer(&spec, 3, false, false);
	add_layer(&spec, LF_DENSE, 3);
	test_network(directory, "stacked", &spec);

	spec = empty;
	add_lstm_layer(&spec, 3, true, true);
	add_lstm_layer(&spec, 5, false, true);
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "bidirectional", &spec);

	spec = empty;
	add_lstm_layer(&spec, 5, false, false);
	add_layer(&spec, LF_REPEAT_VECTOR, 3);
	add_lstm_layer(&spec, 4, true, false);
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "encoder_decoder", &spec);

	spec = empty;
	add_layer(&spec, LF_SEGMENT_LSTM, 5)->segments = 3;
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "segment", &spec);

	spec = empty;
	add_recurrent_layer(&spec, LF_GRU, 3, true, true);
	add_recurrent_layer(&spec, LF_GRU, 5, false, false);
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "gru", &spec);

	spec = empty;
	add_recurrent_layer(&spec, LF_GRU, 5, false, false);
	add_layer(&spec, LF_REPEAT_VECTOR, 3);
	add_recurrent_layer(&spec, LF_GRU, 4, true, false);
	add_layer(&spec, LF_DENSE, 2);
	test_network(directory, "gru_encoder_decoder", &spec);

	return done_testing();
}
