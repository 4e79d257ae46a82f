/*
 * kernel_elements.h: loops over arrays: activations, Adam, sums. Part of kernels_body.h.
 */

#define EACH(n, statement_of_some) \
	for (size_t at = 0; at < (n); at += LANES) \
	{ \
		size_t		some = (n) - at; \
		statement_of_some \
	}

/* The choice within the loop is always the same, which the processor foresees. */
static void
activate(lf_activation activation, lf_real *x, size_t n)
{
	if (activation == LF_LINEAR)
		return;
	EACH(n, store_some(x + at, vec_activation(activation, load_some(x + at, some)), some);)
}

static void
activation_slope(lf_activation activation, const lf_real *y, const lf_real *dy, lf_real *dx, size_t n)
{
	EACH(n, store_some(dx + at, load_some(dy + at, some) * vec_slope(activation, load_some(y + at, some)), some);)
}

static void
adam(const lf_adam *with, size_t n, const lf_real *g, lf_real *m, lf_real *v, lf_real *w)
{
	lf_real		c1 = 1 - with->b1;
	lf_real		c2 = 1 - with->b2;

	EACH(n,
		 vec g_i = load_some(g + at, some);
		 vec m_i = with->b1 * load_some(m + at, some) + c1 * g_i;
		 vec v_i = with->b2 * load_some(v + at, some) + c2 * g_i * g_i;

		 store_some(m + at, m_i, some);
		 store_some(v + at, v_i, some);
		 /* the root of 1e-30 is nothing beside epsilon, and vec_sqrt does not take 0 */
		 m_i *= reciprocal(vec_sqrt(at_least(v_i, (lf_real) 1e-30)) + with->epsilon);
		 store_some(w + at, with->keep * load_some(w + at, some) - with->alpha * m_i, some);
		)
}

/* Squares of floats pass the range of float: in double, in four sums. */
static double
sum_of_squares(const lf_real *x, size_t n)
{
	typedef double wide __attribute__((vector_size(LANES * sizeof(double))));
	wide		sum[2] = {{0}};
	double		total = 0;

	EACH(n,
		 wide x_i = __builtin_convertvector(load_some(x + at, some), wide);

		 sum[at / LANES % 2] += x_i * x_i;
		)
	for (int l = 0; l < LANES; l++)
		total += sum[0][l] + sum[1][l];
	return total;
}
