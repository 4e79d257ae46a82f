/*
 * dictionary.c: a hash table of PostgreSQL's own kind over a list of texts.
 */
#include "dictionary.h"

#include "common/hashfn.h"

typedef struct Word
{
	uint32		status;			/* of simplehash */
	const char *label;
	int64		number;
} Word;

#define SH_PREFIX words
#define SH_ELEMENT_TYPE Word
#define SH_KEY_TYPE const char *
#define SH_KEY label
#define SH_HASH_KEY(table, key) hash_bytes((const unsigned char *) (key), (int) strlen(key))
#define SH_EQUAL(table, a, b) (strcmp(a, b) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
/* its own code has a name twice */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#include "lib/simplehash.h"
#pragma GCC diagnostic pop

struct Dictionary
{
	MemoryContext context;
	words_hash *words;
	const char **labels;
	Size		count;
	Size		capacity;
};

Dictionary *
dictionary_create(void)
{
	Dictionary *dictionary = palloc0(sizeof(Dictionary));

	dictionary->context = CurrentMemoryContext;
	dictionary->words = words_create(CurrentMemoryContext, 64, NULL);
	dictionary->capacity = 64;
	dictionary->labels = palloc(dictionary->capacity * sizeof(char *));
	return dictionary;
}

static void
add(Dictionary *dictionary, const char *label)
{
	bool		found;
	Word	   *word = words_insert(dictionary->words, label, &found);

	if (!found)
		word->number = (int64) dictionary->count;
	if (dictionary->count == dictionary->capacity)
	{
		dictionary->capacity *= 2;
		dictionary->labels = repalloc_huge(dictionary->labels, dictionary->capacity * sizeof(char *));
	}
	dictionary->labels[dictionary->count++] = label;
}

Dictionary *
dictionary_of(const char *const *labels, Size count)
{
	Dictionary *dictionary = dictionary_create();

	for (Size i = 0; i < count; i++)
		add(dictionary, labels[i]);
	return dictionary;
}

int64
dictionary_find(const Dictionary *dictionary, const char *label)
{
	const Word *word = words_lookup(dictionary->words, label);

	return word == NULL ? -1 : word->number;
}

int64
dictionary_number(Dictionary *dictionary, const char *label)
{
	int64		number = dictionary_find(dictionary, label);

	if (number >= 0)
		return number;
	add(dictionary, MemoryContextStrdup(dictionary->context, label));
	return (int64) dictionary->count - 1;
}

Size
dictionary_count(const Dictionary *dictionary)
{
	return dictionary->count;
}

const char **
dictionary_labels(const Dictionary *dictionary)
{
	return dictionary->labels;
}

lf_labels
dictionary_list(const Dictionary *dictionary)
{
	return (lf_labels) {.count = (int) dictionary_count(dictionary), .label = dictionary_labels(dictionary)};
}
