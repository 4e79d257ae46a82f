/*
 * dictionary.h: texts and their numbers, from 0 on in the order in which they came.
 */
#ifndef LFPG_DICTIONARY_H
#define LFPG_DICTIONARY_H

#include "server/common.h"
#include "model/model.h"

typedef struct Dictionary Dictionary;

/* An empty one, or one of the labels of a model, which must outlive it. It lives in the current memory context. */
Dictionary *dictionary_create(void);

/* An empty one with room for so many, which takes no more memory until there are more. */
Dictionary *dictionary_for(Size count);

/* Bytes that it takes, beside the texts. */
Size		dictionary_memory(Size count);

Dictionary *dictionary_of(const char *const *labels, Size count);

/* The number of a text, or -1. */
int64		dictionary_find(const Dictionary *dictionary, const char *label);

/* The same, but a text that is new gets the next number, and is copied. */
int64		dictionary_number(Dictionary *dictionary, const char *label);

/* The same, of a text that outlives the dictionary and need not be copied. */
int64		dictionary_note(Dictionary *dictionary, const char *label);

Size		dictionary_count(const Dictionary *dictionary);

/* All texts, in the order of their numbers; they stay the dictionary's. */
const char **dictionary_labels(const Dictionary *dictionary);

/* The same with their number, as a model keeps them. */
lf_labels	dictionary_list(const Dictionary *dictionary);

#endif
