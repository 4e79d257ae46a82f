/*
 * learner.c: one step after the other, and what is kept between them.
 */
#include "learner.h"

#include "base/crc32c.h"
#include "sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARES 8				/* of a batch that threads draw side by side */

/* The rate rises, stays, and falls to next to nothing: shares of all steps. */
#define RATE 0.003
#define WARM_UP 0.03
#define DECAY 0.5
#define LAST_RATE 0.01

/* One batch of five has the longest series; lengths of the others are spread evenly over their logarithms. */
#define FEWEST_PATCHES 2
#define LONGEST 0.2

static void
fail(const char *path, const char *why)
{
	fprintf(stderr, "pretrain: %s: %s\n", path, why);
	exit(1);
}

static void *
take(size_t size)
{
	size_t		whole = (size / LF_ALIGNMENT + 1) * LF_ALIGNMENT;
	void	   *block = aligned_alloc(LF_ALIGNMENT, whole);

	if (block == NULL)
		fail("memory", "there is too little");
	return memset(block, 0, whole);
}

/* The network over so many patches, as it is trained: it forecasts from each of them. */
static void
create(lf_network *network, int patches)
{
	lf_spec		spec;
	int			layer;

	lf_zero_spec(&spec, LF_ZERO_UNITS, patches, true);
	if (lf_network_create(network, &spec, &layer) != LF_OK)
		fail("network", "it cannot be made");
}

void
learner_start(Learner *learner, uint64_t seed, uint64_t steps, int threads)
{
	const size_t values = (size_t) BATCH * LF_ZERO_PATCHES;
	lf_network	network;
	lf_arena	arena;

	*learner = (Learner) {.seed = seed, .steps = steps, .optimizer = {.kind = LF_ADAMW, .weight_decay = 0.01}};
	(void) lf_head_set_levels(&learner->head, lf_zero_level, LF_ZERO_LEVELS);
	for (int patches = FEWEST_PATCHES; patches <= LF_ZERO_PATCHES; patches++)
	{
		create(&network, patches);
		arena = lf_arena_measure();
		lf_shards_layout(&learner->shards, &arena, &network, BATCH);
		learner->size = arena.used > learner->size ? arena.used : learner->size;
	}
	learner->size += LF_ALIGNMENT;
	learner->block = take(learner->size);
	learner->count = network.parameters;
	learner->weights = take(learner->count * sizeof(lf_real));
	learner->gradients = take(learner->count * sizeof(lf_real));
	arena = lf_arena_measure();
	lf_optimizer_layout(&learner->optimizer, &arena, learner->count);
	lf_weight_average_layout(&learner->average, &arena, learner->count);
	arena = lf_arena_over(take(arena.used + LF_ALIGNMENT), arena.used + LF_ALIGNMENT);
	lf_optimizer_layout(&learner->optimizer, &arena, learner->count);
	lf_weight_average_layout(&learner->average, &arena, learner->count);
	lf_optimizer_reset(&learner->optimizer);
	lf_weight_average_reset(&learner->average);
	learner->x = take(values * LF_ZERO_FEATURES * sizeof(lf_real));
	learner->target = take(values * LF_ZERO_STEPS * sizeof(lf_real));
	learner->dy = take(values * LF_ZERO_STEPS * LF_ZERO_LEVELS * sizeof(lf_real));
	learner->sampler = take(SHARES * sizeof(Sampler *));
	for (int i = 0; i < SHARES; i++)
		learner->sampler[i] = sampler_create();
	lf_thread_pool_start(&learner->pool, threads);
	lf_network_initialize(&network, seed, &(lf_pass) {.batch = 1}, learner->weights);
}

static int
draw_patches(const Learner *learner)
{
	lf_random	random = lf_random_seed(lf_random_mix(learner->seed, learner->done ^ UINT64_C(0x9e3779b97f4a7c15)));
	double		u = lf_random_uniform(&random) / (1 - LONGEST);

	return u > 1 ? LF_ZERO_PATCHES : (int) (FEWEST_PATCHES * exp(u * log((double) LF_ZERO_PATCHES / FEWEST_PATCHES)));
}

static void
draw_share(void *argument, int share)
{
	Learner    *learner = argument;
	size_t		patches = (size_t) learner->patches;

	for (size_t i = (size_t) share * BATCH / SHARES; i < ((size_t) share + 1) * BATCH / SHARES; i++)
		sample_draw(learner->sampler[share], lf_random_mix(learner->seed, learner->done * BATCH + i), learner->patches,
					learner->x + i * patches * LF_ZERO_FEATURES, learner->target + i * patches * LF_ZERO_STEPS);
}

static double
rate_of(const Learner *learner)
{
	double		done = (double) learner->done / (double) learner->steps;

	if (done < WARM_UP)
		return RATE * (done + 1e-4) / WARM_UP;
	return done < 1 - DECAY ? RATE : RATE * (LAST_RATE + (1 - done) / DECAY);
}

double
learner_step(Learner *learner)
{
	const lf_pass pass = {.batch = BATCH, .training = true};
	lf_arena	arena = lf_arena_over(learner->block, learner->size);
	lf_network	network;
	double		loss;

	learner->patches = draw_patches(learner);
	lf_thread_pool_run(&learner->pool, SHARES, draw_share, learner);
	create(&network, learner->patches);
	lf_shards_layout(&learner->shards, &arena, &network, BATCH);
	learner->shards.head = learner->head;
	learner->shards.pool = &learner->pool;
	lf_shards_bind(&learner->shards, learner->weights, learner->gradients);
	(void) lf_shards_train(&learner->shards, &pass, LF_QUANTILE, learner->x, learner->target, learner->dy, &loss);
	(void) lf_clip_norm(learner->gradients, learner->count, 1);
	lf_optimizer_step(&learner->optimizer, rate_of(learner), learner->weights, learner->gradients);
	lf_weight_average_add(&learner->average, learner->weights);
	learner->done++;
	return loss / (double) lf_shards_known(&learner->shards);
}

/* ---- what is kept ---- */

/* Read by the processor that wrote it, and no other. */
typedef struct Kept
{
	char		kind[8];
	uint64_t	seed;
	uint64_t	steps;
	uint64_t	done;
	uint64_t	count;
	uint64_t	optimizer_steps;
	uint64_t	average_steps;
} Kept;

#define LISTS 4

static void
lists_of(const Learner *learner, lf_real *list[LISTS])
{
	list[0] = learner->weights;
	list[1] = learner->optimizer.first;
	list[2] = learner->optimizer.second;
	list[3] = learner->average.mean;
}

void
learner_keep(const Learner *learner, const char *path)
{
	const Kept	kept = {"LFTRAIN", learner->seed, learner->steps, learner->done, learner->count,
		learner->optimizer.steps, learner->average.steps};
	lf_real    *list[LISTS];
	char		beside[4096];
	FILE	   *file;
	bool		whole;

	lists_of(learner, list);
	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int) sizeof(beside))
		fail(path, "the name is too long");
	file = fopen(beside, "wb");
	whole = file != NULL && fwrite(&kept, sizeof(kept), 1, file) == 1;
	for (int i = 0; i < LISTS && whole; i++)
		whole = fwrite(list[i], sizeof(lf_real), learner->count, file) == learner->count;
	if (!whole || fclose(file) != 0 || rename(beside, path) != 0)
		fail(beside, "cannot be written");
}

bool
learner_resume(Learner *learner, const char *path)
{
	FILE	   *file = fopen(path, "rb");
	lf_real    *list[LISTS];
	Kept		kept;
	bool		whole;

	if (file == NULL)
		return false;
	if (fread(&kept, sizeof(kept), 1, file) != 1 || memcmp(kept.kind, "LFTRAIN", sizeof(kept.kind)) != 0 ||
		kept.seed != learner->seed || kept.steps != learner->steps || kept.count != learner->count)
		fail(path, "is of another training: remove it, or give the seed and the steps that it has");
	lists_of(learner, list);
	whole = true;
	for (int i = 0; i < LISTS && whole; i++)
		whole = fread(list[i], sizeof(lf_real), learner->count, file) == learner->count;
	if (!whole)
		fail(path, "has an end too early");
	fclose(file);
	learner->done = kept.done;
	learner->optimizer.steps = kept.optimizer_steps;
	learner->average.steps = kept.average_steps;
	return true;
}

uint32_t
learner_ship(const Learner *learner, const char *path)
{
	unsigned char *bytes = take(learner->count * 4);
	FILE	   *file = fopen(path, "wb");
	uint32_t	checksum;

	for (size_t i = 0; i < learner->count; i++)
	{
		float		value = (float) learner->average.mean[i];
		uint32_t	bits;

		memcpy(&bits, &value, sizeof(bits));
		for (int k = 0; k < 4; k++)
			bytes[4 * i + (size_t) k] = (unsigned char) (bits >> (8 * k));
	}
	if (file == NULL || fwrite(bytes, 4, learner->count, file) != learner->count || fclose(file) != 0)
		fail(path, "cannot be written");
	checksum = lf_crc32c(bytes, learner->count * 4);
	free(bytes);
	return checksum;
}
