/*
 * thread_pool.h: a few threads that compute shares of the same work and do nothing else.
 *
 * They call nothing but the work they are given, never the program around the core, and block all signals, so that
 * these keep reaching the thread that owns the process. Which thread takes which share is left to chance: the work must
 * not depend on it. The pool lives in memory of the caller's and must be stopped before that goes.
 */
#ifndef LF_THREAD_POOL_H
#define LF_THREAD_POOL_H

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>

#define LF_MAX_THREADS 16

typedef void (*lf_thread_pool_work) (void *argument, int share);

typedef struct lf_thread_pool
{
	int			threads;		/* the caller's and those that were started */
	lf_thread_pool_work work;
	void	   *argument;
	atomic_int	next;			/* shares not taken: the last of them is the next one */
	atomic_int	left;			/* shares not done */
	atomic_uint round;			/* counts calls of lf_thread_pool_run */
	atomic_bool stop;
	pthread_mutex_t mutex;		/* for the two conditions */
	pthread_cond_t begin;
	pthread_cond_t done;
	pthread_t	thread[LF_MAX_THREADS - 1];
} lf_thread_pool;

/* Starts threads - 1 of them, or as many as the system allows. Returns how many compute, the caller's included. */
int			lf_thread_pool_start(lf_thread_pool *pool, int threads);

/*
 * work(argument, share) once for each share from 0 to shares - 1, in any order; returns when all are done. A pool may
 * be NULL.
 */
void		lf_thread_pool_run(lf_thread_pool *pool, int shares, lf_thread_pool_work work, void *argument);

/* Ends the threads and waits for them. May be called twice. */
void		lf_thread_pool_stop(lf_thread_pool *pool);

#endif
