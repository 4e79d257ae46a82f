/*
 * fields.c: values between bytes and an outline or a tree.
 *
 * In both directions the bytes are read, as lf_model_read() reads them. Of an outline each value is noted before that. Of a
 * tree its bytes are put where it is going to be read in the next moment.
 */
#include "model/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t
size_of(lf_field_type type)
{
	switch (type)
	{
		case LF_FIELD_BYTE:
		case LF_FIELD_BOOL:
			return 1;
		case LF_FIELD_INT:
		case LF_FIELD_SINGLE:
		case LF_FIELD_TEXT:		/* its length */
			return 4;
		case LF_FIELD_U64:
		case LF_FIELD_I64:
		case LF_FIELD_DOUBLE:
			return 8;
		default:
			return 0;
	}
}

/* ---- making an outline ---- */

static void
note(lf_fields *fields, lf_mark mark)
{
	if (fields->mark != NULL && fields->marks < fields->room)
		fields->mark[fields->marks] = mark;
	fields->marks++;
}

uint64_t
lf_field_integer(const unsigned char *bytes, size_t size)
{
	uint64_t	value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t) bytes[i] << (8 * i);
	return value;
}

static void
note_value(lf_stream *s, lf_field_type type)
{
	lf_fields  *fields = s->fields;
	size_t		size = size_of(type);
	lf_mark		mark = {.name = s->name, .at = s->at, .count = 1, .type = type};
	uint64_t	value;

	if (s->meaning == LF_FIELD_LENGTH || s->meaning == LF_FIELD_IMPLIED)
		return;
	/* what is not all there ends the reading in the next moment */
	if (size > s->length - s->at)
		return;
	value = lf_field_integer(s->in + s->at, size);
	if (s->meaning == LF_FIELD_PRESENCE)
	{
		mark.type = LF_FIELD_NULL;
		if (value == 0)
			note(fields, mark);
		return;
	}
	if (s->optional && value == 0)
		return;
	if (type == LF_FIELD_TEXT)
	{
		if (value > s->length - s->at - size)
			return;
		mark.at += size;
		mark.count = (size_t) value;
	}
	if (s->words != NULL)
		mark.word = value < (uint64_t) s->wordcount ? s->words[value] : NULL;
	note(fields, mark);
}

/* ---- making bytes ---- */

/* The first fault is the one that is told. */
static void
fail(lf_stream *s, lf_fault fault)
{
	if (!s->failed)
		s->fields->fault = fault;
	s->failed = true;
}

static void
put(lf_stream *s, uint64_t value, size_t size)
{
	lf_fields  *fields = s->fields;

	if (s->failed)
		return;
	if (size > fields->end - s->length)
	{
		fail(s, LF_FAULT_VALUE);
		return;
	}
	for (size_t i = 0; i < size; i++)
		fields->out[s->length++] = (unsigned char) (value >> (8 * i));
}

static void
put_double(lf_stream *s, double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, 8);
	put(s, bits, 8);
}

static void
put_single(lf_stream *s, double value)
{
	float		single = (float) value;
	uint32_t	bits;

	if (!isfinite(single))
		fail(s, LF_FAULT_VALUE);
	memcpy(&bits, &single, 4);
	put(s, bits, 4);
}

static lf_node *
child_named(const lf_node *object, const char *name)
{
	for (size_t i = 0; name != NULL && i < object->count; i++)
		if (strcmp(object->child[i].name, name) == 0)
			return &object->child[i];
	return NULL;
}

lf_node *
lf_node_take(const lf_node *object, const char *name)
{
	lf_node    *node = child_named(object, name);

	if (node != NULL)
		node->used = true;
	return node;
}

/*
 * The node that is asked for: of this name in an object, or the next one of a list. Of a list of numbers it is put into
 * 'number'. NULL where there is none.
 */
static lf_node *
fetch(lf_stream *s, const char *name, lf_node *number)
{
	lf_field_frame *frame = &s->fields->frame[s->fields->depth - 1];
	lf_node    *list = frame->node;

	if (list->kind == LF_NODE_OBJECT)
		return lf_node_take(list, name);
	if (frame->next >= list->count)
		return NULL;
	if (list->kind == LF_NODE_LIST)
		return &list->child[frame->next++];
	number->kind = LF_NODE_NUMBER;
	number->real = list->numbers[frame->next++];
	number->negative = number->real < 0;
	number->whole = number->real == floor(number->real) && fabs(number->real) < 0x1p53;
	number->magnitude = number->whole ? (uint64_t) fabs(number->real) : 0;
	return number;
}

/* Numbers that JSON has none for are texts. */
static const struct
{
	const char *text;
	uint64_t	bits;
} special[] = {
	{"NaN", UINT64_C(0x7ff8000000000000)},
	{"-NaN", UINT64_C(0xfff8000000000000)},
	{"Infinity", UINT64_C(0x7ff0000000000000)},
	{"-Infinity", UINT64_C(0xfff0000000000000)},
	{"-0", UINT64_C(0x8000000000000000)},
};

#define PLAIN_NAN UINT64_C(0x7ff8000000000000)
#define SIGN UINT64_C(0x8000000000000000)

const char *
lf_number_text(double number)
{
	uint64_t	bits;

	memcpy(&bits, &number, 8);
	if (isnan(number))
		bits = (bits & SIGN) | PLAIN_NAN;	/* whatever else is in it */
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (special[i].bits == bits)
			return special[i].text;
	return NULL;
}

/* The number that a node is. */
static bool
number_of(const lf_node *node, double *number)
{
	if (node->kind == LF_NODE_NUMBER)
	{
		*number = node->real;
		return true;
	}
	for (size_t i = 0; node->kind == LF_NODE_TEXT && i < sizeof(special) / sizeof(special[0]); i++)
		if (strcmp(node->text, special[i].text) == 0)
		{
			memcpy(number, &special[i].bits, 8);
			return true;
		}
	return false;
}

static void
put_word(lf_stream *s, const lf_node *node, size_t size)
{
	if (node->kind != LF_NODE_TEXT)
	{
		fail(s, LF_FAULT_KIND);
		return;
	}
	for (int i = 0; i < s->wordcount; i++)
		if (strcmp(node->text, s->words[i]) == 0)
		{
			put(s, (uint64_t) i, size);
			return;
		}
	fail(s, LF_FAULT_WORD);
}

/* Whole numbers, as two's complement. */
static void
put_whole(lf_stream *s, const lf_node *node, lf_field_type type)
{
	uint64_t	most = type == LF_FIELD_INT ? INT32_MAX : type == LF_FIELD_BYTE ? UINT8_MAX :
		type == LF_FIELD_I64 ? INT64_MAX : UINT64_MAX;
	bool		is_signed = type == LF_FIELD_INT || type == LF_FIELD_I64;

	if (node->kind != LF_NODE_NUMBER)
		fail(s, LF_FAULT_KIND);
	else if (!node->whole || (node->negative ? !is_signed || node->magnitude > most + 1 : node->magnitude > most))
		fail(s, LF_FAULT_VALUE);
	else
		put(s, node->negative ? 0 - node->magnitude : node->magnitude, size_of(type));
}

static void
put_value(lf_stream *s, const lf_node *node, lf_field_type type)
{
	double		number;

	if (s->words != NULL)
		put_word(s, node, size_of(type));
	else if (type == LF_FIELD_BOOL)
	{
		if (node->kind != LF_NODE_BOOL)
			fail(s, LF_FAULT_KIND);
		else
			put(s, node->real != 0, 1);
	}
	else if (type == LF_FIELD_TEXT)
	{
		if (node->kind != LF_NODE_TEXT)
			fail(s, LF_FAULT_KIND);
		else if (node->count > INT32_MAX)
			fail(s, LF_FAULT_VALUE);
		else
		{
			put(s, node->count, 4);
			for (size_t i = 0; i < node->count && !s->failed; i++)
				put(s, (unsigned char) node->text[i], 1);
		}
	}
	else if (type == LF_FIELD_DOUBLE || type == LF_FIELD_SINGLE)
	{
		if (!number_of(node, &number))
			fail(s, LF_FAULT_KIND);
		else if (type == LF_FIELD_DOUBLE)
			put_double(s, number);
		else
			put_single(s, number);
	}
	else
		put_whole(s, node, type);
}

static void
make_value(lf_stream *s, lf_field_type type)
{
	lf_node		number = {.name = NULL};
	lf_node    *node;

	s->fields->name = s->name;
	if (s->meaning == LF_FIELD_IMPLIED)
	{
		put(s, s->implied, size_of(type));
		return;
	}
	if (s->meaning == LF_FIELD_ITSELF)
		node = fetch(s, s->name, &number);
	else if (s->name == NULL)
		node = s->fields->frame[s->fields->depth - 1].node;
	else
		node = child_named(s->fields->frame[s->fields->depth - 1].node, s->name);
	if (node == NULL && s->optional)
		put(s, 0, size_of(type));
	else if (node == NULL)
		fail(s, LF_FAULT_MISSING);
	else if (s->meaning == LF_FIELD_LENGTH)
	{
		if (node->kind != LF_NODE_LIST && node->kind != LF_NODE_NUMBERS)
			fail(s, LF_FAULT_KIND);
		else if (type != LF_FIELD_U64 && node->count > (type == LF_FIELD_BYTE ? UINT8_MAX : INT32_MAX))
			fail(s, LF_FAULT_TOO_MANY);
		else
			put(s, node->count, size_of(type));
	}
	else if (s->meaning == LF_FIELD_PRESENCE)
	{
		node->used |= node->kind == LF_NODE_NULL;
		put(s, node->kind != LF_NODE_NULL, size_of(type));
	}
	else
		put_value(s, node, type);
}

static void
enter(lf_stream *s, const char *name, lf_field_type type)
{
	lf_fields  *fields = s->fields;
	lf_node		number = {.name = NULL};
	lf_node    *node = fetch(s, name, &number);

	fields->name = name;
	if (node == NULL)
		fail(s, LF_FAULT_MISSING);
	else if (type == LF_FIELD_OBJECT ? node->kind != LF_NODE_OBJECT :
			 node->kind != LF_NODE_LIST && node->kind != LF_NODE_NUMBERS)
		fail(s, LF_FAULT_KIND);
	else if (fields->depth == LF_FIELD_DEPTH)
		fail(s, LF_FAULT_VALUE);
	else
		fields->frame[fields->depth++] = (lf_field_frame) {.node = node};
}

/* Whatever is left there was meant to say something. */
static void
leave(lf_stream *s)
{
	lf_fields  *fields = s->fields;
	lf_field_frame *frame = &fields->frame[fields->depth - 1];

	if (frame->node->kind == LF_NODE_OBJECT)
	{
		for (size_t i = 0; i < frame->node->count; i++)
			if (!frame->node->child[i].used)
			{
				fields->name = frame->node->child[i].name;
				fail(s, LF_FAULT_UNRECOGNIZED);
				return;
			}
	}
	else if (frame->next < frame->node->count)
	{
		frame->next = 0;		/* it is the list that is at fault, none of its elements */
		fields->name = NULL;
		fail(s, LF_FAULT_TOO_MANY);
		return;
	}
	fields->depth--;
}

/* ---- both ---- */

/* What was said of the value is said. */
static void
forget(lf_stream *s)
{
	s->name = NULL;
	s->words = NULL;
	s->meaning = LF_FIELD_ITSELF;
	s->optional = false;
}

void
lf_take_field(lf_stream *s, lf_field_type type)
{
	if (s->failed || s->fields->silent > 0)
		;
	else if (s->fields->building)
		make_value(s, type);
	else
		note_value(s, type);
	forget(s);
}

void
lf_open_field(lf_stream *s, const char *name, lf_field_type type)
{
	if (s->failed)
		return;
	if (s->fields->silent > 0)
		s->fields->silent++;
	else if (s->fields->building)
		enter(s, name, type);
	else
		note(s->fields, (lf_mark) {.name = name, .type = type});
}

void
lf_close_field(lf_stream *s)
{
	if (s->failed)
		return;
	if (s->fields->silent > 0)
		s->fields->silent--;
	else if (s->fields->building)
		leave(s);
	else
		note(s->fields, (lf_mark) {.type = LF_FIELD_END});
}

void
lf_open_optional_list(lf_stream *s, const char *name, const unsigned char *standard, size_t size)
{
	lf_fields  *fields = s->fields;
	bool		is_standard;

	if (fields == NULL || s->failed)
		return;
	if (fields->silent > 0)
		is_standard = true;
	else if (fields->building)
		is_standard = child_named(fields->frame[fields->depth - 1].node, name) == NULL;
	else
		is_standard = size <= s->length - s->at && memcmp(s->in + s->at, standard, size) == 0;
	if (!is_standard)
	{
		lf_open_field(s, name, LF_FIELD_LIST);
		return;
	}
	for (size_t i = 0; fields->silent == 0 && fields->building && i < size; i++)
		put(s, standard[i], 1);
	fields->silent++;
}

void
lf_blame(lf_stream *s, const char *name)
{
	if (s->fields != NULL && s->fields->building && !s->failed)
		s->fields->name = name;
	s->failed = true;
}

/* 'count' numbers of a tensor, in a list of their own; of bytes they are those from *at on. */
static void
take_numbers(lf_stream *s, size_t count, size_t *at)
{
	if (!s->fields->building)
		note(s->fields, (lf_mark) {.at = *at, .count = count, .type = LF_FIELD_SINGLE});
	s->fields->name = NULL;
	for (size_t i = 0; s->fields->building && i < count && !s->failed; i++)
	{
		lf_node		number = {.name = NULL};
		lf_node    *node = fetch(s, NULL, &number);
		double		value;

		if (node == NULL)
			fail(s, LF_FAULT_MISSING);
		else if (!number_of(node, &value))
			fail(s, LF_FAULT_KIND);
		else
			put_single(s, value);
	}
	*at += 4 * count;
}

/* A dimension of it, and those behind. The recursion is no deeper than LF_MAX_RANK. */
static void
take_axis(lf_stream *s, const lf_shape *shape, int axis, size_t *at)
{
	if (s->failed || lf_stream_interrupted(s))
		return;
	lf_open_field(s, NULL, LF_FIELD_LIST);
	if (axis == shape->rank - 1)
		take_numbers(s, (size_t) shape->dim[axis], at);
	else
		for (int i = 0; i < shape->dim[axis] && !s->failed && !s->interrupted; i++)
			take_axis(s, shape, axis + 1, at);
	lf_close_field(s);
}

void
lf_field_tensor(lf_stream *s, const lf_shape *shape, size_t *at)
{
	take_axis(s, shape, 0, at);
}
