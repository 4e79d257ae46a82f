/*
 * thread_pool.c: a few threads that compute shares of the same work.
 *
 * Whoever waits looks for a while before it sleeps: a mini-batch is often over before a sleeper would have woken up.
 */
#define _POSIX_C_SOURCE 200809L	/* signal masks are no part of C11 */

#include "base/thread_pool.h"

#include <signal.h>

#ifdef __x86_64__
#define PAUSE() __builtin_ia32_pause()
#else
#define PAUSE() ((void) 0)
#endif

/* Looks before sleeping: some 20 us. */
#define LOOKS 1000

static void
take_shares(lf_thread_pool *pool)
{
	int			share;

	while ((share = atomic_fetch_sub(&pool->next, 1) - 1) >= 0)
	{
		pool->work(pool->argument, share);
		if (atomic_fetch_sub(&pool->left, 1) == 1)
		{
			pthread_mutex_lock(&pool->mutex);
			pthread_cond_signal(&pool->done);
			pthread_mutex_unlock(&pool->mutex);
		}
	}
}

static void *
live(void *argument)
{
	lf_thread_pool    *pool = argument;
	unsigned	seen = 0;

	for (;;)
	{
		for (int i = 0; i < LOOKS && atomic_load(&pool->round) == seen && !atomic_load(&pool->stop); i++)
			PAUSE();
		if (atomic_load(&pool->round) == seen)
		{
			pthread_mutex_lock(&pool->mutex);
			while (atomic_load(&pool->round) == seen && !atomic_load(&pool->stop))
				pthread_cond_wait(&pool->begin, &pool->mutex);
			pthread_mutex_unlock(&pool->mutex);
		}
		if (atomic_load(&pool->stop))
			return NULL;
		seen = atomic_load(&pool->round);
		take_shares(pool);
	}
}

int
lf_thread_pool_start(lf_thread_pool *pool, int threads)
{
	sigset_t	all;
	sigset_t	before;

	*pool = (lf_thread_pool) {.threads = 1};
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->begin, NULL);
	pthread_cond_init(&pool->done, NULL);
	sigfillset(&all);
	/* a thread is born with the mask of its maker */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->threads < threads && pool->threads < LF_MAX_THREADS &&
		   pthread_create(&pool->thread[pool->threads - 1], NULL, live, pool) == 0)
		pool->threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pool->threads;
}

void
lf_thread_pool_run(lf_thread_pool *pool, int shares, lf_thread_pool_work work, void *argument)
{
	if (pool == NULL || pool->threads < 2 || shares < 2)
	{
		for (int share = 0; share < shares; share++)
			work(argument, share);
		return;
	}
	/* 'next' comes last: a thread that is late for the round before may take a share of this one from here on */
	pool->work = work;
	pool->argument = argument;
	atomic_store(&pool->left, shares);
	atomic_store(&pool->next, shares);
	pthread_mutex_lock(&pool->mutex);
	atomic_fetch_add(&pool->round, 1);
	pthread_cond_broadcast(&pool->begin);
	pthread_mutex_unlock(&pool->mutex);

	take_shares(pool);
	for (int i = 0; i < LOOKS && atomic_load(&pool->left) > 0; i++)
		PAUSE();
	pthread_mutex_lock(&pool->mutex);
	while (atomic_load(&pool->left) > 0)
		pthread_cond_wait(&pool->done, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
}

void
lf_thread_pool_stop(lf_thread_pool *pool)
{
	if (pool->threads == 0)
		return;
	pthread_mutex_lock(&pool->mutex);
	atomic_store(&pool->stop, true);
	pthread_cond_broadcast(&pool->begin);
	pthread_mutex_unlock(&pool->mutex);
	for (int i = 0; i + 1 < pool->threads; i++)
		pthread_join(pool->thread[i], NULL);
	pthread_mutex_destroy(&pool->mutex);
	pthread_cond_destroy(&pool->begin);
	pthread_cond_destroy(&pool->done);
	pool->threads = 0;
}
