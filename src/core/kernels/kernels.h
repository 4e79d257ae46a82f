/*
 * kernels.h: the loops in which the time goes, built once per instruction set.
 *
 * kernels_avx512.c, kernels_avx2.c and kernels_generic.c compile the same source, kernels_body.h, for vectors of
 * different length; which of them serves is chosen by what the processor can do. The generic one runs everywhere and is
 * the oracle of the others. Sums are grouped by the length of a vector, so the last bits differ from one to the next.
 *
 * The step of a recurrence multiplies the same weights at each of T steps, so these are packed once, into strips: one
 * strip holds what a tile of 'lanes' units needs, row after row, in the order in which it is read.
 */
#ifndef LF_KERNELS_H
#define LF_KERNELS_H

#include "kernels/activation.h"
#include "base/base.h"
#include "kernels/matrix.h"

/*
 * What the units of a cell have in each of many rows, in strips of 'lanes' units: strip p is (rows, lanes), or
 * (rows, 4 * lanes) for the four gates i, f, g, o of its units behind each other. A tile so writes one run of memory,
 * and one strip of the rows of many steps is a factor that lies ready for the product of the weight gradients.
 *
 * Places behind the last unit hold finite numbers without a meaning, and zeros in dz.
 */
typedef struct lf_strips
{
	lf_real    *at;				/* the first row of the first strip; NULL: there are none */
	size_t		strip;			/* elements from one strip to the next */
} lf_strips;

/*
 * One step of a long short-term memory cell for 'rows' rows: samples, or samples times positions of a grid.
 *
 *	   z = x W + before U + b			z: the four gates i, f, g, o
 *	   i = s(z_i)	f = s(z_f)	 g = a(z_g)	  o = s(z_o)
 *	   c_t = f * c_{t-1} + i * g
 *	   h_t = o * a(c_t)
 *
 * with s the recurrent activation and a the activation. 'x_row', 'before_row' and 'hidden_row' are the distances
 * between two rows in memory. cell_before may be cell.
 */
typedef struct lf_cell_step
{
	size_t		rows;
	size_t		units;			/* H */
	size_t		inputs;			/* of x */
	size_t		states;			/* of 'before': H, or those of a patch of h */
	lf_activation activation;
	lf_activation recurrent_activation;
	const lf_real *packed;		/* by pack_cell: strips of (1 + inputs + states, 4 * lanes) */
	lf_strips	start;			/* gates: x W + b where that is known, x is then not read */
	const lf_real *x;			/* (rows, inputs) */
	size_t		x_row;
	const lf_real *before;		/* (rows, states): h_{t-1}; NULL for zeros */
	size_t		before_row;
	lf_strips	cell_before;	/* c_{t-1}; none for zeros */
	lf_strips	sums;			/* gates: z, and nothing below is touched; none: the whole step */
	lf_strips	cell;			/* c_t */
	lf_real    *hidden;			/* (rows, H): h_t */
	size_t		hidden_row;
	lf_strips	gates;			/* activated, for the way back; none: not kept */
	bool		last_strip_first;	/* a caller that alternates finds the end of the last step's weights still cached */
} lf_cell_step;

/*
 * The same step on the way back. The gradient of h_t is what comes from above plus dz_{t+1} U^T; from it and from what
 * reaches c_t:
 *
 *	   do = dh * a(c)	dc += dh * o * a'(c)	di = dc * g	  df = dc * c_{t-1}	  dg = dc * i	dc_{t-1} = dc * f
 *
 * and dz is each of these times the slope of its gate.
 */
typedef struct lf_cell_slope
{
	size_t		rows;
	size_t		units;
	lf_activation activation;
	lf_activation recurrent_activation;
	const lf_real *packed;		/* U^T by pack_gates */
	lf_strips	dz_after;		/* gates: dz_{t+1}; none for zeros */
	const lf_real *dhidden;		/* (rows, H): from above; NULL for zeros */
	size_t		dhidden_row;
	lf_strips	gates;			/* in: activated gates; out: dz */
	lf_strips	cell_before;	/* c_{t-1}; none for zeros */
	lf_strips	cell;			/* c_t */
	lf_strips	dcell;			/* in: what reaches c_t from step t + 1; out: the same for c_{t-1} */
	lf_real    *dbias;			/* (4H) += the sum of dz over the rows; NULL: not wanted */
	lf_strips	dstart;			/* gates += dz; none: not wanted */
} lf_cell_slope;

/* The numbers of one step of Adam, see optimizer.c. */
typedef struct lf_adam
{
	lf_real		b1;
	lf_real		b2;
	lf_real		alpha;
	lf_real		epsilon;
	lf_real		keep;			/* 1, or less by the decay of the weights */
} lf_adam;

/*
 * Rows of dz that one tile of a gradient adds up. Fewer and the gradient is loaded and stored too often, more and the
 * rows leave the second-level cache between two tiles.
 */
#define LF_GRADIENT_ROWS 512

typedef struct lf_kernels
{
	const char *name;			/* "avx512", "avx2", "neon", "generic" */
	size_t		lanes;			/* numbers in a vector */

	/*
	 * W (inputs, 4H), U (states, 4H) and b (4H), NULL for zeros, into strips. Everything here that takes a pass looks
	 * at its interrupt flag at least every few milliseconds and leaves early, with its output half-done.
	 */
	void		(*pack_cell) (const lf_pass *pass, size_t units, size_t inputs, size_t states,
							  const lf_real *w, const lf_real *u, const lf_real *b, lf_real *packed);
	void		(*cell_forward) (const lf_pass *pass, const lf_cell_step *step);

	/* The transpose of a (columns, 4H) for lf_cell_slope and multiply_gates. */
	void		(*pack_gates) (const lf_pass *pass, size_t units, size_t columns, const lf_real *a, size_t lda,
							   lf_real *packed);
	void		(*cell_backward) (const lf_pass *pass, const lf_cell_slope *slope);

	/* C (rows, columns) = dz B, or += at beta 1, where B (4H, columns) is what pack_gates made. */
	void		(*multiply_gates) (const lf_pass *pass, size_t rows, size_t columns, size_t units, lf_strips dz,
								   const lf_real *packed, int beta, lf_real *c, size_t ldc);

	/* C (m, 4H) += the transpose of a (rows, m) times dz; 'scratch' as lf_gradient_scratch. */
	void		(*add_gradient) (const lf_pass *pass, size_t m, size_t units, size_t rows, const lf_real *a, size_t lda,
								 lf_strips dz, lf_real *scratch, lf_real *c);

	/* As lf_multiply: what BLAS is slow at, and everything where there is no BLAS. */
	void		(*multiply) (const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
							 const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
							 int beta, lf_real *c, size_t ldc);

	/* As lf_activate and lf_activation_slope. */
	void		(*activate) (lf_activation activation, lf_real *x, size_t n);
	void		(*activation_slope) (lf_activation activation, const lf_real *y, const lf_real *dy, lf_real *dx, size_t n);

	/* m = b1 m + (1 - b1) g	v = b2 v + (1 - b2) g^2		w = keep w - alpha m / (sqrt(v) + epsilon) */
	void		(*adam) (const lf_adam *adam, size_t n, const lf_real *g, lf_real *m, lf_real *v, lf_real *w);

	double		(*sum_of_squares) (const lf_real *x, size_t n);
} lf_kernels;

/*
 * Units with those that fill up the last strip: elements of a row of a cell's strips, a quarter of those of its gates.
 */
size_t		lf_padded(const lf_kernels *kernels, size_t units);

/* Elements that the two pack functions write. */
size_t		lf_packed_cell(const lf_kernels *kernels, size_t units, size_t inputs, size_t states);
size_t		lf_packed_gates(const lf_kernels *kernels, size_t units, size_t columns);

/* Elements of add_gradient's scratch for a (rows, m). */
size_t		lf_gradient_scratch(size_t rows, size_t m);

/*
 * The kernels in use: the widest that the processor runs, unless others were asked for, by lf_kernels_use or by their
 * name in the environment as LSTM_FORECAST_KERNELS.
 */
const lf_kernels *lf_kernels_in_use(void);

/* Those called "avx512", "avx2", "neon", "generic", or "auto": the widest. NULL where the processor cannot run them. */
const lf_kernels *lf_kernels_named(const char *name);

/* Puts others into use. Networks that were created before keep theirs. */
void		lf_kernels_use(const lf_kernels *kernels);

#endif
