/*
 * kernel_cell.h: the step of a long short-term memory cell, see lf_cell_step and lf_cell_slope. Part of kernels_body.h.
 *
 * A strip holds LANES units with the four gates of each side by side, so that a tile ends with all that a unit needs in
 * registers: the cell is finished there, and z is never written. On the way back a tile ends with the gradient of h_t.
 */

/* The n <= LANES columns of row 'from' that a strip takes, behind each other with zeros after the last. */
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
		packed += STRIP;
		for (size_t k = 0; k < inputs; k++, packed += STRIP)
			pack_gates_row(units, unit, w + k * 4 * units, packed);
		for (size_t k = 0; k < states; k++, packed += STRIP)
			pack_gates_row(units, unit, u + k * 4 * units, packed);
	}
}

/*
 * From the four sums of up to LANES units in the rows of a tile to c_t and h_t. The activations are constants where the
 * caller's are. Two loops, because a(c) is a long chain of instructions that wait for each other: side by side with
 * those of the other rows they do not wait.
 */
INLINE void
finish_rows_forward(const lf_cell_step *step, size_t row, int rows, size_t strip, vec (*z)[TILE_VECTORS],
					lf_activation activation, lf_activation recurrent_activation)
{
	for (int r = 0; r < rows; r++)
	{
		size_t		at = row + (size_t) r;
		vec			i = vec_activation(recurrent_activation, z[r][0]);
		vec			f = vec_activation(recurrent_activation, z[r][1]);
		vec			g = vec_activation(activation, z[r][2]);
		vec			o = vec_activation(recurrent_activation, z[r][3]);
		vec			c = i * g;

		if (step->cell_before.at != NULL)
			c += f * load(unit_at(step->cell_before, strip, at));
		store(unit_at(step->cell, strip, at), c);
		z[r][2] = c;
		z[r][3] = o;
		if (step->gates.at == NULL)
			continue;
		store(gates_at(step->gates, strip, at), i);
		store(gates_at(step->gates, strip, at) + LANES, f);
		store(gates_at(step->gates, strip, at) + 2 * LANES, g);
		store(gates_at(step->gates, strip, at) + 3 * LANES, o);
	}
	for (int r = 0; r < rows; r++)
		store_some(step->hidden + (row + (size_t) r) * step->hidden_row + strip * LANES,
				   z[r][3] * vec_activation(activation, z[r][2]), step->units - strip * LANES);
}

/* One copy for all sizes of tiles: it is long, and a call costs next to nothing beside it. */
static __attribute__((noinline)) void
finish_forward(const lf_cell_step *step, size_t row, int rows, size_t strip, vec (*z)[TILE_VECTORS])
{
	if (step->activation == LF_TANH && step->recurrent_activation == LF_SIGMOID)
		finish_rows_forward(step, row, rows, strip, z, LF_TANH, LF_SIGMOID);
	else
		finish_rows_forward(step, row, rows, strip, z, step->activation, step->recurrent_activation);
}

/* Elements of the packed weights of LANES units. */
INLINE size_t
strip_size(const lf_cell_step *step)
{
	return (1 + step->inputs + step->states) * STRIP;
}

/* What the sums of a tile start from: the bias of a strip, or what the caller knows of them. */
INLINE void
start_tile(const int rows, const lf_cell_step *step, size_t row, size_t strip, const lf_real *packed,
		   vec (*sum)[TILE_VECTORS])
{
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (size_t gate = 0; gate < 4; gate++)
			sum[i][gate] = step->start.at == NULL ? load(packed + gate * LANES) :
				load(gates_at(step->start, strip, row + (size_t) i) + gate * LANES);
}

/* The end of a tile: the sums themselves, or the cell. */
INLINE void
end_tile(const lf_cell_step *step, size_t row, int rows, size_t strip, vec (*sum)[TILE_VECTORS])
{
	if (step->sums.at == NULL)
	{
		finish_forward(step, row, rows, strip, sum);
		return;
	}
	for (size_t i = 0; i < (size_t) rows; i++)
		for (size_t gate = 0; gate < 4; gate++)
			store(gates_at(step->sums, strip, row + i) + gate * LANES, sum[i][gate]);
}

INLINE void
forward_tile(const int rows, const lf_cell_step *step, size_t row, size_t strip, const lf_real *packed, fetch ahead)
{
	vec			sum[TILE_ROWS][TILE_VECTORS];
	vec			done[TILE_ROWS][TILE_VECTORS];

	start_tile(rows, step, row, strip, packed, sum);
	packed += STRIP;
	if (step->start.at == NULL)
		tile_product(rows, TILE_VECTORS, sum, step->inputs, step->x + row * step->x_row, step->x_row, 1, packed, STRIP,
					 false, (fetch) {0});
	packed += step->inputs * STRIP;
	if (step->before != NULL)
		tile_product(rows, TILE_VECTORS, sum, step->states, step->before + row * step->before_row, step->before_row, 1,
					 packed, STRIP, true, ahead);
	/* a copy, so that the sums themselves need no address and stay in registers */
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < TILE_VECTORS; j++)
			done[i][j] = sum[i][j];
	end_tile(step, row, rows, strip, done);
}

/*
 * The only row there is, over two strips. One strip has so few sums that they would wait for each other. The order in
 * which each sum is added up is that of all tiles: a forecast does not depend on what else is computed with it.
 */
static void
forward_two_strips(const lf_cell_step *step, size_t strip, const lf_real *packed)
{
	const lf_real *other = packed + strip_size(step);
	size_t		inputs = step->start.at == NULL ? step->inputs : 0;
	size_t		states = step->before != NULL ? step->states : 0;
	vec			sum[1][TILE_VECTORS];
	vec			other_sum[1][TILE_VECTORS];

	start_tile(1, step, 0, strip, packed, sum);
	start_tile(1, step, 0, strip + 1, other, other_sum);
	packed += STRIP;
	other += STRIP;
	for (size_t k = 0; k < inputs; k++)
	{
		tile_add(1, TILE_VECTORS, sum, step->x + k, 0, packed + k * STRIP);
		tile_add(1, TILE_VECTORS, other_sum, step->x + k, 0, other + k * STRIP);
	}
	packed += step->inputs * STRIP;
	other += step->inputs * STRIP;
#pragma GCC unroll 2
	for (size_t k = 0; k < states; k++)
	{
		tile_add(1, TILE_VECTORS, sum, step->before + k, 0, packed + k * STRIP);
		tile_add(1, TILE_VECTORS, other_sum, step->before + k, 0, other + k * STRIP);
	}
	end_tile(step, 0, 1, strip, sum);
	end_tile(step, 0, 1, strip + 1, other_sum);
}

static void
cell_forward(const lf_pass *pass, const lf_cell_step *step)
{
	size_t		strips = strips_of(step->units);
	size_t		at_once = step->rows == 1 ? 2 : 1;
	size_t		groups = (strips + at_once - 1) / at_once;

	for (size_t g = 0; g < groups; g++)
	{
		size_t		strip = (step->last_strip_first ? groups - 1 - g : g) * at_once;
		const lf_real *packed = step->packed + strip * strip_size(step);
		const lf_real *following = step->last_strip_first ? packed - strip_size(step) : packed + strip_size(step);
		size_t		row = 0;

		if (at_once == 2 && strip + 1 < strips)
		{
			if (lf_interrupted(pass))
				return;
			forward_two_strips(step, strip, packed);
			continue;
		}
		while (row < step->rows)
		{
			size_t		rows = tile_rows(step->rows - row);
			fetch		ahead = fetch_steps(following, g + 1 == groups ? 0 : strip_size(step) * sizeof(lf_real),
											step->states, row);

			if (lf_interrupted(pass))
				return;
#define CALL(n) forward_tile(n, step, row, strip, packed, ahead)
			WITH_ROWS(rows, CALL)
#undef CALL
			row += rows;
		}
	}
}

/*
 * From the gradient of h_t of a strip's units in one row to dz and the gradient of c_{t-1}; adds dz to 'bias'. a(c) is
 * made again from c: to keep it would cost more time in memory.
 */
INLINE void
finish_row_backward(const lf_cell_slope *slope, size_t row, size_t strip, vec dh, vec *bias,
					lf_activation activation, lf_activation recurrent_activation)
{
	lf_real    *gates = gates_at(slope->gates, strip, row);
	vec			i = load(gates);
	vec			f = load(gates + LANES);
	vec			g = load(gates + 2 * LANES);
	vec			o = load(gates + 3 * LANES);
	vec			squashed = vec_activation(activation, load(unit_at(slope->cell, strip, row)));
	vec			before = slope->cell_before.at == NULL ? splat(0) : load(unit_at(slope->cell_before, strip, row));
	vec			dc = load(unit_at(slope->dcell, strip, row));
	vec			di;
	vec			df;
	vec			dg;
	vec			dout;

	if (slope->dhidden != NULL)
		dh += load_some(slope->dhidden + row * slope->dhidden_row + strip * LANES, slope->units - strip * LANES);
	dc += dh * o * vec_slope(activation, squashed);
	di = dc * g * vec_slope(recurrent_activation, i);
	df = dc * before * vec_slope(recurrent_activation, f);
	dg = dc * i * vec_slope(activation, g);
	dout = dh * squashed * vec_slope(recurrent_activation, o);
	store(unit_at(slope->dcell, strip, row), dc * f);
	store(gates, di);
	store(gates + LANES, df);
	store(gates + 2 * LANES, dg);
	store(gates + 3 * LANES, dout);
	if (slope->dstart.at != NULL)
	{
		lf_real    *dstart = gates_at(slope->dstart, strip, row);

		store(dstart, load(dstart) + di);
		store(dstart + LANES, load(dstart + LANES) + df);
		store(dstart + 2 * LANES, load(dstart + 2 * LANES) + dg);
		store(dstart + 3 * LANES, load(dstart + 3 * LANES) + dout);
	}
	bias[0] += di;
	bias[1] += df;
	bias[2] += dg;
	bias[3] += dout;
}

static __attribute__((noinline)) void
finish_backward(const lf_cell_slope *slope, size_t row, int rows, size_t strip, int vectors,
				const vec (*dh)[TILE_VECTORS])
{
	bool		usual = slope->activation == LF_TANH && slope->recurrent_activation == LF_SIGMOID;

	for (int j = 0; j < vectors; j++, strip++)
	{
		size_t		unit = strip * LANES;
		vec			bias[4] = {splat(0), splat(0), splat(0), splat(0)};

		for (int i = 0; i < rows && usual; i++)
			finish_row_backward(slope, row + (size_t) i, strip, dh[i][j], bias, LF_TANH, LF_SIGMOID);
		for (int i = 0; i < rows && !usual; i++)
			finish_row_backward(slope, row + (size_t) i, strip, dh[i][j], bias,
								slope->activation, slope->recurrent_activation);
		for (size_t gate = 0; gate < 4 && slope->dbias != NULL; gate++)
		{
			lf_real    *dbias = slope->dbias + gate * slope->units + unit;

			store_some(dbias, load_some(dbias, slope->units - unit) + bias[gate], slope->units - unit);
		}
	}
}

/* What a tile will read and write at its end in one row of a strip. */
INLINE void
will_finish_row(const lf_cell_slope *slope, size_t row, size_t strip)
{
	for (size_t gate = 0; gate < 4; gate++)
		will_write(gates_at(slope->gates, strip, row) + gate * LANES);
	will_read(unit_at(slope->cell, strip, row));
	if (slope->cell_before.at != NULL)
		will_read(unit_at(slope->cell_before, strip, row));
	if (slope->dhidden != NULL)
		will_read(slope->dhidden + row * slope->dhidden_row + strip * LANES);
}

INLINE void
backward_tile(const int rows, const int vectors, const lf_cell_slope *slope, size_t row, size_t unit,
			  const lf_real *packed, fetch ahead)
{
	size_t		strip = unit / LANES;
	size_t		slices = slope->dz_after.at == NULL ? 0 : slices_of(slope->units);
	const lf_real *at = slices == 0 ? NULL : gates_at(slope->dz_after, 0, row);
	vec			sum[TILE_ROWS][TILE_VECTORS];
	vec			done[TILE_ROWS][TILE_VECTORS];

#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			sum[i][j] = splat(0);
	for (size_t slice = 0; slice < slices; slice++)
	{
		for (size_t i = slice; i < (size_t) (rows * vectors); i += slices)
			will_finish_row(slope, row + i / (size_t) vectors, strip + i % (size_t) vectors);
		fetch_some(&ahead);
		slice_product(rows, vectors, sum, at, slope->dz_after.strip, packed);
		packed += LANES * (size_t) vectors * LANES;
		at = next_slice(slope->dz_after, slice, at);
	}
	/* a copy, so that the sums themselves need no address and stay in registers */
#pragma GCC unroll 8
	for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
		for (int j = 0; j < vectors; j++)
			done[i][j] = sum[i][j];
	finish_backward(slope, row, rows, strip, vectors, (const vec (*)[TILE_VECTORS]) done);
}

static void
cell_backward(const lf_pass *pass, const lf_cell_slope *slope)
{
	const lf_real *packed = slope->packed;

	for (size_t unit = 0; unit < slope->units; unit += STRIP)
	{
		size_t		width = packed_width(slope->units - unit);
		size_t		row = 0;

		while (row < slope->rows)
		{
			size_t		rows = tile_rows(slope->rows - row);
			fetch		ahead = fetch_columns(packed, slope->units, width, unit + STRIP >= slope->units, row,
											  slope->rows);

			if (lf_interrupted(pass))
				return;
#define CALL_BOTH(n, vectors) backward_tile(n, vectors, slope, row, unit, packed, ahead)
#define CALL(n) WITH_VECTORS(width / LANES, CALL_BOTH, n)
			WITH_ROWS(rows, CALL)
#undef CALL
#undef CALL_BOTH
			row += rows;
		}
		packed += strips_of(slope->units) * STRIP * width;
	}
}
