/*
 * tile.h: products that stay in registers. Only the kernels include it.
 *
 *						 b: depth x (vectors * LANES)
 *						 [ . . . . | . . . . | ... ]	one row at a time
 *	   a: rows x depth	 [ s s s s | s s s s | ... ]
 *		  one column	 [ s s s s | s s s s | ... ]	sums: rows x vectors registers
 *
 * For each k, TILE_ROWS numbers of A meet up to 4 vectors of B. 'rows' and 'vectors' are constants wherever these
 * functions are inlined, so that the sums become registers and the loops over them vanish.
 */
#ifndef LF_TILE_H
#define LF_TILE_H

#include "kernels/vector.h"

#define TILE_VECTORS 4
#define STRIP (TILE_VECTORS * LANES)	/* columns of a full tile */

#define LINE ((size_t) 64)		/* bytes of a cache line */

/*
 * What a tile will read or write at its end is asked for during its product, which hides the way from memory. One
 * request per vector; where lines are longer than vectors some ask twice.
 */
INLINE void
will_write(const lf_real *p)
{
	__builtin_prefetch(p, 1);
}

INLINE void
will_read(const lf_real *p)
{
	__builtin_prefetch(p, 0);
}

/* One column of A, its elements a_row apart, times one row of B. */
INLINE void
tile_add(const int rows, const int vectors, vec (*sum)[TILE_VECTORS], const lf_real *a, size_t a_row, const lf_real *b)
{
	vec			kept[TILE_ROWS > TILE_VECTORS ? TILE_ROWS : TILE_VECTORS];

	/* the shorter side stays in registers, the longer one passes through */
	if (rows < vectors)
	{
#pragma GCC unroll 8
		for (int i = 0; i < rows; i++)
			kept[i] = splat(a[(size_t) i * a_row]);
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
#pragma GCC unroll 8
			for (int i = 0; i < rows; i++)
				sum[i][j] += kept[i] * load(b + j * LANES);
		return;
	}
#pragma GCC unroll 4
	for (int j = 0; j < vectors; j++)
		kept[j] = load(b + j * LANES);
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			sum[i][j] += a[(size_t) i * a_row] * kept[j];
}

/*
 * Strips that do not fit the second-level cache are asked for while those before them are at work: 'lines' cache lines
 * from 'next' on at a time. A few at a time: the processor waits for a dozen, and then everything else waits as well.
 */
typedef struct fetch
{
	const char *next;
	size_t		lines;
} fetch;

INLINE void
fetch_some(fetch *ahead)
{
	for (size_t line = 0; line < ahead->lines; line++, ahead->next += LINE)
		__builtin_prefetch(ahead->next, 0, 2);
}

/*
 * For the tile that begins at 'row' of 'rows', with a product in so many slices: its part of a strip of 'bytes' bytes,
 * so many lines for each slice.
 */
INLINE fetch
fetch_slices(const lf_real *strip, size_t bytes, size_t slices, size_t row, size_t rows)
{
	size_t		tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
	size_t		lines = (bytes / LINE + tiles * slices - 1) / (tiles * slices);

	return (fetch) {(const char *) strip + row / TILE_ROWS * slices * lines * LINE, lines};
}

/* The same for a fetching product: two lines in every second step, until there are no more. */
INLINE fetch
fetch_steps(const lf_real *strip, size_t bytes, size_t depth, size_t row)
{
	size_t		from = row / TILE_ROWS * depth * LINE;

	return from < bytes ? (fetch) {(const char *) strip + from, 2} : (fetch) {(const char *) strip, 0};
}

/*
 * sum (rows x vectors) += A (rows x depth) * B (depth x vectors * LANES); A(i, k) = a[i * a_row + k * a_step].
 *
 * 'fetching' is a constant as well: ask for lines ahead in between. Of each two the first is asked for, and the second
 * comes along, since processors fetch pairs of lines into the second level.
 */
INLINE void
tile_product(const int rows, const int vectors, vec (*sum)[TILE_VECTORS], size_t depth,
			 const lf_real *a, size_t a_row, size_t a_step, const lf_real *b, size_t b_step,
			 const bool fetching, fetch ahead)
{
	/* unrolled, because the counting of the loop goes through the ports of the multiplications */
#pragma GCC unroll 4
	for (size_t k = 0; k < depth; k++, b += b_step)
	{
		if (fetching && k % 2 == 0)
		{
			__builtin_prefetch(ahead.next, 0, 2);
			ahead.next += ahead.lines * LINE;
		}
		tile_add(rows, vectors, sum, a + k * a_step, a_row, b);
	}
}

/*
 * Calls 'call' with the number of rows as a constant. Rows are dealt to as few tiles as need be, and evenly: 16 rows
 * are 6, 5 and 5, not 6, 6 and 4.
 */
#if TILE_ROWS == 6
#define WITH_ROWS(rows, call) \
	switch (rows) \
	{ \
		case 1: call(1); break; \
		case 2: call(2); break; \
		case 3: call(3); break; \
		case 4: call(4); break; \
		case 5: call(5); break; \
		default: call(6); break; \
	}
#else
#define WITH_ROWS(rows, call) \
	switch (rows) \
	{ \
		case 1: call(1); break; \
		case 2: call(2); break; \
		default: call(3); break; \
	}
#endif

#define WITH_VECTORS(vectors, call, rows) \
	switch (vectors) \
	{ \
		case 1: call(rows, 1); break; \
		case 2: call(rows, 2); break; \
		case 3: call(rows, 3); break; \
		default: call(rows, 4); break; \
	}

/* Rows of the next tile where 'left' are left. */
INLINE size_t
tile_rows(size_t left)
{
	size_t		tiles = (left + TILE_ROWS - 1) / TILE_ROWS;

	return (left + tiles - 1) / tiles;
}

/* Four of the eight numbers of two vectors. GCC has clang's name for it from version 12 on only. */
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (four_bits) {__VA_ARGS__})
#endif

/*
 * 'depth' rows of B^T for a tile of 'width' columns, (depth, width) with width a multiple of LANES: packed(k, j) =
 * a[j * lda + k], zero from column 'columns' on.
 */
static void
pack_columns(size_t depth, size_t columns, size_t width, const lf_real *a, size_t lda, lf_real *packed)
{
	typedef lf_real four __attribute__((vector_size(4 * sizeof(lf_real))));
	typedef lf_bits four_bits __attribute__((vector_size(4 * sizeof(lf_real)), unused));
	typedef lf_real four_anywhere __attribute__((vector_size(4 * sizeof(lf_real)), aligned(sizeof(lf_real)), may_alias));
	size_t		j = 0;

	/* four by four, in registers: one by one, the reads or the writes would each touch a cache line for one number */
	for (; j + 4 <= columns; j += 4)
	{
		const lf_real *rows = a + j * lda;
		size_t		k = 0;

		for (; k + 4 <= depth; k += 4)
		{
			four		r0 = *(const four_anywhere *) (rows + k);
			four		r1 = *(const four_anywhere *) (rows + lda + k);
			four		r2 = *(const four_anywhere *) (rows + 2 * lda + k);
			four		r3 = *(const four_anywhere *) (rows + 3 * lda + k);
			four		low01 = SHUFFLE(r0, r1, 0, 4, 1, 5);
			four		low23 = SHUFFLE(r2, r3, 0, 4, 1, 5);
			four		high01 = SHUFFLE(r0, r1, 2, 6, 3, 7);
			four		high23 = SHUFFLE(r2, r3, 2, 6, 3, 7);
			lf_real    *out = packed + k * width + j;

			*(four_anywhere *) out = SHUFFLE(low01, low23, 0, 1, 4, 5);
			*(four_anywhere *) (out + width) = SHUFFLE(low01, low23, 2, 3, 6, 7);
			*(four_anywhere *) (out + 2 * width) = SHUFFLE(high01, high23, 0, 1, 4, 5);
			*(four_anywhere *) (out + 3 * width) = SHUFFLE(high01, high23, 2, 3, 6, 7);
		}
		for (; k < depth; k++)
			for (size_t i = 0; i < 4; i++)
				packed[k * width + j + i] = rows[i * lda + k];
	}
	for (; j < columns; j++)
		for (size_t k = 0; k < depth; k++)
			packed[k * width + j] = a[j * lda + k];
	for (size_t k = 0; k < depth && columns < width; k++)
		memset(packed + k * width + columns, 0, (width - columns) * sizeof(lf_real));
}

/* Columns of a packed tile that is to hold 'columns' of them. */
INLINE size_t
packed_width(size_t columns)
{
	return columns >= STRIP ? STRIP : (columns + LANES - 1) / LANES * LANES;
}

#endif
