/*
 * threads.h: work in threads that are gone when it ends, one way or the other.
 */
#ifndef LFPG_THREADS_H
#define LFPG_THREADS_H

#include "server/common.h"
#include "base/thread_pool.h"

/* work(state, pool) with a pool of so many threads, or with NULL where there are fewer than two. */
void		in_threads(int threads, void (*work) (void *state, lf_thread_pool *pool), void *state);

#endif
