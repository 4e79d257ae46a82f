/*
 * grid.h: what lstm_tune tries: a jsonb of options, and lookback, with a list of values for each.
 *
 * The value null stands for what is tried without the grid: the option is left as it was given, or out.
 */
#ifndef LFPG_GRID_H
#define LFPG_GRID_H

#include "base/combinations.h"
#include "train/training.h"

typedef struct Grid
{
	int			options;
	char	   *name[LF_MAX_GRID_OPTIONS];
	int			count[LF_MAX_GRID_OPTIONS];	/* of values */
	JsonbValue *value[LF_MAX_GRID_OPTIONS];
	uint64		size;			/* combinations */
} Grid;

/*
 * Reads a grid, or where it is NULL chooses one for the request that leaves what 'options' gives as it is. Raises 22023
 * at anything that lstm_train would refuse as an option, and at what would make trials incomparable.
 */
Grid	   *grid_read(Jsonb *json, Jsonb *options, const Request *request);

/* Combination number i alone, without its nulls. */
Jsonb	   *grid_combination(const Grid *grid, uint64 i);

/* The same in place: the options with it, and its lookback, which is left as it is where the grid has none. */
Jsonb	   *grid_options(const Grid *grid, uint64 i, Jsonb *options, int *lookback);

#endif
