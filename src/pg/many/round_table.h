/*
 * round_table.h: the table that keeps what came out of each round, so that a call that ended early goes on.
 *
 * It has the columns round, model, error, learning_rate and status. Round 0 is the first model; its status is 'first', that of the
 * rounds after it 'round', and 'refit' where they were trained on all rows. One is 'final' in the end: the model of the whole call.
 */
#ifndef LFPG_ROUND_TABLE_H
#define LFPG_ROUND_TABLE_H

#include "rows/table.h"

/* Looks at the table: raises 42703, 42804 or 42P10 where it cannot keep rounds. */
Table	   *round_table_open(Oid relation);

/* What is in it. */
typedef struct RoundsSoFar
{
	int			newest;			/* -1: no round */
	int			measured;		/* rounds behind the first model that are no refits */
	int			refits;
	int			best;			/* of those that are no refits: the one with the least error, or the newest where none is known */
	double		error;			/* of the best; NaN: not known */
	bool		is_final;
} RoundsSoFar;

RoundsSoFar round_table_look(const Table *table);

/* The model of a round, in the current memory context; raises 22023 where there is none. */
bytea	   *round_table_model(const Table *table, int round);

/* An error of NaN is NULL, and so is a learning rate. */
void		round_table_store(const Table *table, int round, bytea *model, double error, double learning_rate, const char *status);

/* Lets a round be the final one, with this model (NULL: its own) and error. */
void		round_table_end(const Table *table, int round, bytea *model, double error);

void		round_table_clear(const Table *table);

#endif
