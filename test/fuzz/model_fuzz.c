/*
 * model_fuzz.c: forged models: refused, or sound enough to forecast with.
 *
 *	   model_fuzz [iterations [seed]]
 *
 * Each round takes the bytes of a sound model, changes them, in most rounds makes length and checksum fit again, and
 * reads the result. What is accepted must be written again to the same bytes, must plan, and must forecast. Build it
 * with -fsanitize=address,undefined: the input lies in a block of exactly its size, the memory of a model in a block of
 * exactly the measured one. With -DLF_LIBFUZZER the same is an entry point for libFuzzer instead of a program.
 */
#define _POSIX_C_SOURCE 200112L	/* posix_memalign */

#include "bounds.h"
#include "crc32c.h"
#include "model_bytes.h"
#include "model_samples.h"
#include "predict.h"
#include "tap.h"

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

static void *
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
static double
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

static bool
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
static void
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

static outcome
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
static outcome
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
static outcome
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

static void
seal(unsigned char *bytes, size_t length)
{
	static const unsigned char start[LENGTH_AT] = {'L', 'S', 'T', 0x9a, LF_FORMAT};

	if (length < ENVELOPE)
		return;
	memcpy(bytes, start, sizeof(start));
	put_number(bytes + LENGTH_AT, length, 8);
	put_number(bytes + length - 4, lf_crc32c(bytes, length - 4), 4);
}

#ifdef LF_LIBFUZZER

int			LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	lf_random	random = lf_random_seed(size);
	unsigned char *bytes = must_allocate(size);
	outcome		result;

	memcpy(bytes, data, size);
	seal(bytes, size);
	result = try_bytes(bytes, size, &random);
	free(bytes);
	if (result == BROKEN)
		abort();
	return 0;
}

#else

typedef struct text
{
	unsigned char *bytes;
	size_t		length;
} text;

static const uint32_t edges[] = {
	0, 1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 127, 128, 255, 256, 1023, 1024, 1599, 1600, 65535, 65536, 65537,
	LF_MAX_DIM - 1, LF_MAX_DIM, LF_MAX_DIM + 1, LF_MAX_ELEMENTS - 1, LF_MAX_ELEMENTS, LF_MAX_ELEMENTS + 1,
	0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x7f800000, 0x7fc00000, 0x7f7fffff, 0x7ff00000,
};

/* Replaces 'cut' bytes at 'at' by 'more' bytes. */
static void
replace(text *t, size_t at, size_t cut, const unsigned char *bytes, size_t more)
{
	unsigned char *changed = must_allocate(t->length - cut + more);

	memcpy(changed, t->bytes, at);
	memcpy(changed + at, bytes, more);
	memcpy(changed + at + more, t->bytes + at + cut, t->length - at - cut);
	free(t->bytes);
	t->bytes = changed;
	t->length = t->length - cut + more;
}

/* One change somewhere behind the header. */
static void
mutate(text *t, const text *samples, lf_random *random)
{
	const text *other = &samples[lf_random_below(random, SAMPLES)];
	size_t		at = lf_random_below(random, t->length);
	size_t		left = t->length - at;
	size_t		from = lf_random_below(random, other->length);
	size_t		some = 1 + lf_random_below(random, 64);
	unsigned char number[8];

	/* the spec and the task stand at the front: every second change goes there */
	if (lf_random_below(random, 2) == 0 && t->length > 200)
	{
		at = 16 + lf_random_below(random, 184);
		left = t->length - at;
	}
	if (some > left)
		some = left;
	switch (lf_random_below(random, 9))
	{
		case 0:
			t->bytes[at] ^= (unsigned char) (1 << lf_random_below(random, 8));
			break;
		case 1:
			t->bytes[at] = (unsigned char) lf_random_next(random);
			break;
		case 2:
		case 3:
			put_number(number, edges[lf_random_below(random, sizeof(edges) / sizeof(edges[0]))], 8);
			memcpy(t->bytes + at, number, left < 4 ? left : 4);
			break;
		case 4:
			/* a number, one more or less */
			t->bytes[at] = (unsigned char) (t->bytes[at] + (lf_random_below(random, 2) == 0 ? 1 : 255));
			break;
		case 5:
			replace(t, at, 0, other->bytes + from, other->length - from < some ? other->length - from : some);
			break;
		case 6:
			if (t->length > some)
				replace(t, at, some, number, 0);
			break;
		case 7:
			/* the same place of another model */
			if (at < other->length)
				memcpy(t->bytes + at, other->bytes + at, other->length - at < some ? other->length - at : some);
			break;
		case 8:
			/* cut off, or ended as another model */
			if (at > 0 && lf_random_below(random, 2) == 0)
				replace(t, at, left, number, 0);
			else
				replace(t, at, left, other->bytes + from, other->length - from);
			break;
	}
}

int
main(int argc, char **argv)
{
	long		iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	uint64_t	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	lf_random	random = lf_random_seed(seed);
	long		counts[OUTCOMES] = {0};
	text		samples[SAMPLES];
	bool		sound = true;

	plan(2);
	for (int i = 0; i < SAMPLES; i++)
	{
		sample		s;

		sample_open(&s, i);
		samples[i].length = lf_model_size(&s.model);
		samples[i].bytes = must_allocate(samples[i].length);
		(void) lf_model_write(&s.model, NULL, samples[i].bytes);
		sound = try_bytes(samples[i].bytes, samples[i].length, &random) == FORECAST && sound;
		sample_close(&s);
	}
	ok(sound, "the models that forgeries start from are accepted and forecast");
	for (long i = 0; i < iterations; i++)
	{
		const text *start = &samples[lf_random_below(&random, SAMPLES)];
		text		t = {.bytes = must_allocate(start->length), .length = start->length};
		outcome		result;

		memcpy(t.bytes, start->bytes, t.length);
		for (uint64_t changes = 1 + lf_random_below(&random, 4); changes > 0; changes--)
			mutate(&t, samples, &random);
		if (lf_random_below(&random, 16) != 0)
			seal(t.bytes, t.length);
		result = try_bytes(t.bytes, t.length, &random);
		if (result == BROKEN && counts[BROKEN] == 0)
			diag("iteration %ld of seed %llu breaks a promise", i, (unsigned long long) seed);
		counts[result]++;
		free(t.bytes);
	}
	for (int i = 0; i < SAMPLES; i++)
		free(samples[i].bytes);
	ok(counts[BROKEN] == 0, "of %ld forged models %ld are rejected, %ld forecast, %ld are too much work to run",
	   iterations, counts[REJECTED], counts[FORECAST], counts[SKIPPED]);
	return done_testing();
}

#endif
