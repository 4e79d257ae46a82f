/*
 * kernel_gates.h: products with the gates of a cell, or with their gradients, in strips; see lf_strips. Part of
 * kernels_body.h.
 *
 * As the left factor, dz meets weights that pack_gates has put into the order of the strips. As the right one, in the
 * gradient of the weights, a strip is what a tile wants to read: its rows are the steps of the sum.
 */

#define SLICE 16				/* steps of the sum over rows between two requests for what comes next */

INLINE size_t
strips_of(size_t units)
{
	return (units + LANES - 1) / LANES;
}

/* A row of one strip of gates, and of one number for each unit. */
INLINE lf_real *
gates_at(lf_strips gates, size_t strip, size_t row)
{
	return gates.at + strip * gates.strip + row * STRIP;
}

INLINE lf_real *
unit_at(lf_strips cell, size_t strip, size_t row)
{
	return cell.at + strip * cell.strip + row * LANES;
}

static void
pack_gates(const lf_pass *pass, size_t units, size_t columns, const lf_real *a, size_t lda, lf_real *packed)
{
	for (size_t column = 0; column < columns; column += STRIP)
	{
		size_t		some = columns - column < STRIP ? columns - column : STRIP;
		size_t		width = packed_width(some);

		for (size_t unit = 0; unit < units && !lf_interrupted(pass); unit += LANES)
		{
			size_t		n = units - unit < LANES ? units - unit : LANES;

			for (size_t gate = 0; gate < 4; gate++, packed += LANES * width)
			{
				pack_columns(n, some, width, a + column * lda + gate * units + unit, lda, packed);
				memset(packed + n * width, 0, (LANES - n) * width * sizeof(lf_real));
			}
		}
	}
}

/* A product with dz goes through it in slices, four to a strip: one for each gate. */
INLINE size_t
slices_of(size_t units)
{
	return strips_of(units) * 4;
}

INLINE const lf_real *
next_slice(lf_strips dz, size_t slice, const lf_real *at)
{
	return at + (slice % 4 == 3 ? dz.strip - STRIP + LANES : LANES);
}

/*
 * sum += a slice of rows of dz times LANES rows of what pack_gates made. Asks for the same gate of the next strip: they
 * lie too far apart for the processor to foresee it.
 */
INLINE void
slice_product(const int rows, const int vectors, vec (*sum)[TILE_VECTORS], const lf_real *at, size_t strip,
			  const lf_real *packed)
{
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
		will_read(at + strip + i * STRIP);
#pragma GCC unroll 4
	for (size_t k = 0; k < LANES; k++)
		tile_add(rows, vectors, sum, at + k, STRIP, packed + k * (size_t) vectors * LANES);
}

/* For the tile that starts at 'row': its part of what follows a strip of packed columns. */
INLINE fetch
fetch_columns(const lf_real *packed, size_t units, size_t width, bool last, size_t row, size_t rows)
{
	size_t		size = strips_of(units) * STRIP * width;

	return fetch_slices(packed + size, last ? 0 : size * sizeof(lf_real), slices_of(units), row, rows);
}

INLINE void
multiply_gates_tile(const int rows, const int vectors, size_t columns, size_t units, lf_strips dz, size_t row,
					const lf_real *packed, fetch ahead, int beta, lf_real *c, size_t ldc)
{
	vec			sum[TILE_ROWS][TILE_VECTORS];
	const lf_real *at = gates_at(dz, 0, row);

#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			sum[i][j] = splat(0);
	for (size_t slice = 0; slice < slices_of(units); slice++)
	{
		if (slice < (size_t) rows)
			for (int j = 0; j < vectors; j++)
				will_write(c + slice * ldc + j * LANES);
		fetch_some(&ahead);
		slice_product(rows, vectors, sum, at, dz.strip, packed);
		packed += LANES * (size_t) vectors * LANES;
		at = next_slice(dz, slice, at);
	}
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

static void
multiply_gates(const lf_pass *pass, size_t rows, size_t columns, size_t units, lf_strips dz, const lf_real *packed,
			   int beta, lf_real *c, size_t ldc)
{
	for (size_t column = 0; column < columns; column += STRIP)
	{
		size_t		some = columns - column < STRIP ? columns - column : STRIP;
		size_t		width = packed_width(some);
		size_t		row = 0;

		while (row < rows)
		{
			size_t		tile = tile_rows(rows - row);
			fetch		ahead = fetch_columns(packed, units, width, column + STRIP >= columns, row, rows);

			if (lf_interrupted(pass))
				return;
#define CALL_BOTH(n, vectors) \
			multiply_gates_tile(n, vectors, some, units, dz, row, packed, ahead, beta, c + row * ldc + column, ldc)
#define CALL(n) WITH_VECTORS(width / LANES, CALL_BOTH, n)
			WITH_ROWS(tile, CALL)
#undef CALL
#undef CALL_BOTH
			row += tile;
		}
		packed += strips_of(units) * STRIP * width;
	}
}

/*
 * 'columns' columns of a (rows, .) for the tiles of a gradient, each tile's (rows, columns of the tile) behind that of
 * the one before: where they lie in A, each number of a tile would bring a cache line of its own.
 */
static void
pack_tiles(size_t rows, size_t columns, const lf_real *a, size_t lda, lf_real *packed)
{
	size_t		tile;

	for (size_t column = 0; column < columns; column += tile, packed += rows * tile)
	{
		tile = tile_rows(columns - column);
#define CALL(n) \
		for (size_t row = 0; row < rows; row++) \
			memcpy(packed + row * (n), a + row * lda + column, (n) * sizeof(lf_real))
		WITH_ROWS(tile, CALL)
#undef CALL
	}
}

INLINE void
add_gradient_tile(const int m, size_t units, size_t unit, size_t rows, const lf_real *a, const lf_real *dz,
				  fetch ahead, lf_real *c)
{
	vec			sum[TILE_ROWS][TILE_VECTORS];

#pragma GCC unroll 8
	for (int i = 0; i < m; i++)
#pragma GCC unroll 4
		for (int gate = 0; gate < 4; gate++)
			sum[i][gate] = splat(0);
	for (size_t row = 0; row < rows; row += SLICE)
	{
		if (row / SLICE < (size_t) m)
			for (size_t gate = 0; gate < 4; gate++)
				will_write(c + (row / SLICE * 4 + gate) * units + unit);
		fetch_some(&ahead);
		tile_product(m, TILE_VECTORS, sum, rows - row < SLICE ? rows - row : SLICE, a, 1, (size_t) m, dz, STRIP,
					 false, ahead);
		a += SLICE * (size_t) m;
		dz += SLICE * STRIP;
	}
#pragma GCC unroll 8
	for (int i = 0; i < m; i++)
#pragma GCC unroll 4
		for (int gate = 0; gate < 4; gate++)
		{
			lf_real    *c_i = c + ((size_t) i * 4 + (size_t) gate) * units + unit;

			store_some(c_i, load_some(c_i, units - unit) + sum[i][gate], units - unit);
		}
}

static void
add_gradient(const lf_pass *pass, size_t m, size_t units, size_t rows, const lf_real *a, size_t lda, lf_strips dz,
			 lf_real *scratch, lf_real *c)
{
	for (size_t first = 0; first < rows; first += LF_GRADIENT_ROWS)
	{
		size_t		some = rows - first < LF_GRADIENT_ROWS ? rows - first : LF_GRADIENT_ROWS;

		pack_tiles(some, m, a + first * lda, lda, scratch);
		for (size_t strip = 0; strip < strips_of(units); strip++)
		{
			const lf_real *from = gates_at(dz, strip, first);
			bool		last = strip + 1 == strips_of(units);
			size_t		i = 0;

			while (i < m)
			{
				size_t		tile = tile_rows(m - i);
				fetch		ahead = fetch_slices(last ? from : gates_at(dz, strip + 1, first),
												 last ? 0 : some * STRIP * sizeof(lf_real),
												 (some + SLICE - 1) / SLICE, i, m);

				if (lf_interrupted(pass))
					return;
#define CALL(n) \
				add_gradient_tile(n, units, strip * LANES, some, scratch + i * some, from, ahead, c + i * 4 * units)
				WITH_ROWS(tile, CALL)
#undef CALL
				i += tile;
			}
		}
	}
}
