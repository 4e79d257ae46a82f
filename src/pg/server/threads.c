/*
 * threads.c: an error must not leave threads behind.
 */
#include "server/threads.h"

void
in_threads(int threads, void (*work) (void *state, lf_thread_pool *pool), void *state)
{
	lf_thread_pool    *pool;

	if (threads < 2)
	{
		work(state, NULL);
		return;
	}
	pool = palloc(sizeof(lf_thread_pool));
	lf_thread_pool_start(pool, threads);
	PG_TRY();
	{
		work(state, pool);
	}
	PG_FINALLY();
	{
		lf_thread_pool_stop(pool);
	}
	PG_END_TRY();
	pfree(pool);
}
