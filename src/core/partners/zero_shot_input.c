/*
 * zero_shot_input.c: rows as the network sees them, and which network it is.
 */
#include "partners/zero_shot.h"

#include <math.h>

const int	lf_zero_step[LF_ZERO_STEPS] = {1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 32, 48, LF_ZERO_FARTHEST};
const double lf_zero_level[LF_ZERO_LEVELS] = {0.025, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.975};

/* Differences beyond so many times the mean count as that. */
#define FAR_OFF 4

int
lf_zero_patches(size_t rows)
{
	return rows >= LF_ZERO_ROWS ? LF_ZERO_PATCHES : (int) ((rows + LF_ZERO_PATCH - 1) / LF_ZERO_PATCH);
}

double
lf_zero_scale(const double *rows, size_t count)
{
	double		mean = 0;
	double		sum = 0;

	if (count < 2)
		return 0;
	for (size_t i = 1; i < count; i++)
		mean += fabs(rows[i] - rows[i - 1]);
	mean /= (double) (count - 1);
	for (size_t i = 1; i < count; i++)
		sum += fmin(fabs(rows[i] - rows[i - 1]), FAR_OFF * mean);
	return sum / (double) (count - 1);
}

/* Mean change of neighbours from which on values do not grow and shrink by factors; and rows that are as good as 0. */
#define MOST_CHANGE 0.5
#define AS_GOOD_AS_ZERO 1e-9

/* So many times the largest row. */
#define TOP 2

lf_zero_form
lf_zero_form_of(const double *rows, size_t count)
{
	lf_zero_form form = {0};
	double		change = 0;
	double		largest = 0;

	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, rows[i]);
	for (size_t i = 0; i < count; i++)
	{
		if (!(rows[i] > AS_GOOD_AS_ZERO * largest))
			return form;
		if (i > 0)
			change += fabs(log(rows[i] / rows[i - 1])) / (double) count;
	}
	form.logged = change <= MOST_CHANGE;
	form.top = TOP * largest;
	return form;
}

double
lf_zero_formed(const lf_zero_form *form, double value)
{
	if (!form->logged)
		return value;
	if (value > form->top)
		return log(form->top) + value / form->top - 1;
	return log(fmax(value, AS_GOOD_AS_ZERO * form->top));
}

double
lf_zero_unformed(const lf_zero_form *form, double formed)
{
	double		above;

	if (!form->logged)
		return formed;
	above = formed - log(form->top);
	return above > 0 ? form->top * (1 + above) : exp(formed);
}

/* Near 0 the value itself; far from it its logarithm: one value must not drown the rest. */
static lf_real
squash(double value)
{
	return (lf_real) asinh(value);
}

void
lf_zero_encode(const double *rows, size_t count, double season, double scale, double sign, lf_real *x)
{
	size_t		n = count < LF_ZERO_ROWS ? count : LF_ZERO_ROWS;
	const double *row = rows + (count - n);
	int			patches = lf_zero_patches(n);
	size_t		absent = (size_t) patches * LF_ZERO_PATCH - n;	/* of the first patch */
	double		unit = scale > 0 ? sign / scale : 0;
	double		total = 0;		/* of the rows so far, from the first of them */
	double		smooth = 0;		/* an exponential mean of them */

	for (int p = 0; p < patches; p++, x += LF_ZERO_FEATURES)
	{
		size_t		from = p == 0 ? absent : 0;
		size_t		end = (size_t) (p + 1) * LF_ZERO_PATCH - absent;
		double		last = row[end - 1] - row[0];

		for (size_t j = 0; j < LF_ZERO_PATCH; j++)
		{
			size_t		i = (size_t) p * LF_ZERO_PATCH + j - absent;	/* where there is one */
			double		value;

			x[j] = 0;
			if (j < from)
				continue;
			value = row[i] - row[0];
			if (i > 0)
				x[j] = squash((row[i] - row[i - 1]) * unit);
			total += value;
			smooth = i == 0 ? value : smooth + (value - smooth) / (i < 8 ? (double) i + 1 : 8);
		}
		x[LF_ZERO_PATCH] = squash((last - total / (double) end) * unit);
		x[LF_ZERO_PATCH + 1] = squash((last - smooth) * unit);
		x[LF_ZERO_PATCH + 2] = (lf_real) (LF_ZERO_PATCH - from) / LF_ZERO_PATCH;
		x[LF_ZERO_PATCH + 3] = (lf_real) (log((double) end) / 4);
		x[LF_ZERO_PATCH + 4] = (lf_real) (log(season) / 3);
	}
}

void
lf_zero_spec(lf_spec *spec, int units, int patches, bool sequence)
{
	lf_layer_spec recurrent = lf_layer_defaults(LF_LSTM);
	lf_layer_spec dense = lf_layer_defaults(sequence ? LF_TIME_DISTRIBUTED : LF_DENSE);

	recurrent.units = units;
	recurrent.return_sequences = true;
	dense.inner = sequence ? LF_DENSE : dense.inner;
	dense.units = LF_ZERO_STEPS * LF_ZERO_LEVELS;
	dense.use_bias = true;
	*spec = (lf_spec) {.input = lf_shape_2(patches, LF_ZERO_FEATURES), .count = 3};
	spec->layer[0] = recurrent;
	recurrent.return_sequences = sequence;
	spec->layer[1] = recurrent;
	spec->layer[2] = dense;
}
