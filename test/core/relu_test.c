/*
 * relu_test.c: the LSTM cell with relu, and with every other pair of activations, in a network against its equations.
 *
 *	   i = r(W_i x + U_i h + b_i)	f = r(W_f x + U_f h + b_f)	g = a(W_c x + U_c h + b_c)	o = r(W_o x + U_o h + b_o)
 *	   c = f * c + i * g			h = o * a(c)
 *
 * With relu nothing bounds c and h; what a bounded activation would hide shows here.
 */
#include "network_rig.h"
#include "activation_reference.h"
#include "tap.h"

#include <math.h>

#define MOST_UNITS 20
#define BATCH 3

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#else
#define TOLERANCE 2e-5			/* float rounds at 6e-8; sums of some 30 products, fed back over up to 7 steps */
#endif

/* Last h of one sample; w is kernel (F, 4H), recurrent kernel (H, 4H), bias (4H), gates i, f, c, o. */
static void
cell(int steps, int features, int units, lf_activation a, lf_activation r, const lf_real *w, const lf_real *x,
	 double *h)
{
	const lf_real *u = w + features * 4 * units;
	const lf_real *b = u + units * 4 * units;
	double		c[MOST_UNITS] = {0};
	double		before[MOST_UNITS] = {0};

	for (int t = 0; t < steps; t++)
	{
		for (int j = 0; j < units; j++)
		{
			double		z[4];

			for (int gate = 0; gate < 4; gate++)
			{
				z[gate] = (double) b[gate * units + j];
				for (int k = 0; k < features; k++)
					z[gate] += (double) x[t * features + k] * (double) w[(k * 4 + gate) * units + j];
				for (int k = 0; k < units; k++)
					z[gate] += before[k] * (double) u[(k * 4 + gate) * units + j];
			}
			c[j] = activated(r, z[1]) * c[j] + activated(r, z[0]) * activated(a, z[2]);
			h[j] = activated(r, z[3]) * activated(a, c[j]);
		}
		memcpy(before, h, (size_t) units * sizeof(double));
	}
}

/* The largest error relative to 1 + |h| over odd shapes; infinity where something else fails. */
static double
largest_error(lf_activation a, lf_activation r)
{
	static const int shapes[][3] = {{1, 1, 1}, {7, 3, 5}, {5, 2, 17}, {3, 7, 20}, {2, 1, 9}};	/* T, F, H */
	double		largest = 0;

	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++)
	{
		int			steps = shapes[s][0];
		int			features = shapes[s][1];
		int			units = shapes[s][2];
		lf_spec		spec = {.input = lf_shape_2(steps, features)};
		lf_layer_spec *layer = add_lstm_layer(&spec, units, false, false);
		lf_random	random = lf_random_seed(500 + s);
		network_rig n;

		layer->activation = a;
		layer->recurrent_activation = r;
		if (network_rig_open(&n, &spec, BATCH, false) != LF_OK)
			return (double) INFINITY;
		fill_uniform(&random, n.weights.block, n.network.parameters, 0.3);
		fill_normal(&random, n.x.block, n.x_count);
		if (lf_network_forward(&n.network, &n.pass, n.x.block, &n.y) != LF_OK || !network_rig_intact(&n))
			largest = (double) INFINITY;
		for (int i = 0; i < BATCH && isfinite(largest); i++)
		{
			double		h[MOST_UNITS];

			cell(steps, features, units, a, r, n.weights.block, (lf_real *) n.x.block + i * steps * features, h);
			for (int j = 0; j < units; j++)
			{
				double		error = fabs((double) n.y[i * units + j] - h[j]) / (1 + fabs(h[j]));

				largest = isnan(error) ? (double) INFINITY : fmax(largest, error);
			}
		}
		network_rig_close(&n);
	}
	return largest;
}

int
main(void)
{
	for (int a = 0; a < LF_ACTIVATIONS; a++)
		for (int r = 0; r < LF_ACTIVATIONS; r++)
		{
			double		error = largest_error((lf_activation) a, (lf_activation) r);

			if (!ok(error <= TOLERANCE, "an LSTM with %s and gates with %s follows its equations",
					lf_activation_names[a], lf_activation_names[r]))
				diag("largest error %.2g", error);
		}
	return done_testing();
}
