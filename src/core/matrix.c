/*
 * matrix.c: matrix products through OpenBLAS, or by plain loops when built with LF_NO_BLAS.
 *
 * OpenBLAS answers a bad dimension by printing to the server's log and returning with C untouched. So every dimension
 * is checked here, and what does not fit its 32-bit integers goes through the plain loops, which take anything.
 */
#include "matrix.h"

#include <limits.h>
#include <string.h>

#ifndef LF_NO_BLAS
#include <cblas.h>
#endif

/*
 * Multiply-adds between two looks at the interrupt flag: 2 ms at the 250 GFLOP/s of one AVX-512 core, 50 ms at the
 * 10 GFLOP/s of the plain loops.
 */
#define PIECE ((size_t) 1 << 28)

void
lf_multiply_plain(lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
				  const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
				  int beta, lf_real *c, size_t ldc)
{
	size_t		a_row = ta == LF_PLAIN ? lda : 1;
	size_t		a_column = ta == LF_PLAIN ? 1 : lda;

	for (size_t i = 0; i < m; i++)
	{
		lf_real    *restrict c_i = c + i * ldc;

		if (beta == 0)
			memset(c_i, 0, n * sizeof(lf_real));
		if (tb == LF_PLAIN)
		{
			for (size_t l = 0; l < k; l++)
			{
				lf_real		a_il = a[i * a_row + l * a_column];
				const lf_real *restrict b_l = b + l * ldb;

				for (size_t j = 0; j < n; j++)
					c_i[j] += a_il * b_l[j];
			}
		}
		else
		{
			for (size_t j = 0; j < n; j++)
			{
				const lf_real *restrict b_j = b + j * ldb;
				lf_real		sum = 0;

				for (size_t l = 0; l < k; l++)
					sum += a[i * a_row + l * a_column] * b_j[l];
				c_i[j] += sum;
			}
		}
	}
}

#ifndef LF_NO_BLAS

static bool
fits_blas(size_t m, size_t n, size_t k, size_t lda, size_t ldb, size_t ldc)
{
	return m <= INT_MAX && n <= INT_MAX && k <= INT_MAX && lda <= INT_MAX && ldb <= INT_MAX && ldc <= INT_MAX;
}

static void
multiply_piece(lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
			   const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
			   int beta, lf_real *c, size_t ldc)
{
	CBLAS_TRANSPOSE cta = ta == LF_PLAIN ? CblasNoTrans : CblasTrans;
	CBLAS_TRANSPOSE ctb = tb == LF_PLAIN ? CblasNoTrans : CblasTrans;

	if (!fits_blas(m, n, k, lda, ldb, ldc))
	{
		lf_multiply_plain(ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
		return;
	}
#ifdef LF_DOUBLE
	cblas_dgemm(CblasRowMajor, cta, ctb, (int) m, (int) n, (int) k,
				1.0, a, (int) lda, b, (int) ldb, (double) beta, c, (int) ldc);
#else
	cblas_sgemm(CblasRowMajor, cta, ctb, (int) m, (int) n, (int) k,
				1.0f, a, (int) lda, b, (int) ldb, (float) beta, c, (int) ldc);
#endif
}

#define multiply_some multiply_piece
#else
#define multiply_some lf_multiply_plain
#endif

void
lf_multiply(const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
			const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
			int beta, lf_real *c, size_t ldc)
{
	size_t		rows;
	size_t		depth;

	if (m == 0 || n == 0)
		return;
	if (k == 0)
	{
		if (beta == 0)
			for (size_t i = 0; i < m; i++)
				memset(c + i * ldc, 0, n * sizeof(lf_real));
		return;
	}

	/* Cut the rows of C first; a piece of one row that is still too long is cut along k and added up. */
	depth = k;
	if (n > PIECE / k)
	{
		rows = 1;
		depth = PIECE / n;
	}
	else
	{
		rows = PIECE / (n * k);
		/* a gradient is m x n small and k long: many rows then pay better than full depth */
		if (rows < 64 && m > rows)
		{
			rows = m < 64 ? m : 64;
			depth = PIECE / (n * rows);
		}
	}
	if (depth < 1)
		depth = 1;

	for (size_t i = 0; i < m; i += rows)
	{
		size_t		some = m - i < rows ? m - i : rows;

		for (size_t l = 0; l < k; l += depth)
		{
			size_t		deep = k - l < depth ? k - l : depth;

			if (lf_interrupted(pass))
				return;
			multiply_some(ta, tb, some, n, deep,
						  ta == LF_PLAIN ? a + i * lda + l : a + l * lda + i, lda,
						  tb == LF_PLAIN ? b + l * ldb : b + l, ldb,
						  l == 0 ? beta : 1, c + i * ldc, ldc);
		}
	}
}

void
lf_repeat_row(const lf_pass *pass, size_t m, size_t n, const lf_real *x, lf_real *a)
{
	for (size_t i = 0; i < m && !lf_interrupted(pass); i++)
		memcpy(a + i * n, x, n * sizeof(lf_real));
}

void
lf_add_rows(const lf_pass *pass, size_t m, size_t n, const lf_real *a, size_t lda, lf_real *y)
{
	for (size_t i = 0; i < m && !lf_interrupted(pass); i++)
	{
		const lf_real *restrict a_i = a + i * lda;

		for (size_t j = 0; j < n; j++)
			y[j] += a_i[j];
	}
}

lf_blas_info
lf_blas(void)
{
#ifndef LF_NO_BLAS
	return (lf_blas_info)
	{
		.library = openblas_get_config(),
			.kernel = openblas_get_corename(),
			.threaded = openblas_get_parallel() != OPENBLAS_SEQUENTIAL
	};
#else
	return (lf_blas_info)
	{
		.library = "none", .kernel = "plain loops", .threaded = false
	};
#endif
}
