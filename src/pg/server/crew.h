/*
 * crew.h: background workers that help a session with a call: each is a session of its own, with the role, the settings and the
 * arguments of the call.
 *
 * A crew does work that is divided by a table, so that it does not matter how many come: none, where all of max_worker_processes are
 * taken. Workers end with the call, however that ends.
 */
#ifndef LFPG_CREW_H
#define LFPG_CREW_H

#include "server/common.h"

/* What the crew and its session have in common. */
typedef struct CrewBoard
{
	int64		expected;		/* tasks, as the session counted them */
	uint64		done;			/* tasks, committed ones and those that this process has counted */
	uint64		failed;
} CrewBoard;

typedef struct Crew Crew;

/*
 * The work of one process, done from a new transaction on with the arguments of the call, under an SPI connection that is nonatomic. It
 * is to look for interrupts, as all work.
 */
typedef void (*crew_work) (FunctionCallInfo fcinfo, int variant, Crew *crew);

#define MOST_OF_CREW 1024

/* Workers beside the session: as many as there are processors left, and parallel workers allowed. */
int			crew_usual_size(void);

/*
 * Starts up to so many workers, each of which calls the function of this name in this library: one that was made by
 * CREW_FUNCTION. All of them get 'common', of this size. Needs a transaction, whose end it outlives.
 */
Crew	   *crew_start(FunctionCallInfo fcinfo, int variant, const char *function, int workers, const void *common, Size size);

/* The same copy of it in all of them. */
void	   *crew_common(Crew *crew);

/* How many have been started. */
int			crew_size(const Crew *crew);

/* Waits for all to end by themselves. */
void		crew_wait(Crew *crew);

/* Makes all end, and lets go what they had in common: after crew_wait(), or after an error. */
void		crew_end(Crew *crew);

/* The same board in all of them. */
CrewBoard	crew_board(Crew *crew);
void		crew_expect(Crew *crew, int64 expected);

/* Counts a task of this process, which others see once it is committed: what is lost with a process is done, and counted, by another one. */
void		crew_count(Crew *crew, bool failed);
void		crew_committed(Crew *crew);

/* A number that no other process gets: 0, 1, 2 and so on. */
uint64		crew_next(Crew *crew);

/* "process" or "processes", as there are more than this session. */
const char *crew_processes(const Crew *crew);

/* The main function of a worker: it does this work. */
void		crew_main(Datum handle, crew_work work);

#define CREW_FUNCTION(name, work) \
	PGDLLEXPORT void name(Datum handle); \
	void name(Datum handle) { crew_main(handle, work); } \
	extern void crew_function_needs_a_semicolon(void)

#endif
