/*
 * shares.c: names at equal distances are all that is needed of a million series: one statement reads them from the index.
 */
#include "many/shares.h"

#include "executor/spi.h"
#include "server/error.h"

static char *
place_of(const Shares *shares, Size offset)
{
	return (char *) shares + offset;
}

/* The name in a row that was read. */
static const char *
name_of(int row)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1);
}

Shares *
shares_cut(const char *table, int64 series, int each)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *query = psprintf("SELECT series FROM (SELECT series, pg_catalog.row_number() OVER (ORDER BY series) AS n FROM %s "
								 "WHERE model IS NOT NULL) s WHERE n OPERATOR(pg_catalog.%%) %d OPERATOR(pg_catalog.=) 0 ORDER BY n", table, each);
	Shares		head = {.size = MAXALIGN(sizeof(Shares))};
	Shares	   *shares;
	Size		place;

	/* the names, which are read at once */
	check_memory((Size) (series / each) * (NAMEDATALEN + sizeof(Size)), "the list of shares", "forecast fewer models at once");
	SPI_connect();
	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the names of series");
	head.count = (int) SPI_processed + 1;
	head.done = head.size;
	head.ends = head.size += MAXALIGN(head.count);
	head.size += (head.count - 1) * sizeof(Size);
	for (int i = 0; i < head.count - 1; i++)
		head.size += strlen(name_of(i)) + 1;
	check_memory(head.size, "the list of shares", "forecast fewer models at once");
	shares = MemoryContextAllocZero(caller, head.size);
	*shares = head;
	place = head.ends + (head.count - 1) * sizeof(Size);
	for (int i = 0; i < head.count - 1; i++)
	{
		const char *name = name_of(i);

		((Size *) place_of(shares, head.ends))[i] = place;
		strcpy(place_of(shares, place), name);
		place += strlen(name) + 1;
	}
	SPI_finish();
	return shares;
}

int
shares_next(const Shares *shares, Crew *crew)
{
	uint64		next = crew_next(crew);

	return next < (uint64) shares->count ? (int) next : -1;
}

int
shares_left(const Shares *shares)
{
	const char *done = place_of(shares, shares->done);

	for (int i = 0; i < shares->count; i++)
		if (!done[i])
			return i;
	return -1;
}

void
shares_note_done(Shares *shares, int share)
{
	place_of(shares, shares->done)[share] = true;
}

const char *
shares_end(const Shares *shares, int share)
{
	return share < 0 || share >= shares->count - 1 ? NULL : place_of(shares, ((const Size *) place_of(shares, shares->ends))[share]);
}

const char *
shares_begin(const Shares *shares, int share)
{
	return shares_end(shares, share - 1);
}
