/*
 * threads.c: an error must not leave threads behind.
 */
#include "threads.h"

void
in_threads(int threads, void (*work) (void *state, lf_pool *pool), void *state)
{
	lf_pool    *pool;

	if (threads < 2)
	{
		work(state, NULL);
		return;
	}
	pool = palloc(sizeof(lf_pool));
	lf_pool_start(pool, threads);
	PG_TRY();
	{
		work(state, pool);
	}
	PG_FINALLY();
	{
		lf_pool_stop(pool);
	}
	PG_END_TRY();
	pfree(pool);
}
