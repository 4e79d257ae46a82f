/*
 * model_target.h: what is asked of each input of the fuzzers: bytes that are no model are refused, others are sound.
 *
 * What is accepted must be written again to the same bytes, must plan, and must forecast. Build it with the sanitizers:
 * the memory of a model lies in a block of exactly the measured size, and the caller's input should as well.
 */
#ifndef MODEL_TARGET_H
#define MODEL_TARGET_H

#include "bounds.h"
#include "crc32c.h"
#include "model_bytes.h"
#include "model_samples.h"
#include "predict.h"

/* Accepted models that ask for more than this in memory or in multiplications are counted, and not run. */
#define MOST_MEMORY ((size_t) 64 << 20)
#define MOST_WORK 2e6

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

static inline bool
writes_the_same(const lf_model *model, const unsigned char *bytes, size_t length)
{
	unsigned char *again;
	bool		same;

	if (lf_model_size(model) != length)
		return false;
	again = must_allocate(length);
	(void) lf_model_write(model, NULL, again);
	same = memcmp(again, bytes, length) == 0;
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
			int			place = k * task->targets + j;
			const double *distribution = task->head.kind == LF_HEAD_POINT || k >= task->horizon ? NULL :
				predictor->distribution + place * lf_head_parts(&task->head);
			double		reach = lf_bounds_reach(model, distribution, k, j, 0.9);
			double		low;
			double		high;

			lf_bounds_at(model, distribution, 1, out[place], reach, &low, &high);
			(void) lf_bounds_surprise(model, distribution, 1, out[place], 1);
		}
}

static inline outcome
forecast(const lf_model *model, lf_network *network, lf_predictor *predictor, lf_random *random)
{
	const lf_task *task = &model->task;
	size_t		count = (size_t) task->lookback * (size_t) model->columns;
	int			steps = lf_task_is_autoregressive(task) ? 2 * task->horizon + 1 : task->horizon;
	double	   *rows = must_allocate(count * sizeof(double));
	double	   *out = must_allocate((size_t) steps * (size_t) task->targets * sizeof(double));
	lf_frame	frame = {.values = rows, .rows = (size_t) task->lookback, .columns = model->columns};
	lf_status	status;

	for (size_t i = 0; i < count; i++)
		rows[i] = lf_random_normal(random) * 100;
	lf_network_bind(network, model->weights, NULL);
	predictor->windows = (lf_windows) {
		.task = task,
		.frame = &frame,
		.scaler = model->scaler,
		.normalize = model->training.normalize,
		.link = model->link,
	};
	status = lf_predict_steps(predictor, NULL, 0, 1, 1, steps, out);
	if (status == LF_OK)
		take_bounds(model, predictor, out, steps);
	free(rows);
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
	lf_network_plan(&network, &arena, 1, false);
	lf_predictor_plan(&predictor, &arena, &network, &model->task, model->columns, 1, 1);
	if (arena.overflow || arena.used > MOST_MEMORY || work_of(&network) > MOST_WORK)
		return SKIPPED;
	measured = arena.used;
	if (posix_memalign(&block, LF_ALIGNMENT, measured) != 0)
		block = must_allocate(measured + LF_ALIGNMENT);
	arena = lf_arena_over(block, measured);
	lf_network_plan(&network, &arena, 1, false);
	lf_predictor_plan(&predictor, &arena, &network, &model->task, model->columns, 1, 1);
	if (!arena.overflow && arena.used == measured)
		result = forecast(model, &network, &predictor, random);
	free(block);
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
	if (status != LF_OK || arena.used != measured || !writes_the_same(&model, bytes, length))
		result = BROKEN;
	else
		result = run(&model, random);
	free(block);
	return result;
}

/* Gives bytes the envelope of a model: length and checksum as they should be, behind whatever is in them. */
static inline void
seal(unsigned char *bytes, size_t length)
{
	static const unsigned char start[LENGTH_AT] = {'L', 'S', 'T', 0x9a, LF_FORMAT};

	if (length < ENVELOPE)
		return;
	memcpy(bytes, start, sizeof(start));
	put_number(bytes + LENGTH_AT, length, 8);
	put_number(bytes + length - 4, lf_crc32c(bytes, length - 4), 4);
}

#endif
