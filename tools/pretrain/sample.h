/*
 * sample.h: invented series as the network sees them when it is used: through the same preparation of rows.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "invent.h"
#include "partners/partner.h"
#include "partners/zero_shot.h"

/* Rows of a series at most: seen, and forecast. */
#define MOST_KNOWN 700
#define MOST_ROWS (MOST_KNOWN + LF_ZERO_FARTHEST)

/* What one thread needs to draw samples. */
typedef struct Sampler
{
	double		value[MOST_ROWS];
	double		scratch[3 * MOST_ROWS + 512];
	double		adjusted[MOST_ROWS];
	void	   *block;			/* for the preparation of rows */
	size_t		size;
} Sampler;

Sampler    *sampler_create(void);

/* Number 'seed' of all samples of so many patches: x (patches, features), target (patches, steps), NaN where none is. */
void		sample_draw(Sampler *sampler, uint64_t seed, int patches, lf_real *x, lf_real *target);

#endif
