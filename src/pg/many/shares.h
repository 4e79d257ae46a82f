/*
 * shares.h: the series of a table in shares, each of which is one process's to do: ranges of their names.
 */
#ifndef LFPG_SHARES_H
#define LFPG_SHARES_H

#include "server/crew.h"

/*
 * Lies in one block of memory, which processes can have in common. The shares are in the order of the names; the last has no end, so
 * that together they hold whatever the table has.
 */
typedef struct Shares
{
	Size		size;			/* bytes of the block */
	int			count;
	Size		done;			/* where (count) flags begin, from the block's beginning on, */
	Size		ends;			/* and (count - 1) numbers of that kind: where the last name of a share stands */
} Shares;

/*
 * Cuts the series of a table (by its quoted name) that have a model into shares of 'each'. By SPI; in the current memory context. Raises
 * 54000 where they are too many.
 */
Shares	   *shares_cut(const char *table, int64 series, int each);

/* The next share that no other process has; -1: none is left. */
int			shares_next(const Shares *shares, Crew *crew);

/* One that has been taken and was never done; -1: all are done. */
int			shares_left(const Shares *shares);

void		shares_note_done(Shares *shares, int share);

/* The name behind which a share begins, and that with which it ends; NULL: there is none. */
const char *shares_begin(const Shares *shares, int share);
const char *shares_end(const Shares *shares, int share);

#endif
