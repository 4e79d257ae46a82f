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
} lf_stream;

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

/* One of 'count' named numbers. An enum has no type of its own to point at, hence the copy at each call. */
int			lf_serialize_choice(lf_stream *s, int value, int count);

/*
 * Room for an array that is about to be read, or the array as it is. The bytes that it takes in the stream are checked
 * first, so that a forged count can ask for no more than a small multiple of what was sent, see LF_MODEL_MEMORY.
 */
void	   *lf_serialize_array(lf_stream *s, const void *existing, size_t count, size_t size, size_t bytes_each);

/* At most LF_MAX_NAME bytes, none of them 0. */
void		lf_serialize_text(lf_stream *s, const char **text);
void		lf_serialize_texts(lf_stream *s, const char ***texts, size_t count);

#endif
