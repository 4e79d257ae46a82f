/*
 * least_squares_test.c: weights beside those of plain loops and of another way to solve equations; and fits by them.
 */
#include "fit_rig.h"
#include "tap.h"
#include "training/least_squares.h"

#define LOOKBACK 4
#define COLUMNS 3
#define INPUTS (LOOKBACK * COLUMNS)
#define OUTPUTS 4
#define SAMPLES_MOST 60
#define BATCH 25

/* Sums of products are those of the scalar type. */
#define TOLERANCE (sizeof(lf_real) == sizeof(float) ? 2e-3 : 1e-9)

static const double ridge_of[LF_RIDGES] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

typedef struct squares_rig
{
	lf_network	network;
	lf_least_squares squares;
	guarded		block;
	lf_real		x[SAMPLES_MOST * INPUTS];
	lf_real		y[SAMPLES_MOST * OUTPUTS];
} squares_rig;

/* Inputs that go together, as those of a window do, and outputs that follow some of them. */
static void
open_rig(squares_rig *r)
{
	lf_arena	arena = lf_arena_measure();
	lf_spec		spec = {.input = lf_shape_2(LOOKBACK, COLUMNS), .count = 2,
		.layer = {lf_layer_defaults(LF_FLATTEN), lf_layer_defaults(LF_DENSE)}};
	lf_random	random = lf_random_seed(31);
	int			layer;

	spec.layer[1].units = OUTPUTS;
	ok(lf_spec_is_linear(&spec) && lf_network_create(&r->network, &spec, &layer) == LF_OK, "a flat window and a dense layer are linear");
	lf_least_squares_layout(&r->squares, &arena, &r->network, BATCH);
	r->block = guarded_new(arena.used);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	lf_least_squares_layout(&r->squares, &arena, &r->network, BATCH);
	for (int i = 0; i < SAMPLES_MOST; i++)
	{
		double		level = lf_random_normal(&random);

		for (int k = 0; k < INPUTS; k++)
			r->x[i * INPUTS + k] = (lf_real) (level + lf_random_normal(&random) + 0.3 * k);
		for (int k = 0; k < OUTPUTS; k++)
			r->y[i * OUTPUTS + k] = (lf_real) (k + (double) r->x[i * INPUTS + k] - (double) r->x[i * INPUTS + 3 + k] +
											   lf_random_normal(&random));
	}
	lf_least_squares_start(&r->squares);
}

/* All samples in batches. */
static void
add_all(squares_rig *r, int samples, const volatile sig_atomic_t *interrupt)
{
	for (int done = 0; done < samples; done += BATCH)
	{
		lf_pass		pass = {.batch = samples - done < BATCH ? samples - done : BATCH, .interrupt = interrupt};

		if (lf_least_squares_add(&r->squares, &pass, r->x + done * INPUTS, r->y + done * OUTPUTS) != LF_OK)
			ok(false, "a batch is added");
	}
}

/*
 * The weights that leave the least squares, ridge * samples * weights' squares added, of one output: by elimination with
 * the largest pivot. Samples with an output that is no number are left out. The last is the bias.
 */
static void
plain_weights(const squares_rig *r, int samples, double ridge, int output, double *weight)
{
	enum {N = INPUTS + 1};
	double		a[N][N + 1];
	double		count = 0;

	memset(a, 0, sizeof(a));
	for (int s = 0; s < samples; s++)
	{
		double		row[N];
		bool		known = true;

		for (int k = 0; k < OUTPUTS; k++)
			known = known && isfinite(r->y[s * OUTPUTS + k]);
		if (!known)
			continue;
		count++;
		for (int i = 0; i < N; i++)
			row[i] = i == INPUTS ? 1 : (double) r->x[s * INPUTS + i];
		for (int i = 0; i < N; i++)
		{
			for (int j = 0; j < N; j++)
				a[i][j] += row[i] * row[j];
			a[i][N] += row[i] * (double) r->y[s * OUTPUTS + output];
		}
	}
	for (int i = 0; i < INPUTS; i++)
		a[i][i] += ridge * count;
	for (int i = 0; i < N; i++)
	{
		int			best = i;

		for (int k = i + 1; k < N; k++)
			if (fabs(a[k][i]) > fabs(a[best][i]))
				best = k;
		for (int j = 0; j <= N; j++)
		{
			double		swap = a[i][j];

			a[i][j] = a[best][j];
			a[best][j] = swap;
		}
		for (int k = 0; k < N; k++)
		{
			double		factor = a[k][i] / a[i][i];

			for (int j = i; j <= N && k != i; j++)
				a[k][j] -= factor * a[i][j];
		}
	}
	for (int i = 0; i < N; i++)
		weight[i] = a[i][N] / a[i][i];
}

/* The largest distance of the solved weights to the plain ones; and the plain mean squared error of the former. */
static double
compare(squares_rig *r, int samples, int ridge, double *loss)
{
	lf_real		solved[(INPUTS + 1) * OUTPUTS];
	double		worst = 0;
	double		sum = 0;
	double		count = 0;

	if (lf_least_squares_solve(&r->squares, ridge, solved, NULL) != LF_OK)
		return (double) INFINITY;
	for (int k = 0; k < OUTPUTS; k++)
	{
		double		plain[INPUTS + 1];

		plain_weights(r, samples, ridge_of[ridge], k, plain);
		for (int i = 0; i <= INPUTS; i++)
			worst = fmax(worst, fabs(plain[i] - (double) solved[i * OUTPUTS + k]));
		for (int s = 0; s < samples; s++)
		{
			double		said = (double) solved[INPUTS * OUTPUTS + k];

			for (int i = 0; i < INPUTS; i++)
				said += (double) solved[i * OUTPUTS + k] * (double) r->x[s * INPUTS + i];
			if (!isfinite(r->y[s * OUTPUTS]))
				continue;
			sum += (said - (double) r->y[s * OUTPUTS + k]) * (said - (double) r->y[s * OUTPUTS + k]);
			count++;
		}
	}
	*loss = fabs(sum / count - lf_least_squares_loss(&r->squares, ridge, solved)) / (sum / count);
	return worst;
}

static void
test_weights(void)
{
	static squares_rig r;
	double		before = 0;

	open_rig(&r);
	add_all(&r, SAMPLES_MOST, NULL);
	for (int ridge = 0; ridge < LF_RIDGES; ridge++)
	{
		lf_real		solved[(INPUTS + 1) * OUTPUTS];
		double		loss;
		double		worst = compare(&r, SAMPLES_MOST, ridge, &loss);

		if (!ok(worst < TOLERANCE && loss < TOLERANCE, "weights with a ridge of %g are the plain ones, and so is their loss", ridge_of[ridge]))
			diag("off by %g and %g", worst, loss);
		(void) lf_least_squares_solve(&r.squares, ridge, solved, NULL);
		loss = lf_least_squares_loss(&r.squares, ridge, solved);
		if (ridge == LF_RIDGES - 1)
			ok(loss > before * 1.001, "a larger ridge leaves more errors");
		before = loss;
	}
	ok(guarded_intact(&r.block), "the equations stay within their memory");
	free(r.block.raw);
}

static void
test_unknown(void)
{
	static squares_rig r;
	double		loss;
	double		worst;

	open_rig(&r);
	r.y[3 * OUTPUTS] = (lf_real) NAN;
	r.y[26 * OUTPUTS] = (lf_real) NAN;
	r.y[27 * OUTPUTS + 2] = (lf_real) NAN;
	for (int s = 27; s < 28; s++)
		r.y[s * OUTPUTS] = (lf_real) NAN;
	add_all(&r, SAMPLES_MOST, NULL);
	worst = compare(&r, SAMPLES_MOST, 2, &loss);
	ok(r.squares.count == SAMPLES_MOST - 3 && worst < TOLERANCE && loss < TOLERANCE, "samples of which an output is not known do not count");
	lf_least_squares_start(&r.squares);
	for (int i = 0; i < BATCH; i++)
		r.y[i * OUTPUTS + OUTPUTS - 1] = (lf_real) NAN;
	add_all(&r, BATCH, NULL);
	ok(r.squares.count == 0 && r.squares.squares == 0, "nor does a batch of these");
	worst = 0;
	for (size_t i = 0; i < (INPUTS + 1) * (INPUTS + 1); i++)
		worst = fmax(worst, fabs(r.squares.normal[i]));
	for (size_t i = 0; i < (INPUTS + 1) * OUTPUTS; i++)
		worst = fmax(worst, fabs(r.squares.moment[i]));
	ok(worst == 0 && guarded_intact(&r.block), "it leaves the equations as they were");
	free(r.block.raw);
}

static void
test_interrupt(void)
{
	static squares_rig r;
	volatile sig_atomic_t interrupt = 1;
	lf_pass		pass = {.batch = BATCH, .interrupt = &interrupt};
	lf_real		solved[(INPUTS + 1) * OUTPUTS];
	double		loss;

	open_rig(&r);
	ok(lf_least_squares_add(&r.squares, &pass, r.x, r.y) == LF_INTERRUPTED && r.squares.count == 0 && r.squares.normal[0] == 0 &&
	   r.squares.moment[0] == 0, "a batch that is interrupted adds nothing");
	interrupt = 0;
	add_all(&r, SAMPLES_MOST, &interrupt);
	interrupt = 1;
	ok(lf_least_squares_solve(&r.squares, 1, solved, &interrupt) == LF_INTERRUPTED, "solving can be interrupted");
	ok(compare(&r, SAMPLES_MOST, 1, &loss) < TOLERANCE, "and begun again");
	free(r.block.raw);
}

/* ---- fits ---- */

static void
set_up_fit(fit_rig *r)
{
	fit_rig_setup(r, LF_PRESET_LINEAR, 1, 0.1);
	r->training.optimizer = LF_LEAST_SQUARES;
	r->training.epochs = LF_RIDGES;
}

/* What is linear goes on as it is: a line by its differences, and a wave by two of its values. */
static void
test_linear_series(void)
{
	for (int wave = 0; wave < 2; wave++)
	{
		fit_rig		r;
		double		worst = 0;

		set_up_fit(&r);
		for (int i = 0; i < RIG_ROWS; i++)
		{
			r.values[i * RIG_COLUMNS] = wave ? sin(0.5 * i) : 3 + 0.25 * i;
			r.values[i * RIG_COLUMNS + 1] = wave ? 5 + cos(0.5 * i) : -i;
		}
		r.training.normalize = wave ? LF_NORMALIZE_NONE : LF_NORMALIZE_LAST;
		if (!ok(fit_rig_run(&r, 0) == LF_FINISHED && guarded_intact(&r.block), "a fit by least squares ends within its memory"))
			return;
		ok(r.fit.epochs == LF_RIDGES && r.fit.history[0].loss < r.fit.history[LF_RIDGES - 1].loss + 1e-12,
		   "each epoch tries a ridge");
		for (size_t w = 0; w < r.fit.split.windows; w++)
		{
			double		out[4];

			(void) lf_predict(&r.fit.judge.sight.predictor, NULL, w, 1, 1, out);
			for (int k = 0; k < 2; k++)
				for (int j = 0; j < 2; j++)
					worst = fmax(worst, fabs(out[k * 2 + j] - r.values[(w + 6 + (size_t) k) * RIG_COLUMNS + (size_t) r.task.target[j]]));
		}
		/* with a ridge of 1e-5 for each sample a wave loses some of its height */
		ok(worst < (wave ? 2e-3 : 1e-4), "%s is continued as it is", wave ? "a wave" : "a line");
		diag("off by %g", worst);
		fit_rig_close(&r);
	}
}

static void
test_same(void)
{
	lf_thread_pool pool;
	fit_rig		one;
	fit_rig		r;

	set_up_fit(&one);
	one.training.refit = true;
	ok(fit_rig_run(&one, 0) == LF_FINISHED, "a fit by least squares is made anew on all windows");
	lf_thread_pool_start(&pool, 2);
	for (int every = 0; every <= 3; every++)
	{
		set_up_fit(&r);
		r.training.refit = true;
		r.pool = every % 2 == 0 ? &pool : NULL;
		ok(fit_rig_run(&r, every < 2 ? 0 : every) == LF_FINISHED && guarded_intact(&r.block) &&
		   (every % 2 == 1 || r.fit.trainer.shards.pool == &pool) &&
		   memcmp(r.fit.trainer.weights, one.fit.trainer.weights, one.fit.network.parameters * sizeof(lf_real)) == 0,
		   "the weights are the same%s%s", every % 2 == 0 ? " with two threads" : "", every < 2 ? "" : " where it is interrupted");
		fit_rig_close(&r);
	}
	lf_thread_pool_stop(&pool);
	fit_rig_close(&one);
}

/* By a clock that goes on by a second with each batch. */
static void
test_time_limit(void)
{
	fit_rig		r;
	lf_real	   *solved;
	size_t		bytes;

	set_up_fit(&r);
	r.training.validation = 0;
	r.training.max_seconds = 3;
	r.second = 1;
	if (!ok(fit_rig_run(&r, 0) == LF_FINISHED && r.fit.cut_short && r.fit.epochs == 1 && r.fit.trainer.squares.count == 3 * 9,
			"a time limit leaves the batches so far"))
		diag("%d epochs, %g samples", r.fit.epochs, r.fit.trainer.squares.count);
	bytes = r.fit.network.parameters * sizeof(lf_real);
	solved = malloc(bytes);
	(void) lf_least_squares_solve(&r.fit.trainer.squares, 0, solved, NULL);
	ok(memcmp(solved, r.fit.trainer.weights, bytes) == 0 && r.fit.history[0].loss > 0, "the weights solve what these say");
	free(solved);
	fit_rig_close(&r);
}

int
main(void)
{
	test_weights();
	test_unknown();
	test_interrupt();
	test_linear_series();
	test_same();
	test_time_limit();
	return done_testing();
}
