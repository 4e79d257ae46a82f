/*
 * round_options.h: what nodes are told to do in a round, as options of lstm_train.
 */
#ifndef LFPG_ROUND_OPTIONS_H
#define LFPG_ROUND_OPTIONS_H

#include "server/common.h"

/* What the user said, and what follows from it. */
typedef struct RoundOptions
{
	Datum		given;			/* jsonb */
	Datum		kept;			/* the same without what a model settles that a training begins with */
	int			rounds;
	double		learning_rate;	/* of the first round; NaN: that of the first model */
	int			batch_size;		/* 0: by that of the first model */
	double		seed;
	double		validation;		/* share of the windows that is held out; 0: rounds are not measured */
	bool		refit;
} RoundOptions;

/* Reads and checks them; raises 22023, also at those that each round settles for itself. */
RoundOptions round_options_read(Datum json, int rounds);

/* For a first model: nodes choose what depends on rows. */
Datum		round_options_first(const RoundOptions *options);

/* To be measured on held-out rows. */
Datum		round_options_measure(const RoundOptions *options, const bytea *init);

/* A round: an epoch at each node, without its held-out rows, or on all. No two have the same number. */
Datum		round_options_train(const RoundOptions *options, const bytea *init, int number, double learning_rate, int batch_size, bool on_all_rows);

/*
 * Windows of a mini-batch at each of so many nodes, by those of a training of one: a round of all takes about as many steps as
 * one training takes on all rows, or else averages go forward less.
 */
int			round_batch_size(const RoundOptions *options, int usual, int nodes);

/* Rounds on all rows, after the others. */
int			round_refits(const RoundOptions *options);

/* The learning rate of a round, from 1 on, of so many: it falls from 'peak' along half a cosine. */
double		round_learning_rate(double peak, int round, int rounds);

#endif
