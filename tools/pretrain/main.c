/*
 * main.c: trains the network for forecasts without training, from nothing to the file that is shipped.
 */
#include "sample.h"
#include "training/optimizer.h"
#include "training/shards.h"
#include "training/weight_average.h"
#include "validate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 256
#define SHARES 8				/* of a batch that is drawn */

static struct
{
	uint64_t	seed;
	long		steps;
	int			units;
	int			threads;
	double		rate;
	const char *out;
	const char *state;
	const char *series;
	long		every;
} wish = {1, 1000, 64, 1, 0.003, "zero_shot.bin", NULL, NULL, 500};

typedef struct Work
{
	Sampler    *sampler[SHARES];
	int			patches;
	long		step;
	lf_real    *x;
	lf_real    *target;
} Work;

static void *
take(size_t size)
{
	void	   *block = aligned_alloc(LF_ALIGNMENT, (size + LF_ALIGNMENT) / LF_ALIGNMENT * LF_ALIGNMENT);

	if (block == NULL)
	{
		fputs("out of memory\n", stderr);
		exit(1);
	}
	memset(block, 0, size);
	return block;
}

static void
draw_share(void *argument, int share)
{
	Work	   *work = argument;

	for (int i = share * BATCH / SHARES; i < (share + 1) * BATCH / SHARES; i++)
		sample_draw(work->sampler[share], lf_random_mix(wish.seed, (uint64_t) (work->step * BATCH + i)), work->patches,
					work->x + (size_t) i * (size_t) work->patches * LF_ZERO_FEATURES,
					work->target + (size_t) i * (size_t) work->patches * LF_ZERO_STEPS);
}

/* Short series as often as long ones, by their logarithm. */
static int
draw_patches(long step)
{
	lf_random	random = lf_random_seed(lf_random_mix(wish.seed, (uint64_t) step ^ 0x9e3779b97f4a7c15U));
	double		u = lf_random_uniform(&random);

	return u > 0.8 ? LF_ZERO_PATCHES : (int) (2 * exp(u / 0.8 * log(LF_ZERO_PATCHES / 2.0)));
}

static double
rate_at(long step)
{
	double		done = (double) step / (double) wish.steps;

	if (done < 0.03)
		return wish.rate * (done + 1e-4) / 0.03;
	return done < 0.5 ? wish.rate : wish.rate * (1e-2 + (1 - done) / 0.5);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
keep(const char *path, const lf_real *weights, size_t count)
{
	FILE	   *file = fopen(path, "wb");

	if (file == NULL || fwrite(weights, sizeof(lf_real), count, file) != count || fclose(file) != 0)
	{
		perror(path);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	lf_spec		spec;
	lf_network	network;
	lf_shards	shards;
	lf_head		head;
	lf_optimizer optimizer = {.kind = LF_ADAMW, .weight_decay = 0.01};
	lf_weight_average average;
	lf_arena	arena;
	lf_thread_pool pool;
	Work		work;
	int			layer;
	size_t		count;
	size_t		size = 0;
	lf_real    *weights;
	lf_real    *gradients;
	lf_real    *dy;
	void	   *block;
	double		sum = 0;
	double		known = 0;
	double		start;
	double		drawing = 0;

	for (int i = 1; i + 1 < argc; i += 2)
	{
		const char *v = argv[i + 1];

		switch (argv[i][2])
		{
			case 's': wish.seed = strtoull(v, NULL, 10); break;
			case 'n': wish.steps = atol(v); break;
			case 'u': wish.units = atoi(v); break;
			case 't': wish.threads = atoi(v); break;
			case 'r': wish.rate = atof(v); break;
			case 'o': wish.out = v; break;
			case 'v': wish.series = v; break;
			case 'e': wish.every = atol(v); break;
		}
	}
	lf_head_set_levels(&head, lf_zero_level, LF_ZERO_LEVELS);
	lf_zero_spec(&spec, wish.units, LF_ZERO_PATCHES, true);
	if (lf_network_create(&network, &spec, &layer) != LF_OK)
		return 1;
	count = network.parameters;
	printf("%zu weights\n", count);
	for (int patches = 2; patches <= LF_ZERO_PATCHES; patches++)
	{
		lf_zero_spec(&spec, wish.units, patches, true);
		lf_network_create(&network, &spec, &layer);
		arena = lf_arena_measure();
		lf_shards_layout(&shards, &arena, &network, BATCH);
		size = arena.used > size ? arena.used : size;
	}
	block = take(size + 4096);
	weights = take(count * sizeof(lf_real));
	gradients = take(count * sizeof(lf_real));
	arena = lf_arena_measure();
	lf_optimizer_layout(&optimizer, &arena, count);
	lf_weight_average_layout(&average, &arena, count);
	size = arena.used;
	arena = lf_arena_over(take(size + 4096), size + 4096);
	lf_optimizer_layout(&optimizer, &arena, count);
	lf_optimizer_reset(&optimizer);
	lf_weight_average_layout(&average, &arena, count);
	lf_weight_average_reset(&average);
	work.x = take(sizeof(lf_real) * BATCH * LF_ZERO_PATCHES * LF_ZERO_FEATURES);
	work.target = take(sizeof(lf_real) * BATCH * LF_ZERO_PATCHES * LF_ZERO_STEPS);
	dy = take(sizeof(lf_real) * BATCH * LF_ZERO_PATCHES * LF_ZERO_STEPS * LF_ZERO_LEVELS);
	for (int i = 0; i < SHARES; i++)
		work.sampler[i] = sampler_create();
	lf_thread_pool_start(&pool, wish.threads);
	lf_network_initialize(&network, wish.seed, &(lf_pass) {.batch = 1}, weights);

	if (wish.steps == 0)
	{
		FILE	   *f = fopen(wish.out, "rb");

		if (f == NULL || fread(weights, sizeof(lf_real), count, f) != count)
			return 1;
		validate(wish.series, wish.units, weights);
		return 0;
	}
	start = now();
	for (long step = 0; step < wish.steps; step++)
	{
		lf_pass		pass = {.batch = BATCH, .training = true};
		double		before = now();
		double		loss;

		work.patches = draw_patches(step);
		work.step = step;
		lf_thread_pool_run(&pool, SHARES, draw_share, &work);
		drawing += now() - before;
		lf_zero_spec(&spec, wish.units, work.patches, true);
		lf_network_create(&network, &spec, &layer);
		arena = lf_arena_over(block, size > 0 ? SIZE_MAX / 2 : 0);
		lf_shards_layout(&shards, &arena, &network, BATCH);
		shards.head = head;
		shards.pool = &pool;
		lf_shards_bind(&shards, weights, gradients);
		lf_shards_train(&shards, &pass, LF_QUANTILE, work.x, work.target, dy, &loss);
		lf_clip_norm(gradients, count, 1);
		lf_optimizer_step(&optimizer, rate_at(step), weights, gradients);
		lf_weight_average_add(&average, weights);
		sum += loss;
		known += (double) lf_shards_known(&shards);
		if ((step + 1) % wish.every == 0 || step + 1 == wish.steps)
		{
			printf("step %ld, loss %.4f, %.0f s, of them drawing %.0f\n", step + 1, sum / known, now() - start, drawing);
			sum = known = 0;
			keep(wish.out, average.mean, count);
			if (wish.series != NULL)
				validate(wish.series, wish.units, average.mean);
			fflush(stdout);
		}
	}
	lf_thread_pool_stop(&pool);
	return 0;
}
