/*
 * model_fuzz.c: forged models: refused, or sound enough to forecast with.
 *
 *	   model_fuzz [iterations [structures [seed [file ...]]]]
 *	   model_fuzz samples folder			writes the models that forgeries start from
 *	   model_fuzz forgeries file count seed	writes forgeries of structures, a line of hexadecimal digits for each
 *
 * First each file is tried, as it is and with a sound envelope: inputs that a longer search has found worth keeping.
 * Each iteration then takes the bytes of a sound model, changes them, in most rounds makes length and checksum fit
 * again, and tries the result, as model_target.h has it. Then as many models are forged by their structure, see
 * forgery.h. It needs no more than a compiler; "make fuzz" searches longer.
 */
#define _POSIX_C_SOURCE 200112L	/* posix_memalign */

#include "forgery.h"
#include "model_target.h"
#include "tap.h"

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
mutate(text *t, const text *starts, int count, lf_random *random)
{
	const text *other = &starts[lf_random_below(random, (uint64_t) count)];
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

static text
text_of_sample(int number)
{
	sample		s;
	text		t;

	sample_open(&s, number);
	t.length = lf_model_size(&s.model);
	t.bytes = must_allocate(t.length);
	(void) lf_model_write(&s.model, NULL, t.bytes);
	sample_close(&s);
	return t;
}

static text
text_of_file(const char *name)
{
	FILE	   *file = fopen(name, "rb");
	text		t = {NULL, 0};
	long		length;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0)
	{
		t.bytes = must_allocate((size_t) length);
		t.length = fread(t.bytes, 1, (size_t) length, file);
	}
	if (file == NULL || t.length == 0)
	{
		printf("Bail out! could not read %s\n", name);
		exit(1);
	}
	fclose(file);
	return t;
}

static int
write_samples(const char *folder)
{
	for (int i = 0; i < SAMPLES; i++)
	{
		text		t = text_of_sample(i);
		char		name[1024];
		FILE	   *file;
		bool		written;

		snprintf(name, sizeof(name), "%s/%s", folder, sample_name(i));
		file = fopen(name, "wb");
		written = file != NULL && fwrite(t.bytes, 1, t.length, file) == t.length;
		if (file == NULL || fclose(file) != 0 || !written)
		{
			perror(name);
			return 1;
		}
		free(t.bytes);
	}
	return 0;
}

/* A file that was kept, as it is and with an envelope; counts what becomes of it, and says whether it is a model. */
static bool
try_kept(const text *t, const char *name, long *counts, lf_random *random)
{
	outcome		result = try_bytes(t->bytes, t->length, random);

	if (result != BROKEN)
	{
		seal(t->bytes, t->length);
		result = try_bytes(t->bytes, t->length, random);
	}
	if (result == BROKEN)
		diag("%s breaks a promise", name);
	counts[result]++;
	return result == FORECAST;
}

/* One forgery, of one of the texts. */
static outcome
try_forgery(const text *starts, int count, lf_random *random)
{
	const text *start = &starts[lf_random_below(random, (uint64_t) count)];
	text		t = {.bytes = must_allocate(start->length), .length = start->length};
	outcome		result;

	memcpy(t.bytes, start->bytes, t.length);
	for (uint64_t changes = 1 + lf_random_below(random, 4); changes > 0; changes--)
		mutate(&t, starts, count, random);
	if (lf_random_below(random, 16) != 0)
		seal(t.bytes, t.length);
	result = try_bytes(t.bytes, t.length, random);
	free(t.bytes);
	return result;
}

/* ---- structural forgeries ---- */

/* Accepted forgeries that others start from, at most; they replace each other. */
#define MOST_STARTS 1000
#define LONGEST_START 30000

/* The bytes of a forgery of one of the texts; none where nothing came of it. */
static text
forge(const text *starts, int count, lf_random *random)
{
	const text *start = &starts[lf_random_below(random, (uint64_t) count)];
	text		t = {NULL, 0};
	lf_arena	arena = lf_arena_measure();
	lf_model	model;
	forgery		f;
	void	   *block;

	if (lf_model_read(start->bytes, start->length, NULL, &arena, &model) != LF_OK)
		return t;
	block = must_allocate(arena.used + LF_ALIGNMENT);
	arena = lf_arena_over(block, arena.used + LF_ALIGNMENT);
	if (lf_model_read(start->bytes, start->length, NULL, &arena, &model) == LF_OK)
	{
		if (forge_open(&f, &model, random))
		{
			t.length = lf_model_size(&f.model);
			t.bytes = must_allocate(t.length);
			(void) lf_model_write_unchecked(&f.model, NULL, t.bytes);
		}
		forge_close(&f);
	}
	free(block);
	return t;
}

/* Puts an accepted forgery among the texts, or in the place of another one; those before 'fixed' stay. */
static void
keep(text *starts, int *count, int fixed, const text *t, lf_random *random)
{
	int			place = *count;

	if (*count == fixed + MOST_STARTS)
	{
		place = fixed + (int) lf_random_below(random, MOST_STARTS);
		free(starts[place].bytes);
	}
	else
		(*count)++;
	starts[place] = *t;
}

/* So many forgeries, of which accepted ones become starts of others. */
static void
try_structures(text *starts, int *count, long forgeries, uint64_t seed, long *counts, lf_random *random)
{
	int			fixed = *count;

	for (long i = 0; i < forgeries; i++)
	{
		text		t = forge(starts, *count, random);
		outcome		result;

		if (t.bytes == NULL)
		{
			counts[REJECTED]++;
			continue;
		}
		result = try_bytes(t.bytes, t.length, random);
		if (result == BROKEN && counts[BROKEN] == 0)
			diag("forgery %ld of seed %llu breaks a promise", i, (unsigned long long) seed);
		counts[result]++;
		if (result == FORECAST && t.length <= LONGEST_START && lf_random_below(random, 4) == 0)
			keep(starts, count, fixed, &t, random);
		else
			free(t.bytes);
	}
}

/* Whether the reader takes a model. */
static bool
is_read(const text *t)
{
	lf_arena	arena = lf_arena_measure();
	lf_model	model;
	bool		read;
	void	   *block;

	if (lf_model_read(t->bytes, t->length, NULL, &arena, &model) != LF_OK)
		return false;
	block = must_allocate(arena.used + LF_ALIGNMENT);
	arena = lf_arena_over(block, arena.used + LF_ALIGNMENT);
	read = lf_model_read(t->bytes, t->length, NULL, &arena, &model) == LF_OK;
	free(block);
	return read;
}

/* Writes forgeries as lines of hexadecimal digits: three that are read for one that is not. */
static int
write_forgeries(const char *name, long wanted, uint64_t seed)
{
	lf_random	random = lf_random_seed(seed);
	text	   *starts = must_allocate((SAMPLES + MOST_STARTS) * sizeof(text));
	FILE	   *file = fopen(name, "w");
	int			count = SAMPLES;

	if (file == NULL)
	{
		perror(name);
		return 1;
	}
	for (int i = 0; i < SAMPLES; i++)
		starts[i] = text_of_sample(i);
	for (long written = 0; written < wanted;)
	{
		text		t = forge(starts, count, &random);
		bool		read = t.bytes != NULL && is_read(&t);

		if (t.bytes == NULL || read != (written % 4 != 3) || t.length > LONGEST_START)
		{
			free(t.bytes);
			continue;
		}
		for (size_t i = 0; i < t.length; i++)
			fprintf(file, "%02x", t.bytes[i]);
		fprintf(file, "\n");
		written++;
		if (read && lf_random_below(&random, 4) == 0)
			keep(starts, &count, SAMPLES, &t, &random);
		else
			free(t.bytes);
	}
	for (int i = 0; i < count; i++)
		free(starts[i].bytes);
	free(starts);
	return fclose(file) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	long		iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	long		structures = argc > 2 ? strtol(argv[2], NULL, 10) : 20000;
	uint64_t	seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	lf_random	random = lf_random_seed(seed);
	int			files = argc > 4 ? argc - 4 : 0;
	long		kept[OUTCOMES] = {0};
	long		counts[OUTCOMES] = {0};
	long		forged[OUTCOMES] = {0};
	text	   *starts;
	int			count = SAMPLES;	/* of the starts */
	bool		sound = true;

	if (argc == 3 && strcmp(argv[1], "samples") == 0)
		return write_samples(argv[2]);
	if (argc == 5 && strcmp(argv[1], "forgeries") == 0)
		return write_forgeries(argv[2], strtol(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
	plan(4);
	starts = must_allocate((size_t) (SAMPLES + files + MOST_STARTS) * sizeof(text));
	for (int i = 0; i < SAMPLES; i++)
	{
		starts[i] = text_of_sample(i);
		sound = try_bytes(starts[i].bytes, starts[i].length, &random) == FORECAST && sound;
	}
	ok(sound, "the models that forgeries start from are accepted and forecast");
	for (int i = 0; i < files; i++)
	{
		starts[count] = text_of_file(argv[4 + i]);
		/* little comes of what is refused already */
		if (try_kept(&starts[count], argv[4 + i], kept, &random))
			count++;
		else
			free(starts[count].bytes);
	}
	ok(kept[BROKEN] == 0, "of %d inputs that were kept %ld are rejected, %ld forecast, %ld are too much work to run",
	   files, kept[REJECTED], kept[FORECAST], kept[SKIPPED]);
	for (long i = 0; i < iterations; i++)
	{
		outcome		result = try_forgery(starts, count, &random);

		if (result == BROKEN && counts[BROKEN] == 0)
			diag("iteration %ld of seed %llu breaks a promise", i, (unsigned long long) seed);
		counts[result]++;
	}
	ok(counts[BROKEN] == 0, "of %ld models with changed bytes %ld are rejected, %ld forecast, %ld are too much work to run",
	   iterations, counts[REJECTED], counts[FORECAST], counts[SKIPPED]);
	try_structures(starts, &count, structures, seed, forged, &random);
	ok(forged[BROKEN] == 0, "of %ld models with changed structures %ld are rejected, %ld forecast, %ld are too much work to run",
	   structures, forged[REJECTED], forged[FORECAST], forged[SKIPPED]);
	for (int i = 0; i < count; i++)
		free(starts[i].bytes);
	free(starts);
	return done_testing();
}
