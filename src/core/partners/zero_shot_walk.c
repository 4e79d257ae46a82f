/*
 * zero_shot_walk.c: the network made ready, and what it says of some rows.
 */
#include "partners/zero_shot.h"

#include "partners/zero_shot_weights.h"

#include <math.h>

void
lf_zero_layout(lf_zero_room *room, lf_arena *arena, size_t rows, const lf_seasons *seasons, int steps)
{
	lf_arena	largest = lf_arena_measure();
	lf_spec		spec;
	lf_network	network;
	int			layer;

	*room = (lf_zero_room) {0};
	lf_zero_spec(&spec, LF_ZERO_UNITS, LF_ZERO_PATCHES, false);
	/* a spec of this file's own: there is nothing that could be wrong with it */
	(void) lf_network_create(&room->longest, &spec, &layer);
	network = room->longest;
	lf_network_layout_alike(&network, &room->longest, &largest, 2);
	lf_network_layout(&room->longest, arena, 2, false);
	room->weights = lf_arena_reals(arena, room->longest.parameters);
	room->memory = (lf_arena) {.base = lf_arena_take(arena, largest.used, 1), .size = largest.used};
	room->x = lf_arena_reals(arena, 2 * (size_t) LF_ZERO_PATCHES * LF_ZERO_FEATURES);
	room->coarse = lf_arena_take(arena, LF_MOST_PARTNER_ROWS, sizeof(double));
	lf_partner_rows_layout(&room->rows, arena, rows, seasons);
	room->said = lf_arena_take(arena, LF_ZERO_WAYS * (size_t) steps, sizeof(lf_zero_quantiles));
	room->past = lf_arena_take(arena, LF_ZERO_ORIGINS * LF_ZERO_WAYS * LF_ZERO_FARTHEST, sizeof(lf_zero_quantiles));
	room->mixed = lf_arena_take(arena, LF_ZERO_FARTHEST, sizeof(lf_zero_quantiles));
	room->ratio = lf_arena_take(arena, LF_ZERO_ORIGINS * LF_ZERO_FARTHEST, sizeof(double));
	room->mean = lf_arena_take(arena, (size_t) steps, sizeof(double));
	room->variance = lf_arena_take(arena, (size_t) steps, sizeof(double));
}

void
lf_zero_use(lf_zero_room *room, const float *tuned)
{
	room->started &= room->tuned == tuned;
	room->tuned = tuned;
}

/* Reads the weights and packs them: once, and not before there is something to forecast. */
static void
start(lf_zero_room *room)
{
	(void) lf_head_set_levels(&room->head, lf_zero_level, LF_ZERO_LEVELS);
	if (room->tuned == NULL)
		lf_zero_weights_read(room->weights);
	else
		for (size_t i = 0; i < room->longest.parameters; i++)
			room->weights[i] = (lf_real) room->tuned[i];
	lf_network_bind(&room->longest, room->weights, NULL);
	(void) lf_network_pack(&room->longest, &(lf_pass) {.batch = 1});
	room->started = true;
}

void
lf_zero_walk(lf_zero_room *room, const double *rows, size_t count, double season, lf_zero_walked *result)
{
	size_t		n = count < LF_ZERO_ROWS ? count : LF_ZERO_ROWS;
	int			patches = lf_zero_patches(n);
	size_t		one = (size_t) patches * LF_ZERO_FEATURES;
	lf_pass		pass = {.batch = 2, .sharded = true};
	lf_arena	arena = room->memory;
	lf_network	network;
	lf_spec		spec;
	const lf_real *y;
	int			layer;

	if (!room->started)
		start(room);
	*result = (lf_zero_walked) {.scale = lf_zero_scale(rows + (count - n), n)};
	if (!(result->scale > 0) || !isfinite(result->scale))
	{
		result->scale = 0;
		return;
	}
	lf_zero_spec(&spec, LF_ZERO_UNITS, patches, false);
	(void) lf_network_create(&network, &spec, &layer);
	lf_network_layout_alike(&network, &room->longest, &arena, 2);
	lf_zero_encode(rows, count, season, result->scale, 1, room->x);
	lf_zero_encode(rows, count, season, result->scale, -1, room->x + one);
	(void) lf_network_forward(&network, &pass, room->x, &y);
	for (int k = 0; k < LF_ZERO_STEPS; k++)
	{
		double		up[LF_ZERO_LEVELS];
		double		down[LF_ZERO_LEVELS];
		double		root = sqrt(lf_zero_step[k]);

		lf_head_distribution(&room->head, y + k * LF_ZERO_LEVELS, up);
		lf_head_distribution(&room->head, y + (LF_ZERO_STEPS + k) * LF_ZERO_LEVELS, down);
		for (int i = 0; i < LF_ZERO_LEVELS; i++)
			result->quantile[k][i] = (up[i] - down[LF_ZERO_LEVELS - 1 - i]) / 2 * root;
	}
}

double
lf_zero_at_step(const lf_zero_walked *said, double step, int level)
{
	int			k = 0;
	double		share;

	while (k < LF_ZERO_STEPS - 2 && lf_zero_step[k + 1] < step)
		k++;
	share = (step - lf_zero_step[k]) / (lf_zero_step[k + 1] - lf_zero_step[k]);
	return said->scale * (said->quantile[k][level] +
							 share * (said->quantile[k + 1][level] - said->quantile[k][level]));
}
