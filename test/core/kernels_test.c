/*
 * kernels_test.c: the kernels that this processor runs, each against loops written out in double, over random shapes.
 */
#include "activation_reference.h"
#include "kernels/kernels.h"
#include "network_rig.h"
#include "rig.h"
#include "tap.h"

#include <math.h>

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#define MOST_ULP 4
#define ULP_OF(x) (nextafter(fabs(x), INFINITY) - fabs(x))
#else
#define TOLERANCE 2e-5
#define MOST_ULP 4
#define ULP_OF(x) ((double) (nextafterf(fabsf((float) (x)), INFINITY) - fabsf((float) (x))))
#endif

static const lf_pass nobody = {.batch = 1};

static lf_real *
random_reals(lf_random *random, guarded *g, size_t count)
{
	*g = guarded_reals(count);
	fill_uniform(random, g->block, count, 1.0);
	return g->block;
}

static bool
is_close(lf_real value, double expected)
{
	return fabs((double) value - expected) <= TOLERANCE * (1 + fabs(expected));
}

/* Strips of 'numbers' numbers for each unit and more rows than the step has; behind the last unit there are zeros. */
static lf_strips
random_panels(const lf_kernels *kernels, lf_random *random, guarded *g, size_t numbers, size_t units, size_t rows)
{
	size_t		lanes = kernels->lanes;
	size_t		strip = (rows + 1 + lf_random_below(random, 2)) * numbers * lanes;
	lf_real    *at = random_reals(random, g, lf_padded(kernels, units) / lanes * strip);

	for (size_t i = 0; i < lf_padded(kernels, units) / lanes * strip; i++)
		if (i / strip * lanes + i % lanes >= units)
			at[i] = 0;
	return (lf_strips) {at, strip};
}

/* One of 'numbers' numbers of a unit. */
static lf_real *
in_strips(const lf_kernels *kernels, lf_strips strips, size_t numbers, size_t row, size_t number, size_t unit)
{
	size_t		lanes = kernels->lanes;

	return strips.at + unit / lanes * strips.strip + (row * numbers + number) * lanes + unit % lanes;
}

/*
 * One step forward and back. All arrays have red zones; hidden and x lie in longer rows, whose ends must stay. Returns
 * what is wrong, or NULL.
 */
static const char *
check_cell(const lf_kernels *kernels, lf_random *random, bool first, bool keep, bool early)
{
	size_t		rows = 1 + lf_random_below(random, 14);
	size_t		h = 1 + lf_random_below(random, 70);
	size_t		inputs = 1 + lf_random_below(random, 9);
	size_t		states = lf_random_below(random, 2) == 0 ? h : 1 + lf_random_below(random, 40);
	size_t		x_row = inputs + lf_random_below(random, 3);
	size_t		before_row = states + lf_random_below(random, 3);
	size_t		hidden_row = h + 1 + lf_random_below(random, 3);
	lf_activation a = (lf_activation) lf_random_below(random, LF_ACTIVATIONS);
	lf_activation r = (lf_activation) lf_random_below(random, LF_ACTIVATIONS);
	guarded		blocks[17];
	int			count = 0;
	const char *why = NULL;
	const lf_strips none = {0};
	lf_real    *w = random_reals(random, &blocks[count++], inputs * 4 * h);
	lf_real    *u = random_reals(random, &blocks[count++], states * 4 * h);
	lf_real    *b = random_reals(random, &blocks[count++], 4 * h);
	lf_real    *x = random_reals(random, &blocks[count++], rows * x_row);
	lf_real    *before = random_reals(random, &blocks[count++], rows * before_row);
	lf_strips	c_before = random_panels(kernels, random, &blocks[count++], 1, h, rows);
	lf_strips	start = random_panels(kernels, random, &blocks[count++], 4, h, rows);
	lf_real    *dhidden = random_reals(random, &blocks[count++], rows * hidden_row);
	lf_strips	dcell = random_panels(kernels, random, &blocks[count++], 1, h, rows);
	lf_real    *dbias = random_reals(random, &blocks[count++], 4 * h);
	lf_strips	dz_after = random_panels(kernels, random, &blocks[count++], 4, h, rows);
	lf_strips	dstart = random_panels(kernels, random, &blocks[count++], 4, h, rows);
	lf_strips	cell = random_panels(kernels, random, &blocks[count++], 1, h, rows);
	lf_real    *hidden = random_reals(random, &blocks[count++], rows * hidden_row);
	lf_strips	gates = random_panels(kernels, random, &blocks[count++], 4, h, rows);
	lf_real    *packed = random_reals(random, &blocks[count++], lf_packed_cell(kernels, h, inputs, states));
	lf_real    *transposed = random_reals(random, &blocks[count++], lf_packed_gates(kernels, h, h));
	lf_cell_step step = {
		.rows = rows, .units = h, .inputs = inputs, .states = states, .activation = a, .recurrent_activation = r,
		.packed = packed, .start = early ? start : none, .x = early ? NULL : x, .x_row = x_row,
		.before = first ? NULL : before, .before_row = before_row, .cell_before = first ? none : c_before,
		.cell = cell, .hidden = hidden, .hidden_row = hidden_row, .gates = keep ? gates : none,
		.last_strip_first = lf_random_below(random, 2) == 0,
	};
	double	   *expected_dbias = malloc(4 * h * sizeof(double));

	/* weights as small as a network's, or what is not bounded by its activation grows until nothing is comparable */
	for (size_t i = 0; i < states * 4 * h; i++)
		u[i] *= (lf_real) 0.25;
	for (size_t i = 0; i < 4 * h; i++)
		expected_dbias[i] = (double) dbias[i];
	kernels->pack_cell(&nobody, h, inputs, states, w, u, b, packed);
	kernels->cell_forward(&nobody, &step);
	for (size_t i = 0; i < rows && why == NULL; i++)
		for (size_t j = 0; j < h && why == NULL; j++)
		{
			double		z[4];
			double		c;

			for (size_t gate = 0; gate < 4; gate++)
			{
				size_t		column = gate * h + j;

				z[gate] = (double) (early ? *in_strips(kernels, start, 4, i, gate, j) : b[column]);
				for (size_t k = 0; k < inputs && !early; k++)
					z[gate] += (double) x[i * x_row + k] * (double) w[k * 4 * h + column];
				for (size_t k = 0; k < states && !first; k++)
					z[gate] += (double) before[i * before_row + k] * (double) u[k * 4 * h + column];
				z[gate] = activated(gate == 2 ? a : r, z[gate]);
				if (keep && !is_close(*in_strips(kernels, gates, 4, i, gate, j), z[gate]))
					why = "a gate is wrong";
			}
			c = z[0] * z[2] + (first ? 0 : z[1] * (double) *in_strips(kernels, c_before, 1, i, 0, j));
			if (!is_close(*in_strips(kernels, cell, 1, i, 0, j), c))
				why = "c is wrong";
			if (!is_close(hidden[i * hidden_row + j], z[3] * activated(a, c)))
				why = "h is wrong";
		}

	if (keep && states == h && why == NULL)
	{
		lf_cell_slope slope = {
			.rows = rows, .units = h, .activation = a, .recurrent_activation = r, .packed = transposed,
			.dz_after = first ? none : dz_after, .dhidden = early ? NULL : dhidden, .dhidden_row = hidden_row,
			.gates = gates, .cell_before = step.cell_before, .cell = cell, .dcell = dcell, .dbias = dbias,
			.dstart = early ? dstart : none,
		};
		double	   *want = malloc(rows * 5 * h * sizeof(double));
		lf_real    *start_before = malloc(rows * 4 * h * sizeof(lf_real));

		kernels->pack_gates(&nobody, h, h, u, 4 * h, transposed);
		for (size_t i = 0; i < rows; i++)
			for (size_t j = 0; j < h; j++)
			{
				double		g[4];
				double		d[4];
				double		dh = early ? 0 : (double) dhidden[i * hidden_row + j];
				double		squashed = activated(a, (double) *in_strips(kernels, cell, 1, i, 0, j));
				double		dc = (double) *in_strips(kernels, dcell, 1, i, 0, j);

				for (size_t gate = 0; gate < 4; gate++)
				{
					g[gate] = (double) *in_strips(kernels, gates, 4, i, gate, j);
					start_before[(i * 4 + gate) * h + j] = *in_strips(kernels, dstart, 4, i, gate, j);
				}
				for (size_t k = 0; k < 4 * h && !first; k++)
					dh += (double) *in_strips(kernels, dz_after, 4, i, k / h, k % h) * (double) u[j * 4 * h + k];
				dc += dh * g[3] * slope_of_output(a, squashed);
				d[0] = dc * g[2] * slope_of_output(r, g[0]);
				d[1] = first ? 0 : dc * (double) *in_strips(kernels, c_before, 1, i, 0, j) * slope_of_output(r, g[1]);
				d[2] = dc * g[0] * slope_of_output(a, g[2]);
				d[3] = dh * squashed * slope_of_output(r, g[3]);
				for (size_t gate = 0; gate < 4; gate++)
				{
					want[(i * 5 + gate) * h + j] = d[gate];
					expected_dbias[gate * h + j] += d[gate];
				}
				want[(i * 5 + 4) * h + j] = dc * g[1];
			}
		kernels->cell_backward(&nobody, &slope);
		for (size_t i = 0; i < rows && why == NULL; i++)
			for (size_t j = 0; j < h; j++)
			{
				for (size_t gate = 0; gate < 4; gate++)
				{
					double		added = early ? want[(i * 5 + gate) * h + j] : 0;

					if (!is_close(*in_strips(kernels, gates, 4, i, gate, j), want[(i * 5 + gate) * h + j]))
						why = "dz is wrong";
					if (!is_close(*in_strips(kernels, dstart, 4, i, gate, j),
								  (double) start_before[(i * 4 + gate) * h + j] + added))
						why = "the sum of dz is wrong";
				}
				if (!is_close(*in_strips(kernels, dcell, 1, i, 0, j), want[(i * 5 + 4) * h + j]))
					why = "the gradient of c is wrong";
			}
		/* what lies behind the last unit goes into the products of other functions */
		for (size_t i = 0; i < rows && why == NULL; i++)
			for (size_t j = h; j < lf_padded(kernels, h); j++)
				for (size_t gate = 0; gate < 4; gate++)
					if (*in_strips(kernels, gates, 4, i, gate, j) != 0)
						why = "dz is not 0 behind the last unit";
		for (size_t i = 0; i < 4 * h && why == NULL; i++)
			if (!is_close(dbias[i], expected_dbias[i]))
				why = "the gradient of the bias is wrong";
		free(want);
		free(start_before);
	}
	for (int i = 0; i < count; i++)
	{
		if (!guarded_intact(&blocks[i]))
			why = "a red zone was written to";
		free(blocks[i].raw);
	}
	free(expected_dbias);
	if (why != NULL)
		diag("%zu rows, %zu units, %zu inputs, %zu states, %s and %s: %s", rows, h, inputs, states,
			 lf_activation_names[a], lf_activation_names[r], why);
	return why;
}

static void
test_cell(const lf_kernels *kernels)
{
	lf_random	random = lf_random_seed(11);

	for (int kind = 0; kind < 8; kind++)
	{
		const char *why = NULL;

		for (int round = 0; round < 200 && why == NULL; round++)
			why = check_cell(kernels, &random, (kind & 1) != 0, (kind & 2) != 0, (kind & 4) != 0);
		ok(why == NULL, "%s: a %s step of a cell, %s, x W %s", kernels->name, (kind & 1) != 0 ? "first" : "later",
		   (kind & 2) != 0 ? "there and back" : "there only", (kind & 4) != 0 ? "known" : "not known");
	}
}

/* Products of any shape, with pieces between the rows of C that must stay. */
static void
test_multiply(const lf_kernels *kernels)
{
	lf_random	random = lf_random_seed(12);
	const char *why = NULL;

	for (int round = 0; round < 2000 && why == NULL; round++)
	{
		lf_transpose ta = lf_random_below(&random, 2) == 0 ? LF_PLAIN : LF_TRANSPOSED;
		lf_transpose tb = lf_random_below(&random, 2) == 0 ? LF_PLAIN : LF_TRANSPOSED;
		bool		small = lf_random_below(&random, 3) > 0;
		size_t		m = lf_random_below(&random, small ? 20 : 150);
		size_t		n = lf_random_below(&random, small ? 5 : 150);
		size_t		k = lf_random_below(&random, small ? 40 : 300);
		size_t		lda = (ta == LF_PLAIN ? k : m) + lf_random_below(&random, 3);
		size_t		ldb = (tb == LF_PLAIN ? n : k) + lf_random_below(&random, 3);
		size_t		ldc = n + lf_random_below(&random, 3);
		int			beta = (int) lf_random_below(&random, 2);
		guarded		blocks[4];
		lf_real    *a = random_reals(&random, &blocks[0], (ta == LF_PLAIN ? m : k) * lda);
		lf_real    *b = random_reals(&random, &blocks[1], (tb == LF_PLAIN ? k : n) * ldb);
		lf_real    *c = random_reals(&random, &blocks[2], m * ldc);
		lf_real    *oracle = random_reals(&random, &blocks[3], m * ldc);

		memcpy(oracle, c, blocks[2].bytes);
		lf_multiply_plain(ta, tb, m, n, k, a, lda, b, ldb, beta, oracle, ldc);
		kernels->multiply(&nobody, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
		for (size_t i = 0; i < m * ldc; i++)
			if (!(fabs((double) c[i] - (double) oracle[i]) <= (i % ldc < n ? TOLERANCE * (1 + sqrt((double) k)) : 0)))
				why = "it is not the plain one";
		for (int i = 0; i < 4; i++)
		{
			if (!guarded_intact(&blocks[i]))
				why = "a red zone was written to";
			free(blocks[i].raw);
		}
		if (why != NULL)
			diag("m %zu, n %zu, k %zu, A %d, B %d, beta %d: %s", m, n, k, ta, tb, beta, why);
	}
	ok(why == NULL, "%s: random products", kernels->name);
}

/* Both products with dz: as a left factor, C (rows, n) = dz B^T, and as a right one, D (m, 4H) += A^T dz. */
static void
test_gates(const lf_kernels *kernels)
{
	lf_random	random = lf_random_seed(13);
	const char *why = NULL;

	for (int round = 0; round < 600 && why == NULL; round++)
	{
		bool		long_one = lf_random_below(&random, 20) == 0;
		size_t		rows = 1 + lf_random_below(&random, long_one ? 2 * LF_GRADIENT_ROWS : 60);
		size_t		h = 1 + lf_random_below(&random, 70);
		size_t		n = 1 + lf_random_below(&random, 140);
		size_t		m = 1 + lf_random_below(&random, 40);
		size_t		ldb = 4 * h + lf_random_below(&random, 3);
		size_t		ldc = n + lf_random_below(&random, 3);
		size_t		lda = m + lf_random_below(&random, 3);
		int			beta = (int) lf_random_below(&random, 2);
		double		tolerance = TOLERANCE * (1 + sqrt((double) (rows > 4 * h ? rows : 4 * h)));
		guarded		blocks[8];
		int			count = 0;
		lf_strips	dz = random_panels(kernels, &random, &blocks[count++], 4, h, rows);
		lf_real    *b = random_reals(&random, &blocks[count++], n * ldb);
		lf_real    *c = random_reals(&random, &blocks[count++], rows * ldc);
		lf_real    *c_before = random_reals(&random, &blocks[count++], rows * ldc);
		lf_real    *a = random_reals(&random, &blocks[count++], rows * lda);
		lf_real    *d = random_reals(&random, &blocks[count++], m * 4 * h);
		lf_real    *scratch = random_reals(&random, &blocks[count++], lf_gradient_scratch(rows, m));
		lf_real    *packed = random_reals(&random, &blocks[count++], lf_packed_gates(kernels, h, n));
		lf_real    *d_before = malloc(m * 4 * h * sizeof(lf_real));

		memcpy(c, c_before, rows * ldc * sizeof(lf_real));
		memcpy(d_before, d, m * 4 * h * sizeof(lf_real));
		kernels->pack_gates(&nobody, h, n, b, ldb, packed);
		kernels->multiply_gates(&nobody, rows, n, h, dz, packed, beta, c, ldc);
		for (size_t i = 0; i < rows * ldc && why == NULL; i++)
		{
			double		sum = beta == 0 && i % ldc < n ? 0 : (double) c_before[i];

			for (size_t k = 0; k < 4 * h && i % ldc < n; k++)
				sum += (double) *in_strips(kernels, dz, 4, i / ldc, k / h, k % h) * (double) b[i % ldc * ldb + k];
			if (!(fabs((double) c[i] - sum) <= tolerance))
				why = "dz times B is wrong";
		}
		kernels->add_gradient(&nobody, m, h, rows, a, lda, dz, scratch, d);
		for (size_t i = 0; i < m * 4 * h && why == NULL; i++)
		{
			size_t		column = i % (4 * h);
			double		sum = (double) d_before[i];

			for (size_t row = 0; row < rows; row++)
				sum += (double) a[row * lda + i / (4 * h)] *
					(double) *in_strips(kernels, dz, 4, row, column / h, column % h);
			if (!(fabs((double) d[i] - sum) <= tolerance))
				why = "A times dz is wrong";
		}
		for (int i = 0; i < count; i++)
		{
			if (!guarded_intact(&blocks[i]))
				why = "a red zone was written to";
			free(blocks[i].raw);
		}
		free(d_before);
		if (why != NULL)
			diag("%zu rows, %zu units, n %zu, m %zu, beta %d: %s", rows, h, n, m, beta, why);
	}
	ok(why == NULL, "%s: random products with gates in strips", kernels->name);
}

/*
 * The largest error of an activation over numbers of all sizes, in units in the last place of the right answer. Every
 * 997th float there is, or as many doubles between the ends at which nothing happens any more.
 */
static double
largest_error(const lf_kernels *kernels, lf_activation activation, double *where)
{
	enum
	{
		MANY = 4096
	};
	lf_real		x[MANY];
	lf_real		y[MANY];
	double		largest = 0;
	size_t		n = 0;

	for (uint64_t i = 0; i <= (uint64_t) UINT32_MAX; i += 997)
	{
#ifdef LF_DOUBLE
		x[n] = ((double) i / UINT32_MAX - 0.5) * 1600;
#else
		uint32_t	bits = (uint32_t) i;

		memcpy(&x[n], &bits, sizeof(bits));
		if (!isfinite(x[n]))
			continue;
#endif
		y[n] = x[n];
		if (++n < MANY && i + 997 <= (uint64_t) UINT32_MAX)
			continue;
		kernels->activate(activation, y, n);
		for (size_t j = 0; j < n; j++)
		{
			double		right = activated(activation, (double) x[j]);
			double		error = fabs((double) y[j] - right) / ULP_OF(right);

			if (!(error <= largest))
			{
				largest = error;
				*where = (double) x[j];
			}
		}
		n = 0;
	}
	return largest;
}

static void
test_activations(const lf_kernels *kernels)
{
	static const lf_activation exact[] = {LF_SIGMOID, LF_TANH, LF_ELU};

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
	{
		double		where = 0;
		double		error = largest_error(kernels, exact[i], &where);

		ok(error < MOST_ULP, "%s: %s of any number is less than %d units in the last place off", kernels->name,
		   lf_activation_names[exact[i]], MOST_ULP);
		diag("%s, %s: %.2f units at %g", kernels->name, lf_activation_names[exact[i]], error, where);
	}
	for (int a = 0; a < LF_ACTIVATIONS; a++)
	{
		bool		good = true;
		lf_real		strange[3] = {(lf_real) NAN, (lf_real) INFINITY, (lf_real) -INFINITY};
		lf_real		y[40];
		lf_real		dx[40];

		for (size_t n = 0; n < 40; n++)
		{
			for (size_t j = 0; j < n; j++)
				y[j] = (lf_real) (((double) j - 20) / 7);
			kernels->activate((lf_activation) a, y, n);
			for (size_t j = 0; j < n; j++)
				good = good && is_close(y[j], activated((lf_activation) a, ((double) j - 20) / 7));
			for (size_t j = 0; j < n; j++)
				dx[j] = 3;
			kernels->activation_slope((lf_activation) a, y, dx, dx, n);
			for (size_t j = 0; j < n; j++)
				good = good && is_close(dx[j], 3 * slope_of_output((lf_activation) a, (double) y[j]));
		}
		kernels->activate((lf_activation) a, strange, 3);
		good = good && isnan(strange[0]) && (double) strange[1] == activated((lf_activation) a, INFINITY) &&
			(double) strange[2] == activated((lf_activation) a, -INFINITY);
		ok(good, "%s: %s and its slope over arrays of any length; NaN stays, infinities are taken", kernels->name,
		   lf_activation_names[a]);
	}
}

static void
test_adam(const lf_kernels *kernels)
{
	const lf_adam adam = {
		.b1 = (lf_real) 0.9, .b2 = (lf_real) 0.999, .alpha = (lf_real) 0.01, .epsilon = (lf_real) 1e-7, .keep = (lf_real) 0.99
	};
	lf_random	random = lf_random_seed(13);
	bool		good = true;
	bool		squares = true;

	for (size_t n = 1; n < 100; n++)
	{
		guarded		blocks[4];
		lf_real    *g = random_reals(&random, &blocks[0], n);
		lf_real    *m = random_reals(&random, &blocks[1], n);
		lf_real    *v = random_reals(&random, &blocks[2], n);
		lf_real    *w = random_reals(&random, &blocks[3], n);
		double		want[100];
		double		sum = 0;

		for (size_t i = 0; i < n; i++)
		{
			/* from nothing to everything; the first moment is then as small as the root of the second */
			g[i] = i % 5 == 0 ? 0 : (lf_real) ((double) g[i] * pow(10, -(double) (i % 14)));
			v[i] = i % 5 == 0 ? 0 : g[i] * g[i] * 2;
			m[i] = g[i];
			want[i] = (double) adam.keep * (double) w[i] - (double) adam.alpha *
				((double) adam.b1 * (double) m[i] + (1 - (double) adam.b1) * (double) g[i]) /
				(sqrt((double) adam.b2 * (double) v[i] +
					  (1 - (double) adam.b2) * (double) g[i] * (double) g[i]) + (double) adam.epsilon);
			sum += (double) g[i] * (double) g[i];
		}
		squares = squares && fabs(kernels->sum_of_squares(g, n) - sum) <= 1e-12 * sum;
		kernels->adam(&adam, n, g, m, v, w);
		for (size_t i = 0; i < n; i++)
			good = good && fabs((double) w[i] - want[i]) <= TOLERANCE / 10;
		for (int i = 0; i < 4; i++)
		{
			good = good && guarded_intact(&blocks[i]);
			free(blocks[i].raw);
		}
	}
	ok(good, "%s: a step of Adam", kernels->name);
	ok(squares, "%s: a sum of squares", kernels->name);
}

/* What a network makes of a window, bit for bit, does not depend on the windows that are computed with it. */
static void
test_company(const lf_kernels *kernels)
{
	enum
	{
		WINDOWS = 33
	};
	lf_spec		spec = {.input = lf_shape_2(9, 2), .count = 3};
	lf_random	random = lf_random_seed(14);
	bool		same = true;
	network_rig all;
	lf_real		expected[WINDOWS];

	spec.layer[0] = lf_layer_defaults(LF_LSTM);
	spec.layer[0].units = 37;
	spec.layer[0].return_sequences = true;
	spec.layer[1] = lf_layer_defaults(LF_LSTM);
	spec.layer[1].units = 21;
	spec.layer[2] = lf_layer_defaults(LF_DENSE);
	spec.layer[2].units = 1;
	lf_kernels_use(kernels);
	(void) network_rig_open(&all, &spec, WINDOWS, false);
	fill_uniform(&random, all.weights.block, all.network.parameters, 0.5);
	fill_uniform(&random, all.x.block, all.x_count, 1);
	(void) lf_network_forward(&all.network, &all.pass, all.x.block, &all.y);
	memcpy(expected, all.y, sizeof(expected));
	for (int batch = 1; batch < WINDOWS; batch += 1 + batch / 3)
	{
		network_rig some;

		(void) network_rig_open(&some, &spec, batch, false);
		memcpy(some.weights.block, all.weights.block, all.weights.bytes);
		for (int first = 0; first + batch <= WINDOWS; first += batch)
		{
			const lf_real *x = (lf_real *) all.x.block + (size_t) first * 18;

			(void) lf_network_forward(&some.network, &some.pass, x, &some.y);
			same = same && memcmp(some.y, expected + first, (size_t) batch * sizeof(lf_real)) == 0;
		}
		same = same && network_rig_intact(&some);
		network_rig_close(&some);
	}
	network_rig_close(&all);
	lf_kernels_use(lf_kernels_named("auto"));
	ok(same, "%s: a forecast is the same alone and in company", kernels->name);
}

int
main(void)
{
	static const char *const names[] = {"generic", "avx2", "avx512", "neon"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		const lf_kernels *kernels = lf_kernels_named(names[i]);

		if (kernels == NULL)
		{
			diag("%s: not on this processor", names[i]);
			continue;
		}
		test_cell(kernels);
		test_multiply(kernels);
		test_gates(kernels);
		test_activations(kernels);
		test_adam(kernels);
		test_company(kernels);
	}
	ok(lf_kernels_named("sse9") == NULL, "there are no kernels of another name");
	return done_testing();
}
