/*
 * zero_shot.h: a network that was trained on invented series, and forecasts any series without being trained on it.
 *
 * It sees rows without seasons, four at a time (patches: Nie et al. 2023), as differences in units of the mean difference
 * of neighbours: so neither the level nor the size of a series matters. For each of a few steps ahead it says quantiles of
 * how far the value then lies from the last one, in the same units and those of a random walk, the root of the step; steps
 * between them are interpolated. What comes beyond the last of them is forecast from means of several rows in the same way.
 *
 * Where a series is long, earlier origins tell which of several ways to see its rows suits it, and how wide bounds should be.
 *
 * One walk serves a series and its mirror image: the forecast is the mean of both, so that up and down are alike.
 *
 * tools/pretrain has the program that trains it, and doc/pretrained.md says how and with what result.
 */
#ifndef LF_ZERO_SHOT_H
#define LF_ZERO_SHOT_H

#include "network/head.h"
#include "network/network.h"
#include "partners/partner_rows.h"

#define LF_ZERO_PATCH 4			/* rows of a patch */
#define LF_ZERO_PATCHES 32		/* at most: older rows are not looked at */
#define LF_ZERO_ROWS (LF_ZERO_PATCH * LF_ZERO_PATCHES)
#define LF_ZERO_FEATURES (LF_ZERO_PATCH + 5)

/* The steps ahead that the network knows, and the levels of its quantiles. */
#define LF_ZERO_STEPS 15
#define LF_ZERO_LEVELS 9
#define LF_ZERO_MEDIAN 4		/* of the levels */
#define LF_ZERO_FARTHEST 64		/* of the steps */

/* Ways to see a long series, and earlier origins of a long horizon that say which of them suit it; see zero_shot_ways.h. */
#define LF_ZERO_WAYS 3
#define LF_ZERO_ORIGINS 4

extern const int lf_zero_step[LF_ZERO_STEPS];
extern const double lf_zero_level[LF_ZERO_LEVELS];
extern const double lf_zero_normal[LF_ZERO_LEVELS];	/* the quantiles of a normal distribution at these levels */

/* Patches of so many rows. */
int			lf_zero_patches(size_t rows);

/*
 * The mean difference of neighbours; those beyond several times as much count no more than that, so that a single value
 * far off does not make the others small. 0: all rows are the same.
 */
double		lf_zero_scale(const double *rows, size_t count);

/*
 * How values are seen: as they are, or as logarithms, where that suits the rows: they are all above 0, and do not mostly change
 * by a large part of themselves from one to the next. Above 'top', which no row comes near, the logarithm goes on as a straight
 * line: what lies beyond all that was seen grows no more by factors, or bounds far ahead would have no end.
 */
typedef struct lf_zero_form
{
	bool		logged;
	double		top;
} lf_zero_form;

lf_zero_form lf_zero_form_of(const double *rows, size_t count);
double		lf_zero_formed(const lf_zero_form *form, double value);
double		lf_zero_unformed(const lf_zero_form *form, double formed);

/*
 * The newest rows as (patches, LF_ZERO_FEATURES), in units of 'scale'; 'sign' is 1, or -1 for the mirror image. 'season':
 * the length of the shortest season that was taken out, 1 where there is none: days behave unlike months.
 */
void		lf_zero_encode(const double *rows, size_t count, double season, double scale, double sign, lf_real *x);

/* The network over so many patches; 'sequence': it forecasts from each of them, not from the last alone. */
void		lf_zero_spec(lf_spec *spec, int units, int patches, bool sequence);

/* Quantiles of one step ahead: on the scale of the column, ascending. */
typedef struct lf_zero_quantiles
{
	double		at[LF_ZERO_LEVELS];
} lf_zero_quantiles;

/* The network made ready, and scratch for series of at most so many rows. */
typedef struct lf_zero_room
{
	lf_head		head;
	lf_network	longest;		/* whose packed weights serve shorter ones */
	lf_real    *weights;
	const float *tuned;			/* in place of those that are shipped; NULL: these */
	bool		started;
	lf_arena	memory;			/* for the network of the length at hand */
	lf_real    *x;				/* (2, LF_ZERO_PATCHES, LF_ZERO_FEATURES) */
	double	   *coarse;			/* rows, each the mean of several */
	lf_partner_rows rows;
	lf_zero_quantiles *said;	/* (ways, steps) */
	lf_zero_quantiles *past;	/* (origins, ways, steps): what was said at earlier origins; more of them where steps are few */
	lf_zero_quantiles *mixed;	/* (steps): the mean of all ways at one of them */
	double	   *ratio;			/* (origins, steps): errors there over widths */
	double	   *mean;			/* (steps): of theta */
	double	   *variance;		/* (steps) */
} lf_zero_room;

void		lf_zero_layout(lf_zero_room *room, lf_arena *arena, size_t rows, const lf_seasons *seasons, int steps);

/* From now on it forecasts with these weights (lf_zero_weights()), which outlive it; NULL: with those that are shipped. */
void		lf_zero_use(lf_zero_room *room, const float *tuned);

/*
 * Quantiles of each of the 'steps' values that follow the last row of a column of at least one row, of which none is
 * missing. Whatever the rows are they are finite and ascend; of one or two rows only the median is known, and the others are
 * NaN. Worthless where the interrupt (NULL: none) came meanwhile.
 */
void		lf_zero_forecast(lf_zero_room *room, const lf_seasons *seasons, const lf_column *column, int steps,
							 lf_zero_quantiles *quantiles, const volatile sig_atomic_t *interrupt);

/*
 * What the network says of rows: for each of its steps quantiles of how far the value lies from the last row, in units of
 * 'scale'. They are all 0 where the rows are all the same.
 */
typedef struct lf_zero_walked
{
	double		scale;
	double		quantile[LF_ZERO_STEPS][LF_ZERO_LEVELS];
} lf_zero_walked;

void		lf_zero_walk(lf_zero_room *room, const double *rows, size_t count, double season, lf_zero_walked *result);

/* The same at a step that may lie between two of the network's, from 1 to the farthest, on the scale of the rows. */
double		lf_zero_at_step(const lf_zero_walked *walked, double step, int level);

/*
 * The quantile of a level, which is given as that of a normal distribution: 0 for the median. Between those of the network, and
 * beyond the outermost, along straight lines.
 */
double		lf_zero_quantile(const lf_zero_quantiles *quantiles, double normal);

/*
 * How many normal standard deviations out a value lies by these quantiles: an interval of a level holds it where that is no
 * more than the normal quantile of the level.
 */
double		lf_zero_nonconformity(const lf_zero_quantiles *quantiles, double value);

/* Units of each layer of the network that is shipped, and how many weights there are. */
#define LF_ZERO_UNITS 64
size_t		lf_zero_weights(void);

/* Weights of a stored model that lie farther from 0 come from no training; below it all sums stay finite in single precision. */
#define LF_ZERO_LARGEST_WEIGHT 1e6f

#endif
