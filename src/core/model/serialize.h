/*
 * serialize.h: values on their way between memory and bytes.
 *
 * One function for each kind of value, which runs in three directions: counting its bytes, writing it, reading it.
 * Integers are little-endian, reals IEEE 754. What is read is checked: a value out of its range, or one that is not all
 * there, sets 'failed', and from then on nothing moves. What every value goes through is here to be inlined: a model
 * has ten thousands.
 */
#ifndef LF_SERIALIZE_H
#define LF_SERIALIZE_H

#include "base/base.h"

#include <signal.h>
#include <string.h>

typedef enum lf_direction
{
	LF_COUNTING,
	LF_WRITING,
	LF_READING
} lf_direction;

/* What a value is in the bytes. */
typedef enum lf_field_type
{
	LF_FIELD_INT,
	LF_FIELD_BYTE,
	LF_FIELD_BOOL,
	LF_FIELD_U64,
	LF_FIELD_I64,
	LF_FIELD_DOUBLE,
	LF_FIELD_SINGLE,
	LF_FIELD_TEXT,
	LF_FIELD_NULL,				/* what may be absent, and is */
	LF_FIELD_OBJECT,
	LF_FIELD_LIST,
	LF_FIELD_END				/* of either */
} lf_field_type;

/* What the next value is beside itself. */
typedef enum lf_field_meaning
{
	LF_FIELD_ITSELF,
	LF_FIELD_LENGTH,			/* how many elements the list of this name has */
	LF_FIELD_PRESENCE,			/* whether the field of this name is there, or null */
	LF_FIELD_IMPLIED			/* it follows from what is known already */
} lf_field_meaning;

typedef struct lf_fields lf_fields;	/* see fields.h */

typedef struct lf_stream
{
	lf_direction direction;
	int			format;			/* of the bytes, see model_bytes.h: a field that came later is only there in later ones */
	unsigned char *out;			/* LF_WRITING */
	const unsigned char *in;	/* LF_READING */
	size_t		at;
	size_t		length;			/* LF_READING: where the body ends */
	lf_arena   *arena;			/* LF_READING: where arrays go; it may measure, and then arrays are NULL */
	const volatile sig_atomic_t *interrupt;
	bool		interrupted;
	bool		failed;

	/* LF_READING: who wants to know what is read, or to say what it is; NULL: nobody. And what the next value is: */
	lf_fields  *fields;
	const char *name;			/* NULL: an element of a list */
	const char *const *words;	/* (wordcount): that its numbers stand for; NULL: for themselves */
	int			wordcount;
	lf_field_meaning meaning;
	bool		optional;		/* it is 0 where it is not there */
	uint64_t	implied;
} lf_stream;

/* Each of these says something of the next value, and is written around the stream where that one is serialized. */
static inline lf_stream *
lf_named(lf_stream *s, const char *name)
{
	s->name = name;
	return s;
}

static inline lf_stream *
lf_named_if(lf_stream *s, const char *name, bool needed)
{
	s->optional = !needed;
	return lf_named(s, name);
}

/* 'words' has one for each number that the value can be. */
static inline lf_stream *
lf_worded(lf_stream *s, const char *name, const char *const *words, int count)
{
	s->words = words;
	s->wordcount = count;
	return lf_named(s, name);
}

/* Without a name it is the list that is open. */
static inline lf_stream *
lf_length_of(lf_stream *s, const char *name)
{
	s->meaning = LF_FIELD_LENGTH;
	return lf_named(s, name);
}

static inline lf_stream *
lf_presence_of(lf_stream *s, const char *name)
{
	s->meaning = LF_FIELD_PRESENCE;
	return lf_named(s, name);
}

static inline lf_stream *
lf_implied(lf_stream *s, uint64_t value)
{
	s->meaning = LF_FIELD_IMPLIED;
	s->implied = value;
	return s;
}

/* Where the elements of a list, or the fields of an object, begin and end; without a name it is an element itself. */
void		lf_open_field(lf_stream *s, const char *name, lf_field_type type);
void		lf_close_field(lf_stream *s);

/* What was read fits nothing else, and it is the field of this name that is told to be at fault. */
void		lf_blame(lf_stream *s, const char *name);

/* A list that is left out where its bytes are the default. */
void		lf_open_optional_list(lf_stream *s, const char *name, const unsigned char *standard, size_t size);

static inline void
lf_open_list(lf_stream *s, const char *name)
{
	if (s->fields != NULL)
		lf_open_field(s, name, LF_FIELD_LIST);
}

static inline void
lf_open_object(lf_stream *s, const char *name)
{
	if (s->fields != NULL)
		lf_open_field(s, name, LF_FIELD_OBJECT);
}

static inline void
lf_close(lf_stream *s)
{
	if (s->fields != NULL)
		lf_close_field(s);
}

/* Every value that has a name of its own goes through here before it is read; where bytes are made, it makes them. */
void		lf_take_field(lf_stream *s, lf_field_type type);

static inline void
lf_field(lf_stream *s, lf_field_type type)
{
	if (s->fields != NULL)
		lf_take_field(s, type);
}

/* Whether the caller is to be asked before there is more work. */
bool		lf_stream_interrupted(lf_stream *s);

/* Reading into NULL skips them. */
static inline void
lf_serialize_bytes(lf_stream *s, void *value, size_t size)
{
	if (s->failed)
		return;
	if (s->direction == LF_READING)
	{
		if (size > s->length - s->at)
		{
			s->failed = true;
			return;
		}
		if (value != NULL)
			memcpy(value, s->in + s->at, size);
	}
	else if (s->direction == LF_WRITING)
		memcpy(s->out + s->at, value, size);
	s->at += size;
}

/* 'size' bytes of an integer, lowest first; returns it. */
static inline uint64_t
lf_serialize_integer(lf_stream *s, uint64_t value, size_t size)
{
	unsigned char bytes[8] = {0};

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char) (value >> (8 * i));
	lf_serialize_bytes(s, bytes, size);
	value = 0;
	for (size_t i = 0; i < size; i++)
		value |= (uint64_t) bytes[i] << (8 * i);
	return value;
}

void		lf_serialize_u64(lf_stream *s, uint64_t *value);
void		lf_serialize_i64(lf_stream *s, int64_t *value);

/* An integer that must lie in low .. high. */
void		lf_serialize_int(lf_stream *s, int *value, int low, int high);

/* A byte that is at most 'high'. */
void		lf_serialize_byte(lf_stream *s, uint8_t *value, int high);

void		lf_serialize_bool(lf_stream *s, bool *value);
void		lf_serialize_double(lf_stream *s, double *value);
void		lf_serialize_finite(lf_stream *s, double *value);
void		lf_serialize_single(lf_stream *s, float *value);	/* finite */

/* One of 'count' named numbers. An enum has no type of its own to point at, hence the copy at each call. */
int			lf_serialize_choice(lf_stream *s, int value, int count);

/*
 * Room for an array that is about to be read, or the array as it is. The bytes that it takes in the stream are checked
 * first, so that a forged count can ask for no more than a small multiple of what was sent, see LF_MODEL_MEMORY.
 */
void	   *lf_serialize_array(lf_stream *s, const void *existing, size_t count, size_t size, size_t bytes_each);

/* The same of finite doubles, which are read or written as well. */
double	   *lf_serialize_doubles(lf_stream *s, const char *name, double *existing, size_t count);

/* At most LF_MAX_NAME bytes, none of them 0. */
void		lf_serialize_text(lf_stream *s, const char **text);
void		lf_serialize_texts(lf_stream *s, const char ***texts, size_t count);

#endif
