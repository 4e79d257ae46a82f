/*
 * gradient_test.c: the gradients of every layer kind, tensor by tensor, against central differences.
 *
 * Build with -DLF_DOUBLE: in float a difference cannot tell a wrong gradient from rounding. The loss is the sum of the
 * outputs times fixed random coefficients, so that no error can hide behind a symmetry.
 *
 * A kink (relu at 0, a tie in max_pool1d) within a step of an element makes the difference quotient wrong, not the
 * gradient. Such an element shows in the two one-sided quotients: for a smooth loss they agree to the order of the
 * step, across a kink they differ by the jump of the slope. The input is then drawn again, and the tolerance stays.
 */
#include "rig.h"
#include "tap.h"

#include <math.h>

#ifndef LF_DOUBLE
#error "gradient_test needs a core built with -DLF_DOUBLE"
#endif

/*
 * Rounding contributes 1e-16 / STEP = 1e-10 to a quotient, curvature its square, 1e-12: both far below the tolerance.
 * The one-sided quotients differ by STEP times the curvature, 1e-6 to 1e-5: also far below what counts as a kink.
 */
#define STEP 1e-6
#define TOLERANCE 1e-6
#define KINK 1e-4
#define DRAWS 20

/* Below this a gradient counts as nothing: rounding of the quotients is 1e-10 whatever the gradient. */
#define SMALL 1e-3

/* of all comparisons of layers, for the summary */
static double worst = 0;

static const int odd[] = {1, 2, 3, 5, 7};

#define ODD(i) odd[(unsigned) (i) % 5]

static double
norm(const double *x, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum);
}

/* ||a - n|| / (||a|| + ||n||): 0 for equal, up to 1 for unrelated gradients. */
static double
relative_error(const double *analytic, const double *numeric, size_t n)
{
	double		sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (analytic[i] - numeric[i]) * (analytic[i] - numeric[i]);
	return sqrt(sum) / fmax(norm(analytic, n) + norm(numeric, n), SMALL);
}

static bool
agrees(const double *analytic, const double *numeric, size_t n)
{
	return relative_error(analytic, numeric, n) < TOLERANCE;	/* false for NaN too */
}

/* Loss at y minus loss at 'base', element by element, which loses less to rounding than the difference of two sums. */
static double
loss_change(const rig *r, const double *coefficients, const double *base)
{
	const double *y = r->y.block;
	double		sum = 0;

	for (size_t i = 0; i < r->y_count; i++)
		sum += coefficients[i] * (y[i] - base[i]);
	return sum;
}

/* Central differences of the loss in n elements from 'at' on; false if a kink is in the way. */
static bool
differentiate(rig *r, const double *coefficients, const double *base, double *at, size_t n, double *numeric)
{
	double	   *jump = malloc((n + 1) * sizeof(double));
	double		limit;
	bool		smooth = true;

	for (size_t i = 0; i < n; i++)
	{
		double		saved = at[i];
		double		ahead;
		double		behind;

		at[i] = saved + STEP;
		rig_forward(r);
		ahead = loss_change(r, coefficients, base) / STEP;
		at[i] = saved - STEP;
		rig_forward(r);
		behind = -loss_change(r, coefficients, base) / STEP;
		at[i] = saved;
		numeric[i] = (ahead + behind) / 2;
		jump[i] = fabs(ahead - behind);
	}
	limit = KINK * fmax(norm(numeric, n), SMALL);
	for (size_t i = 0; i < n; i++)
		if (!(jump[i] <= limit))
			smooth = false;
	free(jump);
	return smooth;
}

/* What one comparison works on: gradients both ways, all tensors and behind them the input. */
typedef struct comparison
{
	rig			r;
	guarded		coefficients;	/* (B, output) */
	guarded		base;			/* (B, output): y of the unchanged weights and input */
	guarded		analytic;
	guarded		numeric;
} comparison;

static void
comparison_close(comparison *c)
{
	rig_close(&c->r);
	free(c->coefficients.raw);
	free(c->base.raw);
	free(c->analytic.raw);
	free(c->numeric.raw);
}

/*
 * Gradients by the layer's backward. It must add to what is there, so it starts from random numbers that are taken off
 * again; it must leave the weights' gradients the same when nobody wants that of the input.
 */
static bool
compute_analytic(comparison *c, lf_random *random)
{
	rig		   *r = &c->r;
	double	   *gradients = r->gradients.block;
	double	   *analytic = c->analytic.block;
	size_t		parameters = r->layer.parameters;
	bool		same = true;
	guarded		start = guarded_reals(parameters);
	double	   *before = start.block;

	fill_uniform(random, before, parameters, 1.0);
	for (int round = 0; round < 2; round++)
	{
		rig_forward(r);
		memcpy(c->base.block, r->y.block, r->y.bytes);
		memcpy(gradients, before, r->gradients.bytes);
		memcpy(r->dy.block, c->coefficients.block, r->dy.bytes);
		rig_backward(r, round == 1);
		for (size_t i = 0; i < parameters; i++)
		{
			double		gradient = gradients[i] - before[i];

			if (round == 1 && gradient != analytic[i])
				same = false;
			analytic[i] = gradient;
		}
	}
	memcpy(analytic + parameters, r->dx.block, r->dx.bytes);
	free(start.raw);
	return same;
}

/*
 * Fills a comparison: draws weights and input, again if a kink is near, and computes both gradients. On false, 'why'
 * says what went wrong.
 */
static bool
compare(comparison *c, const lf_layer_spec *spec, lf_shape input, int batch, uint64_t seed, const char **why)
{
	lf_random	random = lf_random_seed(seed);
	rig		   *r = &c->r;
	bool		smooth = false;
	double	   *numeric;
	size_t		parameters;

	memset(c, 0, sizeof(*c));
	*why = NULL;
	if (rig_open(r, spec, input, batch, true) != LF_OK)
	{
		*why = "the layer could not be created";
		return false;
	}
	parameters = r->layer.parameters;
	c->coefficients = guarded_reals(r->y_count);
	c->base = guarded_reals(r->y_count);
	c->analytic = guarded_reals(parameters + r->x_count);
	c->numeric = guarded_reals(parameters + r->x_count);
	numeric = c->numeric.block;
	fill_uniform(&random, r->weights.block, parameters, 0.7);
	fill_uniform(&random, c->coefficients.block, r->y_count, 1.0);
	for (int draw = 0; draw < DRAWS && !smooth; draw++)
	{
		fill_normal(&random, r->x.block, r->x_count);
		if (!compute_analytic(c, &random))
		{
			*why = "the gradients of the weights depend on whether that of the input is wanted";
			return false;
		}
		smooth = differentiate(r, c->coefficients.block, c->base.block, r->weights.block, parameters, numeric) &&
			differentiate(r, c->coefficients.block, c->base.block, r->x.block, r->x_count, numeric + parameters);
	}
	if (!smooth)
		*why = "no input without a kink was found";
	else if (!rig_intact(r))
		*why = "a red zone was written to";
	return *why == NULL;
}

/* One promise: all gradients of this layer on this input are right. */
static void
check(const lf_layer_spec *spec, lf_shape input, int batch)
{
	static uint64_t seed = 0;
	comparison	c;
	const char *why;
	lf_tensor	tensors[LF_MAX_TENSORS + 1];
	bool		good[LF_MAX_TENSORS + 1];
	double		error[LF_MAX_TENSORS + 1];
	bool		all = compare(&c, spec, input, batch, ++seed, &why);
	int			count = 0;

	if (all)
	{
		size_t		at = 0;

		count = lf_layer_tensors(&c.r.layer, tensors);
		tensors[count++] = (lf_tensor) {.name = "input"};
		for (int i = 0; i < count; i++)
		{
			size_t		size = i + 1 == count ? c.r.x_count : lf_shape_size(&tensors[i].shape);
			const double *analytic = (const double *) c.analytic.block + at;
			const double *numeric = (const double *) c.numeric.block + at;

			error[i] = relative_error(analytic, numeric, size);
			worst = fmax(worst, error[i]);
			good[i] = agrees(analytic, numeric, size);
			all = all && good[i];
			at += size;
		}
	}
	ok(all, "%s", describe(spec, &input, batch));
	if (why != NULL)
		diag("%s", why);
	for (int i = 0; i < count; i++)
		if (!good[i])
			diag("%s: relative error %.2e", tensors[i].name, error[i]);
	comparison_close(&c);
}

static void
test_lstm(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_LSTM);
	int			i = 0;

	for (int a = 0; a < LF_ACTIVATIONS; a++)
		for (int s = 0; s < LF_ACTIVATIONS; s++)
			for (int flags = 0; flags < 8; flags++, i++)
			{
				spec.activation = (lf_activation) a;
				spec.recurrent_activation = (lf_activation) s;
				spec.use_bias = (flags & 1) == 0;
				spec.return_sequences = (flags & 2) != 0;
				spec.go_backwards = (flags & 4) != 0;
				spec.units = ODD(i + i / 5);
				check(&spec, lf_shape_2(ODD(i), ODD(i / 5 + 1)), i % 3 == 0 ? 1 : 3);
			}
}

static void
test_gru(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_GRU);
	int			i = 0;

	for (int a = 0; a < LF_ACTIVATIONS; a++)
		for (int s = 0; s < LF_ACTIVATIONS; s++)
			for (int flags = 0; flags < 16; flags++, i++)
			{
				/* gates without a bound let h grow from step to step by more than digits can tell */
				bool		bounded = s == LF_TANH || s == LF_SIGMOID;

				spec.activation = (lf_activation) a;
				spec.recurrent_activation = (lf_activation) s;
				spec.use_bias = (flags & 1) == 0;
				spec.return_sequences = (flags & 2) != 0;
				spec.go_backwards = (flags & 4) != 0;
				spec.reset_after = (flags & 8) == 0;
				spec.units = ODD(i + i / 5);
				check(&spec, lf_shape_2(bounded ? ODD(i) : 1 + i % 3, ODD(i / 5 + 1)), i % 3 == 0 ? 1 : 3);
			}
	spec = lf_layer_defaults(LF_GRU);
	spec.units = 19;
	for (int after = 0; after < 2; after++)
	{
		spec.reset_after = after == 1;
		check(&spec, lf_shape_2(3, 4), 5);
	}
}

static void
test_segment_lstm(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_SEGMENT_LSTM);
	int			i = 0;

	for (int a = 0; a < LF_ACTIVATIONS; a++)
		for (int s = 0; s < LF_ACTIVATIONS; s++)
			for (int bias = 0; bias < 2; bias++, i++)
			{
				/* gates without a bound let c grow from step to step by more than digits can tell */
				bool		bounded = s == LF_TANH || s == LF_SIGMOID;

				spec.activation = (lf_activation) a;
				spec.recurrent_activation = (lf_activation) s;
				spec.use_bias = bias == 0;
				spec.units = ODD(i + i / 5);
				spec.segments = ODD(i / 3);
				check(&spec, lf_shape_2(bounded ? ODD(i / 2) : 1 + i % 2, ODD(i / 5 + 1)), i % 3 == 0 ? 1 : 3);
			}
	spec = lf_layer_defaults(LF_SEGMENT_LSTM);
	spec.units = 19;
	spec.segments = 3;
	check(&spec, lf_shape_2(3, 4), 5);
}

/* Its input counts from 0 on, and goes beyond on both sides: such rows share the gradient among all vectors. */
static void
test_category_embedding(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CATEGORY_EMBEDDING);

	for (int i = 0; i < 12; i++)
	{
		spec.units = ODD(i);
		spec.categories = 1 + i % 4;
		check(&spec, lf_shape_2(ODD(i / 2), ODD(i / 3)), i % 3 == 0 ? 1 : 3);
	}
}

static void
test_bidirectional(void)
{
	for (int i = 0; i < 2 * 2 * 2 * 2 * LF_MERGES; i++)
	{
		lf_layer_spec spec = wrapped_defaults(LF_BIDIRECTIONAL, i / 8 / LF_MERGES == 0 ? LF_LSTM : LF_GRU);

		spec.merge = (lf_merge) (i / 8 % LF_MERGES);
		spec.return_sequences = (i & 1) != 0;
		spec.go_backwards = (i & 2) != 0;
		spec.use_bias = (i & 4) == 0;
		spec.activation = (i & 1) != 0 ? LF_TANH : LF_RELU;
		for (int shape = 0; shape < 5; shape++)
		{
			spec.units = ODD(i + shape + 1);
			check(&spec, lf_shape_2(ODD(shape), ODD(i / 5 + shape)), shape % 2 == 0 ? 3 : 1);
		}
	}
}

static void
test_dense(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_DENSE);

	for (int i = 0; i < 2 * LF_ACTIVATIONS; i++)
	{
		spec.activation = (lf_activation) (i / 2);
		spec.use_bias = i % 2 == 0;
		spec.units = ODD(i + 2);
		check(&spec, lf_shape_1(ODD(i)), 3);
		check(&spec, lf_shape_2(ODD(i), ODD(i + 1)), 1);
		check(&spec, lf_shape_3(ODD(i), ODD(i + 1), ODD(i + 3)), 3);
		check(&spec, lf_shape_4(2, 1, 3, ODD(i)), 3);
	}
}

static void
test_conv1d(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_CONV1D);
	int			i = 0;

	for (int padding = 0; padding < LF_PADDINGS; padding++)
		for (int steps = 0; steps < 5; steps++)
			for (int kernel = 0; kernel < 5; kernel++)
				for (int stride = 1; stride <= 3; stride++, i++)
				{
					spec.padding = (lf_padding) padding;
					spec.kernel[0] = odd[kernel];
					spec.strides[0] = stride;
					spec.units = ODD(i);
					spec.activation = (lf_activation) (i % LF_ACTIVATIONS);
					spec.use_bias = i % 4 != 0;
					if (padding != LF_VALID || odd[kernel] <= odd[steps])
						check(&spec, lf_shape_2(odd[steps], ODD(i / 5)), i % 2 == 0 ? 3 : 1);
				}
}

static void
test_max_pool1d(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_MAX_POOL1D);
	int			i = 0;

	for (int padding = 0; padding < 2; padding++)
		for (int steps = 0; steps < 5; steps++)
			for (int pool = 0; pool < 5; pool++)
				for (int stride = 1; stride <= 3; stride++, i++)
				{
					spec.padding = (lf_padding) padding;
					spec.kernel[0] = odd[pool];
					spec.strides[0] = stride;
					if (padding != LF_VALID || odd[pool] <= odd[steps])
						check(&spec, lf_shape_2(odd[steps], ODD(i / 3)), i % 2 == 0 ? 3 : 1);
				}
}

static void
test_shapes(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_FLATTEN);

	check(&spec, lf_shape_1(5), 1);
	check(&spec, lf_shape_2(7, 3), 3);
	check(&spec, lf_shape_4(2, 3, 1, 5), 3);

	spec = lf_layer_defaults(LF_RESHAPE);
	spec.target = lf_shape_2(3, -1);
	check(&spec, lf_shape_3(3, 1, 7), 3);
	spec.target = lf_shape_4(1, 3, 7, 1);
	check(&spec, lf_shape_1(21), 1);

	spec = lf_layer_defaults(LF_REPEAT_VECTOR);
	for (int i = 0; i < 5; i++)
	{
		spec.units = odd[i];
		check(&spec, lf_shape_1(ODD(i + 2)), i % 2 == 0 ? 3 : 1);
	}
}

static void
test_dropout(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_DROPOUT);

	for (int i = 0; i < 3; i++)
	{
		spec.rate = i * 0.3;
		check(&spec, lf_shape_1(7), 3);
		check(&spec, lf_shape_2(5, 3), 1);
	}
}

static void
test_conv_lstm2d(void)
{
	static const int images[][4] = {{1, 1, 1, 1}, {2, 1, 2, 1}, {3, 3, 5, 2}, {2, 5, 3, 3}, {5, 2, 3, 1}, {3, 7, 1, 2}};
	static const int kernels[][2] = {{1, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 3}};
	lf_layer_spec spec = lf_layer_defaults(LF_CONV_LSTM2D);
	int			i = 0;

	for (int image = 0; image < 6; image++)
		for (int kernel = 0; kernel < 5; kernel++)
			for (int flags = 0; flags < 8; flags++, i++)
			{
				lf_shape	input = lf_shape_4(images[image][0], images[image][1], images[image][2], images[image][3]);

				spec.kernel[0] = kernels[kernel][0];
				spec.kernel[1] = kernels[kernel][1];
				spec.padding = (flags & 1) != 0 ? LF_SAME : LF_VALID;
				spec.return_sequences = (flags & 2) != 0;
				spec.go_backwards = (flags & 4) != 0;
				spec.strides[0] = 1 + i % 2;
				spec.strides[1] = 1 + i / 3 % 3;
				spec.units = 1 + i / 2 % 3;
				spec.use_bias = i % 5 != 0;
				spec.activation = i % 3 == 0 ? LF_RELU : LF_TANH;
				spec.recurrent_activation = i % 7 == 0 ? LF_SOFTPLUS : LF_SIGMOID;
				if (spec.padding == LF_SAME || (spec.kernel[0] <= input.dim[1] && spec.kernel[1] <= input.dim[2]))
					check(&spec, input, i % 2 == 0 ? 1 : 3);
			}
}

static void
test_time_distributed(void)
{
	lf_layer_spec spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_DENSE);

	for (int i = 0; i < 5; i++)
	{
		spec.units = ODD(i + 1);
		spec.activation = (lf_activation) i;
		spec.use_bias = i % 2 == 0;
		check(&spec, lf_shape_2(ODD(i), ODD(i + 3)), 3);
		check(&spec, lf_shape_4(ODD(i), 2, ODD(i + 2), 3), 1);
	}
	for (int i = 0; i < 2 * LF_PADDINGS; i++)
	{
		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_CONV1D);
		spec.padding = (lf_padding) (i / 2);
		spec.kernel[0] = 2 + i % 2;
		spec.strides[0] = 1 + i / 2 % 2;
		spec.units = ODD(i);
		spec.activation = LF_RELU;
		check(&spec, lf_shape_3(ODD(i), 5, ODD(i + 3)), i % 2 == 0 ? 3 : 1);
	}
	for (int i = 0; i < 4; i++)
	{
		spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_MAX_POOL1D);
		spec.padding = i % 2 == 0 ? LF_VALID : LF_SAME;
		spec.strides[0] = 1 + i / 2;
		check(&spec, lf_shape_3(ODD(i + 1), ODD(i + 1), 3), 3);
	}
	spec = wrapped_defaults(LF_TIME_DISTRIBUTED, LF_FLATTEN);
	check(&spec, lf_shape_2(3, 5), 1);
	check(&spec, lf_shape_3(3, 5, 2), 3);
	check(&spec, lf_shape_4(2, 1, 7, 3), 3);
}

/* The check is worth something only if it fails when it should: one element off by a ten-thousandth of the norm. */
static void
test_that_a_fault_is_found(void)
{
	lf_layer_spec spec = lf_layer_defaults(LF_LSTM);
	lf_tensor	tensors[LF_MAX_TENSORS + 1];
	comparison	c;
	const char *why;
	int			count;
	size_t		at = 0;

	spec.units = 5;
	if (!compare(&c, &spec, lf_shape_2(7, 3), 3, 1, &why))
		diag("%s", why);
	count = lf_layer_tensors(&c.r.layer, tensors);
	tensors[count++] = (lf_tensor) {.name = "input"};
	for (int i = 0; i < count; i++)
	{
		size_t		size = i + 1 == count ? c.r.x_count : lf_shape_size(&tensors[i].shape);
		double	   *analytic = (double *) c.analytic.block + at;
		const double *numeric = (const double *) c.numeric.block + at;
		double		saved = analytic[size / 2];
		bool		before = agrees(analytic, numeric, size);
		bool		after;

		analytic[size / 2] += 1e-4 * norm(analytic, size);
		after = agrees(analytic, numeric, size);
		analytic[size / 2] = (double) NAN;
		ok(before && !after && !agrees(analytic, numeric, size), "a fault in one element of %s is found",
		   tensors[i].name);
		analytic[size / 2] = saved;
		at += size;
	}
	comparison_close(&c);
}

/* And a red zone that was touched is noticed. */
static void
test_that_an_overrun_is_found(void)
{
	guarded		g = guarded_new(100);
	unsigned char *bytes = g.block;
	bool		before = guarded_intact(&g);

	bytes[100] = 0;
	ok(before && !guarded_intact(&g), "a byte written behind a block is found");
	free(g.raw);
}

int
main(void)
{
	test_that_a_fault_is_found();
	test_that_an_overrun_is_found();
	test_lstm();
	test_gru();
	test_segment_lstm();
	test_category_embedding();
	test_bidirectional();
	test_dense();
	test_conv1d();
	test_max_pool1d();
	test_shapes();
	test_dropout();
	test_conv_lstm2d();
	test_time_distributed();
	diag("largest relative error %.1e", worst);
	return done_testing();
}
