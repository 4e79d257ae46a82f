/*
 * error_mixture_test.c: errors of many models as those of one: exact while there is room, and near enough when there is
 * none.
 */
#include "judging/error_mixture.h"
#include "base/random.h"
#include "rig.h"
#include "tap.h"

#include <math.h>
#include <string.h>

#define TARGETS 2
#define STEPS 3
#define LISTS (STEPS * TARGETS)

typedef struct pool_rig
{
	lf_error_mixture mixture;
	guarded		block;
} pool_rig;

/* Errors of one model: lists of 'count' of 'most'. */
typedef struct errors_rig
{
	lf_errors	errors;
	int			count[LISTS];
	float		error[LISTS * LF_MAX_ERRORS];
} errors_rig;

static void
set_errors(errors_rig *r, int steps, int count, int most)
{
	*r = (errors_rig) {.errors = {.steps = steps, .most = most}};
	r->errors.count = r->count;
	r->errors.error = r->error;
	for (int i = 0; i < LISTS; i++)
	{
		r->count[i] = count;
		for (int k = 0; k < count; k++)
			r->error[i * most + k] = (float) (k + 1);
	}
}

static void
open_pool(pool_rig *r, const lf_errors *errors)
{
	lf_arena	arena = lf_arena_measure();

	lf_error_mixture_layout(&r->mixture, &arena, errors, TARGETS);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_error_mixture_layout(&r->mixture, &arena, errors, TARGETS);
	lf_error_mixture_start(&r->mixture);
}

static void
add(pool_rig *r, const lf_errors *errors, double weight)
{
	size_t		lists = lf_error_mixture_limit(&r->mixture, errors->steps);

	for (size_t i = 0; i < lists; i++)
		lf_error_mixture_add(&r->mixture, i, errors, weight);
}

/* What comes out; the caller frees the block. */
static lf_errors
result(pool_rig *r, guarded *block)
{
	lf_arena	arena = lf_arena_measure();
	lf_errors	errors;

	lf_error_mixture_result_layout(&r->mixture, &arena, &errors);
	*block = guarded_new(arena.used);
	arena = lf_arena_over(block->block, block->bytes);
	lf_error_mixture_result_layout(&r->mixture, &arena, &errors);
	for (size_t i = 0; i < (size_t) r->mixture.steps * TARGETS; i++)
		lf_error_mixture_result(&r->mixture, i, &errors);
	return errors;
}

static void
test_one(void)
{
	pool_rig	r;
	errors_rig	e;
	guarded		block;
	lf_errors	out;
	bool		same = true;

	for (int count = 0; count <= LF_MAX_ERRORS; count++)
	{
		set_errors(&e, STEPS, count, LF_MAX_ERRORS);
		open_pool(&r, &e.errors);
		add(&r, &e.errors, 0.3);
		out = result(&r, &block);
		for (int i = 0; i < LISTS; i++)
			same = same && out.count[i] == count &&
				memcmp(out.error + i * LF_MAX_ERRORS, e.error + i * LF_MAX_ERRORS, LF_MAX_ERRORS * sizeof(float)) == 0;
		same = same && guarded_intact(&r.block) && guarded_intact(&block);
		free(r.block.raw);
		free(block.raw);
	}
	ok(same, "errors of one model come out as they went in, however many");
}

/* The oracle: what a training keeps of as many errors, measured all at once. */
static void
test_several(void)
{
	bool		same = true;

	for (int models = 2; models <= 5; models++)
		for (int most = 1; most <= 60; most++)
		{
			pool_rig	r;
			errors_rig	e;
			guarded		block;
			lf_errors	out;
			float		measured[5 * 60];
			int			count;
			float		error[60];
			lf_errors	kept = {.steps = 1, .most = most, .count = &count, .error = error};

			for (int m = 0; m < models; m++)
			{
				set_errors(&e, 1, most, most);
				for (int k = 0; k < most; k++)
					measured[m * most + k] = e.error[k] = (float) (k * models + m);
				if (m == 0)
					open_pool(&r, &e.errors);
				add(&r, &e.errors, 2);
			}
			out = result(&r, &block);
			lf_errors_keep(&kept, 1, measured, (size_t) (models * most));
			same = same && out.count[0] == count && memcmp(out.error, error, (size_t) count * sizeof(float)) == 0;
			free(r.block.raw);
			free(block.raw);
		}
	ok(same, "errors of several models are thinned out as if one training had measured them");
}

/* Weights count: where one model weighs nine times as much, nine tenths of the errors are its. */
static void
test_weights(void)
{
	pool_rig	r;
	errors_rig	small;
	errors_rig	large;
	guarded		block;
	lf_errors	out;
	int			above = 0;

	set_errors(&small, STEPS, 99, 99);
	set_errors(&large, STEPS, 50, 99);
	for (int k = 0; k < 50; k++)
		large.error[k] = (float) (1000 + k);
	open_pool(&r, &small.errors);
	add(&r, &small.errors, 9);
	add(&r, &large.errors, 1);
	out = result(&r, &block);
	for (int k = 0; k < out.count[0]; k++)
		above += out.error[k] >= 1000;
	ok(out.count[0] == 99, "of several models as many errors are kept as of one");
	if (!ok(above >= 9 && above <= 11, "a tenth of them is from the model with a tenth of the weight"))
		diag("%d of %d", above, out.count[0]);
	free(r.block.raw);
	free(block.raw);
}

static void
test_steps(void)
{
	pool_rig	r;
	errors_rig	three;
	errors_rig	two;
	guarded		block;
	lf_errors	out;

	set_errors(&three, 3, 20, 30);
	set_errors(&two, 2, 20, 30);
	open_pool(&r, &three.errors);
	add(&r, &three.errors, 1);
	add(&r, &two.errors, 1);
	add(&r, &three.errors, 1);
	out = result(&r, &block);
	ok(out.steps == 2 && r.mixture.count[0] == 60 && out.count[2 * TARGETS - 1] == 30, "steps that a model lacks are left out");
	free(r.block.raw);
	free(block.raw);
}

/*
 * A thousand models, each of whose errors are those of a distribution at another place: ranks of what comes out, beside
 * those of all errors. Merged in two halves as well.
 */
static void
test_many(void)
{
	enum {MODELS = 1000};
	pool_rig	r[3];
	errors_rig	e;
	static float all[MODELS * LF_MAX_ERRORS];
	lf_random	random = lf_random_seed(5);
	double		worst[2] = {0};
	double		drift[2] = {0};

	set_errors(&e, 1, LF_MAX_ERRORS, LF_MAX_ERRORS);
	for (int i = 0; i < 3; i++)
		open_pool(&r[i], &e.errors);
	for (int m = 0; m < MODELS; m++)
	{
		double		scale = 1 + 3 * lf_random_uniform(&random);

		for (int k = 0; k < LF_MAX_ERRORS; k++)
			all[m * LF_MAX_ERRORS + k] = e.error[k] = (float) (scale * (k + 1) / (LF_MAX_ERRORS + 1));
		add(&r[0], &e.errors, 1);
		add(&r[1 + m % 2], &e.errors, 1);
	}
	for (size_t i = 0; i < TARGETS; i++)
		lf_error_mixture_merge(&r[1].mixture, i, &r[2].mixture);
	for (int which = 0; which < 2; which++)
	{
		guarded		block;
		lf_errors	out = result(&r[which], &block);

		for (int k = 0; k < out.count[0]; k++)
		{
			int			below = 0;
			double		off;

			for (int i = 0; i < MODELS * LF_MAX_ERRORS; i++)
				below += all[i] <= out.error[k];
			off = (double) below / (MODELS * LF_MAX_ERRORS) - (k + 1.0) / (out.count[0] + 1);
			worst[which] = fmax(worst[which], fabs(off));
			drift[which] += off / out.count[0];
		}
		free(block.raw);
	}
	if (!ok(worst[0] < 0.005 && worst[1] < 0.005, "of a thousand models, quantiles are off by less than the step between them"))
		diag("%g and, merged, %g", worst[0], worst[1]);
	if (!ok(fabs(drift[0]) < 0.001 && fabs(drift[1]) < 0.001, "errors that are merged again and again do not drift"))
		diag("%g and, merged, %g", drift[0], drift[1]);
	ok(r[0].mixture.count[0] <= r[0].mixture.room && guarded_intact(&r[0].block) && guarded_intact(&r[1].block),
	   "in memory that does not grow");
	for (int i = 0; i < 3; i++)
		free(r[i].block.raw);
}

/* One entry that weighs more than all others together is no reason to lose these. */
static void
test_heavy(void)
{
	pool_rig	r;
	errors_rig	e;
	errors_rig	heavy;
	guarded		block;
	lf_errors	out;
	bool		ascending = true;

	set_errors(&e, STEPS, LF_MAX_ERRORS, LF_MAX_ERRORS);
	set_errors(&heavy, STEPS, 1, LF_MAX_ERRORS);
	heavy.error[0] = 0.5;
	open_pool(&r, &e.errors);
	add(&r, &heavy.errors, 100);
	for (int m = 0; m < 100; m++)
		add(&r, &e.errors, 1);
	out = result(&r, &block);
	for (int k = 1; k < out.count[0]; k++)
		ascending = ascending && out.error[k] >= out.error[k - 1];
	ok(ascending && out.error[95] == 0.5 && out.error[101] > 0.5 && out.error[198] > 190,
	   "half of the quantiles are one error that has half of the weight, the others those of the rest");
	free(r.block.raw);
	free(block.raw);
}

int
main(void)
{
	test_one();
	test_several();
	test_weights();
	test_steps();
	test_many();
	test_heavy();
	return done_testing();
}
