/*
 * queue.h: a table of models as a queue: series that wait for their training, and what became of each.
 *
 * The table has the columns series, model and status. A row whose status is 'waiting' is to be trained; then it is 'ok', or says why
 * the series cannot be trained. Rows are taken by locks that others pass over, so that any number of processes may work on it, and a
 * row whose process is gone waits again.
 */
#ifndef LFPG_QUEUE_H
#define LFPG_QUEUE_H

#include "rows/table.h"

typedef struct Queue
{
	Oid			relid;
	char	   *name;			/* qualified and quoted */
	char	   *label;			/* for messages */
	MemoryContext context;		/* in which it was opened: it lives longer than a transaction */
	char	   *last;			/* the series that was taken last, there; NULL: begin with the first */
} Queue;

/* Looks at the table: raises 42703, 42804 or 42P10 where it cannot be a queue. */
Queue		queue_open(Oid relation);

/*
 * Lets the series of a table wait that have no model yet, or with 'again' all of them. Returns how many wait. By SPI, in the
 * transaction at hand.
 */
int64		queue_fill(const Queue *queue, const Table *table, bool again);

/*
 * Takes up to so many series that wait, for the rest of the transaction, and returns how many: their names are in the current
 * memory context. 0: none is left that no other process has.
 */
int			queue_take(Queue *queue, int most, char **series);

/* Stores what became of one: a model, or NULL and the reason. */
void		queue_store(const Queue *queue, const char *series, bytea *model, const char *status);

/* How many series wait, and the first of those that have a status but neither 'ok' nor that, with it; NULL: none has. */
typedef struct QueueRest
{
	int64		waiting;
	int64		failed;
	char	   *series;
	char	   *status;
} QueueRest;

QueueRest	queue_rest(const Queue *queue);

#endif
