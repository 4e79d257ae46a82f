/*
 * matrix.h: matrix products, the one door to BLAS.
 *
 * All matrices are row-major. 'lda' is the distance between two rows of A as it lies in memory.
 */
#ifndef LF_MATRIX_H
#define LF_MATRIX_H

#include "base/base.h"

typedef enum lf_transpose
{
	LF_PLAIN,
	LF_TRANSPOSED
} lf_transpose;

/*
 * C (m x n) = op(A) (m x k) * op(B) (k x n) + beta * C, with beta 0 or 1; at beta 0 C is not read.
 *
 * Any sizes are allowed, zero too. OpenBLAS computes large products unless pass->sharded is set. The product is cut
 * into pieces between which the pass' interrupt flag is looked at; C is then left half-done and the caller is to give
 * up its walk.
 */
void		lf_multiply(const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
						const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
						int beta, lf_real *c, size_t ldc);

/* The same by plain loops: the oracle of the above. */
void		lf_multiply_plain(lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
							  const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
							  int beta, lf_real *c, size_t ldc);

/* The m rows of A (m x n) become copies of the row x (n): how a bias gets in. Interrupted as above. */
void		lf_repeat_row(const lf_pass *pass, size_t m, size_t n, const lf_real *x, lf_real *a);

/* y (n) += the sum of the m rows of A (m x n): how a bias gets its gradient. Interrupted as above. */
void		lf_add_rows(const lf_pass *pass, size_t m, size_t n, const lf_real *a, size_t lda, lf_real *y);

typedef struct lf_blas_info
{
	const char *library;		/* "OpenBLAS 0.3.21 ..." or "none" */
	const char *kernel;			/* the kernels it chose for this processor */
	bool		threaded;		/* a variant that starts threads of its own */
} lf_blas_info;

lf_blas_info lf_blas(void);

/*
 * Bytes of the vectors that kernels of this name of OpenBLAS use, as far as these are known to be narrow; else the largest number. It
 * takes the oldest ones for a processor that it does not know.
 */
size_t		lf_blas_width(const char *kernel);

/* Whether large products go to OpenBLAS: not where its vectors are narrower than those of the kernels in use. */
bool		lf_blas_is_called(void);

#endif
