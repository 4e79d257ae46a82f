/*
 * layer_test.c: what the layers compute, against references written as plainly as possible.
 *
 * Each reference takes one sample and follows the definition in Keras' documentation with loops over single elements,
 * in double, and shares no code with the layers. Built in float and in double; the tolerance is that of the type.
 */
#include "activation_reference.h"
#include "network_rig.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#else
#define TOLERANCE 2e-5			/* float rounds at 6e-8; sums of some hundred products, fed back over 7 steps */
#endif

/* y of one sample from its x, both row-major; weights as in get_weights(), one tensor behind the other. */
typedef void (*reference) (const lf_layer_spec *spec, const lf_shape *input, const double *weights,
						   const double *x, double *y);

static double *
doubles(size_t count)
{
	double	   *x = calloc(count + 1, sizeof(double));

	if (x == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	return x;
}

static double *
to_double(const lf_real *x, size_t count)
{
	double	   *copy = doubles(count);

	for (size_t i = 0; i < count; i++)
		copy[i] = (double) x[i];
	return copy;
}

static bool
is_close(double value, double expected)
{
	return fabs(value - expected) <= TOLERANCE * (1 + fabs(expected));	/* false for NaN */
}

/* Keras: 'valid' ceil((length - kernel + 1) / stride), else ceil(length / stride). */
static int
reference_length(int length, int kernel, int stride, lf_padding padding)
{
	return (int) ceil((double) (padding == LF_VALID ? length - kernel + 1 : length) / stride);
}

/* Keras: 'same' pads evenly, the odd zero behind; 'causal' by kernel - 1 in front. */
static int
reference_before(int length, int kernel, int stride, lf_padding padding)
{
	int			all;

	if (padding == LF_VALID)
		return 0;
	if (padding == LF_CAUSAL)
		return kernel - 1;
	all = (reference_length(length, kernel, stride, padding) - 1) * stride + kernel - length;
	return all > 0 ? all / 2 : 0;
}

static void
reference_dense(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x, double *y)
{
	int			features = input->dim[input->rank - 1];
	int			units = spec->units;
	int			rows = (int) lf_shape_size(input) / features;
	const double *bias = weights + features * units;

	for (int r = 0; r < rows; r++)
		for (int u = 0; u < units; u++)
		{
			double		sum = spec->use_bias ? bias[u] : 0;

			for (int f = 0; f < features; f++)
				sum += x[r * features + f] * weights[f * units + u];
			y[r * units + u] = activated(spec->activation, sum);
		}
}

static void
reference_conv1d(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x, double *y)
{
	int			steps = input->dim[0];
	int			channels = input->dim[1];
	int			filters = spec->units;
	int			kernel = spec->kernel[0];
	int			stride = spec->strides[0];
	int			before = reference_before(steps, kernel, stride, spec->padding);
	const double *bias = weights + kernel * channels * filters;

	for (int t = 0; t < reference_length(steps, kernel, stride, spec->padding); t++)
		for (int f = 0; f < filters; f++)
		{
			double		sum = spec->use_bias ? bias[f] : 0;

			for (int l = 0; l < kernel; l++)
				for (int c = 0; c < channels; c++)
				{
					int			at = t * stride + l - before;

					if (at >= 0 && at < steps)
						sum += x[at * channels + c] * weights[(l * channels + c) * filters + f];
				}
			y[t * filters + f] = activated(spec->activation, sum);
		}
}

static void
reference_max_pool1d(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
					 const double *x, double *y)
{
	int			steps = input->dim[0];
	int			channels = input->dim[1];
	int			pool = spec->kernel[0];
	int			stride = spec->strides[0];
	int			before = reference_before(steps, pool, stride, spec->padding);

	(void) weights;
	for (int t = 0; t < reference_length(steps, pool, stride, spec->padding); t++)
		for (int c = 0; c < channels; c++)
		{
			double		largest = (double) -INFINITY;

			for (int l = 0; l < pool; l++)
			{
				int			at = t * stride + l - before;

				if (at >= 0 && at < steps)
					largest = fmax(largest, x[at * channels + c]);
			}
			y[t * channels + c] = largest;
		}
}

/* flatten and reshape */
static void
reference_copy(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x, double *y)
{
	(void) spec;
	(void) weights;
	for (size_t i = 0; i < lf_shape_size(input); i++)
		y[i] = x[i];
}

static void
reference_repeat_vector(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
						const double *x, double *y)
{
	(void) weights;
	for (int t = 0; t < spec->units; t++)
		for (int i = 0; i < input->dim[0]; i++)
			y[t * input->dim[0] + i] = x[i];
}

/* z of one gate and unit; gates are numbered i 0, f 1, c 2, o 3. h is that of the step before. */
static double
lstm_sum(const lf_layer_spec *spec, int features, const double *weights, const double *x, const double *h,
		 int gate, int error_scale)
{
	int			units = spec->units;
	int			column = gate * units + error_scale;
	const double *recurrent = weights + features * 4 * units;
	const double *bias = recurrent + units * 4 * units;
	double		sum = spec->use_bias ? bias[column] : 0;

	for (int f = 0; f < features; f++)
		sum += x[f] * weights[f * 4 * units + column];
	for (int u = 0; u < units; u++)
		sum += h[u] * recurrent[u * 4 * units + column];
	return sum;
}

static void
reference_lstm(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x, double *y)
{
	int			steps = input->dim[0];
	int			features = input->dim[1];
	int			units = spec->units;
	double	   *c = doubles((size_t) units);
	double	   *h = doubles((size_t) units);
	double	   *next = doubles((size_t) units);

	for (int t = 0; t < steps; t++)
	{
		const double *x_t = x + (spec->go_backwards ? steps - 1 - t : t) * features;

		for (int u = 0; u < units; u++)
		{
			double		i = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, x_t, h, 0, u));
			double		f = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, x_t, h, 1, u));
			double		g = activated(spec->activation, lstm_sum(spec, features, weights, x_t, h, 2, u));
			double		o = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, x_t, h, 3, u));

			c[u] = f * c[u] + i * g;
			next[u] = o * activated(spec->activation, c[u]);
		}
		for (int u = 0; u < units; u++)
		{
			h[u] = next[u];
			y[(spec->return_sequences ? t * units : 0) + u] = h[u];
		}
	}
	free(c);
	free(h);
	free(next);
}

/* The encoder's steps one by one, then each segment as a step of its own from the encoder's last state. */
static void
reference_segment_lstm(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x,
					   double *y)
{
	int			features = input->dim[1];
	int			units = spec->units;
	const double *positions = weights + (features + units + (spec->use_bias ? 1 : 0)) * 4 * units;
	double	   *c = doubles((size_t) units);
	double	   *h = doubles((size_t) units);
	double	   *next = doubles((size_t) units);

	for (int step = 0; step < input->dim[0] + spec->segments; step++)
	{
		int			segment = step - input->dim[0];
		const double *in = segment < 0 ? x + step * features : positions + segment * features;

		for (int u = 0; u < units; u++)
		{
			double		i = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, in, h, 0, u));
			double		f = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, in, h, 1, u));
			double		g = activated(spec->activation, lstm_sum(spec, features, weights, in, h, 2, u));
			double		o = activated(spec->recurrent_activation, lstm_sum(spec, features, weights, in, h, 3, u));
			double		cell = f * c[u] + i * g;

			next[u] = o * activated(spec->activation, cell);
			if (segment >= 0)
				y[segment * units + u] = next[u];
			else
				c[u] = cell;
		}
		if (segment < 0)
			memcpy(h, next, (size_t) units * sizeof(double));
	}
	free(c);
	free(h);
	free(next);
}

/* One part of the sum of a gate of a gru, 0 z, 1 r, 2 g, for one unit: of x or of h. */
static double
gru_part(int count, int units, const double *weights, const double *x, int gate, int unit)
{
	double		sum = 0;

	for (int k = 0; k < count; k++)
		sum += x[k] * weights[k * 3 * units + gate * units + unit];
	return sum;
}

static void
reference_gru(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x, double *y)
{
	int			steps = input->dim[0];
	int			features = input->dim[1];
	int			units = spec->units;
	const double *recurrent = weights + features * 3 * units;
	double	   *bias = doubles((size_t) (6 * units));	/* of x, and of h */
	double	   *h = doubles((size_t) units);
	double	   *reset = doubles((size_t) units);
	double	   *update = doubles((size_t) units);
	double	   *next = doubles((size_t) units);

	if (spec->use_bias)
		memcpy(bias, recurrent + units * 3 * units, (size_t) (spec->reset_after ? 6 : 3) * (size_t) units * sizeof(double));
	for (int t = 0; t < steps; t++)
	{
		const double *x_t = x + (spec->go_backwards ? steps - 1 - t : t) * features;

		for (int u = 0; u < units; u++)
		{
			double		z = bias[u] + bias[3 * units + u] + gru_part(features, units, weights, x_t, 0, u) +
				gru_part(units, units, recurrent, h, 0, u);
			double		r = bias[units + u] + bias[4 * units + u] + gru_part(features, units, weights, x_t, 1, u) +
				gru_part(units, units, recurrent, h, 1, u);

			update[u] = activated(spec->recurrent_activation, z);
			reset[u] = activated(spec->recurrent_activation, r);
			if (!spec->reset_after)
				reset[u] *= h[u];
		}
		for (int u = 0; u < units; u++)
		{
			double		g = bias[2 * units + u] + gru_part(features, units, weights, x_t, 2, u);

			if (spec->reset_after)
				g += reset[u] * (bias[5 * units + u] + gru_part(units, units, recurrent, h, 2, u));
			else
				g += gru_part(units, units, recurrent, reset, 2, u);
			next[u] = update[u] * h[u] + (1 - update[u]) * activated(spec->activation, g);
		}
		memcpy(h, next, (size_t) units * sizeof(double));
		memcpy(y + (spec->return_sequences ? t * units : 0), h, (size_t) units * sizeof(double));
	}
	free(bias);
	free(h);
	free(reset);
	free(update);
	free(next);
}

/* The first feature chooses a row of the table, or their mean, which goes behind the other features. */
static void
reference_category_embedding(const lf_layer_spec *spec, const lf_shape *input, const double *weights, const double *x,
							 double *y)
{
	int			features = input->dim[1];

	for (int t = 0; t < input->dim[0]; t++, x += features)
	{
		bool		known = x[0] >= 0 && x[0] < spec->categories;

		for (int f = 1; f < features; f++)
			*y++ = x[f];
		for (int u = 0; u < spec->units; u++, y++)
		{
			*y = known ? weights[(int) x[0] * spec->units + u] : 0;
			for (int c = 0; c < spec->categories && !known; c++)
				*y += weights[c * spec->units + u] / spec->categories;
		}
	}
}

static reference reference_of(lf_layer_kind kind);

static void
reference_bidirectional(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
						const double *x, double *y)
{
	int			units = spec->units;
	int			rows = spec->return_sequences ? input->dim[0] : 1;
	lf_layer_spec ahead = lf_layer_wrapped(spec);
	lf_layer_spec back = ahead;
	lf_layer	each;
	double	   *a = doubles((size_t) (rows * units));
	double	   *b = doubles((size_t) (rows * units));

	back.go_backwards = !spec->go_backwards;
	(void) lf_layer_create(&each, &ahead, input, 0);
	reference_of(ahead.kind) (&ahead, input, weights, x, a);
	reference_of(back.kind) (&back, input, weights + each.parameters, x, b);
	for (int t = 0; t < rows; t++)
		for (int u = 0; u < units; u++)
		{
			double		left = a[t * units + u];
			double		right = b[(rows - 1 - t) * units + u];

			switch (spec->merge)
			{
				case LF_MERGE_CONCAT:
					y[t * 2 * units + u] = left;
					y[t * 2 * units + units + u] = right;
					break;
				case LF_MERGE_SUM:
					y[t * units + u] = left + right;
					break;
				case LF_MERGE_AVE:
					y[t * units + u] = (left + right) / 2;
					break;
				case LF_MERGE_MUL:
					y[t * units + u] = left * right;
					break;
			}
		}
	free(a);
	free(b);
}

/* One output element of a convolution over one image, its kernel (kh, kw, channels, gates). */
static double
convolved(const double *image, int rows, int columns, int channels, const double *kernel, int kh, int kw, int gates,
		  int top, int left, int gate)
{
	double		sum = 0;

	for (int i = 0; i < kh; i++)
		for (int j = 0; j < kw; j++)
			for (int c = 0; c < channels; c++)
				if (top + i >= 0 && top + i < rows && left + j >= 0 && left + j < columns)
					sum += image[((top + i) * columns + left + j) * channels + c] *
						kernel[((i * kw + j) * channels + c) * gates + gate];
	return sum;
}

static void
reference_conv_lstm2d(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
					  const double *x, double *y)
{
	int			steps = input->dim[0];
	int			rows = input->dim[1];
	int			columns = input->dim[2];
	int			channels = input->dim[3];
	int			filters = spec->units;
	int			kh = spec->kernel[0];
	int			kw = spec->kernel[1];
	int			out_rows = reference_length(rows, kh, spec->strides[0], spec->padding);
	int			out_columns = reference_length(columns, kw, spec->strides[1], spec->padding);
	int			top = reference_before(rows, kh, spec->strides[0], spec->padding);
	int			left = reference_before(columns, kw, spec->strides[1], spec->padding);
	int			size = out_rows * out_columns * filters;
	const double *recurrent = weights + kh * kw * channels * 4 * filters;
	const double *bias = recurrent + kh * kw * filters * 4 * filters;
	double	   *c = doubles((size_t) size);
	double	   *h = doubles((size_t) size);
	double	   *next = doubles((size_t) size);

	for (int t = 0; t < steps; t++)
	{
		const double *image = x + (spec->go_backwards ? steps - 1 - t : t) * rows * columns * channels;

		for (int r = 0; r < out_rows; r++)
			for (int q = 0; q < out_columns; q++)
				for (int f = 0; f < filters; f++)
				{
					int			at = (r * out_columns + q) * filters + f;
					double		z[4];

					for (int gate = 0; gate < 4; gate++)
					{
						z[gate] = spec->use_bias ? bias[gate * filters + f] : 0;
						z[gate] += convolved(image, rows, columns, channels, weights, kh, kw, 4 * filters,
											 r * spec->strides[0] - top, q * spec->strides[1] - left,
											 gate * filters + f);
						z[gate] += convolved(h, out_rows, out_columns, filters, recurrent, kh, kw, 4 * filters,
											 r - (kh - 1) / 2, q - (kw - 1) / 2, gate * filters + f);
					}
					c[at] = activated(spec->recurrent_activation, z[1]) * c[at] +
						activated(spec->recurrent_activation, z[0]) * activated(spec->activation, z[2]);
					next[at] = activated(spec->recurrent_activation, z[3]) * activated(spec->activation, c[at]);
				}
		for (int i = 0; i < size; i++)
		{
			h[i] = next[i];
			y[(spec->return_sequences ? t * size : 0) + i] = h[i];
		}
	}
	free(c);
	free(h);
	free(next);
}

static void reference_time_distributed(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
									   const double *x, double *y);

static const reference references[LF_LAYER_KINDS] = {
	[LF_LSTM] = reference_lstm,
	[LF_BIDIRECTIONAL] = reference_bidirectional,
	[LF_DENSE] = reference_dense,
	[LF_TIME_DISTRIBUTED] = reference_time_distributed,
	[LF_CONV1D] = reference_conv1d,
	[LF_MAX_POOL1D] = reference_max_pool1d,
	[LF_FLATTEN] = reference_copy,
	[LF_RESHAPE] = reference_copy,
	[LF_REPEAT_VECTOR] = reference_repeat_vector,
	[LF_CONV_LSTM2D] = reference_conv_lstm2d,
	[LF_SEGMENT_LSTM] = reference_segment_lstm,
	[LF_CATEGORY_EMBEDDING] = reference_category_embedding,
	[LF_GRU] = reference_gru,
};

static reference
reference_of(lf_layer_kind kind)
{
	return references[kind];
}

static void
reference_time_distributed(const lf_layer_spec *spec, const lf_shape *input, const double *weights,
						   const double *x, double *y)
{
	lf_shape	each = {.rank = input->rank - 1, .dim = {input->dim[1], input->dim[2], input->dim[3]}};
	size_t		in = lf_shape_size(&each);
	size_t		out = in;

	if (spec->inner == LF_DENSE)
		out = in / (size_t) each.dim[each.rank - 1] * (size_t) spec->units;
	else if (spec->inner == LF_CONV1D || spec->inner == LF_MAX_POOL1D)
		out = (size_t) reference_length(each.dim[0], spec->kernel[0], spec->strides[0], spec->padding) *
			(size_t) (spec->inner == LF_CONV1D ? spec->units : each.dim[1]);
	for (int t = 0; t < input->dim[0]; t++)
		references[spec->inner] (spec, &each, weights, x + (size_t) t * in, y + (size_t) t * out);
}

/*
 * One promise: for a batch of random samples, planned for training and planned for prediction alike, the layer gives
 * what the reference gives sample by sample.
 */
static void
check(const lf_layer_spec *spec, lf_shape input, int batch)
{
	static uint64_t seed = 1000;
	const char *why = NULL;
	size_t		wrong = 0;
	double		value = 0;
	double		expected = 0;

	seed++;
	for (int training = 0; training < 2 && why == NULL; training++)
	{
		lf_random	random = lf_random_seed(seed);
		rig			r;
		const lf_real *y;
		double	   *weights;
		double	   *x;
		double	   *want;

		if (rig_open(&r, spec, input, batch, training != 0) != LF_OK)
		{
			why = "the layer could not be created";
			break;
		}
		fill_uniform(&random, r.weights.block, r.layer.parameters, 0.7);
		fill_normal(&random, r.x.block, r.x_count);
		weights = to_double(r.weights.block, r.layer.parameters);
		x = to_double(r.x.block, r.x_count);
		want = doubles(r.y_count);
		rig_forward(&r);
		y = r.y.block;
		for (int b = 0; b < batch; b++)
			references[spec->kind] (spec, &input, weights, x + (size_t) b * r.layer.input_size,
									want + (size_t) b * r.layer.output_size);
		for (size_t i = 0; i < r.y_count && why == NULL; i++)
			if (!is_close((double) y[i], want[i]))
			{
				why = "a value is wrong";
				wrong = i;
				value = (double) y[i];
				expected = want[i];
			}
		if (why == NULL && !rig_intact(&r))
			why = "a red zone was written to";
		free(weights);
		free(x);
		free(want);
		rig_close(&r);
	}
	ok(why == NULL, "%s", describe(spec, &input, batch));
	if (why != NULL)
		diag("%s: element %zu is %.9g, expected %.9g", why, wrong, value, expected);
}

static void
test_lstm(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_LSTM);

	for (int i = 0; i < LF_ACTIVATIONS * LF_ACTIVATIONS; i++)
	{
		spec.activation = (lf_activation) (i / LF_ACTIVATIONS);
		spec.recurrent_activation = (lf_activation) (i % LF_ACTIVATIONS);
		spec.use_bias = i % 3 != 0;
		spec.return_sequences = i % 2 == 0;
		spec.go_backwards = i / 2 % 2 == 0;
		spec.units = 1 + i % 7;
		check(&spec, lf_shape_2(1 + i % 5, 1 + i % 4), i % 2 == 0 ? 1 : 3);
	}
}

static void
test_gru(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_GRU);

	ok(spec.reset_after && spec.use_bias && spec.activation == LF_TANH && spec.recurrent_activation == LF_SIGMOID,
	   "a gru has Keras' defaults");
	for (int i = 0; i < 2 * LF_ACTIVATIONS * LF_ACTIVATIONS; i++)
	{
		spec.activation = (lf_activation) (i / 2 / LF_ACTIVATIONS);
		spec.recurrent_activation = (lf_activation) (i / 2 % LF_ACTIVATIONS);
		spec.reset_after = i % 2 == 0;
		spec.use_bias = i % 3 != 0;
		spec.return_sequences = i / 2 % 2 == 0;
		spec.go_backwards = i / 4 % 2 == 0;
		spec.units = 1 + i % 7;
		check(&spec, lf_shape_2(1 + i % 5, 1 + i % 4), i % 5 == 0 ? 1 : 3);
	}
	spec = lf_layer_defaults(LF_GRU);
	spec.units = 37;			/* several strips of any instruction set, the last one not full */
	for (int after = 0; after < 2; after++)
	{
		spec.reset_after = after == 1;
		check(&spec, lf_shape_2(4, 5), 3);
	}
}

static void
test_segment_lstm(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_SEGMENT_LSTM);

	for (int i = 0; i < LF_ACTIVATIONS * LF_ACTIVATIONS; i++)
	{
		spec.activation = (lf_activation) (i / LF_ACTIVATIONS);
		spec.recurrent_activation = (lf_activation) (i % LF_ACTIVATIONS);
		spec.use_bias = i % 3 != 0;
		spec.units = 1 + i % 7;
		spec.segments = 1 + i % 4;
		check(&spec, lf_shape_2(1 + i % 5, 1 + i % 3), i % 2 == 0 ? 1 : 5);
	}
	spec = lf_layer_defaults(LF_SEGMENT_LSTM);
	spec.units = 37;			/* several strips of any instruction set, the last one not full */
	spec.segments = 3;
	check(&spec, lf_shape_2(4, 5), 3);
}

static void
test_category_embedding(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CATEGORY_EMBEDDING);

	for (int i = 0; i < 12; i++)
	{
		spec.units = 1 + i % 5;
		spec.categories = 1 + i % 3;
		check(&spec, lf_shape_2(1 + i % 4, 1 + i % 3), i % 2 == 0 ? 1 : 5);
	}
}

static void
test_bidirectional(void)
{
	for (int i = 0; i < 8 * LF_MERGES; i++)
	{
		lf_layer_spec spec = wrapped_defaults(LF_BIDIRECTIONAL, i / 4 / LF_MERGES == 0 ? LF_LSTM : LF_GRU);

		spec.merge = (lf_merge) (i / 4 % LF_MERGES);
		spec.return_sequences = i % 2 == 0;
		spec.use_bias = i / 2 % 2 == 0;
		spec.units = 1 + i % 5;
		check(&spec, lf_shape_2(1 + i % 7, 1 + i % 3), 3);
	}
}

static void
test_conv1d(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CONV1D);

	for (int padding = 0; padding < LF_PADDINGS; padding++)
		for (int kernel = 1; kernel <= 5; kernel++)
			for (int stride = 1; stride <= 3; stride++)
				for (int steps = 1; steps <= 7; steps += 2)
				{
					spec.padding = (lf_padding) padding;
					spec.kernel[0] = kernel;
					spec.strides[0] = stride;
					spec.units = 1 + (kernel + steps) % 4;
					spec.use_bias = (kernel + stride) % 2 == 0;
					spec.activation = (lf_activation) ((kernel + steps) % LF_ACTIVATIONS);
					if (padding != LF_VALID || kernel <= steps)
						check(&spec, lf_shape_2(steps, 1 + steps % 3), 3);
				}
}

static void
test_max_pool1d(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_MAX_POOL1D);

	for (int padding = 0; padding < 2; padding++)
		for (int pool = 1; pool <= 5; pool++)
			for (int stride = 1; stride <= 3; stride++)
				for (int steps = 1; steps <= 7; steps += 2)
				{
					spec.padding = (lf_padding) padding;
					spec.kernel[0] = pool;
					spec.strides[0] = stride;
					if (padding != LF_VALID || pool <= steps)
						check(&spec, lf_shape_2(steps, 1 + steps % 3), 3);
				}
}

static void
test_conv_lstm2d(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CONV_LSTM2D);

	for (int i = 0; i < 96; i++)
	{
		lf_shape	input = lf_shape_4(1 + i % 4, 1 + i % 5, 1 + i % 7, 1 + i % 3);

		spec.padding = i % 2 == 0 ? LF_VALID : LF_SAME;
		spec.return_sequences = i / 2 % 2 == 0;
		spec.go_backwards = i / 4 % 2 == 0;
		spec.kernel[0] = 1 + i / 8 % 3;
		spec.kernel[1] = 1 + i / 24 % 4;
		spec.strides[0] = 1 + i / 5 % 2;
		spec.strides[1] = 1 + i / 7 % 3;
		spec.units = 1 + i / 3 % 4;
		spec.use_bias = i % 5 != 0;
		spec.activation = i % 3 == 0 ? LF_RELU : LF_TANH;
		if (spec.padding == LF_SAME || (spec.kernel[0] <= input.dim[1] && spec.kernel[1] <= input.dim[2]))
			check(&spec, input, i % 2 == 0 ? 3 : 1);
	}
}

static void
test_dense_and_time_distributed(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_DENSE);

	for (int i = 0; i < LF_ACTIVATIONS; i++)
	{
		spec.units = 1 + i;
		spec.activation = (lf_activation) i;
		spec.use_bias = i % 2 == 0;
		check(&spec, lf_shape_1(7), 3);
		check(&spec, lf_shape_3(3, 2, 5), 3);
	}
	for (int i = 0; i < 6; i++)
	{
		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_DENSE);
		spec.units = 1 + i;
		check(&spec, i % 2 == 0 ? lf_shape_2(5, 3) : lf_shape_4(2, 3, 1, 5), 3);

		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_CONV1D);
		spec.units = 1 + i;
		spec.kernel[0] = 1 + i / 2;
		spec.padding = (lf_padding) (i % LF_PADDINGS);
		check(&spec, lf_shape_3(1 + i, 5, 2), 3);

		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_MAX_POOL1D);
		spec.padding = (lf_padding) (i % 2);
		check(&spec, lf_shape_3(1 + i, 2 + i, 3), 3);

		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_FLATTEN);
		check(&spec, i % 2 == 0 ? lf_shape_2(1 + i, 3) : lf_shape_4(1 + i, 2, 3, 2), 3);
	}
}

static void
test_shapes(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_FLATTEN);

	check(&spec, lf_shape_3(3, 2, 5), 3);
	spec = lf_layer_defaults(LF_RESHAPE);
	spec.target = lf_shape_3(2, -1, 3);
	check(&spec, lf_shape_2(6, 5), 3);
	spec = lf_layer_defaults(LF_REPEAT_VECTOR);
	spec.units = 5;
	check(&spec, lf_shape_1(3), 3);
}

static double
largest_difference(const lf_real *a, const lf_real *b, size_t count)
{
	double		largest = 0;

	for (size_t i = 0; i < count; i++)
	{
		double		difference = fabs((double) a[i] - (double) b[i]) / (1 + fabs((double) b[i]));

		if (!(difference <= largest))
			largest = difference;
	}
	return largest;
}

/*
 * A layer that is told that its input stays the same gives what it gives when it is shown that at each step, and back.
 */
static void
check_repeated(const lf_layer_spec *layer)
{
	enum
	{
		STEPS = 4, FEATURES = 3, BATCH = 5
	};
	lf_spec		told = {.input = lf_shape_1(FEATURES)};
	lf_spec		shown = {.input = lf_shape_2(STEPS, FEATURES), .count = 1, .layer = {*layer}};
	lf_random	random = lf_random_seed(77);
	network_rig a;
	network_rig b;
	lf_real    *dx;
	bool		good;

	add_layer(&told, LF_REPEAT_VECTOR, STEPS);
	told.layer[told.count++] = *layer;
	good = network_rig_open(&a, &told, BATCH, true) == LF_OK && network_rig_open(&b, &shown, BATCH, true) == LF_OK;
	if (!ok(good && a.network.layer[1].same_input, "a layer behind one that repeats is told so"))
		return;
	fill_uniform(&random, a.weights.block, a.network.parameters, 0.7);
	fill_normal(&random, a.x.block, a.x_count);
	fill_uniform(&random, a.dy.block, a.y_count, 1.0);
	memcpy(b.weights.block, a.weights.block, a.weights.bytes);
	memcpy(b.dy.block, a.dy.block, a.dy.bytes);
	memset(a.gradients.block, 0, a.gradients.bytes);
	memset(b.gradients.block, 0, b.gradients.bytes);
	for (int i = 0; i < BATCH * STEPS; i++)
		memcpy((lf_real *) b.x.block + i * FEATURES, (lf_real *) a.x.block + i / STEPS * FEATURES, FEATURES * sizeof(lf_real));
	good = lf_network_forward(&a.network, &a.pass, a.x.block, &a.y) == LF_OK &&
		lf_network_forward(&b.network, &b.pass, b.x.block, &b.y) == LF_OK &&
		largest_difference(a.y, b.y, a.y_count) <= TOLERANCE &&
		lf_network_backward(&a.network, &a.pass, a.x.block, a.dy.block, a.dx.block) == LF_OK &&
		lf_network_backward(&b.network, &b.pass, b.x.block, b.dy.block, b.dx.block) == LF_OK;
	dx = b.dx.block;
	for (int i = 0; i < BATCH; i++)
		for (int f = 0; f < FEATURES; f++)
		{
			lf_real		sum = 0;

			for (int t = 0; t < STEPS; t++)
				sum += dx[(i * STEPS + t) * FEATURES + f];
			dx[i * FEATURES + f] = sum;	/* what is overwritten was read before */
		}
	good = good && largest_difference(a.dx.block, dx, a.x_count) <= TOLERANCE &&
		largest_difference(a.gradients.block, b.gradients.block, a.network.parameters) <= TOLERANCE &&
		network_rig_intact(&a) && network_rig_intact(&b);
	ok(good, "told once what stays the same: %s", describe(layer, &shown.input, BATCH));
	network_rig_close(&a);
	network_rig_close(&b);
}

/* For every kind that takes it, and wrappers around each. */
static void
test_repeated(void)
{
	for (int kind = 0; kind < LF_LAYER_KINDS; kind++)
		for (int flags = 0; flags < 8; flags++)
		{
			lf_layer_spec spec = lf_layer_defaults((lf_layer_kind) kind);

			if (lf_layer_class_of(spec.kind)->forward_at == NULL)
				continue;
			spec.units = 5;
			spec.return_sequences = (flags & 1) != 0;
			spec.go_backwards = (flags & 2) != 0;
			if (lf_layer_class_of(spec.kind)->arguments & LF_ARG_RESET_AFTER)
				spec.reset_after = (flags & 4) == 0;
			check_repeated(&spec);
			spec.inner = spec.kind;
			spec.kind = LF_BIDIRECTIONAL;
			check_repeated(&spec);
		}
}

/* Dropout has no reference, since its mask is its own; but what a mask may do is settled. */
static void
test_dropout(void)
{
	const double rate = 0.3;
	const size_t count = 3 * 10000;
	lf_layer_spec spec = lf_layer_defaults(LF_DROPOUT);
	lf_random	random = lf_random_seed(9);
	size_t		dropped = 0;
	size_t		dropped_again = 0;
	size_t		dropped_twice = 0;
	bool		scaled = true;
	rig			r;
	const lf_real *x;
	lf_real    *y;

	spec.rate = rate;
	if (!ok(rig_open(&r, &spec, lf_shape_1(10000), 3, true) == LF_OK, "dropout can be created"))
		return;
	x = r.x.block;
	y = r.y.block;
	fill_uniform(&random, r.x.block, r.x_count, 1.0);

	rig_forward(&r);
	for (size_t i = 0; i < count; i++)
	{
		dropped += y[i] == 0;
		scaled = scaled && (y[i] == 0 || is_close((double) y[i], (double) x[i] / (1 - rate)));
	}
	ok(scaled, "what dropout keeps is divided by 1 - rate");
	/* 5 standard deviations of a binomial */
	ok(fabs((double) dropped - rate * count) < 5 * sqrt(rate * (1 - rate) * count), "dropout drops its share");

	memcpy(r.dx.block, y, r.y.bytes);
	rig_forward(&r);
	ok(memcmp(r.dx.block, y, r.y.bytes) == 0, "dropout with the same seed has the same mask");
	r.pass.dropout_seed++;
	rig_forward(&r);
	for (size_t i = 0; i < count; i++)
	{
		dropped_again += y[i] == 0;
		dropped_twice += y[i] == 0 && ((lf_real *) r.dx.block)[i] == 0;
	}
	ok(fabs((double) dropped_twice - rate * rate * count) < 5 * sqrt(rate * rate * (1 - rate * rate) * count) &&
	   dropped_again != dropped_twice, "dropout with another seed has an independent mask");

	memcpy(r.dx.block, y, r.y.bytes);
	r.network.layer[0].index++;
	rig_forward(&r);
	ok(memcmp(r.dx.block, y, r.y.bytes) != 0, "dropout in another place of the network has another mask");

	r.pass.training = false;
	rig_forward(&r);
	ok(memcmp(x, y, r.y.bytes) == 0, "outside of training dropout does nothing");
	ok(rig_intact(&r), "dropout touches no red zone");
	rig_close(&r);
}

/* Numbers that can be checked by head: one channel, one filter, no bias. */
static void
check_by_hand(const char *name, const lf_layer_spec *spec, int steps, const double *kernel, const double *x,
			  int expected_count, const double *expected)
{
	rig			r;
	bool		good = rig_open(&r, spec, lf_shape_2(steps, 1), 1, false) == LF_OK;

	if (good)
	{
		for (size_t i = 0; i < r.layer.parameters; i++)
			((lf_real *) r.weights.block)[i] = (lf_real) kernel[i];
		for (int i = 0; i < steps; i++)
			((lf_real *) r.x.block)[i] = (lf_real) x[i];
		rig_forward(&r);
		good = r.y_count == (size_t) expected_count;
		for (size_t i = 0; i < r.y_count && good; i++)
			good = is_close((double) ((lf_real *) r.y.block)[i], expected[i]);
		rig_close(&r);
	}
	ok(good, "%s", name);
}

static void
test_by_hand(void)
{
	static const double kernel[] = {1, 10, 100};
	static const double up[] = {1, 2, 3, 4, 5};
	static const double down[] = {-1, -2, -3, -4, -5};
	lf_layer_spec spec = lf_layer_defaults(LF_CONV1D);

	spec.units = 1;
	spec.use_bias = false;
	spec.kernel[0] = 3;
	spec.padding = LF_VALID;
	check_by_hand("conv1d valid by hand", &spec, 5, kernel, up, 3, (const double[]) {321, 432, 543});
	spec.padding = LF_SAME;
	check_by_hand("conv1d same by hand", &spec, 5, kernel, up, 5, (const double[]) {210, 321, 432, 543, 54});
	spec.padding = LF_CAUSAL;
	check_by_hand("conv1d causal by hand", &spec, 5, kernel, up, 5, (const double[]) {100, 210, 321, 432, 543});
	spec.strides[0] = 2;
	check_by_hand("conv1d causal with stride 2 by hand", &spec, 5, kernel, up, 3, (const double[]) {100, 321, 543});
	spec.padding = LF_SAME;
	check_by_hand("conv1d same with stride 2 by hand", &spec, 5, kernel, up, 3, (const double[]) {210, 432, 54});
	spec.kernel[0] = 2;
	check_by_hand("conv1d same, nothing to pad, by hand", &spec, 4, kernel, up, 2, (const double[]) {21, 43});
	spec.strides[0] = 1;
	check_by_hand("conv1d same pads the odd zero behind", &spec, 5, kernel, up, 5,
				  (const double[]) {21, 32, 43, 54, 5});

	spec = lf_layer_defaults(LF_MAX_POOL1D);
	check_by_hand("max_pool1d by hand", &spec, 5, NULL, down, 2, (const double[]) {-1, -3});
	spec.padding = LF_SAME;
	spec.kernel[0] = 3;
	check_by_hand("in max_pool1d the padding never wins", &spec, 5, NULL, down, 3, (const double[]) {-1, -2, -4});
}

/* Lengths and padding for all small sizes; and no patch lies outside altogether, which pools and patches rely on. */
static void
test_convolution_length(void)
{
	bool		lengths = true;
	bool		covered = true;

	for (int padding = 0; padding < LF_PADDINGS; padding++)
		for (int length = 1; length <= 12; length++)
			for (int kernel = 1; kernel <= 14; kernel++)
				for (int stride = 1; stride <= 14; stride++)
				{
					int			before;
					int			count = lf_convolution_length(length, kernel, stride, (lf_padding) padding, &before);

					if (padding == LF_VALID && kernel > length)
						lengths = lengths && count == 0;
					else
						lengths = lengths &&
							count == reference_length(length, kernel, stride, (lf_padding) padding) &&
							before == reference_before(length, kernel, stride, (lf_padding) padding);
					for (int i = 0; i < count; i++)
						if (i * stride - before >= length || i * stride - before + kernel <= 0)
							covered = false;
				}
	ok(lengths, "a convolution has Keras' output length and padding");
	ok(covered, "no patch lies outside of its input");
}

static lf_status
create(const lf_layer_spec *spec, lf_shape input)
{
	lf_layer	layer;

	return lf_layer_create(&layer, spec, &input, 0);
}

static bool
plan_overflows(const lf_layer_spec *spec, lf_shape input, int batch)
{
	lf_layer	layer;
	lf_arena	arena = lf_arena_measure();

	if (lf_layer_create(&layer, spec, &input, 0) != LF_OK)
		return false;
	layer.class->layout(&layer, &arena, batch, true);
	return arena.overflow;
}

static void
test_refusals(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CONV1D);

	spec.units = 3;
	spec.kernel[0] = 4;
	ok(create(&spec, lf_shape_1(5)) == LF_BAD_RANK, "conv1d refuses a vector");
	ok(create(&spec, lf_shape_2(3, 5)) == LF_BAD_SHAPE, "conv1d refuses a kernel longer than its input");
	spec.padding = LF_SAME;
	ok(create(&spec, lf_shape_2(3, 5)) == LF_OK, "conv1d that pads takes a kernel longer than its input");
	spec.strides[0] = 0;
	ok(create(&spec, lf_shape_2(3, 5)) == LF_BAD_SHAPE, "conv1d refuses a stride of 0");
	spec.strides[0] = 1;
	spec.units = 0;
	ok(create(&spec, lf_shape_2(3, 5)) == LF_BAD_SHAPE, "conv1d refuses 0 filters");
	spec.units = 1;
	spec.use_bias = false;
	spec.kernel[0] = LF_MAX_DIM;
	if (sizeof(size_t) >= 8)	/* see base.h */
		ok(plan_overflows(&spec, lf_shape_2(LF_MAX_DIM, 256), LF_MAX_BATCH),
		   "patches of conv1d that pass 2^64 bytes overflow the arena");

	spec = lf_layer_defaults(LF_SEGMENT_LSTM);
	spec.units = 3;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_BAD_SHAPE, "segment_lstm refuses 0 segments");
	spec.segments = 2;
	ok(create(&spec, lf_shape_1(5)) == LF_BAD_RANK, "segment_lstm refuses a vector");
	ok(create(&spec, lf_shape_2(5, 3)) == LF_OK, "segment_lstm takes a sequence of vectors");
	spec.segments = LF_MAX_DIM;
	spec.units = LF_MAX_DIM / 4;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_TOO_LARGE, "segment_lstm refuses weights beyond the limit");

	spec = lf_layer_defaults(LF_CATEGORY_EMBEDDING);
	spec.units = 4;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_BAD_SHAPE, "category_embedding refuses 0 categories");
	spec.categories = 7;
	ok(create(&spec, lf_shape_1(5)) == LF_BAD_RANK, "category_embedding refuses a vector");
	ok(create(&spec, lf_shape_2(5, 1)) == LF_OK, "category_embedding takes categories alone");
	spec.units = LF_MAX_DIM;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_TOO_LARGE, "category_embedding refuses more features than there may be");

	spec = lf_layer_defaults(LF_MAX_POOL1D);
	ok(create(&spec, lf_shape_3(5, 3, 2)) == LF_BAD_RANK, "max_pool1d refuses an image");
	ok(create(&spec, lf_shape_2(1, 3)) == LF_BAD_SHAPE, "max_pool1d refuses a pool longer than its input");
	spec.padding = LF_CAUSAL;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_BAD_SHAPE, "max_pool1d refuses causal padding");

	spec = lf_layer_defaults(LF_CONV_LSTM2D);
	spec.units = 2;
	spec.kernel[0] = 1;
	spec.kernel[1] = 2;
	ok(create(&spec, lf_shape_4(2, 1, 2, 1)) == LF_OK, "conv_lstm2d takes a sequence of images of one row");
	ok(create(&spec, lf_shape_3(2, 2, 1)) == LF_BAD_RANK, "conv_lstm2d refuses a sequence of series");
	ok(create(&spec, lf_shape_4(2, 1, 1, 1)) == LF_BAD_SHAPE, "conv_lstm2d refuses a kernel wider than its input");
	spec.padding = LF_CAUSAL;
	ok(create(&spec, lf_shape_4(2, 1, 2, 1)) == LF_BAD_SHAPE, "conv_lstm2d refuses causal padding");
	spec.padding = LF_VALID;
	spec.units = LF_MAX_DIM / 4 + 1;
	ok(create(&spec, lf_shape_4(2, 1, 2, 1)) == LF_BAD_SHAPE, "conv_lstm2d refuses more filters than a tensor holds");

	spec = lf_layer_defaults(LF_GRU);
	ok(create(&spec, lf_shape_2(5, 3)) == LF_BAD_SHAPE, "gru refuses 0 units");
	spec.units = 3;
	ok(create(&spec, lf_shape_1(5)) == LF_BAD_RANK, "gru refuses a vector");
	spec.units = LF_MAX_DIM / 4 + 1;
	ok(create(&spec, lf_shape_2(5, 3)) == LF_TOO_LARGE, "gru refuses more units than a tensor holds");

	spec = wrapped_defaults(LF_BIDIRECTIONAL, LF_DENSE);
	spec.units = 2;
	ok(create(&spec, lf_shape_2(3, 1)) == LF_BAD_SHAPE, "bidirectional refuses dense");
	spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_LSTM);
	spec.units = 2;
	ok(create(&spec, lf_shape_3(2, 3, 1)) == LF_BAD_SHAPE, "time_distributed refuses lstm");
	spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_FLATTEN);
	spec.inner = LF_TIME_DISTRIBUTED;
	ok(create(&spec, lf_shape_3(2, 3, 1)) == LF_BAD_SHAPE, "time_distributed refuses itself");
	spec.inner = (lf_layer_kind) 99;
	ok(create(&spec, lf_shape_3(2, 3, 1)) == LF_BAD_SHAPE, "time_distributed refuses what is no kind");
	spec.inner = LF_FLATTEN;
	ok(create(&spec, lf_shape_1(2)) == LF_BAD_RANK, "time_distributed refuses a vector");
	if (sizeof(size_t) >= 8)
		ok(plan_overflows(&spec, lf_shape_2(LF_MAX_DIM, 1), LF_MAX_BATCH),
		   "time_distributed overflows the arena where batch times steps pass an int");
}

/* With the flag up, a walk comes back, whatever it computed, and leaves its inputs and everybody's memory alone. */
static void
test_interrupt(void)
{
	static const volatile sig_atomic_t raised = 1;
	lf_layer_spec specs[LF_LAYER_KINDS];
	lf_shape	inputs[LF_LAYER_KINDS];

	for (int kind = 0; kind < LF_LAYER_KINDS; kind++)
	{
		specs[kind] = lf_layer_defaults((lf_layer_kind) kind);
		specs[kind].units = 3;
		specs[kind].segments = 2;
		specs[kind].categories = 2;
		inputs[kind] = lf_shape_2(5, 2);
	}
	specs[LF_BIDIRECTIONAL] = wrapped_defaults(LF_BIDIRECTIONAL, LF_LSTM);
	specs[LF_BIDIRECTIONAL].units = 3;
	specs[LF_TIME_DISTRIBUTED] = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_MAX_POOL1D);
	inputs[LF_TIME_DISTRIBUTED] = lf_shape_3(3, 5, 2);
	specs[LF_CONV1D].kernel[0] = 2;
	specs[LF_RESHAPE].target = lf_shape_1(-1);
	inputs[LF_REPEAT_VECTOR] = lf_shape_1(7);
	specs[LF_CONV_LSTM2D].kernel[0] = specs[LF_CONV_LSTM2D].kernel[1] = 2;
	inputs[LF_CONV_LSTM2D] = lf_shape_4(3, 3, 3, 2);
	for (int kind = 0; kind < LF_LAYER_KINDS; kind++)
	{
		rig			r;
		lf_random	random = lf_random_seed((uint64_t) kind);
		bool		good = rig_open(&r, &specs[kind], inputs[kind], 3, true) == LF_OK;

		if (good)
		{
			double	   *weights;
			double	   *x;

			fill_uniform(&random, r.weights.block, r.layer.parameters, 0.7);
			fill_uniform(&random, r.dy.block, r.y_count, 1.0);
			fill_normal(&random, r.x.block, r.x_count);
			weights = to_double(r.weights.block, r.layer.parameters);
			x = to_double(r.x.block, r.x_count);
			r.pass.interrupt = &raised;
			rig_forward(&r);
			rig_backward(&r, true);
			for (size_t i = 0; i < r.layer.parameters; i++)
				good = good && weights[i] == (double) ((lf_real *) r.weights.block)[i];
			for (size_t i = 0; i < r.x_count; i++)
				good = good && x[i] == (double) ((lf_real *) r.x.block)[i];
			good = good && rig_intact(&r);
			free(weights);
			free(x);
			rig_close(&r);
		}
		ok(good, "an interrupted %s leaves everything intact", lf_layer_class_of((lf_layer_kind) kind)->name);
	}
}

int
main(void)
{
	test_convolution_length();
	test_by_hand();
	test_conv1d();
	test_max_pool1d();
	test_lstm();
	test_gru();
	test_segment_lstm();
	test_category_embedding();
	test_bidirectional();
	test_conv_lstm2d();
	test_dense_and_time_distributed();
	test_shapes();
	test_repeated();
	test_dropout();
	test_refusals();
	test_interrupt();
	return done_testing();
}
