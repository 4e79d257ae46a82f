/*
 * matrix.c: matrix products through OpenBLAS where that is fast, and by the kernels elsewhere.
 *
 * OpenBLAS is not called from several threads at once: the serial variant hands the same buffer to two of them now and
 * then, which shows as a product that is wrong as a whole, some once in ten thousand calls.
 *
 * OpenBLAS answers a bad dimension by printing to the server's log and returning with C untouched. So every dimension
 * is checked here, and what does not fit its 32-bit integers goes through the kernels, which take anything.
 */
#include "kernels/matrix.h"

#include "kernels/kernels.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#ifndef LF_NO_BLAS
#include <cblas.h>
#endif

/* Multiply-adds between two looks at the interrupt flag: 2 ms at the 250 GFLOP/s of one AVX-512 core. */
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
multiply_by_blas(lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
				 const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
				 int beta, lf_real *c, size_t ldc)
{
	CBLAS_TRANSPOSE cta = ta == LF_PLAIN ? CblasNoTrans : CblasTrans;
	CBLAS_TRANSPOSE ctb = tb == LF_PLAIN ? CblasNoTrans : CblasTrans;

#ifdef LF_DOUBLE
	cblas_dgemm(CblasRowMajor, cta, ctb, (int) m, (int) n, (int) k,
				1.0, a, (int) lda, b, (int) ldb, (double) beta, c, (int) ldc);
#else
	cblas_sgemm(CblasRowMajor, cta, ctb, (int) m, (int) n, (int) k,
				1.0f, a, (int) lda, b, (int) ldb, (float) beta, c, (int) ldc);
#endif
}

/* The same in pieces, between which the interrupt flag is looked at. */
static void
multiply_in_pieces(const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
				   const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
				   int beta, lf_real *c, size_t ldc)
{
	size_t		rows;
	size_t		depth = k;

	/* Cut the rows of C first; a piece of one row that is still too long is cut along k and added up. */
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
			multiply_by_blas(ta, tb, some, n, deep,
							 ta == LF_PLAIN ? a + i * lda + l : a + l * lda + i, lda,
							 tb == LF_PLAIN ? b + l * ldb : b + l, ldb,
							 l == 0 ? beta : 1, c + i * ldc, ldc);
		}
	}
}

/*
 * From so many elements of C on it is worth calling, if its vectors are as wide as ours: there it reaches up to 1.2 times the kernels,
 * below it is about as fast at best (bench/product.c). With narrower ones it is half as fast, or a fifth.
 */
#define WORTH_BLAS ((size_t) 1 << 19)

static bool
is_worth_blas(size_t m, size_t n, size_t k)
{
	return m >= 16 && n >= 16 && k >= 16 && n >= WORTH_BLAS / m && lf_blas_is_called();
}

#endif

void
lf_multiply(const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
			const lf_real *a, size_t lda, const lf_real *b, size_t ldb,
			int beta, lf_real *c, size_t ldc)
{
#ifndef LF_NO_BLAS
	if (!pass->sharded && is_worth_blas(m, n, k) && fits_blas(m, n, k, lda, ldb, ldc))
	{
		multiply_in_pieces(pass, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
		return;
	}
#endif
	lf_kernels_in_use()->multiply(pass, ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc);
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

size_t
lf_blas_width(const char *kernel)
{
	/* by the names that OpenBLAS has for them; Sandybridge has no fused multiply-add, and so half of what its width promises */
	static const char *const narrow[] = {"Prescott", "Katmai", "Coppermine", "Northwood", "Banias", "Atom", "Core2", "Penryn", "Dunnington",
		"Nehalem", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Nano", "Bobcat", "Sandybridge", "Bulldozer", "Piledriver", "Steamroller"};
	static const char *const middle[] = {"Haswell", "Zen", "Excavator"};

	for (size_t i = 0; i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (strcmp(kernel, narrow[i]) == 0)
			return 16;
	for (size_t i = 0; i < sizeof(middle) / sizeof(middle[0]); i++)
		if (strcmp(kernel, middle[i]) == 0)
			return 32;
	return SIZE_MAX;
}

bool
lf_blas_is_called(void)
{
#ifndef LF_NO_BLAS
	return lf_blas_width(openblas_get_corename()) >= lf_kernels_in_use()->lanes * sizeof(lf_real);
#else
	return false;
#endif
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
		.library = "none", .kernel = "none", .threaded = false
	};
#endif
}
