/*
 * serialize.c: single values on their way through a stream.
 */
#include "model/serialize.h"

#include "model/fields.h"
#include "model/model.h"			/* LF_MAX_NAME */

#include <math.h>
#include <string.h>

bool
lf_stream_interrupted(lf_stream *s)
{
	s->interrupted = s->interrupt != NULL && *s->interrupt != 0;
	return s->interrupted;
}

void
lf_serialize_u64(lf_stream *s, uint64_t *value)
{
	lf_field(s, LF_FIELD_U64);
	*value = lf_serialize_integer(s, *value, 8);
}

void
lf_serialize_i64(lf_stream *s, int64_t *value)
{
	lf_field(s, LF_FIELD_I64);
	*value = (int64_t) lf_serialize_integer(s, (uint64_t) *value, 8);
}

void
lf_serialize_int(lf_stream *s, int *value, int low, int high)
{
	lf_field(s, LF_FIELD_INT);
	*value = (int) (int32_t) (uint32_t) lf_serialize_integer(s, (uint32_t) *value, 4);
	if (*value < low || *value > high)
	{
		s->failed = true;
		*value = low;
	}
}

void
lf_serialize_byte(lf_stream *s, uint8_t *value, int high)
{
	lf_field(s, LF_FIELD_BYTE);
	*value = (uint8_t) lf_serialize_integer(s, *value, 1);
	if (*value > high)
	{
		s->failed = true;
		*value = 0;
	}
}

void
lf_serialize_bool(lf_stream *s, bool *value)
{
	uint64_t	byte;

	lf_field(s, LF_FIELD_BOOL);
	byte = lf_serialize_integer(s, *value ? 1 : 0, 1);
	if (byte > 1)
		s->failed = true;
	*value = byte == 1;
}

void
lf_serialize_double(lf_stream *s, double *value)
{
	uint64_t	bits;

	lf_field(s, LF_FIELD_DOUBLE);
	memcpy(&bits, value, 8);
	bits = lf_serialize_integer(s, bits, 8);
	memcpy(value, &bits, 8);
}

void
lf_serialize_finite(lf_stream *s, double *value)
{
	lf_serialize_double(s, value);
	if (!isfinite(*value))
		s->failed = true;
}

void
lf_serialize_single(lf_stream *s, float *value)
{
	uint32_t	bits;

	lf_field(s, LF_FIELD_SINGLE);
	memcpy(&bits, value, 4);
	bits = (uint32_t) lf_serialize_integer(s, bits, 4);
	memcpy(value, &bits, 4);
	if (!isfinite(*value))
		s->failed = true;
}

int
lf_serialize_choice(lf_stream *s, int value, int count)
{
	lf_serialize_int(s, &value, 0, count - 1);
	return value;
}

/* Whether so many elements can be there. */
static bool
are_left(lf_stream *s, size_t count, size_t bytes_each)
{
	/* bytes that are being made come one by one: a list that ends too early ends the reading */
	if (s->fields != NULL && s->fields->building)
		return !s->failed;
	if (s->failed || count > (s->length - s->at) / bytes_each)
		s->failed = true;
	return !s->failed;
}

void *
lf_serialize_array(lf_stream *s, const void *existing, size_t count, size_t size, size_t bytes_each)
{
	if (s->direction != LF_READING)
		return (void *) existing;
	return are_left(s, count, bytes_each) ? lf_arena_take(s->arena, count, size) : NULL;
}

double *
lf_serialize_doubles(lf_stream *s, const char *name, double *existing, size_t count)
{
	double	   *values = lf_serialize_array(s, existing, count, sizeof(double), 8);

	lf_open_list(s, name);
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		double		value = s->direction == LF_READING ? 0 : values[i];

		lf_serialize_finite(s, &value);
		if (s->direction == LF_READING && values != NULL)
			values[i] = value;
	}
	lf_close(s);
	return values;
}

void
lf_serialize_text(lf_stream *s, const char **text)
{
	int			length = s->direction == LF_READING ? 0 : (int) strlen(*text);
	char	   *place;

	lf_field(s, LF_FIELD_TEXT);
	length = (int) (int32_t) (uint32_t) lf_serialize_integer(s, (uint32_t) length, 4);
	if (length < 0 || length > LF_MAX_NAME)
	{
		s->failed = true;
		length = 0;
	}
	if (s->direction == LF_READING)
	{
		if (s->failed || (size_t) length > s->length - s->at)
		{
			s->failed = true;
			*text = "";
			return;
		}
		if (memchr(s->in + s->at, 0, (size_t) length) != NULL)
			s->failed = true;
		place = lf_arena_take_small(s->arena, (size_t) length + 1, 1);
		if (place != NULL)
			place[length] = '\0';
		*text = place;
	}
	else
		place = (char *) *text;
	lf_serialize_bytes(s, place, (size_t) length);
}

void
lf_serialize_texts(lf_stream *s, const char ***texts, size_t count)
{
	if (s->direction == LF_READING)
		*texts = are_left(s, count, 4) ? lf_arena_take_small(s->arena, count, sizeof(char *)) : NULL;
	for (size_t i = 0; i < count && !s->failed; i++)
	{
		const char *text = s->direction == LF_READING ? NULL : (*texts)[i];

		lf_serialize_text(s, &text);
		/* the measuring arena gives no room to put them */
		if (s->direction == LF_READING && *texts != NULL)
			(*texts)[i] = text;
	}
}
