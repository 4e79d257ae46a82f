/*
 * zero_tuning_test.c: the network that is shipped, trained on: with rows that follow a rule, which it cannot have known, it is
 * better; where what was learned does not hold it stays as it is; and what must not change what comes out.
 */
#include "base/random.h"
#include "base/thread_pool.h"
#include "rig.h"
#include "tap.h"
#include "training/zero_tuning.h"

#include <math.h>

#define MOST_SERIES 30
#define ROWS 100
#define HORIZON 2

typedef enum kind
{
	CHAOS,						/* the next value follows from the last by the logistic map */
	TURNED						/* the same, but values that are held out hardly change */
} kind;

typedef struct tuning_rig
{
	double		values[MOST_SERIES * ROWS];
	size_t		start[MOST_SERIES + 1];
	double		error_scale[MOST_SERIES];
	lf_frame	frame;
	lf_task		task;
	lf_split	split;
	lf_partner_facts facts;
	lf_thread_pool *pool;
	lf_zero_tuning tuning;
	guarded		spans;
	guarded		block;
} tuning_rig;

/* One of the values that hardly change. */
static double
turned(size_t i)
{
	return i % 2 == 0 ? 0.3 : 0.35;
}

static void
set_up(tuning_rig *r, kind rule, size_t series, size_t rows, double held)
{
	lf_random	random = lf_random_seed(7);
	lf_arena	arena = lf_arena_measure();

	memset(r, 0, sizeof(*r));
	for (size_t s = 0; s < series; s++)
	{
		double		value = 0.2 + 0.6 * lf_random_uniform(&random);

		r->start[s + 1] = r->start[s] + rows;
		r->error_scale[s] = 0.3;
		for (size_t i = 0; i < rows; i++)
		{
			value = 3.9 * value * (1 - value);
			r->values[r->start[s] + i] = rule == TURNED && (double) i > (1 - held) * (double) rows - HORIZON ? turned(i) : value - 0.5;
		}
	}
	r->frame = (lf_frame) {.values = r->values, .rows = series * rows, .columns = 1, .series = series, .start = r->start};
	r->task = (lf_task) {.lookback = 4, .horizon = HORIZON, .lead = 1, .inputs = 1, .targets = 1};
	lf_split_layout(&r->split, &arena, &r->frame);
	r->spans = guarded_new(arena.used);
	arena = lf_arena_over(r->spans.block, r->spans.bytes);
	lf_split_layout(&r->split, &arena, &r->frame);
	lf_split_make(&r->split, &r->frame, &r->task, &r->task, held);
}

/*
 * Steps to the end in exactly the measured memory. Every 'every'-th call finds the interrupt flag set (0: none); it must say so,
 * and is made again.
 */
static bool
run(tuning_rig *r, int every)
{
	volatile sig_atomic_t interrupt = 0;
	lf_arena	arena = lf_arena_measure();
	lf_status	status = LF_OK;

	lf_zero_tuning_layout(&r->tuning, &arena, &r->frame, &r->task, &r->facts);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_zero_tuning_layout(&r->tuning, &arena, &r->frame, &r->task, &r->facts);
	lf_zero_tuning_start(&r->tuning, &r->frame, &r->task, &r->split, &r->facts, r->error_scale, 5, r->pool);
	for (long call = 1; status != LF_FINISHED; call++)
	{
		interrupt = every > 0 && call % every == 0;
		status = lf_zero_tuning_step(&r->tuning, &interrupt);
		if (interrupt ? status != LF_INTERRUPTED && status != LF_FINISHED : status != LF_OK && status != LF_FINISHED)
			return false;
	}
	return guarded_intact(&r->block) && guarded_intact(&r->spans);
}

static void
close_rig(tuning_rig *r)
{
	free(r->block.raw);
	free(r->spans.raw);
}

static void
test_gain(void)
{
	tuning_rig	r;
	size_t		differ = 0;

	set_up(&r, CHAOS, MOST_SERIES, ROWS, 0.2);
	ok(run(&r, 0), "it ends");
	ok(r.tuning.steps == 5 * MOST_SERIES * (ROWS - (r.split.validation_windows / MOST_SERIES + HORIZON - 1)) / 128,
	   "after five passes over the rows that are not held out");
	ok(r.tuning.windows == r.split.validation_windows && r.tuning.error[0] > 0, "all that are held out judge");
	ok(lf_zero_tuning_result(&r.tuning) == r.tuning.tuned && r.tuning.error[1] < 0.97 * r.tuning.error[0],
	   "what was learned of the rule shows in rows that were not seen: %.3f of the error", r.tuning.error[1] / r.tuning.error[0]);
	for (size_t i = 0; i < lf_zero_weights(); i++)
		differ += !(fabsf(r.tuning.tuned[i]) <= LF_ZERO_LARGEST_WEIGHT);
	ok(differ == 0, "weights are such that a model may have");
	close_rig(&r);
}

/* Targets that are held out are no business of the training: whatever they are, the same weights come out. */
static void
test_held_out(void)
{
	tuning_rig	one;
	tuning_rig	other;
	size_t		held;

	set_up(&one, CHAOS, MOST_SERIES, ROWS, 0.2);
	set_up(&other, CHAOS, MOST_SERIES, ROWS, 0.2);
	held = other.split.validation_windows / MOST_SERIES + HORIZON - 1;
	for (size_t s = 0; s < MOST_SERIES; s++)
		for (size_t i = ROWS - held; i < ROWS; i++)
			other.values[s * ROWS + i] = 100;
	ok(run(&one, 0) && run(&other, 0) && memcmp(one.tuning.tuned, other.tuning.tuned, lf_zero_weights() * sizeof(float)) == 0,
	   "what is held out is not learned from");
	close_rig(&other);
	set_up(&other, CHAOS, MOST_SERIES, ROWS, 0.2);
	for (size_t s = 0; s < MOST_SERIES; s++)
		other.values[s * ROWS + ROWS - held - 1] = 0;
	ok(run(&other, 0) && memcmp(one.tuning.tuned, other.tuning.tuned, lf_zero_weights() * sizeof(float)) != 0, "the row before is");
	close_rig(&one);
	close_rig(&other);
}

static void
test_same(void)
{
	tuning_rig	one;
	lf_thread_pool pool;

	set_up(&one, CHAOS, 6, 60, 0.2);
	ok(run(&one, 0) && one.tuning.steps > 3 && one.tuning.judged == 2 * one.tuning.windows, "a small panel");
	lf_thread_pool_start(&pool, 2);
	for (int threads = 0; threads < 2; threads++)
		for (int every = 0; every <= 3; every += 3)
		{
			tuning_rig	r;

			set_up(&r, CHAOS, 6, 60, 0.2);
			r.pool = threads == 1 ? &pool : NULL;
			ok(run(&r, every) && memcmp(r.tuning.tuned, one.tuning.tuned, lf_zero_weights() * sizeof(float)) == 0 &&
			   memcmp(r.tuning.error, one.tuning.error, sizeof(one.tuning.error)) == 0,
			   "the same weights and errors%s%s", threads == 1 ? ", with threads" : "", every > 0 ? ", and interrupts" : "");
			close_rig(&r);
		}
	lf_thread_pool_stop(&pool);
	close_rig(&one);
}

/* Where there is nothing to learn from, or to judge by, nothing is done; where nothing is to be learned it is not kept. */
static void
test_nothing(void)
{
	tuning_rig	r;

	set_up(&r, CHAOS, 1, ROWS, 0.2);
	ok(run(&r, 0) && r.tuning.steps == 0 && lf_zero_tuning_result(&r.tuning) == NULL, "not with one series");
	close_rig(&r);
	set_up(&r, CHAOS, 5, ROWS, 0);
	ok(run(&r, 0) && r.tuning.steps == 0 && lf_zero_tuning_result(&r.tuning) == NULL, "not where nothing is held out");
	close_rig(&r);
	set_up(&r, CHAOS, 20, 9, 0.2);
	ok(run(&r, 0) && r.tuning.steps == 0 && lf_zero_tuning_result(&r.tuning) == NULL, "not with series that are too short");
	close_rig(&r);
	set_up(&r, TURNED, MOST_SERIES, ROWS, 0.2);
	ok(run(&r, 0) && r.tuning.error[1] > r.tuning.error[0] && lf_zero_tuning_result(&r.tuning) == NULL,
	   "what makes forecasts of held-out rows worse is not kept");
	close_rig(&r);
	set_up(&r, CHAOS, 8, 40, 0.2);
	memset(r.values, 0, sizeof(r.values));
	ok(run(&r, 0) && lf_zero_tuning_result(&r.tuning) == NULL, "nor of series that stand still");
	close_rig(&r);
}

int
main(void)
{
	test_gain();
	test_held_out();
	test_same();
	test_nothing();
	return done_testing();
}
