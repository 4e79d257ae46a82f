/*
 * matrix_test.c: the matrix product that everybody uses against its plain oracle, and that against sums written out.
 *
 * Built in float and in double, with BLAS and without; the tolerance is that of the type.
 */
#include "kernels/kernels.h"
#include "kernels/matrix.h"
#include "rig.h"
#include "tap.h"

#include <math.h>
#include <string.h>

#ifdef LF_DOUBLE
#define TOLERANCE 1e-12
#else
#define TOLERANCE 2e-5
#endif

/* Rows and columns of a matrix as it lies in memory, given those of op(A); rows are up to two elements apart. */
static guarded
random_matrix(lf_random *random, lf_transpose transpose, size_t rows, size_t columns, size_t *ld)
{
	size_t		stored_rows = transpose == LF_PLAIN ? rows : columns;
	size_t		stored_columns = transpose == LF_PLAIN ? columns : rows;
	guarded		g;

	*ld = stored_columns + lf_random_below(random, 3) + (stored_columns == 0);
	g = guarded_reals(stored_rows * *ld);
	fill_uniform(random, g.block, stored_rows * *ld, 1.0);
	return g;
}

/*
 * One product both ways. C starts as random numbers, and at beta 0 as NaN, since it must not be read; what lies between
 * its rows must stay. 'sums' also compares with sums over single elements. Returns what is wrong, or NULL.
 */
static const char *
check_product(lf_random *random, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k, int beta, bool sums)
{
	const lf_pass pass = {.batch = 1};
	const char *why = NULL;
	size_t		lda;
	size_t		ldb;
	size_t		ldc;
	guarded		a = random_matrix(random, ta, m, k, &lda);
	guarded		b = random_matrix(random, tb, k, n, &ldb);
	guarded		start = random_matrix(random, LF_PLAIN, m, n, &ldc);
	guarded		fast = guarded_new(start.bytes);
	guarded		plain = guarded_new(start.bytes);
	const lf_real *a_block = a.block;
	const lf_real *b_block = b.block;
	const lf_real *c_start = start.block;
	lf_real    *c_fast = fast.block;
	lf_real    *c_plain = plain.block;

	memcpy(c_fast, c_start, start.bytes);
	memcpy(c_plain, c_start, start.bytes);
	for (size_t i = 0; i < m && beta == 0; i++)
	{
		memset(c_fast + i * ldc, 0xFF, n * sizeof(lf_real));
		memset(c_plain + i * ldc, 0xFF, n * sizeof(lf_real));
	}
	lf_multiply(&pass, ta, tb, m, n, k, a_block, lda, b_block, ldb, beta, c_fast, ldc);
	lf_multiply_plain(ta, tb, m, n, k, a_block, lda, b_block, ldb, beta, c_plain, ldc);

	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < ldc; j++)
		{
			/* errors of a sum of k products of numbers below 1 grow with k at worst, with its root in practice */
			double		limit = TOLERANCE * (1 + sqrt((double) k));
			double		value = (double) c_fast[i * ldc + j];
			double		oracle = (double) c_plain[i * ldc + j];

			if (j >= n)
			{
				if (c_fast[i * ldc + j] != c_start[i * ldc + j] || c_plain[i * ldc + j] != c_start[i * ldc + j])
					why = "something between the rows was changed";
				continue;
			}
			if (!(fabs(value - oracle) <= limit))
				why = "the fast product is not the plain one";
			if (sums)
			{
				double		sum = beta == 0 ? 0 : (double) c_start[i * ldc + j];

				for (size_t l = 0; l < k; l++)
					sum += (double) (ta == LF_PLAIN ? a_block[i * lda + l] : a_block[l * lda + i]) *
						(double) (tb == LF_PLAIN ? b_block[l * ldb + j] : b_block[j * ldb + l]);
				if (!(fabs(oracle - sum) <= limit))
					why = "the plain product is not the sum of its elements";
			}
		}
	if (!guarded_intact(&a) || !guarded_intact(&b) || !guarded_intact(&fast) || !guarded_intact(&plain))
		why = "a red zone was written to";
	free(a.raw);
	free(b.raw);
	free(start.raw);
	free(fast.raw);
	free(plain.raw);
	return why;
}

static void
test_multiply(void)
{
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 64, 97};
	const size_t count = sizeof(sizes) / sizeof(sizes[0]);
	lf_random	random = lf_random_seed(7);

	for (int kind = 0; kind < 8; kind++)
	{
		lf_transpose ta = (kind & 1) != 0 ? LF_TRANSPOSED : LF_PLAIN;
		lf_transpose tb = (kind & 2) != 0 ? LF_TRANSPOSED : LF_PLAIN;
		int			beta = (kind & 4) != 0;
		const char *why = NULL;

		for (int round = 0; round < 300 && why == NULL; round++)
		{
			size_t		m = sizes[lf_random_below(&random, count)];
			size_t		n = sizes[lf_random_below(&random, count)];
			size_t		k = sizes[lf_random_below(&random, count)];

			why = check_product(&random, ta, tb, m, n, k, beta, true);
			if (why != NULL)
				diag("m %zu, n %zu, k %zu: %s", m, n, k, why);
		}
		ok(why == NULL, "random products, A %s, B %s, beta %d", ta == LF_PLAIN ? "plain" : "transposed",
		   tb == LF_PLAIN ? "plain" : "transposed", beta);
	}
}

/* Products above 2^28 multiply-adds are cut into pieces: these into pieces of rows, and of rows and depth. */
static void
test_multiply_in_pieces(void)
{
	lf_random	random = lf_random_seed(8);
	const char *why;

	why = check_product(&random, LF_PLAIN, LF_PLAIN, 4801, 241, 257, 1, false);
	if (!ok(why == NULL, "a product cut into pieces of rows"))
		diag("%s", why);
	why = check_product(&random, LF_TRANSPOSED, LF_PLAIN, 65, 8190, 601, 0, false);
	if (!ok(why == NULL, "a product cut into pieces of rows and depth, beta 0"))
		diag("%s", why);
	why = check_product(&random, LF_PLAIN, LF_TRANSPOSED, 65, 8190, 601, 1, false);
	if (!ok(why == NULL, "a product cut into pieces of rows and depth, beta 1"))
		diag("%s", why);
	why = check_product(&random, LF_PLAIN, LF_TRANSPOSED, 67, 61, 70001, 1, false);
	if (!ok(why == NULL, "a small product with a long sum"))
		diag("%s", why);
}

static void
test_blas(void)
{
	lf_blas_info blas = lf_blas();
	size_t		own = lf_kernels_in_use()->lanes * sizeof(lf_real);
	bool		none = strcmp(blas.kernel, "none") == 0;

	ok(lf_blas_width("Prescott") == 16 && lf_blas_width("Nehalem") == 16 && lf_blas_width("Sandybridge") == 16, "old kernels of OpenBLAS are narrow");
	ok(lf_blas_width("Haswell") == 32 && lf_blas_width("Zen") == 32, "those of AVX2 are wider");
	ok(lf_blas_width("SkylakeX") >= 64 && lf_blas_width("Cooperlake") >= 64 && lf_blas_width("NEOVERSEN1") >= 64, "others are taken for as wide as ours");
	ok(lf_blas_is_called() == (!none && lf_blas_width(blas.kernel) >= own), "OpenBLAS is called where its vectors are no narrower than ours: %s, %zu bytes",
	   blas.kernel, own);
}

int
main(void)
{
	test_multiply();
	test_multiply_in_pieces();
	test_blas();
	return done_testing();
}
