/*
 * shards_test.c: mini-batches cut into shards: the same gradient bit for bit with any number of threads, and that of
 * the whole batch but for rounding.
 */
#include "rig.h"
#include "training/shards.h"
#include "tap.h"

#include <math.h>
#include <signal.h>

#define MOST 300				/* samples */

static lf_spec
network_spec(bool dropout)
{
	lf_spec		spec = {.input = lf_shape_2(12, 3), .count = 5};

	spec.layer[0] = lf_layer_defaults(LF_BIDIRECTIONAL);
	spec.layer[0].activation = LF_TANH;
	spec.layer[0].recurrent_activation = LF_SIGMOID;
	spec.layer[0].units = 33;
	spec.layer[0].use_bias = true;
	spec.layer[0].return_sequences = true;
	spec.layer[1] = lf_layer_defaults(LF_DROPOUT);
	spec.layer[1].rate = dropout ? 0.3 : 0;
	spec.layer[2] = lf_layer_defaults(LF_LSTM);
	spec.layer[2].units = 40;
	spec.layer[2].return_sequences = true;
	spec.layer[3] = lf_layer_defaults(LF_GRU);
	spec.layer[3].units = 17;
	spec.layer[3].reset_after = false;
	spec.layer[4] = lf_layer_defaults(LF_DENSE);
	spec.layer[4].units = 2;
	return spec;
}

typedef struct shards_rig
{
	lf_network	network;
	lf_shards	shards;
	guarded		arena;
	guarded		weights;
	guarded		gradients;
	guarded		x;
	guarded		target;
	guarded		dy;
} shards_rig;

static void
open_rig(shards_rig *r, const lf_spec *spec, int batch)
{
	lf_random	random = lf_random_seed(5);
	lf_pass		nobody = {.batch = 1};
	lf_arena	arena = lf_arena_measure();
	int			layer;

	memset(r, 0, sizeof(*r));
	(void) lf_network_create(&r->network, spec, &layer);
	lf_shards_layout(&r->shards, &arena, &r->network, batch);
	r->arena = guarded_new(arena.used);
	arena = lf_arena_over(r->arena.block, r->arena.bytes);
	lf_shards_layout(&r->shards, &arena, &r->network, batch);
	r->weights = guarded_reals(r->network.parameters);
	r->gradients = guarded_reals(r->network.parameters);
	r->x = guarded_reals((size_t) batch * 36);
	r->target = guarded_reals((size_t) batch * 2);
	r->dy = guarded_reals((size_t) batch * 2);
	fill_uniform(&random, r->x.block, (size_t) batch * 36, 1);
	fill_uniform(&random, r->target.block, (size_t) batch * 2, 1);
	(void) lf_network_initialize(&r->network, 3, &nobody, r->weights.block);
	lf_shards_bind(&r->shards, r->weights.block, r->gradients.block);
}

static bool
close_rig(shards_rig *r)
{
	guarded    *blocks[] = {&r->arena, &r->weights, &r->gradients, &r->x, &r->target, &r->dy};
	bool		intact = true;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
	{
		intact = intact && guarded_intact(blocks[i]);
		free(blocks[i]->raw);
	}
	return intact;
}

static double
train(shards_rig *r, int batch)
{
	lf_pass		pass = {.batch = batch, .training = true, .dropout_seed = 77};
	double		sum;

	if (lf_shards_train(&r->shards, &pass, LF_MSE, r->x.block, r->target.block, r->dy.block, &sum) != LF_OK)
		return (double) NAN;
	return sum;
}

/* Any number of threads, and batches that the shards share unevenly, down to less than one sample each. */
static void
test_same_bits(int planned)
{
	static const int batches[] = {1, 2, 3, 17, 31, 32, 100, 255, 300};
	lf_spec		spec = network_spec(true);
	bool		same = true;
	bool		intact = true;
	shards_rig	alone;

	open_rig(&alone, &spec, planned);
	(void) train(&alone, 17);
	ok(lf_shards_known(&alone.shards) == 2 * 17, "of a batch that is smaller than the %d planned no other sample is walked", planned);
	ok(alone.shards.count == (planned < 256 ? 2 : LF_MAX_SHARDS), "%d samples are %d shards", planned, alone.shards.count);
	for (int threads = 1; threads <= 5; threads++)
	{
		lf_thread_pool		pool;
		shards_rig	together;

		open_rig(&together, &spec, planned);
		ok(lf_thread_pool_start(&pool, threads) == threads, "%d threads compute", threads);
		together.shards.pool = &pool;
		for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		{
			double		sum;

			if (batches[i] > planned)
				continue;
			sum = train(&alone, batches[i]);
			for (int again = 0; again < 20; again++)
				same = same && train(&together, batches[i]) == sum && isfinite(sum) &&
					memcmp(alone.gradients.block, together.gradients.block, alone.gradients.bytes) == 0;
		}
		lf_thread_pool_stop(&pool);
		lf_thread_pool_stop(&pool);
		intact = close_rig(&together) && intact;
	}
	ok(same, "up to %d samples: the gradient is the same bit for bit with 1 to 5 threads", planned);
	intact = close_rig(&alone) && intact;
	ok(intact, "shards write to no red zone");
}

static void
test_whole_batch(bool unknown, lf_head head)
{
	lf_spec		spec = network_spec(false);
	bool		good = true;

	for (int batch = 16; batch <= 49; batch += 11)
	{
		shards_rig	r;
		lf_network	whole;
		lf_arena	arena = lf_arena_measure();
		lf_pass		pass = {.batch = batch, .training = true};
		guarded		block;
		guarded		gradients;
		const lf_real *y;
		const lf_real *g;
		double		sum;
		int			layer;

		open_rig(&r, &spec, batch);
		r.shards.head = head;
		/* more unknown targets in the first shard than in the others */
		for (int i = 0; unknown && i < batch * 2; i++)
			if (i < batch / 3 || i % 5 == 0)
				((lf_real *) r.target.block)[i] = (lf_real) NAN;
		(void) lf_network_create(&whole, &spec, &layer);
		lf_network_layout(&whole, &arena, batch, true);
		block = guarded_new(arena.used);
		arena = lf_arena_over(block.block, block.bytes);
		lf_network_layout(&whole, &arena, batch, true);
		gradients = guarded_reals(whole.parameters);
		memset(gradients.block, 0, gradients.bytes);
		lf_network_bind(&whole, r.weights.block, gradients.block);
		(void) lf_network_forward(&whole, &pass, r.x.block, &y);
		/* two targets of a sample, or one with mean and deviation */
		sum = head.kind == LF_HEAD_POINT ? lf_loss_sum(LF_MSE, y, r.target.block, (size_t) batch * 2, r.dy.block) :
			lf_head_loss_sum(&head, y, r.target.block, (size_t) batch, r.dy.block);
		(void) lf_network_backward(&whole, &pass, r.x.block, r.dy.block, NULL);
		good = good && r.shards.count > 1 && fabs(train(&r, batch) - sum) < 1e-5 * fabs(sum);
		g = gradients.block;
		for (size_t i = 0; i < whole.parameters; i++)
			good = good && fabs((double) ((lf_real *) r.gradients.block)[i] - (double) g[i]) < 1e-6;
		free(block.raw);
		free(gradients.raw);
		good = close_rig(&r) && good;
	}
	ok(good, "shards find the loss and the gradient of the whole batch%s%s", unknown ? " without unknown targets" : "",
	   head.kind == LF_HEAD_POINT ? "" : ", of distributions too");
}

static void
test_interrupt(void)
{
	volatile sig_atomic_t raised = 1;
	lf_spec		spec = network_spec(false);
	lf_pass		pass = {.batch = 64, .training = true, .interrupt = &raised};
	lf_thread_pool		pool;
	shards_rig	r;
	double		sum;

	open_rig(&r, &spec, 64);
	(void) lf_thread_pool_start(&pool, 2);
	r.shards.pool = &pool;
	ok(lf_shards_train(&r.shards, &pass, LF_MSE, r.x.block, r.target.block, r.dy.block, &sum) == LF_INTERRUPTED,
	   "threads heed an interrupt");
	raised = 0;
	ok(isfinite(train(&r, 64)), "threads go on after an interrupt");
	lf_thread_pool_stop(&pool);
	ok(close_rig(&r), "interrupted threads leave the red zones alone");
}

/* More shares than threads and fewer, in quick succession: each is done once. */
static int	done[64];

static void
count_share(void *argument, int share)
{
	(void) argument;
	done[share]++;
}

static void
test_pool(void)
{
	lf_thread_pool		pool;
	bool		once = true;

	(void) lf_thread_pool_start(&pool, 3);
	for (int round = 0; round < 20000; round++)
	{
		int			shares = 1 + round % 64;

		memset(done, 0, sizeof(done));
		lf_thread_pool_run(&pool, shares, count_share, NULL);
		for (int i = 0; i < 64; i++)
			once = once && done[i] == (i < shares);
	}
	lf_thread_pool_stop(&pool);
	ok(once, "a pool takes each share once");
	memset(done, 0, sizeof(done));
	lf_thread_pool_run(NULL, 2, count_share, NULL);
	ok(done[0] == 1 && done[1] == 1, "without a pool each share is taken once");
}

int
main(void)
{
	test_pool();
	test_same_bits(49);
	test_same_bits(MOST);
	test_whole_batch(false, (lf_head) {0});
	test_whole_batch(true, (lf_head) {0});
	test_whole_batch(false, (lf_head) {.kind = LF_HEAD_GAUSSIAN});
	test_whole_batch(true, (lf_head) {.kind = LF_HEAD_GAUSSIAN});
	test_interrupt();
	return done_testing();
}
