/*
 * sample.c: from a seed to what the network sees and shall say.
 */
#include "sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Targets farther off are cut: a few series that explode shall not teach the others. */
#define MOST_TARGET 30

/* Of the patches of the second half, from which forecasts are learned, so many, about; and the last. */
#define LEARNED_PATCHES 4

Sampler *
sampler_create(void)
{
	lf_seasons	most = {.count = 2, .season = {lf_season_of(24), lf_season_of(168)}};
	lf_arena	arena = lf_arena_measure();
	lf_partner_rows rows;
	Sampler    *sampler = malloc(sizeof(Sampler));

	lf_partner_rows_layout(&rows, &arena, MOST_ROWS, &most);
	sampler->size = 2 * arena.used;
	sampler->block = aligned_alloc(LF_ALIGNMENT, (sampler->size + LF_ALIGNMENT) / LF_ALIGNMENT * LF_ALIGNMENT);
	if (sampler->block == NULL)
	{
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return sampler;
}

/* Rows that a sample of so many patches has before its forecast. */
static int
draw_known(lf_random *random, int patches)
{
	if (patches == LF_ZERO_PATCHES)
		return (int) (LF_ZERO_ROWS * exp(lf_random_uniform(random) * log((double) MOST_KNOWN / LF_ZERO_ROWS)));
	return patches * LF_ZERO_PATCH - (int) lf_random_below(random, LF_ZERO_PATCH);
}

void
sample_draw(Sampler *sampler, uint64_t seed, int patches, lf_real *x, lf_real *target)
{
	lf_random	random = lf_random_seed(seed);
	int			known = draw_known(&random, patches);
	Invented	series = {.value = sampler->value};
	lf_arena	arena = lf_arena_over(sampler->block, sampler->size);
	lf_partner_rows rows;
	lf_column	column = {.values = sampler->value, .rows = (size_t) known, .stride = 1};
	double	   *adjusted = sampler->adjusted;
	double		scale;
	lf_zero_form form;
	int			first;			/* row of the series that patch 0 ends before */
	double		often = (double) LEARNED_PATCHES / (1 + patches / 2);

	invent(&random, known + LF_ZERO_FARTHEST, known, sampler->scratch, &series);
	column.logged = series.logged;
	lf_partner_rows_layout(&rows, &arena, (size_t) known, &series.seasons);
	lf_partner_rows_prepare(&rows, &series.seasons, &column, NULL);
	form = lf_zero_form_of(rows.adjusted, (size_t) known);
	for (int i = 0; i < series.count; i++)
		adjusted[i] = lf_zero_formed(&form, i < known ? rows.adjusted[i] : lf_partner_adjusted(&rows, series.value[i], i));
	first = known > LF_ZERO_ROWS ? known - LF_ZERO_ROWS : 0;
	scale = lf_zero_scale(adjusted + first, (size_t) (known - first));
	lf_zero_encode(adjusted, (size_t) known, series.seasons.count > 0 ? series.seasons.season[0].length : 1, scale, 1, x);
	for (int p = 0; p < patches; p++)
	{
		int			last = known - 1 - (patches - 1 - p) * LF_ZERO_PATCH;
		bool		learned = p == patches - 1 || (p >= patches / 2 && lf_random_uniform(&random) < often);

		for (int k = 0; k < LF_ZERO_STEPS; k++)
		{
			int			row = last + lf_zero_step[k];
			double		value = (double) NAN;

			/* a season that was taken out of all rows knows the ones that are seen too well */
			if (learned && scale > 0 && (row >= known || series.seasons.count == 0))
				value = (adjusted[row] - adjusted[last]) / (scale * sqrt(lf_zero_step[k]));
			target[p * LF_ZERO_STEPS + k] = (lf_real) fmin(fmax(value, -MOST_TARGET), MOST_TARGET);
			if (isnan(value))
				target[p * LF_ZERO_STEPS + k] = (lf_real) NAN;
		}
	}
}
