/*
 * zero_tuning.c: samples from the rows at hand, steps of the optimizer, and the judgement.
 */
#include "training/zero_tuning.h"

#include "base/quantile.h"
#include "base/random.h"
#include "partners/zero_shot_weights.h"
#include "training/judge.h"

#include <math.h>
#include <string.h>

#define BATCH 128

/* Passes over the rows, and steps at most. */
#define EPOCHS 5
#define MOST_STEPS 200

#define RATE 0.0005
#define WEIGHT_DECAY 0.01
#define CLIP 1

#define FEWEST_PATCHES 2

/* One batch of five has the longest windows; lengths of the others are spread evenly over their logarithms. */
#define LONGEST 0.2

/* Targets farther off are cut: a few series that explode shall not teach the others. */
#define MOST_TARGET 30

/* Windows that judge, at most. */
#define MOST_WINDOWS ((size_t) 1000)

/* ---- memory ---- */

static void
create(lf_network *network, int patches)
{
	lf_spec		spec;
	int			layer;

	lf_zero_spec(&spec, LF_ZERO_UNITS, patches, false);
	/* a spec of the network that is shipped: there is nothing that could be wrong with it */
	(void) lf_network_create(network, &spec, &layer);
}

void
lf_zero_tuning_layout(lf_zero_tuning *tuning, lf_arena *arena, const lf_frame *frame, const lf_task *task,
					  const lf_partner_facts *facts)
{
	size_t		longest = lf_frame_longest(frame);
	size_t		values = (size_t) BATCH * LF_ZERO_PATCHES * LF_ZERO_FEATURES;
	lf_arena	largest = lf_arena_measure();
	lf_network	network;
	lf_shards	shards;

	*tuning = (lf_zero_tuning) {.optimizer = {.kind = LF_ADAMW, .weight_decay = WEIGHT_DECAY}};
	create(&network, LF_ZERO_PATCHES);
	lf_shards_layout(&shards, &largest, &network, BATCH);
	tuning->memory = (lf_arena) {.base = lf_arena_take(arena, largest.used, 1), .size = largest.used};
	tuning->count = network.parameters;
	tuning->weights = lf_arena_reals(arena, tuning->count);
	tuning->gradients = lf_arena_reals(arena, tuning->count);
	tuning->tuned = lf_arena_take(arena, tuning->count, sizeof(float));
	lf_optimizer_layout(&tuning->optimizer, arena, tuning->count);
	lf_weight_average_layout(&tuning->average, arena, tuning->count);
	tuning->x = lf_arena_reals(arena, values);
	tuning->target = lf_arena_reals(arena, (size_t) BATCH * LF_ZERO_STEPS);
	tuning->dy = lf_arena_reals(arena, (size_t) BATCH * LF_ZERO_STEPS * LF_ZERO_LEVELS);
	lf_partner_rows_layout(&tuning->rows, arena, longest, &facts->seasons);
	tuning->adjusted = lf_arena_take(arena, LF_MOST_PARTNER_ROWS + LF_ZERO_FARTHEST, sizeof(double));
	lf_zero_layout(&tuning->room, arena, longest, &facts->seasons, task->horizon);
	tuning->gain = lf_arena_take(arena, lf_frame_series(frame), sizeof(double));
	tuning->said = lf_arena_take(arena, (size_t) task->horizon, sizeof(lf_zero_quantiles));
}

/* Rows of a series that are not held out. */
static size_t
rows_of(const lf_zero_tuning *tuning, size_t series)
{
	return lf_rows_before_held(tuning->frame, tuning->task, tuning->split, series);
}

void
lf_zero_tuning_start(lf_zero_tuning *tuning, const lf_frame *frame, const lf_task *task, const lf_split *split,
					 const lf_partner_facts *facts, const double *error_scale, uint64_t seed, lf_thread_pool *pool)
{
	size_t		series = lf_frame_series(frame);
	size_t		longest = 0;
	uint64_t	rows = 0;

	tuning->frame = frame;
	tuning->task = task;
	tuning->split = split;
	tuning->facts = facts;
	tuning->error_scale = error_scale;
	tuning->seed = seed;
	tuning->pool = pool;
	tuning->steps = tuning->done = 0;
	tuning->windows = tuning->judged = 0;
	tuning->error[0] = tuning->error[1] = 0;
	for (size_t s = 0; s < series; s++)
	{
		size_t		known = rows_of(tuning, s);

		tuning->gain[s] = 0;
		rows += known;
		longest = known > longest ? known : longest;
	}
	/* there must be a row behind the patches */
	tuning->most_patches = longest < 2 ? 0 : (int) (longest - 1 < LF_ZERO_ROWS ? (longest - 1) / LF_ZERO_PATCH : LF_ZERO_PATCHES);
	if (series < LF_ZERO_TUNING_SERIES || split->validation_windows == 0 || tuning->most_patches < FEWEST_PATCHES)
		return;
	tuning->steps = EPOCHS * rows / BATCH;
	tuning->steps = tuning->steps < 1 ? 1 : tuning->steps > MOST_STEPS ? MOST_STEPS : tuning->steps;
	tuning->windows = split->validation_windows < MOST_WINDOWS ? split->validation_windows : MOST_WINDOWS;
	(void) lf_head_set_levels(&tuning->head, lf_zero_level, LF_ZERO_LEVELS);
	lf_zero_weights_read(tuning->weights);
	lf_optimizer_reset(&tuning->optimizer);
	lf_weight_average_reset(&tuning->average);
}

/* ---- samples ---- */

static int
draw_patches(const lf_zero_tuning *tuning)
{
	lf_random	random = lf_random_seed(lf_random_mix(tuning->seed, tuning->done ^ UINT64_C(0x9e3779b97f4a7c15)));
	double		u = lf_random_uniform(&random) / (1 - LONGEST);

	return u > 1 ? tuning->most_patches : (int) (FEWEST_PATCHES * exp(u * log((double) tuning->most_patches / FEWEST_PATCHES)));
}

/* Tries to find a series that is long enough, before one is taken that has nothing to teach. */
#define TRIES 100

/* A series with a row behind so many; false where none was found. */
static bool
draw_series(const lf_zero_tuning *tuning, lf_random *random, size_t before, size_t *series)
{
	for (int i = 0; i < TRIES; i++)
	{
		*series = (size_t) lf_random_below(random, lf_frame_series(tuning->frame));
		if (rows_of(tuning, *series) > before)
			return true;
	}
	return false;
}

/*
 * One sample: what is seen of the rows before a random one, and how far those from there on lie from the last that is seen, in the
 * units of lf_zero_walk(), NaN where there is no such row. Up and down are drawn alike.
 */
static void
draw(lf_zero_tuning *tuning, uint64_t number, lf_real *x, lf_real *target)
{
	lf_random	random = lf_random_seed(lf_random_mix(tuning->seed, number));
	size_t		known = (size_t) (tuning->patches * LF_ZERO_PATCH) - (size_t) lf_random_below(&random, LF_ZERO_PATCH);
	const lf_seasons *seasons = &tuning->facts->seasons;
	lf_partner_rows *rows = &tuning->rows;
	size_t		series;
	size_t		column;
	size_t		origin;			/* row behind the last that is seen */
	size_t		ahead;			/* rows from there on */
	double		sign;
	double		scale;
	double		last;
	lf_frame	one;
	lf_column	seen;
	lf_zero_form form;

	for (int k = 0; k < LF_ZERO_STEPS; k++)
		target[k] = (lf_real) NAN;
	memset(x, 0, (size_t) tuning->patches * LF_ZERO_FEATURES * sizeof(lf_real));
	if (!draw_series(tuning, &random, known, &series))
		return;
	one = lf_frame_of(tuning->frame, series);
	column = (size_t) tuning->task->target[lf_random_below(&random, (uint64_t) tuning->task->targets)];
	origin = known + (size_t) lf_random_below(&random, rows_of(tuning, series) - known);
	sign = lf_random_below(&random, 2) == 0 ? 1 : -1;
	ahead = rows_of(tuning, series) - origin;
	ahead = ahead < LF_ZERO_FARTHEST ? ahead : LF_ZERO_FARTHEST;
	/* long series are seen with all that lies before, as a forecast sees them */
	if (tuning->patches == LF_ZERO_PATCHES)
		known = origin < LF_MOST_PARTNER_ROWS ? origin : LF_MOST_PARTNER_ROWS;
	seen = (lf_column) {.values = one.values + (origin - known) * (size_t) one.columns + column, .rows = known,
		.stride = (size_t) one.columns, .number = one.number + (int64_t) (origin - known), .logged = tuning->facts->logged,
		.log_from = tuning->task->log_from};
	lf_partner_rows_prepare(rows, seasons, &seen, NULL);
	form = lf_zero_form_of(rows->adjusted, rows->count);
	for (size_t i = 0; i < rows->count; i++)
		tuning->adjusted[i] = lf_zero_formed(&form, rows->adjusted[i]);
	scale = lf_zero_scale(tuning->adjusted + (rows->count > LF_ZERO_ROWS ? rows->count - LF_ZERO_ROWS : 0),
						  rows->count < LF_ZERO_ROWS ? rows->count : LF_ZERO_ROWS);
	if (!(scale > 0) || !isfinite(scale))
		return;
	lf_zero_encode(tuning->adjusted, rows->count, seasons->count > 0 ? seasons->season[0].length : 1, scale, sign, x);
	last = tuning->adjusted[rows->count - 1];
	for (int k = 0; k < LF_ZERO_STEPS && (size_t) lf_zero_step[k] <= ahead; k++)
	{
		size_t		row = origin + (size_t) lf_zero_step[k] - 1;
		double		value = lf_zero_formed(&form, lf_partner_adjusted(rows, one.values[row * (size_t) one.columns + column],
																		one.number + (int64_t) row));
		double		away = sign * (value - last) / (scale * sqrt(lf_zero_step[k]));

		if (isfinite(away) && !lf_frame_is_masked(&one, row, (int) column))
			target[k] = (lf_real) fmin(fmax(away, -MOST_TARGET), MOST_TARGET);
	}
}

/* ---- training ---- */

/*
 * What comes out lies between both networks: their mean is better on rows that differ from those that were trained on (Wortsman et
 * al. 2022), and hardly worse on others.
 */
static void
mix(lf_zero_tuning *tuning)
{
	lf_zero_weights_read(tuning->weights);
	for (size_t i = 0; i < tuning->count; i++)
		tuning->tuned[i] = (float) ((tuning->average.mean[i] + tuning->weights[i]) / 2);
}

static lf_status
train_batch(lf_zero_tuning *tuning, const volatile sig_atomic_t *interrupt)
{
	const lf_pass pass = {.batch = BATCH, .training = true};
	lf_arena	arena = tuning->memory;
	lf_shards	shards;
	lf_network	network;
	double		loss;

	tuning->patches = draw_patches(tuning);
	for (size_t i = 0; i < BATCH; i++)
	{
		if (interrupt != NULL && *interrupt != 0)
			return LF_INTERRUPTED;
		draw(tuning, tuning->done * BATCH + i, tuning->x + i * (size_t) tuning->patches * LF_ZERO_FEATURES,
			 tuning->target + i * LF_ZERO_STEPS);
	}
	create(&network, tuning->patches);
	lf_shards_layout(&shards, &arena, &network, BATCH);
	LF_ASSERT(!arena.overflow);
	shards.head = tuning->head;
	shards.pool = tuning->pool;
	lf_shards_bind(&shards, tuning->weights, tuning->gradients);
	(void) lf_shards_train(&shards, &pass, LF_QUANTILE, tuning->x, tuning->target, tuning->dy, &loss);
	if (lf_shards_known(&shards) > 0)
	{
		(void) lf_clip_norm(tuning->gradients, tuning->count, CLIP);
		lf_optimizer_step(&tuning->optimizer, RATE, tuning->weights, tuning->gradients);
	}
	lf_weight_average_add(&tuning->average, tuning->weights);
	tuning->done++;
	if (tuning->done == tuning->steps)
		mix(tuning);
	return LF_OK;
}

/* ---- judgement ---- */

/* Adds the errors of one network about the next window: first all of them are for that which is shipped. */
static lf_status
judge_window(lf_zero_tuning *tuning, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = tuning->task;
	int			which = tuning->judged >= tuning->windows;
	lf_window_start place = lf_spans_sample(&tuning->split->validation, tuning->windows, tuning->judged % tuning->windows);
	lf_frame	one = lf_frame_of(tuning->frame, place.series);
	size_t		origin = lf_window_first_output(task, place.row - lf_frame_start(tuning->frame, place.series));
	double		error = 0;

	lf_zero_use(&tuning->room, which == 0 ? NULL : tuning->tuned);
	for (int j = 0; j < task->targets; j++)
	{
		size_t		column = (size_t) task->target[j];
		lf_column	known = {.values = one.values + column, .rows = origin, .stride = (size_t) one.columns, .number = one.number,
			.logged = tuning->facts->logged, .log_from = task->log_from};

		lf_zero_forecast(&tuning->room, &tuning->facts->seasons, &known, task->horizon, tuning->said, interrupt);
		if (interrupt != NULL && *interrupt != 0)
			return LF_INTERRUPTED;
		for (int k = 0; k < task->horizon; k++)
		{
			size_t		row = origin + (size_t) k;

			if (!lf_frame_is_masked(&one, row, (int) column))
				error += fabs(tuning->said[k].at[LF_ZERO_MEDIAN] - one.values[row * (size_t) one.columns + column]) /
					tuning->error_scale[place.series * (size_t) task->targets + (size_t) j];
		}
	}
	tuning->error[which] += error;
	tuning->gain[place.series] += which == 0 ? error : -error;
	tuning->judged++;
	return LF_OK;
}

lf_status
lf_zero_tuning_step(lf_zero_tuning *tuning, const volatile sig_atomic_t *interrupt)
{
	if (tuning->done < tuning->steps)
		return train_batch(tuning, interrupt);
	if (tuning->judged < 2 * tuning->windows)
		return judge_window(tuning, interrupt);
	return LF_FINISHED;
}

/* A gain that chance alone gives one training in forty. */
#define TAIL 0.025

/* Whether the gain is clearly above 0: windows of one series are not independent of each other, so series are what is counted. */
static bool
is_clear(const lf_zero_tuning *tuning)
{
	size_t		series = lf_frame_series(tuning->frame);
	double		mean = 0;
	double		squares = 0;
	size_t		count = 0;

	for (size_t s = 0; s < series; s++)
	{
		double		away = tuning->gain[s] - mean;

		if (lf_spans_in(&tuning->split->validation, s) == 0)
			continue;
		count++;
		mean += away / (double) count;
		squares += away * (tuning->gain[s] - mean);
	}
	return count >= LF_ZERO_TUNING_SERIES && mean > 0 &&
		mean > lf_t_quantile(TAIL, (double) count - 1) * sqrt(squares / (double) (count - 1) / (double) count);
}

const float *
lf_zero_tuning_result(const lf_zero_tuning *tuning)
{
	return tuning->steps > 0 && is_clear(tuning) ? tuning->tuned : NULL;
}
