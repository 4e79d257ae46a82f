/*
 * dictionary.c: a hash table of numbers over a list of texts.
 *
 * There may be a million of them, so that a slot is the number alone (from 1 on; 0: it is empty), and the text stands
 * once, in the list. Collisions go to the next slot; a quarter of the slots, at least, is empty.
 */
#include "sql/dictionary.h"

#include "common/hashfn.h"

#define FIRST_SLOTS 64			/* a power of two */

struct Dictionary
{
	MemoryContext context;
	uint32	   *slot;			/* (slots) */
	Size		slots;			/* a power of two */
	const char **labels;
	Size		count;
	Size		capacity;
};

static Size
slots_for(Size count)
{
	Size		slots = FIRST_SLOTS;

	while (count > slots / 4 * 3)
		slots *= 2;
	return slots;
}

Size
dictionary_memory(Size count)
{
	return count * sizeof(char *) + slots_for(count) * sizeof(uint32);
}

/* The slot of a label, or the empty one where it would stand. */
static uint32 *
slot_of(const Dictionary *dictionary, const char *label)
{
	Size		at = hash_bytes((const unsigned char *) label, (int) strlen(label));

	for (;; at++)
	{
		uint32	   *slot = &dictionary->slot[at & (dictionary->slots - 1)];

		if (*slot == 0 || strcmp(dictionary->labels[*slot - 1], label) == 0)
			return slot;
	}
}

/* Takes as many slots as so many labels need, and puts those that are there into them. */
static void
take_slots(Dictionary *dictionary, Size count)
{
	if (dictionary->slot != NULL)
		pfree(dictionary->slot);
	dictionary->slots = slots_for(count);
	dictionary->slot = MemoryContextAllocExtended(dictionary->context, dictionary->slots * sizeof(uint32),
												  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (Size i = 0; i < dictionary->count; i++)
	{
		uint32	   *slot;

		CHECK_FOR_INTERRUPTS();
		slot = slot_of(dictionary, dictionary->labels[i]);
		/* of a label that a forged list has twice the first one counts */
		if (*slot == 0)
			*slot = (uint32) i + 1;
	}
}

Dictionary *
dictionary_for(Size count)
{
	Dictionary *dictionary = palloc0(sizeof(Dictionary));

	dictionary->context = CurrentMemoryContext;
	dictionary->capacity = Max(count, FIRST_SLOTS / 4 * 3);
	dictionary->labels = MemoryContextAllocHuge(CurrentMemoryContext, dictionary->capacity * sizeof(char *));
	take_slots(dictionary, dictionary->capacity);
	return dictionary;
}

Dictionary *
dictionary_create(void)
{
	return dictionary_for(0);
}

/* Adds a label to the list, and where it is not known also to the slots. */
static void
add(Dictionary *dictionary, const char *label)
{
	uint32	   *slot;

	if (dictionary->count == dictionary->capacity)
	{
		dictionary->capacity *= 2;
		dictionary->labels = repalloc_huge(dictionary->labels, dictionary->capacity * sizeof(char *));
		take_slots(dictionary, dictionary->capacity);
	}
	slot = slot_of(dictionary, label);
	dictionary->labels[dictionary->count++] = label;
	if (*slot == 0)
		*slot = (uint32) dictionary->count;
}

Dictionary *
dictionary_of(const char *const *labels, Size count)
{
	Dictionary *dictionary = dictionary_for(count);

	for (Size i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		add(dictionary, labels[i]);
	}
	return dictionary;
}

int64
dictionary_find(const Dictionary *dictionary, const char *label)
{
	return (int64) *slot_of(dictionary, label) - 1;
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

int64
dictionary_note(Dictionary *dictionary, const char *label)
{
	int64		number = dictionary_find(dictionary, label);

	if (number >= 0)
		return number;
	add(dictionary, label);
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
