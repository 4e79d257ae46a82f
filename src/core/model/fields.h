/*
 * fields.h: a model as named fields: what stands in its bytes, for programs that are not this one.
 *
 * The one description of the bytes, serialize_model(), says with each value how it is called, and where lists and
 * objects begin and end. So bytes become an outline, a list of marks that says what lies where:
 *
 *	   layers [ { type "lstm"  units 50 ... } ... ]		{LIST "layers"} {OBJECT} {WORD "type"} {INT "units"} ... {END} {END}
 *
 * and a tree of named values becomes bytes again, each value as it is asked for; the reader of models then looks at them
 * like at any others. Numbers of elements have no field of their own: they are the lengths of lists. Nothing here allocates
 * or calls back. Names stand in what users have stored, so they stay.
 */
#ifndef LF_FIELDS_H
#define LF_FIELDS_H

#include "model/serialize.h"

/* Lists and objects within each other, at most. */
#define LF_FIELD_DEPTH 16

/* A piece of an outline. */
typedef struct lf_mark
{
	const char *name;			/* NULL: an element of a list */
	const char *word;			/* what the number stands for; NULL: for itself */
	size_t		at;				/* where in the bytes */
	size_t		count;			/* values of the type that follow each other there, elements of the same list; of a text: its bytes */
	lf_field_type type;
} lf_mark;

/* A value of a tree. */
typedef enum lf_node_kind
{
	LF_NODE_NULL,
	LF_NODE_BOOL,				/* real is 0 or 1 */
	LF_NODE_NUMBER,
	LF_NODE_TEXT,
	LF_NODE_OBJECT,
	LF_NODE_LIST,
	LF_NODE_NUMBERS				/* a list of numbers alone */
} lf_node_kind;

typedef struct lf_node
{
	const char *name;			/* NULL: an element of a list */
	struct lf_node *child;		/* (count): of objects and lists */
	const double *numbers;		/* (count): of a list of numbers */
	const char *text;			/* (count), and a 0 behind them */
	size_t		count;
	double		real;
	uint64_t	magnitude;		/* of a number that is whole */
	lf_node_kind kind;
	bool		whole;			/* and fits */
	bool		negative;
	bool		used;
} lf_node;

/* Why a tree is no model. */
typedef enum lf_fault
{
	LF_FAULT_VALUE,				/* a value out of its range, or one that does not fit the others */
	LF_FAULT_MISSING,
	LF_FAULT_UNRECOGNIZED,
	LF_FAULT_KIND,				/* a text where a number should be, and the like */
	LF_FAULT_WORD,				/* none of the words that may stand there */
	LF_FAULT_TOO_MANY			/* elements of a list */
} lf_fault;

/* Where the walk through a tree is. */
typedef struct lf_field_frame
{
	lf_node    *node;
	size_t		next;			/* element of a list */
} lf_field_frame;

struct lf_fields
{
	/* making an outline */
	lf_mark    *mark;			/* NULL: they are counted */
	size_t		marks;
	size_t		room;			/* marks that there is room for */

	/* making bytes */
	bool		building;
	unsigned char *out;
	size_t		size;			/* of 'out' */
	size_t		end;			/* of what the fields may take of it */
	lf_field_frame frame[LF_FIELD_DEPTH];
	lf_fault	fault;			/* the first one, and where: the frames stay as they were */
	const char *name;			/* of the value that was last asked for */

	/* both */
	int			depth;			/* of frames */
	int			silent;			/* depth of what is left out, because it is the default; 0: nothing is */
};

/*
 * The outline of a model: 'fields' says where to put it, or counts. The bytes may be anybody's; what it says of them is
 * only worth something where lf_model_read() takes them.
 */
lf_status	lf_model_outline(const unsigned char *bytes, size_t length, const volatile sig_atomic_t *interrupt,
							 lf_fields *fields, int *format);

/*
 * The bytes of a model from a tree, whose root is an object, in a format that is read: *length of them, at most
 * fields->size. LF_CORRUPT: 'fields' says why. It may still be an unsound model: lf_model_read() tells.
 */
lf_status	lf_model_from_tree(lf_node *root, int format, const volatile sig_atomic_t *interrupt, lf_fields *fields,
							   size_t *length);

/*
 * The most bytes that a model from a tree takes, but for its numbers (8 each) and texts: for each node, and for each
 * object besides, whose absent fields have bytes too.
 */
#define LF_NODE_BYTES 16
#define LF_OBJECT_BYTES 256

/* What a field of so many bytes says as an integer: the lowest byte stands first. */
uint64_t	lf_field_integer(const unsigned char *bytes, size_t size);

/* The text that stands for a number that JSON has none for, such as "NaN"; NULL: JSON has one. */
const char *lf_number_text(double number);

/* The field of an object, which counts as asked for from now on; NULL: there is none. */
lf_node    *lf_node_take(const lf_node *object, const char *name);

/* A tensor of weights, which lies at *at, as lists within lists: one for each step along its first dimension, and so on. */
void		lf_field_tensor(lf_stream *s, const lf_shape *shape, size_t *at);

#endif
