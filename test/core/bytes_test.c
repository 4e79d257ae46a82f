/*
 * bytes_test.c: a model survives the way through its bytes, and nothing else passes for one.
 *
 * Input lies in blocks of exactly its size, so that a build with AddressSanitizer sees every read beyond the end.
 */
#include "base/crc32c.h"
#include "model/model_bytes.h"
#include "series/level.h"
#include "model_samples.h"
#include "rig.h"
#include "tap.h"

static unsigned char *
exact_copy(const unsigned char *bytes, size_t length)
{
	unsigned char *copy = malloc(length == 0 ? 1 : length);

	if (copy == NULL)
	{
		printf("Bail out! out of memory\n");
		exit(1);
	}
	memcpy(copy, bytes, length);
	return copy;
}

/* Makes length and checksum fit again, so that a change reaches the checks behind them. */
static void
seal(unsigned char *bytes, size_t length)
{
	put_number(bytes + LENGTH_AT, length, 8);
	put_number(bytes + length - 4, lf_crc32c(bytes, length - 4), 4);
}

static lf_status
measure(const unsigned char *bytes, size_t length, size_t *used)
{
	lf_arena	arena = lf_arena_measure();
	lf_model	model;
	lf_status	status = lf_model_read(bytes, length, NULL, &arena, &model);

	*used = arena.used;
	return status;
}

/* What becomes of the bytes: what is refused when it is measured is so when it is read. */
static lf_status
status_of(const unsigned char *bytes, size_t length)
{
	size_t		used;
	lf_status	status = measure(bytes, length, &used);
	lf_status	again;
	lf_arena	arena;
	lf_model	model;
	guarded		block;

	block = guarded_new(used);
	arena = lf_arena_over(block.block, block.bytes);
	again = lf_model_read(bytes, length, NULL, &arena, &model);
	if (!guarded_intact(&block) || (status != LF_OK && again != status))
		again = LF_FINISHED;	/* which no reader ever returns */
	free(block.raw);
	return again;
}

static guarded
write_sample(const sample *s)
{
	guarded		bytes = guarded_new(lf_model_size(&s->model));

	(void) lf_model_write_unchecked(&s->model, NULL, bytes.block);
	return bytes;
}

/* One bit at a time, as the definition has it. */
static uint32_t
plain_checksum(const unsigned char *bytes, size_t length)
{
	uint32_t	crc = 0xffffffff;

	for (size_t i = 0; i < length * 8; i++)
		crc = crc >> 1 ^ ((crc ^ bytes[i / 8] >> i % 8) & 1 ? 0x82f63b78 : 0);
	return crc ^ 0xffffffff;
}

static void
test_checksum(void)
{
	/* RFC 3720, B.4, and the check value that every list of CRCs gives */
	static const unsigned char zeros[32];
	unsigned char counting[32];
	unsigned char many[1024];
	lf_random	random = lf_random_seed(5);
	bool		good = true;

	for (int i = 0; i < 32; i++)
		counting[i] = (unsigned char) i;
	ok(lf_crc32c((const unsigned char *) "123456789", 9) == 0xe3069283, "the checksum of 123456789 is e3069283");
	ok(lf_crc32c(zeros, 32) == 0x8a9136aa, "the checksum of 32 zeros is that of RFC 3720");
	ok(lf_crc32c(counting, 32) == 0x46dd794e, "the checksum of 0 .. 31 is that of RFC 3720");
	ok(lf_crc32c(zeros, 0) == 0, "the checksum of nothing is 0");
	for (int i = 0; i < 1024; i++)
		many[i] = (unsigned char) lf_random_below(&random, 256);
	for (size_t length = 0; length < 1000; length++)
		good = good && lf_crc32c(many + length % 9, length) == plain_checksum(many + length % 9, length);
	ok(good, "for any length and alignment it is what going bit by bit gives");
	for (size_t cut = 0; cut <= 1024; cut++)
		good = good && lf_crc32c_more(lf_crc32c(many, cut), many + cut, 1024 - cut) == lf_crc32c(many, 1024);
	ok(good, "in two parts it is the same");
}

/* A reader and a writer that are stopped begin anew. */
static void
test_interrupt(void)
{
	volatile sig_atomic_t interrupt = 1;
	sample		s;
	guarded		bytes;
	guarded		again;
	lf_arena	arena = lf_arena_measure();
	lf_model	model;

	sample_open(&s, LF_VANILLA);
	bytes = write_sample(&s);
	again = guarded_new(bytes.bytes);
	ok(lf_model_write(&s.model, &interrupt, again.block) == LF_INTERRUPTED && guarded_intact(&again),
	   "an interrupt stops writing");
	ok(lf_model_read(bytes.block, bytes.bytes, &interrupt, &arena, &model) == LF_INTERRUPTED,
	   "an interrupt stops reading");
	interrupt = 0;
	ok(lf_model_write(&s.model, &interrupt, again.block) == LF_OK && memcmp(again.block, bytes.block, bytes.bytes) == 0,
	   "after an interrupt the bytes are written as ever");
	arena = lf_arena_measure();
	ok(lf_model_read(bytes.block, bytes.bytes, &interrupt, &arena, &model) == LF_OK, "after an interrupt the bytes are read as ever");
	free(again.raw);
	free(bytes.raw);
	sample_close(&s);
}

static bool
same_spec(const lf_spec *a, const lf_spec *b)
{
	bool		same = lf_spec_equal(a, b);

	/* what no weight depends on, see spec_test.c */
	for (int i = 0; i < a->count && same; i++)
		same = a->layer[i].rate == b->layer[i].rate;
	return same;
}

static bool
same_task(const lf_task *a, const lf_task *b)
{
	return a->lookback == b->lookback && a->horizon == b->horizon && a->lead == b->lead &&
		a->inputs == b->inputs && a->targets == b->targets &&
		memcmp(a->input, b->input, sizeof(a->input[0]) * (size_t) a->inputs) == 0 &&
		memcmp(a->target, b->target, sizeof(a->target[0]) * (size_t) a->targets) == 0 &&
		memcmp(a->ahead, b->ahead, sizeof(a->ahead)) == 0 && memcmp(a->kind, b->kind, sizeof(a->kind)) == 0 &&
		a->log_found == b->log_found && a->deseasonalize == b->deseasonalize && lf_seasons_equal(&a->seasons, &b->seasons) &&
		a->head.kind == b->head.kind && a->head.levels == b->head.levels && a->head.middle == b->head.middle &&
		memcmp(a->head.level, b->head.level, sizeof(a->head.level)) == 0 &&
		memcmp(a->head.normal, b->head.normal, sizeof(a->head.normal)) == 0;
}

static bool
same_training(const lf_training *a, const lf_training *b)
{
	return a->loss == b->loss && a->optimizer == b->optimizer && a->learning_rate == b->learning_rate &&
		a->schedule == b->schedule && a->momentum == b->momentum && a->weight_decay == b->weight_decay &&
		a->clip_norm == b->clip_norm && a->epochs == b->epochs && a->batch_size == b->batch_size &&
		a->patience == b->patience && a->shuffle == b->shuffle && a->validation == b->validation &&
		a->refit == b->refit && a->calibrate == b->calibrate &&
		a->scale == b->scale && a->normalize == b->normalize && a->seed == b->seed;
}

static bool
same_texts(const char **a, const char **b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

static bool
same_columns(const lf_model *a, const lf_model *b)
{
	bool		same = a->columns == b->columns && same_texts(a->names, b->names, (size_t) a->columns);

	for (int i = 0; i < a->columns && same; i++)
	{
		lf_labels	none = {0};
		lf_labels	mine = a->categories == NULL ? none : a->categories[i];
		lf_labels	other = b->categories == NULL ? none : b->categories[i];

		same = mine.count == other.count && same_texts(mine.label, other.label, (size_t) mine.count);
	}
	return same;
}

static bool
same_series(const lf_model *a, const lf_model *b)
{
	size_t		scalers = a->series * (size_t) a->columns;
	size_t		units = a->series * (size_t) a->task.targets;

	return a->series == b->series && strcmp(a->series_column, b->series_column) == 0 &&
		(a->labels == NULL) == (b->labels == NULL) &&
		(a->labels == NULL || same_texts(a->labels, b->labels, a->series)) &&
		memcmp(a->scaler, b->scaler, scalers * sizeof(lf_scaler)) == 0 &&
		memcmp(a->error_scale, b->error_scale, units * sizeof(double)) == 0;
}

static bool
same_errors(const lf_errors *a, const lf_errors *b, size_t targets)
{
	size_t		lists = (size_t) a->steps * targets;

	if (a->steps != b->steps || a->most != b->most)
		return false;
	return lists == 0 || (memcmp(a->count, b->count, lists * sizeof(int)) == 0 &&
						  memcmp(a->error, b->error, lists * (size_t) a->most * sizeof(float)) == 0);
}

static bool
same_found(const lf_season_facts *a, const lf_season_facts *b)
{
	if (a->count != b->count || a->logged != b->logged)
		return false;
	for (int i = 0; i < a->count; i++)
		if (a->fact[i].length != b->fact[i].length || a->fact[i].cycles != b->fact[i].cycles ||
			a->fact[i].gain != b->fact[i].gain || a->fact[i].certainty != b->fact[i].certainty ||
			a->fact[i].natural != b->fact[i].natural || a->fact[i].shown != b->fact[i].shown)
			return false;
	return true;
}

static bool
same_record(const lf_model *a, const lf_model *b)
{
	return lf_same_keys(a, b) && strcmp(a->relation, b->relation) == 0 && strcmp(a->time_column, b->time_column) == 0 &&
		strcmp(a->version, b->version) == 0 &&
		a->time_kind == b->time_kind && lf_steps_equal(&a->step, &b->step) && a->aggregate == b->aggregate &&
		a->alignment == b->alignment && a->phase == b->phase && a->last_time == b->last_time &&
		strcmp(a->time_zone, b->time_zone) == 0 && a->missing.method == b->missing.method &&
		a->missing.season == b->missing.season && a->missing.rows == b->missing.rows &&
		a->missing.values == b->missing.values && a->missing.first == b->missing.first &&
		a->missing.last == b->missing.last && a->imported == b->imported &&
		a->rows == b->rows && a->windows == b->windows && a->validation_windows == b->validation_windows &&
		a->season == b->season && same_found(&a->found, &b->found) && a->best_epoch == b->best_epoch && a->final_epochs == b->final_epochs &&
		a->epochs == b->epochs &&
		memcmp(a->history, b->history, (size_t) a->epochs * sizeof(lf_epoch)) == 0 &&
		memcmp(a->scores, b->scores, (size_t) a->task.targets * LF_FORECASTERS * sizeof(lf_score)) == 0 &&
		same_errors(&a->errors, &b->errors, (size_t) a->task.targets);
}

static bool
same_doubles(const double *a, const double *b, size_t count)
{
	if (a == NULL || b == NULL)
		return a == b;
	return memcmp(a, b, count * sizeof(double)) == 0;
}

static bool
same_scalers(const lf_scaler *a, const lf_scaler *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].offset != b[i].offset || a[i].scale != b[i].scale)
			return false;
	return true;
}

/* What a network beside the first one has of its own, and of what it shares something of each kind. */
static bool
same_network(const lf_model *a, const lf_model *b)
{
	size_t		series = b->series;

	return same_spec(&a->spec, &b->spec) && same_task(&a->task, &b->task) && same_training(&a->training, &b->training) &&
		same_scalers(a->scaler, b->scaler, series * (size_t) b->columns) &&
		same_doubles(a->shape, b->shape, series * lf_task_shape_size(&b->task)) && a->windows == b->windows &&
		a->validation_windows == b->validation_windows && a->best_epoch == b->best_epoch && a->final_epochs == b->final_epochs &&
		a->epochs == b->epochs && memcmp(a->history, b->history, (size_t) b->epochs * sizeof(lf_epoch)) == 0 &&
		same_doubles(a->level_regression, b->level_regression, lf_level_regression_size(&b->task)) &&
		same_doubles((double *) a->ranges, (double *) b->ranges, b->ranges == NULL ? 0 : 2 * (size_t) b->task.inputs) &&
		a->members == b->members && a->parameters == b->parameters &&
		memcmp(a->weights, b->weights, (size_t) b->members * b->parameters * sizeof(lf_real)) == 0 &&
		same_columns(a, b) && a->rows == b->rows && a->season == b->season && a->last_time == b->last_time && a->blend == NULL &&
		a->errors.steps == 0 && a->combination.parts == 0 && a->others == 0 && a->tail == NULL && a->learned == NULL;
}

static bool
same_learned(const lf_learned *a, const lf_learned *b, size_t count)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (size_t i = 0; i < count; i++)
		if (a[i].form != b[i].form || a[i].alpha != b[i].alpha || a[i].beta != b[i].beta || a[i].gamma != b[i].gamma ||
			a[i].phi != b[i].phi || a[i].line != b[i].line)
			return false;
	return true;
}

static bool
same_combination(const lf_model *a, const lf_model *b)
{
	const lf_combination *x = &a->combination;
	const lf_combination *y = &b->combination;

	if (a->tried != b->tried || x->parts != y->parts || a->others != b->others || a->tail_before != b->tail_before)
		return false;
	for (int i = 0; i < a->tried; i++)
		if (a->candidate[i].candidate != b->candidate[i].candidate || a->candidate[i].weight != b->candidate[i].weight ||
			memcmp(&a->candidate[i].error, &b->candidate[i].error, sizeof(double)) != 0)
			return false;
	for (int i = 0; i < x->parts; i++)
		if (x->part[i] != y->part[i])
			return false;
	if (x->parts > 0 && !same_doubles(x->weight, y->weight, (size_t) x->parts * (size_t) a->task.targets))
		return false;
	if (!same_learned(a->learned, b->learned, a->series * (size_t) a->task.targets * LF_PARTNERS) ||
		a->partner_facts.logged != b->partner_facts.logged || a->partner_facts.sought != b->partner_facts.sought ||
		(a->partner_facts.tuned == NULL) != (b->partner_facts.tuned == NULL) ||
		!lf_seasons_equal(&a->partner_facts.seasons, &b->partner_facts.seasons))
		return false;
	for (int i = 0; i < a->others; i++)
		if (!same_network(&a->other[i], &b->other[i]))
			return false;
	return true;
}

static void
test_round_trip(int number)
{
	const char *name = sample_name(number);
	sample		s;
	guarded		bytes;
	guarded		again;
	guarded		block;
	lf_arena	arena;
	lf_model	model;
	lf_status	status;
	size_t		used;

	sample_open(&s, number);
	bytes = write_sample(&s);
	ok(guarded_intact(&bytes), "%s is written within its measured size", name);
	status = measure(bytes.block, bytes.bytes, &used);
	ok(status == LF_OK, "%s can be measured", name);
	block = guarded_new(used);
	arena = lf_arena_over(block.block, block.bytes);
	if (ok(lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model) == LF_OK && guarded_intact(&block) &&
		   arena.used == used, "%s is read into exactly the measured memory", name))
	{
		ok(same_spec(&model.spec, &s.model.spec), "%s keeps its layers", name);
		ok(same_task(&model.task, &s.model.task), "%s keeps its task", name);
		ok(same_training(&model.training, &s.model.training), "%s keeps how it was trained", name);
		ok(same_columns(&model, &s.model), "%s keeps its columns and their categories", name);
		ok(same_series(&model, &s.model), "%s keeps its series and their scaling", name);
		ok(same_record(&model, &s.model), "%s keeps its record", name);
		ok(same_doubles(model.tail, s.model.tail, (size_t) ((s.model.tail_before + SAMPLE_LOOKBACK) * s.model.columns)),
		   "%s keeps its newest rows", name);
		ok(same_combination(&model, &s.model), "%s keeps what it is combined of", name);
		ok(model.dependence.known == s.model.dependence.known && model.dependence.level == s.model.dependence.level &&
		   model.dependence.walk == s.model.dependence.walk && model.dependence.series == s.model.dependence.series,
		   "%s keeps how its errors hang together", name);
		ok(same_doubles((double *) model.ranges, (double *) s.model.ranges, s.model.ranges == NULL ? 0 : 2 * (size_t) s.model.task.inputs),
		   "%s keeps what it has learned from", name);
		ok(same_doubles(model.shape, s.model.shape, s.model.series * lf_task_shape_size(&s.model.task)), "%s keeps its seasons", name);
		ok(same_doubles(model.level_regression, s.model.level_regression, (size_t) (s.model.task.targets * (s.model.task.inputs + 1))),
		   "%s keeps the link between the levels", name);
		ok((model.blend == NULL) == (s.model.blend == NULL) &&
		   (model.blend == NULL || (model.blend[0].with == LF_NETWORK && model.blend[1].with == LF_SEASONAL_MEAN &&
									model.blend[1].weight == 0.25)), "%s keeps what it is blended with", name);
		ok(model.parameters == s.model.parameters && model.members == s.model.members &&
		   memcmp(model.weights, s.model.weights, (size_t) model.members * model.parameters * sizeof(lf_real)) == 0,
		   "%s keeps its weights", name);
		again = guarded_new(lf_model_size(&model));
		(void) lf_model_write(&model, NULL, again.block);
		ok(again.bytes == bytes.bytes && memcmp(again.block, bytes.block, bytes.bytes) == 0,
		   "%s written again is the same", name);
		free(again.raw);
	}
	arena = lf_arena_over(block.block, block.bytes - LF_ALIGNMENT);
	ok(lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model) == LF_TOO_LARGE && guarded_intact(&block),
	   "%s is too large for one cache line less", name);
	free(block.raw);
	free(bytes.raw);
	sample_close(&s);
}

/*
 * Any byte of a combination that is another one is refused, or is read and written again as it is: nothing of it is passed
 * over. Most are numbers that may as well be others.
 */
static void
test_every_byte(void)
{
	sample		s;
	guarded		bytes;
	unsigned char *copy;
	size_t		first;
	size_t		lost = 0;
	size_t		accepted = 0;

	/* behind the last byte that a model without a combination has in common with it */
	sample_open(&s, SAMPLE_COMBINED);
	bytes = write_sample(&s);
	copy = exact_copy(bytes.block, bytes.bytes);
	s.model.tried = 2;
	{
		guarded		other = write_sample(&s);

		for (first = ENVELOPE; ((unsigned char *) other.block)[first] == copy[first];)
			first++;
		free(other.raw);
	}
	for (size_t at = first; at < bytes.bytes - 4; at++)
		for (int bit = 0; bit < 8; bit++)
		{
			size_t		used;

			memcpy(copy, bytes.block, bytes.bytes);
			copy[at] ^= (unsigned char) (1 << bit);
			seal(copy, bytes.bytes);
			if (measure(copy, bytes.bytes, &used) == LF_OK)
			{
				guarded		block = guarded_new(used);
				guarded		again;
				lf_arena	arena = lf_arena_over(block.block, block.bytes);
				lf_model	model;

				if (lf_model_read(copy, bytes.bytes, NULL, &arena, &model) == LF_OK)
				{
					accepted++;
					again = guarded_new(lf_model_size(&model));
					(void) lf_model_write(&model, NULL, again.block);
					if (again.bytes != bytes.bytes || memcmp(again.block, copy, bytes.bytes) != 0 || !guarded_intact(&again))
						lost++;
					free(again.raw);
				}
				if (!guarded_intact(&block))
					lost++;
				free(block.raw);
			}
		}
	ok(lost == 0 && accepted > 8 * (bytes.bytes - first) / 4, "of a combination each byte is refused or read back");
	diag("%zu of %zu bits may be others", accepted, 8 * (bytes.bytes - first));
	free(copy);
	free(bytes.raw);
	sample_close(&s);
}

/* A value that PostgreSQL hands over need not be aligned. */
static void
test_unaligned(void)
{
	sample		s;
	guarded		bytes;
	unsigned char *shifted;

	sample_open(&s, LF_VANILLA);
	bytes = write_sample(&s);
	shifted = malloc(bytes.bytes + 1);
	memcpy(shifted + 1, bytes.block, bytes.bytes);
	ok(status_of(shifted + 1, bytes.bytes) == LF_OK, "a model may lie at any address");
	free(shifted);
	free(bytes.raw);
	sample_close(&s);
}

/*
 * Differences are added up from point to point: a distribution, or a level besides, would read rows that are not there.
 */
static void
test_differences(int number)
{
	lf_status	status;
	sample		s;
	guarded		bytes;

	sample_open(&s, number);
	s.model.task.difference = 1;
	s.model.task.lead = 1;
	s.model.training.normalize = LF_NORMALIZE_NONE;
	bytes = write_sample(&s);
	status = status_of(bytes.block, bytes.bytes);
	ok(status == (s.model.task.head.kind == LF_HEAD_POINT && lf_task_targets_are_inputs(&s.model.task) ? LF_OK : LF_CORRUPT),
	   "differences in %s are refused unless it puts out points", sample_name(number));
	free(bytes.raw);
	s.model.training.normalize = LF_NORMALIZE_LAST;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "differences with a level besides are refused");
	free(bytes.raw);
	sample_close(&s);
}

static void
test_damage(int number)
{
	const char *name = sample_name(number);
	size_t		passed = 0;
	size_t		passed_sealed = 0;
	size_t		passed_longer = 0;
	size_t		passed_flips = 0;
	sample		s;
	guarded		bytes;
	unsigned char *copy;

	sample_open(&s, number);
	bytes = write_sample(&s);
	for (size_t length = 0; length < bytes.bytes; length++)
	{
		copy = exact_copy(bytes.block, length);
		passed += status_of(copy, length) != LF_CORRUPT;
		if (length >= ENVELOPE)
		{
			seal(copy, length);
			passed_sealed += status_of(copy, length) != LF_CORRUPT;
		}
		free(copy);
	}
	ok(passed == 0, "%s cut off at any byte is corrupt", name);
	ok(passed_sealed == 0, "%s cut off at any byte is corrupt even where length and checksum fit", name);

	copy = malloc(bytes.bytes + 8);
	memcpy(copy, bytes.block, bytes.bytes);
	memset(copy + bytes.bytes, 0, 8);
	for (size_t more = 1; more <= 8; more++)
	{
		memcpy(copy, bytes.block, bytes.bytes);
		passed_longer += status_of(copy, bytes.bytes + more) != LF_CORRUPT;
		seal(copy, bytes.bytes + more);
		passed_longer += status_of(copy, bytes.bytes + more) != LF_CORRUPT;
	}
	ok(passed_longer == 0, "%s with bytes behind it is corrupt", name);
	free(copy);

	copy = exact_copy(bytes.block, bytes.bytes);
	for (size_t bit = 0; bit < 8 * bytes.bytes; bit++)
	{
		lf_arena	arena = lf_arena_measure();
		lf_model	model;
		lf_status	status;
		bool		format = bit >= 32 && bit < 48;

		copy[bit / 8] ^= (unsigned char) (1 << bit % 8);
		status = lf_model_read(copy, bytes.bytes, NULL, &arena, &model);
		passed_flips += status != LF_CORRUPT && !(format && status == LF_NEWER_FORMAT);
		copy[bit / 8] ^= (unsigned char) (1 << bit % 8);
	}
	ok(passed_flips == 0, "%s with any single bit flipped is refused", name);
	free(copy);
	free(bytes.raw);
	sample_close(&s);
}

static void
test_envelope(void)
{
	sample		s;
	guarded		bytes;
	unsigned char *copy;

	sample_open(&s, LF_VANILLA);
	bytes = write_sample(&s);
	copy = exact_copy(bytes.block, bytes.bytes);
	put_number(copy + 4, LF_FORMAT + 1, 2);
	ok(status_of(copy, bytes.bytes) == LF_NEWER_FORMAT, "a newer format is told from damage, whatever its checksum");
	put_number(copy + 4, 0, 2);
	seal(copy, bytes.bytes);
	ok(status_of(copy, bytes.bytes) == LF_CORRUPT, "format 0 never was");
	put_number(copy + 4, LF_FORMAT, 2);
	put_number(copy + 6, 1, 2);
	seal(copy, bytes.bytes);
	ok(status_of(copy, bytes.bytes) == LF_CORRUPT, "an unrecognized flag is refused");
	put_number(copy + 6, 0, 2);
	seal(copy, bytes.bytes);
	ok(status_of(copy, bytes.bytes) == LF_OK, "bytes without an unrecognized flag are a model");
	ok(status_of((const unsigned char *) "", 0) == LF_CORRUPT, "nothing is no model");
	ok(status_of((const unsigned char *) "PNG, or so it seems, and long enough", 36) == LF_CORRUPT,
	   "bytes of something else are no model");
	free(copy);
	free(bytes.raw);
	sample_close(&s);
}

/* A field that came after format 1: an edit after which its first byte is another one, and how many bytes it has. */
typedef struct later_field
{
	const char *name;
	size_t		bytes;
	void		(*edit) (lf_model *model);
} later_field;

static void
edit_limit(lf_model *model)
{
	model->task.limit_found = true;
}

static void
edit_log(lf_model *model)
{
	model->task.log_found = true;
}

static void
edit_seasons(lf_model *model)
{
	model->task.deseasonalize = LF_DESEASONALIZE_ADDITIVE;
}

static void
edit_keys(lf_model *model)
{
	static const char *key[] = {"place"};

	model->further_keys = 1;
	model->further_key = key;
}

/* The length of the text, which comes first. */
static void
edit_holidays(lf_model *model)
{
	model->holidays = "x";
}

static void
edit_weekdays(lf_model *model)
{
	model->step.weekdays = LF_BUSINESS_DAYS;
}

static void
edit_aggregate(lf_model *model)
{
	model->aggregate = LF_AGGREGATE_SUM;
}

static void
edit_alignment(lf_model *model)
{
	model->alignment = LF_ALIGN_NEAREST;
}

static void
edit_phase(lf_model *model)
{
	model->phase = 1;
}

static void
edit_found(lf_model *model)
{
	model->found.logged = true;
}

/* The first score of a partner: both of a target stand behind those that format 1 has. */
static void
edit_score(lf_model *model, int target)
{
	static lf_score scores[2 * LF_FORECASTERS];

	memcpy(scores, model->scores, sizeof(scores));
	scores[target * LF_FORECASTERS + LF_NAIVE_FORECASTERS].count = 5e-324;
	model->scores = scores;
}

static void
edit_first_score(lf_model *model)
{
	edit_score(model, 0);
}

static void
edit_second_score(lf_model *model)
{
	edit_score(model, 1);
}

static void
edit_tried(lf_model *model)
{
	model->tried = 1;
}

static void
edit_tail_before(lf_model *model)
{
	model->tail_before = 1;
}

static void
edit_dependence(lf_model *model)
{
	model->dependence.known = true;
}

static void
edit_ranges(lf_model *model)
{
	static lf_range ranges[LF_MAX_COLUMNS];

	model->ranges = ranges;
}

/* In the order in which they stand, but for the flag of each layer. */
static const later_field later_fields[] = {
	{"whether a limit was found", 1, edit_limit},
	{"whether logarithms were found", 1, edit_log},
	{"seasons that are taken out: how, and how many", 8, edit_seasons},
	{"how many further keys there are", 1, edit_keys},
	{"weekdays of the step", 1, edit_weekdays},
	{"what becomes of several rows of a step", 1, edit_aggregate},
	{"how rows come onto the grid", 1, edit_alignment},
	{"phase of the grid", 8, edit_phase},
	{"relation of holidays", 4, edit_holidays},
	{"seasons that were looked for: of logarithms, and how many", 5, edit_found},
	{"scores of the partners for the first target", 120, edit_first_score},
	{"and for the second", 120, edit_second_score},
	{"whether ranges are known", 1, edit_ranges},
	{"candidates that were tried, and parts of a combination", 8, edit_tried},
	{"whether it is known how errors hang together", 1, edit_dependence},
	{"rows in front of the window in the tail", 4, edit_tail_before},
};

#define LATER (sizeof(later_fields) / sizeof(later_fields[0]))

/* Leaves 'count' bytes out of a list from the first one on in which another list differs. Returns what remains. */
static size_t
leave_out(unsigned char *bytes, size_t length, const unsigned char *whole, const unsigned char *changed, size_t left_out,
		  size_t count)
{
	size_t		at = 0;

	/* behind the header, in which the length may differ */
	for (at = FORMAT_AT + 12; whole[at] == changed[at];)
		at++;
	memmove(bytes + at - left_out, bytes + at - left_out + count, length - (at - left_out) - count);
	return length - count;
}

/*
 * A format with fewer fields, made here: the bytes of format 1 are those of the present one without what came
 * later. Where those are shows in what changes with them.
 */
static void
test_one_field_less(void)
{
	sample		s;
	guarded		bytes;
	guarded		other;
	guarded		again;
	guarded		block;
	unsigned char *now;
	unsigned char *less;
	size_t		length;
	size_t		left_out = 0;
	size_t		used;
	lf_arena	arena;
	lf_model	model;

	sample_open(&s, LF_STACKED);
	for (int i = 0; i < 2 * LF_FORECASTERS; i++)
		if (i % LF_FORECASTERS >= LF_NAIVE_FORECASTERS)
			s.scores[i] = (lf_score) {0};	/* which is what they are in a model of format 1 */
	bytes = write_sample(&s);
	now = bytes.block;
	less = exact_copy(now, bytes.bytes);
	length = bytes.bytes;
	for (int i = 0; i < s.model.spec.count; i++)
	{
		s.model.spec.layer[i].reset_after = true;
		other = write_sample(&s);
		s.model.spec.layer[i].reset_after = false;
		length = leave_out(less, length, now, other.block, left_out, 1);
		left_out += 1;
		free(other.raw);
	}
	for (size_t i = 0; i < LATER; i++)
	{
		lf_model	before = s.model;

		later_fields[i].edit(&s.model);
		other = write_sample(&s);
		s.model = before;
		length = leave_out(less, length, now, other.block, left_out, later_fields[i].bytes);
		left_out += later_fields[i].bytes;
		free(other.raw);
	}
	seal(less, length);
	ok(status_of(less, length) == LF_CORRUPT, "bytes that lack a field of their format are corrupt");
	put_number(less + FORMAT_AT, 1, 2);
	seal(less, length);
	ok(status_of(less, length) == LF_OK, "bytes of an earlier format, which lacks the field, are a model");
	(void) measure(less, length, &used);
	block = guarded_new(used);
	arena = lf_arena_over(block.block, block.bytes);
	again = guarded_new(bytes.bytes);
	ok(lf_model_read(less, length, NULL, &arena, &model) == LF_OK && lf_model_size(&model) == bytes.bytes &&
	   lf_model_write_unchecked(&model, NULL, again.block) == LF_OK &&
	   memcmp(again.block, now, bytes.bytes) == 0,
	   "the field has its default in a model of an earlier format, and all others are what they were");
	put_number(now + FORMAT_AT, 1, 2);
	seal(now, bytes.bytes);
	ok(status_of(now, bytes.bytes) == LF_CORRUPT, "bytes with a field of a later format are corrupt");
	free(less);
	free(block.raw);
	free(again.raw);
	free(bytes.raw);

	/* format 2 lacks this field alone */
	bytes = write_sample(&s);
	edit_holidays(&s.model);
	other = write_sample(&s);
	less = exact_copy(bytes.block, bytes.bytes);
	length = leave_out(less, bytes.bytes, bytes.block, other.block, 0, 4);
	put_number(less + FORMAT_AT, 2, 2);
	seal(less, length);
	ok(status_of(less, length) == LF_OK, "bytes of format 2, which knows of no holidays, are a model");
	free(less);
	free(other.raw);
	free(bytes.raw);
	sample_close(&s);
}

/* One weight, the last one, replaced; and what may not be 0. */
static void
test_values(void)
{
	static const struct
	{
		uint32_t	bits;
		const char *name;
	}			weights[] = {
		{0x7fc00000, "NaN"}, {0x7f800000, "infinite"}, {0xff800000, "negative infinite"},
	};
	sample		s;
	guarded		bytes;
	unsigned char *copy;

	sample_open(&s, LF_VANILLA);
	bytes = write_sample(&s);
	copy = exact_copy(bytes.block, bytes.bytes);
	for (size_t i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
	{
		put_number(copy + bytes.bytes - 8, weights[i].bits, 4);
		seal(copy, bytes.bytes);
		ok(status_of(copy, bytes.bytes) == LF_CORRUPT, "a weight that is %s is refused", weights[i].name);
	}
	put_number(copy + bytes.bytes - 8, 0x7f7fffff, 4);
	seal(copy, bytes.bytes);
	ok(status_of(copy, bytes.bytes) == LF_OK, "the largest float is a weight");
	free(copy);
	free(bytes.raw);

	s.scaler[1].scale = 0;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "a column scaled by 0 is refused");
	free(bytes.raw);
	s.scaler[1].scale = -1;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "a column turned upside down by its scale is refused");
	free(bytes.raw);
	s.scaler[1].scale = 1;
	s.model.task.target[1] = SAMPLE_COLUMNS;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "a target beyond the columns is refused");
	free(bytes.raw);
	s.model.task.target[1] = 0;
	s.model.task.lookback--;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "a task that does not fit the network is refused");
	free(bytes.raw);
	sample_close(&s);
}

/* Levels that no head can have, and another number of them than the network has outputs for. */
static void
test_levels(void)
{
	static const struct
	{
		int			place;
		double		level;
		const char *name;
	}			forged[] = {
		{0, 0, "below all"}, {0, 0.25, "beside another"}, {0, 0.3, "not ascending"}, {2, 0.6, "no median"},
		{3, (double) NAN, "no number"}, {3, (double) INFINITY, "above all"},
	};
	sample		s;
	guarded		bytes;

	sample_open(&s, LF_STACKED);
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_OK, "a head of quantiles is read");
	free(bytes.raw);
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
	{
		double		saved = s.model.task.head.level[forged[i].place];

		s.model.task.head.level[forged[i].place] = forged[i].level;
		bytes = write_sample(&s);
		ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "a level that is %s is refused", forged[i].name);
		free(bytes.raw);
		s.model.task.head.level[forged[i].place] = saved;
	}
	s.model.task.head.level[1] = 0.5;
	s.model.task.head.level[2] = 0.75;
	s.model.task.head.levels = 3;
	bytes = write_sample(&s);
	ok(status_of(bytes.block, bytes.bytes) == LF_CORRUPT, "fewer levels than the network has outputs for are refused");
	free(bytes.raw);
	sample_close(&s);
}

/* The bytes with another number of 'size' bytes in place of the first one that is like 'old', sealed again. */
static lf_status
status_with(const guarded *bytes, const void *old, const void *new, size_t size)
{
	unsigned char *copy = exact_copy(bytes->block, bytes->bytes);
	lf_status	status = LF_FINISHED;

	for (size_t at = ENVELOPE; at + size + 4 <= bytes->bytes; at++)
		if (memcmp(copy + at, old, size) == 0)
		{
			memcpy(copy + at, new, size);
			seal(copy, bytes->bytes);
			status = status_of(copy, bytes->bytes);
			break;
		}
	free(copy);
	return status;
}

/* Weights of the network that is shipped, where it was trained on: all of them, and none that would make sums overflow. */
static void
test_tuned(void)
{
	size_t		count = lf_zero_weights();
	float	   *tuned = malloc(count * sizeof(float));
	const float far[] = {2 * LF_ZERO_LARGEST_WEIGHT, -2 * LF_ZERO_LARGEST_WEIGHT, (float) NAN, (float) INFINITY};
	const float largest = -LF_ZERO_LARGEST_WEIGHT;
	uint64_t	fewer = count - 1;
	uint64_t	as_many = count;
	sample		s;
	guarded		bytes;
	guarded		block;
	lf_arena	arena;
	lf_model	model;
	size_t		used;

	for (size_t i = 0; i < count; i++)
		tuned[i] = (float) (0.0123 + (double) i / 1024);
	sample_open(&s, SAMPLE_COMBINED);
	s.model.partner_facts.tuned = tuned;
	bytes = write_sample(&s);
	(void) measure(bytes.block, bytes.bytes, &used);
	block = guarded_new(used);
	arena = lf_arena_over(block.block, block.bytes);
	ok(lf_model_read(bytes.block, bytes.bytes, NULL, &arena, &model) == LF_OK && guarded_intact(&block) &&
	   memcmp(model.partner_facts.tuned, tuned, count * sizeof(float)) == 0, "weights that were trained on are read as they were written");
	ok(status_with(&bytes, tuned, &largest, sizeof(float)) == LF_OK, "the largest that may be");
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		ok(status_with(&bytes, tuned, &far[i], sizeof(float)) == LF_CORRUPT, "not %g", (double) far[i]);
	ok(status_with(&bytes, &as_many, &fewer, sizeof(fewer)) == LF_CORRUPT, "nor fewer of them than the network has");
	free(tuned);
	free(block.raw);
	free(bytes.raw);
	sample_close(&s);
}

int
main(void)
{
	test_checksum();
	for (int i = 0; i < SAMPLES; i++)
	{
		test_round_trip(i);
		test_differences(i);
		test_damage(i);
	}
	test_every_byte();
	test_unaligned();
	test_envelope();
	test_one_field_less();
	test_interrupt();
	test_values();
	test_levels();
	test_tuned();
	return done_testing();
}
