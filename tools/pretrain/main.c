/*
 * main.c: trains the network for forecasts without training, from nothing to the file that is shipped.
 *
 *		pretrain SEED STEPS THREADS STATE WEIGHTS
 *
 * What it has done it keeps in the file STATE, from which the same command goes on; WEIGHTS is written at the end. Weights
 * depend on seed and steps alone, on processors of one kind: not on threads, nor on whether it was stopped on the way.
 */
#include "learner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LINES 40				/* of the log */
#define MOST_BETWEEN 500		/* steps from one state to the next */

static uint64_t
number(const char *text, const char *what)
{
	char	   *end;
	uint64_t	value = strtoull(text, &end, 10);

	if (*end != '\0' || value == 0)
	{
		fprintf(stderr, "pretrain: %s must be a number from 1 on, not \"%s\"\n", what, text);
		exit(2);
	}
	return value;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static Learner learner;
	uint64_t	between;
	uint64_t	first;
	double		loss = 0;
	double		start = seconds();

	if (argc != 6)
	{
		fputs("usage: pretrain SEED STEPS THREADS STATE WEIGHTS\n", stderr);
		return 2;
	}
	learner_start(&learner, number(argv[1], "SEED"), number(argv[2], "STEPS"), (int) number(argv[3], "THREADS"));
	printf("%zu weights, %" PRIu64 " steps of %d series", learner.count, learner.steps, BATCH);
	if (learner_resume(&learner, argv[4]))
		printf(", going on after %" PRIu64, learner.done);
	puts("");
	between = (learner.steps - 1) / LINES + 1;
	if (between > MOST_BETWEEN)
		between = MOST_BETWEEN;
	for (first = learner.done; learner.done < learner.steps;)
	{
		loss += learner_step(&learner);
		if (learner.done % between != 0 && learner.done != learner.steps)
			continue;
		printf("step %" PRIu64 ": loss %.4f, %.0f s\n", learner.done, loss / (double) (learner.done - first),
			   seconds() - start);
		fflush(stdout);
		learner_keep(&learner, argv[4]);
		first = learner.done;
		loss = 0;
	}
	lf_thread_pool_stop(&learner.pool);
	printf("checksum of the weights (crc32c): %08" PRIx32 "\n", learner_ship(&learner, argv[5]));
	return remove(argv[4]) != 0;
}
