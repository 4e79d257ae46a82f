/*
 * trainer.c: batches, epochs, validation, early stop.
 */
#include "training/trainer.h"

#include <math.h>
#include <string.h>

/* Targets that a window wants from the network. */
#define OUTPUTS(task) ((size_t) (task)->horizon * (size_t) (task)->targets)

/* Above, a list of the windows would take half as much memory again as the rows. */
#define LF_MOST_LISTED ((size_t) 1 << 20)

void
lf_trainer_layout(lf_trainer *trainer, lf_arena *arena, lf_network *network, const lf_training *training,
				const lf_task *task, size_t windows)
{
	size_t		batch = (size_t) training->batch_size;

	*trainer = (lf_trainer) {.training = training, .network = network, .epochs = training->epochs,
		.seed = training->seed, .now = (double) NAN, .until = (double) INFINITY, .choose_best = true};
	trainer->optimizer = (lf_optimizer) {
		.kind = training->optimizer,
		.momentum = training->momentum,
		.weight_decay = training->weight_decay,
	};
	lf_shards_layout(&trainer->shards, arena, network, training->batch_size * lf_task_samples(task));
	trainer->shards.head = task->head;
	if (training->optimizer == LF_LEAST_SQUARES)
		lf_least_squares_layout(&trainer->squares, arena, network, training->batch_size * lf_task_samples(task));
	else
		lf_optimizer_layout(&trainer->optimizer, arena, network->parameters);
	if (training->schedule == LF_SCHEDULE_AVERAGE)
		lf_weight_average_layout(&trainer->average, arena, network->parameters);
	trainer->weights = lf_arena_reals(arena, network->parameters);
	trainer->gradients = lf_arena_reals(arena, network->parameters);
	trainer->best = lf_arena_reals(arena, network->parameters);
	trainer->history = lf_arena_take(arena, (size_t) training->epochs, sizeof(lf_epoch));
	trainer->listed = windows <= LF_MOST_LISTED;
	trainer->order = trainer->listed ? lf_arena_take(arena, windows, sizeof(uint32_t)) : NULL;
	trainer->x = lf_arena_reals(arena, batch * (size_t) task->lookback * (size_t) task->inputs);
	trainer->y = lf_arena_reals(arena, batch * OUTPUTS(task) * lf_head_target_parts(&task->head));
	trainer->dy = lf_arena_reals(arena, batch * OUTPUTS(task) * (size_t) lf_head_parts(&task->head));
	trainer->level = lf_arena_take(arena, (size_t) task->targets, sizeof(double));
}

/* Swaps between two looks at the interrupt: far apart in memory, they take some milliseconds. */
#define SWAPS ((size_t) 1 << 16)

/* The order of the next epoch (Fisher and Yates), in parts: a list of a million takes tens of milliseconds. */
static lf_status
shuffle(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	while (trainer->unshuffled > 1)
	{
		size_t		i = trainer->unshuffled--;
		size_t		j = (size_t) lf_random_below(&trainer->random, i);
		uint32_t	swap = trainer->order[i - 1];

		trainer->order[i - 1] = trainer->order[j];
		trainer->order[j] = swap;
		if (i % SWAPS == 0 && interrupt != NULL && *interrupt != 0)
			return LF_INTERRUPTED;
	}
	return LF_OK;
}

/* Leaves the shuffling of the next epoch to the step that begins it. */
static void
want_shuffled(lf_trainer *trainer)
{
	trainer->unshuffled = trainer->listed && trainer->training->shuffle ? trainer->train_windows : 0;
	if (!trainer->listed)
		trainer->order_key = lf_random_next(&trainer->random);
	if (trainer->sampled > 0)
		trainer->sample_key = lf_random_next(&trainer->random);
}

/* The training window at a place of this epoch's order. */
static size_t
window_at(const lf_trainer *trainer, size_t place)
{
	if (trainer->listed)
		return trainer->order[place];
	return trainer->training->shuffle ?
		(size_t) lf_random_place(trainer->order_key, place, trainer->train_windows) : place;
}

/* Where the training window with this number is: the first ones are the epoch's sample. */
static lf_window_start
place_of(const lf_trainer *trainer, size_t window)
{
	if (window >= trainer->sampled)
		return lf_spans_at(&trainer->train, window - trainer->sampled);
	return lf_spans_at(&trainer->again,
					   (size_t) lf_random_place(trainer->sample_key, window, trainer->again_windows));
}

lf_status
lf_trainer_start(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	lf_pass		pass = {.interrupt = interrupt, .sharded = trainer->shards.crowded};
	uint64_t	seed = trainer->seed;

	trainer->epoch = 0;
	trainer->batch = 0;
	trainer->best_epoch = 0;
	trainer->best_loss = INFINITY;
	trainer->position = 0;
	trainer->validating = false;
	trainer->cut_short = false;
	trainer->sum = 0;
	trainer->known = 0;
	trainer->opened = trainer->now;
	trainer->random = lf_random_seed(lf_random_mix(seed, UINT64_C(0x73687566666c65)));	/* "shuffle" */
	for (size_t i = 0; i < trainer->train_windows && trainer->listed; i++)
		trainer->order[i] = (uint32_t) i;
	want_shuffled(trainer);
	if (trainer->training->optimizer == LF_LEAST_SQUARES)
		lf_least_squares_start(&trainer->squares);
	else
		lf_optimizer_reset(&trainer->optimizer);
	lf_weight_average_reset(&trainer->average);
	trainer->shards.network[0] = trainer->network;
	lf_shards_bind(&trainer->shards, trainer->weights, trainer->gradients);
	if (trainer->from == NULL)
		return lf_network_initialize(trainer->network, seed, &pass, trainer->weights);
	memcpy(trainer->weights, trainer->from, trainer->network->parameters * sizeof(lf_real));
	return LF_OK;
}

size_t
lf_trainer_batches(const lf_trainer *trainer)
{
	size_t		batch = (size_t) trainer->training->batch_size;

	return (trainer->train_windows + batch - 1) / batch;
}

static double
learning_rate(const lf_trainer *trainer)
{
	const lf_training *training = trainer->training;
	double		batches = (double) lf_trainer_batches(trainer);
	double		done = (double) trainer->optimizer.steps / (batches * trainer->epochs);

	if (training->schedule != LF_SCHEDULE_COSINE)
		return training->learning_rate;
	return training->learning_rate * 0.5 * (1 + cos(3.14159265358979323846 * done));
}

/* Takes up to a batch of windows from 'position' on and returns how many. */
static size_t
fill_batch(lf_trainer *trainer)
{
	size_t		windows = trainer->validating ? trainer->validation_windows : trainer->train_windows;
	size_t		left = windows - trainer->position;
	size_t		batch = (size_t) trainer->training->batch_size;
	size_t		count = left < batch ? left : batch;
	const lf_task *task = trainer->windows.task;
	size_t		in = (size_t) task->lookback * (size_t) task->inputs;
	size_t		out = OUTPUTS(task) * lf_head_target_parts(&task->head);

	for (size_t i = 0; i < count; i++)
	{
		size_t		at = trainer->position + i;
		lf_window_start	place = trainer->validating ? lf_spans_at(&trainer->validation, at) :
			place_of(trainer, window_at(trainer, at));
		lf_frame	view;
		lf_windows	here = lf_windows_of_series(&trainer->windows, place.series, &view);

		lf_window_input(&here, place.row, trainer->x + i * in, trainer->level);
		lf_window_target(&here, place.row, trainer->level, trainer->y + i * out);
	}
	return count;
}

/* The weights that the epochs so far have come to. */
static const lf_real *
outcome(const lf_trainer *trainer)
{
	return trainer->training->schedule == LF_SCHEDULE_AVERAGE ? trainer->average.mean : trainer->weights;
}

static lf_status
close_epoch(lf_trainer *trainer)
{
	const lf_training *training = trainer->training;
	bool		validated = trainer->validation_windows > 0 && trainer->known > 0;
	double		validation_loss = validated ? trainer->sum / (double) trainer->known : (double) NAN;
	size_t		bytes = trainer->network->parameters * sizeof(lf_real);
	bool		last;

	trainer->history[trainer->epoch] = (lf_epoch) {
		.loss = trainer->train_loss,
		.validation_loss = validation_loss,
		.learning_rate = trainer->last_rate,
		.seconds = trainer->now - trainer->opened,
	};
	trainer->opened = trainer->now;
	trainer->epoch++;
	trainer->position = 0;
	trainer->batch = 0;
	trainer->sum = 0;
	trainer->known = 0;
	trainer->validating = false;

	if (validated && validation_loss < trainer->best_loss)
	{
		trainer->best_loss = validation_loss;
		trainer->best_epoch = trainer->epoch;
		memcpy(trainer->best, outcome(trainer), bytes);
	}
	trainer->cut_short = trainer->cut_short || (trainer->now >= trainer->until && trainer->epoch < trainer->epochs);
	last = trainer->epoch == trainer->epochs || trainer->cut_short ||
		(validated && trainer->choose_best && training->patience > 0 &&
		 trainer->epoch - trainer->best_epoch >= training->patience);
	/* what was validated may have been the average */
	lf_shards_bind(&trainer->shards, trainer->weights, trainer->gradients);
	if (!last)
	{
		want_shuffled(trainer);
		return LF_EPOCH_DONE;
	}
	if (validated && trainer->choose_best)
		memcpy(trainer->weights, trainer->best, bytes);
	else
	{
		if (outcome(trainer) != trainer->weights)
			memcpy(trainer->weights, outcome(trainer), bytes);
		trainer->best_epoch = trainer->epoch;
		trainer->best_loss = trainer->train_loss;
	}
	return LF_FINISHED;
}

/*
 * A batch of the first epoch is added to the equations; each epoch then ends with a solution, of another ridge than the
 * one before.
 */
static lf_status
solve_batch(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	lf_pass		pass = {.interrupt = interrupt, .sharded = trainer->shards.crowded};
	lf_status	status = LF_OK;
	int			ridge = trainer->epoch < LF_RIDGES ? trainer->epoch : LF_RIDGES - 1;
	size_t		windows = 0;

	if (trainer->epoch == 0 && trainer->position < trainer->train_windows)
	{
		windows = fill_batch(trainer);
		pass.batch = (int) windows * lf_task_samples(trainer->windows.task);
		status = lf_least_squares_add(&trainer->squares, &pass, trainer->x, trainer->y);
		if (status != LF_OK)
			return status;
		trainer->position += windows;
		trainer->batch++;
		/* where there is no time for more, the equations are those of the batches so far */
		if (trainer->position < trainer->train_windows && !(trainer->now >= trainer->until))
			return LF_OK;
		trainer->cut_short = trainer->position < trainer->train_windows;
	}
	trainer->position = trainer->train_windows;
	status = lf_least_squares_solve(&trainer->squares, ridge, trainer->weights, interrupt);
	if (status != LF_OK)
		return status;
	trainer->known = 1;
	trainer->sum = lf_least_squares_loss(&trainer->squares, ridge, trainer->weights);
	return isfinite(trainer->sum) ? LF_OK : LF_DIVERGED;
}

static lf_status
train_batch(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	const lf_training *training = trainer->training;
	size_t		parameters = trainer->network->parameters;
	lf_pass		pass = {.training = true, .interrupt = interrupt};
	lf_status	status;
	size_t		windows;
	double		loss;
	double		norm;

	windows = fill_batch(trainer);
	pass.batch = (int) windows * lf_task_samples(trainer->windows.task);
	/* counted by optimizer steps: a batch that is done again after an interrupt drops the same elements */
	pass.dropout_seed = lf_random_mix(trainer->seed, trainer->optimizer.steps);
	status = lf_shards_train(&trainer->shards, &pass, training->loss, trainer->x, trainer->y, trainer->dy, &loss);
	if (status != LF_OK)
		return status;
	norm = lf_clip_norm(trainer->gradients, parameters, training->clip_norm);
	if (!isfinite(loss) || !isfinite(norm))
		return LF_DIVERGED;
	trainer->last_rate = learning_rate(trainer);
	lf_optimizer_step(&trainer->optimizer, trainer->last_rate, trainer->weights, trainer->gradients);
	if (training->schedule == LF_SCHEDULE_AVERAGE)
		lf_weight_average_add(&trainer->average, trainer->weights);
	trainer->sum += loss;
	trainer->known += lf_shards_known(&trainer->shards);
	trainer->position += windows;
	trainer->batch++;
	return LF_OK;
}

static lf_status
validate_batch(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	lf_pass		pass = {.interrupt = interrupt};
	lf_status	status;
	size_t		windows;
	double		loss;

	windows = fill_batch(trainer);
	pass.batch = (int) windows * lf_task_samples(trainer->windows.task);
	status = lf_shards_validate(&trainer->shards, &pass, trainer->training->loss, trainer->x, trainer->y, &loss);
	if (status != LF_OK)
		return status;
	if (!isfinite(loss))
		return LF_DIVERGED;
	trainer->sum += loss;
	trainer->known += lf_shards_known(&trainer->shards);
	trainer->position += windows;
	return LF_OK;
}

lf_status
lf_trainer_step(lf_trainer *trainer, const volatile sig_atomic_t *interrupt)
{
	lf_status	status;

	if (trainer->validating)
	{
		status = validate_batch(trainer, interrupt);
		if (status == LF_OK && trainer->position == trainer->validation_windows)
			return close_epoch(trainer);
		return status;
	}
	status = shuffle(trainer, interrupt);
	if (status == LF_OK)
		status = trainer->training->optimizer == LF_LEAST_SQUARES ? solve_batch(trainer, interrupt) :
			train_batch(trainer, interrupt);
	if (status != LF_OK)
		return status;
	trainer->cut_short = trainer->cut_short || (trainer->now >= trainer->until && trainer->position < trainer->train_windows);
	if (trainer->position < trainer->train_windows && !trainer->cut_short)
		return LF_OK;
	trainer->train_loss = trainer->known > 0 ? trainer->sum / (double) trainer->known : 0;
	if (trainer->validation_windows == 0)
		return close_epoch(trainer);
	trainer->validating = true;
	lf_shards_bind(&trainer->shards, outcome(trainer), trainer->gradients);
	trainer->position = 0;
	trainer->sum = 0;
	trainer->known = 0;
	return LF_OK;
}
