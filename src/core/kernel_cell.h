/*
 * kernel_cell.h: the step of a long short-term memory cell, see lf_cell_step and lf_cell_slope. Part of kernels_body.h.
 *
 * A panel holds LANES units with the four gates of each side by side, so that a tile ends with all that a unit needs in
 * registers: the cell is finished there, and z is never written. On the way back a tile ends with the gradient of h_t.
 */

/* The n <= LANES columns of row 'from' that a panel takes, behind each other with zeros after the last. */
static void
pack_gates_row(size_t units, size_t unit, const lf_real *from, lf_real *packed)
{
	for (size_t gate = 0; gate < 4; gate++)
		store(packed + gate * LANES,
			  from == NULL ? splat(0) : load_some(from + gate * units + unit, units - unit));
}

static void
pack_cell(const lf_pass *pass, size_t units, size_t inputs, size_t states,
		  const lf_real *w, const lf_real *u, const lf_real *b, lf_real *packed)
{
	for (size_t unit = 0; unit < units && !lf_interrupted(pass); unit += LANES)
	{
		pack_gates_row(units, unit, b, packed);
		packed += PANEL;
		for (size_t k = 0; k < inputs; k++, packed += PANEL)
			pack_gates_row(units, unit, w + k * 4 * units, packed);
		for (size_t k = 0; k < states; k++, packed += PANEL)
			pack_gates_row(units, unit, u + k * 4 * units, packed);
	}
}

/*
 * From the four sums of up to LANES units in the rows of a tile to c_t and h_t. The activations are constants where the
 * caller's are. Two loops, because a(c) is a long chain of instructions that wait for each other: side by side with
 * those of the other rows they do not wait.
 */
INLINE void
finish_rows_forward(const lf_cell_step *step, size_t row, int rows, size_t unit, vec (*z)[TILE_VECTORS],
					lf_activation activation, lf_activation recurrent_activation)
{
	size_t		units = step->units;
	size_t		n = units - unit;

	for (int r = 0; r < rows; r++)
	{
		size_t		at = (row + (size_t) r) * units + unit;
		vec			i = vec_activation(recurrent_activation, z[r][0]);
		vec			f = vec_activation(recurrent_activation, z[r][1]);
		vec			g = vec_activation(activation, z[r][2]);
		vec			o = vec_activation(recurrent_activation, z[r][3]);
		vec			c = i * g;

		if (step->cell_before != NULL)
			c += f * load_some(step->cell_before + at, n);
		store_some(step->cell + at, c, n);
		z[r][2] = c;
		z[r][3] = o;
		if (step->gates == NULL)
			continue;
		at = (row + (size_t) r) * 4 * units + unit;
		store_some(step->gates + at, i, n);
		store_some(step->gates + at + units, f, n);
		store_some(step->gates + at + 2 * units, g, n);
		store_some(step->gates + at + 3 * units, o, n);
	}
	for (int r = 0; r < rows; r++)
		store_some(step->hidden + (row + (size_t) r) * step->hidden_row + unit,
				   z[r][3] * vec_activation(activation, z[r][2]), n);
}

/* One copy for all sizes of tiles: it is long, and a call costs nothing beside it. */
static __attribute__((noinline)) void
finish_forward(const lf_cell_step *step, size_t row, int rows, size_t unit, vec (*z)[TILE_VECTORS])
{
	if (step->activation == LF_TANH && step->recurrent_activation == LF_SIGMOID)
		finish_rows_forward(step, row, rows, unit, z, LF_TANH, LF_SIGMOID);
	else
		finish_rows_forward(step, row, rows, unit, z, step->activation, step->recurrent_activation);
}

/* Elements of the packed weights of LANES units. */
INLINE size_t
panel_size(const lf_cell_step *step)
{
	return (1 + step->inputs + step->states) * PANEL;
}

/* What the sums of a tile start from: the bias of a panel, or what the caller knows of them. */
INLINE void
start_tile(const int rows, const lf_cell_step *step, size_t row, size_t unit, const lf_real *packed,
		   vec (*sum)[TILE_VECTORS])
{
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (size_t gate = 0; gate < 4; gate++)
			sum[i][gate] = step->start == NULL ? load(packed + gate * LANES) :
				load_some(step->start + ((row + (size_t) i) * 4 + gate) * step->units + unit, step->units - unit);
}

/* The end of a tile: the sums themselves, or the cell. */
INLINE void
end_tile(const lf_cell_step *step, size_t row, int rows, size_t unit, vec (*sum)[TILE_VECTORS])
{
	if (step->sums == NULL)
	{
		finish_forward(step, row, rows, unit, sum);
		return;
	}
	for (size_t i = 0; i < (size_t) rows; i++)
		for (size_t gate = 0; gate < 4; gate++)
			store_some(step->sums + ((row + i) * 4 + gate) * step->units + unit, sum[i][gate], step->units - unit);
}

INLINE void
forward_tile(const int rows, const lf_cell_step *step, size_t row, size_t unit, const lf_real *packed,
			 const lf_real *next)
{
	vec			sum[TILE_ROWS][TILE_VECTORS];
	vec			done[TILE_ROWS][TILE_VECTORS];

	for (size_t i = row; i < row + (size_t) rows && step->gates != NULL; i++)
	{
		for (size_t gate = 0; gate < 4; gate++)
			will_write(step->gates + (i * 4 + gate) * step->units + unit);
		will_write(step->cell + i * step->units + unit);
		will_write(step->hidden + i * step->hidden_row + unit);
	}
	start_tile(rows, step, row, unit, packed, sum);
	packed += PANEL;
	if (step->start == NULL)
		tile_product(rows, TILE_VECTORS, sum, step->inputs, step->x + row * step->x_row, step->x_row, 1, packed, PANEL,
					 false, NULL);
	packed += step->inputs * PANEL;
	if (step->before != NULL)
		tile_product(rows, TILE_VECTORS, sum, step->states, step->before + row * step->before_row, step->before_row, 1,
					 packed, PANEL, true, fetched_by(next, panel_size(step) * sizeof(lf_real), step->states * LINE, row));

	/* a copy, so that the sums themselves need no address and stay in registers */
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < TILE_VECTORS; j++)
			done[i][j] = sum[i][j];
	end_tile(step, row, rows, unit, done);
}

/*
 * The only row there is, over two panels. One panel has so few sums that they would wait for each other. The order in
 * which each sum is added up is that of all tiles: a forecast does not depend on what else is computed with it.
 */
static void
forward_two_panels(const lf_cell_step *step, size_t unit, const lf_real *packed)
{
	const lf_real *other = packed + panel_size(step);
	size_t		inputs = step->start == NULL ? step->inputs : 0;
	size_t		states = step->before != NULL ? step->states : 0;
	vec			sum[1][TILE_VECTORS];
	vec			other_sum[1][TILE_VECTORS];

	start_tile(1, step, 0, unit, packed, sum);
	start_tile(1, step, 0, unit + LANES, other, other_sum);
	packed += PANEL;
	other += PANEL;
	for (size_t k = 0; k < inputs; k++)
	{
		tile_add(1, TILE_VECTORS, sum, step->x + k, 0, packed + k * PANEL);
		tile_add(1, TILE_VECTORS, other_sum, step->x + k, 0, other + k * PANEL);
	}
	packed += step->inputs * PANEL;
	other += step->inputs * PANEL;
#pragma GCC unroll 2
	for (size_t k = 0; k < states; k++)
	{
		tile_add(1, TILE_VECTORS, sum, step->before + k, 0, packed + k * PANEL);
		tile_add(1, TILE_VECTORS, other_sum, step->before + k, 0, other + k * PANEL);
	}
	end_tile(step, 0, 1, unit, sum);
	end_tile(step, 0, 1, unit + LANES, other_sum);
}

static void
cell_forward(const lf_pass *pass, const lf_cell_step *step)
{
	size_t		panels = (step->units + LANES - 1) / LANES;
	size_t		at_once = step->rows == 1 ? 2 : 1;
	size_t		groups = (panels + at_once - 1) / at_once;

	for (size_t g = 0; g < groups; g++)
	{
		size_t		panel = (step->last_panel_first ? groups - 1 - g : g) * at_once;
		const lf_real *packed = step->packed + panel * panel_size(step);
		const lf_real *next = g + 1 == groups ? packed :
			step->last_panel_first ? packed - panel_size(step) : packed + panel_size(step);
		size_t		row = 0;

		if (at_once == 2 && panel + 1 < panels)
		{
			if (lf_interrupted(pass))
				return;
			forward_two_panels(step, panel * LANES, packed);
			continue;
		}
		while (row < step->rows)
		{
			size_t		rows = tile_rows(step->rows - row);

			if (lf_interrupted(pass))
				return;
#define CALL(n) forward_tile(n, step, row, panel * LANES, packed, next)
			WITH_ROWS(rows, CALL)
#undef CALL
			row += rows;
		}
	}
}

static void
pack_transposed(const lf_pass *pass, size_t depth, size_t columns, const lf_real *a, size_t lda, lf_real *packed)
{
	for (size_t column = 0; column < columns; column += PANEL)
	{
		size_t		some = columns - column < PANEL ? columns - column : PANEL;
		size_t		width = packed_width(some);

		/* in blocks: what lies between two looks at the flag, and what the rows of A leave in the cache */
		for (size_t k = 0; k < depth && !lf_interrupted(pass); k += 64)
			pack_columns(depth - k < 64 ? depth - k : 64, some, width, a + column * lda + k, lda, packed + k * width);
		packed += depth * width;
	}
}

/*
 * From the gradient of h_t of up to LANES units in one row to dz and the gradient of c_{t-1}; adds dz to 'bias'. a(c)
 * is made again from c: to keep it would cost more time in memory.
 */
INLINE void
finish_row_backward(const lf_cell_slope *slope, size_t row, size_t unit, vec dh, vec *bias,
					lf_activation activation, lf_activation recurrent_activation)
{
	size_t		units = slope->units;
	size_t		n = units - unit;
	size_t		at = row * units + unit;
	lf_real    *gates = slope->gates + row * 4 * units + unit;
	vec			i = load_some(gates, n);
	vec			f = load_some(gates + units, n);
	vec			g = load_some(gates + 2 * units, n);
	vec			o = load_some(gates + 3 * units, n);
	vec			squashed = vec_activation(activation, load_some(slope->cell + at, n));
	vec			before = slope->cell_before == NULL ? splat(0) : load_some(slope->cell_before + at, n);
	vec			dc = load_some(slope->dcell + at, n);
	vec			di;
	vec			df;
	vec			dg;
	vec			dout;

	if (slope->dhidden != NULL)
		dh += load_some(slope->dhidden + row * slope->dhidden_row + unit, n);
	dc += dh * o * vec_slope(activation, squashed);
	di = dc * g * vec_slope(recurrent_activation, i);
	df = dc * before * vec_slope(recurrent_activation, f);
	dg = dc * i * vec_slope(activation, g);
	dout = dh * squashed * vec_slope(recurrent_activation, o);
	store_some(slope->dcell + at, dc * f, n);
	store_some(gates, di, n);
	store_some(gates + units, df, n);
	store_some(gates + 2 * units, dg, n);
	store_some(gates + 3 * units, dout, n);
	if (slope->dstart != NULL)
	{
		lf_real    *dstart = slope->dstart + row * 4 * units + unit;

		store_some(dstart, load_some(dstart, n) + di, n);
		store_some(dstart + units, load_some(dstart + units, n) + df, n);
		store_some(dstart + 2 * units, load_some(dstart + 2 * units, n) + dg, n);
		store_some(dstart + 3 * units, load_some(dstart + 3 * units, n) + dout, n);
	}
	bias[0] += di;
	bias[1] += df;
	bias[2] += dg;
	bias[3] += dout;
}

static __attribute__((noinline)) void
finish_backward(const lf_cell_slope *slope, size_t row, int rows, size_t unit, int vectors,
				const vec (*dh)[TILE_VECTORS])
{
	bool		usual = slope->activation == LF_TANH && slope->recurrent_activation == LF_SIGMOID;

	for (int j = 0; j < vectors; j++, unit += LANES)
	{
		vec			bias[4] = {splat(0), splat(0), splat(0), splat(0)};

		for (int i = 0; i < rows && usual; i++)
			finish_row_backward(slope, row + (size_t) i, unit, dh[i][j], bias, LF_TANH, LF_SIGMOID);
		for (int i = 0; i < rows && !usual; i++)
			finish_row_backward(slope, row + (size_t) i, unit, dh[i][j], bias,
								slope->activation, slope->recurrent_activation);
		for (size_t gate = 0; gate < 4 && slope->dbias != NULL; gate++)
		{
			lf_real    *dbias = slope->dbias + gate * slope->units + unit;

			store_some(dbias, load_some(dbias, slope->units - unit) + bias[gate], slope->units - unit);
		}
	}
}

INLINE void
backward_tile(const int rows, const int vectors, const lf_cell_slope *slope, size_t row, size_t unit,
			  const lf_real *packed)
{
	size_t		gates = 4 * slope->units;
	vec			sum[TILE_ROWS][TILE_VECTORS];
	vec			done[TILE_ROWS][TILE_VECTORS];

	for (size_t i = row; i < row + (size_t) rows; i++)
		for (size_t at = unit; at < unit + (size_t) vectors * LANES; at += LANES)
		{
			for (size_t gate = 0; gate < 4; gate++)
				will_write(slope->gates + (i * 4 + gate) * slope->units + at);
			will_read(slope->cell + i * slope->units + at);
			will_read(slope->cell_before + i * slope->units + at);
			will_read(slope->dhidden + i * slope->dhidden_row + at);
		}
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			sum[i][j] = splat(0);
	if (slope->dz_after != NULL)
		tile_product(rows, vectors, sum, gates, slope->dz_after + row * gates, gates, 1,
					 packed, (size_t) vectors * LANES,
					 true, fetched_by(packed + gates * (size_t) vectors * LANES,
									  unit + PANEL < slope->units ? gates * PANEL * sizeof(lf_real) : 0,
									  gates * LINE, row));
	/* a copy, so that the sums themselves need no address and stay in registers */
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			done[i][j] = sum[i][j];
	finish_backward(slope, row, rows, unit, vectors, (const vec (*)[TILE_VECTORS]) done);
}

static void
cell_backward(const lf_pass *pass, const lf_cell_slope *slope)
{
	const lf_real *packed = slope->packed;

	for (size_t unit = 0; unit < slope->units; unit += PANEL)
	{
		size_t		width = packed_width(slope->units - unit);
		size_t		row = 0;

		while (row < slope->rows)
		{
			size_t		rows = tile_rows(slope->rows - row);

			if (lf_interrupted(pass))
				return;
#define CALL_BOTH(n, vectors) backward_tile(n, vectors, slope, row, unit, packed)
#define CALL(n) WITH_VECTORS(width / LANES, CALL_BOTH, n)
			WITH_ROWS(rows, CALL)
#undef CALL
#undef CALL_BOTH
			row += rows;
		}
		packed += 4 * slope->units * width;
	}
}
