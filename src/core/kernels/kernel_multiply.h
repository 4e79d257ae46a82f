/*
 * kernel_multiply.h: matrix products of any size and shape, see lf_multiply. Part of kernels_body.h.
 *
 * B goes through a block of DEPTH rows and one strip of columns that the first-level cache holds, with zeros filling up
 * the last strip; A is read where it lies. A few rows are not worth packing B for: whole strips are then read in place.
 */

#define DEPTH 128
#define ROWS_WORTH_PACKING (2 * TILE_ROWS + 1)

INLINE void
multiply_tile(const int rows, const int vectors, size_t depth, const lf_real *a, size_t a_row, size_t a_step,
			  const lf_real *b, size_t b_step, int beta, lf_real *c, size_t ldc, size_t columns)
{
	vec			sum[TILE_ROWS][TILE_VECTORS];

#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
		{
			sum[i][j] = splat(0);
			will_write(c + (size_t) i * ldc + j * LANES);
		}
	tile_product(rows, vectors, sum, depth, a, a_row, a_step, b, b_step, false, (fetch) {0});
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
		{
			lf_real    *c_ij = c + (size_t) i * ldc + j * LANES;
			size_t		n = columns - (size_t) j * LANES;

			store_some(c_ij, beta == 0 ? sum[i][j] : load_some(c_ij, n) + sum[i][j], n);
		}
}

/* A(i, k) = a[i * row + k * step], where one of the two is 1 */
typedef struct strided
{
	const lf_real *a;
	size_t		row;
	size_t		step;
} strided;

/* m rows of C, up to STRIP columns of it, and one block of the sum. */
static void
multiply_rows(const lf_pass *pass, size_t m, size_t columns, size_t depth, strided a, const lf_real *b, size_t b_step,
			  int beta, lf_real *c, size_t ldc)
{
	int			vectors = (int) (packed_width(columns) / LANES);
	size_t		row = 0;

	while (row < m && !lf_interrupted(pass))
	{
		size_t		rows = tile_rows(m - row);
		const lf_real *tile = a.a + row * a.row;
		lf_real    *c_tile = c + row * ldc;

		/* either way one of the two distances in A is a constant 1, which spares the tile most of its addresses */
#define CALL_BOTH(r, v) multiply_tile(r, v, depth, tile, a.row, 1, b, b_step, beta, c_tile, ldc, columns)
#define CALL(r) WITH_VECTORS(vectors, CALL_BOTH, r)
		if (a.step == 1)
			WITH_ROWS(rows, CALL)
#undef CALL_BOTH
#define CALL_BOTH(r, v) multiply_tile(r, v, depth, tile, 1, a.step, b, b_step, beta, c_tile, ldc, columns)
		if (a.step != 1)
			WITH_ROWS(rows, CALL)
#undef CALL
#undef CALL_BOTH
		row += rows;
	}
}

/* c (m) = op(A) b: one column is worth no strip. */
static void
multiply_column(const lf_pass *pass, size_t m, size_t k, strided a, const lf_real *b, size_t b_step,
				int beta, lf_real *c, size_t ldc)
{
	if (a.step == 1 && b_step == 1)
	{
		for (size_t i = 0; i < m && !lf_interrupted(pass); i++)
		{
			const lf_real *row = a.a + i * a.row;
			vec			sum[2] = {splat(0), splat(0)};
			lf_real		total = 0;

			for (size_t l = 0; l < k; l += LANES)
				sum[l / LANES % 2] += load_some(row + l, k - l) * load_some(b + l, k - l);
			sum[0] += sum[1];
			for (int l = 0; l < LANES; l++)
				total += sum[0][l];
			c[i * ldc] = beta == 0 ? total : c[i * ldc] + total;
		}
		return;
	}
	for (size_t i = 0; i < m && !lf_interrupted(pass); i += LANES)
	{
		size_t		n = m - i;
		vec			sum = splat(0);

		if (a.row == 1)
			for (size_t l = 0; l < k; l++)
				sum += load_some(a.a + i + l * a.step, n) * b[l * b_step];
		else
			for (size_t l = 0; l < k; l++)
				for (size_t j = 0; j < LANES && j < n; j++)
					sum[j] += a.a[(i + j) * a.row + l * a.step] * b[l * b_step];
		for (size_t j = 0; j < LANES && j < n; j++)
			c[(i + j) * ldc] = beta == 0 ? sum[j] : c[(i + j) * ldc] + sum[j];
	}
}

static void
multiply(const lf_pass *pass, lf_transpose ta, lf_transpose tb, size_t m, size_t n, size_t k,
		 const lf_real *a, size_t lda, const lf_real *b, size_t ldb, int beta, lf_real *c, size_t ldc)
{
	lf_real		packed[DEPTH * STRIP] __attribute__((aligned(LF_ALIGNMENT)));
	strided		whole = {.a = a, .row = ta == LF_PLAIN ? lda : 1, .step = ta == LF_PLAIN ? 1 : lda};

	for (size_t i = 0; i < m && k == 0 && beta == 0; i++)
		memset(c + i * ldc, 0, n * sizeof(lf_real));
	if (n == 1)
	{
		multiply_column(pass, m, k, whole, b, tb == LF_PLAIN ? ldb : 1, beta, c, ldc);
		return;
	}
	for (size_t column = 0; column < n; column += STRIP)
	{
		size_t		columns = n - column < STRIP ? n - column : STRIP;
		size_t		width = packed_width(columns);
		bool		in_place = tb == LF_PLAIN && columns == width && m < ROWS_WORTH_PACKING;

		for (size_t l = 0; l < k; l += DEPTH)
		{
			size_t		depth = k - l < DEPTH ? k - l : DEPTH;
			const lf_real *from = tb == LF_PLAIN ? b + l * ldb + column : b + column * ldb + l;
			strided		block = {whole.a + l * whole.step, whole.row, whole.step};

			if (lf_interrupted(pass))
				return;
			if (!in_place && tb == LF_TRANSPOSED)
				pack_columns(depth, columns, width, from, ldb, packed);
			else if (!in_place)
				for (size_t i = 0; i < depth; i++)
					for (size_t j = 0; j < width; j += LANES)
						store(packed + i * width + j, load_some(from + i * ldb + j, columns - j));
			multiply_rows(pass, m, columns, depth, block, in_place ? from : packed, in_place ? ldb : width,
						  l == 0 ? beta : 1, c + column, ldc);
		}
	}
}
