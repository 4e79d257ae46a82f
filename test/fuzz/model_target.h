/*
 * model_target.h: what is asked of each input of the fuzzers: bytes that are no model are refused, others are sound.
 *
 * What is accepted must be written again to the same bytes, must plan, and must forecast; its forecasts are measured,
 * its average with itself must be sound, and it must go on training: all that the fields of a model reach in the core.
 * Build it with the sanitizers: the memory of a model lies in a block of exactly the measured size, and the caller's
 * input should as well.
 */
#ifndef MODEL_TARGET_H
#define MODEL_TARGET_H

#include "model/average.h"
#include "model/bounds.h"
#include "series/deseasonalize.h"
#include "base/crc32c.h"
#include "judging/error_mixture.h"
#include "training/fit.h"
#include "judging/metrics.h"
#include "model/combined.h"
#include "model/model_bytes.h"
#include "model_samples.h"
#include "training/fine_tune.h"
#include "model/sound.h"

/* Accepted models that ask for more than this in memory or in multiplications are counted, and not run. */
#define MOST_MEMORY ((size_t) 64 << 20)
#define MOST_WORK 2e6

/* Steps and rows that are measured: each is like the others. */
#define MOST_MEASURED_STEPS 40
#define MOST_VALUES ((size_t) 200000)

typedef enum outcome
{
	REJECTED,
	FORECAST,
	SKIPPED,
	BROKEN						/* a promise of the reader is not kept */
} outcome;

#define OUTCOMES 4

static inline void *
must_allocate(size_t bytes)
{
	void	   *block = malloc(bytes == 0 ? 1 : bytes);

	if (block == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	return block;
}

/* No layer multiplies more often than each of its weights with each element that comes in or goes out. */
static inline double
work_of(const lf_network *network)
{
	double		work = 0;

	for (int i = 0; i < network->count; i++)
	{
		const lf_layer *layer = &network->layer[i];
		double		size = (double) (layer->input_size + layer->output_size);
		bool		pools = layer->spec.kind == LF_MAX_POOL1D || layer->spec.inner == LF_MAX_POOL1D;

		work += size * (1 + (double) layer->parameters + (pools ? layer->spec.kernel[0] : 0));
	}
	return work;
}

/* Bytes of an earlier format come back as those of the present one. */
static inline bool
writes_the_same(const lf_model *model, const unsigned char *bytes, size_t length)
{
	size_t		size = lf_model_size(model);
	unsigned char *again = must_allocate(size);
	bool		same;

	(void) lf_model_write(model, NULL, again);
	same = bytes[FORMAT_AT] < LF_FORMAT || (size == length && memcmp(again, bytes, length) == 0);
	free(again);
	return same;
}

/* Intervals of what was forecast, whatever numbers come out. */
static inline void
take_bounds(const lf_model *model, const lf_predictor *predictor, const double *out, int steps)
{
	const lf_task *task = &model->task;

	for (int k = 0; k < steps; k++)
		for (int j = 0; j < task->targets; j++)
		{
			size_t		place = (size_t) k * (size_t) task->targets + (size_t) j;
			const double *distribution = task->head.kind == LF_HEAD_POINT || k >= task->horizon ? NULL :
				predictor->distribution + place * (size_t) lf_head_parts(&task->head);
			lf_bounded	bounded = {.step = k, .target = j, .forecast = out[place], .error_scale = model->error_scale[j],
				.distribution = distribution};
			double		low;
			double		high;

			(void) lf_bounds_half_width(model, &bounded, 0.9);
			(void) lf_bounds_interval(model, &bounded, 0.9, &low, &high);
			(void) lf_bounds_rarity(model, &bounded, lf_bounds_nonconformity(model, &bounded, 1));
			(void) lf_errors_largest(&model->errors, task->targets, k, j);
		}
}

/* What the forecasts are worth beside the naive baselines, and what is done with rows before and after. */
static inline void
take_measures(const lf_model *model, const lf_frame *frame, const double *out, int steps)
{
	const lf_task *task = &model->task;
	const int	seasons[] = {model->season, task->season};
	size_t		origin = lf_window_first_output(task, 0) == 0 ? 0 : lf_window_first_output(task, 0) - 1;

	for (int j = 0; j < task->targets && j < 3; j++)
	{
		int			column = task->target[j];
		lf_metrics	metrics = {0};
		double		mean = lf_column_mean(frame, column, origin);
		double		error_scale = lf_naive_error(frame, column, frame->rows, model->season);

		for (int k = 0; k < steps && k < MOST_MEASURED_STEPS; k++)
		{
			double		forecast = out[(size_t) k * (size_t) task->targets + (size_t) j];
			double		actual = frame->values[frame->columns * k % (int) frame->rows];

			lf_metrics_add(&metrics, forecast, actual);
			lf_metrics_add_interval(&metrics, actual, forecast - 1, forecast + 1, 0.9);
			for (int f = LF_NETWORK; f < LF_FORECASTERS; f++)
			{
				for (int s = 0; s < 2; s++)
					(void) lf_baseline((lf_forecaster) f, frame, column, origin, k + 1, seasons[s], mean);
				(void) lf_window_baseline((lf_forecaster) f, frame, task, 0, column, k);
			}
		}
		for (int m = 0; m < LF_METRICS; m++)
			(void) lf_metrics_value(&metrics, (lf_metric) m, error_scale);
		(void) lf_error_scale(frame, column, frame->rows, model->season, model->scaler[column]);
		for (int f = 0; f < LF_FORECASTERS; f++)
			(void) (lf_score_mae(&model->scores[j * LF_FORECASTERS + f]) + lf_score_rmse(&model->scores[j * LF_FORECASTERS + f]) +
					lf_score_variance(&model->scores[j * LF_FORECASTERS + f]));
	}
	for (int i = 0; i < model->columns && i < 10; i++)
	{
		(void) lf_scaler_of_column(model->training.scale, frame, task, model->shape, i, 0, frame->rows, NULL);
		(void) lf_model_labels(model, i);
	}
}

/* Fills every third value as the model's rows were filled. */
static inline void
fill_gaps(const lf_model *model, lf_frame *frame, double *values)
{
	size_t		count = frame->rows * (size_t) frame->columns;
	unsigned char *marks = must_allocate(lf_mask_size(count));

	for (size_t i = 0; i < count; i += 3)
		values[i] = (double) NAN;
	(void) lf_mask_missing(values, count, marks);
	for (int i = 0; i < frame->columns && i < 10; i++)
		(void) lf_impute(model->missing.method, values, marks, frame->rows, frame->columns, i, model->missing.season);
	free(marks);
}

static inline outcome
forecast(const lf_model *model, lf_network *network, lf_predictor *predictor, lf_random *random)
{
	const lf_task *task = &model->task;
	size_t		rows = (size_t) task->lookback + (size_t) task->lead + (size_t) task->horizon + 3;
	int			steps = lf_task_is_autoregressive(task) ? 2 * task->horizon + 1 : task->horizon;
	double	   *out = must_allocate((size_t) steps * (size_t) task->targets * sizeof(double));
	double	   *values;
	lf_frame	frame;
	size_t		count;
	lf_status	status;

	/* a window alone, where what comes behind it is long */
	if (rows * (size_t) model->columns > MOST_VALUES)
		rows = (size_t) task->lookback;
	count = rows * (size_t) model->columns;
	values = must_allocate(count * sizeof(double));
	frame = (lf_frame) {.values = values, .rows = rows, .columns = model->columns,
		.number = (int64_t) lf_random_below(random, 1 << 20) - (1 << 19)};
	for (size_t i = 0; i < count; i++)
		values[i] = lf_random_normal(random) * 100;
	if (model->shape != NULL)
		frame.number += lf_season_align(task, model->shape, values, rows < 10 ? rows : 10, (size_t) model->columns);
	predictor->members = model->members;
	predictor->weights = model->weights;
	predictor->blend = model->blend;
	predictor->network = network;
	predictor->ranges = model->ranges;
	predictor->windows = (lf_windows) {
		.task = task,
		.frame = &frame,
		.scaler = model->scaler,
		.shape = model->shape,
		.normalize = model->training.normalize,
		.level_regression = model->level_regression,
	};
	status = lf_predict_steps(predictor, NULL, 0, 1, 1, steps, out);
	if (status == LF_OK)
		take_bounds(model, predictor, out, steps);
	if (status == LF_OK && rows > (size_t) task->lookback)
	{
		take_measures(model, &frame, out, steps);
		fill_gaps(model, &frame, values);
	}
	free(values);
	free(out);
	return status == LF_OK ? FORECAST : BROKEN;
}

/* Plans and runs a model that was accepted. */
static inline outcome
run(const lf_model *model, lf_random *random)
{
	lf_arena	arena = lf_arena_measure();
	lf_network	network;
	lf_predictor predictor;
	outcome		result = BROKEN;
	void	   *block;
	size_t		measured;
	int			layer;

	if (lf_network_create(&network, &model->spec, &layer) != LF_OK)
		return BROKEN;
	lf_network_layout(&network, &arena, 1, false);
	lf_predictor_layout(&predictor, &arena, &network, &model->task, model->columns, 1, 1);
	if (arena.overflow || arena.used > MOST_MEMORY || work_of(&network) * model->members > MOST_WORK)
		return SKIPPED;
	measured = arena.used;
	if (posix_memalign(&block, LF_ALIGNMENT, measured) != 0)
		block = must_allocate(measured + LF_ALIGNMENT);
	arena = lf_arena_over(block, measured);
	lf_network_layout(&network, &arena, 1, false);
	lf_predictor_layout(&predictor, &arena, &network, &model->task, model->columns, 1, 1);
	if (!arena.overflow && arena.used == measured)
		result = forecast(model, &network, &predictor, random);
	free(block);
	return result;
}

/* One network of a combination, or the only one: what forecasts by it, and the rows that it sees. */
typedef struct teammate
{
	lf_network	network;
	lf_predictor predictor;
} teammate;

/* Lays out all that forecast together. False where one of them is none. */
static inline bool
lay_out_team(const lf_model *model, teammate *team, lf_combined *combined, lf_arena *arena, size_t rows, int steps)
{
	for (int i = 0; i <= model->others; i++)
	{
		const lf_model *one = i == 0 ? model : &model->other[i - 1];
		int			layer;

		if (lf_network_create(&team[i].network, &one->spec, &layer) != LF_OK)
			return false;
		lf_network_layout(&team[i].network, arena, 1, false);
		lf_predictor_layout(&team[i].predictor, arena, &team[i].network, &one->task, model->columns, 1, 1);
	}
	lf_combined_layout(combined, arena, &model->combination, &model->task, &model->partner_facts, model->learned != NULL, rows,
					   1, steps);
	return true;
}

/* Rows before the window that are known. */
#define ROWS_BEFORE 30

/* Forecasts of a combination from rows that lie before the frame and in it. */
static inline outcome
forecast_together(const lf_model *model, lf_random *random)
{
	const lf_task *task = &model->task;
	size_t		before = lf_random_below(random, ROWS_BEFORE);
	size_t		rows = (size_t) task->lookback + (size_t) task->horizon;
	int			steps = lf_task_is_autoregressive(task) ? 2 * task->horizon + 1 : task->horizon;
	lf_arena	arena = lf_arena_measure();
	teammate	team[LF_MAX_NETWORKS];
	lf_combined combined;
	lf_frame	frame;
	double		work = 0;
	double	   *values;
	double	   *out;
	void	   *block;
	size_t		measured;
	lf_status	status;

	if (rows * (size_t) model->columns > MOST_VALUES)
		rows = (size_t) task->lookback;
	if (!lay_out_team(model, team, &combined, &arena, rows + before, steps))
		return BROKEN;
	for (int i = 0; i <= model->others; i++)
	{
		const lf_model *one = i == 0 ? model : &model->other[i - 1];

		work += work_of(&team[i].network) * one->members * (steps / one->task.horizon + 1);
	}
	for (int i = 0; i < model->partner_facts.seasons.count; i++)
		work += 1e3 * model->partner_facts.seasons.season[i].knots;
	if (arena.overflow || arena.used > MOST_MEMORY || work + 1e3 * steps * task->targets > 10 * MOST_WORK)
		return SKIPPED;
	measured = arena.used;
	if (posix_memalign(&block, LF_ALIGNMENT, measured) != 0)
		block = must_allocate(measured + LF_ALIGNMENT);
	arena = lf_arena_over(block, measured);
	(void) lay_out_team(model, team, &combined, &arena, rows + before, steps);
	values = must_allocate((before + rows) * (size_t) model->columns * sizeof(double));
	out = must_allocate((size_t) steps * (size_t) task->targets * sizeof(double));
	for (size_t i = 0; i < (before + rows) * (size_t) model->columns; i++)
		values[i] = lf_random_normal(random) * 100;
	frame = (lf_frame) {.values = values + before * (size_t) model->columns, .rows = rows, .columns = model->columns,
		.before = before, .number = (int64_t) lf_random_below(random, 1 << 20) - (1 << 19)};
	for (int i = 0; i <= model->others; i++)
	{
		const lf_model *one = i == 0 ? model : &model->other[i - 1];
		lf_predictor *predictor = &team[i].predictor;

		predictor->members = one->members;
		predictor->weights = one->weights;
		predictor->ranges = one->ranges;
		predictor->windows = (lf_windows) {.task = &one->task, .frame = &frame, .scaler = one->scaler, .shape = one->shape,
			.normalize = one->training.normalize, .level_regression = one->level_regression};
		combined.network[i] = predictor;
	}
	combined.season = model->season;
	combined.learned = model->learned;
	status = arena.overflow || arena.used != measured ? LF_TOO_LARGE :
		lf_combined_predict(&combined, NULL, 0, 1, 1, steps, out);
	if (status == LF_OK)
		take_bounds(model, &team[0].predictor, out, steps);
	free(out);
	free(values);
	free(block);
	return status == LF_OK ? FORECAST : BROKEN;
}

/* What networks beside the first share with it is there, and the rows that all of them look at can be counted. */
static inline bool
shares(const lf_model *model)
{
	lf_model	copy = *model;
	size_t		history = lf_model_history(model);

	lf_model_share(&copy);
	for (int i = 0; i < copy.others; i++)
		if (copy.other[i].names != model->names || copy.other[i].series != model->series || copy.other[i].others != 0 ||
			lf_model_history(&copy.other[i]) > history)
			return false;
	return copy.others == model->others;
}

/* The average of a model with itself, as lstm_average_agg makes it: sound again. */
static inline outcome
average(const lf_model *model)
{
	lf_arena	arena = lf_arena_measure();
	size_t		targets = (size_t) model->task.targets;
	size_t		weights = (size_t) model->members * model->parameters;
	lf_model	sum = *model;
	lf_average	mean;
	lf_error_mixture pool = {0};
	bool		sound;
	void	   *block[5];

	if (lf_models_differ(model, model) != LF_ALIKE)
		return BROKEN;
	lf_average_layout(&mean, &arena, model);
	if (model->errors.steps > 0)
		lf_error_mixture_layout(&pool, &arena, &model->errors, model->task.targets);
	block[0] = must_allocate(arena.used + LF_ALIGNMENT);
	block[1] = must_allocate(weights * sizeof(lf_real));
	block[2] = must_allocate(lf_level_regression_size(&model->task) * sizeof(double));
	block[3] = must_allocate(targets * sizeof(lf_blend));
	block[4] = must_allocate(targets * LF_FORECASTERS * sizeof(lf_score));
	arena = lf_arena_over(block[0], arena.used + LF_ALIGNMENT);
	lf_average_layout(&mean, &arena, model);
	if (model->errors.steps > 0)
		lf_error_mixture_layout(&pool, &arena, &model->errors, model->task.targets);
	lf_average_start(&mean);
	sum.scores = memcpy(block[4], model->scores, targets * LF_FORECASTERS * sizeof(lf_score));
	sum.level_regression = model->level_regression == NULL ? NULL : block[2];
	for (int times = 0; times < 2; times++)
	{
		for (size_t i = 0; i < mean.numbers;)
			i = lf_average_add(&mean, model, 1 + times, i);
		lf_average_record(&sum, model);
	}
	if (model->blend != NULL)
		sum.blend = memcpy(block[3], model->blend, targets * sizeof(lf_blend));
	lf_average_result(&mean, model, block[1], block[2], block[3]);
	sum.weights = block[1];
	sum.tail = NULL;
	sum.errors = (lf_errors) {0};
	sum.epochs = sum.best_epoch = 0;
	sum.history = NULL;
	if (model->errors.steps > 0)
	{
		lf_arena	more = lf_arena_measure();
		void	   *lists;
		size_t		count;

		lf_error_mixture_start(&pool);
		count = lf_error_mixture_limit(&pool, model->errors.steps);
		for (size_t i = 0; i < count; i++)
			lf_error_mixture_add(&pool, i, &model->errors, 1.5);
		lf_error_mixture_result_layout(&pool, &more, &sum.errors);
		lists = must_allocate(more.used + LF_ALIGNMENT);
		more = lf_arena_over(lists, more.used + LF_ALIGNMENT);
		lf_error_mixture_result_layout(&pool, &more, &sum.errors);
		for (size_t i = 0; i < count; i++)
			lf_error_mixture_result(&pool, i, &sum.errors);
		sound = lf_model_is_sound(&sum);
		free(lists);
	}
	else
		sound = lf_model_is_sound(&sum);
	for (int i = 0; i < 5; i++)
		free(block[i]);
	return sound ? FORECAST : BROKEN;
}

/* A few mini-batches on new rows, as lstm_update makes them. */
static inline outcome
renew(const lf_model *model, lf_random *random)
{
	const lf_task *task = &model->task;
	size_t		rows = (size_t) task->lookback + (size_t) task->lead + (size_t) task->horizon + 6;
	size_t		known = rows - 4;
	size_t		count = rows * (size_t) model->columns;
	lf_training training = model->training;
	lf_arena	arena = lf_arena_measure();
	lf_frame	frame = {.rows = rows, .columns = model->columns};
	lf_fine_tune	fresh;
	double	   *values;
	void	   *block;
	lf_status	status;

	training.epochs = 2;
	training.learning_rate = 1e-3;
	training.batch_size = 2;
	/* what the network wants for a larger batch is not of interest */
	if (count > MOST_VALUES || lf_fine_tune_layout(&fresh, &arena, model, &training, &frame) != LF_OK || arena.used > MOST_MEMORY / 16)
		return SKIPPED;
	values = must_allocate(count * sizeof(double));
	block = must_allocate(arena.used + LF_ALIGNMENT);
	for (size_t i = 0; i < count; i++)
		values[i] = lf_random_normal(random);
	frame.values = values;
	arena = lf_arena_over(block, arena.used + LF_ALIGNMENT);
	(void) lf_fine_tune_layout(&fresh, &arena, model, &training, &frame);
	memcpy(fresh.scaler, model->scaler, (size_t) model->columns * sizeof(lf_scaler));
	status = lf_fine_tune_start(&fresh, model, &frame, &known, &rows, 0.5);
	if (status == LF_OK)
		status = lf_fine_tune_member(&fresh, model, model->members - 1, NULL);
	while (status == LF_OK || status == LF_EPOCH_DONE)
		status = lf_trainer_step(&fresh.trainer, NULL);
	free(values);
	free(block);
	return status == LF_FINISHED || status == LF_DIVERGED ? FORECAST : BROKEN;
}

/* Everything that a model is for. */
static inline outcome
use(const lf_model *model, lf_random *random)
{
	outcome		result = run(model, random);

	if (!shares(model))
		return BROKEN;
	if (result == FORECAST && model->combination.parts > 0)
		result = forecast_together(model, random);
	if (result == FORECAST && lf_random_below(random, 4) == 0 && average(model) == BROKEN)
		result = BROKEN;
	if (result == FORECAST && lf_random_below(random, 32) == 0 && renew(model, random) == BROKEN)
		result = BROKEN;
	return result;
}

/* One input, in a block of exactly its length. */
static inline outcome
try_bytes(const unsigned char *bytes, size_t length, lf_random *random)
{
	lf_arena	arena = lf_arena_measure();
	lf_model	model;
	lf_status	status = lf_model_read(bytes, length, NULL, &arena, &model);
	size_t		measured = arena.used;
	outcome		result;
	void	   *block;

	if (status != LF_OK)
		return status == LF_CORRUPT || status == LF_NEWER_FORMAT || status == LF_TOO_LARGE ? REJECTED : BROKEN;
	if (measured > MOST_MEMORY)
		return SKIPPED;
	if (posix_memalign(&block, LF_ALIGNMENT, measured) != 0)
		block = must_allocate(measured + LF_ALIGNMENT);
	arena = lf_arena_over(block, measured);
	status = lf_model_read(bytes, length, NULL, &arena, &model);
	if (status == LF_CORRUPT)
		result = REJECTED;		/* for what stands in its arrays */
	else if (status != LF_OK || arena.used != measured || measured > LF_MODEL_MEMORY(length) ||
			 !writes_the_same(&model, bytes, length))
		result = BROKEN;
	else
		result = use(&model, random);
	free(block);
	return result;
}

/*
 * Gives bytes the envelope of a model: length and checksum as they should be, behind whatever is in them. They stay of
 * an earlier format if they say that they are.
 */
static inline void
seal(unsigned char *bytes, size_t length)
{
	unsigned char start[LENGTH_AT] = {'L', 'S', 'T', 0x9a, LF_FORMAT};

	if (length < ENVELOPE)
		return;
	if (bytes[FORMAT_AT] >= 1 && bytes[FORMAT_AT] < LF_FORMAT)
		start[FORMAT_AT] = bytes[FORMAT_AT];
	memcpy(bytes, start, sizeof(start));
	put_number(bytes + LENGTH_AT, length, 8);
	put_number(bytes + length - 4, lf_crc32c(bytes, length - 4), 4);
}

#endif
